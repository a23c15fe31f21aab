/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "dump.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "recorder.h"

#define DATA_SHOWN 24

/* The bytes, read in two parts, which have to be those in data. */
static void dump_data(FILE *out, struct recorder_trace *trace, const struct recorder_buf *buf)
{
	size_t n = buf->len < DATA_SHOWN ? buf->len : DATA_SHOWN;
	uint8_t bytes[DATA_SHOWN];
	ssize_t half = recorder_trace__read(trace, buf, 0, bytes, n / 2);
	ssize_t rest = recorder_trace__read(trace, buf, n / 2, bytes + n / 2, n - n / 2);

	fputs(buf->data || buf->len == 0 ? " " : " not placed ", out);
	if (half + rest != (ssize_t)n || (buf->data && memcmp(bytes, buf->data, n) != 0))
		fputs("WRONG ", out);
	for (size_t i = 0; i < n; i++)
		fprintf(out, bytes[i] >= 0x20 && bytes[i] < 0x7f ? "%c" : "\\x%02x", bytes[i]);
}

static void dump_buf(FILE *out, struct recorder_trace *trace, const struct recorder_buf *buf)
{
	fprintf(out, "  %s arg %d %s%s 0x%llx %llu/%llu", buf->start ? "buf" : "...", buf->arg,
		buf->out ? "out" : "in", buf->fetched ? " fetched" : "",
		(unsigned long long)buf->addr, (unsigned long long)buf->len,
		(unsigned long long)buf->full);
	if (buf->error)
		fprintf(out, " %s", recorder_errno_name(buf->error));
	dump_data(out, trace, buf);
	fputc('\n', out);
}

static void dump_call(FILE *out, struct recorder_trace *trace, const struct recorder_event *event)
{
	const char *name = event->call.syscall ? event->call.syscall->name : "?";

	fprintf(out, "%s", event->call.command ? event->call.command->name : name);
	fprintf(out, " %u seq %llu", event->call.nr, (unsigned long long)event->call.seq);
	if (!event->call.no_entry)
		fprintf(out, " enter %llu", (unsigned long long)event->call.enter_ns);
	if (!event->call.unfinished)
		fprintf(out, " ret %lld", (long long)event->call.ret);
	fputs(" args", out);
	for (unsigned int i = 0; i < event->call.nargs; i++)
		fprintf(out, " 0x%llx", (unsigned long long)event->call.args[i]);
	fputc('\n', out);
	for (size_t i = 0; i < event->call.nbufs; i++)
		dump_buf(out, trace, &event->call.bufs[i]);
}

static void dump_event(FILE *out, struct recorder_trace *trace, const struct recorder_event *event)
{
	fprintf(out, "%llu cpu %u thread %u %u/%u [%s] ", (unsigned long long)event->time_ns,
		event->cpu, event->thread, event->pid, event->tid, event->comm);
	switch (event->type) {
	case RECORDER_CALL:
		dump_call(out, trace, event);
		break;
	case RECORDER_FORK:
		fprintf(out, "fork %u %u/%u 0x%llx %u [%s]\n", event->fork.thread, event->fork.pid,
			event->fork.tid, (unsigned long long)event->fork.set_tid_addr,
			event->fork.set_tid, event->fork.comm);
		break;
	case RECORDER_EXEC:
		fprintf(out, "exec %u\n", event->exec.old_tid);
		break;
	case RECORDER_EXIT:
		fprintf(out, "exit %llu %u\n", (unsigned long long)event->exit.next_seq,
			event->exit.status);
		break;
	case RECORDER_SIGNAL:
		fprintf(out, "signal %u 0x%llx %zu bytes\n", event->signal.number,
			(unsigned long long)event->signal.handler, event->signal.info_len);
		break;
	case RECORDER_END:
		fprintf(out, "end %llu\n", (unsigned long long)event->exit.next_seq);
		break;
	case RECORDER_THREAD:
		fputs("thread\n", out);
		break;
	case RECORDER_RENAME:
		fputs("rename\n", out);
		break;
	}
}

char *dump_events(struct recorder_trace *trace)
{
	const struct recorder_event *event;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int err;

	if (!out)
		return NULL;
	while ((err = recorder_trace__next(trace, &event)) > 0 || err == -EBADMSG) {
		if (err > 0)
			dump_event(out, trace, event);
		else
			fprintf(out, "damage: %s\n", recorder_trace__error(trace));
	}
	if (err < 0)
		fprintf(out, "%s: %s\n", recorder_errno_name(-err), recorder_trace__error(trace));
	fclose(out);
	return text;
}

int open_bytes(const uint8_t *bytes, size_t n)
{
	int fd = memfd_create("trace", MFD_CLOEXEC);

	if (fd < 0 || write(fd, bytes, n) != (ssize_t)n || lseek(fd, 0, SEEK_SET) < 0)
		abort();
	return fd;
}

static char *dump_fd(int fd)
{
	struct recorder_trace *trace = recorder_trace__fdopen(fd);
	char *text = NULL;

	if (trace)
		text = dump_events(trace);
	else if (asprintf(&text, "open: %s\n", recorder_errno_name(errno)) < 0)
		text = NULL;
	recorder_trace__free(trace);
	return text;
}

char *dump_bytes(const uint8_t *bytes, size_t n)
{
	return dump_fd(open_bytes(bytes, n));
}

struct feed {
	const uint8_t *bytes;
	size_t n;
	int fd;
};

/* Write in odd parts; the reader may stop reading before the end. */
static void *feed__run(void *argument)
{
	struct feed *feed = argument;
	size_t done = 0;

	while (done < feed->n) {
		size_t part = feed->n - done < 1021 ? feed->n - done : 1021;
		ssize_t put = write(feed->fd, feed->bytes + done, part);

		if (put < 0)
			break;
		done += (size_t)put;
	}
	close(feed->fd);
	return NULL;
}

char *dump_piped(const uint8_t *bytes, size_t n)
{
	struct feed feed = { .bytes = bytes, .n = n };
	pthread_t thread;
	char *text;
	int fds[2];

	/* The reader may have enough before the feed has written all. */
	signal(SIGPIPE, SIG_IGN);
	if (pipe(fds) < 0)
		abort();
	feed.fd = fds[1];
	if (pthread_create(&thread, NULL, feed__run, &feed) != 0)
		abort();
	text = dump_fd(fds[0]);
	pthread_join(thread, NULL);
	return text;
}
