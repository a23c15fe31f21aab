/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Threads are born in a tight loop while the recorder attaches. Told so (a byte on standard input),
 * all of them make one call with their own number, 0 to N - 1; prints N.
 */
#include <pthread.h>

#include "expect.h"

#define MOST 3000

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static volatile long born;

static void *lives(void *arg)
{
	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
	syscall(SYS_getpriority, 0x5eedL, (long)arg);
	return NULL;
}

int main(void)
{
	static pthread_t threads[MOST];
	pthread_attr_t attr;
	char byte;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 << 10);
	fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
	pthread_mutex_lock(&gate);
	while (read(STDIN_FILENO, &byte, 1) < 0) {
		if (born < MOST && !pthread_create(&threads[born], &attr, lives, (void *)born))
			born++;
		usleep(500);
	}
	pthread_mutex_unlock(&gate);
	for (long i = 0; i < born; i++)
		pthread_join(threads[i], NULL);
	printf("%ld\n", born);
	fflush(stdout);
	pause();
	return 0;
}
