/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>

#include "record/blocks.h"
#include "record/bytes.h"
#include "record/writer.h"
#include "syscalls/syscalls.h"

static bool is_of_machine(const struct syscall *syscall)
{
	for (size_t i = 0; i < MACHINE_ABIS; i++)
		if (syscall->nr[machine_abis[i]] >= 0)
			return true;
	return false;
}

static void put_args(struct bytes *payload, const struct syscall_arg *args, unsigned int nargs)
{
	bytes__put_varint(payload, nargs);
	for (unsigned int i = 0; i < nargs; i++) {
		bytes__put_text(payload, args[i].name);
		bytes__put_text(payload, args[i].type);
		bytes__put_varint(payload, args[i].buffer.direction);
	}
}

static void put_abis(struct bytes *payload)
{
	bytes__put_varint(payload, MACHINE_ABIS);
	for (size_t i = 0; i < MACHINE_ABIS; i++) {
		bytes__put_varint(payload, machine_abis[i]);
		bytes__put_text(payload, abi_name(machine_abis[i]));
	}
}

/* places[row] becomes the row's place in the written list; their number is returned. */
static uint64_t put_syscalls(struct bytes *payload, uint32_t *places)
{
	uint64_t count = 0;

	for (size_t row = 0; row < syscall_table_size; row++) {
		const struct syscall *syscall = &syscall_table[row];

		if (!is_of_machine(syscall))
			continue;
		places[row] = (uint32_t)count++;
		bytes__put_text(payload, syscall->name);
		bytes__put_varint(payload, syscall->classes);
		bytes__put_varint(payload, syscall->coverage);
		bytes__put_varint(payload, syscall->paired ? 0 : syscall->command);
		for (size_t i = 0; i < MACHINE_ABIS; i++)
			bytes__put_varint(payload, zigzag(syscall->nr[machine_abis[i]]));
		put_args(payload, syscall->args, syscall->nargs);
	}
	return count;
}

static bool is_command_of(const struct syscall_command *command, const struct syscall *syscall)
{
	for (size_t i = 0; i < MACHINE_ABIS; i++)
		if (command_belongs(command, syscall, machine_abis[i]))
			return true;
	return false;
}

static uint64_t put_commands(struct bytes *payload, const uint32_t *places)
{
	uint64_t count = 0;

	for (size_t row = 0; row < syscall_table_size; row++) {
		if (!syscall_table[row].command || syscall_table[row].paired)
			continue;
		for (size_t i = 0; i < command_table_size; i++) {
			const struct syscall_command *command = &command_table[i];

			if (!is_command_of(command, &syscall_table[row]))
				continue;
			count++;
			bytes__put_varint(payload, places[row]);
			bytes__put_text(payload, command->name);
			bytes__put_varint(payload, (uint32_t)command->value);
			put_args(payload, command->args, command->nargs);
		}
	}
	return count;
}

int write_syscalls(struct writer *writer)
{
	struct bytes payload = { 0 }, list = { 0 };
	uint32_t *places = calloc(syscall_table_size, sizeof(*places));
	int err = -ENOMEM;

	if (!places)
		return err;
	put_abis(&payload);
	bytes__put_varint(&payload, put_syscalls(&list, places));
	bytes__put(&payload, list.data, list.len);
	list.len = 0;
	bytes__put_varint(&payload, put_commands(&list, places));
	bytes__put(&payload, list.data, list.len);
	if (!payload.failed && !list.failed)
		err = writer__block(writer, BLOCK_SYSCALLS, 0, payload.data, payload.len);
	bytes__free(&payload);
	bytes__free(&list);
	free(places);
	return err;
}
