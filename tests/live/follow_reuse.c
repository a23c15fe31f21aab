/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Eight threads wait. Told so (a byte on standard input), each makes marked calls and dies; then
 * threads that get their kernel stacks make calls with another mark. A line tells that all is done.
 */
#include <pthread.h>

#include "expect.h"

#define OLD 8
#define CALLS 10

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void *marks(void *arg)
{
	for (long i = 0; i < CALLS; i++)
		syscall(SYS_getpriority, 0x5eedL, (long)arg);
	return NULL;
}

static void *waits(void *arg)
{
	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
	return marks(arg);
}

int main(void)
{
	pthread_t threads[OLD], late;
	char byte;

	pthread_mutex_lock(&gate);
	for (long i = 0; i < OLD; i++)
		if (pthread_create(&threads[i], NULL, waits, (void *)i))
			return 1;
	puts("here");
	fflush(stdout);
	if (read(STDIN_FILENO, &byte, 1) != 1)
		return 1;
	pthread_mutex_unlock(&gate);
	for (int i = 0; i < OLD; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < 40 * OLD; i++) {
		if (pthread_create(&late, NULL, marks, (void *)OLD))
			return 1;
		pthread_join(late, NULL);
	}
	puts("done");
	fflush(stdout);
	pause();
	return 0;
}
