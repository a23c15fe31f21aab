/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * read of what is no plain file: memfd, eventfd, inotify, /proc, O_DIRECT; name_to_handle_at; bpf.
 */
#include <sys/eventfd.h>
#include <sys/inotify.h>

#include "expect.h"

static void counters(void)
{
	char *eight = tail(8);
	int fd;

	TEST("eventfd2: a new one");
	fd = (int)CALL(eventfd2, 5, EFD_NONBLOCK);
	TEST("read: an eventfd");
	CALL(read, fd, eight, 8);
	out(1, eight, 8);
	TEST("read: an eventfd that is 0");
	CALL(read, fd, eight, 8);
	TEST("write: an eventfd");
	CALL(write, fd, eight, 8);
	in(1, eight, 8);
	TEST("read: an eventfd into too little");
	CALL(read, fd, eight, 4);
}

static void memory_file(void)
{
	char *name = tail_string("a memory file"), *buf = tail(2 * PAGE);
	long n;
	int fd;

	TEST("memfd_create: a new one");
	fd = (int)CALL(memfd_create, name, 1);
	in_string(0, name);
	need(!ftruncate(fd, PAGE + 9), "ftruncate");
	TEST("read: a hole of a memfd");
	n = CALL(read, fd, buf, 2 * PAGE);
	out(1, buf, (size_t)n);
	TEST("lseek: to the end");
	CALL(lseek, fd, 0, SEEK_END);
}

static void watched(void)
{
	char *buf = tail(512);
	long n;
	int fd = inotify_init1(IN_NONBLOCK);

	TEST("inotify_add_watch: a folder");
	CALL(inotify_add_watch, fd, ".", IN_CREATE);
	in_string(1, ".");
	close(open("born", O_CREAT | O_WRONLY, 0600));
	TEST("read: inotify");
	n = CALL(read, fd, buf, 512);
	out(1, buf, (size_t)n);
	TEST("read: inotify, nothing there");
	CALL(read, fd, buf, 512);
}

static void others(void)
{
	char *handle = tail(8 + 128), *buf = tail(1000);
	int *mount = tail(4), *unique, fd = open("/proc/self/status", O_RDONLY);
	char *aligned = pages(4);
	long n;

	TEST("read: /proc");
	n = CALL(read, fd, buf, 1000);
	out(1, buf, (size_t)n);
	memset(handle, 0, 8);
	*(uint32_t *)handle = 128;
	TEST("name_to_handle_at: a file");
	n = CALL(name_to_handle_at, AT_FDCWD, ".", handle, mount, 0);
	in_string(1, ".");
	if (!n) {
		out(2, handle, 8 + *(uint32_t *)handle);
		out(3, mount, 4);
	}
	unique = tail(8);
	TEST("name_to_handle_at: AT_HANDLE_MNT_ID_UNIQUE");
	n = CALL(name_to_handle_at, AT_FDCWD, ".", handle, unique, 1);
	if (!n) {
		out(2, handle, 8 + *(uint32_t *)handle);
		out(3, unique, 8);
	}
	*(uint32_t *)handle = 0;
	TEST("name_to_handle_at: no room for it, but the numbers come");
	n = CALL(name_to_handle_at, AT_FDCWD, ".", handle, unique, 1);
	if (n == -EOVERFLOW) {
		out(2, handle, 8);
		out(3, unique, 8);
	}
	fd = file_of("direct", tail(2 * PAGE), 2 * PAGE);
	close(fd);
	fd = open("direct", O_RDONLY | O_DIRECT);
	TEST("read: O_DIRECT into memory never touched");
	n = CALL(read, fd, aligned, 2 * PAGE);
	if (n > 0)
		out(1, aligned, (size_t)n);
}

/* A call whose last arguments count with one bit of another only. */
static void unused_arguments(void)
{
	char *attr = tail_copy((char[12]){ 0 }, 12);
	long n;

	TEST("bpf: what stands in the registers of arguments that it does not take");
	n = CALL(bpf, 11 /* BPF_PROG_GET_NEXT_ID */, attr, 12, BAD, 64);
	if (!n)
		out(1, attr, 12);
	else
		in(1, attr, 12);
}

int main(void)
{
	unused_arguments();
	counters();
	memory_file();
	watched();
	others();
	flush();
	return 0;
}
