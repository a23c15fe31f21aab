/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The pairs of META blocks (docs/format.md, 3). */
#ifndef TRACE_METADATA_H
#define TRACE_METADATA_H

#include <stddef.h>
#include <stdint.h>

struct metadata_pair {
	char *key;
	char *value; /* behind the key, in the same allocation */
	size_t len;
};

/* Zeroed is empty. */
struct metadata {
	struct metadata_pair *pairs;
	size_t n, room;
	size_t bytes;
};

/*
 * Add the pairs of a block: 0, -EBADMSG for a malformed one (those before the fault are kept),
 * -ENOMEM.
 */
int metadata__add(struct metadata *metadata, const uint8_t *payload, size_t size);
/* As recorder_trace__meta(). */
const char *metadata__get(const struct metadata *metadata, const char *key, size_t *len);
void metadata__free(struct metadata *metadata);

#endif
