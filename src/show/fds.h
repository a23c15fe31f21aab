/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What descriptors point to, thread by thread. Filled from task snapshots and, by fd_calls.c,
 * from each call that opens, copies or closes one; threads of a process share a table, fork
 * copies it, exec closes what is to be closed. Bounded in memory: what is beyond is not known.
 * An event names the thread.
 */
#ifndef FDS_H
#define FDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorder.h"

struct fds;

struct fds *fds__new(void);
void fds__free(struct fds *fds);
/* Adds what a snapshot knows and calls have not told yet. */
void fds__add_task(struct fds *fds, const struct recorder_task *task);
/* Not every call that changes these was recorded: only what a call itself made is known then. */
void fds__distrust(struct fds *fds, bool descriptors, bool directories);
/* Before anything is asked for a call: forgets all where calls of the thread before it are lost. */
void fds__count(struct fds *fds, const struct recorder_event *event);
/* Follows threads, fork, exec and exit. */
void fds__follow(struct fds *fds, const struct recorder_event *event);

/* NULL where it is not known. */
const char *fds__path(const struct fds *fds, const struct recorder_event *event, int fd);
const char *fds__cwd(const struct fds *fds, const struct recorder_event *event);
/* path NULL: something not known. */
void fds__set(struct fds *fds, const struct recorder_event *event, int fd, const char *path,
	      bool cloexec);
void fds__close(struct fds *fds, const struct recorder_event *event, int fd);
void fds__set_cloexec(struct fds *fds, const struct recorder_event *event, int fd, bool cloexec);
void fds__set_cwd(struct fds *fds, const struct recorder_event *event, const char *path);
/* Closes, or only marks as close-on-exec, first to last. */
void fds__close_range(struct fds *fds, const struct recorder_event *event, uint32_t first,
		      uint32_t last, bool mark_only);
/* The thread gets a table of its own. */
void fds__unshare(struct fds *fds, const struct recorder_event *event);
/* The process child uses the thread's own table: clone with CLONE_FILES. */
void fds__share(struct fds *fds, const struct recorder_event *event, uint32_t child_pid);

#endif
