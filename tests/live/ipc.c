/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* System V shared memory, semaphores and messages. */
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <time.h>

#include "expect.h"

/* Which structure is meant: asked for on ABIs that once had another. */
#if defined(__arm__) || defined(__i386__)
#define IPC_64 0x100
#else
#define IPC_64 0
#endif
#ifdef __arm__
#define SHM_64 IPC_64
#else
#define SHM_64 0
#endif

static void messages(void)
{
	struct msqid_ds *state = tail(sizeof(*state));
	char *buf = tail(sizeof(long) + 32), *text = tail(sizeof(long) + 5);
	int id;
	long n;

	TEST("msgget: a private queue");
	id = (int)CALL(msgget, IPC_PRIVATE, 0600);
	*(long *)text = 7;
	memcpy(text + sizeof(long), "hello", 5);
	TEST("msgsnd: a message");
	CALL(msgsnd, id, text, 5, 0);
	in(1, text, sizeof(long) + 5);
	TEST("msgrcv: type and text");
	n = CALL(msgrcv, id, buf, 32, 0, 0);
	out(1, buf, sizeof(long) + (size_t)n);
	TEST("msgrcv: nothing there");
	CALL(msgrcv, id, buf, 32, 0, IPC_NOWAIT);
	TEST("msgctl: IPC_STAT");
	CALL(msgctl, id, IPC_STAT | IPC_64, state);
	out(2, state, sizeof(*state));
	TEST("msgctl: IPC_RMID");
	CALL(msgctl, id, IPC_RMID, NULL);
}

static void semaphores(void)
{
	struct sembuf *op = tail(2 * sizeof(*op));
	unsigned short *values = tail(2 * sizeof(*values));
	struct timespec *timeout = tail(sizeof(*timeout));
	int64_t *time64 = tail(16);
	struct semid_ds *state = tail(sizeof(*state));
	int id;

	TEST("semget: a private set of two");
	id = (int)CALL(semget, IPC_PRIVATE, 2, 0600);
	(void)timeout;
	(void)time64;
	op[0] = (struct sembuf){ 0, 3, 0 };
	op[1] = (struct sembuf){ 1, 4, 0 };
#ifdef SYS_semop
	TEST("semop: both up");
	CALL(semop, id, op, 2);
	in(1, op, 2 * sizeof(*op));
	op[0].sem_op = -9;
	*timeout = (struct timespec){ 0, 1000 };
	TEST("semtimedop: time is up");
	CALL(semtimedop, id, op, 2, timeout);
	in(1, op, 2 * sizeof(*op));
	in(3, timeout, sizeof(*timeout));
#endif
#ifdef SYS_semtimedop_time64
	op[0].sem_op = -9;
	time64[0] = 0;
	time64[1] = 1000;
	TEST("semtimedop_time64: time is up");
	CALL(semtimedop_time64, id, op, 2, time64);
	in(1, op, 2 * sizeof(*op));
	in(3, time64, 16);
#endif
	TEST("semctl: GETVAL");
	CALL(semctl, id, 1, GETVAL, 0);
	TEST("semctl: GETALL, as many as the set has");
	CALL(semctl, id, 0, GETALL, values);
	out(3, values, 2 * sizeof(*values));
	values[0] = 9;
	TEST("semctl: SETALL");
	CALL(semctl, id, 0, SETALL | IPC_64, values);
	in(3, values, 2 * sizeof(*values));
	values[0] = 0xffff;
	TEST("semctl: SETALL of a value that is too large");
	CALL(semctl, id, 0, SETALL, values);
	in(3, values, 2 * sizeof(*values));
	TEST("semctl: IPC_STAT");
	CALL(semctl, id, 0, IPC_STAT | IPC_64, state);
	out(3, state, sizeof(*state));
	TEST("semctl: IPC_RMID");
	CALL(semctl, id, 0, IPC_RMID, 0);
	TEST("semctl: GETALL of a set that is gone");
	CALL(semctl, id, 0, GETALL, values);
}

/* More sets than a level of the kernel's tree has places for, each with a number of its own. */
static void sets(void)
{
	static int ids[70];
	unsigned short *values;

	for (int i = 0; i < 70; i++) {
		ids[i] = (int)syscall(SYS_semget, IPC_PRIVATE, i + 1, 0600);
		need(ids[i] >= 0, "semget");
	}
	TEST("semctl: GETALL of each of many sets");
	for (int i = 0; i < 70; i++) {
		values = tail((size_t)(i + 1) * sizeof(*values));
		CALL(semctl, ids[i], 0, GETALL, values);
		out(3, values, (size_t)(i + 1) * sizeof(*values));
	}
	for (int i = 0; i < 70; i++)
		syscall(SYS_semctl, ids[i], 0, IPC_RMID, 0);
}

static void shared(void)
{
	struct shmid_ds *state = tail(sizeof(*state));
	void *at;
	int id;

	TEST("shmget: a private page");
	id = (int)CALL(shmget, IPC_PRIVATE, PAGE, 0600);
	TEST("shmat: anywhere");
	at = (void *)CALL(shmat, id, NULL, 0);
	TEST("shmctl: IPC_STAT");
	CALL(shmctl, id, IPC_STAT | SHM_64, state);
	out(2, state, sizeof(*state));
	TEST("shmdt: it");
	CALL(shmdt, at);
	TEST("shmctl: IPC_RMID");
	CALL(shmctl, id, IPC_RMID, NULL);
	TEST("shmctl: no such segment");
	CALL(shmctl, 0x3fffffff, IPC_STAT, state);
}

#ifdef SYS_shmctl
static void memory_limits(void)
{
	int id = shmget(IPC_PRIVATE, PAGE, 0600);
	struct shmid_ds *ds = tail(sizeof(*ds));
	struct shminfo *limits = tail(sizeof(*limits));
	struct shm_info *info = tail(sizeof(*info));

	need(id >= 0, "shmget");
	TEST("shmctl: limits and use");
	if (CALL(shmctl, 0, IPC_INFO | SHM_64, limits) >= 0)
		out(2, limits, sizeof(*limits));
	if (CALL(shmctl, 0, SHM_INFO | SHM_64, info) >= 0)
		out(2, info, sizeof(*info));
	CALL(shmctl, 0x3fffffff, SHM_STAT | SHM_64, ds);
	CALL(shmctl, 0x3fffffff, SHM_STAT_ANY | SHM_64, ds);
	TEST("shmctl: its mode");
	need(!shmctl(id, IPC_STAT, ds), "shmctl");
	CALL(shmctl, id, IPC_SET | SHM_64, ds);
	in(2, ds, sizeof(*ds));
	shmctl(id, IPC_RMID, NULL);
}
#else
#define memory_limits()
#endif

static void semaphore_limits(void)
{
	int id = semget(IPC_PRIVATE, 3, 0600);
	struct semid_ds *ds = tail(sizeof(*ds));
	struct seminfo *info = tail(sizeof(*info));
	unsigned short *values = tail(3 * sizeof(*values));

	need(id >= 0 && syscall(SYS_semctl, id, 0, IPC_STAT | IPC_64, ds) >= 0, "semget");
	TEST("semctl: limits, a value, its mode");
	if (CALL(semctl, 0, 0, IPC_INFO | IPC_64, info) >= 0)
		out(3, info, sizeof(*info));
	if (CALL(semctl, 0, 0, SEM_INFO | IPC_64, info) >= 0)
		out(3, info, sizeof(*info));
	CALL(semctl, id, 1, SETVAL, 5);
	if (CALL(semctl, id, 0, GETALL | IPC_64, values) == 0)
		out(3, values, 3 * sizeof(*values));
	CALL(semctl, id, 0, IPC_SET | IPC_64, ds);
	in(3, ds, sizeof(*ds));
	CALL(semctl, 0x3fffffff, 0, SEM_STAT | IPC_64, ds);
	CALL(semctl, 0x3fffffff, 0, SEM_STAT_ANY | IPC_64, ds);
	semctl(id, 0, IPC_RMID);
}

static void queue_limits(void)
{
	int id = msgget(IPC_PRIVATE, 0600);
	struct msqid_ds *ds = tail(sizeof(*ds));
	struct msginfo *info = tail(sizeof(*info));

	need(id >= 0 && syscall(SYS_msgctl, id, IPC_STAT | IPC_64, ds) >= 0, "msgget");
	TEST("msgctl: limits, its mode");
	if (CALL(msgctl, 0, IPC_INFO | IPC_64, info) >= 0)
		out(2, info, sizeof(*info));
	if (CALL(msgctl, 0, MSG_INFO | IPC_64, info) >= 0)
		out(2, info, sizeof(*info));
	CALL(msgctl, id, IPC_SET | IPC_64, ds);
	in(2, ds, sizeof(*ds));
	CALL(msgctl, 0x3fffffff, MSG_STAT | IPC_64, ds);
	CALL(msgctl, 0x3fffffff, MSG_STAT_ANY | IPC_64, ds);
	msgctl(id, IPC_RMID, NULL);
}

int main(void)
{
	messages();
	semaphores();
	sets();
	shared();
	memory_limits();
	semaphore_limits();
	queue_limits();
	flush();
	return 0;
}
