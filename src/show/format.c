/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One event, one line, in strace's form. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "show/fd_calls.h"
#include "show/show.h"

#define SECOND_NS UINT64_C(1000000000)
#define DAY_SECONDS 86400
#define ERRNO_MAX 4095
#define ID_WIDTH 5

struct show {
	struct decode decode;
	struct fds *fds; /* NULL: no paths */
	bool json;
	bool no_entries;  /* of no call: recorded without times of entry */
	uint64_t wall_ns; /* added to the monotonic clock: local time of the recorded machine */
};

static uint64_t meta_number(struct recorder_trace *trace, const char *key)
{
	const char *text = recorder_trace__meta(trace, key, NULL);

	return text ? (uint64_t)strtoll(text, NULL, 10) : 0;
}

static bool keeps_output(struct recorder_trace *trace)
{
	const char *data = recorder_trace__meta(trace, "data", NULL);

	return !data || strcmp(data, "none") != 0;
}

static bool has_no_entries(struct recorder_trace *trace)
{
	const char *entries = recorder_trace__meta(trace, "entries", NULL);

	return entries && !strcmp(entries, "none");
}

struct show *show__new(struct recorder_trace *trace, struct out *out,
		       const struct show_options *options)
{
	struct show *show = calloc(1, sizeof(*show));

	if (!show)
		return NULL;
	show->json = options->json;
	show->decode.out = out;
	show->decode.trace = trace;
	show->decode.keeps_output = !trace || keeps_output(trace);
	show->decode.string_limit = options->string_limit;
	show->decode.types = types__new();
	if (!show->decode.types)
		goto out;
	if (!options->no_paths && !options->json) {
		show->fds = fds__new();
		show->decode.fds = show->fds;
		if (!show->fds)
			goto out;
	}
	show->no_entries = trace && has_no_entries(trace);
	if (trace && show->fds)
		fd_calls__trust(show->fds, recorder_trace__meta(trace, "filter", NULL));
	if (trace)
		show->wall_ns = meta_number(trace, "clock.realtime_ns") -
				meta_number(trace, "clock.monotonic_ns") +
				meta_number(trace, "utc_offset") * SECOND_NS;
	return show;
out:
	show__free(show);
	errno = ENOMEM;
	return NULL;
}

void show__free(struct show *show)
{
	if (!show)
		return;
	types__free(show->decode.types);
	fds__free(show->fds);
	free(show);
}

void show__task(struct show *show, const struct recorder_task *task)
{
	if (show->fds)
		fds__add_task(show->fds, task);
}

static void show_prefix(struct show *show, const struct recorder_event *event, uint64_t time_ns)
{
	struct out *out = show->decode.out;
	uint64_t ns = time_ns + show->wall_ns;
	uint64_t second = ns / SECOND_NS % DAY_SECONDS;

	out__char(out, '[');
	out__padded(out, event->pid, ID_WIDTH);
	out__char(out, ' ');
	out__padded(out, event->tid, ID_WIDTH);
	out__str(out, "] ");
	out__digits(out, second / 3600, 2);
	out__char(out, ':');
	out__digits(out, second / 60 % 60, 2);
	out__char(out, ':');
	out__digits(out, second % 60, 2);
	out__char(out, '.');
	out__digits(out, ns % SECOND_NS / 1000, 6);
	out__char(out, ' ');
}

/* What the kernel returns to itself when a signal interrupts a call: include/linux/errno.h. */
static const char *restart_text(int error)
{
	switch (error) {
	case 512:
		return "ERESTARTSYS (To be restarted if SA_RESTART is set)";
	case 513:
		return "ERESTARTNOINTR (To be restarted)";
	case 514:
		return "ERESTARTNOHAND (To be restarted if no handler)";
	case 516:
		return "ERESTART_RESTARTBLOCK (Interrupted by signal)";
	default:
		return NULL;
	}
}

static void show_error_name(struct out *out, int error)
{
	const char *name = recorder_errno_name(error);

	if (name) {
		out__str(out, name);
	} else {
		out__char(out, 'E');
		out__unsigned(out, (uint64_t)error);
	}
}

static void show_error(struct out *out, int error)
{
	const char *restart = restart_text(error);
	const char *name = recorder_errno_name(error);

	if (restart) {
		out__str(out, "? ");
		out__str(out, restart);
		return;
	}
	out__str(out, "-1 ");
	show_error_name(out, error);
	if (!name)
		return;
	out__str(out, " (");
	out__str(out, strerror(error));
	out__char(out, ')');
}

static bool is_one_of(const char *name, const char *const *names)
{
	while (*names && strcmp(*names, name) != 0)
		names++;
	return *names != NULL;
}

static void show_command_result(struct out *out, const char *command, uint64_t value)
{
	const char *flags = strcmp(command, "F_GETFL") == 0 ? "flags:open" : "flags:fd";

	out__hex(out, value);
	out__str(out, " (flags ");
	show_flags(out, find_names(flags + 6, strlen(flags + 6)), value);
	out__char(out, ')');
}

static void show_result(struct show *show, const struct recorder_event *event)
{
	static const char *const addresses[] = { "mmap", "mmap2", "mremap", "brk", "shmat", NULL };
	static const char *const flag_commands[] = { "F_GETFL", "F_GETFD", NULL };
	static const char *const waits[] = { "poll", "ppoll", "select", "pselect6", NULL };
	const char *name = event->call.syscall ? event->call.syscall->name : "";
	const char *command = event->call.command ? event->call.command->name : "";
	struct out *out = show->decode.out;
	int64_t ret = event->call.ret;

	if (ret < 0 && ret >= -ERRNO_MAX)
		show_error(out, (int)-ret);
	else if (is_one_of(name, addresses))
		out__hex(out, (uint64_t)ret);
	else if (ret != 0 && is_one_of(command, flag_commands))
		show_command_result(out, command, (uint64_t)ret);
	else if (strcmp(name, "umask") == 0)
		show_permissions(out, (uint32_t)ret);
	else if (returns_fd(event))
		show_fd(&show->decode, (int)ret);
	else if (ret == 0 && is_one_of(name, waits))
		out__str(out, "0 (Timeout)");
	else
		out__signed(out, ret);
}

/* What is not as the call had it: memory that is not there, or was read from outside later. */
static void show_marks(struct out *out, const struct recorder_event *event)
{
	bool cut = false, fetched = false;
	int error = 0;

	for (size_t i = 0; i < event->call.nbufs; i++) {
		const struct recorder_buf *buf = &event->call.bufs[i];

		if (buf->error && !error)
			error = buf->error;
		cut |= !buf->error && buf->len < buf->full;
		fetched |= buf->fetched;
	}
	/* Where the kernel found nothing at an address either, nothing is missing. */
	if (error && (event->call.unfinished || event->call.ret != -EFAULT)) {
		out__str(out, " <missing: ");
		show_error_name(out, error);
		out__char(out, '>');
	}
	out__str(out, cut ? " <cut>" : "");
	out__str(out, fetched ? " <fetched>" : "");
}

static void show_duration(struct out *out, uint64_t ns)
{
	out__str(out, " <");
	out__unsigned(out, ns / SECOND_NS);
	out__char(out, '.');
	out__digits(out, ns % SECOND_NS / 1000, 6);
	out__char(out, '>');
}

static void show_call(struct show *show, const struct recorder_event *event)
{
	static const char *const never_return[] = { "exit", "exit_group", NULL };
	const struct recorder_syscall *syscall = event->call.syscall;
	struct out *out = show->decode.out;

	show_prefix(show, event, event->call.no_entry ? event->time_ns : event->call.enter_ns);
	if (syscall) {
		out__str(out, syscall->name);
	} else {
		out__str(out, "syscall_");
		out__unsigned(out, event->call.nr);
	}
	out__char(out, '(');
	decode_arguments(&show->decode);
	out__str(out, ") = ");
	if (show->fds)
		fd_calls__close(show->fds, &show->decode);
	if (event->call.unfinished)
		out__str(out, syscall && is_one_of(syscall->name, never_return)
				      ? "?"
				      : "? <unfinished ...>");
	else
		show_result(show, event);
	show_marks(out, event);
	if (event->call.no_entry)
		out__str(out, show->no_entries ? "" : " <entry not seen>");
	else if (!event->call.unfinished)
		show_duration(out, event->time_ns - event->call.enter_ns);
	out__char(out, '\n');
}

static void show_signal(struct show *show, const struct recorder_event *event)
{
	struct bytes info = { event->signal.info, event->signal.info_len, event->signal.info_len };
	const char *name = signal_name(event->signal.number);
	struct out *out = show->decode.out;

	show_prefix(show, event, event->time_ns);
	out__str(out, "--- ");
	if (name)
		out__str(out, name);
	else
		out__unsigned(out, event->signal.number);
	out__char(out, ' ');
	show_siginfo(&show->decode, &info);
	out__str(out, " ---\n");
}

static void show_exit(struct show *show, const struct recorder_event *event)
{
	uint32_t status = event->exit.status;
	const char *name = signal_name(status & 0x7f);
	struct out *out = show->decode.out;

	show_prefix(show, event, event->time_ns);
	if ((status & 0x7f) == 0) {
		out__str(out, "+++ exited with ");
		out__unsigned(out, status >> 8 & 0xff);
	} else {
		out__str(out, "+++ killed by ");
		if (name)
			out__str(out, name);
		else
			out__unsigned(out, status & 0x7f);
		if (status & 0x80)
			out__str(out, " (core dumped)");
	}
	out__str(out, " +++\n");
}

static void show_line(struct show *show, const struct recorder_event *event, bool print)
{
	bool call = event->type == RECORDER_CALL;

	show->decode.event = event;
	if (call && show->fds) {
		fds__count(show->fds, event);
		fd_calls__open(show->fds, &show->decode);
	}
	if (call && print)
		show_call(show, event);
	else if (call && show->fds)
		fd_calls__close(show->fds, &show->decode);
	else if (event->type == RECORDER_SIGNAL && print)
		show_signal(show, event);
	else if (event->type == RECORDER_EXIT && print)
		show_exit(show, event);
	if (!call && show->fds)
		fds__follow(show->fds, event);
}

void show__event(struct show *show, const struct recorder_event *event, bool print)
{
	if (!show->json)
		show_line(show, event, print);
	else if (print)
		write_json(show->decode.out, show->decode.trace, event);
}
