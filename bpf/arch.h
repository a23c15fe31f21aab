/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where each architecture keeps a syscall's number, arguments, return value and stack pointer. */
#ifndef ARCH_H
#define ARCH_H

#if defined(__TARGET_ARCH_x86)

#define TS_COMPAT 0x0002	   /* arch/x86/include/asm/thread_info.h */
#define X32_SYSCALL_BIT 0x40000000 /* arch/x86/include/uapi/asm/unistd.h */
#define CHILD_RETURNS \
	1 /* a clone's child passes sys_exit: ret_from_fork, arch/x86/kernel/process.c */

static __always_inline __u8 arch_abi(struct task_struct *task, long nr)
{
	if (task->thread_info.status & TS_COMPAT)
		return ABI_I386;
	return nr > 0 && (nr & X32_SYSCALL_BIT) ? ABI_X32 : ABI_X86_64;
}

static __always_inline __u32 arch_table_nr(__u8 abi, long nr)
{
	return abi == ABI_I386 ? nr : nr & ~X32_SYSCALL_BIT;
}

static __always_inline long arch_nr(const struct pt_regs *regs)
{
	return (int)regs->orig_ax;
}

static __always_inline void arch_args(const struct pt_regs *regs, __u8 abi, __u64 *args)
{
	if (abi == ABI_I386) {
		args[0] = (__u32)regs->bx;
		args[1] = (__u32)regs->cx;
		args[2] = (__u32)regs->dx;
		args[3] = (__u32)regs->si;
		args[4] = (__u32)regs->di;
		args[5] = (__u32)regs->bp;
		return;
	}
	args[0] = regs->di;
	args[1] = regs->si;
	args[2] = regs->dx;
	args[3] = regs->r10;
	args[4] = regs->r8;
	args[5] = regs->r9;
}

static __always_inline long arch_ret(const struct pt_regs *regs, __u8 abi)
{
	return abi == ABI_I386 ? (int)regs->ax : (long)regs->ax;
}

/* sigreturn or rt_sigreturn, as the frame of a handler has it. */
static __always_inline long arch_sigreturn(__u8 abi, bool siginfo)
{
	return abi != ABI_I386 ? 15 : siginfo ? 173 : 119;
}

/* Of a thread with a number: its call has no result yet (arch/x86/entry/: rax=$-ENOSYS). */
static __always_inline bool arch_calling(const struct pt_regs *regs)
{
	return (int)regs->ax == -38; /* ENOSYS */
}

static __always_inline __u64 arch_sp(const struct pt_regs *regs)
{
	return regs->sp;
}

#elif defined(__TARGET_ARCH_arm64)

#define TIF_32BIT 22		  /* arch/arm64/include/asm/thread_info.h */
#define PSR_MODE32_BIT 0x00000010 /* arch/arm64/include/uapi/asm/ptrace.h; sp is r13 then */
#define CHILD_RETURNS 0 /* ret_from_fork, arch/arm64/kernel/entry.S: straight to user mode */

static __always_inline __u8 arch_abi(struct task_struct *task, long nr)
{
	return task->thread_info.flags & (1UL << TIF_32BIT) ? ABI_ARM : ABI_ARM64;
}

static __always_inline __u32 arch_table_nr(__u8 abi, long nr)
{
	return nr;
}

static __always_inline long arch_nr(const struct pt_regs *regs)
{
	return regs->syscallno;
}

static __always_inline void arch_args(const struct pt_regs *regs, __u8 abi, __u64 *args)
{
	__u64 mask = abi == ABI_ARM ? 0xffffffff : ~0ULL;

	args[0] = regs->orig_x0 & mask;
	args[1] = regs->regs[1] & mask;
	args[2] = regs->regs[2] & mask;
	args[3] = regs->regs[3] & mask;
	args[4] = regs->regs[4] & mask;
	args[5] = regs->regs[5] & mask;
}

static __always_inline long arch_ret(const struct pt_regs *regs, __u8 abi)
{
	return abi == ABI_ARM ? (int)regs->regs[0] : (long)regs->regs[0];
}

/* sigreturn or rt_sigreturn, as the frame of a handler has it. */
static __always_inline long arch_sigreturn(__u8 abi, bool siginfo)
{
	return abi != ABI_ARM ? 139 : siginfo ? 173 : 119;
}

/* Of a thread with a number: its result has not taken the place of the first argument
 * (arch/arm64/kernel/syscall.c). The two can be equal. */
static __always_inline bool arch_calling(const struct pt_regs *regs)
{
	return regs->regs[0] == regs->orig_x0;
}

/* That of a 32-bit program is r13 (asm/ptrace.h, compat_sp). */
static __always_inline __u64 arch_sp(const struct pt_regs *regs)
{
	return regs->pstate & PSR_MODE32_BIT ? regs->regs[13] : regs->sp;
}

#else
#error "unknown architecture"
#endif

#endif
