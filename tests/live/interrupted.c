/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Calls that a signal interrupts, one of each family: what the kernel returns inside (signal(7),
 * include/linux/errno.h), what was written nevertheless, and what the same call brings when the
 * kernel makes it again.
 */
#include <linux/futex.h>
#include <mqueue.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>

#include "asleep.h"

#define RESTARTSYS 512
#define RESTARTNOHAND 514
#define RESTARTBLOCK 516

static int ends[2], full[2], pair[2];

static void ignore(int number)
{
	(void)number;
}

static void handle(int flags)
{
	struct sigaction act = { .sa_handler = ignore, .sa_flags = flags };

	need(!sigaction(SIGUSR1, &act, NULL), "sigaction");
}

/* A call that returns ret inside, and -EINTR to the program. */
#define CUT(ret, name, ...) \
	(interrupt(SIGUSR1, NULL), CALL(name, __VA_ARGS__), interrupted(), ret_is(-(ret)))

static void write_a_byte(void)
{
	need(write(ends[1], "x", 1) == 1, "write");
}

static void send_a_byte(void)
{
	need(send(pair[0], "y", 1, 0) == 1, "send");
}

static void drain(void)
{
	static char bytes[1 << 20];

	need(read(full[0], bytes, sizeof(bytes)) > 0, "read");
}

/* With SA_RESTART the call is made again, and then brings something. */
static void made_again(void)
{
	char *buf = tail(8);
	struct iovec iov = { buf, 8 }, *vec = tail_copy(&iov, sizeof(iov));
	struct msghdr m = { .msg_iov = vec, .msg_iovlen = 1 }, *msg = tail_copy(&m, sizeof(m));

	handle(SA_RESTART);
	TEST("read: a pipe, interrupted");
	interrupt(SIGUSR1, write_a_byte);
	MADE(-RESTARTSYS, read, ends[0], buf, 8);
	TEST("read: made again");
	CALL(read, ends[0], buf, 8);
	out(1, buf, 1);
	interrupted();
	TEST("readv: interrupted");
	interrupt(SIGUSR1, write_a_byte);
	MADE(-RESTARTSYS, readv, ends[0], vec, 1);
	in(1, vec, sizeof(iov));
	TEST("readv: made again");
	CALL(readv, ends[0], vec, 1);
	in(1, vec, sizeof(iov));
	out(1, buf, 1);
	interrupted();
	TEST("recvfrom: interrupted");
	interrupt(SIGUSR1, send_a_byte);
	MADE(-RESTARTSYS, recvfrom, pair[1], buf, 8, 0, NULL, NULL);
	TEST("recvfrom: made again");
	CALL(recvfrom, pair[1], buf, 8, 0, NULL, NULL);
	out(1, buf, 1);
	interrupted();
	TEST("recvmsg: interrupted");
	interrupt(SIGUSR1, send_a_byte);
	MADE(-RESTARTSYS, recvmsg, pair[1], msg, 0);
	TEST("recvmsg: made again");
	CALL(recvmsg, pair[1], msg, 0);
	out(1, msg, sizeof(m));
	in(1, vec, sizeof(iov));
	out(1, buf, 1);
	interrupted();
	TEST("write: a full pipe, interrupted");
	interrupt(SIGUSR1, drain);
	MADE(-RESTARTSYS, write, full[1], buf, 8);
	in(1, buf, 8);
	TEST("write: made again");
	CALL(write, full[1], buf, 8);
	in(1, buf, 8);
	interrupted();
}

static void files(void)
{
	char *buf = tail(16);
	int fd = file_of("locked", "", 0), other = open("locked", O_RDWR);
	struct flock lock = { .l_type = F_WRLCK }, *asked = tail_copy(&lock, sizeof(lock));
	uint64_t *count = tail(8);
	sigset_t none;

	sigemptyset(&none);
	TEST("read: an empty pipe");
	CUT(RESTARTSYS, read, ends[0], buf, 16);
	TEST("splice: an empty pipe");
	CUT(RESTARTSYS, splice, ends[0], NULL, full[1], NULL, 10, 0);
	TEST("tee: an empty pipe");
	CUT(RESTARTSYS, tee, ends[0], full[1], 10, 0);
	TEST("read: an eventfd");
	CUT(RESTARTSYS, read, eventfd(0, 0), count, 8);
	TEST("read: a timer");
	CUT(RESTARTSYS, read, timerfd_create(CLOCK_MONOTONIC, 0), count, 8);
	TEST("read: signals");
	CUT(RESTARTSYS, read, signalfd(-1, &none, 0), tail(128), 128);
	TEST("read: inotify");
	CUT(RESTARTSYS, read, inotify_init1(0), buf, 16);
	need(!mkfifo("fifo", 0600), "mkfifo");
	TEST("openat: a pipe that nobody writes");
	CUT(RESTARTSYS, openat, AT_FDCWD, "fifo", O_RDONLY, 0);
	in_string(1, "fifo");
	need(!flock(fd, LOCK_EX), "flock");
	TEST("flock: a lock that is held");
	CUT(RESTARTSYS, flock, other, LOCK_EX);
	need(!fcntl(fd, F_OFD_SETLK, &lock), "F_OFD_SETLK");
	TEST("fcntl: a lock that is held");
#if __SIZEOF_LONG__ == 8
	CUT(RESTARTSYS, fcntl, other, F_OFD_SETLKW, asked);
	in(2, asked, sizeof(*asked));
#else
	(void)asked;
#endif
}

static void sockets(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = "socket" };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), other = socket(AF_UNIX, SOCK_STREAM, 0);
	struct timeval limit = { .tv_sec = 1000 };
	char *buf = tail(8);
	socklen_t room = 8, *len = tail_copy(&room, 4);

	need(!bind(fd, (void *)&at, sizeof(at)) && !listen(fd, 0), "listen");
	TEST("accept4: nobody there");
	CUT(RESTARTSYS, accept4, fd, buf, len, 0);
	in(2, len, 4);
	need(!connect(other, (void *)&at, sizeof(at)), "connect");
	other = socket(AF_UNIX, SOCK_STREAM, 0);
	TEST("connect: a full queue");
	CUT(RESTARTSYS, connect, other, &at, sizeof(at));
	in(1, &at, sizeof(at));
	TEST("recvfrom: nothing there");
	CUT(RESTARTSYS, recvfrom, pair[1], buf, 8, 0, NULL, NULL);
	need(!setsockopt(pair[1], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)), "SO_RCVTIMEO");
	TEST("recvfrom: nothing there, with a limit of time");
	CUT(EINTR, recvfrom, pair[1], buf, 8, 0, NULL, NULL);
	send_a_byte();
	TEST("recvfrom: a part of what is waited for");
	interrupt(SIGUSR1, NULL);
	CALL(recvfrom, pair[1], buf, 8, MSG_WAITALL, NULL, NULL);
	out(1, buf, 1);
	interrupted();
}

static void events(void)
{
	struct pollfd fds = { ends[0], POLLIN, -1 }, *f = tail_copy(&fds, sizeof(fds));
	struct timespec *spec = tail(sizeof(*spec));
	long *set = tail(sizeof(long));
	struct epoll_event *event = tail(sizeof(*event));
	int fd = epoll_create1(0);

#ifdef SYS_poll
	TEST("poll: nothing ready, and that is written");
	CUT(RESTARTBLOCK, poll, f, 1, -1L);
	need(!f->revents, "revents");
	out(0, f, sizeof(*f));
	f->revents = -1;
#endif
	*spec = (struct timespec){ 1000, 0 };
	TEST("ppoll: nothing ready, and the time left");
	CUT(RESTARTNOHAND, ppoll, f, 1, spec, NULL, 0);
	need(!f->revents && spec->tv_sec < 1000, "ppoll");
	out(0, f, sizeof(*f));
	out(2, spec, sizeof(*spec));
	*set = 1L << ends[0];
	*spec = (struct timespec){ 1000, 0 };
	TEST("pselect6: nothing ready, and the time left");
	CUT(RESTARTNOHAND, pselect6, ends[0] + 1, set, NULL, NULL, spec, NULL);
	need(spec->tv_sec < 1000, "pselect6");
	out(1, set, sizeof(*set));
	out(4, spec, sizeof(*spec));
	TEST("epoll_pwait: nothing ready");
	CUT(EINTR, epoll_pwait, fd, event, 1, -1L, NULL, 8);
}

static void processes(void)
{
	int gate[2], *status = tail(4);
	char *info = tail(128);
	pid_t child;
	uint64_t *mask = tail(8);
	struct timespec *spec = tail(sizeof(*spec));

	need(!pipe(gate), "pipe");
	flush();
	child = fork();
	if (!child) {
		close(gate[1]);
		_exit((int)read(gate[0], info, 1));
	}
	TEST("wait4: a child that lives");
	CUT(RESTARTSYS, wait4, child, status, 0, NULL);
	TEST("waitid: a child that lives, and information all the same");
	CUT(RESTARTSYS, waitid, P_PID, child, info, WEXITED, NULL);
	out(2, info, sizeof(long) == 8 ? 28 : 24);
	close(gate[1]);
	need(waitpid(child, NULL, 0) == child, "waitpid");
#ifdef SYS_pause
	TEST("pause");
	interrupt(SIGUSR1, NULL);
	CALL0(pause);
	interrupted();
	ret_is(-RESTARTNOHAND);
#endif
	*mask = 1UL << (SIGUSR2 - 1);
	*spec = (struct timespec){ 1000, 0 };
	TEST("rt_sigtimedwait: another signal");
	CUT(EINTR, rt_sigtimedwait, mask, info, spec, 8);
	in(0, mask, 8);
	in(2, spec, sizeof(*spec));
}

static void sleepers(void)
{
	struct timespec *spec = tail(sizeof(*spec)), *left = tail(sizeof(*left));
	uint32_t *word = tail(4);

	need(!clock_gettime(CLOCK_MONOTONIC, spec), "clock_gettime");
	spec->tv_sec += 1000;
	TEST("clock_nanosleep: until a time, of which nothing is left");
	CUT(RESTARTNOHAND, clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, spec, left);
	in(2, spec, sizeof(*spec));
	*spec = (struct timespec){ 1000, 0 };
	TEST("nanosleep: the time left comes over the time wanted");
	CUT(RESTARTBLOCK, nanosleep, spec, spec);
	out(1, spec, sizeof(*spec));
	*word = 5;
	TEST("futex: no limit of time");
	CUT(RESTARTSYS, futex, word, FUTEX_WAIT, 5, NULL, NULL, 0);
	*spec = (struct timespec){ 1000, 0 };
	TEST("futex: a limit of time");
	CUT(RESTARTBLOCK, futex, word, FUTEX_WAIT, 5, spec, NULL, 0);
	in(3, spec, sizeof(*spec));
}

#ifdef SYS_msgget
struct message {
	long type;
	char text[8];
};

static void queues(void)
{
	struct message *m = tail(sizeof(*m));
	long queue = syscall(SYS_msgget, IPC_PRIVATE, 0600), id;

	need(queue >= 0, "msgget");
	TEST("msgrcv: nothing there");
	CUT(RESTARTNOHAND, msgrcv, queue, m, 8, 0, 0);
	syscall(SYS_msgctl, queue, IPC_RMID, NULL);
	id = syscall(SYS_semget, IPC_PRIVATE, 1, 0600);
	need(id >= 0, "semget");
#ifdef SYS_semop
	TEST("semop: nobody lets it");
	CUT(EINTR, semop, id, tail_copy("\0\0\xff\xff\0\0", 6), 1);
#endif
	syscall(SYS_semctl, id, 0, IPC_RMID, 0);
}

static void posix_queues(void)
{
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = 8 };
	char *buf = tail(8);
	unsigned int *priority = tail(4);
	int fd = (int)syscall(SYS_mq_open, "recorder-interrupted", O_RDWR | O_CREAT, 0600, &attr);

	if (fd < 0)
		return;
	syscall(SYS_mq_unlink, "recorder-interrupted");
	TEST("mq_timedreceive: nothing there");
	CUT(RESTARTSYS, mq_timedreceive, fd, buf, 8, priority, NULL);
}
#endif

int main(void)
{
	need(!pipe(ends) && !pipe(full) && !socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "pipe");
	need(!fcntl(full[1], F_SETFL, O_NONBLOCK), "fcntl");
	while (write(full[1], "0123456789abcdef", 16) > 0)
		;
	need(!fcntl(full[1], F_SETFL, 0), "fcntl");
	made_again();
	handle(0);
	files();
	sockets();
	events();
	processes();
	sleepers();
#ifdef SYS_msgget
	queues();
	posix_queues();
#endif
	flush();
	return 0;
}
