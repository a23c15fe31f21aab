/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * worker COUNTER [CALLS]: two threads make calls as fast as they can, and count them in a file that
 * is mapped, so that anybody can see whether they get on. With CALLS they end after so many each.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static _Atomic unsigned long *counter;
static unsigned long calls = -1UL;

static void *work(void *unused)
{
	char buf[512];
	int fd = open("/dev/zero", O_RDONLY);

	(void)unused;
	for (unsigned long i = 0; i < calls && read(fd, buf, sizeof(buf)) > 0; i++)
		atomic_fetch_add(counter, 1);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	int fd = argc > 1 ? open(argv[1], O_RDWR | O_CREAT, 0600) : -1;

	if (fd < 0 || ftruncate(fd, 8))
		return 99;
	counter = mmap(NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (counter == MAP_FAILED)
		return 99;
	if (argc > 2)
		calls = strtoul(argv[2], NULL, 10);
	if (pthread_create(&thread, NULL, work, NULL))
		return 99;
	work(NULL);
	pthread_join(thread, NULL);
	return 0;
}
