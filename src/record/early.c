/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "record/early.h"

#include <errno.h>

#include "record/bytes.h"

/* The records of one call. */
struct early_call {
	struct thread_node node;
	bool outdated;
	struct bytes records;
};

static void free_call(struct thread_node *node)
{
	struct early_call *call = (struct early_call *)node;

	bytes__free(&call->records);
	free(call);
}

int early__init(struct early *early)
{
	return thread_hash__init(&early->calls, free_call);
}

void early__fini(struct early *early)
{
	thread_hash__fini(&early->calls);
}

bool early__has(const struct early *early, uint32_t thread, uint64_t seq)
{
	return early->calls.count && thread_hash__find(&early->calls, thread, seq);
}

int early__keep(struct early *early, const struct event_data *record)
{
	struct thread_node **link = thread_hash__find(&early->calls, record->header.thread,
						      record->seq);
	struct early_call *call = link ? (struct early_call *)*link : calloc(1, sizeof(*call));

	if (!call)
		return -ENOMEM;
	if (!link) {
		call->node.thread = record->header.thread;
		call->node.seq = record->seq;
		thread_hash__insert(&early->calls, &call->node);
	}
	bytes__put(&call->records, record, record->header.size);
	return call->records.failed ? -ENOMEM : 0;
}

static int take_all(const struct early_call *call,
		    int (*take)(void *context, const struct event_data *record), void *context)
{
	int err = 0;

	for (size_t at = 0; at < call->records.len;) {
		const struct event_data *record = (const void *)(call->records.data + at);
		int failed = take(context, record);

		err = err ? err : failed;
		at += record->header.size;
	}
	return err;
}

static void mark_outdated(struct early *early, uint32_t thread, uint64_t before)
{
	struct thread_node *node = *thread_hash__chain(&early->calls, thread);

	for (; node; node = node->next) {
		if (node->thread != thread || node->seq >= before)
			continue;
		((struct early_call *)node)->outdated = true;
		early->outdated = true;
	}
}

int early__release(struct early *early, uint32_t thread, uint64_t seq,
		   int (*take)(void *context, const struct event_data *record), void *context)
{
	struct thread_node **link = thread_hash__find(&early->calls, thread, seq);
	int err = 0;

	if (link) {
		err = take_all((struct early_call *)*link, take, context);
		thread_hash__remove(&early->calls, link);
	}
	mark_outdated(early, thread, seq);
	return err;
}

void early__outdate(struct early *early, uint32_t thread)
{
	mark_outdated(early, thread, UINT64_MAX);
}

void early__drop(struct early *early)
{
	struct thread_hash *calls = &early->calls;

	for (size_t i = 0; early->outdated && i < calls->size; i++) {
		struct thread_node **link = &calls->buckets[i];

		while (*link) {
			if (((struct early_call *)*link)->outdated)
				thread_hash__remove(calls, link);
			else
				link = &(*link)->next;
		}
	}
	early->outdated = false;
}
