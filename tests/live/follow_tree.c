/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Children of every kind. Prints "KIND PARENT-TID CHILD-PID CHILD-TID" for each. */
#include <pthread.h>
#include <spawn.h>

#include "expect.h"

extern char **environ;

static pid_t own_tid(void)
{
	return (pid_t)syscall(SYS_gettid);
}

static void mark(long number)
{
	syscall(SYS_getpriority, 0x5eedL, number);
}

static void reap(const char *kind, pid_t pid)
{
	need(pid > 0 && waitpid(pid, NULL, 0) == pid, kind);
	printf("%s %d %d %d\n", kind, own_tid(), pid, pid);
}

static void *in_thread(void *arg)
{
	pid_t *tid = arg;
	pid_t pid;

	*tid = own_tid();
	mark(*tid);
	pid = fork();
	if (!pid) {
		mark(getpid());
		_exit(0);
	}
	reap("fork-in-thread", pid);
	return NULL;
}

int main(void)
{
	char *argv[] = { "true", NULL };
	pthread_t thread;
	pid_t pid, tid;

	setvbuf(stdout, NULL, _IONBF, 0);
	pid = fork();
	if (!pid) {
		mark(getpid());
		pid = fork();
		if (!pid) {
			mark(getpid());
			_exit(0);
		}
		reap("grandchild", pid);
		_exit(0);
	}
	reap("fork", pid);
	pid = vfork();
	if (!pid) {
		execv("/bin/true", argv);
		_exit(127);
	}
	reap("vfork", pid);
	need(!posix_spawn(&pid, "/bin/true", NULL, NULL, argv, environ), "posix_spawn");
	reap("spawn", pid);
	need(!pthread_create(&thread, NULL, in_thread, &tid), "pthread_create");
	pthread_join(thread, NULL);
	printf("thread %d %d %d\n", own_tid(), getpid(), tid);
	return 0;
}
