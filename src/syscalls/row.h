/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The words that table rows are written in: docs/adding-a-syscall.md explains them. Included by
 * syscalls.c only, which says what SYSCALL... and COMMAND become before it reads the rows.
 */
#ifndef ROW_H
#define ROW_H

#include "syscalls/layouts.h"
#include "syscalls/shapes.h"

/* A row's columns. Numbers are -1 where the ABI lacks the call. */
#define ROW(n, x86_64, i386, x32, arm64, arm, c) \
	.name = (n), .nr = { x86_64, i386, x32, arm64, arm }, .classes = (c)
#define ARGUMENTS(...)                                                                       \
	.nargs = sizeof((struct syscall_arg[]){ __VA_ARGS__ }) / sizeof(struct syscall_arg), \
	.args = { __VA_ARGS__ }
#define A(n, t, ...)                                 \
	{                                            \
		.name = #n, .type = (t), __VA_ARGS__ \
	}

/* Options of SYSCALL_WITH. */
#define WITH(...) __VA_ARGS__
#define SELECT(i) .command = 1 + (i)
/* The low halves of arguments i and i + 1 make the command. It chooses rules, and types of none. */
#define SELECT_PAIR(i) .command = 1 + (i), .paired = 1
#define PAIR(first, second) ((first) << 16 | (second))
#define AT_ENTRY(flag) .at_entry = AT_ENTRY_##flag
#define COMMANDS_OF(call) .commands = #call
#define UNPACK(i, call) .unpack_arg = 1 + (i), .unpack = #call
#define PARTIAL(what_is_missing) .coverage = COVERAGE_PARTIAL, .missing = (what_is_missing)

/* Directions. */
#define OUT(...) .buffer = { .direction = DIRECTION_OUT, __VA_ARGS__ }
#define IN(...) .buffer = { .direction = DIRECTION_IN, .when = WHEN_ALWAYS, __VA_ARGS__ }
#define INOUT(...) .buffer = { .direction = DIRECTION_INOUT, __VA_ARGS__ }

/* Pointers without a rule; UNDESCRIBED also behind a rule that does not reach everything. */
#define OPAQUE .pointer = POINTER_OPAQUE
#define FUNCTION .pointer = POINTER_FUNCTION
#define UNDESCRIBED(why) .pointer = POINTER_UNDESCRIBED, .missing = (why)
/* To the words of UNPACK. */
#define WORDS .pointer = POINTER_IN

/* Sizes: the first word of a rule. A layout stands for what layouts.def says of the ABI at hand. */
#define LAYOUTS(n, layout) (LAYOUT_REF | (n) << LAYOUT_SHIFT | LAYOUT_##layout)
#define BYTES(n) .size = { .kind = SIZE_CONST, .factor = (n) }
#define STRUCT(layout) BYTES(LAYOUTS(1U, layout))
#define STRUCTS(n, layout) BYTES(LAYOUTS((n##U), layout))
#define ARG(i) .size = { .kind = SIZE_ARG, .arg = (i), .factor = 1 }
#define ARG_X(i, n) .size = { .kind = SIZE_ARG, .arg = (i), .factor = (n) }
#define ARG_STRUCT(i, layout) ARG_X(i, LAYOUTS(1U, layout))
#define RET .size = { .kind = SIZE_RET, .factor = 1 }
#define ARG_PLUS(i, n) .size = { .kind = SIZE_ARG, .arg = (i), .factor = 1, .plus = (n) }
#define RET_PLUS(n) .size = { .kind = SIZE_RET, .factor = 1, .plus = (n) }
#define ARG_PLUS_STRUCT(i, layout) ARG_PLUS(i, PLUS_REF | LAYOUT_##layout)
#define RET_PLUS_STRUCT(layout) RET_PLUS(PLUS_REF | LAYOUT_##layout)
#define VALUE32_PLUS(i, n) .size = { .kind = SIZE_VALUE32, .arg = (i), .factor = 1, .plus = (n) }
#define RET_X(n) .size = { .kind = SIZE_RET, .factor = (n) }
#define RET_STRUCT(layout) RET_X(LAYOUTS(1U, layout))
#define VALUE32(i) .size = { .kind = SIZE_VALUE32, .arg = (i), .factor = 1 }
#define VALUE64(i) .size = { .kind = SIZE_VALUE64, .arg = (i), .factor = 1 }
#define VALUE32_X(i, n) .size = { .kind = SIZE_VALUE32, .arg = (i), .factor = (n) }
#define FIELD32(i, offset) .size = { .kind = SIZE_FIELD32, .arg = (i), .factor = (offset) }
#define STRING .size = { .kind = SIZE_STRING, .factor = 4096 }
#define STRING_MAX(n) .size = { .kind = SIZE_STRING, .factor = (n) }
#define BITS(i) .size = { .kind = SIZE_BITS, .arg = (i), .factor = 1 }
#define NODES(i) .size = { .kind = SIZE_NODES, .arg = (i), .factor = 1 }
#define PAGES(i) .size = { .kind = SIZE_PAGES, .arg = (i), .factor = 1 }
#define BYTES_IF(n, i, b, m) \
	.size = { .kind = SIZE_BIT, .arg = (i), .factor = (n), .plus = (b) | (m) << 8 }
#define SEMAPHORES(i) .size = { .kind = SIZE_SEMAPHORES, .arg = (i), .factor = 2 }
#define HANDLER(h, p) .size = { .kind = SIZE_HANDLER, .arg = HANDLER_##h, .factor = (p) }
#define SHAPE(name) HANDLER(SHAPE, SHAPE_##name)
#define SHAPES(i, name) HANDLER(SHAPE, SHAPE_##name | (1U + (i)) << 16)
#define RET_SHAPES(name) HANDLER(SHAPE, SHAPE_##name | SHAPE_RET << 16)

/* Bounds: the second word, where what is written can be less than the size says, or never more. */
#define MAX_BYTES(n) .bound = { .kind = SIZE_CONST, .factor = (n) }
#define MAX_ARG(i) .bound = { .kind = SIZE_ARG, .arg = (i), .factor = 1 }
#define MAX_STRUCT(layout) MAX_BYTES(LAYOUTS(1U, layout))
#define MAX_STRUCTS(n, layout) MAX_BYTES(LAYOUTS((n##U), layout))
#define MAX_ARG_X(i, n) .bound = { .kind = SIZE_ARG, .arg = (i), .factor = (n) }
#define MAX_RET_PLUS_STRUCT(layout) \
	.bound = { .kind = SIZE_RET, .factor = 1, .plus = PLUS_REF | LAYOUT_##layout }
#define MAX_ARG_STRUCT(i, layout) MAX_ARG_X(i, LAYOUTS(1U, layout))
#define MAX_ARG_PLUS_STRUCT(i, layout) \
	.bound = { .kind = SIZE_ARG, .arg = (i), .factor = 1, .plus = PLUS_REF | LAYOUT_##layout }
#define MAX_RET .bound = { .kind = SIZE_RET, .factor = 1 }

/* Conditions: the last word. */
#define ALWAYS .when = WHEN_ALWAYS
#define ON_ERROR(e) .when = WHEN_ERROR, .when_errno = (e)
#define OR_ERROR(e) .when = WHEN_SUCCESS_OR, .when_errno = (e)
#define ON_FAILURE .when = WHEN_FAILURE
#define IF_RET_POSITIVE .when = WHEN_RET_POSITIVE
#define IF_ARG(i) .when = WHEN_ARG_NONZERO, .when_arg = (i)
#define IF_BIT(i, b) IF_BITS(i, b, b)
#define IF_BITS(i, b, c) .when = WHEN_ARG_BITS, .when_arg = (i), .when_errno = (b) | (c) << 8

#define EVEN_FAILED .when = WHEN_EVEN_FAILED
#define IF_BITS_EVEN_FAILED(i, b, c) \
	.when = WHEN_ARG_BITS_EVEN_FAILED, .when_arg = (i), .when_errno = (b) | (c) << 8

/* What a restartable call returns inside the kernel: include/linux/errno.h there. */
enum {
	RESTARTSYS = 512,
	RESTARTNOINTR = 513,
	RESTARTNOHAND = 514,
	RESTARTBLOCK = 516,
};

/* Where a command is one: sets of ABIs. */
#define ON(abi) (1U << ABI_##abi)
#define ON_ALL ((1U << ABI_COUNT) - 1)
#define ON_X86 (ON(X86_64) | ON(I386) | ON(X32))

#define ON_32 (ON(I386) | ON(ARM))
#define ON_COMPAT (ON_32 | ON(X32))

#define COMMAND(n, command, selector, ...) COMMAND_ON(ON_ALL, n, command, selector, __VA_ARGS__)
#define COMMAND_ON(abis, n, command, selector, ...) \
	COMMAND_ROW(abis, #n, #command, selector, WITH(), __VA_ARGS__)

/* A socketcall's arguments are in memory, as those of another row. */
#define SOCKETCALL(n, value, call)                                            \
	COMMAND_ROW(ON_ALL, "socketcall", #n, value, WITH(UNPACK(1, call), ), \
		    A(call, "enum:socketcall"), A(args, "u32[]", WORDS))

/* An ioctl has three arguments, and a row tells the third. */
#define IOCTL(n, value, t, ...) IOCTL_ON(ON_ALL, n, value, t, ##__VA_ARGS__)
#define IOCTL_ON(abis, n, value, t, ...)                                                 \
	COMMAND_ROW(abis, "ioctl", #n, value, WITH(), A(fd, "fd"), A(cmd, "enum:ioctl"), \
		    A(arg, t, ##__VA_ARGS__))

/*
 * A command of quotactl and quotactl_fd is a subcommand above the kind of quota (QCMD,
 * linux/quota.h): user, group or project.
 */
#define QUOTA(n, value, ...)                         \
	QUOTA_OF(n, USRQUOTA, 0, value, __VA_ARGS__) \
	QUOTA_OF(n, GRPQUOTA, 1, value, __VA_ARGS__) \
	QUOTA_OF(n, PRJQUOTA, 2, value, __VA_ARGS__)
#define QUOTA_OF(n, kind, number, value, ...)                                                 \
	COMMAND_ROW(ON_ALL, "quotactl", #n " | " #kind, (value) << 8 | (number), WITH(),      \
		    A(cmd, "hex"), A(special, "path", IN(STRING)), A(id, "int"), __VA_ARGS__) \
	COMMAND_ROW(ON_ALL, "quotactl_fd", #n " | " #kind, (value) << 8 | (number), WITH(),   \
		    A(fd, "fd"), A(cmd, "hex"), A(id, "int"), __VA_ARGS__)

#endif
