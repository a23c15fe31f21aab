/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* stat, lstat, fstat, newfstatat, statx, statfs, fstatfs, ustat. */
#include <linux/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>

#include "expect.h"

#define STAT_SIZE 144 /* the kernel's struct stat on x86-64 */
#if defined(__aarch64__)
#undef STAT_SIZE
#define STAT_SIZE 128
#endif

static void by_name(void)
{
	char *name = tail_string("file"), *link = tail_string("link"), *none = tail_string("none");
	void *st = tail(STAT_SIZE);

	need(!symlink("file", "link"), "symlink");
#ifdef SYS_stat
	TEST("stat: a file");
	CALL(stat, name, st);
	in_string(0, name);
	out(1, st, STAT_SIZE);
	TEST("stat: no such file");
	CALL(stat, none, st);
	in_string(0, none);
	TEST("stat: bad address");
	CALL(stat, name, BAD);
	in_string(0, name);
	TEST("lstat: a link");
	CALL(lstat, link, st);
	in_string(0, link);
	out(1, st, STAT_SIZE);
#endif
	st = tail(STAT_SIZE);
	TEST("newfstatat: a link itself");
	CALL(newfstatat, AT_FDCWD, link, st, AT_SYMLINK_NOFOLLOW);
	in_string(1, link);
	out(2, st, STAT_SIZE);
	TEST("newfstatat: no such file");
	CALL(newfstatat, AT_FDCWD, none, st, 0);
	in_string(1, none);
}

static void by_descriptor(int fd)
{
	void *st = tail(STAT_SIZE);

	TEST("fstat: a file");
	CALL(fstat, fd, st);
	out(1, st, STAT_SIZE);
	TEST("fstat: bad descriptor");
	CALL(fstat, -5L, st);
	TEST("newfstatat: a descriptor");
	CALL(newfstatat, fd, "", st, AT_EMPTY_PATH);
	out(2, st, STAT_SIZE);
	TEST("fstat: into memory never touched");
	st = pages(1);
	CALL(fstat, fd, st);
	out(1, st, STAT_SIZE);
}

static void extended(int fd)
{
	struct statx *stx = tail(sizeof(*stx));
	char *name = tail_string("file");

	TEST("statx: a file");
	CALL(statx, AT_FDCWD, name, 0, STATX_ALL, stx);
	in_string(1, name);
	out(4, stx, sizeof(*stx));
	TEST("statx: a descriptor");
	CALL(statx, fd, "", AT_EMPTY_PATH, STATX_SIZE, stx);
	out(4, stx, sizeof(*stx));
	TEST("statx: bad descriptor");
	CALL(statx, -9L, "", AT_EMPTY_PATH, STATX_SIZE, stx);
}

static void filesystem(int fd)
{
	struct statfs *fs = tail(sizeof(*fs));

	TEST("statfs: the root");
	CALL(statfs, "/", fs);
	in_string(0, "/");
	out(1, fs, sizeof(*fs));
	TEST("statfs: no such file");
	CALL(statfs, "/no/such", fs);
	in_string(0, "/no/such");
	TEST("fstatfs: a file");
	CALL(fstatfs, fd, fs);
	out(1, fs, sizeof(*fs));
	TEST("fstatfs: bad descriptor");
	CALL(fstatfs, -3L, fs);
#ifdef SYS_ustat
	TEST("ustat: a device that is not there");
	CALL(ustat, 0xffff, fs);
	{
		struct stat st;
		char *u = tail(32);

		need(!stat("/proc", &st), "stat /proc");
		TEST("ustat: /proc");
		if (CALL(ustat, makedev(major(st.st_dev), minor(st.st_dev)), u) >= 0)
			out(1, u, 32);
	}
#endif
}

int main(void)
{
	int fd = file_of("file", "content", 7);

	by_name();
	by_descriptor(fd);
	extended(fd);
	filesystem(fd);
	flush();
	return 0;
}
