/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "trace/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_MAX (1U << 30)

int source__open(struct source *source, int fd)
{
	struct stat st;
	off_t at;

	*source = (struct source){ .fd = fd, .spool = -1 };
	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	at = lseek(fd, 0, SEEK_CUR);
	source->seekable = at >= 0 && (S_ISREG(st.st_mode) || S_ISBLK(st.st_mode));
	source->start = source->seekable ? (uint64_t)at : 0;
	return 0;
}

void source__close(struct source *source)
{
	if (source->fd >= 0)
		close(source->fd);
	if (source->spool >= 0)
		close(source->spool);
	source->fd = source->spool = -1;
}

/* Read until n bytes are there or the end is: at a position, or (at < 0) what comes next. */
static ssize_t read_whole(int fd, void *to, size_t n, off_t at)
{
	size_t done = 0;

	while (done < n) {
		size_t want = n - done < READ_MAX ? n - done : READ_MAX;
		char *into = (char *)to + done;
		ssize_t got = at < 0 ? read(fd, into, want)
				     : pread(fd, into, want, at + (off_t)done);
		struct pollfd wait = { .fd = fd, .events = POLLIN };

		if (got > 0) {
			done += (size_t)got;
		} else if (got == 0) {
			break;
		} else if (errno == EAGAIN) {
			if (poll(&wait, 1, -1) < 0 && errno != EINTR)
				return -errno;
		} else if (errno != EINTR) {
			return -errno;
		}
	}
	return (ssize_t)done;
}

ssize_t source__read(struct source *source, void *to, size_t n)
{
	off_t at = source->seekable ? (off_t)(source->start + source->offset) : -1;
	ssize_t got = read_whole(source->fd, to, n, at);

	if (got > 0)
		source->offset += (uint64_t)got;
	return got;
}

static int open_spool(void)
{
	const char *directory = getenv("TMPDIR");
	char path[4096];
	int fd, n;

	if (!directory || !*directory)
		directory = "/tmp";
	fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	n = snprintf(path, sizeof(path), "%s/recorder.XXXXXX", directory);
	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	unlink(path);
	return fd;
}

int source__keep(struct source *source, const void *bytes, size_t n, uint64_t *at)
{
	size_t done = 0;

	if (source->seekable) {
		*at = source->start + source->offset - n;
		return 0;
	}
	if (source->spool < 0) {
		source->spool = open_spool();
		if (source->spool < 0)
			return source->spool;
	}
	*at = source->spooled;
	while (done < n) {
		ssize_t put = pwrite(source->spool, (const char *)bytes + done, n - done,
				     (off_t)(source->spooled + done));

		if (put < 0 && errno != EINTR)
			return -errno;
		if (put > 0)
			done += (size_t)put;
	}
	source->spooled += n;
	return 0;
}

int source__fetch(struct source *source, uint64_t at, void *to, size_t n)
{
	ssize_t got = read_whole(source->seekable ? source->fd : source->spool, to, n, (off_t)at);

	if (got < 0)
		return (int)got;
	return (size_t)got == n ? 0 : -ENODATA;
}

int source__forget(struct source *source)
{
	if (source->spooled && ftruncate(source->spool, 0) < 0)
		return -errno;
	source->spooled = 0;
	return 0;
}

bool source__more(struct source *source)
{
	char byte;

	return source->seekable &&
	       pread(source->fd, &byte, 1, (off_t)(source->start + source->offset)) == 1;
}
