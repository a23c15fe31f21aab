/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How memory is walked. What is to be read stands on a small stack of items; one loop takes steps
 * on the topmost, which reads bytes or puts further items on top of itself. (Loops nested in calls,
 * the plain way, are deeper than the eight frames that the verifier allows.) Layouts that a size
 * cannot say, one for each enum buffer_handler, are items too.
 *
 * Offsets are those of 64-bit pointers and, with `wide` 4, of 32-bit ones: linux/uio.h,
 * linux/socket.h, asm-generic/ioctl.h; net/compat.h.
 */
#ifndef LAYOUT_BPF_H
#define LAYOUT_BPF_H

#define RANGE_MAX 0x7ffff000ULL /* the most that a call moves: MAX_RW_COUNT, linux/fs.h */
#define IOV_MAX 1024		/* UIO_MAXIOV, linux/uio.h */
#define EBADF 9
#define ENOTTY 25
#define NAME_MAX_BYTES 128 /* of a struct sockaddr_storage: the longest name, linux/socket.h */
#define STRING_BYTES (32 * PAGE_MIN) /* MAX_ARG_STRLEN, linux/binfmts.h */

enum item_kind {
	ITEM_RANGE,   /* left bytes, of which the last stands for bound more that are cut */
	ITEM_STRING,  /* to its NUL, left bytes at most */
	ITEM_IOVEC,   /* left elements, bound bytes of their segments */
	ITEM_MESSAGE, /* what a struct msghdr points to: left bytes of name, bound bytes of iovec */
	ITEM_MESSAGES, /* left elements of struct mmsghdr */
	ITEM_SHAPE,    /* shape.bpf.h: the members of a structure */
	ITEM_SHAPES,   /* the elements of an array of structures */
	ITEM_COUNT,    /* strings: find the NULL that ends the array; bound: its start */
	ITEM_STRINGS,  /* left pointers to strings */
};

static __always_inline __u64 work_arg(struct work *work, __u32 arg)
{
	barrier_var(arg);
	return arg < EVENT_ARGS ? work->args[arg] : work->args[0];
}

/* The value at entry that bounds buffer number `buffer`. */
static __always_inline __u64 work_saved(struct work *work, __u32 buffer)
{
	barrier_var(buffer);
	return buffer < EVENT_ARGS ? work->saved[buffer] : work->saved[0];
}

/*
 * A number of 1, 2, 4 or 8 bytes; 0 where it cannot be read. A function of its own: its callers
 * have little stack left.
 */
__noinline __u64 read_number(__u64 addr, __u32 width)
{
	__u64 value = 0;

	/* The verifier wants it bounded where it is used. */
	width &= 15;
	barrier_var(width);
	if (width <= sizeof(value))
		bpf_probe_read_user(&value, width, (void *)addr);
	return value;
}

static __always_inline __u64 read_long(__u64 addr, __u8 wide)
{
	return read_number(addr, wide == 4 ? 4 : 8);
}

static __always_inline __u32 read_u32(__u64 addr)
{
	return read_number(addr, 4);
}

#include "image.bpf.h"

static __always_inline struct item *top_item(struct stage *stage)
{
	__u32 top = stage ? stage->work.depth - 1 : ITEMS_MAX;

	return top < ITEMS_MAX ? &stage->work.items[top] : NULL;
}

/* Put an item on top. */
static __always_inline void plan(struct stage *stage, __u32 kind, __u64 addr, __u64 left,
				 __u64 bound, __u32 where)
{
	struct work *work = &stage->work;
	__u32 depth = work->depth;
	struct item *item;

	barrier_var(depth);
	if (depth >= ITEMS_MAX) {
		stage->state.lost_ranges++;
		return;
	}
	item = &work->items[depth];
	item->addr = addr;
	item->left = left;
	item->bound = bound;
	item->where = where;
	item->kind = kind;
	work->depth = depth + 1;
}

/* The range [addr, addr + full), as much of it as the limit keeps; a small one that is present is
 * read at once. */
__noinline int plan_range(__u64 addr, __u64 full, __u32 where)
{
	struct stage *stage = this_stage();
	__u64 keep = full;

	if (!stage || !addr || !full)
		return 0;
	where |= PIECE_START << 8;
	if (config.limit && keep > config.limit)
		keep = config.limit;
	/* The ring buffer's reserve is for the pieces that say what is missing. */
	if ((keep > CHUNK_MAX || stage->state.used > BATCH_SIZE) && keep > ring_room(stage)) {
		add_missing(addr, keep, full - keep, where, -ENOBUFS);
		return 0;
	}
	plan(stage, ITEM_RANGE, addr, keep, full - keep, where);
	return 0;
}

/* A range that needs no steps: it is small, and present. Nothing is added when it is not. */
static __always_inline bool read_range(struct stage *stage, __u64 addr, __u64 full, __u32 where)
{
	__u64 keep = config.limit && full > config.limit ? config.limit : full;

	return keep && keep <= CHUNK_MAX && stage->state.used <= BATCH_SIZE &&
	       !piece_read(stage, addr, keep, full, where | PIECE_START << 8);
}

static __always_inline void range_done(struct stage *stage, struct item *item, __u32 len)
{
	item->where &= ~(PIECE_START << 8);
	item->addr += len;
	item->left -= len;
	if (!item->left)
		stage->work.depth--;
}

/* The beginning of a large range, as long as all of it is there. Its stack is not step_range's. */
__noinline int send_chunk(void)
{
	struct stage *stage = this_stage();
	struct item *item = top_item(stage);

	if (!item || item->left <= SEND_SIZE || item->where & WHERE_PAGED)
		return 0;
	if (!chunk_send(stage, item->addr, item->where)) {
		item->where |= WHERE_PAGED;
		return 0;
	}
	range_done(stage, item, SEND_SIZE);
	return 1;
}

/* A chunk or, where that is not present as a whole, a page. */
__noinline int step_range(void)
{
	struct stage *stage = this_stage();
	struct item *item = top_item(stage);
	__u64 addr, full;
	__u32 len;
	int err;

	if (!item)
		return 0;
	if (send_chunk())
		return 0;
	addr = item->addr;
	len = item->left < CHUNK_MAX ? item->left : CHUNK_MAX;
	full = len == item->left ? len + item->bound : len;
	err = piece_read(stage, addr, len, full, item->where);
	if (err == -EFAULT) {
		__u32 page = PAGE_MIN - (addr & (PAGE_MIN - 1));

		if (page < len) {
			len = full = page;
			err = piece_read(stage, addr, len, full, item->where);
		}
		if (err == -EFAULT && item->where & WHERE_PRESENT) {
			stage->work.depth--;
			return 0;
		}
	}
	if (err)
		add_missing(addr, len, full - len, item->where, err);
	range_done(stage, item, len);
	return 0;
}

__noinline int step_string(void)
{
	struct stage *stage = this_stage();
	struct item *item = top_item(stage);
	struct event_piece *piece;
	__u32 keep = 0;
	long len = 0;
	int err = 0;

	if (!item)
		return 0;
	piece = piece_take(stage, PAGE_MIN);
	if (!piece)
		err = -ENOBUFS;
	if (!err) {
		len = bpf_probe_read_user_str(piece + 1, PAGE_MIN, (void *)item->addr);
		if (len < 0)
			err = -EFAULT;
		else if (!len)
			len = 1; /* before 6.13 the NUL of an empty string is not counted */
	}
	if (err) {
		add_missing(item->addr, item->left, 0, item->where | PIECE_STRING << 8, err);
		stage->work.depth--;
		return 0;
	}
	/* A full run ends with a NUL of the helper's own: that byte may be another in the program.
	 */
	keep = len == PAGE_MIN ? len - 1 : len;
	if (keep > item->left)
		keep = item->left;
	piece_put(stage, piece, item->addr, keep, keep, item->where | PIECE_BYTES << 8);
	item->where &= ~(PIECE_START << 8);
	item->addr += keep;
	item->left -= keep;
	if (len < PAGE_MIN || !item->left)
		stage->work.depth--;
	return 0;
}

static __always_inline void step_iovec(struct stage *stage, struct item *item)
{
	__u8 wide = stage->work.wide;
	__u64 base, len;

	if (!item->left || !item->bound) {
		stage->work.depth--;
		return;
	}
	base = read_kept(item->addr, wide);
	len = read_kept(item->addr + wide, wide);
	if (wide == 4 ? (__s32)len < 0 : (__s64)len < 0) {
		/* EINVAL: the kernel goes no further (lib/iov_iter.c, copy_iovec_from_user). */
		stage->work.depth--;
		return;
	}
	if (len > item->bound)
		len = item->bound;
	item->addr += 2 * wide;
	item->left--;
	item->bound -= len;
	plan_range(base, len, item->where);
}

/* The array, and of its segments bound bytes. */
static __always_inline void plan_iovec(struct stage *stage, __u64 addr, __u64 count, __u64 bound,
				       __u32 where)
{
	if (!addr || !count || count > IOV_MAX)
		return;
	plan(stage, ITEM_IOVEC, addr, count, bound < RANGE_MAX ? bound : RANGE_MAX, where);
	/* What was there at entry is gone. */
	if (!stage->work.image)
		plan_range(addr, count * 2 * stage->work.wide, where & 0xff);
}

static __always_inline void step_message(struct stage *stage, struct item *item)
{
	__u64 addr = item->addr, wide = stage->work.wide, bound = item->bound, room = item->left,
	      size;
	__u32 where = item->where;

	stage->work.depth--;
	size = read_u32(addr + 5 * wide);
	plan_range(read_kept(addr + 4 * wide, wide), size & 0xffffff, where);
	plan_iovec(stage, read_kept(addr + 2 * wide, wide), read_kept(addr + 3 * wide, wide), bound,
		   where);
	size = read_u32(addr + wide);
	if (size > room)
		size = room;
	if (stage->work.blind && where & PIECE_OUT << 8)
		where |= WHERE_PRESENT;
	plan_range(read_kept(addr, wide), size & 0xffff, where);
}

/* room: for the name, when the call began; where that was not seen, what a name takes at most. */
static __always_inline void plan_message(struct stage *stage, __u64 addr, __u64 room, __u32 where)
{
	struct work *work = &stage->work;

	if (work->blind)
		room = NAME_MAX_BYTES;
	plan(stage, ITEM_MESSAGE, addr, room, work->ret < 0 ? RANGE_MAX : work->ret, where);
	plan_range(addr, message_size(work->wide), where);
}

static __always_inline void step_messages(struct stage *stage, struct item *item)
{
	__u64 addr = item->addr, wide = stage->work.wide;
	__u32 size = message_size(wide), where = item->where;

	if (!item->left) {
		stage->work.depth--;
		return;
	}
	item->left--;
	item->addr += wide == 8 ? 64 : 32;
	/* A name that the kernel cut says its whole length. */
	if (where & PIECE_OUT << 8 || config.inputs)
		plan(stage, ITEM_MESSAGE, addr, NAME_MAX_BYTES,
		     where & WHERE_PRESENT ? RANGE_MAX : read_u32(addr + size), where);
	plan_range(addr + size, 4, where | PIECE_OUT << 8);
	if (where & PIECE_OUT << 8 || config.inputs)
		plan_range(addr, size, where);
}

static __always_inline void step_count(struct stage *stage, struct item *item)
{
	__u64 start = item->bound, end = item->addr, wide = stage->work.wide;
	__u32 where = item->where;

	if (read_long(end, wide)) {
		item->addr = end + wide;
		return;
	}
	stage->work.depth--;
	plan(stage, ITEM_STRINGS, start, (end - start) / wide, 0, where);
	plan_range(start, end + wide - start, where);
}

static __always_inline void step_strings(struct stage *stage, struct item *item)
{
	__u64 string;

	if (!item->left) {
		stage->work.depth--;
		return;
	}
	string = read_long(item->addr, stage->work.wide);
	item->addr += stage->work.wide;
	item->left--;
	plan(stage, ITEM_STRING, string, STRING_BYTES, 0, item->where | PIECE_START << 8);
}

#include "shape.bpf.h"

static long item_step(__u32 index, void *context)
{
	struct stage *stage = this_stage();
	struct item *item = top_item(stage);

	if (!item)
		return 1;
	switch (item->kind) {
	case ITEM_RANGE:
		step_range();
		break;
	case ITEM_STRING:
		step_string();
		break;
	case ITEM_IOVEC:
		step_iovec(stage, item);
		break;
	case ITEM_MESSAGE:
		step_message(stage, item);
		break;
	case ITEM_MESSAGES:
		step_messages(stage, item);
		break;
	case ITEM_SHAPE:
		step_shape(stage, item);
		break;
	case ITEM_SHAPES:
		step_shapes(stage, item);
		break;
	case ITEM_COUNT:
		step_count(stage, item);
		break;
	case ITEM_STRINGS:
		step_strings(stage, item);
		break;
	}
	return stage->work.depth == 0;
}

/* Read all that is planned. */
static __always_inline int walk_items(void)
{
	struct stage *stage = this_stage();

	if (stage && stage->work.depth)
		bpf_loop(LOOP_MAX, item_step, NULL, 0);
	return 0;
}

static long range_step(__u32 index, void *context)
{
	struct stage *stage = this_stage();

	step_range();
	return !stage || !stage->work.depth;
}

/* The same where nothing but a range is. The verifier goes through the steps for each walk. */
static __always_inline void walk_range(__u64 addr, __u64 full, __u32 where)
{
	struct stage *stage = this_stage();

	plan_range(addr, full, where);
	if (stage && stage->work.depth)
		bpf_loop(LOOP_MAX, range_step, NULL, 0);
}

static __always_inline void plan_ioctl(struct stage *stage, __u64 addr, __u32 where)
{
	__u32 request = stage->work.args[1], size = request >> 16 & 0x3fff;
	bool reads = request >> 31 & 1,
	     writes = request >> 30 & 1; /* _IOC_READ: out of the kernel */
	__s64 ret = stage->work.ret;

	if (reads && ret >= 0)
		plan_range(addr, size, where | PIECE_OUT << 8);
	else if (reads && ret != -ENOTTY && ret != -EBADF)
		/* Drivers store their answer also with an error: drm_ioctl, video_usercopy. */
		plan_range(addr, size, where | PIECE_OUT << 8 | WHERE_PRESENT);
	else if (writes)
		plan_range(addr, size, where & 0xff);
}

#define CLONE_PIDFD 0x1000 /* linux/sched.h */
#define CLONE_PARENT_SETTID 0x100000

static __always_inline void plan_clone3(struct stage *stage, __u64 addr, __u32 where)
{
	__u64 size = stage->work.args[1], flags = read_long(addr, 8);
	__u32 in = where & 0xff, out = in | PIECE_OUT << 8;

	if (size < 64 || size > PAGE_MIN)
		return;
	if (stage->work.ret >= 0 && flags & CLONE_PARENT_SETTID)
		plan_range(read_long(addr + 24, 8), 4, out);
	/* copy_process stores it before it looks at the control group. */
	if (flags & CLONE_PIDFD && config.outputs)
		plan_range(read_long(addr + 8, 8), 4,
			   stage->work.ret >= 0 ? out : out | WHERE_PRESENT);
	if (size >= 80)
		plan_range(read_long(addr + 64, 8), (read_long(addr + 72, 8) & 0x3f) * 4, in);
	plan_range(addr, size, in);
}

/* From linux/ipc.h, linux/sem.h. */
#define IPC_SET 1
#define IPC_STAT 2
#define IPC_INFO 3
#define GETALL 13
#define SETALL 17
#define SEM_STAT 18
#define SEM_INFO 19
#define SEM_STAT_ANY 20
#define IPC_64 0x100

/* i386's ipc(), SEMCTL: ipc/sem.c, compat_ksys_old_semctl. */
__noinline int plan_semun(__u64 addr, __u32 first, __u32 buffer, __u32 where)
{
	struct stage *stage = this_stage();
	__u32 word = read_u32(addr), command, in = where & 0xff;
	struct work *work;
	__u64 saved;

	if (!stage)
		return 0;
	work = &stage->work;
	command = work_arg(work, first + 2);
	if (work->blind)
		where |= WHERE_PRESENT;
	saved = work->saved[buffer < EVENT_ARGS ? buffer : 0];
	switch (command & ~IPC_64) {
	case IPC_STAT:
	case SEM_STAT:
	case SEM_STAT_ANY:
		if (where & PIECE_OUT << 8)
			plan_range(word, command & IPC_64 ? 64 : 44, where);
		break;
	case IPC_INFO:
	case SEM_INFO:
		if (where & PIECE_OUT << 8)
			plan_range(word, 40, where);
		break;
	case GETALL:
		if (where & PIECE_OUT << 8)
			plan_range(word,
				   2 * set_semaphores(work_arg(work, first), saved, work->ret),
				   where);
		break;
	case SETALL:
		plan_range(word, 2 * set_semaphores(work_arg(work, first), saved, work->ret), in);
		break;
	case IPC_SET:
		plan_range(word, command & IPC_64 ? 64 : 44, in);
		break;
	}
	plan_range(addr, 4, in);
	return 0;
}

/* size: kind SIZE_HANDLER, arg names the handler. What is planned last is read first. */
static __always_inline void plan_layout(struct stage *stage, __u64 addr,
					const struct buffer_size *size, __u64 bound, __u32 where,
					__u32 buffer, __u8 direction)
{
	struct work *work = &stage->work;
	__u64 count = work_arg(work, size->factor);

	switch (size->arg) {
	case HANDLER_IOVEC:
		plan_iovec(stage, addr, count, bound, where);
		break;
	case HANDLER_MSGHDR:
		plan_message(stage, addr, work_saved(work, buffer), where);
		break;
	case HANDLER_MMSGHDR:
		/* INOUT is sending: only the lengths are written. */
		if (work->ret < 0 && where & WHERE_PRESENT)
			count = count < IOV_MAX ? count : IOV_MAX;
		else
			count = work->ret > 0 ? work->ret : 0;
		if (count)
			plan(stage, ITEM_MESSAGES, addr, count, 0,
			     direction == DIRECTION_INOUT ? where & 0xff : where);
		break;
	case HANDLER_IOCTL:
		plan_ioctl(stage, addr, where);
		break;
	case HANDLER_STRINGS:
		plan(stage, ITEM_COUNT, addr, 0, addr, where);
		break;
	case HANDLER_CLONE3:
		plan_clone3(stage, addr, where);
		break;
	case HANDLER_SEMUN:
		plan_semun(addr, size->factor, buffer, where);
		break;
	case HANDLER_SHAPE:
		plan_shapes(addr, size->factor, bound, where, direction);
		break;
	}
}

#endif
