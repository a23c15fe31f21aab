/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Calls that fail, and have written all the same: what comes back with an error, and what was
 * stored before the kernel met an address that is not there.
 */
#include <linux/aio_abi.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include "expect.h"

#ifndef SYS_lsm_get_self_attr
#define SYS_lsm_get_self_attr 459
#define SYS_lsm_list_modules 461
#endif

#define FROM_KERNEL "0123456789abcdefghijklmnopqrstuvwxyz"
#define FROM_KERNEL_SIZE 36

static int pair[2];

static void send_text(void)
{
	need(send(pair[0], FROM_KERNEL, FROM_KERNEL_SIZE, 0) == FROM_KERNEL_SIZE, "send");
}

/* unix_dgram_recvmsg: the data is copied as far as there is memory, and the message is gone. */
static void half_mapped(void)
{
	char *buf = tail(20);
	struct iovec iov[2], *vec;
	struct msghdr m = { .msg_iovlen = 2 }, *msg;

	send_text();
	TEST("recvfrom: EFAULT after a part was written");
	CALL(recvfrom, pair[1], buf, 100, 0, NULL, NULL);
	out(1, buf, 20);
	send_text();
	buf = tail(20);
	TEST("read: EFAULT after a part was written");
	CALL(read, pair[1], buf, 100);
	out(1, buf, 20);
	iov[0] = (struct iovec){ tail(3), 3 };
	iov[1] = (struct iovec){ tail(8), 30 };
	vec = tail_copy(iov, sizeof(iov));
	send_text();
	TEST("readv: EFAULT in the second segment");
	CALL(readv, pair[1], vec, 2);
	in(1, vec, sizeof(iov));
	out(1, iov[0].iov_base, 3);
	out(1, iov[1].iov_base, 8);
	m.msg_iov = vec;
	msg = tail_copy(&m, sizeof(m));
	send_text();
	memset(iov[0].iov_base, 1, 3);
	memset(iov[1].iov_base, 1, 8);
	TEST("recvmsg: EFAULT in the second segment");
	CALL(recvmsg, pair[1], msg, 0);
	out(1, msg, sizeof(*msg));
	in(1, vec, sizeof(iov));
	out(1, iov[0].iov_base, 3);
	out(1, iov[1].iov_base, 8);
}

/* The data is there before the address's length is looked at: __sys_recvfrom, move_addr_to_user. */
static void bad_length(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	socklen_t size = sizeof(at), *len = tail_copy("\xff\xff\xff\xff", 4);
	char *buf = tail(10), *from = tail(16);

	need(!bind(fd, (void *)&at, sizeof(at)) && !getsockname(fd, (void *)&at, &size), "bind");
	for (int i = 0; i < 2; i++)
		need(sendto(fd, "datagram", 8, 0, (void *)&at, sizeof(at)) == 8, "sendto");
	TEST("recvfrom: EINVAL for the address's length, with the data written");
	CALL(recvfrom, fd, buf, 10, 0, from, len);
	need(!memcmp(buf, "datagram", 8), "data");
	out(1, buf, 10);
	in(5, len, 4);
	memset(buf, NOTHING, 10);
	*len = 16;
	TEST("recvfrom: EFAULT for the address, with data and length written");
	CALL(recvfrom, fd, buf, 10, 0, BAD, len);
	need(!memcmp(buf, "datagram", 8), "data");
	out(1, buf, 10);
	out(5, len, 4);
	TEST("recvfrom: nothing there, nothing written");
	CALL(recvfrom, fd, buf, 10, MSG_DONTWAIT, from, len);
	in(5, len, 4);
}

/* One result is stored, the next one cannot be. */
static void one_of_two(void)
{
	struct timeval *tv = tail(sizeof(*tv));
	uint32_t *first = tail(4), *status = tail(4);
	struct itimerval *timer = tail(sizeof(*timer));
	pid_t child;

	TEST("getresuid: EFAULT for the second");
	CALL(getresuid, first, BAD, NULL);
	out(0, first, sizeof(uid_t) == 4 && sizeof(long) == 8 ? 4 : 2);
	TEST("gettimeofday: EFAULT for the zone");
	CALL(gettimeofday, tv, BAD);
	out(0, tv, sizeof(*tv));
	flush();
	child = fork();
	if (!child)
		_exit(5);
	TEST("wait4: EFAULT for the use, with the status written");
	CALL(wait4, child, status, 0, BAD);
	out(1, status, 4);
	TEST("getitimer: EFAULT in its midst");
	timer = tail(sizeof(*timer) / 2);
	CALL(getitimer, ITIMER_REAL, timer);
	out(1, timer, sizeof(*timer) / 2);
	TEST("pipe2: EFAULT behind the first descriptor");
	first = tail(4);
	CALL(pipe2, first, 0);
	out(0, first, 4);
}

/* posix-timers.c, do_timer_create: the number is stored before the clock has its say. */
static void timer_of_nobody(void)
{
	int *id = tail(4);

	TEST("timer_create: the clock of no process, the number written all the same");
	CALL(timer_create, ~0x3ffffffUL << 3 | 2, NULL, id);
	out(2, id, 4);
}

/* fs/aio.c, __io_submit_one: aio_key is stored before the operation is looked at. */
static void no_such_operation(void)
{
	aio_context_t context = 0;
	struct iocb iocb = { .aio_key = 77, .aio_lio_opcode = 99 }, *one = tail(sizeof(*one));
	struct iocb **list = tail(sizeof(*list));

	need(!syscall(SYS_io_setup, 1, &context), "io_setup");
	iocb.aio_fildes = (uint32_t)pair[0];
	memcpy(one, &iocb, sizeof(iocb));
	*list = one;
	TEST("io_submit: no such operation, the key written all the same");
	CALL(io_submit, context, 1, list);
	need(!one->aio_key, "aio_key");
	in(2, list, sizeof(*list));
	in(2, one, sizeof(*one));
	out(2, &one->aio_key, 4);
	syscall(SYS_io_destroy, context);
}

/* kernel/fork.c: the pidfd is stored before the control group is found to be none. */
static void no_such_group(void)
{
	struct {
		uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls,
			set_tid, set_tid_size, cgroup;
	} args = { .flags = 0x200001000, .exit_signal = SIGCHLD }, *a;
	int *pidfd = tail(4);

	args.pidfd = POINTER(pidfd);
	args.cgroup = (uint64_t)pair[0];
	a = tail_copy(&args, sizeof(args));
	flush();
	TEST("clone3: a control group that is none, the pidfd written all the same");
	if (!CALL(clone3, a, sizeof(args)))
		_exit(1);
	in(0, a, sizeof(args));
	out(0, pidfd, 4);
}

static void sizes(void)
{
	char *handle = tail(8), *ids = tail(4);
	int *mount = tail(4);
	uint32_t *size = tail(4), *attr = tail(256);
	long n;

	memset(handle, 0, 8);
	TEST("name_to_handle_at: EOVERFLOW, the bytes that it takes come back");
	n = CALL(name_to_handle_at, AT_FDCWD, ".", handle, mount, 0);
	in_string(1, ".");
	if (n == -EOVERFLOW) {
		out(2, handle, 8);
		out(3, mount, 4);
	} else {
		in(2, handle, 8);
	}
	TEST("sched_getattr: more room than there are attributes");
	n = CALL(sched_getattr, 0, attr, 256, 0);
	if (!n)
		out(1, attr, 256);
	*size = 3;
	TEST("lsm_list_modules: too small, the bytes that it takes come back");
	n = CALL(lsm_list_modules, ids, size, 0);
	if (n != -ENOSYS)
		out(1, size, 4);
	*size = 1;
	TEST("lsm_get_self_attr: too small or none, the bytes that it takes come back");
	n = CALL(lsm_get_self_attr, 100, ids, size, 0);
	if (n == -E2BIG) /* of several modules, the first may have had room */
		out(1, ids, 1);
	if (n != -ENOSYS)
		out(2, size, 4);
}

int main(void)
{
	need(!socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), "socketpair");
	half_mapped();
	bad_length();
	one_of_two();
	timer_of_nobody();
	no_such_operation();
	no_such_group();
	sizes();
	flush();
	return 0;
}
