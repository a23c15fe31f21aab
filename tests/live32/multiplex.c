/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* i386's multiplexers: socketcall and ipc. All memory of a socketcall belongs to its argument 1. */
#include <netinet/in.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>

#include "../live/expect.h"

#ifdef __i386__
enum { SOCKETPAIR = 8, SEND, RECV, SENDTO, RECVFROM, GETSOCKOPT = 15, SENDMSG, RECVMSG };
enum {
	SEMOP = 1,
	SEMGET,
	SEMCTL,
	SEMTIMEDOP,
	MSGSND = 11,
	MSGRCV,
	MSGGET,
	MSGCTL,
	SHMAT = 21,
	SHMDT,
	SHMGET,
	SHMCTL
};

/* A socketcall with its arguments at the end of a page. */
static long socketcall(int call, const long *args, size_t nargs)
{
	long *packed = tail_copy(args, nargs * sizeof(long)), n;

	n = CALL(socketcall, call, packed);
	in(1, packed, nargs * sizeof(long));
	return n;
}
#define SOCKETCALL(call, ...) socketcall(call, LIST(__VA_ARGS__), COUNT(__VA_ARGS__))

static void pairs(void)
{
	char *text = tail_copy("five+", 5), *buf = tail(64);
	int *pair = tail(8);
	long n;

	TEST("socketcall: SYS_SOCKETPAIR");
	SOCKETCALL(SOCKETPAIR, AF_UNIX, SOCK_STREAM, 0, pair);
	out(1, pair, 8);
	TEST("socketcall: SYS_SEND");
	SOCKETCALL(SEND, pair[0], text, 5, 0);
	in(1, text, 5);
	TEST("socketcall: SYS_RECV");
	n = SOCKETCALL(RECV, pair[1], buf, 64, 0);
	out(1, buf, (size_t)n);
	TEST("socketcall: SYS_RECV, nothing there");
	SOCKETCALL(RECV, pair[1], buf, 64, MSG_DONTWAIT);
	TEST("socketcall: arguments at a bad address");
	CALL(socketcall, RECV, BAD);
	missing(1, "in", BAD, 16, "EFAULT");
	TEST("socketcall: no such call");
	CALL(socketcall, 99, pair);
}

static void addresses(void)
{
	struct sockaddr_in *at = tail(sizeof(*at)), *from = tail(40);
	char *text = tail_copy("datagram", 8), *buf = tail(20);
	socklen_t *len = tail(4), *room = tail(4);
	int fd = socket(AF_INET, SOCK_DGRAM, 0), *type = tail(100);
	long n;

	*at = (struct sockaddr_in){ .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	*len = sizeof(*at);
	need(!bind(fd, (void *)at, sizeof(*at)) && !getsockname(fd, (void *)at, len), "bind");
	TEST("socketcall: SYS_SENDTO");
	SOCKETCALL(SENDTO, fd, text, 8, 0, at, sizeof(*at));
	in(1, text, 8);
	in(1, at, sizeof(*at));
	*room = 40;
	TEST("socketcall: SYS_RECVFROM, with room to spare for the address");
	n = SOCKETCALL(RECVFROM, fd, buf, 20, 0, from, room);
	out(1, buf, (size_t)n);
	out(1, from, sizeof(*from));
	out(1, room, 4);
	need(sendto(fd, text, 8, 0, (void *)at, sizeof(*at)) == 8, "sendto");
	*room = 6;
	from = tail(6);
	TEST("socketcall: SYS_RECVFROM, room for a part of the address");
	n = SOCKETCALL(RECVFROM, fd, buf, 20, 0, from, room);
	out(1, buf, (size_t)n);
	out(1, from, 6);
	out(1, room, 4);
	*len = 100;
	TEST("socketcall: SYS_GETSOCKOPT");
	SOCKETCALL(GETSOCKOPT, fd, SOL_SOCKET, SO_TYPE, type, len);
	out(1, type, 4);
	out(1, len, 4);
}

static void messages(void)
{
	struct msghdr *m = tail(sizeof(*m));
	struct iovec *iov = tail(sizeof(*iov));
	int pair[2];
	long n;

	need(!socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), "socketpair");
	*iov = (struct iovec){ tail_copy("a message", 9), 9 };
	*m = (struct msghdr){ .msg_iov = iov, .msg_iovlen = 1 };
	TEST("socketcall: SYS_SENDMSG");
	SOCKETCALL(SENDMSG, pair[0], m, 0);
	in(1, m, sizeof(*m));
	in(1, iov, sizeof(*iov));
	in(1, iov->iov_base, 9);
	*iov = (struct iovec){ tail(32), 32 };
	TEST("socketcall: SYS_RECVMSG");
	n = SOCKETCALL(RECVMSG, pair[1], m, 0);
	out(1, m, sizeof(*m));
	in(1, iov, sizeof(*iov));
	out(1, iov->iov_base, (size_t)n);
}

static void queues(void)
{
	long *text = tail(sizeof(long) + 3), *buf = tail(sizeof(long) + 10);
	long *pair = tail(2 * sizeof(long)), n;
	char *state = tail(88);
	int id;

	TEST("ipc: MSGGET");
	id = (int)CALL(ipc, MSGGET, IPC_PRIVATE, 0600, 0, 0, 0);
	text[0] = 5;
	memcpy(text + 1, "abc", 3);
	TEST("ipc: MSGSND");
	CALL(ipc, MSGSND, id, 3, 0, text, 0);
	in(4, text, sizeof(long) + 3);
	TEST("ipc: MSGSND once more");
	CALL(ipc, MSGSND, id, 3, 0, text, 0);
	in(4, text, sizeof(long) + 3);
	TEST("ipc: MSGRCV of version 1");
	n = CALL(ipc, MSGRCV | 1 << 16, id, 10, 0, buf, 5);
	out(4, buf, sizeof(long) + (size_t)n);
	pair[0] = (long)buf;
	pair[1] = 0;
	TEST("ipc: MSGRCV, buffer and type in memory");
	n = CALL(ipc, MSGRCV, id, 10, 0, pair, 0);
	in(4, pair, 2 * sizeof(long));
	out(4, buf, sizeof(long) + (size_t)n);
	TEST("ipc: MSGRCV, nothing there");
	CALL(ipc, MSGRCV, id, 10, IPC_NOWAIT, pair, 0);
	in(4, pair, 2 * sizeof(long));
	TEST("ipc: MSGCTL, IPC_STAT");
	CALL(ipc, MSGCTL, id, IPC_STAT | 0x100, 0, state, 0);
	out(4, state, 88);
	TEST("ipc: MSGCTL, IPC_RMID");
	CALL(ipc, MSGCTL, id, IPC_RMID, 0, 0, 0);
}

static void shared(void)
{
	char *state = tail(84);
	uint32_t *at = tail(4);
	int id;

	TEST("ipc: SHMGET");
	id = (int)CALL(ipc, SHMGET, IPC_PRIVATE, PAGE, 0600, 0, 0);
	TEST("ipc: SHMAT");
	CALL(ipc, SHMAT, id, 0, at, 0, 0);
	out(3, at, 4);
	TEST("ipc: SHMCTL, IPC_STAT");
	CALL(ipc, SHMCTL, id, IPC_STAT | 0x100, 0, state, 0);
	out(4, state, 84);
	TEST("ipc: SHMDT");
	CALL(ipc, SHMDT, 0, 0, 0, *at, 0);
	TEST("ipc: SHMCTL, IPC_RMID");
	CALL(ipc, SHMCTL, id, IPC_RMID, 0, 0, 0);
}

/* What the word at ptr leads to. */
static void semctls(int id)
{
	uint16_t *values = tail(3 * sizeof(*values));
	char *state = tail(64), *old = tail(44), *info = tail(40);
	uint32_t *word = tail(4);

	*word = (uint32_t)values;
	TEST("ipc: SEMCTL, GETALL");
	CALL(ipc, SEMCTL, id, 0, GETALL, word, 0);
	in(4, word, 4);
	out(4, values, 3 * sizeof(*values));
	TEST("ipc: SEMCTL, SETALL");
	CALL(ipc, SEMCTL, id, 0, SETALL | 0x100, word, 0);
	in(4, word, 4);
	in(4, values, 3 * sizeof(*values));
	TEST("ipc: SEMCTL, GETALL of no such set");
	CALL(ipc, SEMCTL, 0x3fffffff, 0, GETALL, word, 0);
	in(4, word, 4);
	*word = (uint32_t)state;
	TEST("ipc: SEMCTL, IPC_STAT");
	CALL(ipc, SEMCTL, id, 0, IPC_STAT | 0x100, word, 0);
	in(4, word, 4);
	out(4, state, 64);
	*word = (uint32_t)old;
	TEST("ipc: SEMCTL, IPC_STAT of the old structure");
	CALL(ipc, SEMCTL, id, 0, IPC_STAT, word, 0);
	in(4, word, 4);
	out(4, old, 44);
	TEST("ipc: SEMCTL, IPC_SET of the old structure");
	CALL(ipc, SEMCTL, id, 0, IPC_SET, word, 0);
	in(4, word, 4);
	in(4, old, 44);
	*word = (uint32_t)info;
	TEST("ipc: SEMCTL, SEM_INFO");
	CALL(ipc, SEMCTL, id, 0, SEM_INFO, word, 0);
	in(4, word, 4);
	out(4, info, 40);
}

static void semaphores(void)
{
	struct sembuf *op = tail(sizeof(*op));
	uint32_t *value = tail(4);
	long *soon = tail(2 * sizeof(long));
	int id;

	TEST("ipc: SEMGET");
	id = (int)CALL(ipc, SEMGET, IPC_PRIVATE, 3, 0600, 0, 0);
	*op = (struct sembuf){ 0, 2, 0 };
	TEST("ipc: SEMOP");
	CALL(ipc, SEMOP, id, 1, 0, op, 0);
	in(4, op, sizeof(*op));
	op->sem_op = -9;
	soon[0] = soon[1] = 0;
	TEST("ipc: SEMTIMEDOP, time is up");
	CALL(ipc, SEMTIMEDOP, id, 1, 0, op, soon);
	in(4, op, sizeof(*op));
	in(5, soon, 2 * sizeof(long));
	*value = 7;
	TEST("ipc: SEMCTL, SETVAL");
	CALL(ipc, SEMCTL, id, 0, SETVAL, value, 0);
	in(4, value, 4);
	semctls(id);
	need(!semctl(id, 0, IPC_RMID), "semctl");
}

int main(void)
{
	pairs();
	addresses();
	messages();
	queues();
	shared();
	semaphores();
	flush();
	return 0;
}
#else
int main(void)
{
	TEST("getpid");
	CALL0(getpid);
	flush();
	return 0;
}
#endif
