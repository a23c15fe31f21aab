// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * launch SOCKET CMD [ARG...]: what runs under a tool. It tells the benchmark, which listens at
 * SOCKET, that it is there; waits for a byte; runs CMD; tells times and CPU time; waits for the end
 * of the connection, so that the tool can be looked at before it ends; and exits as CMD did.
 *
 * One line each way: "TIME PID", and "NS CPU-NS OWN-CPU-NS STATUS".
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FAILED 125

static uint64_t clock_now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

/* User and system time of the children that were waited for. Their sum is exact on Linux. */
static uint64_t children_cpu(void)
{
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000ULL +
	       (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000ULL;
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(path) >= sizeof(address.sun_path))
		return -1;
	strcpy(address.sun_path, path);
	return connect(fd, (struct sockaddr *)&address, sizeof(address)) ? -1 : fd;
}

static int run(char **argv)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return FAILED;
	if (!pid) {
		execvp(argv[0], argv);
		fprintf(stderr, "launch: %s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return FAILED;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	uint64_t began = clock_now(CLOCK_MONOTONIC), ns;
	char byte;
	int fd, status;

	if (argc < 3) {
		fprintf(stderr, "usage: launch SOCKET CMD [ARG...]\n");
		return 2;
	}
	fd = connect_to(argv[1]);
	if (fd < 0 || dprintf(fd, "%ju %d\n", (uintmax_t)began, getpid()) < 0 ||
	    read(fd, &byte, 1) != 1)
		return FAILED;
	began = clock_now(CLOCK_MONOTONIC);
	status = run(argv + 2);
	ns = clock_now(CLOCK_MONOTONIC) - began;
	if (dprintf(fd, "%ju %ju %ju %d\n", (uintmax_t)ns, (uintmax_t)children_cpu(),
		    (uintmax_t)clock_now(CLOCK_PROCESS_CPUTIME_ID), status) < 0)
		return FAILED;
	if (read(fd, &byte, 1) < 0)
		return FAILED;
	return status;
}
