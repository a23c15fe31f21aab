/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The duty to resume processes that the capture side stopped because a buffer was full. A guard
 * process takes it over when the recorder dies, however it dies.
 */
#ifndef HOLD_H
#define HOLD_H

#include <sys/types.h>

#include "record/capture.h"

struct hold;

/* Start the guard. NULL with errno. */
struct hold *hold__new(const struct capture_holds *maps);
pid_t hold__guard(const struct hold *hold);
/* Note which processes are stopped. 0 or -ENOMEM. */
int hold__look(struct hold *hold);
/*
 * Resume the processes that were stopped when hold__look() came by, but for those that were stopped
 * once more since. A stop that somebody else asked for meanwhile stays.
 */
void hold__resume(struct hold *hold);
/* Resume all, whatever their records are. */
void hold__resume_all(struct hold *hold);
/* Resume all, dismiss the guard. */
void hold__free(struct hold *hold);

#endif
