/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Commands of fcntl, prctl, shmctl, semctl, msgctl, futex, kcmp, epoll_ctl that have no other. */
#include <linux/futex.h>
#include <sys/epoll.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "expect.h"

#define F_GET_FILE_HINT 1037
#define F_SET_FILE_HINT 1038
#define F_GETDELEG 1039

static void locks(int fd)
{
	struct flock *lock = tail(sizeof(*lock));

	memset(lock, 0, sizeof(*lock));
	lock->l_type = F_WRLCK;
	TEST("fcntl: a lock that is waited for");
	CALL(fcntl, fd, F_SETLKW, lock);
	in(2, lock, sizeof(*lock));
#if __SIZEOF_LONG__ == 8
	TEST("fcntl: locks of open files");
	CALL(fcntl, fd, F_OFD_SETLK, lock);
	in(2, lock, sizeof(*lock));
	lock->l_type = F_UNLCK;
	CALL(fcntl, fd, F_OFD_SETLKW, lock);
	in(2, lock, sizeof(*lock));
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
	TEST("prctl: memory's name");
	CALL(prctl, 0x53564d41, 0, p, PAGE, name);
	in_string(4, name);
}

#ifdef SYS_shmctl
/* arm alone has the old structures too: ipc/shm.c, ARCH_WANT_COMPAT_IPC_PARSE_VERSION */
#ifdef __arm__
#define NEW 0x100
#else
#define NEW 0
#endif

static void memories(void)
{
	int id = shmget(IPC_PRIVATE, PAGE, 0600);
	struct shmid_ds *ds = tail(sizeof(*ds));
	struct shminfo *limits = tail(sizeof(*limits));
	struct shm_info *info = tail(sizeof(*info));

	need(id >= 0, "shmget");
	TEST("shmctl: limits and use");
	if (CALL(shmctl, 0, IPC_INFO | NEW, limits) >= 0)
		out(2, limits, sizeof(*limits));
	if (CALL(shmctl, 0, SHM_INFO | NEW, info) >= 0)
		out(2, info, sizeof(*info));
	CALL(shmctl, 0x3fffffff, SHM_STAT | NEW, ds);
	CALL(shmctl, 0x3fffffff, SHM_STAT_ANY | NEW, ds);
	TEST("shmctl: its mode");
	need(!shmctl(id, IPC_STAT, ds), "shmctl");
	CALL(shmctl, id, IPC_SET | NEW, ds);
	in(2, ds, sizeof(*ds));
	shmctl(id, IPC_RMID, NULL);
}
#else
#define memories()
#endif

#if __SIZEOF_LONG__ == 8
static void semaphores(void)
{
	int id = semget(IPC_PRIVATE, 3, 0600);
	struct semid_ds *ds = tail(sizeof(*ds));
	struct seminfo *info = tail(sizeof(*info));

	need(id >= 0 && !semctl(id, 0, IPC_STAT, ds), "semget");
	TEST("semctl: limits, a value, its mode");
	if (CALL(semctl, 0, 0, IPC_INFO, info) >= 0)
		out(3, info, sizeof(*info));
	if (CALL(semctl, 0, 0, SEM_INFO, info) >= 0)
		out(3, info, sizeof(*info));
	CALL(semctl, id, 1, SETVAL, 5);
	CALL(semctl, id, 0, IPC_SET, ds);
	in(3, ds, sizeof(*ds));
	CALL(semctl, 0x3fffffff, 0, SEM_STAT, ds);
	CALL(semctl, 0x3fffffff, 0, SEM_STAT_ANY, ds);
	semctl(id, 0, IPC_RMID);
}

static void queues(void)
{
	int id = msgget(IPC_PRIVATE, 0600);
	struct msqid_ds *ds = tail(sizeof(*ds));
	struct msginfo *info = tail(sizeof(*info));

	need(id >= 0 && !msgctl(id, IPC_STAT, ds), "msgget");
	TEST("msgctl: limits, its mode");
	if (CALL(msgctl, 0, IPC_INFO, info) >= 0)
		out(2, info, sizeof(*info));
	if (CALL(msgctl, 0, MSG_INFO, info) >= 0)
		out(2, info, sizeof(*info));
	CALL(msgctl, id, IPC_SET, ds);
	in(2, ds, sizeof(*ds));
	CALL(msgctl, 0x3fffffff, MSG_STAT, ds);
	CALL(msgctl, 0x3fffffff, MSG_STAT_ANY, ds);
	msgctl(id, IPC_RMID, NULL);
}
#else
#define semaphores()
#define queues()
#endif

/* Of words that nobody waits for, with a time that is over at once. */
static void futexes(int flag)
{
	uint32_t *word = tail(4), *other = tail(4);
	long *soon = tail(2 * sizeof(long));

	*word = *other = 5;
	soon[0] = soon[1] = 0;
	TEST("futex: waking and moving");
	CALL(futex, word, FUTEX_WAKE | flag, 1, 0, 0, 0);
	CALL(futex, word, FUTEX_REQUEUE | flag, 1, 1, other, 0);
	CALL(futex, word, FUTEX_CMP_REQUEUE | flag, 1, 1, other, 5);
	CALL(futex, word, FUTEX_WAKE_BITSET | flag, 1, 0, 0, 1);
	CALL(futex, word, FUTEX_WAKE_OP | flag, 1, 1, other, FUTEX_OP(FUTEX_OP_ADD, 1, 0, 5));
	out(4, other, 4);
	TEST("futex: waiting");
	CALL(futex, word, FUTEX_WAIT_BITSET | flag, 5, soon, 0, 1);
	in(3, soon, 2 * sizeof(long));
	TEST("futex: locks");
	*word = 0;
	CALL(futex, word, FUTEX_LOCK_PI | flag, 0, NULL, 0, 0);
	out(0, word, 4);
	CALL(futex, word, FUTEX_UNLOCK_PI | flag, 0, 0, 0, 0);
	out(0, word, 4);
	CALL(futex, word, FUTEX_TRYLOCK_PI | flag, 0, 0, 0, 0);
	out(0, word, 4);
	CALL(futex, word, FUTEX_UNLOCK_PI | flag, 0, 0, 0, 0);
	out(0, word, 4);
	CALL(futex, word, 13 | flag, 0, NULL, 0, 0);
	out(0, word, 4);
	CALL(futex, word, FUTEX_UNLOCK_PI | flag, 0, 0, 0, 0);
	out(0, word, 4);
}

int main(void)
{
	fcntls();
	polls();
	prctls();
	memories();
	semaphores();
	queues();
	futexes(0);
	futexes(FUTEX_PRIVATE_FLAG);
	flush();
	return 0;
}
