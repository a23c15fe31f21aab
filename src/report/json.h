/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One JSON value after another to a stream, with commas where they belong. A NULL key stands for an
 * element of an array.
 */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Starts with comma false. */
struct json {
	FILE *out;
	bool comma;
};

/* bracket is '{' or '['; the same for the closing one. */
void json__open(struct json *json, const char *key, char bracket);
void json__close(struct json *json, char bracket);
void json__number(struct json *json, const char *key, uint64_t value);
void json__signed(struct json *json, const char *key, int64_t value);
/* With the given digits after the point. */
void json__real(struct json *json, const char *key, double value, int digits);
void json__bool(struct json *json, const char *key, bool value);
void json__null(struct json *json, const char *key);
/* NULL is null; a byte that is not part of UTF-8 becomes U+FFFD. */
void json__text(struct json *json, const char *key, const char *text);
/* The NUL-terminated strings in len bytes, as an array; NULL is null. */
void json__list(struct json *json, const char *key, const char *text, size_t len);

#endif
