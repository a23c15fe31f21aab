/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a reader makes of well-formed traces. tests/unit/test_damage.c has the others. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "builder.h"
#include "dump.h"
#include "recorder.h"

#define IN 0
#define OUT 1
#define START 2
#define PENDING 4
#define FETCHED 8
#define BYTES 16
#define TEXT(t) .bytes = (t), .len = sizeof(t) - 1

static void check(struct builder *b, const char *expected)
{
	char *file = dump_bytes(b->bytes, b->n), *piped = dump_piped(b->bytes, b->n);

	assert_string_equal(file, expected);
	assert_string_equal(piped, expected);
	free(file);
	free(piped);
	builder__free(b);
}

static struct builder begin(void)
{
	struct builder b = { 0 };

	put_file_header(&b);
	put_preamble(&b);
	return b;
}

static void check_calls(const struct build_call *calls, size_t n, const char *expected)
{
	struct build_events events = { .nthreads = 2 };
	struct builder b = begin();

	for (size_t i = 0; i < n; i++)
		build_call(&events, &calls[i]);
	put_events(&b, 3, &events, true);
	put_sync(&b, 10000);
	put_end(&b);
	check(&b, expected);
}

static void test_calls(void **state)
{
	static const struct build_call calls[] = {
		{ .time = 1000,
		  .duration = 100,
		  .seq = 7,
		  .nr = 0,
		  .ret = 5,
		  .nargs = 3,
		  .args = { 3, 0x7000, 9 } },
		{ .time = 1000,
		  .duration = 0,
		  .seq = 0,
		  .nr = 257,
		  .ret = -2,
		  .nargs = 4,
		  .thread = 1,
		  .args = { -100ULL, 1 } },
		{ .time = 1010,
		  .duration = 20,
		  .seq = 8,
		  .nr = 0,
		  .ret = -11,
		  .nargs = 3,
		  .args = { 3, 0x7100, 9 } },
		{ .time = 1020,
		  .seq = 9,
		  .nr = 500,
		  .ret = INT64_MIN,
		  .nargs = 1,
		  .flags = 2,
		  .args = { UINT64_MAX } },
		{ .time = 1030,
		  .duration = 30,
		  .seq = 1,
		  .nr = 0,
		  .nargs = 0,
		  .thread = 1,
		  .flags = 1 },
		{ .time = 1040,
		  .seq = 2,
		  .nr = 0,
		  .nargs = 1,
		  .thread = 1,
		  .flags = 3,
		  .args = { 4 } },
		{ .time = 1050, .seq = 3, .nr = 72, .nargs = 3, .thread = 1, .args = { 4, 5, 6 } },
		{ .time = 1060,
		  .seq = 4,
		  .nr = 72,
		  .nargs = 3,
		  .thread = 1,
		  .args = { 4, 0x100000005, 6 } },
		{ .time = 1070, .seq = 9, .nr = 72, .nargs = 3, .thread = 1, .args = { 4, 6, 6 } },
		{ .time = 1080, .seq = 10, .nr = 72, .nargs = 1, .thread = 1, .args = { 4 } },
	};

	(void)state;
	check_calls(
		calls, sizeof(calls) / sizeof(*calls),
		"1000 cpu 3 thread 1 100/100 [] read 0 seq 7 enter 900 ret 5 args 0x3 0x7000 0x9\n"
		"1000 cpu 3 thread 2 100/101 [] openat 257 seq 0 enter 1000 ret -2 args"
		" 0xffffffffffffff9c 0x1 0x0 0x0\n"
		"1010 cpu 3 thread 1 100/100 [] read 0 seq 8 enter 990 ret -11 args 0x3 0x7100 "
		"0x9\n"
		"1020 cpu 3 thread 1 100/100 [] ? 500 seq 9 ret -9223372036854775808 args"
		" 0xffffffffffffffff\n"
		"1030 cpu 3 thread 2 100/101 [] read 0 seq 1 enter 1000 args\n"
		"1040 cpu 3 thread 2 100/101 [] read 0 seq 2 args 0x4\n"
		"1050 cpu 3 thread 2 100/101 [] F_GETLK 72 seq 3 enter 1050 ret 0 args 0x4 0x5 "
		"0x6\n"
		"1060 cpu 3 thread 2 100/101 [] F_GETLK 72 seq 4 enter 1060 ret 0 args"
		" 0x4 0x100000005 0x6\n"
		"1070 cpu 3 thread 2 100/101 [] fcntl 72 seq 9 enter 1070 ret 0 args 0x4 0x6 0x6\n"
		"1080 cpu 3 thread 2 100/101 [] fcntl 72 seq 10 enter 1080 ret 0 args 0x4\n");
}

static void put_comm_event(struct build_events *events, unsigned int type, unsigned int thread,
			   uint64_t time, const char *comm)
{
	build_other(events, type, thread, time);
	if (type == RECORDER_EXEC)
		put_varint(&events->columns[COLUMN_OTHER], 77);
	put_string(&events->columns[COLUMN_OTHER], comm);
}

static void test_other_events(void **state)
{
	struct build_events events = { .nthreads = 3 };
	struct builder b = begin(), payload = { 0 }, *other = &events.columns[COLUMN_OTHER];
	const struct build_call call = { .time = 60, .thread = 1, .nr = 500 };

	(void)state;
	for (int i = 0; i < 4; i++)
		put_varint(&payload, i ? 0 : 100);
	put_varint(&payload, 5);
	put_string(&payload, "snapshot");
	for (int i = 0; i < 5; i++)
		put_string(&payload, "");
	put_varint(&payload, 1);
	put_varint(&payload, 102);
	put_string(&payload, "from-the-snapshot");
	put_varint(&payload, 0);
	put_string(&payload, "");
	put_string(&payload, "");
	put_block(&b, BLOCK_TASK, 0, &payload, true);

	put_comm_event(&events, RECORDER_THREAD, 0, 10, "sh");
	build_other(&events, RECORDER_FORK, 0, 20);
	put_varint(other, 2);
	put_varint(other, 100);
	put_varint(other, 101);
	put_varint(other, 0x1234);
	put_varint(other, 7);
	put_string(other, "fifteen-bytes-x");
	put_comm_event(&events, RECORDER_RENAME, 0, 30, "renamed");
	put_comm_event(&events, RECORDER_EXEC, 1, 40, "ls");
	build_other(&events, RECORDER_SIGNAL, 1, 50);
	put_varint(other, 15);
	put_varint(other, 0xdead);
	put_string(other, "123456789");
	build_call(&events, &call);
	build_other(&events, RECORDER_EXIT, 1, 70);
	put_varint(other, 12);
	put_varint(other, 256);
	build_other(&events, RECORDER_END, 2, 80);
	put_varint(other, 3);
	build_other(&events, RECORDER_END, 0, 90);
	put_varint(other, UINT64_MAX);
	put_events(&b, 0, &events, false);
	put_end(&b);
	check(&b, "10 cpu 0 thread 1 100/100 [sh] thread\n"
		  "20 cpu 0 thread 1 100/100 [sh] fork 2 100/101 0x1234 7 [fifteen-bytes-x]\n"
		  "30 cpu 0 thread 1 100/100 [renamed] rename\n"
		  "40 cpu 0 thread 2 100/101 [ls] exec 77\n"
		  "50 cpu 0 thread 2 100/101 [ls] signal 15 0xdead 9 bytes\n"
		  "60 cpu 0 thread 2 100/101 [ls] ? 500 seq 0 enter 60 ret 0 args\n"
		  "70 cpu 0 thread 2 100/101 [ls] exit 12 256\n"
		  "80 cpu 0 thread 3 100/102 [from-the-snapsh] end 3\n"
		  "90 cpu 0 thread 1 100/100 [renamed] end 18446744073709551615\n");
}

static void put_ends(struct builder *b, unsigned int stream, const uint64_t *times, size_t n)
{
	struct build_events events = { .nthreads = 1 };

	for (size_t i = 0; i < n; i++) {
		build_other(&events, RECORDER_END, 0, times[i]);
		put_varint(&events.columns[COLUMN_OTHER], stream * 100 + i);
	}
	put_events(b, stream, &events, true);
}

#define ENDS(b, stream, ...)                                   \
	put_ends(b, stream, (const uint64_t[]){ __VA_ARGS__ }, \
		 sizeof((uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t))

static void test_merge(void **state)
{
	struct builder b = begin(), payload = { 0 };

	(void)state;
	ENDS(&b, 9, 10, 20, 30);
	ENDS(&b, 2, 10, 25);
	put_bytes(&payload, "skip me", 7);
	put_block(&b, 99, 5, &payload, false);
	ENDS(&b, 2, 25, 40);
	ENDS(&b, 65535, 5, 22);
	put_sync(&b, 50);
	put_sync(&b, 51);
	ENDS(&b, 0, 45);
	put_sync(&b, 60);
	put_end(&b);
	check(&b, "5 cpu 65535 thread 1 100/100 [] end 6553500\n"
		  "10 cpu 2 thread 1 100/100 [] end 200\n"
		  "10 cpu 9 thread 1 100/100 [] end 900\n"
		  "20 cpu 9 thread 1 100/100 [] end 901\n"
		  "22 cpu 65535 thread 1 100/100 [] end 6553501\n"
		  "25 cpu 2 thread 1 100/100 [] end 201\n"
		  "25 cpu 2 thread 1 100/100 [] end 200\n"
		  "30 cpu 9 thread 1 100/100 [] end 902\n"
		  "40 cpu 2 thread 1 100/100 [] end 201\n"
		  "45 cpu 0 thread 1 100/100 [] end 0\n");
}

static void test_buffers(void **state)
{
	static const struct build_piece whole[] = {
		{ .flags = OUT | START | BYTES,
		  .arg = 1,
		  .addr = 0x1000,
		  .full = 5,
		  TEXT("hello") },
		{ .flags = OUT | BYTES, .arg = 1, .addr = 0x1005, .full = 6, TEXT(" world") },
		{ .flags = IN | START | BYTES, .arg = 0, .addr = 0x2000, .full = 9, TEXT("cut") },
		{ .flags = IN | START | BYTES, .arg = 255, .addr = 0x3000, .full = 0, TEXT("") },
	};
	static const struct build_piece holes[] = {
		{ .flags = OUT | START | BYTES, .arg = 1, .addr = 0x1000, .full = 3, TEXT("abc") },
		{ .flags = OUT, .arg = 1, .addr = 0x1003, .full = 10, .error = EFAULT },
		{ .flags = OUT, .arg = 1, .addr = 0x100d, .full = 10, .error = EFAULT },
		{ .flags = OUT | BYTES | FETCHED,
		  .arg = 1,
		  .addr = 0x1017,
		  .full = 3,
		  TEXT("def") },
		/* Says that it goes on, but does not begin where the one before ended. */
		{ .flags = OUT | BYTES, .arg = 1, .addr = 0x2000, .full = 3, TEXT("ghi") },
		{ .flags = OUT | START | BYTES, .arg = 1, .addr = 0x2003, .full = 3, TEXT("jkl") },
	};
	static const struct build_call calls[] = {
		{ .time = 10,
		  .nr = 500,
		  .nargs = 2,
		  .args = { 1, 0x1000 },
		  .npieces = 4,
		  .pieces = whole },
		{ .time = 20, .nr = 500, .nargs = 1, .seq = 1, .npieces = 6, .pieces = holes },
	};

	(void)state;
	check_calls(calls, 2,
		    "10 cpu 3 thread 1 100/100 [] ? 500 seq 0 enter 10 ret 0 args 0x1 0x1000\n"
		    "  buf arg 1 out 0x1000 11/11 hello world\n"
		    "  buf arg 0 in 0x2000 3/9 cut\n"
		    "  buf arg -1 in 0x3000 0/0 \n"
		    "20 cpu 3 thread 1 100/100 [] ? 500 seq 1 enter 20 ret 0 args 0x0\n"
		    "  buf arg 1 out 0x1000 3/3 abc\n"
		    "  ... arg 1 out 0x1003 0/20 EFAULT \n"
		    "  ... arg 1 out fetched 0x1017 3/3 def\n"
		    "  buf arg 1 out 0x2000 3/3 ghi\n"
		    "  buf arg 1 out 0x2003 3/3 jkl\n");
}

/* Pieces of the event between those of DATA blocks, pending ones filled in whole, in part and not
 * at all. */
static void test_data(void **state)
{
	static const struct build_piece entry[] = {
		{ .flags = IN | START | BYTES, .arg = 0, .addr = 0x100, .full = 4, TEXT("path") },
	};
	static const struct build_piece own[] = {
		{ .flags = OUT | START | PENDING,
		  .arg = 1,
		  .addr = 0x1000,
		  .full = 6,
		  .error = EFAULT },
		{ .flags = OUT | START | PENDING,
		  .arg = 1,
		  .addr = 0x2000,
		  .full = 20,
		  .error = EFAULT },
		{ .flags = OUT | START | PENDING, .arg = 2, .addr = 0x2000, .full = 20 },
		{ .flags = OUT | START | BYTES, .arg = 3, .addr = 0x3000, .full = 3, TEXT("one") },
	};
	static const struct build_piece fills[] = {
		{ .flags = OUT | BYTES | FETCHED,
		  .arg = 1,
		  .addr = 0x2008,
		  .full = 4,
		  TEXT("late") },
		{ .flags = OUT | BYTES, .arg = 1, .addr = 0x2002, .full = 6, TEXT("middle") },
		{ .flags = OUT | BYTES, .arg = 1, .addr = 0x1003, .full = 3, TEXT("fgh") },
		{ .flags = OUT | BYTES, .arg = 1, .addr = 0x1000, .full = 3, TEXT("cde") },
		{ .flags = OUT | BYTES, .arg = 1, .addr = 0x2006, .full = 2, TEXT("NO") },
		{ .flags = OUT | BYTES, .arg = 1, .addr = 0x2012, .full = 4, TEXT("LONG") },
	};
	static const struct build_piece after[] = {
		{ .flags = OUT | BYTES, .arg = 3, .addr = 0x3003, .full = 3, TEXT("two") },
		{ .flags = OUT | BYTES, .arg = 3, .addr = 0x3006, .full = 5, TEXT("three") },
	};
	static const struct build_call calls[] = {
		{ .time = 10, .seq = 4, .nr = 500, .nargs = 1, .npieces = 4, .pieces = own },
		{ .time = 20, .seq = 5, .nr = 500, .nargs = 1, .npieces = 0 },
	};
	struct build_events events = { .nthreads = 1 };
	struct builder b = begin(), payload = { 0 };

	(void)state;
	put_data_entry(&payload, 1, 4, 0, after, 1);
	put_data_entry(&payload, 9, 4, 1, entry, 1);
	put_block(&b, BLOCK_DATA, 0, &payload, false);
	build_call(&events, &calls[0]);
	build_call(&events, &calls[1]);
	put_events(&b, 0, &events, true);
	put_data_entry(&payload, 1, 4, 2, fills, 3);
	put_data_entry(&payload, 1, 4, 1, entry, 1);
	put_block(&b, BLOCK_DATA, 0, &payload, true);
	put_data_entry(&payload, 1, 4, 2 | 4, fills + 3, 3);
	put_data_entry(&payload, 1, 4, 0, after + 1, 1);
	put_block(&b, BLOCK_DATA, 0, &payload, true);
	put_sync(&b, 30);
	put_end(&b);
	check(&b, "10 cpu 0 thread 1 100/100 [] ? 500 seq 4 enter 10 ret 0 args 0x0\n"
		  "  buf arg 0 in 0x100 4/4 path\n"
		  "  buf arg 1 out 0x1000 6/6 cdefgh\n"
		  "  buf arg 1 out 0x2000 0/2 EFAULT \n"
		  "  ... arg 1 out 0x2002 6/6 middle\n"
		  "  ... arg 1 out fetched 0x2008 4/4 late\n"
		  "  ... arg 1 out 0x200c 0/8 EFAULT \n"
		  "  buf arg 2 out 0x2000 0/20 ENODATA \n"
		  "  buf arg 3 out 0x3000 11/11 onetwothree\n"
		  "20 cpu 0 thread 1 100/100 [] ? 500 seq 5 enter 20 ret 0 args 0x0\n");
}

#define PART (600U << 10)
#define PARTS 5

/* A range that fills several DATA blocks is too large to be placed: it is read in parts. */
static void test_large_buffer(void **state)
{
	struct build_piece piece = {
		.flags = OUT | START | BYTES, .arg = 1, .full = PART, .len = PART
	};
	const struct build_call call = { .time = 10, .nr = 500, .nargs = 1 };
	struct build_events events = { .nthreads = 1 };
	struct builder b = begin(), payload = { 0 };
	const struct recorder_event *event;
	struct recorder_trace *trace;
	uint8_t *bytes = test_malloc((size_t)PARTS * PART), *read = test_malloc(PART);

	(void)state;
	for (size_t i = 0; i < (size_t)PARTS * PART; i++)
		bytes[i] = (uint8_t)(i * i >> 7);
	build_call(&events, &call);
	put_events(&b, 0, &events, true);
	for (size_t i = 0; i < PARTS; i++) {
		piece.bytes = bytes + i * PART;
		piece.addr = 0x10000 + i * PART;
		put_data_entry(&payload, 1, 0, 0, &piece, 1);
		put_block(&b, BLOCK_DATA, 0, &payload, true);
		piece.flags &= ~START;
	}
	put_end(&b);
	trace = recorder_trace__fdopen(open_bytes(b.bytes, b.n));
	assert_non_null(trace);
	assert_int_equal(recorder_trace__next(trace, &event), 1);
	assert_int_equal(event->call.nbufs, 1);
	assert_null(event->call.bufs[0].data);
	assert_int_equal(event->call.bufs[0].len, (size_t)PARTS * PART);
	for (size_t at = 0, n = 1; at < (size_t)PARTS * PART;
	     at += n, n = n * 3 < PART ? n * 3 : PART) {
		size_t rest = (size_t)PARTS * PART - at, want = rest < n ? rest : n;

		assert_int_equal(recorder_trace__read(trace, event->call.bufs, at, read, n), want);
		assert_memory_equal(read, bytes + at, want);
	}
	assert_int_equal(recorder_trace__read(trace, event->call.bufs, UINT64_MAX, read, 1), 0);
	assert_int_equal(recorder_trace__next(trace, &event), 0);
	recorder_trace__free(trace);
	builder__free(&b);
	test_free(bytes);
	test_free(read);
}

static void test_metadata(void **state)
{
	const struct recorder_syscall *openat;
	const struct recorder_task *task;
	const struct recorder_event *event;
	struct recorder_totals totals;
	struct builder b = begin(), payload = { 0 };
	struct recorder_trace *trace;
	size_t len;

	(void)state;
	put_string(&payload, "machine");
	put_string(&payload, "aarch64");
	put_block(&b, BLOCK_META, 0, &payload, true);
	for (int i = 1; i <= 4; i++)
		put_varint(&payload, i);
	put_varint(&payload, 99);
	for (int i = 0; i < 4; i++)
		put_string(&payload, i ? "/" : "sh");
	put_varint(&payload, 5);
	put_bytes(&payload, "a\0b\0c", 5);
	put_string(&payload, "0::/");
	put_varint(&payload, 2);
	for (int i = 0; i < 2; i++) {
		put_varint(&payload, 1 + i);
		put_string(&payload, "sh");
	}
	put_varint(&payload, 1);
	put_varint(&payload, 5);
	put_varint(&payload, 02000);
	put_varint(&payload, 17);
	put_string(&payload, "/dev/null");
	put_string(&payload, "maps");
	put_string(&payload, "auxv!");
	put_block(&b, BLOCK_TASK, 0, &payload, true);
	ENDS(&b, 0, 1);
	put_sync(&b, 2);
	put_end(&b);
	trace = recorder_trace__fdopen(open_bytes(b.bytes, b.n));
	assert_non_null(trace);
	assert_string_equal(recorder_trace__error(trace), "");
	assert_string_equal(recorder_trace__meta(trace, "machine", NULL), "aarch64");
	assert_memory_equal(recorder_trace__meta(trace, "command", &len), "ls\0-l\0", 7);
	assert_int_equal(len, 6);
	assert_null(recorder_trace__meta(trace, "mode", &len));
	assert_string_equal(recorder_trace__abi_name(trace, 0), "x86_64");
	assert_null(recorder_trace__abi_name(trace, 1));
	openat = recorder_trace__syscall(trace, 0, 257);
	assert_string_equal(openat->name, "openat");
	assert_int_equal(openat->nargs, 4);
	assert_string_equal(openat->args[3].type, "bytes");
	assert_int_equal(openat->args[3].direction, RECORDER_OUT);
	assert_null(recorder_trace__syscall(trace, 1, 257));
	task = recorder_trace__task(trace, 0);
	assert_null(recorder_trace__task(trace, 1));
	assert_int_equal(task->gid, 4);
	assert_int_equal(task->time_ns, 99);
	assert_memory_equal(task->cmdline, "a\0b\0c", 6);
	assert_int_equal(task->cmdline_len, 5);
	assert_int_equal(task->ntids, 2);
	assert_int_equal(task->tids[1], 2);
	assert_int_equal(task->nfds, 1);
	assert_int_equal(task->fds[0].flags, 02000);
	assert_string_equal(task->fds[0].target, "/dev/null");
	assert_string_equal(task->maps, "maps");
	assert_int_equal(task->auxv_len, 5);
	assert_null(recorder_trace__ending(trace));
	assert_int_equal(recorder_trace__next(trace, &event), 1);
	assert_int_equal(recorder_trace__next(trace, &event), 0);
	assert_int_equal(recorder_trace__next(trace, &event), 0);
	assert_string_equal(recorder_trace__ending(trace), "exit");
	assert_int_equal(recorder_trace__counter(trace, "lost_calls"), 3);
	assert_int_equal(recorder_trace__counter(trace, "none"), 0);
	recorder_trace__totals(trace, &totals);
	assert_true(totals.finished && !totals.torn && totals.damaged_blocks == 0);
	assert_int_equal(totals.file_bytes, b.n);
	assert_int_equal(totals.blocks, 8);
	assert_int_equal(totals.blocks_by_type[BLOCK_META], 2);
	recorder_trace__free(trace);
	recorder_trace__free(NULL);
	builder__free(&b);
}

/* Events of an epoch come as soon as its SYNC is there, while the writer goes on. */
static void test_live(void **state)
{
	const struct recorder_event *event;
	struct recorder_trace *trace = NULL;
	struct builder b = begin();
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	for (int i = 0; i < 3; i++) {
		uint64_t time = 100 * (uint64_t)i;

		ENDS(&b, 1, time, time + 20);
		put_sync(&b, time + 30);
		assert_int_equal(write(fds[1], b.bytes, b.n), b.n);
		b.n = 0;
		if (i == 0)
			trace = recorder_trace__fdopen(fds[0]);
		assert_non_null(trace);
		assert_int_equal(recorder_trace__next(trace, &event), 1);
		assert_int_equal(event->time_ns, time);
		assert_int_equal(recorder_trace__next(trace, &event), 1);
		assert_int_equal(event->time_ns, time + 20);
	}
	close(fds[1]);
	assert_int_equal(recorder_trace__next(trace, &event), -ENODATA);
	assert_int_equal(recorder_trace__next(trace, &event), 0);
	recorder_trace__free(trace);
	builder__free(&b);
}

#define WIDE 24
#define WIDE_EVENTS 6

/* More decoded blocks than a reader keeps at a time: streams take turns in memory, and no event
 * changes for that. */
static void test_many_large_streams(void **state)
{
	struct build_piece piece = {
		.flags = OUT | START | BYTES, .arg = 255, .full = PART, .len = PART
	};
	struct builder b = begin();
	const struct recorder_event *event;
	struct recorder_trace *trace;
	uint8_t *bytes = test_calloc(1, PART);

	(void)state;
	piece.bytes = bytes;
	for (unsigned int stream = 0; stream < WIDE; stream++) {
		struct build_events events = { .nthreads = 1 };

		for (unsigned int i = 0; i < WIDE_EVENTS; i++) {
			const struct build_call call = {
				.time = 100 + i * WIDE + stream,
				.seq = 1000 * stream + i,
				.npieces = 1,
				.pieces = &piece,
			};

			memset(bytes, (int)(stream + i), PART);
			build_call(&events, &call);
		}
		put_events(&b, stream, &events, true);
	}
	put_end(&b);
	trace = recorder_trace__fdopen(open_bytes(b.bytes, b.n));
	assert_non_null(trace);
	for (unsigned int i = 0; i < WIDE * WIDE_EVENTS; i++) {
		assert_int_equal(recorder_trace__next(trace, &event), 1);
		assert_int_equal(event->time_ns, 100 + i);
		assert_int_equal(event->call.seq, 1000 * (i % WIDE) + i / WIDE);
		assert_int_equal(event->call.bufs[0].data[PART - 1], i % WIDE + i / WIDE);
	}
	assert_int_equal(recorder_trace__next(trace, &event), 0);
	recorder_trace__free(trace);
	builder__free(&b);
	test_free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_other_events),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_buffers),
		cmocka_unit_test(test_data),
		cmocka_unit_test(test_large_buffer),
		cmocka_unit_test(test_metadata),
		cmocka_unit_test(test_live),
		cmocka_unit_test(test_many_large_streams),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
