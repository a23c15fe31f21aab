/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "syscalls/shapes.h"
#include "syscalls/syscalls.h"

#define TYPES_MAX 256

static bool starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static void test_unique(void **state)
{
	(void)state;
	for (size_t i = 0; i < syscall_table_size; i++) {
		const struct syscall *syscall = &syscall_table[i];
		bool anywhere = false;

		if (syscall_find_name(syscall->name)->classes != syscall->classes)
			fail_msg("the rows of %s are of different classes", syscall->name);
		for (int abi = 0; abi < ABI_COUNT; abi++) {
			if (syscall->nr[abi] < 0)
				continue;
			anywhere = true;
			if (syscall_find(abi, syscall->nr[abi]) != syscall)
				fail_msg("%s: %s number %d is there twice", syscall->name,
					 abi_name(abi), syscall->nr[abi]);
			if (syscall_find_on(abi, syscall->name) != syscall)
				fail_msg("%s has two numbers on %s", syscall->name, abi_name(abi));
		}
		if (!anywhere)
			fail_msg("%s has no number", syscall->name);
	}
	assert_null(syscall_find(ABI_X86_64, 1023));
	assert_null(syscall_find(ABI_X86_64, UINT32_MAX));
	assert_null(syscall_find(ABI_COUNT, 0));
	assert_null(abi_name(ABI_COUNT));
}

/* A trace has one list of commands for all ABIs of a machine. */
static void check_commands_of(const struct syscall *syscall, const enum event_abi *abis, int count)
{
	for (size_t i = 0; i < command_table_size; i++) {
		const struct syscall_command *command = &command_table[i];

		for (int a = 0; a < count; a++) {
			if (!command_belongs(command, syscall, abis[a]))
				continue;
			if (command->nargs < syscall->command)
				fail_msg("%s lacks its selecting argument", command->name);
			for (int b = 0; b < count; b++) {
				const struct syscall_command *other = command_find(syscall, abis[b],
										   command->value);

				if (other && other != command)
					fail_msg("%s of %s: its number is also that of %s",
						 command->name, syscall->name, other->name);
			}
		}
	}
}

static void test_commands_unique(void **state)
{
	static const enum event_abi x86[] = { ABI_X86_64, ABI_I386, ABI_X32 };
	static const enum event_abi arm[] = { ABI_ARM64, ABI_ARM };

	(void)state;
	for (size_t i = 0; i < command_table_size; i++) {
		const struct syscall_command *command = &command_table[i];
		bool belongs = false;

		for (size_t row = 0; row < syscall_table_size; row++)
			for (int abi = 0; abi < ABI_COUNT; abi++)
				belongs |= command_belongs(command, &syscall_table[row], abi);
		if (!belongs)
			fail_msg("%s: %s selects no commands", command->name, command->syscall);
	}
	for (size_t row = 0; row < syscall_table_size; row++) {
		const struct syscall *syscall = &syscall_table[row];

		assert_in_range(syscall->command, 0, syscall->nargs);
		check_commands_of(syscall, x86, 3);
		check_commands_of(syscall, arm, 2);
	}
	assert_null(command_find(syscall_find_name("read"), ABI_X86_64, 5));
}

struct types {
	char names[TYPES_MAX][32];
	size_t count;
};

/* The words between backticks in the section "Types" of docs/adding-a-syscall.md. */
static void read_types(struct types *types)
{
	const char *tests = strstr(__FILE__, "tests/unit/");
	char path[512], line[512], *word, *next;
	bool inside = false;
	FILE *file;

	assert_non_null(tests);
	snprintf(path, sizeof(path), "%.*sdocs/adding-a-syscall.md", (int)(tests - __FILE__),
		 __FILE__);
	file = fopen(path, "r");
	if (!file)
		fail_msg("%s cannot be read", path);
	while (fgets(line, sizeof(line), file)) {
		if (line[0] == '#')
			inside = starts_with(line, "## Types");
		if (!inside || line[0] != '|')
			continue;
		next = line;
		while (strsep(&next, "`") && (word = strsep(&next, "`")) && next)
			if (types->count < TYPES_MAX)
				snprintf(types->names[types->count++], sizeof(types->names[0]),
					 "%s", word);
	}
	fclose(file);
}

static bool has_type(const struct types *types, const char *name, size_t len)
{
	for (size_t i = 0; i < types->count; i++)
		if (strlen(types->names[i]) == len && memcmp(types->names[i], name, len) == 0)
			return true;
	return false;
}

static bool is_word(const char *text, size_t len)
{
	return len > 0 && strspn(text, "abcdefghijklmnopqrstuvwxyz_0123456789") == len;
}

/* What stands before [], [2] or *; all of it when there is none of these. */
static size_t base_len(const char *type)
{
	return strcspn(type, "[*");
}

static bool is_known_type(const struct types *types, const char *type)
{
	size_t len = base_len(type);
	const char *suffix = type + len, *colon = strchr(type, ':');

	if (has_type(types, type, strlen(type)))
		return true;
	if (*suffix && strcmp(suffix, "*") && strcmp(suffix, "[]") && strcmp(suffix, "[2]"))
		return false;
	if (starts_with(type, "struct "))
		return is_word(type + 7, len - 7);
	if (!*suffix && (starts_with(type, "enum:") || starts_with(type, "flags:")))
		return is_word(colon + 1, strlen(colon + 1));
	return has_type(types, type, len);
}

static int check_types(const struct types *types, const char *name, const struct syscall_arg *args,
		       unsigned int nargs)
{
	int wrong = 0;

	for (unsigned int i = 0; i < nargs; i++) {
		if (is_known_type(types, args[i].type))
			continue;
		print_error("%s, %s: unknown type %s\n", name, args[i].name, args[i].type);
		wrong++;
	}
	return wrong;
}

static void test_types(void **state)
{
	struct types *types = calloc(1, sizeof(*types));
	int wrong = 0;

	(void)state;
	assert_non_null(types);
	read_types(types);
	assert_true(is_known_type(types, "fd"));
	assert_true(is_known_type(types, "enum:whence"));
	assert_false(is_known_type(types, "nonsense"));
	for (size_t i = 0; i < syscall_table_size; i++)
		wrong += check_types(types, syscall_table[i].name, syscall_table[i].args,
				     syscall_table[i].nargs);
	for (size_t i = 0; i < command_table_size; i++)
		wrong += check_types(types, command_table[i].name, command_table[i].args,
				     command_table[i].nargs);
	free(types);
	assert_int_equal(wrong, 0);
}

static bool is_pointer(const char *type)
{
	static const char *const pointers[] = {
		"address", "path",     "string",      "strings", "bytes",
		"iovec",   "msghdr",   "mmsghdr",     "sigset",	 "fd_set",
		"cpu_set", "nodemask", "xattr_names", "dirents", "dirents64",
	};

	for (size_t i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++)
		if (strcmp(type, pointers[i]) == 0)
			return true;
	return type[base_len(type)] || starts_with(type, "struct ");
}

/* Deeper than this, the interpreter's stack of items overflows. */
#define SHAPE_DEPTH 2

static int shape_depth(enum shape_name name, uint8_t wide)
{
	const struct shape *shape = shape_find(name, wide);
	int deepest = 0;

	for (int i = 0; i < SHAPE_MEMBERS; i++) {
		int depth = shape->members[i].shape ? 1 + shape_depth(shape->members[i].shape, wide)
						    : 0;

		deepest = depth > deepest ? depth : deepest;
	}
	return deepest;
}

static bool is_sane_shape(enum shape_name name, uint8_t wide, unsigned int nargs)
{
	const struct shape *shape = shape_find(name, wide);

	if (name == SHAPE_none || name >= SHAPE_COUNT || shape->bytes == 0 || shape->arg > nargs)
		return false;
	for (int i = 0; i < SHAPE_MEMBERS; i++) {
		const struct shape_member *member = &shape->members[i];

		if (member->times == 0)
			continue;
		if ((member->pointer && member->pointer != wide && member->pointer != 8) ||
		    member->at + member->pointer > shape->bytes || member->shape >= SHAPE_COUNT)
			return false;
		if ((member->flags & (MEMBER_VIA | MEMBER_BOUND)) && !member->shape)
			return false;
	}
	return shape_depth(name, wide) <= SHAPE_DEPTH;
}

static bool is_sane_size(const struct buffer_size *size, unsigned int nargs, uint8_t wide)
{
	uint32_t factor = size->factor;

	switch (size->kind) {
	case SIZE_CONST:
	case SIZE_STRING:
		return factor > 0 && factor <= 0x7ffff000 && size->arg == 0;
	case SIZE_RET:
		return factor > 0 && factor <= 4096;
	case SIZE_ARG:
	case SIZE_VALUE32:
	case SIZE_VALUE64:
	case SIZE_BITS:
	case SIZE_NODES:
	case SIZE_PAGES:
	case SIZE_SEMAPHORES:
	case SIZE_BIT:
		return factor > 0 && factor <= 4096 && size->arg < nargs;
	case SIZE_FIELD32:
		return factor <= 4096 && size->arg < nargs;
	case SIZE_HANDLER:
		break;
	default:
		return false;
	}
	switch (size->arg) {
	case HANDLER_IOVEC:
	case HANDLER_MMSGHDR:
		return factor < nargs;
	case HANDLER_SEMUN:
		return factor + 2 < nargs;
	case HANDLER_MSGHDR:
	case HANDLER_IOCTL:
	case HANDLER_STRINGS:
	case HANDLER_CLONE3:
		return factor == 0;
	case HANDLER_SHAPE:
		return is_sane_shape(SHAPE_OF(factor), wide, nargs) &&
		       (SHAPE_COUNT_OF(factor) <= nargs || SHAPE_COUNT_OF(factor) == SHAPE_RET);
	}
	return false;
}

static bool is_sane_buffer(const struct buffer_spec *buffer, unsigned int nargs)
{
	bool has_errno = buffer->when == WHEN_ERROR || buffer->when == WHEN_SUCCESS_OR;

	if (buffer->arg >= nargs || buffer->when >= WHEN_COUNT || buffer->when_arg >= nargs)
		return false;
	if (has_errno && (buffer->when_errno == 0 || buffer->when_errno > 516))
		return false;
	if ((buffer->when == WHEN_ARG_BITS || buffer->when == WHEN_ARG_BITS_EVEN_FAILED) &&
	    ((buffer->when_errno & 0xff) > 63 || buffer->when_errno >> 8 > 63))
		return false;
	if (buffer->wide != 4 && buffer->wide != 8)
		return false;
	if (buffer->bound.kind != SIZE_NONE && (buffer->bound.kind == SIZE_HANDLER ||
						!is_sane_size(&buffer->bound, nargs, buffer->wide)))
		return false;
	return is_sane_size(&buffer->size, nargs, buffer->wide);
}

/* Every pointer has a class, and nothing else has one; a row with a gap says so. */
static bool is_classed(const struct syscall_arg *arg, const struct syscall *syscall, bool followed)
{
	enum pointer_class class = syscall_arg_class(arg);

	const char *wrong = NULL;

	if (arg->missing && syscall->coverage != COVERAGE_PARTIAL)
		wrong = "is not described, and the row not partial";
	else if (followed != (class >= POINTER_IN && class <= POINTER_INOUT))
		wrong = "has a rule and another class, or neither";
	else if (is_pointer(arg->type) && class == POINTER_NONE)
		wrong = "is a pointer without a class";
	else if (!is_pointer(arg->type) && class != POINTER_NONE)
		wrong = "has a class and is no pointer";
	if (wrong)
		print_error("%s, %s: %s\n", syscall->name, arg->name, wrong);
	return !wrong;
}

static int check_spec(const char *name, const struct syscall *syscall,
		      const struct syscall_command *command, enum event_abi abi)
{
	const struct syscall_arg *args = command ? command->args : syscall->args;
	struct call_spec spec, inputs, outputs;
	uint32_t followed = 0;
	int wrong = 0;

	syscall_compile(syscall, command, abi, true, true, &spec);
	syscall_compile(syscall, command, abi, true, false, &inputs);
	syscall_compile(syscall, command, abi, false, true, &outputs);
	wrong += spec.nargs > EVENT_ARGS || spec.count > EVENT_ARGS || spec.selected;
	wrong += spec.count != inputs.count + outputs.count;
	for (unsigned int i = 0; i < spec.count && i < EVENT_ARGS; i++) {
		wrong += !is_sane_buffer(&spec.buffers[i],
					 spec.unpack ? spec.unpacked : spec.nargs);
		followed |= 1U << (spec.unpack ? spec.unpack - 1 : spec.buffers[i].arg);
	}
	if (spec.unpack)
		followed |= 1U << (spec.unpack - 1);
	wrong += spec.unpack > spec.nargs || spec.unpacked > EVENT_ARGS;
	for (unsigned int i = 0; i < inputs.count; i++)
		wrong += inputs.buffers[i].direction != DIRECTION_IN;
	for (unsigned int i = 0; i < outputs.count; i++)
		wrong += outputs.buffers[i].direction == DIRECTION_IN;
	for (unsigned int i = 0; i < spec.nargs; i++)
		wrong += !is_classed(&args[i], syscall, followed >> i & 1);
	wrong += (syscall->coverage == COVERAGE_PARTIAL) != (syscall->missing != NULL);
	if (wrong)
		print_error("%s, %s: its rules contradict themselves\n", name, abi_name(abi));
	return wrong;
}

static int check_row(const struct syscall *syscall, enum event_abi abi)
{
	int wrong = check_spec(syscall->name, syscall, NULL, abi);

	for (size_t i = 0; i < command_table_size; i++)
		if (command_belongs(&command_table[i], syscall, abi))
			wrong += check_spec(command_table[i].name, syscall, &command_table[i], abi);
	return wrong;
}

static void test_specs(void **state)
{
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < syscall_table_size; i++)
		for (int abi = 0; abi < ABI_COUNT; abi++)
			if (syscall_table[i].nr[abi] >= 0)
				wrong += check_row(&syscall_table[i], abi);
	assert_int_equal(wrong, 0);
}

/* At entry what the commands need to have saved counts too. */
static void test_compile_at_entry(void **state)
{
	const struct syscall *syscall = syscall_find_on(ABI_I386, "socketcall");
	struct call_spec spec;

	(void)state;
	syscall_compile(syscall, NULL, ABI_I386, true, true, &spec);
	assert_int_equal(spec.at_entry, 0);
	syscall_compile_entry(syscall, ABI_I386, true, true, &spec);
	assert_int_equal(spec.at_entry, AT_ENTRY_SAVE);
	syscall_compile_entry(syscall_find_on(ABI_X86_64, "fcntl"), ABI_X86_64, true, true, &spec);
	assert_int_equal(spec.at_entry, 0);
}

/* Arguments in memory: the rules are those of the call that has them in registers. */
static void test_compile_unpacked(void **state)
{
	const struct syscall *syscall = syscall_find_on(ABI_I386, "socketcall");
	struct call_spec spec, direct;

	(void)state;
	syscall_compile(syscall, command_find(syscall, ABI_I386, 12), ABI_I386, true, true, &spec);
	syscall_compile(syscall_find_on(ABI_I386, "recvfrom"), NULL, ABI_I386, true, true, &direct);
	assert_int_equal(spec.nargs, 2);
	assert_int_equal(spec.unpack, 2);
	assert_int_equal(spec.unpacked, 6);
	assert_int_equal(spec.count, 3);
	assert_memory_equal(spec.buffers, direct.buffers, sizeof(spec.buffers));
	syscall_compile(syscall_find_on(ABI_I386, "select"), NULL, ABI_I386, true, true, &spec);
	assert_int_equal(spec.nargs, 1);
	assert_int_equal(spec.unpack, 1);
	assert_int_equal(spec.unpacked, 5);
	assert_int_equal(spec.count, 4);
}

static void test_compile_read(void **state)
{
	const struct syscall *syscall = syscall_find(ABI_X86_64, 0);
	struct call_spec spec;

	(void)state;
	syscall_compile(syscall, NULL, ABI_X86_64, true, true, &spec);
	assert_int_equal(spec.nargs, 3);
	assert_int_equal(spec.count, 1);
	assert_int_equal(spec.command, 0);
	assert_int_equal(spec.at_entry, 0);
	assert_int_equal(spec.buffers[0].arg, 1);
	assert_int_equal(spec.buffers[0].direction, DIRECTION_OUT);
	assert_int_equal(spec.buffers[0].when, WHEN_SUCCESS);
	assert_int_equal(spec.buffers[0].size.kind, SIZE_RET);
	assert_int_equal(spec.buffers[0].size.factor, 1);
	assert_int_equal(spec.buffers[0].bound.kind, SIZE_ARG);
	assert_int_equal(spec.buffers[0].bound.arg, 2);
	syscall_compile(syscall, NULL, ABI_X86_64, true, false, &spec);
	assert_int_equal(spec.nargs, 3);
	assert_int_equal(spec.count, 0);
}

static void test_compile_fcntl(void **state)
{
	const struct syscall *syscall = syscall_find_on(ABI_X86_64, "fcntl");
	const struct syscall_command *command = command_find(syscall, ABI_X86_64,
							     0xffffffff00000005);
	struct call_spec spec;

	(void)state;
	syscall_compile(syscall, NULL, ABI_X86_64, true, true, &spec);
	assert_int_equal(spec.command, 2);
	assert_int_equal(spec.count, 0);
	assert_non_null(command);
	assert_string_equal(command->name, "F_GETLK");
	syscall_compile(syscall, command, ABI_X86_64, true, true, &spec);
	assert_int_equal(spec.command, 0);
	assert_int_equal(spec.count, 1);
	assert_int_equal(spec.buffers[0].direction, DIRECTION_INOUT);
	assert_int_equal(spec.buffers[0].when, WHEN_SUCCESS);
	assert_int_equal(spec.buffers[0].size.factor, 32);
	assert_null(command_find(syscall, ABI_X86_64, 4711));
}

/* A layout is resolved to the bytes of the ABI, and what its buffers are walked with too. */
static void test_compile_abi(void **state)
{
	static const struct {
		const char *name;
		enum event_abi abi;
		uint32_t buffer, factor, plus, wide;
	} cases[] = {
		{ "fstat", ABI_X86_64, 0, 144, 0, 8 },
		{ "fstat", ABI_I386, 0, 64, 0, 4 },
		{ "fstat", ABI_ARM64, 0, 128, 0, 8 },
		{ "epoll_pwait", ABI_X86_64, 0, 12, 0, 8 },
		{ "epoll_pwait", ABI_ARM64, 0, 16, 0, 8 },
		{ "msgsnd", ABI_X86_64, 0, 1, 8, 8 },
		{ "msgsnd", ABI_I386, 0, 1, 4, 4 },
		{ "readv", ABI_X32, 0, 2, 0, 4 },
		{ "select", ABI_X32, 0, 1, 0, 8 },
		{ "select", ABI_I386, 0, 1, 0, 4 },
		{ "utimes", ABI_X86_64, 1, 32, 0, 8 },
		{ "utimes", ABI_I386, 1, 16, 0, 4 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct buffer_spec *buffer;
		struct call_spec spec;

		syscall_compile(syscall_find_on(cases[i].abi, cases[i].name), NULL, cases[i].abi,
				true, true, &spec);
		buffer = &spec.buffers[cases[i].buffer];
		if (buffer->size.factor != cases[i].factor || buffer->size.plus != cases[i].plus ||
		    buffer->wide != cases[i].wide)
			fail_msg("%s on %s: %u x factor %u + %u", cases[i].name,
				 abi_name(cases[i].abi), buffer->wide, buffer->size.factor,
				 buffer->size.plus);
	}
}

/* A rule as the words of row.h make it, without the table. */
static void test_compile_saved(void **state)
{
	struct syscall syscall = {
		.name = "test",
		.nargs = 2,
		.at_entry = AT_ENTRY_NO_EXIT,
		.args = {
			{ .name = "addr", .type = "bytes",
			  .buffer = { .direction = DIRECTION_OUT,
				      .size = { .kind = SIZE_VALUE32, .arg = 1, .factor = 1 } } },
			{ .name = "len", .type = "int*",
			  .buffer = { .direction = DIRECTION_INOUT, .when = WHEN_ALWAYS,
				      .size = { .kind = SIZE_CONST, .factor = 4 } } },
		},
	};
	struct call_spec spec;

	(void)state;
	syscall_compile(&syscall, NULL, ABI_X86_64, true, true, &spec);
	assert_int_equal(spec.at_entry, AT_ENTRY_NO_EXIT | AT_ENTRY_SAVE);
	assert_int_equal(spec.count, 2);
	syscall.args[0].buffer.size = (struct buffer_size){ .kind = SIZE_HANDLER,
							    .arg = HANDLER_MSGHDR };
	syscall_compile(&syscall, NULL, ABI_X86_64, true, true, &spec);
	assert_int_equal(spec.at_entry, AT_ENTRY_NO_EXIT | AT_ENTRY_SAVE);
	syscall_compile(&syscall, NULL, ABI_X86_64, true, false, &spec);
	assert_int_equal(spec.at_entry, AT_ENTRY_NO_EXIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unique),
		cmocka_unit_test(test_commands_unique),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_specs),
		cmocka_unit_test(test_compile_at_entry),
		cmocka_unit_test(test_compile_unpacked),
		cmocka_unit_test(test_compile_read),
		cmocka_unit_test(test_compile_fcntl),
		cmocka_unit_test(test_compile_abi),
		cmocka_unit_test(test_compile_saved),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
