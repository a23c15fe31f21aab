/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "builder.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#include <zstd.h>

#include "trace/varint.h"

void put_bytes(struct builder *b, const void *bytes, size_t n)
{
	if (n > b->room - b->n) {
		b->room = (b->n + n) * 2;
		b->bytes = realloc(b->bytes, b->room);
		if (!b->bytes)
			abort();
	}
	if (n)
		memcpy(b->bytes + b->n, bytes, n);
	b->n += n;
}

void put_u8(struct builder *b, uint8_t value)
{
	put_bytes(b, &value, 1);
}

void put_le(struct builder *b, uint64_t value, size_t n)
{
	for (size_t i = 0; i < n; i++)
		put_u8(b, (uint8_t)(value >> (8 * i)));
}

void put_varint(struct builder *b, uint64_t value)
{
	uint8_t bytes[VARINT_MAX];

	put_bytes(b, bytes, (size_t)(varint_put(bytes, value) - bytes));
}

void put_zigzag(struct builder *b, int64_t value)
{
	put_varint(b, zigzag(value));
}

void put_string(struct builder *b, const char *text)
{
	put_varint(b, strlen(text));
	put_bytes(b, text, strlen(text));
}

void builder__free(struct builder *b)
{
	free(b->bytes);
	*b = (struct builder){ 0 };
}

void put_file_header(struct builder *b)
{
	put_bytes(b, FORMAT_MAGIC, FORMAT_MAGIC_SIZE);
	put_le(b, FORMAT_VERSION, 2);
	put_le(b, FORMAT_REVISION, 2);
	put_le(b, 0, 4);
}

void put_block(struct builder *b, unsigned int type, unsigned int stream, struct builder *payload,
	       bool compress)
{
	struct builder stored = { 0 };
	size_t header = b->n;

	if (compress) {
		stored.room = ZSTD_compressBound(payload->n);
		stored.bytes = malloc(stored.room);
		if (!stored.bytes)
			abort();
		stored.n = ZSTD_compress(stored.bytes, stored.room, payload->bytes, payload->n, 1);
	} else {
		put_bytes(&stored, payload->bytes, payload->n);
	}
	put_le(b, type, 4);
	put_le(b, stored.n, 4);
	put_le(b, payload->n, 4);
	put_le(b, compress ? BLOCK_COMPRESSED : 0, 2);
	put_le(b, stream, 2);
	put_le(b, 0, 8);
	put_bytes(b, stored.bytes, stored.n);
	seal_block(b->bytes + header, b->n - header);
	builder__free(&stored);
	builder__free(payload);
}

void seal_block(uint8_t *header, size_t n)
{
	uint32_t stored = header[4] | header[5] << 8 | header[6] << 16 | (uint32_t)header[7] << 24;
	uint64_t sum;
	uint8_t *hashed;

	if (n < BLOCK_HEADER_SIZE || stored > n - BLOCK_HEADER_SIZE)
		return;
	hashed = malloc(BLOCK_HASHED_SIZE + stored);
	if (!hashed)
		abort();
	memcpy(hashed, header, BLOCK_HASHED_SIZE);
	memcpy(hashed + BLOCK_HASHED_SIZE, header + BLOCK_HEADER_SIZE, stored);
	sum = XXH64(hashed, BLOCK_HASHED_SIZE + stored, 0);
	for (int i = 0; i < 8; i++)
		header[BLOCK_HASHED_SIZE + i] = (uint8_t)(sum >> (8 * i));
	free(hashed);
}

static void put_argument(struct builder *b, const char *name, const char *type,
			 unsigned int direction)
{
	put_string(b, name);
	put_string(b, type);
	put_varint(b, direction);
}

static void put_syscall(struct builder *b, const char *name, unsigned int command, int nr,
			unsigned int nargs)
{
	put_string(b, name);
	put_varint(b, 2);
	put_varint(b, 0);
	put_varint(b, command);
	put_zigzag(b, nr);
	put_varint(b, nargs);
	for (unsigned int i = 0; i < nargs; i++)
		put_argument(b, i ? "next" : "fd", i ? "bytes" : "fd", i ? 2 : 0);
}

void put_preamble(struct builder *b)
{
	struct builder payload = { 0 };

	put_string(&payload, "machine");
	put_string(&payload, "x86_64");
	put_string(&payload, "command");
	put_varint(&payload, 6);
	put_bytes(&payload, "ls\0-l\0", 6);
	put_block(b, BLOCK_META, 0, &payload, false);
	put_varint(&payload, 1);
	put_varint(&payload, 0);
	put_string(&payload, "x86_64");
	put_varint(&payload, 3);
	put_syscall(&payload, "read", 0, 0, 3);
	put_syscall(&payload, "openat", 0, 257, 4);
	put_syscall(&payload, "fcntl", 2, 72, 3);
	put_varint(&payload, 1);
	put_varint(&payload, 2);
	put_string(&payload, "F_GETLK");
	put_varint(&payload, 5);
	put_varint(&payload, 1);
	put_argument(&payload, "fd", "fd", 0);
	put_block(b, BLOCK_SYSCALLS, 0, &payload, true);
}

void put_sync(struct builder *b, uint64_t time)
{
	struct builder payload = { 0 };

	put_varint(&payload, time);
	for (int i = 0; i < 7; i++)
		put_varint(&payload, 0);
	put_block(b, BLOCK_SYNC, 0, &payload, false);
}

void put_end(struct builder *b)
{
	struct builder payload = { 0 };

	put_varint(&payload, 0);
	put_block(b, BLOCK_INDEX, 0, &payload, false);
	put_varint(&payload, 1000);
	put_varint(&payload, 2);
	put_string(&payload, "calls");
	put_varint(&payload, 7);
	put_string(&payload, "lost_calls");
	put_varint(&payload, 3);
	put_string(&payload, "exit");
	put_varint(&payload, 1);
	put_varint(&payload, 1);
	put_varint(&payload, 3);
	put_block(b, BLOCK_END, 0, &payload, false);
}

static void put_piece(struct builder *to, struct builder *bytes, const struct build_piece *piece,
		      uint64_t base)
{
	put_u8(to, (uint8_t)piece->flags);
	put_u8(to, (uint8_t)piece->arg);
	put_zigzag(to, (int64_t)(piece->addr - base));
	put_varint(to, piece->full);
	if (piece->flags & 1 << 4) {
		put_varint(to, piece->full - piece->len);
		put_bytes(bytes, piece->bytes, piece->len);
	} else {
		put_varint(to, piece->error);
	}
}

void build_other(struct build_events *events, unsigned int type, unsigned int thread, uint64_t time)
{
	if (events->n++ == 0)
		events->base = events->time = time;
	put_u8(&events->columns[COLUMN_KIND], (uint8_t)type);
	put_zigzag(&events->columns[COLUMN_THREAD], (int64_t)(thread - events->thread));
	put_zigzag(&events->columns[COLUMN_TIME], (int64_t)(time - events->time));
	events->thread = thread;
	events->time = time;
}

void build_call(struct build_events *events, const struct build_call *call)
{
	struct builder *c = events->columns;

	build_other(events, 1 | call->flags << 4, call->thread, call->time);
	put_zigzag(&c[COLUMN_NR], (int64_t)(call->nr - events->nr));
	events->nr = call->nr;
	put_zigzag(&c[COLUMN_SEQ], (int64_t)(call->seq - events->seq[call->thread]));
	events->seq[call->thread] = call->seq + 1;
	if (!(call->flags & 2))
		put_varint(&c[COLUMN_DURATION], call->duration);
	if (!(call->flags & 1)) {
		put_zigzag(&c[COLUMN_RET], call->ret - events->ret[call->nr]);
		events->ret[call->nr] = call->ret;
	}
	put_varint(&c[COLUMN_ARGS], call->nargs);
	for (unsigned int i = 0; i < call->nargs; i++) {
		put_zigzag(&c[COLUMN_ARGS], (int64_t)(call->args[i] - events->args[call->nr][i]));
		events->args[call->nr][i] = call->args[i];
	}
	put_varint(&c[COLUMN_COUNT], call->npieces);
	for (unsigned int i = 0; i < call->npieces; i++) {
		unsigned int arg = call->pieces[i].arg;

		put_piece(&c[COLUMN_PIECES], &c[COLUMN_BYTES], &call->pieces[i],
			  arg < call->nargs ? call->args[arg] : 0);
	}
}

void finish_events(struct build_events *events, struct builder *payload)
{
	put_varint(payload, events->n);
	put_varint(payload, events->base);
	put_varint(payload, events->nthreads);
	for (unsigned int i = 0; i < events->nthreads; i++) {
		put_varint(payload, 1 + i);
		put_varint(payload, 100);
		put_varint(payload, 100 + i);
		put_varint(payload, 0);
	}
	for (int i = 0; i < COLUMNS; i++) {
		put_varint(payload, events->columns[i].n);
		put_bytes(payload, events->columns[i].bytes, events->columns[i].n);
		builder__free(&events->columns[i]);
	}
	*events = (struct build_events){ .nthreads = events->nthreads };
}

void put_events(struct builder *b, unsigned int stream, struct build_events *events, bool compress)
{
	struct builder payload = { 0 };

	finish_events(events, &payload);
	put_block(b, BLOCK_EVENTS, stream, &payload, compress);
}

void put_data_entry(struct builder *payload, unsigned int thread, uint64_t seq, unsigned int flags,
		    const struct build_piece *pieces, unsigned int npieces)
{
	put_varint(payload, thread);
	put_varint(payload, seq);
	put_u8(payload, (uint8_t)flags);
	put_varint(payload, npieces);
	for (unsigned int i = 0; i < npieces; i++)
		put_piece(payload, payload, &pieces[i], 0);
}
