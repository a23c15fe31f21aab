/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef THREAD_H
#define THREAD_H

#include "oracle.h"

enum phase {
	PHASE_NEW,    /* stopped, its birth not seen yet */
	PHASE_READY,  /* stopped, between calls */
	PHASE_USER,   /* runs its own instructions */
	PHASE_CALL,   /* is in a call */
	PHASE_HELD,   /* stopped by a signal (PTRACE_LISTEN) */
	PHASE_ENDING, /* on its way out */
};

struct thread {
	pid_t tid;
	enum phase phase;
	struct space *space;
	int stat; /* /proc/TID/stat */
	int signal;
	bool asleep;  /* in a call that waits */
	bool pending; /* a stop that was fetched and has not been looked at */
	int status;
	bool in_call;
	bool exec;	   /* its call gave it new memory */
	uint32_t sequence; /* of finished calls */
	struct record_call call;
	uint64_t turn;	 /* when it came to be ready */
	uint64_t since;	 /* in ns: when it was let run; when its call began */
	uint64_t chosen; /* when its turn began */
};

extern struct thread **threads;
extern size_t nthreads;

struct thread *thread__find(pid_t tid);
struct thread *thread__new(pid_t tid);
void thread__free(struct thread *thread);
/* The letter of its state in /proc; 0 where it is gone. */
char thread__state(struct thread *thread);

/* output.c: the file of records. */
void output__open(const char *name);
void output__close(void);
void output__call(const struct record_call *call);
void output__thread(const struct record_thread *birth);
/* What changed in a space, to be accounted to the calls that are in the kernel there. */
void output__change(const struct thread *thread, uint32_t flags, const struct changes *changes);

/* mapping.c */
void find_remapped(const struct thread *thread, struct remapped *remapped);

#endif
