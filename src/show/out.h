/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Buffered output to a descriptor. After a failed write everything more is dropped and
 * out__error() tells why.
 */
#ifndef OUT_H
#define OUT_H

#include <stddef.h>
#include <stdint.h>

struct out;

/* fd stays the caller's; -1 gives a sink whose text out__text() hands out. NULL with errno. */
struct out *out__new(int fd);
/* Flushes; NULL-safe. */
void out__free(struct out *out);
/* 0, or the negative errno of the first failed write. */
int out__error(const struct out *out);
int out__flush(struct out *out);
/* Bytes that a flush would write. */
size_t out__pending(const struct out *out);
/*
 * A sink's text so far, NUL-terminated, and start again; valid until the next call for this
 * sink.
 */
const char *out__text(struct out *out);

void out__bytes(struct out *out, const void *bytes, size_t n);
void out__char(struct out *out, char c);
void out__str(struct out *out, const char *text);
void out__unsigned(struct out *out, uint64_t value);
void out__signed(struct out *out, int64_t value);
/* With 0x; no leading zeroes. */
void out__hex(struct out *out, uint64_t value);
/* With the leading 0 of C, "0" for 0. */
void out__octal(struct out *out, uint64_t value);
/* Exactly width digits, the upper ones cut. */
void out__digits(struct out *out, uint64_t value, unsigned int width);
/* Right-aligned in width columns. */
void out__padded(struct out *out, uint64_t value, unsigned int width);

#endif
