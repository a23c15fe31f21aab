/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* poll, ppoll, select, pselect6, epoll_*wait*. */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>

#include "expect.h"

/* i386's select has its arguments in memory. */
#if defined(SYS__newselect)
#define SELECT _newselect
#elif defined(SYS_select)
#define SELECT select
#endif

static int ready[2], empty[2];

static struct pollfd *set(void)
{
	struct pollfd fds[3] = { { ready[0], POLLIN, 0 },
				 { empty[0], POLLIN, 0 },
				 { -1, POLLOUT, 0 } };

	return tail_copy(fds, sizeof(fds));
}

static void polled(void)
{
	struct timespec *timeout = tail(sizeof(*timeout));
	uint64_t *mask = tail(8);
	struct pollfd *fds = set();

#ifdef SYS_poll
	TEST("poll: one of three is ready");
	CALL(poll, fds, 3, 5000);
	out(0, fds, 3 * sizeof(*fds));
	TEST("poll: time is up");
	fds = set();
	CALL(poll, fds + 1, 2, 1);
	out(0, fds + 1, 2 * sizeof(*fds));
	TEST("poll: bad address");
	CALL(poll, BAD, 3, 0);
	missing(0, "out", BAD, 3 * sizeof(*fds), "EFAULT");
	TEST("poll: none at all");
	CALL(poll, NULL, 0, 0);
#endif
	*timeout = (struct timespec){ 3, 5 };
	*mask = 1UL << (SIGUSR1 - 1);
	fds = set();
	TEST("ppoll: ready, with a mask and the time left");
	CALL(ppoll, fds, 3, timeout, mask, 8);
	out(0, fds, 3 * sizeof(*fds));
	out(2, timeout, sizeof(*timeout));
	in(3, mask, 8);
	*timeout = (struct timespec){ 0, 1000 };
	TEST("ppoll: time is up");
	CALL(ppoll, fds + 1, 1, timeout, NULL, 0);
	out(0, fds + 1, sizeof(*fds));
	out(2, timeout, sizeof(*timeout));
}

static void selected(void)
{
	unsigned int max = (unsigned int)empty[0] + 1;
	size_t bits = 8 * sizeof(long), bytes = (max + bits - 1) / bits * sizeof(long);
	struct timespec *spec = tail(sizeof(*spec));
	struct timeval *timeout = tail(sizeof(*timeout));
	fd_set *r = tail(bytes), *w = tail(bytes);
	struct {
		const void *set;
		size_t size;
	} mask = { tail_copy("\0\2\0\0\0\0\0\0", 8), 8 }, *arg = tail_copy(&mask, sizeof(mask));

	memset(r, 0, bytes);
	memset(w, 0, bytes);
	FD_SET(ready[0], r);
	FD_SET(empty[0], r);
	FD_SET(ready[1], w);
	*timeout = (struct timeval){ 2, 7 };
#ifdef SELECT
	TEST("select: two ready, with the time left");
	CALL_AS(SELECT, max, r, w, NULL, timeout);
	out(1, r, bytes);
	out(2, w, bytes);
	out(4, timeout, sizeof(*timeout));
	TEST("select: bad address");
	CALL_AS(SELECT, max, BAD, NULL, NULL, timeout);
	missing(1, "out", BAD, bytes, "EFAULT");
	out(4, timeout, sizeof(*timeout));
	TEST("select: only the time");
	*timeout = (struct timeval){ 0, 100 };
	CALL_AS(SELECT, 0, NULL, NULL, NULL, timeout);
	out(4, timeout, sizeof(*timeout));
#endif
	*spec = (struct timespec){ 2, 9 };
	TEST("pselect6: one ready, with a mask");
	CALL(pselect6, max, r, NULL, NULL, spec, arg);
	out(1, r, bytes);
	out(4, spec, sizeof(*spec));
	in(5, arg, sizeof(*arg));
	in(5, mask.set, 8);
}

static void epolled(void)
{
	struct epoll_event *events = tail(4 * sizeof(*events)), *event = tail(sizeof(*event));
	int fd = epoll_create1(EPOLL_CLOEXEC);
	int64_t *timeout = tail(16); /* seconds and nanoseconds, on every ABI */
	long n;

	*event = (struct epoll_event){ .events = EPOLLIN, .data.u64 = 0x1122334455667788 };
	TEST("epoll_ctl: add");
	CALL(epoll_ctl, fd, EPOLL_CTL_ADD, ready[0], event);
	in(3, event, sizeof(*event));
	TEST("epoll_ctl: add it again");
	CALL(epoll_ctl, fd, EPOLL_CTL_ADD, ready[0], event);
	in(3, event, sizeof(*event));
#ifdef SYS_epoll_wait
	TEST("epoll_wait: one event");
	n = CALL(epoll_wait, fd, events, 4, 1000);
	out(1, events, (size_t)n * sizeof(*events));
	TEST("epoll_wait: no room");
	CALL(epoll_wait, fd, events, 0, 0);
#endif
	TEST("epoll_pwait: one event, with a mask");
	n = CALL(epoll_pwait, fd, events, 4, 1000, tail_copy("\1\0\0\0\0\0\0\0", 8), 8);
	out(1, events, (size_t)n * sizeof(*events));
	timeout[0] = 0;
	timeout[1] = 1;
	epoll_ctl(fd, EPOLL_CTL_DEL, ready[0], NULL);
	TEST("epoll_pwait2: time is up");
	CALL(epoll_pwait2, fd, events, 4, timeout, NULL, 8);
	in(3, timeout, 16);
	TEST("epoll_wait: bad descriptor");
	CALL(epoll_pwait, -1L, events, 4, 0, NULL, 8);
}

int main(void)
{
	need(!pipe(ready) && !pipe(empty) && write(ready[1], "x", 1) == 1, "pipe");
	polled();
	selected();
	epolled();
	flush();
	return 0;
}
