/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A process that sends its parent signals when that sleeps in a call, and not before. */
#ifndef ASLEEP_H
#define ASLEEP_H

#include <time.h>

#include "expect.h"

#define SAMPLES 5

static pid_t helper;

static inline void wait_a_little(void)
{
	nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
}

/* Until a process slept ('S') or was stopped ('T', of a traced one 't') whenever we looked. */
static inline void await_state(pid_t pid, char wanted)
{
	char name[64], text[256] = "", *state;
	int seen = 0;

	snprintf(name, sizeof(name), "/proc/%d/stat", (int)pid);
	while (seen < SAMPLES) {
		int fd = open(name, O_RDONLY);
		ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

		if (n <= 0)
			_exit(1);
		close(fd);
		text[n] = '\0';
		state = strrchr(text, ')');
		if (state && (state[2] == wanted || (wanted == 'T' && state[2] == 't')))
			seen++;
		else
			seen = 0;
		wait_a_little();
	}
}

/*
 * Have the next call interrupted by a signal; with SIGSTOP the process goes on at once. Then, when
 * it sleeps again, answer() ends the call.
 */
static inline void interrupt(int number, void (*answer)(void))
{
	pid_t parent = getpid();

	flush();
	helper = fork();
	need(helper >= 0, "fork");
	if (helper)
		return;
	in_child();
	await_state(parent, 'S');
	kill(parent, number);
	if (number == SIGSTOP) {
		await_state(parent, 'T');
		kill(parent, SIGCONT);
	}
	if (answer) {
		await_state(parent, 'S');
		answer();
	}
	_exit(0);
}

/* The helper is done: it sends nothing any more. */
static inline void interrupted(void)
{
	int status;

	need(waitpid(helper, &status, 0) == helper && !status, "the helper");
}

#endif
