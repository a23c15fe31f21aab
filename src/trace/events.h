/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One EVENTS block, decoded event by event from its columns (docs/format.md, 6). */
#ifndef TRACE_EVENTS_H
#define TRACE_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorder.h"
#include "trace/format.h"
#include "trace/input.h"
#include "trace/lookup.h"
#include "trace/piece.h"
#include "trace/varint.h"

struct names;

enum call_bits {
	CALL_BIT_UNFINISHED = 1 << 0,
	CALL_BIT_NO_ENTRY = 1 << 1,
	CALL_BITS = (1 << 2) - 1,
};

/* An entry of the block's thread list. */
struct thread_entry {
	uint32_t thread, pid, tid, abi;
	uint64_t seq; /* that its next call has unless it says otherwise */
};

/* The last call of a number. */
struct last_call {
	const struct recorder_syscall *syscall;
	int64_t ret;
	uint64_t args[RECORDER_ARGS];
};

struct events {
	const struct names *names;
	uint8_t *raw;
	size_t raw_room;
	struct cursor columns[COLUMNS];
	uint64_t n; /* events in the block */
	uint64_t done;
	struct thread_entry *threads;
	size_t threads_room;
	uint32_t nthreads;
	struct lookup numbers; /* (abi, nr) to an index of last */
	struct last_call *last;
	size_t last_room;
	size_t nlast;
	const char *fault; /* what is malformed, or NULL */

	/* The event decoded last. */
	uint64_t time;
	int64_t index; /* of its thread list entry */
	const struct thread_entry *entry;
	enum recorder_event_type type;
	uint8_t flags; /* enum call_bits */
	/* Of the call decoded last. */
	uint32_t nr;
	unsigned int nargs;
	uint64_t args[RECORDER_ARGS];
	uint64_t seq;
	uint64_t enter;
	int64_t ret;
	const struct recorder_syscall *syscall;
	uint64_t pieces; /* not read yet */
	/* Of another event: its numbers and its bytes, in the order of the file. */
	uint64_t numbers_of[5];
	const uint8_t *bytes;
	size_t bytes_len;
};

/* Load a block, in place of what was there. 0, -EBADMSG, or another negative errno. */
int events__load(struct events *events, struct input *input, const struct block *block);
/*
 * The next event: 1, 0 at the end; -EBADMSG with fault where the block is malformed; -ENOMEM.
 * Pieces not read are skipped.
 */
int events__next(struct events *events);
/* The next piece of the event: 1, 0 after the last, -EBADMSG with fault. */
int events__piece(struct events *events, struct piece *piece);
/* Bytes of memory in use. */
size_t events__size(const struct events *events);
void events__free(struct events *events);

#endif
