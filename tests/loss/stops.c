/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * stops WHICH CALLS: somebody else's stop that holds no process, then a process that makes calls.
 * again: a process with the number of one that was killed while it was stopped
 * zombie: a process with the number of one that was sent a stop when it had ended
 * first: the first process of a namespace, which ignores those of its own
 * handler: a process that handles a stop, once
 */
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t handled;

static void handle(int signo)
{
	(void)signo;
	handled++;
}

static int flood(long calls)
{
	for (long i = 0; i < calls; i++)
		syscall(SYS_getppid);
	return 0;
}

static int wait_for(pid_t pid)
{
	int status;

	return pid < 0 || waitpid(pid, &status, 0) != pid || status;
}

/* A stop is sent to a process, which is gone after that. Its number, or -1. */
static pid_t stop_and_end(bool zombie)
{
	pid_t pid = fork();
	siginfo_t info;

	if (pid == 0 && zombie)
		_exit(0);
	while (pid == 0)
		pause();
	if (pid < 0 || (zombie && waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT)))
		return -1;
	if (kill(pid, SIGSTOP) || (!zombie && waitid(P_PID, (id_t)pid, &info, WSTOPPED)))
		return -1;
	kill(pid, SIGKILL);
	return waitpid(pid, NULL, 0) == pid ? pid : -1;
}

static int with_number(pid_t number, long calls)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (unsigned long)&number,
		.set_tid_size = 1,
	};
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	if (pid == 0)
		_exit(flood(calls));
	return wait_for(pid);
}

static int first(long calls)
{
	pid_t pid;

	if (unshare(CLONE_NEWPID))
		return 1;
	pid = fork();
	if (pid == 0)
		_exit(kill(getpid(), SIGSTOP) || flood(calls));
	return wait_for(pid);
}

int main(int argc, char **argv)
{
	long calls = argc == 3 ? atol(argv[2]) : 0;

	if (!calls)
		return 2;
	if (!strcmp(argv[1], "first"))
		return first(calls);
	if (!strcmp(argv[1], "handler")) {
		signal(SIGTSTP, handle);
		return kill(getpid(), SIGTSTP) || flood(calls) || handled != 1;
	}
	return with_number(stop_and_end(!strcmp(argv[1], "zombie")), calls);
}
