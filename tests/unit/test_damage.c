/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a reader makes of traces that are cut, damaged or made to harm it: it says so, goes on, and
 * invents nothing. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "builder.h"
#include "dump.h"
#include "recorder.h"

static void put_end_event(struct build_events *events, uint64_t time)
{
	build_other(events, RECORDER_END, 0, time);
	put_varint(&events->columns[COLUMN_OTHER], time);
}

/* Two epochs: calls with data, and the end of a thread. */
static struct builder build_trace(void)
{
	const struct build_piece pieces[] = {
		{ .flags = 0x13, .arg = 1, .addr = 0x1000, .full = 5, .bytes = "hello", .len = 5 },
		{ .flags = 0x05, .arg = 1, .addr = 0x1005, .full = 4, .error = EFAULT },
	};
	const struct build_piece fill = {
		.flags = 0x11, .arg = 1, .addr = 0x1005, .full = 4, .bytes = "late", .len = 4
	};
	struct build_call call = { .time = 10,
				   .duration = 3,
				   .nargs = 3,
				   .args = { 3, 0x1000, 9 },
				   .npieces = 2,
				   .pieces = pieces };
	struct build_events events = { .nthreads = 2 };
	struct builder b = { 0 }, payload = { 0 };

	put_file_header(&b);
	put_preamble(&b);
	for (int i = 0; i < 4; i++, call.seq++, call.time += 10)
		build_call(&events, &call);
	put_events(&b, 0, &events, true);
	put_data_entry(&payload, 1, 2, 2, &fill, 1);
	put_block(&b, BLOCK_DATA, 0, &payload, false);
	put_sync(&b, 99);
	put_end_event(&events, 100);
	put_events(&b, 1, &events, false);
	put_sync(&b, 200);
	put_end(&b);
	return b;
}

/* Every event of text is one of all, in order. (Of its buffers, one may be missing here that a lost
 * block fills.) */
static void assert_invents_nothing(char *text, const char *all)
{
	const char *at = all;
	char *rest = text, *line;

	while ((line = strsep(&rest, "\n")) && *line) {
		if (*line < '0' || *line > '9')
			continue;
		at = strstr(at, line);
		if (!at)
			fail_msg("%s", line);
	}
}

static void test_cut_everywhere(void **state)
{
	struct builder b = build_trace();
	char *all = dump_bytes(b.bytes, b.n);

	(void)state;
	for (size_t n = 0; n < b.n; n++) {
		char *text = dump_bytes(b.bytes, n), *piped = dump_piped(b.bytes, n);

		assert_string_equal(text, piped);
		if (n < FORMAT_HEADER_SIZE)
			assert_string_equal(text, "open: EMEDIUMTYPE\n");
		else
			assert_non_null(strstr(text, "ENODATA: "));
		assert_invents_nothing(text, all);
		free(text);
		free(piped);
	}
	free(all);
	builder__free(&b);
}

static void test_flip_everywhere(void **state)
{
	struct builder b = build_trace();
	char *all = dump_bytes(b.bytes, b.n);

	(void)state;
	for (size_t i = 0; i < b.n * 8; i++) {
		char *text;

		b.bytes[i / 8] ^= 1 << i % 8;
		text = dump_bytes(b.bytes, b.n);
		/* The format's revision may be greater; nothing else may change unseen. */
		if (i / 8 < 10 || i / 8 > 11)
			assert_string_not_equal(text, all);
		assert_invents_nothing(text, all);
		b.bytes[i / 8] ^= 1 << i % 8;
		free(text);
	}
	free(all);
	builder__free(&b);
}

static void check_trace(struct builder *b, const char *expected)
{
	char *text = dump_bytes(b->bytes, b->n), *piped = dump_piped(b->bytes, b->n);

	assert_string_equal(text, expected);
	assert_string_equal(piped, expected);
	free(text);
	free(piped);
	builder__free(b);
}

static void test_headers(void **state)
{
	struct builder b = { 0 };

	(void)state;
	check_trace(&b, "open: EMEDIUMTYPE\n");
	put_bytes(&b, "#!/bin/sh\necho this is no trace\n", 32);
	check_trace(&b, "open: EMEDIUMTYPE\n");
	put_file_header(&b);
	b.bytes[8] = 2;
	check_trace(&b, "open: EPROTONOSUPPORT\n");
	put_file_header(&b);
	b.bytes[13] = 1;
	check_trace(&b, "open: EBADMSG\n");
	put_file_header(&b);
	check_trace(&b, "ENODATA: the recording was not finished: no END block at offset 16\n");
	assert_null(recorder_trace__open("/nonexistent/trace"));
	assert_int_equal(errno, ENOENT);
	assert_null(recorder_trace__open("/"));
	assert_int_equal(errno, EISDIR);
}

static struct builder begin(void)
{
	struct builder b = { 0 };

	put_file_header(&b);
	put_preamble(&b);
	return b;
}

/* An END event in a block of its own, to see that reading goes on. */
static void put_good_block(struct builder *b, uint64_t time)
{
	struct build_events events = { .nthreads = 1 };

	put_end_event(&events, time);
	put_events(b, 0, &events, false);
}

#define GOOD(time) #time " cpu 0 thread 1 100/100 [] end " #time "\n"

/* An EVENTS block between two good ones: damage, told once, and the good ones are there. */
static void check_bad_events(struct builder *payload, const char *before, const char *fault)
{
	struct builder b = begin();
	char *expected;
	size_t offset;

	put_good_block(&b, 10);
	offset = b.n;
	put_block(&b, BLOCK_EVENTS, 0, payload, true);
	put_good_block(&b, 30);
	put_end(&b);
	if (asprintf(&expected, GOOD(10) "%sdamage: block at offset %zu: %s\n" GOOD(30), before,
		     offset, fault) < 0)
		abort();
	check_trace(&b, expected);
	free(expected);
}

/* An event of a good block is made bad in one column: index counts its bytes. */
static void check_bad_column(int column, const void *bytes, size_t n, const char *fault)
{
	const struct build_piece piece = {
		.flags = 0x13, .arg = 0, .full = 1, .bytes = "x", .len = 1
	};
	const struct build_call call = { .time = 20, .nargs = 1, .npieces = 1, .pieces = &piece };
	struct build_events events = { .nthreads = 1 };
	struct builder payload = { 0 };

	put_end_event(&events, 20);
	build_call(&events, &call);
	events.columns[column].n = column < COLUMN_NR ? 1 : 0;
	put_bytes(&events.columns[column], bytes, n);
	finish_events(&events, &payload);
	check_bad_events(&payload, GOOD(20), fault);
}

#define BAD_COLUMN(column, bytes, fault) check_bad_column(column, bytes, sizeof(bytes) - 1, fault)

static void test_malformed_columns(void **state)
{
	(void)state;
	BAD_COLUMN(COLUMN_KIND, "\x41", "reserved flags of a call are set");
	BAD_COLUMN(COLUMN_KIND, "\x19", "reserved flags of an event are set");
	BAD_COLUMN(COLUMN_KIND, "\x02", "an event has a reserved type");
	BAD_COLUMN(COLUMN_KIND, "\x0f", "an event has a reserved type");
	BAD_COLUMN(COLUMN_THREAD, "\x02", "an event's thread is not in its list");
	BAD_COLUMN(COLUMN_THREAD, "\x01", "an event's thread is not in its list");
	BAD_COLUMN(COLUMN_THREAD, "", "a column of events ends early");
	BAD_COLUMN(COLUMN_TIME, "\x80", "a column of events ends early");
	BAD_COLUMN(COLUMN_NR, "\x01", "a syscall number is out of range");
	BAD_COLUMN(COLUMN_NR, "\x80\x80\x80\x80\x20", "a syscall number is out of range");
	BAD_COLUMN(COLUMN_NR, "", "a column of calls ends early");
	BAD_COLUMN(COLUMN_SEQ, "", "a column of calls ends early");
	BAD_COLUMN(COLUMN_DURATION, "\x15", "a call begins before time does");
	BAD_COLUMN(COLUMN_RET, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02",
		   "a column of calls ends early");
	BAD_COLUMN(COLUMN_ARGS, "\x07", "a call has more than six arguments");
	BAD_COLUMN(COLUMN_ARGS, "\x02\x02", "a column of calls ends early");
	BAD_COLUMN(COLUMN_COUNT, "", "a column of calls ends early");
	BAD_COLUMN(COLUMN_COUNT, "\xff\xff\xff\xff\x0f", "a piece of memory is malformed");
	BAD_COLUMN(COLUMN_PIECES, "\x33\x00\x00\x01\x00", "a piece of memory is malformed");
	BAD_COLUMN(COLUMN_PIECES, "\x13\x06\x00\x01\x00", "a piece of memory is malformed");
	BAD_COLUMN(COLUMN_PIECES, "\x13\x00\x00\x01\x02", "a piece of memory is malformed");
	BAD_COLUMN(COLUMN_PIECES, "\x03\x00\x00\x01\x80\x20", "a piece of memory is malformed");
	BAD_COLUMN(COLUMN_BYTES, "", "a piece of memory is malformed");
}

static void test_malformed_payloads(void **state)
{
	struct build_events events = { .nthreads = 1 };
	struct builder payload = { 0 };

	(void)state;
	put_varint(&payload, 1);
	check_bad_events(&payload, "", "its thread list is cut");
	put_bytes(&payload, "\x01\x01\x02\x01\x01\x01\x00", 7);
	check_bad_events(&payload, "", "its thread list is cut");
	put_bytes(&payload, "\x01\x01\x01\x01\x01\x01\x80\x02", 8);
	check_bad_events(&payload, "", "its thread list is malformed");
	put_bytes(&payload, "\x01\x01\x00\x02", 4);
	check_bad_events(&payload, "", "a column is cut");
	put_bytes(&payload, "\x01\x01\x00\0\0\0\0\0\0\0\0\0\0\0\0", 15);
	check_bad_events(&payload, "", "its number of events is wrong");
	finish_events(&events, &payload);
	check_bad_events(&payload, "", "its number of events is wrong");
	put_end_event(&events, 20);
	finish_events(&events, &payload);
	put_u8(&payload, 0);
	check_bad_events(&payload, "", "bytes follow its columns");
	put_end_event(&events, 20);
	put_u8(&events.columns[COLUMN_RET], 0);
	finish_events(&events, &payload);
	check_bad_events(&payload, GOOD(20), "a column goes on after the last event");
	build_other(&events, RECORDER_RENAME, 0, 20);
	put_string(&events.columns[COLUMN_OTHER], "sixteen-bytes-ah");
	finish_events(&events, &payload);
	check_bad_events(&payload, "", "the name of a thread is too long");
}

/* Events that go back in time are reported once, and handed out. */
static void test_time_goes_back(void **state)
{
	struct build_events events = { .nthreads = 1 };
	struct builder b = begin();
	char *expected;

	(void)state;
	if (asprintf(&expected,
		     GOOD(20) "damage: block at offset %zu: its events go back in time\n" GOOD(19)
			     GOOD(18) GOOD(25),
		     b.n) < 0)
		abort();
	put_end_event(&events, 20);
	put_end_event(&events, 19);
	put_end_event(&events, 18);
	put_end_event(&events, 25);
	put_events(&b, 0, &events, false);
	put_end(&b);
	check_trace(&b, expected);
	free(expected);
}

/* A block of that type between good ones. */
static void check_bad_block(unsigned int type, const void *bytes, size_t n, const char *fault)
{
	struct builder b = begin(), payload = { 0 };
	char *expected;
	size_t offset;

	put_good_block(&b, 10);
	offset = b.n;
	put_bytes(&payload, bytes, n);
	put_block(&b, type, 0, &payload, false);
	put_good_block(&b, 30);
	put_sync(&b, 40);
	put_end(&b);
	if (asprintf(&expected, "damage: block at offset %zu: %s\n" GOOD(10) GOOD(30), offset,
		     fault) < 0)
		abort();
	check_trace(&b, expected);
	free(expected);
}

#define BAD_BLOCK(type, bytes, fault) check_bad_block(type, bytes, sizeof(bytes) - 1, fault)

static void test_malformed_blocks(void **state)
{
	(void)state;
	BAD_BLOCK(BLOCK_META, "\x05key", "its payload is malformed");
	BAD_BLOCK(BLOCK_META, "\x01k", "its payload is malformed");
	BAD_BLOCK(BLOCK_TASK, "\1\1\1\1\1\0\0\0\0\0\0\xff\xff\xff\xff\x0f",
		  "its payload is malformed");
	BAD_BLOCK(BLOCK_TASK, "\1\1\1\1\1\0\0\0\0\0\0\0\0\0\0\0", "its payload is malformed");
	BAD_BLOCK(BLOCK_SYNC, "\1\1\1\1\1\1\1", "its payload is malformed");
	BAD_BLOCK(BLOCK_DATA, "\1\1\0\1", "malformed data");
	BAD_BLOCK(BLOCK_DATA, "\1\1\3\0", "malformed data");
	BAD_BLOCK(BLOCK_DATA, "\1\1\x08\0", "malformed data");
	BAD_BLOCK(BLOCK_DATA, "\1\1\0\1\x13\0\0\5\0four", "malformed data");
}

/* The header of the first EVENTS block with one byte changed, and a checksum that is right all the
 * same. */
static void check_header_byte(size_t at, uint8_t value, const char *fault)
{
	struct builder b = begin();
	size_t offset = b.n, size;
	char *expected, *text;

	put_good_block(&b, 10);
	size = b.n - offset;
	put_good_block(&b, 20);
	put_sync(&b, 30);
	put_end(&b);
	b.bytes[offset + at] = value;
	seal_block(b.bytes + offset, size);
	/* Damage before the first event is a failure to open; behind one it is told by next(). */
	text = dump_bytes(b.bytes, b.n);
	assert_string_equal(text, "open: EBADMSG\n");
	free(text);
	builder__free(&b);

	b = begin();
	put_good_block(&b, 5);
	offset = b.n;
	put_good_block(&b, 10);
	b.bytes[offset + at] = value;
	seal_block(b.bytes + offset, b.n - offset);
	if (asprintf(&expected, "damage: block at offset %zu: %s\n", offset, fault) < 0)
		abort();
	text = dump_bytes(b.bytes, b.n);
	assert_memory_equal(text, expected, strlen(expected));
	assert_non_null(strstr(text, GOOD(5)));
	free(text);
	free(expected);
	builder__free(&b);
}

static void test_block_headers(void **state)
{
	(void)state;
	check_header_byte(12, 2, "reserved flags are set");
	check_header_byte(13, 0x80, "reserved flags are set");
	check_header_byte(7, 1, "larger than the format allows");
	check_header_byte(11, 1, "larger than the format allows");
	check_header_byte(8, 1, "not compressed, but its two sizes differ");
}

static void test_checksum(void **state)
{
	struct builder b = begin();
	char *expected;
	size_t offset;

	(void)state;
	put_good_block(&b, 10);
	offset = b.n;
	put_good_block(&b, 20);
	b.bytes[offset + 20] ^= 1;
	put_good_block(&b, 30);
	put_end(&b);
	if (asprintf(&expected,
		     "damage: block at offset %zu: its checksum is wrong\n" GOOD(10) GOOD(30),
		     offset) < 0)
		abort();
	check_trace(&b, expected);
	free(expected);
}

/* Behind a header that is no header nothing can be read: what came before is shown, and the rest is
 * told to be lost. */
static void test_lost_in_the_middle(void **state)
{
	struct builder b = begin();
	char *expected;
	size_t offset;

	(void)state;
	put_good_block(&b, 10);
	offset = b.n;
	put_good_block(&b, 20);
	b.bytes[offset + 13] = 0x80;
	put_end(&b);
	if (asprintf(&expected,
		     "damage: block at offset %zu: reserved flags are set\n" GOOD(
			     10) "ENODATA: the rest of the file, from offset %zu on, cannot be "
				 "read\n",
		     offset, offset + BLOCK_HEADER_SIZE) < 0)
		abort();
	check_trace(&b, expected);
	free(expected);
}

static void test_order_of_blocks(void **state)
{
	struct builder b = { 0 };
	char *text;

	(void)state;
	put_file_header(&b);
	put_good_block(&b, 10);
	check_trace(&b, "open: EBADMSG\n");
	b = begin();
	put_good_block(&b, 10);
	put_end(&b);
	put_good_block(&b, 20);
	text = dump_bytes(b.bytes, b.n);
	assert_non_null(strstr(text, "it follows the END block"));
	assert_non_null(strstr(text, GOOD(10)));
	assert_null(strstr(text, GOOD(20)));
	free(text);
	builder__free(&b);
}

/* An EVENTS payload that says it decompresses to raw bytes, which it does not. */
static void check_wrong_raw(size_t stored_zeros, uint32_t raw, const char *fault)
{
	struct builder b = begin(), payload = { 0 };
	uint8_t *zeros = test_calloc(1, stored_zeros);
	char *expected;
	size_t offset;

	put_good_block(&b, 10);
	offset = b.n;
	put_bytes(&payload, zeros, stored_zeros);
	put_block(&b, BLOCK_DATA, 0, &payload, true);
	for (int i = 0; i < 4; i++)
		b.bytes[offset + 8 + i] = (uint8_t)(raw >> (8 * i));
	seal_block(b.bytes + offset, b.n - offset);
	put_good_block(&b, 30);
	if (asprintf(&expected, "damage: block at offset %zu: %s\n" GOOD(10), offset, fault) < 0)
		abort();
	for (int i = 0; i < 2; i++) {
		char *text = i ? dump_piped(b.bytes, b.n) : dump_bytes(b.bytes, b.n);

		assert_memory_equal(text, expected, strlen(expected));
		free(text);
	}
	test_free(zeros);
	free(expected);
	builder__free(&b);
}

static void test_bomb(void **state)
{
	(void)state;
	check_wrong_raw(64U << 20, 64U << 20, "larger than the format allows");
	check_wrong_raw(64U << 20, BLOCK_RAW_MAX, "its payload does not decompress");
	check_wrong_raw(1000, 999, "its payload does not decompress");
	check_wrong_raw(1000, 1001, "its payload does not decompress");
	check_wrong_raw(1000, 0, "its payload does not decompress");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut_everywhere),
		cmocka_unit_test(test_flip_everywhere),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_malformed_columns),
		cmocka_unit_test(test_malformed_payloads),
		cmocka_unit_test(test_time_goes_back),
		cmocka_unit_test(test_malformed_blocks),
		cmocka_unit_test(test_block_headers),
		cmocka_unit_test(test_checksum),
		cmocka_unit_test(test_lost_in_the_middle),
		cmocka_unit_test(test_order_of_blocks),
		cmocka_unit_test(test_bomb),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("damage", tests, NULL, NULL);
}
