/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The DATA block under construction (docs/format.md, 7). */
#ifndef DATA_H
#define DATA_H

#include "record/bytes.h"
#include "record/pieces.h"

struct writer;

struct data {
	struct writer *writer;
	struct bytes block;
};

/*
 * Add pieces of a call, flags as in enum event_data_flags; full blocks are written. 0 or a
 * negative errno.
 */
int data__add(struct data *data, uint32_t thread, uint64_t seq, uint8_t flags,
	      struct pieces pieces);
int data__flush(struct data *data);

#endif
