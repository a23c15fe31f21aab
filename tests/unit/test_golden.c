/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The traces of tests/golden/ mean today what they meant when they were put there: NAME.rec reads
 * as NAME.txt says. With GOLDEN_WRITE=1 in the environment those that are made by hand (the table
 * below) and all texts are written anew.
 */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "builder.h"
#include "dump.h"
#include "golden_show.h"
#include "recorder.h"

#define DIRECTORY "tests/golden"

static void put_end_event(struct build_events *events, uint64_t time)
{
	build_other(events, RECORDER_END, 0, time);
	put_varint(&events->columns[COLUMN_OTHER], time);
}

static void put_calls(struct builder *b, uint64_t time, unsigned int stream, bool compress)
{
	const struct build_piece pieces[] = {
		{ .flags = 0x13, .arg = 1, .addr = 0x7000, .full = 5, .bytes = "hello", .len = 5 },
		{ .flags = 0x05, .arg = 1, .addr = 0x7005, .full = 4, .error = EFAULT },
		{ .flags = 0x12,
		  .arg = 255,
		  .addr = 0x9000,
		  .full = 4096,
		  .bytes = "cut",
		  .len = 3 },
	};
	struct build_call call = {
		.time = time,
		.duration = 5,
		.nr = 0,
		.ret = 9,
		.nargs = 3,
		.args = { 3, 0x7000, 9 },
		.npieces = 3,
		.pieces = pieces,
	};
	struct build_events events = { .nthreads = 2 };

	build_call(&events, &call);
	call.nr = 257;
	call.time += 10;
	call.seq++;
	call.ret = -2;
	call.npieces = 0;
	build_call(&events, &call);
	call.thread = 1;
	call.flags = 1;
	build_call(&events, &call);
	put_end_event(&events, time + 20);
	put_events(b, stream, &events, compress);
}

static void put_fill(struct builder *b, unsigned int flags)
{
	const struct build_piece fill = {
		.flags = 0x19, .arg = 1, .addr = 0x7005, .full = 4, .bytes = "late", .len = 4
	};
	struct builder payload = { 0 };

	put_data_entry(&payload, 1, 0, flags, &fill, 1);
	put_block(b, BLOCK_DATA, 0, &payload, false);
}

static void build_good(struct builder *b)
{
	struct builder unknown = { 0 };

	put_calls(b, 100, 0, false);
	put_calls(b, 105, 1, true);
	put_fill(b, 2 | 4);
	put_sync(b, 200);
	put_string(&unknown, "of a later revision");
	put_block(b, 1000, 0, &unknown, false);
	put_calls(b, 300, 0, true);
	put_sync(b, 400);
	put_end(b);
}

static void put_task(struct builder *b)
{
	struct builder payload = { 0 };

	for (int i = 0; i < 4; i++)
		put_varint(&payload, i ? i : 100);
	put_varint(&payload, 7);
	put_string(&payload, "sh");
	for (int i = 0; i < 5; i++)
		put_string(&payload, "/bin");
	put_varint(&payload, 2);
	for (int i = 0; i < 2; i++) {
		put_varint(&payload, 100 + i);
		put_string(&payload, i ? "second" : "first");
	}
	put_varint(&payload, 2);
	for (int i = 0; i < 2; i++) {
		put_varint(&payload, i);
		put_varint(&payload, 02);
		put_varint(&payload, 0);
		put_string(&payload, "/dev/pts/1");
	}
	put_string(&payload, "00400000-00452000 r-xp 00000000 08:02 173521 /bin/sh\n");
	put_string(&payload, "auxv");
	put_block(b, BLOCK_TASK, 0, &payload, false);
}

static void put_named(struct build_events *events, unsigned int type, uint64_t time,
		      const char *comm)
{
	build_other(events, type, 0, time);
	if (type == RECORDER_EXEC)
		put_varint(&events->columns[COLUMN_OTHER], 100);
	put_string(&events->columns[COLUMN_OTHER], comm);
}

static void build_life(struct builder *b)
{
	struct build_events events = { .nthreads = 3 };
	struct builder *other = &events.columns[COLUMN_OTHER];

	put_task(b);
	put_named(&events, RECORDER_THREAD, 10, "sh");
	build_other(&events, RECORDER_FORK, 0, 20);
	for (int i = 0; i < 3; i++)
		put_varint(other, i ? 200 : 3);
	put_varint(other, 0);
	put_varint(other, 0);
	put_string(other, "child");
	put_named(&events, RECORDER_EXEC, 30, "ls");
	put_named(&events, RECORDER_RENAME, 40, "worker");
	build_other(&events, RECORDER_SIGNAL, 1, 50);
	put_varint(other, 17);
	put_varint(other, 1);
	put_varint(other, 48);
	for (int i = 0; i < 48; i++)
		put_u8(other, (uint8_t)i);
	for (unsigned int i = 0; i < 2; i++) {
		build_other(&events, RECORDER_EXIT, i, 60);
		put_varint(other, i);
		put_varint(other, 9);
	}
	put_end_event(&events, 70);
	put_events(b, 2, &events, false);
	put_sync(b, 80);
	put_end(b);
}

static void build_unfinished(struct builder *b)
{
	put_calls(b, 100, 0, false);
	put_sync(b, 200);
	put_calls(b, 300, 0, false);
}

static void build_torn(struct builder *b)
{
	build_unfinished(b);
	b->n -= 7;
}

static void build_checksum(struct builder *b)
{
	size_t middle;

	put_calls(b, 100, 0, false);
	middle = b->n;
	put_calls(b, 200, 0, true);
	b->bytes[middle + 40] ^= 0x10;
	put_calls(b, 300, 0, false);
	put_sync(b, 400);
	put_end(b);
}

static void build_header(struct builder *b)
{
	size_t middle;

	put_calls(b, 100, 0, false);
	middle = b->n;
	put_calls(b, 200, 0, true);
	b->bytes[middle + 7] = 0xff;
	put_end(b);
}

static void build_data(struct builder *b)
{
	put_calls(b, 100, 0, false);
	put_fill(b, 1 | 2);
	put_sync(b, 200);
	put_end(b);
}

static void build_version(struct builder *b)
{
	b->bytes[8] = 2;
}

static const struct golden {
	const char *name;
	void (*build)(struct builder *b); /* behind a file header and a preamble */
} goldens[] = {
	{ "good", build_good },		  { "good-life", build_life },
	{ "good-show", build_show },	  { "bad-unfinished", build_unfinished },
	{ "bad-torn", build_torn },	  { "bad-checksum", build_checksum },
	{ "bad-header", build_header },	  { "bad-data", build_data },
	{ "bad-version", build_version },
};

static char *read_golden(const char *path, size_t *n)
{
	FILE *file = fopen(path, "r");
	size_t room = 8U << 20;
	char *text = malloc(room);

	if (!file || !text)
		fail_msg("%s: %s", path, strerror(errno));
	*n = fread(text, 1, room - 1, file);
	text[*n] = '\0';
	fclose(file);
	return text;
}

static void write_golden(const char *path, const void *bytes, size_t n)
{
	FILE *file = fopen(path, "w");

	if (!file || fwrite(bytes, 1, n, file) != n || fclose(file) != 0)
		fail_msg("%s: %s", path, strerror(errno));
}

static void write_traces(void)
{
	for (size_t i = 0; i < sizeof(goldens) / sizeof(*goldens); i++) {
		struct builder b = { 0 };
		char path[128];

		put_file_header(&b);
		put_preamble(&b);
		goldens[i].build(&b);
		snprintf(path, sizeof(path), DIRECTORY "/%s.rec", goldens[i].name);
		write_golden(path, b.bytes, b.n);
		builder__free(&b);
	}
}

static void check_golden(const char *name, size_t length, bool write)
{
	size_t n, expected_n;
	char path[512], *bytes, *text, *expected;

	snprintf(path, sizeof(path), DIRECTORY "/%.*s.rec", (int)length, name);
	bytes = read_golden(path, &n);
	text = dump_bytes((uint8_t *)bytes, n);
	assert_non_null(text);
	snprintf(path, sizeof(path), DIRECTORY "/%.*s.txt", (int)length, name);
	if (write)
		write_golden(path, text, strlen(text));
	expected = read_golden(path, &expected_n);
	assert_string_equal(text, expected);
	free(text);
	text = dump_piped((uint8_t *)bytes, n);
	assert_string_equal(text, expected);
	free(bytes);
	free(text);
	free(expected);
}

static void test_golden(void **state)
{
	const char *write = getenv("GOLDEN_WRITE");
	DIR *directory = opendir(DIRECTORY);
	struct dirent *entry;
	size_t found = 0;

	(void)state;
	assert_non_null(directory);
	if (write)
		write_traces();
	while ((entry = readdir(directory))) {
		size_t length = strlen(entry->d_name);

		if (length <= 4 || strcmp(entry->d_name + length - 4, ".rec") != 0)
			continue;
		check_golden(entry->d_name, length - 4, write != NULL);
		found++;
	}
	closedir(directory);
	assert_true(found >= sizeof(goldens) / sizeof(*goldens));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("golden", tests, NULL, NULL);
}
