/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "trace/input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#include <zstd.h>

#include "trace/array.h"

static uint64_t load_le(const uint8_t *at, size_t n)
{
	uint64_t value = 0;

	while (n--)
		value = value << 8 | at[n];
	return value;
}

int input__damage(struct input *input, uint64_t offset, const char *what)
{
	snprintf(input->report.text, sizeof(input->report.text), "block at offset %llu: %s",
		 (unsigned long long)offset, what);
	return -EBADMSG;
}

int input__failure(struct input *input, uint64_t offset, int err)
{
	snprintf(input->report.text, sizeof(input->report.text), "block at offset %llu: %s",
		 (unsigned long long)offset, strerror(-err));
	return err;
}

int input__open(struct input *input, int fd)
{
	uint8_t header[FORMAT_HEADER_SIZE];
	ssize_t got;
	int err;

	*input = (struct input){ 0 };
	err = source__open(&input->source, fd);
	if (err < 0)
		return err;
	got = source__read(&input->source, header, sizeof(header));
	if (got < 0)
		return (int)got;
	if (got < FORMAT_HEADER_SIZE || memcmp(header, FORMAT_MAGIC, FORMAT_MAGIC_SIZE) != 0)
		return -EMEDIUMTYPE;
	if (load_le(header + 8, 2) != FORMAT_VERSION)
		return -EPROTONOSUPPORT;
	if (load_le(header + 12, 4) != 0)
		return -EBADMSG;
	input->hash = XXH64_createState();
	input->zstd = ZSTD_createDCtx();
	return input->hash && input->zstd ? 0 : -ENOMEM;
}

void input__close(struct input *input)
{
	source__close(&input->source);
	XXH64_freeState(input->hash);
	ZSTD_freeDCtx(input->zstd);
	free(input->stored);
	input->hash = NULL;
	input->zstd = NULL;
	input->stored = NULL;
}

static const char *check_header(const struct block *block)
{
	if (block->flags & ~BLOCK_COMPRESSED)
		return "reserved flags are set";
	if (block->raw > BLOCK_RAW_MAX || block->stored > BLOCK_STORED_MAX)
		return "larger than the format allows";
	if (!(block->flags & BLOCK_COMPRESSED) && block->raw != block->stored)
		return "not compressed, but its two sizes differ";
	return NULL;
}

static int input__room(struct input *input, size_t n)
{
	uint8_t *stored = array_grow(input->stored, &input->stored_room, n, 1);

	if (!stored)
		return -ENOMEM;
	input->stored = stored;
	return 0;
}

/* Fewer bytes than a block needs: the end. */
static int input__tear(struct input *input, uint64_t offset)
{
	input->torn = true;
	snprintf(input->report.text, sizeof(input->report.text),
		 "the file ends inside the block at offset %llu", (unsigned long long)offset);
	return 0;
}

int input__next(struct input *input, struct block *block)
{
	uint8_t header[BLOCK_HEADER_SIZE];
	uint64_t offset = input->source.offset;
	const char *what;
	ssize_t got;
	int err;

	if (input->torn || input->lost)
		return 0;
	got = source__read(&input->source, header, sizeof(header));
	if (got < 0)
		return input__failure(input, offset, (int)got);
	if (got == 0)
		return 0;
	if (got < BLOCK_HEADER_SIZE)
		return input__tear(input, offset);
	*block = (struct block){
		.offset = offset,
		.type = (uint32_t)load_le(header, 4),
		.stored = (uint32_t)load_le(header + 4, 4),
		.raw = (uint32_t)load_le(header + 8, 4),
		.flags = (uint16_t)load_le(header + 12, 2),
		.stream = (uint16_t)load_le(header + 14, 2),
	};
	what = check_header(block);
	if (what) {
		input->lost = true;
		return input__damage(input, offset, what);
	}
	err = input__room(input, block->stored);
	if (err < 0)
		return input__failure(input, offset, err);
	got = source__read(&input->source, input->stored, block->stored);
	if (got < 0)
		return input__failure(input, offset, (int)got);
	if ((size_t)got < block->stored)
		return input__tear(input, offset);
	XXH64_reset(input->hash, 0);
	XXH64_update(input->hash, header, BLOCK_HASHED_SIZE);
	XXH64_update(input->hash, input->stored, block->stored);
	if (XXH64_digest(input->hash) != load_le(header + BLOCK_HASHED_SIZE, 8))
		return input__damage(input, offset, "its checksum is wrong");
	return 1;
}

int input__expand(struct input *input, const struct block *block, uint8_t *raw)
{
	size_t n;

	if (!(block->flags & BLOCK_COMPRESSED)) {
		memcpy(raw, input->stored, block->raw);
		return 0;
	}
	/* One frame and nothing behind it. */
	if (ZSTD_findFrameCompressedSize(input->stored, block->stored) != block->stored)
		return input__damage(input, block->offset, "its payload is no zstd frame");
	n = ZSTD_decompressDCtx(input->zstd, raw, block->raw, input->stored, block->stored);
	if (ZSTD_isError(n) || n != block->raw)
		return input__damage(input, block->offset, "its payload does not decompress");
	return 0;
}

int input__keep(struct input *input, struct block *block)
{
	int err = source__keep(&input->source, input->stored, block->stored, &block->at);

	return err < 0 ? input__failure(input, block->offset, err) : 0;
}

int input__load(struct input *input, const struct block *block, uint8_t *raw)
{
	int err = input__room(input, block->stored);

	if (err == 0)
		err = source__fetch(&input->source, block->at, input->stored, block->stored);
	if (err == -ENODATA)
		return input__damage(input, block->offset, "it is not there any more");
	if (err < 0)
		return input__failure(input, block->offset, err);
	return input__expand(input, block, raw);
}
