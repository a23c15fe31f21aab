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

	TEST("openat: a new file");
	CALL(openat, AT_FDCWD, name, O_RDWR | O_CREAT, 0640);
	in_string(1, name);
	TEST("openat: no such file");
	CALL(openat, AT_FDCWD, none, O_RDONLY, 0);
	in_string(1, none);
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
}

static void linked(void)
{
	char *target = tail_string("where/it points"), *name = tail_string("link"), *buf;
	long n;

	TEST("symlinkat: a new one");
	CALL(symlinkat, target, AT_FDCWD, name);
	in_string(0, target);
	in_string(2, name);
	TEST("symlinkat: there is one already");
	CALL(symlinkat, target, AT_FDCWD, name);
	in_string(0, target);
	in_string(2, name);
	buf = tail(15);
	TEST("readlinkat: exactly as long as the buffer");
	n = CALL(readlinkat, AT_FDCWD, name, buf, 15);
	in_string(1, name);
	out(2, buf, (size_t)n);
	buf = tail(5);
	TEST("readlinkat: longer than the buffer");
	n = CALL(readlinkat, AT_FDCWD, name, buf, 5);
	in_string(1, name);
	out(2, buf, (size_t)n);
	TEST("readlinkat: not a link");
	CALL(readlinkat, AT_FDCWD, ".", buf, 5);
	in_string(1, ".");
	TEST("linkat: to a link");
	target = tail_string("link2");
	CALL(linkat, AT_FDCWD, name, AT_FDCWD, target, 0);
	in_string(1, name);
	in_string(3, target);
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

	TEST("mkdirat: a new folder");
	CALL(mkdirat, AT_FDCWD, name, 0755);
	in_string(1, name);
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
	TEST("chdir: no such folder");
	CALL(chdir, "nowhere at all");
	in_string(0, "nowhere at all");
	TEST("unlinkat: an empty folder");
	CALL(unlinkat, AT_FDCWD, name, AT_REMOVEDIR);
	in_string(1, name);
}

static void changed(void)
{
	char *from = tail_string("file"), *to = tail_string("renamed");
	struct timespec *times = tail(2 * sizeof(*times));

	TEST("renameat: a file");
	CALL(renameat, AT_FDCWD, from, AT_FDCWD, to);
	in_string(1, from);
	in_string(3, to);
	TEST("renameat: no such file");
	CALL(renameat, AT_FDCWD, from, AT_FDCWD, to);
	in_string(1, from);
	in_string(3, to);
	TEST("renameat2: exchange with no file");
	CALL(renameat2, AT_FDCWD, to, AT_FDCWD, from, 2);
	in_string(1, to);
	in_string(3, from);
	TEST("faccessat: no such file");
	CALL(faccessat, AT_FDCWD, from, R_OK);
	in_string(1, from);
	TEST("faccessat2: unknown flags");
	CALL(faccessat2, AT_FDCWD, to, R_OK, 0x40000000);
	in_string(1, to);
	TEST("fchmodat: a file");
	CALL(fchmodat, AT_FDCWD, to, 0600);
	in_string(1, to);
	TEST("truncate: a file");
	CALL(truncate, to, 1234);
	in_string(0, to);
	times[0] = (struct timespec){ 1, 2 };
	times[1] = (struct timespec){ 3, 4 };
	TEST("utimensat: two times");
	CALL(utimensat, AT_FDCWD, to, times, 0);
	in_string(1, to);
	in(2, times, 2 * sizeof(*times));
	TEST("unlinkat: a file");
	CALL(unlinkat, AT_FDCWD, to, 0);
	in_string(1, to);
	TEST("unlinkat: no such file");
	CALL(unlinkat, AT_FDCWD, to, 0);
	in_string(1, to);
}

/* Calls that younger architectures do without: those above do all of it. */
#ifdef SYS_open
static void older(void)
{
	char *name = tail_string("old file"), *none = tail_string("no such file");
	char *link = tail_string("old link"), *folder = tail_string("old folder");
	struct timeval *values = tail(2 * sizeof(*values));
	char *buf = tail(32768);
	long n;
	int fd;

	TEST("open: a new file");
	fd = (int)CALL(open, name, O_RDWR | O_CREAT, 0640);
	in_string(0, name);
	close(fd);
	TEST("open: no such file");
	CALL(open, none, O_RDONLY, 0);
	in_string(0, none);
	TEST("creat: a file");
	CALL(creat, name, 0600);
	in_string(0, name);
	TEST("symlink: a new one");
	CALL(symlink, name, link);
	in_string(0, name);
	in_string(1, link);
	TEST("symlink: there is one already");
	CALL(symlink, name, link);
	in_string(0, name);
	in_string(1, link);
	TEST("readlink: longer than the buffer");
	n = CALL(readlink, link, buf, 3);
	in_string(0, link);
	out(1, buf, (size_t)n);
	TEST("readlink: not a link");
	CALL(readlink, ".", buf, 5);
	TEST("link: there is one already");
	CALL(link, name, link);
	in_string(0, name);
	in_string(1, link);
	TEST("mkdir: a new folder");
	CALL(mkdir, folder, 0755);
	in_string(0, folder);
	fd = open(".", O_RDONLY | O_DIRECTORY);
	TEST("getdents: all entries");
	n = CALL(getdents, fd, buf, 32768);
	out(1, buf, (size_t)n);
	TEST("rmdir: an empty folder");
	CALL(rmdir, folder);
	in_string(0, folder);
	TEST("access: may be read");
	CALL(access, name, R_OK);
	in_string(0, name);
	TEST("chmod: a file");
	CALL(chmod, name, 0600);
	in_string(0, name);
	values[0] = (struct timeval){ 5, 6 };
	values[1] = (struct timeval){ 7, 8 };
	TEST("utimes: two times");
	CALL(utimes, name, values);
	in_string(0, name);
	in(1, values, 2 * sizeof(*values));
	TEST("rename: a file");
	CALL(rename, name, link);
	in_string(0, name);
	in_string(1, link);
	TEST("unlink: a file");
	CALL(unlink, link);
	in_string(0, link);
}
#endif

int main(void)
{
	opened();
	linked();
	folders();
	changed();
#ifdef SYS_open
	older();
#endif
	flush();
	return 0;
}
