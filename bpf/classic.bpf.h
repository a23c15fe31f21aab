/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The same programs for Linux 7.2 and later, on classic tracepoints. There a task can be preempted
 * within a program of a raw tracepoint, and as long as it is, the kernel skips that program for
 * every other task of the CPU (prog->active: include/linux/bpf.h, bpf_prog_get_recursion_context):
 * one call in ten was lost of four threads on two CPUs. Programs of classic tracepoints run with
 * preemption off (include/trace/perf.h), and since 6.7 the kernel counts what it skips of them too.
 * They share one guard, so what an interrupt may bring in their midst, signals, stays raw.
 */
#ifndef CLASSIC_BPF_H
#define CLASSIC_BPF_H

extern struct task_struct *bpf_task_from_pid(__s32 pid) __weak __ksym;
extern void bpf_task_release(struct task_struct *task) __weak __ksym;

SEC("tp/raw_syscalls/sys_enter")
int enter_call_classic(void *context)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());

	calling_enter(regs, arch_nr(regs));
	return 0;
}

SEC("tp/raw_syscalls/sys_exit")
int exit_call_classic(void *context)
{
	calling_exit((struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf()));
	return 0;
}

SEC("tp/sched/sched_process_fork")
int fork_thread_classic(struct trace_event_raw_sched_process_fork *context)
{
	struct task_struct *child = bpf_task_from_pid(context->child_pid);

	if (!child)
		return 0;
	thread_fork(bpf_get_current_task_btf(), child);
	bpf_task_release(child);
	return 0;
}

SEC("tp/sched/sched_process_exec")
int exec_thread_classic(struct trace_event_raw_sched_process_exec *context)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct thread *thread = thread_of(task);

	if (thread)
		thread_exec(task, thread, context->old_pid);
	return 0;
}

SEC("tp/sched/sched_process_exit")
int exit_thread_classic(void *context)
{
	thread_exit(bpf_get_current_task_btf());
	return 0;
}

#endif
