/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Ways into and out of a program that its syscalls do not show, as far as a trace tells that they
 * were open, and calls of which the trace holds only a part. docs/completeness.md explains each.
 */
#ifndef REPORT_SIGHTINGS_H
#define REPORT_SIGHTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorder.h"

enum sighting_kind {
	SIGHTING_VDSO,
	SIGHTING_RDTSC,
	SIGHTING_RSEQ,
	SIGHTING_MAPPED,
	SIGHTING_SHARED,
	SIGHTING_IO_URING,
	SIGHTING_HANDLER,
	SIGHTING_ATTACHED,
	SIGHTING_FETCHED,
	SIGHTING_NO_ENTRY,
	SIGHTING_UNDESCRIBED,
	SIGHTING_CUT,
	SIGHTING_BAD_ADDRESS,
	SIGHTINGS,
};

/* How many, and who was first. */
struct sighting {
	uint64_t count;
	uint32_t pid, tid;
	char comm[16];
};

#define SIGHTINGS_NAMES 6

struct sightings {
	struct sighting kinds[SIGHTINGS];
	uint64_t programs; /* whose auxiliary vector was looked for */
	/* Of SIGHTING_UNDESCRIBED: the first few, NULL for a number outside the table. */
	const struct recorder_syscall *undescribed[SIGHTINGS_NAMES];
	size_t nundescribed;
	bool more_undescribed;
};

/* A sighting as people and scripts read it. */
struct sighting_words {
	const char *name;
	const char *unit; /* of count, in the singular */
	const char *text;
};
extern const struct sighting_words sighting_words[SIGHTINGS];

void sightings__count(struct sightings *sightings, enum sighting_kind kind,
		      const struct recorder_event *event);
/*
 * What one event shows by itself. trace reads buffers that are too large to be in one run, and may
 * be NULL where there are none.
 */
void sightings__add(struct sightings *sightings, struct recorder_trace *trace,
		    const struct recorder_event *event);
/* What a snapshot of a process shows. */
void sightings__add_task(struct sightings *sightings, const struct recorder_task *task);

#endif
