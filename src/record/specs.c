// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "record/specs.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>

#include "record/capture.h"
#include "syscalls/shapes.h"
#include "syscalls/syscalls.h"

static int load_commands(int map, const struct syscall *syscall, unsigned int abi,
			 const struct capture_options *options)
{
	for (size_t i = 0; i < command_table_size; i++) {
		const struct syscall_command *command = &command_table[i];
		struct call_spec spec;
		__u64 key;

		if (!command_belongs(command, syscall, abi))
			continue;
		syscall_compile(syscall, command, abi, options->inputs, options->outputs, &spec);
		spec.selected = 1;
		key = command->value << 32 | (abi * SYSCALLS_MAX + syscall->nr[abi]);
		if (bpf_map_update_elem(map, &key, &spec, BPF_ANY))
			return -errno;
	}
	return 0;
}

/* Thousands of rows in one system call: the recorder shall be ready soon. */
static int write_rows(int map, const void *rows, __u32 count)
{
	__u32 *keys = calloc(count, sizeof(*keys));
	int err;

	if (!keys)
		return -ENOMEM;
	for (__u32 i = 0; i < count; i++)
		keys[i] = i;
	err = bpf_map_update_batch(map, keys, rows, &count, NULL);
	free(keys);
	return err;
}

int load_specs(int specs, int commands, const struct capture_options *options)
{
	/* A number that the table does not have is recorded with its registers; -e selects by name
	 * and leaves it out. */
	const struct call_spec unknown = { .nargs = EVENT_ARGS, .selected = !options->calls };
	struct call_spec *table = calloc(ABI_COUNT * SYSCALLS_MAX, sizeof(*table));
	int err = 0;

	if (!table)
		return -ENOMEM;
	for (unsigned int i = 0; i < ABI_COUNT * SYSCALLS_MAX; i++)
		table[i] = unknown;
	for (size_t i = 0; i < syscall_table_size && !err; i++) {
		const struct syscall *syscall = &syscall_table[i];

		for (unsigned int abi = 0; abi < ABI_COUNT && !err; abi++) {
			struct call_spec *spec;

			if (syscall->nr[abi] < 0 || syscall->nr[abi] >= SYSCALLS_MAX - 1)
				continue;
			spec = &table[abi * SYSCALLS_MAX + syscall->nr[abi]];
			syscall_compile_entry(syscall, abi, options->inputs, options->outputs,
					      spec);
			spec->selected = !options->calls ||
					 syscall_set__has(options->calls, syscall);
			if (syscall->command && spec->selected)
				err = load_commands(commands, syscall, abi, options);
		}
	}
	if (!err)
		err = write_rows(specs, table, ABI_COUNT * SYSCALLS_MAX);
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
	err = write_rows(shapes, table, 2 * SHAPES_MAX);
	free(table);
	return err;
}
