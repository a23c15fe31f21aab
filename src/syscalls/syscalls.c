/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "syscalls/row.h"
#include "syscalls/syscalls.h"

/* A condition in a row replaces the one that its direction brings. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"

#define SYSCALL(n, x86_64, i386, x32, arm64, arm, c, ...) \
	{ ROW(#n, x86_64, i386, x32, arm64, arm, c), ARGUMENTS(__VA_ARGS__) },
#define SYSCALL_PARTIAL(n, x86_64, i386, x32, arm64, arm, c, missing, ...) \
	{ ROW(#n, x86_64, i386, x32, arm64, arm, c), PARTIAL(missing), ARGUMENTS(__VA_ARGS__) },
#define SYSCALL_WITH(n, x86_64, i386, x32, arm64, arm, c, options, ...) \
	{ ROW(#n, x86_64, i386, x32, arm64, arm, c), options, ARGUMENTS(__VA_ARGS__) },
#define COMMAND_ROW(...)

const struct syscall syscall_table[] = {
#include "syscalls/table/all.def"
};
const size_t syscall_table_size = sizeof(syscall_table) / sizeof(syscall_table[0]);

_Static_assert(sizeof(syscall_table) / sizeof(syscall_table[0]) <=
		       8 * sizeof(((struct syscall_set *)0)->bits),
	       "syscall_set");

#undef SYSCALL
#undef SYSCALL_PARTIAL
#undef SYSCALL_WITH
#undef COMMAND_ROW
#define SYSCALL(...)
#define SYSCALL_PARTIAL(...)
#define SYSCALL_WITH(...)
#define COMMAND_ROW(on, n, command, selector, options, ...) \
	{ .syscall = n,                                     \
	  .name = command,                                  \
	  .value = selector,                                \
	  .abis = on,                                       \
	  options ARGUMENTS(__VA_ARGS__) },

const struct syscall_command command_table[] = {
#include "syscalls/table/all.def"
};
const size_t command_table_size = sizeof(command_table) / sizeof(command_table[0]);

#pragma GCC diagnostic pop

#define NUMBERS 1024 /* above every number of every ABI */

static uint16_t rows_by_number[ABI_COUNT][NUMBERS]; /* 1 + index of the row */
static pthread_once_t rows_by_number_once = PTHREAD_ONCE_INIT;

static void index_rows(void)
{
	for (size_t i = 0; i < syscall_table_size; i++)
		for (int abi = 0; abi < ABI_COUNT; abi++) {
			int nr = syscall_table[i].nr[abi];

			if (nr >= 0 && nr < NUMBERS)
				rows_by_number[abi][nr] = i + 1;
		}
}

const struct syscall *syscall_find(enum event_abi abi, uint32_t nr)
{
	uint16_t row;

	if ((unsigned int)abi >= ABI_COUNT || nr >= NUMBERS)
		return NULL;
	pthread_once(&rows_by_number_once, index_rows);
	row = rows_by_number[abi][nr];
	return row ? &syscall_table[row - 1] : NULL;
}

const struct syscall *syscall_find_name(const char *name)
{
	for (size_t i = 0; i < syscall_table_size; i++)
		if (strcmp(syscall_table[i].name, name) == 0)
			return &syscall_table[i];
	return NULL;
}

const struct syscall *syscall_find_on(enum event_abi abi, const char *name)
{
	for (size_t i = 0; i < syscall_table_size; i++)
		if (syscall_table[i].nr[abi] >= 0 && strcmp(syscall_table[i].name, name) == 0)
			return &syscall_table[i];
	return NULL;
}

const enum event_abi machine_abis[MACHINE_ABIS] = {
#if defined(__aarch64__)
	ABI_ARM64, ABI_ARM
#else
	ABI_X86_64, ABI_I386, ABI_X32
#endif
};

bool command_belongs(const struct syscall_command *command, const struct syscall *syscall,
		     enum event_abi abi)
{
	return syscall->command && syscall->nr[abi] >= 0 && command->abis >> abi & 1 &&
	       strcmp(command->syscall, syscall->commands ? syscall->commands : syscall->name) == 0;
}

const struct syscall_command *command_find(const struct syscall *syscall, enum event_abi abi,
					   uint64_t value)
{
	for (size_t i = 0; i < command_table_size; i++) {
		const struct syscall_command *command = &command_table[i];

		if ((uint32_t)command->value == (uint32_t)value &&
		    command_belongs(command, syscall, abi))
			return command;
	}
	return NULL;
}

enum pointer_class syscall_arg_class(const struct syscall_arg *arg)
{
	return arg->buffer.direction ? arg->buffer.direction : arg->pointer;
}

const char *abi_name(enum event_abi abi)
{
	static const char *const names[ABI_COUNT] = {
		[ABI_X86_64] = "x86_64", [ABI_I386] = "i386", [ABI_X32] = "x32",
		[ABI_ARM64] = "arm64",	 [ABI_ARM] = "arm",
	};

	return (unsigned int)abi < ABI_COUNT ? names[abi] : NULL;
}
