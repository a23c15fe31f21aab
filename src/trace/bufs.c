/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "trace/bufs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "trace/array.h"

/* docs/format.md, 6: pieces of one call. */
#define PIECES_MAX (1U << 20)
/* Of fills at pending pieces: far more than where each fill belongs to one piece. */
#define LOOKS_MAX (4 * PIECES_MAX)
/* include/recorder.h: bytes copied together for a buffer, and for all buffers of an event. */
#define COPY_BUF_MAX (1U << 20)
#define COPY_EVENT_MAX (4U << 20)

/* Where the buffer ends that piece may continue. */
static bool follows(const struct recorder_buf *buf, const struct piece *piece)
{
	return !(piece->flags & PIECE_BIT_START) && buf->arg == (int8_t)piece->arg &&
	       buf->out == !!(piece->flags & PIECE_BIT_OUT) && piece->addr == buf->addr + buf->full;
}

/*
 * The piece can be one buffer with what is before it: all of both is there, or all is missing for
 * the same reason.
 */
static bool joins(const struct recorder_buf *buf, const struct piece *piece)
{
	bool fetched = piece->flags & PIECE_BIT_FETCHED;

	if (buf->fetched != fetched || buf->error != piece->error ||
	    piece->full > UINT64_MAX - buf->full)
		return false;
	return piece->error ? buf->len == 0 : buf->len == buf->full;
}

static int bufs__overflow(struct bufs *bufs)
{
	bufs->fault = "a call has too many pieces of memory";
	return -EBADMSG;
}

static int bufs__add_run(struct bufs *bufs, const struct piece *piece, bool joined)
{
	struct run *run = bufs->nruns ? &bufs->runs[bufs->nruns - 1] : NULL;

	if (joined && run && piece->block == PIECE_IN_EVENTS && run->bytes &&
	    run->bytes + run->len == piece->bytes) {
		run->len += piece->len;
		return 0;
	}
	run = array_grow(bufs->runs, &bufs->runs_room, bufs->nruns + 1, sizeof(*run));
	if (!run)
		return -ENOMEM;
	bufs->runs = run;
	run[bufs->nruns++] = (struct run){
		.bytes = piece->block == PIECE_IN_EVENTS ? piece->bytes : NULL,
		.block = piece->block,
		.at = piece->at,
		.len = piece->len,
	};
	return 0;
}

static int bufs__append(struct bufs *bufs, const struct piece *piece)
{
	struct recorder_buf *buf = bufs->n ? &bufs->items[bufs->n - 1] : NULL;
	bool continues = buf && follows(buf, piece);
	bool joined = continues && joins(buf, piece);

	if (bufs->pieces++ == PIECES_MAX)
		return bufs__overflow(bufs);
	if (!joined) {
		buf = array_grow(bufs->items, &bufs->room, bufs->n + 1, sizeof(*buf));
		if (!buf)
			return -ENOMEM;
		bufs->items = buf;
		buf += bufs->n++;
		*buf = (struct recorder_buf){
			.arg = (int8_t)piece->arg,
			.out = piece->flags & PIECE_BIT_OUT,
			.fetched = piece->flags & PIECE_BIT_FETCHED,
			.start = !continues,
			.addr = piece->addr,
			.error = piece->error,
			.handle = bufs->nruns,
		};
	}
	buf->full += piece->full;
	buf->len += piece->len;
	return piece->len ? bufs__add_run(bufs, piece, joined) : 0;
}

static int compare_fills(const void *left, const void *right)
{
	const struct piece *a = left, *b = right;

	if (a->arg != b->arg)
		return a->arg < b->arg ? -1 : 1;
	if (a->addr != b->addr)
		return a->addr < b->addr ? -1 : 1;
	if (a->block != b->block)
		return a->block < b->block ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

/* The first fill of piece's argument at or behind its address. */
static size_t bufs__find_fill(const struct bufs *bufs, const struct piece *piece)
{
	size_t low = 0, high = bufs->nfills;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct piece *fill = &bufs->fills[middle];

		if (fill->arg < piece->arg || (fill->arg == piece->arg && fill->addr < piece->addr))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A part of a pending piece that nothing has filled. */
static int bufs__append_missing(struct bufs *bufs, const struct piece *pending, uint64_t from,
				uint64_t to)
{
	struct piece piece = *pending;

	if (from == to && pending->full)
		return 0;
	if (from)
		piece.flags &= ~PIECE_BIT_START;
	piece.addr += from;
	piece.full = to - from;
	if (!piece.error)
		piece.error = ENODATA;
	return bufs__append(bufs, &piece);
}

static int bufs__fill(struct bufs *bufs, const struct piece *pending)
{
	uint64_t done = 0;
	int err;

	for (size_t i = bufs__find_fill(bufs, pending); i < bufs->nfills; i++) {
		struct piece fill = bufs->fills[i];
		uint64_t at = fill.addr - pending->addr;

		if (fill.arg != pending->arg || at > pending->full)
			break;
		if (bufs->looked++ == LOOKS_MAX)
			return bufs__overflow(bufs);
		if (at < done || fill.full > pending->full - at)
			continue;
		err = bufs__append_missing(bufs, pending, done, at);
		if (err < 0)
			return err;
		fill.flags &= ~(PIECE_BIT_START | PIECE_BIT_OUT);
		fill.flags |= pending->flags & PIECE_BIT_OUT;
		if (at == 0)
			fill.flags |= pending->flags & PIECE_BIT_START;
		err = bufs__append(bufs, &fill);
		if (err < 0)
			return err;
		done = at + fill.full;
	}
	return done == pending->full && done
		       ? 0
		       : bufs__append_missing(bufs, pending, done, pending->full);
}

static int bufs__put(struct bufs *bufs, const struct piece *piece)
{
	bool pending = piece->flags & PIECE_BIT_PENDING && !(piece->flags & PIECE_BIT_BYTES);

	return pending ? bufs__fill(bufs, piece) : bufs__append(bufs, piece);
}

static int bufs__gather_fills(struct bufs *bufs, const struct events *events,
			      struct data_index *data)
{
	struct data_walk walk;
	struct piece piece, *fills;
	size_t n = 0;
	int err;

	data_index__walk(data, events->entry->thread, events->seq, DATA_BIT_FILL, &walk);
	while ((err = data_walk__next(&walk, &piece)) > 0) {
		if (n == PIECES_MAX)
			return bufs__overflow(bufs);
		fills = array_grow(bufs->fills, &bufs->fills_room, n + 1, sizeof(*fills));
		if (!fills)
			return -ENOMEM;
		bufs->fills = fills;
		fills[n++] = piece;
		bufs->nfills = n;
	}
	if (bufs->nfills > 1)
		qsort(bufs->fills, bufs->nfills, sizeof(*bufs->fills), compare_fills);
	return err;
}

static int bufs__gather_data(struct bufs *bufs, const struct events *events,
			     struct data_index *data, uint8_t flags)
{
	struct data_walk walk;
	struct piece piece;
	int err;

	data_index__walk(data, events->entry->thread, events->seq, flags, &walk);
	while ((err = data_walk__next(&walk, &piece)) > 0) {
		err = bufs__put(bufs, &piece);
		if (err < 0)
			break;
	}
	return err;
}

/* A failed call that has memory at its exit has all of it there. */
static bool is_read_again(const struct events *events, struct data_index *data)
{
	struct data_walk walk;
	struct piece piece;

	if (events->flags & CALL_BIT_UNFINISHED || events->ret >= 0)
		return false;
	data_index__walk(data, events->entry->thread, events->seq, 0, &walk);
	return events->pieces || data_walk__next(&walk, &piece) > 0;
}

static int bufs__gather_pieces(struct bufs *bufs, struct events *events, struct data_index *data)
{
	bool more = data_index__has(data, events->entry->thread, events->seq);
	struct piece piece;
	int err = 0;

	if (more)
		err = bufs__gather_fills(bufs, events, data);
	if (more && err == 0 && !is_read_again(events, data))
		err = bufs__gather_data(bufs, events, data, DATA_BIT_ENTRY);
	if (err < 0)
		return err;
	while ((err = events__piece(events, &piece)) > 0) {
		err = bufs__put(bufs, &piece);
		if (err < 0)
			break;
	}
	if (more && err == 0)
		err = bufs__gather_data(bufs, events, data, 0);
	return err;
}

/* Whether buf's bytes have to be copied to lie in one run; where they do lie in one, say where. */
static bool buf__scattered(struct bufs *bufs, struct recorder_buf *buf)
{
	const struct run *run;

	if (buf->len == 0)
		return false;
	run = &bufs->runs[buf->handle];
	if (run->len < buf->len || !run->bytes)
		return true;
	buf->data = run->bytes;
	return false;
}

static int bufs__place(struct bufs *bufs, struct data_index *data)
{
	size_t total = 0, done = 0;
	uint8_t *copy;

	for (size_t i = 0; i < bufs->n; i++) {
		struct recorder_buf *buf = &bufs->items[i];

		if (buf__scattered(bufs, buf) && buf->len <= COPY_BUF_MAX &&
		    total + buf->len <= COPY_EVENT_MAX)
			total += buf->len;
	}
	if (!total)
		return 0;
	copy = array_grow(bufs->copy, &bufs->copy_room, total, 1);
	if (!copy)
		return -ENOMEM;
	bufs->copy = copy;
	for (size_t i = 0; i < bufs->n; i++) {
		struct recorder_buf *buf = &bufs->items[i];
		ssize_t got;

		if (buf->data || buf->len == 0)
			continue;
		if (buf->len > COPY_BUF_MAX || done + buf->len > total)
			continue;
		got = bufs__read(bufs, data, buf, 0, copy + done, buf->len);
		if (got < 0)
			return (int)got;
		buf->data = copy + done;
		done += buf->len;
	}
	return 0;
}

int bufs__gather(struct bufs *bufs, struct events *events, struct data_index *data)
{
	int err;

	bufs->n = bufs->nruns = bufs->nfills = bufs->pieces = bufs->looked = 0;
	bufs->fault = NULL;
	if (!events->pieces && !data->nentries)
		return 0;
	err = bufs__gather_pieces(bufs, events, data);
	return err < 0 ? err : bufs__place(bufs, data);
}

ssize_t bufs__read(struct bufs *bufs, struct data_index *data, const struct recorder_buf *buf,
		   uint64_t offset, void *to, size_t n)
{
	size_t done = 0;

	if (offset >= buf->len)
		return 0;
	if (n > buf->len - offset)
		n = buf->len - offset;
	for (uint64_t i = buf->handle; done < n && i < bufs->nruns; i++) {
		const struct run *run = &bufs->runs[i];
		size_t part;
		int err;

		if (offset >= run->len) {
			offset -= run->len;
			continue;
		}
		part = run->len - offset < n - done ? run->len - offset : n - done;
		if (run->bytes)
			memcpy((char *)to + done, run->bytes + offset, part);
		err = run->bytes ? 0
				 : data_index__copy(data, run->block, run->at + (uint32_t)offset,
						    (char *)to + done, part);
		if (err < 0)
			return err;
		done += part;
		offset = 0;
	}
	return (ssize_t)done;
}

void bufs__free(struct bufs *bufs)
{
	free(bufs->items);
	free(bufs->runs);
	free(bufs->fills);
	free(bufs->copy);
	*bufs = (struct bufs){ 0 };
}
