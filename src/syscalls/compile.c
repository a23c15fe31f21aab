/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <string.h>

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

static bool is_overwritten(const struct buffer_size *size)
{
	switch (size->kind) {
	case SIZE_VALUE32:
	case SIZE_VALUE64:
		return true;
	case SIZE_HANDLER:
		return size->arg == HANDLER_MSGHDR || size->arg == HANDLER_MMSGHDR;
	default:
		return false;
	}
}

void syscall_compile(const struct syscall *syscall, const struct syscall_command *command,
		     bool inputs, bool outputs, struct call_spec *spec)
{
	const struct syscall_arg *args = command ? command->args : syscall->args;

	memset(spec, 0, sizeof(*spec));
	spec->nargs = command ? command->nargs : syscall->nargs;
	spec->command = command ? 0 : syscall->command;
	spec->at_entry = syscall->at_entry;
	for (unsigned int i = 0; i < spec->nargs; i++) {
		struct buffer_spec *buffer = &spec->buffers[spec->count];

		if (!is_wanted(&args[i].buffer, inputs, outputs))
			continue;
		*buffer = args[i].buffer;
		buffer->arg = i;
		if (is_overwritten(&buffer->size) || is_overwritten(&buffer->bound))
			spec->at_entry |= AT_ENTRY_SAVE;
		spec->count++;
	}
}
