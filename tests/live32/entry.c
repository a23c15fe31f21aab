/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* i386's ways into the kernel: int 0x80, and what the vDSO takes (sysenter, or syscall). */
#include <sys/auxv.h>

#include "../live/expect.h"

#ifdef __i386__
extern long raw_int80(const long *nr_and_args);
extern long raw_vdso(const long *nr_and_args);
unsigned long vsyscall;

#define ENTRY(name, how)                                                      \
	__asm__(".globl " name "\n" name ":\n"                                \
		"push %ebp; push %ebx; push %esi; push %edi\n"                \
		"mov 20(%esp), %ebp; mov (%ebp), %eax; mov 4(%ebp), %ebx\n"   \
		"mov 8(%ebp), %ecx; mov 12(%ebp), %edx; mov 16(%ebp), %esi\n" \
		"mov 20(%ebp), %edi; mov 24(%ebp), %ebp\n" how "\n"           \
		"pop %edi; pop %esi; pop %ebx; pop %ebp; ret\n")
ENTRY("raw_int80", "int $0x80");
ENTRY("raw_vdso", "call *vsyscall");

static long enter_with(long (*raw)(const long *), long nr, va_list list)
{
	long a[7] = { nr };

	for (int i = 1; i < 7; i++)
		a[i] = va_arg(list, long);
	return with_errno(raw(a));
}

static long enter_int80(long nr, ...)
{
	va_list list;
	long ret;

	va_start(list, nr);
	ret = enter_with(raw_int80, nr, list);
	va_end(list);
	return ret;
}

static long enter_vdso(long nr, ...)
{
	va_list list;
	long ret;

	va_start(list, nr);
	ret = enter_with(raw_vdso, nr, list);
	va_end(list);
	return ret;
}

static void calls(const char *tests[4])
{
	struct iovec *iov = tail(2 * sizeof(*iov));
	char *a = tail(3), *b = tail(20);
	int fd = file_of("file", "0123456789", 10);
	long n;

	TEST(tests[0]);
	CALL0(getuid);
	iov[0] = (struct iovec){ a, 3 };
	iov[1] = (struct iovec){ b, 20 };
	TEST(tests[1]);
	n = CALL(readv, fd, iov, 2);
	in(1, iov, 2 * sizeof(*iov));
	out(1, a, 3);
	out(1, b, (size_t)n - 3);
	TEST(tests[2]);
	CALL(copy_file_range, fd, NULL, fd, BAD, 5, 0xdeadbeef);
	TEST(tests[3]);
	CALL(sync_file_range, fd, 1, 0, 2, 0, 0);
}

int main(void)
{
	vsyscall = getauxval(AT_SYSINFO);
	need(vsyscall, "AT_SYSINFO");
	enter = enter_int80;
	calls((const char *[]){ "int 0x80: getuid", "int 0x80: readv",
				"int 0x80: copy_file_range, bad flags",
				"int 0x80: sync_file_range, six arguments" });
	enter = enter_vdso;
	calls((const char *[]){ "vDSO: getuid", "vDSO: readv", "vDSO: copy_file_range, bad flags",
				"vDSO: sync_file_range, six arguments" });
	flush();
	return 0;
}
#else
int main(void)
{
	TEST("getuid");
	CALL0(getuid);
	flush();
	return 0;
}
#endif
