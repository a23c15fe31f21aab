/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What each call does to the descriptors of its thread. Every finished call passes through, in
 * the reader's order, shown or not.
 */
#ifndef FD_CALLS_H
#define FD_CALLS_H

#include "show/decode.h"
#include "show/fds.h"

/* Which calls were recorded, as -e chose them; NULL or "" for all. */
void fd_calls__trust(struct fds *fds, const char *filter);
/* Before its arguments are shown: the descriptors that it made. */
void fd_calls__open(struct fds *fds, struct decode *decode);
/* After its arguments and before its result: those that it replaced and closed. */
void fd_calls__close(struct fds *fds, struct decode *decode);
/* Whether a call's result is a descriptor. */
bool returns_fd(const struct recorder_event *event);

#endif
