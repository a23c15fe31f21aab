/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "syscalls/layouts.h"

#define LOG2(n)           \
	((n) == 1    ? 0U \
	 : (n) == 2  ? 1U \
	 : (n) == 4  ? 2U \
	 : (n) == 8  ? 3U \
	 : (n) == 16 ? 4U \
	 : (n) == 32 ? 5U \
	 : (n) == 64 ? 6U \
		     : 7U)
#define ELEMENT(n) ((n) % 3 ? LOG2(n) : LOG2((n) / 3) | 8U)
/* include/event.h: NESTED_* */
#define NEST(bytes, pointer, length, width, element) \
	((bytes) | (pointer) << 8 | (length) << 16 | LOG2(width) << 24 | ELEMENT(element) << 26)

#define LAYOUT(n, x86_64, i386, x32, arm64, arm, ...) { x86_64, i386, x32, arm64, arm },
#define LAYOUT_NEST(n, wide, narrow, ...) \
	{ NEST wide, NEST narrow, NEST narrow, NEST wide, NEST narrow },

static const uint32_t values[LAYOUT_COUNT][ABI_COUNT] = {
#include "syscalls/layouts.def"
};

uint32_t layout_value(enum layout layout, enum event_abi abi)
{
	return (unsigned int)layout < LAYOUT_COUNT && (unsigned int)abi < ABI_COUNT
		       ? values[layout][abi]
		       : 0;
}
