/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A hash from 64-bit keys to 32-bit values. Seeded at random, as the keys come from a file that
 * wishes us ill.
 */
#ifndef TRACE_LOOKUP_H
#define TRACE_LOOKUP_H

#include <stddef.h>
#include <stdint.h>

#define LOOKUP_NONE UINT32_MAX

struct lookup_slot {
	uint64_t key;
	uint32_t value; /* LOOKUP_NONE: empty */
};

/* Zeroed is empty. */
struct lookup {
	struct lookup_slot *slots;
	size_t room; /* 0 or a power of two */
	size_t used;
	uint64_t seed;
};

/* The value of key, or LOOKUP_NONE. */
uint32_t lookup__get(const struct lookup *lookup, uint64_t key);
/* Add key or change its value, which is not LOOKUP_NONE. 0 or -ENOMEM. */
int lookup__set(struct lookup *lookup, uint64_t key, uint32_t value);
void lookup__remove(struct lookup *lookup, uint64_t key);
/* Empty it, keeping its memory. */
void lookup__clear(struct lookup *lookup);
void lookup__free(struct lookup *lookup);

#endif
