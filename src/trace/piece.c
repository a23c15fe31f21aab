/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "trace/piece.h"

#include "recorder.h"

#define ERRNO_MAX 4095

bool piece__read(struct piece *piece, struct cursor *c, struct cursor *bytes, const uint64_t *args,
		 unsigned int nargs)
{
	uint64_t rest = 0, error = 0;

	piece->flags = cursor_u8(c);
	piece->arg = cursor_u8(c);
	if (piece->flags & ~PIECE_BITS ||
	    (piece->arg >= RECORDER_ARGS && piece->arg != PIECE_ARG_NONE))
		return false;
	piece->addr = (uint64_t)cursor_zigzag(c) + (piece->arg < nargs ? args[piece->arg] : 0);
	piece->full = cursor_varint(c);
	if (piece->flags & PIECE_BIT_BYTES)
		rest = cursor_varint(c);
	else
		error = cursor_varint(c);
	if (c->bad || rest > piece->full || error > ERRNO_MAX)
		return false;
	piece->error = (uint16_t)error;
	piece->bytes = NULL;
	piece->len = 0;
	if (!(piece->flags & PIECE_BIT_BYTES))
		return true;
	piece->bytes = cursor_bytes(bytes, piece->full - rest);
	piece->len = (uint32_t)(piece->full - rest);
	return piece->bytes != NULL;
}
