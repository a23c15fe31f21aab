/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* recorder verify: whether a trace is complete, from the file alone. */
#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "report/reading.h"
#include "report/verdict.h"

struct verify_options {
	const char *path;
	bool json;
	bool quiet;
};

static const char verify_doc[] =
	"Whether a trace is complete: every checksum, every thread's sequence numbers, every "
	"range of memory.\v"
	"The first line says it. Then come problems, notices (what was recorded is complete, but "
	"the program had other ways to take something in, which syscalls do not show), and "
	"remarks.\n\n"
	"FILE - is standard input. Exit status: 0 complete; 1 complete, with notices; "
	"2 incomplete or not finished; 3 damaged; 4 FILE cannot be read; 64 usage.";

static const struct argp_option verify_argp_options[] = {
	{ "quiet", 'q', NULL, 0, "The first line only", 0 },
	{ "json", 'j', NULL, 0, "One JSON object", 0 },
	{ 0 },
};

static error_t parse_verify(int key, char *arg, struct argp_state *state)
{
	struct verify_options *options = state->input;

	switch (key) {
	case 'q':
		options->quiet = true;
		return 0;
	case 'j':
		options->json = true;
		return 0;
	default:
		return reading__parse(key, arg, state, &options->path);
	}
}

static int add_event(void *context, const struct recorder_event *event)
{
	return verifier__add(context, event);
}

static int print_verdict(const struct verify_options *options, const struct verifier *verifier,
			 const struct verify_facts *facts)
{
	struct verdict verdict;

	verdict__make(&verdict, verifier, facts);
	if (options->json)
		verdict__print_json(&verdict, verifier, facts, stdout);
	else if (options->quiet)
		printf("%s\n", verdict.line);
	else
		verdict__print(&verdict, verifier, stdout);
	return reading__flush() ? VERIFY_FAILED : verdict.status;
}

int cmd_verify(int argc, char **argv)
{
	static const struct argp argp = {
		verify_argp_options, parse_verify, "FILE", verify_doc, NULL, NULL, NULL
	};
	struct verify_options options = { 0 };
	struct verify_facts facts = { 0 };
	struct recorder_trace *trace;
	struct verifier *verifier;
	struct reading reading;
	int status;

	argp_err_exit_status = VERIFY_USAGE;
	argv[0] = (char *)"recorder verify";
	argp_parse(&argp, argc, argv, 0, NULL, &options);
	trace = reading__open(options.path);
	if (!trace)
		return errno == EBADMSG ? VERIFY_DAMAGED : VERIFY_FAILED;
	verifier = verifier__new(trace);
	if (!verifier) {
		status = fail(VERIFY_FAILED, "%s", strerror(errno));
		goto out;
	}
	status = reading__read(&reading, trace, options.path, add_event, verifier);
	if (status) {
		status = status == -E2BIG ? VERIFY_DAMAGED : VERIFY_FAILED;
		goto out;
	}
	verify_facts__read(&facts, trace);
	facts.damages = reading.damages;
	facts.damage = reading.damage;
	verifier__finish(verifier, &facts);
	status = print_verdict(&options, verifier, &facts);
out:
	verifier__free(verifier);
	recorder_trace__free(trace);
	return status;
}
