/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Calls that the kernel makes again after a stop, of its own accord: restart_syscall writes what
 * the call that it goes on with would have. And a vfork child, which makes its calls in its
 * parent's memory.
 */
#include <linux/futex.h>
#include <poll.h>
#include <sys/select.h>

#include "asleep.h"

#define RESTARTSYS 512
#define RESTARTNOHAND 514
#define RESTARTBLOCK 516

static int ends[2];

static void write_a_byte(void)
{
	need(write(ends[1], "x", 1) == 1, "write");
}

static void ignore(int number)
{
	(void)number;
}

static void send_a_signal(void)
{
	need(!kill(getppid(), SIGUSR1), "kill");
}

static void sleeps(void)
{
	struct timespec *wanted = tail(sizeof(*wanted)), *left = tail(sizeof(*left));
	struct timespec first;
	long ret;

	*wanted = (struct timespec){ 0, 300000000 };
	interrupt(SIGSTOP, NULL);
	ret = syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, wanted, left);
	interrupted();
	need(!ret && left->tv_nsec < wanted->tv_nsec, "clock_nanosleep");
	TEST("clock_nanosleep: stopped, with the time left");
	MADE(-RESTARTBLOCK, clock_nanosleep, CLOCK_MONOTONIC, 0, wanted, left);
	in(2, wanted, sizeof(*wanted));
	out(3, left, sizeof(*left));
	TEST("restart_syscall: to the end of the sleep, nothing written");
	MADE0(ret, restart_syscall);

	*wanted = (struct timespec){ 1000, 0 };
	interrupt(SIGSTOP, send_a_signal);
	ret = syscall(SYS_nanosleep, wanted, left);
	interrupted();
	need(ret == -1 && left->tv_sec < 1000, "nanosleep");
	first = *left;
	TEST("restart_syscall: interrupted, with the time left");
	MADE0(-RESTARTBLOCK, restart_syscall);
	out(1, left, sizeof(*left));
	need(first.tv_sec == left->tv_sec, "the time left");
}

static void polls(void)
{
#ifdef SYS_poll
	struct pollfd fds = { ends[0], POLLIN, 0 }, *f = tail_copy(&fds, sizeof(fds));
	char *buf = tail(8);

	f->revents = -1;
	interrupt(SIGSTOP, write_a_byte);
	need(syscall(SYS_poll, f, 1, 100000) == 1, "poll");
	interrupted();
	TEST("poll: stopped");
	MADE(-RESTARTBLOCK, poll, f, 1, 100000);
	out_was(0, f, &fds, sizeof(fds));
	TEST("restart_syscall: poll, one is ready");
	MADE0(1, restart_syscall);
	out(0, f, sizeof(*f));
	need(f->revents == POLLIN && read(ends[0], buf, 8) == 1, "read");
#endif
}

static void selects(void)
{
	long *set = tail(sizeof(long)), before = 1L << ends[0];
	char *buf = tail(8);

	*set = before;
	interrupt(SIGSTOP, write_a_byte);
	need(syscall(SYS_pselect6, ends[0] + 1, set, NULL, NULL, NULL, NULL) == 1, "pselect6");
	interrupted();
	TEST("pselect6: stopped");
	MADE(-RESTARTNOHAND, pselect6, ends[0] + 1, set, NULL, NULL, NULL, NULL);
	out_was(1, set, &before, sizeof(before));
	TEST("pselect6: made again");
	MADE(1, pselect6, ends[0] + 1, set, NULL, NULL, NULL, NULL);
	out(1, set, sizeof(*set));
	need(read(ends[0], buf, 8) == 1, "read");
	interrupt(SIGSTOP, write_a_byte);
	need(syscall(SYS_read, ends[0], buf, 7) == 1, "read");
	interrupted();
	TEST("read: stopped");
	MADE(-RESTARTSYS, read, ends[0], buf, 7);
	TEST("read: made again");
	MADE(1, read, ends[0], buf, 7);
	out(1, buf, 1);
}

static void waits(void)
{
	struct timespec *limit = tail(sizeof(*limit));
	uint32_t *word = tail(4);

	*limit = (struct timespec){ 0, 300000000 };
	*word = 5;
	interrupt(SIGSTOP, NULL);
	need(syscall(SYS_futex, word, FUTEX_WAIT, 5, limit, NULL, 0) == -1, "futex");
	interrupted();
	TEST("futex: stopped");
	MADE(-RESTARTBLOCK, futex, word, FUTEX_WAIT, 5, limit, NULL, 0);
	in(3, limit, sizeof(*limit));
	TEST("restart_syscall: futex, time is up");
	MADE0(-ETIMEDOUT, restart_syscall);
}

/* What the child writes, its parent has: the expectations too. */
static void shared(char **argv)
{
	char *buf = tail(16), *path = tail_string("/proc/self/exe");
	int *status = tail(4);
	char **strings = tail(3 * sizeof(*strings));
	pid_t child;

	strings[0] = argv[0];
	strings[1] = tail_string("the child");
	strings[2] = NULL;
	need(write(ends[1], "from the pipe", 13) == 13, "write");
	child = vfork();
	if (!child) {
		TEST("read: a vfork child, into its parent's memory");
		CALL(read, ends[0], buf, 16);
		out(1, buf, 13);
		TEST("execve: a vfork child, no such file");
		CALL(execve, buf + 13, strings, NULL);
		execv(path, strings);
		_exit(1);
	}
	need(child > 0 && !memcmp(buf, "from the pipe", 13), "vfork");
	TEST("wait4: the vfork child, whose execve took its own memory");
	CALL(wait4, child, status, 0, NULL);
	out(1, status, 4);
	need(*status == 7 << 8, "status");
}

int main(int argc, char **argv)
{
	struct sigaction act = { .sa_handler = ignore };

	if (argc > 1)
		return 7;
	need(!pipe(ends) && !sigaction(SIGUSR1, &act, NULL), "pipe");
	sleeps();
	polls();
	selects();
	waits();
	shared(argv);
	flush();
	return 0;
}
