/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The recorder's own signals: blocked from the start, and read from a descriptor. */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <signal.h>

struct signals {
	sigset_t caller, own; /* blocked by who called the recorder; those that are read */
};

/* Ahead of all else: what comes from now on is read later. 0 or a negative errno. */
int signals__block(struct signals *signals);
/* One that has come, and would end the recorder; or 0. */
int signals__pending(const struct signals *signals);
/* A signalfd, or a negative errno. Writes that cannot be made are errors from here on. */
int signals__open(const struct signals *signals);

#endif
