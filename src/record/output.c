/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "record/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define REPLACE_TRIES 8

struct output {
	int fd;
	int dir;     /* names are looked up here, whatever happens to the path above; -1: standard
		    output */
	bool stream; /* written as it is: neither PATH.partial nor renamed */
	bool finished;
	char *path;
	char *partial;
	char *old;
	size_t name; /* where in these three the last component begins */
};

static const char *name_in_dir(const struct output *output, const char *path)
{
	return path + output->name;
}

static int open_directory(struct output *output, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir;
	int err = 0;

	output->name = slash ? (size_t)(slash + 1 - path) : 0;
	if (!path[output->name])
		return *path ? -EISDIR : -ENOENT;
	dir = slash ? strndup(path, output->name) : strdup(".");
	if (!dir)
		return -ENOMEM;
	output->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (output->dir < 0)
		err = -errno;
	free(dir);
	return err;
}

/*
 * What stands under the name now: 0 a regular file, -ENOENT nothing, -ENOSTR a FIFO or character
 * device, else the reason why it is no place for a trace.
 */
static int check_name(const struct output *output, const char *path)
{
	struct stat st;

	if (fstatat(output->dir, name_in_dir(output, path), &st, AT_SYMLINK_NOFOLLOW))
		return -errno;
	if (S_ISLNK(st.st_mode))
		return -ELOOP;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode))
		return -ENOSTR;
	return S_ISREG(st.st_mode) ? 0 : -ENOTSUP;
}

/*
 * Take away what a killed recorder left, or a link; not the file that a running one holds locked.
 */
static int remove_stale(const struct output *output)
{
	const char *name = name_in_dir(output, output->partial);
	int err = check_name(output, output->partial);
	int fd;

	if (err == -ENOENT)
		return 0;
	if (err && err != -ELOOP)
		return err;
	fd = openat(output->dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0) {
		err = flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK ? -EBUSY : 0;
		close(fd);
		if (err)
			return err;
	}
	return unlinkat(output->dir, name, 0) && errno != ENOENT ? -errno : 0;
}

static int create_partial(struct output *output)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;

	for (int i = 0; i < REPLACE_TRIES; i++) {
		int err;

		output->fd = openat(output->dir, name_in_dir(output, output->partial), flags, 0600);
		if (output->fd >= 0)
			return flock(output->fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK ? -EBUSY
											    : 0;
		if (errno != EEXIST)
			return -errno;
		err = remove_stale(output);
		if (err)
			return err;
	}
	return -EBUSY;
}

static bool parse_id(const char *text, unsigned int *id)
{
	unsigned long value;
	char *end;

	if (!text || *text < '0' || *text > '9')
		return false;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || value >= UINT_MAX)
		return false;
	*id = (unsigned int)value;
	return true;
}

/* Under sudo the trace belongs to the user who asked for it. */
static int give_to_sudo_user(int fd)
{
	unsigned int uid, gid;

	if (geteuid() || !parse_id(getenv("SUDO_UID"), &uid) || !parse_id(getenv("SUDO_GID"), &gid))
		return 0;
	return fchown(fd, uid, gid) ? -errno : 0;
}

/*
 * Only where its owner cannot be somebody who put it there to get the trace. What was opened is
 * looked at, not the name.
 */
static int open_stream(struct output *output)
{
	unsigned int uid;
	struct stat st;

	output->stream = true;
	output->fd = openat(output->dir, name_in_dir(output, output->path),
			    O_WRONLY | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
	if (output->fd < 0 || fstat(output->fd, &st))
		return -errno;
	if (isatty(output->fd))
		return -ENOTTY;
	if (st.st_uid && st.st_uid != geteuid() &&
	    (!parse_id(getenv("SUDO_UID"), &uid) || st.st_uid != uid))
		return -EACCES;
	return S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode) ? 0 : -ENOTSUP;
}

static char *with_suffix(const char *path, const char *suffix)
{
	char *name;

	return asprintf(&name, "%s%s", path, suffix) < 0 ? NULL : name;
}

static int open_file(struct output *output, const char *path)
{
	int err;

	output->path = strdup(path);
	output->partial = with_suffix(path, ".partial");
	output->old = with_suffix(path, ".old");
	if (!output->path || !output->partial || !output->old)
		return -ENOMEM;
	err = open_directory(output, path);
	if (err)
		return err;
	err = check_name(output, path);
	if (err == -ENOSTR)
		return open_stream(output);
	if (err && err != -ENOENT)
		return err;
	if (check_name(output, output->old) == -EISDIR)
		return -EISDIR;
	err = create_partial(output);
	if (err)
		return err;
	err = give_to_sudo_user(output->fd);
	if (err)
		output__discard(output);
	return err;
}

struct output *output__open(const char *path)
{
	struct output *output = calloc(1, sizeof(*output));
	int err = 0;

	if (!output)
		return NULL;
	output->fd = -1;
	output->dir = -1;
	if (strcmp(path, "-"))
		err = open_file(output, path);
	else if (isatty(STDOUT_FILENO))
		err = -ENOTTY;
	else
		output->fd = STDOUT_FILENO;
	if (err) {
		output__free(output);
		errno = -err;
		return NULL;
	}
	return output;
}

int output__fd(const struct output *output)
{
	return output->fd;
}

const char *output__name(const struct output *output)
{
	if (!output->path)
		return "standard output";
	return output->finished || output->stream ? output->path : output->partial;
}

bool output__is_stream(const struct output *output)
{
	return output->stream || !output->path;
}

int output__finish(struct output *output)
{
	const char *path, *partial;

	if (output__is_stream(output) || output->finished)
		return 0;
	path = name_in_dir(output, output->path);
	partial = name_in_dir(output, output->partial);
	if (fsync(output->fd))
		return -errno;
	if (renameat(output->dir, path, output->dir, name_in_dir(output, output->old)) &&
	    errno != ENOENT)
		return -errno;
	if (renameat(output->dir, partial, output->dir, path))
		return -errno;
	output->finished = true;
	return fsync(output->dir) && errno != EINVAL ? -errno : 0;
}

void output__discard(struct output *output)
{
	if (!output__is_stream(output) && !output->finished)
		unlinkat(output->dir, name_in_dir(output, output->partial), 0);
}

void output__free(struct output *output)
{
	if (!output)
		return;
	if (output->path && output->fd >= 0)
		close(output->fd);
	if (output->dir >= 0)
		close(output->dir);
	free(output->path);
	free(output->partial);
	free(output->old);
	free(output);
}
