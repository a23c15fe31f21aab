/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "cmd.h"
#include "report/reading.h"

static void wait_for_end(int number)
{
	(void)number;
}

/*
 * The interrupt that ends a recording comes to all of a pipeline: what the recorder then still
 * writes is read. A second one ends this program.
 */
static void outlast_interrupt(void)
{
	struct sigaction action = { .sa_handler = wait_for_end,
				    .sa_flags = SA_RESTART | SA_RESETHAND };
	struct sigaction old;

	if (!sigaction(SIGINT, NULL, &old) && old.sa_handler != SIG_IGN)
		sigaction(SIGINT, &action, NULL);
}

error_t reading__parse(int key, char *arg, struct argp_state *state, const char **path)
{
	switch (key) {
	case ARGP_KEY_ARG:
		if (*path)
			argp_error(state, "one FILE, please");
		*path = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "FILE is missing");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

struct recorder_trace *reading__open(const char *path)
{
	struct recorder_trace *trace;
	int err;

	if (strcmp(path, "-") == 0)
		outlast_interrupt();
	trace = recorder_trace__open(path);
	err = errno;
	if (trace)
		return trace;
	if (err == EMEDIUMTYPE)
		fail(0, "%s: not a trace", path);
	else if (err == EPROTONOSUPPORT)
		fail(0,
		     "%s: a trace of another format version; read it with the recorder that wrote "
		     "it",
		     path);
	else if (err == EBADMSG)
		fail(0, "%s: damaged before the first event", path);
	else
		fail(0, "%s: %s", path, strerror(err));
	errno = err;
	return NULL;
}

int reading__open_status(int error)
{
	return error == EBADMSG ? READ_DAMAGED : READ_FAILED;
}

int reading__read(struct reading *reading, struct recorder_trace *trace, const char *path,
		  int (*add)(void *context, const struct recorder_event *event), void *context)
{
	const struct recorder_event *event;
	int err;

	memset(reading, 0, sizeof(*reading));
	while ((err = recorder_trace__next(trace, &event)) != 0) {
		if (err == -EBADMSG) {
			if (!reading->damages++)
				snprintf(reading->damage, sizeof(reading->damage), "%s",
					 recorder_trace__error(trace));
			continue;
		}
		if (err == -ENODATA) {
			reading->unfinished = true;
			continue;
		}
		if (err > 0)
			err = add(context, event);
		if (err < 0)
			break;
	}
	reading->error = err;
	if (err == -E2BIG)
		fail(0, "%s: more threads at once than a kernel can have; the trace is damaged",
		     path);
	else if (err)
		fail(0, "%s: cannot be read to its end: %s", path, strerror(-err));
	return err;
}

int reading__status(const struct reading *reading, const struct recorder_trace *trace,
		    const char *path)
{
	struct recorder_totals totals;

	if (reading->error)
		return reading->error == -E2BIG ? READ_DAMAGED : READ_FAILED;
	if (reading->damages)
		return fail(READ_DAMAGED, "%s: damaged: %s; what could be read was", path,
			    reading->damage);
	if (!reading->unfinished)
		return READ_OK;
	recorder_trace__totals(trace, &totals);
	return fail(READ_TORN, "%s: %s; what is there was read", path,
		    totals.torn ? "torn: it ends inside a block"
				: "not finished: recording was cut off");
}

int reading__flush(void)
{
	if (fflush(stdout) || ferror(stdout))
		return fail(READ_FAILED, "standard output: %s", strerror(errno));
	return READ_OK;
}
