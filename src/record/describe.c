// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "record/describe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/blocks.h"
#include "record/session.h"

/* Each argument followed by a NUL. */
static int set_arguments(struct meta *meta, const char *key, char *const *argv)
{
	size_t size = 0, at = 0;
	char *joined;
	int err;

	for (int i = 0; argv[i]; i++)
		size += strlen(argv[i]) + 1;
	joined = malloc(size + 1);
	if (!joined)
		return -ENOMEM;
	for (int i = 0; argv[i]; i++) {
		size_t len = strlen(argv[i]) + 1;

		memcpy(joined + at, argv[i], len);
		at += len;
	}
	err = meta__set(meta, key, joined, size);
	free(joined);
	return err;
}

static int set_command(struct meta *meta, const struct session_options *options)
{
	char *cwd;
	int err;

	if (!options->command)
		return meta__set_text(meta, "mode", options->capture.config.all ? "all" : "attach");
	err = meta__set_text(meta, "mode", "command");
	if (!err)
		err = set_arguments(meta, "command", options->command);
	if (!err && options->user)
		err = meta__set_text(meta, "user", options->user);
	cwd = getcwd(NULL, 0);
	if (!err && cwd)
		err = meta__set_text(meta, "cwd", cwd);
	free(cwd);
	return err;
}

static int set_choices(struct meta *meta, const struct session_options *options,
		       const char *features)
{
	const struct capture_options *capture = &options->capture;
	const char *data = capture->inputs ? "all" : capture->outputs ? "out" : "none";
	int err = set_arguments(meta, "options", options->argv);

	if (!err && options->filter)
		err = meta__set_text(meta, "filter", options->filter);
	if (!err && capture->config.by_uid)
		err = meta__set_number(meta, "uid", capture->config.uid);
	if (!err && capture->config.by_comm)
		err = meta__set(meta, "comm", capture->config.comm,
				strnlen(capture->config.comm, EVENT_COMM));
	if (!err && capture->cgroup)
		err = meta__set_text(meta, "cgroup", capture->cgroup);
	if (!err)
		err = meta__set_text(meta, "data", data);
	if (!err)
		err = meta__set_number(meta, "limit", capture->config.limit);
	if (!err && capture->config.no_entry)
		err = meta__set_text(meta, "entries", "none");
	if (!err)
		err = meta__set_text(meta, "on_full", capture->config.wait ? "wait" : "drop");
	if (!err)
		err = meta__set_number(meta, "buffer_size", capture->config.ring_size);
	return err ? err : meta__set_text(meta, "features", features);
}

int write_description(struct writer *writer, const struct session_options *options,
		      const char *features)
{
	struct meta *meta = meta__new();
	int err;

	if (!meta)
		return -ENOMEM;
	err = meta__set_machine(meta);
	if (!err)
		err = set_command(meta, options);
	if (!err)
		err = set_choices(meta, options, features);
	if (!err)
		err = meta__write(meta, writer);
	meta__free(meta);
	return err;
}
