/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "trace/ending.h"

#include <errno.h>
#include <stdlib.h>

#include "trace/text.h"

#define SYNC_NUMBERS 8
#define COUNTERS_MAX 4096 /* docs/format.md, 10 */

static int check_numbers(struct cursor *c, uint64_t n)
{
	while (n-- && !c->bad)
		cursor_varint(c);
	return c->bad || cursor_left(c) ? -EBADMSG : 0;
}

int check_sync(const uint8_t *payload, size_t size)
{
	struct cursor c = { .at = payload, .end = payload + size };

	return check_numbers(&c, SYNC_NUMBERS);
}

int check_index(const uint8_t *payload, size_t size)
{
	struct cursor c = { .at = payload, .end = payload + size };
	uint64_t n = cursor_varint(&c);

	return n > size ? -EBADMSG : check_numbers(&c, 3 * n);
}

static int read_counters(struct ending *ending, struct cursor *c, char **text)
{
	uint64_t n = cursor_varint(c);

	if (n > COUNTERS_MAX)
		return -EBADMSG;
	ending->counters = calloc(n + 1, sizeof(*ending->counters));
	if (!ending->counters)
		return -ENOMEM;
	for (uint64_t i = 0; i < n && !c->bad; i++) {
		ending->counters[i].name = text_take(c, text, NULL);
		ending->counters[i].value = cursor_varint(c);
	}
	ending->n = n;
	return c->bad ? -EBADMSG : 0;
}

int ending__read(struct ending *ending, const uint8_t *payload, size_t size)
{
	struct cursor c = { .at = payload, .end = payload + size };
	struct ending read = { 0 };
	uint64_t losses;
	char *text;
	int err;

	text = read.text = malloc(size + 1);
	if (!text)
		return -ENOMEM;
	cursor_varint(&c);
	err = read_counters(&read, &c, &text);
	if (err < 0)
		goto out;
	read.how = text_take(&c, &text, NULL);
	losses = cursor_varint(&c);
	err = losses > size ? -EBADMSG : check_numbers(&c, 2 * losses);
	if (err < 0)
		goto out;
	ending__free(ending);
	*ending = read;
	return 0;
out:
	ending__free(&read);
	return err;
}

uint64_t ending__counter(const struct ending *ending, const char *name)
{
	for (size_t i = 0; i < ending->n; i++) {
		if (strcmp(ending->counters[i].name, name) == 0)
			return ending->counters[i].value;
	}
	return 0;
}

void ending__free(struct ending *ending)
{
	free(ending->counters);
	free(ending->text);
	*ending = (struct ending){ 0 };
}
