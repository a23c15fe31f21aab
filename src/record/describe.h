/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The metadata of a recording (docs/format.md, 3). */
#ifndef DESCRIBE_H
#define DESCRIBE_H

struct session_options;
struct writer;

/* 0 or a negative errno. features: of capture__features(). */
int write_description(struct writer *writer, const struct session_options *options,
		      const char *features);

#endif
