/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The end of a thread, or of its recording, and of the call that it is in then. */
#ifndef ENDS_BPF_H
#define ENDS_BPF_H

/*
 * The thread dies. In exit or exit_group it has their number; killed by a signal it has that of the
 * call before, whose exit was seen, or none (entry from user mode sets -1).
 */
static __always_inline void call_dies(struct task_struct *task, struct thread *thread,
				      struct pt_regs *regs)
{
	const struct call_spec *spec;

	if (!config.no_entry || shared.stopping || thread->phase == THREAD_IN)
		return;
	spec = call_begin_late(task, thread, regs, AT_ENTRY_NO_EXIT);
	if (!spec)
		return;
	thread->enter_ns = bpf_ktime_get_ns();
	call_leaves(task, thread, spec, regs);
}

/* A recorded thread dies: in a call, when it was killed. */
static __always_inline void thread_dies(struct task_struct *task, struct thread *thread)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
	struct event_exit *event;
	struct stage *stage = stage_enter();

	if (!stage)
		return;
	if (thread_ends(thread)) {
		const struct call_spec *spec;

		call_dies(task, thread, regs);
		spec = spec_of(thread->abi, thread->nr);
		if (thread->phase == THREAD_IN && spec &&
		    call_open(stage, task, thread, thread->next_seq - 1, bpf_ktime_get_ns())) {
			call_load(&stage->work, thread, spec, regs, true);
			stage->work.ret = 0;
			call_write(stage, thread, spec->nargs, CALL_UNFINISHED);
			record_close(stage);
		}
		event = stage_event(stage, EVENT_EXIT, sizeof(*event), thread->number, task);
		if (event) {
			event->next_seq = thread->next_seq;
			event->code = task->exit_code;
			event->reserved = 0;
		}
	}
	thread->phase = THREAD_OUT;
	bpf_map_delete_elem(&fills, &thread->number);
	if (thread->flags & THREAD_IMAGE)
		bpf_map_delete_elem(&images, &thread->number);
	seat_leave(task);
	__sync_fetch_and_sub(&shared.alive, 1);
	stage_leave(stage);
}

static __always_inline void thread_exit(struct task_struct *task)
{
	struct thread *thread = thread_of(task);

	if (!thread)
		thread = thread_forestall(task);
	if (thread)
		thread_dies(task, thread);
	/* The last of a recorded process may be one that is not recorded: io_uring's. */
	forget_stops(task);
}

struct unfinished_call {
	__u8 call[sizeof(struct event_call)];
	__u64 args[EVENT_ARGS];
};

static __always_inline void end_call(struct task_struct *task, struct thread *thread, bool blocked,
				     __u64 now, struct seq_file *seq)
{
	struct unfinished_call record = {};
	struct event_call *call = (struct event_call *)record.call;

	fill_header(&call->header, EVENT_CALL, sizeof(record), thread->number, task_id(task), now);
	blocked |= config.no_entry;
	call->header.flags = CALL_UNFINISHED | (blocked ? CALL_NO_ENTRY : 0);
	call->seq = thread->next_seq - 1;
	call->enter_ns = blocked ? 0 : thread->enter_ns;
	call->nr = thread->nr;
	call->abi = thread->abi;
	call->nargs = EVENT_ARGS;
	arch_args((struct pt_regs *)bpf_task_pt_regs(task), thread->abi, record.args);
	bpf_seq_write(seq, &record, sizeof(record));
}

/* Recording stops while the thread lives. 1: come again for this task. */
static __always_inline int thread_end(struct task_struct *task, struct thread *thread,
				      struct seq_file *seq)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
	struct event_end event = {};
	__u64 now = bpf_ktime_get_ns();
	bool blocked = thread->flags & THREAD_BLOCKED;

	if (config.no_entry)
		blocked = thread->phase == THREAD_OUT && in_call(task);
	if (thread->flags & THREAD_WAIT_EXEC)
		return 0;
	if (seq_full(seq, sizeof(struct unfinished_call) + sizeof(event)))
		return 1;
	if (!thread_ends(thread))
		return 0;
	if (blocked && arch_nr(regs) >= 0) {
		thread->abi = arch_abi(task, arch_nr(regs));
		thread->nr = arch_table_nr(thread->abi, arch_nr(regs));
	}
	/* Whether it is selected can be asked of the current task alone. */
	if (config.by_uid || config.by_comm || config.by_cgroup ||
	    !spec_of(thread->abi, thread->nr))
		blocked = false;
	thread->next_seq += blocked;
	if (thread->phase == THREAD_IN || blocked)
		end_call(task, thread, blocked, now, seq);
	fill_header(&event.header, EVENT_END, sizeof(event), thread->number, task_id(task), now);
	event.next_seq = thread->next_seq;
	bpf_seq_write(seq, &event, sizeof(event));
	return 0;
}

#endif
