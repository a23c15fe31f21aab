// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * floor [CMD [ARG...]]: attach the empty programs (empty.bpf.c), then run CMD and exit as it did,
 * or wait for SIGINT or SIGTERM.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "empty.skel.h"

static int run(char **argv)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return 125;
	if (!pid) {
		execvp(argv[0], argv);
		fprintf(stderr, "floor: %s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 125;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	struct empty *empty;
	sigset_t ends;
	int signo, err, status = 0;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	if (argc < 2)
		sigprocmask(SIG_BLOCK, &ends, NULL);
	empty = empty__open_and_load();
	err = empty ? empty__attach(empty) : -errno;
	if (err) {
		fprintf(stderr, "floor: empty programs: %s\n", strerror(-err));
		status = 125;
	} else if (argc < 2) {
		sigwait(&ends, &signo);
	} else {
		status = run(argv + 1);
	}
	empty__destroy(empty);
	return status;
}
