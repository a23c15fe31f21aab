/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The bytes of a trace: read front to back, and parts of them again for as long as their epoch
 * lasts. A regular file is read again in place, which survives that it is cut short meanwhile, as a
 * mapping would not; what is needed again of a pipe is kept in an unlinked temporary file.
 */
#ifndef TRACE_SOURCE_H
#define TRACE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct source {
	int fd;
	bool seekable;
	uint64_t start;	 /* where in the descriptor the stream begins */
	uint64_t offset; /* read so far */
	int spool;	 /* -1: none yet */
	uint64_t spooled;
};

/* Takes fd over, also on failure. 0 or a negative errno. */
int source__open(struct source *source, int fd);
void source__close(struct source *source);
/*
 * The next n bytes: fewer only at the end. Negative errno. Never asks for more than n, so that a
 * live stream is not waited for.
 */
ssize_t source__read(struct source *source, void *to, size_t n);
/* Keep the n bytes that were read last; *at is where source__fetch() finds them. */
int source__keep(struct source *source, const void *bytes, size_t n, uint64_t *at);
/* Read n kept bytes: 0, -ENODATA where they are gone (the file was cut), another negative errno. */
int source__fetch(struct source *source, uint64_t at, void *to, size_t n);
/* What was kept is not needed any more. */
int source__forget(struct source *source);
/* More follows; never waits, and is false where that is not known without waiting. */
bool source__more(struct source *source);

#endif
