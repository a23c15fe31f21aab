/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads any bytes as a trace, through all of the library. For libFuzzer: clang
 * -fsanitize=fuzzer,address with the files of src/trace/; test_fuzz_reader.c runs it as an ordinary
 * test.
 */
#include "fuzz_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "recorder.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct recorder_event *event;
	struct recorder_trace *trace;
	int fd = memfd_create("fuzz", MFD_CLOEXEC), err;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) < 0)
		abort();
	trace = recorder_trace__fdopen(fd);
	if (!trace)
		return 0;
	while ((err = recorder_trace__next(trace, &event)) > 0 || err == -EBADMSG) {
		if (err > 0)
			touch_event(trace, event);
		else
			touch_text(recorder_trace__error(trace));
	}
	/* A failure ends the trace: what follows is its end. */
	if (err < 0 && recorder_trace__next(trace, &event) != 0)
		abort();
	touch_tasks(trace);
	touch_text(recorder_trace__meta(trace, "machine", NULL));
	touch_text(recorder_trace__ending(trace));
	recorder_trace__free(trace);
	return 0;
}
