/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the running kernel, and the rights of this process in it, offer to capture, and what is used
 * where something is absent.
 */
#ifndef FEATURES_H
#define FEATURES_H

#include <stdbool.h>
#include <stdio.h>

#include "event.h"

enum feature {
	/* Without these nothing can be recorded. */
	FEATURE_BTF,
	FEATURE_LOAD,
	FEATURE_LIST,
	FEATURE_LOOP,
	FEATURE_READ,
	/* Without these something else is used. */
	FEATURE_PREPARE_EXEC,
	FEATURE_TASK_WORK,
	FEATURE_TASK_WORK_IMPL,
	FEATURE_PREEMPTION,
	FEATURE_CAST,
	FEATURE_COUNT,
};

struct features {
	bool have[FEATURE_COUNT];
	char why[256]; /* what keeps from recording, and the remedy; empty where nothing does */
};

/* 0, or -EPERM: a right is missing, or -EOPNOTSUPP: the kernel lacks something; why says it. */
int features__probe(struct features *features);
/* What follows for the programs. */
void features__choose(const struct features *features, struct capture_config *config);
/* The names of what is there and not everywhere, for the trace's metadata. */
void features__words(const struct features *features, char *text, size_t size);
void features__print(const struct features *features, FILE *out);

#endif
