/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sets of bits, packed lists, and structures that are unions: siginfo_t, epoll_event. */
#include <string.h>

#include "event.h"
#include "show/decode.h"

#define SIGNALS 64

/*
 * Signals without their SIG; where more are in the set than not, the ones that are not, behind
 * a ~.
 */
static void show_sigset(struct decode *decode, const struct type *type, const struct bytes *bytes)
{
	uint64_t set = load(bytes, 0, 8);
	const char *separator = "";
	bool inverted = __builtin_popcountll(set) > SIGNALS / 2;

	(void)type;
	if (bytes->len < 8) {
		show_hex_string(decode->out, bytes->data, bytes->len, true);
		return;
	}
	out__str(decode->out, inverted ? "~[" : "[");
	for (unsigned int number = 1; number <= SIGNALS; number++) {
		if ((set >> (number - 1) & 1) == inverted)
			continue;
		out__str(decode->out, separator);
		out__str(decode->out, signal_name(number) + 3);
		separator = " ";
	}
	out__char(decode->out, ']');
}

static void show_bits(struct decode *decode, const struct bytes *bytes, bool fds,
		      const char *between)
{
	unsigned int shown = 0;

	out__char(decode->out, '[');
	for (size_t bit = 0; bit < bytes->len * 8; bit++) {
		if (!(bytes->data[bit / 8] >> bit % 8 & 1))
			continue;
		if (shown)
			out__str(decode->out, between);
		if (shown++ == ELEMENTS_MAX) {
			out__str(decode->out, "...");
			break;
		}
		if (fds)
			show_fd(decode, (int)bit);
		else
			out__unsigned(decode->out, bit);
	}
	out__char(decode->out, ']');
}

static void show_fd_set(struct decode *decode, const struct type *type, const struct bytes *bytes)
{
	(void)type;
	show_bits(decode, bytes, true, " ");
}

static void show_cpu_set(struct decode *decode, const struct type *type, const struct bytes *bytes)
{
	(void)type;
	show_bits(decode, bytes, false, " ");
}

/* How many entries of getdents or getdents64: both keep the length of each at offset 16. */
static void show_directory_entries(struct decode *decode, const struct type *type,
				   const struct bytes *bytes)
{
	unsigned int n = 0;
	size_t at = 0;

	(void)type;
	while (at < bytes->len) {
		size_t len = load(bytes, at + 16, 2);

		if (len == 0)
			break;
		at += len;
		n++;
	}
	out__hex(decode->out, decode->event->call.args[decode->arg]);
	out__str(decode->out, " /* ");
	out__unsigned(decode->out, n);
	out__str(decode->out, at < bytes->full ? "+ entries */"
			      : n == 1	       ? " entry */"
					       : " entries */");
}

static void show_names_list(struct decode *decode, const struct type *type,
			    const struct bytes *bytes)
{
	const char *separator = "";
	unsigned int n = 0;

	(void)type;
	out__char(decode->out, '[');
	for (size_t at = 0; at < bytes->len;) {
		size_t len = strnlen((const char *)bytes->data + at, bytes->len - at);

		out__str(decode->out, separator);
		if (n++ == ELEMENTS_MAX) {
			out__str(decode->out, "...");
			break;
		}
		show_string(decode->out, bytes->data + at, len, at + len == bytes->len);
		separator = ", ";
		at += len + 1;
	}
	out__char(decode->out, ']');
}

/* x86 packs the structure, others align the data: include/uapi/linux/eventpoll.h. */
static void show_epoll_event(struct decode *decode, const struct bytes *bytes, size_t at,
			     size_t data)
{
	uint64_t value = load(bytes, at + data, 8);

	out__str(decode->out, "{events=");
	show_flags(decode->out, find_names("epoll", 5), load(bytes, at, 4));
	out__str(decode->out, ", data={u32=");
	out__unsigned(decode->out, (uint32_t)value);
	out__str(decode->out, ", u64=");
	out__hex(decode->out, value);
	out__str(decode->out, "}}");
}

static void show_epoll(struct decode *decode, const struct type *type, const struct bytes *bytes)
{
	bool packed = decode->event->call.abi < ABI_ARM64;
	size_t size = packed ? 12 : 16;
	size_t n = bytes->len / size;
	bool list = type->decoder->name[strlen(type->decoder->name) - 1] == ']';

	if (list)
		out__char(decode->out, '[');
	for (size_t i = 0; i < n && i < ELEMENTS_MAX; i++) {
		out__str(decode->out, i ? ", " : "");
		show_epoll_event(decode, bytes, i * size, packed ? 4 : 8);
	}
	if (n > ELEMENTS_MAX || bytes->full / size > n)
		out__str(decode->out, n ? ", ..." : "...");
	if (list)
		out__char(decode->out, ']');
}

enum {
	NUMBER_ILL = 4,
	NUMBER_TRAP = 5,
	NUMBER_BUS = 7,
	NUMBER_FPE = 8,
	NUMBER_SEGV = 11,
	NUMBER_CHLD = 17,
	NUMBER_POLL = 29,
	NUMBER_SYS = 31
};

static const char *code_names(unsigned int number)
{
	switch (number) {
	case NUMBER_ILL:
		return "si_code_ill";
	case NUMBER_TRAP:
		return "si_code_trap";
	case NUMBER_BUS:
		return "si_code_bus";
	case NUMBER_FPE:
		return "si_code_fpe";
	case NUMBER_SEGV:
		return "si_code_segv";
	case NUMBER_CHLD:
		return "si_code_chld";
	case NUMBER_POLL:
		return "si_code_poll";
	case NUMBER_SYS:
		return "si_code_sys";
	default:
		return "si_code";
	}
}

static void show_member(struct out *out, const char *name, int64_t value)
{
	out__str(out, name);
	out__signed(out, value);
}

static void show_child_info(struct out *out, const struct bytes *info, int32_t code)
{
	int32_t status = (int32_t)load(info, 24, 4);
	const char *name = code == 1 ? NULL : signal_name((unsigned int)status);

	show_member(out, ", si_pid=", (int32_t)load(info, 16, 4));
	show_member(out, ", si_uid=", (int64_t)load(info, 20, 4));
	out__str(out, ", si_status=");
	if (name)
		out__str(out, name);
	else
		out__signed(out, status);
	/* waitid does not write these: kernel/exit.c. */
	if (info->len < 48)
		return;
	show_member(out, ", si_utime=", (int64_t)load(info, 32, 8));
	show_member(out, ", si_stime=", (int64_t)load(info, 40, 8));
}

/* The part of the union that signal and code tell: asm-generic/siginfo.h, sigaction(2). */
static void show_union(struct out *out, const struct bytes *info, unsigned int number, int32_t code)
{
	bool fault = number == NUMBER_ILL || number == NUMBER_TRAP || number == NUMBER_BUS ||
		     number == NUMBER_FPE || number == NUMBER_SEGV;

	if (code == 0x80) {
		return;
	} else if (code == -2) {
		show_member(out, ", si_timerid=", (int32_t)load(info, 16, 4));
		show_member(out, ", si_overrun=", (int32_t)load(info, 20, 4));
		out__str(out, ", si_value=");
		out__hex(out, load(info, 24, 8));
	} else if (code <= 0) {
		show_member(out, ", si_pid=", (int32_t)load(info, 16, 4));
		show_member(out, ", si_uid=", (int64_t)load(info, 20, 4));
		if (code == -1) {
			out__str(out, ", si_value=");
			out__hex(out, load(info, 24, 8));
		}
	} else if (number == NUMBER_CHLD) {
		show_child_info(out, info, code);
	} else if (fault) {
		out__str(out, ", si_addr=");
		if (load(info, 16, 8))
			out__hex(out, load(info, 16, 8));
		else
			out__str(out, "NULL");
	} else if (number == NUMBER_POLL) {
		show_member(out, ", si_band=", (int64_t)load(info, 16, 8));
		show_member(out, ", si_fd=", (int32_t)load(info, 24, 4));
	} else if (number == NUMBER_SYS) {
		out__str(out, ", si_call_addr=");
		out__hex(out, load(info, 16, 8));
		show_member(out, ", si_syscall=", (int32_t)load(info, 24, 4));
	}
}

void show_siginfo(struct decode *decode, const struct bytes *info)
{
	unsigned int number = (unsigned int)load(info, 0, 4);
	int32_t code = (int32_t)load(info, 8, 4);
	const char *names = code > 0 && code != 0x80 ? code_names(number) : "si_code";
	const char *name = signal_name(number);

	if (info->len < 16) {
		show_hex_string(decode->out, info->data, info->len, info->len < info->full);
		return;
	}
	/* Nothing to tell: waitid where no child has changed. */
	if (number == 0) {
		out__str(decode->out, "{}");
		return;
	}
	out__str(decode->out, "{si_signo=");
	if (name)
		out__str(decode->out, name);
	else
		out__unsigned(decode->out, number);
	out__str(decode->out, ", si_code=");
	show_enum(decode->out, find_names(names, strlen(names)), (uint64_t)code);
	if (load(info, 4, 4))
		show_member(decode->out, ", si_errno=", (int32_t)load(info, 4, 4));
	show_union(decode->out, info, number, code);
	out__char(decode->out, '}');
}

static void show_signal_info(struct decode *decode, const struct type *type,
			     const struct bytes *bytes)
{
	(void)type;
	show_siginfo(decode, bytes);
}

const struct decoder set_decoders[] = {
	{ "sigset", 8, 0, NULL, show_sigset },
	{ "fd_set", 0, 0, NULL, show_fd_set },
	{ "cpu_set", 0, 0, NULL, show_cpu_set },
	{ "nodemask", 0, 0, NULL, show_cpu_set },
	{ "dirents", 0, IS_LIST | IS_WIDE, NULL, show_directory_entries },
	{ "dirents64", 0, IS_LIST, NULL, show_directory_entries },
	{ "xattr_names", 0, IS_LIST, NULL, show_names_list },
	{ "struct epoll_event", 0, 0, NULL, show_epoll },
	{ "struct epoll_event[]", 0, IS_LIST, NULL, show_epoll },
	{ "struct siginfo", 128, IS_WIDE, NULL, show_signal_info },
	{ .name = NULL },
};
