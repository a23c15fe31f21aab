/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Clocks as one number. */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t clock_ns(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* The clock of the records. */
static inline uint64_t now(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

#endif
