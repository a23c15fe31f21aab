/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads any bytes as a trace, through all of the library, and shows what they say. For libFuzzer:
 * clang -fsanitize=fuzzer,address with the files of src/trace/ and src/show/; test_fuzz_reader.c
 * runs it as an ordinary test.
 */
#include "fuzz_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "recorder.h"
#include "show/show.h"

/* Every byte that is handed out is looked at, so that a sanitizer sees where it lies. */
static volatile unsigned int seen;

static void touch(const void *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		seen += ((const uint8_t *)bytes)[i];
}

static void touch_text(const char *text)
{
	while (text && *text)
		seen += (unsigned char)*text++;
}

static void touch_call(struct recorder_trace *trace, const struct recorder_event *event)
{
	for (size_t i = 0; i < event->call.nbufs; i++) {
		const struct recorder_buf *buf = &event->call.bufs[i];
		uint8_t end[16];

		if (buf->data)
			touch(buf->data, buf->len);
		if (recorder_trace__read(trace, buf, buf->len / 2, end, sizeof(end)) < 0)
			seen++;
	}
	if (event->call.syscall)
		touch_text(event->call.syscall->name);
	if (event->call.command)
		touch_text(event->call.command->name);
}

static void touch_event(struct recorder_trace *trace, const struct recorder_event *event)
{
	touch_text(event->comm);
	if (event->type == RECORDER_CALL)
		touch_call(trace, event);
	else if (event->type == RECORDER_SIGNAL)
		touch(event->signal.info, event->signal.info_len);
	else if (event->type == RECORDER_FORK)
		touch_text(event->fork.comm);
}

static void touch_tasks(const struct recorder_trace *trace)
{
	const struct recorder_task *task;

	for (size_t i = 0; (task = recorder_trace__task(trace, i)); i++) {
		touch_text(task->comm);
		touch(task->cmdline, task->cmdline_len);
		touch_text(task->maps);
		touch(task->auxv, task->auxv_len);
		for (size_t fd = 0; fd < task->nfds; fd++)
			touch_text(task->fds[fd].target);
		touch(task->tids, task->ntids * sizeof(*task->tids));
	}
}

/* A trace as lines or as JSON; the text goes nowhere. */
struct screen {
	struct out *out;
	struct show *show;
	size_t tasks;
};

static struct screen open_screen(struct recorder_trace *trace, bool json)
{
	const struct show_options options = { .json = json, .string_limit = STRING_LIMIT };
	struct screen screen = { .out = out__new(-1) };

	screen.show = screen.out ? show__new(trace, screen.out, &options) : NULL;
	if (!screen.show)
		abort();
	return screen;
}

static void show_event(struct screen *screen, struct recorder_trace *trace,
		       const struct recorder_event *event)
{
	const struct recorder_task *task;

	while ((task = recorder_trace__task(trace, screen->tasks))) {
		show__task(screen->show, task);
		screen->tasks++;
	}
	show__event(screen->show, event, true);
	touch_text(out__text(screen->out));
}

static void close_screen(struct screen *screen)
{
	show__free(screen->show);
	out__free(screen->out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct recorder_event *event;
	struct screen lines, json;
	struct recorder_trace *trace;
	int fd = memfd_create("fuzz", MFD_CLOEXEC), err;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) < 0)
		abort();
	trace = recorder_trace__fdopen(fd);
	if (!trace)
		return 0;
	lines = open_screen(trace, false);
	json = open_screen(trace, true);
	while ((err = recorder_trace__next(trace, &event)) > 0 || err == -EBADMSG) {
		if (err < 0) {
			touch_text(recorder_trace__error(trace));
			continue;
		}
		touch_event(trace, event);
		show_event(&lines, trace, event);
		show_event(&json, trace, event);
	}
	/* A failure ends the trace: what follows is its end. */
	if (err < 0 && recorder_trace__next(trace, &event) != 0)
		abort();
	touch_tasks(trace);
	touch_text(recorder_trace__meta(trace, "machine", NULL));
	touch_text(recorder_trace__ending(trace));
	close_screen(&lines);
	close_screen(&json);
	recorder_trace__free(trace);
	return 0;
}
