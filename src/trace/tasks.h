/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The snapshots of processes in TASK blocks (docs/format.md, 5). */
#ifndef TRACE_TASKS_H
#define TRACE_TASKS_H

#include <stddef.h>
#include <stdint.h>

#include "recorder.h"
#include "trace/comms.h"

/* Zeroed is empty. */
struct tasks {
	struct recorder_task **items; /* each one allocation, with all that it points to */
	size_t n, room;
	size_t bytes;
	struct comms comms; /* by tid */
};

/* Add a block's task: 0, -EBADMSG for a malformed one, -EFBIG where there are too many, -ENOMEM. */
int tasks__add(struct tasks *tasks, const uint8_t *payload, size_t size);
const struct recorder_task *tasks__get(const struct tasks *tasks, size_t i);
void tasks__free(struct tasks *tasks);

#endif
