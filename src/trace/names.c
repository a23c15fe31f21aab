/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "trace/names.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "trace/lookup.h"
#include "trace/text.h"

/* docs/format.md, 4: what bounds the memory of a table. */
#define ABIS_MAX 16
#define SYSCALLS_MAX 8192
#define COMMANDS_MAX 65536

struct names {
	size_t nabis, nsyscalls, ncommands;
	struct {
		unsigned int number;
		const char *name;
	} abis[ABIS_MAX];
	struct recorder_syscall *syscalls;
	struct recorder_command *commands;
	struct lookup by_number;  /* (abi, nr) to an index of syscalls */
	struct lookup by_command; /* (index of syscalls, value) to an index of commands */
	char *text;
	char *text_end;
};

static bool read_arguments(struct names *names, struct cursor *c, struct recorder_arg *args,
			   unsigned int *nargs)
{
	uint64_t n = cursor_varint(c);

	if (n > RECORDER_ARGS)
		return false;
	for (uint64_t i = 0; i < n; i++) {
		uint64_t direction;

		args[i].name = text_take(c, &names->text_end, NULL);
		args[i].type = text_take(c, &names->text_end, NULL);
		direction = cursor_varint(c);
		if (c->bad || direction > RECORDER_INOUT)
			return false;
		args[i].direction = (enum recorder_direction)direction;
	}
	*nargs = (unsigned int)n;
	return !c->bad;
}

static int read_abis(struct names *names, struct cursor *c)
{
	uint64_t n = cursor_varint(c);

	if (n > ABIS_MAX)
		return -EBADMSG;
	names->nabis = n;
	for (uint64_t i = 0; i < n; i++) {
		names->abis[i].number = cursor_u32(c);
		names->abis[i].name = text_take(c, &names->text_end, NULL);
	}
	return c->bad ? -EBADMSG : 0;
}

static int read_syscall(struct names *names, struct cursor *c, uint32_t index)
{
	struct recorder_syscall *syscall = &names->syscalls[index];

	syscall->name = text_take(c, &names->text_end, NULL);
	syscall->classes = cursor_u32(c);
	syscall->coverage = cursor_u32(c);
	syscall->command = cursor_u32(c);
	if (c->bad || syscall->command > RECORDER_ARGS)
		return -EBADMSG;
	for (size_t i = 0; i < names->nabis; i++) {
		int64_t nr = cursor_zigzag(c);

		if (c->bad || nr < -1 || nr > UINT32_MAX)
			return -EBADMSG;
		if (nr >= 0 &&
		    lookup__set(&names->by_number,
				(uint64_t)names->abis[i].number << 32 | (uint64_t)nr, index) < 0)
			return -ENOMEM;
	}
	return read_arguments(names, c, syscall->args, &syscall->nargs) ? 0 : -EBADMSG;
}

static int read_syscalls(struct names *names, struct cursor *c)
{
	uint64_t n = cursor_varint(c);

	if (n > SYSCALLS_MAX)
		return -EBADMSG;
	names->nsyscalls = n;
	names->syscalls = calloc(n + 1, sizeof(*names->syscalls));
	if (!names->syscalls)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++) {
		int err = read_syscall(names, c, i);

		if (err < 0)
			return err;
	}
	return c->bad ? -EBADMSG : 0;
}

static int read_command(struct names *names, struct cursor *c, uint32_t i)
{
	struct recorder_command *command = &names->commands[i];
	uint64_t index = cursor_varint(c);

	command->name = text_take(c, &names->text_end, NULL);
	command->value = cursor_u32(c);
	if (c->bad || index >= names->nsyscalls ||
	    !read_arguments(names, c, command->args, &command->nargs))
		return -EBADMSG;
	return lookup__set(&names->by_command, index << 32 | command->value, i);
}

static int read_commands(struct names *names, struct cursor *c)
{
	uint64_t n = cursor_varint(c);

	/* Four bytes each at least. */
	if (n > COMMANDS_MAX || n > cursor_left(c) / 4)
		return -EBADMSG;
	names->ncommands = n;
	names->commands = calloc(n + 1, sizeof(*names->commands));
	if (!names->commands)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++) {
		int err = read_command(names, c, i);

		if (err < 0)
			return err;
	}
	return c->bad || cursor_left(c) ? -EBADMSG : 0;
}

struct names *names__new(const uint8_t *payload, size_t size)
{
	struct cursor c = { .at = payload, .end = payload + size };
	struct names *names = calloc(1, sizeof(*names));
	int err = -ENOMEM;

	if (!names)
		goto out;
	names->text = names->text_end = malloc(size + 1);
	if (!names->text)
		goto out;
	err = read_abis(names, &c);
	if (err == 0)
		err = read_syscalls(names, &c);
	if (err == 0)
		err = read_commands(names, &c);
out:
	if (err == 0)
		return names;
	names__free(names);
	errno = -err;
	return NULL;
}

void names__free(struct names *names)
{
	if (!names)
		return;
	lookup__free(&names->by_number);
	lookup__free(&names->by_command);
	free(names->syscalls);
	free(names->commands);
	free(names->text);
	free(names);
}

const char *names__abi(const struct names *names, unsigned int abi)
{
	for (size_t i = 0; names && i < names->nabis; i++) {
		if (names->abis[i].number == abi)
			return names->abis[i].name;
	}
	return NULL;
}

const struct recorder_syscall *names__syscall(const struct names *names, unsigned int abi,
					      uint32_t nr)
{
	uint32_t i = LOOKUP_NONE;

	if (names)
		i = lookup__get(&names->by_number, (uint64_t)abi << 32 | nr);
	return i == LOOKUP_NONE ? NULL : &names->syscalls[i];
}

const struct recorder_command *names__command(const struct names *names,
					      const struct recorder_syscall *of, uint64_t value)
{
	uint64_t index = (uint64_t)(of - names->syscalls);
	uint32_t i = lookup__get(&names->by_command, index << 32 | (uint32_t)value);

	return i == LOOKUP_NONE ? NULL : &names->commands[i];
}
