// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "record/session.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd.h"
#include "record/blocks.h"
#include "record/clock.h"
#include "record/describe.h"
#include "record/drain.h"
#include "record/encode.h"
#include "record/hold.h"
#include "record/output.h"
#include "record/progress.h"
#include "record/signals.h"
#include "record/target.h"
#include "record/writer.h"

#define POLL_MS 20
#define EPOCH_NS 250000000ULL

struct session {
	const struct session_options *options;
	struct target *target;
	struct capture *capture;
	struct output *output;
	struct writer *writer;
	struct encoder *encoder;
	struct index *index;
	struct drain *drain;
	struct hold *hold;
	struct progress progress;
	struct signals signals;
	int signalfd;
	int epoll;
	uint32_t held; /* stops that have been looked after */
	uint64_t deadline;
	const char *ending;
	char failure[128];
	int status;	  /* of the command, as wait reports it */
	bool started;	  /* the command was let go */
	bool target_runs; /* the command has not ended */
	bool done;
};

/* With a command, statuses of its own keep away from what the command may return. */
static int own_status(const struct session *session, int status)
{
	return session->options->command ? RECORD_FAILED : status;
}

static int start_target(struct session *session)
{
	const struct session_options *options = session->options;
	const struct target_options target = {
		.argv = options->command,
		.user = options->user,
		.mask = &session->signals.caller,
		.to_stderr = strcmp(options->output, "-") == 0,
	};

	if (!options->command)
		return 0;
	session->target = target__new(&target);
	if (session->target) {
		session->target_runs = true;
		return 0;
	}
	switch (errno) {
	case ENOENT:
	case ENOTDIR:
		return fail(RECORD_NOT_FOUND, "%s: command not found", options->command[0]);
	case EACCES:
		return fail(RECORD_NOT_EXECUTABLE, "%s: not an executable file",
			    options->command[0]);
	case EINVAL:
		return fail(RECORD_FAILED, "user %s: no such user", options->user);
	case EPERM:
		return fail(RECORD_FAILED, "user %s: only root may run a command as another user",
			    options->user ? options->user : "");
	default:
		return fail(RECORD_FAILED, "%s: %s", options->command[0], strerror(errno));
	}
}

static int start_capture(struct session *session)
{
	const struct session_options *options = session->options;
	pid_t pid = session->target ? target__pid(session->target) : 0;
	int err;

	session->capture = capture__new();
	if (!session->capture)
		return fail(RECORD_FAILED, "%s", strerror(errno));
	err = capture__load(session->capture, &options->capture);
	if (!err)
		err = capture__target(session->capture, pid ? &pid : options->pids,
				      pid ? 1 : options->npids, pid != 0);
	if (!err)
		err = capture__attach(session->capture);
	if (!err)
		return 0;
	fail(0, "%s", capture__error(session->capture));
	if (err == -EPERM)
		return own_status(session, RECORD_NO_PRIVILEGE);
	return own_status(session, err == -EOPNOTSUPP ? RECORD_UNSUPPORTED : RECORD_FAILED);
}

static int start_output(struct session *session)
{
	const char *path = session->options->output;

	session->output = output__open(path);
	if (session->output)
		return 0;
	if (errno == ELOOP)
		return fail(own_status(session, RECORD_NO_OUTPUT),
			    "%s: is a symbolic link, which is never followed; name the file itself",
			    path);
	if (errno == ENOTTY)
		return fail(own_status(session, RECORD_NO_OUTPUT),
			    "%s is a terminal: a trace is not text; redirect it, or use -o FILE",
			    strcmp(path, "-") ? path : "standard output");
	if (errno == EISDIR)
		return fail(
			own_status(session, RECORD_NO_OUTPUT),
			"%s: it, %s.partial or %s.old is a directory; choose another place with "
			"-o FILE",
			path, path, path);
	if (errno == ENOTSUP)
		return fail(own_status(session, RECORD_NO_OUTPUT),
			    "%s: is neither a file, nor a FIFO or character device; choose another "
			    "place with -o FILE",
			    path);
	return fail(own_status(session, RECORD_NO_OUTPUT),
		    "%s: %s; choose another place with -o FILE", path, strerror(errno));
}

static int start_hold(struct session *session)
{
	struct capture_holds maps;

	if (!session->options->capture.config.wait)
		return 0;
	capture__holds(session->capture, &maps);
	session->hold = hold__new(&maps);
	return session->hold ? 0 : fail(RECORD_FAILED, "guard process: %s", strerror(errno));
}

static int write_all_tasks(struct writer *writer)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int err = 0;

	if (!proc)
		return -errno;
	while (!err && (entry = readdir(proc))) {
		pid_t pid = atoi(entry->d_name);

		if (pid <= 0 || pid == getpid())
			continue;
		err = write_task(writer, pid, true);
		/* Ended meanwhile, or a kernel thread, which has no memory. */
		if (err == -ESRCH || err == -ENOENT)
			err = 0;
	}
	closedir(proc);
	return err;
}

static int write_tasks(struct session *session)
{
	const struct session_options *options = session->options;
	int err = 0;

	if (options->capture.config.all)
		return write_all_tasks(session->writer);
	if (session->target)
		return write_task(session->writer, target__pid(session->target), false);
	for (size_t i = 0; i < options->npids && !err; i++) {
		err = write_task(session->writer, options->pids[i], true);
		if (err == -ESRCH)
			err = 0;
	}
	return err;
}

/* The file's beginning, then the threads that are to be recorded. */
static int start_trace(struct session *session)
{
	const struct session_options *options = session->options;
	void *records = NULL;
	size_t size = 0;
	int err;

	session->writer = writer__new(output__fd(session->output));
	if (!session->writer)
		return -errno;
	session->encoder = encoder__new(session->writer, capture__cpus(session->capture) + 1);
	session->index = index__new();
	if (!session->encoder || !session->index)
		return -ENOMEM;
	err = write_description(session->writer, options, capture__features(session->capture));
	if (!err)
		err = write_syscalls(session->writer);
	if (!err)
		err = writer__sync(session->writer);
	if (err)
		return err;
	session->drain = drain__new(session->capture, session->encoder, session->writer,
				    session->index);
	if (!session->drain)
		return -errno;
	capture__set_sample(session->capture, drain__sample, session->drain);
	if (session->target)
		err = write_tasks(session);
	if (!err)
		err = capture__adopt(session->capture, &records, &size);
	if (!err)
		err = drain__add(session->drain, records, size);
	free(records);
	if (!err && !session->target)
		err = write_tasks(session);
	return err;
}

static int watch(int epoll, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static int start_signals(struct session *session)
{
	session->signalfd = signals__open(&session->signals);
	session->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (session->signalfd < 0)
		return session->signalfd;
	if (session->epoll < 0)
		return -errno;
	return watch(session->epoll, session->signalfd)
		       ?: watch(session->epoll, capture__poll_fd(session->capture));
}

static void end_with(struct session *session, const char *ending)
{
	session->ending = ending;
	session->done = true;
}

/*
 * The terminal's signals (si_code SI_KERNEL) reach the command by themselves; what somebody sends
 * to the recorder is passed on to it. Without a command, or when it has ended and only its
 * children run, they end the recording.
 */
static void take_signals(struct session *session)
{
	struct signalfd_siginfo info;
	bool sent;

	while (read(session->signalfd, &info, sizeof(info)) == sizeof(info)) {
		sent = info.ssi_code <= 0 &&
		       (!session->target || info.ssi_pid != (uint32_t)target__pid(session->target));
		if (info.ssi_signo == SIGCHLD) {
			if (session->target && target__ended(session->target, &session->status))
				session->target_runs = false;
		} else if (!session->target_runs) {
			end_with(session, "signal");
		} else if (sent || info.ssi_signo == SIGHUP) {
			kill(target__pid(session->target), info.ssi_signo);
		}
	}
}

/* What a stopped process's memory is fetched for is taken before the process runs on. */
static int look_after_holds(struct session *session)
{
	uint32_t held = __atomic_load_n(&capture__shared(session->capture)->held, __ATOMIC_ACQUIRE);
	int err;

	if (!session->hold || held == session->held)
		return 0;
	err = hold__look(session->hold);
	if (!err)
		err = drain__take_all(session->drain);
	if (err)
		return err;
	session->held = held;
	hold__resume(session->hold);
	return 0;
}

static int step(struct session *session, uint64_t *epoch)
{
	struct epoll_event events[4];
	uint64_t time;
	int err;

	if (epoll_wait(session->epoll, events, 4, POLL_MS) < 0 && errno != EINTR)
		return -errno;
	take_signals(session);
	err = drain__take(session->drain);
	if (!err)
		err = look_after_holds(session);
	if (err)
		return err;
	time = now();
	if (time - *epoch >= EPOCH_NS) {
		*epoch = time;
		err = drain__sync(session->drain);
		if (err)
			return err;
	}
	progress__show(&session->progress, time, session->capture,
		       encoder__totals(session->encoder), writer__offset(session->writer));
	if (session->deadline && time >= session->deadline)
		end_with(session, "duration");
	if (!session->options->capture.config.all && !session->target_runs &&
	    !capture__alive(session->capture))
		end_with(session, "exit");
	return 0;
}

static int loop(struct session *session)
{
	uint64_t epoch = now();
	int err = 0;

	if (session->options->duration_ns)
		session->deadline = epoch + session->options->duration_ns;
	while (!session->done && !err)
		err = step(session, &epoch);
	return err;
}

/* The last epochs: what is staged, then the calls that did not return. */
static int finish_events(struct session *session)
{
	void *records = NULL;
	size_t size = 0;
	int err;

	capture__stop(session->capture);
	err = drain__sync(session->drain);
	if (!err)
		err = look_after_holds(session);
	if (!err)
		err = capture__end(session->capture, &records, &size);
	if (!err)
		err = drain__add(session->drain, records, size);
	free(records);
	if (!err)
		err = drain__sync(session->drain);
	capture__detach(session->capture);
	return err ? err : look_after_holds(session);
}

static uint64_t lost_calls(struct session *session, struct stage_state *counts,
			   struct capture_missed *missed)
{
	capture__counts(session->capture, counts);
	capture__missed(session->capture, missed);
	return counts->lost_calls + missed->exit;
}

static void print_closing(struct session *session, uint64_t lost, uint64_t waits)
{
	const struct capture_shared *shared = capture__shared(session->capture);
	uint64_t calls = drain__written(session->drain)->calls;
	uint64_t bytes = writer__offset(session->writer);

	fprintf(stderr,
		"recorder: %s: %" PRIu64 " calls, %u threads, %" PRIu64 " lost, %" PRIu64
		" bytes, %.1f bytes/call",
		output__name(session->output), calls, shared->threads, lost, bytes,
		calls ? (double)bytes / calls : 0.0);
	if (waits)
		fprintf(stderr, "; %" PRIu64 " wait%s, %.3f s", waits, waits == 1 ? "" : "s",
			shared->wait_ns / 1e9);
	fputc('\n', stderr);
}

static int finish_trace(struct session *session)
{
	const struct encoder_totals *totals = drain__written(session->drain);
	uint64_t unwritten = encoder__totals(session->encoder)->calls - totals->calls;
	struct capture_missed missed;
	struct stage_state counts;
	uint64_t lost = lost_calls(session, &counts, &missed);
	const struct counter counters[] = {
		{ "calls", totals->calls },
		{ "events", totals->events },
		{ "data_bytes", totals->data_bytes },
		{ "lost_calls", counts.lost_calls },
		{ "unwritten_calls", unwritten },
		{ "lost_events", counts.lost_events },
		{ "lost_ranges", counts.lost_ranges },
		{ "lost_storage", counts.lost_storage },
		{ "missed_enter", missed.enter },
		{ "missed_exit", missed.exit },
		{ "missed_other", missed.other },
		{ "waits", counts.waits },
		{ "wait_ns", capture__shared(session->capture)->wait_ns },
		{ "fetched_bytes", drain__fetched(session->drain) },
		{ "exit_status", session->status },
	};
	int err;

	err = index__write(session->index, session->writer);
	if (!err)
		err = write_end(session->writer, now(), session->ending, counters,
				sizeof(counters) / sizeof(*counters), NULL, 0);
	if (!err)
		err = writer__sync(session->writer);
	progress__clear(&session->progress);
	if (!err)
		err = output__finish(session->output);
	if (!session->options->quiet)
		print_closing(session, lost + unwritten, counts.waits);
	return err;
}

/* The command runs to its end without being recorded. */
static void let_run(struct session *session)
{
	while (session->target_runs) {
		struct epoll_event event;

		epoll_wait(session->epoll, &event, 1, 1000);
		take_signals(session);
		if (target__ended(session->target, &session->status))
			session->target_runs = false;
	}
}

/* The trace cannot be written on: end it in order where it is whole, let the programs run, and say
 * so. */
static int give_up(struct session *session, int err)
{
	bool to_pipe = output__is_stream(session->output);

	capture__shared(session->capture)->waiting = 0;
	capture__stop(session->capture);
	capture__detach(session->capture);
	if (session->hold)
		hold__resume_all(session->hold);
	progress__clear(&session->progress);
	snprintf(session->failure, sizeof(session->failure), "error %s", strerror(-err));
	session->ending = session->failure;
	fail(0, "%s: %s: %s", output__name(session->output), strerror(-err),
	     to_pipe ? "recording ends, the programs run on"
		     : "recording ends here, the programs run on; what is recorded so far is kept: "
		       "make room and record again");
	if (!to_pipe && session->drain &&
	    !writer__rewind(session->writer, drain__begun(session->drain)))
		finish_trace(session);
	if (session->target && !session->started)
		target__run(session->target);
	let_run(session);
	return own_status(session, RECORD_WRITE_FAILED);
}

static int exit_status(const struct session *session)
{
	if (!session->target || session->target_runs)
		return 0;
	return WIFSIGNALED(session->status) ? 128 + WTERMSIG(session->status)
					    : WEXITSTATUS(session->status);
}

/* execve's own verdict, of a file that looked executable. */
static int not_executed(const struct session *session, int err)
{
	const char *name = session->options->command[0];

	if (err == -ENOENT)
		return fail(RECORD_NOT_FOUND, "%s: its interpreter is not found", name);
	return fail(RECORD_NOT_EXECUTABLE, "%s: %s", name, strerror(-err));
}

static int run(struct session *session)
{
	int status, signo, err = signals__block(&session->signals);

	if (err)
		return fail(RECORD_FAILED, "signals: %s", strerror(-err));
	status = start_target(session);
	if (!status)
		status = start_capture(session);
	if (!status)
		status = start_output(session);
	if (!status)
		status = start_hold(session);
	if (status)
		return status;
	err = start_signals(session);
	if (err)
		return fail(RECORD_FAILED, "signals: %s", strerror(-err));
	err = start_trace(session);
	signo = session->target ? signals__pending(&session->signals) : 0;
	if (signo) {
		output__discard(session->output);
		return 128 + signo;
	}
	if (!err && session->target) {
		session->started = true;
		err = target__run(session->target);
		if (err) {
			output__discard(session->output);
			return not_executed(session, err);
		}
	}
	if (!err && !session->target && !session->options->capture.config.all &&
	    !capture__shared(session->capture)->threads) {
		output__discard(session->output);
		return fail(RECORD_NO_PROCESS,
			    "process %d: makes no calls: it has ended, or is the kernel's own",
			    session->options->pids[0]);
	}
	/* Who reads standard output may show it on the same terminal. */
	progress__start(&session->progress,
			session->options->quiet || strcmp(session->options->output, "-") == 0);
	if (!err)
		err = loop(session);
	if (!err)
		err = finish_events(session);
	if (!err)
		err = finish_trace(session);
	return err ? give_up(session, err) : exit_status(session);
}

int session__run(const struct session_options *options)
{
	struct session session = { .options = options, .signalfd = -1, .epoll = -1 };
	int status = run(&session);

	drain__free(session.drain);
	hold__free(session.hold);
	capture__free(session.capture);
	index__free(session.index);
	encoder__free(session.encoder);
	writer__free(session.writer);
	output__free(session.output);
	target__free(session.target);
	if (session.signalfd >= 0)
		close(session.signalfd);
	if (session.epoll >= 0)
		close(session.epoll);
	return status;
}
