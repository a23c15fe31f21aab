// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What is recorded:
 *
 *	work flood CALLS [THREADS]	getppid, so many calls in all
 *	work read CALLS SIZE		reads of /dev/zero
 *	work pingpong ROUNDS		a byte there and back through two pipes, on one CPU
 *	work copy COPIES SIZE [AREA]	memcpy all over AREA; prints ns
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST_THREADS 256

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* By number: a libc may answer by itself. */
static void *flood(void *calls)
{
	for (long i = 0; i < *(long *)calls; i++)
		syscall(SYS_getppid);
	return NULL;
}

static void flood_threads(long calls, long n)
{
	pthread_t threads[MOST_THREADS];

	if (n < 1 || n > MOST_THREADS)
		exit(2);
	calls /= n;
	if (n == 1) {
		flood(&calls);
		return;
	}
	for (long i = 0; i < n; i++)
		if (pthread_create(&threads[i], NULL, flood, &calls))
			fail("pthread_create");
	for (long i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
}

static char *allocate(long size)
{
	char *memory = malloc(size);

	if (!memory)
		fail("malloc");
	memset(memory, 1, size);
	return memory;
}

static void read_zeroes(long calls, long size)
{
	char *buffer = allocate(size);
	int fd = open("/dev/zero", O_RDONLY);

	if (fd < 0)
		fail("/dev/zero");
	for (long i = 0; i < calls; i++)
		if (read(fd, buffer, size) != size)
			fail("read");
	free(buffer);
}

/* One CPU, the same in every run: where a scheduler puts two processes changes more than a tool. */
static void stay_on_one_cpu(void)
{
	cpu_set_t all, one;

	if (sched_getaffinity(0, sizeof(all), &all))
		fail("sched_getaffinity");
	CPU_ZERO(&one);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &all)) {
			CPU_SET(cpu, &one);
			break;
		}
	}
	if (sched_setaffinity(0, sizeof(one), &one))
		fail("sched_setaffinity");
}

static void ping_pong(long rounds)
{
	int there[2], back[2], status;
	char byte = 0;
	pid_t pid;

	stay_on_one_cpu();
	if (pipe(there) || pipe(back))
		fail("pipe");
	pid = fork();
	if (pid < 0)
		fail("fork");
	for (long i = 0; i < rounds; i++) {
		if (pid && write(there[1], &byte, 1) != 1)
			fail("write");
		if (read(pid ? back[0] : there[0], &byte, 1) != 1)
			fail("read");
		if (!pid && write(back[1], &byte, 1) != 1)
			fail("write");
	}
	if (!pid)
		_exit(0);
	if (waitpid(pid, &status, 0) != pid || status)
		exit(1);
}

static void copy(long copies, long size, long area)
{
	char *from = allocate(size), *to = allocate(area);
	struct timespec begin, end;
	long at = 0;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
	for (long i = 0; i < copies; i++) {
		memcpy(to + at, from, size);
		/* The compiler must not take two copies for one. */
		__asm__ volatile("" : : "r"(to) : "memory");
		at += size;
		if (at + size > area)
			at = 0;
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	printf("%.1f\n",
	       ((end.tv_sec - begin.tv_sec) * 1e9 + end.tv_nsec - begin.tv_nsec) / copies);
	free(from);
	free(to);
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";
	long count = argc > 2 ? atol(argv[2]) : 0;
	long size = argc > 3 ? atol(argv[3]) : 1;

	if (count < 1 || size < 1)
		return 2;
	if (!strcmp(what, "flood"))
		flood_threads(count, size);
	else if (!strcmp(what, "read"))
		read_zeroes(count, size);
	else if (!strcmp(what, "pingpong"))
		ping_pong(count);
	else if (!strcmp(what, "copy"))
		copy(count, size, argc > 4 ? atol(argv[4]) : size);
	else
		return 2;
	return 0;
}
