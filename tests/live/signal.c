/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* rt_sig*, sigaltstack, signalfd4 and its read, kill, tgkill, pidfd_send_signal. */
#include <sys/signalfd.h>

#include "expect.h"

/* The kernel's struct sigaction: handler, flags, restorer, mask. */
#define ACTION_SIZE (3 * sizeof(long) + 8)

static volatile int caught;

static void catch (int number)
{
	caught = number;
}

static void actions(void)
{
	long *action = tail(ACTION_SIZE), *old = tail(ACTION_SIZE);

	memset(action, 0, ACTION_SIZE);
	action[0] = (long)SIG_IGN;
	TEST("rt_sigaction: a new one, with the old one");
	CALL(rt_sigaction, SIGUSR2, action, old, 8);
	in(1, action, ACTION_SIZE);
	out(2, old, ACTION_SIZE);
	TEST("rt_sigaction: only look");
	CALL(rt_sigaction, SIGUSR2, NULL, old, 8);
	out(2, old, ACTION_SIZE);
	TEST("rt_sigaction: SIGKILL");
	CALL(rt_sigaction, SIGKILL, action, old, 8);
	in(1, action, ACTION_SIZE);
}

static void masks(void)
{
	uint64_t *mask = tail(8), *old = tail(8);

	*mask = 1UL << (SIGUSR1 - 1);
	TEST("rt_sigprocmask: block, with the old mask");
	CALL(rt_sigprocmask, SIG_BLOCK, mask, old, 8);
	in(1, mask, 8);
	out(2, old, 8);
	TEST("rt_sigprocmask: wrong size");
	CALL(rt_sigprocmask, SIG_BLOCK, mask, old, 4);
	kill(getpid(), SIGUSR1);
	TEST("rt_sigpending: one waits");
	CALL(rt_sigpending, old, 8);
	out(0, old, 8);
}

static void waits(void)
{
	struct timespec *timeout = tail(sizeof(*timeout));
	siginfo_t *info = tail(sizeof(*info));
	uint64_t *mask = tail(8);

	*mask = 1UL << (SIGUSR1 - 1);
	*timeout = (struct timespec){ 1, 3 };
	TEST("rt_sigtimedwait: one was waiting");
	CALL(rt_sigtimedwait, mask, info, timeout, 8);
	in(0, mask, 8);
	out(1, info, sizeof(*info));
	in(2, timeout, sizeof(*timeout));
	*timeout = (struct timespec){ 0, 10 };
	TEST("rt_sigtimedwait: time is up");
	CALL(rt_sigtimedwait, mask, info, timeout, 8);
	in(0, mask, 8);
	in(2, timeout, sizeof(*timeout));
	memset(info, 0, sizeof(*info));
	info->si_code = SI_QUEUE;
	info->si_value.sival_int = 77;
	TEST("rt_sigqueueinfo: to itself");
	CALL(rt_sigqueueinfo, getpid(), SIGUSR1, info);
	in(2, info, sizeof(*info));
}

static void delivered(void)
{
	struct sigaction act = { .sa_handler = catch };
	uint64_t *mask = tail(8);

	sigaction(SIGUSR1, &act, NULL);
	*mask = 0;
	TEST("rt_sigsuspend: until a signal comes");
	CALL(rt_sigsuspend, mask, 8);
	ret_is(-514);
	in(0, mask, 8);
	need(caught == SIGUSR1, "SIGUSR1");
	*mask = 0;
	CALL(rt_sigprocmask, SIG_SETMASK, mask, NULL, 8);
	in(1, mask, 8);
	TEST("tgkill: itself");
	CALL(tgkill, getpid(), getpid(), SIGUSR1);
	TEST("kill: no such process");
	CALL(kill, 0x3fffffff, 0);
	TEST("kill: no such signal");
	CALL(kill, getpid(), 999);
}

static void stacks(void)
{
	stack_t *stack = tail(sizeof(*stack)), *old = tail(sizeof(*old));

	*stack = (stack_t){ .ss_sp = pages(4), .ss_size = 4 * PAGE };
	TEST("sigaltstack: a new one, with the old one");
	CALL(sigaltstack, stack, old);
	in(0, stack, sizeof(*stack));
	out(1, old, sizeof(*old));
	stack->ss_size = 3;
	TEST("sigaltstack: too small");
	CALL(sigaltstack, stack, old);
	in(0, stack, sizeof(*stack));
}

static void descriptors(void)
{
	struct signalfd_siginfo *info = tail(2 * sizeof(*info));
	uint64_t *mask = tail(8);
	int fd;

	*mask = 1UL << (SIGUSR1 - 1);
	need(!syscall(SYS_rt_sigprocmask, SIG_BLOCK, mask, NULL, 8), "rt_sigprocmask");
	TEST("signalfd4: a new one");
	fd = (int)CALL(signalfd4, -1L, mask, 8, SFD_CLOEXEC);
	in(1, mask, 8);
	kill(getpid(), SIGUSR1);
	TEST("read: a signal");
	CALL(read, fd, info, 2 * sizeof(*info));
	out(1, info, sizeof(*info));
}

int main(void)
{
	actions();
	masks();
	waits();
	delivered();
	stacks();
	descriptors();
	flush();
	return 0;
}
