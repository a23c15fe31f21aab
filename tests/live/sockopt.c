/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Options of sockets that lead to more: netfilter's tables, in a network space of one's own, and
 * TCP_ZEROCOPY_RECEIVE.
 */
#include <endian.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <sched.h>
#include <sys/socket.h>

#include "expect.h"

#define TCP_ZEROCOPY_RECEIVE 35

/* linux/tcp.h and the C library's netinet/tcp.h do not go together. */
struct zerocopy {
	uint64_t address;
	uint32_t length, recv_skip_hint, inq;
	int32_t err;
	uint64_t copybuf_address;
	int32_t copybuf_len;
	uint32_t flags;
	uint64_t msg_control, msg_controllen;
	uint32_t msg_flags, reserved;
};

/* The table again, as it is: what it has counted comes back where the new one says. */
static void replace(int fd, const struct ipt_getinfo *info, const void *entries)
{
	struct ipt_replace *table = tail(sizeof(*table) + info->size);
	struct xt_counters *counters = tail(info->num_entries * sizeof(*counters));
	size_t len = sizeof(*table) + info->size;

	memset(table, 0, sizeof(*table));
	memcpy(table->name, info->name, sizeof(table->name));
	memcpy(table->hook_entry, info->hook_entry, sizeof(table->hook_entry));
	memcpy(table->underflow, info->underflow, sizeof(table->underflow));
	memcpy(table->entries, entries, info->size);
	table->valid_hooks = info->valid_hooks;
	table->num_entries = info->num_entries;
	table->size = info->size;
	table->num_counters = info->num_entries;
	table->counters = counters;
	TEST("setsockopt: IPT_SO_SET_REPLACE, and the counters that it returns");
	need(CALL(setsockopt, fd, IPPROTO_IP, IPT_SO_SET_REPLACE, table, len) == 0, "replace");
	in(3, table, len);
	out(3, counters, info->num_entries * sizeof(*counters));
	table->num_counters++;
	TEST("setsockopt: IPT_SO_SET_REPLACE with another number of counters");
	CALL(setsockopt, fd, IPPROTO_IP, IPT_SO_SET_REPLACE, table, len);
	in(3, table, len);
}

static void tables(int fd)
{
	struct ipt_getinfo *info = tail(sizeof(*info));
	struct ipt_get_entries *got;
	unsigned int *len = tail(4);

	memset(info, 0, sizeof(*info));
	memcpy(info->name, "no such table", 13);
	*len = sizeof(*info);
	TEST("getsockopt: IPT_SO_GET_INFO of no such table, whose name is read");
	CALL(getsockopt, fd, IPPROTO_IP, IPT_SO_GET_INFO, info, len);
	in(3, info, sizeof(*info));
	in(4, len, 4);
	memset(info, 0, sizeof(*info));
	memcpy(info->name, "filter", 6);
	TEST("getsockopt: IPT_SO_GET_INFO");
	if (CALL(getsockopt, fd, IPPROTO_IP, IPT_SO_GET_INFO, info, len) < 0) {
		in(3, info, sizeof(*info));
		return;
	}
	out(3, info, sizeof(*info));
	out(4, len, 4);
	*len = (unsigned int)sizeof(*got) + info->size;
	got = tail(*len);
	memset(got, 0, *len);
	memcpy(got->name, "filter", 6);
	got->size = info->size;
	TEST("getsockopt: IPT_SO_GET_ENTRIES");
	need(CALL(getsockopt, fd, IPPROTO_IP, IPT_SO_GET_ENTRIES, got, len) == 0, "entries");
	out(3, got, *len);
	out(4, len, 4);
	replace(fd, info, got->entrytable);
}

static void revisions(int fd)
{
	struct xt_get_revision *revision = tail(sizeof(*revision));
	unsigned int *len = tail(4);

	memset(revision, 0, sizeof(*revision));
	memcpy(revision->name, "tcp", 3);
	revision->revision = 99;
	*len = sizeof(*revision);
	TEST("getsockopt: IPT_SO_GET_REVISION_MATCH that there is not");
	CALL(getsockopt, fd, IPPROTO_IP, IPT_SO_GET_REVISION_MATCH, revision, len);
	in(3, revision, sizeof(*revision));
}

/* A connection to oneself. */
static int connected(int *peer)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htobe32(INADDR_LOOPBACK) };
	int listener = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t size = sizeof(at);

	need(!bind(listener, (void *)&at, size) && !listen(listener, 1) &&
		     !getsockname(listener, (void *)&at, &size) && !connect(fd, (void *)&at, size),
	     "connect");
	*peer = accept(listener, NULL, NULL);
	need(*peer >= 0, "accept");
	return fd;
}

static void zerocopy(void)
{
	int peer, fd = connected(&peer);
	struct zerocopy *z = tail(sizeof(*z));
	char *buf = tail(100);
	unsigned int *len = tail(4);

	need(write(peer, "what is too little to be mapped", 31) == 31, "write");
	memset(z, 0, sizeof(*z));
	z->address = POINTER(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0));
	z->length = PAGE;
	z->copybuf_address = POINTER(buf);
	z->copybuf_len = 100;
	*len = sizeof(*z);
	TEST("getsockopt: TCP_ZEROCOPY_RECEIVE, and what it copies instead");
	if (CALL(getsockopt, fd, IPPROTO_TCP, TCP_ZEROCOPY_RECEIVE, z, len) == 0) {
		need(z->copybuf_len == 31 && !memcmp(buf, "what", 4), "copied");
		out(3, z, *len);
		out(3, buf, 31);
		out(4, len, 4);
	} else {
		in(3, z, sizeof(*z));
		in(4, len, 4);
	}
	z->copybuf_len = 100;
	z->address++;
	TEST("getsockopt: TCP_ZEROCOPY_RECEIVE to a bad address");
	CALL(getsockopt, fd, IPPROTO_TCP, TCP_ZEROCOPY_RECEIVE, z, len);
	in(3, z, sizeof(*z));
	in(4, len, 4);
}

int main(void)
{
	int fd;

	zerocopy();
	if (!unshare(CLONE_NEWNET)) {
		fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
		need(fd >= 0, "socket");
		tables(fd);
		revisions(fd);
	}
	flush();
	return 0;
}
