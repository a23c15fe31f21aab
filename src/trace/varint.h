/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * LEB128 numbers and zigzag, as docs/format.md defines them, over a growing or a bounded run of
 * bytes.
 */
#ifndef VARINT_H
#define VARINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VARINT_MAX 10

static inline uint64_t zigzag(int64_t value)
{
	return ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
}

static inline int64_t unzigzag(uint64_t value)
{
	return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

/* Write value at to, which has room for VARINT_MAX bytes; the end of what was written. */
static inline uint8_t *varint_put(uint8_t *to, uint64_t value)
{
	while (value >= 0x80) {
		*to++ = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	*to++ = (uint8_t)value;
	return to;
}

/*
 * What is left to read of a run of bytes. After a read past the end, or of a malformed number, bad
 * is set and reads give 0.
 */
struct cursor {
	const uint8_t *at;
	const uint8_t *end;
	bool bad;
};

static inline size_t cursor_left(const struct cursor *c)
{
	return (size_t)(c->end - c->at);
}

static inline uint8_t cursor_u8(struct cursor *c)
{
	if (c->bad || c->at == c->end) {
		c->bad = true;
		return 0;
	}
	return *c->at++;
}

static inline uint64_t cursor_varint(struct cursor *c)
{
	uint64_t value = 0;

	if (!c->bad && c->at != c->end && !(*c->at & 0x80))
		return *c->at++;
	for (unsigned int shift = 0; shift < 64; shift += 7) {
		uint8_t byte = cursor_u8(c);

		if (shift == 63 && byte > 1)
			break;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return c->bad ? 0 : value;
	}
	c->bad = true;
	return 0;
}

/* A number that fits in 32 bits. */
static inline uint32_t cursor_u32(struct cursor *c)
{
	uint64_t value = cursor_varint(c);

	if (value <= UINT32_MAX)
		return (uint32_t)value;
	c->bad = true;
	return 0;
}

static inline int64_t cursor_zigzag(struct cursor *c)
{
	return unzigzag(cursor_varint(c));
}

/* The next n bytes, or NULL where there are fewer. */
static inline const uint8_t *cursor_bytes(struct cursor *c, uint64_t n)
{
	const uint8_t *bytes = c->at;

	if (c->bad || n > cursor_left(c)) {
		c->bad = true;
		return NULL;
	}
	c->at += n;
	return bytes;
}

#endif
