/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Arrays that grow by doubling. */
#ifndef TRACE_ARRAY_H
#define TRACE_ARRAY_H

#include <stddef.h>
#include <stdlib.h>

/*
 * The array with room for n items of size bytes; NULL where there is no memory: the old one stays
 * as it was.
 */
static inline void *array_grow(void *array, size_t *room, size_t n, size_t size)
{
	size_t more = *room ? *room : 16;
	void *grown;

	if (n <= *room && array)
		return array;
	while (more < n)
		more *= 2;
	grown = reallocarray(array, more, size);
	if (grown)
		*room = more;
	return grown;
}

#endif
