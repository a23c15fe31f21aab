/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Pages that were not present at a call's exit: task work reads them in the thread itself, where it
 * may fault, before the thread returns to its program. Linux 6.18 and later.
 */
#ifndef FILL_BPF_H
#define FILL_BPF_H

struct fill {
	struct bpf_task_work work;
	__u32 nranges;
	__u32 next; /* range */
	struct fill_range ranges[FILLS_MAX];
	__u64 address, left; /* how far the range at hand is read */
	/* one record of one piece, as it goes to the ring buffer */
	struct event_data data;
	struct event_piece piece;
	__u8 bytes[PAGE_MIN];
};

/* By number of the thread. An entry stays as long as its thread. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct fill);
} fills SEC(".maps");

typedef int (*task_work_callback)(struct bpf_map *map, void *key, void *value);

extern int bpf_task_work_schedule_resume(struct task_struct *task, struct bpf_task_work *work,
					 void *map, task_work_callback callback) __weak __ksym;
extern int bpf_task_work_schedule_resume_impl(struct task_struct *task, struct bpf_task_work *work,
					      void *map, task_work_callback callback,
					      void *aux) __weak __ksym;
extern int bpf_copy_from_user_str(void *dst, __u32 size, const void *addr,
				  __u64 flags) __weak __ksym;

static const __u8 fill_empty[sizeof(struct fill)];

static __always_inline void fill_send(struct fill *fill, __u32 pieces, __u32 len, __u32 flags)
{
	__u32 size = sizeof(fill->data) + pieces * sizeof(fill->piece) + ((len + 7) & ~7U);
	void *ring = this_ring();

	fill->data.header.size = size;
	fill->data.header.flags = flags;
	fill->data.header.cpu = bpf_get_smp_processor_id();
	fill->data.header.time_ns = bpf_ktime_get_ns();
	fill->data.pieces = pieces;
	barrier_var(size);
	if (ring && size <= sizeof(fill->data) + sizeof(fill->piece) + PAGE_MIN)
		bpf_ringbuf_output(ring, &fill->data, size, BPF_RB_NO_WAKEUP);
}

/* One piece of the range at hand: as much of it as lies in one page. */
static long fill_step(__u32 index, void *context)
{
	struct fill *fill = *(struct fill **)context;
	__u32 range = fill->next, len, where;
	long err;

	if (range >= FILLS_MAX)
		return 1;
	where = fill->ranges[range].where;
	len = PAGE_MIN - (fill->address & (PAGE_MIN - 1));
	if (len > fill->left)
		len = fill->left;
	barrier_var(len);
	if (!len || len > PAGE_MIN)
		return 1;
	fill->piece.addr = fill->address;
	fill->piece.error = 0;
	fill->piece.arg = where;
	fill->piece.flags = where >> 8 & ~(PIECE_START | PIECE_STRING);
	if (where >> 8 & PIECE_STRING) {
		/* The whole page part was copied without a NUL: the last byte is the helper's own.
		 */
		err = bpf_copy_from_user_str(fill->bytes, PAGE_MIN, (void *)fill->address, 0);
		if (err > 0) {
			len = err == PAGE_MIN ? err - 1 : err;
			fill->left = err == PAGE_MIN ? fill->left : len;
			if (len > fill->left)
				len = fill->left;
			err = 0;
		}
	} else {
		err = bpf_copy_from_user(fill->bytes, len, (void *)fill->address);
	}
	if (err) {
		fill->piece.error = err;
		fill->piece.full = where >> 8 & PIECE_STRING ? 0 : len;
		fill->piece.len = 0;
		if (where >> 8 & PIECE_STRING)
			fill->left = len;
	} else {
		fill->piece.flags |= PIECE_BYTES;
		fill->piece.full = fill->piece.len = len;
		if (len == fill->left)
			fill->piece.full += fill->ranges[range].cut;
	}
	fill_send(fill, 1, fill->piece.len, DATA_FILL);
	fill->address += len;
	fill->left -= len;
	return fill->left == 0;
}

static int fill_ranges(struct bpf_map *map, void *key, void *value)
{
	struct fill *fill = value;

	for (__u32 i = 0; i < FILLS_MAX; i++) {
		if (i >= fill->nranges)
			break;
		fill->next = i;
		fill->address = fill->ranges[i].addr;
		fill->left = fill->ranges[i].len;
		bpf_loop(LOOP_MAX, fill_step, &fill, 0);
	}
	fill_send(fill, 0, 0, DATA_FILL | DATA_LAST);
	fill->nranges = 0;
	return 0;
}

static __always_inline struct fill *fill_of(__u32 thread)
{
	struct fill *fill = bpf_map_lookup_elem(&fills, &thread);

	if (fill)
		return fill;
	bpf_map_update_elem(&fills, &thread, fill_empty, BPF_NOEXIST);
	return bpf_map_lookup_elem(&fills, &thread);
}

/* Have the call's missing ranges read; false when that cannot be. */
static __always_inline bool fill_schedule(struct stage *stage)
{
	struct work *work = &stage->work;
	struct fill *fill = fill_of(work->header.thread);
	struct task_struct *task;

	if (!fill || fill->nranges)
		return false;
	for (__u32 i = 0; i < FILLS_MAX; i++)
		fill->ranges[i] = work->fills[i];
	fill->data.header = work->header;
	fill->data.header.type = EVENT_DATA;
	fill->data.seq = work->seq;
	fill->nranges = work->nfills;
	task = bpf_get_current_task_btf();
	if (config.fill == FILL_TASK_WORK &&
	    !bpf_task_work_schedule_resume(task, &fill->work, &fills, fill_ranges))
		return true;
	if (config.fill == FILL_TASK_WORK_IMPL &&
	    !bpf_task_work_schedule_resume_impl(task, &fill->work, &fills, fill_ranges, NULL))
		return true;
	fill->nranges = 0;
	return false;
}

#endif
