/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "record/encode.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>

#include "event.h"
#include "record/data.h"
#include "record/early.h"
#include "record/stream.h"
#include "record/threadhash.h"
#include "record/writer.h"

#define SEEN_PAGES 65536U /* a bit for each of 65536 threads, allocated where one was seen */
#define SEEN_PAGE_WORDS (65536 / 64)
#define DATA_FLAGS (DATA_ENTRY | DATA_FILL | DATA_LAST | DATA_FETCH)

struct encoder {
	struct writer *writer;
	unsigned int nstreams;
	struct stream **streams; /* NULL before a stream's first event */
	struct bytes scratch;
	struct data data;
	struct early early;
	struct thread_hash pending; /* calls that wait for their DATA_LAST */
	struct thread_hash filled;  /* calls of this epoch that it has come for */
	struct thread_hash written; /* threads in blocks of this epoch, seq: past the last call */
	struct encoder_totals totals;
	uint64_t **seen;
};

struct encoder *encoder__new(struct writer *writer, unsigned int streams)
{
	struct encoder *encoder;

	if (!streams || streams > USHRT_MAX + 1U) {
		errno = EINVAL;
		return NULL;
	}
	encoder = calloc(1, sizeof(*encoder));
	if (!encoder)
		return NULL;
	encoder->writer = writer;
	encoder->data.writer = writer;
	encoder->nstreams = streams;
	encoder->streams = calloc(streams, sizeof(*encoder->streams));
	encoder->seen = calloc(SEEN_PAGES, sizeof(*encoder->seen));
	if (!encoder->streams || !encoder->seen || early__init(&encoder->early) ||
	    thread_hash__init(&encoder->pending, NULL) ||
	    thread_hash__init(&encoder->filled, NULL) ||
	    thread_hash__init(&encoder->written, NULL)) {
		encoder__free(encoder);
		errno = ENOMEM;
		return NULL;
	}
	return encoder;
}

void encoder__free(struct encoder *encoder)
{
	if (!encoder)
		return;
	for (unsigned int i = 0; encoder->streams && i < encoder->nstreams; i++)
		stream__free(encoder->streams[i]);
	for (unsigned int i = 0; encoder->seen && i < SEEN_PAGES; i++)
		free(encoder->seen[i]);
	early__fini(&encoder->early);
	thread_hash__fini(&encoder->pending);
	thread_hash__fini(&encoder->filled);
	thread_hash__fini(&encoder->written);
	bytes__free(&encoder->scratch);
	bytes__free(&encoder->data.block);
	free(encoder->streams);
	free(encoder->seen);
	free(encoder);
}

static void count_thread(struct encoder *encoder, uint32_t thread)
{
	uint64_t **page = &encoder->seen[thread >> 16];
	uint64_t bit = 1ULL << (thread & 63);
	uint64_t *word;

	if (!*page)
		*page = calloc(SEEN_PAGE_WORDS, sizeof(**page));
	if (!*page)
		return;
	word = &(*page)[(thread & 0xffff) / 64];
	encoder->totals.threads += !(*word & bit);
	*word |= bit;
}

static struct thread_node *add_node(struct thread_hash *hash, uint32_t thread, uint64_t seq)
{
	struct thread_node *node = malloc(sizeof(*node));

	if (!node)
		return NULL;
	node->thread = thread;
	node->seq = seq;
	thread_hash__insert(hash, node);
	return node;
}

static struct thread_node *find_written(const struct encoder *encoder, uint32_t thread)
{
	struct thread_node *node = *thread_hash__chain(&encoder->written, thread);

	while (node && node->thread != thread)
		node = node->next;
	return node;
}

static int note_written(struct encoder *encoder, const struct stream_thread *entry)
{
	struct thread_node *node = find_written(encoder, entry->thread);

	count_thread(encoder, entry->thread);
	if (!node)
		return add_node(&encoder->written, entry->thread, entry->next_seq) ? 0 : -ENOMEM;
	if (node->seq < entry->next_seq)
		node->seq = entry->next_seq;
	return 0;
}

static int write_stream(struct encoder *encoder, unsigned int number)
{
	struct stream *stream = encoder->streams[number];
	int err = 0, failed;

	for (uint32_t i = 0; i < stream->nthreads; i++) {
		failed = note_written(encoder, &stream->threads[i]);
		err = err ? err : failed;
	}
	failed = stream__write(stream, encoder->writer, (uint16_t)number, &encoder->scratch);
	return err ? err : failed;
}

/*
 * Whether this call of the thread, or a later one, has been added in this epoch. One that is
 * pending holds its epoch open.
 */
static bool is_added(const struct encoder *encoder, uint32_t thread, uint64_t seq)
{
	const struct thread_node *node = find_written(encoder, thread);

	if (node && node->seq > seq)
		return true;
	for (unsigned int i = 0; i < encoder->nstreams; i++)
		if (encoder->streams[i] && stream__has(encoder->streams[i], thread, seq))
			return true;
	return false;
}

/* Some of the call's pieces wait to be filled, unless that is over before they were seen here. */
static int set_pending(struct encoder *encoder, uint32_t thread, uint64_t seq)
{
	if (thread_hash__find(&encoder->filled, thread, seq) ||
	    thread_hash__find(&encoder->pending, thread, seq))
		return 0;
	return add_node(&encoder->pending, thread, seq) ? 0 : -ENOMEM;
}

static int set_filled(struct encoder *encoder, uint32_t thread, uint64_t seq)
{
	struct thread_node **link = thread_hash__find(&encoder->pending, thread, seq);

	if (link)
		thread_hash__remove(&encoder->pending, link);
	return add_node(&encoder->filled, thread, seq) ? 0 : -ENOMEM;
}

/* Its call has been added. */
static int put_data(struct encoder *encoder, const struct event_data *record)
{
	const struct pieces pieces = { .at = (const void *)(record + 1), .left = record->pieces };
	uint32_t thread = record->header.thread;
	uint8_t flags = record->header.flags & (DATA_ENTRY | DATA_FILL | DATA_LAST);
	int err = 0, failed;

	if (flags & DATA_LAST)
		err = set_filled(encoder, thread, record->seq);
	failed = data__add(&encoder->data, thread, record->seq, flags, pieces);
	return err ? err : failed;
}

static int take_early(void *context, const struct event_data *record)
{
	return put_data(context, record);
}

static int add_call(struct encoder *encoder, struct stream *stream, const struct event_call *call)
{
	uint32_t thread = call->header.thread;
	size_t size = call->header.size - sizeof(*call);
	struct pieces pieces;
	struct pieces_sum sum;
	int err = 0, failed;

	if (call->nargs > EVENT_ARGS || call->abi >= ABI_COUNT ||
	    size < call->nargs * sizeof(*call->args))
		return -EBADMSG;
	size -= call->nargs * sizeof(*call->args);
	pieces = (struct pieces){
		.at = (const void *)(call->args + call->nargs),
		.left = call->pieces,
	};
	if (!pieces__check(pieces.at, size, pieces.left, &sum))
		return -EBADMSG;
	stream__add_call(stream, call, &pieces);
	encoder->totals.calls++;
	encoder->totals.data_bytes += sum.bytes;
	if (pieces.left)
		err = data__add(&encoder->data, thread, call->seq, 0, pieces);
	if (encoder->early.calls.count) {
		failed = early__release(&encoder->early, thread, call->seq, take_early, encoder);
		err = err ? err : failed;
	}
	if (sum.pending) {
		failed = set_pending(encoder, thread, call->seq);
		err = err ? err : failed;
	}
	return err;
}

static int add_data(struct encoder *encoder, struct stream *stream, const struct event_data *record)
{
	struct pieces pieces = { .at = (const void *)(record + 1), .left = record->pieces };
	size_t size = record->header.size - sizeof(*record);
	uint32_t thread = record->header.thread;
	struct pieces_sum sum;
	int err = 0, failed;

	if (record->header.flags & ~DATA_FLAGS ||
	    !pieces__check(pieces.at, size, pieces.left, &sum))
		return -EBADMSG;
	encoder->totals.data_bytes += sum.bytes;
	if (record->header.flags & (DATA_ENTRY | DATA_FILL)) {
		/* Where a later call came first, those before this one may still be waiting. */
		if (early__has(&encoder->early, thread, record->seq) ||
		    !is_added(encoder, thread, record->seq))
			return early__keep(&encoder->early, record);
		return put_data(encoder, record);
	}
	if (sum.pending)
		err = set_pending(encoder, thread, record->seq);
	if (stream__join(stream, thread, record->seq, &pieces))
		return err;
	failed = data__add(&encoder->data, thread, record->seq, 0, pieces);
	return err ? err : failed;
}

static size_t least_size(uint8_t type)
{
	static const uint8_t sizes[] = {
		[EVENT_CALL] = sizeof(struct event_call),
		[EVENT_DATA] = sizeof(struct event_data),
		[EVENT_THREAD] = sizeof(struct event_thread),
		[EVENT_FORK] = sizeof(struct event_fork),
		[EVENT_EXEC] = sizeof(struct event_exec),
		[EVENT_EXIT] = sizeof(struct event_exit),
		[EVENT_SIGNAL] = sizeof(struct event_signal),
		[EVENT_RENAME] = sizeof(struct event_rename),
		[EVENT_END] = sizeof(struct event_end),
	};

	return type < sizeof(sizes) ? sizes[type] : 0;
}

static int add_record(struct encoder *encoder, unsigned int number,
		      const struct event_header *record)
{
	struct stream *stream = encoder->streams[number];
	int err = 0, failed = 0;

	if (record->type == EVENT_DATA)
		return add_data(encoder, stream, (const void *)record);
	if (stream__is_full(stream))
		err = write_stream(encoder, number);
	if (record->type == EVENT_CALL) {
		failed = add_call(encoder, stream, (const void *)record);
	} else {
		stream__add_other(stream, record);
		encoder->totals.events++;
		if (record->type == EVENT_EXIT)
			early__outdate(&encoder->early, record->thread);
	}
	return failed == -EBADMSG || !err ? failed : err;
}

int encoder__add(struct encoder *encoder, unsigned int stream, const void *batch, size_t size)
{
	const uint8_t *at = batch;
	int err = 0;

	if (stream >= encoder->nstreams || (uintptr_t)batch % 8)
		return -EINVAL;
	if (!encoder->streams[stream])
		encoder->streams[stream] = stream__new();
	if (!encoder->streams[stream])
		return -ENOMEM;
	while (size) {
		const struct event_header *record = (const void *)at;
		size_t least;
		int failed;

		if (size < sizeof(*record) || record->size > size || record->size % 8)
			return -EBADMSG;
		least = least_size(record->type);
		if (!least || record->size < least)
			return -EBADMSG;
		failed = add_record(encoder, stream, record);
		if (failed == -EBADMSG)
			return failed;
		err = err ? err : failed;
		at += record->size;
		size -= record->size;
	}
	return err;
}

int encoder__flush(struct encoder *encoder)
{
	int err = 0, failed;

	for (unsigned int i = 0; i < encoder->nstreams; i++) {
		if (!encoder->streams[i])
			continue;
		failed = write_stream(encoder, i);
		err = err ? err : failed;
	}
	failed = data__flush(&encoder->data);
	thread_hash__clear(&encoder->written);
	thread_hash__clear(&encoder->filled);
	early__drop(&encoder->early);
	return err ? err : failed;
}

size_t encoder__pending(const struct encoder *encoder)
{
	return encoder->pending.count;
}

void encoder__give_up(struct encoder *encoder)
{
	thread_hash__clear(&encoder->pending);
}

const struct encoder_totals *encoder__totals(const struct encoder *encoder)
{
	return &encoder->totals;
}
