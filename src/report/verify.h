/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Whether a trace holds every call: each thread's sequence numbers, taken at entry, leave no gap
 * and reach what its end says. docs/completeness.md defines it.
 */
#ifndef REPORT_VERIFY_H
#define REPORT_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorder.h"
#include "report/sightings.h"

#define VERIFY_THREADS (4U << 20) /* alive at once: PID_MAX_LIMIT, include/linux/threads.h */
#define VERIFY_LOSSES 1024	  /* threads that are named; more are counted */

/* What a trace says beside its events. Strings may be NULL. */
struct verify_facts {
	bool finished;
	bool torn;
	uint64_t damages;
	const char *damage; /* the first */
	const char *ending;
	uint64_t lost_calls, lost_events, lost_ranges, lost_storage, unwritten_calls;
	uint64_t missed_enter, missed_exit, missed_other;
	const char *mode, *data;
	const char *filter, *uid, *comm, *cgroup; /* what was selected */
	bool no_follow;
	bool no_entry_time;
};

struct verify_loss {
	uint32_t thread, pid, tid;
	char comm[16];
	uint64_t lost;
};

/* What the events show. */
struct verify_counts {
	uint64_t calls;
	uint64_t threads;
	uint64_t unfinished;	  /* calls */
	uint64_t alive;		  /* threads, when recording stopped */
	uint64_t lost;		  /* calls */
	uint64_t lost_threads;	  /* threads that lost some */
	uint64_t unwritten;	  /* calls: counted, and gaps in an epoch that has no end */
	struct sighting no_end;	  /* threads of a finished trace */
	struct sighting disorder; /* events that cannot follow what was before */
	struct sighting missing;  /* ranges */
	uint64_t missing_calls;	  /* calls with such ranges */
	uint64_t missing_bytes;
	uint64_t cut_bytes;
	struct verify_loss losses[VERIFY_LOSSES];
	size_t nlosses;
};

struct verifier;

/* trace reads large buffers and may be NULL where there are none. NULL with errno. */
struct verifier *verifier__new(struct recorder_trace *trace);
void verifier__free(struct verifier *verifier);
/* 0 or a negative errno: -ENOMEM, -E2BIG for more threads than can be alive. */
int verifier__add(struct verifier *verifier, const struct recorder_event *event);
/* After the last event. */
void verifier__finish(struct verifier *verifier, const struct verify_facts *facts);

/* After verifier__finish(); they belong to the verifier. */
const struct verify_counts *verifier__counts(const struct verifier *verifier);
const struct sightings *verifier__sightings(const struct verifier *verifier);

/* Fill facts from a trace that was read to its end; damages and damage are left alone. */
void verify_facts__read(struct verify_facts *facts, const struct recorder_trace *trace);

#endif
