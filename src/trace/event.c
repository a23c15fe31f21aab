/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "trace/trace.h"

#include <errno.h>
#include <string.h>

static void copy_comm(char to[COMM_SIZE], const void *name, size_t len)
{
	memset(to, 0, COMM_SIZE);
	memcpy(to, name, len);
}

/*
 * The name that the event's thread has: by what events said of it, else by the snapshot of its
 * task.
 */
static void trace__find_comm(struct recorder_trace *trace, const struct thread_entry *entry)
{
	const char *name = comms__get(&trace->comms, entry->thread);

	if (!name)
		name = comms__get(&trace->tasks.comms, entry->tid);
	if (name)
		memcpy(trace->comm, name, COMM_SIZE);
	else
		trace->comm[0] = '\0';
}

static int trace__set_comm(struct recorder_trace *trace, const struct events *events)
{
	copy_comm(trace->comm, events->bytes, events->bytes_len);
	return comms__set(&trace->comms, events->entry->thread, events->bytes, events->bytes_len);
}

static int trace__fill_call(struct recorder_trace *trace, struct events *events)
{
	struct recorder_event *event = &trace->event;
	const struct recorder_syscall *syscall = events->syscall;
	int err;

	event->call.seq = events->seq;
	event->call.enter_ns = events->enter;
	event->call.ret = events->ret;
	event->call.unfinished = events->flags & CALL_BIT_UNFINISHED;
	event->call.no_entry = events->flags & CALL_BIT_NO_ENTRY;
	event->call.abi = events->entry->abi;
	event->call.nr = events->nr;
	event->call.nargs = events->nargs;
	memcpy(event->call.args, events->args, sizeof(events->args));
	event->call.syscall = syscall;
	event->call.command = NULL;
	if (syscall && syscall->command && syscall->command <= events->nargs)
		event->call.command = names__command(trace->names, syscall,
						     events->args[syscall->command - 1]);
	err = bufs__gather(&trace->bufs, events, &trace->data);
	event->call.bufs = trace->bufs.items;
	event->call.nbufs = trace->bufs.n;
	if (err == -EBADMSG && (events->fault || trace->bufs.fault))
		return streams__give_up(&trace->streams,
					events->fault ? events->fault : trace->bufs.fault);
	return err < 0 ? err : 1;
}

static int trace__fill_other(struct recorder_trace *trace, const struct events *events)
{
	struct recorder_event *event = &trace->event;
	const uint64_t *numbers = events->numbers_of;

	switch (events->type) {
	case RECORDER_THREAD:
	case RECORDER_RENAME:
		return trace__set_comm(trace, events);
	case RECORDER_FORK:
		copy_comm(trace->child_comm, events->bytes, events->bytes_len);
		event->fork.thread = (uint32_t)numbers[0];
		event->fork.pid = (uint32_t)numbers[1];
		event->fork.tid = (uint32_t)numbers[2];
		event->fork.set_tid_addr = numbers[3];
		event->fork.set_tid = (uint32_t)numbers[4];
		event->fork.comm = trace->child_comm;
		return comms__set(&trace->comms, event->fork.thread, events->bytes,
				  events->bytes_len);
	case RECORDER_EXEC:
		event->exec.old_tid = (uint32_t)numbers[0];
		return trace__set_comm(trace, events);
	case RECORDER_EXIT:
		event->exit.next_seq = numbers[0];
		event->exit.status = (uint32_t)numbers[1];
		comms__remove(&trace->comms, event->thread);
		return 0;
	case RECORDER_SIGNAL:
		event->signal.number = (uint32_t)numbers[0];
		event->signal.handler = numbers[1];
		event->signal.info = events->bytes;
		event->signal.info_len = events->bytes_len;
		return 0;
	case RECORDER_END:
		event->exit.next_seq = numbers[0];
		event->exit.status = 0;
		return 0;
	default:
		return -EBADMSG;
	}
}

int trace__fill(struct recorder_trace *trace, struct events *events)
{
	struct recorder_event *event = &trace->event;
	int err;

	event->type = events->type;
	event->time_ns = events->time;
	event->thread = events->entry->thread;
	event->pid = events->entry->pid;
	event->tid = events->entry->tid;
	event->cpu = streams__number(&trace->streams);
	event->comm = trace->comm;
	trace__find_comm(trace, events->entry);
	if (events->type == RECORDER_CALL)
		return trace__fill_call(trace, events);
	trace->bufs.n = trace->bufs.nruns = 0;
	err = trace__fill_other(trace, events);
	return err < 0 ? err : 1;
}
