/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names of threads, by their number in the trace or by their tid. */
#ifndef TRACE_COMMS_H
#define TRACE_COMMS_H

#include <stddef.h>
#include <stdint.h>

#include "trace/lookup.h"

#define COMM_SIZE 16

/* Zeroed is empty. */
struct comms {
	struct lookup by_number; /* to an index of names */
	char (*names)[COMM_SIZE];
	size_t n, room;
	uint32_t vacant; /* 1 + a name that is free, whose first bytes lead to another; 0: none */
};

/* The name, or NULL. Valid until a name is set. */
const char *comms__get(const struct comms *comms, uint32_t number);
/*
 * Set the name of a number, cut to 15 bytes. Beyond a bound, new numbers are not remembered. 0 or
 * -ENOMEM.
 */
int comms__set(struct comms *comms, uint32_t number, const void *name, size_t len);
void comms__remove(struct comms *comms, uint32_t number);
void comms__free(struct comms *comms);

#endif
