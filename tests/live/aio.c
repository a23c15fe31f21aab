/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* io_setup, io_submit, io_getevents, io_destroy. */
#include <linux/aio_abi.h>
#include <time.h>

#include "expect.h"

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
	TEST("io_destroy: it");
	CALL(io_destroy, *context);
	TEST("io_destroy: no such context");
	CALL(io_destroy, 0x1234);
	flush();
	return 0;
}
