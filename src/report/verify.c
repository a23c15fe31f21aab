/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "report/map.h"
#include "report/verify.h"

#define ABI_X86_LAST 2 /* x86_64, i386, x32 come first */
#define ENDED_LEAF 32768
#define ENDED_LEAVES ((1ULL << 32) / ENDED_LEAF)

struct thread_state {
	uint64_t calls;
	uint64_t next; /* sequence number that the next call must have */
	uint32_t pid, tid;
	char comm[16];
	bool ended;
	bool x86;
	bool tsc_off; /* rdtsc raises SIGSEGV in it */
};

struct process_state {
	uint64_t threads; /* alive */
};

struct verifier {
	struct recorder_trace *trace;
	struct map *threads; /* that have not exited */
	struct map *processes;
	uint8_t **ended; /* a bit for each thread that has exited, in leaves made when needed */
	struct verify_counts counts;
	struct sightings sightings;
	struct sighting fetched_alone; /* ranges, while no other thread of the process was known */
};

struct verifier *verifier__new(struct recorder_trace *trace)
{
	struct verifier *verifier = calloc(1, sizeof(*verifier));

	if (!verifier)
		return NULL;
	verifier->trace = trace;
	verifier->threads = map__new(sizeof(struct thread_state), VERIFY_THREADS);
	verifier->processes = map__new(sizeof(struct process_state), VERIFY_THREADS);
	verifier->ended = calloc(ENDED_LEAVES, sizeof(*verifier->ended));
	if (!verifier->threads || !verifier->processes || !verifier->ended) {
		verifier__free(verifier);
		errno = ENOMEM;
		return NULL;
	}
	return verifier;
}

void verifier__free(struct verifier *verifier)
{
	if (!verifier)
		return;
	for (size_t i = 0; verifier->ended && i < ENDED_LEAVES; i++)
		free(verifier->ended[i]);
	free(verifier->ended);
	map__free(verifier->threads);
	map__free(verifier->processes);
	free(verifier);
}

static uint64_t add_saturated(uint64_t a, uint64_t b)
{
	return a + b < a ? UINT64_MAX : a + b;
}

static void count_at(struct sighting *sighting, uint32_t pid, uint32_t tid, const char *comm)
{
	if (sighting->count++)
		return;
	sighting->pid = pid;
	sighting->tid = tid;
	snprintf(sighting->comm, sizeof(sighting->comm), "%s", comm ? comm : "");
}

static bool has_ended(const struct verifier *verifier, uint32_t thread)
{
	const uint8_t *leaf = verifier->ended[thread / ENDED_LEAF];

	return leaf && leaf[thread % ENDED_LEAF / 8] & 1 << thread % 8;
}

static int mark_ended(struct verifier *verifier, uint32_t thread)
{
	uint8_t **leaf = &verifier->ended[thread / ENDED_LEAF];

	if (!*leaf)
		*leaf = calloc(1, ENDED_LEAF / 8);
	if (!*leaf)
		return -ENOMEM;
	(*leaf)[thread % ENDED_LEAF / 8] |= (uint8_t)(1 << thread % 8);
	return 0;
}

/* NULL with errno; a new thread adds to its process. */
static struct thread_state *get_thread(struct verifier *verifier, uint32_t number, uint32_t pid,
				       uint32_t tid, const char *comm)
{
	struct thread_state *thread = map__find(verifier->threads, number);
	struct process_state *process;

	if (!thread) {
		process = map__get(verifier->processes, pid);
		thread = process ? map__get(verifier->threads, number) : NULL;
		if (!thread)
			return NULL;
		process->threads++;
		verifier->counts.threads++;
	}
	thread->pid = pid;
	thread->tid = tid;
	if (comm)
		snprintf(thread->comm, sizeof(thread->comm), "%s", comm);
	return thread;
}

static void add_disorder(struct verifier *verifier, const struct recorder_event *event)
{
	count_at(&verifier->counts.disorder, event->pid, event->tid, event->comm);
}

static void add_loss(struct verifier *verifier, uint32_t number, const struct thread_state *thread)
{
	struct verify_counts *counts = &verifier->counts;
	struct verify_loss *loss;

	if (thread->next <= thread->calls)
		return;
	counts->lost = add_saturated(counts->lost, thread->next - thread->calls);
	counts->lost_threads++;
	if (counts->nlosses == VERIFY_LOSSES)
		return;
	loss = &counts->losses[counts->nlosses++];
	loss->thread = number;
	loss->pid = thread->pid;
	loss->tid = thread->tid;
	memcpy(loss->comm, thread->comm, sizeof(loss->comm));
	loss->lost = thread->next - thread->calls;
}

/* Ends the account of a thread, which is not looked at again. */
static void close_thread(struct verifier *verifier, uint32_t number,
			 const struct thread_state *thread)
{
	add_loss(verifier, number, thread);
	if (thread->x86 && !thread->tsc_off) {
		count_at(&verifier->sightings.kinds[SIGHTING_RDTSC], thread->pid, thread->tid,
			 thread->comm);
	}
}

/* Whether the buffer lies beyond what a write moved: its return value counts the bytes. */
static bool is_beyond(const struct recorder_event *event, const struct recorder_buf *buf)
{
	const struct recorder_syscall *syscall = event->call.syscall;
	int64_t bytes = 0;

	if (!syscall || buf->arg < 0 || event->call.ret <= 0 ||
	    (strcmp(syscall->args[buf->arg].type, "bytes") &&
	     strcmp(syscall->args[buf->arg].type, "iovec")))
		return false;
	for (const struct recorder_buf *at = event->call.bufs; at <= buf; at++)
		if (at->arg == buf->arg && !at->out && at->full < INT32_MAX)
			bytes += (int64_t)at->full;
	return event->call.ret < bytes;
}

/*
 * Whether a missing range may be the program's doing: an address that the kernel itself refused, or
 * an input that a call which failed, or moved less than it was given, need not have looked at.
 */
static bool is_bad_address(const struct recorder_event *event, const struct recorder_buf *buf)
{
	if (event->call.unfinished || buf->error != EFAULT)
		return false;
	if (event->call.ret == -EFAULT)
		return true;
	return !buf->out && (event->call.ret < 0 || is_beyond(event, buf));
}

static void add_bufs(struct verifier *verifier, const struct recorder_event *event)
{
	const struct process_state *process = map__find(verifier->processes, event->pid);
	struct verify_counts *counts = &verifier->counts;
	bool missing = false;

	for (size_t i = 0; i < event->call.nbufs; i++) {
		const struct recorder_buf *buf = &event->call.bufs[i];

		if (buf->error && is_bad_address(event, buf)) {
			sightings__count(&verifier->sightings, SIGHTING_BAD_ADDRESS, event);
		} else if (buf->error) {
			missing = true;
			count_at(&counts->missing, event->pid, event->tid, event->comm);
			counts->missing_bytes = add_saturated(counts->missing_bytes, buf->full);
		} else if (buf->len < buf->full) {
			counts->cut_bytes = add_saturated(counts->cut_bytes, buf->full - buf->len);
			sightings__count(&verifier->sightings, SIGHTING_CUT, event);
		}
		if (buf->fetched && process && process->threads > 1)
			sightings__count(&verifier->sightings, SIGHTING_FETCHED, event);
		else if (buf->fetched)
			count_at(&verifier->fetched_alone, event->pid, event->tid, event->comm);
	}
	counts->missing_calls += missing;
}

/* Calls of the epoch that had no time to be written are no losses. */
static void excuse_gap(struct verifier *verifier, struct thread_state *thread, uint64_t seq)
{
	if (!verifier->trace || !recorder_trace__is_open(verifier->trace))
		return;
	verifier->counts.unwritten = add_saturated(verifier->counts.unwritten, seq - thread->next);
	thread->calls = add_saturated(thread->calls, seq - thread->next);
}

static void add_call(struct verifier *verifier, const struct recorder_event *event,
		     struct thread_state *thread)
{
	const struct recorder_syscall *syscall = event->call.syscall;

	if (event->call.seq < thread->next || event->call.seq == UINT64_MAX) {
		add_disorder(verifier, event);
	} else {
		excuse_gap(verifier, thread, event->call.seq);
		thread->next = event->call.seq + 1;
	}
	thread->calls++;
	thread->x86 |= event->call.abi <= ABI_X86_LAST;
	verifier->counts.calls++;
	verifier->counts.unfinished += event->call.unfinished;
	if (syscall && syscall->name[0] == 'p' && !strcmp(syscall->name, "prctl") &&
	    !event->call.unfinished && !event->call.ret && event->call.args[0] == PR_SET_TSC)
		thread->tsc_off |= event->call.args[1] == PR_TSC_SIGSEGV;
	add_bufs(verifier, event);
}

/* A clone's child has its parent's prctl settings. */
static int add_fork(struct verifier *verifier, const struct recorder_event *event, bool tsc_off)
{
	struct thread_state *child;

	if (has_ended(verifier, event->fork.thread)) {
		add_disorder(verifier, event);
		return 0;
	}
	child = get_thread(verifier, event->fork.thread, event->fork.pid, event->fork.tid,
			   event->fork.comm);
	if (!child)
		return -errno;
	child->tsc_off = tsc_off;
	return 0;
}

static void note_end(struct verifier *verifier, const struct recorder_event *event,
		     struct thread_state *thread)
{
	if (thread->ended || event->exit.next_seq < thread->next) {
		add_disorder(verifier, event);
	} else {
		excuse_gap(verifier, thread, event->exit.next_seq);
		thread->next = event->exit.next_seq;
	}
	thread->ended = true;
}

static int add_exit(struct verifier *verifier, const struct recorder_event *event,
		    struct thread_state *thread)
{
	struct process_state *process = map__find(verifier->processes, thread->pid);

	note_end(verifier, event, thread);
	close_thread(verifier, event->thread, thread);
	if (process && !--process->threads)
		map__remove(verifier->processes, thread->pid);
	map__remove(verifier->threads, event->thread);
	return mark_ended(verifier, event->thread);
}

int verifier__add(struct verifier *verifier, const struct recorder_event *event)
{
	struct thread_state *thread;

	sightings__add(&verifier->sightings, verifier->trace, event);
	if (has_ended(verifier, event->thread)) {
		add_disorder(verifier, event);
		return 0;
	}
	thread = get_thread(verifier, event->thread, event->pid, event->tid, event->comm);
	if (!thread)
		return -errno;
	switch (event->type) {
	case RECORDER_CALL:
		add_call(verifier, event, thread);
		return 0;
	case RECORDER_FORK:
		return add_fork(verifier, event, thread->tsc_off);
	case RECORDER_EXIT:
		return add_exit(verifier, event, thread);
	case RECORDER_END:
		note_end(verifier, event, thread);
		return 0;
	default:
		return 0;
	}
}

static int compare_losses(const void *a, const void *b)
{
	const struct verify_loss *x = a, *y = b;

	if (x->lost != y->lost)
		return x->lost > y->lost ? -1 : 1;
	return x->thread < y->thread ? -1 : x->thread > y->thread;
}

void verifier__finish(struct verifier *verifier, const struct verify_facts *facts)
{
	bool command = facts->mode && !strcmp(facts->mode, "command");
	struct sightings *sightings = &verifier->sightings;
	struct verify_counts *counts = &verifier->counts;
	const struct recorder_task *task;
	struct thread_state *thread = NULL;

	counts->unwritten = add_saturated(counts->unwritten, facts->unwritten_calls);
	counts->alive = map__size(verifier->threads);
	while ((thread = map__next(verifier->threads, thread)) != NULL) {
		if (!thread->ended && facts->finished)
			count_at(&counts->no_end, thread->pid, thread->tid, thread->comm);
		close_thread(verifier, (uint32_t)map__key(thread), thread);
	}
	qsort(counts->losses, counts->nlosses, sizeof(counts->losses[0]), compare_losses);
	/*
	 * A command's own programs all came by execve; its first snapshot may be from before that.
	 */
	if (verifier->trace && !(command && sightings->programs)) {
		for (size_t i = 0; (task = recorder_trace__task(verifier->trace, i)) != NULL; i++)
			sightings__add_task(sightings, task);
	}
	if (command)
		sightings->kinds[SIGHTING_ATTACHED].count = 0;
	if (facts->no_follow && !sightings->kinds[SIGHTING_FETCHED].count)
		sightings->kinds[SIGHTING_FETCHED] = verifier->fetched_alone;
}

const struct verify_counts *verifier__counts(const struct verifier *verifier)
{
	return &verifier->counts;
}

const struct sightings *verifier__sightings(const struct verifier *verifier)
{
	return &verifier->sightings;
}

/* getopt takes "--no-f" too. */
static bool has_no_follow(const struct recorder_trace *trace)
{
	static const char option[] = "--no-follow";
	size_t len;
	const char *at = recorder_trace__meta(trace, "options", &len), *end = at ? at + len : NULL;

	for (; at < end && strcmp(at, "--"); at += strlen(at) + 1) {
		if (strlen(at) > 4 && !strncmp(at, option, strlen(at)))
			return true;
	}
	return false;
}

void verify_facts__read(struct verify_facts *facts, const struct recorder_trace *trace)
{
	const char *entries = recorder_trace__meta(trace, "entries", NULL);
	struct recorder_totals totals;

	recorder_trace__totals(trace, &totals);
	facts->finished = totals.finished;
	facts->torn = totals.torn;
	facts->ending = recorder_trace__ending(trace);
	facts->lost_calls = recorder_trace__counter(trace, "lost_calls");
	facts->lost_events = recorder_trace__counter(trace, "lost_events");
	facts->lost_ranges = recorder_trace__counter(trace, "lost_ranges");
	facts->lost_storage = recorder_trace__counter(trace, "lost_storage");
	facts->unwritten_calls = recorder_trace__counter(trace, "unwritten_calls");
	facts->missed_enter = recorder_trace__counter(trace, "missed_enter");
	facts->missed_exit = recorder_trace__counter(trace, "missed_exit");
	facts->missed_other = recorder_trace__counter(trace, "missed_other");
	facts->mode = recorder_trace__meta(trace, "mode", NULL);
	facts->filter = recorder_trace__meta(trace, "filter", NULL);
	facts->data = recorder_trace__meta(trace, "data", NULL);
	facts->uid = recorder_trace__meta(trace, "uid", NULL);
	facts->comm = recorder_trace__meta(trace, "comm", NULL);
	facts->cgroup = recorder_trace__meta(trace, "cgroup", NULL);
	facts->no_follow = has_no_follow(trace);
	facts->no_entry_time = entries && !strcmp(entries, "none");
}
