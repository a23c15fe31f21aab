/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ptrace: the commands that read and write a stopped child's registers, signals and settings. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include "expect.h"

/* linux/ptrace.h, asm/ptrace-abi.h: C libraries lack some, and their header excludes those. */
enum {
	PEEKTEXT = 1,
	PEEKUSER = 3,
	GETREGS = 12,
	SETREGS = 13,
	GETFPREGS = 14,
	SETFPREGS = 15,
	GETFPXREGS = 18,
	SETFPXREGS = 19,
	GET_THREAD_AREA = 25,
	SET_THREAD_AREA = 26,
	GETEVENTMSG = 0x4201,
	GETSIGINFO = 0x4202,
	SETSIGINFO = 0x4203,
	GETREGSET = 0x4204,
	SETREGSET = 0x4205,
	SEIZE = 0x4206,
	INTERRUPT = 0x4207,
	PEEKSIGINFO = 0x4209,
	SETSIGMASK = 0x420b,
	SECCOMP_GET_FILTER = 0x420c,
	SECCOMP_GET_METADATA = 0x420d,
	GET_SYSCALL_INFO = 0x420e,
	GET_RSEQ_CONFIGURATION = 0x420f,
	SET_SYSCALL_USER_DISPATCH_CONFIG = 0x4210,
	GET_SYSCALL_USER_DISPATCH_CONFIG = 0x4211,
	SET_SYSCALL_INFO = 0x4212,
};

#if defined(__x86_64__)
#define REGISTERS 216
#define FLOATING 512
#elif defined(__i386__)
#define REGISTERS 68
#define FLOATING 108
#elif defined(__arm__)
#define REGISTERS 72
#endif

#define NT_PRSTATUS 1
#define SIGINFO 128UL

static pid_t child;

/* A command that fills size bytes at data; addr is a number. Returns them. */
static void *ask(long command, long addr, size_t size)
{
	void *answer = tail(size);
	long n = CALL(ptrace, command, child, addr, answer);

	if (n >= 0)
		out(3, answer, n && (size_t)n < size ? (size_t)n : size);
	return answer;
}

/* A command that reads them. */
static void tell(long command, long addr, const void *bytes, size_t size)
{
	void *copy = tail_copy(bytes, size);

	CALL(ptrace, command, child, addr, copy);
	in(3, copy, size);
}

static void registers(void)
{
	TEST("ptrace: registers");
#ifdef REGISTERS
	tell(SETREGS, 0, ask(GETREGS, 0, REGISTERS), REGISTERS);
#endif
#ifdef FLOATING
	tell(SETFPREGS, 0, ask(GETFPREGS, 0, FLOATING), FLOATING);
#endif
#ifdef __i386__
	tell(SETFPXREGS, 0, ask(GETFPXREGS, 0, 512), 512);
#endif
#if defined(__x86_64__) || defined(__i386__)
	tell(SET_THREAD_AREA, 12, ask(GET_THREAD_AREA, 12, 16), 16);
#endif
	TEST("ptrace: words");
	ask(PEEKTEXT, (long)&abi, sizeof(long));
#ifndef __aarch64__
	ask(PEEKUSER, 0, sizeof(long));
#endif
	ask(GETEVENTMSG, 0, sizeof(long));
}

/* iov_len becomes the number of bytes that there are. */
static void register_set(void)
{
	struct iovec *iov = tail(sizeof(*iov));
	char *bytes = tail(1024);

	*iov = (struct iovec){ bytes, 1024 };
	TEST("ptrace: a set of registers");
	CALL(ptrace, GETREGSET, child, NT_PRSTATUS, iov);
	out(3, iov, sizeof(*iov));
	out(3, bytes, iov->iov_len);
	CALL(ptrace, SETREGSET, child, NT_PRSTATUS, iov);
	in(3, iov, sizeof(*iov));
	in(3, bytes, iov->iov_len);
	TEST("ptrace: a set of registers that does not exist");
	CALL(ptrace, SETREGSET, child, 0x7777, iov);
	in(3, iov, sizeof(*iov));
	in(3, bytes, iov->iov_len);
}

static void signals(void)
{
	const uint64_t none = 0;
	struct {
		uint64_t off;
		uint32_t flags, nr;
	} *which = tail(sizeof(*which));
	char *infos = tail(3 * SIGINFO);
	long n;

	need(!kill(child, SIGUSR1) && !kill(child, SIGUSR2), "kill");
	which->off = which->flags = 0;
	which->nr = 3;
	TEST("ptrace: signals that wait");
	*(uint32_t *)((char *)which + 8) = 1; /* PTRACE_PEEKSIGINFO_SHARED */
	n = CALL(ptrace, PEEKSIGINFO, child, which, infos);
	in(2, which, sizeof(*which));
	if (n > 0)
		out(3, infos, (size_t)n * SIGINFO);
	TEST("ptrace: the signal of the stop");
	tell(SETSIGINFO, 0, ask(GETSIGINFO, 0, SIGINFO), SIGINFO);
	tell(SETSIGMASK, 8, &none, 8);
}

static void filters(void)
{
	uint64_t *metadata = tail(16), *code = tail(16 * 8);
	long n;

	TEST("ptrace: the instructions of a filter");
	n = CALL(ptrace, SECCOMP_GET_FILTER, child, 0, NULL);
	if (n > 0 && n <= 16) {
		n = CALL(ptrace, SECCOMP_GET_FILTER, child, 0, code);
		out(3, code, (size_t)n * 8);
	}
	*metadata = 0;
	TEST("ptrace: what a filter is");
	if (CALL(ptrace, SECCOMP_GET_METADATA, child, 16, metadata) >= 0)
		out(3, metadata, 16);
	else
		in(3, metadata, 16);
}

static void settings(void)
{
	uint64_t *dispatch;

	TEST("ptrace: the call that it stopped in, as much as was asked for");
	ask(GET_SYSCALL_INFO, 96, 96);
	ask(GET_SYSCALL_INFO, 10, 10);
	TEST("ptrace: another call, where it stopped in none");
	tell(SET_SYSCALL_INFO, 96, tail(96), 96);
	TEST("ptrace: its rseq area");
	ask(GET_RSEQ_CONFIGURATION, 24, 24);
	TEST("ptrace: where its calls go");
	dispatch = ask(GET_SYSCALL_USER_DISPATCH_CONFIG, 32, 32);
	tell(SET_SYSCALL_USER_DISPATCH_CONFIG, 32, dispatch, 32);
}

/* Waits under a filter that allows everything. */
static void be_traced(void)
{
	struct sock_filter code[] = { { .code = BPF_RET | BPF_K, .k = SECCOMP_RET_ALLOW } };
	struct sock_fprog filter = { 1, code };

	in_child();
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
	kill(getppid(), SIGCHLD);
	for (;;)
		pause();
}

/* Somebody else may trace the child already. */
int main(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	child = fork();
	if (!child)
		be_traced();
	sigwaitinfo(&set, NULL);
	TEST("ptrace: of a child");
	if (CALL(ptrace, SEIZE, child, 0, 0) == 0) {
		CALL(ptrace, INTERRUPT, child, 0, 0);
		need(waitpid(child, NULL, 0) == child, "waitpid");
		registers();
		register_set();
		signals();
		filters();
		settings();
	}
	need(!kill(child, SIGKILL) && waitpid(child, NULL, 0) == child, "kill");
	flush();
	return 0;
}
