/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Blocks to a stream: header, compression, checksum (docs/format.md, 1 and 2). Never seeks back. */
#ifndef WRITER_H
#define WRITER_H

#include <stddef.h>
#include <stdint.h>

#include "trace/format.h"

struct writer;

/* Write the file header to fd, which stays the caller's. NULL with errno. */
struct writer *writer__new(int fd);
void writer__free(struct writer *writer);
/*
 * Compress and write one block; size is at most BLOCK_RAW_MAX. 0 or the negative errno of the
 * failed write. After a failure every further call returns the same error and writes nothing;
 * where fd is a regular file it has been cut back to the end of the last whole block.
 */
int writer__block(struct writer *writer, enum block_type type, uint16_t stream, const void *payload,
		  size_t size);
/*
 * Bytes in the file, blocks written, bytes before compression; the last two also count what a
 * rewind took back.
 */
uint64_t writer__offset(const struct writer *writer);
uint64_t writer__blocks(const struct writer *writer);
uint64_t writer__raw(const struct writer *writer);
/* The negative errno of the first failed write, or 0. */
int writer__error(const struct writer *writer);
/*
 * After a failure of a regular file: cut it back to offset (the end of an earlier block) and
 * allow writing again, to end the trace in order. -ESPIPE where it is no regular file.
 */
int writer__rewind(struct writer *writer, uint64_t offset);

#endif
