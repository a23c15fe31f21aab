/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Configuration, the state of a thread, and the maps. */
#ifndef MAPS_BPF_H
#define MAPS_BPF_H

#define THREADS_MAX 65536
#define CPUS_MAX 1024
#define SEATS_BITS 14
#define SEATS (1U << SEATS_BITS)

const volatile struct capture_config config;
struct capture_shared shared;

enum thread_phase {
	THREAD_OUT = 0,	    /* not in a call, or in one whose entry was not seen */
	THREAD_IN = 1,	    /* in a call that will be recorded */
	THREAD_SKIPPED = 2, /* in one that will not */
};

enum thread_flags {
	THREAD_NEWBORN = 1 << 0,   /* still in the fork that made it: its way out of that is no call
				      of its own */
	THREAD_BLOCKED = 1 << 1,   /* was in a call when it was adopted and has not come out */
	THREAD_WAIT_EXEC = 1 << 2, /* the recorder's own child: begins with its execve */
	THREAD_EXECED = 1 << 3,	   /* the call's exit will report the exec event */
	THREAD_STRINGS = 1 << 4,   /* execve's strings have been kept */
	THREAD_IMAGE = 1 << 5,	   /* a vector that the call may write over has been kept */
};

/* What every call touches comes first. */
struct thread {
	__u64 regs; /* address of its struct pt_regs; 0: it has had no seat, or this one is free */
	__u64 task; /* address of its struct task_struct */
	__u64 next_seq;
	__u64 enter_ns;
	__u32 number;
	__u8 phase; /* enum thread_phase */
	__u8 abi;
	__u16 flags; /* enum thread_flags */
	__u32 nr;
	__u32 pid;     /* with regs: its number in the initial namespace */
	__u32 old_tid; /* with THREAD_EXECED */
	__u32 restart; /* number of the call that restart_syscall goes on with */
	__u32 ended;   /* EVENT_END or EVENT_EXIT is written, by the one who set it */
	__u32 seat;    /* in task storage: 0, or 1 + index of the seat that has the state */
	/* Without entries: handlers that run, the newest in bit 0, set with SA_SIGINFO; a 1 is on
	 * top. 0: none. */
	__u64 handlers;
	__u64 args[EVENT_ARGS];	 /* with AT_ENTRY_ARGS and calls that block until killed */
	__u64 saved[EVENT_ARGS]; /* by buffer: the value at entry of what the call overwrites */
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct thread);
} threads SEC(".maps");

/* Where the state of a thread is that makes calls: seats.bpf.h. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SEATS);
	__type(key, __u32);
	__type(value, struct thread);
} seats SEC(".maps");

/* Index abi x SYSCALLS_MAX + number. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ABI_COUNT *SYSCALLS_MAX);
	__type(key, __u32);
	__type(value, struct call_spec);
} specs SEC(".maps");

/* Key: command << 32 | abi x SYSCALLS_MAX + number. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, COMMANDS_MAX);
	__type(key, __u64);
	__type(value, struct call_spec);
} commands SEC(".maps");

/* Index: the shape's number, SHAPES_MAX more where pointers have 32 bits. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2 * SHAPES_MAX);
	__type(key, __u32);
	__type(value, struct shape);
} shapes SEC(".maps");

/* Processes that -p named, while they are being adopted. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, __u32);
} targets SEC(".maps");

/* A ring buffer for each CPU, which the recorder makes. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, CPUS_MAX);
	__type(key, __u32);
	__array(
		values, struct {
			__uint(type, BPF_MAP_TYPE_RINGBUF);
			__uint(max_entries, 4096);
		});
} rings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} cgroups SEC(".maps");

/* Stops of a process that the recorder has to undo, by pid; how many it has undone. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, THREADS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct process_stops);
} holds SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, THREADS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, __u32);
} resumed SEC(".maps");

/* Stop signals that somebody else sent to a recorded process, pid to signal, until its SIGCONT. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, THREADS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, __u32);
} stops SEC(".maps");

#define NAMESPACES_MAX 32 /* MAX_PID_NS_LEVEL, linux/pid_namespace.h */

/* A task's number in the recorder's pid namespace, which is not the initial one; 0 where it has
 * none. */
static __noinline __u32 nested_number(struct task_struct *task)
{
	struct pid *pid = task->thread_pid;
	__u32 level = pid ? pid->level : 0;

	for (__u32 i = 1; i <= NAMESPACES_MAX; i++) {
		struct upid number;

		if (i > level)
			break;
		if (bpf_probe_read_kernel(&number, sizeof(number),
					  (char *)pid + bpf_core_field_offset(pid->numbers) +
						  i * sizeof(number)))
			break;
		if (BPF_CORE_READ(number.ns, ns.inum) == config.namespace)
			return number.nr;
	}
	return 0;
}

/* As the task itself sees it. */
static __always_inline __u32 own_number(struct task_struct *task)
{
	struct pid *pid = task->thread_pid;
	__u32 level = pid ? pid->level : 0;
	__u32 number = task->pid;

	/* The number is a struct upid's first member. */
	if (level && level <= NAMESPACES_MAX)
		bpf_probe_read_kernel(&number, sizeof(number),
				      (char *)pid + bpf_core_field_offset(pid->numbers) +
					      level * sizeof(struct upid));
	return number;
}

static __always_inline __u32 process_number(struct task_struct *task)
{
	return config.namespace ? nested_number(task->group_leader) : (__u32)task->tgid;
}

static __always_inline __u32 thread_number(struct task_struct *task)
{
	return config.namespace ? nested_number(task) : (__u32)task->pid;
}

/* What task storage has of a thread: its state, until that moves to a seat. */
static __always_inline struct thread *thread_stored(struct task_struct *task)
{
	return bpf_task_storage_get(&threads, task, NULL, 0);
}

/* A thread by its task; NULL for strangers, which is what nearly every call on the machine is made
 * by. */
static __always_inline struct thread *thread_of(struct task_struct *task)
{
	struct thread *own = thread_stored(task), *seat;
	__u32 index;

	if (!own || !own->seat)
		return own;
	index = own->seat - 1;
	seat = bpf_map_lookup_elem(&seats, &index);
	/* Another's by now: this thread, which is not the caller, has just died. */
	return seat && seat->task == (__u64)task ? seat : own;
}

/* The open file of the calling thread's descriptor, or NULL. */
static __always_inline struct file *file_of(__u32 fd)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **files = BPF_CORE_READ(table, fd), *file = NULL;

	if (fd < BPF_CORE_READ(table, max_fds))
		bpf_probe_read_kernel(&file, sizeof(file), &files[fd]);
	return file;
}

#endif
