/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Numbers: what an argument register, or an element in memory, holds itself. */
#include <string.h>

#include "event.h"
#include "show/decode.h"
#include "show/fds.h"

#define AT_FDCWD_VALUE (-100)

static void show_int(struct decode *decode, const struct type *type, uint64_t value)
{
	(void)type;
	out__signed(decode->out, (int32_t)value);
}

static void show_unsigned(struct decode *decode, const struct type *type, uint64_t value)
{
	(void)type;
	out__unsigned(decode->out, (uint32_t)value);
}

static void show_short(struct decode *decode, const struct type *type, uint64_t value)
{
	(void)type;
	out__unsigned(decode->out, value);
}

static void show_signed_short(struct decode *decode, const struct type *type, uint64_t value)
{
	(void)type;
	out__signed(decode->out, (int16_t)value);
}

static void show_long(struct decode *decode, const struct type *type, uint64_t value)
{
	(void)type;
	out__signed(decode->out, has_narrow_longs(decode) ? (int32_t)value : (int64_t)value);
}

/* 64 bits on every ABI. */
static void show_wide(struct decode *decode, const struct type *type, uint64_t value)
{
	(void)type;
	out__signed(decode->out, (int64_t)value);
}

/* No nanoseconds: what utimensat(2) takes instead. */
static void show_nsec(struct decode *decode, const struct type *type, uint64_t value)
{
	if (value == 0x3fffffff)
		out__str(decode->out, "UTIME_NOW");
	else if (value == 0x3ffffffe)
		out__str(decode->out, "UTIME_OMIT");
	else
		show_wide(decode, type, value);
}

static void show_unsigned_long(struct decode *decode, const struct type *type, uint64_t value)
{
	(void)type;
	out__unsigned(decode->out, value);
}

static void show_address(struct decode *decode, const struct type *type, uint64_t value)
{
	(void)type;
	if (value)
		out__hex(decode->out, value);
	else
		out__str(decode->out, "NULL");
}

static void show_number_hex(struct decode *decode, const struct type *type, uint64_t value)
{
	(void)type;
	if (value)
		out__hex(decode->out, value);
	else
		out__char(decode->out, '0');
}

/* 32 bits, with rubbish above in a register; all of them in a bit set: futex(2). */
static void show_futex_value(struct decode *decode, const struct type *type, uint64_t value)
{
	const struct recorder_command *command = decode->event->call.command;

	if (command && strstr(command->name, "_BITSET") && (uint32_t)value == UINT32_MAX)
		out__str(decode->out, "FUTEX_BITSET_MATCH_ANY");
	else
		show_number_hex(decode, type, (uint32_t)value);
}

/* -1, which leaves an owner or group as it is, else a number without sign. */
static void show_owner(struct decode *decode, const struct type *type, uint64_t value)
{
	(void)type;
	if ((uint32_t)value == UINT32_MAX)
		out__str(decode->out, "-1");
	else
		out__unsigned(decode->out, (uint32_t)value);
}

/* Three digits at least, the first a 0. */
void show_permissions(struct out *out, uint32_t mode)
{
	if (mode == 0)
		out__str(out, "00");
	else if (mode < 010)
		out__char(out, '0');
	out__octal(out, mode);
}

static void show_mode(struct decode *decode, const struct type *type, uint64_t value)
{
	static const char *const above[] = { "S_ISUID|", "S_ISGID|", "S_ISVTX|" };
	static const char *const kinds[16] = {
		[001] = "S_IFIFO", [002] = "S_IFCHR", [004] = "S_IFDIR",  [006] = "S_IFBLK",
		[010] = "S_IFREG", [012] = "S_IFLNK", [014] = "S_IFSOCK",
	};
	uint32_t mode = (uint32_t)value;
	const char *kind = mode < 0200000 ? kinds[mode >> 12] : NULL;

	(void)type;
	if (kind) {
		out__str(decode->out, kind);
		out__char(decode->out, '|');
		for (unsigned int i = 0; i < 3; i++)
			if (mode & 04000 >> i)
				out__str(decode->out, above[i]);
		mode &= 0777;
	}
	show_permissions(decode->out, mode);
}

/* include/linux/kdev_t.h, new_decode_dev: what the 64-bit structures and mknod use. */
static void show_device(struct decode *decode, const struct type *type, uint64_t value)
{
	(void)type;
	out__str(decode->out, "makedev(");
	out__hex(decode->out, (value >> 8 & 0xfff) | (value >> 32 & ~UINT64_C(0xfff)));
	out__str(decode->out, ", ");
	out__hex(decode->out, (value & 0xff) | (value >> 12 & 0xffffff00));
	out__char(decode->out, ')');
}

static void show_key(struct decode *decode, const struct type *type, uint64_t value)
{
	(void)type;
	if ((uint32_t)value == 0)
		out__str(decode->out, "IPC_PRIVATE");
	else
		out__hex(decode->out, (uint32_t)value);
}

/* <path>, nothing for NULL. */
static void show_target(struct out *out, const char *path)
{
	if (!path)
		return;
	out__char(out, '<');
	for (const char *c = path; *c; c++) {
		if (*c >= ' ' && *c < 0x7f && *c != '<' && *c != '>' && *c != '\\') {
			out__char(out, *c);
			continue;
		}
		out__char(out, '\\');
		for (int shift = 6; shift >= 0; shift -= 3)
			out__char(out, (char)('0' + ((uint8_t)*c >> shift & 7)));
	}
	out__char(out, '>');
}

void show_fd(struct decode *decode, int fd)
{
	out__signed(decode->out, fd);
	if (decode->fds && fd >= 0)
		show_target(decode->out, fds__path(decode->fds, decode->event, fd));
}

static void show_descriptor(struct decode *decode, const struct type *type, uint64_t value)
{
	(void)type;
	show_fd(decode, (int32_t)value);
}

static void show_directory(struct decode *decode, const struct type *type, uint64_t value)
{
	(void)type;
	if ((int32_t)value != AT_FDCWD_VALUE) {
		show_fd(decode, (int32_t)value);
		return;
	}
	out__str(decode->out, "AT_FDCWD");
	if (decode->fds)
		show_target(decode->out, fds__cwd(decode->fds, decode->event));
}

static void show_signal(struct decode *decode, const struct type *type, uint64_t value)
{
	const char *name = signal_name((unsigned int)value);

	(void)type;
	if (name)
		out__str(decode->out, name);
	else
		out__signed(decode->out, (int32_t)value);
}

static void show_clock(struct decode *decode, const struct type *type, uint64_t value)
{
	(void)type;
	show_enum(decode->out, find_names("clockid", 7), value);
}

/* As a condition in C, the way wait(2) is used. */
void show_wait_status(struct out *out, uint32_t status)
{
	unsigned int number = status & 0x7f;
	const char *name = signal_name(number == 0x7f ? status >> 8 & 0xff : number);

	if (number == 0) {
		out__str(out, "{WIFEXITED(s) && WEXITSTATUS(s) == ");
		out__unsigned(out, status >> 8 & 0xff);
	} else if (status == 0xffff) {
		out__str(out, "{WIFCONTINUED(s)");
	} else if (number == 0x7f) {
		out__str(out, "{WIFSTOPPED(s) && WSTOPSIG(s) == ");
		if (name)
			out__str(out, name);
		else
			out__unsigned(out, status >> 8 & 0xff);
	} else {
		out__str(out, "{WIFSIGNALED(s) && WTERMSIG(s) == ");
		if (name)
			out__str(out, name);
		else
			out__unsigned(out, number);
		if (status & 0x80)
			out__str(out, " && WCOREDUMP(s)");
	}
	out__char(out, '}');
}

static void show_status(struct decode *decode, const struct type *type, uint64_t value)
{
	(void)type;
	show_wait_status(decode->out, (uint32_t)value);
}

static void show_flag_value(struct decode *decode, const struct type *type, uint64_t value)
{
	show_flags(decode->out, type->names, value);
}

static void show_enum_value(struct decode *decode, const struct type *type, uint64_t value)
{
	show_enum(decode->out, type->names, value);
}

/*
 * O_* that arm and arm64 number in their own way: arch/arm64/include/uapi/asm/fcntl.h. Behind
 * descriptors (pipe2, dup3) there is no access mode, O_RDONLY being 0.
 */
static void show_open_flags(struct decode *decode, const struct type *type, uint64_t value)
{
	const struct recorder_event *event = decode->event;
	const struct recorder_arg *before = decode->arg > 0 ? call_argument(event, decode->arg - 1)
							    : NULL;
	bool descriptors = before && strncmp(before->type, "fd", 2) == 0;
	const char *set = event->call.abi >= ABI_ARM64 ? "open_arm" : "open";

	(void)type;
	if (descriptors && (uint32_t)value == 0)
		out__char(decode->out, '0');
	else if (descriptors)
		show_flags(decode->out, find_names("pipe", 4), value);
	else
		show_flags(decode->out, find_names(set, strlen(set)), value);
}

static void show_handler(struct decode *decode, const struct type *type, uint64_t value)
{
	(void)type;
	if (value <= 1)
		show_enum(decode->out, find_names("handler", 7), value);
	else
		out__hex(decode->out, value);
}

/* A resource limit: infinity, a multiple of 1024 as strace writes it, or a plain number. */
static void show_limit(struct decode *decode, const struct type *type, uint64_t value)
{
	(void)type;
	if (value == UINT64_MAX) {
		out__str(decode->out, "RLIM64_INFINITY");
	} else if (value > 1024 && value % 1024 == 0) {
		out__unsigned(decode->out, value / 1024);
		out__str(decode->out, "*1024");
	} else {
		out__unsigned(decode->out, value);
	}
}

/* A request without a name: direction, type, number and size (asm-generic/ioctl.h). */
static void show_request(struct decode *decode, const struct type *type, uint64_t value)
{
	static const char *const directions[] = { "_IOC_NONE", "_IOC_WRITE", "_IOC_READ",
						  "_IOC_READ|_IOC_WRITE" };
	uint32_t request = (uint32_t)value;

	(void)type;
	out__str(decode->out, "_IOC(");
	out__str(decode->out, directions[request >> 30]);
	out__str(decode->out, ", ");
	out__hex(decode->out, request >> 8 & 0xff);
	out__str(decode->out, ", ");
	out__hex(decode->out, request & 0xff);
	out__str(decode->out, ", ");
	out__hex(decode->out, request >> 16 & 0x3fff);
	out__char(decode->out, ')');
}

const struct decoder number_decoders[] = {
	{ "int", 4, IS_SIGNED, show_int, NULL },
	{ "int32", 4, IS_SIGNED, show_int, NULL },
	{ "unsigned", 4, 0, show_unsigned, NULL },
	{ "unsigned int", 4, 0, show_unsigned, NULL },
	{ "u32", 4, 0, show_unsigned, NULL },
	{ "short", 2, IS_SIGNED, show_signed_short, NULL },
	{ "u16", 2, 0, show_short, NULL },
	{ "u8", 1, 0, show_short, NULL },
	{ "long", 8, IS_SIGNED | IS_WIDE, show_long, NULL },
	{ "off_t", 8, IS_SIGNED | IS_WIDE, show_long, NULL },
	{ "loff_t", 8, IS_SIGNED, show_wide, NULL },
	{ "time_t", 8, IS_SIGNED | IS_WIDE, show_long, NULL },
	{ "nsec", 8, IS_SIGNED | IS_WIDE, show_nsec, NULL },
	{ "nsec64", 8, IS_SIGNED, show_nsec, NULL },
	{ "unsigned long", 8, IS_WIDE, show_unsigned_long, NULL },
	{ "size_t", 8, IS_WIDE, show_unsigned_long, NULL },
	{ "u64", 8, 0, show_unsigned_long, NULL },
	{ "hex", 8, 0, show_number_hex, NULL },
	{ "futex val3", 4, 0, show_futex_value, NULL },
	{ "hex32", 4, 0, show_number_hex, NULL },
	{ "unused", 8, 0, show_number_hex, NULL },
	{ "address", 8, IS_WIDE, show_address, NULL },
	{ "socklen_t", 4, IS_SIGNED, show_int, NULL },
	{ "pid_t", 4, IS_SIGNED, show_int, NULL },
	{ "timer_t", 4, IS_SIGNED, show_int, NULL },
	{ "uid_t", 4, 0, show_owner, NULL },
	{ "gid_t", 4, 0, show_owner, NULL },
	{ "mode_t", 4, 0, show_mode, NULL },
	{ "dev_t", 8, 0, show_device, NULL },
	{ "key_t", 4, 0, show_key, NULL },
	{ "fd", 4, IS_SIGNED, show_descriptor, NULL },
	{ "dirfd", 4, IS_SIGNED, show_directory, NULL },
	{ "signal", 4, IS_SIGNED, show_signal, NULL },
	{ "clockid", 4, IS_SIGNED, show_clock, NULL },
	{ "wait_status", 4, 0, show_status, NULL },
	{ "flags:", 4, 0, show_flag_value, NULL },
	{ "enum:", 4, IS_SIGNED, show_enum_value, NULL },
	{ "flags:open", 4, 0, show_open_flags, NULL },
	{ "enum:ioctl", 4, 0, show_request, NULL },
	{ "handler", 8, IS_WIDE, show_handler, NULL },
	{ "rlim_t", 8, IS_WIDE, show_limit, NULL },
	{ "rlim64_t", 8, 0, show_limit, NULL },
	{ .name = NULL },
};
