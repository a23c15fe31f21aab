/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Commands of many calls that no other test makes. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "expect.h"

#define F_GET_FILE_HINT 1037
#define F_SET_FILE_HINT 1038
#define F_CANCELLK 1029
#define F_GETDELEG 1039
#define F_SETDELEG 1040

#if __SIZEOF_LONG__ == 4
static void large_locks(int fd)
{
	struct flock64 *lock = tail(sizeof(*lock));

	memset(lock, 0, sizeof(*lock));
	TEST("fcntl: locks of 64 bits");
	if (CALL(fcntl, fd, F_GETLK64, lock) == 0)
		out(2, lock, sizeof(*lock));
	CALL(fcntl, fd, F_SETLK64, lock);
	in(2, lock, sizeof(*lock));
	CALL(fcntl, fd, F_SETLKW64, lock);
	in(2, lock, sizeof(*lock));
}
#endif

static void locks(int fd)
{
	struct flock *lock = tail(sizeof(*lock));

	memset(lock, 0, sizeof(*lock));
	lock->l_type = F_WRLCK;
	TEST("fcntl: a lock that is waited for, and one that nobody waits for");
	CALL(fcntl, fd, F_SETLKW, lock);
	in(2, lock, sizeof(*lock));
	CALL(fcntl, fd, F_CANCELLK, lock);
	in(2, lock, sizeof(*lock));
#if __SIZEOF_LONG__ == 8
	TEST("fcntl: locks of open files");
	CALL(fcntl, fd, F_OFD_SETLK, lock);
	in(2, lock, sizeof(*lock));
	lock->l_type = F_UNLCK;
	CALL(fcntl, fd, F_OFD_SETLKW, lock);
	in(2, lock, sizeof(*lock));
#else
	large_locks(fd);
#endif
}

static void fcntls(void)
{
	int fd = file_of("file", "0123456789", 10), pipes[2];
	uint64_t *hint = tail(8);

	need(!pipe(pipes), "pipe");
	TEST("fcntl: numbers");
	CALL(fcntl, fd, F_DUPFD, 200);
	CALL(fcntl, fd, F_GETOWN, 0);
	CALL(fcntl, fd, F_GETSIG, 0);
	CALL(fcntl, fd, F_GETLEASE, 0);
	CALL(fcntl, pipes[1], F_GETPIPE_SZ, 0);
	CALL(fcntl, fd, F_GET_SEALS, 0);
	CALL(fcntl, fd, 1027, fd);
	CALL(fcntl, fd, 1028, 0);
	TEST("fcntl: hints");
	if (CALL(fcntl, fd, F_GET_FILE_HINT, hint) == 0)
		out(2, hint, 8);
	*hint = 2;
	CALL(fcntl, fd, F_SET_FILE_HINT, hint);
	in(2, hint, 8);
	*hint = 0;
	if (CALL(fcntl, fd, F_GETDELEG, hint) == 0)
		out(2, hint, 8);
	*hint = 99;
	CALL(fcntl, fd, F_SETDELEG, hint);
	in(2, hint, 8);
	locks(fd);
}

static void polls(void)
{
	int epoll = epoll_create1(0), pipes[2];
	struct epoll_event event = { .events = EPOLLIN };
	uint32_t *slot = tail(12);

	need(!pipe(pipes) && !epoll_ctl(epoll, EPOLL_CTL_ADD, pipes[0], &event), "epoll_ctl");
	slot[0] = (uint32_t)epoll;
	slot[1] = (uint32_t)pipes[0];
	slot[2] = 0;
	TEST("kcmp: a file, and what epoll waits for");
	CALL(kcmp, getpid(), getpid(), 7, pipes[0], slot);
	in(4, slot, 12);
	TEST("epoll_ctl: takes a descriptor away");
	CALL(epoll_ctl, epoll, EPOLL_CTL_DEL, pipes[0], &event);
}

static void prctls(void)
{
	char *p = pages(2), *name = tail_string("a name"), *all = tail(1024);
	int *number = tail(4);
	uint64_t *word = tail(8);
	long n;

	TEST("prctl: what is asked");
	if (CALL(prctl, PR_GET_TSC, number, 0, 0, 0) == 0)
		out(1, number, 4);
	if (CALL(prctl, PR_GET_TID_ADDRESS, word, 0, 0, 0) == 0)
		out(1, word, 8);
	if (CALL(prctl, 74, word, 0, 0, 0) == 0)
		out(1, word, 8);
	n = CALL(prctl, 0x41555856, all, 1024, 0, 0);
	if (n > 0)
		out(1, all, (size_t)n);
	TEST("prctl: the cookie of a group that shares a core");
	if (CALL(prctl, PR_SCHED_CORE, 0, 0, 0, word) == 0)
		out(4, word, 8);
	TEST("prctl: memory's name");
	CALL(prctl, 0x53564d41, 0, p, PAGE, name);
	in_string(4, name);
}

/* A filter of one instruction, which allows everything. */
static void filters(void)
{
	struct sock_filter *code = tail(sizeof(*code));
	struct sock_fprog *filter = tail(sizeof(*filter));
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	*code = (struct sock_filter){ .code = BPF_RET | BPF_K, .k = SECCOMP_RET_ALLOW };
	*filter = (struct sock_fprog){ 1, code };
	TEST("setsockopt: who of a group gets a packet");
	CALL(setsockopt, fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, filter, sizeof(*filter));
	in(3, filter, sizeof(*filter));
	in(3, code, sizeof(*code));
	need(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS");
	TEST("seccomp: a filter, in both ways");
	CALL(seccomp, SECCOMP_SET_MODE_FILTER, 0, filter);
	in(2, filter, sizeof(*filter));
	in(2, code, sizeof(*code));
	CALL(prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, filter, 0, 0);
	in(2, filter, sizeof(*filter));
	in(2, code, sizeof(*code));
}

static void rules(void)
{
	struct {
		uint64_t access, port;
	} *port = tail(sizeof(*port));

	memset(port, 0, sizeof(*port));
	TEST("landlock_add_rule: a port, to no set");
	CALL(landlock_add_rule, -1L, 2, port, 0);
	in(2, port, sizeof(*port));
}

int main(void)
{
	fcntls();
	polls();
	prctls();
	rules();
	filters();
	flush();
	return 0;
}
