/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>

#include "report/map.h"

#define BUCKETS_FIRST 64

struct entry {
	struct entry *chain;
	struct entry *before, *after; /* in order of insertion */
	uint64_t key;
	_Alignas(16) unsigned char value[];
};

struct map {
	struct entry **buckets;
	size_t nbuckets; /* a power of two */
	size_t size;
	size_t limit;
	size_t value_size;
	struct entry *first, *last;
};

static struct entry *entry_of(const void *value)
{
	return (struct entry *)((unsigned char *)(uintptr_t)value - offsetof(struct entry, value));
}

/* The finalizer of splitmix64: neighbouring numbers fall into different buckets. */
static uint64_t mix_key(uint64_t key)
{
	key = (key ^ (key >> 30)) * 0xbf58476d1ce4e5b9;
	key = (key ^ (key >> 27)) * 0x94d049bb133111eb;
	return key ^ (key >> 31);
}

static struct entry **bucket_of(const struct map *map, uint64_t key)
{
	return &map->buckets[mix_key(key) & (map->nbuckets - 1)];
}

struct map *map__new(size_t value_size, size_t limit)
{
	struct map *map = calloc(1, sizeof(*map));

	if (!map)
		return NULL;
	map->nbuckets = BUCKETS_FIRST;
	map->value_size = value_size;
	map->limit = limit;
	map->buckets = calloc(map->nbuckets, sizeof(struct entry *));
	if (!map->buckets) {
		free(map);
		return NULL;
	}
	return map;
}

void map__free(struct map *map)
{
	if (!map)
		return;
	for (struct entry *entry = map->first, *after; entry; entry = after) {
		after = entry->after;
		free(entry);
	}
	free(map->buckets);
	free(map);
}

void *map__find(const struct map *map, uint64_t key)
{
	for (struct entry *entry = *bucket_of(map, key); entry; entry = entry->chain) {
		if (entry->key == key)
			return entry->value;
	}
	return NULL;
}

/* Longer chains are slow, not wrong: without memory the old buckets stay. */
static void grow_buckets(struct map *map)
{
	struct entry **buckets = calloc(map->nbuckets * 2, sizeof(struct entry *));

	if (!buckets)
		return;
	free(map->buckets);
	map->buckets = buckets;
	map->nbuckets *= 2;
	for (struct entry *entry = map->first; entry; entry = entry->after) {
		struct entry **bucket = bucket_of(map, entry->key);

		entry->chain = *bucket;
		*bucket = entry;
	}
}

void *map__get(struct map *map, uint64_t key)
{
	void *value = map__find(map, key);
	struct entry **bucket;
	struct entry *entry;

	if (value)
		return value;
	if (map->size >= map->limit) {
		errno = E2BIG;
		return NULL;
	}
	entry = calloc(1, sizeof(*entry) + map->value_size);
	if (!entry)
		return NULL;
	if (map->size >= map->nbuckets)
		grow_buckets(map);
	entry->key = key;
	bucket = bucket_of(map, key);
	entry->chain = *bucket;
	*bucket = entry;
	entry->before = map->last;
	if (map->last)
		map->last->after = entry;
	else
		map->first = entry;
	map->last = entry;
	map->size++;
	return entry->value;
}

void map__remove(struct map *map, uint64_t key)
{
	struct entry **at = bucket_of(map, key);
	struct entry *entry;

	while (*at && (*at)->key != key)
		at = &(*at)->chain;
	entry = *at;
	if (!entry)
		return;
	*at = entry->chain;
	if (entry->before)
		entry->before->after = entry->after;
	else
		map->first = entry->after;
	if (entry->after)
		entry->after->before = entry->before;
	else
		map->last = entry->before;
	map->size--;
	free(entry);
}

size_t map__size(const struct map *map)
{
	return map->size;
}

void *map__next(const struct map *map, const void *value)
{
	struct entry *entry = value ? entry_of(value)->after : map->first;

	return entry ? entry->value : NULL;
}

uint64_t map__key(const void *value)
{
	return entry_of(value)->key;
}
