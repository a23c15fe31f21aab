/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "report/json.h"
#include "report/map.h"
#include "report/overview.h"
#include "report/table.h"

#define THREADS_MAX (4U << 20) /* alive at once: PID_MAX_LIMIT, include/linux/threads.h */
#define TASKS_SHOWN 32
#define BLOCK_NAMES 9

static const char *const block_names[BLOCK_NAMES] = {
	"unknown", "meta", "syscalls", "task", "events", "data", "sync", "index", "end",
};

/* Of the END block, as docs/format.md names them. */
static const char *const counters[] = {
	"lost_calls",	"lost_events", "lost_ranges",	"lost_storage",
	"missed_enter", "missed_exit", "missed_other",	"unwritten_calls",
	"waits",	"wait_ns",     "fetched_bytes",
};
#define COUNTERS (sizeof(counters) / sizeof(counters[0]))

/* A metadata key, and the word before it on a terminal; a list has a NUL after each. */
static const struct {
	const char *key, *title;
	bool list;
} metadata[] = {
	{ "command", "command", true },
	{ "cwd", "directory", false },
	{ "user", "user", false },
	{ "mode", "mode", false },
	{ "options", "options", true },
	{ "filter", "filter", false },
	{ "uid", "uid", false },
	{ "comm", "comm", false },
	{ "cgroup", "cgroup", false },
	{ "data", "data", false },
	{ "limit", "limit", false },
	{ "on_full", "on full", false },
	{ "buffer_size", "buffer", false },
	{ "features", "features", false },
	{ "hostname", "host", false },
	{ "machine", "machine", false },
	{ "kernel.release", "kernel", false },
	{ "kernel.version", "version", false },
	{ "cpus", "cpus", false },
	{ "boot_id", "boot", false },
	{ "recorder.version", "recorder", false },
};
#define METADATA (sizeof(metadata) / sizeof(metadata[0]))

int overview__init(struct overview *overview, struct recorder_trace *trace)
{
	memset(overview, 0, sizeof(*overview));
	overview->trace = trace;
	overview->alive = map__new(0, THREADS_MAX);
	return overview->alive ? 0 : -ENOMEM;
}

void overview__clear(struct overview *overview)
{
	map__free(overview->alive);
	overview->alive = NULL;
}

static int add_thread(struct overview *overview, uint32_t thread)
{
	size_t before = map__size(overview->alive);

	if (!map__get(overview->alive, thread))
		return -errno;
	overview->threads += map__size(overview->alive) - before;
	return 0;
}

int overview__add(struct overview *overview, const struct recorder_event *event)
{
	uint64_t start = event->time_ns;
	int err = add_thread(overview, event->thread);

	if (!err && event->type == RECORDER_FORK)
		err = add_thread(overview, event->fork.thread);
	if (err)
		return err;
	if (event->type == RECORDER_EXIT)
		map__remove(overview->alive, event->thread);
	if (event->type == RECORDER_CALL) {
		overview->calls++;
		for (size_t i = 0; i < event->call.nbufs; i++)
			overview->data_bytes += event->call.bufs[i].len;
		if (!event->call.no_entry)
			start = event->call.enter_ns;
	} else {
		overview->events++;
	}
	if (overview->calls + overview->events == 1 || start < overview->first_ns)
		overview->first_ns = start;
	if (event->time_ns > overview->last_ns)
		overview->last_ns = event->time_ns;
	return 0;
}

static int64_t meta_number(const struct overview *overview, const char *key)
{
	const char *text = recorder_trace__meta(overview->trace, key, NULL);

	return text ? strtoll(text, NULL, 10) : 0;
}

/* Of the first event, in ns since 1970; 0 where the trace has no clocks. */
static uint64_t start_realtime_ns(const struct overview *overview)
{
	uint64_t realtime = (uint64_t)meta_number(overview, "clock.realtime_ns");

	if (!realtime || !overview->last_ns)
		return 0;
	return realtime - (uint64_t)meta_number(overview, "clock.monotonic_ns") +
	       overview->first_ns;
}

/* As the recorded machine's clock on the wall showed it. */
static void format_start(const struct overview *overview, char to[TABLE_CELL])
{
	uint64_t ns = start_realtime_ns(overview);
	long offset = (long)meta_number(overview, "utc_offset");
	time_t seconds = (time_t)(ns / 1000000000) + offset;
	struct tm tm;
	char date[64];

	if (!ns || !gmtime_r(&seconds, &tm) ||
	    !strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &tm)) {
		snprintf(to, TABLE_CELL, "unknown");
		return;
	}
	snprintf(to, TABLE_CELL, "%s.%03u %c%02ld:%02ld", date, (unsigned int)(ns / 1000000 % 1000),
		 offset < 0 ? '-' : '+', labs(offset) / 3600 % 100, labs(offset) / 60 % 60);
}

static uint64_t duration_ns(const struct overview *overview)
{
	return overview->last_ns - overview->first_ns;
}

/* A file's text on a terminal; a list's NULs become spaces. */
static void print_text(const char *text, size_t len, FILE *out)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (!c && i + 1 == len)
			break;
		putc(!c ? ' ' : c < 0x20 || c == 0x7f ? '?' : c, out);
	}
	putc('\n', out);
}

static void print_metadata(const struct overview *overview, FILE *out)
{
	for (size_t i = 0; i < METADATA; i++) {
		size_t len;
		const char *value = recorder_trace__meta(overview->trace, metadata[i].key, &len);

		if (!value || !len || (!strcmp(metadata[i].key, "limit") && !strcmp(value, "0")))
			continue;
		fprintf(out, "%-10s ", metadata[i].title);
		print_text(value, len, out);
	}
}

static void print_totals(const struct overview *overview, const struct recorder_totals *totals,
			 FILE *out)
{
	const char *ending = recorder_trace__ending(overview->trace);
	char text[TABLE_CELL], raw[TABLE_CELL];

	format_start(overview, text);
	fprintf(out, "%-10s %s\n", "start", text);
	format_duration(duration_ns(overview), text);
	fprintf(out, "%-10s %s\n", "duration", text);
	fprintf(out, "%-10s %s\n", "ending",
		totals->finished ? ending
		: totals->torn	 ? "torn"
				 : "not finished");
	fprintf(out, "%-10s %" PRIu64 "\n", "threads", overview->threads);
	fprintf(out, "%-10s %" PRIu64 ", %" PRIu64 " other events\n", "calls", overview->calls,
		overview->events);
	format_size(overview->data_bytes, text);
	fprintf(out, "%-10s %s of the program's memory\n", "data", text);
	format_size(totals->file_bytes, text);
	format_size(totals->raw_bytes, raw);
	fprintf(out, "%-10s %s, %s before compression, %.2f bytes a call\n", "size", text, raw,
		overview->calls ? (double)totals->file_bytes / (double)overview->calls : 0);
}

static void print_counters(const struct overview *overview, FILE *out)
{
	const char *title = "counters";

	for (size_t i = 0; i < COUNTERS; i++) {
		uint64_t value = recorder_trace__counter(overview->trace, counters[i]);

		if (!value)
			continue;
		fprintf(out, "%-10s %s %" PRIu64 "\n", title, counters[i], value);
		title = "";
	}
	if (*title && recorder_trace__ending(overview->trace))
		fprintf(out, "%-10s nothing lost or missed\n", "losses");
}

struct block_rows {
	const struct recorder_totals *totals;
	size_t types[BLOCK_NAMES];
};

static void block_cell(const void *context, size_t row, size_t column, char to[TABLE_CELL])
{
	const struct block_rows *rows = context;
	const struct recorder_totals *totals = rows->totals;
	size_t type = rows->types[row];
	uint64_t stored = totals->stored_by_type[type], raw = totals->raw_by_type[type];

	if (column == 0)
		snprintf(to, TABLE_CELL, "%s", block_names[type]);
	else if (column == 1)
		snprintf(to, TABLE_CELL, "%" PRIu64, totals->blocks_by_type[type]);
	else if (column == 2)
		format_size(stored, to);
	else if (column == 3)
		format_size(raw, to);
	else
		snprintf(to, TABLE_CELL, "%.2f", stored ? (double)raw / (double)stored : 1);
}

static void print_blocks(const struct recorder_totals *totals, FILE *out)
{
	static const struct table_column columns[] = {
		{ "block", true }, { "count", false }, { "stored", false },
		{ "raw", false },  { "ratio", false },
	};
	struct block_rows rows = { .totals = totals };
	struct table table = {
		.columns = columns, .ncolumns = 5, .cell = block_cell, .context = &rows
	};

	for (size_t type = 0; type < BLOCK_NAMES; type++) {
		if (totals->blocks_by_type[type])
			rows.types[table.nrows++] = type;
	}
	putc('\n', out);
	table__print(&table, out);
}

static void task_cell(const void *context, size_t row, size_t column, char to[TABLE_CELL])
{
	const struct recorder_task *task = recorder_trace__task(context, row);

	if (column == 0)
		snprintf(to, TABLE_CELL, "%" PRIu32, task->pid);
	else if (column == 1)
		snprintf(to, TABLE_CELL, "%" PRIu32, task->ppid);
	else if (column == 2)
		snprintf(to, TABLE_CELL, "%" PRIu32, task->uid);
	else if (column == 3)
		snprintf(to, TABLE_CELL, "%zu", task->ntids);
	else if (column == 4)
		snprintf(to, TABLE_CELL, "%zu", task->nfds);
	else if (column == 5)
		snprintf(to, TABLE_CELL, "%s", task->comm);
	else
		snprintf(to, TABLE_CELL, "%s", task->exe);
	make_printable(to);
}

static void print_tasks(const struct overview *overview, FILE *out)
{
	static const struct table_column columns[] = {
		{ "pid", false }, { "ppid", false }, { "uid", false }, { "threads", false },
		{ "fds", false }, { "comm", true },  { "exe", true },
	};
	struct table table = {
		.columns = columns, .ncolumns = 7, .cell = task_cell, .context = overview->trace
	};
	size_t ntasks = 0;

	while (recorder_trace__task(overview->trace, ntasks))
		ntasks++;
	if (!ntasks)
		return;
	table.nrows = ntasks < TASKS_SHOWN ? ntasks : TASKS_SHOWN;
	putc('\n', out);
	table__print(&table, out);
	if (ntasks > TASKS_SHOWN)
		fprintf(out, "and %zu more (--json has all)\n", ntasks - TASKS_SHOWN);
}

void overview__print(const struct overview *overview, FILE *out)
{
	struct recorder_totals totals;

	recorder_trace__totals(overview->trace, &totals);
	print_metadata(overview, out);
	print_totals(overview, &totals, out);
	print_counters(overview, out);
	print_blocks(&totals, out);
	print_tasks(overview, out);
}

static void json_blocks(struct json *json, const struct recorder_totals *totals)
{
	json__open(json, "blocks", '{');
	for (size_t type = 0; type < BLOCK_NAMES; type++) {
		if (!totals->blocks_by_type[type])
			continue;
		json__open(json, block_names[type], '{');
		json__number(json, "count", totals->blocks_by_type[type]);
		json__number(json, "stored", totals->stored_by_type[type]);
		json__number(json, "raw", totals->raw_by_type[type]);
		json__close(json, '}');
	}
	json__close(json, '}');
}

static void json_task(struct json *json, const struct recorder_task *task)
{
	json__open(json, NULL, '{');
	json__number(json, "pid", task->pid);
	json__number(json, "ppid", task->ppid);
	json__number(json, "uid", task->uid);
	json__number(json, "gid", task->gid);
	json__text(json, "comm", task->comm);
	json__text(json, "exe", task->exe);
	json__text(json, "cwd", task->cwd);
	json__text(json, "root", task->root);
	json__text(json, "cgroup", task->cgroup);
	json__list(json, "cmdline", task->cmdline, task->cmdline_len);
	json__open(json, "threads", '[');
	for (size_t i = 0; i < task->ntids; i++)
		json__number(json, NULL, task->tids[i]);
	json__close(json, ']');
	json__open(json, "fds", '[');
	for (size_t i = 0; i < task->nfds; i++) {
		json__open(json, NULL, '{');
		json__signed(json, "fd", task->fds[i].fd);
		json__number(json, "flags", task->fds[i].flags);
		json__number(json, "pos", task->fds[i].pos);
		json__text(json, "target", task->fds[i].target);
		json__close(json, '}');
	}
	json__close(json, ']');
	json__close(json, '}');
}

void overview__print_json(const struct overview *overview, FILE *out)
{
	struct json json = { .out = out };
	const struct recorder_task *task;
	struct recorder_totals totals;

	recorder_trace__totals(overview->trace, &totals);
	json__open(&json, NULL, '{');
	for (size_t i = 0; i < METADATA; i++) {
		size_t len;
		const char *value = recorder_trace__meta(overview->trace, metadata[i].key, &len);

		if (metadata[i].list)
			json__list(&json, metadata[i].key, value, len);
		else
			json__text(&json, metadata[i].key, value);
	}
	json__number(&json, "start_realtime_ns", start_realtime_ns(overview));
	json__number(&json, "start_ns", overview->first_ns);
	json__number(&json, "duration_ns", duration_ns(overview));
	json__number(&json, "calls", overview->calls);
	json__number(&json, "events", overview->events);
	json__number(&json, "threads", overview->threads);
	json__number(&json, "data_bytes", overview->data_bytes);
	json__number(&json, "file_bytes", totals.file_bytes);
	json__number(&json, "raw_bytes", totals.raw_bytes);
	json__bool(&json, "finished", totals.finished);
	json__bool(&json, "torn", totals.torn);
	json__text(&json, "ending", recorder_trace__ending(overview->trace));
	json__open(&json, "counters", '{');
	for (size_t i = 0; i < COUNTERS; i++)
		json__number(&json, counters[i],
			     recorder_trace__counter(overview->trace, counters[i]));
	json__close(&json, '}');
	json_blocks(&json, &totals);
	json__open(&json, "tasks", '[');
	for (size_t i = 0; (task = recorder_trace__task(overview->trace, i)) != NULL; i++)
		json_task(&json, task);
	json__close(&json, ']');
	json__close(&json, '}');
	putc('\n', out);
}
