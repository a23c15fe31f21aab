// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The capture side: what runs in the kernel when a recorded thread enters and leaves a call, is
 * born, becomes another program, gets a signal, or dies. A record goes to the staging area of its
 * CPU (stage.bpf.h), from there to a ring buffer.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "event.h"
#include "arch.h"
#include "maps.bpf.h"
#include "stage.bpf.h"
#include "seats.bpf.h"
#include "pieces.bpf.h"
#include "semaphores.bpf.h"
#include "layout.bpf.h"
#include "buffers.bpf.h"
#include "fill.bpf.h"
#include "threads.bpf.h"
#include "calls.bpf.h"
#include "ends.bpf.h"
#include "classic.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tp_btf/sys_enter")
int BPF_PROG(enter_call, struct pt_regs *regs, long nr)
{
	calling_enter(regs, nr);
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(exit_call, struct pt_regs *regs, long ret)
{
	calling_exit(regs);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(fork_thread, struct task_struct *parent, struct task_struct *child)
{
	thread_fork(parent, child);
	return 0;
}

/* In the middle of an execve that will succeed, with the old memory still there and its strings
 * present. Linux 6.10 and later. */
SEC("tp_btf/sched_prepare_exec")
int BPF_PROG(prepare_exec, struct task_struct *task)
{
	struct thread *thread = thread_of(task);

	if (thread)
		exec_begin(task, thread);
	if (thread && thread->phase == THREAD_IN)
		call_keep_strings(task, thread);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(exec_thread, struct task_struct *task, pid_t old_pid)
{
	struct thread *thread = thread_of(task);

	if (thread)
		thread_exec(task, thread, old_pid);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(exit_thread, struct task_struct *task)
{
	thread_exit(task);
	return 0;
}

SEC("tp_btf/signal_deliver")
int BPF_PROG(deliver_signal, int signo, struct kernel_siginfo *info, struct k_sigaction *action)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct thread *thread = thread_of(task);

	if (thread && config.no_entry)
		note_handler(thread, action);
	if (thread && config.wait && signal_stops(signo))
		note_delivery(task, action);
	if (thread && !shared.stopping)
		thread_signal(task, thread, signo, info, action);
	return 0;
}

SEC("tp_btf/signal_generate")
int BPF_PROG(generate_signal, int signo, struct kernel_siginfo *info, struct task_struct *task,
	     int group, int result)
{
	if (config.wait && signal_stops(signo) && thread_of(task))
		note_stop(signo, info, task, result);
	return 0;
}

SEC("tp_btf/task_rename")
int BPF_PROG(rename_thread, struct task_struct *task, const char *comm)
{
	struct thread *thread = thread_of(task);

	if (!thread || shared.stopping)
		return 0;
	/* Before 6.10 this is what shows of an execve first: begin_new_exec, fs/exec.c. */
	if (!config.late_strings && task == bpf_get_current_task_btf())
		exec_begin(task, thread);
	if (!config.no_entry || thread->phase != THREAD_IN)
		thread_rename(task, thread, comm);
	return 0;
}

/*
 * Run by the recorder on each CPU in turn, in an interrupt: it may come in the midst of another
 * program's work, then the recorder tries again.
 */
SEC("raw_tp")
int flush(void *context)
{
	struct stage *stage = this_stage();

	if (!stage || stage->state.busy)
		return 1;
	stage->state.busy++;
	stage_flush(0);
	stage->state.busy--;
	return stage->state.used != 0;
}

/* Take in the threads that are there already. */
SEC("iter/task")
int adopt(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;

	return task && thread_wanted(task) ? thread_adopt(task, context->meta->seq) : 0;
}

/* Write off the threads that are still there. */
SEC("iter/task")
int end(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;
	struct thread *thread;

	if (!task)
		return 0;
	thread = thread_of(task);
	return thread ? thread_end(task, thread, context->meta->seq) : 0;
}
