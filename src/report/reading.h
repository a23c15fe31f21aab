/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Opens a trace for a report and reads it, saying on standard error what stands in the way. */
#ifndef REPORT_READING_H
#define REPORT_READING_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#include "recorder.h"

/* How reading went. */
struct reading {
	uint64_t damages; /* what the reader complained about */
	bool unfinished;  /* torn, or without END */
	int error;	  /* negative errno that ended it early, else 0 */
	char damage[256]; /* the first complaint */
};

/* For argp, what is no option of a command that reads: FILE, once. */
error_t reading__parse(int key, char *arg, struct argp_state *state, const char **path);
/* NULL with errno, after one line on standard error. */
struct recorder_trace *reading__open(const char *path);
/*
 * Every event to add, in order. 0, or the negative errno that ended it (of the reader or of add),
 * after one line on standard error. Damage does not end it.
 */
int reading__read(struct reading *reading, struct recorder_trace *trace, const char *path,
		  int (*add)(void *context, const struct recorder_event *event), void *context);
/* enum read_status, after one line on standard error for what is damaged or unfinished. */
int reading__status(const struct reading *reading, const struct recorder_trace *trace,
		    const char *path);
/* Ends writing to standard output: enum read_status, after one line when it failed. */
int reading__flush(void);
/* enum read_status for a path that reading__open() refused with error. */
int reading__open_status(int error);

#endif
