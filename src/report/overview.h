/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a trace is: its metadata, tasks, blocks and totals. */
#ifndef REPORT_OVERVIEW_H
#define REPORT_OVERVIEW_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "recorder.h"

struct map;

struct overview {
	struct recorder_trace *trace;
	struct map *alive; /* threads */
	uint64_t calls;
	uint64_t events; /* other than calls */
	uint64_t data_bytes;
	uint64_t threads; /* seen */
	uint64_t first_ns, last_ns;
};

/* Starts an account of trace, which stays the caller's. 0 or -ENOMEM. */
int overview__init(struct overview *overview, struct recorder_trace *trace);
void overview__clear(struct overview *overview);
/* 0 or a negative errno. */
int overview__add(struct overview *overview, const struct recorder_event *event);
/* After the last event. */
void overview__print(const struct overview *overview, FILE *out);
void overview__print_json(const struct overview *overview, FILE *out);

#endif
