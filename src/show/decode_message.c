/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What send, recv and their kin point to: iovec, msghdr, control messages, socket addresses. */
#include <arpa/inet.h>
#include <string.h>

#include "show/decode.h"

#define IOVEC_SIZE 16
#define MSGHDR_SIZE 56
#define MMSGHDR_SIZE 64
#define CMSGHDR_SIZE 16

enum family { FAMILY_UNIX = 1, FAMILY_INET = 2, FAMILY_INET6 = 10, FAMILY_NETLINK = 16 };

static void show_port(struct out *out, const char *name, const struct bytes *bytes)
{
	out__str(out, name);
	out__unsigned(out, (load(bytes, 2, 1) << 8) | load(bytes, 3, 1));
	out__char(out, ')');
}

static void show_inet(struct out *out, const struct bytes *bytes)
{
	char text[INET_ADDRSTRLEN];

	show_port(out, ", sin_port=htons(", bytes);
	inet_ntop(AF_INET, bytes->data + 4, text, sizeof(text));
	out__str(out, ", sin_addr=inet_addr(\"");
	out__str(out, text);
	out__str(out, "\")");
}

static void show_inet6(struct out *out, const struct bytes *bytes)
{
	char text[INET6_ADDRSTRLEN];
	uint32_t flow;

	memcpy(&flow, bytes->data + 4, sizeof(flow));
	show_port(out, ", sin6_port=htons(", bytes);
	out__str(out, ", sin6_flowinfo=htonl(");
	out__unsigned(out, ntohl(flow));
	inet_ntop(AF_INET6, bytes->data + 8, text, sizeof(text));
	out__str(out, "), inet_pton(AF_INET6, \"");
	out__str(out, text);
	out__str(out, "\", &sin6_addr), sin6_scope_id=");
	out__unsigned(out, load(bytes, 24, 4));
}

static void show_netlink(struct out *out, const struct bytes *bytes)
{
	out__str(out, ", nl_pid=");
	out__unsigned(out, load(bytes, 4, 4));
	out__str(out, ", nl_groups=");
	out__hex(out, load(bytes, 8, 4));
}

/*
 * A path up to its NUL, or an abstract name, whose first byte is NUL and which ends where the
 * address does: unix(7).
 */
static void show_unix(struct out *out, const struct bytes *bytes)
{
	struct bytes path = bytes_at(bytes, 2, 108);

	if (path.len == 0)
		return;
	out__str(out, ", sun_path=");
	if (path.data[0] == '\0') {
		out__char(out, '@');
		show_string(out, path.data + 1, path.len - 1, false);
	} else {
		show_string(out, path.data, strnlen((const char *)path.data, path.len), false);
	}
}

static void show_sockaddr(struct decode *decode, const struct type *type, const struct bytes *bytes)
{
	struct bytes rest = bytes_at(bytes, 2, 126);
	unsigned int family = (unsigned int)load(bytes, 0, 2);

	(void)type;
	if (bytes->len < 2) {
		show_hex_string(decode->out, bytes->data, bytes->len, bytes->len < bytes->full);
		return;
	}
	out__str(decode->out, "{sa_family=");
	show_enum(decode->out, find_names("address_family", 14), family);
	if (family == FAMILY_UNIX) {
		show_unix(decode->out, bytes);
	} else if (family == FAMILY_INET && bytes->len >= 8) {
		show_inet(decode->out, bytes);
	} else if (family == FAMILY_INET6 && bytes->len >= 28) {
		show_inet6(decode->out, bytes);
	} else if (family == FAMILY_NETLINK && bytes->len >= 12) {
		show_netlink(decode->out, bytes);
	} else if (rest.len > 0) {
		out__str(decode->out, ", sa_data=");
		show_string(decode->out, rest.data, rest.len, false);
	}
	out__char(decode->out, '}');
}

static void show_segments(struct decode *decode, const struct type *type, const struct bytes *bytes)
{
	const struct type *content = types__find(decode->types, "bytes");
	size_t n = bytes->len / IOVEC_SIZE;

	(void)type;
	out__char(decode->out, '[');
	for (size_t i = 0; i < n && i < ELEMENTS_MAX; i++) {
		struct bytes element = bytes_at(bytes, i * IOVEC_SIZE, IOVEC_SIZE);

		out__str(decode->out, i ? ", {iov_base=" : "{iov_base=");
		if (load(&element, 0, 8) && load(&element, 8, 8) == 0)
			decode_memory(decode, content, &(struct bytes){ 0 });
		else
			decode_pointer(decode, content, load(&element, 0, 8));
		out__str(decode->out, ", iov_len=");
		out__unsigned(decode->out, load(&element, 8, 8));
		out__char(decode->out, '}');
	}
	if (n > ELEMENTS_MAX || bytes->full / IOVEC_SIZE > n)
		out__str(decode->out, n ? ", ..." : "...");
	out__char(decode->out, ']');
}

/* One control message's content: descriptors, credentials, else bytes (cmsg(3)). */
static void show_control_data(struct decode *decode, uint64_t level, uint64_t kind,
			      const struct bytes *data)
{
	bool of_socket = level == 1;

	if (of_socket && kind == 1) {
		decode_named(decode, "fd[]", data);
	} else if (of_socket && kind == 2) {
		decode_named(decode, "struct ucred", data);
	} else {
		decode_named(decode, "bytes", data);
	}
}

static void show_control(struct decode *decode, const struct bytes *bytes)
{
	unsigned int n = 0;

	out__char(decode->out, '[');
	for (size_t at = 0; at + CMSGHDR_SIZE <= bytes->len && n < ELEMENTS_MAX; n++) {
		struct bytes header = bytes_at(bytes, at, CMSGHDR_SIZE);
		uint64_t len = load(&header, 0, 8);
		uint64_t level = load(&header, 8, 4);
		uint64_t kind = load(&header, 12, 4);
		struct bytes data;

		if (len < CMSGHDR_SIZE || len > bytes->full - at)
			break;
		data = bytes_at(bytes, at + CMSGHDR_SIZE, len - CMSGHDR_SIZE);
		out__str(decode->out, n ? ", {cmsg_len=" : "{cmsg_len=");
		out__unsigned(decode->out, len);
		out__str(decode->out, ", cmsg_level=");
		show_enum(decode->out, find_names("socket_level", 12), level);
		out__str(decode->out, ", cmsg_type=");
		if (level == 1)
			show_enum(decode->out, find_names("control_type", 12), kind);
		else
			out__hex(decode->out, kind);
		out__str(decode->out, ", cmsg_data=");
		show_control_data(decode, level, kind, &data);
		out__char(decode->out, '}');
		at += (len + 7) & ~UINT64_C(7);
	}
	out__char(decode->out, ']');
}

/* Members of struct msghdr; its braces are the caller's. */
static void show_message_fields(struct decode *decode, const struct bytes *bytes)
{
	uint64_t control = load(bytes, 32, 8);
	struct bytes found;

	out__str(decode->out, "msg_name=");
	decode_pointer(decode, types__find(decode->types, "struct sockaddr"), load(bytes, 0, 8));
	out__str(decode->out, ", msg_namelen=");
	out__unsigned(decode->out, load(bytes, 8, 4));
	out__str(decode->out, ", msg_iov=");
	decode_pointer(decode, types__find(decode->types, "iovec"), load(bytes, 16, 8));
	out__str(decode->out, ", msg_iovlen=");
	out__unsigned(decode->out, load(bytes, 24, 8));
	if (control && decode_find(decode, control, STRUCT_MAX, &found)) {
		out__str(decode->out, ", msg_control=");
		show_control(decode, &found);
	}
	out__str(decode->out, ", msg_controllen=");
	out__unsigned(decode->out, load(bytes, 40, 8));
	out__str(decode->out, ", msg_flags=");
	show_flags(decode->out, find_names("msg", 3), load(bytes, 48, 4));
}

static void show_message(struct decode *decode, const struct type *type, const struct bytes *bytes)
{
	if (bytes->len < MSGHDR_SIZE) {
		show_hex_string(decode->out, bytes->data, bytes->len, true);
		return;
	}
	(void)type;
	out__char(decode->out, '{');
	show_message_fields(decode, bytes);
	out__char(decode->out, '}');
}

static void show_messages(struct decode *decode, const struct type *type, const struct bytes *bytes)
{
	size_t n = bytes->len / MMSGHDR_SIZE;

	(void)type;
	out__char(decode->out, '[');
	for (size_t i = 0; i < n && i < ELEMENTS_MAX; i++) {
		struct bytes element = bytes_at(bytes, i * MMSGHDR_SIZE, MMSGHDR_SIZE);

		out__str(decode->out, i ? ", {msg_hdr={" : "{msg_hdr={");
		show_message_fields(decode, &element);
		out__str(decode->out, "}, msg_len=");
		out__unsigned(decode->out, load(&element, 56, 4));
		out__char(decode->out, '}');
	}
	if (n > ELEMENTS_MAX || bytes->full / MMSGHDR_SIZE > n)
		out__str(decode->out, n ? ", ..." : "...");
	out__char(decode->out, ']');
}

const struct decoder message_decoders[] = {
	{ "struct sockaddr", 0, 0, NULL, show_sockaddr },
	{ "iovec", 0, IS_WIDE, NULL, show_segments },
	{ "msghdr", 0, IS_WIDE, NULL, show_message },
	{ "mmsghdr", 0, IS_WIDE, NULL, show_messages },
	{ .name = NULL },
};
