/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ioctl requests by which way their structure goes. */
#ifndef ASK_H
#define ASK_H

#include <sys/ioctl.h>

#include "expect.h"

/* A request that fills a structure of this size. */
static inline void ask(int fd, unsigned long request, size_t size)
{
	void *answer = tail(size);

	if (CALL(ioctl, fd, request, answer) >= 0)
		out(2, answer, size);
}

/* One that reads it. */
static inline void tell(int fd, unsigned long request, const void *bytes, size_t size)
{
	void *copy = tail_copy(bytes, size);

	CALL(ioctl, fd, request, copy);
	in(2, copy, size);
}

/* One that reads it and answers in the same place; true where it did. */
static inline bool ask_again(int fd, unsigned long request, void *bytes, size_t size)
{
	if (CALL(ioctl, fd, request, bytes) < 0) {
		in(2, bytes, size);
		return false;
	}
	out(2, bytes, size);
	return true;
}

#endif
