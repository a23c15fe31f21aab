/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The interpreter of call specs (include/event.h): which memory a call read and wrote. It knows
 * sizes and conditions, not syscalls; layouts that need more are in layout.bpf.h.
 */
#ifndef BUFFERS_BPF_H
#define BUFFERS_BPF_H

static __always_inline __u64 bits_bytes(__u64 bits, __u8 wide)
{
	return (bits + wide * 8 - 1) / (wide * 8) * wide;
}

/* core_sys_select looks at no more bits than the table of descriptors has. */
static __always_inline __u32 most_bits(__u32 bits)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 most = BPF_CORE_READ(task, files, fdt, max_fds);

	return bits < most ? bits : most;
}

/* Bytes that a size or bound of buffer number `buffer` says. */
__noinline __u64 size_read(const struct buffer_size *size, __u32 buffer)
{
	struct stage *stage = this_stage();
	__u64 value, saved, arg;
	struct work *work;

	if (!stage || !size)
		return 0;
	work = &stage->work;
	arg = work_arg(work, size->arg);
	saved = work_saved(work, buffer);
	switch (size->kind) {
	case SIZE_VALUE32:
		value = arg ? read_u32(arg) : 0;
		return (value < saved ? value : saved) * size->factor + size->plus;
	case SIZE_VALUE64:
		value = arg ? read_long(arg, work->wide) : 0;
		return (value < saved ? value : saved) * size->factor + size->plus;
	case SIZE_FIELD32:
		return arg ? read_u32(arg + size->factor) : 0;
	case SIZE_BITS:
		return (__s32)arg > 0 ? bits_bytes(most_bits(arg), work->wide) : 0;
	case SIZE_NODES:
		return arg > 1 ? bits_bytes(arg - 1, work->wide) : 0;
	case SIZE_PAGES:
		return (arg + PAGE_MIN - 1) / PAGE_MIN;
	case SIZE_BIT:
		return arg >> (size->plus & 63) & 1 ? size->plus >> 8 : size->factor;
	case SIZE_SEMAPHORES:
		return set_semaphores(arg, saved, work->ret) * size->factor;
	}
	return 0;
}

/* The same; most sizes are the value of an argument or what the call returned. */
static __always_inline __u64 size_of(struct work *work, const struct buffer_size *size,
				     __u32 buffer)
{
	switch (size->kind) {
	case SIZE_CONST:
	case SIZE_STRING:
		return size->factor;
	case SIZE_ARG:
		return work_arg(work, size->arg) * size->factor + size->plus;
	case SIZE_RET:
		return work->ret >= 0 ? work->ret * size->factor + size->plus : ~0ULL;
	}
	return size_read(size, buffer);
}

/*
 * What depends on arguments alone: whether the kernel looks at this buffer. What it only reads of
 * an INOUT one is a matter of the return value.
 */
static __always_inline bool buffer_exists(struct work *work, const struct buffer_spec *spec)
{
	__u64 arg = work_arg(work, spec->when_arg);

	if (spec->when == WHEN_ARG_NONZERO)
		return arg;
	if (spec->when == WHEN_ARG_BITS || spec->when == WHEN_ARG_BITS_EVEN_FAILED)
		return arg &
		       (1ULL << (spec->when_errno & 63) | 1ULL << (spec->when_errno >> 8 & 63));
	return true;
}

static __always_inline bool buffer_applies(struct work *work, const struct buffer_spec *spec)
{
	__s64 ret = work->ret;

	switch (spec->when) {
	case WHEN_SUCCESS:
		return ret >= 0 || ret < -4095;
	case WHEN_ALWAYS:
		return true;
	case WHEN_ERROR:
		return ret == -(__s64)spec->when_errno;
	case WHEN_SUCCESS_OR:
		return ret >= 0 || ret == -(__s64)spec->when_errno;
	case WHEN_RET_POSITIVE:
		return ret > 0;
	case WHEN_ARG_NONZERO:
	case WHEN_ARG_BITS:
		return ret >= 0 && buffer_exists(work, spec);
	case WHEN_FAILURE:
		return ret < 0;
	case WHEN_EVEN_FAILED:
	case WHEN_ARG_BITS_EVEN_FAILED:
		return ret != -ENOSYS && buffer_exists(work, spec);
	}
	return false;
}

/*
 * Whether a failed call may have written some of it. EFAULT does not say which address was bad, nor
 * what the kernel stored before it came to that one.
 */
static __always_inline bool buffer_may_apply(struct work *work, const struct buffer_spec *spec)
{
	if (work->ret >= 0 || spec->direction == DIRECTION_IN)
		return false;
	if (buffer_applies(work, spec))
		return spec->when == WHEN_EVEN_FAILED || spec->when == WHEN_ARG_BITS_EVEN_FAILED ||
		       spec->size.kind == SIZE_RET;
	return work->ret == -EFAULT && spec->when != WHEN_ERROR;
}

#define FMODE_WRITE 2 /* linux/fs.h */

/* Whether the calling thread's descriptor is open for writing. */
static __always_inline bool descriptor_writes(__u32 fd)
{
	return BPF_CORE_READ(file_of(fd), f_mode) & FMODE_WRITE;
}

/* Whether a length that says a buffer's size lies in the first `room` bytes of it. */
static __always_inline bool length_within(struct work *work, const struct buffer_spec *spec,
					  __u64 addr, __u64 room)
{
	return spec->size.kind == SIZE_VALUE32 && spec->size.arg != spec->arg &&
	       work_arg(work, spec->size.arg) - addr < room;
}

/* The buffer's bytes may have come over the length: what it was at entry counts alone. */
static __always_inline bool length_overwritten(struct work *work, const struct buffer_spec *spec,
					       __u64 addr, __u64 saved)
{
	return saved <= RANGE_MAX && length_within(work, spec, addr, saved);
}

/* Whether only the entry would have shown how much room there was. */
static __always_inline bool bounded_at_entry(const struct buffer_size *size)
{
	return size->kind == SIZE_VALUE32 || size->kind == SIZE_VALUE64 ||
	       size->kind == SIZE_SEMAPHORES;
}

/*
 * The same where the entry was not seen. What a length says at exit is no less than what was
 * written: it is that, or what there would have been with more room. Only the length that lies in
 * the buffer itself may have been written over; a page from there on is more than any such
 * structure has.
 */
static __always_inline __u64 size_unseen(struct work *work, const struct buffer_spec *spec,
					 __u64 addr, __u64 size)
{
	return size < PAGE_MIN && length_within(work, spec, addr, PAGE_MIN) ? PAGE_MIN : size;
}

/* The arguments that a 32-bit program passes in memory: socketcall, i386's oldest select. */
static __always_inline void unpack_args(__u64 *args, const struct call_spec *spec)
{
	__u64 addr = 0;

	for (__u32 i = 0; i < EVENT_ARGS; i++)
		if (i == spec->unpack - 1U)
			addr = args[i];
	for (__u32 i = 0; i < EVENT_ARGS; i++)
		args[i] = i < spec->unpacked ? read_u32(addr + 4 * i) : 0;
}

/* via: the argument that the buffer is reached by. */
__noinline int add_buffer(const struct buffer_spec *spec, __u32 buffer, __u32 via)
{
	struct stage *stage = this_stage();
	__u64 addr, size, bound;
	bool applies, maybe, vector, parts;
	struct work *work;
	__u32 where;

	if (!stage || !spec)
		return 0;
	work = &stage->work;
	work->wide = spec->wide;
	addr = work_arg(work, spec->arg);
	maybe = buffer_may_apply(work, spec);
	applies = maybe || buffer_applies(work, spec);
	vector = spec->size.kind == SIZE_HANDLER && spec->size.arg == HANDLER_IOVEC;
	parts = vector || (spec->size.kind == SIZE_HANDLER && spec->size.arg == HANDLER_SHAPE);
	where = WHERE(via, spec->direction == DIRECTION_IN ? 0 : PIECE_OUT);
	/* A vector or structure is read even where what it leads to is not written. */
	if (!addr || !buffer_exists(work, spec) ||
	    (!applies && spec->direction != DIRECTION_INOUT && !(parts && config.inputs)))
		return 0;
	/* A call that did not come so far has only read what it would have written over. */
	if (!applies)
		where &= 0xff;
	else if (maybe)
		where |= WHERE_PRESENT;
	/* vmsplice: into a pipe it reads the segments (fs/splice.c, vmsplice_type). */
	if (vector && spec->direction == DIRECTION_INOUT && descriptor_writes(work_arg(work, 0))) {
		if (!config.inputs)
			return 0;
		where &= 0xff;
	}
	bound = spec->bound.kind ? size_of(work, &spec->bound, buffer) : ~0ULL;
	if (!applies && vector)
		bound = 0;
	if (spec->size.kind == SIZE_HANDLER) {
		plan_layout(stage, addr, &spec->size, bound, where, buffer, spec->direction);
	} else {
		__u64 saved = work_saved(work, buffer);

		size = length_overwritten(work, spec, addr, saved)
			       ? saved * spec->size.factor
			       : size_of(work, &spec->size, buffer);
		if (work->blind && bounded_at_entry(&spec->size)) {
			size = size_unseen(work, spec, addr, size);
			where |= WHERE_PRESENT;
		}
		if (size > bound)
			size = bound;
		if (spec->size.kind == SIZE_STRING)
			plan(stage, ITEM_STRING, addr, size, 0, where | PIECE_START << 8);
		else if (read_range(stage, addr, size, where))
			return 0;
		else if (size <= RANGE_MAX)
			plan_range(addr, size, where);
	}
	walk_items();
	return 0;
}

/* All buffers of the call under construction. */
static __always_inline void add_buffers(struct stage *stage, const struct call_spec *spec)
{
	if (spec->unpack) {
		if (config.inputs) {
			walk_range(work_arg(&stage->work, spec->unpack - 1), 4 * spec->unpacked,
				   WHERE(spec->unpack - 1, 0));
		}
		unpack_args(stage->work.args, spec);
	}
	for (__u32 i = 0; i < EVENT_ARGS; i++) {
		const struct buffer_spec *buffer = &spec->buffers[i];

		if (i >= spec->count)
			break;
		add_buffer(buffer, i, spec->unpack ? spec->unpack - 1U : buffer->arg);
	}
}

#endif
