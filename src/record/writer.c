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

#include "record/packer.h"

struct writer {
	int fd;
	int error;
	bool regular;
	off_t base; /* where in the file the stream begins */
	uint64_t offset;
	struct packer *packer;
};

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
	const struct {
		char magic[8];
		uint16_t version, revision;
		uint32_t reserved;
	} header = { FORMAT_MAGIC, htole16(FORMAT_VERSION), htole16(FORMAT_REVISION), 0 };
	struct writer *writer = calloc(1, sizeof(*writer));
	int err;

	if (!writer)
		return NULL;
	writer->fd = fd;
	writer->packer = packer__new();
	err = writer->packer ? find_base(writer) : -ENOMEM;
	if (!err)
		err = write_bytes(writer, (const void *)&header, sizeof(header));
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
	packer__free(writer->packer);
	free(writer);
}

/* A block is one write(). */
static void write_oldest(struct writer *writer)
{
	struct packed block = packer__oldest(writer->packer);

	if (!writer->error)
		write_bytes(writer, block.data, block.size);
	packer__drop(writer->packer);
}

/* What need not be waited for. */
static void write_ready(struct writer *writer)
{
	while (!packer__is_empty(writer->packer) && packer__is_ready(writer->packer))
		write_oldest(writer);
}

static int make_room(struct writer *writer, size_t size)
{
	if (writer->error)
		return writer->error;
	if (size > BLOCK_RAW_MAX)
		return -EMSGSIZE;
	if (packer__is_full(writer->packer))
		write_oldest(writer);
	return writer->error;
}

int writer__give(struct writer *writer, enum block_type type, uint16_t stream,
		 struct bytes *payload)
{
	int err = make_room(writer, payload->len);

	if (err)
		return err;
	packer__give(writer->packer, type, stream, payload);
	write_ready(writer);
	return writer->error;
}

int writer__block(struct writer *writer, enum block_type type, uint16_t stream, const void *payload,
		  size_t size)
{
	int err = make_room(writer, size);

	if (err)
		return err;
	packer__put(writer->packer, type, stream, payload, size);
	write_ready(writer);
	return writer->error;
}

int writer__sync(struct writer *writer)
{
	while (!packer__is_empty(writer->packer))
		write_oldest(writer);
	return writer->error;
}

uint64_t writer__offset(const struct writer *writer)
{
	return writer->offset;
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
	writer__sync(writer);
	err = cut_back(writer, offset);
	if (!err)
		writer->error = 0;
	return err;
}
