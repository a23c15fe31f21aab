/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Calls that never return, and calls that a fatal signal ends: of a process killed, of a thread
 * that waits when its process ends. Ends with status 77.
 */
#include <pthread.h>

#include "expect.h"

static int quiet[2];

/* Wait until a thread of this process, or a child, sleeps. */
static void sleeps(pid_t pid, pid_t tid)
{
	char path[64], text[512], state = 0;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, tid);
	while (state != 'S') {
		FILE *file = fopen(path, "r");

		need(file && fgets(text, sizeof(text), file), path);
		fclose(file);
		state = strrchr(text, ')')[2];
		usleep(1000);
	}
}

static void killed(void)
{
	pid_t pid = fork();
	char byte;

	if (!pid) {
		in_child();
		TEST("read: killed while it waits");
		KILLED(-512, read, quiet[0], &byte, 1);
	}
	usleep(100000);
	sleeps(pid, pid);
	kill(pid, SIGKILL);
	need(waitpid(pid, NULL, 0) == pid, "waitpid");
}

static void *ends(void *arg)
{
	(void)arg;
	TEST("exit: of a thread");
	UNFINISHED(exit, 5);
	return NULL;
}

static volatile pid_t blocked;

static void *blocks(void *arg)
{
	TEST("read: a thread waits as its process ends");
	blocked = (pid_t)syscall(SYS_gettid);
	KILLED(-512, read, quiet[0], arg, 1);
	return NULL;
}

int main(void)
{
	pthread_t one, two;
	char byte;

	need(!pipe(quiet), "pipe");
	killed();
	need(!pthread_create(&one, NULL, ends, NULL), "pthread_create");
	usleep(50000);
	need(!pthread_create(&two, NULL, blocks, &byte), "pthread_create");
	while (!blocked)
		usleep(1000);
	usleep(100000);
	sleeps(getpid(), blocked);
	TEST("exit_group: the whole process");
	UNFINISHED(exit_group, 77);
}
