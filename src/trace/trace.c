/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "trace/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef RECORDER_VERSION
#define RECORDER_VERSION "unknown"
#endif

struct recorder_trace *recorder_trace__open(const char *path)
{
	int fd = strcmp(path, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
					: open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? NULL : recorder_trace__fdopen(fd);
}

struct recorder_trace *recorder_trace__fdopen(int fd)
{
	struct recorder_trace *trace = calloc(1, sizeof(*trace));
	int err;

	if (!trace) {
		close(fd);
		errno = ENOMEM;
		return NULL;
	}
	trace->streams.input = &trace->input;
	trace->data.input = &trace->input;
	err = input__open(&trace->input, fd);
	if (err < 0)
		goto out;
	/* Up to the first events, whose epoch need not be complete yet. */
	while (err >= 0 && trace->streams.nblocks == 0 && !trace->last_epoch)
		err = trace__walk(trace);
	if (err >= 0 && trace->last_epoch)
		trace->state = STATE_MERGING;
out:
	if (err >= 0)
		return trace;
	recorder_trace__free(trace);
	errno = -err;
	return NULL;
}

void recorder_trace__free(struct recorder_trace *trace)
{
	if (!trace)
		return;
	streams__free(&trace->streams);
	data_index__free(&trace->data);
	bufs__free(&trace->bufs);
	comms__free(&trace->comms);
	tasks__free(&trace->tasks);
	ending__free(&trace->ending);
	metadata__free(&trace->metadata);
	names__free(trace->names);
	free(trace->raw);
	input__close(&trace->input);
	free(trace);
}

/* The next event of the epoch that was read: 1, 0 after the last one, or a negative errno. */
static int trace__merge(struct recorder_trace *trace)
{
	struct events *events;
	int err = streams__next(&trace->streams, &events);

	if (err == 0) {
		streams__clear(&trace->streams);
		data_index__clear(&trace->data);
		err = source__forget(&trace->input.source);
		trace->state = trace->last_epoch ? STATE_ENDING : STATE_WALKING;
	} else if (err > 0) {
		err = trace__fill(trace, events);
	}
	if (err == -ENOMEM)
		input__failure(&trace->input, trace->input.source.offset, err);
	return err;
}

static int trace__end(struct recorder_trace *trace)
{
	struct report *report = &trace->input.report;
	unsigned long long offset = trace->input.source.offset;

	trace->state = STATE_OVER;
	if (trace->trailing)
		return input__damage(&trace->input, offset, "it follows the END block");
	if (trace->totals.finished)
		return 0;
	/* Of a torn file the report says so already, unless damage was reported since. */
	if (trace->totals.torn)
		snprintf(report->text, sizeof(report->text),
			 "the file is torn: it ends inside a block, at offset %llu", offset);
	else if (trace->input.lost)
		snprintf(report->text, sizeof(report->text),
			 "the rest of the file, from offset %llu on, cannot be read", offset);
	else
		snprintf(report->text, sizeof(report->text),
			 "the recording was not finished: no END block at offset %llu", offset);
	return -ENODATA;
}

int recorder_trace__next(struct recorder_trace *trace, const struct recorder_event **event)
{
	int err = 0;

	*event = NULL;
	while (err == 0 && trace->state != STATE_OVER) {
		switch (trace->state) {
		case STATE_WALKING:
			err = trace__walk(trace);
			if (err > 0) {
				trace->state = STATE_MERGING;
				err = 0;
			}
			break;
		case STATE_MERGING:
			err = trace__merge(trace);
			break;
		default:
			err = trace__end(trace);
			break;
		}
	}
	if (err > 0)
		*event = &trace->event;
	else if (err == -EBADMSG)
		trace->totals.damaged_blocks++;
	else if (err < 0)
		trace->state = STATE_OVER;
	return err;
}

const char *recorder_trace__error(const struct recorder_trace *trace)
{
	return trace->input.report.text;
}

ssize_t recorder_trace__read(struct recorder_trace *trace, const struct recorder_buf *buf,
			     uint64_t offset, void *to, size_t n)
{
	return bufs__read(&trace->bufs, &trace->data, buf, offset, to, n);
}

const char *recorder_trace__meta(const struct recorder_trace *trace, const char *key, size_t *len)
{
	return metadata__get(&trace->metadata, key, len);
}

uint64_t recorder_trace__counter(const struct recorder_trace *trace, const char *name)
{
	return ending__counter(&trace->ending, name);
}

const char *recorder_trace__ending(const struct recorder_trace *trace)
{
	return trace->ending.how;
}

bool recorder_trace__is_open(const struct recorder_trace *trace)
{
	return trace->last_epoch && !trace->totals.finished && !trace->input.lost;
}

void recorder_trace__totals(const struct recorder_trace *trace, struct recorder_totals *totals)
{
	*totals = trace->totals;
}

const char *recorder_trace__abi_name(const struct recorder_trace *trace, unsigned int abi)
{
	return names__abi(trace->names, abi);
}

const struct recorder_syscall *recorder_trace__syscall(const struct recorder_trace *trace,
						       unsigned int abi, uint32_t nr)
{
	return names__syscall(trace->names, abi, nr);
}

const struct recorder_task *recorder_trace__task(const struct recorder_trace *trace, size_t i)
{
	return tasks__get(&trace->tasks, i);
}

const char *recorder_version(void)
{
	return RECORDER_VERSION;
}
