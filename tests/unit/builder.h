/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Traces made by hand from docs/format.md, so that the reader is tested apart from the encoder.
 * Ends the program where there is no memory.
 */
#ifndef BUILDER_H
#define BUILDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/format.h"

struct builder {
	uint8_t *bytes;
	size_t n, room;
};

void put_bytes(struct builder *b, const void *bytes, size_t n);
void put_u8(struct builder *b, uint8_t value);
void put_le(struct builder *b, uint64_t value, size_t n);
void put_varint(struct builder *b, uint64_t value);
void put_zigzag(struct builder *b, int64_t value);
void put_string(struct builder *b, const char *text);
void builder__free(struct builder *b);

void put_file_header(struct builder *b);
/* A block around the payload, which is emptied. */
void put_block(struct builder *b, unsigned int type, unsigned int stream, struct builder *payload,
	       bool compress);
/* Give the block whose header is at these bytes the right checksum; n bytes are there, or nothing
 * is done. */
void seal_block(uint8_t *header, size_t n);
/* META and SYSCALLS: read, openat and fcntl with F_GETLK on x86_64. */
void put_preamble(struct builder *b);
void put_sync(struct builder *b, uint64_t time);
void put_end(struct builder *b);

struct build_piece {
	unsigned int flags, arg;
	uint64_t addr, full;
	const void *bytes;
	size_t len;
	unsigned int error;
};

/* A call of thread list entry `thread`. */
struct build_call {
	unsigned int thread, flags;
	uint64_t time, duration, seq;
	uint32_t nr;
	int64_t ret;
	unsigned int nargs, npieces;
	uint64_t args[6];
	const struct build_piece *pieces;
};

#define BUILD_NUMBERS 512
#define BUILD_THREADS 8

/* An EVENTS block in the making. Threads 0 to nthreads - 1 are number 1 + i, pid 100, tid 100 + i,
 * x86_64. */
struct build_events {
	struct builder columns[COLUMNS];
	unsigned int nthreads, n;
	uint64_t base, time, thread, nr;
	uint64_t seq[BUILD_THREADS];
	int64_t ret[BUILD_NUMBERS];
	uint64_t args[BUILD_NUMBERS][6];
};

void build_call(struct build_events *events, const struct build_call *call);
/* The part that all events have; the columns of its type are the caller's. */
void build_other(struct build_events *events, unsigned int type, unsigned int thread,
		 uint64_t time);
/* Its payload; events is emptied. */
void finish_events(struct build_events *events, struct builder *payload);
void put_events(struct builder *b, unsigned int stream, struct build_events *events, bool compress);
/* The beginning of a DATA entry, and its pieces. */
void put_data_entry(struct builder *payload, unsigned int thread, uint64_t seq, unsigned int flags,
		    const struct build_piece *pieces, unsigned int npieces);

#endif
