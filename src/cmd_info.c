/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* recorder info: what a trace is of, when and how it was made, and what its bytes are. */
#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "report/overview.h"
#include "report/reading.h"

struct info_options {
	const char *path;
	bool json;
};

static const char info_doc[] =
	"What a trace is of, when and how it was made, its tasks, and what its bytes are.\v"
	"FILE - is standard input. Exit status: 0; 1 FILE cannot be read; 2 usage; 3 damaged; "
	"4 not finished.";

static const struct argp_option info_argp_options[] = {
	{ "json", 'j', NULL, 0, "One JSON object", 0 },
	{ 0 },
};

static error_t parse_info(int key, char *arg, struct argp_state *state)
{
	struct info_options *options = state->input;

	switch (key) {
	case 'j':
		options->json = true;
		return 0;
	default:
		return reading__parse(key, arg, state, &options->path);
	}
}

static int add_event(void *context, const struct recorder_event *event)
{
	return overview__add(context, event);
}

int cmd_info(int argc, char **argv)
{
	static const struct argp argp = {
		info_argp_options, parse_info, "FILE", info_doc, NULL, NULL, NULL
	};
	struct info_options options = { 0 };
	struct overview overview;
	struct recorder_trace *trace;
	struct reading reading;
	int status = READ_FAILED;

	argp_err_exit_status = READ_USAGE;
	argv[0] = (char *)"recorder info";
	argp_parse(&argp, argc, argv, 0, NULL, &options);
	trace = reading__open(options.path);
	if (!trace)
		return reading__open_status(errno);
	if (overview__init(&overview, trace)) {
		status = fail(READ_FAILED, "%s", strerror(ENOMEM));
		goto out;
	}
	if (!reading__read(&reading, trace, options.path, add_event, &overview)) {
		if (options.json)
			overview__print_json(&overview, stdout);
		else
			overview__print(&overview, stdout);
		status = reading__flush();
	}
	if (status == READ_OK || reading.error)
		status = reading__status(&reading, trace, options.path);
out:
	overview__clear(&overview);
	recorder_trace__free(trace);
	return status;
}
