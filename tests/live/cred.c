/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* get*id, getres*id, getgroups, capget, capset, setgroups. */
#include <grp.h>
#include <linux/capability.h>

#include "expect.h"

/* The calls without 32 in their name where there are such. */
#ifdef SYS_getresuid32
typedef uint16_t id_type;
#else
typedef uint32_t id_type;
#endif

static void wide_ids(void)
{
#ifdef SYS_getresuid32
	unsigned int *a = tail(4), *b = tail(4), *c = tail(4);
	gid_t *groups = tail(5 * sizeof(gid_t));

	TEST("getresuid32: three");
	CALL(getresuid32, a, b, c);
	out(0, a, 4);
	out(1, b, 4);
	out(2, c, 4);
	TEST("getgroups32: three of five");
	CALL(getgroups32, 5, groups);
	out(1, groups, 3 * sizeof(gid_t));
	TEST("setgroups32: the same again");
	CALL(setgroups32, 3, groups);
	in(1, groups, 3 * sizeof(gid_t));
#endif
}

int main(void)
{
	struct __user_cap_header_struct *header = tail(sizeof(*header));
	struct __user_cap_data_struct *caps = tail(2 * sizeof(*caps));
	id_type *a = tail(sizeof(*a)), *b = tail(sizeof(*b)), *c = tail(sizeof(*c));
	id_type *groups = tail(5 * sizeof(*groups));
	id_type wanted[3] = { 1001, 1002, 1003 };

	TEST("getuid");
	CALL0(getuid);
	TEST("getegid");
	CALL0(getegid);
	TEST("getppid");
	CALL0(getppid);
	TEST("getpgid: no such process");
	CALL(getpgid, 0x3fffffff);
	TEST("getresuid: three");
	CALL(getresuid, a, b, c);
	out(0, a, sizeof(*a));
	out(1, b, sizeof(*b));
	out(2, c, sizeof(*c));
	TEST("getresgid: three");
	CALL(getresgid, a, b, c);
	out(0, a, sizeof(*a));
	out(1, b, sizeof(*b));
	out(2, c, sizeof(*c));
	TEST("setgroups: three groups");
	memcpy(groups, wanted, sizeof(wanted));
	CALL(setgroups, 3, groups);
	in(1, groups, sizeof(wanted));
	TEST("getgroups: how many");
	CALL(getgroups, 0, groups);
	TEST("getgroups: three of five");
	CALL(getgroups, 5, groups);
	out(1, groups, 3 * sizeof(*groups));
	TEST("getgroups: too small");
	CALL(getgroups, 1, groups);
	wide_ids();
	*header = (struct __user_cap_header_struct){ .version = _LINUX_CAPABILITY_VERSION_3 };
	TEST("capget: own");
	CALL(capget, header, caps);
	out(0, header, sizeof(*header));
	out(1, caps, 2 * sizeof(*caps));
	TEST("capset: the same again");
	CALL(capset, header, caps);
	in(0, header, sizeof(*header));
	in(1, caps, 2 * sizeof(*caps));
	header->version = 1;
	TEST("capget: an unknown version, the known one comes back");
	CALL(capget, header, NULL);
	out(0, header, sizeof(*header));
	flush();
	return 0;
}
