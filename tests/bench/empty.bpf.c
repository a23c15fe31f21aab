// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The floor: what it costs to have a program on both system call tracepoints at all, before it does
 * anything. No recorder that attaches there can be cheaper.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tp_btf/sys_enter")
int BPF_PROG(enter_call, struct pt_regs *regs, long nr)
{
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(exit_call, struct pt_regs *regs, long ret)
{
	return 0;
}
