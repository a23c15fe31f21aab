/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <inttypes.h>
#include <string.h>

#include "report/json.h"

/* Bytes of the UTF-8 character at text, 0 where there is none (RFC 3629). */
static size_t utf8_length(const unsigned char *text)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t n;

	if (text[0] < 0x80)
		return 1;
	if (text[0] < 0xc2 || text[0] > 0xf4)
		return 0;
	n = text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
	if (text[0] == 0xe0)
		low = 0xa0;
	else if (text[0] == 0xed)
		high = 0x9f;
	else if (text[0] == 0xf0)
		low = 0x90;
	else if (text[0] == 0xf4)
		high = 0x8f;
	if (text[1] < low || text[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	}
	return n;
}

static void print_string(FILE *out, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	putc('"', out);
	while (*at) {
		size_t n = utf8_length(at);

		if (!n)
			fputs("\\ufffd", out);
		else if (*at == '"' || *at == '\\')
			fprintf(out, "\\%c", *at);
		else if (*at < 0x20 || *at == 0x7f)
			fprintf(out, "\\u%04x", *at);
		else
			fwrite(at, 1, n, out);
		at += n ? n : 1;
	}
	putc('"', out);
}

static void begin_value(struct json *json, const char *key)
{
	if (json->comma)
		putc(',', json->out);
	json->comma = true;
	if (key) {
		print_string(json->out, key);
		putc(':', json->out);
	}
}

void json__open(struct json *json, const char *key, char bracket)
{
	begin_value(json, key);
	putc(bracket, json->out);
	json->comma = false;
}

void json__close(struct json *json, char bracket)
{
	putc(bracket, json->out);
	json->comma = true;
}

void json__number(struct json *json, const char *key, uint64_t value)
{
	begin_value(json, key);
	fprintf(json->out, "%" PRIu64, value);
}

void json__signed(struct json *json, const char *key, int64_t value)
{
	begin_value(json, key);
	fprintf(json->out, "%" PRId64, value);
}

void json__real(struct json *json, const char *key, double value, int digits)
{
	begin_value(json, key);
	fprintf(json->out, "%.*f", digits, value);
}

void json__bool(struct json *json, const char *key, bool value)
{
	begin_value(json, key);
	fputs(value ? "true" : "false", json->out);
}

void json__null(struct json *json, const char *key)
{
	begin_value(json, key);
	fputs("null", json->out);
}

void json__text(struct json *json, const char *key, const char *text)
{
	if (!text) {
		json__null(json, key);
		return;
	}
	begin_value(json, key);
	print_string(json->out, text);
}

void json__list(struct json *json, const char *key, const char *text, size_t len)
{
	if (!text) {
		json__null(json, key);
		return;
	}
	json__open(json, key, '[');
	for (size_t at = 0; at < len; at += strlen(text + at) + 1)
		json__text(json, NULL, text + at);
	json__close(json, ']');
}
