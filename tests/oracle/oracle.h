/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The oracle finds, with ptrace, which bytes of a program's memory the kernel changed during each
 * system call. It shares nothing with the recorder, whose traces it judges: no code, no table.
 */
#ifndef ORACLE_H
#define ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PAGE_BYTES 4096UL

/* A file of records, each with its type first; integers are the machine's own. */
enum {
	RECORD_CALL = 1,
	RECORD_CHANGE = 2,
	RECORD_THREAD = 3,
	RECORD_UNREADABLE = 4,
};

struct record_call {
	uint32_t type, tid, id, arch, sequence, finished;
	uint64_t nr;
	int64_t ret;
	uint64_t args[6];
};

/* What changed since the last look at an address space: then calls' ids, then ranges. */
struct record_change {
	uint32_t type, tid, flags, ncalls, nranges, unused;
};

enum {
	CHANGE_USER = 1,    /* the program's own instructions ran there meanwhile */
	CHANGE_FOREIGN = 2, /* another address space was at work meanwhile */
	CHANGE_BIRTH = 4,   /* a new process's memory, compared with its parent's */
	CHANGE_EXEC = 8,    /* the new memory after execve, compared with zeroes */
	CHANGE_DEATH = 16,  /* what the end of a thread left in memory that others share */
};

/* Followed by the old and the new bytes. */
struct record_range {
	uint64_t addr;
	uint32_t len, flags;
};

enum {
	RANGE_SHARED = 1, /* of a shared mapping */
	RANGE_FIRST = 2, /* a shared page that was never seen before: its old bytes are not known */
	RANGE_MAPPING = 4, /* within what a call that changes mappings named */
	RANGE_FILE = 8,	   /* of a file's mapping */
};

/* Where a thread comes from, and what clone was asked to write. */
struct record_thread {
	uint32_t type, tid, parent, id;
	uint64_t flags, child_tid, parent_tid;
};

/* Pages that cannot be read, and so not be judged. */
struct record_unreadable {
	uint32_t type, tid;
	uint64_t addr, len;
};

struct range {
	uint64_t addr;
	uint32_t len, flags;
	size_t at; /* of the old bytes in changes.bytes; the new ones follow */
};

struct changes {
	struct range *ranges;
	size_t nranges, ranges_room;
	uint8_t *bytes;
	size_t nbytes, bytes_room;
	uint64_t unreadable, unreadable_len;
};

void *grow(void *array, size_t *room, size_t wanted, size_t size);
__attribute__((format(printf, 1, 2), noreturn)) void die(const char *format, ...);

/* space.c: the copy of an address space's writable memory. */
struct space;

/* Ranges of addresses that a call may have mapped anew. */
struct remapped {
	struct {
		uint64_t start, end;
	} area[64];
	size_t n;
	bool any;
};

struct space *space__new(pid_t tid, struct space *parent);
struct space *space__get(struct space *space);
void space__put(struct space *space);
size_t space__users(const struct space *space);
ssize_t space__read(struct space *space, uint64_t addr, void *buffer, size_t len);

/*
 * Bring the copy up to date. What differs is added to changes, unless that is NULL.
 * -errno where the memory is gone.
 */
int space__update(struct space *space, pid_t tid, const struct remapped *remapped,
		  struct changes *changes);

struct space_state {
	bool user_ran;
	uint64_t own, all; /* times that a thread of it, of any, was let run */
};

struct space_state *space__state(struct space *space);

#endif
