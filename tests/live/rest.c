/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Clocks that stay as they are, timers, asynchronous I/O, x86's own calls, and those long gone. */
#include <linux/aio_abi.h>
#include <linux/io_uring.h>
#include <mqueue.h>
#include <sys/time.h>
#include <sys/timex.h>

#include "expect.h"

static void clocks(void)
{
	struct timex *timex = tail(sizeof(*timex));
	long *time = tail(2 * sizeof(long));

	memset(timex, 0, sizeof(*timex));
	time[0] = time[1] = -1;
	TEST("clocks: as they are");
	CALL(clock_adjtime, 0, timex);
	out(1, timex, sizeof(*timex));
	CALL(clock_adjtime, 77, timex);
	in(1, timex, sizeof(*timex));
	CALL(clock_settime, 1, time);
	in(1, time, 2 * sizeof(long));
	CALL(settimeofday, time, NULL);
	in(0, time, 2 * sizeof(long));
}

static void timers(void)
{
	int *id = tail(4);

	need(syscall(SYS_timer_create, 1, NULL, id) == 0, "timer_create");
	TEST("timers: their overruns and their end");
	CALL(timer_getoverrun, *id);
	CALL(timer_delete, *id);
	CALL(timer_delete, *id);
}

static void queues(void)
{
	char *cookie = tail(32);
	struct sigevent *event = tail(64);

	memset(event, 0, 64);
	event->sigev_notify = SIGEV_THREAD;
	event->sigev_value.sival_ptr = cookie;
	TEST("mq_notify: by a thread, of no queue");
	CALL(mq_notify, -1L, event);
	in(1, event, 64);
	in(1, cookie, 32);
}

static void asynchronous(void)
{
	aio_context_t *context = tail(sizeof(*context));
	struct iocb *iocb = tail(sizeof(*iocb));
	long *soon = tail(2 * sizeof(long)), *pack = tail(2 * sizeof(long));
	uint64_t *set = tail(8);
	void *events = tail(32);

	*context = 0;
	memset(iocb, 0, sizeof(*iocb));
	soon[0] = soon[1] = 0;
	*set = 0;
	pack[0] = (long)set;
	pack[1] = 8;
	need(syscall(SYS_io_setup, 1, context) == 0, "io_setup");
	TEST("io_cancel: nothing");
	CALL(io_cancel, *context, iocb, NULL);
	in(1, iocb, sizeof(*iocb));
	TEST("io_pgetevents: none");
	CALL(io_pgetevents, *context, 0, 1, events, soon, pack);
	in(4, soon, 2 * sizeof(long));
	in(5, pack, 2 * sizeof(long));
	in(5, set, 8);
}

static void rings(void)
{
	struct io_uring_params *params = tail(120);
	struct iovec *iov = tail(sizeof(*iov));
	int fd;

	memset(params, 0, 120);
	*iov = (struct iovec){ pages(1), PAGE };
	TEST("io_uring: a ring");
	fd = (int)CALL(io_uring_setup, 1, params);
	if (fd >= 0)
		out(1, params, 120);
	else
		in(1, params, 120);
	CALL(io_uring_register, fd, IORING_REGISTER_BUFFERS, iov, 1);
	in(2, iov, sizeof(*iov));
	CALL(io_uring_enter, fd, 0, 0, 0, NULL, 0);
}

static void machine(void)
{
	char *buf = tail(100), *type = tail_string("proc");
	uint32_t *handle = tail(16);
	uint64_t *set = tail(8);

	TEST("syslog: how much there is");
	CALL(syslog, 10, NULL, 0);
	TEST("syslog: nothing");
	CALL(syslog, 3, buf, 0);
	TEST("open_by_handle_at: of no file system");
	memset(handle, 0, 16);
	*handle = 8;
	CALL(open_by_handle_at, -1L, handle, O_RDONLY);
	in(1, handle, 16);
	*set = 1;
	(void)set;
	(void)type;
#ifdef SYS_signalfd
	TEST("signalfd: of one signal");
	CALL(signalfd, -1L, set, 8);
	in(1, set, 8);
#endif
#ifdef SYS_lookup_dcookie
	TEST("lookup_dcookie: none");
#if __SIZEOF_LONG__ == 8
	CALL(lookup_dcookie, 0, NULL, 0);
#else
	CALL(lookup_dcookie, 0, 0, NULL, 0);
#endif
#endif
#ifdef SYS_sysfs
	TEST("sysfs: a number");
	CALL(sysfs, 1, type, 0);
	in_string(1, type);
	TEST("sysfs: the number of file systems");
	CALL(sysfs, 3, 0, NULL);
	TEST("sysfs: a name");
	if (CALL(sysfs, 2, 0, buf) == 0)
		out(2, buf, strlen(buf) + 1);
#endif
}

#if defined(__x86_64__) || defined(__i386__)
#include <asm/ldt.h>

static void segments(void)
{
	struct user_desc *desc = tail(sizeof(*desc));
	char *table = tail(64);
	long n;

	memset(desc, 0, sizeof(*desc));
	TEST("arch_prctl: is cpuid there");
	CALL(arch_prctl, 0x1011, 0);
	TEST("modify_ldt: an empty entry in both ways, and all");
	CALL(modify_ldt, 0x11, desc, sizeof(*desc));
	in(1, desc, sizeof(*desc));
	CALL(modify_ldt, 1, desc, sizeof(*desc));
	in(1, desc, sizeof(*desc));
	n = CALL(modify_ldt, 0, table, 64);
	if (n > 0)
		out(1, table, (size_t)n);
	n = CALL(modify_ldt, 2, table, 64);
	if (n > 0)
		out(1, table, (size_t)n);
	TEST("ports: one, and too many");
	CALL(ioperm, 0x80, 1, 0);
	CALL(ioperm, 65536, 1, 1);
	CALL(iopl, 4);
	TEST("thread areas: wrong ones");
	desc->entry_number = 3;
	CALL(set_thread_area, desc);
	in(0, desc, sizeof(*desc));
	CALL(get_thread_area, desc);
	in(0, desc, sizeof(*desc));
}

#define GONE(name, nargs) expect_call(#name, SYS_##name, (const long[6]){ 0 }, nargs)

static void gone(void)
{
	TEST("gone: no such call");
	GONE(_sysctl, 1);
	GONE(create_module, 2);
	GONE(get_kernel_syms, 1);
	GONE(query_module, 5);
	GONE(nfsservctl, 3);
	GONE(getpmsg, 5);
	GONE(putpmsg, 5);
	GONE(afs_syscall, 0);
	GONE(vserver, 0);
#ifdef __i386__
	GONE(bdflush, 2);
	GONE(break, 0);
	GONE(ftime, 0);
	GONE(gtty, 0);
	GONE(idle, 0);
	GONE(lock, 0);
	GONE(mpx, 0);
	GONE(prof, 0);
	GONE(profil, 0);
	GONE(stty, 0);
	GONE(ulimit, 0);
	GONE(vm86, 2);
	GONE(vm86old, 1);
#else
	GONE(security, 0);
	GONE(tuxcall, 0);
	GONE(epoll_ctl_old, 4);
	GONE(epoll_wait_old, 4);
#endif
}
#else
#define segments()
#define gone()
#endif

int main(void)
{
	clocks();
	timers();
	queues();
	asynchronous();
	rings();
	machine();
	segments();
	gone();
	flush();
	return 0;
}
