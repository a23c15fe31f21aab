/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Blocks that threads compress come out in order, each as it went in; and a failing write. */
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>
#include <zstd.h>

#include "record/packer.h"
#include "record/writer.h"

#define BLOCKS 400
#define LARGE (1U << 20)

static uint32_t number(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/* The i-th payload. Words of a few letters take zstd longer than a run of one. */
static size_t make_payload(uint32_t i, uint8_t *to)
{
	uint32_t state = i;
	size_t size = i % 7 == 6 ? i % 100 : number(&state) % LARGE;

	if (i % 40 < 8)
		memset(to, (int)i, size);
	else
		for (size_t at = 0; at < size; at++)
			to[at] = 'a' + number(&state) % 6;
	return size;
}

static void check_oldest(struct packer *packer, uint32_t i)
{
	static uint8_t expected[LARGE], got[LARGE];
	size_t size = make_payload(i, expected), stored;
	struct packed block = packer__oldest(packer);
	uint32_t fields[4];

	memcpy(fields, block.data, sizeof(fields));
	stored = fields[1];
	assert_int_equal(fields[0], i % 7 == 6 ? BLOCK_META : BLOCK_DATA);
	assert_int_equal(fields[2], size);
	assert_int_equal(fields[3] >> 16, i);
	assert_int_equal(block.size, BLOCK_HEADER_SIZE + stored);
	if (fields[3] & BLOCK_COMPRESSED)
		assert_int_equal(ZSTD_decompress(got, sizeof(got), block.data + BLOCK_HEADER_SIZE,
						 stored),
				 size);
	else
		memcpy(got, block.data + BLOCK_HEADER_SIZE, stored);
	assert_memory_equal(got, expected, size);
	packer__drop(packer);
}

static unsigned int count_threads(void)
{
	DIR *tasks = opendir("/proc/self/task");
	unsigned int count = 0;

	assert_non_null(tasks);
	while (readdir(tasks))
		count++;
	closedir(tasks);
	return count - 2; /* . and .. */
}

static void put_block(struct packer *packer, uint32_t i, struct bytes *payload)
{
	uint8_t *to = bytes__room(payload, LARGE);

	assert_non_null(to);
	payload->len = make_payload(i, to);
	if (i % 7 == 6)
		packer__put(packer, BLOCK_META, (uint16_t)i, payload->data, payload->len);
	else
		packer__give(packer, BLOCK_DATA, (uint16_t)i, payload);
	bytes__clear(payload);
}

static void test_order(void **state)
{
	struct packer *packer = packer__new();
	struct bytes payload = { 0 };
	unsigned int before = count_threads(), most = 0;
	uint32_t taken = 0;
	cpu_set_t set;

	(void)state;
	assert_non_null(packer);
	for (uint32_t i = 0; i < BLOCKS; i++) {
		put_block(packer, i, &payload);
		/* At times it is left to fill, at times emptied. */
		while (!packer__is_empty(packer) && (packer__is_full(packer) || i % 50 == 49 ||
						     (i % 100 < 50 && packer__is_ready(packer))))
			check_oldest(packer, taken++);
		most = count_threads() > most ? count_threads() : most;
	}
	while (!packer__is_empty(packer))
		check_oldest(packer, taken++);
	assert_int_equal(taken, BLOCKS);
	assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
	assert_int_equal(most > before, CPU_COUNT(&set) > 1);
	packer__free(packer);
	bytes__free(&payload);
}

/* Threads are at work on blocks that nobody takes out. */
static void test_abandon(void **state)
{
	struct packer *packer = packer__new();
	struct bytes payload = { 0 };

	(void)state;
	assert_non_null(packer);
	for (uint32_t i = 8; !packer__is_full(packer); i++)
		put_block(packer, i, &payload);
	packer__free(packer);
	bytes__free(&payload);
}

/* A write that fails is told by that call or a later one, and none is written after it. */
static void test_failing_write(void **state)
{
	char path[] = "/tmp/recorder-test.XXXXXX";
	int fd = mkstemp(path), err = 0;
	struct bytes payload = { 0 };
	struct rlimit limit, old;
	struct writer *writer;
	uint64_t good;

	(void)state;
	assert_true(fd >= 0);
	unlink(path);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	limit = (struct rlimit){ .rlim_cur = 10U << 20, .rlim_max = old.rlim_max };
	writer = writer__new(fd);
	assert_non_null(writer);
	assert_int_equal(writer__block(writer, BLOCK_META, 0, NULL, 0), 0);
	assert_int_equal(writer__sync(writer), 0);
	good = writer__offset(writer);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	for (uint32_t i = 8; !err && i < BLOCKS; i++) {
		payload.len = make_payload(8 + i % 32, bytes__room(&payload, LARGE));
		err = writer__give(writer, BLOCK_DATA, 0, &payload);
		bytes__clear(&payload);
	}
	assert_int_equal(err, -EFBIG);
	assert_int_equal(writer__sync(writer), -EFBIG);
	assert_int_equal(lseek(fd, 0, SEEK_END), writer__offset(writer));
	assert_int_equal(writer__rewind(writer, good), 0);
	assert_int_equal(writer__sync(writer), 0);
	assert_int_equal(lseek(fd, 0, SEEK_END), good);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	writer__free(writer);
	close(fd);
	bytes__free(&payload);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_abandon),
		cmocka_unit_test(test_failing_write),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
