/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which events are shown: -e, -p, -t. Calls are chosen by name, so that a trace of any machine
 * can be asked.
 */
#ifndef FILTER_H
#define FILTER_H

#include "recorder.h"
#include "syscalls/syscalls.h"

#define FILTER_CACHE 64

struct filter_ids {
	uint32_t *ids;
	size_t n;
};

/* All zero: everything passes. */
struct filter {
	struct filter_ids pids, tids;
	struct syscall_set set;
	bool has_set;
	struct {
		const struct recorder_syscall *syscall;
		bool passes;
	} cache[FILTER_CACHE]; /* a trace keeps its table in one place */
};

/* Adds PID[,PID...]; 0, -EINVAL or -ENOMEM. */
int filter_ids__parse(struct filter_ids *ids, const char *text);
/* As syscall_set__parse(): *word is the caller's to free. */
int filter__add_expression(struct filter *filter, const char *text, char **word);
/* A call that the compiled-in table does not know by name passes only where there is no -e. */
bool filter__passes(struct filter *filter, const struct recorder_event *event);
void filter__clear(struct filter *filter);

#endif
