/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* getrlimit, setrlimit, prlimit64, uname, sysinfo, getcpu, syslog, getrandom, mincore, madvise. */
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include "expect.h"

/* The call that has its arguments in registers. */
#ifdef SYS_mmap2
#define MMAP mmap2
#else
#define MMAP mmap
#endif

static void limits(void)
{
	struct rlimit *limit = tail(sizeof(*limit));
	struct rlimit64 *limit64 = tail(sizeof(*limit64)), *old = tail(sizeof(*old));

#ifdef SYS_ugetrlimit
	TEST("ugetrlimit: open files");
	CALL(ugetrlimit, RLIMIT_NOFILE, limit);
	out(1, limit, sizeof(*limit));
#endif
#ifdef SYS_getrlimit
	TEST("getrlimit: open files");
	CALL(getrlimit, RLIMIT_NOFILE, limit);
	out(1, limit, sizeof(*limit));
	TEST("getrlimit: no such limit");
	CALL(getrlimit, 99, limit);
#endif
	TEST("setrlimit: the same again");
	CALL(setrlimit, RLIMIT_NOFILE, limit);
	in(1, limit, sizeof(*limit));
	TEST("prlimit64: a new one, with the old one");
	*limit64 = (struct rlimit64){ limit->rlim_cur, limit->rlim_max };
	CALL(prlimit64, 0, RLIMIT_NOFILE, limit64, old);
	in(2, limit64, sizeof(*limit64));
	out(3, old, sizeof(*old));
	TEST("prlimit64: only look");
	CALL(prlimit64, 0, RLIMIT_STACK, NULL, old);
	out(3, old, sizeof(*old));
	TEST("prlimit64: no such process");
	CALL(prlimit64, 0x3fffffff, RLIMIT_STACK, NULL, old);
}

static void machine(void)
{
	struct utsname *name = tail(sizeof(*name));
	struct sysinfo *info = tail(sizeof(*info));
	unsigned int *cpu = tail(4), *node = tail(4);

	TEST("uname: names");
	CALL(uname, name);
	out(0, name, sizeof(*name));
	TEST("uname: bad address");
	CALL(uname, BAD);
	TEST("sysinfo: numbers");
	CALL(sysinfo, info);
	out(0, info, sizeof(*info));
	TEST("getcpu: both");
	CALL(getcpu, cpu, node, NULL);
	out(0, cpu, 4);
	out(1, node, 4);
	TEST("getcpu: one");
	CALL(getcpu, NULL, node, NULL);
	out(1, node, 4);
}

static void chance(void)
{
	char *buf = tail(300);
	long n;

	TEST("getrandom: some bytes");
	n = CALL(getrandom, buf, 300, 0);
	out(0, buf, (size_t)n);
	TEST("getrandom: no bytes");
	CALL(getrandom, buf, 0, 0);
	TEST("getrandom: flags that do not exist");
	CALL(getrandom, buf, 300, 0x100);
}

static void memory(void)
{
	char *area = pages(10), *vector = tail(10);

	area[3 * PAGE] = 1;
	TEST("mincore: ten pages");
	CALL(mincore, area, 9 * PAGE + 1, vector);
	out(2, vector, 10);
	TEST("mincore: not mapped");
	CALL(mincore, BAD + 0x1000, PAGE, vector);
	out(2, vector, 1);
	TEST("madvise: a page");
	CALL(madvise, area, PAGE, MADV_DONTNEED);
	TEST("mprotect: not mapped");
	CALL(mprotect, 0x10000000UL, PAGE, PROT_READ);
	TEST("mmap: a page");
	CALL_AS(MMAP, 0x10000000UL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1L,
		0);
	TEST("munmap: an odd address");
	CALL(munmap, 0x10000001UL, PAGE);
	TEST("brk: where is it");
	CALL(brk, 0);
}

int main(void)
{
	limits();
	machine();
	chance();
	memory();
	flush();
	return 0;
}
