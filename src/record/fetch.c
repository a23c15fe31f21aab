// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "record/fetch.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "event.h"
#include "record/encode.h"

#define FETCH_BYTES (256U << 10) /* in one record */
#define PAGE_MIN 4096

/* One record of one piece. */
struct fetched {
	struct event_data data;
	struct event_piece piece;
	uint8_t bytes[FETCH_BYTES];
};

/* As much as is there, up to size: the number read or a negative errno. */
static ssize_t read_process(pid_t pid, uint64_t addr, void *to, size_t size)
{
	struct iovec local = { .iov_base = to, .iov_len = size };
	struct iovec remote = { .iov_base = (void *)(uintptr_t)addr, .iov_len = size };
	ssize_t n = process_vm_readv(pid, &local, 1, &remote, 1, 0);

	return n < 0 ? -errno : n;
}

static int add_fetched(struct encoder *encoder, unsigned int stream, struct fetched *fetched,
		       uint64_t addr, size_t len, uint64_t cut, int err)
{
	size_t stored = err ? 0 : len;

	fetched->piece.addr = addr;
	fetched->piece.full = len + cut;
	fetched->piece.len = stored;
	fetched->piece.error = err;
	fetched->piece.flags &= PIECE_OUT;
	fetched->piece.flags |= PIECE_FETCHED | (err ? 0 : PIECE_BYTES);
	memset(fetched->bytes + stored, 0, -stored & 7);
	fetched->data.header.size = sizeof(fetched->data) + sizeof(fetched->piece) +
				    ((stored + 7) & ~7UL);
	fetched->data.pieces = 1;
	return encoder__add(encoder, stream, fetched, fetched->data.header.size);
}

static int fetch_piece(struct encoder *encoder, unsigned int stream, struct fetched *fetched,
		       const struct event_piece *piece, uint64_t *bytes)
{
	uint64_t addr = piece->addr, left = piece->len;
	uint64_t cut = piece->flags & PIECE_STRING ? 0 : piece->full - piece->len;
	int err = 0;

	fetched->piece = *piece;
	while (left && !err) {
		size_t len = left < FETCH_BYTES ? left : FETCH_BYTES;
		ssize_t n = read_process(fetched->data.header.pid, addr, fetched->bytes, len);

		if (n <= 0) {
			/* This page is not there; the next may be. */
			len = PAGE_MIN - (addr & (PAGE_MIN - 1));
			if (len > left || piece->flags & PIECE_STRING)
				len = left;
			err = add_fetched(encoder, stream, fetched, addr, len,
					  len == left ? cut : 0, n < 0 ? n : -EFAULT);
			addr += len;
			left -= len;
			continue;
		}
		if (piece->flags & PIECE_STRING) {
			size_t string = strnlen((char *)fetched->bytes, n);

			n = string < (size_t)n ? (ssize_t)string + 1 : n;
			left = string < (size_t)n ? (uint64_t)n : left;
		}
		err = add_fetched(encoder, stream, fetched, addr, n, (uint64_t)n == left ? cut : 0,
				  0);
		*bytes += n;
		addr += n;
		left -= n;
	}
	return err;
}

static size_t piece_size(const struct event_piece *piece)
{
	return sizeof(*piece) + (piece->flags & PIECE_BYTES ? (piece->len + 7) & ~7U : 0);
}

static int fetch_record(struct encoder *encoder, unsigned int stream,
			const struct event_header *header, uint64_t *bytes)
{
	const struct event_call *call = (const void *)header;
	const struct event_data *data = (const void *)header;
	bool is_call = header->type == EVENT_CALL;
	const char *at = is_call ? (const char *)&call->args[call->nargs]
				 : (const char *)(data + 1);
	const char *end = (const char *)header + header->size;
	struct fetched *fetched = calloc(1, sizeof(*fetched));
	int err = 0;

	if (!fetched)
		return -ENOMEM;
	fetched->data.header = *header;
	fetched->data.header.type = EVENT_DATA;
	fetched->data.header.flags = DATA_FILL;
	fetched->data.seq = is_call ? call->seq : data->seq;
	while (!err && (size_t)(end - at) >= sizeof(struct event_piece)) {
		const struct event_piece *piece = (const void *)at;

		if (piece->flags & PIECE_PENDING && piece->error == -ENOBUFS)
			err = fetch_piece(encoder, stream, fetched, piece, bytes);
		at += piece_size(piece);
	}
	free(fetched);
	return err;
}

int fetch_pending(struct encoder *encoder, unsigned int stream, const void *records, size_t size,
		  uint64_t *bytes)
{
	const char *at = records, *end = at + size;
	int err = 0;

	while (!err && at < end) {
		const struct event_header *header = (const void *)at;

		if ((header->type == EVENT_CALL && header->flags & CALL_FETCH) ||
		    (header->type == EVENT_DATA && header->flags & DATA_FETCH))
			err = fetch_record(encoder, stream, header, bytes);
		at += header->size;
	}
	return err;
}
