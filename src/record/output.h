/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The trace file's name and life: written as PATH.partial, renamed to PATH at the end, an older
 * PATH kept as PATH.old. Created 0600, belongs to the user who called sudo, never written through
 * a symbolic link. "-" is standard output. A FIFO or character device (/dev/null) of root's or of
 * one's own is written as it is.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>

struct output;

/*
 * NULL with errno: EISDIR where PATH, PATH.partial or PATH.old is a directory, ENOTSUP where it is
 * anything else that is no file, ELOOP for a symbolic link, EBUSY while another recorder writes
 * PATH.partial, ENOTTY for a terminal, else as open(2).
 */
struct output *output__open(const char *path);
int output__fd(const struct output *output);
/* The name of the file as it is now: PATH.partial, PATH, or "standard output". */
const char *output__name(const struct output *output);
/* Make it durable and give it its final name. */
/* Whether it is a stream: what is written cannot be taken back. */
bool output__is_stream(const struct output *output);
int output__finish(struct output *output);
/* Remove an unfinished file that holds no event. */
void output__discard(struct output *output);
void output__free(struct output *output);

#endif
