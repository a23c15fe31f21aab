/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "record/stream.h"

#include <errno.h>

#include "record/writer.h"

/* The columns that grow. With the fixed ones at their longest a block stays below BLOCK_RAW_MAX. */
#define GROWN_ENOUGH (256U << 10)
#define CALL_MOST (1U << 20) /* of one call's pieces; DATA takes the rest */
#define CALL_FLAGS (CALL_UNFINISHED | CALL_NO_ENTRY)

#if defined(__aarch64__)
#define NATIVE_ABI ABI_ARM64
#else
#define NATIVE_ABI ABI_X86_64
#endif

/* Longest entries. nr's delta has 33 bits. */
static const uint8_t entry_sizes[FIXED_COLUMNS] = {
	[COLUMN_KIND] = 1,	    [COLUMN_THREAD] = 2,
	[COLUMN_TIME] = VARINT_MAX, [COLUMN_NR] = 5,
	[COLUMN_SEQ] = VARINT_MAX,  [COLUMN_DURATION] = VARINT_MAX,
	[COLUMN_RET] = VARINT_MAX,  [COLUMN_ARGS] = 1 + EVENT_ARGS * VARINT_MAX,
	[COLUMN_COUNT] = 3,
};

static void begin_block(struct stream *stream)
{
	memcpy(stream->at, stream->start, sizeof(stream->at));
	bytes__clear(&stream->pieces);
	bytes__clear(&stream->other);
	bytes__clear(&stream->bytes);
	stream->generation++;
	stream->events = 0;
	stream->nthreads = 0;
	stream->nnumbers = 0;
	stream->thread = 0;
	stream->nr = 0;
	stream->last.open = false;
}

struct stream *stream__new(void)
{
	struct stream *stream = calloc(1, sizeof(*stream));
	size_t size = 0;

	if (!stream)
		return NULL;
	for (unsigned int i = 0; i < FIXED_COLUMNS; i++)
		size += entry_sizes[i] * STREAM_EVENTS;
	stream->memory = malloc(size);
	if (!stream->memory) {
		free(stream);
		return NULL;
	}
	size = 0;
	for (unsigned int i = 0; i < FIXED_COLUMNS; i++) {
		stream->start[i] = stream->memory + size;
		size += entry_sizes[i] * STREAM_EVENTS;
	}
	begin_block(stream);
	return stream;
}

void stream__free(struct stream *stream)
{
	if (!stream)
		return;
	bytes__free(&stream->pieces);
	bytes__free(&stream->other);
	bytes__free(&stream->bytes);
	free(stream->memory);
	free(stream);
}

bool stream__is_full(const struct stream *stream)
{
	return stream->events == STREAM_EVENTS || stream->nthreads == STREAM_THREADS ||
	       stream->nnumbers == STREAM_NUMBERS ||
	       stream->pieces.len + stream->other.len + stream->bytes.len >= GROWN_ENOUGH;
}

static bool is_same_thread(const struct stream_thread *entry, const struct event_header *header,
			   int abi)
{
	return entry->thread == header->thread && entry->tid == header->tid &&
	       entry->pid == header->pid && (abi < 0 || entry->abi == (uint32_t)abi);
}

static uint32_t thread_place(uint32_t thread)
{
	return (thread * 0x9e3779b1U >> 16) & (2 * STREAM_THREADS - 1);
}

/*
 * Index of the thread list's entry, made where there is none. abi -1: an event for which any will
 * do.
 */
static uint32_t find_thread(struct stream *stream, const struct event_header *header, int abi)
{
	uint32_t at = thread_place(header->thread);
	struct stream_slot *slot;

	if (stream->thread < stream->nthreads &&
	    is_same_thread(&stream->threads[stream->thread], header, abi))
		return stream->thread;
	while (slot = &stream->thread_slots[at], slot->generation == stream->generation) {
		if (is_same_thread(&stream->threads[slot->index], header, abi))
			return slot->index;
		at = (at + 1) & (2 * STREAM_THREADS - 1);
	}
	slot->generation = stream->generation;
	slot->index = stream->nthreads++;
	stream->threads[slot->index] = (struct stream_thread){
		.thread = header->thread,
		.pid = header->pid,
		.tid = header->tid,
		.abi = abi < 0 ? NATIVE_ABI : (uint32_t)abi,
	};
	return slot->index;
}

static struct stream_number *find_number(struct stream *stream, uint32_t nr, uint32_t abi)
{
	uint32_t at = ((nr ^ abi << 16) * 0x9e3779b1U >> 16) & (2 * STREAM_NUMBERS - 1);
	struct stream_slot *slot;
	struct stream_number *number;

	while (slot = &stream->number_slots[at], slot->generation == stream->generation) {
		number = &stream->numbers[slot->index];
		if (number->nr == nr && number->abi == abi)
			return number;
		at = (at + 1) & (2 * STREAM_NUMBERS - 1);
	}
	slot->generation = stream->generation;
	slot->index = stream->nnumbers++;
	number = &stream->numbers[slot->index];
	*number = (struct stream_number){ .nr = nr, .abi = abi };
	return number;
}

bool stream__has(const struct stream *stream, uint32_t thread, uint64_t seq)
{
	uint32_t at = thread_place(thread);
	const struct stream_slot *slot;

	while (slot = &stream->thread_slots[at], slot->generation == stream->generation) {
		const struct stream_thread *entry = &stream->threads[slot->index];

		if (entry->thread == thread && entry->next_seq > seq)
			return true;
		at = (at + 1) & (2 * STREAM_THREADS - 1);
	}
	return false;
}

static inline void put(struct stream *stream, enum column column, uint64_t value)
{
	stream->at[column] = varint_put(stream->at[column], value);
}

static inline void put_delta(struct stream *stream, enum column column, uint64_t value,
			     uint64_t from)
{
	put(stream, column, zigzag((int64_t)(value - from)));
}

/*
 * The columns that every event has. The records of one batch are in order of reservation, and
 * their times can lie some nanoseconds the other way round; in a stream time never decreases.
 */
static struct stream_thread *put_event(struct stream *stream, const struct event_header *header,
				       int abi)
{
	uint32_t thread = find_thread(stream, header, abi);
	uint64_t time = header->time_ns > stream->time ? header->time_ns : stream->time;
	uint8_t flags = header->type == EVENT_CALL ? header->flags & CALL_FLAGS : 0;

	*stream->at[COLUMN_KIND]++ = (uint8_t)(header->type | flags << 4);
	put_delta(stream, COLUMN_THREAD, thread, stream->thread);
	if (!stream->events)
		stream->base = time;
	put_delta(stream, COLUMN_TIME, time, stream->events ? stream->time : stream->base);
	stream->thread = thread;
	stream->time = time;
	stream->events++;
	stream->last.open = false;
	return &stream->threads[thread];
}

static void put_args(struct stream *stream, struct stream_number *number,
		     const struct event_call *call)
{
	uint64_t *args = stream->last.args;

	put(stream, COLUMN_ARGS, call->nargs);
	for (unsigned int i = 0; i < EVENT_ARGS; i++) {
		args[i] = 0;
		if (i >= call->nargs)
			continue;
		args[i] = call->args[i];
		put_delta(stream, COLUMN_ARGS, args[i], number->args[i]);
		number->args[i] = args[i];
	}
}

/* As many pieces as the last call may take. */
static void put_pieces(struct stream *stream, struct pieces *pieces)
{
	struct stream_last *last = &stream->last;

	while (pieces->left) {
		struct piece_part part;
		uint64_t base;
		uint8_t *to;

		pieces__first(pieces, &part);
		if (last->size + PIECE_HEADER_SIZE + part.piece.len > CALL_MOST)
			break;
		to = bytes__room(&stream->pieces, PIECE_HEADER_SIZE);
		if (!to || !bytes__room(&stream->bytes, part.piece.len))
			break;
		base = part.piece.arg < EVENT_ARGS ? last->args[part.piece.arg] : 0;
		stream->pieces.len = (size_t)(put_piece(to, &part.piece, base) -
					      stream->pieces.data);
		bytes__put(&stream->bytes, part.bytes, part.piece.len);
		last->size += PIECE_HEADER_SIZE + part.piece.len;
		last->pieces++;
		pieces__next(pieces);
	}
	last->open = !pieces->left;
	stream->at[COLUMN_COUNT] = varint_put(last->count_at, last->pieces);
}

void stream__add_call(struct stream *stream, const struct event_call *call, struct pieces *pieces)
{
	struct stream_number *number = find_number(stream, call->nr, call->abi);
	struct stream_thread *thread = put_event(stream, &call->header, call->abi);

	put_delta(stream, COLUMN_NR, call->nr, stream->nr);
	stream->nr = call->nr;
	put_delta(stream, COLUMN_SEQ, call->seq, thread->next_seq);
	thread->next_seq = call->seq + 1;
	if (!(call->header.flags & CALL_NO_ENTRY))
		put(stream, COLUMN_DURATION,
		    stream->time > call->enter_ns ? stream->time - call->enter_ns : 0);
	if (!(call->header.flags & CALL_UNFINISHED)) {
		put_delta(stream, COLUMN_RET, (uint64_t)call->ret, (uint64_t)number->ret);
		number->ret = call->ret;
	}
	put_args(stream, number, call);
	stream->last.thread = call->header.thread;
	stream->last.seq = call->seq;
	stream->last.count_at = stream->at[COLUMN_COUNT];
	stream->last.pieces = 0;
	stream->last.size = 0;
	put_pieces(stream, pieces);
}

bool stream__join(struct stream *stream, uint32_t thread, uint64_t seq, struct pieces *pieces)
{
	struct stream_last *last = &stream->last;

	if (!last->open || last->thread != thread || last->seq != seq)
		return false;
	put_pieces(stream, pieces);
	return !pieces->left;
}

static void put_comm(struct bytes *to, const char *comm)
{
	bytes__put_string(to, comm, strnlen(comm, EVENT_COMM));
}

void stream__add_other(struct stream *stream, const struct event_header *record)
{
	const struct event_fork *fork = (const void *)record;
	const struct event_exec *exec = (const void *)record;
	const struct event_exit *exit = (const void *)record;
	const struct event_signal *signal = (const void *)record;
	struct bytes *other = &stream->other;

	put_event(stream, record, -1);
	switch (record->type) {
	case EVENT_THREAD:
		put_comm(other, ((const struct event_thread *)record)->comm);
		break;
	case EVENT_FORK:
		bytes__put_varint(other, fork->child_thread);
		bytes__put_varint(other, fork->child_pid);
		bytes__put_varint(other, fork->child_tid);
		bytes__put_varint(other, fork->set_tid_addr);
		bytes__put_varint(other, fork->set_tid);
		put_comm(other, fork->comm);
		break;
	case EVENT_EXEC:
		bytes__put_varint(other, exec->old_tid);
		put_comm(other, exec->comm);
		break;
	case EVENT_EXIT:
		bytes__put_varint(other, exit->next_seq);
		bytes__put_varint(other, exit->code);
		break;
	case EVENT_SIGNAL:
		bytes__put_varint(other, signal->signo);
		bytes__put_varint(other, signal->handler);
		bytes__put_string(other, signal->info, sizeof(signal->info));
		break;
	case EVENT_RENAME:
		put_comm(other, ((const struct event_rename *)record)->comm);
		break;
	case EVENT_END:
		bytes__put_varint(other, ((const struct event_end *)record)->next_seq);
		break;
	}
}

int stream__write(struct stream *stream, struct writer *writer, uint16_t number,
		  struct bytes *scratch)
{
	int err;

	if (!stream->events)
		return 0;
	bytes__clear(scratch);
	bytes__put_varint(scratch, stream->events);
	bytes__put_varint(scratch, stream->base);
	bytes__put_varint(scratch, stream->nthreads);
	for (uint32_t i = 0; i < stream->nthreads; i++) {
		bytes__put_varint(scratch, stream->threads[i].thread);
		bytes__put_varint(scratch, stream->threads[i].pid);
		bytes__put_varint(scratch, stream->threads[i].tid);
		bytes__put_varint(scratch, stream->threads[i].abi);
	}
	for (unsigned int i = 0; i < FIXED_COLUMNS; i++)
		bytes__put_string(scratch, stream->start[i],
				  (size_t)(stream->at[i] - stream->start[i]));
	bytes__put_string(scratch, stream->pieces.data, stream->pieces.len);
	bytes__put_string(scratch, stream->other.data, stream->other.len);
	bytes__put_string(scratch, stream->bytes.data, stream->bytes.len);
	if (scratch->failed || stream->other.failed)
		err = -ENOMEM;
	else
		err = writer__give(writer, BLOCK_EVENTS, number, scratch);
	begin_block(stream);
	return err;
}
