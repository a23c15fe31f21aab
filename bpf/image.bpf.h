/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A vector or a message header that its own call writes over: the kernel has taken its copy before,
 * and at exit nothing tells any more where the call wrote. Where a segment, the name or the control
 * data lies over one of them, both are kept at entry, and the walk at exit reads them from here.
 */
#ifndef IMAGE_BPF_H
#define IMAGE_BPF_H

#define IMAGE_HEADER 64
#define IMAGE_VECTOR (IOV_MAX * 16)

struct image {
	__u64 header, vector; /* their addresses */
	__u32 header_len, vector_len;
	__u8 wide;
	__u8 reserved[7];
	__u8 header_bytes[IMAGE_HEADER];
	__u8 vector_bytes[IMAGE_VECTOR];
};

/* By number of the thread; only while its call lasts. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct image);
} images SEC(".maps");

static const __u8 image_empty[sizeof(struct image)];

struct watch {
	__u64 header, vector;
	__u32 header_len, vector_len;
	__u8 wide;
	__u32 room; /* for the name */
	__u32 hit;  /* 1: the call may write over one of them */
};

static __always_inline bool ranges_meet(__u64 a, __u64 alen, __u64 b, __u64 blen)
{
	return (__s64)alen > 0 && a < b + blen && b < a + alen;
}

static __always_inline void watch_range(struct watch *watch, __u64 start, __u64 len)
{
	if (ranges_meet(start, len, watch->vector, watch->vector_len) ||
	    ranges_meet(start, len, watch->header, watch->header_len))
		watch->hit = 1;
}

/* A long of an array of them, as read from the program. */
static __always_inline __u64 long_of(const __u64 *longs, __u32 i, __u8 wide)
{
	return wide == 8 ? longs[i] : ((const __u32 *)longs)[i];
}

static long watch_segment(__u32 index, void *context)
{
	struct watch *watch = context;
	__u64 at = watch->vector + (__u64)index * 2 * watch->wide, segment[2] = {};

	bpf_probe_read_user(segment, watch->wide == 8 ? 16 : 8, (void *)at);
	watch_range(watch, long_of(segment, 0, watch->wide), long_of(segment, 1, watch->wide));
	return watch->hit & 1;
}

/* Keep both for the call that the thread is about to make. */
static __always_inline bool image_take(__u32 thread, const struct watch *watch)
{
	__u32 header_len = watch->header_len, vector_len = watch->vector_len;
	struct image *image;

	bpf_map_update_elem(&images, &thread, image_empty, BPF_ANY);
	image = bpf_map_lookup_elem(&images, &thread);
	if (!image)
		return false;
	image->header = watch->header;
	image->vector = watch->vector;
	image->header_len = header_len;
	image->vector_len = vector_len;
	barrier_var(header_len);
	if (header_len <= IMAGE_HEADER)
		bpf_probe_read_user(image->header_bytes, header_len, (void *)watch->header);
	barrier_var(vector_len);
	if (vector_len <= IMAGE_VECTOR)
		bpf_probe_read_user(image->vector_bytes, vector_len, (void *)watch->vector);
	return true;
}

static __always_inline __u32 message_size(__u8 wide)
{
	return wide == 8 ? 56 : 28;
}

/* A struct msghdr: its name, segments and control data. Returns the number of segments. */
static __always_inline __u64 watch_message(struct watch *watch, __u64 addr)
{
	__u64 header[7] = {}, count;
	__u8 wide = watch->wide;

	if (bpf_probe_read_user(header, wide == 8 ? 56 : 28, (void *)addr))
		return 0;
	watch->room = long_of(header, 1, wide);
	watch->header = addr;
	watch->header_len = message_size(wide);
	watch->vector = long_of(header, 2, wide);
	count = long_of(header, 3, wide);
	watch->vector_len = count <= IOV_MAX ? count * 2 * wide : 0;
	watch_range(watch, long_of(header, 0, wide), watch->room);
	watch_range(watch, long_of(header, 4, wide), (__u32)long_of(header, 5, wide));
	return count;
}

#define IMAGE_KEPT (1ULL << 32)

/*
 * At entry: the vector of count segments at addr or, count 0, the message header there. Returns
 * IMAGE_KEPT or 0, and msg_namelen in the lower half: the call overwrites it.
 */
__noinline __u64 image_keep(__u32 thread, __u64 addr, __u64 count, __u32 wide)
{
	struct watch watch = { .vector = addr, .wide = wide, .room = ~0U };

	if (!count)
		count = watch_message(&watch, addr);
	if (!count || count > IOV_MAX)
		return watch.room;
	watch.vector_len = count * 2 * wide;
	watch_segment(0, &watch);
	if (count > 1 && !watch.hit)
		bpf_loop(count, watch_segment, &watch, 0);
	return watch.room | (watch.hit && image_take(thread, &watch) ? IMAGE_KEPT : 0);
}

/* A number of a vector or a message header: of the image, where there is one. */
__noinline __u64 read_kept(__u64 addr, __u32 width)
{
	struct stage *stage = this_stage();
	struct image *image = NULL;
	__u64 value = 0, at;

	if (stage && stage->work.image)
		image = bpf_map_lookup_elem(&images, &stage->work.header.thread);
	width &= 15;
	barrier_var(width);
	if (!image || width > sizeof(value))
		return read_number(addr, width);
	at = addr - image->vector;
	if (at < image->vector_len && at <= IMAGE_VECTOR - sizeof(value)) {
		bpf_probe_read_kernel(&value, width, image->vector_bytes + at);
		return value;
	}
	at = addr - image->header;
	if (at < image->header_len && at <= IMAGE_HEADER - sizeof(value)) {
		bpf_probe_read_kernel(&value, width, image->header_bytes + at);
		return value;
	}
	return read_number(addr, width);
}

#endif
