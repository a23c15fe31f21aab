/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Threads are born and die at once, as fast as that goes, while the recorder attaches. */
#include <pthread.h>
#include <unistd.h>

static void *lives(void *arg)
{
	return arg;
}

static void *breeds(void *arg)
{
	pthread_t thread;

	for (;;)
		if (!pthread_create(&thread, NULL, lives, arg))
			pthread_join(thread, NULL);
	return NULL;
}

int main(void)
{
	pthread_t thread;

	for (int i = 0; i < 3; i++)
		if (pthread_create(&thread, NULL, breeds, NULL))
			return 1;
	breeds(NULL);
	return 0;
}
