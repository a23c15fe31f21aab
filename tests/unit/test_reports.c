/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* stat, info and verify over trace files made by hand: exit status and exact output. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#undef fail /* also a function of the program */
#include "builder.h"
#include "cmd.h"
#include "recorder.h"

typedef int command(int argc, char **argv);

struct files {
	char trace[64], out[64];
};

static int set_up(void **state)
{
	struct files *files = calloc(1, sizeof(*files));
	int fd;

	strcpy(files->trace, "/tmp/test_reports.XXXXXX");
	fd = mkstemp(files->trace);
	close(fd);
	strcpy(files->out, "/tmp/test_reports.XXXXXX");
	fd = mkstemp(files->out);
	close(fd);
	*state = files;
	return fd < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
	struct files *files = *state;

	unlink(files->trace);
	unlink(files->out);
	free(files);
	return 0;
}

static void put_thread(struct builder *b)
{
	struct build_events events = { .nthreads = 1 };

	build_other(&events, RECORDER_THREAD, 0, 9000);
	put_string(&events.columns[COLUMN_OTHER], "cat");
	put_events(b, 0, &events, false);
}

/* It read, opened in vain, lost 3 calls, and was killed in a read. */
static void put_calls(struct builder *b)
{
	const struct build_piece piece = {
		.flags = 1 | 2 | 16, .arg = 1, .addr = 0x1000, .full = 5, .bytes = "hello", .len = 5
	};
	struct build_events events = { .nthreads = 1 };
	struct build_call call = { .time = 11000,
				   .duration = 1000,
				   .ret = 5,
				   .nargs = 3,
				   .npieces = 1,
				   .args = { 3, 0x1000, 8 },
				   .pieces = &piece };

	build_call(&events, &call);
	call = (struct build_call){
		.time = 21000, .duration = 3000, .seq = 1, .nr = 257, .ret = -2
	};
	build_call(&events, &call);
	call = (struct build_call){ .time = 31000, .flags = 2, .seq = 5, .ret = 0 };
	build_call(&events, &call);
	call = (struct build_call){ .time = 41000, .duration = 5, .flags = 1, .seq = 6 };
	build_call(&events, &call);
	build_other(&events, RECORDER_EXIT, 0, 41000);
	put_varint(&events.columns[COLUMN_OTHER], 7);
	put_varint(&events.columns[COLUMN_OTHER], 9);
	put_events(b, 0, &events, true);
	put_sync(b, 50000);
}

static void write_trace(const struct files *files, const struct builder *b, size_t n)
{
	FILE *file = fopen(files->trace, "w");

	assert_int_equal(fwrite(b->bytes, 1, n, file), n);
	fclose(file);
}

static void put_trace(struct builder *b)
{
	put_file_header(b);
	put_preamble(b);
	put_thread(b);
	put_calls(b);
}

/* What the command says on standard output, or on both; the caller frees it. */
static char *run(const struct files *files, command *command, const char *option, bool errors,
		 int status)
{
	char *argv[] = { (char *)"command", (char *)option, (char *)files->trace, NULL };
	int out = dup(1), err = dup(2), fd = open(files->out, O_RDWR | O_TRUNC);
	char *text = calloc(1, 65536);
	int found;

	fflush(stdout);
	dup2(fd, 1);
	dup2(errors ? fd : open("/dev/null", O_WRONLY), 2);
	found = command(3, argv);
	fflush(stdout);
	dup2(out, 1);
	dup2(err, 2);
	close(out);
	close(err);
	assert_true(pread(fd, text, 65535, 0) >= 0);
	close(fd);
	if (found != status)
		print_message("# exit status %d, said: %s\n", found, text);
	assert_int_equal(found, status);
	return text;
}

static void expect(const struct files *files, command *command, const char *option, int status,
		   const char *said)
{
	char *text = run(files, command, option, false, status);

	assert_string_equal(text, said);
	free(text);
}

static void expect_part(const struct files *files, command *command, const char *option, int status,
			const char *said)
{
	char *text = run(files, command, option, true, status);

	if (!strstr(text, said))
		print_message("# said: %s\n", text);
	assert_non_null(strstr(text, said));
	free(text);
}

static void test_stat(void **state)
{
	struct files *files = *state;
	struct builder b = { 0 };

	put_trace(&b);
	put_end(&b);
	write_trace(files, &b, b.n);
	expect(files, cmd_stat, "--threads", READ_OK,
	       "% time  seconds usecs/call p50 p99 calls errors bytes in bytes out syscall\n"
	       "------ -------- ---------- --- --- ----- ------ -------- --------- -------\n"
	       " 75.00 0.000003        3.0 3.0 3.0     1      1                    openat\n"
	       " 25.00 0.000001        1.0 1.0 1.0     3                         5 read\n"
	       "------ -------- ---------- --- --- ----- ------ -------- --------- -------\n"
	       "100.00 0.000004        2.0 1.0 3.0     4      1                  5 total\n"
	       "\n"
	       "pid tid  seconds calls errors bytes in bytes out     exit comm\n"
	       "--- --- -------- ----- ------ -------- --------- -------- ----\n"
	       "100 100 0.000004     4      1                  5 signal 9 cat\n");
	expect_part(files, cmd_stat, "--sort=name", READ_OK, "openat\n");
	expect(files, cmd_stat, "--json", READ_OK,
	       "{\"total\":{\"calls\":4,\"errors\":1,\"untimed\":2,\"time_ns\":4000,\"bytes_in\":0,"
	       "\"bytes_out\":5,\"mean_ns\":2000.0,\"min_ns\":1000,\"p50_ns\":1004,"
	       "\"p99_ns\":2992,\"max_ns\":3000},\"syscalls\":[{\"syscall\":\"openat\","
	       "\"calls\":1,\"errors\":1,\"untimed\":0,\"time_ns\":3000,\"bytes_in\":0,"
	       "\"bytes_out\":0,\"mean_ns\":3000.0,\"min_ns\":3000,\"p50_ns\":3000,"
	       "\"p99_ns\":3000,\"max_ns\":3000},{\"syscall\":\"read\",\"calls\":3,\"errors\":0,"
	       "\"untimed\":2,\"time_ns\":1000,\"bytes_in\":0,\"bytes_out\":5,"
	       "\"mean_ns\":1000.0,\"min_ns\":1000,\"p50_ns\":1000,\"p99_ns\":1000,"
	       "\"max_ns\":1000}]}\n");
	builder__free(&b);
}

static void test_verify(void **state)
{
	struct files *files = *state;
	struct builder b = { 0 };

	put_trace(&b);
	put_end(&b);
	write_trace(files, &b, b.n);
	expect(files, cmd_verify, "-q", VERIFY_INCOMPLETE,
	       "incomplete: 3 calls lost in 1 thread\n");
	expect_part(
		files, cmd_verify, "--json", VERIFY_INCOMPLETE,
		"\"losses\":[{\"thread\":1,\"pid\":100,\"tid\":100,\"comm\":\"cat\",\"lost\":3}]");
	builder__free(&b);
}

/* A file that was not finished, one that is torn, and ones that are damaged. */
static void test_cut_off(void **state)
{
	struct files *files = *state;
	struct builder b = { 0 };
	size_t events;

	put_file_header(&b);
	put_preamble(&b);
	put_thread(&b);
	events = b.n;
	put_calls(&b);
	write_trace(files, &b, b.n);
	expect(files, cmd_verify, "-q", VERIFY_INCOMPLETE,
	       "not finished: 4 calls of 1 thread up to there, 3 calls lost in 1 thread\n");
	expect_part(files, cmd_stat, "--sort=time", READ_TORN, "not finished");
	expect_part(files, cmd_info, "--json", READ_TORN, "\"finished\":false,\"torn\":false");
	write_trace(files, &b, b.n - 1);
	expect_part(files, cmd_verify, "--json", VERIFY_INCOMPLETE, "\"torn\":true");
	expect_part(files, cmd_info, "--json", READ_TORN, "torn: it ends inside a block");
	b.bytes[events + BLOCK_HEADER_SIZE] ^= 1;
	put_end(&b);
	write_trace(files, &b, b.n);
	expect_part(files, cmd_verify, "--json", VERIFY_DAMAGED, "\"verdict\":\"damaged\"");
	expect_part(files, cmd_stat, "--json", READ_DAMAGED, "damaged: ");
	b.bytes[FORMAT_HEADER_SIZE + BLOCK_HEADER_SIZE] ^= 1;
	write_trace(files, &b, b.n);
	expect_part(files, cmd_verify, "-q", VERIFY_DAMAGED, "damaged");
	builder__free(&b);
}

static void test_refused(void **state)
{
	struct files *files = *state;
	const struct builder text = { .bytes = (uint8_t *)"#!/bin/sh\nexit 0 # no trace", .n = 27 };

	write_trace(files, &text, text.n);
	expect_part(files, cmd_verify, "-q", VERIFY_FAILED, "not a trace");
	expect_part(files, cmd_stat, "--json", READ_FAILED, "not a trace");
	unlink(files->trace);
	expect_part(files, cmd_verify, "-q", VERIFY_FAILED, "No such file or directory");
	expect_part(files, cmd_info, "--json", READ_FAILED, "No such file or directory");
}

/* A disk that is full is no success. */
static void test_full(void **state)
{
	struct files *files = *state;
	char *argv[] = { (char *)"command", files->trace, NULL };
	struct builder b = { 0 };
	int out = dup(1), err = dup(2), full = open("/dev/full", O_WRONLY), status[3];

	put_trace(&b);
	put_end(&b);
	write_trace(files, &b, b.n);
	fflush(stdout);
	dup2(full, 1);
	dup2(full, 2);
	status[0] = cmd_stat(2, argv);
	status[1] = cmd_info(2, argv);
	status[2] = cmd_verify(2, argv);
	clearerr(stdout);
	clearerr(stderr);
	dup2(out, 1);
	dup2(err, 2);
	close(full);
	close(out);
	close(err);
	assert_int_equal(status[0], READ_FAILED);
	assert_int_equal(status[1], READ_FAILED);
	assert_int_equal(status[2], VERIFY_FAILED);
	builder__free(&b);
}

static void test_info(void **state)
{
	struct files *files = *state;
	struct builder b = { 0 };

	put_trace(&b);
	put_end(&b);
	write_trace(files, &b, b.n);
	expect_part(files, cmd_info, "--json", READ_OK, "\"command\":[\"ls\",\"-l\"]");
	expect_part(
		files, cmd_info, "--json", READ_OK,
		"\"start_ns\":9000,\"duration_ns\":32000,\"calls\":4,\"events\":2,\"threads\":1,"
		"\"data_bytes\":5,");
	expect_part(files, cmd_info, "--json", READ_OK, "\"counters\":{\"lost_calls\":3,");
	builder__free(&b);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_stat),    TEST(test_verify), TEST(test_cut_off),
		TEST(test_refused), TEST(test_full),   TEST(test_info),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
