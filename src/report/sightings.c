/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "report/sightings.h"
#include "report/stack.h"

#define ABI_WITH_OLD_MMAP 1 /* i386: mmap takes one pointer to its arguments (mmap(2), NOTES) */
#define RSEQ_REGISTER 0	    /* flags of rseq, linux/rseq.h */

const struct sighting_words sighting_words[SIGHTINGS] = {
	[SIGHTING_VDSO] = { "vdso", "program", "clock reads through the vDSO make no syscall" },
	[SIGHTING_RDTSC] = { "rdtsc", "thread",
			     "the time-stamp counter is read without a syscall" },
	[SIGHTING_RSEQ] = { "rseq", "thread",
			    "the kernel writes the CPU number to memory (rseq) without a syscall" },
	[SIGHTING_MAPPED] = { "mapped", "mapping",
			      "the contents of mapped files are read without a syscall" },
	[SIGHTING_SHARED] = { "shared", "mapping",
			      "memory shared with other processes changes without a syscall" },
	[SIGHTING_IO_URING] = { "io_uring", "call", "io_uring moves data that no syscall shows" },
	[SIGHTING_HANDLER] = { "handler", "signal",
			       "where a signal struck, and the frame of its handler, is not "
			       "recorded" },
	[SIGHTING_ATTACHED] = { "attached", "thread",
				"memory as it was before recording began is not in the trace" },
	[SIGHTING_FETCHED] = { "fetched", "range",
			       "read while the process was stopped: another of its threads may "
			       "have changed it first" },
	[SIGHTING_NO_ENTRY] = { "no_entry", "call",
				"entry not seen: no time of entry, nor what the call overwrote" },
	[SIGHTING_UNDESCRIBED] = { "undescribed", "call", "memory is not followed everywhere in" },
	[SIGHTING_CUT] = { "cut", "range",
			   "longer than the limit of -s: the rest is not in the trace" },
	[SIGHTING_BAD_ADDRESS] = { "bad_address", "range",
				   "not there to be read: the call that was given its address "
				   "failed" },
};

static void count_at(struct sightings *sightings, enum sighting_kind kind, uint32_t pid,
		     uint32_t tid, const char *comm)
{
	struct sighting *sighting = &sightings->kinds[kind];

	if (sighting->count++)
		return;
	sighting->pid = pid;
	sighting->tid = tid;
	snprintf(sighting->comm, sizeof(sighting->comm), "%s", comm ? comm : "");
}

void sightings__count(struct sightings *sightings, enum sighting_kind kind,
		      const struct recorder_event *event)
{
	count_at(sightings, kind, event->pid, event->tid, event->comm);
}

static void add_undescribed(struct sightings *sightings, const struct recorder_event *event)
{
	const struct recorder_syscall *syscall = event->call.syscall;

	sightings__count(sightings, SIGHTING_UNDESCRIBED, event);
	for (size_t i = 0; i < sightings->nundescribed; i++) {
		if (sightings->undescribed[i] == syscall)
			return;
	}
	if (sightings->nundescribed < SIGHTINGS_NAMES)
		sightings->undescribed[sightings->nundescribed++] = syscall;
	else
		sightings->more_undescribed = true;
}

static void add_mmap(struct sightings *sightings, const struct recorder_event *event)
{
	uint64_t prot = event->call.args[2], flags = event->call.args[3];
	bool anonymous = flags & MAP_ANONYMOUS;

	if (event->call.abi == ABI_WITH_OLD_MMAP && !strcmp(event->call.syscall->name, "mmap"))
		return;
	if (!anonymous)
		sightings__count(sightings, SIGHTING_MAPPED, event);
	if ((flags & MAP_TYPE) != MAP_PRIVATE && (anonymous || prot & PROT_WRITE))
		sightings__count(sightings, SIGHTING_SHARED, event);
}

static void add_program(struct sightings *sightings, struct recorder_trace *trace,
			const struct recorder_event *event)
{
	sightings->programs++;
	if (stack_has_vdso(trace, event) != 0)
		sightings__count(sightings, SIGHTING_VDSO, event);
	sightings__count(sightings, SIGHTING_MAPPED, event);
}

/* By first letter: this is asked for every call. */
static void add_success(struct sightings *sightings, struct recorder_trace *trace,
			const struct recorder_event *event)
{
	const char *name = event->call.syscall->name;

	switch (name[0]) {
	case 'e':
		if (!strcmp(name, "execve") || !strcmp(name, "execveat"))
			add_program(sightings, trace, event);
		break;
	case 'i':
		if (!strcmp(name, "io_uring_setup") || !strcmp(name, "io_uring_enter"))
			sightings__count(sightings, SIGHTING_IO_URING, event);
		break;
	case 'm':
		if (!strcmp(name, "mmap") || !strcmp(name, "mmap2"))
			add_mmap(sightings, event);
		break;
	case 'r':
		if (!strcmp(name, "rseq") && event->call.args[2] == RSEQ_REGISTER)
			sightings__count(sightings, SIGHTING_RSEQ, event);
		break;
	case 's':
		if (!strcmp(name, "shmat"))
			sightings__count(sightings, SIGHTING_SHARED, event);
		break;
	}
}

static bool has_failed(const struct recorder_event *event)
{
	return event->call.ret < 0 && event->call.ret >= -4095;
}

static void add_call(struct sightings *sightings, struct recorder_trace *trace,
		     const struct recorder_event *event)
{
	const struct recorder_syscall *syscall = event->call.syscall;

	if (event->call.no_entry)
		sightings__count(sightings, SIGHTING_NO_ENTRY, event);
	if (!syscall || syscall->coverage)
		add_undescribed(sightings, event);
	if (syscall && !event->call.unfinished && !has_failed(event))
		add_success(sightings, trace, event);
}

void sightings__add(struct sightings *sightings, struct recorder_trace *trace,
		    const struct recorder_event *event)
{
	if (event->type == RECORDER_CALL)
		add_call(sightings, trace, event);
	else if (event->type == RECORDER_THREAD)
		sightings__count(sightings, SIGHTING_ATTACHED, event);
	else if (event->type == RECORDER_SIGNAL && event->signal.handler > 1)
		sightings__count(sightings, SIGHTING_HANDLER, event);
}

/* One line of /proc/PID/maps: "7f00-7f01 rw-s 00000000 00:01 1234    /dev/shm/name". */
static void add_mapping(struct sightings *sightings, const struct recorder_task *task,
			const char *line)
{
	unsigned long long inode;
	char access[5];

	if (sscanf(line, "%*[0-9a-f]-%*[0-9a-f] %4s %*s %*s %llu", access, &inode) != 2 || !inode)
		return;
	count_at(sightings, SIGHTING_MAPPED, task->pid, task->pid, task->comm);
	if (access[1] == 'w' && access[3] == 's')
		count_at(sightings, SIGHTING_SHARED, task->pid, task->pid, task->comm);
}

void sightings__add_task(struct sightings *sightings, const struct recorder_task *task)
{
	bool vdso = auxv_has_vdso(task->auxv, task->auxv_len);
	char line[128];

	for (const char *at = task->maps; at && *at; at += strcspn(at, "\n"), at += *at == '\n') {
		size_t len = strcspn(at, "\n");

		snprintf(line, sizeof(line), "%.*s",
			 (int)(len < sizeof(line) ? len : sizeof(line) - 1), at);
		add_mapping(sightings, task, line);
		vdso |= strstr(line, "[vdso]") != NULL;
	}
	sightings->programs++;
	if (vdso || (!task->auxv_len && !(task->maps && *task->maps)))
		count_at(sightings, SIGHTING_VDSO, task->pid, task->pid, task->comm);
}
