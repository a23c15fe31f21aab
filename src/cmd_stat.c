/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* recorder stat: counts, times and bytes by syscall and by thread. */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "cmd.h"
#include "report/reading.h"
#include "report/json.h"
#include "report/summary.h"
#include "report/table.h"

struct stat_options {
	const char *path;
	enum summary_sort sort;
	bool threads;
	bool json;
};

static const char stat_doc[] =
	"Where the time and the bytes of a trace went, by syscall.\v"
	"KEY is time (default), mean, p50, p99, max, calls, errors, name, bytes, in, out or none; "
	"the words of strace -S hold too. Times are from entry to exit, waiting included, as with "
	"strace -w -c; mean and percentiles are in microseconds, the latter exact to 0.8%. Bytes "
	"in are what the kernel read from the program's memory, bytes out what it wrote there. "
	"Calls that did not return, or whose entry was not seen, count as calls without time.\n\n"
	"FILE - is standard input. Exit status: 0; 1 FILE cannot be read; 2 usage; 3 damaged; "
	"4 not finished.";

static const struct argp_option stat_argp_options[] = {
	{ "sort", 'S', "KEY", 0, "Sort by KEY, greatest first", 0 },
	{ "threads", 't', NULL, 0, "A table of threads too", 0 },
	{ "json", 'j', NULL, 0, "One JSON object (times in ns)", 0 },
	{ 0 },
};

static error_t parse_stat(int key, char *arg, struct argp_state *state)
{
	struct stat_options *options = state->input;
	int sort;

	switch (key) {
	case 'S':
		sort = summary_sort_parse(arg);
		if (sort < 0)
			argp_error(state, "--sort=%s: no such key", arg);
		options->sort = (enum summary_sort)sort;
		return 0;
	case 't':
		options->threads = true;
		return 0;
	case 'j':
		options->json = true;
		return 0;
	default:
		return reading__parse(key, arg, state, &options->path);
	}
}

struct syscall_rows {
	const struct summary_syscall *const *rows;
	double total_ns;
};

/* Of calls without a time nothing is known of what they took. */
static bool has_time(const struct summary_counts *counts)
{
	return counts->calls > counts->untimed;
}

static void syscall_cell(const void *context, size_t row, size_t column, char to[TABLE_CELL])
{
	const struct syscall_rows *rows = context;
	const struct summary_syscall *syscall = rows->rows[row];
	const struct summary_counts *counts = &syscall->counts;
	double time = (double)counts->time_ns;

	to[0] = '\0';
	if (column <= 4 && !has_time(counts))
		strcpy(to, "-");
	else if (column == 0)
		snprintf(to, TABLE_CELL, "%.2f",
			 rows->total_ns > 0 ? time * 100 / rows->total_ns : 0);
	else if (column == 1)
		snprintf(to, TABLE_CELL, "%.6f", time / 1e9);
	else if (column == 2)
		snprintf(to, TABLE_CELL, "%.1f", summary_mean_ns(counts) / 1e3);
	else if (column == 3 || column == 4)
		snprintf(to, TABLE_CELL, "%.1f",
			 (double)histogram__quantile(&syscall->durations, column == 3 ? 500 : 990) /
				 1e3);
	else if (column == 5)
		snprintf(to, TABLE_CELL, "%" PRIu64, counts->calls);
	else if (column == 6 && counts->errors)
		snprintf(to, TABLE_CELL, "%" PRIu64, counts->errors);
	else if (column == 7 && counts->bytes_in)
		snprintf(to, TABLE_CELL, "%" PRIu64, counts->bytes_in);
	else if (column == 8 && counts->bytes_out)
		snprintf(to, TABLE_CELL, "%" PRIu64, counts->bytes_out);
	else if (column == 9)
		snprintf(to, TABLE_CELL, "%s", syscall->name);
	make_printable(to);
}

static void print_syscalls(const struct summary *summary)
{
	static const struct table_column columns[] = {
		{ "% time", false }, { "seconds", false },  { "usecs/call", false },
		{ "p50", false },    { "p99", false },	    { "calls", false },
		{ "errors", false }, { "bytes in", false }, { "bytes out", false },
		{ "syscall", true },
	};
	struct syscall_rows rows;
	struct table table = {
		.columns = columns,
		.ncolumns = sizeof(columns) / sizeof(columns[0]),
		.nrows = summary__syscalls(summary, &rows.rows),
		.total = true,
		.cell = syscall_cell,
		.context = &rows,
	};

	rows.total_ns = (double)rows.rows[table.nrows - 1]->counts.time_ns;
	table__print(&table, stdout);
}

static void thread_end(const struct summary_thread *thread, char to[TABLE_CELL])
{
	int status = (int)thread->status;

	if (!thread->exited)
		snprintf(to, TABLE_CELL, "-");
	else if (WIFSIGNALED(status))
		snprintf(to, TABLE_CELL, "signal %d", WTERMSIG(status));
	else
		snprintf(to, TABLE_CELL, "%d", WEXITSTATUS(status));
}

static void thread_cell(const void *context, size_t row, size_t column, char to[TABLE_CELL])
{
	const struct summary_thread *const *rows = context;
	const struct summary_thread *thread = rows[row];
	const struct summary_counts *counts = &thread->counts;

	to[0] = '\0';
	if (column == 0)
		snprintf(to, TABLE_CELL, "%" PRIu32, thread->pid);
	else if (column == 1)
		snprintf(to, TABLE_CELL, "%" PRIu32, thread->tid);
	else if (column == 2 && !has_time(counts))
		strcpy(to, "-");
	else if (column == 2)
		snprintf(to, TABLE_CELL, "%.6f", (double)counts->time_ns / 1e9);
	else if (column == 3)
		snprintf(to, TABLE_CELL, "%" PRIu64, counts->calls);
	else if (column == 4 && counts->errors)
		snprintf(to, TABLE_CELL, "%" PRIu64, counts->errors);
	else if (column == 5 && counts->bytes_in)
		snprintf(to, TABLE_CELL, "%" PRIu64, counts->bytes_in);
	else if (column == 6 && counts->bytes_out)
		snprintf(to, TABLE_CELL, "%" PRIu64, counts->bytes_out);
	else if (column == 7)
		thread_end(thread, to);
	else if (column == 8)
		snprintf(to, TABLE_CELL, "%s", thread->comm);
	make_printable(to);
}

static void print_threads(const struct summary *summary)
{
	static const struct table_column columns[] = {
		{ "pid", false },	{ "tid", false },    { "seconds", false },
		{ "calls", false },	{ "errors", false }, { "bytes in", false },
		{ "bytes out", false }, { "exit", false },   { "comm", true },
	};
	const struct summary_thread *const *rows;
	struct table table = {
		.columns = columns,
		.ncolumns = sizeof(columns) / sizeof(columns[0]),
		.nrows = summary__threads(summary, &rows),
		.cell = thread_cell,
	};

	table.context = rows;
	putchar('\n');
	table__print(&table, stdout);
}

static void json_counts(struct json *json, const struct summary_counts *counts)
{
	json__number(json, "calls", counts->calls);
	json__number(json, "errors", counts->errors);
	json__number(json, "untimed", counts->untimed);
	if (has_time(counts))
		json__number(json, "time_ns", counts->time_ns);
	else
		json__null(json, "time_ns");
	json__number(json, "bytes_in", counts->bytes_in);
	json__number(json, "bytes_out", counts->bytes_out);
}

static void json_syscall(struct json *json, const char *key, const struct summary_syscall *syscall)
{
	static const char *const times[] = { "mean_ns", "min_ns", "p50_ns", "p99_ns", "max_ns" };

	json__open(json, key, '{');
	if (!key)
		json__text(json, "syscall", syscall->name);
	json_counts(json, &syscall->counts);
	if (has_time(&syscall->counts)) {
		json__real(json, "mean_ns", summary_mean_ns(&syscall->counts), 1);
		json__number(json, "min_ns", syscall->durations.min);
		json__number(json, "p50_ns", histogram__quantile(&syscall->durations, 500));
		json__number(json, "p99_ns", histogram__quantile(&syscall->durations, 990));
		json__number(json, "max_ns", syscall->durations.max);
	} else {
		for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++)
			json__null(json, times[i]);
	}
	json__close(json, '}');
}

static void json_thread(struct json *json, const struct summary_thread *thread)
{
	int status = (int)thread->status;

	json__open(json, NULL, '{');
	json__number(json, "pid", thread->pid);
	json__number(json, "tid", thread->tid);
	json__text(json, "comm", thread->comm);
	json_counts(json, &thread->counts);
	if (thread->exited && !WIFSIGNALED(status))
		json__signed(json, "exit", WEXITSTATUS(status));
	else
		json__null(json, "exit");
	if (thread->exited && WIFSIGNALED(status))
		json__signed(json, "signal", WTERMSIG(status));
	else
		json__null(json, "signal");
	json__close(json, '}');
}

static void print_stat_json(const struct summary *summary, bool with_threads)
{
	struct json json = { .out = stdout };
	const struct summary_syscall *const *syscalls;
	const struct summary_thread *const *threads;
	size_t nsyscalls = summary__syscalls(summary, &syscalls);
	size_t nthreads = summary__threads(summary, &threads);

	json__open(&json, NULL, '{');
	json_syscall(&json, "total", syscalls[nsyscalls - 1]);
	json__open(&json, "syscalls", '[');
	for (size_t i = 0; i + 1 < nsyscalls; i++)
		json_syscall(&json, NULL, syscalls[i]);
	json__close(&json, ']');
	if (with_threads) {
		json__open(&json, "threads", '[');
		for (size_t i = 0; i < nthreads; i++)
			json_thread(&json, threads[i]);
		json__close(&json, ']');
	}
	json__close(&json, '}');
	putchar('\n');
}

static int add_event(void *context, const struct recorder_event *event)
{
	return summary__add(context, event);
}

static int print_stat(const struct stat_options *options, struct summary *summary)
{
	int err = summary__finish(summary, options->sort);

	if (err)
		return fail(READ_FAILED, "%s", strerror(-err));
	if (options->json) {
		print_stat_json(summary, options->threads);
	} else {
		print_syscalls(summary);
		if (options->threads)
			print_threads(summary);
	}
	return reading__flush();
}

int cmd_stat(int argc, char **argv)
{
	static const struct argp argp = {
		stat_argp_options, parse_stat, "FILE", stat_doc, NULL, NULL, NULL
	};
	struct stat_options options = { .sort = SUMMARY_TIME };
	struct recorder_trace *trace;
	struct summary *summary;
	struct reading reading;
	int status;

	argp_err_exit_status = READ_USAGE;
	argv[0] = (char *)"recorder stat";
	argp_parse(&argp, argc, argv, 0, NULL, &options);
	trace = reading__open(options.path);
	if (!trace)
		return reading__open_status(errno);
	summary = summary__new(options.threads);
	if (!summary) {
		status = fail(READ_FAILED, "%s", strerror(errno));
		goto out;
	}
	status = READ_FAILED;
	if (!reading__read(&reading, trace, options.path, add_event, summary))
		status = print_stat(&options, summary);
	if (status == READ_OK || reading.error)
		status = reading__status(&reading, trace, options.path);
out:
	summary__free(summary);
	recorder_trace__free(trace);
	return status;
}
