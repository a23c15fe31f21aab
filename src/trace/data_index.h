/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The DATA blocks of an epoch (docs/format.md, 7): where the pieces of each call are. Few blocks
 * are decoded at a time.
 */
#ifndef TRACE_DATA_INDEX_H
#define TRACE_DATA_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/input.h"
#include "trace/lookup.h"
#include "trace/piece.h"

#define DATA_SLOTS 4

enum data_bits {
	DATA_BIT_ENTRY = 1 << 0,
	DATA_BIT_FILL = 1 << 1,
	DATA_BIT_LAST = 1 << 2,
	DATA_KIND = DATA_BIT_ENTRY | DATA_BIT_FILL, /* of which at most one is set */
	DATA_BITS = (1 << 3) - 1,
};

/*
 * What a block holds for one call. The entries of a call, in order of the file, are a ring: the
 * last one leads to the first.
 */
struct data_entry {
	uint64_t seq;
	uint32_t thread;
	uint32_t next;
	uint32_t at; /* of the number of pieces in the payload */
	uint16_t block;
	uint8_t flags;
};

struct data_slot {
	uint8_t *raw;
	size_t room;
	uint32_t block; /* that is decoded there, or LOOKUP_NONE */
	uint64_t used;	/* when */
};

/* Zeroed is empty. */
struct data_index {
	struct input *input;
	struct block *blocks;
	size_t nblocks, blocks_room;
	struct data_entry *entries;
	size_t nentries, entries_room;
	struct lookup calls; /* a hash of (thread, seq) to its last entry */
	struct data_slot slots[DATA_SLOTS];
	uint64_t clock;
};

/* The pieces of one call whose entries have given flags. */
struct data_walk {
	struct data_index *data;
	uint32_t thread;
	uint64_t seq;
	uint8_t flags; /* DATA_BIT_ENTRY, DATA_BIT_FILL or 0: neither */
	uint32_t last; /* the end of the ring, LOOKUP_NONE: nothing left */
	uint32_t entry;
	uint64_t left; /* pieces of the entry */
	uint32_t at;   /* the next of them */
};

/* Index the block that the input read last. 0, -EBADMSG or another negative errno. */
int data_index__add(struct data_index *data, const struct block *block);
/* The call has entries. */
bool data_index__has(const struct data_index *data, uint32_t thread, uint64_t seq);
void data_index__walk(struct data_index *data, uint32_t thread, uint64_t seq, uint8_t flags,
		      struct data_walk *walk);
/*
 * The next piece: 1, 0 after the last, or a negative errno. Its bytes are valid until another
 * block is decoded.
 */
int data_walk__next(struct data_walk *walk, struct piece *piece);
/* Copy n bytes that lie at at in a block. 0 or a negative errno. */
int data_index__copy(struct data_index *data, uint32_t block, uint32_t at, void *to, size_t n);
void data_index__clear(struct data_index *data);
void data_index__free(struct data_index *data);

#endif
