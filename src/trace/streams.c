/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "trace/streams.h"

#include <errno.h>
#include <stdlib.h>

#include "trace/array.h"

#define STREAMS_MAX 65536
#define MEMORY_MAX (36U << 20)
#define NO_BLOCK UINT32_MAX

struct stream {
	struct events *events; /* NULL: not decoded now */
	size_t size;	       /* of events, as counted in memory */
	uint64_t time;	       /* of the event decoded last */
	uint64_t done;	       /* events decoded of the block, with that one */
	uint32_t block;	       /* that it stands in, or NO_BLOCK */
	uint32_t next, last;   /* blocks to come */
	uint16_t number;
	bool disordered; /* the block's events go back in time, and that was reported */
	bool held;	 /* the event decoded last has not been handed out: its report went first */
};

static struct stream *streams__get(struct streams *streams, uint16_t number)
{
	struct stream **all, *stream;

	if (!streams->by_number)
		streams->by_number = calloc(STREAMS_MAX, sizeof(*streams->by_number));
	if (!streams->by_number)
		return NULL;
	if (streams->by_number[number])
		return streams->by_number[number];
	all = array_grow(streams->all, &streams->all_room, streams->nall + 1, sizeof(*all));
	if (!all)
		return NULL;
	streams->all = all;
	stream = calloc(1, sizeof(*stream));
	if (!stream)
		return NULL;
	stream->number = number;
	stream->block = stream->next = NO_BLOCK;
	streams->by_number[number] = stream;
	return all[streams->nall++] = stream;
}

int streams__add(struct streams *streams, const struct block *block)
{
	struct stream *stream = streams__get(streams, block->stream);
	struct block *blocks = array_grow(streams->blocks, &streams->blocks_room,
					  streams->nblocks + 1, sizeof(*blocks));

	if (blocks)
		streams->blocks = blocks;
	if (!blocks || !stream)
		return -ENOMEM;
	blocks[streams->nblocks] = *block;
	blocks[streams->nblocks].next = NO_BLOCK;
	if (stream->next == NO_BLOCK)
		stream->next = (uint32_t)streams->nblocks;
	else
		blocks[stream->last].next = (uint32_t)streams->nblocks;
	stream->last = (uint32_t)streams->nblocks++;
	return 0;
}

static bool stream__before(const struct stream *a, const struct stream *b)
{
	return a->time != b->time ? a->time < b->time : a->number < b->number;
}

static int heap__push(struct streams *streams, struct stream *stream)
{
	size_t i = streams->nheap;
	struct stream **heap = array_grow(streams->heap, &streams->heap_room, i + 1, sizeof(*heap));

	if (!heap)
		return -ENOMEM;
	streams->heap = heap;
	for (; i > 0 && stream__before(stream, heap[(i - 1) / 2]); i = (i - 1) / 2)
		heap[i] = heap[(i - 1) / 2];
	heap[i] = stream;
	streams->nheap++;
	return 0;
}

/* Take the first out and put stream (NULL: the last) in its place. */
static struct stream *heap__pop(struct streams *streams, struct stream *stream)
{
	struct stream **heap = streams->heap, *first = heap[0];
	size_t i = 0, child;

	if (!stream)
		stream = heap[--streams->nheap];
	while ((child = 2 * i + 1) < streams->nheap) {
		if (child + 1 < streams->nheap && stream__before(heap[child + 1], heap[child]))
			child++;
		if (!stream__before(heap[child], stream))
			break;
		heap[i] = heap[child];
		i = child;
	}
	if (streams->nheap)
		heap[i] = stream;
	return first;
}

static void streams__drop(struct streams *streams, struct stream *stream)
{
	streams->memory -= stream->size;
	stream->size = 0;
	events__free(stream->events);
	stream->events = NULL;
}

/* Count what stream uses, and make others give up theirs where it is too much. */
static void streams__account(struct streams *streams, struct stream *stream)
{
	size_t size = events__size(stream->events);

	if (size == stream->size)
		return;
	streams->memory += size - stream->size;
	stream->size = size;
	while (streams->memory > MEMORY_MAX) {
		struct stream *farthest = NULL;

		for (size_t i = 0; i < streams->nall; i++) {
			struct stream *other = streams->all[i];

			if (other == stream || !other->events)
				continue;
			if (other->block == NO_BLOCK) {
				farthest = other;
				break;
			}
			if (!farthest || stream__before(farthest, other))
				farthest = other;
		}
		if (!farthest)
			break;
		streams__drop(streams, farthest);
	}
}

/* Decode the stream's block from its beginning. */
static int stream__load(struct streams *streams, struct stream *stream)
{
	int err;

	if (!stream->events) {
		stream->events = calloc(1, sizeof(*stream->events));
		if (!stream->events)
			return -ENOMEM;
		stream->events->names = streams->names;
	}
	err = events__load(stream->events, streams->input, &streams->blocks[stream->block]);
	streams__account(streams, stream);
	return err;
}

static int stream__damage(struct streams *streams, struct stream *stream, const char *fault)
{
	return input__damage(streams->input, streams->blocks[stream->block].offset, fault);
}

/* Bring a stream that gave up its block back to where it stood. */
static int stream__reload(struct streams *streams, struct stream *stream)
{
	int err = stream__load(streams, stream);

	for (uint64_t i = 0; i < stream->done && err >= 0; i++) {
		err = events__next(stream->events);
		if (err == 0)
			err = -EBADMSG;
	}
	if (err == -EBADMSG && stream->events->fault)
		stream__damage(streams, stream, stream->events->fault);
	if (err < 0) {
		stream->block = NO_BLOCK;
		return err;
	}
	streams__account(streams, stream);
	return 0;
}

/* Decode the stream's next event: 1, 0 at its end in this epoch, or a negative errno. */
static int stream__advance(struct streams *streams, struct stream *stream)
{
	uint64_t before = stream->time;
	int err;

	if (stream->held) {
		stream->held = false;
		return 1;
	}
	for (;;) {
		if (stream->block == NO_BLOCK) {
			if (stream->next == NO_BLOCK)
				return 0;
			stream->block = stream->next;
			stream->next = streams->blocks[stream->block].next;
			stream->done = 0;
			stream->disordered = false;
			err = stream__load(streams, stream);
		} else {
			err = 0;
		}
		if (err == 0) {
			err = events__next(stream->events);
			if (err == -EBADMSG)
				stream__damage(streams, stream, stream->events->fault);
		}
		if (err > 0)
			break;
		stream->block = NO_BLOCK;
		if (err < 0)
			return err;
	}
	stream->done++;
	stream->time = stream->events->time;
	streams__account(streams, stream);
	if (stream->time >= before || stream->disordered)
		return 1;
	/* Nothing of the event itself is in doubt: report the block, then hand it out. */
	stream->disordered = stream->held = true;
	return stream__damage(streams, stream, "its events go back in time");
}

int streams__next(struct streams *streams, struct events **events)
{
	struct stream *stream = streams->current;
	int err = 0;

	while (streams->begun < streams->nall) {
		struct stream *first = streams->all[streams->begun];

		err = stream__advance(streams, first);
		if (err > 0)
			err = heap__push(streams, first);
		if (err < 0)
			return err;
		streams->begun++;
	}
	if (stream) {
		err = stream__advance(streams, stream);
		if (err < 0)
			return err;
	}
	if (err == 0 || !stream)
		stream = NULL;
	if (streams->nheap && !(stream && stream__before(stream, streams->heap[0])))
		stream = heap__pop(streams, stream);
	streams->current = stream;
	if (!stream)
		return 0;
	if (!stream->events) {
		err = stream__reload(streams, stream);
		if (err < 0)
			return err;
	}
	*events = stream->events;
	return 1;
}

unsigned int streams__number(const struct streams *streams)
{
	return streams->current->number;
}

int streams__give_up(struct streams *streams, const char *fault)
{
	struct stream *stream = streams->current;
	int err = stream__damage(streams, stream, fault);

	stream->block = NO_BLOCK;
	return err;
}

void streams__clear(struct streams *streams)
{
	for (size_t i = 0; i < streams->nall; i++) {
		streams->all[i]->block = streams->all[i]->next = NO_BLOCK;
		streams->all[i]->held = false;
	}
	streams->begun = 0;
	streams->nheap = 0;
	streams->current = NULL;
	streams->nblocks = 0;
}

void streams__free(struct streams *streams)
{
	for (size_t i = 0; i < streams->nall; i++) {
		streams__drop(streams, streams->all[i]);
		free(streams->all[i]);
	}
	free(streams->all);
	free(streams->by_number);
	free(streams->heap);
	free(streams->blocks);
	*streams = (struct streams){ 0 };
}
