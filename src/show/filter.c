/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>

#include "show/filter.h"

int filter_ids__parse(struct filter_ids *ids, const char *text)
{
	while (true) {
		uint32_t *grown;
		unsigned long id;
		char *end;

		errno = 0;
		id = strtoul(text, &end, 10);
		if (errno || end == text || *text == '-' || id > UINT32_MAX ||
		    (*end && *end != ','))
			return -EINVAL;
		grown = realloc(ids->ids, (ids->n + 1) * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		ids->ids = grown;
		ids->ids[ids->n++] = (uint32_t)id;
		if (!*end)
			return 0;
		text = end + 1;
	}
}

int filter__add_expression(struct filter *filter, const char *text, char **word)
{
	int err = syscall_set__parse(&filter->set, text, !filter->has_set, word);

	filter->has_set = true;
	return err;
}

static bool has_id(const struct filter_ids *ids, uint32_t id)
{
	for (size_t i = 0; i < ids->n; i++)
		if (ids->ids[i] == id)
			return true;
	return ids->n == 0;
}

/* By name: the trace's table may be another than the compiled-in one. */
static bool has_syscall(struct filter *filter, const struct recorder_syscall *syscall)
{
	size_t slot = (uintptr_t)syscall / sizeof(*syscall) % FILTER_CACHE;
	const struct syscall *known;

	if (!syscall)
		return false;
	if (filter->cache[slot].syscall != syscall) {
		known = syscall_find_name(syscall->name);
		filter->cache[slot].syscall = syscall;
		filter->cache[slot].passes = known && syscall_set__has(&filter->set, known);
	}
	return filter->cache[slot].passes;
}

bool filter__passes(struct filter *filter, const struct recorder_event *event)
{
	if (!has_id(&filter->pids, event->pid) || !has_id(&filter->tids, event->tid))
		return false;
	if (!filter->has_set || event->type != RECORDER_CALL)
		return true;
	return has_syscall(filter, event->call.syscall);
}

void filter__clear(struct filter *filter)
{
	free(filter->pids.ids);
	free(filter->tids.ids);
	filter->pids = filter->tids = (struct filter_ids){ 0 };
}
