/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "trace/tasks.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "trace/array.h"
#include "trace/text.h"

/* include/recorder.h: beyond it maps are left out, to leave room for what every task has. */
#define MAPS_BYTES_MAX (16U << 20)
#define BYTES_MAX (48U << 20)

/* Where the parts of a payload begin, each checked. */
struct shape {
	struct cursor numbers, threads, fds, maps, auxv;
	size_t nthreads, nfds;
};

static void skip_string(struct cursor *c)
{
	cursor_bytes(c, cursor_varint(c));
}

static bool read_shape(struct shape *shape, const uint8_t *payload, size_t size)
{
	struct cursor c = { .at = payload, .end = payload + size };
	uint64_t n;

	shape->numbers = c;
	for (int i = 0; i < 4; i++)
		cursor_u32(&c);
	cursor_varint(&c);
	for (int i = 0; i < 6; i++)
		skip_string(&c);
	n = cursor_varint(&c);
	shape->threads = c;
	shape->nthreads = n;
	while (n-- && !c.bad) {
		cursor_u32(&c);
		skip_string(&c);
	}
	n = cursor_varint(&c);
	shape->fds = c;
	shape->nfds = n;
	while (n-- && !c.bad) {
		if (cursor_u32(&c) > INT32_MAX)
			return false;
		cursor_u32(&c);
		cursor_varint(&c);
		skip_string(&c);
	}
	shape->maps = c;
	skip_string(&c);
	shape->auxv = c;
	skip_string(&c);
	return !c.bad && cursor_left(&c) == 0;
}

static void read_threads(struct tasks *tasks, struct shape *shape, uint32_t *tids)
{
	struct cursor *c = &shape->threads;

	for (size_t i = 0; i < shape->nthreads; i++) {
		const uint8_t *comm;
		uint64_t len;

		tids[i] = cursor_u32(c);
		len = cursor_varint(c);
		comm = cursor_bytes(c, len);
		/* A name that is not remembered is only not shown. */
		if (len)
			comms__set(&tasks->comms, tids[i], comm, len);
	}
}

static void read_fds(struct shape *shape, struct recorder_fd *fds, char **text)
{
	struct cursor *c = &shape->fds;

	for (size_t i = 0; i < shape->nfds; i++) {
		fds[i].fd = (int)cursor_u32(c);
		fds[i].flags = cursor_u32(c);
		fds[i].pos = cursor_varint(c);
		fds[i].target = text_take(c, text, NULL);
	}
}

static void read_task(struct tasks *tasks, struct shape *shape, struct recorder_task *task,
		      bool maps)
{
	struct recorder_fd *fds = (struct recorder_fd *)(task + 1);
	uint32_t *tids = (uint32_t *)(fds + shape->nfds);
	char *text = (char *)(tids + shape->nthreads);
	struct cursor *c = &shape->numbers;

	task->pid = cursor_u32(c);
	task->ppid = cursor_u32(c);
	task->uid = cursor_u32(c);
	task->gid = cursor_u32(c);
	task->time_ns = cursor_varint(c);
	task->comm = text_take(c, &text, NULL);
	task->exe = text_take(c, &text, NULL);
	task->cwd = text_take(c, &text, NULL);
	task->root = text_take(c, &text, NULL);
	task->cmdline = text_take(c, &text, &task->cmdline_len);
	task->cgroup = text_take(c, &text, NULL);
	read_threads(tasks, shape, tids);
	read_fds(shape, fds, &text);
	task->maps = maps ? text_take(&shape->maps, &text, NULL) : "";
	task->auxv = (const uint8_t *)text_take(&shape->auxv, &text, &task->auxv_len);
	task->fds = fds;
	task->nfds = shape->nfds;
	task->tids = tids;
	task->ntids = shape->nthreads;
}

int tasks__add(struct tasks *tasks, const uint8_t *payload, size_t size)
{
	bool maps = tasks->bytes + size <= MAPS_BYTES_MAX;
	struct recorder_task **items, *task;
	struct shape shape;
	size_t bytes;

	if (!read_shape(&shape, payload, size))
		return -EBADMSG;
	bytes = sizeof(*task) + shape.nfds * sizeof(struct recorder_fd) +
		shape.nthreads * sizeof(uint32_t) + size;
	if (!maps)
		bytes -= (size_t)(shape.auxv.at - shape.maps.at);
	if (tasks->bytes + bytes > BYTES_MAX)
		return -EFBIG;
	items = array_grow(tasks->items, &tasks->room, tasks->n + 1, sizeof(task));
	if (!items)
		return -ENOMEM;
	tasks->items = items;
	task = calloc(1, bytes);
	if (!task)
		return -ENOMEM;
	read_task(tasks, &shape, task, maps);
	tasks->items[tasks->n++] = task;
	tasks->bytes += bytes;
	return 0;
}

const struct recorder_task *tasks__get(const struct tasks *tasks, size_t i)
{
	return i < tasks->n ? tasks->items[i] : NULL;
}

void tasks__free(struct tasks *tasks)
{
	for (size_t i = 0; i < tasks->n; i++)
		free(tasks->items[i]);
	free(tasks->items);
	comms__free(&tasks->comms);
	*tasks = (struct tasks){ 0 };
}
