/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Runs the fuzz target as an ordinary test: on every file of a corpus (the arguments, or
 * tests/golden), then on mutations of them from a fixed seed. FUZZ_ROUNDS and FUZZ_SEED in the
 * environment change how many, and from which.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "../unit/builder.h"
#include "fuzz_reader.h"

#define CORPUS_MAX 256
#define INPUT_MAX (1U << 20)
#define ROUNDS 20000
/* Resident: what a reader may use, and room for the test itself and a sanitizer. */
#define MEMORY_MAX_KIB (512L << 10)

static struct builder corpus[CORPUS_MAX];
static size_t corpus_size;
static uint64_t random_state;

/* xorshift64* */
static uint64_t next_random(uint64_t below)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (random_state * 0x2545f4914f6cdd1dULL >> 11) % below;
}

static void load_file(const char *path)
{
	FILE *file = fopen(path, "r");
	uint8_t part[4096];
	size_t n;

	if (!file || corpus_size == CORPUS_MAX)
		return;
	while ((n = fread(part, 1, sizeof(part), file)) > 0 && corpus[corpus_size].n < INPUT_MAX)
		put_bytes(&corpus[corpus_size], part, n);
	fclose(file);
	corpus_size++;
}

static void load_directory(const char *path)
{
	struct dirent **entries;
	int n = scandir(path, &entries, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		char name[4096];

		if (entries[i]->d_name[0] != '.' && !strstr(entries[i]->d_name, ".txt")) {
			snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
			load_file(name);
		}
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}

static void remove_bytes(struct builder *b, size_t at, size_t n)
{
	memmove(b->bytes + at, b->bytes + at + n, b->n - at - n);
	b->n -= n;
}

/* Put a copy of n bytes of any input at at. */
static void insert_bytes(struct builder *b, size_t at, size_t n)
{
	const struct builder *from = &corpus[next_random(corpus_size)];
	struct builder tail = { 0 };

	if (n > from->n)
		n = from->n;
	put_bytes(&tail, b->bytes + at, b->n - at);
	b->n = at;
	if (n)
		put_bytes(b, from->bytes + next_random(from->n - n + 1), n);
	put_bytes(b, tail.bytes, tail.n);
	builder__free(&tail);
}

static void mutate(struct builder *b)
{
	static const uint8_t values[] = { 0, 1, 2, 0x10, 0x3f, 0x7f, 0x80, 0xff };
	size_t at = next_random(b->n), n = 1 + next_random(16);

	switch (next_random(8)) {
	case 0:
		if (n < b->n - at)
			remove_bytes(b, at, n);
		break;
	case 1:
		insert_bytes(b, at, n);
		break;
	case 2:
		insert_bytes(b, at, n * 64);
		break;
	case 3:
		b->n = at + 1;
		break;
	case 4:
	case 5:
		b->bytes[at] = values[next_random(sizeof(values))];
		break;
	default:
		b->bytes[at] ^= 1 << next_random(8);
		break;
	}
}

/* Make the checksums right again, as else little is read behind a mutation; and the length, where
 * only a block's end moved. */
static void seal(struct builder *b)
{
	size_t at = FORMAT_HEADER_SIZE;

	while (at + BLOCK_HEADER_SIZE <= b->n) {
		const uint8_t *header = b->bytes + at;
		size_t stored = header[4] | header[5] << 8 | header[6] << 16;

		if (stored > b->n - at - BLOCK_HEADER_SIZE)
			return;
		seal_block(b->bytes + at, b->n - at);
		at += BLOCK_HEADER_SIZE + stored;
	}
}

static void run_round(void)
{
	const struct builder *from = &corpus[next_random(corpus_size)];
	struct builder b = { 0 };
	size_t n = 1 + next_random(6);

	put_bytes(&b, from->bytes, from->n);
	while (n-- && b.n)
		mutate(&b);
	if (next_random(8))
		seal(&b);
	LLVMFuzzerTestOneInput(b.bytes, b.n);
	builder__free(&b);
}

static unsigned long from_environment(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 0) : otherwise;
}

int main(int argc, char **argv)
{
	unsigned long rounds = from_environment("FUZZ_ROUNDS", ROUNDS);
	struct rusage usage;

	random_state = from_environment("FUZZ_SEED", 1) | 1;
	for (int i = 1; i < argc; i++)
		load_directory(argv[i]);
	if (argc < 2)
		load_directory("tests/golden");
	printf("%s 1 - corpus of the reader\n", corpus_size ? "ok" : "not ok");
	if (corpus_size == 0)
		return 1;
	for (size_t i = 0; i < corpus_size; i++)
		LLVMFuzzerTestOneInput(corpus[i].bytes, corpus[i].n);
	for (unsigned long i = 0; i < rounds; i++)
		run_round();
	printf("ok 2 - reader survives %lu mutated traces\n", rounds);
	getrusage(RUSAGE_SELF, &usage);
	printf("%s 3 - reader stays within its memory\n",
	       usage.ru_maxrss <= MEMORY_MAX_KIB ? "ok" : "not ok");
	printf("1..3\n");
	for (size_t i = 0; i < corpus_size; i++)
		builder__free(&corpus[i]);
	return usage.ru_maxrss <= MEMORY_MAX_KIB ? 0 : 1;
}
