/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* recorder show: a trace as lines in strace's form, or as JSON. */
#include <argp.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "report/reading.h"
#include "show/filter.h"
#include "show/show.h"

struct show_arguments {
	const char *path;
	struct filter filter;
	struct show_options options;
};

static const char show_doc[] =
	"The calls of a trace in order of their exit, one line each as strace writes them, with "
	"signals and exits between.\v"
	"EXPR is as in strace: names, %file, %desc, %network, %process, %memory, %signal and the "
	"other classes, /REGEX, joined by commas; a ! ahead inverts the list. Signals and exits "
	"are always shown. docs/json.md describes the objects of --json, which have all bytes "
	"that were recorded.\n\n"
	"FILE - is standard input, shown as it comes. Exit status: 0; 1 FILE cannot be read; "
	"2 usage; 3 damaged; 4 not finished. What can be shown of a damaged or unfinished trace "
	"is shown.";

enum { OPTION_NO_PATHS = 256 };

static const struct argp_option show_argp_options[] = {
	{ "trace", 'e', "EXPR", 0, "Only these system calls; several -e add up", 0 },
	{ "pid", 'p', "PID,...", 0, "Only these processes", 0 },
	{ "tid", 't', "TID,...", 0, "Only these threads", 0 },
	{ "string-limit", 's', "N", 0, "Show at most N bytes of a string (32)", 0 },
	{ "no-paths", OPTION_NO_PATHS, NULL, 0, "Descriptors without what they point to", 0 },
	{ "json", 'j', NULL, 0, "One JSON object a line", 0 },
	{ 0 },
};

static void parse_ids(struct argp_state *state, struct filter_ids *ids, const char *text)
{
	int err = filter_ids__parse(ids, text);

	if (err == -ENOMEM)
		argp_failure(state, READ_FAILED, ENOMEM, "%s", text);
	else if (err)
		argp_error(state, "%s: not a list of numbers", text);
}

static void parse_expression(struct argp_state *state, struct filter *filter, const char *text)
{
	char *word;
	int err = filter__add_expression(filter, text, &word);

	if (err == -ENOMEM)
		argp_failure(state, READ_FAILED, ENOMEM, "%s", text);
	else if (err)
		argp_error(state, "-e %s: no system call or class is called %s", text,
			   word ? word : text);
	free(word);
}

static size_t parse_limit(struct argp_state *state, const char *text)
{
	unsigned long limit;
	char *end;

	errno = 0;
	limit = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || limit > STRING_LIMIT_MAX)
		argp_error(state, "-s %s: not a number from 0 to %u", text, STRING_LIMIT_MAX);
	return limit;
}

static error_t parse_show(int key, char *arg, struct argp_state *state)
{
	struct show_arguments *arguments = state->input;

	switch (key) {
	case 'e':
		parse_expression(state, &arguments->filter, arg);
		return 0;
	case 'p':
		parse_ids(state, &arguments->filter.pids, arg);
		return 0;
	case 't':
		parse_ids(state, &arguments->filter.tids, arg);
		return 0;
	case 's':
		arguments->options.string_limit = parse_limit(state, arg);
		return 0;
	case OPTION_NO_PATHS:
		arguments->options.no_paths = true;
		return 0;
	case 'j':
		arguments->options.json = true;
		return 0;
	default:
		return reading__parse(key, arg, state, &arguments->path);
	}
}

/*
 * Where a person watches: each line at once on a terminal, and what there is when a pipe has run
 * dry.
 */
static void flush_for_watcher(struct out *out, bool terminal, bool live)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };

	if (out__pending(out) && (terminal || (live && poll(&input, 1, 0) == 0)))
		out__flush(out);
}

static int show_trace(struct recorder_trace *trace, struct show *show, struct out *out,
		      struct show_arguments *arguments, struct reading *reading)
{
	bool live = strcmp(arguments->path, "-") == 0;
	bool terminal = isatty(STDOUT_FILENO);
	const struct recorder_event *event;
	const struct recorder_task *task;
	size_t tasks = 0;
	int err;

	while (!out__error(out) && (err = recorder_trace__next(trace, &event)) != 0) {
		while ((task = recorder_trace__task(trace, tasks)) != NULL) {
			show__task(show, task);
			tasks++;
		}
		if (err == -EBADMSG) {
			if (!reading->damages++)
				snprintf(reading->damage, sizeof(reading->damage), "%s",
					 recorder_trace__error(trace));
		} else if (err == -ENODATA) {
			reading->unfinished = true;
		} else if (err < 0) {
			reading->error = err;
			break;
		} else {
			show__event(show, event, filter__passes(&arguments->filter, event));
		}
		flush_for_watcher(out, terminal, live);
	}
	return out__flush(out);
}

static int show_file(struct show_arguments *arguments)
{
	struct recorder_trace *trace = reading__open(arguments->path);
	struct reading reading = { 0 };
	struct show *show = NULL;
	struct out *out = NULL;
	int status = READ_FAILED;
	int err;

	if (!trace)
		return reading__open_status(errno);
	out = out__new(STDOUT_FILENO);
	show = out ? show__new(trace, out, &arguments->options) : NULL;
	if (!show) {
		fail(status, "%s", strerror(errno));
		goto out;
	}
	err = show_trace(trace, show, out, arguments, &reading);
	if (err == -EPIPE)
		goto out;
	if (err)
		fail(status, "standard output: %s", strerror(-err));
	else if (reading.error && reading.error != -E2BIG)
		fail(status, "%s: cannot be read to its end: %s", arguments->path,
		     strerror(-reading.error));
	else
		status = reading__status(&reading, trace, arguments->path);
out:
	show__free(show);
	out__free(out);
	recorder_trace__free(trace);
	return status;
}

int cmd_show(int argc, char **argv)
{
	static const struct argp argp = {
		show_argp_options, parse_show, "FILE", show_doc, NULL, NULL, NULL
	};
	struct show_arguments arguments = { .options.string_limit = STRING_LIMIT };
	int status;

	argp_err_exit_status = READ_USAGE;
	argv[0] = (char *)"recorder show";
	argp_parse(&argp, argc, argv, 0, NULL, &arguments);
	signal(SIGPIPE, SIG_IGN);
	status = show_file(&arguments);
	filter__clear(&arguments.filter);
	return status;
}
