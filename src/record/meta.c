/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "record/blocks.h"
#include "record/bytes.h"
#include "record/clock.h"
#include "record/writer.h"
#include "recorder.h"

#define CLOCK_TRIES 16
#define BOOT_ID "/proc/sys/kernel/random/boot_id"

struct meta {
	struct bytes pairs;
};

struct meta *meta__new(void)
{
	return calloc(1, sizeof(struct meta));
}

void meta__free(struct meta *meta)
{
	if (!meta)
		return;
	bytes__free(&meta->pairs);
	free(meta);
}

int meta__set(struct meta *meta, const char *key, const void *value, size_t len)
{
	size_t before = meta->pairs.len;

	if (strlen(key) + len + 2 * VARINT_MAX > BLOCK_RAW_MAX)
		return -E2BIG;
	bytes__put_text(&meta->pairs, key);
	bytes__put_string(&meta->pairs, value, len);
	if (!meta->pairs.failed)
		return 0;
	meta->pairs.len = before;
	meta->pairs.failed = false;
	return -ENOMEM;
}

int meta__set_text(struct meta *meta, const char *key, const char *text)
{
	return meta__set(meta, key, text, strlen(text));
}

int meta__set_number(struct meta *meta, const char *key, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
	return meta__set_text(meta, key, text);
}

/* Both clocks at one moment: the try that took the shortest time. */
static int set_clocks(struct meta *meta)
{
	uint64_t best = UINT64_MAX, monotonic = 0, realtime = 0;
	int err;

	for (int i = 0; i < CLOCK_TRIES; i++) {
		uint64_t before = clock_ns(CLOCK_REALTIME);
		uint64_t between = clock_ns(CLOCK_MONOTONIC);
		uint64_t took = clock_ns(CLOCK_REALTIME) - before;

		if (took < best) {
			best = took;
			monotonic = between;
			realtime = before + took / 2;
		}
	}
	err = meta__set_number(meta, "clock.monotonic_ns", monotonic);
	return err ? err : meta__set_number(meta, "clock.realtime_ns", realtime);
}

static int set_utc_offset(struct meta *meta)
{
	time_t now = time(NULL);
	struct tm tm = { 0 };
	char text[24];

	localtime_r(&now, &tm);
	snprintf(text, sizeof(text), "%ld", tm.tm_gmtoff);
	return meta__set_text(meta, "utc_offset", text);
}

/* Left out where /proc does not tell it, as in some containers. */
static int set_boot_id(struct meta *meta)
{
	int fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC);
	char text[64];
	ssize_t n;

	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return 0;
	text[n] = 0;
	text[strcspn(text, "\n")] = 0;
	return meta__set_text(meta, "boot_id", text);
}

static int set_names(struct meta *meta, const struct utsname *names)
{
	const char *const texts[][2] = {
		{ "recorder.version", recorder_version() },
		{ "machine", names->machine },
		{ "kernel.release", names->release },
		{ "kernel.version", names->version },
		{ "hostname", names->nodename },
	};
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(texts) / sizeof(*texts); i++)
		err = meta__set_text(meta, texts[i][0], texts[i][1]);
	return err;
}

static int set_numbers(struct meta *meta)
{
	static const struct {
		const char *key;
		int name;
	} numbers[] = {
		{ "cpus", _SC_NPROCESSORS_CONF },
		{ "page_size", _SC_PAGESIZE },
		{ "clock_ticks", _SC_CLK_TCK },
	};
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(numbers) / sizeof(*numbers); i++)
		err = meta__set_number(meta, numbers[i].key, (uint64_t)sysconf(numbers[i].name));
	return err;
}

int meta__set_machine(struct meta *meta)
{
	struct utsname names;
	int err;

	if (uname(&names))
		return -errno;
	err = set_names(meta, &names);
	if (!err)
		err = set_numbers(meta);
	if (!err)
		err = set_clocks(meta);
	if (!err)
		err = set_utc_offset(meta);
	return err ? err : set_boot_id(meta);
}

/* Bytes of the pairs at from that fit one block. */
static size_t whole_pairs(const uint8_t *from, size_t size)
{
	struct cursor cursor = { .at = from, .end = from + size };
	size_t fits = 0;

	while (cursor_left(&cursor)) {
		cursor_bytes(&cursor, cursor_varint(&cursor));
		cursor_bytes(&cursor, cursor_varint(&cursor));
		if ((size_t)(cursor.at - from) > BLOCK_RAW_MAX)
			break;
		fits = (size_t)(cursor.at - from);
	}
	return fits;
}

int meta__write(const struct meta *meta, struct writer *writer)
{
	size_t done = 0;

	do {
		const uint8_t *from = meta->pairs.data + done;
		size_t size = whole_pairs(from, meta->pairs.len - done);
		int err = writer__block(writer, BLOCK_META, 0, from, size);

		if (err)
			return err;
		done += size;
	} while (done < meta->pairs.len);
	return 0;
}
