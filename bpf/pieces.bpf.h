/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The program's memory, into the record of the call under construction: ranges of any length as
 * pieces, strings, and what could not be read. `where` is an argument's number and enum
 * event_piece_flags << 8.
 */
#ifndef PIECES_BPF_H
#define PIECES_BPF_H

/* The smallest page: a run within one is present as a whole or not at all. */
#define PAGE_MIN 4096
#define LOOP_MAX (1 << 20)
#define EFAULT 14
#define ENOSYS 38
#define ENOBUFS 105

#define WHERE(arg, flags) ((__u32)(arg) | (__u32)(flags) << 8)
/*
 * What a failed call may have written, from its start on: it ends at the first page that is not
 * there, for a page that the kernel has just written is.
 */
#define WHERE_PRESENT (1U << 16)
/* A page of the range may be missing: no more is read at once than what is staged. */
#define WHERE_PAGED (1U << 17)

static __always_inline void record_close(struct stage *stage)
{
	struct work *work = &stage->work;
	struct event_header *header = stage_at(stage, work->record, sizeof(struct event_data));

	if (!header)
		return;
	header->size = stage->state.used - work->record;
	if (header->type == EVENT_CALL) {
		((struct event_call *)header)->pieces = work->pieces;
		if (work->fetch)
			header->flags |= CALL_FETCH;
	} else {
		((struct event_data *)header)->pieces = work->pieces;
		if (work->fetch)
			header->flags |= DATA_FETCH;
	}
	work->fetch = 0;
}

/* A record for more pieces of the same call. */
static __always_inline bool record_open_data(struct stage *stage)
{
	struct work *work = &stage->work;
	struct event_data *data;

	work->record = stage->state.used;
	work->pieces = 0;
	work->last = 0;
	data = stage_take(stage, sizeof(*data));
	if (!data) {
		work->record = STAGE_SIZE;
		return false;
	}
	data->header = work->header;
	data->header.type = EVENT_DATA;
	data->header.flags = work->entry ? DATA_ENTRY : 0;
	data->seq = work->seq;
	data->pieces = 0;
	data->reserved = 0;
	return true;
}

/*
 * Room for a piece with size bytes behind it: in the open record or, when that is full, in a new
 * one. What only says that something is missing may use the space behind. What is read at the
 * call's entry leaves room for the call itself.
 */
static __always_inline struct event_piece *piece_take(struct stage *stage, __u32 size)
{
	__u32 need = sizeof(struct event_piece) + ((size + 7) & ~7U);
	__u32 most = size ? RECORD_MAX : STAGE_SIZE - PAGE_MIN;
	struct event_piece *piece;
	bool entry = stage->work.entry;

	if (entry)
		most -= STAGE_SIZE - ADMIT_MAX;
	if (stage->state.used + need > most) {
		record_close(stage);
		stage_flush(0);
		if (!stage->state.used && !record_open_data(stage))
			return NULL;
		if ((size || entry) && stage->state.used + need > most)
			return NULL;
	}
	piece = stage_at(stage, stage->state.used, sizeof(*piece));
	if (!piece)
		return NULL;
	return piece;
}

static __always_inline void piece_put(struct stage *stage, struct event_piece *piece, __u64 addr,
				      __u64 full, __u32 len, __u32 where)
{
	piece->addr = addr;
	piece->full = full;
	piece->len = len;
	piece->error = 0;
	piece->arg = where;
	piece->flags = where >> 8;
	stage->work.last = stage->state.used;
	stage->work.pieces++;
	stage->state.used += sizeof(*piece) + ((len + 7) & ~7U);
}

/* Read len bytes as one piece of full bytes. Nothing is added when that fails. */
static __always_inline int piece_read(struct stage *stage, __u64 addr, __u32 len, __u64 full,
				      __u32 where)
{
	struct event_piece *piece = piece_take(stage, len);

	if (!piece)
		return -ENOBUFS;
	barrier_var(len);
	if (len > CHUNK_MAX || bpf_probe_read_user(piece + 1, len, (void *)addr))
		return -EFAULT;
	piece_put(stage, piece, addr, full, len, where | PIECE_BYTES << 8);
	return 0;
}

/* A record of one piece, and a sample of its own. */
struct chunk {
	struct event_data data;
	struct event_piece piece;
	__u8 bytes[SEND_SIZE];
};

/*
 * Read SEND_SIZE bytes from the program straight into the ring buffer, without a second copy; what
 * is staged goes ahead of them. Not the last ones of a range: those are staged, and with them the
 * call is sent on when it is complete. False: nothing was added.
 */
static __always_inline bool chunk_send(struct stage *stage, __u64 addr, __u32 where)
{
	struct work *work = &stage->work;
	void *ring = this_ring();
	struct chunk *chunk = NULL;
	bool sent = false, wake;

	if (!ring || work->entry)
		return false;
	record_close(stage);
	/* Opened for what came behind the chunk before. */
	if (!work->pieces && work->sent)
		stage->state.used = work->record;
	stage_flush(0);
	wake = ring_wakes(stage, ring, sizeof(*chunk), 0);
	if (!stage->state.used)
		chunk = bpf_ringbuf_reserve(ring, sizeof(*chunk), 0);
	if (!chunk) {
		stage->woken = 0;
	} else if (bpf_probe_read_user(chunk->bytes, SEND_SIZE, (void *)addr)) {
		bpf_ringbuf_discard(chunk, BPF_RB_NO_WAKEUP);
	} else {
		chunk->data.header = work->header;
		chunk->data.header.type = EVENT_DATA;
		chunk->data.header.flags = 0;
		chunk->data.header.size = sizeof(*chunk);
		chunk->data.seq = work->seq;
		chunk->data.pieces = 1;
		chunk->data.reserved = 0;
		chunk->piece.addr = addr;
		chunk->piece.full = SEND_SIZE;
		chunk->piece.len = SEND_SIZE;
		chunk->piece.error = 0;
		chunk->piece.arg = where;
		chunk->piece.flags = where >> 8 | PIECE_BYTES;
		bpf_ringbuf_submit(chunk, wake ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP);
		sent = true;
	}
	work->sent = record_open_data(stage);
	return sent;
}

/* How a missing range may yet come: what else its piece says. */
static __always_inline __u32 missing_pending(struct work *work, int error)
{
	if (work->entry)
		return 0;
	if (error == -EFAULT && config.fill && work->nfills < FILLS_MAX)
		return PIECE_PENDING;
	return config.wait && shared.waiting ? PIECE_PENDING | PIECE_FETCHED : 0;
}

static __always_inline bool missing_joins(struct stage *stage, __u64 addr, __u64 len, __u64 cut,
					  __u32 where, int error)
{
	struct work *work = &stage->work;
	struct event_piece *last;

	if (!work->last || where >> 8 & (PIECE_START | PIECE_STRING))
		return false;
	last = stage_at(stage, work->last, sizeof(*last));
	if (!last || last->flags & PIECE_BYTES || last->addr + last->full != addr ||
	    last->error != error)
		return false;
	last->full += len + cut;
	last->len += len;
	if (error == -EFAULT && last->flags & PIECE_PENDING) {
		__u32 i = work->nfills - 1;

		if (i < FILLS_MAX) {
			work->fills[i].len += len;
			work->fills[i].cut = cut;
		}
	}
	return true;
}

/* Say that [addr, addr + len), and cut bytes more that nobody wants, is missing. */
__noinline int add_missing(__u64 addr, __u64 len, __u64 cut, __u32 where, int error)
{
	struct stage *stage = this_stage();
	struct event_piece *piece;
	struct work *work;
	__u32 pending;

	if (!stage)
		return 0;
	work = &stage->work;
	pending = missing_pending(work, error);
	if (pending & PIECE_FETCHED)
		error = -ENOBUFS;
	if (missing_joins(stage, addr, len, cut, where, error))
		return 0;
	piece = piece_take(stage, 0);
	if (!piece) {
		stage->state.lost_ranges++;
		return 0;
	}
	if (pending & PIECE_FETCHED) {
		work->fetch = 1;
	} else if (pending) {
		__u32 i = work->nfills;

		if (i < FILLS_MAX) {
			work->fills[i].addr = addr;
			work->fills[i].len = len;
			work->fills[i].cut = cut;
			work->fills[i].where = where;
			work->nfills = i + 1;
		}
	} else if (where & PIECE_STRING << 8) {
		/* Nobody will know how long it was. */
		where &= ~(PIECE_STRING << 8);
		len = 0;
	}
	piece_put(stage, piece, addr, len + cut, 0, where | (pending & PIECE_PENDING) << 8);
	piece->len = len;
	piece->error = error;
	return 0;
}

#endif
