/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Calls of 32-bit programs that take times of 64 bits: ..._time64 and their kin. */
#include <linux/time_types.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include "../live/expect.h"

#ifdef SYS_clock_gettime64
typedef struct __kernel_timespec time64;
typedef struct __kernel_itimerspec timer64;

static void clocks(void)
{
	time64 *t = tail(sizeof(*t)), *left = tail(sizeof(*left));

	TEST("clock_gettime64: monotonic");
	CALL(clock_gettime64, CLOCK_MONOTONIC, t);
	out(1, t, sizeof(*t));
	TEST("clock_getres_time64: monotonic");
	CALL(clock_getres_time64, CLOCK_MONOTONIC, t);
	out(1, t, sizeof(*t));
	TEST("clock_gettime64: no such clock");
	CALL(clock_gettime64, 99, t);
	*t = (time64){ 0, 1000 };
	TEST("clock_nanosleep_time64: a moment");
	CALL(clock_nanosleep_time64, CLOCK_MONOTONIC, 0, t, left);
	in(2, t, sizeof(*t));
	TEST("sched_rr_get_interval_time64: own");
	CALL(sched_rr_get_interval_time64, 0, t);
	out(1, t, sizeof(*t));
}

static void timers(void)
{
	timer64 *new = tail(sizeof(*new)), *old = tail(sizeof(*old));
	int *id = tail(4), fd;

	*new = (timer64){ { 10, 1 }, { 20, 2 } };
	need(!syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, id), "timer_create");
	TEST("timer_settime64: with the old one");
	CALL(timer_settime64, *id, 0, new, old);
	in(2, new, sizeof(*new));
	out(3, old, sizeof(*old));
	TEST("timer_gettime64: running");
	CALL(timer_gettime64, *id, old);
	out(1, old, sizeof(*old));
	fd = (int)syscall(SYS_timerfd_create, CLOCK_MONOTONIC, 0);
	TEST("timerfd_settime64: with the old one");
	CALL(timerfd_settime64, fd, 0, new, old);
	in(2, new, sizeof(*new));
	out(3, old, sizeof(*old));
	TEST("timerfd_gettime64: running");
	CALL(timerfd_gettime64, fd, old);
	out(1, old, sizeof(*old));
}

static void waits(void)
{
	struct pollfd *none = tail(sizeof(*none));
	time64 *t = tail(sizeof(*t));
	long *set = tail(sizeof(long));
	uint64_t *mask = tail(8);
	long pack[2] = { (long)mask, 8 }, *arg = tail_copy(pack, sizeof(pack));
	uint32_t *word = tail(4);

	*none = (struct pollfd){ -1, POLLIN, 0 };
	*mask = 2;
	*t = (time64){ 0, 1000 };
	TEST("ppoll_time64: time is up");
	CALL(ppoll_time64, none, 1, t, mask, 8);
	out(0, none, sizeof(*none));
	out(2, t, sizeof(*t));
	in(3, mask, 8);
	*set = 0;
	*t = (time64){ 0, 1000 };
	TEST("pselect6_time64: time is up, with a mask");
	CALL(pselect6_time64, 1, set, NULL, NULL, t, arg);
	out(1, set, sizeof(long));
	out(4, t, sizeof(*t));
	in(5, arg, 2 * sizeof(long));
	in(5, mask, 8);
	*word = 5;
	*t = (time64){ 0, 1000 };
	TEST("futex_time64: FUTEX_WAIT, time is up");
	CALL(futex_time64, word, 0, 5, t, 0, 0);
	in(3, t, sizeof(*t));
	TEST("rt_sigtimedwait_time64: time is up");
	CALL(rt_sigtimedwait_time64, mask, NULL, t, 8);
	in(0, mask, 8);
	in(2, t, sizeof(*t));
}

static void files(void)
{
	time64 *times = tail(2 * sizeof(*times));
	char *name = tail_string("file");

	close(file_of("file", "x", 1));
	times[0] = (time64){ 1LL << 33, 4 };
	times[1] = (time64){ 77, 5 };
	TEST("utimensat_time64: a time after 2038");
	CALL(utimensat_time64, AT_FDCWD, name, times, 0);
	in_string(1, name);
	in(2, times, 2 * sizeof(*times));
}

static void messages(void)
{
	struct mmsghdr *m = tail(sizeof(*m));
	struct iovec *iov = tail(sizeof(*iov));
	time64 *t = tail(sizeof(*t));
	int pair[2];

	need(!socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) && send(pair[0], "abcd", 4, 0) == 4, "send");
	*iov = (struct iovec){ tail(9), 9 };
	*m = (struct mmsghdr){ .msg_hdr = { .msg_iov = iov, .msg_iovlen = 1 } };
	*t = (time64){ 1, 0 };
	TEST("recvmmsg_time64: one of one");
	CALL(recvmmsg_time64, pair[1], m, 1, 0, t);
	out(1, m, sizeof(struct msghdr));
	out(1, &m->msg_len, 4);
	in(1, iov, sizeof(*iov));
	out(1, iov->iov_base, 4);
	out(4, t, sizeof(*t));
}

int main(void)
{
	clocks();
	timers();
	waits();
	files();
	messages();
	flush();
	return 0;
}
#else
#error "a program of 32 bits"
#endif
