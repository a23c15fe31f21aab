/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Memory that an argument points to: strings, raw bytes, structures, arrays, pointers to one
 * thing.
 */
#include <string.h>

#include "event.h"
#include "show/decode.h"

/* A C string, its NUL not shown; it goes on where the NUL is missing. */
static void show_text(struct decode *decode, const struct bytes *bytes, size_t limit)
{
	const uint8_t *nul = bytes->len ? memchr(bytes->data, '\0', bytes->len) : NULL;
	size_t len = nul ? (size_t)(nul - bytes->data) : bytes->len;

	show_string(decode->out, bytes->data, len < limit ? len : limit, !nul || len > limit);
}

static void show_path(struct decode *decode, const struct type *type, const struct bytes *bytes)
{
	(void)type;
	show_text(decode, bytes, STRUCT_MAX);
}

static void show_c_string(struct decode *decode, const struct type *type, const struct bytes *bytes)
{
	(void)type;
	show_text(decode, bytes, decode->string_limit);
}

/* An array that a string fills as far as it goes. */
static void show_characters(struct decode *decode, const struct type *type,
			    const struct bytes *bytes)
{
	size_t len = bytes->len ? strnlen((const char *)bytes->data, bytes->len) : 0;

	(void)type;
	show_string(decode->out, bytes->data, len, len == bytes->len && len < bytes->full);
}

static void show_bytes(struct decode *decode, const struct type *type, const struct bytes *bytes)
{
	size_t len = bytes->len < decode->string_limit ? bytes->len : decode->string_limit;

	(void)type;
	show_string(decode->out, bytes->data, len, len < bytes->full);
}

/* The i-th buffer of the argument being shown, where it holds one of the array's strings. */
static const struct recorder_buf *string_buf(const struct decode *decode, size_t i, uint64_t array)
{
	const struct recorder_buf *buf = &decode->event->call.bufs[i];

	return buf->arg == (int)decode->arg && buf->addr != array && buf->start ? buf : NULL;
}

static bool keeps_memory(const struct decode *decode)
{
	for (size_t i = 0; i < decode->event->call.nbufs; i++) {
		const struct recorder_buf *buf = &decode->event->call.bufs[i];

		if (buf->arg == (int)decode->arg && !buf->error)
			return true;
	}
	return false;
}

static void show_environment(struct decode *decode, uint64_t value, size_t n)
{
	out__hex(decode->out, value);
	out__str(decode->out, " /* ");
	out__unsigned(decode->out, n);
	out__str(decode->out, n == 1 ? " var */" : " vars */");
}

static void show_argument_strings(struct decode *decode, uint64_t value)
{
	size_t n = 0;

	out__char(decode->out, '[');
	for (size_t i = 0; i < decode->event->call.nbufs; i++) {
		const struct recorder_buf *buf = string_buf(decode, i, value);
		struct bytes bytes;

		if (!buf || n++ >= ELEMENTS_MAX)
			continue;
		out__str(decode->out, n > 1 ? ", " : "");
		if (decode_find(decode, buf->addr, decode->string_limit + 1, &bytes))
			show_text(decode, &bytes, decode->string_limit);
		else
			out__hex(decode->out, buf->addr);
	}
	out__str(decode->out, n > ELEMENTS_MAX ? ", ...]" : "]");
}

/* A word of the range that no argument leads to; 0 where it is not there. */
static uint64_t stack_word(struct decode *decode, uint64_t address, size_t size)
{
	struct bytes bytes;

	return decode_find(decode, address, size, &bytes) ? load(&bytes, 0, size) : 0;
}

static void show_copied_strings(struct decode *decode, uint64_t array, size_t n, size_t wide)
{
	out__char(decode->out, '[');
	for (size_t i = 0; i < n && i < ELEMENTS_MAX; i++) {
		uint64_t string = stack_word(decode, array + i * wide, wide);
		struct bytes bytes;

		out__str(decode->out, i ? ", " : "");
		if (decode_find(decode, string, decode->string_limit + 1, &bytes))
			show_text(decode, &bytes, decode->string_limit);
		else
			out__hex(decode->out, string);
	}
	out__str(decode->out, n > ELEMENTS_MAX ? ", ...]" : "]");
}

/*
 * argv or envp as the kernel copied it to the new program's stack: argc, argv, NULL, envp, NULL
 * (fs/binfmt_elf.c, create_elf_tables). False where the trace does not have that.
 */
static bool show_copied(struct decode *decode, bool environment, uint64_t value)
{
	const struct recorder_event *event = decode->event;
	unsigned int arg = decode->arg;
	uint64_t stack = 0, argc;
	size_t wide = 8, n = 0;

	for (size_t i = 0; i < event->call.nbufs && !stack; i++)
		if (event->call.bufs[i].arg < 0 && !event->call.bufs[i].error)
			stack = event->call.bufs[i].addr;
	decode->arg = (unsigned int)-1;
	argc = stack ? stack_word(decode, stack, wide) : 0;
	/* argv's first pointer, where words have 32 bits. */
	if (argc >> 32) {
		argc = (uint32_t)argc;
		wide = 4;
	}
	stack += wide;
	if (environment && argc) {
		stack += (argc + 1) * wide;
		while (stack_word(decode, stack + n * wide, wide))
			n++;
		show_environment(decode, value, n);
	} else if (argc) {
		show_copied_strings(decode, stack, argc, wide);
	}
	decode->arg = arg;
	return argc != 0;
}

/*
 * argv or envp: an array of pointers, and the strings, each a range of its own. Without any of
 * these the new program's copies are shown or, of a call that failed, the address.
 */
static void show_strings(struct decode *decode, const struct type *type, uint64_t value)
{
	const struct recorder_arg *arg = call_argument(decode->event, decode->arg);
	bool environment = arg && strcmp(arg->name, "envp") == 0, kept = keeps_memory(decode);
	size_t n = 0;

	(void)type;
	for (size_t i = 0; i < decode->event->call.nbufs; i++)
		n += string_buf(decode, i, value) != NULL;
	if (value == 0)
		out__str(decode->out, "NULL");
	else if (kept && environment)
		show_environment(decode, value, n);
	else if (kept)
		show_argument_strings(decode, value);
	else if (!show_copied(decode, environment, value))
		out__hex(decode->out, value);
}

static void show_pointee(struct decode *decode, const struct type *type, const struct bytes *bytes)
{
	out__char(decode->out, '[');
	decode_memory(decode, type->element, bytes);
	out__char(decode->out, ']');
}

static void show_array(struct decode *decode, const struct type *type, const struct bytes *bytes)
{
	size_t size = type->element->size;
	size_t n = size ? bytes->len / size : 0;

	if (size == 0) {
		show_bytes(decode, type, bytes);
		return;
	}
	if (type->count && n > type->count)
		n = type->count;
	out__char(decode->out, '[');
	for (size_t i = 0; i < n && i < ELEMENTS_MAX; i++) {
		struct bytes element = bytes_at(bytes, i * size, size);

		out__str(decode->out, i ? ", " : "");
		decode_memory(decode, type->element, &element);
	}
	if (n > ELEMENTS_MAX || (type->count ? n < type->count : bytes->full / size > n))
		out__str(decode->out, n ? ", ..." : "...");
	out__char(decode->out, ']');
}

/* Other members of struct stat count for a device, other places on arm64. */
static const struct layout *choose_layout(struct decode *decode, const struct layout *layout,
					  const struct bytes *bytes)
{
	bool arm64 = decode->event->type == RECORDER_CALL && decode->event->call.abi == ABI_ARM64;
	unsigned int kind;

	if (strcmp(layout->name, "stat") != 0)
		return layout;
	kind = load(bytes, arm64 ? 16 : 24, 4) >> 12;
	if (kind == 2 || kind == 6)
		return find_layout(arm64 ? "stat_device_arm64" : "stat_device");
	return arm64 ? find_layout("stat_arm64") : layout;
}

static void show_struct(struct decode *decode, const struct type *type, const struct bytes *bytes)
{
	const struct layout *layout = choose_layout(decode, type->layout, bytes);
	bool more = layout->more;

	out__char(decode->out, '{');
	for (size_t i = 0; i < layout->count; i++) {
		const struct field *field = &layout->fields[i];
		const struct type *member = types__find(decode->types, field->type);
		size_t size = field->size ? field->size : member->size;
		struct bytes part = bytes_at(bytes, field->offset, size);

		if (part.len < size) {
			out__str(decode->out, i ? ", ..." : "...");
			more = false;
			break;
		}
		out__str(decode->out, i ? ", " : "");
		out__str(decode->out, field->name);
		out__char(decode->out, '=');
		if (member->decoder->memory)
			decode_memory(decode, member, &part);
		else
			decode_value(decode, member, load(&part, 0, size < 8 ? size : 8));
	}
	out__str(decode->out, more ? ", ...}" : "}");
}

const struct decoder memory_decoders[] = {
	{ "path", 0, 0, NULL, show_path },
	{ "string", 0, 0, NULL, show_c_string },
	{ "strings", 0, 0, show_strings, NULL },
	{ "bytes", 0, IS_LIST, NULL, show_bytes },
	{ "chars", 0, 0, NULL, show_characters },
	{ "*", 8, 0, NULL, show_pointee },
	{ "[]", 0, IS_LIST, NULL, show_array },
	{ "struct", 0, 0, NULL, show_struct },
	{ .name = NULL },
};
