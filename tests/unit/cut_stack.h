/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The buffers of an execve for tests: a new program's initial stack. */
#ifndef CUT_STACK_H
#define CUT_STACK_H

#include "recorder.h"

/* In two pieces, cut inside a word. */
static inline void cut_stack(struct recorder_buf bufs[2], const void *stack, size_t len)
{
	bufs[0] = (struct recorder_buf){ .arg = -1, .out = true, .start = true, .addr = 0x7ff000 };
	bufs[0].len = bufs[0].full = len < 11 ? len : 11;
	bufs[0].data = stack;
	bufs[1] = bufs[0];
	bufs[1].start = false;
	bufs[1].addr += 11;
	bufs[1].len = bufs[1].full = len - bufs[0].len;
	bufs[1].data = (const uint8_t *)stack + bufs[0].len;
}

#endif
