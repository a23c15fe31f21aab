/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Blocks from the bytes of a trace (docs/format.md, 1 and 2): header, checksum, compression. */
#ifndef TRACE_INPUT_H
#define TRACE_INPUT_H

#include <stdint.h>

#include "trace/format.h"
#include "trace/source.h"

/* The line that explains the last failure. */
struct report {
	char text[192];
};

struct block {
	uint64_t offset; /* of its header in the stream */
	uint64_t at;	 /* of its payload, for source__fetch() */
	uint32_t type;
	uint32_t stored;
	uint32_t raw;
	uint32_t next; /* index of the next EVENTS block of its stream in this epoch */
	uint16_t flags;
	uint16_t stream;
};

struct input {
	struct source source;
	struct report report;
	struct ZSTD_DCtx_s *zstd;
	struct XXH64_state_s *hash;
	uint8_t *stored; /* the payload read last, as it is stored */
	size_t stored_room;
	bool torn;
	bool lost; /* a malformed header: where the next block is, nobody knows */
};

/* Say what is wrong with the block, or what is at that offset. Returns -EBADMSG. */
int input__damage(struct input *input, uint64_t offset, const char *what);
/* Say why a read failed. Returns err. */
int input__failure(struct input *input, uint64_t offset, int err);

/* Takes fd over, also on failure. 0 or as recorder_trace__fdopen() sets errno. */
int input__open(struct input *input, int fd);
void input__close(struct input *input);
/*
 * Read the next block and check it: 1; 0 at the end, also where the file is torn there or reading
 * cannot go on; -EBADMSG for a damaged one; another negative errno for a failed read. The payload
 * is in stored until the next call of any of these.
 */
int input__next(struct input *input, struct block *block);
/* Decompress the payload in stored to raw, which has room for block->raw bytes. 0 or -EBADMSG. */
int input__expand(struct input *input, const struct block *block, uint8_t *raw);
/* Keep the payload in stored for input__load(). */
int input__keep(struct input *input, struct block *block);
/* A kept block's payload, decompressed to raw. */
int input__load(struct input *input, const struct block *block, uint8_t *raw);

#endif
