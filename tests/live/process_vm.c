/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* process_vm_readv, process_vm_writev, kcmp, pidfd_open. */
#include "expect.h"

int main(void)
{
	struct iovec *local = tail(2 * sizeof(*local)), *remote = tail(sizeof(*remote));
	char *source = tail_copy("twenty bytes of text", 20), *a = tail(5), *b = tail(30);
	long n;

	local[0] = (struct iovec){ a, 5 };
	local[1] = (struct iovec){ b, 30 };
	remote[0] = (struct iovec){ source, 20 };
	TEST("process_vm_readv: two segments, the second short");
	n = CALL(process_vm_readv, getpid(), local, 2, remote, 1, 0);
	in(1, local, 2 * sizeof(*local));
	out(1, a, 5);
	out(1, b, (size_t)n - 5);
	in(3, remote, sizeof(*remote));
	remote[0].iov_base = BAD;
	TEST("process_vm_readv: bad address over there, which EFAULT does not say");
	CALL(process_vm_readv, getpid(), local, 2, remote, 1, 0);
	in(1, local, 2 * sizeof(*local));
	out(1, a, 5);
	out(1, b, 30);
	in(3, remote, sizeof(*remote));
	TEST("process_vm_readv: no such process");
	CALL(process_vm_readv, 0x3fffffff, local, 2, remote, 1, 0);
	remote[0].iov_base = source;
	memcpy(a, "first", 5);
	TEST("process_vm_writev: one segment");
	CALL(process_vm_writev, getpid(), local, 1, remote, 1, 0);
	in(1, local, sizeof(*local));
	in(1, a, 5);
	TEST("pidfd_open: itself");
	CALL(pidfd_open, getpid(), 0);
	TEST("pidfd_open: flags that do not exist");
	CALL(pidfd_open, getpid(), 0x55);
	flush();
	return 0;
}
