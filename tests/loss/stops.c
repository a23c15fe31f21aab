/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * again CALLS: a process is killed while a stop that was sent to it holds it; another gets its
 * number and makes calls.
 */
#include <linux/sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int flood(long calls)
{
	for (long i = 0; i < calls; i++)
		syscall(SYS_getppid);
	return 0;
}

int main(int argc, char **argv)
{
	pid_t pid = fork();
	struct clone_args again = {
		.exit_signal = SIGCHLD,
		.set_tid = (unsigned long)&pid,
		.set_tid_size = 1,
	};
	int status;

	if (argc != 2 || pid < 0)
		return 2;
	if (pid == 0)
		for (;;)
			pause();
	if (kill(pid, SIGSTOP) || waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status) ||
	    kill(pid, SIGKILL) || waitpid(pid, &status, 0) != pid)
		return 1;
	switch (syscall(SYS_clone3, &again, sizeof(again))) {
	case -1:
		return 1;
	case 0:
		_exit(flood(atol(argv[1])));
	}
	return waitpid(pid, &status, 0) != pid || status;
}
