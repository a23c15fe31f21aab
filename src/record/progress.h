/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The line on a terminal that tells, once a second, how recording goes. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct capture;
struct encoder_totals;

struct progress {
	bool on;
	bool shown;
	uint64_t time; /* of the last line */
	uint64_t calls;
};

void progress__start(struct progress *progress, bool quiet);
/* Called often; shows a line when it is time for one. */
void progress__show(struct progress *progress, uint64_t time, const struct capture *capture,
		    const struct encoder_totals *totals, uint64_t bytes);
void progress__clear(struct progress *progress);

#endif
