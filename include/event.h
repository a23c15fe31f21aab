/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What crosses the line between the BPF programs (bpf/) and the recorder (src/record/): the records
 * in the ring buffers and the map values that both sides touch. This is not the file format
 * (docs/format.md).
 *
 * Fixed-width fields, explicit padding, native byte order (both sides run on one machine). Times
 * are nanoseconds of CLOCK_MONOTONIC, sizes are bytes.
 */
#ifndef EVENT_H
#define EVENT_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

#define EVENT_ARGS 6
#define EVENT_COMM 16
#define EVENT_SIGINFO 48

/* A ring-buffer sample is a batch: records one behind the other, each aligned to 8 bytes. */
enum event_type {
	EVENT_CALL = 1,	  /* struct event_call, its arguments, then pieces */
	EVENT_DATA = 2,	  /* struct event_data, then more pieces of a call */
	EVENT_THREAD = 3, /* struct event_thread: a thread that was there before recording began */
	EVENT_FORK = 4,	  /* struct event_fork */
	EVENT_EXEC = 5,	  /* struct event_exec */
	EVENT_EXIT = 6,	  /* struct event_exit */
	EVENT_SIGNAL = 7, /* struct event_signal */
	EVENT_RENAME = 8, /* struct event_rename */
	EVENT_END = 9,	  /* struct event_end: a thread still alive when recording stopped */
};

/* Application binary interface of a call: which number table and register width it used. */
enum event_abi {
	ABI_X86_64 = 0,
	ABI_I386 = 1,
	ABI_X32 = 2,
	ABI_ARM64 = 3,
	ABI_ARM = 4,
	ABI_COUNT = 5,
};

enum event_call_flags {
	CALL_UNFINISHED = 1 << 0, /* never returned, or not before recording stopped: exit_ns and
				     ret mean nothing */
	CALL_NO_ENTRY = 1 << 1,	  /* was already in the kernel when recording of its thread began,
				     or no entry is looked at */
	CALL_FETCH = 1 << 2, /* pieces pending with -ENOBUFS: the recorder fetches them. Not in the
				file */
};

struct event_header {
	__u32 size; /* of the whole record, a multiple of 8 */
	__u8 type;  /* enum event_type */
	__u8 flags; /* EVENT_CALL: enum event_call_flags */
	__u16 cpu;
	__u32 thread; /* the recording's own number of the thread: never reused, survives exec's
			 change of tid */
	__u32 pid;    /* thread group id */
	__u32 tid;
	__u32 reserved;
	__u64 time_ns; /* EVENT_CALL: of its exit */
};
_Static_assert(sizeof(struct event_header) == 32, "event_header");

struct event_call {
	struct event_header header;
	__u64 seq; /* counts the thread's recorded calls from 0, taken at entry: a gap is a loss */
	__u64 enter_ns; /* 0 with CALL_NO_ENTRY */
	__s64 ret;
	__u32 nr;
	__u8 abi;     /* enum event_abi */
	__u8 nargs;   /* arguments that follow, 0 to 6 */
	__u16 pieces; /* pieces that follow the arguments */
	__u64 args[];
};
_Static_assert(sizeof(struct event_call) == 64, "event_call");

enum event_data_flags {
	DATA_ENTRY =
		1 << 0, /* read at the call's entry, ahead of its EVENT_CALL (execve's strings) */
	DATA_FILL = 1 << 1,  /* replaces pieces that were sent as PIECE_PENDING */
	DATA_LAST = 1 << 2,  /* with DATA_FILL: all that was pending with -EFAULT has come */
	DATA_FETCH = 1 << 3, /* as CALL_FETCH */
};

struct event_data {
	struct event_header header; /* flags: enum event_data_flags */
	__u64 seq;
	__u32 pieces;
	__u32 reserved;
};
_Static_assert(sizeof(struct event_data) == 48, "event_data");

enum event_piece_flags {
	PIECE_OUT = 1 << 0, /* written by the kernel; without it: read by the kernel */
	PIECE_START =
		1 << 1, /* begins a range; without it, goes on where the piece before it ended */
	PIECE_PENDING = 1 << 2, /* error -EFAULT: a DATA_FILL record brings it, -ENOBUFS: a fetch
				   from outside */
	PIECE_FETCHED =
		1 << 3,	       /* read by the recorder from outside while the process was stopped */
	PIECE_BYTES = 1 << 4,  /* len bytes follow, padded to 8 */
	PIECE_STRING = 1 << 5, /* with PIECE_PENDING: full is the most that it can be, it ends with
				  a NUL. Not in the file */
};

#define PIECE_NO_ARG 0xff

/* A run of the program's memory: its bytes (PIECE_BYTES) or the reason why they are missing
 * (error). */
struct event_piece {
	__u64 addr;
	__u64 full;  /* bytes that the call wrote or read here */
	__u32 len;   /* bytes kept, or wanted where they are pending: less than full where
		      * --string-limit cut it, 0 where they are
			missing */
	__s16 error; /* 0, or the negative errno of the failed read */
	__u8 arg;    /* 0 to 5, or PIECE_NO_ARG */
	__u8 flags;  /* enum event_piece_flags */
};
_Static_assert(sizeof(struct event_piece) == 24, "event_piece");

struct event_thread {
	struct event_header header;
	char comm[EVENT_COMM];
};

struct event_fork {
	struct event_header header; /* the parent's */
	__u32 child_thread;
	__u32 child_pid;
	__u32 child_tid;
	/* What the kernel writes to the child before it runs (CLONE_CHILD_SETTID): 4 bytes, its
	 * number in the innermost namespace. */
	__u32 set_tid;
	__u64 set_tid_addr; /* where; 0: nowhere */
	char comm[EVENT_COMM];
};

struct event_exec {
	struct event_header header;
	__u32 old_tid; /* differs from header.tid when a thread other than the leader called execve
			*/
	__u32 reserved;
	char comm[EVENT_COMM];
};

struct event_exit {
	struct event_header header;
	__u64 next_seq; /* calls that the thread made in all */
	__u32 code;	/* as wait4 reports it: status << 8 | signal */
	__u32 reserved;
};

struct event_signal {
	struct event_header header;
	__u32 signo;
	__u32 reserved;
	__u64 handler; /* sa_handler: 0 default, 1 ignored, else the address of the function */
	__u8 info[EVENT_SIGINFO];
};

struct event_rename {
	struct event_header header;
	char comm[EVENT_COMM];
};

struct event_end {
	struct event_header header;
	__u64 next_seq;
};

/*
 * How the capture side finds a call's buffers: the syscall table compiled for the interpreter in
 * bpf/buffers.bpf.h. A size is value x factor + plus, where the value is named by its kind.
 */
enum size_kind {
	SIZE_NONE = 0,	  /* as a bound: no bound */
	SIZE_CONST = 1,	  /* factor */
	SIZE_ARG = 2,	  /* argument x factor */
	SIZE_RET = 3,	  /* return value x factor; of a failed call as much as the bound says */
	SIZE_VALUE32 = 4, /* u32 at the address in an argument; the value at entry bounds the one at
			     exit */
	SIZE_VALUE64 = 5, /* the same with a u64 (size_t on a 64-bit ABI) */
	SIZE_STRING = 6,  /* up to and with the NUL, at most factor bytes */
	SIZE_BITS = 7,	  /* argument bits, rounded up to whole longs (fd_set, nodemask, cpumask) */
	SIZE_HANDLER = 8, /* arg names an enum buffer_handler, factor is its parameter */
	SIZE_NODES = 9,	  /* argument - 1 bits, rounded up to whole longs (maxnode: mm/mempolicy.c,
			     get_nodes) */
	SIZE_PAGES = 10,  /* a byte for each page of argument bytes, rounded up (mincore) */
	SIZE_FIELD32 = 11,    /* u32 at the address in an argument, plus factor */
	SIZE_SEMAPHORES = 12, /* semaphores of the System V set that an argument names, as many as
				 it has at entry, x factor */
	SIZE_BIT = 13,	      /* factor, or plus >> 8 where an argument has bit plus & 0xff */
};

enum buffer_when {
	WHEN_SUCCESS = 0, /* return value >= 0 */
	WHEN_ALWAYS = 1,
	WHEN_ERROR = 2,	       /* return value is exactly -when_errno */
	WHEN_SUCCESS_OR = 3,   /* success or exactly -when_errno */
	WHEN_RET_POSITIVE = 4, /* return value > 0 */
	WHEN_ARG_NONZERO = 5,  /* success, and argument when_arg is not 0 */
	WHEN_FAILURE = 6,      /* return value < 0 */
	WHEN_ARG_BITS =
		7, /* success, and argument when_arg has a bit of when_errno: numbers b | c << 8 */
	/* A failed call may have written, or not have come so far: what is there is kept. */
	WHEN_EVEN_FAILED = 8,
	WHEN_ARG_BITS_EVEN_FAILED = 9, /* where argument when_arg has such a bit */
	WHEN_COUNT
};

/* Irregular layouts, each one function of that name in bpf/. */
enum buffer_handler {
	HANDLER_IOVEC = 1,  /* struct iovec[argument factor]; the array is input, its segments have
			       the row's direction */
	HANDLER_MSGHDR = 2, /* struct msghdr: name, iovec, control, flags */
	HANDLER_MMSGHDR =
		3, /* struct mmsghdr[]: on receive return value elements, on send the same */
	HANDLER_IOCTL = 4,   /* direction and size from _IOC encoding of argument 1 */
	HANDLER_STRINGS = 5, /* NULL-terminated array of strings, read at entry (execve) */
	HANDLER_SHAPE = 6,   /* structures that point to memory: factor as SHAPE_* below */
	HANDLER_CLONE3 =
		7, /* struct clone_args of size argument 1, and its pidfd and parent_tid, output */
	HANDLER_SEMUN = 8, /* i386's ipc(): a word that is a semctl's last argument; argument
			      factor is its set, two on its command */
};

/* HANDLER_SHAPE's factor: which shape, and how many structures there are. */
#define SHAPE_OF(factor) ((factor)&0xffff)
#define SHAPE_COUNT_OF(factor) ((factor) >> 16 & 0xff)
#define SHAPE_ONE 0	/* else 1 + the argument that has the number, or: */
#define SHAPE_RET 0xffU /* as many as the return value */

enum buffer_direction {
	DIRECTION_NONE = 0,
	DIRECTION_IN = 1,
	DIRECTION_OUT = 2,
	DIRECTION_INOUT =
		3, /* the kernel reads it and then writes it: kept as it is at exit, as out */
};

struct buffer_size {
	__u8 kind; /* enum size_kind */
	__u8 arg;
	__u16 plus; /* added to it */
	__u32 factor;
};

struct buffer_spec {
	__u8 direction; /* enum buffer_direction */
	__u8 arg;	/* the argument that holds the address */
	__u8 when;	/* enum buffer_when */
	__u8 when_arg;
	__u16 when_errno; /* or, for WHEN_ARG_BITS, two bit numbers */
	__u8 wide;	  /* bytes of a pointer and of a long: 8 or 4 */
	__u8 reserved;
	struct buffer_size size;
	struct buffer_size bound; /* the smaller of size and bound is read */
};
_Static_assert(sizeof(struct buffer_spec) == 24, "buffer_spec");

/*
 * A structure and what its members lead to: src/syscalls/shapes.def as bpf/shape.bpf.h takes it.
 * Offsets and widths are bytes.
 */
#define SHAPES_MAX 192 /* of 64-bit pointers; as many of 32-bit ones follow */
#define SHAPE_MEMBERS 8

enum shape_member_flags {
	MEMBER_IN = 1 << 0,	/* read by the kernel, whatever the direction of the rule */
	MEMBER_OUT = 1 << 1,	/* written where the rule's condition holds; with MEMBER_IN: read
				   where it does not */
	MEMBER_ALWAYS = 1 << 2, /* written also where it does not */
	MEMBER_STRING = 1 << 3, /* to its NUL */
	MEMBER_VECTOR = 1 << 4, /* struct iovec[count] */
	MEMBER_BOUND = 1 << 5,	/* VIA one element, and count bounds what is written there */
	MEMBER_KEY = 1 << 6, /* an element is a key of the BPF map whose descriptor is at `other` */
	MEMBER_VALUE = 1 << 7, /* a value of that map; with MEMBER_KEY: has the bytes that a u32 at
				   `other` says */
	MEMBER_VIA = 1 << 8,   /* only the elements' members count */
	MEMBER_TOKEN = 1 << 9, /* with MEMBER_KEY: where a batch of the map's elements goes on */
	MEMBER_CUT = 1 << 10,  /* VIA one element, which is no longer than count */
};

/* As `tested`: the number is that of argument `test`; the kind of the descriptor there. */
#define MEMBER_TESTS_ARG 0xff
#define MEMBER_TESTS_FILE 0xfe

/* Kinds of descriptors: the fifth to eighth letter of what the kernel names them. */
#define FILE_BPF_MAP 0x70616d	 /* "bpf-map" */
#define FILE_BPF_PROG 0x676f7270 /* "bpf-prog" */
#define FILE_BPF_LINK 0x6b6e696c /* "bpf_link" */
#define FILE_BTF 0		 /* "btf" */

struct shape_member {
	__u16 at;     /* of the pointer, or of the memory itself */
	__u8 pointer; /* its width; 0: the memory is at `at` itself */
	__u8 reserved;
	__u16 count;  /* where the number of elements is */
	__u8 width;   /* of that; 0: one element */
	__u8 shape;   /* of an element; 0: plain bytes */
	__u32 times;  /* bytes of an element; the most that a string has */
	__u16 test;   /* where the number is that decides */
	__u8 tested;  /* its width; 0: the member is always one; or MEMBER_TESTS_... */
	__u8 unequal; /* (number & mask) != value makes it one, else == */
	__u32 mask, value;
	__u16 other; /* where a BPF map's descriptor, or an element's bytes are */
	__u16 flags; /* enum shape_member_flags; without IN and OUT: the rule's direction */
};
_Static_assert(sizeof(struct shape_member) == 28, "shape_member");

struct shape {
	__u32 bytes; /* of the structure, or the most that its length may say */
	__u32 least; /* what a length of 0 stands for */
	__u16 at;    /* where its length is */
	__u8 width;  /* of that */
	__u8 arg;    /* or 1 + the argument that has it */
	__u32 reserved;
	struct shape_member members[SHAPE_MEMBERS];
};
_Static_assert(sizeof(struct shape) == 240, "shape");

/* Specs of one ABI; the last is that of all numbers from there on. */
#define SYSCALLS_MAX 1024
#define COMMANDS_MAX 8192 /* of ioctl and its like, over all ABIs of a machine */

/* One syscall of one ABI, or one command of it (fcntl's F_GETLK): its buffers in argument order. */
struct call_spec {
	__u8 nargs;
	__u8 count;    /* entries of buffers in use */
	__u8 command;  /* 0, or 1 + the argument that selects a command's own spec */
	__u8 at_entry; /* enum call_at_entry */
	__u8 selected; /* 0: -e leaves this call out */
	__u8 unpack;   /* 0, or 1 + the argument that points to the buffers' arguments */
	__u8 unpacked; /* 32-bit words there */
	__u8 paired;   /* the argument behind the selecting one is the low half of the command */
	__u8 narrow;   /* bits: of which arguments the kernel takes the low 32 bits */
	__u8 reserved[7];
	struct buffer_spec buffers[EVENT_ARGS];
};
_Static_assert(sizeof(struct call_spec) == 160, "call_spec");

enum call_at_entry {
	AT_ENTRY_SAVE =
		1 << 0, /* a SIZE_VALUE length, a msghdr, an iovec must be looked at before: the
			   call may overwrite it */
	AT_ENTRY_STRINGS =
		1 << 1, /* execve: arguments and strings must be read before the old memory goes */
	AT_ENTRY_NO_EXIT = 1 << 2, /* exit, exit_group: written at entry, unfinished */
	AT_ENTRY_RESTART = 1 << 4, /* restart_syscall: goes on with the call that returned
				      -ERESTART_RESTARTBLOCK */
	AT_ENTRY_ARGS = 1 << 3, /* rt_sigreturn, execve: the call replaces the registers that hold
				   its arguments */
};

/* What the recorder sets before it loads the programs. */
struct capture_config {
	__u64 limit;	 /* bytes kept of a buffer, 0: all */
	__u64 ring_size; /* bytes of one CPU's ring buffer */
	__u32 self;	 /* pid of the recorder: never recorded */
	__u32 namespace; /* the recorder's pid namespace, whose pids records have; 0: the initial
			    one, which the kernel itself uses */
	__u32 uid;
	__u32 cpus;	/* possible ones: what a per-CPU BPF map has values for */
	__u8 all;	/* every process of the machine */
	__u8 no_follow; /* neither new threads nor children */
	__u8 wait;	/* a full buffer, or one that is too large, stops the process */
	__u8 by_uid, by_comm, by_cgroup;
	__u8 late_strings; /* sched_prepare_exec exists: execve's strings are read there */
	__u8 fill;	   /* enum capture_fill */
	__u8 preemptible;  /* programs may be preempted (Linux 7.2 and later) */
	__u8 inputs;	   /* what calls read is kept */
	__u8 outputs;	   /* what they wrote is kept */
	__u8 cast;	   /* bpf_rdonly_cast exists (Linux 6.2 and later) */
	__u8 no_entry;	   /* no program runs at the entry: --no-entry-time */
	__u8 reserved[3];
	char comm[EVENT_COMM];
};

/* How a page that is not present is read. */
enum capture_fill {
	FILL_NONE = 0,
	FILL_TASK_WORK = 1,	 /* bpf_task_work_schedule_resume */
	FILL_TASK_WORK_IMPL = 2, /* its name and form in 6.18 and 6.19 */
};

/*
 * One CPU's staging area, in a map that the recorder sees too. The programs of that CPU alone write
 * to it; busy is not 0 while one does. Records wait here until there are enough for a sample of the
 * ring buffer.
 */
#define STAGE_SIZE (64U << 10)

struct stage_state {
	__u32 used; /* bytes */
	__u32 busy;
	__u64 lost_calls;
	__u64 lost_events;
	__u64 lost_ranges;  /* of a call's memory */
	__u64 lost_storage; /* threads that no state could be made for */
	__u64 waits;	    /* times that a process was stopped */
};

/* A process' stops, in `holds`. */
struct process_stops {
	__u32 count;
	__u32 reserved;
	__u64 time_ns; /* of the latest, the clock of the records */
};

/* Shared switches and counts. */
struct capture_shared {
	__u32 stopping;	   /* set by the recorder: record no more calls */
	__u32 waiting;	   /* set by the recorder: stop processes, cleared when the trace cannot be
			      written */
	__u32 adopting;	   /* set by the recorder: `targets` is in use */
	__u32 threads;	   /* recorded so far */
	__u32 alive;	   /* of them, that live */
	__u32 next_thread; /* number for the next thread */
	__u32 held;	   /* counts the stops */
	__u32 held_first;  /* of them, those of a process that had not been stopped before; counted
			      ahead of held */
	__u32 reserved;
	__u64 wait_ns; /* set by the recorder: how long any process was stopped, up to now */
};

#endif
