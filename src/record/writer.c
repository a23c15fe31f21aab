/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "record/writer.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xxhash.h>
#include <zstd.h>

#define COMPRESS_MIN 64 /* a smaller payload is stored as it is */
#define COMPRESS_LEVEL 1

struct writer {
	int fd;
	int error;
	bool regular;
	off_t base; /* where in the file the stream begins */
	uint64_t offset;
	uint64_t blocks;
	uint64_t raw;
	ZSTD_CCtx *zstd;
	XXH64_state_t *hash;
	uint8_t *block; /* header and payload in one run: a block is one write() */
};

static void put16(uint8_t *to, uint16_t value)
{
	value = htole16(value);
	memcpy(to, &value, sizeof(value));
}

static void put32(uint8_t *to, uint32_t value)
{
	value = htole32(value);
	memcpy(to, &value, sizeof(value));
}

static void put64(uint8_t *to, uint64_t value)
{
	value = htole64(value);
	memcpy(to, &value, sizeof(value));
}

static int write_all(int fd, const uint8_t *from, size_t size)
{
	while (size) {
		ssize_t n = write(fd, from, size);

		if (n >= 0) {
			from += n;
			size -= (size_t)n;
		} else if (errno == EAGAIN) {
			struct pollfd pollfd = { .fd = fd, .events = POLLOUT };

			if (poll(&pollfd, 1, -1) < 0 && errno != EINTR)
				return -errno;
		} else if (errno != EINTR) {
			return -errno;
		}
	}
	return 0;
}

/* Only a regular file can be cut; a pipe keeps what it has got. */
static int cut_back(struct writer *writer, uint64_t offset)
{
	off_t end = writer->base + (off_t)offset;

	if (!writer->regular)
		return -ESPIPE;
	if (ftruncate(writer->fd, end) || lseek(writer->fd, end, SEEK_SET) < 0)
		return -errno;
	writer->offset = offset;
	return 0;
}

static int write_bytes(struct writer *writer, const uint8_t *from, size_t size)
{
	int err = write_all(writer->fd, from, size);

	if (err) {
		writer->error = err;
		cut_back(writer, writer->offset);
		return err;
	}
	writer->offset += size;
	return 0;
}

static int find_base(struct writer *writer)
{
	struct stat st;
	int flags;

	if (fstat(writer->fd, &st))
		return -errno;
	writer->regular = S_ISREG(st.st_mode);
	if (!writer->regular)
		return 0;
	flags = fcntl(writer->fd, F_GETFL);
	if (flags < 0)
		return -errno;
	writer->base = flags & O_APPEND ? st.st_size : lseek(writer->fd, 0, SEEK_CUR);
	return writer->base < 0 ? -errno : 0;
}

struct writer *writer__new(int fd)
{
	uint8_t header[FORMAT_HEADER_SIZE] = FORMAT_MAGIC;
	struct writer *writer = calloc(1, sizeof(*writer));
	int err = -ENOMEM;

	if (!writer)
		return NULL;
	writer->fd = fd;
	writer->zstd = ZSTD_createCCtx();
	writer->hash = XXH64_createState();
	writer->block = malloc(BLOCK_HEADER_SIZE + BLOCK_RAW_MAX);
	if (!writer->zstd || !writer->hash || !writer->block)
		goto out;
	ZSTD_CCtx_setParameter(writer->zstd, ZSTD_c_compressionLevel, COMPRESS_LEVEL);
	err = find_base(writer);
	if (err)
		goto out;
	put16(header + 8, FORMAT_VERSION);
	put16(header + 10, FORMAT_REVISION);
	err = write_bytes(writer, header, sizeof(header));
out:
	if (err) {
		writer__free(writer);
		errno = -err;
		return NULL;
	}
	return writer;
}

void writer__free(struct writer *writer)
{
	if (!writer)
		return;
	ZSTD_freeCCtx(writer->zstd);
	XXH64_freeState(writer->hash);
	free(writer->block);
	free(writer);
}

/*
 * The payload to where it is written from, compressed where that makes it smaller: its size
 * there.
 */
static size_t pack(struct writer *writer, const void *payload, size_t size)
{
	uint8_t *to = writer->block + BLOCK_HEADER_SIZE;

	if (size >= COMPRESS_MIN) {
		size_t stored = ZSTD_compress2(writer->zstd, to, size - 1, payload, size);

		if (!ZSTD_isError(stored))
			return stored;
	}
	if (size)
		memcpy(to, payload, size);
	return size;
}

int writer__block(struct writer *writer, enum block_type type, uint16_t stream, const void *payload,
		  size_t size)
{
	uint8_t *header = writer->block;
	size_t stored;
	int err;

	if (writer->error)
		return writer->error;
	if (size > BLOCK_RAW_MAX)
		return -EMSGSIZE;
	stored = pack(writer, payload, size);
	put32(header, type);
	put32(header + 4, (uint32_t)stored);
	put32(header + 8, (uint32_t)size);
	put16(header + 12, stored < size ? BLOCK_COMPRESSED : 0);
	put16(header + 14, stream);
	XXH64_reset(writer->hash, 0);
	XXH64_update(writer->hash, header, BLOCK_HASHED_SIZE);
	XXH64_update(writer->hash, header + BLOCK_HEADER_SIZE, stored);
	put64(header + BLOCK_HASHED_SIZE, XXH64_digest(writer->hash));
	err = write_bytes(writer, header, BLOCK_HEADER_SIZE + stored);
	if (err)
		return err;
	writer->blocks++;
	writer->raw += BLOCK_HEADER_SIZE + size;
	return 0;
}

uint64_t writer__offset(const struct writer *writer)
{
	return writer->offset;
}

uint64_t writer__blocks(const struct writer *writer)
{
	return writer->blocks;
}

uint64_t writer__raw(const struct writer *writer)
{
	return writer->raw;
}

int writer__error(const struct writer *writer)
{
	return writer->error;
}

int writer__rewind(struct writer *writer, uint64_t offset)
{
	int err;

	if (offset > writer->offset)
		return -EINVAL;
	err = cut_back(writer, offset);
	if (!err)
		writer->error = 0;
	return err;
}
