/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "record/blocks.h"

#include <errno.h>
#include <stdlib.h>

#include "record/bytes.h"
#include "record/writer.h"

#define INDEX_MAX 4096
#define END_ROOM (64U << 10) /* of an END block, for all but the lost calls by thread */
#define END_LOSSES_MAX ((BLOCK_RAW_MAX - END_ROOM) / (2 * VARINT_MAX))
#define ENDING_MAX 4096
#define COUNTERS_MAX 256

struct index_entry {
	uint64_t offset;
	uint64_t time_ns;
	uint64_t calls;
};

struct index {
	size_t count;
	uint64_t added;
	uint64_t step; /* every step-th epoch is kept */
	struct index_entry entries[INDEX_MAX];
};

static int write_and_free(struct writer *writer, enum block_type type, struct bytes *payload)
{
	int err = payload->failed ? -ENOMEM
				  : writer__block(writer, type, 0, payload->data, payload->len);

	bytes__free(payload);
	return err;
}

int write_sync(struct writer *writer, const struct sync *sync)
{
	const uint64_t fields[] = {
		sync->time_ns,	  sync->calls,	     sync->events, sync->data_bytes,
		sync->lost_calls, sync->lost_events, sync->waits,  sync->wait_ns,
	};
	uint8_t payload[sizeof(fields) / sizeof(*fields) * VARINT_MAX];
	uint8_t *to = payload;

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		to = varint_put(to, fields[i]);
	return writer__block(writer, BLOCK_SYNC, 0, payload, (size_t)(to - payload));
}

struct index *index__new(void)
{
	struct index *index = calloc(1, sizeof(*index));

	if (index)
		index->step = 1;
	return index;
}

void index__free(struct index *index)
{
	free(index);
}

int index__add(struct index *index, uint64_t offset, uint64_t time_ns, uint64_t calls)
{
	if (index->added++ % index->step)
		return 0;
	if (index->count == INDEX_MAX) {
		for (size_t i = 0; i < INDEX_MAX / 2; i++)
			index->entries[i] = index->entries[2 * i];
		index->count = INDEX_MAX / 2;
		index->step *= 2;
	}
	index->entries[index->count++] = (struct index_entry){ offset, time_ns, calls };
	return 0;
}

int index__write(const struct index *index, struct writer *writer)
{
	struct index_entry last = { 0 };
	struct bytes payload = { 0 };

	bytes__put_varint(&payload, index->count);
	for (size_t i = 0; i < index->count; i++) {
		const struct index_entry *entry = &index->entries[i];

		bytes__put_varint(&payload, entry->offset - last.offset);
		bytes__put_varint(&payload, entry->time_ns - last.time_ns);
		bytes__put_varint(&payload, entry->calls - last.calls);
		last = *entry;
	}
	return write_and_free(writer, BLOCK_INDEX, &payload);
}

int write_end(struct writer *writer, uint64_t time_ns, const char *ending,
	      const struct counter *counters, size_t ncounters, const struct thread_loss *losses,
	      size_t nlosses)
{
	struct bytes payload = { 0 };

	if (ncounters > COUNTERS_MAX)
		return -EINVAL;
	if (nlosses > END_LOSSES_MAX)
		nlosses = END_LOSSES_MAX;
	bytes__put_varint(&payload, time_ns);
	bytes__put_varint(&payload, ncounters);
	for (size_t i = 0; i < ncounters; i++) {
		bytes__put_text(&payload, counters[i].name);
		bytes__put_varint(&payload, counters[i].value);
	}
	bytes__put_string(&payload, ending, strnlen(ending, ENDING_MAX));
	bytes__put_varint(&payload, nlosses);
	for (size_t i = 0; i < nlosses; i++) {
		bytes__put_varint(&payload, losses[i].thread);
		bytes__put_varint(&payload, losses[i].lost);
	}
	return write_and_free(writer, BLOCK_END, &payload);
}
