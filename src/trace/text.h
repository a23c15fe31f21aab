/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Strings copied out of a payload, with a NUL after each. */
#ifndef TRACE_TEXT_H
#define TRACE_TEXT_H

#include <string.h>

#include "trace/varint.h"

/*
 * Copy a string of the format to *at, which moves on. A string takes no more room here than it took
 * in the payload: the NUL stands for the length. NULL where it is malformed.
 */
static inline const char *text_take(struct cursor *c, char **at, size_t *len)
{
	uint64_t n = cursor_varint(c);
	const uint8_t *bytes = cursor_bytes(c, n);
	char *text = *at;

	if (!bytes)
		return NULL;
	memcpy(text, bytes, n);
	text[n] = '\0';
	*at = text + n + 1;
	if (len)
		*len = n;
	return text;
}

#endif
