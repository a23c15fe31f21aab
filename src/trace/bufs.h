/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The buffers of one call, put together from its pieces. */
#ifndef TRACE_BUFS_H
#define TRACE_BUFS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "recorder.h"
#include "trace/data_index.h"
#include "trace/events.h"

/* Bytes that lie in one run: in the EVENTS block (bytes), or in a DATA block. */
struct run {
	const uint8_t *bytes;
	uint32_t block;
	uint32_t at;
	uint32_t len;
};

/* Zeroed is empty. */
struct bufs {
	struct recorder_buf *items;
	size_t n, room;
	struct run *runs;
	size_t nruns, runs_room;
	struct piece *fills; /* by argument and address */
	size_t nfills, fills_room;
	uint8_t *copy; /* of bytes that do not lie in one run in memory */
	size_t copy_room;
	size_t pieces;	   /* put so far */
	size_t looked;	   /* at fills, for pending pieces */
	const char *fault; /* more pieces than a call may have, or NULL */
};

/*
 * Gather the buffers of the call that events decoded last. 0; -EBADMSG where its pieces are
 * malformed (events->fault), too many (bufs->fault), or gone from the file (reported); another
 * negative errno.
 */
int bufs__gather(struct bufs *bufs, struct events *events, struct data_index *data);
/* As recorder_trace__read(). */
ssize_t bufs__read(struct bufs *bufs, struct data_index *data, const struct recorder_buf *buf,
		   uint64_t offset, void *to, size_t n);
void bufs__free(struct bufs *bufs);

#endif
