/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Other ABIs from a program of 64 bits. On x86-64 int 0x80 is i386's way, whatever the upper halves
 * of the registers hold; numbers with bit 30 are x32's, ENOSYS from a kernel without it.
 */
#include "expect.h"

#ifdef __x86_64__
#define GARBAGE 0xdeadbeef00000000UL
#define X32 0x40000000

/* One register for each argument; the call looks at the lower halves. */
static long enter_int80(long nr, ...)
{
	long a[6], ret;
	va_list list;

	va_start(list, nr);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(list, long);
	va_end(list);
	__asm__ volatile("push %%rbp; mov %[sixth], %%rbp; int $0x80; pop %%rbp"
			 : "=a"(ret)
			 : "a"(nr), "b"(a[0] | GARBAGE), "c"(a[1] | GARBAGE), "d"(a[2] | GARBAGE),
			   "S"(a[3] | GARBAGE), "D"(a[4] | GARBAGE), [sixth] "r"(a[5] | GARBAGE)
			 : "memory", "r8", "r9", "r10", "r11");
	return with_errno((int)ret);
}

static long enter_x32(long nr, ...)
{
	long a[6];
	va_list list;

	va_start(list, nr);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(list, long);
	va_end(list);
	return syscall(nr | X32, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* len bytes that a pointer of 32 bits reaches. */
static void *low(size_t len)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT,
		       -1, 0);

	need(p != MAP_FAILED, "MAP_32BIT");
	return p;
}

#define OTHER(name, nr, ...) expect_call(name, nr, LIST(__VA_ARGS__), COUNT(__VA_ARGS__))

static uint32_t *vector(char *a, uint32_t alen, char *b, uint32_t blen)
{
	uint32_t *iov = low(PAGE);

	iov[0] = (uint32_t)(uintptr_t)a;
	iov[1] = alen;
	iov[2] = (uint32_t)(uintptr_t)b;
	iov[3] = blen;
	return iov;
}

static void i386(int fd)
{
	char *a = low(PAGE), *b = a + 100;
	uint32_t *iov = vector(a, 4, b, 50);
	struct {
		uint32_t seconds, nanoseconds;
	} *time = low(PAGE);
	long n;

	enter = enter_int80;
	abi = "i386";
	TEST("int 0x80: readv with pointers of 32 bits");
	n = OTHER("readv", 145, fd, iov, 2);
	in(1, iov, 16);
	out(1, a, 4);
	out(1, b, (size_t)n - 4);
	TEST("int 0x80: clock_gettime of 8 bytes");
	OTHER("clock_gettime", 265, 1, time);
	out(1, time, 8);
	TEST("int 0x80: sync_file_range, six arguments");
	OTHER("sync_file_range", 314, fd, 1, 0, 2, 0, 0);
	TEST("int 0x80: bit 30 is a part of the number");
	OTHER("syscall_1073741827", 3 | X32, fd, a, 1L, 0, 0, 0);
	TEST("int 0x80: bad address");
	OTHER("clock_gettime", 265, 1, 8);
}

static void x32(int fd)
{
	char *a = low(PAGE), *text = low(PAGE);
	uint32_t *iov = vector(a, 4, a, 0);
	struct timespec *time = low(PAGE);
	long n;

	enter = enter_x32;
	abi = "x32";
	memcpy(text, "to nobody", 9);
	TEST("x32: a number that x86-64 shares");
	OTHER("write", 1, -1L, text, 9);
	in(1, text, 9);
	TEST("x32: readv has a number of its own, and pointers of 32 bits");
	n = OTHER("readv", 515, fd, iov, 2);
	in(1, iov, 16);
	if (n > 0)
		out(1, a, (size_t)n);
	TEST("x32: times of 64 bits");
	n = OTHER("clock_gettime", 228, 1, time);
	if (n == 0)
		out(1, time, sizeof(*time));
}

int main(void)
{
	int fd = file_of("file", "0123456789abcdef", 16);

	i386(fd);
	lseek(fd, 0, SEEK_SET);
	x32(fd);
	flush();
	return 0;
}
#else
int main(void)
{
	TEST("getpid");
	CALL(getpgid, 0);
	flush();
	return 0;
}
#endif
