/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The file of records. */
#include <stdio.h>
#include <stdlib.h>

#include "thread.h"

static FILE *file;

void output__open(const char *name)
{
	file = fopen(name, "wbe");
	if (!file)
		die("cannot write %s", name);
	setvbuf(file, NULL, _IOFBF, 1 << 20);
}

void output__close(void)
{
	if (fclose(file))
		die("the records are not complete: %m");
}

static void put(const void *bytes, size_t len)
{
	if (len && fwrite(bytes, len, 1, file) != 1)
		die("the records are not complete: %m");
}

void output__call(const struct record_call *call)
{
	put(call, sizeof(*call));
}

void output__thread(const struct record_thread *birth)
{
	put(birth, sizeof(*birth));
}

void output__change(const struct thread *thread, uint32_t flags, const struct changes *changes)
{
	struct record_change change = {
		.type = RECORD_CHANGE,
		.tid = (uint32_t)thread->tid,
		.flags = flags,
		.nranges = (uint32_t)changes->nranges,
	};

	if (changes->unreadable_len) {
		struct record_unreadable unreadable = {
			.type = RECORD_UNREADABLE,
			.tid = (uint32_t)thread->tid,
			.addr = changes->unreadable,
			.len = changes->unreadable_len,
		};

		put(&unreadable, sizeof(unreadable));
	}
	if (!changes->nranges)
		return;
	for (size_t i = 0; i < nthreads; i++)
		change.ncalls += threads[i]->in_call && threads[i]->space == thread->space;
	put(&change, sizeof(change));
	if (thread->in_call)
		put(&thread->call.id, sizeof(uint32_t));
	for (size_t i = 0; i < nthreads; i++)
		if (threads[i]->in_call && threads[i]->space == thread->space &&
		    threads[i] != thread)
			put(&threads[i]->call.id, sizeof(uint32_t));
	for (size_t i = 0; i < changes->nranges; i++) {
		const struct range *range = &changes->ranges[i];
		struct record_range head = { range->addr, range->len, range->flags };

		put(&head, sizeof(head));
		put(changes->bytes + range->at, 2 * (size_t)range->len);
	}
}
