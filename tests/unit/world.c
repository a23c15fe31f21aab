/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "world.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint64_t random_number(struct world *world)
{
	world->random ^= world->random << 13;
	world->random ^= world->random >> 7;
	world->random ^= world->random << 17;
	return world->random * 0x2545f4914f6cdd1d;
}

uint32_t below(struct world *world, uint32_t n)
{
	return (uint32_t)(random_number(world) >> 33) % n;
}

bool chance(struct world *world, uint32_t percent)
{
	return below(world, 100) < percent;
}

uint8_t byte_at(uint32_t thread, uint64_t seq, uint64_t addr)
{
	return (uint8_t)((addr * 0x9e3779b97f4a7c15 >> 40) + thread * 31 + seq * 7);
}

static void *take(struct batch *batch, size_t n)
{
	if (batch->size - batch->len < n) {
		batch->size = 2 * (batch->len + n);
		batch->data = realloc(batch->data, batch->size);
		assert_non_null(batch->data);
	}
	batch->len += n;
	return memset(batch->data + batch->len - n, 0, n);
}

static struct event_header make_header(struct world *world, uint32_t thread, uint8_t type)
{
	world->now += 1 + below(world, 100000);
	return (struct event_header){
		.type = type,
		.thread = thread,
		.pid = world->threads[thread].pid,
		.tid = world->threads[thread].tid,
		.time_ns = world->now,
	};
}

static uint64_t stream_time(struct world *world, unsigned int stream, struct event_header *header)
{
	/* As records in order of reservation: now and then some nanoseconds backward. */
	if (chance(world, 10) && world->last[stream] > 50)
		header->time_ns = world->last[stream] - below(world, 50);
	if (world->last[stream] < header->time_ns)
		world->last[stream] = header->time_ns;
	return world->last[stream];
}

static struct expected *expect(struct world *world, unsigned int stream,
			       struct event_header *header)
{
	struct expected *event;

	if (world->nevents == world->room) {
		world->room = 2 * world->room + 1024;
		world->events = realloc(world->events, world->room * sizeof(*world->events));
		assert_non_null(world->events);
	}
	event = &world->events[world->nevents];
	memset(event, 0, sizeof(*event));
	event->order = world->nevents++;
	event->stream = stream;
	event->epoch = world->epoch;
	event->time = stream_time(world, stream, header);
	event->header = *header;
	return event;
}

static void expect_atom(struct expected *event, const struct atom *atom)
{
	event->atoms = realloc(event->atoms, (event->natoms + 1) * sizeof(*atom));
	assert_non_null(event->atoms);
	event->atoms[event->natoms++] = *atom;
}

static void put_atom(struct batch *batch, uint32_t thread, uint64_t seq, const struct atom *atom)
{
	size_t padded = atom->flags & PIECE_BYTES ? (atom->len + 7) & ~7UL : 0;
	struct event_piece *piece = take(batch, sizeof(*piece) + padded);
	uint8_t *bytes = (uint8_t *)(piece + 1);

	*piece = (struct event_piece){
		.addr = atom->addr,
		.full = atom->full,
		.len = atom->len,
		.error = (int16_t)-atom->error,
		.arg = atom->arg,
		.flags = atom->flags,
	};
	for (uint32_t i = 0; i < padded; i++)
		bytes[i] = i < atom->len ? byte_at(thread, seq, atom->addr + i) : 0xee;
}

static uint32_t random_length(struct world *world)
{
	switch (below(world, 11)) {
	case 0:
		return 0;
	case 1:
		return 4096 + below(world, 60000);
	case 2:
		return world->big ? 200000 + below(world, 1500000) : 100;
	default:
		return 1 + below(world, 300);
	}
}

/* A piece that begins a range. */
static struct atom random_atom(struct world *world, const struct expected *call)
{
	struct atom atom = { .flags = PIECE_START };

	atom.arg = chance(world, 10) ? PIECE_NO_ARG : (uint8_t)below(world, EVENT_ARGS);
	atom.flags |= chance(world, 60) ? PIECE_OUT : 0;
	atom.flags |= chance(world, 5) ? PIECE_FETCHED : 0;
	atom.addr = chance(world, 70) && call && atom.arg < call->nargs ? call->args[atom.arg]
									: random_number(world) >> 4;
	atom.full = random_length(world);
	if (chance(world, 8)) {
		atom.error = chance(world, 80) ? EFAULT : ENOBUFS;
		atom.full++;
		return atom;
	}
	atom.flags |= PIECE_BYTES;
	atom.len = (uint32_t)atom.full;
	if (chance(world, 10)) /* cut */
		atom.full += 1 + below(world, 10000);
	return atom;
}

static bool may_go_on(const struct atom *atom)
{
	return atom->flags & PIECE_BYTES && atom->len == atom->full && atom->full;
}

/* The piece that goes on where the one before it ended. */
static struct atom next_atom(struct world *world, const struct atom *before)
{
	struct atom atom = *before;

	atom.addr += before->full;
	atom.flags &= ~PIECE_START;
	atom.full = 1 + below(world, 5000);
	atom.len = (uint32_t)atom.full;
	if (chance(world, 15)) {
		atom.flags &= ~(PIECE_BYTES | PIECE_FETCHED);
		atom.error = EFAULT;
		atom.len = 0;
	}
	return atom;
}

static struct event_data *begin_data(struct batch *batch, const struct event_header *header,
				     uint8_t flags, uint64_t seq)
{
	struct event_data *data = take(batch, sizeof(*data));

	data->header = *header;
	data->header.type = EVENT_DATA;
	data->header.flags = flags;
	data->seq = seq;
	return data;
}

static void end_record(struct batch *batch, size_t at)
{
	struct event_header *header = (void *)(batch->data + at);

	header->size = (uint32_t)(batch->len - at);
}

static void put_data(struct world *world, unsigned int stream, const struct event_header *header,
		     uint8_t flags, uint64_t seq, const struct atom *atoms, uint32_t natoms)
{
	struct batch *batch = &world->batches[stream];
	size_t at = batch->len;

	begin_data(batch, header, flags, seq)->pieces = natoms;
	for (uint32_t i = 0; i < natoms; i++) {
		put_atom(batch, header->thread, seq, &atoms[i]);
		world->data_bytes += atoms[i].len;
	}
	end_record(batch, at);
}

/* A pending piece gets its beginning, or nothing. What is left out stays missing. */
static void fill_pending(struct world *world, struct expected *event, const struct atom *pending)
{
	struct atom part = *pending, missing = *pending;

	missing.flags &= ~PIECE_PENDING;
	if (chance(world, 85)) {
		part.full = 1 + below(world, (uint32_t)pending->full);
		part.len = (uint32_t)part.full;
		part.error = 0;
		part.flags = (pending->flags & PIECE_OUT) | PIECE_BYTES;
		put_data(world, below(world, STREAMS), &event->header, DATA_FILL, event->seq, &part,
			 1);
		part.flags |= PIECE_START;
		expect_atom(event, &part);
		missing.addr += part.full;
		missing.full -= part.full;
		missing.flags &= ~PIECE_START;
	}
	if (missing.full)
		expect_atom(event, &missing);
}

static size_t random_pieces(struct world *world, const struct expected *call, struct atom *atoms,
			    size_t most)
{
	unsigned int ranges = below(world, 4);
	size_t n = 0;

	while (ranges-- && n < most) {
		atoms[n] = random_atom(world, call);
		if (chance(world, 10)) {
			atoms[n].flags &= ~(PIECE_BYTES | PIECE_FETCHED);
			atoms[n].flags |= PIECE_PENDING;
			atoms[n].error = EFAULT;
			atoms[n].len = 0;
			atoms[n].full += !atoms[n].full;
			/* Two of one argument and address could not be told apart. */
			atoms[n].addr = random_number(world) >> 4;
		}
		for (n++; n < most && may_go_on(&atoms[n - 1]) && chance(world, 40); n++)
			atoms[n] = next_atom(world, &atoms[n - 1]);
	}
	return n;
}

/* Some pieces in the call's own record, the rest in others that follow it. */
static void send_pieces(struct world *world, const struct expected *event, size_t record,
			const struct atom *atoms, size_t n)
{
	struct batch *batch = &world->batches[event->stream];
	size_t own = chance(world, 70) ? n : below(world, (uint32_t)n + 1);
	struct event_call *call = (void *)(batch->data + record);

	call->pieces = (uint16_t)own;
	for (size_t i = 0; i < own; i++) {
		put_atom(batch, event->header.thread, event->seq, &atoms[i]);
		world->data_bytes += atoms[i].len;
	}
	end_record(batch, record);
	while (own < n) {
		size_t count = 1 + below(world, (uint32_t)(n - own));

		put_data(world, event->stream, &event->header, 0, event->seq, atoms + own,
			 (uint32_t)count);
		own += count;
	}
}

static void add_memory(struct world *world, struct expected *event, size_t record)
{
	struct entered *entered = &world->threads[event->header.thread].entered;
	bool pending = false;
	struct atom atoms[12];
	size_t n = random_pieces(world, event, atoms, 12);

	send_pieces(world, event, record, atoms, n);
	/* What a failed call read at its entry it reads again where it has memory at its exit. */
	if (entered->is && !(event->ret < 0 && n && !(event->header.flags & CALL_UNFINISHED)))
		for (size_t i = 0; i < entered->natoms; i++)
			expect_atom(event, &entered->atoms[i]);
	entered->is = false;
	for (size_t i = 0; i < n; i++) {
		if (atoms[i].flags & PIECE_PENDING) {
			fill_pending(world, event, &atoms[i]);
			pending = true;
		} else {
			expect_atom(event, &atoms[i]);
		}
	}
	if (pending)
		put_data(world, below(world, STREAMS), &event->header, DATA_FILL | DATA_LAST,
			 event->seq, NULL, 0);
}

static uint64_t random_argument(struct world *world)
{
	switch (below(world, 5)) {
	case 0:
		return random_number(world);
	case 1:
		return 0x7ffd00000000 + below(world, 100000);
	default:
		return below(world, 20);
	}
}

static void add_call(struct world *world, uint32_t thread, uint8_t flags)
{
	struct event_header header = make_header(world, thread, EVENT_CALL);
	struct thread_model *model = &world->threads[thread];
	unsigned int stream = below(world, STREAMS);
	struct batch *batch = &world->batches[stream];
	struct expected *event;
	struct event_call *call;
	size_t at = batch->len;

	header.flags = flags | (chance(world, 5) ? CALL_FETCH : 0);
	event = expect(world, stream, &header);
	event->enter = header.time_ns - below(world, 5000);
	if (model->entered.is && model->entered.enter < event->enter)
		event->enter = model->entered.enter;
	event->nr = chance(world, 2) ? (uint32_t)random_number(world) : below(world, 30);
	event->abi = chance(world, 90) ? ABI_X86_64 : (uint8_t)below(world, ABI_COUNT);
	event->ret = chance(world, 70) ? below(world, 4000) : -(int64_t)below(world, 140);
	if (chance(world, 2))
		event->ret = (int64_t)random_number(world);
	event->nargs = (uint8_t)below(world, EVENT_ARGS + 1);
	event->seq = model->seq;
	model->seq += 1 + chance(world, 3) * below(world, 10);
	call = take(batch, sizeof(*call) + event->nargs * sizeof(uint64_t));
	for (unsigned int i = 0; i < event->nargs; i++)
		call->args[i] = event->args[i] = random_argument(world);
	call->header = header;
	call->seq = event->seq;
	call->enter_ns = flags & CALL_NO_ENTRY ? 0 : event->enter;
	call->ret = event->ret;
	call->nr = event->nr;
	call->abi = event->abi;
	call->nargs = event->nargs;
	world->calls++;
	add_memory(world, event, at);
}

/* What execve reads, at its entry. */
static void add_entry(struct world *world, uint32_t thread)
{
	struct event_header header = make_header(world, thread, EVENT_DATA);
	struct entered *entered = &world->threads[thread].entered;
	unsigned int stream = below(world, STREAMS);

	if (entered->is)
		return;
	entered->is = true;
	entered->enter = header.time_ns;
	entered->natoms = 1 + below(world, 4);
	for (size_t i = 0; i < entered->natoms; i++)
		entered->atoms[i] = random_atom(world, NULL);
	put_data(world, stream, &header, DATA_ENTRY, world->threads[thread].seq, entered->atoms, 1);
	if (entered->natoms > 1)
		put_data(world, stream, &header, DATA_ENTRY, world->threads[thread].seq,
			 entered->atoms + 1, (uint32_t)entered->natoms - 1);
}

static void add_event(struct world *world, uint32_t thread, uint8_t type, const void *body,
		      size_t size)
{
	unsigned int stream = below(world, STREAMS);
	struct batch *batch = &world->batches[stream];
	struct event_header header = make_header(world, thread, type);
	size_t at = batch->len;
	struct expected *event = expect(world, stream, &header);
	uint8_t *to = take(batch, size);

	memcpy(to, body, size);
	header.size = (uint32_t)size;
	memcpy(to, &header, sizeof(header));
	memcpy(&event->fork, body, size);
	assert_int_equal(batch->len - at, size);
	world->others++;
}

static void add_other(struct world *world, uint32_t thread)
{
	struct thread_model *model = &world->threads[thread];
	struct event_signal signal = { .signo = 1 + below(world, 64),
				       .handler = random_argument(world) };
	struct event_fork fork = { .child_thread = 1000 + below(world, 70000),
				   .child_pid = 7,
				   .child_tid = 8,
				   .set_tid = below(world, 65536),
				   .set_tid_addr = random_argument(world) };
	struct event_exec exec = { .old_tid = model->tid };
	struct event_exit exit = { .next_seq = model->seq, .code = below(world, 65536) };
	struct event_rename rename;
	char comm[EVENT_COMM] = "";

	snprintf(comm, sizeof(comm), "name %u", below(world, 1000));
	switch (below(world, 12)) {
	case 0:
		memcpy(fork.comm, comm, sizeof(comm));
		add_event(world, thread, EVENT_FORK, &fork, sizeof(fork));
		break;
	case 1:
		memcpy(exec.comm, comm, sizeof(comm));
		model->tid = 5000 + below(world, 100);
		add_event(world, thread, EVENT_EXEC, &exec, sizeof(exec));
		break;
	case 2:
		model->gone = chance(world, 20);
		if (model->gone)
			add_event(world, thread, EVENT_EXIT, &exit, sizeof(exit));
		break;
	case 3:
		memcpy(rename.comm, comm, sizeof(comm));
		add_event(world, thread, EVENT_RENAME, &rename, sizeof(rename));
		break;
	default:
		for (size_t i = 0; i < sizeof(signal.info); i++)
			signal.info[i] = (uint8_t)random_number(world);
		add_event(world, thread, EVENT_SIGNAL, &signal, sizeof(signal));
	}
}

void world__step(struct world *world)
{
	uint32_t thread = below(world, THREADS);

	if (world->threads[thread].gone)
		return;
	if (chance(world, 3))
		add_entry(world, thread);
	else if (chance(world, 6))
		add_other(world, thread);
	else
		add_call(world, thread, chance(world, 5) ? (uint8_t)below(world, 4) : 0);
}

struct world *world__new(uint64_t seed, bool big)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	world->random = seed * 0x9e3779b97f4a7c15;
	world->now = 1000000000;
	world->big = big;
	for (uint32_t i = 0; i < THREADS; i++)
		world->threads[i] = (struct thread_model){ .pid = 100 + i / 3, .tid = 100 + i };
	return world;
}

void world__free(struct world *world)
{
	for (size_t i = 0; i < world->nevents; i++)
		free(world->events[i].atoms);
	for (unsigned int i = 0; i < STREAMS; i++)
		free(world->batches[i].data);
	free(world->events);
	free(world);
}
