/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * librecorder: reads the traces that recorder(1) writes. docs/format.md has the format.
 *
 * Everything a reader hands out belongs to it and stays valid until the next recorder_trace__next()
 * or recorder_trace__free(), where nothing else is said. A reader is used by one thread at a time.
 * Functions that can fail return 0 or a negative errno; constructors return NULL and set errno. The
 * library never prints, exits, or trusts its input. Times are nanoseconds of the recorded machine's
 * CLOCK_MONOTONIC, sizes are bytes.
 */
#ifndef RECORDER_H
#define RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RECORDER_ARGS 6

struct recorder_trace;

enum recorder_direction {
	RECORDER_NONE = 0,
	RECORDER_IN = 1,
	RECORDER_OUT = 2,
	RECORDER_INOUT = 3
};

/* One argument of a syscall as the table inside the trace describes it. */
struct recorder_arg {
	const char *name;
	const char *type; /* "fd", "path", "struct stat", ... */
	enum recorder_direction direction;
};

struct recorder_syscall {
	const char *name;
	uint32_t classes;
	unsigned int coverage; /* 0 all its buffers, 1 named only, 2 in part */
	unsigned int command;  /* 0, or 1 + the argument that selects a command */
	unsigned int nargs;
	struct recorder_arg args[RECORDER_ARGS];
};

/* A command of a multiplexing call: its name, and its arguments instead of the call's. */
struct recorder_command {
	const char *name;
	uint64_t value;
	unsigned int nargs;
	struct recorder_arg args[RECORDER_ARGS];
};

/* A contiguous range of the program's memory that a call read or wrote, or the part of one that is
 * missing. */
struct recorder_buf {
	int arg;      /* 0 to 5; -1 where no argument points to it */
	bool out;     /* written by the kernel; else read by it */
	bool fetched; /* read from outside while the process was stopped */
	bool start; /* begins a range of the call; else goes on where the buffer before it ended */
	uint64_t addr;
	uint64_t full; /* bytes that the call wrote or read */
	uint64_t len;  /* bytes kept; less than full where a limit cut it */
	int error;     /* 0, or the errno why nothing was kept (len is 0) */
	/*
	 * The bytes in one run, or NULL when len is 0 or they are too many: recorder_trace__read().
	 * There for 1 MiB of a buffer and, where they have to be copied together, 4 MiB of an
	 * event.
	 */
	const uint8_t *data;
	uint64_t handle; /* for recorder_trace__read() */
};

enum recorder_event_type {
	RECORDER_CALL = 1,
	RECORDER_THREAD = 3, /* was there before recording began */
	RECORDER_FORK = 4,
	RECORDER_EXEC = 5,
	RECORDER_EXIT = 6,
	RECORDER_SIGNAL = 7,
	RECORDER_RENAME = 8,
	RECORDER_END = 9, /* still alive when recording stopped */
};

struct recorder_event {
	enum recorder_event_type type;
	uint64_t time_ns; /* a call's exit; the time of writing where it is unfinished */
	uint32_t thread;  /* number of the thread in this trace: not reused, kept over exec */
	uint32_t pid;
	uint32_t tid;
	unsigned int cpu;
	const char *comm; /* of a thread, exec or rename: the name from here on; "" where it is not
			     known */
	union {
		struct {
			uint64_t seq;
			uint64_t enter_ns; /* meaningless with no_entry */
			int64_t ret; /* meaningless when unfinished; failure is a negative errno */
			bool unfinished;
			bool no_entry;
			unsigned int abi;
			uint32_t nr;
			unsigned int nargs;
			uint64_t args[RECORDER_ARGS];
			const struct recorder_syscall
				*syscall; /* NULL: not in the table. Valid as long as the reader */
			const struct recorder_command *command; /* NULL: none selected */
			const struct recorder_buf *bufs;
			size_t nbufs;
		} call;
		struct {
			uint32_t thread, pid, tid;
			const char *comm;
			uint64_t set_tid_addr; /* CLONE_CHILD_SETTID: where the kernel writes */
			uint32_t set_tid; /* these 4 bytes of the child's memory before it runs; 0:
					     nowhere */
		} fork;			  /* the child */
		struct {
			uint32_t old_tid;
		} exec;
		struct {
			uint64_t next_seq;
			uint32_t status; /* as wait(2) reports it; for RECORDER_EXIT */
		} exit;			 /* also RECORDER_END */
		struct {
			uint32_t number;
			uint64_t handler; /* 0 default, 1 ignored */
			const uint8_t *info;
			size_t info_len;
		} signal;
	};
};

/* A process as /proc showed it. Valid as long as the reader. */
struct recorder_fd {
	int fd;
	unsigned int flags;
	uint64_t pos;
	const char *target;
};

struct recorder_task {
	uint32_t pid, ppid, uid, gid;
	uint64_t time_ns;
	const char *comm, *exe, *cwd, *root, *cgroup;
	const char *cmdline; /* NUL after each argument */
	size_t cmdline_len;
	const char *maps; /* "" for tasks past the first 16 MiB of snapshots */
	const uint8_t *auxv;
	size_t auxv_len;
	const struct recorder_fd *fds;
	size_t nfds;
	const uint32_t *tids;
	size_t ntids;
};

/* What has been read so far. */
struct recorder_totals {
	uint64_t file_bytes; /* stored */
	uint64_t raw_bytes;  /* before compression */
	uint64_t blocks;
	uint64_t epochs;
	uint64_t blocks_by_type[16]; /* unknown types under 0 */
	uint64_t stored_by_type[16];
	uint64_t raw_by_type[16];
	bool finished; /* END was seen */
	bool torn;     /* the file ends inside a block */
	uint64_t damaged_blocks;
};

/*
 * Open a trace: a path, or "-" for standard input; or a descriptor, which the reader then owns
 * (closed also on failure). A file is read in place; a pipe is spooled, an epoch at a time, in an
 * unlinked temporary file. Reads up to the first event, so that metadata, the table and the first
 * tasks are there. NULL with errno: as open(2) and read(2), EMEDIUMTYPE for what is no trace,
 * EPROTONOSUPPORT for another version, EBADMSG for damage before the first event.
 */
struct recorder_trace *recorder_trace__open(const char *path);
struct recorder_trace *recorder_trace__fdopen(int fd);
void recorder_trace__free(struct recorder_trace *trace);

/*
 * The next event in order of time: 1 with *event set, 0 at the end, -EBADMSG for damage (reading
 * can go on: call again), -ENODATA once, at the end, for a file that is torn or was not finished;
 * another negative errno for a failed read.
 */
int recorder_trace__next(struct recorder_trace *trace, const struct recorder_event **event);
/* One line that explains the last failure, with the file offset; "" when there was none. */
const char *recorder_trace__error(const struct recorder_trace *trace);

/* Up to n bytes of a buffer of the current event from offset on: the number read, or a negative
 * errno. */
ssize_t recorder_trace__read(struct recorder_trace *trace, const struct recorder_buf *buf,
			     uint64_t offset, void *to, size_t n);

/* A metadata value, NUL-terminated, its length in *len when len is not NULL; NULL when the key is
 * missing. */
const char *recorder_trace__meta(const struct recorder_trace *trace, const char *key, size_t *len);
/* A counter of the END block, 0 when it is missing. */
uint64_t recorder_trace__counter(const struct recorder_trace *trace, const char *name);
/* How recording ended, as the END block says; NULL when there was none. */
const char *recorder_trace__ending(const struct recorder_trace *trace);
void recorder_trace__totals(const struct recorder_trace *trace, struct recorder_totals *totals);
/*
 * Whether the last event is of an epoch whose end is not in the file, for the recorder was cut off,
 * or is still at work: what other CPUs recorded before that event may be missing.
 */
bool recorder_trace__is_open(const struct recorder_trace *trace);

/* The table inside the trace. */
const char *recorder_trace__abi_name(const struct recorder_trace *trace, unsigned int abi);
const struct recorder_syscall *recorder_trace__syscall(const struct recorder_trace *trace,
						       unsigned int abi, uint32_t nr);

/* The i-th task snapshot read so far, or NULL past the last. */
const struct recorder_task *recorder_trace__task(const struct recorder_trace *trace, size_t i);

/* "ENOENT" for 2; NULL for an unknown one. */
const char *recorder_errno_name(int error);
const char *recorder_version(void);

#ifdef __cplusplus
}
#endif

#endif
