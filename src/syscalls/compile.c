/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <string.h>

#include "syscalls/layouts.h"
#include "syscalls/shapes.h"
#include "syscalls/syscalls.h"

static bool is_wanted(const struct buffer_spec *buffer, bool inputs, bool outputs)
{
	switch (buffer->direction) {
	case DIRECTION_IN:
		return inputs;
	case DIRECTION_OUT:
	case DIRECTION_INOUT:
		return outputs;
	default:
		return false;
	}
}

/* The kernel's parameter has 32 bits: what a register has above them is anybody's. */
static bool is_narrow(const char *type)
{
	return !strcmp(type, "int") || !strcmp(type, "unsigned");
}

/* What has to be seen at entry: the call changes it, or it can be gone at exit. */
static bool is_overwritten(const struct buffer_size *size)
{
	switch (size->kind) {
	case SIZE_VALUE32:
	case SIZE_VALUE64:
	case SIZE_SEMAPHORES:
		return true;
	case SIZE_HANDLER:
		return size->arg == HANDLER_MSGHDR || size->arg == HANDLER_MMSGHDR ||
		       size->arg == HANDLER_SEMUN;
	default:
		return false;
	}
}

/* A vector whose segments the call writes can lie under them: bpf/image.bpf.h. */
static bool is_written_vector(const struct buffer_spec *buffer)
{
	return buffer->direction != DIRECTION_IN && buffer->size.kind == SIZE_HANDLER &&
	       buffer->size.arg == HANDLER_IOVEC;
}

static bool is_shape(const struct buffer_size *size, enum shape_name shape)
{
	return size->kind == SIZE_HANDLER && size->arg == HANDLER_SHAPE &&
	       SHAPE_OF(size->factor) == (uint32_t)shape;
}

static void resolve_layouts(struct buffer_size *size, enum event_abi abi)
{
	if (size->factor & LAYOUT_REF)
		size->factor = ((size->factor & ~LAYOUT_REF) >> LAYOUT_SHIFT) *
			       layout_value(size->factor & LAYOUT_MASK, abi);
	if (size->plus & PLUS_REF)
		size->plus = layout_value(size->plus & ~PLUS_REF, abi);
}

/*
 * Bytes of a pointer and of a long in what the buffer's walk goes through. On x32 the kernel's
 * entries take 32-bit pointers in arrays (in_compat_syscall, or numbers of their own), but select's
 * sets and the argument pack of pselect6 and io_pgetevents are those of 64 bits.
 */
static uint8_t bytes_of_long(const struct buffer_size *size, enum event_abi abi)
{
	switch (abi) {
	case ABI_I386:
	case ABI_ARM:
		return 4;
	case ABI_X32:
		return size->kind == SIZE_BITS || is_shape(size, SHAPE_sigset_argpack) ? 8 : 4;
	default:
		return 8;
	}
}

static void compile_buffers(const struct syscall_arg *args, unsigned int nargs, enum event_abi abi,
			    bool inputs, bool outputs, struct call_spec *spec)
{
	for (unsigned int i = 0; i < nargs; i++) {
		struct buffer_spec *buffer = &spec->buffers[spec->count];

		if (is_narrow(args[i].type))
			spec->narrow |= 1U << i;
		if (!is_wanted(&args[i].buffer, inputs, outputs))
			continue;
		*buffer = args[i].buffer;
		buffer->arg = i;
		buffer->wide = bytes_of_long(&buffer->size, abi);
		resolve_layouts(&buffer->size, abi);
		resolve_layouts(&buffer->bound, abi);
		if (is_overwritten(&buffer->size) || is_overwritten(&buffer->bound) ||
		    is_written_vector(buffer))
			spec->at_entry |= AT_ENTRY_SAVE;
		spec->count++;
	}
}

/* The arguments are words in memory, and the rules those of the row that would have them. */
static void compile_unpacked(const char *name, uint8_t unpack_arg, enum event_abi abi, bool inputs,
			     bool outputs, struct call_spec *spec)
{
	const struct syscall *row = syscall_find_on(abi, name);

	if (!row)
		row = syscall_find_name(name);
	if (!row)
		return;
	spec->unpack = unpack_arg;
	spec->unpacked = row->nargs;
	compile_buffers(row->args, row->nargs, abi, inputs, outputs, spec);
}

void syscall_compile(const struct syscall *syscall, const struct syscall_command *command,
		     enum event_abi abi, bool inputs, bool outputs, struct call_spec *spec)
{
	const char *unpack = command ? command->unpack : syscall->unpack;

	memset(spec, 0, sizeof(*spec));
	spec->nargs = command ? command->nargs : syscall->nargs;
	spec->command = command ? 0 : syscall->command;
	spec->paired = !command && syscall->paired;
	spec->at_entry = syscall->at_entry;
	if (unpack)
		compile_unpacked(unpack, command ? command->unpack_arg : syscall->unpack_arg, abi,
				 inputs, outputs, spec);
	else
		compile_buffers(command ? command->args : syscall->args, spec->nargs, abi, inputs,
				outputs, spec);
}

void syscall_compile_entry(const struct syscall *syscall, enum event_abi abi, bool inputs,
			   bool outputs, struct call_spec *spec)
{
	struct call_spec of_command;

	syscall_compile(syscall, NULL, abi, inputs, outputs, spec);
	if (!syscall->command)
		return;
	for (size_t i = 0; i < command_table_size; i++) {
		if (!command_belongs(&command_table[i], syscall, abi))
			continue;
		syscall_compile(syscall, &command_table[i], abi, inputs, outputs, &of_command);
		spec->at_entry |= of_command.at_entry;
	}
}
