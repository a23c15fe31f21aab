/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "syscalls/shapes.h"

#include <linux/ethtool.h>
#include <stddef.h>

#define SHAPE(n, type, size, ...) [SHAPE_##n] = { size, .members = { __VA_ARGS__ } },
#define SIZEOF(wide, narrow) .bytes = W(wide, narrow)
#define LENGTH(member, offset, bytes_of, none, most) \
	.bytes = (most), .least = (none), .at = (offset), .width = (bytes_of)
#define LENGTH_ARG(i, none, most) .bytes = (most), .least = (none), .arg = 1 + (i)
#define MEMBER(...) { .times = 1, __VA_ARGS__ },
#define TO(member, wide, narrow) .at = W(wide, narrow), .pointer = W(8, 4)
#define TO64(member, offset) .at = (offset), .pointer = 8
#define BEHIND(member, wide, narrow) .at = W(wide, narrow)
#define COUNT(member, wide, narrow, bytes) .count = W(wide, narrow), .width = W bytes
#define EACH(wide, narrow) .times = W(wide, narrow)
#define EACH_OF(type, wide, narrow) EACH(wide, narrow)
#define EACH_SAID(member, offset, bits) \
	.flags = MEMBER_KEY | MEMBER_VALUE | (bits), .other = (offset)
#define LEADS_TO(name) .shape = SHAPE_##name
#define FLAGS(bits) .flags = (bits)
#define KEY(member, offset, bits) .flags = MEMBER_KEY | (bits), .other = (offset)
#define VALUE(member, offset, bits) .flags = MEMBER_VALUE | (bits), .other = (offset)
#define IF_SET(member, wide, narrow, bytes, bits) \
	.test = W(wide, narrow), .tested = (bytes), .mask = (bits), .unequal = 1
#define IF_CLEAR(member, wide, narrow, bytes, bits) \
	.test = W(wide, narrow), .tested = (bytes), .mask = (bits)
#define IF_IS(member, wide, narrow, bytes, what) \
	.test = W(wide, narrow), .tested = (bytes), .mask = ~0U, .value = (__u32)(what)
#define IF_BITS_ARE(member, wide, narrow, bytes, bits, what) \
	.test = W(wide, narrow), .tested = (bytes), .mask = (bits), .value = (what)
#define IF_ARG_IS(i, what) \
	.test = (i), .tested = MEMBER_TESTS_ARG, .mask = ~0U, .value = (__u32)(what)
#define IF_ARG_BIT(i, bits) .test = (i), .tested = MEMBER_TESTS_ARG, .mask = (bits), .unequal = 1
#define IF_NOT(member, wide, narrow, bytes, what) \
	IF_IS(member, wide, narrow, bytes, what), .unequal = 1
#define IF_FILE(member, offset, what) \
	.test = (offset), .tested = MEMBER_TESTS_FILE, .mask = ~0U, .value = (what)

/* A rule of a member replaces what MEMBER begins with. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"

#define W(wide, narrow) (wide)
static const struct shape shapes_wide[] = {
	[SHAPE_none] = { 0 },
#include "syscalls/shapes.def"
};

#undef W
#define W(wide, narrow) (narrow)
static const struct shape shapes_narrow[] = {
	[SHAPE_none] = { 0 },
#include "syscalls/shapes.def"
};

#pragma GCC diagnostic pop

const struct shape *shape_find(enum shape_name name, unsigned int pointer)
{
	if ((unsigned int)name >= SHAPE_COUNT)
		name = SHAPE_none;
	return pointer == 4 ? &shapes_narrow[name] : &shapes_wide[name];
}
