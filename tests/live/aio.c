/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* io_setup, io_submit, io_getevents, io_destroy. */
#include <linux/aio_abi.h>
#include <time.h>

#include "expect.h"

/* A block whose aio_buf is an iovec of two segments, and what its event brings. */
static void vectors(aio_context_t context, int fd)
{
	struct io_event *event = tail(sizeof(*event));
	struct iocb *block = tail(sizeof(*block)), **list = tail(sizeof(*list));
	struct iovec *iov = tail(2 * sizeof(*iov));

	iov[0] = (struct iovec){ tail_copy("one", 3), 3 };
	iov[1] = (struct iovec){ tail_copy("seven", 5), 5 };
	memset(block, 0, sizeof(*block));
	block->aio_lio_opcode = IOCB_CMD_PWRITEV;
	block->aio_fildes = (uint32_t)fd;
	block->aio_buf = POINTER(iov);
	block->aio_nbytes = 2;
	list[0] = block;
	TEST("io_submit: a write from two segments");
	CALL(io_submit, context, 1, list);
	in(2, block, sizeof(*block));
	out(2, &block->aio_key, 4);
	in(2, iov, 2 * sizeof(*iov));
	in(2, iov[0].iov_base, 3);
	in(2, iov[1].iov_base, 5);
	TEST("io_getevents: it is done");
	CALL(io_getevents, context, 1, 1, event, NULL);
	out(3, event, sizeof(*event));
	block->aio_lio_opcode = IOCB_CMD_PREADV;
	TEST("io_submit: a read into two segments");
	CALL(io_submit, context, 1, list);
	in(2, block, sizeof(*block));
	out(2, &block->aio_key, 4);
	in(2, iov, 2 * sizeof(*iov));
	TEST("io_getevents: it is done, and they are filled");
	CALL(io_getevents, context, 1, 1, event, NULL);
	out(3, event, sizeof(*event));
	in(3, iov, 2 * sizeof(*iov));
	out(3, iov[0].iov_base, 3);
	out(3, iov[1].iov_base, 5);
}

int main(void)
{
	struct io_event *events = tail(4 * sizeof(*events));
	struct timespec *timeout = tail(sizeof(*timeout));
	aio_context_t *context = tail(sizeof(*context));
	struct iocb *block = tail(sizeof(*block)), **list = tail(sizeof(*list));
	int fd = file_of("file", "abcdefgh", 8);
	char *buf = tail(16);
	long n;

	*context = 0;
	TEST("io_setup: a context");
	CALL(io_setup, 4, context);
	out(1, context, sizeof(long));
	memset(block, 0, sizeof(*block));
	block->aio_data = 0x1234;
	block->aio_lio_opcode = IOCB_CMD_PREAD;
	block->aio_fildes = (uint32_t)fd;
	block->aio_buf = POINTER(buf);
	block->aio_nbytes = 16; /* the file has 8 */
	list[0] = block;
	TEST("io_submit: a read");
	CALL(io_submit, *context, 1, list);
	in(2, list, sizeof(*list));
	in(2, block, sizeof(*block));
	out(2, &block->aio_key, 4);
	TEST("io_getevents: it is done");
	*timeout = (struct timespec){ 1, 0 };
	n = CALL(io_getevents, *context, 1, 4, events, timeout);
	out(3, events, (size_t)n * sizeof(*events));
	if (n == 1)
		out(3, buf, (size_t)events->res);
	vectors(*context, fd);
	TEST("io_destroy: it");
	CALL(io_destroy, *context);
	TEST("io_destroy: no such context");
	CALL(io_destroy, 0x1234);
	flush();
	return 0;
}
