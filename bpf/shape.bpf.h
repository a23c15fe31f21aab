/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Structures that lead to further memory: the interpreter of struct shape (include/event.h). It
 * takes a member a step. An item's `left` is packed: 16 bits the shape, a bit that keeps silent
 * what a failed call has not written, one that the bound cuts the structure, and from bit 32 the
 * next member, or how many elements are left.
 */
#ifndef SHAPE_BPF_H
#define SHAPE_BPF_H

#define ELEMENTS_MAX (1U << 20)
#define LEFT_SILENT (1ULL << 16)
#define LEFT_CUT (1ULL << 17) /* the structure's bytes are the bound, not those of its buffers */
#define LEFT_ONE (1ULL << 32)
#define LEFT_COUNT(left) ((left) >> 32)

/* From BPF_MAP_TYPE_*, linux/bpf.h. */
#define PERCPU_HASH 5
#define PERCPU_ARRAY 6
#define LRU_HASH 9
#define LRU_PERCPU_HASH 10
#define HASH_OF_MAPS 13
#define PERCPU_CGROUP_STORAGE 21

static __always_inline const struct shape *find_shape(struct work *work, __u64 left)
{
	__u32 index = (left & 0xffff) + (work->wide == 4 ? SHAPES_MAX : 0);

	return bpf_map_lookup_elem(&shapes, &index);
}

__noinline __u64 shape_bytes(const struct shape *shape, __u64 addr)
{
	struct stage *stage = this_stage();
	__u64 bytes;

	if (!stage || !shape)
		return 0;
	bytes = shape->bytes;
	if (shape->arg)
		bytes = work_arg(&stage->work, shape->arg - 1);
	else if (shape->width)
		bytes = read_number(addr + shape->at, shape->width);
	if (!bytes)
		bytes = shape->least;
	return bytes < shape->bytes ? bytes : shape->bytes;
}

/* Of the kernel's struct bpf_map; vmlinux.h has one of that name for what programs are given. */
struct bpf_map___sizes {
	enum bpf_map_type map_type;
	__u32 key_size, value_size;
} __attribute__((preserve_access_index));

/*
 * What a descriptor is of, where it has no name in a file system: FILE_... of include/event.h, from
 * what the kernel calls it (anon_inode_getfd).
 */
__noinline __u32 file_kind(__u32 fd)
{
	const unsigned char *name = BPF_CORE_READ(file_of(fd), f_path.dentry, d_name.name);
	char text[9] = {};
	__u32 kind = 0;

	bpf_probe_read_kernel_str(text, sizeof(text), name);
	__builtin_memcpy(&kind, text + 4, sizeof(kind));
	return kind;
}

static __always_inline bool is_hash(__u32 type)
{
	return type == BPF_MAP_TYPE_HASH || type == PERCPU_HASH || type == LRU_HASH ||
	       type == LRU_PERCPU_HASH || type == HASH_OF_MAPS;
}

/*
 * Bytes of a key or value of a BPF map that the calling thread has open: bpf_map_value_size. A
 * token is a key (generic_map_lookup_batch), but for hash maps, where it is a u32
 * (__htab_map_lookup_and_delete_batch).
 */
__noinline __u64 map_bytes(__u32 fd, __u32 flags)
{
	struct bpf_map___sizes *map;
	__u32 type, size;

	if (file_kind(fd) != FILE_BPF_MAP)
		return 0;
	map = BPF_CORE_READ(file_of(fd), private_data);
	type = BPF_CORE_READ(map, map_type);
	if (flags & MEMBER_TOKEN && is_hash(type))
		return 4;
	if (flags & MEMBER_KEY)
		return BPF_CORE_READ(map, key_size);
	size = BPF_CORE_READ(map, value_size);
	if (type == PERCPU_HASH || type == PERCPU_ARRAY || type == LRU_PERCPU_HASH ||
	    type == PERCPU_CGROUP_STORAGE)
		return (__u64)((size + 7) & ~7U) * config.cpus;
	return size;
}

/* Bytes of count elements. */
__noinline __u64 member_bytes(const struct shape_member *member, __u64 base, __u64 count)
{
	__u32 other;

	if (!member)
		return 0;
	if (!(member->flags & (MEMBER_KEY | MEMBER_VALUE)))
		return count * member->times;
	other = read_u32(base + member->other);
	if (member->flags & MEMBER_KEY && member->flags & MEMBER_VALUE)
		return count * other;
	return count * map_bytes(other, member->flags);
}

__noinline int member_exists(const struct shape_member *member, __u64 base)
{
	struct stage *stage = this_stage();
	__u32 value;

	if (!member || !stage || !member->tested)
		return member != NULL;
	if (member->tested == MEMBER_TESTS_ARG)
		value = work_arg(&stage->work, member->test);
	else if (member->tested == MEMBER_TESTS_FILE)
		value = file_kind(read_u32(base + member->test));
	else
		value = read_number(base + member->test, member->tested);
	value &= member->mask;
	return (value == member->value) != member->unequal;
}

/* Its direction as `where` has it, or -1 for what is not kept. */
__noinline int member_where(__u32 flags, __u32 where, bool silent)
{
	bool out = where & PIECE_OUT << 8;

	if (flags & MEMBER_IN && flags & MEMBER_OUT && out)
		return where;
	if (flags & MEMBER_ALWAYS)
		return config.outputs ? (int)((where & 0xff) | PIECE_OUT << 8) : -1;
	if (flags & MEMBER_IN || (!out && !silent && !(flags & MEMBER_OUT)))
		return config.inputs ? (int)(where & 0xff) : -1;
	return out ? (int)where : -1;
}

__noinline int plan_other(__u32 kind, __u64 addr, __u64 left, __u64 bound, __u32 where)
{
	struct stage *stage = this_stage();

	if (!stage)
		return 0;
	plan(stage, kind, addr, left, bound,
	     kind == ITEM_STRING ? where | PIECE_START << 8 : where);
	return 0;
}

static __always_inline void plan_member(const struct shape_member *member, struct item *item)
{
	__u64 at = item->addr + member->at, base = item->addr, bound = item->bound, count = 1;
	__u32 outer = item->where, left = item->left & (LEFT_SILENT | LEFT_CUT);
	__u64 addr = member->pointer ? read_number(at, member->pointer) : at, bytes;
	int where = member_where(member->flags, outer, left & LEFT_SILENT);

	if (!addr)
		return;
	if (member->width)
		count = read_number(base + member->count, member->width);
	if (member->flags & (MEMBER_BOUND | MEMBER_CUT)) {
		bound = (__s64)count > 0 ? count : 0;
		count = 1;
	}
	if (member->flags & MEMBER_CUT)
		left |= LEFT_CUT;
	if (member->shape && count <= ELEMENTS_MAX)
		plan_other(ITEM_SHAPES, addr, count << 32 | left | member->shape, bound, outer);
	if (where < 0 || count > RANGE_MAX || member->flags & (MEMBER_VIA | MEMBER_BOUND))
		return;
	if (member->flags & MEMBER_VECTOR) {
		if (count > IOV_MAX)
			return;
		plan_other(ITEM_IOVEC, addr, count, bound, where);
		where &= 0xff;
	}
	bytes = member_bytes(member, base, count);
	if (where & PIECE_OUT << 8 && bytes > bound && !(left & LEFT_CUT))
		bytes = bound;
	if (member->flags & MEMBER_STRING)
		plan_other(ITEM_STRING, addr, bytes, 0, where);
	else if (bytes <= RANGE_MAX)
		plan_range(addr, bytes, where);
}

/* The next member. */
static __always_inline void step_shape(struct stage *stage, struct item *item)
{
	const struct shape_member *member;
	const struct shape *shape;
	__u64 bytes;
	__u32 next;

	next = LEFT_COUNT(item->left);
	shape = find_shape(&stage->work, item->left);
	barrier_var(next);
	if (!shape || next >= SHAPE_MEMBERS || !(shape->members[next].times)) {
		stage->work.depth--;
		return;
	}
	item->left += LEFT_ONE;
	member = &shape->members[next];
	bytes = shape_bytes(shape, item->addr);
	if (item->left & LEFT_CUT && item->bound < bytes)
		bytes = item->bound;
	if (member->at + member->pointer <= bytes && member->count + member->width <= bytes &&
	    member_exists(member, item->addr))
		plan_member(member, item);
}

/* The next element of an array. */
static __always_inline void step_shapes(struct stage *stage, struct item *item)
{
	const struct shape *shape;
	__u64 addr, left;

	addr = item->addr;
	left = item->left;
	shape = find_shape(&stage->work, left);
	if (!shape || !LEFT_COUNT(left)) {
		stage->work.depth--;
		return;
	}
	item->left = left - LEFT_ONE;
	item->addr = addr + shape_bytes(shape, addr);
	plan_other(ITEM_SHAPE, addr, left & (LEFT_SILENT | LEFT_CUT | 0xffff), item->bound,
		   item->where);
}

/* A rule's structures: their members, and before those their own bytes. */
__noinline int plan_shapes(__u64 addr, __u32 factor, __u64 bound, __u32 where, __u8 direction)
{
	struct stage *stage = this_stage();
	__u64 left = SHAPE_OF(factor), count = 1, bytes;
	__u32 counter = SHAPE_COUNT_OF(factor);
	bool applies = where & PIECE_OUT << 8;
	__u64 silent = direction != DIRECTION_IN && !applies ? LEFT_SILENT : 0;
	const struct shape *shape;

	if (!stage)
		return 0;
	shape = find_shape(&stage->work, left);
	if (counter == SHAPE_RET)
		count = stage->work.ret > 0 ? stage->work.ret : 0;
	else if (counter != SHAPE_ONE)
		count = work_arg(&stage->work, counter - 1);
	if (!shape || !count || count > ELEMENTS_MAX)
		return 0;
	bytes = shape_bytes(shape, addr) * count;
	plan_other(ITEM_SHAPES, addr, count << 32 | silent | left, bound, where);
	if (direction != DIRECTION_INOUT && counter != SHAPE_RET)
		where &= 0xff;
	if (config.inputs || where & PIECE_OUT << 8)
		plan_range(addr, bytes, where);
	return 0;
}

#endif
