/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "trace/trace.h"

#include <errno.h>
#include <stdlib.h>

#include "trace/array.h"

static void trace__count(struct recorder_trace *trace, const struct block *block)
{
	struct recorder_totals *totals = &trace->totals;
	unsigned int type = block->type < BLOCK_TYPES ? block->type : 0;

	totals->blocks++;
	totals->raw_bytes += block->raw;
	totals->blocks_by_type[type]++;
	totals->stored_by_type[type] += block->stored;
	totals->raw_by_type[type] += block->raw;
}

/* What order the format asks for, or NULL. */
static const char *trace__misplaced(const struct recorder_trace *trace, const struct block *block)
{
	bool first = trace->totals.blocks_by_type[BLOCK_META] == 0;

	if (first && block->type != BLOCK_META)
		return "it comes before the first META block";
	if (!trace->names && (block->type == BLOCK_EVENTS || block->type == BLOCK_DATA))
		return "it comes before the SYSCALLS block";
	if (trace->totals.blocks_by_type[BLOCK_INDEX] && block->type < BLOCK_END)
		return "it comes after the INDEX block";
	return NULL;
}

static int trace__read_names(struct recorder_trace *trace, const struct block *block)
{
	/* A later table repeats the first one, which events and callers point to. */
	if (trace->names)
		return 0;
	trace->names = names__new(trace->raw, block->raw);
	trace->streams.names = trace->names;
	return trace->names ? 0 : -errno;
}

/* Take in a block that is read whole. */
static int trace__parse(struct recorder_trace *trace, const struct block *block)
{
	uint8_t *raw = array_grow(trace->raw, &trace->raw_room, block->raw, 1);
	int err;

	if (!raw)
		return -ENOMEM;
	trace->raw = raw;
	err = input__expand(&trace->input, block, raw);
	if (err < 0)
		return err;
	switch (block->type) {
	case BLOCK_META:
		err = metadata__add(&trace->metadata, raw, block->raw);
		break;
	case BLOCK_SYSCALLS:
		err = trace__read_names(trace, block);
		break;
	case BLOCK_TASK:
		err = tasks__add(&trace->tasks, raw, block->raw);
		break;
	case BLOCK_SYNC:
		err = check_sync(raw, block->raw);
		break;
	case BLOCK_INDEX:
		err = check_index(raw, block->raw);
		break;
	case BLOCK_END:
		err = ending__read(&trace->ending, raw, block->raw);
		break;
	}
	if (err == -EFBIG)
		return input__damage(&trace->input, block->offset, "more tasks than fit in memory");
	if (err == -EBADMSG)
		return input__damage(&trace->input, block->offset, "its payload is malformed");
	return err;
}

static int trace__take(struct recorder_trace *trace, struct block *block)
{
	size_t indexed = trace->streams.nblocks + trace->data.nblocks;
	int err;

	switch (block->type) {
	case BLOCK_EVENTS:
	case BLOCK_DATA:
		if (indexed == EPOCH_BLOCKS_MAX)
			return input__damage(&trace->input, block->offset,
					     "more blocks than an epoch may have");
		if (block->type == BLOCK_DATA)
			return data_index__add(&trace->data, block);
		err = input__keep(&trace->input, block);
		return err < 0 ? err : streams__add(&trace->streams, block);
	default:
		return trace__parse(trace, block);
	}
}

int trace__walk(struct recorder_trace *trace)
{
	struct block block;
	const char *misplaced;
	int err;

	err = input__next(&trace->input, &block);
	trace->totals.file_bytes = trace->input.source.offset;
	trace->totals.torn = trace->input.torn;
	if (err < 0)
		return err;
	if (err == 0) {
		trace->last_epoch = true;
		return 1;
	}
	misplaced = trace__misplaced(trace, &block);
	trace__count(trace, &block);
	if (misplaced)
		return input__damage(&trace->input, block.offset, misplaced);
	if (block.type == 0 || block.type >= BLOCK_TYPES)
		return 0;
	err = trace__take(trace, &block);
	if (err < 0)
		return err == -ENOMEM ? input__failure(&trace->input, block.offset, err) : err;
	if (block.type == BLOCK_SYNC) {
		trace->totals.epochs++;
		return 1;
	}
	if (block.type == BLOCK_END) {
		trace->totals.finished = true;
		trace->last_epoch = true;
		trace->trailing = source__more(&trace->input.source);
		return 1;
	}
	return 0;
}
