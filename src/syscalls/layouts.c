/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "syscalls/layouts.h"

#define LAYOUT(n, x86_64, i386, x32, arm64, arm, ...) { x86_64, i386, x32, arm64, arm },

static const uint32_t values[LAYOUT_COUNT][ABI_COUNT] = {
#include "syscalls/layouts.def"
};

uint32_t layout_value(enum layout layout, enum event_abi abi)
{
	return (unsigned int)layout < LAYOUT_COUNT && (unsigned int)abi < ABI_COUNT
		       ? values[layout][abi]
		       : 0;
}
