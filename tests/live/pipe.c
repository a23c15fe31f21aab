/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* pipe, pipe2, dup*, splice, tee, vmsplice, sendfile, copy_file_range. */
#include "expect.h"

static void made(int *fds)
{
	int *pair = tail(2 * sizeof(int));

#ifdef SYS_pipe
	TEST("pipe: two descriptors");
	CALL(pipe, pair);
	out(0, pair, 8);
	TEST("pipe: bad address");
	CALL(pipe, BAD);
#endif
	TEST("pipe2: with flags");
	CALL(pipe2, pair, O_CLOEXEC | O_NONBLOCK);
	out(0, pair, 8);
	TEST("pipe2: flags that do not exist");
	CALL(pipe2, pair, 0x7);
	memcpy(fds, pair, 8);
	TEST("dup: a descriptor");
	CALL(dup, pair[0]);
	TEST("dup3: onto itself");
	CALL(dup3, pair[0], pair[0], 0);
}

static void spliced(int *fds, int file)
{
	loff_t *from = tail(sizeof(*from)), *to = tail(sizeof(*to));
	struct iovec *iov = tail(2 * sizeof(*iov));
	int other[2];

	need(!pipe2(other, O_NONBLOCK), "pipe2");
	*from = 3;
	TEST("splice: from a file's offset into a pipe");
	CALL(splice, file, from, fds[1], NULL, 10, 0);
	out(1, from, 8);
	TEST("tee: from pipe to pipe");
	CALL(tee, fds[0], other[1], 100, 0);
	*to = 50;
	TEST("splice: from a pipe to a file's offset");
	CALL(splice, fds[0], NULL, file, to, 10, 0);
	out(3, to, 8);
	TEST("splice: an empty pipe");
	CALL(splice, fds[0], NULL, other[1], NULL, 10, SPLICE_F_NONBLOCK);
	TEST("splice: offset of a pipe");
	CALL(splice, fds[0], from, other[1], NULL, 10, 0);
	in(1, from, 8);
	iov[0] = (struct iovec){ tail_copy("first", 5), 5 };
	iov[1] = (struct iovec){ tail_copy("second", 6), 6 };
	need(read(other[0], (char[100]){ 0 }, 100) == 10, "read");
	TEST("vmsplice: memory into a pipe");
	CALL(vmsplice, other[1], iov, 2, 0);
	in(1, iov, 2 * sizeof(*iov));
	in(1, iov[0].iov_base, 5);
	in(1, iov[1].iov_base, 6);
	iov[0] = (struct iovec){ tail(4), 4 };
	iov[1] = (struct iovec){ tail(30), 30 };
	TEST("vmsplice: out of a pipe");
	need(CALL(vmsplice, other[0], iov, 2, 0) == 11, "vmsplice");
	in(1, iov, 2 * sizeof(*iov));
	out(1, iov[0].iov_base, 4);
	out(1, iov[1].iov_base, 7);
	TEST("vmsplice: out of an empty pipe");
	CALL(vmsplice, other[0], iov, 2, SPLICE_F_NONBLOCK);
	in(1, iov, 2 * sizeof(*iov));
}

static void copied(int file)
{
	loff_t *from = tail(sizeof(*from)), *to = tail(sizeof(*to));
	int target = file_of("target", "", 0);
	long *at = tail(sizeof(*at));

	*at = 2;
	TEST("sendfile: with an offset");
	CALL(sendfile, target, file, at, 6);
	out(2, at, sizeof(*at));
#ifdef SYS_sendfile64
	*from = 4;
	TEST("sendfile64: with an offset");
	CALL(sendfile64, target, file, from, 6);
	out(2, from, 8);
#endif
	TEST("sendfile: without an offset");
	CALL(sendfile, target, file, NULL, 6);
	TEST("sendfile: bad descriptor");
	CALL(sendfile, -1L, file, NULL, 6);
	*from = 1;
	*to = 20;
	TEST("copy_file_range: two offsets");
	CALL(copy_file_range, file, from, target, to, 5, 0);
	out(1, from, 8);
	out(3, to, 8);
	TEST("copy_file_range: flags that do not exist");
	CALL(copy_file_range, file, NULL, target, NULL, 5, 0x10);
}

int main(void)
{
	int fds[2], file = file_of("file", "abcdefghijklmnopqrstuvwxyz", 26);

	made(fds);
	spliced(fds, file);
	copied(file);
	flush();
	return 0;
}
