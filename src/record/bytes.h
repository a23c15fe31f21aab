/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A growing run of bytes. When memory runs out, failed is set, and what is put after that is left
 * out.
 */
#ifndef BYTES_H
#define BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "trace/varint.h"

struct bytes {
	uint8_t *data;
	size_t len;
	size_t size;
	bool failed;
};

static inline void bytes__free(struct bytes *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}

static inline void bytes__clear(struct bytes *b)
{
	b->len = 0;
	b->failed = false;
}

/* Room for n more bytes, to be counted into len when they are there; NULL when there is none. */
static inline uint8_t *bytes__room(struct bytes *b, size_t n)
{
	if (__builtin_expect(b->size - b->len < n, 0)) {
		size_t size = b->len + n < 2 * b->size ? 2 * b->size : b->len + n + 256;
		uint8_t *data = b->failed ? NULL : realloc(b->data, size);

		if (!data) {
			b->failed = true;
			return NULL;
		}
		b->data = data;
		b->size = size;
	}
	return b->data + b->len;
}

static inline void bytes__put(struct bytes *b, const void *from, size_t n)
{
	uint8_t *to = bytes__room(b, n);

	if (to && n) {
		memcpy(to, from, n);
		b->len += n;
	}
}

static inline void bytes__put_u8(struct bytes *b, uint8_t value)
{
	bytes__put(b, &value, 1);
}

static inline void bytes__put_varint(struct bytes *b, uint64_t value)
{
	uint8_t *to = bytes__room(b, VARINT_MAX);

	if (to)
		b->len = (size_t)(varint_put(to, value) - b->data);
}

/* A string of the format: its length, then n bytes. */
static inline void bytes__put_string(struct bytes *b, const void *from, size_t n)
{
	bytes__put_varint(b, n);
	bytes__put(b, from, n);
}

static inline void bytes__put_text(struct bytes *b, const char *text)
{
	bytes__put_string(b, text, strlen(text));
}

#endif
