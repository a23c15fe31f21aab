/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * DATA records that came before their call: read at its entry, or ahead of it because pages are
 * filled past the staging area, or on another CPU.
 */
#ifndef EARLY_H
#define EARLY_H

#include <stdbool.h>

#include "event.h"
#include "record/threadhash.h"

struct early {
	struct thread_hash calls;
	bool outdated; /* some are */
};

int early__init(struct early *early);
void early__fini(struct early *early);
bool early__has(const struct early *early, uint32_t thread, uint64_t seq);
/* Keep a checked record: 0 or -ENOMEM. */
int early__keep(struct early *early, const struct event_data *record);
/*
 * Give each record of the call to take(), in order, and forget them; those of earlier calls of the
 * thread are outdated now. 0 or the first error of take().
 */
int early__release(struct early *early, uint32_t thread, uint64_t seq,
		   int (*take)(void *context, const struct event_data *record), void *context);
/*
 * The thread makes no more calls: its records are outdated. A call that is on its way from another
 * CPU can still take them.
 */
void early__outdate(struct early *early, uint32_t thread);
/* Forget the outdated ones. */
void early__drop(struct early *early);

#endif
