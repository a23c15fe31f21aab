/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The table of system calls, and that of commands, as JSON: for docs/coverage.md and its tests. */
#include <stdio.h>

#include "report/json.h"
#include "syscalls/syscalls.h"

static const char *const classes[POINTER_CLASSES] = {
	[POINTER_NONE] = NULL,
	[POINTER_IN] = "in",
	[POINTER_OUT] = "out",
	[POINTER_INOUT] = "inout",
	[POINTER_OPAQUE] = "opaque",
	[POINTER_FUNCTION] = "function",
	[POINTER_UNDESCRIBED] = "undescribed",
};

static void print_args(struct json *json, const struct syscall_arg *args, unsigned int nargs)
{
	json__open(json, "args", '[');
	for (unsigned int i = 0; i < nargs; i++) {
		json__open(json, NULL, '{');
		json__text(json, "name", args[i].name);
		json__text(json, "type", args[i].type);
		json__text(json, "class", classes[syscall_arg_class(&args[i])]);
		json__text(json, "missing", args[i].missing);
		json__close(json, '}');
	}
	json__close(json, ']');
}

static void print_syscall(struct json *json, const struct syscall *syscall)
{
	json__open(json, NULL, '{');
	json__text(json, "name", syscall->name);
	json__open(json, "nr", '{');
	for (int abi = 0; abi < ABI_COUNT; abi++)
		if (syscall->nr[abi] >= 0)
			json__number(json, abi_name(abi), syscall->nr[abi]);
	json__close(json, '}');
	json__text(json, "missing", syscall->missing);
	json__number(json, "selecting", syscall->command);
	json__bool(json, "paired", syscall->paired);
	print_args(json, syscall->args, syscall->nargs);
	json__close(json, '}');
	fputc('\n', json->out);
}

static void print_abis(struct json *json, const struct syscall_command *command,
		       const struct syscall *syscall)
{
	json__open(json, "abis", '[');
	for (int abi = 0; abi < ABI_COUNT; abi++)
		if (command_belongs(command, syscall, abi))
			json__text(json, NULL, abi_name(abi));
	json__close(json, ']');
}

/* Once for each row that it belongs to: fcntl and fcntl64 have the same commands. */
static void print_command(struct json *json, const struct syscall_command *command)
{
	for (size_t i = 0; i < syscall_table_size; i++) {
		const struct syscall *syscall = &syscall_table[i];
		bool belongs = false;

		for (int abi = 0; abi < ABI_COUNT; abi++)
			belongs |= command_belongs(command, syscall, abi);
		if (!belongs)
			continue;
		json__open(json, NULL, '{');
		json__text(json, "syscall", syscall->name);
		json__text(json, "name", command->name);
		json__number(json, "value", (uint32_t)command->value);
		print_abis(json, command, syscall);
		print_args(json, command->args, command->nargs);
		json__close(json, '}');
		fputc('\n', json->out);
	}
}

int main(void)
{
	struct json json = { .out = stdout };

	json__open(&json, NULL, '{');
	json__open(&json, "syscalls", '[');
	for (size_t i = 0; i < syscall_table_size; i++)
		print_syscall(&json, &syscall_table[i]);
	json__close(&json, ']');
	json__open(&json, "commands", '[');
	for (size_t i = 0; i < command_table_size; i++)
		print_command(&json, &command_table[i]);
	json__close(&json, ']');
	json__close(&json, '}');
	return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
