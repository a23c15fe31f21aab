/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* fork, clone, clone3: what parent and children do. */
#include <linux/sched.h>

#include "expect.h"

/* What a child does: a call of its own with a number that tells it. */
static void child(long number)
{
	in_child();
	TEST("a child's own call");
	CALL(getpriority, 0x5eed, number);
	UNFINISHED(exit_group, number);
}

static void gone(long pid, int status)
{
	int seen;

	flush();
	need(pid > 0 && waitpid((pid_t)pid, &seen, 0) == pid && WEXITSTATUS(seen) == status,
	     "a child");
}

static void old_ways(void)
{
	int *tid = tail(4);
	long pid;

#ifdef SYS_fork
	TEST("fork: a child");
	flush();
	pid = CALL0(fork);
	if (!pid)
		child(11);
	gone(pid, 11);
#endif
	TEST("clone: with the parent's copy of the tid");
	flush();
	pid = CALL(clone, CLONE_PARENT_SETTID | SIGCHLD, NULL, tid, NULL, NULL);
	if (!pid)
		child(12);
	out(2, tid, 4);
	gone(pid, 12);
	TEST("clone: a pidfd");
	flush();
	pid = CALL(clone, CLONE_PIDFD | SIGCHLD, NULL, tid, NULL, NULL);
	if (!pid)
		child(13);
	out(2, tid, 4);
	gone(pid, 13);
	TEST("clone: flags that exclude each other");
	CALL(clone, CLONE_THREAD, NULL, NULL, NULL, NULL);
}

static void new_way(void)
{
	struct clone_args *args = tail(sizeof(*args));
	int *pidfd = tail(4), *tid = tail(4);
	long pid;

	memset(args, 0, sizeof(*args));
	args->flags = CLONE_PIDFD | CLONE_PARENT_SETTID;
	args->pidfd = POINTER(pidfd);
	args->parent_tid = POINTER(tid);
	args->exit_signal = SIGCHLD;
	TEST("clone3: a pidfd and the parent's copy of the tid");
	flush();
	pid = CALL(clone3, args, sizeof(*args));
	if (!pid)
		child(14);
	in(0, args, sizeof(*args));
	out(0, pidfd, 4);
	out(0, tid, 4);
	gone(pid, 14);
	TEST("clone3: too small");
	CALL(clone3, args, 8);
}

#ifdef __x86_64__
#define ENTER "syscall"
#define FIRST "edi"
#define CLOBBERED "rcx", "r11",
#else
#define ENTER "int $0x80"
#define FIRST "ebx"
#define CLOBBERED
#endif

/* The child has its parent's stack, so it must not return from the function that makes the call. */
static void shared_stack(void)
{
#if defined(__x86_64__) || defined(__i386__)
	long pid;

	TEST("vfork: a child that ends at once");
	flush();
	__asm__ volatile("mov %1, %%eax; " ENTER "; test %%eax, %%eax; jnz 1f\n"
			 "mov %2, %%eax; mov $17, %%" FIRST "; " ENTER "\n"
			 "1:"
			 : "=&a"(pid)
			 : "i"(SYS_vfork), "i"(SYS_exit_group)
			 : FIRST, CLOBBERED "memory");
	expect_killed("vfork", NULL, 0, pid);
	gone(pid, 17);
#endif
}

#ifdef __i386__
#include <asm/ldt.h>

/* The child's thread-local storage is a segment, and tls describes it: here that of its parent. */
static void own_segment(void)
{
	struct user_desc *tls = tail(sizeof(*tls));
	unsigned int gs;
	long pid;

	__asm__("mov %%gs, %0" : "=r"(gs));
	memset(tls, 0, sizeof(*tls));
	tls->entry_number = gs >> 3;
	need(syscall(SYS_get_thread_area, tls) == 0, "get_thread_area");
	TEST("clone: the child's thread-local storage");
	flush();
	pid = CALL(clone, CLONE_SETTLS | SIGCHLD, NULL, NULL, tls, NULL);
	if (!pid)
		child(15);
	in(3, tls, sizeof(*tls));
	gone(pid, 15);
	TEST("clone: thread-local storage that nobody wants");
	flush();
	pid = CALL(clone, SIGCHLD, NULL, NULL, tls, NULL);
	if (!pid)
		child(16);
	gone(pid, 16);
}
#else
#define own_segment()
#endif

int main(void)
{
	old_ways();
	shared_stack();
	own_segment();
	new_way();
	flush();
	return 0;
}
