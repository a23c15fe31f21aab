/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* clock_*, gettimeofday, time, nanosleep, itimers, POSIX timers, timerfd, adjtimex. */
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <time.h>

#include "expect.h"

static void ignore(int number)
{
	(void)number;
}

static void clocks(void)
{
	struct timespec *ts = tail(sizeof(*ts));
	struct timeval *tv = tail(sizeof(*tv));
	struct timezone *tz = tail(sizeof(*tz));
	struct timex *tx = tail(sizeof(*tx));
	time_t *t = tail(sizeof(*t));

	TEST("clock_gettime: monotonic");
	CALL(clock_gettime, CLOCK_MONOTONIC, ts);
	out(1, ts, sizeof(*ts));
	TEST("clock_gettime: no such clock");
	CALL(clock_gettime, 99, ts);
	TEST("clock_getres: monotonic");
	CALL(clock_getres, CLOCK_MONOTONIC, ts);
	out(1, ts, sizeof(*ts));
	TEST("clock_getres: nothing wanted");
	CALL(clock_getres, CLOCK_MONOTONIC, NULL);
	TEST("gettimeofday: both");
	CALL(gettimeofday, tv, tz);
	out(0, tv, sizeof(*tv));
	out(1, tz, sizeof(*tz));
#ifdef SYS_time
	TEST("time: into memory");
	CALL(time, t);
	out(0, t, sizeof(*t));
	TEST("time: bad address");
	CALL(time, BAD);
#endif
	memset(tx, 0, sizeof(*tx));
	TEST("adjtimex: only look");
	CALL(adjtimex, tx);
	out(0, tx, sizeof(*tx));
}

static void sleeps(void)
{
	struct timespec *wanted = tail(sizeof(*wanted)), *left = tail(sizeof(*left));
	struct itimerval timer = { .it_value.tv_usec = 20000 };
	struct sigaction act = { .sa_handler = ignore };

	sigaction(SIGALRM, &act, NULL);
	*wanted = (struct timespec){ 0, 1000 };
	TEST("nanosleep: to its end");
	CALL(nanosleep, wanted, left);
	in(0, wanted, sizeof(*wanted));
	*wanted = (struct timespec){ 5, 0 };
	setitimer(ITIMER_REAL, &timer, NULL);
	TEST("nanosleep: interrupted, with the time left");
	CALL(nanosleep, wanted, left);
	ret_is(-516);
	in(0, wanted, sizeof(*wanted));
	out(1, left, sizeof(*left));
	setitimer(ITIMER_REAL, &timer, NULL);
	TEST("clock_nanosleep: interrupted, with the time left");
	CALL(clock_nanosleep, CLOCK_MONOTONIC, 0, wanted, left);
	ret_is(-516);
	in(2, wanted, sizeof(*wanted));
	out(3, left, sizeof(*left));
	TEST("nanosleep: no such time");
	*wanted = (struct timespec){ 0, 1000000000 };
	CALL(nanosleep, wanted, left);
	in(0, wanted, sizeof(*wanted));
}

static void interval_timers(void)
{
	struct itimerval *timer = tail(sizeof(*timer)), *old = tail(sizeof(*old));

	*timer = (struct itimerval){ { 100, 1 }, { 200, 2 } };
	TEST("setitimer: a new one, with the old one");
	CALL(setitimer, ITIMER_VIRTUAL, timer, old);
	in(1, timer, sizeof(*timer));
	out(2, old, sizeof(*old));
	TEST("getitimer: running");
	CALL(getitimer, ITIMER_VIRTUAL, old);
	out(1, old, sizeof(*old));
	TEST("getitimer: no such timer");
	CALL(getitimer, 7, old);
}

static void posix_timers(void)
{
	struct itimerspec *timer = tail(sizeof(*timer)), *old = tail(sizeof(*old));
	struct sigevent *event = tail(sizeof(*event));
	int *id = tail(4);

	memset(event, 0, sizeof(*event));
	event->sigev_notify = SIGEV_NONE;
	TEST("timer_create: a timer");
	CALL(timer_create, CLOCK_MONOTONIC, event, id);
	in(1, event, sizeof(*event));
	out(2, id, 4);
	TEST("timer_create: no such clock");
	CALL(timer_create, 99, NULL, id);
	out(2, id, 4);
	*timer = (struct itimerspec){ { 10, 1 }, { 20, 2 } };
	TEST("timer_settime: with the old one");
	CALL(timer_settime, *id, 0, timer, old);
	in(2, timer, sizeof(*timer));
	out(3, old, sizeof(*old));
	TEST("timer_gettime: running");
	CALL(timer_gettime, *id, old);
	out(1, old, sizeof(*old));
	TEST("timer_gettime: no such timer");
	CALL(timer_gettime, 777, old);
}

static void timer_descriptors(void)
{
	struct itimerspec *timer = tail(sizeof(*timer)), *old = tail(sizeof(*old));
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	char *count = tail(8);

	*timer = (struct itimerspec){ { 0, 0 }, { 0, 1000 } };
	TEST("timerfd_settime: with the old one");
	CALL(timerfd_settime, fd, 0, timer, old);
	in(2, timer, sizeof(*timer));
	out(3, old, sizeof(*old));
	TEST("read: a timer that went off");
	CALL(read, fd, count, 8);
	out(1, count, 8);
	TEST("timerfd_gettime: not running");
	CALL(timerfd_gettime, fd, old);
	out(1, old, sizeof(*old));
	TEST("timerfd_gettime: no timer");
	CALL(timerfd_gettime, 0, old);
}

int main(void)
{
	clocks();
	sleeps();
	interval_timers();
	posix_timers();
	timer_descriptors();
	flush();
	return 0;
}
