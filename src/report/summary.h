/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where the time and the bytes went: counts by syscall and by thread. */
#ifndef REPORT_SUMMARY_H
#define REPORT_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "recorder.h"
#include "report/histogram.h"

/* What is beyond is counted in one row, so that no file can claim more memory. */
#define SUMMARY_SYSCALLS 1024
#define SUMMARY_THREADS (4U << 20)

struct summary_counts {
	uint64_t calls;
	uint64_t errors;
	uint64_t untimed;   /* of calls: unfinished, or entry not seen */
	uint64_t time_ns;   /* of the others, entry to exit */
	uint64_t bytes_in;  /* read by the kernel from the program's memory */
	uint64_t bytes_out; /* written by the kernel to it */
};

struct summary_syscall {
	char name[32];
	struct summary_counts counts;
	struct histogram durations;
};

struct summary_thread {
	uint32_t pid, tid;
	char comm[16];
	struct summary_counts counts;
	bool exited;
	uint32_t status; /* as wait(2) reports it */
};

enum summary_sort {
	SUMMARY_TIME,
	SUMMARY_MEAN,
	SUMMARY_P50,
	SUMMARY_P99,
	SUMMARY_MAX,
	SUMMARY_CALLS,
	SUMMARY_ERRORS,
	SUMMARY_NAME,
	SUMMARY_BYTES,
	SUMMARY_BYTES_IN,
	SUMMARY_BYTES_OUT,
	SUMMARY_NONE,
};

struct summary;

/* threads: count by thread too. NULL with errno. */
struct summary *summary__new(bool threads);
void summary__free(struct summary *summary);
/* 0 or a negative errno. */
int summary__add(struct summary *summary, const struct recorder_event *event);
/* Ends adding and sorts. 0 or a negative errno. */
int summary__finish(struct summary *summary, enum summary_sort sort);

/* After summary__finish(): the sorted rows, with the total as the last. */
size_t summary__syscalls(const struct summary *summary, const struct summary_syscall *const **rows);
/* Sorted; 0 unless they were asked for. */
size_t summary__threads(const struct summary *summary, const struct summary_thread *const **rows);
/* Mean time of a timed call. */
double summary_mean_ns(const struct summary_counts *counts);

/* The sort that a word names, as strace -S too has them; -EINVAL for another. */
int summary_sort_parse(const char *word);

#endif
