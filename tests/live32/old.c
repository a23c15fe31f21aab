/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Calls that only i386 has: older forms of structures, arguments in memory, halves of numbers. */
#include "../live/expect.h"

#ifdef __i386__
#include <dirent.h>
#include <sys/mman.h>
#include <sys/utsname.h>

/* The old structure has 16 bits for an inode: /proc is number 1. */
static void stats(void)
{
	int fd = open("/proc", O_RDONLY | O_DIRECTORY);
	char *name = tail_string("/proc");
	void *st = tail(32);

	TEST("oldstat: a folder");
	need(CALL(oldstat, name, st) == 0, "oldstat");
	in_string(0, name);
	out(1, st, 32);
	TEST("oldlstat: a folder");
	CALL(oldlstat, name, st);
	in_string(0, name);
	out(1, st, 32);
	TEST("oldfstat: a folder");
	CALL(oldfstat, fd, st);
	out(1, st, 32);
	TEST("oldfstat: bad descriptor");
	CALL(oldfstat, -1L, st);
}

static void offsets(int fd)
{
	int64_t *at = tail(8);
	char *name = tail_string("file");

	TEST("_llseek: far away");
	CALL(_llseek, fd, 1, 5, at, SEEK_SET);
	out(3, at, 8);
	TEST("_llseek: no such place");
	CALL(_llseek, fd, 1, 5, at, 77);
	TEST("truncate64: two halves");
	CALL(truncate64, name, 9, 0);
	in_string(0, name);
	TEST("ftruncate64: two halves");
	CALL(ftruncate64, fd, 7, 0);
	TEST("fallocate: two numbers in halves");
	CALL(fallocate, fd, 0, 0, 0, 100, 0);
	TEST("fadvise64: one number in halves");
	CALL(fadvise64, fd, 0, 0, 10, 0);
	TEST("fadvise64_64: two numbers in halves");
	CALL(fadvise64_64, fd, 0, 0, 10, 0, 0);
	TEST("sync_file_range: two numbers in halves");
	CALL(sync_file_range, fd, 0, 0, 10, 0, 0);
	TEST("readahead: one number in halves");
	CALL(readahead, fd, 0, 0, 10);
}

static void directories(void)
{
	int fd = open(".", O_RDONLY | O_DIRECTORY);
	char *list = tail(400), *entry = tail(10 + 256);
	long n;

	TEST("getdents: entries of 32 bits");
	n = CALL(getdents, fd, list, 400);
	out(1, list, (size_t)n);
	lseek(fd, 0, SEEK_SET);
	TEST("readdir: one entry and its name");
	n = CALL(readdir, fd, entry, 1);
	need(n == 1, "readdir");
	out(1, entry, 10);
	out(1, entry + 10, strlen(entry + 10) + 1);
	while (syscall(SYS_readdir, fd, entry, 1) == 1)
		continue;
	TEST("readdir: the end");
	CALL(readdir, fd, entry, 0);
	close(fd);
}

static void packed(void)
{
	int fds[2], max;
	uint32_t *args = tail(5 * 4), *map = tail(6 * 4);
	uint32_t *set = tail(4), *time = tail(8);

	need(!pipe(fds) && write(fds[1], "x", 1) == 1, "pipe");
	max = fds[1] + 1;
	*set = 1U << fds[0];
	time[0] = 3;
	time[1] = 5;
	args[0] = (uint32_t)max;
	args[1] = (uint32_t)set;
	args[2] = args[3] = 0;
	args[4] = (uint32_t)time;
	TEST("select: arguments in memory");
	CALL(select, args);
	in(0, args, 5 * 4);
	out(0, set, 4);
	out(0, time, 8);
	TEST("select: arguments at a bad address");
	CALL(select, BAD);
	missing(0, "in", BAD, 5 * 4, "EFAULT");
	map[0] = 0;
	map[1] = PAGE;
	map[2] = PROT_READ;
	map[3] = MAP_PRIVATE | MAP_ANONYMOUS;
	map[4] = (uint32_t)-1;
	map[5] = 0;
	TEST("mmap: arguments in memory");
	CALL(mmap, map);
	in(0, map, 6 * 4);
}

static void signals(void)
{
	uint32_t *action = tail(16), *old = tail(16), *mask = tail(4);

	memset(action, 0, 16);
	action[0] = (uint32_t)SIG_IGN;
	TEST("sigaction: a new one, with the old one");
	CALL(sigaction, SIGUSR2, action, old);
	in(1, action, 16);
	out(2, old, 16);
	*mask = 1U << (SIGUSR1 - 1);
	TEST("sigprocmask: block");
	CALL(sigprocmask, SIG_BLOCK, mask, old);
	in(1, mask, 4);
	out(2, old, 4);
	TEST("sigpending: none");
	CALL(sigpending, mask);
	out(0, mask, 4);
	TEST("ssetmask: none blocked");
	CALL(ssetmask, 0);
	TEST("signal: ignored");
	CALL(signal, SIGUSR1, SIG_IGN);
}

static void others(void)
{
	char *name = tail(390), *area = tail(16);
	int *status = tail(4);
	uint32_t *word = tail(4);
	pid_t pid = fork();

	if (!pid)
		_exit(6);
	TEST("waitpid: a child");
	CALL(waitpid, pid, status, 0);
	out(1, status, 4);
	TEST("waitpid: no child");
	CALL(waitpid, pid, status, 0);
	TEST("uname: names of 65 bytes, and the domain");
	CALL(uname, name);
	out(0, name, 390);
	TEST("olduname: without the domain");
	CALL(olduname, name);
	out(0, name, 325);
	TEST("oldolduname: names of 9 bytes");
	CALL(oldolduname, name);
	out(0, name, 45);
	TEST("time: 32 bits of it");
	CALL(time, word);
	out(0, word, 4);
	memset(area, 0, 16);
	*(uint32_t *)area = 13;
	TEST("get_thread_area: a slot");
	CALL(get_thread_area, area);
	out(0, area, 16);
	TEST("fanotify_mark: a mask in halves");
	CALL(fanotify_mark, -1L, 1, 2, 0, AT_FDCWD, name);
	in_string(5, name);
}

int main(void)
{
	int fd = file_of("file", "0123456789", 10);

	stats();
	offsets(fd);
	directories();
	packed();
	signals();
	others();
	flush();
	return 0;
}
#else
int main(void)
{
	TEST("getpid");
	CALL0(getpid);
	flush();
	return 0;
}
#endif
