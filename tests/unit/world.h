/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A made-up machine: threads that make random calls on several CPUs, the ring-buffer records of
 * that, and what a reader must say of it. The bytes of a call's memory follow from their address
 * and the call, so none have to be kept for the comparison.
 */
#ifndef WORLD_H
#define WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"

#define STREAMS 5
#define THREADS 24

/* What one CPU has yet to say. */
struct batch {
	uint8_t *data;
	size_t len, size;
	size_t fed;
};

/* A piece as it must come back. */
struct atom {
	uint64_t addr, full;
	uint32_t len;
	int error;
	uint8_t arg, flags;
};

struct expected {
	uint64_t time, order, seq, enter;
	unsigned int epoch, stream;
	struct event_header header;
	int64_t ret;
	uint32_t nr;
	uint8_t abi, nargs;
	uint64_t args[EVENT_ARGS];
	struct atom *atoms;
	size_t natoms;
	union {
		struct event_fork fork;
		struct event_exec exec;
		struct event_exit exit;
		struct event_signal signal;
		struct event_rename rename;
	};
};

/* An execve that has begun. */
struct entered {
	bool is;
	uint64_t enter;
	struct atom atoms[8];
	size_t natoms;
};

struct thread_model {
	uint32_t pid, tid;
	uint64_t seq;
	bool gone;
	struct entered entered;
};

struct world {
	uint64_t random;
	uint64_t now;
	unsigned int epoch;
	uint64_t calls, data_bytes, others;
	struct thread_model threads[THREADS];
	struct batch batches[STREAMS];
	uint64_t last[STREAMS];
	struct expected *events;
	size_t nevents, room;
	bool big; /* pieces of more than a mebibyte */
};

uint32_t below(struct world *world, uint32_t n);
bool chance(struct world *world, uint32_t percent);
/* What the call finds at an address. */
uint8_t byte_at(uint32_t thread, uint64_t seq, uint64_t addr);

struct world *world__new(uint64_t seed, bool big);
void world__free(struct world *world);
/* Something happens: its records join the batches, what is expected the events. */
void world__step(struct world *world);

#endif
