/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * oracle FILE PID: watches a process and all that come from it, until they end.
 *
 * One thread runs at a time, from the end of one call to the end of the next. Where its call waits,
 * another takes the turn. So what changed in an address space in which no thread has run its own
 * instructions since the last look was written by the calls that are in the kernel there.
 *
 * What it cannot see: bytes that are written with the value that they had, what a call writes
 * before it falls asleep where another thread of that memory runs before the call ends, and what is
 * not in writable mappings.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/kcmp.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "thread.h"

#define OPTIONS                                                                                   \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | \
	 PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL)

/* clone(2): the order of the last two arguments is the machine's. */
#ifdef __x86_64__
#define CLONE_CHILD_TID 3
#else
#define CLONE_CHILD_TID 4
#endif

enum {
	QUICK = 300000,	   /* ns: a call that takes longer is looked at: does it sleep? */
	TURN = 5000000,	   /* ns: how long a thread runs while others are ready */
	SETTLE = 20000000, /* ns: how long a thread that was woken may take to end its call */
	ASK_ALL = 16,	   /* stops, after which all threads are asked for theirs */
};

static struct thread *current; /* whose turn it is */
static struct changes changes;
static uint64_t turns, runs;
static uint32_t ids;

void die(const char *format, ...)
{
	va_list list;

	fputs("oracle: ", stderr);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fputc('\n', stderr);
	exit(2);
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 30000 }, NULL);
}

/* The turn passes: to whom, the main loop says. */
static void make_ready(struct thread *thread)
{
	thread->phase = PHASE_READY;
	thread->turn = ++turns;
	if (current == thread)
		current = NULL;
}

static void resume(struct thread *thread)
{
	struct space_state *state = space__state(thread->space);
	int signal = thread->signal;

	thread->signal = 0;
	state->own++;
	runs++;
	if (thread->phase != PHASE_CALL) {
		thread->phase = PHASE_USER;
		state->user_ran = true;
	}
	/* A thread that is killed meanwhile is gone from its stop: its end is reported. */
	ptrace(PTRACE_SYSCALL, thread->tid, NULL, signal);
}

/* Look at a thread's memory, and account for what the calls in it changed. */
static void look(struct thread *thread, uint32_t flags)
{
	struct space_state *state = space__state(thread->space);
	struct remapped remapped;

	/* A new program's memory is compared with zeroes, as mapped files are with these. */
	remapped.n = 0;
	remapped.any = false;
	if (!(flags & CHANGE_EXEC))
		find_remapped(thread, &remapped);
	if (state->user_ran)
		flags |= CHANGE_USER;
	if (runs - state->all != state->own)
		flags |= CHANGE_FOREIGN;
	if (!space__update(thread->space, thread->tid, &remapped, &changes))
		output__change(thread, flags, &changes);
	state->user_ran = false;
	state->own = 0;
	state->all = runs;
}

/* Between calls: what changed is the program's own work. */
static void look_at_own_work(struct thread *thread)
{
	struct space_state *state = space__state(thread->space);

	space__update(thread->space, thread->tid, NULL, NULL);
	state->user_ran = false;
	state->own = 0;
	state->all = runs;
}

/* Whether a thread has a stop that is not handled: its status is taken. */
static bool has_stopped(struct thread *thread)
{
	if (!thread->pending)
		thread->pending = waitpid(thread->tid, &thread->status, __WALL | WNOHANG) ==
				  thread->tid;
	return thread->pending;
}

/* Wait until threads that were woken in their calls have ended these, or sleep again. */
static void settle(struct thread *thread)
{
	uint64_t end = now() + SETTLE;
	bool again = true;

	while (again) {
		again = false;
		for (size_t i = 0; i < nthreads; i++) {
			struct thread *other = threads[i];
			char state;

			if (other == thread || !other->asleep || other->pending ||
			    other->space != thread->space)
				continue;
			state = thread__state(other);
			if (state == 'S' || state == 'D')
				continue;
			again |= !has_stopped(other);
		}
		if (again && now() > end)
			return;
		if (again)
			nap();
	}
}

static void enter_call(struct thread *thread, const struct __ptrace_syscall_info *info)
{
	bool others_ended = false;

	settle(thread);
	for (size_t i = 0; i < nthreads; i++)
		others_ended |= threads[i]->pending && threads[i]->space == thread->space;
	if (others_ended)
		look(thread, 0);
	else
		look_at_own_work(thread);
	thread->call = (struct record_call){
		.type = RECORD_CALL,
		.tid = (uint32_t)thread->tid,
		.id = ++ids,
		.arch = info->arch,
		.nr = info->entry.nr,
	};
	memcpy(thread->call.args, info->entry.args, sizeof(thread->call.args));
	thread->in_call = true;
	thread->phase = PHASE_CALL;
	thread->since = now();
	resume(thread);
}

static void end_call(struct thread *thread, bool finished)
{
	thread->call.finished = finished;
	thread->call.sequence = thread->sequence;
	thread->sequence += finished;
	thread->call.tid = (uint32_t)thread->tid;
	output__call(&thread->call);
	thread->in_call = false;
	thread->asleep = false;
}

/* Stop the thread whose turn it is, where it runs its own instructions. */
static void hold_current(const struct space *space)
{
	if (!current || current->phase != PHASE_USER || current->pending || current->space != space)
		return;
	ptrace(PTRACE_INTERRUPT, current->tid, NULL, NULL);
	if (waitpid(current->tid, &current->status, __WALL) == current->tid)
		current->pending = true;
}

static bool others_ready(void)
{
	for (size_t i = 0; i < nthreads; i++)
		if (threads[i]->phase == PHASE_READY)
			return true;
	return false;
}

static void leave_call(struct thread *thread, const struct __ptrace_syscall_info *info)
{
	if (!thread->in_call) { /* it was in the kernel when we came */
		make_ready(thread);
		return;
	}
	thread->call.ret = info->exit.rval;
	if (thread != current)
		hold_current(thread->space);
	settle(thread);
	look(thread, thread->exec ? CHANGE_EXEC : 0);
	thread->exec = false;
	end_call(thread, true);
	if (thread == current && (!others_ready() || now() - thread->chosen < TURN)) {
		thread->phase = PHASE_READY;
		resume(thread);
	} else {
		make_ready(thread);
	}
}

static void on_syscall_stop(struct thread *thread)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, thread->tid, sizeof(info), &info) <= 0)
		return; /* killed meanwhile */
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
		enter_call(thread, &info);
	else
		leave_call(thread, &info);
}

/* What clone was asked for, from its arguments. */
static void read_clone(const struct thread *thread, struct record_thread *birth)
{
	const struct record_call *call = &thread->call;
	uint64_t args[8] = { 0 };

	if (call->arch == AUDIT_ARCH_I386 && call->nr == 120) { /* clone: asm/unistd_32.h */
		birth->flags = call->args[0];
		birth->parent_tid = call->args[2];
		birth->child_tid = call->args[4];
	} else if (call->arch != AUDIT_ARCH_I386 && call->nr == SYS_clone) {
		birth->flags = call->args[0];
		birth->parent_tid = call->args[2];
		birth->child_tid = call->args[CLONE_CHILD_TID];
	} else if (call->nr == SYS_clone3) {
		space__read(thread->space, call->args[0], args,
			    call->args[1] < sizeof(args) ? call->args[1] : sizeof(args));
		birth->flags = args[0];
		birth->child_tid = args[2];
		birth->parent_tid = args[3];
	}
}

static void on_birth(struct thread *thread)
{
	struct record_thread birth = { .type = RECORD_THREAD };
	unsigned long tid = 0;
	struct thread *child;
	int status;

	if (ptrace(PTRACE_GETEVENTMSG, thread->tid, NULL, &tid))
		return;
	child = thread__find((pid_t)tid);
	if (!child) {
		if (waitpid((pid_t)tid, &status, __WALL) != (pid_t)tid || !WIFSTOPPED(status))
			return;
		child = thread__new((pid_t)tid);
	}
	birth.tid = (uint32_t)tid;
	birth.parent = (uint32_t)thread->tid;
	birth.id = thread->call.id;
	read_clone(thread, &birth);
	output__thread(&birth);
	if (!syscall(SYS_kcmp, thread->tid, child->tid, KCMP_VM, 0, 0)) {
		child->space = space__get(thread->space);
	} else {
		child->space = space__new(child->tid, thread->space);
		space__state(child->space)->all = runs;
		child->call = thread->call;
		child->in_call = true;
		look(child, CHANGE_BIRTH);
		child->in_call = false;
	}
	make_ready(child);
	resume(thread);
}

/* The number of the thread that called execve is now that of the process; the others are gone. */
static void on_exec(struct thread *thread, pid_t tid)
{
	unsigned long old = 0;

	ptrace(PTRACE_GETEVENTMSG, tid, NULL, &old);
	if (old && (pid_t)old != tid && thread__find((pid_t)old)) {
		if (thread) {
			if (thread->in_call)
				end_call(thread, false);
			thread__find((pid_t)old)->sequence = thread->sequence;
			if (current == thread)
				current = NULL;
			thread__free(thread);
		}
		thread = thread__find((pid_t)old);
		thread->tid = tid;
	}
	space__put(thread->space);
	thread->space = space__new(tid, NULL);
	space__state(thread->space)->all = runs;
	thread->exec = true;
	resume(thread);
}

static void on_end(struct thread *thread);

/* The thread goes: what that leaves in the memory of others is seen when it is gone. */
static void on_last_stop(struct thread *thread)
{
	uint64_t end = now() + SETTLE;
	char state;
	int status;

	thread->phase = PHASE_ENDING;
	if (current == thread)
		current = NULL;
	if (thread->pending || ptrace(PTRACE_CONT, thread->tid, NULL, NULL))
		return;
	if (space__users(thread->space) == 1)
		return;
	do {
		if (waitpid(thread->tid, &status, __WALL | WNOHANG) == thread->tid) {
			if (WIFSTOPPED(status)) {
				thread->status = status;
				thread->pending = true;
				return;
			}
			on_end(thread);
			return;
		}
		state = thread__state(thread);
		if (state == 'Z' || state == 'X' || !state)
			break;
		nap();
	} while (now() < end);
	hold_current(thread->space);
	look(thread, CHANGE_DEATH);
}

static void on_end(struct thread *thread)
{
	if (space__users(thread->space) > 1) {
		hold_current(thread->space);
		look(thread, CHANGE_DEATH);
	}
	if (thread->in_call)
		end_call(thread, false);
	if (current == thread)
		current = NULL;
	thread__free(thread);
}

static void on_event(struct thread *thread, int signal, int event)
{
	switch (event) {
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		on_birth(thread);
		break;
	case PTRACE_EVENT_EXIT:
		on_last_stop(thread);
		break;
	case PTRACE_EVENT_STOP:
		if (signal == SIGTRAP) {
			make_ready(thread);
		} else {
			thread->phase = PHASE_HELD;
			if (current == thread)
				current = NULL;
			ptrace(PTRACE_LISTEN, thread->tid, NULL, NULL);
		}
		break;
	default:
		resume(thread);
	}
}

static void on_status(pid_t tid, int status)
{
	struct thread *thread = thread__find(tid);
	int event = status >> 16;

	if (WIFSTOPPED(status) && event == PTRACE_EVENT_EXEC) {
		on_exec(thread, tid);
		return;
	}
	if (!thread) {
		if (WIFSTOPPED(status)) /* a child that stops before its parent tells of it */
			thread__new(tid)->phase = PHASE_NEW;
		return;
	}
	if (!thread->space)
		return;
	if (!WIFSTOPPED(status)) {
		on_end(thread);
	} else if (event) {
		on_event(thread, WSTOPSIG(status), event);
	} else if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
		on_syscall_stop(thread);
	} else {
		thread->signal = WSTOPSIG(status);
		if (thread == current)
			resume(thread);
		else
			make_ready(thread);
	}
}

/* waitpid alone finds a thread that calls all the time again and again, and others never. */
static void ask_all(void)
{
	for (size_t i = 0; i < nthreads; i++)
		has_stopped(threads[i]);
}

/* Handle one stop, if there is one. */
static bool take_stop(void)
{
	static unsigned int stops;
	int status;
	pid_t tid;

	if (!(++stops % ASK_ALL))
		ask_all();
	for (size_t i = 0; i < nthreads; i++) {
		if (!threads[i]->pending)
			continue;
		threads[i]->pending = false;
		on_status(threads[i]->tid, threads[i]->status);
		return true;
	}
	tid = waitpid(-1, &status, __WALL | WNOHANG);
	if (tid <= 0)
		return false;
	on_status(tid, status);
	return true;
}

/* The one that has been ready longest. */
static void choose(void)
{
	struct thread *next = NULL;

	for (size_t i = 0; i < nthreads; i++)
		if (threads[i]->phase == PHASE_READY && (!next || threads[i]->turn < next->turn))
			next = threads[i];
	if (!next)
		return;
	current = next;
	current->since = current->chosen = now();
	resume(current);
}

/* Nothing happened for a while: does the call wait, or has the thread had its turn? */
static void look_after_current(void)
{
	uint64_t age = now() - current->since;
	char state;

	if (current->phase == PHASE_CALL) {
		state = thread__state(current);
		if (state == 'S' || (state == 'D' && age > SETTLE)) {
			current->asleep = true;
			current = NULL;
		}
	} else if (age > TURN && others_ready()) {
		ptrace(PTRACE_INTERRUPT, current->tid, NULL, NULL);
		current->since = now();
	}
}

static void watch(void)
{
	struct timespec wait = { .tv_nsec = QUICK };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	while (nthreads) {
		if (take_stop())
			continue;
		if (!current)
			choose();
		else if (sigtimedwait(&set, NULL, &wait) < 0 && errno == EAGAIN)
			look_after_current();
		if (!current)
			sigtimedwait(&set, NULL, &(struct timespec){ .tv_nsec = 10000000 });
	}
}

int main(int argc, char **argv)
{
	struct thread *first;
	sigset_t set;
	int status;
	pid_t pid;

	if (argc != 3)
		die("usage: oracle FILE PID");
	output__open(argv[1]);
	pid = atoi(argv[2]);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (ptrace(PTRACE_SEIZE, pid, NULL, OPTIONS) || ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) ||
	    waitpid(pid, &status, __WALL) != pid)
		die("cannot attach to %d: %s", pid, strerror(errno));
	first = thread__new(pid);
	first->space = space__new(pid, NULL);
	make_ready(first);
	watch();
	output__close();
	return 0;
}
