/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A piece: a run of the program's memory as EVENTS and DATA blocks hold it (docs/format.md, 6). */
#ifndef TRACE_PIECE_H
#define TRACE_PIECE_H

#include <stdbool.h>
#include <stdint.h>

#include "trace/varint.h"

#define PIECE_ARG_NONE 255

enum piece_bits {
	PIECE_BIT_OUT = 1 << 0,
	PIECE_BIT_START = 1 << 1,
	PIECE_BIT_PENDING = 1 << 2,
	PIECE_BIT_FETCHED = 1 << 3,
	PIECE_BIT_BYTES = 1 << 4,
	PIECE_BITS = (1 << 5) - 1,
};

struct piece {
	uint64_t addr;
	uint64_t full;
	const uint8_t *bytes; /* where they are now; NULL without bytes */
	uint32_t len;
	uint32_t block; /* the DATA block that they are in, or PIECE_IN_EVENTS */
	uint32_t at;	/* and where in it */
	uint16_t error;
	uint8_t arg;
	uint8_t flags; /* enum piece_bits */
};

#define PIECE_IN_EVENTS UINT32_MAX

/*
 * Read a piece from c and its bytes from bytes (which may be c itself). Its address is a delta to
 * args[arg], where arg is below nargs, else to 0. False where it is malformed.
 */
bool piece__read(struct piece *piece, struct cursor *c, struct cursor *bytes, const uint64_t *args,
		 unsigned int nargs);

#endif
