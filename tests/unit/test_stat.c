/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the reports are made of: histogram, map, JSON, tables, counts by syscall and thread. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/histogram.h"
#include "report/json.h"
#include "report/map.h"
#include "report/summary.h"
#include "report/table.h"

static int compare_numbers(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Every quantile of values of every magnitude is within 1% of the sorted values'. */
static void test_histogram_error(void **state)
{
	static uint64_t values[20000];
	struct histogram histogram = { 0 };
	const size_t n = sizeof(values) / sizeof(values[0]);
	uint64_t random = 1;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		random = random * 6364136223846793005 + 1442695040888963407;
		values[i] = random >> (random >> 7) % 64;
		assert_int_equal(histogram__add(&histogram, values[i]), 0);
	}
	qsort(values, n, sizeof(values[0]), compare_numbers);
	for (unsigned int permille = 1; permille <= 1000; permille++) {
		uint64_t exact = values[(n * permille + 999) / 1000 - 1];
		uint64_t found = histogram__quantile(&histogram, permille);
		uint64_t off = found > exact ? found - exact : exact - found;

		assert_true(off <= exact / 100);
		assert_true(exact >= 128 || !off);
	}
	assert_int_equal(histogram.min, values[0]);
	assert_int_equal(histogram.max, values[n - 1]);
	histogram__clear(&histogram);
}

static void test_histogram_edges(void **state)
{
	struct histogram histogram = { 0 }, other = { 0 };

	(void)state;
	assert_int_equal(histogram__quantile(&histogram, 500), 0);
	assert_int_equal(histogram__add(&histogram, 0), 0);
	assert_int_equal(histogram__quantile(&histogram, 990), 0);
	assert_int_equal(histogram__add(&histogram, UINT64_MAX), 0);
	assert_int_equal(histogram__quantile(&histogram, 500), 0);
	assert_true(histogram__quantile(&histogram, 1000) > UINT64_MAX / 100 * 99);
	assert_int_equal(histogram__add(&other, 77), 0);
	assert_int_equal(histogram__merge(&other, &histogram), 0);
	assert_int_equal(other.count, 3);
	assert_int_equal(histogram__quantile(&other, 500), 77);
	histogram__clear(&histogram);
	histogram__clear(&other);
}

static void test_map(void **state)
{
	struct map *map = map__new(sizeof(uint64_t), 1000);
	uint64_t *value = NULL, sum = 0;

	(void)state;
	for (uint64_t key = 0; key < 1000; key++) {
		value = map__get(map, key << 32);
		assert_non_null(value);
		assert_int_equal(*value, 0);
		*value = key;
	}
	assert_null(map__get(map, 1));
	assert_int_equal(errno, E2BIG);
	for (uint64_t key = 0; key < 1000; key += 2)
		map__remove(map, key << 32);
	map__remove(map, 12345);
	assert_int_equal(map__size(map), 500);
	assert_null(map__find(map, 0));
	for (value = NULL; (value = map__next(map, value)) != NULL; sum += *value)
		assert_int_equal(map__key(value), *value << 32);
	assert_int_equal(sum, 250000);
	map__free(map);
	map__free(NULL);
}

static void test_json(void **state)
{
	char *text = NULL;
	size_t size = 0;
	struct json json = { .out = open_memstream(&text, &size) };

	(void)state;
	json__open(&json, NULL, '{');
	json__text(&json, "a\"b", "x\\\n\x7f\xc3\xa9\xff\xc3");
	json__open(&json, "empty", '[');
	json__close(&json, ']');
	json__list(&json, "list", "one\0two", 8);
	json__list(&json, "none", NULL, 0);
	json__signed(&json, "n", INT64_MIN);
	json__real(&json, "r", 1.25, 1);
	json__bool(&json, "b", true);
	json__close(&json, '}');
	fclose(json.out);
	assert_string_equal(text, "{\"a\\\"b\":\"x\\\\\\u000a\\u007f\xc3\xa9\\ufffd\\ufffd\","
				  "\"empty\":[],\"list\":[\"one\",\"two\"],\"none\":null,"
				  "\"n\":-9223372036854775808,\"r\":1.2,\"b\":true}");
	free(text);
}

static void test_words(void **state)
{
	char text[TABLE_CELL];

	(void)state;
	format_size(1023, text);
	assert_string_equal(text, "1023 B");
	format_size(1536, text);
	assert_string_equal(text, "1.5 KiB");
	format_size((1 << 20) - 1, text);
	assert_string_equal(text, "1.0 MiB");
	format_size(UINT64_MAX, text);
	assert_string_equal(text, "16.0 EiB");
	format_duration(999, text);
	assert_string_equal(text, "999 ns");
	format_duration(1234567, text);
	assert_string_equal(text, "1.23 ms");
	format_duration(3723000000000, text);
	assert_string_equal(text, "1 h 02 min 03 s");
}

static void word_cell(const void *context, size_t row, size_t column, char to[TABLE_CELL])
{
	const char *const(*words)[2] = context;

	snprintf(to, TABLE_CELL, "%s", words[row][column]);
}

static void test_table(void **state)
{
	static const char *const words[][2] = { { "1", "read" },
						{ "12345", "x" },
						{ "12346", "" } };
	static const struct table_column columns[] = { { "n", false }, { "name", true } };
	const struct table table = { .columns = columns,
				     .ncolumns = 2,
				     .nrows = 3,
				     .total = true,
				     .cell = word_cell,
				     .context = words };
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	table__print(&table, out);
	fclose(out);
	assert_string_equal(text, "    n name\n"
				  "----- ----\n"
				  "    1 read\n"
				  "12345 x\n"
				  "----- ----\n"
				  "12346 \n");
	free(text);
}

static const struct recorder_syscall sys_read = { .name = "read" };
static const struct recorder_syscall sys_write = { .name = "write" };

static void add_call(struct summary *summary, const struct recorder_syscall *syscall, uint64_t ns,
		     int64_t ret, const struct recorder_buf *buf)
{
	struct recorder_event event = {
		.type = RECORDER_CALL, .time_ns = 1000 + ns, .thread = 1, .pid = 5, .tid = 5
	};

	event.comm = "cat";
	event.call.enter_ns = 1000;
	event.call.syscall = syscall;
	event.call.nr = 999;
	event.call.ret = ret;
	event.call.bufs = buf;
	event.call.nbufs = buf != NULL;
	assert_int_equal(summary__add(summary, &event), 0);
}

static void test_summary(void **state)
{
	const struct recorder_buf out = { .out = true, .full = 100, .len = 10 };
	const struct recorder_buf in = { .full = 7, .error = EFAULT };
	struct recorder_event exit = {
		.type = RECORDER_EXIT, .thread = 1, .pid = 5, .tid = 5, .exit.status = 9
	};
	struct recorder_event blocked = { .type = RECORDER_CALL, .thread = 2, .pid = 5, .tid = 6 };
	struct summary *summary = summary__new(true);
	const struct summary_syscall *const *syscalls;
	const struct summary_thread *const *threads;

	(void)state;
	add_call(summary, &sys_read, 100, 100, &out);
	add_call(summary, &sys_read, 300, -EAGAIN, NULL);
	add_call(summary, &sys_write, 50, -EFAULT, &in);
	add_call(summary, NULL, 10, -4096, NULL); /* no errno: an address */
	blocked.call.syscall = &sys_read;
	blocked.call.unfinished = true;
	blocked.call.ret = -1;
	assert_int_equal(summary__add(summary, &blocked), 0);
	exit.comm = "cat";
	assert_int_equal(summary__add(summary, &exit), 0);
	assert_int_equal(summary__finish(summary, SUMMARY_TIME), 0);
	assert_int_equal(summary__syscalls(summary, &syscalls), 4);
	assert_string_equal(syscalls[0]->name, "read");
	assert_int_equal(syscalls[0]->counts.calls, 3);
	assert_int_equal(syscalls[0]->counts.errors, 1);
	assert_int_equal(syscalls[0]->counts.untimed, 1);
	assert_int_equal(syscalls[0]->counts.time_ns, 400);
	assert_int_equal(syscalls[0]->counts.bytes_out, 100);
	assert_int_equal(summary_mean_ns(&syscalls[0]->counts), 200);
	assert_string_equal(syscalls[1]->name, "write");
	assert_int_equal(syscalls[1]->counts.bytes_in, 7);
	assert_string_equal(syscalls[2]->name, "syscall_999");
	assert_int_equal(syscalls[2]->counts.errors, 0);
	assert_string_equal(syscalls[3]->name, "total");
	assert_int_equal(syscalls[3]->counts.calls, 5);
	assert_int_equal(syscalls[3]->durations.count, 4);
	assert_int_equal(summary__threads(summary, &threads), 2);
	assert_int_equal(threads[0]->counts.calls, 4);
	assert_int_equal(threads[0]->status, 9);
	assert_true(threads[0]->exited);
	assert_false(threads[1]->exited);
	assert_int_equal(threads[1]->tid, 6);
	summary__free(summary);
}

/* More numbers than rows end in one row, and none is uncounted. */
static void test_summary_bounds(void **state)
{
	struct recorder_event event = { .type = RECORDER_CALL };
	struct summary *summary = summary__new(false);
	const struct summary_syscall *const *syscalls;
	size_t n;

	(void)state;
	for (event.call.nr = 0; event.call.nr < 3 * SUMMARY_SYSCALLS; event.call.nr++)
		assert_int_equal(summary__add(summary, &event), 0);
	assert_int_equal(summary__finish(summary, SUMMARY_CALLS), 0);
	n = summary__syscalls(summary, &syscalls);
	assert_int_equal(n, SUMMARY_SYSCALLS + 2);
	assert_string_equal(syscalls[0]->name, "(others)");
	assert_int_equal(syscalls[0]->counts.calls, 2 * SUMMARY_SYSCALLS);
	assert_int_equal(syscalls[n - 1]->counts.calls, 3 * SUMMARY_SYSCALLS);
	summary__free(summary);
}

static void test_sort_words(void **state)
{
	(void)state;
	assert_int_equal(summary_sort_parse("time"), SUMMARY_TIME);
	assert_int_equal(summary_sort_parse("avg-time"), SUMMARY_MEAN);
	assert_int_equal(summary_sort_parse("nothing"), SUMMARY_NONE);
	assert_int_equal(summary_sort_parse("tim"), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_histogram_error),
		cmocka_unit_test(test_histogram_edges),
		cmocka_unit_test(test_map),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_summary),
		cmocka_unit_test(test_summary_bounds),
		cmocka_unit_test(test_sort_words),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
