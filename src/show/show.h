/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Events as text: lines in the form of strace(1), or JSON as docs/json.md describes it. */
#ifndef SHOW_H
#define SHOW_H

#include "show/decode.h"

struct show;

struct show_options {
	bool json;
	bool no_paths;	     /* lines: descriptors as bare numbers */
	size_t string_limit; /* lines: bytes of a string that are shown */
};

/*
 * trace may be NULL where every buffer of the events has its data; then times are those of the
 * monotonic clock. NULL with errno.
 */
struct show *show__new(struct recorder_trace *trace, struct out *out,
		       const struct show_options *options);
void show__free(struct show *show);
/* Every event passes through, in order; print false only follows what it does to descriptors. */
void show__event(struct show *show, const struct recorder_event *event, bool print);
void show__task(struct show *show, const struct recorder_task *task);

/* json.c: an object and a line end; nothing for thread, rename and end. */
void write_json(struct out *out, struct recorder_trace *trace, const struct recorder_event *event);

#endif
