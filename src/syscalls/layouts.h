/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What of the table's rules depends on the ABI: layouts.def. */
#ifndef LAYOUTS_H
#define LAYOUTS_H

#include <stdint.h>

#include "event.h"

/* How a row's buffer_size names layouts until syscall_compile puts in what they are. */
#define LAYOUT_REF (1U << 31) /* in factor, with the number of layouts and which */
#define LAYOUT_SHIFT 12
#define LAYOUT_MASK ((1U << LAYOUT_SHIFT) - 1)
#define PLUS_REF (1U << 15) /* in plus, with the layout */

enum layout {
#define LAYOUT(name, ...) LAYOUT_##name,
#include "syscalls/layouts.def"
#undef LAYOUT
	LAYOUT_COUNT,
};

/* Bytes on an ABI; 0 where the layout does not exist. */
uint32_t layout_value(enum layout layout, enum event_abi abi);

#endif
