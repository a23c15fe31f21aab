/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "show/fds.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 4096
#define OWNERS_MAX 65536       /* threads and processes, each */
#define ENTRIES_MAX (1U << 18) /* over all tables */
#define PATHS_MAX (16U << 20)  /* bytes, over all tables */
#define CLOEXEC_FLAG 02000000  /* fdinfo's flags are the kernel's, on arm64 too */

/* Shared by copies of a table. */
struct path {
	unsigned int refs;
	char text[];
};

struct entry {
	int fd;
	bool cloexec;
	uint64_t since_ns; /* the return of the call that made it; 0: a snapshot's */
	struct path *path;
};

struct table {
	unsigned int refs;
	struct path *cwd;
	struct entry *entries; /* in order of fd */
	size_t n, room;
};

struct process {
	struct process *next;
	uint32_t pid;
	unsigned int threads;
	struct table *table;
};

struct owner {
	struct owner *next;
	uint32_t thread;
	uint64_t next_seq;    /* of its next call, where none is lost */
	uint64_t free_ns;     /* when its last call was yet to begin */
	uint64_t returned_ns; /* when that came back */
	struct process *process;
	struct table *table;
};

struct fds {
	struct owner *owners[BUCKETS];
	struct process *processes[BUCKETS];
	size_t nowners, nprocesses, nentries, path_bytes;
	bool no_fds, no_cwd; /* calls that change them were not recorded */
};

struct fds *fds__new(void)
{
	return calloc(1, sizeof(struct fds));
}

static struct path *new_path(struct fds *fds, const char *text)
{
	size_t len = text ? strnlen(text, PATH_MAX) : 0;
	struct path *path;

	if (len == 0 || fds->path_bytes + len > PATHS_MAX)
		return NULL;
	path = malloc(sizeof(*path) + len + 1);
	if (!path)
		return NULL;
	path->refs = 1;
	memcpy(path->text, text, len);
	path->text[len] = '\0';
	fds->path_bytes += len;
	return path;
}

static void put_path(struct fds *fds, struct path *path)
{
	if (!path || --path->refs)
		return;
	fds->path_bytes -= strlen(path->text);
	free(path);
}

static struct path *get_path(struct path *path)
{
	if (path)
		path->refs++;
	return path;
}

static struct table *new_table(void)
{
	struct table *table = calloc(1, sizeof(*table));

	if (table)
		table->refs = 1;
	return table;
}

static void put_table(struct fds *fds, struct table *table)
{
	if (!table || --table->refs)
		return;
	for (size_t i = 0; i < table->n; i++)
		put_path(fds, table->entries[i].path);
	put_path(fds, table->cwd);
	fds->nentries -= table->n;
	free(table->entries);
	free(table);
}

static struct table *get_table(struct table *table)
{
	table->refs++;
	return table;
}

static struct table *copy_table(struct fds *fds, const struct table *from, bool at_exec)
{
	struct table *table = new_table();

	if (!table)
		return NULL;
	table->cwd = get_path(from->cwd);
	if (from->n == 0 || fds->nentries + from->n > ENTRIES_MAX)
		return table;
	table->entries = malloc(from->n * sizeof(*table->entries));
	if (!table->entries)
		return table;
	table->room = from->n;
	for (size_t i = 0; i < from->n; i++) {
		if (at_exec && from->entries[i].cloexec)
			continue;
		table->entries[table->n] = from->entries[i];
		get_path(table->entries[table->n++].path);
	}
	fds->nentries += table->n;
	return table;
}

/* Where fd is, or would be. */
static size_t find_place(const struct table *table, int fd)
{
	size_t low = 0, high = table->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (table->entries[middle].fd < fd)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct entry *find_entry(const struct table *table, int fd)
{
	size_t at = find_place(table, fd);

	return at < table->n && table->entries[at].fd == fd ? &table->entries[at] : NULL;
}

static void remove_entries(struct fds *fds, struct table *table, size_t first, size_t n)
{
	if (n == 0)
		return;
	for (size_t i = first; i < first + n; i++)
		put_path(fds, table->entries[i].path);
	memmove(&table->entries[first], &table->entries[first + n],
		(table->n - first - n) * sizeof(*table->entries));
	table->n -= n;
	fds->nentries -= n;
}

/* Takes over path. */
static void set_entry(struct fds *fds, struct table *table, int fd, struct path *path, bool cloexec,
		      uint64_t since_ns)
{
	size_t at = find_place(table, fd);

	if (at < table->n && table->entries[at].fd == fd)
		remove_entries(fds, table, at, 1);
	if (!path)
		return;
	if (fds->nentries == ENTRIES_MAX) {
		put_path(fds, path);
		return;
	}
	if (table->n == table->room) {
		size_t room = table->room ? 2 * table->room : 8;
		struct entry *entries = realloc(table->entries, room * sizeof(*entries));

		if (!entries) {
			put_path(fds, path);
			return;
		}
		table->entries = entries;
		table->room = room;
	}
	memmove(&table->entries[at + 1], &table->entries[at],
		(table->n - at) * sizeof(*table->entries));
	table->entries[at] = (struct entry){
		.fd = fd, .cloexec = cloexec, .since_ns = since_ns, .path = path
	};
	table->n++;
	fds->nentries++;
}

static struct process **find_process(const struct fds *fds, uint32_t pid)
{
	struct process *const *at = &fds->processes[pid % BUCKETS];

	while (*at && (*at)->pid != pid)
		at = &(*at)->next;
	return (struct process **)at;
}

static struct owner **find_owner(const struct fds *fds, uint32_t thread)
{
	struct owner *const *at = &fds->owners[thread % BUCKETS];

	while (*at && (*at)->thread != thread)
		at = &(*at)->next;
	return (struct owner **)at;
}

static void drop_process(struct fds *fds, struct process **at)
{
	struct process *process = *at;

	*at = process->next;
	put_table(fds, process->table);
	free(process);
	fds->nprocesses--;
}

static void drop_owner(struct fds *fds, struct owner **at)
{
	struct owner *owner = *at;

	*at = owner->next;
	put_table(fds, owner->table);
	if (--owner->process->threads == 0)
		drop_process(fds, find_process(fds, owner->process->pid));
	free(owner);
	fds->nowners--;
}

void fds__free(struct fds *fds)
{
	if (!fds)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		while (fds->owners[i])
			drop_owner(fds, &fds->owners[i]);
	/* Those without threads: the others went with their last one. */
	for (size_t i = 0; i < BUCKETS; i++)
		while (fds->processes[i])
			drop_process(fds, &fds->processes[i]);
	free(fds);
}

/* The process of pid, made with table (taken over) or an empty one where there is none. */
static struct process *get_process(struct fds *fds, uint32_t pid, struct table *table)
{
	struct process **at = find_process(fds, pid);
	struct process *process = *at;

	if (process) {
		put_table(fds, table);
		return process;
	}
	if (!table)
		table = new_table();
	if (!table || fds->nprocesses == OWNERS_MAX || !(process = calloc(1, sizeof(*process)))) {
		put_table(fds, table);
		return NULL;
	}
	process->pid = pid;
	process->table = table;
	*at = process;
	fds->nprocesses++;
	return process;
}

/* The thread's owner, made as one that shares its process's table. */
static struct owner *get_owner(struct fds *fds, uint32_t thread, uint32_t pid)
{
	struct owner **at = find_owner(fds, thread);
	struct owner *owner = *at;
	struct process *process;

	if (owner)
		return owner;
	process = get_process(fds, pid, NULL);
	if (!process || fds->nowners == OWNERS_MAX || !(owner = calloc(1, sizeof(*owner))))
		return NULL;
	owner->thread = thread;
	owner->process = process;
	owner->table = get_table(process->table);
	process->threads++;
	*at = owner;
	fds->nowners++;
	return owner;
}

static struct table *event_table(struct fds *fds, const struct recorder_event *event)
{
	struct owner *owner = get_owner(fds, event->thread, event->pid);

	return owner ? owner->table : NULL;
}

static const struct table *known_table(const struct fds *fds, const struct recorder_event *event)
{
	const struct owner *owner = *find_owner(fds, event->thread);
	const struct process *process = owner ? owner->process : *find_process(fds, event->pid);

	return owner ? owner->table : process ? process->table : NULL;
}

/* Gives a thread, and its process where it used the same table, another one; takes table over. */
static void replace_table(struct fds *fds, struct owner *owner, struct table *table,
			  bool process_too)
{
	if (!table)
		return;
	put_table(fds, owner->table);
	owner->table = table;
	if (process_too) {
		put_table(fds, owner->process->table);
		owner->process->table = get_table(table);
	}
}

void fds__add_task(struct fds *fds, const struct recorder_task *task)
{
	struct process *process = get_process(fds, task->pid, NULL);

	if (!process)
		return;
	if (!process->table->cwd)
		process->table->cwd = new_path(fds, task->cwd);
	for (size_t i = 0; i < task->nfds; i++) {
		const struct recorder_fd *fd = &task->fds[i];

		if (!find_entry(process->table, fd->fd))
			set_entry(fds, process->table, fd->fd, new_path(fds, fd->target),
				  fd->flags & CLOEXEC_FLAG, 0);
	}
}

static void follow_fork(struct fds *fds, const struct recorder_event *event)
{
	struct owner **old = find_owner(fds, event->fork.thread);
	struct owner *parent, *child;

	/* Numbers are not used again; what a damaged trace says of one is forgotten. */
	if (*old)
		drop_owner(fds, old);
	parent = get_owner(fds, event->thread, event->pid);
	if (event->fork.pid != event->pid) {
		struct process **stale = find_process(fds, event->fork.pid);

		if (*stale && (*stale)->threads == 0)
			drop_process(fds, stale);
		get_process(fds, event->fork.pid,
			    parent ? copy_table(fds, parent->table, false) : NULL);
	}
	child = get_owner(fds, event->fork.thread, event->fork.pid);
	if (child && parent && event->fork.pid == event->pid)
		replace_table(fds, child, get_table(parent->table), false);
}

void fds__follow(struct fds *fds, const struct recorder_event *event)
{
	struct owner **at = find_owner(fds, event->thread);

	if (event->type == RECORDER_THREAD)
		get_owner(fds, event->thread, event->pid);
	else if (event->type == RECORDER_FORK)
		follow_fork(fds, event);
	else if (event->type == RECORDER_EXEC && get_owner(fds, event->thread, event->pid))
		replace_table(fds, *find_owner(fds, event->thread),
			      copy_table(fds, event_table(fds, event), true), true);
	else if (event->type == RECORDER_EXIT && *at)
		drop_owner(fds, at);
}

/*
 * Whether another thread made the descriptor while the call was under way: the call cannot have
 * meant it, but one of the same number before.
 */
static bool is_later(const struct fds *fds, const struct entry *entry,
		     const struct recorder_event *event)
{
	const struct owner *owner = *find_owner(fds, event->thread);
	uint64_t begun_ns = event->call.enter_ns;

	if (event->call.no_entry)
		begun_ns = owner ? owner->free_ns : 0;
	return event->type == RECORDER_CALL && entry->since_ns > begun_ns &&
	       entry->since_ns != event->time_ns;
}

const char *fds__path(const struct fds *fds, const struct recorder_event *event, int fd)
{
	const struct table *table = known_table(fds, event);
	const struct entry *entry = table ? find_entry(table, fd) : NULL;

	/* What the call itself made is known in any case. */
	if (fds->no_fds && entry && entry->since_ns != event->time_ns)
		return NULL;
	return entry && !is_later(fds, entry, event) ? entry->path->text : NULL;
}

void fds__close(struct fds *fds, const struct recorder_event *event, int fd)
{
	struct table *table = event_table(fds, event);
	struct entry *entry = table ? find_entry(table, fd) : NULL;

	if (entry && !is_later(fds, entry, event))
		remove_entries(fds, table, (size_t)(entry - table->entries), 1);
}

const char *fds__cwd(const struct fds *fds, const struct recorder_event *event)
{
	const struct table *table = known_table(fds, event);

	return table && table->cwd && !fds->no_cwd ? table->cwd->text : NULL;
}

void fds__distrust(struct fds *fds, bool descriptors, bool directories)
{
	fds->no_fds = descriptors;
	fds->no_cwd = directories;
}

void fds__count(struct fds *fds, const struct recorder_event *event)
{
	struct owner *owner = get_owner(fds, event->thread, event->pid);

	if (!owner)
		return;
	if (event->call.seq > owner->next_seq) {
		remove_entries(fds, owner->table, 0, owner->table->n);
		fds__set_cwd(fds, event, NULL);
	}
	owner->next_seq = event->call.seq + 1;
	owner->free_ns = owner->returned_ns;
	owner->returned_ns = event->time_ns;
}

void fds__set(struct fds *fds, const struct recorder_event *event, int fd, const char *path,
	      bool cloexec)
{
	struct table *table = event_table(fds, event);

	if (table && fd >= 0)
		set_entry(fds, table, fd, new_path(fds, path), cloexec, event->time_ns);
}

void fds__set_cloexec(struct fds *fds, const struct recorder_event *event, int fd, bool cloexec)
{
	struct table *table = event_table(fds, event);
	struct entry *entry = table ? find_entry(table, fd) : NULL;

	if (entry)
		entry->cloexec = cloexec;
}

void fds__set_cwd(struct fds *fds, const struct recorder_event *event, const char *path)
{
	struct table *table = event_table(fds, event);
	struct path *cwd = new_path(fds, path);

	if (!table) {
		put_path(fds, cwd);
		return;
	}
	put_path(fds, table->cwd);
	table->cwd = cwd;
}

void fds__close_range(struct fds *fds, const struct recorder_event *event, uint32_t first,
		      uint32_t last, bool mark_only)
{
	struct table *table = event_table(fds, event);
	size_t begin, end;

	if (!table || first > INT_MAX)
		return;
	begin = find_place(table, (int)first);
	end = last >= INT_MAX ? table->n : find_place(table, (int)last + 1);
	if (!mark_only && end > begin)
		remove_entries(fds, table, begin, end - begin);
	for (size_t i = begin; mark_only && i < end; i++)
		table->entries[i].cloexec = true;
}

void fds__unshare(struct fds *fds, const struct recorder_event *event)
{
	struct owner *owner = get_owner(fds, event->thread, event->pid);

	if (owner)
		replace_table(fds, owner, copy_table(fds, owner->table, false),
			      owner->process->threads == 1);
}

void fds__share(struct fds *fds, const struct recorder_event *event, uint32_t child_pid)
{
	struct owner *parent = get_owner(fds, event->thread, event->pid);
	struct process *child = *find_process(fds, child_pid);

	if (!parent || !child)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct owner *owner = fds->owners[i]; owner; owner = owner->next)
			if (owner->process == child)
				replace_table(fds, owner, get_table(parent->table), true);
}
