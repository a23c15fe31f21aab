/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Calls whose arguments are numbers, or of which none is one: ids, scheduling, descriptors. */
#include <sched.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/time.h>

#include "expect.h"

#define KEEP -1L /* an id that stays */

static void ids(void)
{
	TEST("ids: one's own");
	CALL0(getpid);
	CALL0(gettid);
	CALL0(geteuid);
	CALL0(getgid);
	CALL(getsid, 0);
	CALL(getsid, 0x3fffffff);
#ifdef SYS_getpgrp
	CALL0(getpgrp);
#endif
	TEST("ids: new ones");
	CALL(setpgid, 0, 0);
	CALL(setpgid, 0, -7L);
	CALL(umask, 022);
	TEST("ids: as they are");
	CALL(setuid, getuid());
	CALL(setgid, getgid());
	CALL(setreuid, KEEP, KEEP);
	CALL(setregid, KEEP, KEEP);
	CALL(setresuid, KEEP, KEEP, KEEP);
	CALL(setresgid, KEEP, KEEP, KEEP);
	CALL(setfsuid, KEEP);
	CALL(setfsgid, KEEP);
#ifdef SYS_setuid32
	CALL0(getuid32);
	CALL0(geteuid32);
	CALL0(getgid32);
	CALL0(getegid32);
	CALL(setuid32, getuid());
	CALL(setgid32, getgid());
	CALL(setreuid32, KEEP, KEEP);
	CALL(setregid32, KEEP, KEEP);
	CALL(setresuid32, KEEP, KEEP, KEEP);
	CALL(setresgid32, KEEP, KEEP, KEEP);
	CALL(setfsuid32, KEEP);
	CALL(setfsgid32, KEEP);
#endif
}

static void scheduling(void)
{
	int *priority = tail(4);

	TEST("scheduling: limits");
	CALL(sched_get_priority_max, SCHED_FIFO);
	CALL(sched_get_priority_min, SCHED_FIFO);
	CALL(sched_get_priority_max, 77);
	*priority = 0;
	TEST("sched_setparam: of a policy without priorities");
	CALL(sched_setparam, 0, priority);
	in(1, priority, 4);
	*priority = 5;
	CALL(sched_setparam, 0, priority);
	in(1, priority, 4);
	TEST("priorities");
	CALL(setpriority, PRIO_PROCESS, 0, 1);
	CALL(setpriority, 9, 0, 1);
	CALL(ioprio_get, 1, 0);
	CALL(ioprio_set, 1, 0, 2 << 13 | 4);
	CALL(ioprio_set, 9, 0, 0);
#ifdef SYS_nice
	CALL(nice, 1);
#endif
	TEST("personality: as it is");
	CALL(personality, 0xffffffff);
	TEST("unshare, setns: nothing");
	CALL(unshare, 0);
	CALL(unshare, 1);
	CALL(setns, -1L, 0);
	TEST("tkill: nobody");
	CALL(tkill, 0x3fffffff, SIGTERM);
	TEST("kcmp: one's own files");
	CALL(kcmp, getpid(), getpid(), 2, 0, 0);
	CALL(kcmp, getpid(), getpid(), 99, 0, 0);
	TEST("restart_syscall: nothing to go on with");
	CALL0(restart_syscall);
}

static void descriptors(void)
{
	int fd = file_of("file", "0123456789", 10), folder = open(".", O_RDONLY | O_DIRECTORY);

	TEST("files: numbers");
	CALL(fchmod, fd, 0600);
	CALL(fchmod, -1L, 0600);
	CALL(fchown, fd, KEEP, KEEP);
	CALL(fsync, fd);
	CALL(fdatasync, fd);
	CALL(fsync, -1L);
	CALL(ftruncate, fd, 7);
	CALL(ftruncate, fd, -7L);
	CALL(fchdir, folder);
	CALL(fchdir, fd);
	CALL(syncfs, fd);
	CALL0(sync);
#ifdef SYS_fchown32
	CALL(fchown32, fd, KEEP, KEEP);
#endif
#if __SIZEOF_LONG__ == 8
	CALL(fallocate, fd, 0, 0, 100);
	CALL(fadvise64, fd, 0, 10, 0);
	CALL(readahead, fd, 0, 10);
	CALL(sync_file_range, fd, 0, 10, 0);
#endif
	TEST("descriptors: copies");
#ifdef SYS_dup2
	CALL(dup2, fd, 400);
	CALL(dup2, -1L, 400);
	CALL(epoll_create, 1);
	CALL(eventfd, 3);
	CALL0(inotify_init);
#endif
	CALL(epoll_create1, EPOLL_CLOEXEC);
	CALL(epoll_create1, 1);
	CALL(inotify_init1, O_CLOEXEC);
	CALL(inotify_init1, 1);
	CALL(inotify_rm_watch, fd, 1);
	CALL(timerfd_create, 1, O_CLOEXEC);
	CALL(timerfd_create, 77, 0);
	CALL(fanotify_init, 0, O_RDONLY);
	CALL(fanotify_init, 0xffffffff, 0);
	TEST("descriptors: their ends");
	CALL(close, folder);
	CALL(close, folder);
	CALL(close_range, 300, 500, 0);
	CALL(close_range, 5, 4, 0);
}

static void handle(int signo, siginfo_t *info, void *context)
{
	(void)signo, (void)info, (void)context;
}

/* An alarm ends a pause; then a frame gives back the registers, with the result of the pause. */
static void alarms(void)
{
	struct itimerval soon = { .it_value = { .tv_usec = 20000 } };
	struct sigaction action = { .sa_sigaction = handle, .sa_flags = SA_SIGINFO };

#ifdef SYS_alarm
	TEST("alarm: in a thousand seconds, and never");
	CALL(alarm, 1000);
	CALL(alarm, 0);
#endif
	need(!sigaction(SIGALRM, &action, NULL), "sigaction");
#ifdef SYS_pause
	need(!setitimer(ITIMER_REAL, &soon, NULL), "setitimer");
	TEST("pause: until a signal comes");
	CALL0(pause);
	ret_is(-514);
	TEST("rt_sigreturn: gives the pause its result");
	expect_killed("rt_sigreturn", NULL, 0, -EINTR);
#endif
	(void)soon;
}

static void mappings(void)
{
	char *p = pages(4);

	TEST("mlock and its kin");
	CALL(mlock, p, PAGE);
	CALL(mlock, BAD, PAGE);
	CALL(mlock2, p, PAGE, 1);
	CALL(mlock2, p, PAGE, 77);
	CALL(munlock, p, PAGE);
	CALL(mlockall, 0);
	CALL0(munlockall);
	TEST("msync: anonymous memory");
	CALL(msync, p, PAGE, MS_SYNC);
	CALL(msync, p, PAGE, 77);
	TEST("mremap: smaller, and from nowhere");
	CALL(mremap, p, 4 * PAGE, 2 * PAGE, 0, 0);
	CALL(mremap, BAD, PAGE, 2 * PAGE, MREMAP_MAYMOVE, 0);
	TEST("remap_file_pages: no shared mapping");
	CALL(remap_file_pages, p, PAGE, 0, 0, 0);
	TEST("keys of pages");
	CALL(pkey_alloc, 1, 0);
	CALL(pkey_mprotect, p, PAGE, PROT_READ, -1L);
	CALL(pkey_free, 77);
}

/* In a process and a session of its own, which has no terminal to lose. */
static void alone(void)
{
	int status;
	pid_t pid;

	flush();
	pid = fork();
	if (!pid) {
		in_child();
		TEST("setsid, vhangup: no terminal");
		need(CALL0(setsid) == getpid(), "setsid");
		CALL0(vhangup);
		flush();
		_exit(0);
	}
	need(pid > 0 && waitpid(pid, &status, 0) == pid && !status, "a child");
}

int main(void)
{
	descriptors();
	ids();
	scheduling();
	alarms();
	mappings();
	alone();
	flush();
	return 0;
}
