/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* flood THREADS CALLS: as many threads make as many numbered calls each. Prints their tids. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MARK 0x5eedL
#define MOST 64

static pthread_barrier_t barrier;
static long calls;

/* getpriority fails at once for a "which" that does not exist. */
static void *flood(void *tid)
{
	*(long *)tid = syscall(SYS_gettid);
	pthread_barrier_wait(&barrier);
	for (long i = 0; i < calls; i++)
		syscall(SYS_getpriority, MARK, i);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[MOST];
	long tids[MOST];
	int n = argc == 3 ? atoi(argv[1]) : 0;

	if (n < 1 || n > MOST)
		return 2;
	calls = atol(argv[2]);
	pthread_barrier_init(&barrier, NULL, (unsigned int)n);
	for (int i = 0; i < n; i++)
		if (pthread_create(&threads[i], NULL, flood, &tids[i]))
			return 1;
	for (int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < n; i++)
		printf("%ld\n", tids[i]);
	return 0;
}
