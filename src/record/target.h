/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The command that is recorded: made early, ahead of everything that the recorder opens; let go
 * when recording runs. */
#ifndef TARGET_H
#define TARGET_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

struct target;

struct target_options {
	char **argv;	      /* NULL-terminated */
	const char *user;     /* run as: a name or a number, or NULL */
	const sigset_t *mask; /* signals that it begins with blocked */
	bool to_stderr; /* standard output carries the trace: the command's goes to standard error
			   */
};

/*
 * Make the command's process, which finds its file as the user that it runs as, and waits. NULL
 * with errno: ENOENT not found, EACCES not executable, EINVAL unknown user, EPERM no right to
 * become that user, or as fork(2).
 */
struct target *target__new(const struct target_options *options);
/* A command that was never let go ends. */
void target__free(struct target *target);
pid_t target__pid(const struct target *target);
/* Let it call execve. 0, or the negative errno of an execve that failed. */
int target__run(struct target *target);
/* Collect it if it has ended: true with its wait status. */
bool target__ended(struct target *target, int *status);

#endif
