/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The threads that are watched. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "thread.h"

struct thread **threads;
size_t nthreads;
static size_t room;

struct thread *thread__find(pid_t tid)
{
	for (size_t i = 0; i < nthreads; i++)
		if (threads[i]->tid == tid)
			return threads[i];
	return NULL;
}

struct thread *thread__new(pid_t tid)
{
	struct thread *thread = calloc(1, sizeof(*thread));
	char path[64];

	if (!thread)
		die("out of memory");
	thread->tid = tid;
	snprintf(path, sizeof(path), "/proc/%d/stat", tid);
	thread->stat = open(path, O_RDONLY | O_CLOEXEC);
	threads = grow(threads, &room, nthreads + 1, sizeof(*threads));
	threads[nthreads++] = thread;
	return thread;
}

void thread__free(struct thread *thread)
{
	for (size_t i = 0; i < nthreads; i++)
		if (threads[i] == thread)
			threads[i--] = threads[--nthreads];
	space__put(thread->space);
	close(thread->stat);
	free(thread);
}

char thread__state(struct thread *thread)
{
	char text[256];
	ssize_t n = pread(thread->stat, text, sizeof(text) - 1, 0);
	char *end;

	if (n <= 0)
		return 0;
	text[n] = 0;
	end = strrchr(text, ')');
	return end ? end[2] : 0;
}
