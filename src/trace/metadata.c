/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "trace/metadata.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "trace/array.h"
#include "trace/text.h"

/* docs/format.md, 3. */
#define PAIRS_MAX 4096
#define BYTES_MAX (8U << 20)

static struct metadata_pair *metadata__find(const struct metadata *metadata, const char *key)
{
	for (size_t i = 0; i < metadata->n; i++) {
		if (strcmp(metadata->pairs[i].key, key) == 0)
			return &metadata->pairs[i];
	}
	return NULL;
}

static size_t pair__size(const struct metadata_pair *pair)
{
	return (size_t)(pair->value - pair->key) + pair->len + 1;
}

static int metadata__put(struct metadata *metadata, const struct metadata_pair *pair)
{
	struct metadata_pair *old = metadata__find(metadata, pair->key);
	size_t bytes = metadata->bytes + pair__size(pair) - (old ? pair__size(old) : 0);

	if (bytes > BYTES_MAX || (!old && metadata->n == PAIRS_MAX))
		return -EBADMSG;
	if (!old) {
		old = array_grow(metadata->pairs, &metadata->room, metadata->n + 1, sizeof(*old));
		if (!old)
			return -ENOMEM;
		metadata->pairs = old;
		old += metadata->n++;
		old->key = NULL;
	}
	free(old->key);
	*old = *pair;
	metadata->bytes = bytes;
	return 0;
}

int metadata__add(struct metadata *metadata, const uint8_t *payload, size_t size)
{
	struct cursor c = { .at = payload, .end = payload + size };

	while (cursor_left(&c)) {
		struct cursor start = c;
		struct metadata_pair pair;
		char *at;
		int err;

		cursor_bytes(&c, cursor_varint(&c));
		cursor_bytes(&c, cursor_varint(&c));
		if (c.bad)
			return -EBADMSG;
		start.end = c.at;
		at = malloc(cursor_left(&start));
		if (!at)
			return -ENOMEM;
		pair.key = at;
		text_take(&start, &at, NULL);
		pair.value = at;
		text_take(&start, &at, &pair.len);
		err = metadata__put(metadata, &pair);
		if (err < 0) {
			free(pair.key);
			return err;
		}
	}
	return 0;
}

const char *metadata__get(const struct metadata *metadata, const char *key, size_t *len)
{
	const struct metadata_pair *pair = metadata__find(metadata, key);

	if (pair && len)
		*len = pair->len;
	return pair ? pair->value : NULL;
}

void metadata__free(struct metadata *metadata)
{
	for (size_t i = 0; i < metadata->n; i++)
		free(metadata->pairs[i].key);
	free(metadata->pairs);
	*metadata = (struct metadata){ 0 };
}
