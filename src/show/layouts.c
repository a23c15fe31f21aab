/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Structures that are members one behind the other: layouts.def, 64-bit layouts of the kernel's
 * uapi headers.
 */
#include <string.h>

#include "show/decode.h"

#define F(name, offset, size, type) { #name, offset, size, type },
#define LAYOUT(name, size, ...) static const struct field fields_##name[] = { __VA_ARGS__ };
#define LAYOUT_MORE LAYOUT
#include "show/layouts.def"
#undef LAYOUT
#undef LAYOUT_MORE

#define LAYOUT_ROW(name, size, more) \
	{ #name, size, sizeof(fields_##name) / sizeof(fields_##name[0]), more, fields_##name },
static const struct layout layouts[] = {
#define LAYOUT(name, size, ...) LAYOUT_ROW(name, size, false)
#define LAYOUT_MORE(name, size, ...) LAYOUT_ROW(name, size, true)
#include "show/layouts.def"
};

const struct layout *find_layout(const char *name)
{
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
		if (strcmp(layouts[i].name, name) == 0)
			return &layouts[i];
	return NULL;
}
