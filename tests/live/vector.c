/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Vectors at their bounds: no segments, as many as there may be, lengths that the kernel refuses,
 * segments that lie over one another, over their own array, over the message's header.
 */
#include <netinet/in.h>
#include <sys/socket.h>

#include "expect.h"

#define MOST 1024 /* UIO_MAXIOV */
#define TEXT "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define TEXT_SIZE 62

static struct iovec *vector(void *a, size_t alen, void *b, size_t blen)
{
	struct iovec iov[2] = { { a, alen }, { b, blen } };

	return tail_copy(iov, sizeof(iov));
}

static void bounds(int fd)
{
	struct iovec *iov = tail(MOST * sizeof(*iov));
	char *bytes = tail(2 * MOST);

	TEST("readv: no segments");
	CALL(readv, fd, iov, 0);
	TEST("readv: no segments and no vector");
	CALL(readv, fd, NULL, 0);
	TEST("readv: no vector");
	CALL(readv, fd, NULL, 2);
	for (size_t i = 0; i < MOST; i++)
		iov[i] = (struct iovec){ bytes + 2 * i, 1 };
	TEST("preadv: as many segments as there may be");
	CALL(preadv, fd, iov, MOST, 3, 0);
	in(1, iov, MOST * sizeof(*iov));
	for (size_t i = 0; i < TEXT_SIZE - 3; i++)
		out(1, bytes + 2 * i, 1);
	TEST("pwritev: as many segments as there may be");
	CALL(pwritev, fd, iov, MOST, 100, 0);
	in(1, iov, MOST * sizeof(*iov));
	for (size_t i = 0; i < MOST; i++)
		in(1, bytes + 2 * i, 1);
	TEST("preadv: one more");
	CALL(preadv, fd, iov, MOST + 1, 0, 0);
	TEST("pwritev: one more");
	CALL(pwritev, fd, iov, MOST + 1, 0, 0);
	need(!ftruncate(fd, TEXT_SIZE), "ftruncate");
}

/* lib/iov_iter.c: a negative length is EINVAL, and no call moves more than MAX_RW_COUNT. */
static void lengths(int fd)
{
	char *a = tail(10), *b = tail(10);
	struct iovec *iov = vector(a, 10, b, ~0UL);

	TEST("readv: a negative length");
	CALL(readv, fd, iov, 2);
	in(1, iov, 2 * sizeof(*iov));
	memcpy(a, TEXT, 10);
	TEST("writev: a negative length");
	CALL(writev, fd, iov, 2);
	in(1, iov, 2 * sizeof(*iov));
	iov = vector(a, 4, b, 1UL << 30);
	TEST("preadv: a length that nothing has");
	CALL(preadv, fd, iov, 2, TEXT_SIZE - 9, 0);
	in(1, iov, 2 * sizeof(*iov));
	out(1, a, 4);
	out(1, b, 5);
	iov = vector(a, 0, b, 0);
	TEST("writev: only segments of no length");
	CALL(writev, fd, iov, 2);
	in(1, iov, 2 * sizeof(*iov));
}

static void overlapping(int fd)
{
	char *buf = tail(30);
	struct iovec *iov = vector(buf, 20, buf + 10, 20);

	TEST("preadv: two segments over the same bytes");
	CALL(preadv, fd, iov, 2, 0, 0);
	in(1, iov, 2 * sizeof(*iov));
	out(1, buf, 20);
	out(1, buf + 10, 20);
	iov = vector(buf, 5, buf, 5);
	TEST("preadv: twice the same segment");
	CALL(preadv, fd, iov, 2, 0, 0);
	in(1, iov, 2 * sizeof(*iov));
	out(1, buf, 5);
	out(1, buf, 5);
}

/* The kernel has its copy of the vector before it writes: import_iovec. */
static void over_the_vector(int fd)
{
	struct iovec *iov = tail(12 * sizeof(*iov));
	char *a = tail(4), *b = tail(100);

	for (size_t i = 0; i < 12; i++)
		iov[i] = (struct iovec){ NULL, 0 };
	iov[0] = (struct iovec){ a, 4 };
	iov[9] = (struct iovec){ iov, 30 };
	iov[10] = (struct iovec){ b, 100 };
	TEST("preadv: over the vector itself");
	CALL(preadv, fd, iov, 11, 0, 0);
	need(!memcmp(iov, TEXT + 4, 30), "preadv");
	out(1, a, 4);
	out(1, iov, 30);
	out(1, b, TEXT_SIZE - 34);
}

static void over_the_message(int *pair)
{
	char *a = tail(4), *from = tail(60);
	struct iovec *iov = vector(a, 4, NULL, 0);
	struct msghdr m = { .msg_iov = iov, .msg_iovlen = 2 }, *msg = tail_copy(&m, sizeof(m));
	size_t rest = sizeof(m) - 4;

	iov[1] = (struct iovec){ msg, rest };
	need(send(pair[0], TEXT, 4 + rest, 0) == (ssize_t)(4 + rest), "send");
	TEST("recvmsg: over the message's own header");
	CALL(recvmsg, pair[1], msg, 0);
	out(1, msg, sizeof(m));
	out(1, a, 4);
	out(1, msg, rest);
	msg = tail_copy(&m, sizeof(m));
	iov = vector(a, 4, NULL, 0);
	iov[1] = (struct iovec){ iov, sizeof(*iov) };
	msg->msg_iov = iov;
	msg->msg_name = from;
	msg->msg_namelen = 60;
	need(send(pair[0], TEXT, 4 + sizeof(*iov), 0) == (ssize_t)(4 + sizeof(*iov)), "send");
	TEST("recvmsg: over the vector");
	CALL(recvmsg, pair[1], msg, 0);
	out(1, msg, sizeof(m));
	out(1, a, 4);
	out(1, iov, sizeof(*iov));
	out(1, from, msg->msg_namelen);
}

static void messages(int *pair)
{
	struct mmsghdr *mm = tail(2 * sizeof(*mm));
	char *text = tail_copy(TEXT, 5), *buf = tail(5), control[CMSG_SPACE(12)] = "";
	struct cmsghdr *c = (struct cmsghdr *)control;
	struct iovec one = { text, 5 };
	struct msghdr m = { .msg_iov = &one, .msg_iovlen = 1 }, *msg = tail_copy(&m, sizeof(m));

	memset(mm, 0, 2 * sizeof(*mm));
	mm[0].msg_hdr.msg_iov = vector(text, 5, NULL, 0);
	mm[0].msg_hdr.msg_iovlen = 1;
	mm[1].msg_hdr.msg_iov = BAD;
	mm[1].msg_hdr.msg_iovlen = 1;
	TEST("sendmmsg: the second message is none");
	need(CALL(sendmmsg, pair[0], mm, 2, 0) == 1, "sendmmsg");
	in(1, &mm[0].msg_hdr, sizeof(m));
	out(1, &mm[0].msg_len, 4);
	in(1, text, 5);
	msg->msg_iov = vector(buf, 5, NULL, 0);
	TEST("recvmsg: no segments, the message is cut");
	msg->msg_iovlen = 0;
	need(CALL(recvmsg, pair[1], msg, MSG_PEEK) == 0 && msg->msg_flags & MSG_TRUNC, "MSG_PEEK");
	out(1, msg, sizeof(m));
	msg->msg_iovlen = MOST + 1;
	TEST("recvmsg: more segments than there may be");
	CALL(recvmsg, pair[1], msg, 0);
	msg->msg_iovlen = 1;
	TEST("recvmsg: only looked at");
	CALL(recvmsg, pair[1], msg, MSG_PEEK);
	out(1, msg, sizeof(m));
	in(1, msg->msg_iov, sizeof(one));
	out(1, buf, 5);
	need(recv(pair[1], buf, 5, 0) == 5, "recv");
	*c = (struct cmsghdr){ CMSG_LEN(12), SOL_SOCKET, SCM_RIGHTS };
	memcpy(CMSG_DATA(c), (int[]){ 0, 1, 2 }, 12);
	m.msg_control = control;
	m.msg_controllen = sizeof(control);
	need(sendmsg(pair[0], &m, 0) == 5, "sendmsg");
	msg->msg_control = tail(CMSG_LEN(4));
	msg->msg_controllen = CMSG_LEN(4);
	TEST("recvmsg: room for one descriptor of three");
	need(CALL(recvmsg, pair[1], msg, 0) == 5 && msg->msg_flags & MSG_CTRUNC, "MSG_CTRUNC");
	out(1, msg, sizeof(m));
	in(1, msg->msg_iov, sizeof(one));
	out(1, msg->msg_control, msg->msg_controllen);
	out(1, buf, 5);
}

int main(void)
{
	int fd = file_of("vector", TEXT, TEXT_SIZE), pair[2];

	need(!socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), "socketpair");
	bounds(fd);
	lengths(fd);
	overlapping(fd);
	over_the_vector(fd);
	over_the_message(pair);
	messages(pair);
	flush();
	return 0;
}
