/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A call's arguments: finds the memory that belongs to them and hands it to the decoder of
 * their type.
 */
#include "show/decode.h"

#include <stdlib.h>
#include <string.h>

#include "event.h"

/* Memory put together from several buffers, freed when the call has been shown. */
struct chunk {
	struct chunk *next;
	uint8_t bytes[];
};

void decode_done(struct decode *decode)
{
	while (decode->chunks) {
		struct chunk *next = decode->chunks->next;

		free(decode->chunks);
		decode->chunks = next;
	}
}

static uint8_t *new_chunk(struct decode *decode, size_t size)
{
	struct chunk *chunk = malloc(sizeof(*chunk) + size);

	if (!chunk)
		return NULL;
	chunk->next = decode->chunks;
	decode->chunks = chunk;
	return chunk->bytes;
}

static bool buf_holds(const struct recorder_buf *buf, unsigned int arg, uint64_t address)
{
	return buf->arg == (int)arg && buf->error == 0 && address >= buf->addr &&
	       (address - buf->addr < buf->full || address == buf->addr);
}

/* Bytes of one buffer from offset on; how many there were. */
static size_t copy_buf(struct decode *decode, const struct recorder_buf *buf, uint64_t offset,
		       uint8_t *to, size_t max)
{
	uint64_t left = offset < buf->len ? buf->len - offset : 0;
	ssize_t n;

	if (left < max)
		max = (size_t)left;
	if (buf->data) {
		memcpy(to, buf->data + offset, max);
		return max;
	}
	if (max == 0 || !decode->trace)
		return 0;
	n = recorder_trace__read(decode->trace, buf, offset, to, max);
	return n > 0 ? (size_t)n : 0;
}

/*
 * The range that begins in bufs[i] at offset, from as many of the following buffers as continue
 * it.
 */
static bool gather(struct decode *decode, size_t i, uint64_t offset, size_t max,
		   struct bytes *bytes)
{
	const struct recorder_buf *buf = &decode->event->call.bufs[i];
	const struct recorder_buf *end = decode->event->call.bufs + decode->event->call.nbufs;
	uint64_t full = 0;
	bool whole = true; /* so far nothing is missing */
	uint8_t *to;
	size_t n;

	for (const struct recorder_buf *b = buf;
	     b < end && (b == buf || (!b->start && b->arg == buf->arg)); b++)
		full += b->full;
	bytes->full = full - offset;
	if (bytes->full < max)
		max = (size_t)bytes->full;
	to = new_chunk(decode, max);
	if (!to)
		return false;
	bytes->data = to;
	bytes->len = 0;
	for (const struct recorder_buf *b = buf; b < end && whole && bytes->len < max; b++) {
		if (b != buf && (b->start || b->arg != buf->arg))
			break;
		n = copy_buf(decode, b, offset, to + bytes->len, max - bytes->len);
		bytes->len += n;
		whole = n == b->full - offset;
		offset = 0;
	}
	return true;
}

bool decode_find(struct decode *decode, uint64_t address, size_t max, struct bytes *bytes)
{
	const struct recorder_event *event = decode->event;
	bool empty = false;

	*bytes = (struct bytes){ 0 };
	for (size_t i = 0; i < event->call.nbufs; i++) {
		const struct recorder_buf *buf = &event->call.bufs[i];
		uint64_t offset = address - buf->addr;
		bool last = i + 1 == event->call.nbufs || buf[1].start || buf[1].arg != buf->arg;

		if (!buf_holds(buf, decode->arg, address))
			continue;
		/* An empty range, where no other begins at the same address. */
		if (buf->full == 0) {
			empty = true;
			continue;
		}
		if (offset >= buf->len)
			return false;
		if (!last || (buf->len > 0 && !buf->data))
			return gather(decode, i, offset, max, bytes);
		bytes->data = buf->data + offset;
		bytes->full = buf->full - offset;
		bytes->len = buf->len - offset < max ? (size_t)(buf->len - offset) : max;
		return true;
	}
	return empty;
}

struct bytes bytes_at(const struct bytes *bytes, size_t offset, size_t size)
{
	struct bytes part = { .full = size };

	if (offset < bytes->len) {
		part.data = bytes->data + offset;
		part.len = bytes->len - offset < size ? bytes->len - offset : size;
	}
	return part;
}

uint64_t load(const struct bytes *bytes, size_t offset, size_t size)
{
	uint64_t value = 0;

	if (offset > bytes->len || size > bytes->len - offset)
		return 0;
	for (size_t i = 0; i < size; i++)
		value |= (uint64_t)bytes->data[offset + i] << 8 * i;
	return value;
}

bool has_narrow_longs(const struct decode *decode)
{
	unsigned int abi = decode->event->call.abi;

	return decode->event->type == RECORDER_CALL && (abi == ABI_I386 || abi == ABI_ARM);
}

/* Whether memory of the type is laid out in another way. x32 has long longs, but short pointers. */
static bool is_foreign(const struct decode *decode, const struct type *type)
{
	const struct recorder_event *event = decode->event;

	return type->is_wide && event->type == RECORDER_CALL &&
	       (event->call.abi == ABI_X32 || has_narrow_longs(decode));
}

/* Shows memory by the type's own decoder, or as bytes where it is laid out in another way. */
static void show_memory(struct decode *decode, const struct type *type, const struct bytes *bytes)
{
	if (is_foreign(decode, type))
		type = types__find(decode->types, "bytes");
	type->decoder->memory(decode, type, bytes);
}

void decode_value(struct decode *decode, const struct type *type, uint64_t value)
{
	if (type->decoder->value)
		type->decoder->value(decode, type, value);
	else
		decode_pointer(decode, type, value);
}

void decode_memory(struct decode *decode, const struct type *type, const struct bytes *bytes)
{
	uint64_t value;
	size_t size = type->size < 8 ? type->size : 8;

	if (type->decoder->memory) {
		show_memory(decode, type, bytes);
		return;
	}
	if (bytes->len < size) {
		show_hex_string(decode->out, bytes->data, bytes->len, true);
		return;
	}
	value = load(bytes, 0, size);
	if (type->decoder->properties & IS_SIGNED && size > 0 && size < 8)
		value = (uint64_t)((int64_t)(value << (64 - 8 * size)) >> (64 - 8 * size));
	decode_value(decode, type, value);
}

void decode_named(struct decode *decode, const char *type, const struct bytes *bytes)
{
	decode_memory(decode, types__find(decode->types, type), bytes);
}

const struct recorder_arg *call_argument(const struct recorder_event *event, unsigned int i)
{
	if (event->call.command)
		return i < event->call.command->nargs ? &event->call.command->args[i] : NULL;
	if (event->call.syscall)
		return i < event->call.syscall->nargs ? &event->call.syscall->args[i] : NULL;
	return NULL;
}

/*
 * A call that succeeded, whose every buffer is described, and that wrote nothing: read at the
 * end of a file.
 */
static bool wrote_nothing(const struct decode *decode)
{
	const struct recorder_event *event = decode->event;
	const struct recorder_arg *arg = call_argument(event, decode->arg);

	for (size_t i = 0; i < event->call.nbufs; i++)
		if (event->call.bufs[i].arg == (int)decode->arg)
			return false;
	return decode->keeps_output && arg && arg->direction == RECORDER_OUT &&
	       !event->call.unfinished && event->call.ret >= 0 &&
	       event->call.syscall->coverage == 0;
}

void decode_pointer(struct decode *decode, const struct type *type, uint64_t address)
{
	size_t max = decode->string_limit > STRUCT_MAX ? decode->string_limit : STRUCT_MAX;
	struct bytes bytes = { 0 };

	if (address == 0)
		out__str(decode->out, "NULL");
	else if (type->decoder->memory && decode_find(decode, address, max, &bytes))
		show_memory(decode, type, &bytes);
	else if (type->decoder->properties & IS_LIST && type->count == 0 && wrote_nothing(decode))
		type->decoder->memory(decode, type, &(struct bytes){ 0 });
	else
		out__hex(decode->out, address);
}

#define O_CREAT_OR_TMPFILE 0x400040 /* of every machine */

/* The mode of a call that creates nothing is whatever was in the register. */
static bool is_unused_mode(const struct recorder_event *event, const struct recorder_arg *arg,
			   unsigned int i)
{
	const struct recorder_arg *before = i > 0 ? call_argument(event, i - 1) : NULL;

	return before && strcmp(arg->type, "mode_t") == 0 &&
	       strcmp(before->type, "flags:open") == 0 &&
	       !(event->call.args[i - 1] & O_CREAT_OR_TMPFILE);
}

/*
 * Arguments of which the table's type does not say enough. What clone's child finds at child_tid is
 * in the child's memory, and may be written later.
 */
static const char *argument_type(const struct recorder_arg *arg)
{
	static const struct {
		const char *name, *type;
	} arguments[] = { { "optname", "sockopt" },
			  { "optval", "socket option" },
			  { "protocol", "socket protocol" },
			  { "val3", "futex val3" },
			  { "child_tid", "address" } };

	for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++)
		if (strcmp(arg->name, arguments[i].name) == 0)
			return arguments[i].type;
	return arg->type;
}

/* As in C, but without spaces: "FUTEX_WAIT|FUTEX_CLOCK_REALTIME". */
static void show_command(struct out *out, const char *name)
{
	for (; *name; name++)
		if (*name != ' ')
			out__char(out, *name);
}

static void show_argument(struct decode *decode, const struct recorder_arg *arg, unsigned int i)
{
	const struct recorder_event *event = decode->event;
	const struct recorder_command *command = event->call.command;

	decode->arg = i;
	if (command && event->call.syscall && event->call.syscall->command == i + 1)
		show_command(decode->out, command->name);
	else
		decode_value(decode, types__find(decode->types, argument_type(arg)),
			     event->call.args[i]);
}

/*
 * A number that is in no table keeps all its registers; a known call shows what its row names, but
 * for what the kernel ignores.
 */
void decode_arguments(struct decode *decode)
{
	const struct recorder_event *event = decode->event;
	const char *separator = "";

	for (unsigned int i = 0; i < event->call.nargs && i < RECORDER_ARGS; i++) {
		const struct recorder_arg *arg = call_argument(event, i);

		if (event->call.syscall && (!arg || is_unused_mode(event, arg, i)))
			break;
		if (arg && strcmp(arg->type, "unused") == 0)
			continue;
		out__str(decode->out, separator);
		separator = ", ";
		if (arg)
			show_argument(decode, arg, i);
		else
			out__hex(decode->out, event->call.args[i]);
	}
	decode_done(decode);
}
