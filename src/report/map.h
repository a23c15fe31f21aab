/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A hash map from a number (of a thread, a process, a syscall) to a value of one size. A
 * value stays where it is until it is removed.
 */
#ifndef REPORT_MAP_H
#define REPORT_MAP_H

#include <stddef.h>
#include <stdint.h>

struct map;

/* limit bounds the entries held at once, whatever a file says. NULL with errno. */
struct map *map__new(size_t value_size, size_t limit);
void map__free(struct map *map);
/* The value of key, or NULL. */
void *map__find(const struct map *map, uint64_t key);
/* The value of key, new and zeroed where there was none. NULL with errno: ENOMEM, E2BIG. */
void *map__get(struct map *map, uint64_t key);
void map__remove(struct map *map, uint64_t key);
size_t map__size(const struct map *map);
/* The value after `value` in the order of insertion, the first for NULL; NULL at the end. */
void *map__next(const struct map *map, const void *value);
uint64_t map__key(const void *value);

#endif
