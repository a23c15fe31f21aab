/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * overwrite FILE SIZE TIMES PROCESSES: as many processes read SIZE bytes of FILE, from another
 * offset each time, and write over them at once.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int overwrite(const char *file, size_t size, long times)
{
	int fd = open(file, O_RDONLY);
	char *buffer = malloc(size);

	if (fd < 0 || !buffer)
		return 2;
	memset(buffer, 0, size);
	for (long i = 0; i < times; i++) {
		if (pread(fd, buffer, size, i) != (ssize_t)size)
			return 1;
		memset(buffer, 0xee, size);
	}
	return 0;
}

int main(int argc, char **argv)
{
	int status, worst = 0;

	if (argc != 5)
		return 2;
	for (int i = 0; i < atoi(argv[4]); i++)
		if (fork() == 0)
			_exit(overwrite(argv[1], strtoul(argv[2], NULL, 10), atol(argv[3])));
	while (wait(&status) > 0)
		worst |= status;
	return worst != 0;
}
