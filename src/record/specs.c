// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "record/specs.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>

#include "record/capture.h"
#include "syscalls/shapes.h"
#include "syscalls/syscalls.h"

/* Thousands of rows go to a map in one system call: the recorder shall be ready soon. */
struct commands {
	__u64 keys[COMMANDS_MAX];
	struct call_spec specs[COMMANDS_MAX];
	__u32 count;
};

static int add_commands(struct commands *commands, const struct syscall *syscall,
			enum event_abi abi, const struct capture_options *options)
{
	for (size_t i = 0; i < command_table_size; i++) {
		const struct syscall_command *command = &command_table[i];
		struct call_spec *spec = &commands->specs[commands->count];

		if (!command_belongs(command, syscall, abi))
			continue;
		if (commands->count == COMMANDS_MAX)
			return -E2BIG;
		syscall_compile(syscall, command, abi, options->inputs, options->outputs, spec);
		spec->selected = 1;
		commands->keys[commands->count++] = command->value << 32 |
						    (abi * SYSCALLS_MAX + syscall->nr[abi]);
	}
	return 0;
}

int array_fill(int map, const void *values, __u32 count)
{
	__u32 *keys = calloc(count, sizeof(*keys));
	int err;

	if (!keys)
		return -ENOMEM;
	for (__u32 i = 0; i < count; i++)
		keys[i] = i;
	err = bpf_map_update_batch(map, keys, values, &count, NULL);
	free(keys);
	return err;
}

static int compile_table(struct call_spec *table, struct commands *commands,
			 const struct capture_options *options)
{
	int err = 0;

	for (size_t i = 0; i < syscall_table_size; i++) {
		const struct syscall *syscall = &syscall_table[i];

		for (size_t j = 0; j < MACHINE_ABIS && !err; j++) {
			enum event_abi abi = machine_abis[j];
			struct call_spec *spec;

			if (syscall->nr[abi] < 0 || syscall->nr[abi] >= SYSCALLS_MAX - 1)
				continue;
			spec = &table[abi * SYSCALLS_MAX + syscall->nr[abi]];
			syscall_compile_entry(syscall, abi, options->inputs, options->outputs,
					      spec);
			spec->selected = !options->calls ||
					 syscall_set__has(options->calls, syscall);
			if (syscall->command && spec->selected)
				err = add_commands(commands, syscall, abi, options);
		}
	}
	return err;
}

int load_specs(int specs, int commands, const struct capture_options *options)
{
	/* A number that the table does not have is recorded with its registers; -e selects by name
	 * and leaves it out. */
	const struct call_spec unknown = { .nargs = EVENT_ARGS, .selected = !options->calls };
	struct call_spec *table = calloc(ABI_COUNT * SYSCALLS_MAX, sizeof(*table));
	struct commands *of_commands = calloc(1, sizeof(*of_commands));
	int err = table && of_commands ? 0 : -ENOMEM;

	for (unsigned int i = 0; !err && i < ABI_COUNT * SYSCALLS_MAX; i++)
		table[i] = unknown;
	if (!err)
		err = compile_table(table, of_commands, options);
	if (!err)
		err = array_fill(specs, table, ABI_COUNT * SYSCALLS_MAX);
	if (!err && of_commands->count)
		err = bpf_map_update_batch(commands, of_commands->keys, of_commands->specs,
					   &of_commands->count, NULL);
	free(of_commands);
	free(table);
	return err;
}

int load_shapes(int shapes)
{
	struct shape *table = calloc(2 * SHAPES_MAX, sizeof(*table));
	int err;

	if (!table)
		return -ENOMEM;
	for (unsigned int i = 0; i < SHAPE_COUNT; i++) {
		table[i] = *shape_find(i, 8);
		table[SHAPES_MAX + i] = *shape_find(i, 4);
	}
	err = array_fill(shapes, table, 2 * SHAPES_MAX);
	free(table);
	return err;
}
