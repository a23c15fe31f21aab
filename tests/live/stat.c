/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* stat, lstat, fstat, newfstatat, statx, statfs, fstatfs, ustat. */
#include <linux/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>

#include "expect.h"

/* The kernel's struct stat and stat64, and the call that is newfstatat or its predecessor. */
#if defined(__aarch64__)
#define STAT_SIZE 128
#elif defined(__i386__) || defined(__arm__)
#define STAT_SIZE 64
#else
#define STAT_SIZE 144
#endif
#if defined(__i386__)
#define STAT64_SIZE 96
#elif defined(__arm__)
#define STAT64_SIZE 104
#else
#define STAT64_SIZE STAT_SIZE
#endif
#ifdef SYS_newfstatat
#define FSTATAT newfstatat
#else
#define FSTATAT fstatat64
#endif

#define USTAT_SIZE (sizeof(long) == 8 ? 32 : 20)

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
	st = tail(STAT64_SIZE);
	TEST("newfstatat: a file");
	CALL_AS(FSTATAT, AT_FDCWD, name, st, 0);
	in_string(1, name);
	out(2, st, STAT64_SIZE);
	st = tail(STAT64_SIZE);
	TEST("newfstatat: a link itself");
	CALL_AS(FSTATAT, AT_FDCWD, link, st, AT_SYMLINK_NOFOLLOW);
	in_string(1, link);
	out(2, st, STAT64_SIZE);
	TEST("newfstatat: no such file");
	CALL_AS(FSTATAT, AT_FDCWD, none, st, 0);
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
	st = tail(STAT64_SIZE);
	TEST("newfstatat: a descriptor");
	CALL_AS(FSTATAT, fd, "", st, AT_EMPTY_PATH);
	out(2, st, STAT64_SIZE);
	TEST("fstat: into memory never touched");
	st = pages(1);
	CALL(fstat, fd, st);
	out(1, st, STAT_SIZE);
}

#ifdef SYS_stat64
static void large(int fd)
{
	char *name = tail_string("file"), *link = tail_string("link");
	void *st = tail(STAT64_SIZE);

	TEST("stat64: a file");
	CALL(stat64, name, st);
	in_string(0, name);
	out(1, st, STAT64_SIZE);
	TEST("lstat64: a link");
	CALL(lstat64, link, st);
	in_string(0, link);
	out(1, st, STAT64_SIZE);
	TEST("fstat64: a file");
	CALL(fstat64, fd, st);
	out(1, st, STAT64_SIZE);
	TEST("fstat64: bad descriptor");
	CALL(fstat64, -5L, st);
}
#endif

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
#ifdef SYS_statfs64
	fs = tail(84);
	TEST("statfs64: the root");
	CALL(statfs64, "/", 84, fs);
	in_string(0, "/");
	out(2, fs, 84);
	TEST("fstatfs64: a file");
	CALL(fstatfs64, fd, 84, fs);
	out(2, fs, 84);
	TEST("fstatfs64: another size");
	CALL(fstatfs64, fd, 80, fs);
#endif
#ifdef SYS_ustat
	TEST("ustat: a device that is not there");
	CALL(ustat, 0xffff, fs);
	{
		struct stat st;
		char *u = tail(USTAT_SIZE);

		need(!stat("/proc", &st), "stat /proc");
		TEST("ustat: /proc");
		if (CALL(ustat, makedev(major(st.st_dev), minor(st.st_dev)), u) >= 0)
			out(1, u, USTAT_SIZE);
	}
#endif
}

int main(void)
{
	int fd = file_of("file", "content", 7);

	by_name();
	by_descriptor(fd);
#ifdef SYS_stat64
	large(fd);
#endif
	extended(fd);
	filesystem(fd);
	flush();
	return 0;
}
