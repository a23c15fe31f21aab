/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One recording from beginning to end. */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "record/capture.h"

struct session_options {
	char **command; /* NULL-terminated, or NULL */
	const pid_t *pids;
	size_t npids;
	const char *output;
	const char *user;     /* of the command, or NULL */
	uint64_t duration_ns; /* 0: no limit */
	bool quiet;
	struct capture_options capture;
	/* for the trace's metadata */
	int argc;
	char **argv;
	const char *filter; /* the -e expressions */
};

/* Record; failures are told on standard error. The exit status of the program (cmd.h). */
int session__run(const struct session_options *options);

#endif
