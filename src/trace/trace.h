/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A reader, and the way it walks from block to block. */
#ifndef TRACE_TRACE_H
#define TRACE_TRACE_H

#include <stdbool.h>
#include <stddef.h>

#include "recorder.h"
#include "trace/bufs.h"
#include "trace/comms.h"
#include "trace/data_index.h"
#include "trace/ending.h"
#include "trace/input.h"
#include "trace/metadata.h"
#include "trace/names.h"
#include "trace/streams.h"
#include "trace/tasks.h"

enum trace_state {
	STATE_WALKING, /* reading the blocks of an epoch up to its SYNC */
	STATE_MERGING, /* handing out its events */
	STATE_ENDING,  /* the last event was handed out */
	STATE_OVER,
};

struct recorder_trace {
	struct input input;
	struct recorder_totals totals;
	struct metadata metadata;
	struct names *names;
	struct tasks tasks;
	struct ending ending;
	struct comms comms; /* by thread number */
	struct streams streams;
	struct data_index data;
	struct bufs bufs;
	enum trace_state state;
	bool last_epoch;
	bool trailing; /* bytes follow the END block */
	uint8_t *raw;  /* payload of the block being walked over */
	size_t raw_room;
	struct recorder_event event;
	char comm[COMM_SIZE];
	char child_comm[COMM_SIZE];
};

/*
 * Read one block of the epoch: 1 when that closed it, 0 when there is more to it, -EBADMSG for a
 * damaged block, another negative errno for a failed read.
 */
int trace__walk(struct recorder_trace *trace);

/* Fill in trace->event from what a stream decoded last. 1, -EBADMSG, or another negative errno. */
int trace__fill(struct recorder_trace *trace, struct events *events);

#endif
