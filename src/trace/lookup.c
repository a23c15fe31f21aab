/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "trace/lookup.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define SLOTS_FIRST 64

/* Where key's search begins (the finalizer of MurmurHash3). */
static size_t lookup__home(const struct lookup *lookup, uint64_t key)
{
	key ^= lookup->seed;
	key ^= key >> 33;
	key *= 0xff51afd7ed558ccdULL;
	key ^= key >> 33;
	key *= 0xc4ceb9fe1a85ec53ULL;
	key ^= key >> 33;
	return key & (lookup->room - 1);
}

/* The slot of key, or the empty one where it belongs. There is always an empty one. */
static struct lookup_slot *lookup__slot(const struct lookup *lookup, uint64_t key)
{
	size_t i = lookup__home(lookup, key);

	while (lookup->slots[i].value != LOOKUP_NONE && lookup->slots[i].key != key)
		i = (i + 1) & (lookup->room - 1);
	return &lookup->slots[i];
}

static int lookup__grow(struct lookup *lookup)
{
	struct lookup old = *lookup;

	if (!lookup->seed && getrandom(&lookup->seed, sizeof(lookup->seed), GRND_NONBLOCK) < 0)
		lookup->seed = (uintptr_t)lookup;
	lookup->room = old.room ? old.room * 2 : SLOTS_FIRST;
	lookup->slots = reallocarray(NULL, lookup->room, sizeof(*lookup->slots));
	if (!lookup->slots) {
		*lookup = old;
		return -ENOMEM;
	}
	memset(lookup->slots, 0xff, lookup->room * sizeof(*lookup->slots));
	for (size_t i = 0; i < old.room; i++) {
		if (old.slots[i].value != LOOKUP_NONE)
			*lookup__slot(lookup, old.slots[i].key) = old.slots[i];
	}
	free(old.slots);
	return 0;
}

uint32_t lookup__get(const struct lookup *lookup, uint64_t key)
{
	return lookup->used ? lookup__slot(lookup, key)->value : LOOKUP_NONE;
}

int lookup__set(struct lookup *lookup, uint64_t key, uint32_t value)
{
	struct lookup_slot *slot;

	if (lookup->used + lookup->used / 2 >= lookup->room && lookup__grow(lookup) < 0)
		return -ENOMEM;
	slot = lookup__slot(lookup, key);
	if (slot->value == LOOKUP_NONE)
		lookup->used++;
	slot->key = key;
	slot->value = value;
	return 0;
}

void lookup__remove(struct lookup *lookup, uint64_t key)
{
	size_t mask = lookup->room - 1, hole, i;

	if (lookup__get(lookup, key) == LOOKUP_NONE)
		return;
	hole = (size_t)(lookup__slot(lookup, key) - lookup->slots);
	/* Move up what was displaced past the hole, so that searches do not end there. */
	for (i = (hole + 1) & mask; lookup->slots[i].value != LOOKUP_NONE; i = (i + 1) & mask) {
		size_t home = lookup__home(lookup, lookup->slots[i].key);

		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		lookup->slots[hole] = lookup->slots[i];
		hole = i;
	}
	lookup->slots[hole].value = LOOKUP_NONE;
	lookup->used--;
}

void lookup__clear(struct lookup *lookup)
{
	if (lookup->used)
		memset(lookup->slots, 0xff, lookup->room * sizeof(*lookup->slots));
	lookup->used = 0;
}

void lookup__free(struct lookup *lookup)
{
	free(lookup->slots);
	*lookup = (struct lookup){ 0 };
}
