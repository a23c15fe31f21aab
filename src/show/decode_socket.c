/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Options of sockets and protocols, whose meaning an argument before them tells. */
#include <string.h>

#include "show/decode.h"

enum level { LEVEL_IP = 0, LEVEL_SOCKET = 1, LEVEL_TCP = 6, LEVEL_IPV6 = 41 };

static uint32_t argument(const struct decode *decode, unsigned int i)
{
	return (uint32_t)decode->event->call.args[i];
}

/* An option of getsockopt and setsockopt, by the level in the argument before it. */
static void show_socket_option(struct decode *decode, const struct type *type, uint64_t value)
{
	static const struct {
		uint32_t level;
		const char *names;
	} levels[] = { { LEVEL_IP, "ip_option" },
		       { LEVEL_SOCKET, "socket_option" },
		       { LEVEL_TCP, "tcp_option" },
		       { LEVEL_IPV6, "ipv6_option" } };
	uint32_t level = decode->arg > 0 ? (uint32_t)decode->event->call.args[decode->arg - 1] : 0;

	(void)type;
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (levels[i].level == level) {
			show_enum(decode->out, find_names(levels[i].names, strlen(levels[i].names)),
				  value);
			return;
		}
	}
	out__signed(decode->out, (int32_t)value);
}

/* What socket(7) and tcp(7) say of options that are no int. */
static const struct option {
	uint32_t level, name;
	const char *type;
} options[] = {
	{ LEVEL_SOCKET, 13, "struct linger" },	/* SO_LINGER */
	{ LEVEL_SOCKET, 17, "struct ucred" },	/* SO_PEERCRED */
	{ LEVEL_SOCKET, 20, "struct timeval" }, /* SO_RCVTIMEO */
	{ LEVEL_SOCKET, 21, "struct timeval" }, /* SO_SNDTIMEO */
	{ LEVEL_SOCKET, 25, "chars" },		/* SO_BINDTODEVICE */
	{ LEVEL_TCP, 13, "chars" },		/* TCP_CONGESTION */
	{ LEVEL_TCP, 31, "chars" },		/* TCP_ULP */
};

/* The value of an option; level and name are the arguments before it. */
static void show_option_value(struct decode *decode, const struct type *type,
			      const struct bytes *bytes)
{
	const char *name = bytes->full == 4 ? "int*" : "bytes";

	(void)type;
	for (size_t i = 0; decode->arg >= 2 && i < sizeof(options) / sizeof(options[0]); i++)
		if (options[i].level == argument(decode, decode->arg - 2) &&
		    options[i].name == argument(decode, decode->arg - 1))
			name = options[i].type;
	decode_named(decode, name, bytes);
}

static void show_protocol(struct decode *decode, const struct type *type, uint64_t value)
{
	(void)type;
	switch (argument(decode, 0)) {
	case 2:	 /* AF_INET */
	case 10: /* AF_INET6 */
		show_enum(decode->out, find_names("protocol", 8), value);
		return;
	case 16: /* AF_NETLINK */
		show_enum(decode->out, find_names("netlink", 7), value);
		return;
	default:
		out__signed(decode->out, (int32_t)value);
	}
}

const struct decoder socket_decoders[] = {
	{ "sockopt", 4, IS_SIGNED, show_socket_option, NULL },
	{ "socket option", 0, 0, NULL, show_option_value },
	{ "socket protocol", 4, IS_SIGNED, show_protocol, NULL },
	{ .name = NULL },
};
