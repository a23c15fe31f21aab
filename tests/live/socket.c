/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Calls of one address or one buffer: bind, accept*, get*name, sendto, recvfrom, *sockopt. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "expect.h"

/* i386 has no accept of its own. */
#ifdef SYS_accept
#define ACCEPT accept
#define FLAGS
#else
#define ACCEPT accept4
#define FLAGS , 0
#endif

static socklen_t *length(socklen_t value)
{
	return tail_copy(&value, sizeof(value));
}

static socklen_t shorter(socklen_t a, socklen_t b)
{
	return a < b ? a : b;
}

static void pairs(void)
{
	int *pair = tail(8), *spoilt = tail(8);
	long n;
	char *buf;

	TEST("socketpair: two descriptors");
	CALL(socketpair, AF_UNIX, SOCK_STREAM, 0, pair);
	out(3, pair, 8);
	TEST("socketpair: no such family, the descriptors written all the same");
	CALL(socketpair, 9999, SOCK_STREAM, 0, spoilt);
	out(3, spoilt, 8);
	TEST("sendto: without an address");
	buf = tail_copy("over a pair", 11);
	CALL(sendto, pair[0], buf, 11, MSG_NOSIGNAL, NULL, 0);
	in(1, buf, 11);
	buf = tail(6);
	TEST("recvfrom: part of it, without an address");
	n = CALL(recvfrom, pair[1], buf, 6, 0, NULL, NULL);
	out(1, buf, (size_t)n);
	TEST("recvfrom: a look at the rest");
	n = CALL(recvfrom, pair[1], buf, 6, MSG_PEEK, NULL, NULL);
	out(1, buf, (size_t)n);
	read(pair[1], buf, 6);
	TEST("recvfrom: nothing there");
	CALL(recvfrom, pair[1], buf, 6, MSG_DONTWAIT, NULL, NULL);
}

static int listening(struct sockaddr_in *at)
{
	int fd = (int)CALL(socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*at = (struct sockaddr_in){ .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	TEST("bind: an address");
	CALL(bind, fd, at, sizeof(*at));
	in(1, at, sizeof(*at));
	TEST("bind: a second time");
	CALL(bind, fd, at, sizeof(*at));
	in(1, at, sizeof(*at));
	CALL(listen, fd, 9);
	return fd;
}

static void named(int fd, struct sockaddr_in *at)
{
	struct sockaddr_in *name = tail(sizeof(*name));
	socklen_t *len = length(sizeof(*name));

	TEST("getsockname: all of it");
	CALL(getsockname, fd, name, len);
	out(1, name, sizeof(*name));
	out(2, len, 4);
	*at = *name;
	TEST("getsockname: room for a part");
	name = tail(5);
	len = length(5);
	CALL(getsockname, fd, name, len);
	out(1, name, 5);
	out(2, len, 4);
	TEST("getpeername: no peer");
	CALL(getpeername, fd, name, len);
	in(2, len, 4);
}

static void accepted(int fd, struct sockaddr_in *at)
{
	struct sockaddr_in *peer = tail(sizeof(*peer));
	socklen_t *len = length(sizeof(*peer));
	int one = socket(AF_INET, SOCK_STREAM, 0), two = socket(AF_INET, SOCK_STREAM, 0);
	int three = socket(AF_INET, SOCK_STREAM, 0);

	at = tail_copy(at, sizeof(*at));
	TEST("connect: somebody listens");
	CALL(connect, one, at, sizeof(*at));
	in(1, at, sizeof(*at));
	need(!connect(two, (void *)at, sizeof(*at)), "connect");
	need(!connect(three, (void *)at, sizeof(*at)), "connect");
	TEST("accept4: with the peer's address");
	CALL(accept4, fd, peer, len, SOCK_CLOEXEC);
	out(1, peer, sizeof(*peer));
	out(2, len, 4);
	TEST("accept: room for a part of the address");
	peer = tail(6);
	len = length(6);
	CALL_AS(ACCEPT, fd, peer, len FLAGS);
	out(1, peer, 6);
	out(2, len, 4);
	TEST("accept: no address wanted");
	CALL_AS(ACCEPT, fd, NULL, NULL FLAGS);
	TEST("accept4: nobody there");
	need(!fcntl(fd, F_SETFL, O_NONBLOCK), "fcntl");
	CALL(accept4, fd, NULL, NULL, 0);
	TEST("getpeername: all of it, with room to spare");
	peer = tail(100);
	len = length(100);
	CALL(getpeername, one, peer, len);
	out(1, peer, sizeof(*peer));
	out(2, len, 4);
	TEST("shutdown: both ways");
	CALL(shutdown, one, SHUT_RDWR);
}

static void datagrams(void)
{
	struct sockaddr_in *at = tail(sizeof(*at)), *from = tail(sizeof(*from));
	socklen_t *len = length(sizeof(*from));
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	socklen_t size = sizeof(*at);
	char *text = tail_copy("a datagram", 10), *buf = tail(4);
	long n;

	*at = (struct sockaddr_in){ .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	need(!bind(fd, (void *)at, sizeof(*at)) && !getsockname(fd, (void *)at, &size), "bind");
	for (int i = 0; i < 3; i++) {
		TEST("sendto: to an address");
		CALL(sendto, fd, text, 10, 0, at, sizeof(*at));
		in(1, text, 10);
		in(4, at, sizeof(*at));
	}
	TEST("recvfrom: with the sender's address");
	buf = tail(64);
	n = CALL(recvfrom, fd, buf, 64, 0, from, len);
	out(1, buf, (size_t)n);
	out(4, from, sizeof(*from));
	out(5, len, 4);
	TEST("recvfrom: MSG_TRUNC returns more than it wrote");
	buf = tail(4);
	from = tail(3);
	len = length(3);
	n = CALL(recvfrom, fd, buf, 4, MSG_TRUNC, from, len);
	need(n == 10, "MSG_TRUNC");
	out(1, buf, 4);
	out(4, from, 3);
	out(5, len, 4);
	TEST("recvfrom: bad address for the sender's");
	CALL(recvfrom, fd, buf, 4, MSG_DONTWAIT, BAD, BAD);
	out(1, buf, 4);
	TEST("sendto: an address of no family");
	at->sin_family = 77;
	CALL(sendto, fd, text, 10, 0, at, sizeof(*at));
	in(1, text, 10);
	in(4, at, sizeof(*at));
}

static void options(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int *value = tail(4), one = 1;
	socklen_t *len = length(4);
	struct tcp_info *info = tail(sizeof(*info));

	TEST("setsockopt: an int");
	value = tail_copy(&one, 4);
	CALL(setsockopt, fd, SOL_SOCKET, SO_REUSEADDR, value, 4);
	in(3, value, 4);
	TEST("setsockopt: too short");
	CALL(setsockopt, fd, SOL_SOCKET, SO_REUSEADDR, value, 2);
	in(3, value, 2);
	TEST("getsockopt: an int");
	CALL(getsockopt, fd, SOL_SOCKET, SO_RCVBUF, value, len);
	out(3, value, 4);
	out(4, len, 4);
	TEST("getsockopt: room for two bytes");
	value = tail(2);
	len = length(2);
	CALL(getsockopt, fd, SOL_SOCKET, SO_RCVBUF, value, len);
	out(3, value, 2);
	out(4, len, 4);
	TEST("getsockopt: less than there is room for");
	value = tail(64);
	len = length(64);
	CALL(getsockopt, fd, SOL_SOCKET, SO_TYPE, value, len);
	out(3, value, 4);
	out(4, len, 4);
	TEST("getsockopt: a structure");
	len = length(sizeof(*info));
	CALL(getsockopt, fd, IPPROTO_TCP, TCP_INFO, info, len);
	out(3, info, shorter(*len, sizeof(*info)));
	out(4, len, 4);
	TEST("getsockopt: no such option");
	CALL(getsockopt, fd, SOL_SOCKET, 9999, value, len);
	in(4, len, 4);
}

int main(void)
{
	struct sockaddr_in *at = tail(sizeof(*at));
	int fd;

	pairs();
	TEST("socket: a stream");
	fd = listening(at);
	named(fd, at);
	accepted(fd, at);
	datagrams();
	options();
	flush();
	return 0;
}
