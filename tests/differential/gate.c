/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * gate PID-FILE FIFO PROGRAM [ARGUMENT...]: writes its pid to a file, waits until somebody has
 * opened and closed the fifo, and becomes the program. In between strace attaches. The call that
 * both tracers know the beginning by is a close of a descriptor that cannot be.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MARK (-23130L)

int main(int argc, char **argv)
{
	char byte;
	FILE *file;
	int fd;

	if (argc < 4)
		return 2;
	file = fopen(argv[1], "w");
	if (!file || fprintf(file, "%d\n", getpid()) < 0 || fclose(file))
		return 99;
	fd = open(argv[2], O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && read(fd, &byte, 1) > 0)
		;
	close(fd);
	syscall(SYS_close, MARK);
	execvp(argv[3], argv + 3);
	perror(argv[3]);
	return 127;
}
