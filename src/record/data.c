/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "record/data.h"

#include <errno.h>

#include "record/writer.h"

#define BLOCK_ENOUGH (1U << 20)
#define ITEM_HEADER_SIZE (3 * VARINT_MAX + 1)

int data__flush(struct data *data)
{
	int err = 0;

	if (data->block.failed)
		err = -ENOMEM;
	else if (data->block.len)
		err = writer__give(data->writer, BLOCK_DATA, 0, &data->block);
	bytes__clear(&data->block);
	return err;
}

/*
 * How many of the pieces go into the block that has used bytes: until it has enough, never more
 * than it may.
 */
static uint32_t count_fitting(struct pieces pieces, size_t used)
{
	uint32_t count = 0;

	used += ITEM_HEADER_SIZE;
	while (pieces.left && used < BLOCK_ENOUGH) {
		struct piece_part part;

		pieces__first(&pieces, &part);
		used += PIECE_HEADER_SIZE + part.piece.len;
		if (used > BLOCK_RAW_MAX)
			break;
		pieces__next(&pieces);
		count++;
	}
	return count;
}

static void put_item(struct data *data, uint32_t thread, uint64_t seq, uint8_t flags,
		     uint32_t pieces)
{
	bytes__put_varint(&data->block, thread);
	bytes__put_varint(&data->block, seq);
	bytes__put_u8(&data->block, flags);
	bytes__put_varint(&data->block, pieces);
}

static void put_part(struct data *data, const struct piece_part *part)
{
	uint8_t *to = bytes__room(&data->block, PIECE_HEADER_SIZE);

	if (!to)
		return;
	data->block.len = (size_t)(put_piece(to, &part->piece, 0) - data->block.data);
	bytes__put(&data->block, part->bytes, part->piece.len);
}

/* Of a piece that no block can hold: as much as an empty one can. */
static void put_beginning(struct data *data, struct pieces *pieces)
{
	const uint32_t most = BLOCK_RAW_MAX - ITEM_HEADER_SIZE - PIECE_HEADER_SIZE;
	struct piece_part part;

	pieces__first(pieces, &part);
	part.piece.len = most;
	part.piece.full = most;
	put_part(data, &part);
	pieces->skip += most;
}

static void put_whole(struct data *data, struct pieces *pieces, uint32_t count)
{
	while (count--) {
		struct piece_part part;

		pieces__first(pieces, &part);
		put_part(data, &part);
		pieces__next(pieces);
	}
}

int data__add(struct data *data, uint32_t thread, uint64_t seq, uint8_t flags, struct pieces pieces)
{
	uint32_t count = count_fitting(pieces, data->block.len);
	int err = 0;

	while (count < pieces.left) {
		if (count) {
			put_item(data, thread, seq, flags & ~DATA_LAST, count);
			put_whole(data, &pieces, count);
		} else if (!data->block.len) {
			put_item(data, thread, seq, flags & ~DATA_LAST, 1);
			put_beginning(data, &pieces);
		}
		err = data__flush(data) ?: err;
		count = count_fitting(pieces, 0);
	}
	put_item(data, thread, seq, flags, count);
	put_whole(data, &pieces, count);
	return data->block.failed ? -ENOMEM : err;
}
