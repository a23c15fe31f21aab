/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Arguments as no C library passes them: what stands above the 32 bits that count, addresses of
 * nothing, lengths of 0, more bits than there are descriptors, lengths inside what they measure.
 */
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>

#include "expect.h"

static int ends[2];

#if __SIZEOF_LONG__ == 8
#define JUNK 0x1234567800000000UL

static void wide(void)
{
	struct pollfd fds[2] = { { ends[0], POLLIN, 0 }, { ends[1], POLLOUT, 0 } }, *f;
	struct epoll_event *events = tail(3 * sizeof(*events));
	int one = 1, *value = tail_copy(&one, 4);
	int pair[2], fd = epoll_create1(0);
	uint32_t *mask = tail(128);
	long n;

	f = tail_copy(fds, sizeof(fds));
	TEST("ppoll: a number whose upper half does not count");
	CALL(ppoll, f, JUNK | 2, NULL, NULL, 0);
	out(0, f, sizeof(fds));
	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
	TEST("setsockopt: a length whose upper half does not count");
	CALL(setsockopt, pair[0], SOL_SOCKET, SO_KEEPALIVE, value, JUNK | 4);
	in(3, value, 4);
	events[0].events = EPOLLIN;
	need(!epoll_ctl(fd, EPOLL_CTL_ADD, ends[0], events), "epoll_ctl");
	TEST("epoll_pwait: a number whose upper half does not count");
	n = CALL(epoll_pwait, fd, events, JUNK | 3, 0, NULL, 8);
	out(1, events, (size_t)n * sizeof(*events));
	TEST("sched_getaffinity: a length whose upper half does not count");
	n = CALL(sched_getaffinity, 0, JUNK | 128, mask);
	out(2, mask, (size_t)n);
	TEST("sched_setaffinity: a length whose upper half does not count");
	CALL(sched_setaffinity, 0, JUNK | (unsigned long)n, mask);
	in(2, mask, (size_t)n);
	close(fd);
}
#endif

/* The kernel's table of descriptors: fs/select.c looks at no bit beyond. */
static size_t table_size(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	size_t size = 0;
	char line[256];

	need(file != NULL, "/proc/self/status");
	while (!size && fgets(line, sizeof(line), file))
		sscanf(line, "FDSize: %zu", &size);
	fclose(file);
	return size;
}

static void many_bits(void)
{
	size_t bytes = table_size() / 8;
	char *set = tail(bytes);
	struct timespec *timeout = tail(sizeof(*timeout));

	memset(set, 0, bytes);
	set[ends[0] / 8] = (char)(1 << ends[0] % 8);
	memset(timeout, 0, sizeof(*timeout));
	TEST("pselect6: more bits than there can be descriptors");
	CALL(pselect6, 1 << 20, set, NULL, NULL, timeout, NULL);
	out(1, set, bytes);
	out(4, timeout, sizeof(*timeout));
	TEST("pselect6: a negative number");
	CALL(pselect6, -1L, set, NULL, NULL, timeout, NULL);
	out(4, timeout, sizeof(*timeout));
}

static void nothing(void)
{
	char *buf = tail(8);

	TEST("read: no bytes, to no address");
	CALL(read, ends[0], NULL, 0);
	TEST("write: no bytes, from no address");
	CALL(write, ends[1], NULL, 0);
	TEST("read: to no address");
	CALL(read, ends[0], NULL, 4);
	TEST("write: from no address");
	CALL(write, ends[1], NULL, 4);
	TEST("getcwd: no room");
	CALL(getcwd, buf, 0);
	TEST("getdents64: no room");
	CALL(getdents64, open(".", O_RDONLY | O_DIRECTORY), buf, 0);
	TEST("getrandom: to no address");
	CALL(getrandom, NULL, 0, 0);
	TEST("readlinkat: no room");
	CALL(readlinkat, AT_FDCWD, "/proc/self/exe", buf, 0);
	in_string(1, "/proc/self/exe");
	TEST("readlinkat: to no address");
	CALL(readlinkat, AT_FDCWD, "/proc/self/exe", NULL, 8);
	in_string(1, "/proc/self/exe");
	TEST("statx: nothing wanted, no address");
	CALL(statx, AT_FDCWD, ".", 0, 0, NULL);
	in_string(1, ".");
}

static void no_room(void)
{
	socklen_t none = 0, *len = tail_copy(&none, 4);
	int fd = socket(AF_INET, SOCK_DGRAM, 0), *value = tail(4);
	struct sockaddr_in *name = tail(sizeof(*name));

	TEST("getsockname: no room");
	CALL(getsockname, fd, name, len);
	out(2, len, 4);
	*len = 0;
	TEST("getsockopt: no room");
	CALL(getsockopt, fd, SOL_SOCKET, SO_TYPE, value, len);
	out(4, len, 4);
	*len = 1;
	TEST("getsockopt: a byte");
	CALL(getsockopt, fd, IPPROTO_IP, 1 /* IP_TOS */, value, len);
	out(3, value, 1);
	out(4, len, 4);
	*len = ~0U;
	TEST("getsockopt: a negative length");
	CALL(getsockopt, fd, SOL_SOCKET, SO_TYPE, value, len);
	in(4, len, 4);
	/* The kernel stores the length ahead of the name or behind it: net/socket.c. */
	name->sin_port = 16;
	memcpy(name, &(int){ 16 }, 4);
	TEST("getsockname: the length inside the name");
	CALL(getsockname, fd, name, name);
	out(1, name, 16);
	out(2, name, 4);
}

int main(void)
{
	need(!pipe(ends) && write(ends[1], "some bytes", 10) == 10, "pipe");
#if __SIZEOF_LONG__ == 8
	wide();
#endif
	many_bits();
	nothing();
	no_room();
	flush();
	return 0;
}
