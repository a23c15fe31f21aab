/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Structures of the table's rules that lead to further memory: shapes.def. */
#ifndef SHAPES_H
#define SHAPES_H

#include "event.h"

enum shape_name {
	SHAPE_none,
#define SHAPE(name, ...) SHAPE_##name,
#include "syscalls/shapes.def"
#undef SHAPE
	SHAPE_COUNT,
};

_Static_assert(SHAPE_COUNT <= SHAPES_MAX, "shapes");

/* As it is where a pointer has that many bytes, 8 or 4. */
const struct shape *shape_find(enum shape_name name, unsigned int pointer);

#endif
