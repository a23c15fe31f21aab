/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The life of a recorded thread: adopted or born, renamed, signalled, gone; and who else stops it.
 */
#ifndef THREADS_BPF_H
#define THREADS_BPF_H

#define PF_EXITING 0x00000004 /* linux/sched.h */
#define PF_IO_WORKER 0x00000010
#define PF_USER_WORKER 0x00004000
#define PF_KTHREAD 0x00200000

#define SIGCONT 18 /* linux/signal.h, the same on x86-64 and arm64 */
#define SIGSTOP 19
#define SIGTTOU 22
#define SI_KERNEL 0x80

/*
 * State for a thread, as it is to begin; its number is given here. A program on another CPU may be
 * quicker: then it is that one's, with another number. NULL: no memory, or on kernels that can be
 * preempted in it, another task of this CPU is in the midst of the same (bpf_task_storage_trylock,
 * kernel/bpf/bpf_task_storage.c).
 */
static __always_inline struct thread *thread_new(struct task_struct *task, struct thread *state)
{
	struct thread *thread;

	state->task = (__u64)task;
	state->number = __sync_fetch_and_add(&shared.next_thread, 1);
	thread = bpf_task_storage_get(&threads, task, state, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!thread)
		thread = thread_stored(task);
	if (thread && thread->number == state->number && !state->ended) {
		__sync_fetch_and_add(&shared.threads, 1);
		__sync_fetch_and_add(&shared.alive, 1);
	}
	return thread;
}

/* Whether the caller is to write the thread's end: one alone is told so. */
static __always_inline bool thread_ends(struct thread *thread)
{
	return !__sync_lock_test_and_set(&thread->ended, 1);
}

static __always_inline void copy_comm(char *to, const struct task_struct *task)
{
	bpf_probe_read_kernel(to, EVENT_COMM, task->comm);
}

/* Whether a thread that was there before recording began is to be recorded. */
static __always_inline bool thread_wanted(struct task_struct *task)
{
	__u32 pid = process_number(task);

	if (task->flags & (PF_KTHREAD | PF_IO_WORKER | PF_USER_WORKER) || pid == config.self)
		return false;
	return config.all || (shared.adopting && bpf_map_lookup_elem(&targets, &pid));
}

static __always_inline bool in_call(struct task_struct *task)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);

	return task->__state && arch_nr(regs) >= 0 && arch_calling(regs);
}

/* Whether the iterator is to come again for this task: there is no room for its record. */
static __always_inline bool seq_full(const struct seq_file *seq, __u32 size)
{
	return seq->size - seq->count < size;
}

/* 1: come again for this task. */
static __always_inline int thread_adopt(struct task_struct *task, struct seq_file *seq)
{
	/* Its records bear later times than this. */
	__u64 now = bpf_ktime_get_ns();
	struct event_thread event = {};
	__u32 pid = process_number(task), *mode;
	struct thread state = {}, *thread;

	/* One that is exiting makes no more calls, and may have passed the tracepoint that ends it;
	 * that may come now, too: thread_forestall. */
	if (task->flags & PF_EXITING || thread_of(task))
		return 0;
	if (seq_full(seq, sizeof(event)))
		return 1;
	mode = bpf_map_lookup_elem(&targets, &pid);
	if (mode && *mode) {
		state.flags = THREAD_WAIT_EXEC;
		state.phase = THREAD_SKIPPED;
	} else if (in_call(task)) {
		state.flags = THREAD_BLOCKED;
	}
	thread = thread_new(task, &state);
	if (!thread)
		return 1;
	if (thread->number != state.number)
		return 0;
	fill_header(&event.header, EVENT_THREAD, sizeof(event), state.number, task_id(task), now);
	copy_comm(event.comm, task);
	bpf_seq_write(seq, &event, sizeof(event));
	return 0;
}

/* A thread of a process that is being adopted makes another before its own turn came. */
static __always_inline struct thread *thread_overtake(struct stage *stage, struct task_struct *task)
{
	struct thread state = {}, *thread;
	struct event_thread *event;

	if (!thread_wanted(task))
		return NULL;
	thread = thread_new(task, &state);
	if (!thread)
		stage->state.lost_storage++;
	if (!thread || thread->number != state.number)
		return thread;
	event = stage_event(stage, EVENT_THREAD, sizeof(*event), state.number, task);
	if (event)
		copy_comm(event->comm, task);
	return thread;
}

/* Or it dies before its turn came: the iterator, which may be at it, is not to take it in now. The
 * caller's thread if the iterator was quicker. */
static __always_inline struct thread *thread_forestall(struct task_struct *task)
{
	struct thread state = { .ended = 1 }, *thread;

	if (!shared.adopting || !thread_wanted(task))
		return NULL;
	thread = thread_new(task, &state);
	return thread && thread->number != state.number ? thread : NULL;
}

static __always_inline void fork_in_stage(struct stage *stage, struct task_struct *parent,
					  struct task_struct *child)
{
	/* Where it does not come out of its fork, only an entry would end its being newborn. */
	__u16 flags = config.no_entry && !CHILD_RETURNS ? 0 : THREAD_NEWBORN;
	struct thread state = { .flags = flags }, *thread = thread_of(parent), *born;
	struct event_fork *event;

	if (!thread)
		thread = thread_overtake(stage, parent);
	if (!thread || thread->flags & THREAD_WAIT_EXEC)
		return;
	born = thread_new(child, &state);
	if (!born) {
		stage->state.lost_storage++;
		return;
	}
	/* The iterator may have met it first. */
	born->flags = flags;
	/* A copy of the process returns from its handlers, too. */
	if (child->tgid != parent->tgid)
		born->handlers = thread->handlers;
	event = stage_event(stage, EVENT_FORK, sizeof(*event), thread->number, parent);
	if (!event)
		return;
	event->child_thread = born->number;
	event->child_pid = process_number(child);
	event->child_tid = thread_number(child);
	/* What the child, when it runs, finds written: kernel/sched/core.c, schedule_tail. */
	event->set_tid_addr = (__u64)child->set_child_tid;
	event->set_tid = event->set_tid_addr ? own_number(child) : 0;
	copy_comm(event->comm, child);
}

static __always_inline void thread_fork(struct task_struct *parent, struct task_struct *child)
{
	struct stage *stage;

	if (shared.stopping || config.no_follow ||
	    child->flags & (PF_KTHREAD | PF_IO_WORKER | PF_USER_WORKER))
		return;
	if (!thread_of(parent) && !shared.adopting)
		return;
	stage = stage_enter();
	if (!stage)
		return;
	fork_in_stage(stage, parent, child);
	stage_leave(stage);
}

static __always_inline void thread_exec(struct task_struct *task, struct thread *thread,
					pid_t old_pid)
{
	thread->pid = task->pid;
	/* What it was in another namespace is known from the call's entry only. */
	if (!config.namespace)
		thread->old_tid = old_pid;
	thread->flags |= THREAD_EXECED;
	thread->handlers = 0;
	thread->flags &= ~THREAD_WAIT_EXEC;
}

static __always_inline void thread_rename(struct task_struct *task, struct thread *thread,
					  const char *comm)
{
	struct event_rename *event;
	struct stage *stage;

	/* An execve's new name comes with EVENT_EXEC. */
	if (thread->flags & (THREAD_WAIT_EXEC | THREAD_STRINGS))
		return;
	stage = stage_enter();
	if (!stage)
		return;
	event = stage_event(stage, EVENT_RENAME, sizeof(*event), thread->number, task);
	if (event) {
		/* What execve names a thread by is longer: __set_task_comm cuts it after this. */
		bpf_probe_read_kernel(event->comm, EVENT_COMM, comm);
		event->comm[EVENT_COMM - 1] = '\0';
	}
	stage_leave(stage);
}

static __always_inline bool signal_stops(int signo)
{
	return signo >= SIGCONT && signo <= SIGTTOU;
}

/* A signal that this recorder sent itself, to make room in a buffer or to go on afterwards. */
static __always_inline bool signal_is_ours(int signo, struct kernel_siginfo *info)
{
	pid_t pid;

	if ((unsigned long)info <=
	    2) /* SEND_SIG_NOINFO, SEND_SIG_PRIV: no structure; linux/sched/signal.h */
		return signo == SIGSTOP && (unsigned long)info == 1;
	if (signo == SIGSTOP)
		return BPF_CORE_READ(info, si_code) == SI_KERNEL;
	/* The sender's number is the receiver's view of it: 0 from an outer namespace. */
	pid = BPF_CORE_READ(info, _sifields._kill._pid);
	return signo == SIGCONT && BPF_CORE_READ(info, si_code) <= 0 &&
	       (pid == (pid_t)config.self || !pid);
}

#define TRACE_SIGNAL_IGNORED 1 /* trace/events/signal.h */

/*
 * Keep in mind a stop that is not ours, so that draining a buffer does not undo it. One that is
 * ignored has no effect: it is that of a zombie, or of a namespace's first process. SIGCONT has,
 * ahead of being ignored (prepare_signal, kernel/signal.c).
 */
static __always_inline void note_stop(int signo, struct kernel_siginfo *info,
				      struct task_struct *task, int result)
{
	__u32 pid = process_number(task), value = signo;

	if (signal_is_ours(signo, info))
		return;
	if (signo == SIGCONT)
		bpf_map_delete_elem(&stops, &pid);
	else if (result != TRACE_SIGNAL_IGNORED)
		bpf_map_update_elem(&stops, &pid, &value, BPF_ANY);
}

/* A handler takes it, and it stops nothing. */
static __always_inline void note_delivery(struct task_struct *task, struct k_sigaction *action)
{
	__u32 pid = process_number(task);

	if (BPF_CORE_READ(action, sa.sa_handler) != NULL /* SIG_DFL */)
		bpf_map_delete_elem(&stops, &pid);
}

/* Another process may get its number, and is not stopped. */
static __always_inline void forget_stops(struct task_struct *task)
{
	__u32 pid = process_number(task);

	/* Threads that are yet to die: do_exit, kernel/exit.c, counts down before it tells. */
	if (!config.wait || task->signal->live.counter)
		return;
	bpf_map_delete_elem(&holds, &pid);
	bpf_map_delete_elem(&resumed, &pid);
	bpf_map_delete_elem(&stops, &pid);
}

#define SA_SIGINFO 4 /* asm/signal.h */

static __always_inline void note_handler(struct thread *thread, struct k_sigaction *action)
{
	bool siginfo = BPF_CORE_READ(action, sa.sa_flags) & SA_SIGINFO;

	/* SIG_DFL and SIG_IGN are 0 and 1. */
	if ((__u64)BPF_CORE_READ(action, sa.sa_handler) > 1)
		thread->handlers = (thread->handlers ? thread->handlers : 1) << 1 | siginfo;
}

static __always_inline void thread_signal(struct task_struct *task, struct thread *thread,
					  int signo, struct kernel_siginfo *info,
					  struct k_sigaction *action)
{
	struct event_signal *event;
	struct stage *stage;

	if (thread->flags & THREAD_WAIT_EXEC || (config.wait && signal_is_ours(signo, info)))
		return;
	stage = stage_enter();
	if (!stage)
		return;
	event = stage_event(stage, EVENT_SIGNAL, sizeof(*event), thread->number, task);
	if (event) {
		event->signo = signo;
		event->reserved = 0;
		event->handler = (__u64)BPF_CORE_READ(action, sa.sa_handler);
		bpf_probe_read_kernel(event->info, EVENT_SIGINFO, info);
	}
	stage_leave(stage);
}

#endif
