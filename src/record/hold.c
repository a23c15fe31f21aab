// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "record/hold.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "record/clock.h"

/* A process that has been stopped, and may be. */
struct held {
	__u32 pid;
	struct process_stops stops; /* when hold__look() came by */
};

struct hold {
	struct capture_holds maps;
	struct held *processes;
	size_t count, room;
	__u32 first;	  /* capture_shared.held_first when they were searched for */
	uint64_t counted; /* up to here the waiting is in capture_shared.wait_ns */
	pid_t guard;
	int alive;     /* the guard sees its other end close */
	bool ordinary; /* the recorder's scheduling, as its caller chose it */
};

/*
 * Let no ordinary task preempt what follows. A map operation that is preempted keeps the kernel
 * from running programs of classic tracepoints on its CPU (include/linux/bpf.h,
 * bpf_disable_instrumentation): calls are lost. Without the right to it they may be.
 */
static void be_undisturbed(const struct hold *hold, bool on)
{
	const struct sched_param priority = { .sched_priority = on };

	if (hold->maps.classic && hold->ordinary)
		sched_setscheduler(0, on ? SCHED_FIFO : SCHED_OTHER, &priority);
}

static __u32 value_of(int map, __u32 pid)
{
	__u32 value = 0;

	bpf_map_lookup_elem(map, &pid, &value);
	return value;
}

/*
 * SIGCONT takes away every stop, and every stop signal that waits. One of somebody else's is sent
 * again; a plain SIGSTOP of somebody else's has stopped the process by itself, so that there is
 * nothing to undo.
 */
static int resume_process(const struct capture_holds *maps, __u32 pid)
{
	__u32 stop = value_of(maps->stops, pid);

	if (stop == SIGSTOP)
		return 0;
	if (kill(pid, SIGCONT) && errno == ESRCH)
		return -ESRCH;
	if (!stop)
		stop = value_of(maps->stops, pid);
	if (stop)
		kill(pid, stop);
	return 0;
}

/* False of a process that has died: bpf/threads.bpf.h, forget_stops. */
static bool get_stops(const struct capture_holds *maps, __u32 pid, struct process_stops *stops)
{
	return !bpf_map_lookup_elem(maps->holds, &pid, stops);
}

/* Whether a process has a stop that is not undone. */
static bool is_stopped(const struct capture_holds *maps, __u32 pid, struct process_stops *stops)
{
	return get_stops(maps, pid, stops) && stops->count != value_of(maps->resumed, pid);
}

/* Whether the stops are those of one process, at two times. */
static bool is_same(const struct process_stops *stops, const struct process_stops *later)
{
	return later->count > stops->count ||
	       (later->count == stops->count && later->time_ns == stops->time_ns);
}

/*
 * Noted behind the deed: the guard does again what a recorder that was killed may not have done.
 * The process may have died before the note, and another have its number: that one is not to be
 * taken for resumed.
 */
static void resume_held(const struct capture_holds *maps, __u32 pid,
			const struct process_stops *stops)
{
	struct process_stops last;

	if (!resume_process(maps, pid))
		bpf_map_update_elem(maps->resumed, &pid, &stops->count, BPF_ANY);
	if (!get_stops(maps, pid, &last) || !is_same(stops, &last))
		bpf_map_delete_elem(maps->resumed, &pid);
}

static void resume_all(const struct capture_holds *maps)
{
	__u32 pid, *previous = NULL;

	while (!bpf_map_get_next_key(maps->holds, previous, &pid)) {
		struct process_stops stops;

		if (is_stopped(maps, pid, &stops))
			resume_held(maps, pid, &stops);
		previous = &pid;
	}
}

/* Leave nothing open but the maps and the pipe: a link or ring buffer held here would outlive the
 * recorder. */
static void close_others(const int *keep, size_t n)
{
	int at = 0;

	for (;;) {
		int next = -1;

		for (size_t i = 0; i < n; i++)
			if (keep[i] >= at && (next < 0 || keep[i] < next))
				next = keep[i];
		if (next < 0)
			break;
		if (next > at)
			syscall(SYS_close_range, at, next - 1, 0);
		at = next + 1;
	}
	syscall(SYS_close_range, at, ~0U, 0);
}

__attribute__((noreturn)) static void guard(const struct capture_holds *maps, int pipe)
{
	const struct timespec pause = { .tv_nsec = 20000000 };
	const int keep[] = { maps->holds, maps->resumed, maps->stops, pipe };
	sigset_t all;
	char byte;
	ssize_t n;

	setsid();
	prctl(PR_SET_NAME, "rec-guard");
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	close_others(keep, sizeof(keep) / sizeof(*keep));
	do {
		n = read(pipe, &byte, 1);
	} while (n < 0 && errno == EINTR);
	/*
	 * The programs stay attached until the kernel has put the recorder's last file away, which
	 * can take long; and one that is in its course may stop a process a moment later.
	 */
	__atomic_store_n(&maps->shared->waiting, 0, __ATOMIC_SEQ_CST);
	for (int i = 0; n == 0 && i < 50; i++) {
		resume_all(maps);
		nanosleep(&pause, NULL);
	}
	_exit(0);
}

struct hold *hold__new(const struct capture_holds *maps)
{
	struct hold *hold = calloc(1, sizeof(*hold));
	int ends[2];

	if (!hold)
		return NULL;
	if (pipe2(ends, O_CLOEXEC)) {
		free(hold);
		return NULL;
	}
	hold->maps = *maps;
	hold->ordinary = sched_getscheduler(0) == SCHED_OTHER;
	hold->alive = ends[1];
	hold->guard = fork();
	if (hold->guard == 0)
		guard(maps, ends[0]);
	close(ends[0]);
	if (hold->guard < 0) {
		int err = errno;

		close(ends[1]);
		free(hold);
		errno = err;
		return NULL;
	}
	return hold;
}

pid_t hold__guard(const struct hold *hold)
{
	return hold->guard;
}

static int add(struct hold *hold, __u32 pid)
{
	if (hold->count == hold->room) {
		size_t room = hold->room ? 2 * hold->room : 16;
		struct held *more = reallocarray(hold->processes, room, sizeof(*more));

		if (!more)
			return -ENOMEM;
		hold->processes = more;
		hold->room = room;
	}
	hold->processes[hold->count++].pid = pid;
	return 0;
}

/* The map is as large as a machine may need: searching it takes as long as reading a buffer. */
static int find(struct hold *hold)
{
	__u32 first = __atomic_load_n(&hold->maps.shared->held_first, __ATOMIC_ACQUIRE);
	__u32 pid, *previous = NULL;
	int err = 0;

	if (first == hold->first)
		return 0;
	hold->count = 0;
	while (!err && !bpf_map_get_next_key(hold->maps.holds, previous, &pid)) {
		err = add(hold, pid);
		previous = &pid;
	}
	hold->first = err ? hold->first : first;
	return err;
}

static int look(struct hold *hold)
{
	int err = find(hold);

	for (size_t i = 0; i < hold->count && !err;) {
		struct held *held = &hold->processes[i];

		if (get_stops(&hold->maps, held->pid, &held->stops))
			i++;
		else
			*held = hold->processes[--hold->count];
	}
	return err;
}

int hold__look(struct hold *hold)
{
	int err;

	be_undisturbed(hold, true);
	err = look(hold);
	be_undisturbed(hold, false);
	return err;
}

/* Time in which several processes were stopped counts once. */
static void count_wait(struct hold *hold, uint64_t since)
{
	uint64_t time = now();

	if (since < hold->counted)
		since = hold->counted;
	if (since < time)
		hold->maps.shared->wait_ns += time - since;
	hold->counted = time;
}

void hold__resume(struct hold *hold)
{
	uint64_t since = UINT64_MAX;

	be_undisturbed(hold, true);
	for (size_t i = 0; i < hold->count; i++) {
		struct held *held = &hold->processes[i];
		struct process_stops last;

		/* It may be here twice: a key that is deleted lets the search begin anew. */
		if (!is_stopped(&hold->maps, held->pid, &last) || last.count != held->stops.count)
			continue;
		resume_held(&hold->maps, held->pid, &held->stops);
		if (held->stops.time_ns < since)
			since = held->stops.time_ns;
	}
	be_undisturbed(hold, false);
	if (since != UINT64_MAX)
		count_wait(hold, since);
}

void hold__resume_all(struct hold *hold)
{
	resume_all(&hold->maps);
}

void hold__free(struct hold *hold)
{
	char byte = 0;

	if (!hold)
		return;
	resume_all(&hold->maps);
	/* A byte, not the end of the file, is the word that all is well. */
	if (write(hold->alive, &byte, 1) < 0)
		kill(hold->guard, SIGKILL);
	close(hold->alive);
	while (waitpid(hold->guard, NULL, 0) < 0 && errno == EINTR)
		;
	free(hold->processes);
	free(hold);
}
