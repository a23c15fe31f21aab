/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* get, set, list and remove extended attributes, by path, link and descriptor. */
#include "expect.h"

#define NAME "trusted.recorder"

int main(void)
{
	char *value = tail_copy("\1\0\2 value", 9), *name = tail_string(NAME),
	     *none = tail_string("trusted.none");
	char *buf = tail(100), *small = tail(4);
	int fd = file_of("file", "", 0);
	long n;

	TEST("setxattr: a new one");
	n = CALL(setxattr, "file", name, value, 9, 0);
	in_string(0, "file");
	in_string(1, name);
	in(2, value, 9);
	TEST("fsetxattr: it must not be there yet");
	CALL(fsetxattr, fd, name, value, 9, 1);
	in_string(1, name);
	in(2, value, 9);
	TEST("getxattr: how long");
	CALL(getxattr, "file", name, NULL, 0);
	in_string(0, "file");
	in_string(1, name);
	TEST("getxattr: the value");
	n = CALL(getxattr, "file", name, buf, 100);
	in_string(1, name);
	if (n > 0)
		out(2, buf, (size_t)n);
	TEST("lgetxattr: too small");
	CALL(lgetxattr, "file", name, small, 4);
	in_string(1, name);
	TEST("fgetxattr: the value");
	n = CALL(fgetxattr, fd, name, buf, 100);
	in_string(1, name);
	if (n > 0)
		out(2, buf, (size_t)n);
	TEST("fgetxattr: none of that name");
	CALL(fgetxattr, fd, none, buf, 100);
	in_string(1, none);
	TEST("listxattr: all names");
	n = CALL(listxattr, "file", buf, 100);
	in_string(0, "file");
	if (n > 0)
		out(1, buf, (size_t)n);
	TEST("flistxattr: too small");
	CALL(flistxattr, fd, small, 4);
	TEST("removexattr: it");
	CALL(removexattr, "file", name);
	in_string(0, "file");
	in_string(1, name);
	flush();
	return 0;
}
