/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* SYNC, INDEX and END blocks (docs/format.md, 8 to 10). */
#ifndef TRACE_ENDING_H
#define TRACE_ENDING_H

#include <stddef.h>
#include <stdint.h>

struct ending_counter {
	const char *name;
	uint64_t value;
};

/* What the END block says. Zeroed is none. */
struct ending {
	struct ending_counter *counters;
	size_t n;
	const char *how; /* NULL: no END */
	char *text;
};

/* Whether the payload is well-formed: 0 or -EBADMSG. */
int check_sync(const uint8_t *payload, size_t size);
int check_index(const uint8_t *payload, size_t size);
/* 0, -EBADMSG for a malformed one, -ENOMEM. */
int ending__read(struct ending *ending, const uint8_t *payload, size_t size);
uint64_t ending__counter(const struct ending *ending, const char *name);
void ending__free(struct ending *ending);

#endif
