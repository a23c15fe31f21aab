/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What /proc knows of a process. It may change or go away while it is read: what cannot be read
 * is left empty, and everything is bounded so that the snapshot fits one block.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "record/blocks.h"
#include "record/bytes.h"
#include "record/clock.h"
#include "record/writer.h"

#define SMALL_MAX (4U << 10)
#define LIST_MAX (1U << 20) /* bytes of the list of threads, of fds, and of the command line */

struct status {
	uint64_t ppid, uid, gid;
};

/* At most max bytes of a file are appended: their number, or a negative errno. */
static ssize_t append_file(struct bytes *to, int dir, const char *name, size_t max)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	size_t before = to->len;
	ssize_t n = 1;

	if (fd < 0)
		return -errno;
	while (n > 0 && to->len - before < max) {
		size_t left = max - (to->len - before);
		uint8_t *at = bytes__room(to, left < SMALL_MAX ? left : SMALL_MAX);

		n = at ? read(fd, at, left < SMALL_MAX ? left : SMALL_MAX) : -1;
		if (n > 0)
			to->len += (size_t)n;
	}
	close(fd);
	return n < 0 && to->len == before ? -EIO : (ssize_t)(to->len - before);
}

/* A small text file, NUL-terminated, without its last newline. */
static ssize_t read_text(int dir, const char *name, char *text, size_t size)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	*text = 0;
	if (fd < 0)
		return -errno;
	n = read(fd, text, size - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n > 0 && text[n - 1] == '\n')
		n--;
	text[n > 0 ? n : 0] = 0;
	return n;
}

static void put_link(struct bytes *to, int dir, const char *name)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(dir, name, target, sizeof(target));

	bytes__put_string(to, target, n > 0 ? (size_t)n : 0);
}

static void put_file(struct bytes *to, int dir, const char *name, size_t max)
{
	struct bytes file = { 0 };

	append_file(&file, dir, name, max);
	to->failed |= file.failed;
	bytes__put_string(to, file.data, file.len);
	bytes__free(&file);
}

/* The path in the unified hierarchy. */
static void put_cgroup(struct bytes *to, int dir)
{
	char text[SMALL_MAX], *line;

	read_text(dir, "cgroup", text, sizeof(text));
	line = strncmp(text, "0::", 3) ? strstr(text, "\n0::") : text;
	if (line)
		line += *line == '\n' ? 4 : 3;
	bytes__put_string(to, line, line ? strcspn(line, "\n") : 0);
}

/* The number after a label that begins a line. */
static uint64_t find_number(const char *text, const char *label, int base)
{
	size_t len = strlen(label);

	while (text && *text) {
		if (!strncmp(text, label, len))
			return strtoull(text + len, NULL, base);
		text = strchr(text, '\n');
		if (text)
			text++;
	}
	return 0;
}

static struct status read_status(int dir)
{
	char text[SMALL_MAX];

	read_text(dir, "status", text, sizeof(text));
	return (struct status){
		.ppid = find_number(text, "PPid:", 10),
		.uid = find_number(text, "Uid:", 10),
		.gid = find_number(text, "Gid:", 10),
	};
}

static DIR *open_list(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list;

	if (fd < 0)
		return NULL;
	list = fdopendir(fd);
	if (!list)
		close(fd);
	return list;
}

/* The next entry whose name is a number. */
static const char *next_number(DIR *list, uint64_t *number)
{
	const struct dirent *entry;

	while ((entry = readdir(list))) {
		char *end;

		*number = strtoull(entry->d_name, &end, 10);
		if (*entry->d_name >= '0' && *entry->d_name <= '9' && !*end)
			return entry->d_name;
	}
	return NULL;
}

static bool put_thread(struct bytes *items, int dir, const char *name, uint64_t tid)
{
	char path[64], comm[64];

	snprintf(path, sizeof(path), "task/%s/comm", name);
	if (read_text(dir, path, comm, sizeof(comm)) < 0)
		return false;
	bytes__put_varint(items, tid);
	bytes__put_text(items, comm);
	return true;
}

static bool put_fd(struct bytes *items, int dir, const char *name, uint64_t fd)
{
	char path[64], target[PATH_MAX], info[SMALL_MAX];
	ssize_t n;

	snprintf(path, sizeof(path), "fd/%s", name);
	n = readlinkat(dir, path, target, sizeof(target));
	snprintf(path, sizeof(path), "fdinfo/%s", name);
	if (n < 0 || read_text(dir, path, info, sizeof(info)) < 0)
		return false;
	bytes__put_varint(items, fd);
	bytes__put_varint(items, find_number(info, "flags:", 8));
	bytes__put_varint(items, find_number(info, "pos:", 10));
	bytes__put_string(items, target, (size_t)n);
	return true;
}

static void put_list(struct bytes *to, int dir, const char *name,
		     bool (*put_item)(struct bytes *items, int dir, const char *name,
				      uint64_t number))
{
	struct bytes items = { 0 };
	DIR *list = open_list(dir, name);
	uint64_t count = 0, number;
	const char *item;

	while (list && items.len < LIST_MAX && (item = next_number(list, &number)))
		count += put_item(&items, dir, item, number);
	if (list)
		closedir(list);
	to->failed |= items.failed;
	bytes__put_varint(to, count);
	bytes__put(to, items.data, items.len);
	bytes__free(&items);
}

/* Last but for auxv: whole lines of what still fits. */
static void put_maps_and_auxv(struct bytes *to, int dir)
{
	struct bytes maps = { 0 }, auxv = { 0 };
	size_t room;

	append_file(&auxv, dir, "auxv", SMALL_MAX);
	room = BLOCK_RAW_MAX - to->len - auxv.len - 2 * VARINT_MAX;
	append_file(&maps, dir, "maps", room);
	while (maps.len && maps.data[maps.len - 1] != '\n')
		maps.len--;
	to->failed |= maps.failed || auxv.failed;
	bytes__put_string(to, maps.data, maps.len);
	bytes__put_string(to, auxv.data, auxv.len);
	bytes__free(&maps);
	bytes__free(&auxv);
}

static void put_task(struct bytes *to, int dir, pid_t pid, const char *comm, bool program)
{
	struct status status = read_status(dir);

	bytes__put_varint(to, (uint64_t)pid);
	bytes__put_varint(to, status.ppid);
	bytes__put_varint(to, status.uid);
	bytes__put_varint(to, status.gid);
	bytes__put_varint(to, now());
	bytes__put_text(to, comm);
	if (program)
		put_link(to, dir, "exe");
	else
		bytes__put_text(to, "");
	put_link(to, dir, "cwd");
	put_link(to, dir, "root");
	if (program)
		put_file(to, dir, "cmdline", LIST_MAX);
	else
		bytes__put_text(to, "");
	put_cgroup(to, dir);
	put_list(to, dir, "task", put_thread);
	put_list(to, dir, "fd", put_fd);
	if (program) {
		put_maps_and_auxv(to, dir);
	} else {
		bytes__put_text(to, "");
		bytes__put_text(to, "");
	}
}

int write_task(struct writer *writer, pid_t pid, bool program)
{
	struct bytes payload = { 0 };
	char path[32], comm[64];
	int err, dir;

	snprintf(path, sizeof(path), "/proc/%d", pid);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	err = -ESRCH;
	if (read_text(dir, "comm", comm, sizeof(comm)) < 0)
		goto out;
	put_task(&payload, dir, pid, comm, program);
	err = payload.failed ? -ENOMEM
			     : writer__block(writer, BLOCK_TASK, 0, payload.data, payload.len);
out:
	close(dir);
	bytes__free(&payload);
	return err;
}
