/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "trace/events.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "trace/array.h"
#include "trace/names.h"

#define COMM_MAX 15
#define ABI_MAX 255

static int events__fail(struct events *events, const char *fault)
{
	events->fault = fault;
	return -EBADMSG;
}

static int read_threads(struct events *events, struct cursor *c)
{
	uint64_t n = cursor_varint(c);
	struct thread_entry *threads;

	/* Four bytes each at least: that bounds the memory. */
	if (c->bad || n > cursor_left(c) / 4)
		return events__fail(events, "its thread list is cut");
	threads = array_grow(events->threads, &events->threads_room, n, sizeof(*threads));
	if (!threads)
		return -ENOMEM;
	events->threads = threads;
	events->nthreads = (uint32_t)n;
	for (uint64_t i = 0; i < n; i++) {
		threads[i].thread = cursor_u32(c);
		threads[i].pid = cursor_u32(c);
		threads[i].tid = cursor_u32(c);
		threads[i].abi = cursor_u32(c);
		threads[i].seq = 0;
		if (c->bad || threads[i].abi > ABI_MAX)
			return events__fail(events, "its thread list is malformed");
	}
	return 0;
}

static int read_columns(struct events *events, struct cursor *c)
{
	for (int i = 0; i < COLUMNS; i++) {
		uint64_t n = cursor_varint(c);
		const uint8_t *bytes = cursor_bytes(c, n);

		if (!bytes)
			return events__fail(events, "a column is cut");
		events->columns[i] = (struct cursor){ .at = bytes, .end = bytes + n };
	}
	if (cursor_left(c))
		return events__fail(events, "bytes follow its columns");
	if (events->n == 0 || events->n != cursor_left(&events->columns[COLUMN_KIND]))
		return events__fail(events, "its number of events is wrong");
	return 0;
}

int events__load(struct events *events, struct input *input, const struct block *block)
{
	uint8_t *raw = array_grow(events->raw, &events->raw_room, block->raw, 1);
	struct cursor c;
	int err;

	if (!raw)
		return input__failure(input, block->offset, -ENOMEM);
	events->raw = raw;
	err = input__load(input, block, raw);
	if (err < 0)
		return err;
	c = (struct cursor){ .at = raw, .end = raw + block->raw };
	lookup__clear(&events->numbers);
	events->nlast = 0;
	events->done = 0;
	events->pieces = 0;
	events->index = 0;
	events->nr = 0;
	events->fault = NULL;
	events->n = cursor_varint(&c);
	events->time = cursor_varint(&c);
	err = read_threads(events, &c);
	if (err == 0)
		err = read_columns(events, &c);
	if (err == -EBADMSG)
		return input__damage(input, block->offset, events->fault);
	return err < 0 ? input__failure(input, block->offset, err) : 0;
}

/* The last call of this event's number, which stays valid until the next one is asked for. */
static struct last_call *events__last(struct events *events)
{
	uint64_t key = (uint64_t)events->entry->abi << 32 | events->nr;
	uint32_t i = lookup__get(&events->numbers, key);
	struct last_call *last;

	if (i != LOOKUP_NONE)
		return &events->last[i];
	last = array_grow(events->last, &events->last_room, events->nlast + 1, sizeof(*last));
	if (!last)
		return NULL;
	events->last = last;
	if (lookup__set(&events->numbers, key, (uint32_t)events->nlast) < 0)
		return NULL;
	last += events->nlast++;
	*last = (struct last_call){
		.syscall = names__syscall(events->names, events->entry->abi, events->nr),
	};
	return last;
}

static int read_args(struct events *events, struct last_call *last)
{
	struct cursor *c = &events->columns[COLUMN_ARGS];
	uint64_t nargs = cursor_varint(c);

	if (nargs > RECORDER_ARGS)
		return events__fail(events, "a call has more than six arguments");
	events->nargs = (unsigned int)nargs;
	for (unsigned int i = 0; i < nargs; i++)
		events->args[i] = last->args[i] += (uint64_t)cursor_zigzag(c);
	for (unsigned int i = events->nargs; i < RECORDER_ARGS; i++)
		events->args[i] = 0;
	return 0;
}

static int read_call(struct events *events)
{
	struct thread_entry *entry = &events->threads[events->index];
	struct cursor *c = events->columns;
	uint64_t nr = events->nr + (uint64_t)cursor_zigzag(&c[COLUMN_NR]), duration = 0;
	struct last_call *last;

	if (events->flags & ~CALL_BITS)
		return events__fail(events, "reserved flags of a call are set");
	if (nr > UINT32_MAX)
		return events__fail(events, "a syscall number is out of range");
	events->nr = (uint32_t)nr;
	last = events__last(events);
	if (!last)
		return -ENOMEM;
	events->syscall = last->syscall;
	events->seq = entry->seq + (uint64_t)cursor_zigzag(&c[COLUMN_SEQ]);
	entry->seq = events->seq + 1;
	if (!(events->flags & CALL_BIT_NO_ENTRY))
		duration = cursor_varint(&c[COLUMN_DURATION]);
	if (duration > events->time)
		return events__fail(events, "a call begins before time does");
	events->enter = events->flags & CALL_BIT_NO_ENTRY ? 0 : events->time - duration;
	events->ret = 0;
	if (!(events->flags & CALL_BIT_UNFINISHED)) {
		uint64_t delta = (uint64_t)cursor_zigzag(&c[COLUMN_RET]);

		events->ret = last->ret = (int64_t)((uint64_t)last->ret + delta);
	}
	events->pieces = cursor_varint(&c[COLUMN_COUNT]);
	if (read_args(events, last) < 0)
		return -EBADMSG;
	if (c[COLUMN_NR].bad | c[COLUMN_SEQ].bad | c[COLUMN_DURATION].bad | c[COLUMN_RET].bad |
	    c[COLUMN_ARGS].bad | c[COLUMN_COUNT].bad)
		return events__fail(events, "a column of calls ends early");
	return 1;
}

static void read_bytes(struct events *events, struct cursor *c)
{
	uint64_t n = cursor_varint(c);

	events->bytes = cursor_bytes(c, n);
	events->bytes_len = events->bytes ? n : 0;
}

static int read_other(struct events *events)
{
	struct cursor *c = &events->columns[COLUMN_OTHER];
	uint64_t *numbers = events->numbers_of;
	bool named = true;

	if (events->flags)
		return events__fail(events, "reserved flags of an event are set");
	events->bytes_len = 0;
	switch (events->type) {
	case RECORDER_THREAD:
	case RECORDER_RENAME:
		read_bytes(events, c);
		break;
	case RECORDER_FORK:
		for (int i = 0; i < 3; i++)
			numbers[i] = cursor_u32(c);
		numbers[3] = cursor_varint(c);
		numbers[4] = cursor_u32(c);
		read_bytes(events, c);
		break;
	case RECORDER_EXEC:
		numbers[0] = cursor_u32(c);
		read_bytes(events, c);
		break;
	case RECORDER_EXIT:
		numbers[0] = cursor_varint(c);
		numbers[1] = cursor_u32(c);
		break;
	case RECORDER_SIGNAL:
		numbers[0] = cursor_u32(c);
		numbers[1] = cursor_varint(c);
		read_bytes(events, c);
		named = false;
		break;
	case RECORDER_END:
		numbers[0] = cursor_varint(c);
		break;
	default:
		return events__fail(events, "an event has a reserved type");
	}
	if (c->bad)
		return events__fail(events, "the column of other events ends early");
	if (named && events->bytes_len > COMM_MAX)
		return events__fail(events, "the name of a thread is too long");
	return 1;
}

static int events__end(struct events *events)
{
	for (int i = 0; i < COLUMNS; i++) {
		if (cursor_left(&events->columns[i]))
			return events__fail(events, "a column goes on after the last event");
	}
	return 0;
}

int events__next(struct events *events)
{
	struct cursor *c = events->columns;
	struct piece piece;
	uint8_t kind;
	int err;

	do
		err = events__piece(events, &piece);
	while (err > 0);
	if (err < 0)
		return err;
	if (events->done == events->n)
		return events__end(events);
	kind = cursor_u8(&c[COLUMN_KIND]);
	events->index = (int64_t)((uint64_t)events->index +
				  (uint64_t)cursor_zigzag(&c[COLUMN_THREAD]));
	events->time += (uint64_t)cursor_zigzag(&c[COLUMN_TIME]);
	if (c[COLUMN_THREAD].bad || c[COLUMN_TIME].bad)
		return events__fail(events, "a column of events ends early");
	if (events->index < 0 || events->index >= events->nthreads)
		return events__fail(events, "an event's thread is not in its list");
	events->entry = &events->threads[events->index];
	events->type = kind & 0xf;
	events->flags = kind >> 4;
	events->done++;
	return events->type == RECORDER_CALL ? read_call(events) : read_other(events);
}

int events__piece(struct events *events, struct piece *piece)
{
	if (events->pieces == 0)
		return 0;
	if (!piece__read(piece, &events->columns[COLUMN_PIECES], &events->columns[COLUMN_BYTES],
			 events->args, events->nargs))
		return events__fail(events, "a piece of memory is malformed");
	piece->block = PIECE_IN_EVENTS;
	events->pieces--;
	return 1;
}

size_t events__size(const struct events *events)
{
	return events->raw_room + events->threads_room * sizeof(*events->threads) +
	       events->last_room * sizeof(*events->last) +
	       events->numbers.room * sizeof(*events->numbers.slots);
}

void events__free(struct events *events)
{
	if (!events)
		return;
	free(events->raw);
	free(events->threads);
	free(events->last);
	lookup__free(&events->numbers);
	free(events);
}
