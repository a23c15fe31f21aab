/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "golden_show.h"

#include <errno.h>
#include <string.h>

#include "recorder.h"
#include "trace/piece.h"

#define MS 1000000
#define IN_BYTES (PIECE_BIT_START | PIECE_BIT_BYTES)
#define OUT_BYTES (IN_BYTES | PIECE_BIT_OUT)
#define UNFINISHED 1
#define NO_ENTRY 2

/* Arguments as "name:type:direction". */
static const struct row {
	const char *name;
	int nr;
	const char *args[4];
} rows[] = {
	{ "read", 0, { "fd:fd:0", "buf:bytes:2", "count:size_t:0" } },
	{ "write", 1, { "fd:fd:0", "buf:bytes:1", "count:size_t:0" } },
	{ "clone", 56, { "flags:flags:clone:0", "child_tid:pid_t*:2" } },
	{ "exit_group", 231, { "status:int:0" } },
	{ "openat",
	  257,
	  { "dirfd:dirfd:0", "filename:path:1", "flags:flags:open:0", "mode:mode_t:0" } },
	{ "pipe2", 293, { "pipefd:fd[2]:2", "flags:flags:open:0" } },
};

static void put_argument(struct builder *b, const char *text)
{
	const char *type = strchr(text, ':') + 1, *direction = strrchr(text, ':') + 1;

	put_varint(b, (uint64_t)(type - text - 1));
	put_bytes(b, text, (size_t)(type - text - 1));
	put_varint(b, (uint64_t)(direction - type - 1));
	put_bytes(b, type, (size_t)(direction - type - 1));
	put_varint(b, (uint64_t)(*direction - '0'));
}

static void put_table(struct builder *b)
{
	struct builder payload = { 0 };

	put_varint(&payload, 1);
	put_varint(&payload, 0);
	put_string(&payload, "x86_64");
	put_varint(&payload, sizeof(rows) / sizeof(rows[0]));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned int nargs = 0;

		while (nargs < 4 && rows[i].args[nargs])
			nargs++;
		put_string(&payload, rows[i].name);
		for (int j = 0; j < 3; j++)
			put_varint(&payload, 0);
		put_zigzag(&payload, rows[i].nr);
		put_varint(&payload, nargs);
		for (unsigned int j = 0; j < nargs; j++)
			put_argument(&payload, rows[i].args[j]);
	}
	put_varint(&payload, 0);
	put_block(b, BLOCK_SYSCALLS, 0, &payload, false);
}

/* The day begins at the monotonic clock's 0; the wall is an hour ahead. */
static void put_metadata(struct builder *b)
{
	static const char *const pairs[] = { "clock.monotonic_ns", "5000000000",
					     "clock.realtime_ns",  "1700006405000000000",
					     "utc_offset",	   "3600" };
	struct builder payload = { 0 };

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		put_string(&payload, pairs[i]);
	put_block(b, BLOCK_META, 0, &payload, false);
}

static void put_task(struct builder *b)
{
	struct builder payload = { 0 };

	put_varint(&payload, 100);
	for (int i = 0; i < 4; i++)
		put_varint(&payload, 0);
	put_string(&payload, "sh");
	put_string(&payload, "/bin/sh");
	put_string(&payload, "/srv/data");
	for (int i = 0; i < 3; i++)
		put_string(&payload, "/");
	put_varint(&payload, 1);
	put_varint(&payload, 100);
	put_string(&payload, "sh");
	put_varint(&payload, 1);
	for (int i = 0; i < 3; i++)
		put_varint(&payload, 0);
	put_string(&payload, "/dev/pts/1");
	put_string(&payload, "");
	put_string(&payload, "");
	put_block(b, BLOCK_TASK, 0, &payload, false);
}

/* Files and pipes of thread 0: entry not seen, kept, cut, missing in part, fetched. */
static void put_files(struct build_events *events)
{
	static const char path[] = "log", text[] = "\0"
						   "1\377\"\\\n";
	const struct build_piece pieces[] = {
		{ OUT_BYTES, 1, 0x7000, 3, "ls\n", 3, 0 },
		{ IN_BYTES, 1, 0x6000, sizeof(path), path, sizeof(path), 0 },
		{ IN_BYTES, 1, 0x7000, 20, text, sizeof(text) - 1, 0 },
		{ OUT_BYTES, 1, 0x8000, 4, "part", 4, 0 },
		{ PIECE_BIT_OUT, 1, 0x8004, 4096, NULL, 0, EFAULT },
		{ OUT_BYTES | PIECE_BIT_FETCHED, 0, 0x9000, 8, "\4\0\0\0\5\0\0\0", 8, 0 },
	};
	const struct build_call calls[] = {
		{ 0, NO_ENTRY, 1 * MS, 0, 0, 0, 3, 3, 1, { 0, 0x7000, 1024 }, &pieces[0] },
		{ 0,
		  0,
		  2 * MS,
		  15000,
		  1,
		  257,
		  3,
		  4,
		  1,
		  { -100ULL, 0x6000, 02000101, 0644 },
		  &pieces[1] },
		{ 0, 0, 3 * MS, 999, 2, 1, 20, 3, 1, { 3, 0x7000, 20 }, &pieces[2] },
		{ 0, 0, 4 * MS, 1500000, 3, 0, 4100, 3, 2, { 3, 0x8000, 8192 }, &pieces[3] },
		{ 0, 0, 5 * MS, 1000, 4, 293, 0, 2, 1, { 0x9000, 02000000 }, &pieces[5] },
	};

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		build_call(events, &calls[i]);
}

static void put_signal(struct build_events *events, uint64_t time)
{
	uint8_t info[48] = { 17, [8] = 1, [16] = 101, [24] = 3 };

	build_other(events, RECORDER_SIGNAL, 0, time);
	put_varint(&events->columns[COLUMN_OTHER], 17);
	put_varint(&events->columns[COLUMN_OTHER], 0x4000);
	put_varint(&events->columns[COLUMN_OTHER], sizeof(info));
	put_bytes(&events->columns[COLUMN_OTHER], info, sizeof(info));
}

static void put_exit(struct build_events *events, unsigned int thread, uint64_t time, uint64_t next,
		     unsigned int status)
{
	build_other(events, RECORDER_EXIT, thread, time);
	put_varint(&events->columns[COLUMN_OTHER], next);
	put_varint(&events->columns[COLUMN_OTHER], status);
}

/* Thread 1 is born, fails, is killed; thread 0 makes a call without a name and ends. */
static void put_lives(struct build_events *events)
{
	static const char path[] = "no \"such\"\tfile";
	const struct build_piece piece = {
		IN_BYTES, 1, 0x6000, sizeof(path), path, sizeof(path), 0
	};
	const struct build_call calls[] = {
		{ 0, 0, 7 * MS, 100000, 5, 56, 101, 2, 0, { 0x50f00, 0 }, NULL },
		{ 1, 0, 8 * MS, 2000, 0, 257, -ENOENT, 4, 1, { 5, 0x6000, 0, 0 }, &piece },
		{ 0, 0, 9 * MS, 2000, 6, 500, -512, 6, 0, { 1, 2, 3, 4, 5, 6 }, NULL },
		{ 0, UNFINISHED, 11 * MS, 0, 7, 231, 0, 1, 0, { 3 }, NULL },
		{ 1, UNFINISHED, 12 * MS, 2 * MS, 1, 0, 0, 3, 0, { 4, 0x7000, 1 }, NULL },
	};
	struct builder *other = &events->columns[COLUMN_OTHER];

	build_other(events, RECORDER_FORK, 0, 6 * MS);
	put_varint(other, 2);
	put_varint(other, 100);
	put_varint(other, 101);
	put_varint(other, 0x7f0000001a10);
	put_varint(other, 101);
	put_string(other, "sh");
	for (size_t i = 0; i < 3; i++)
		build_call(events, &calls[i]);
	put_signal(events, 10 * MS);
	build_call(events, &calls[3]);
	build_call(events, &calls[4]);
	put_exit(events, 1, 13 * MS, 2, 0x8b);
	put_exit(events, 0, 14 * MS, 8, 0x300);
}

/* Nothing is compressed: so a fuzzer's mutations of it reach what it says. */
void build_show(struct builder *b)
{
	struct build_events events = { .nthreads = 2 };

	b->n = FORMAT_HEADER_SIZE;
	put_metadata(b);
	put_table(b);
	put_task(b);
	build_other(&events, RECORDER_THREAD, 0, MS / 2);
	put_string(&events.columns[COLUMN_OTHER], "sh");
	put_files(&events);
	put_events(b, 0, &events, false);
	put_sync(b, 5 * MS);
	put_lives(&events);
	put_events(b, 0, &events, false);
	put_sync(b, 20 * MS);
	put_end(b);
}
