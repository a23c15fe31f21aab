/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Blocks to a stream (docs/format.md, 1 and 2), compressed by packer.h. Never seeks back. */
#ifndef WRITER_H
#define WRITER_H

#include <stddef.h>
#include <stdint.h>

#include "record/bytes.h"
#include "trace/format.h"

struct writer;

/* Write the file header to fd, which stays the caller's. NULL with errno. */
struct writer *writer__new(int fd);
void writer__free(struct writer *writer);
/*
 * Take in one block; size is at most BLOCK_RAW_MAX. It is written in this or a later call. 0 or
 * the negative errno of a failed write, of this block or an earlier one. After a failure every
 * further call returns the same error and writes nothing; where fd is a regular file it has been
 * cut back to the end of the last whole block.
 */
int writer__block(struct writer *writer, enum block_type type, uint16_t stream, const void *payload,
		  size_t size);
/* The same, where a thread may compress it: the payload may have other memory then. */
int writer__give(struct writer *writer, enum block_type type, uint16_t stream,
		 struct bytes *payload);
/* Write all blocks that were taken in. */
int writer__sync(struct writer *writer);
/* Bytes in the file. */
uint64_t writer__offset(const struct writer *writer);
/* The negative errno of the first failed write, or 0. */
int writer__error(const struct writer *writer);
/*
 * After a failure of a regular file: cut it back to offset (the end of an earlier block) and
 * allow writing again, to end the trace in order. -ESPIPE where it is no regular file.
 */
int writer__rewind(struct writer *writer, uint64_t offset);

#endif
