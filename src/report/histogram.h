/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Quantiles of durations in bounded memory: a log-linear histogram. Every power of two is divided
 * into 64 equal buckets, so a quantile read from the middle of its bucket is off by at most 1/128
 * (0.8%); values under 128 are exact. A power of two takes memory (512 bytes) only once a value
 * falls into it: 30 KiB at most.
 */
#ifndef REPORT_HISTOGRAM_H
#define REPORT_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BITS 6 /* log2 of the buckets of a power of two */
#define HISTOGRAM_BUCKETS (1U << HISTOGRAM_BITS)
#define HISTOGRAM_ROWS (64 - HISTOGRAM_BITS + 1)

/* Starts zeroed. */
struct histogram {
	uint64_t *rows[HISTOGRAM_ROWS];
	uint64_t count;
	uint64_t min;
	uint64_t max;
};

/* 0 or -ENOMEM. */
int histogram__add(struct histogram *histogram, uint64_t value);
/* 0 or -ENOMEM; adds what other holds. */
int histogram__merge(struct histogram *histogram, const struct histogram *other);
/* The value that permille/1000 of all values do not exceed; 0 where there are none. */
uint64_t histogram__quantile(const struct histogram *histogram, unsigned int permille);
/* Frees what it holds, not itself. */
void histogram__clear(struct histogram *histogram);

#endif
