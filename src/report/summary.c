/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/map.h"
#include "report/summary.h"

#define KEY_UNKNOWN (1ULL << 63) /* no address of user space: a number outside the table */
#define KEY_OTHERS UINT64_MAX

struct summary {
	struct map *by_syscall; /* key: address of the table's entry */
	struct map *by_thread;	/* NULL: not asked for */
	struct summary_syscall total;
	enum summary_sort sort;
	const struct summary_syscall **syscalls;
	const struct summary_thread **threads;
	size_t nthreads;
};

struct summary *summary__new(bool threads)
{
	struct summary *summary = calloc(1, sizeof(*summary));

	if (!summary)
		return NULL;
	strcpy(summary->total.name, "total");
	summary->by_syscall = map__new(sizeof(struct summary_syscall), SUMMARY_SYSCALLS + 1);
	if (threads)
		summary->by_thread = map__new(sizeof(struct summary_thread), SUMMARY_THREADS + 1);
	if (!summary->by_syscall || (threads && !summary->by_thread)) {
		summary__free(summary);
		errno = ENOMEM;
		return NULL;
	}
	return summary;
}

void summary__free(struct summary *summary)
{
	struct summary_syscall *row = NULL;

	if (!summary)
		return;
	while (summary->by_syscall && (row = map__next(summary->by_syscall, row)) != NULL)
		histogram__clear(&row->durations);
	histogram__clear(&summary->total.durations);
	map__free(summary->by_syscall);
	map__free(summary->by_thread);
	free(summary->syscalls);
	free(summary->threads);
	free(summary);
}

/* The row of key, or the one for all others when there are too many. */
static void *get_row(struct map *map, uint64_t key, size_t limit)
{
	void *row = map__find(map, key);

	if (row)
		return row;
	return map__get(map, map__size(map) < limit ? key : KEY_OTHERS);
}

static struct summary_syscall *get_syscall(struct summary *summary,
					   const struct recorder_event *event)
{
	const struct recorder_syscall *syscall = event->call.syscall;
	struct summary_syscall *row;
	uint64_t key = (uintptr_t)syscall;

	if (!syscall)
		key = KEY_UNKNOWN | (uint64_t)(event->call.abi & 0xff) << 32 | event->call.nr;
	row = get_row(summary->by_syscall, key, SUMMARY_SYSCALLS);
	if (!row || row->name[0])
		return row;
	if (map__key(row) == KEY_OTHERS)
		strcpy(row->name, "(others)");
	else if (syscall)
		snprintf(row->name, sizeof(row->name), "%s", syscall->name);
	else
		snprintf(row->name, sizeof(row->name), "syscall_%" PRIu32, event->call.nr);
	return row;
}

static void add_counts(struct summary_counts *to, const struct summary_counts *counts)
{
	to->calls += counts->calls;
	to->errors += counts->errors;
	to->untimed += counts->untimed;
	to->time_ns += counts->time_ns;
	to->bytes_in += counts->bytes_in;
	to->bytes_out += counts->bytes_out;
}

static struct summary_counts count_call(const struct recorder_event *event)
{
	struct summary_counts counts = { .calls = 1 };

	if (!event->call.unfinished && event->call.ret < 0 && event->call.ret >= -4095)
		counts.errors = 1;
	if (event->call.unfinished || event->call.no_entry || event->call.enter_ns > event->time_ns)
		counts.untimed = 1;
	else
		counts.time_ns = event->time_ns - event->call.enter_ns;
	for (size_t i = 0; i < event->call.nbufs; i++) {
		const struct recorder_buf *buf = &event->call.bufs[i];

		*(buf->out ? &counts.bytes_out : &counts.bytes_in) += buf->full;
	}
	return counts;
}

static int add_call(struct summary *summary, const struct recorder_event *event,
		    struct summary_thread *thread)
{
	struct summary_syscall *row = get_syscall(summary, event);
	struct summary_counts counts = count_call(event);

	if (!row)
		return -errno;
	add_counts(&row->counts, &counts);
	add_counts(&summary->total.counts, &counts);
	if (thread)
		add_counts(&thread->counts, &counts);
	return counts.untimed ? 0 : histogram__add(&row->durations, counts.time_ns);
}

static struct summary_thread *get_thread(struct summary *summary, uint32_t number, uint32_t pid,
					 uint32_t tid, const char *comm)
{
	struct summary_thread *row = get_row(summary->by_thread, number, SUMMARY_THREADS);

	if (!row)
		return NULL;
	if (map__key(row) == KEY_OTHERS)
		comm = "(others)";
	else {
		row->pid = pid;
		row->tid = tid;
	}
	if (comm)
		snprintf(row->comm, sizeof(row->comm), "%s", comm);
	return row;
}

int summary__add(struct summary *summary, const struct recorder_event *event)
{
	struct summary_thread *thread = NULL;

	if (summary->by_thread) {
		thread = get_thread(summary, event->thread, event->pid, event->tid, event->comm);
		if (!thread)
			return -errno;
		if (event->type == RECORDER_FORK &&
		    !get_thread(summary, event->fork.thread, event->fork.pid, event->fork.tid,
				event->fork.comm))
			return -errno;
		if (event->type == RECORDER_EXIT && map__key(thread) != KEY_OTHERS) {
			thread->exited = true;
			thread->status = event->exit.status;
		}
	}
	return event->type == RECORDER_CALL ? add_call(summary, event, thread) : 0;
}

double summary_mean_ns(const struct summary_counts *counts)
{
	uint64_t timed = counts->calls - counts->untimed;

	return timed ? (double)counts->time_ns / (double)timed : 0;
}

/* What a row is sorted by, greatest first. */
static double sort_value(enum summary_sort sort, const struct summary_counts *counts,
			 const struct histogram *durations)
{
	switch (sort) {
	case SUMMARY_TIME:
		return (double)counts->time_ns;
	case SUMMARY_MEAN:
		return summary_mean_ns(counts);
	case SUMMARY_P50:
		return durations ? (double)histogram__quantile(durations, 500) : 0;
	case SUMMARY_P99:
		return durations ? (double)histogram__quantile(durations, 990) : 0;
	case SUMMARY_MAX:
		return durations ? (double)durations->max : 0;
	case SUMMARY_CALLS:
		return (double)counts->calls;
	case SUMMARY_ERRORS:
		return (double)counts->errors;
	case SUMMARY_BYTES:
		return (double)counts->bytes_in + (double)counts->bytes_out;
	case SUMMARY_BYTES_IN:
		return (double)counts->bytes_in;
	case SUMMARY_BYTES_OUT:
		return (double)counts->bytes_out;
	case SUMMARY_NAME:
	case SUMMARY_NONE:
		break;
	}
	return 0;
}

static int compare_syscalls(const void *a, const void *b, void *context)
{
	const struct summary_syscall *x = *(const struct summary_syscall *const *)a;
	const struct summary_syscall *y = *(const struct summary_syscall *const *)b;
	const enum summary_sort *sort = context;
	double left = sort_value(*sort, &x->counts, &x->durations);
	double right = sort_value(*sort, &y->counts, &y->durations);

	if (left != right)
		return left > right ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int compare_threads(const void *a, const void *b, void *context)
{
	const struct summary_thread *x = *(const struct summary_thread *const *)a;
	const struct summary_thread *y = *(const struct summary_thread *const *)b;
	const enum summary_sort *sort = context;
	double left = sort_value(*sort, &x->counts, NULL);
	double right = sort_value(*sort, &y->counts, NULL);
	int order = *sort == SUMMARY_NAME ? strcmp(x->comm, y->comm) : 0;

	if (left != right)
		return left > right ? -1 : 1;
	if (order)
		return order;
	return map__key(x) < map__key(y) ? -1 : map__key(x) > map__key(y);
}

int summary__finish(struct summary *summary, enum summary_sort sort)
{
	size_t nsyscalls = map__size(summary->by_syscall), n = 0;
	struct summary_syscall *row = NULL;
	struct summary_thread *thread = NULL;

	summary->syscalls = calloc(nsyscalls + 1, sizeof(*summary->syscalls));
	if (!summary->syscalls)
		return -ENOMEM;
	while ((row = map__next(summary->by_syscall, row)) != NULL) {
		int err = histogram__merge(&summary->total.durations, &row->durations);

		if (err)
			return err;
		summary->syscalls[n++] = row;
	}
	summary->syscalls[n] = &summary->total;
	if (sort != SUMMARY_NONE)
		qsort_r(summary->syscalls, n, sizeof(*summary->syscalls), compare_syscalls, &sort);
	if (!summary->by_thread)
		return 0;
	summary->threads = calloc(map__size(summary->by_thread) + 1, sizeof(*summary->threads));
	if (!summary->threads)
		return -ENOMEM;
	while ((thread = map__next(summary->by_thread, thread)) != NULL)
		summary->threads[summary->nthreads++] = thread;
	if (sort != SUMMARY_NONE)
		qsort_r(summary->threads, summary->nthreads, sizeof(*summary->threads),
			compare_threads, &sort);
	return 0;
}

size_t summary__syscalls(const struct summary *summary, const struct summary_syscall *const **rows)
{
	*rows = summary->syscalls;
	return summary->syscalls ? map__size(summary->by_syscall) + 1 : 0;
}

size_t summary__threads(const struct summary *summary, const struct summary_thread *const **rows)
{
	*rows = summary->threads;
	return summary->nthreads;
}

int summary_sort_parse(const char *word)
{
	static const struct {
		const char *word;
		enum summary_sort sort;
	} words[] = {
		{ "time", SUMMARY_TIME },
		{ "total", SUMMARY_TIME },
		{ "time-total", SUMMARY_TIME },
		{ "total-time", SUMMARY_TIME },
		{ "mean", SUMMARY_MEAN },
		{ "time-avg", SUMMARY_MEAN },
		{ "avg-time", SUMMARY_MEAN },
		{ "p50", SUMMARY_P50 },
		{ "p99", SUMMARY_P99 },
		{ "max", SUMMARY_MAX },
		{ "time-max", SUMMARY_MAX },
		{ "max-time", SUMMARY_MAX },
		{ "calls", SUMMARY_CALLS },
		{ "count", SUMMARY_CALLS },
		{ "errors", SUMMARY_ERRORS },
		{ "error", SUMMARY_ERRORS },
		{ "name", SUMMARY_NAME },
		{ "syscall", SUMMARY_NAME },
		{ "syscall-name", SUMMARY_NAME },
		{ "bytes", SUMMARY_BYTES },
		{ "bytes-in", SUMMARY_BYTES_IN },
		{ "in", SUMMARY_BYTES_IN },
		{ "bytes-out", SUMMARY_BYTES_OUT },
		{ "out", SUMMARY_BYTES_OUT },
		{ "none", SUMMARY_NONE },
		{ "nothing", SUMMARY_NONE },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcmp(words[i].word, word))
			return (int)words[i].sort;
	}
	return -EINVAL;
}
