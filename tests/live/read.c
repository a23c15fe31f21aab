/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* read, pread64, readv, preadv, preadv2: whole, short, at the end, scattered, failing half way. */
#include "expect.h"

#define BODY "0123456789abcdefghijklmnopqrstuvwxyz\0\xff\x80 end"
#define BODY_SIZE (sizeof(BODY) - 1)

static void plain(int fd)
{
	char *buf = tail(16);
	long n;

	TEST("read: as many bytes as asked for");
	n = CALL(read, fd, buf, 16);
	out(1, buf, (size_t)n);
	buf = tail(4096);
	TEST("read: fewer than asked for");
	n = CALL(read, fd, buf, 4096);
	out(1, buf, (size_t)n);
	TEST("read: at the end of the file");
	CALL(read, fd, buf, 4096);
	TEST("read: no bytes");
	CALL(read, fd, buf, 0);
	TEST("read: bad descriptor");
	CALL(read, -1L, buf, 77);
	TEST("read: bad address");
	lseek(fd, 0, SEEK_SET);
	CALL(read, fd, BAD, 9);
	TEST("read: fails in its second page");
	buf = pages(1);
	n = CALL(read, fd, buf + PAGE - 5, 20);
	if (n > 0)
		out(1, buf + PAGE - 5, (size_t)n);
}

static void fresh(int fd)
{
	char *map = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			 0);
	long n;

	TEST("read: into memory never touched");
	n = CALL(pread64, fd, map + 3 * PAGE - 7, BODY_SIZE, OFFSET64(0));
	out(1, map + 3 * PAGE - 7, (size_t)n);
	memset(map, 1, 64 * PAGE);
	madvise(map, 64 * PAGE, MADV_DONTNEED);
	TEST("read: into memory given back");
	n = CALL(pread64, fd, map + 9 * PAGE - 1, 30, OFFSET64(2));
	out(1, map + 9 * PAGE - 1, (size_t)n);
}

static void at_offset(int fd)
{
	char *buf = tail(10);
	long n;

	TEST("pread64: from an offset");
	n = CALL(pread64, fd, buf, 10, OFFSET64(30));
	out(1, buf, (size_t)n);
	TEST("pread64: negative offset");
	CALL(pread64, fd, buf, 10, OFFSET64(-3LL));
	TEST("pread64: beyond the end");
	CALL(pread64, fd, buf, 10, OFFSET64(1LL << 40));
}

static void scattered(int fd)
{
	struct iovec *iov = tail(5 * sizeof(*iov));
	char *a = tail(3), *b = tail(4), *c = tail(100);
	long n;

	iov[0] = (struct iovec){ a, 3 };
	iov[1] = (struct iovec){ BAD, 0 };
	iov[2] = (struct iovec){ b, 4 };
	iov[3] = (struct iovec){ NULL, 0 };
	iov[4] = (struct iovec){ c, 100 };
	lseek(fd, 0, SEEK_SET);
	TEST("readv: segments of no length, the last one short");
	n = CALL(readv, fd, iov, 5);
	in(1, iov, 5 * sizeof(*iov));
	out(1, a, 3);
	out(1, b, 4);
	out(1, c, (size_t)n - 7);

	TEST("preadv: from an offset");
	CALL(preadv, fd, iov, 3, 5, 0);
	in(1, iov, 3 * sizeof(*iov));
	out(1, a, 3);
	out(1, b, 4);

	TEST("preadv2: the file's own position, no flags");
	lseek(fd, 1, SEEK_SET);
	CALL(preadv2, fd, iov, 1, -1L, -1L, 0);
	in(1, iov, sizeof(*iov));
	out(1, a, 3);

	TEST("preadv2: flags that do not exist");
	CALL(preadv2, fd, iov, 1, 0, 0, 0x40000000);
	in(1, iov, sizeof(*iov));

	TEST("readv: second segment at a bad address");
	iov[1] = (struct iovec){ BAD, 12 };
	lseek(fd, 0, SEEK_SET);
	n = CALL(readv, fd, iov, 3);
	in(1, iov, 3 * sizeof(*iov));
	if (n > 0)
		out(1, a, (size_t)n);

	TEST("readv: the vector at a bad address");
	CALL(readv, fd, BAD, 2);
	missing(1, "in", BAD, 2 * sizeof(*iov), "EFAULT");

	TEST("readv: more segments than the kernel takes");
	CALL(readv, fd, iov, 1025);
}

int main(void)
{
	int fd = file_of("read", BODY, BODY_SIZE);

	plain(fd);
	fresh(fd);
	at_offset(fd);
	scattered(fd);
	flush();
	return 0;
}
