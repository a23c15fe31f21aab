/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The streams of an epoch, merged by time. Each has the block decoded that it stands in, as long as
 * all of them together fit in a bounded memory: beyond it, streams whose next event is the farthest
 * away give theirs up, and decode it again when their turn comes.
 */
#ifndef TRACE_STREAMS_H
#define TRACE_STREAMS_H

#include <stddef.h>

#include "trace/events.h"
#include "trace/input.h"

struct stream;

/* Zeroed is empty. */
struct streams {
	struct input *input;
	const struct names *names;
	struct stream **by_number;
	struct stream **all;
	size_t nall, all_room;
	size_t begun;	      /* of all: brought to their first event in this epoch */
	struct stream **heap; /* those that have an event, the next one first */
	size_t nheap, heap_room;
	struct stream *current; /* whose event was handed out last: not in the heap */
	struct block *blocks;	/* the EVENTS blocks of the epoch */
	size_t nblocks, blocks_room;
	size_t memory; /* of all decoded blocks */
};

/* Add a block of the epoch that is to come, in order of the file. */
int streams__add(struct streams *streams, const struct block *block);
/*
 * The next event of the epoch: 1, and it is the one that *events decoded last; 0 after the last;
 * -EBADMSG once for each damaged block, or another negative errno.
 */
int streams__next(struct streams *streams, struct events **events);
/* The number of the stream that the event came from. */
unsigned int streams__number(const struct streams *streams);
/*
 * The current event's block turned out to be malformed: go on with the next one. Returns -EBADMSG,
 * reported.
 */
int streams__give_up(struct streams *streams, const char *fault);
/* The epoch is over: forget its blocks. */
void streams__clear(struct streams *streams);
void streams__free(struct streams *streams);

#endif
