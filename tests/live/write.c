/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* write, pwrite64, writev, pwritev, pwritev2: what the kernel reads, also from untouched pages. */
#include "expect.h"

static void plain(int fd)
{
	char *text = tail_copy("seventeen letters", 17);

	TEST("write: all of it");
	CALL(write, fd, text, 17);
	in(1, text, 17);
	TEST("write: no bytes");
	CALL(write, fd, text, 0);
	TEST("write: bad descriptor");
	CALL(write, -1L, text, 17);
	in(1, text, 17);
	TEST("write: bad address");
	CALL(write, fd, BAD, 5);
	missing(1, "in", BAD, 5, "EFAULT");
	TEST("pwrite64: at an offset");
	CALL(pwrite64, fd, text, 17, OFFSET64(100));
	in(1, text, 17);
	TEST("pwrite64: negative offset");
	CALL(pwrite64, fd, text, 17, OFFSET64(-7LL));
	in(1, text, 17);
}

static void half_bad(int fd)
{
	char *buf = pages(1);

	memset(buf, 'h', PAGE);
	TEST("write: fails in its second page");
	CALL(write, fd, buf + PAGE - 6, 10);
	in(1, buf + PAGE - 6, 6);
	missing(1, "in", buf + PAGE, 4, "EFAULT");
}

static void scattered(int fd)
{
	struct iovec *iov = tail(4 * sizeof(*iov));

	iov[0] = (struct iovec){ tail_copy("one", 3), 3 };
	iov[1] = (struct iovec){ NULL, 0 };
	iov[2] = (struct iovec){ tail_copy("three", 5), 5 };
	iov[3] = (struct iovec){ tail_copy("4", 1), 1 };
	TEST("writev: four segments, one of no length");
	CALL(writev, fd, iov, 4);
	in(1, iov, 4 * sizeof(*iov));
	in(1, iov[0].iov_base, 3);
	in(1, iov[2].iov_base, 5);
	in(1, iov[3].iov_base, 1);
	TEST("pwritev: at an offset");
	CALL(pwritev, fd, iov, 3, 9, 0);
	in(1, iov, 3 * sizeof(*iov));
	in(1, iov[0].iov_base, 3);
	in(1, iov[2].iov_base, 5);
	TEST("pwritev2: at an offset, no flags");
	CALL(pwritev2, fd, iov, 1, 9, 0, 0);
	in(1, iov, sizeof(*iov));
	in(1, iov[0].iov_base, 3);
	TEST("writev: the vector at a bad address");
	CALL(writev, fd, BAD, 3);
	missing(1, "in", BAD, 3 * sizeof(*iov), "EFAULT");
}

/* The kernel looks at none of these bytes, so that their pages are not there when it returns. */
static void cold(void)
{
	char body[3 * PAGE];
	char *map;
	int fd;

	for (size_t i = 0; i < sizeof(body); i++)
		body[i] = (char)(i * 7 + i / 251);
	fd = file_of("cold", body, sizeof(body));
	TEST("write: bad descriptor, from a file's pages never touched");
	map = mmap(NULL, sizeof(body), PROT_READ, MAP_PRIVATE, fd, 0);
	CALL(write, -1L, map + 100, 2 * PAGE);
	in(1, map + 100, 2 * PAGE);
	TEST("write: bad descriptor, from memory never touched");
	map = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CALL(write, -1L, map + PAGE - 1, 2);
	in(1, map + PAGE - 1, 2);
	TEST("openat: bad descriptor, name in a page never touched");
	map = mmap(NULL, sizeof(body), PROT_READ, MAP_PRIVATE, file_of("name", "some/name", 10), 0);
	CALL(openat, -77L, map, O_RDONLY, 0);
	in_string(1, map);
}

static void through_a_pipe(void)
{
	char *big = tail(100000);
	long n;
	int fds[2];

	for (size_t i = 0; i < 100000; i++)
		big[i] = (char)(i % 253);
	need(!pipe2(fds, O_NONBLOCK), "pipe2");
	TEST("write: a pipe takes some of it");
	n = CALL(write, fds[1], big, 100000);
	need(n > 0 && n < 100000, "a full pipe");
	in(1, big, 100000);
	TEST("write: a full pipe");
	CALL(write, fds[1], big, 10);
	in(1, big, 10);
	close(fds[0]);
	signal(SIGPIPE, SIG_IGN);
	TEST("write: a pipe that nobody reads");
	CALL(write, fds[1], big, 10);
	in(1, big, 10);
}

int main(void)
{
	int fd = file_of("write", "", 0);

	plain(fd);
	half_bad(fd);
	scattered(fd);
	cold();
	through_a_pipe();
	flush();
	return 0;
}
