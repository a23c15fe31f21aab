/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Buffers far larger than a ring buffer, vectors of a thousand segments, a small --buffer-size. */
#include "expect.h"

#define BIG (64UL << 20)
#define SEGMENTS 1000

static void whole(int fd)
{
	char *map = mmap(NULL, BIG, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long n;

	TEST("read: 64 MiB into memory never touched");
	n = CALL(pread64, fd, map, BIG, OFFSET64(0));
	need(n == (long)BIG, "a whole read");
	out(1, map, BIG);
	TEST("read: 64 MiB once more");
	n = CALL(pread64, fd, map, BIG - 1, OFFSET64(1));
	out(1, map, (size_t)n);
	flush();
	TEST("write: 16 MiB from a file's pages never touched");
	munmap(map, BIG);
	map = mmap(NULL, BIG, PROT_READ, MAP_PRIVATE, fd, 0);
	CALL(write, -1L, map + 4097, 16UL << 20);
	in(1, map + 4097, 16UL << 20);
	munmap(map, BIG);
}

/* A segment of each length from 0 on, and every seventh has none. */
static void scattered(int fd)
{
	struct iovec *iov = tail(SEGMENTS * sizeof(*iov));
	size_t total = 0;
	long n;

	for (size_t i = 0; i < SEGMENTS; i++) {
		size_t len = i % 7 == 3 ? 0 : i;

		iov[i] = (struct iovec){ len ? malloc(len + 16) : NULL, len };
		total += len;
	}
	TEST("preadv: a thousand segments");
	n = CALL(preadv, fd, iov, SEGMENTS, 12345, 0);
	need(n == (long)total, "a whole read");
	in(1, iov, SEGMENTS * sizeof(*iov));
	for (size_t i = 0; i < SEGMENTS; i++)
		if (iov[i].iov_len)
			out(1, iov[i].iov_base, iov[i].iov_len);
	TEST("writev: a thousand segments");
	CALL(pwritev, fd, iov, SEGMENTS, 999, 0);
	in(1, iov, SEGMENTS * sizeof(*iov));
	for (size_t i = 0; i < SEGMENTS; i++)
		if (iov[i].iov_len)
			in(1, iov[i].iov_base, iov[i].iov_len);
}

/* Large buffers with one page that is not there: among their first bytes, their last, between. */
static void holed(int fd)
{
	static const size_t holes[] = { 0, 20, 49 };
	const size_t size = 50 * PAGE;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	char *buf = pages(50);

	TEST("write: large, and a page of it has never been there");
	for (size_t i = 0; i < sizeof(holes) / sizeof(holes[0]); i++) {
		need(pread(fd, buf, size, 0) == (ssize_t)size, "a whole read");
		need(!madvise(buf + holes[i] * PAGE, PAGE, MADV_DONTNEED), "MADV_DONTNEED");
		CALL(write, null, buf, size);
		in(1, buf, size);
	}
	need(pread(fd, buf, size, 0) == (ssize_t)size, "a whole read");
	need(!madvise(buf + 13 * PAGE, 30 * PAGE, MADV_DONTNEED), "MADV_DONTNEED");
	TEST("write: large, and many pages of it have never been there");
	CALL(write, null, buf, size);
	in(1, buf, size);
}

int main(void)
{
	uint32_t *words;
	int fd = open("big", O_RDWR | O_CREAT | O_TRUNC, 0600);

	need(fd >= 0 && !ftruncate(fd, BIG), "big");
	words = mmap(NULL, BIG, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	for (uint32_t i = 0; i < BIG / 4; i++)
		words[i] = i * 2654435761U;
	munmap(words, BIG);
	whole(fd);
	scattered(fd);
	holed(fd);
	flush();
	return 0;
}
