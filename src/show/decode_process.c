/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How processes and signal handlers are made: structures whose flags say which members count. */
#include "show/decode.h"

#define CLONE_ARGS_SIZE 64 /* of the first version */

enum {
	CLONE_FLAG_PIDFD = 0x1000,
	CLONE_FLAG_SETTLS = 0x80000,
	CLONE_FLAG_PARENT_SETTID = 0x100000,
	CLONE_FLAG_CHILD_CLEARTID = 0x200000,
	CLONE_FLAG_CHILD_SETTID = 0x1000000,
};

/* CLONE_* and, in the lowest bits, the signal that the parent gets. */
static void show_clone_flags(struct decode *decode, const struct type *type, uint64_t value)
{
	uint64_t flags = value & ~UINT64_C(0x7f);
	const char *name = signal_name((unsigned int)value & 0x7f);

	(void)type;
	if (flags)
		show_flags(decode->out, find_names("clone", 5), flags);
	if (flags && (value & 0x7f))
		out__char(decode->out, '|');
	if (name)
		out__str(decode->out, name);
	else if ((value & 0x7f) || !flags)
		out__unsigned(decode->out, value & 0x7f);
}

static void show_member(struct decode *decode, const char *name, const char *type,
			const struct bytes *bytes, size_t offset)
{
	out__str(decode->out, ", ");
	out__str(decode->out, name);
	out__char(decode->out, '=');
	decode_value(decode, types__find(decode->types, type), load(bytes, offset, 8));
}

/* clone(2), struct clone_args. */
static void show_clone_args(struct decode *decode, const struct type *type,
			    const struct bytes *bytes)
{
	uint64_t flags = load(bytes, 0, 8);

	if (bytes->len < CLONE_ARGS_SIZE) {
		show_hex_string(decode->out, bytes->data, bytes->len, true);
		return;
	}
	out__str(decode->out, "{flags=");
	show_clone_flags(decode, type, flags & ~UINT64_C(0x7f));
	if (flags & CLONE_FLAG_PIDFD)
		show_member(decode, "pidfd", "fd*", bytes, 8);
	if (flags & (CLONE_FLAG_CHILD_SETTID | CLONE_FLAG_CHILD_CLEARTID))
		show_member(decode, "child_tid", "address", bytes, 16);
	if (flags & CLONE_FLAG_PARENT_SETTID)
		show_member(decode, "parent_tid", "pid_t*", bytes, 24);
	show_member(decode, "exit_signal", "signal", bytes, 32);
	show_member(decode, "stack", "address", bytes, 40);
	show_member(decode, "stack_size", "hex", bytes, 48);
	if (flags & CLONE_FLAG_SETTLS)
		show_member(decode, "tls", "address", bytes, 56);
	out__char(decode->out, '}');
}

#define SIGACTION_SIZE 32 /* the kernel's, not libc's */
#define SIGACTION_RESTORER 0x4000000

/* There is a restorer only where the flag says so. */
static void show_sigaction(struct decode *decode, const struct type *type,
			   const struct bytes *bytes)
{
	struct bytes mask = bytes_at(bytes, 24, 8);
	uint64_t flags = load(bytes, 8, 8);

	(void)type;
	if (bytes->len < SIGACTION_SIZE) {
		show_hex_string(decode->out, bytes->data, bytes->len, true);
		return;
	}
	out__str(decode->out, "{sa_handler=");
	decode_value(decode, types__find(decode->types, "handler"), load(bytes, 0, 8));
	out__str(decode->out, ", sa_mask=");
	decode_named(decode, "sigset", &mask);
	out__str(decode->out, ", sa_flags=");
	show_flags(decode->out, find_names("sigaction", 9), flags);
	if (flags & SIGACTION_RESTORER)
		show_member(decode, "sa_restorer", "address", bytes, 16);
	out__char(decode->out, '}');
}

const struct decoder process_decoders[] = {
	{ "flags:clone", 8, 0, show_clone_flags, NULL },
	{ "struct clone_args", 0, 0, NULL, show_clone_args },
	{ "struct sigaction", 0, IS_WIDE, NULL, show_sigaction },
	{ .name = NULL },
};
