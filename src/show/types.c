/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Type names, as the table inside a trace spells them, resolved once each to a decoder and what
 * it works on.
 */
#include <stdlib.h>
#include <string.h>

#include "show/decode.h"

#define TYPES_MAX 4096
#define CACHE_SIZE 1024 /* by address of the name: a trace keeps its table in one place */
#define DEPTH_MAX 4	/* of X[]* and the like */
#define COUNT_MAX 1024	/* of X[n] */

struct types {
	struct type *all[TYPES_MAX];
	size_t n;
	struct {
		const char *name;
		const struct type *type;
	} cache[CACHE_SIZE];
};

static void show_unknown(struct decode *decode, const struct type *type, uint64_t value)
{
	(void)type;
	out__hex(decode->out, value);
}

static const struct decoder unknown_decoder = { .name = "hex", .size = 8, .value = show_unknown };
static const struct type unknown_type = { .name = "hex", .decoder = &unknown_decoder, .size = 8 };

struct types *types__new(void)
{
	return calloc(1, sizeof(struct types));
}

void types__free(struct types *types)
{
	if (!types)
		return;
	for (size_t i = 0; i < types->n; i++) {
		free((char *)types->all[i]->name);
		free(types->all[i]);
	}
	free(types);
}

static const struct decoder *find_decoder(const char *name, size_t len)
{
	static const struct decoder *const families[] = { number_decoders,  memory_decoders,
							  message_decoders, set_decoders,
							  socket_decoders,  process_decoders };

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		for (const struct decoder *d = families[i]; d->name; d++)
			if (strlen(d->name) == len && memcmp(d->name, name, len) == 0)
				return d;
	return NULL;
}

static const struct type *find_type(struct types *types, const char *name, size_t len,
				    unsigned int depth);

/* X* or X[] or X[n] into *type; false where name is none of these. */
static bool parse_suffix(struct types *types, struct type *type, size_t len, unsigned int depth)
{
	const char *open;
	size_t stem;

	if (len > 1 && type->name[len - 1] == '*') {
		type->decoder = find_decoder("*", 1);
		stem = len - 1;
	} else if (len > 2 && type->name[len - 1] == ']' && (open = strrchr(type->name, '['))) {
		unsigned long count = strtoul(open + 1, NULL, 10);

		type->decoder = find_decoder("[]", 2);
		type->count = count < COUNT_MAX ? count : COUNT_MAX;
		stem = (size_t)(open - type->name);
	} else {
		return false;
	}
	type->element = find_type(types, type->name, stem, depth + 1);
	type->size = type->decoder->name[0] == '[' ? type->count * type->element->size : 8;
	type->is_wide = type->element->is_wide;
	return true;
}

/* Decoders that need a list of names, an element or a layout: no type of their own, whatever a
 * trace says. */
static bool is_template(const char *name)
{
	static const char *const templates[] = { "flags:", "enum:", "*", "[]", "struct" };

	for (size_t i = 0; i < sizeof(templates) / sizeof(*templates); i++)
		if (strcmp(name, templates[i]) == 0)
			return true;
	return false;
}

static bool has_wide_member(struct types *types, const struct layout *layout, unsigned int depth)
{
	for (size_t i = 0; i < layout->count; i++) {
		const char *name = layout->fields[i].type;

		if (find_type(types, name, strlen(name), depth + 1)->is_wide)
			return true;
	}
	return false;
}

static void parse_type(struct types *types, struct type *type, size_t len, unsigned int depth)
{
	type->decoder = is_template(type->name) ? &unknown_decoder : find_decoder(type->name, len);
	if (type->decoder) {
		type->size = type->decoder->size;
		type->is_wide = type->decoder->properties & IS_WIDE;
	} else if (strncmp(type->name, "flags:", 6) == 0 || strncmp(type->name, "enum:", 5) == 0) {
		size_t prefix = type->name[0] == 'f' ? 6 : 5;

		type->names = find_names(type->name + prefix, len - prefix);
		type->decoder = type->names ? find_decoder(type->name, prefix) : &unknown_decoder;
		type->size = 4;
	} else if (parse_suffix(types, type, len, depth)) {
		return;
	} else {
		bool is_struct = strncmp(type->name, "struct ", 7) == 0;

		type->layout = find_layout(type->name + (is_struct ? 7 : 0));
		type->decoder = type->layout ? find_decoder("struct", 6)
				: is_struct  ? find_decoder("bytes", 5)
					     : &unknown_decoder;
		type->size = type->layout ? type->layout->size : is_struct ? 0 : 8;
		type->is_wide = type->layout && has_wide_member(types, type->layout, depth);
	}
}

static const struct type *find_type(struct types *types, const char *name, size_t len,
				    unsigned int depth)
{
	struct type *type;

	for (size_t i = 0; i < types->n; i++)
		if (strncmp(types->all[i]->name, name, len) == 0 &&
		    types->all[i]->name[len] == '\0')
			return types->all[i];
	if (depth > DEPTH_MAX || types->n == TYPES_MAX)
		return &unknown_type;
	type = calloc(1, sizeof(*type));
	if (type)
		type->name = strndup(name, len);
	if (!type || !type->name) {
		free(type);
		return &unknown_type;
	}
	parse_type(types, type, len, depth);
	if (types->n == TYPES_MAX) {
		free((char *)type->name);
		free(type);
		return &unknown_type;
	}
	types->all[types->n++] = type;
	return type;
}

const struct type *types__find(struct types *types, const char *name)
{
	size_t slot = ((uintptr_t)name >> 3 ^ (uintptr_t)name) % CACHE_SIZE;

	if (types->cache[slot].name != name) {
		types->cache[slot].type = find_type(types, name, strlen(name), 0);
		types->cache[slot].name = name;
	}
	return types->cache[slot].type;
}
