/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Calls of 32-bit ABIs that have no test beside their kin: 64-bit times, sigreturn, old signals. */
#include <linux/aio_abi.h>
#include <mqueue.h>
#include <sys/time.h>

#include "../live/expect.h"

static void times(void)
{
	int64_t *time = tail(16);
	char *timex = tail(208);

	time[0] = time[1] = -1;
	memset(timex, 0, 208);
	TEST("clocks: as they are");
	CALL(clock_settime64, 1, time);
	in(1, time, 16);
	CALL(clock_adjtime64, 0, timex);
	out(1, timex, 208);
}

static void queues(void)
{
	struct mq_attr attr = { .mq_maxmsg = 2, .mq_msgsize = 8 };
	int64_t *past = tail(16);
	char *text = tail_copy("text", 4), *buf = tail(8);
	int *priority = tail(4);
	mqd_t queue;

	past[0] = past[1] = 0;
	mq_unlink("/recorder-others");
	queue = mq_open("/recorder-others", O_RDWR | O_CREAT, 0600, &attr);
	need(queue >= 0, "mq_open");
	TEST("queues: with 64-bit times");
	CALL(mq_timedsend_time64, queue, text, 4, 3, past);
	in(1, text, 4);
	in(4, past, 16);
	CALL(mq_timedreceive_time64, queue, buf, 8, priority, past);
	out(1, buf, 4);
	out(3, priority, 4);
	in(4, past, 16);
	mq_unlink("/recorder-others");
}

static void asynchronous(void)
{
	aio_context_t context = 0;
	int64_t *soon = tail(16);
	void *events = tail(32);

	soon[0] = soon[1] = 0;
	need(syscall(SYS_io_setup, 1, &context) == 0, "io_setup");
	TEST("io_pgetevents_time64: none");
	CALL(io_pgetevents_time64, context, 0, 1, events, soon, NULL);
	in(4, soon, 16);
}

static void ids(void)
{
	unsigned int *a = tail(4), *b = tail(4), *c = tail(4);

	TEST("getresgid32: three");
	CALL(getresgid32, a, b, c);
	out(0, a, 4);
	out(1, b, 4);
	out(2, c, 4);
}

static void handle(int signo)
{
	(void)signo;
}

static void soon(void)
{
	struct itimerval time = { .it_value = { .tv_usec = 20000 } };

	need(!setitimer(ITIMER_REAL, &time, NULL), "setitimer");
}

/* A handler without siginfo has a frame of its own kind. */
static void signals(void)
{
	struct sigaction action = { .sa_handler = handle };

	need(!sigaction(SIGALRM, &action, NULL), "sigaction");
	soon();
	TEST("sigreturn: gives the pause its result");
	CALL0(pause);
	ret_is(-514);
	expect_killed("sigreturn", NULL, 0, -EINTR);
	soon();
	TEST("sigsuspend: until a signal comes");
	CALL(sigsuspend, 0, 0, 0);
	ret_is(-514);
	expect_killed("sigreturn", NULL, 0, -EINTR);
#ifdef SYS_sgetmask
	TEST("sgetmask");
	CALL0(sgetmask);
#endif
}

#ifdef SYS_umount
static void old_ways(void)
{
	char *nothing = tail_string("no such thing");

	TEST("umount: nothing");
	CALL(umount, nothing);
	in_string(0, nothing);
	TEST("stime: of nowhere");
	CALL(stime, BAD);
}
#else
#define old_ways()
#endif

#ifdef __arm__
#include <sys/socket.h>

static void of_arm(void)
{
	int fd = open("/proc/self/exe", O_RDONLY), pair[2];
	char *text = tail_copy("text", 4), *buf = tail(8);

	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
	TEST("send, recv");
	CALL(send, pair[0], text, 4, 0);
	in(1, text, 4);
	CALL(recv, pair[1], buf, 8, 0);
	out(1, buf, 4);
	TEST("64-bit numbers behind their flags");
	CALL(arm_fadvise64_64, fd, 0, 0, 0, 10, 0);
	CALL(arm_sync_file_range, fd, 0, 0, 0, 10, 0);
	TEST("pciconfig: none");
	CALL(pciconfig_iobase, 0, 0, 0);
	CALL(pciconfig_read, 0, 0, 0, 0, NULL);
	CALL(pciconfig_write, 0, 0, 0, 0, NULL);
}
#else
#define of_arm()
#endif

int main(void)
{
	times();
	queues();
	asynchronous();
	ids();
	signals();
	old_ways();
	of_arm();
	flush();
	return 0;
}
