// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "record/progress.h"

#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "record/capture.h"
#include "record/encode.h"

#define INTERVAL_NS 1000000000ULL

void progress__start(struct progress *progress, bool quiet)
{
	progress->on = !quiet && isatty(STDERR_FILENO);
}

/* A shell or an editor that has taken the terminal over is not to be written across. */
static bool has_terminal(void)
{
	struct termios termios;

	return tcgetpgrp(STDERR_FILENO) == getpgrp() && !tcgetattr(STDERR_FILENO, &termios) &&
	       termios.c_lflag & ICANON;
}

void progress__show(struct progress *progress, uint64_t time, const struct capture *capture,
		    const struct encoder_totals *totals, uint64_t bytes)
{
	struct stage_state counts;

	if (!progress->on)
		return;
	if (!progress->time)
		progress->time = time;
	if (time - progress->time < INTERVAL_NS)
		return;
	if (!has_terminal()) {
		progress->time = time;
		progress->calls = totals->calls;
		return;
	}
	capture__counts(capture, &counts);
	fprintf(stderr, "\rrecorder: %.0f calls/s, %llu calls, %llu bytes, %llu lost\033[K",
		(double)(totals->calls - progress->calls) * 1e9 / (time - progress->time),
		(unsigned long long)totals->calls, (unsigned long long)bytes,
		(unsigned long long)counts.lost_calls);
	progress->shown = true;
	progress->time = time;
	progress->calls = totals->calls;
}

void progress__clear(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
	progress->on = false;
}
