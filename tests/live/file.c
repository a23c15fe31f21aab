/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* open*, access*, readlink*, getcwd, getdents*, rename*, mkdir, unlink, chdir, truncate */
#include <linux/openat2.h>
#include <sys/time.h>

#include "expect.h"

static void opened(void)
{
	struct open_how *how = tail(sizeof(*how));
	char *name = tail_string("file"), *none = tail_string("no such file");
	char *unended = pages(1);
	char *longest = tail(4097);

	TEST("open: a new file");
	CALL(open, name, O_RDWR | O_CREAT, 0640);
	in_string(0, name);
	TEST("open: no such file");
	CALL(open, none, O_RDONLY, 0);
	in_string(0, none);
	TEST("openat: relative to the current folder");
	CALL(openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC, 0);
	in_string(1, name);
	TEST("openat: not a folder");
	CALL(openat, AT_FDCWD, name, O_RDONLY | O_DIRECTORY, 0);
	in_string(1, name);
	TEST("openat: bad address");
	CALL(openat, AT_FDCWD, BAD, O_RDONLY, 0);
	memset(unended, 'x', PAGE);
	TEST("openat: a name that runs into a bad address");
	CALL(openat, AT_FDCWD, unended + PAGE - 30, O_RDONLY, 0);
	memset(longest, 'y', 4096);
	longest[4096] = 0;
	TEST("openat: a name too long");
	CALL(openat, AT_FDCWD, longest, O_RDONLY, 0);
	in(1, longest, 4096);
	*how = (struct open_how){ .flags = O_RDONLY, .resolve = RESOLVE_BENEATH };
	TEST("openat2: a file beneath");
	CALL(openat2, AT_FDCWD, name, how, sizeof(*how));
	in_string(1, name);
	in(2, how, sizeof(*how));
	TEST("openat2: a path that leads out");
	name = tail_string("../x");
	CALL(openat2, AT_FDCWD, name, how, sizeof(*how));
	in_string(1, name);
	in(2, how, sizeof(*how));
	TEST("creat: a file");
	name = tail_string("created");
	CALL(creat, name, 0600);
	in_string(0, name);
}

static void linked(void)
{
	char *target = tail_string("where/it points"), *name = tail_string("link"), *buf;
	long n;

	TEST("symlink: a new one");
	CALL(symlink, target, name);
	in_string(0, target);
	in_string(1, name);
	TEST("symlink: there is one already");
	CALL(symlink, target, name);
	in_string(0, target);
	in_string(1, name);
	buf = tail(15);
	TEST("readlink: exactly as long as the buffer");
	n = CALL(readlink, name, buf, 15);
	in_string(0, name);
	out(1, buf, (size_t)n);
	buf = tail(5);
	TEST("readlinkat: longer than the buffer");
	n = CALL(readlinkat, AT_FDCWD, name, buf, 5);
	in_string(1, name);
	out(2, buf, (size_t)n);
	TEST("readlink: not a link");
	CALL(readlink, ".", buf, 5);
	TEST("symlinkat: a new one");
	name = tail_string("link2");
	CALL(symlinkat, target, AT_FDCWD, name);
	in_string(0, target);
	in_string(2, name);
	TEST("link: to a link");
	target = tail_string("link3");
	CALL(link, name, target);
	in_string(0, name);
	in_string(1, target);
	TEST("linkat: there is one already");
	CALL(linkat, AT_FDCWD, name, AT_FDCWD, target, 0);
	in_string(1, name);
	in_string(3, target);
}

static void folders(void)
{
	char *buf = tail(4096), *small = tail(3), *name = tail_string("folder");
	long n;
	int fd;

	TEST("mkdir: a new folder");
	CALL(mkdir, name, 0755);
	in_string(0, name);
	TEST("mkdirat: there is one already");
	CALL(mkdirat, AT_FDCWD, name, 0755);
	in_string(1, name);
	TEST("getcwd: fits");
	n = CALL(getcwd, buf, 4096);
	out(0, buf, (size_t)n);
	TEST("getcwd: too small");
	CALL(getcwd, small, 3);
	fd = open(".", O_RDONLY | O_DIRECTORY);
	buf = tail(32768);
	TEST("getdents64: all entries");
	n = CALL(getdents64, fd, buf, 32768);
	out(1, buf, (size_t)n);
	TEST("getdents64: no more");
	CALL(getdents64, fd, buf, 32768);
	lseek(fd, 0, SEEK_SET);
	TEST("getdents64: too small");
	CALL(getdents64, fd, small, 3);
	TEST("getdents: all entries");
	n = CALL(getdents, fd, buf, 32768);
	out(1, buf, (size_t)n);
	TEST("chdir: no such folder");
	CALL(chdir, "nowhere at all");
	in_string(0, "nowhere at all");
	TEST("rmdir: an empty folder");
	CALL(rmdir, name);
	in_string(0, name);
}

static void changed(void)
{
	char *from = tail_string("created"), *to = tail_string("renamed");
	struct timespec *times = tail(2 * sizeof(*times));
	struct timeval *values = tail(2 * sizeof(*values));

	TEST("rename: a file");
	CALL(rename, from, to);
	in_string(0, from);
	in_string(1, to);
	TEST("renameat: no such file");
	CALL(renameat, AT_FDCWD, from, AT_FDCWD, to);
	in_string(1, from);
	in_string(3, to);
	TEST("renameat2: exchange with no file");
	CALL(renameat2, AT_FDCWD, to, AT_FDCWD, from, 2);
	in_string(1, to);
	in_string(3, from);
	TEST("access: may be read");
	CALL(access, to, R_OK);
	in_string(0, to);
	TEST("faccessat: no such file");
	CALL(faccessat, AT_FDCWD, from, R_OK);
	in_string(1, from);
	TEST("faccessat2: unknown flags");
	CALL(faccessat2, AT_FDCWD, to, R_OK, 0x40000000);
	in_string(1, to);
	TEST("chmod: a file");
	CALL(chmod, to, 0600);
	in_string(0, to);
	TEST("truncate: a file");
	CALL(truncate, to, 1234);
	in_string(0, to);
	times[0] = (struct timespec){ 1, 2 };
	times[1] = (struct timespec){ 3, 4 };
	TEST("utimensat: two times");
	CALL(utimensat, AT_FDCWD, to, times, 0);
	in_string(1, to);
	in(2, times, 2 * sizeof(*times));
	values[0] = (struct timeval){ 5, 6 };
	values[1] = (struct timeval){ 7, 8 };
	TEST("utimes: two times");
	CALL(utimes, to, values);
	in_string(0, to);
	in(1, values, 2 * sizeof(*values));
	TEST("unlink: a file");
	CALL(unlink, to);
	in_string(0, to);
	TEST("unlinkat: no such file");
	CALL(unlinkat, AT_FDCWD, to, 0);
	in_string(1, to);
}

int main(void)
{
	opened();
	linked();
	folders();
	changed();
	flush();
	return 0;
}
