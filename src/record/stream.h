/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The EVENTS block under construction of one stream (docs/format.md, 6). */
#ifndef STREAM_H
#define STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "record/bytes.h"
#include "record/pieces.h"
#include "trace/format.h"

#define STREAM_EVENTS 16384U
#define STREAM_THREADS 1024U
#define STREAM_NUMBERS 512U
#define FIXED_COLUMNS \
	COLUMN_PIECES /* those before it have room for the longest entries of a whole block */

struct writer;

struct stream_thread {
	uint32_t thread, pid, tid, abi;
	uint64_t next_seq; /* of its last call in this block; 0 before the first */
};

/* What the deltas of one syscall number refer to. */
struct stream_number {
	uint32_t nr, abi;
	int64_t ret;
	uint64_t args[EVENT_ARGS];
};

/*
 * Where a hash finds them. A slot of an older generation is empty: nothing has to be cleared for
 * a new block.
 */
struct stream_slot {
	uint32_t generation;
	uint32_t index;
};

/* The last event while it is a call: more pieces can still join it. */
struct stream_last {
	bool open;
	uint32_t thread;
	uint64_t seq;
	uint64_t args[EVENT_ARGS]; /* 0 for those that the call does not have */
	uint8_t *count_at;
	uint32_t pieces;
	size_t size;
};

struct stream {
	uint32_t generation;
	uint32_t events, nthreads, nnumbers;
	uint32_t thread; /* index of the last event's */
	uint32_t nr;	 /* of the last call */
	uint64_t base;
	uint64_t time; /* of the last event, also over blocks */
	uint8_t *start[FIXED_COLUMNS];
	uint8_t *at[FIXED_COLUMNS];
	struct bytes pieces, other, bytes;
	struct stream_last last;
	uint8_t *memory; /* of the fixed columns */
	struct stream_slot thread_slots[2 * STREAM_THREADS];
	struct stream_slot number_slots[2 * STREAM_NUMBERS];
	struct stream_thread threads[STREAM_THREADS];
	struct stream_number numbers[STREAM_NUMBERS];
};

struct stream *stream__new(void);
void stream__free(struct stream *stream);
/* Nothing can be added before stream__write(). */
bool stream__is_full(const struct stream *stream);
/*
 * Write the block, if there is anything to write, and begin the next: 0 or a negative errno.
 * scratch is for the payload.
 */
int stream__write(struct stream *stream, struct writer *writer, uint16_t number,
		  struct bytes *scratch);

/*
 * Add a checked call with as many of its pieces as a block may hold: *pieces is then what is left
 * of them. Or join more pieces to the call, when it is the last event and none of its pieces was
 * left: false when not all of them were taken.
 */
void stream__add_call(struct stream *stream, const struct event_call *call, struct pieces *pieces);
bool stream__join(struct stream *stream, uint32_t thread, uint64_t seq, struct pieces *pieces);
/* Add a checked record that is no call. */
void stream__add_other(struct stream *stream, const struct event_header *record);
/* Whether this call of the thread, or a later one, is in the block. */
bool stream__has(const struct stream *stream, uint32_t thread, uint64_t seq);

#endif
