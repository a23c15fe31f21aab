/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A program that is recorded makes its calls with CALL() and says right after each what it sees in
 * its own memory. One line of JSON a call, on standard output, is what run.py then requires of the
 * trace.
 *
 *	TEST("a short read");
 *	n = CALL(read, fd, buf, 4096);
 *	out(1, buf, n);
 */
#ifndef EXPECT_H
#define EXPECT_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096UL
#define HEX_MAX (64UL << 10) /* longer buffers are told by their first bytes and their CRC-32 */
#define HEAD 64UL
#define NOTHING 0xa5 /* fills memory that no call has written */

#define EXPECT_ROOM (64UL << 20)

#if defined(__i386__)
#define ABI "i386"
#elif defined(__arm__)
#define ABI "arm"
#elif defined(__aarch64__)
#define ABI "arm64"
#else
#define ABI "x86_64"
#endif

/* How CALL() enters the kernel, and the ABI that it then speaks: tests of other ways set them. */
static long (*enter)(long nr, ...) = syscall;
static const char *abi = ABI;

/* What this thread expects and has not printed. */
static __thread struct {
	char *text;
	size_t len;
	const char *test;
	bool open;  /* a call's line waits for more buffers */
	bool first; /* of the buffers of that line */
	long ret;
} expect;

static inline void expect_put(const char *format, ...)
{
	va_list list;

	if (!expect.text)
		expect.text = mmap(NULL, EXPECT_ROOM, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	va_start(list, format);
	expect.len += (size_t)vsnprintf(expect.text + expect.len, EXPECT_ROOM - expect.len, format,
					list);
	va_end(list);
}

static inline void expect_close(void)
{
	if (!expect.open)
		return;
	expect_put("],\"ret\":%ld}\n", expect.ret);
	expect.open = false;
}

/* Print what was gathered: at the end, before fork, and before what may kill the thread. */
static inline void flush(void)
{
	size_t done = 0;

	expect_close();
	while (done < expect.len) {
		ssize_t n = write(STDOUT_FILENO, expect.text + done, expect.len - done);

		if (n < 0)
			_exit(99);
		done += (size_t)n;
	}
	expect.len = 0;
}

#define TEST(name) (expect.test = (name))

static inline void expect_begin(const char *name, const long *args, size_t nargs)
{
	expect_close();
	expect_put("{\"test\":\"%s\",\"tid\":%d,\"abi\":\"%s\",\"syscall\":\"%s\",\"args\":[",
		   expect.test, (int)syscall(SYS_gettid), abi, name);
	for (size_t i = 0; i < nargs; i++)
		expect_put("%s%lu", i ? "," : "", args[i]);
	expect_put("]");
}

/* What syscall(2) makes of the kernel's result. */
static inline long with_errno(long ret)
{
	if (ret >= 0 || ret < -4095)
		return ret;
	errno = (int)-ret;
	return -1;
}

static inline long expect_call(const char *name, long nr, const long *args, size_t nargs)
{
	long a[6] = { 0 };

	expect_begin(name, args, nargs);
	expect_put(",\"bufs\":[");
	memcpy(a, args, nargs * sizeof(long));
	expect.ret = enter(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (expect.ret == -1)
		expect.ret = -errno;
	expect.open = true;
	expect.first = true;
	return expect.ret;
}

/* For a call that will not return, or not in this thread's life: printed ahead of it. */
static inline void expect_unfinished(const char *name, const long *args, size_t nargs)
{
	expect_begin(name, args, nargs);
	expect_put(",\"bufs\":[],\"ret\":null,\"unfinished\":true}\n");
	flush();
}

/* For a call that a fatal signal ends: the kernel gives it a result, which the program never sees.
 */
static inline void expect_killed(const char *name, const long *args, size_t nargs, long ret)
{
	expect_begin(name, args, nargs);
	expect_put(",\"bufs\":[],\"ret\":%ld}\n", ret);
	flush();
}

/* A call that was made without CALL(): before another one that the kernel made of it, say. */
static inline void expect_made(const char *name, const long *args, size_t nargs, long ret)
{
	expect_begin(name, args, nargs);
	expect_put(",\"bufs\":[");
	expect.ret = ret;
	expect.open = true;
	expect.first = true;
}

/* In a new process, which has a copy of what its parent has yet to print. */
static inline void in_child(void)
{
	expect.len = 0;
	expect.open = false;
}

/* The kernel's own return value where the program sees another: -ERESTARTSYS becomes -EINTR. */
static inline void ret_is(long ret)
{
	expect.ret = ret;
}

static inline uint32_t crc32(const uint8_t *bytes, size_t len)
{
	static uint32_t table[256];
	uint32_t crc = ~0U;

	if (!table[1])
		for (uint32_t i = 0; i < 256; i++) {
			uint32_t c = i;

			for (int bit = 0; bit < 8; bit++)
				c = c & 1 ? c >> 1 ^ 0xedb88320U : c >> 1;
			table[i] = c;
		}
	for (size_t i = 0; i < len; i++)
		crc = crc >> 8 ^ table[(crc ^ bytes[i]) & 0xff];
	return ~crc;
}

static inline void expect_head(int arg, const char *dir, const void *addr, size_t len)
{
	expect_put("%s{\"arg\":%d,\"dir\":\"%s\",\"addr\":%lu,\"len\":%lu", expect.first ? "" : ",",
		   arg, dir, (unsigned long)addr, len);
	expect.first = false;
}

static inline void expect_hex(const char *name, const uint8_t *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	expect_put(",\"%s\":\"", name);
	for (size_t i = 0; i < len; i++) {
		expect.text[expect.len++] = digits[bytes[i] >> 4];
		expect.text[expect.len++] = digits[bytes[i] & 15];
	}
	expect_put("\"");
}

static inline void expect_buffer(int arg, const char *dir, const void *addr, size_t len)
{
	expect_head(arg, dir, addr, len);
	if (len > HEX_MAX) {
		expect_hex("head", addr, HEAD);
		expect_put(",\"crc32\":%u}", crc32(addr, len));
		return;
	}
	expect_hex("hex", addr, len);
	expect_put("}");
}

/* The kernel wrote len bytes at addr, to which argument arg points. */
static inline void out(int arg, const void *addr, size_t len)
{
	expect_buffer(arg, "out", addr, len);
}

/* The same, where the bytes are others by now. */
static inline void out_was(int arg, const void *addr, const void *bytes, size_t len)
{
	expect_head(arg, "out", addr, len);
	expect_hex("hex", bytes, len);
	expect_put("}");
}

/* The kernel read len bytes at addr. */
static inline void in(int arg, const void *addr, size_t len)
{
	expect_buffer(arg, "in", addr, len);
}

static inline void in_string(int arg, const char *text)
{
	in(arg, text, strlen(text) + 1);
}

/* Bytes that nobody can read: the trace must say so with the errno. */
static inline void missing(int arg, const char *dir, const void *addr, size_t len,
			   const char *error)
{
	expect_head(arg, dir, addr, len);
	expect_put(",\"err\":\"%s\"}", error);
}

/* n pages of their own with an inaccessible one behind them. */
static inline char *pages(size_t n)
{
	char *p = mmap(NULL, (n + 1) * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		       -1, 0);

	if (p == MAP_FAILED || mprotect(p + n * PAGE, PAGE, PROT_NONE))
		_exit(98);
	return p;
}

/* len bytes that end at an inaccessible page, filled with NOTHING. */
static inline void *tail(size_t len)
{
	size_t n = (len + PAGE - 1) / PAGE;
	char *p = pages(n ? n : 1);

	memset(p, NOTHING, (n ? n : 1) * PAGE);
	return p + (n ? n : 1) * PAGE - len;
}

static inline void *tail_copy(const void *bytes, size_t len)
{
	return memcpy(tail(len), bytes, len);
}

static inline char *tail_string(const char *text)
{
	return tail_copy(text, strlen(text) + 1);
}

/* A pointer as a structure holds it that is the same for 32 and 64 bits. */
#define POINTER(p) ((uint64_t)(uintptr_t)(p))

/* An offset that is behind three arguments: 32-bit programs pass it in two, on arm behind a gap. */
#if defined(__arm__)
#define OFFSET64(n) 0, (uint32_t)(n), (int64_t)(n) >> 32
#elif __SIZEOF_LONG__ == 4
#define OFFSET64(n) (uint32_t)(n), (int64_t)(n) >> 32
#else
#define OFFSET64(n) n
#endif

/* An address that is never mapped. */
#define BAD ((void *)0xdead0000UL)

/* The set-up of a test, not what it tests, went wrong. */
static inline void need(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	_exit(97);
}

/* A new file with these bytes in the current folder; open for reading and writing, at its start. */
static inline int file_of(const char *name, const void *bytes, size_t len)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	need(fd >= 0 && write(fd, bytes, len) == (ssize_t)len && lseek(fd, 0, SEEK_SET) == 0, name);
	return fd;
}

/* CALL(name, arguments): the raw system call; negative errno on failure. CALL0: no arguments. */
#define LONGS1(a) (long)(a)
#define LONGS2(a, ...) (long)(a), LONGS1(__VA_ARGS__)
#define LONGS3(a, ...) (long)(a), LONGS2(__VA_ARGS__)
#define LONGS4(a, ...) (long)(a), LONGS3(__VA_ARGS__)
#define LONGS5(a, ...) (long)(a), LONGS4(__VA_ARGS__)
#define LONGS6(a, ...) (long)(a), LONGS5(__VA_ARGS__)
#define PICK(a, b, c, d, e, f, which, ...) which
#define LONGS(...) PICK(__VA_ARGS__, LONGS6, LONGS5, LONGS4, LONGS3, LONGS2, LONGS1)(__VA_ARGS__)
#define LIST(...) ((const long[]){ LONGS(__VA_ARGS__) })
#define COUNT(...) (sizeof(LIST(__VA_ARGS__)) / sizeof(long))
#define CALL(name, ...) expect_call(#name, SYS_##name, LIST(__VA_ARGS__), COUNT(__VA_ARGS__))
/* The name is a macro that stands for one. */
#define CALL_AS(name, ...) CALL(name, __VA_ARGS__)
#define CALL0(name) expect_call(#name, SYS_##name, (const long[]){ 0 }, 0)
/* It returned ret; 0 for what has no arguments. */
#define MADE(ret, name, ...) expect_made(#name, LIST(__VA_ARGS__), COUNT(__VA_ARGS__), ret)
#define MADE0(ret, name) expect_made(#name, (const long[]){ 0 }, 0, ret)
#define UNFINISHED(name, ...)                                             \
	(expect_unfinished(#name, LIST(__VA_ARGS__), COUNT(__VA_ARGS__)), \
	 syscall(SYS_##name, LONGS(__VA_ARGS__)))
#define KILLED(ret, name, ...)                                             \
	(expect_killed(#name, LIST(__VA_ARGS__), COUNT(__VA_ARGS__), ret), \
	 syscall(SYS_##name, LONGS(__VA_ARGS__)))

#endif
