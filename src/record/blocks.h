/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The blocks that are no events: metadata, the syscall table, task snapshots, SYNC, INDEX and END.
 * All return 0 or a negative errno.
 */
#ifndef BLOCKS_H
#define BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct writer;

/* Pairs of metadata; a value may hold NULs. Build, then write once. */
struct meta;
struct meta *meta__new(void);
void meta__free(struct meta *meta);
int meta__set(struct meta *meta, const char *key, const void *value, size_t len);
int meta__set_text(struct meta *meta, const char *key, const char *text);
int meta__set_number(struct meta *meta, const char *key, uint64_t number);
/* Everything about the machine: kernel, host name, CPUs, clocks, boot id, utc offset, and
 * recorder.version. */
int meta__set_machine(struct meta *meta);
int meta__write(const struct meta *meta, struct writer *writer);

/*
 * The syscall table (src/syscalls/) for the ABIs of this machine: x86_64, i386, x32, or arm64,
 * arm.
 */
int write_syscalls(struct writer *writer);
/*
 * A snapshot of process pid; -ESRCH when it is gone. Without program, what belongs to the program
 * at hand is left out (exe, cmdline, maps, auxv): another takes its place before the first
 * recorded call.
 */
int write_task(struct writer *writer, pid_t pid, bool program);

struct sync {
	uint64_t time_ns, calls, events, data_bytes, lost_calls, lost_events, waits, wait_ns;
};
int write_sync(struct writer *writer, const struct sync *sync);

/* Where epochs began; thins itself out so that it keeps at most 4096. */
struct index;
struct index *index__new(void);
void index__free(struct index *index);
int index__add(struct index *index, uint64_t offset, uint64_t time_ns, uint64_t calls);
int index__write(const struct index *index, struct writer *writer);

struct counter {
	const char *name;
	uint64_t value;
};
struct thread_loss {
	uint32_t thread;
	uint64_t lost;
};
int write_end(struct writer *writer, uint64_t time_ns, const char *ending,
	      const struct counter *counters, size_t ncounters, const struct thread_loss *losses,
	      size_t nlosses);

#endif
