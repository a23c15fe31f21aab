/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sendmsg, recvmsg, sendmmsg, recvmmsg: names, segments, control data, flags. */
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>

#include "expect.h"

static struct msghdr *header(struct iovec *iov, size_t n)
{
	struct msghdr m = { .msg_iov = iov, .msg_iovlen = n };

	return tail_copy(&m, sizeof(m));
}

static struct iovec *vector(void *a, size_t alen, void *b, size_t blen)
{
	struct iovec iov[2] = { { a, alen }, { b, blen } };

	return tail_copy(iov, sizeof(iov));
}

/* What sendmsg reads of a message: all but the bytes of its segments. */
static void in_message(int arg, struct msghdr *m)
{
	in(arg, m, sizeof(*m));
	in(arg, m->msg_iov, m->msg_iovlen * sizeof(struct iovec));
	if (m->msg_name)
		in(arg, m->msg_name, m->msg_namelen);
	if (m->msg_control)
		in(arg, m->msg_control, m->msg_controllen);
}

/* What recvmsg leaves of a message of n bytes; room and control as they were before the call. */
static void out_message(int arg, struct msghdr *m, size_t n, socklen_t room)
{
	out(arg, m, sizeof(*m));
	in(arg, m->msg_iov, m->msg_iovlen * sizeof(struct iovec));
	if (m->msg_name)
		out(arg, m->msg_name, m->msg_namelen < room ? m->msg_namelen : room);
	if (m->msg_control)
		out(arg, m->msg_control, m->msg_controllen);
	for (size_t i = 0; i < m->msg_iovlen && n; i++) {
		size_t part = m->msg_iov[i].iov_len < n ? m->msg_iov[i].iov_len : n;

		out(arg, m->msg_iov[i].iov_base, part);
		n -= part;
	}
}

static void descriptors(int *pair)
{
	char *text = tail_copy("with a descriptor", 17);
	struct msghdr *m = header(vector(text, 4, text + 4, 13), 2);
	struct cmsghdr *c = tail(CMSG_SPACE(4));
	int fd = 1;
	long n;

	memset(c, 0, CMSG_SPACE(4));
	*c = (struct cmsghdr){ .cmsg_len = CMSG_LEN(4),
			       .cmsg_level = SOL_SOCKET,
			       .cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(c), &fd, 4);
	m->msg_control = c;
	m->msg_controllen = CMSG_SPACE(4);
	TEST("sendmsg: two segments and a descriptor");
	CALL(sendmsg, pair[0], m, 0);
	in_message(1, m);
	in(1, text, 4);
	in(1, text + 4, 13);

	m = header(vector(tail(3), 3, tail(64), 64), 2);
	m->msg_control = tail(CMSG_SPACE(64));
	m->msg_controllen = CMSG_SPACE(64);
	TEST("recvmsg: two segments and a descriptor");
	n = CALL(recvmsg, pair[1], m, MSG_CMSG_CLOEXEC);
	need(n == 17 && m->msg_controllen == CMSG_SPACE(4), "SCM_RIGHTS");
	out_message(1, m, (size_t)n, 0);

	TEST("recvmsg: nothing there");
	CALL(recvmsg, pair[1], m, MSG_DONTWAIT);
	TEST("recvmsg: bad address");
	CALL(recvmsg, pair[1], BAD, MSG_DONTWAIT);
	TEST("sendmsg: bad address");
	CALL(sendmsg, pair[1], BAD, MSG_DONTWAIT);
}

static int datagram_socket(struct sockaddr_in *at)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	socklen_t size = sizeof(*at);

	*at = (struct sockaddr_in){ .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	need(!bind(fd, (void *)at, sizeof(*at)) && !getsockname(fd, (void *)at, &size), "bind");
	return fd;
}

static void datagrams(int fd, struct sockaddr_in *at)
{
	char *text = tail_copy("one datagram", 12);
	struct msghdr *m;
	long n;

	for (int i = 0; i < 3; i++) {
		m = header(vector(text, 12, NULL, 0), 1);
		m->msg_name = at;
		m->msg_namelen = sizeof(*at);
		TEST("sendmsg: to an address");
		CALL(sendmsg, fd, m, 0);
		in_message(1, m);
		in(1, text, 12);
	}
	m = header(vector(tail(20), 20, NULL, 0), 1);
	m->msg_name = tail(40);
	m->msg_namelen = 40;
	TEST("recvmsg: with the sender's address");
	n = CALL(recvmsg, fd, m, 0);
	out_message(1, m, (size_t)n, 40);
	m = header(vector(tail(5), 5, NULL, 0), 1);
	m->msg_name = tail(7);
	m->msg_namelen = 7;
	TEST("recvmsg: cut message, cut address");
	n = CALL(recvmsg, fd, m, 0);
	need(n == 5 && m->msg_flags & MSG_TRUNC, "MSG_TRUNC");
	out_message(1, m, 5, 7);
	m = header(vector(tail(2), 2, tail(3), 3), 2);
	TEST("recvmsg: MSG_TRUNC returns more than it wrote");
	n = CALL(recvmsg, fd, m, MSG_TRUNC);
	need(n == 12, "MSG_TRUNC");
	out_message(1, m, 5, 0);
}

static void several(int fd, struct sockaddr_in *at)
{
	struct mmsghdr *mm = tail(3 * sizeof(*mm));
	struct timespec *timeout = tail(sizeof(*timeout));
	static const char *const texts[] = { "a", "bb", "ccc" };
	long n;

	memset(mm, 0, 3 * sizeof(*mm));
	for (int i = 0; i < 3; i++) {
		mm[i].msg_hdr.msg_iov = vector(tail_string(texts[i]), strlen(texts[i]), NULL, 0);
		mm[i].msg_hdr.msg_iovlen = 1;
		mm[i].msg_hdr.msg_name = at;
		mm[i].msg_hdr.msg_namelen = sizeof(*at);
	}
	TEST("sendmmsg: three messages");
	n = CALL(sendmmsg, fd, mm, 3, 0);
	for (int i = 0; i < n; i++) {
		in(1, &mm[i].msg_hdr, sizeof(struct msghdr));
		out(1, &mm[i].msg_len, 4);
		in(1, mm[i].msg_hdr.msg_iov[0].iov_base, strlen(texts[i]));
		in(1, mm[i].msg_hdr.msg_name, sizeof(*at));
	}

	mm = tail(5 * sizeof(*mm));
	memset(mm, 0, 5 * sizeof(*mm));
	for (int i = 0; i < 5; i++) {
		mm[i].msg_hdr.msg_iov = vector(tail(2), 2, tail(8), 8);
		mm[i].msg_hdr.msg_iovlen = 2;
		mm[i].msg_hdr.msg_name = tail(sizeof(*at));
		mm[i].msg_hdr.msg_namelen = sizeof(*at);
	}
	*timeout = (struct timespec){ 1, 0 };
	TEST("recvmmsg: three of five messages");
	n = CALL(recvmmsg, fd, mm, 5, MSG_WAITFORONE, timeout);
	need(n == 3, "recvmmsg");
	for (int i = 0; i < n; i++) {
		struct msghdr *m = &mm[i].msg_hdr;
		size_t first = mm[i].msg_len < 2 ? mm[i].msg_len : 2;

		out(1, m, sizeof(*m));
		out(1, &mm[i].msg_len, 4);
		in(1, m->msg_iov, 2 * sizeof(struct iovec));
		out(1, m->msg_name, m->msg_namelen);
		out(1, m->msg_iov[0].iov_base, first);
		out(1, m->msg_iov[1].iov_base, mm[i].msg_len - first);
	}
	out(4, timeout, sizeof(*timeout));
	TEST("recvmmsg: nothing there");
	CALL(recvmmsg, fd, mm, 5, MSG_DONTWAIT, NULL);
}

int main(void)
{
	struct sockaddr_in *at = tail(sizeof(*at));
	int pair[2], fd;

	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
	descriptors(pair);
	fd = datagram_socket(at);
	datagrams(fd, at);
	several(fd, at);
	flush();
	return 0;
}
