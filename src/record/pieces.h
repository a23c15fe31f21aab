/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The pieces behind a record of the ring buffer (include/event.h), and how the file writes one
 * (docs/format.md, 6).
 */
#ifndef PIECES_H
#define PIECES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"

#define PIECE_HEADER_SIZE 40 /* at most, as the file writes it */

/* What is left to write of checked pieces. */
struct pieces {
	const uint8_t *at;
	uint32_t left;
	uint32_t skip; /* bytes of the first that are written already */
};

/* The first of them, less what is written already. */
struct piece_part {
	struct event_piece piece;
	const uint8_t *bytes;
};

struct pieces_sum {
	uint64_t bytes;
	bool pending; /* a DATA_FILL record brings some of them */
};

/* Whether count well-formed pieces lie in the size bytes at `at`; what they amount to in *sum. */
bool pieces__check(const void *at, size_t size, uint32_t count, struct pieces_sum *sum);
/* pieces->left must not be 0. */
void pieces__first(const struct pieces *pieces, struct piece_part *part);
void pieces__next(struct pieces *pieces);

/*
 * Write all but the bytes, the address as a delta to base, to room for PIECE_HEADER_SIZE: its
 * end.
 */
uint8_t *put_piece(uint8_t *to, const struct event_piece *piece, uint64_t base);

#endif
