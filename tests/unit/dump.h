/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Everything that a reader says of a trace, as text. */
#ifndef DUMP_H
#define DUMP_H

#include <stddef.h>
#include <stdint.h>

struct recorder_trace;

/* All that next() returns, a line an event, a buffer or a failure. The caller frees it; NULL where
 * there is no memory. */
char *dump_events(struct recorder_trace *trace);
/* Open the bytes as a file, or through a pipe, and dump it; "open: ERRNO" where that fails. */
char *dump_bytes(const uint8_t *bytes, size_t n);
char *dump_piped(const uint8_t *bytes, size_t n);
/* A descriptor of an unlinked file with these bytes. */
int open_bytes(const uint8_t *bytes, size_t n);

#endif
