/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A trace with the calls, events and marks that people see: what tests/cli/show prints. */
#ifndef GOLDEN_SHOW_H
#define GOLDEN_SHOW_H

#include "builder.h"

/* The whole file but its header, a table of its own included. */
void build_show(struct builder *b);

#endif
