/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The BPF side from outside: loaded with what the user chose, attached, its ring buffers read, its
 * counters, its end. Functions return 0 or a negative errno, and have then told why in
 * capture__error().
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "event.h"
#include "syscalls/syscalls.h"

struct capture;

struct capture_options {
	struct capture_config config;	 /* what the user chose; the rest is found out */
	const struct syscall_set *calls; /* NULL: all */
	bool inputs, outputs;		 /* which buffers are kept */
	const char *cgroup;		 /* path of a cgroup v2 directory, or NULL */
	bool verbose;			 /* let libbpf speak */
};

/* A sample of ring buffer `cpu`; a negative value ends capture__consume() after this one. */
typedef int (*capture_sample)(void *context, unsigned int cpu, void *sample, size_t size);

struct capture *capture__new(void);
void capture__free(struct capture *capture);
/* -EPERM no privilege, -EOPNOTSUPP the kernel lacks something, another errno. */
int capture__load(struct capture *capture, const struct capture_options *options);
/* Who takes the samples; to be set before capture__consume(). */
void capture__set_sample(struct capture *capture, capture_sample sample, void *context);
/*
 * Which processes to adopt; to be said before capture__attach(). waiting: they begin with their
 * next execve.
 */
int capture__target(struct capture *capture, const pid_t *pids, size_t npids, bool waiting);
int capture__attach(struct capture *capture);
/*
 * Take in every thread of the targets, or with config.all of the machine. *records, which the
 * caller frees, are records in order of time.
 */
int capture__adopt(struct capture *capture, void **records, size_t *size);
/* One line about the last failure. */
const char *capture__error(const struct capture *capture);
/* Words for the metadata: capture variants in use. */
const char *capture__features(const struct capture *capture);

unsigned int capture__cpus(const struct capture *capture);
/* Readable when a ring buffer asks for attention. */
int capture__poll_fd(const struct capture *capture);
/* Give what is in the ring buffer of one CPU to the sample function: 0, or its negative value. */
int capture__consume(struct capture *capture, unsigned int cpu);
/*
 * Send what is staged to the ring buffers, of each CPU that sent[cpu] does not yet say it of: true
 * when it is said of all.
 */
bool capture__flush(struct capture *capture, bool *sent);
/* No more calls are recorded from here on; what has been recorded is in the staging areas or
 * beyond. */
void capture__stop(struct capture *capture);
/* After capture__stop(): unfinished calls and EVENT_END of the threads that live. */
int capture__end(struct capture *capture, void **records, size_t *size);
/* Take the programs off the tracepoints. */
void capture__detach(struct capture *capture);

/* Recorded threads that live. */
unsigned int capture__alive(const struct capture *capture);
/* Sums over all CPUs; used and busy mean nothing. */
void capture__counts(const struct capture *capture, struct stage_state *sum);
/* Program runs that the kernel skipped. */
struct capture_missed {
	uint64_t enter, exit, other;
};
void capture__missed(struct capture *capture, struct capture_missed *missed);
struct capture_shared *capture__shared(struct capture *capture);

/* For hold.c: three maps of bpf/maps.bpf.h, and what capture__shared() gives. */
struct capture_holds {
	int holds, resumed, stops;
	struct capture_shared *shared;
	bool classic; /* classic tracepoints are in use */
};
void capture__holds(const struct capture *capture, struct capture_holds *holds);

#endif
