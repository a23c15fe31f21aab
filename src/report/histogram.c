/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/histogram.h"

/* Row 0 holds 0 to 63, one each; row r > 0 holds 64 << (r - 1) up to its double. */
static unsigned int row_of(uint64_t value)
{
	unsigned int log2 = 63 - (unsigned int)__builtin_clzll(value | 1);

	return log2 < HISTOGRAM_BITS ? 0 : log2 - HISTOGRAM_BITS + 1;
}

static unsigned int bucket_of(uint64_t value, unsigned int row)
{
	unsigned int shift = row ? row - 1 : 0;

	return (unsigned int)(value >> shift) & (HISTOGRAM_BUCKETS - 1);
}

static uint64_t middle_of(unsigned int row, unsigned int bucket)
{
	unsigned int shift = row ? row - 1 : 0;
	uint64_t start = row ? HISTOGRAM_BUCKETS + bucket : bucket;

	return (start << shift) + ((1ULL << shift) >> 1);
}

static uint64_t *row_get(struct histogram *histogram, unsigned int row)
{
	if (!histogram->rows[row])
		histogram->rows[row] = calloc(HISTOGRAM_BUCKETS, sizeof(uint64_t));
	return histogram->rows[row];
}

int histogram__add(struct histogram *histogram, uint64_t value)
{
	unsigned int row = row_of(value);
	uint64_t *buckets = row_get(histogram, row);

	if (!buckets)
		return -ENOMEM;
	buckets[bucket_of(value, row)]++;
	if (!histogram->count || value < histogram->min)
		histogram->min = value;
	if (value > histogram->max)
		histogram->max = value;
	histogram->count++;
	return 0;
}

int histogram__merge(struct histogram *histogram, const struct histogram *other)
{
	if (!other->count)
		return 0;
	for (unsigned int row = 0; row < HISTOGRAM_ROWS; row++) {
		uint64_t *buckets;

		if (!other->rows[row])
			continue;
		buckets = row_get(histogram, row);
		if (!buckets)
			return -ENOMEM;
		for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++)
			buckets[i] += other->rows[row][i];
	}
	if (!histogram->count || other->min < histogram->min)
		histogram->min = other->min;
	if (other->max > histogram->max)
		histogram->max = other->max;
	histogram->count += other->count;
	return 0;
}

static uint64_t clamp_value(const struct histogram *histogram, uint64_t value)
{
	if (value < histogram->min)
		return histogram->min;
	return value > histogram->max ? histogram->max : value;
}

uint64_t histogram__quantile(const struct histogram *histogram, unsigned int permille)
{
	/* In two parts, so that no count overflows. */
	uint64_t rank = histogram->count / 1000 * permille +
			(histogram->count % 1000 * permille + 999) / 1000;
	uint64_t seen = 0;

	for (unsigned int row = 0; row < HISTOGRAM_ROWS; row++) {
		for (unsigned int i = 0; histogram->rows[row] && i < HISTOGRAM_BUCKETS; i++) {
			seen += histogram->rows[row][i];
			if (seen && seen >= rank)
				return clamp_value(histogram, middle_of(row, i));
		}
	}
	return histogram->max;
}

void histogram__clear(struct histogram *histogram)
{
	for (unsigned int row = 0; row < HISTOGRAM_ROWS; row++)
		free(histogram->rows[row]);
	memset(histogram, 0, sizeof(*histogram));
}
