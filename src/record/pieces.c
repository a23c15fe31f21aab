/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "record/pieces.h"

#include <errno.h>

#include "trace/varint.h"

#define PIECE_KEPT (PIECE_OUT | PIECE_START | PIECE_PENDING | PIECE_FETCHED | PIECE_BYTES)

static size_t padded_bytes(const struct event_piece *piece)
{
	return piece->flags & PIECE_BYTES ? ((size_t)piece->len + 7) & ~(size_t)7 : 0;
}

static bool is_valid(const struct event_piece *piece)
{
	if (piece->flags & ~(PIECE_KEPT | PIECE_STRING) ||
	    (piece->arg >= EVENT_ARGS && piece->arg != PIECE_NO_ARG))
		return false;
	return piece->flags & PIECE_BYTES ? piece->len <= piece->full : piece->error <= 0;
}

bool pieces__check(const void *at, size_t size, uint32_t count, struct pieces_sum *sum)
{
	const uint8_t *from = at;

	sum->bytes = 0;
	sum->pending = false;
	while (count--) {
		const struct event_piece *piece = (const void *)from;
		size_t bytes;

		if (size < sizeof(*piece) || !is_valid(piece))
			return false;
		size -= sizeof(*piece);
		bytes = padded_bytes(piece);
		if (size < bytes)
			return false;
		size -= bytes;
		from += sizeof(*piece) + bytes;
		if (piece->flags & PIECE_BYTES)
			sum->bytes += piece->len;
		sum->pending |= piece->flags & PIECE_PENDING && piece->error == -EFAULT;
	}
	return true;
}

void pieces__first(const struct pieces *pieces, struct piece_part *part)
{
	struct event_piece *piece = &part->piece;

	*piece = *(const struct event_piece *)pieces->at;
	part->bytes = pieces->at + sizeof(*piece) + pieces->skip;
	if (!(piece->flags & PIECE_BYTES))
		piece->len = 0;
	if (!pieces->skip)
		return;
	piece->addr += pieces->skip;
	piece->full -= pieces->skip;
	piece->len -= pieces->skip;
	piece->flags &= ~PIECE_START;
}

void pieces__next(struct pieces *pieces)
{
	pieces->at += sizeof(struct event_piece) + padded_bytes((const void *)pieces->at);
	pieces->left--;
	pieces->skip = 0;
}

uint8_t *put_piece(uint8_t *to, const struct event_piece *piece, uint64_t base)
{
	*to++ = piece->flags & PIECE_KEPT;
	*to++ = piece->arg;
	to = varint_put(to, zigzag((int64_t)(piece->addr - base)));
	to = varint_put(to, piece->full);
	if (piece->flags & PIECE_BYTES)
		return varint_put(to, piece->full - piece->len);
	return varint_put(to, (uint64_t)-piece->error);
}
