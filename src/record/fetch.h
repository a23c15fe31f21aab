/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Memory that the capture side left to be read from outside, while its process is stopped
 * (PIECE_PENDING with -ENOBUFS). */
#ifndef FETCH_H
#define FETCH_H

#include <stddef.h>
#include <stdint.h>

struct encoder;

/* Read what the records of a batch ask for and add it to the encoder; *bytes grows by what was
 * read. 0 or a negative errno. */
int fetch_pending(struct encoder *encoder, unsigned int stream, const void *records, size_t size,
		  uint64_t *bytes);

#endif
