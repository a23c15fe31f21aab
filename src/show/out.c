/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "show/out.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OUT_SIZE (128U << 10)
#define DIGITS_MAX 24

struct out {
	int fd;
	int error;
	size_t len;
	char buffer[OUT_SIZE + 1];
};

struct out *out__new(int fd)
{
	struct out *out = malloc(sizeof(*out));

	if (!out)
		return NULL;
	out->fd = fd;
	out->error = 0;
	out->len = 0;
	return out;
}

void out__free(struct out *out)
{
	if (out)
		out__flush(out);
	free(out);
}

int out__error(const struct out *out)
{
	return out->error;
}

size_t out__pending(const struct out *out)
{
	return out->len;
}

static int write_all(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t written = write(fd, bytes, n);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		bytes += written;
		n -= (size_t)written;
	}
	return 0;
}

int out__flush(struct out *out)
{
	if (out->fd >= 0 && !out->error)
		out->error = write_all(out->fd, out->buffer, out->len);
	else if (out->fd < 0 && out->len == OUT_SIZE)
		out->error = -ENOSPC;
	out->len = 0;
	return out->error;
}

const char *out__text(struct out *out)
{
	out->buffer[out->len] = '\0';
	out->len = 0;
	return out->buffer;
}

void out__bytes(struct out *out, const void *bytes, size_t n)
{
	const char *from = bytes;

	while (n > OUT_SIZE - out->len) {
		size_t part = OUT_SIZE - out->len;

		memcpy(out->buffer + out->len, from, part);
		out->len += part;
		from += part;
		n -= part;
		out__flush(out);
	}
	memcpy(out->buffer + out->len, from, n);
	out->len += n;
}

void out__char(struct out *out, char c)
{
	if (out->len == OUT_SIZE)
		out__flush(out);
	out->buffer[out->len++] = c;
}

void out__str(struct out *out, const char *text)
{
	out__bytes(out, text, strlen(text));
}

/* The digits of value, at the end of a buffer of DIGITS_MAX bytes. */
static char *put_digits(char *end, uint64_t value, unsigned int base)
{
	do {
		*--end = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	return end;
}

static void out_number(struct out *out, uint64_t value, unsigned int base)
{
	char digits[DIGITS_MAX];
	char *end = digits + sizeof(digits);
	char *at = put_digits(end, value, base);

	out__bytes(out, at, (size_t)(end - at));
}

void out__unsigned(struct out *out, uint64_t value)
{
	out_number(out, value, 10);
}

void out__signed(struct out *out, int64_t value)
{
	if (value < 0)
		out__char(out, '-');
	out_number(out, value < 0 ? -(uint64_t)value : (uint64_t)value, 10);
}

void out__hex(struct out *out, uint64_t value)
{
	out__bytes(out, "0x", 2);
	out_number(out, value, 16);
}

void out__octal(struct out *out, uint64_t value)
{
	if (value)
		out__char(out, '0');
	out_number(out, value, 8);
}

void out__digits(struct out *out, uint64_t value, unsigned int width)
{
	char digits[DIGITS_MAX];

	for (unsigned int i = width; i-- > 0; value /= 10)
		digits[i] = (char)('0' + value % 10);
	out__bytes(out, digits, width);
}

void out__padded(struct out *out, uint64_t value, unsigned int width)
{
	char digits[DIGITS_MAX];
	char *end = digits + sizeof(digits);
	char *at = put_digits(end, value, 10);

	for (size_t n = (size_t)(end - at); n < width; n++)
		out__char(out, ' ');
	out__bytes(out, at, (size_t)(end - at));
}
