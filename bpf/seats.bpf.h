/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How a call finds its thread without calling the kernel. The first call of a thread moves its
 * state from task storage to an element of an array, its seat, whose index comes from the address
 * of the thread's struct pt_regs: the top of its kernel stack, which nobody else has while it
 * lives. It gives the seat up when it dies, before the stack is another's. A seat that another has
 * taken leaves the state where it is, which costs a look-up in task storage at each entry and exit.
 */
#ifndef SEATS_BPF_H
#define SEATS_BPF_H

/* Linux 6.2 and later. Before, the kernel has to be asked for the task at hand. */
extern void *bpf_rdonly_cast(const void *object, __u32 type) __weak __ksym;

/* Stacks lie at multiples of a power of two: the multiplier (2^32 by the golden ratio) spreads
 * neighbours to seats of their own. */
static __always_inline __u32 seat_index(const struct pt_regs *regs)
{
	__u32 low;

	/* The verifier lets nobody calculate with a pointer; its low half is a number. */
	asm volatile("%0 = %1" : "=w"(low) : "w"((__u32)(__u64)regs));
	return low * 0x9e3779b1U >> (32 - SEATS_BITS);
}

/*
 * NULL also where an exit was missed, as can be where programs are preempted (classic.bpf.h), and
 * the seat is that of a dead thread.
 */
static __always_inline struct thread *seat_find(const struct pt_regs *regs)
{
	__u32 index = seat_index(regs);
	struct thread *seat = bpf_map_lookup_elem(&seats, &index);

	if (!seat || seat->regs != (__u64)regs)
		return NULL;
	if (config.preemptible && seat->pid != (__u32)bpf_get_current_task_btf()->pid)
		return NULL;
	return seat;
}

/* The thread that makes the call at hand; NULL for strangers, who make nearly all on the machine:
 * they have nothing in task storage. */
static __always_inline struct thread *thread_calling(const struct pt_regs *regs)
{
	struct thread *thread = seat_find(regs);
	struct task_struct *task;

	if (thread)
		return thread;
	task = bpf_get_current_task_btf();
	return task->bpf_storage ? thread_of(task) : NULL;
}

/* Its task: to be read, not to be handed to the kernel. */
static __always_inline struct task_struct *task_calling(const struct thread *thread)
{
	if (config.cast)
		return bpf_rdonly_cast((void *)thread->task,
				       bpf_core_type_id_kernel(struct task_struct));
	return bpf_get_current_task_btf();
}

/*
 * In the stage, so that the recorder's `stopping` either comes first or waits: what ends threads is
 * not to find both states. Whoever had this stack before is dead.
 */
static __always_inline void seat_move(struct task_struct *task, struct thread *own,
				      const struct pt_regs *regs)
{
	__u32 index = seat_index(regs);
	struct thread *seat = bpf_map_lookup_elem(&seats, &index);
	__u64 before;

	if (!seat)
		return;
	before = __sync_val_compare_and_swap(&seat->regs, 0, (__u64)regs);
	if (before && before != (__u64)regs)
		return;
	if (shared.stopping) {
		seat->regs = 0;
		return;
	}
	own->regs = (__u64)regs; /* the seat must not look free meanwhile */
	own->pid = task->pid;
	*seat = *own;
	barrier();
	own->seat = index + 1;
}

/* The next call shall find the calling thread at its seat. */
static __always_inline void seat_take(const struct pt_regs *regs)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct thread *own = thread_stored(task);
	struct stage *stage;

	if (!own || own->seat)
		return;
	stage = stage_enter();
	if (!stage)
		return;
	seat_move(task, own, regs);
	stage_leave(stage);
}

/* The calling thread dies. Whoever looks for it finds that its end is written. */
static __always_inline void seat_leave(struct task_struct *task)
{
	struct thread *own = thread_stored(task), *seat;

	if (!own || !own->seat)
		return;
	seat = thread_of(task);
	own->phase = THREAD_OUT;
	own->ended = 1;
	__sync_lock_test_and_set(&own->seat, 0);
	if (seat)
		__sync_lock_test_and_set(&seat->regs, 0);
}

#endif
