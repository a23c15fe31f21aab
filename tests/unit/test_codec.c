/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Random but valid batches go through the encoder and come back from the reader as they went in. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "record/blocks.h"
#include "record/encode.h"
#include "record/writer.h"
#include "recorder.h"
#include "world.h"

struct trace {
	int fd;
	struct writer *writer;
	struct encoder *encoder;
};

static void begin(struct trace *trace)
{
	struct meta *meta = meta__new();

	trace->fd = memfd_create("trace", MFD_CLOEXEC);
	assert_true(trace->fd >= 0);
	trace->writer = writer__new(trace->fd);
	assert_non_null(trace->writer);
	trace->encoder = encoder__new(trace->writer, STREAMS);
	assert_non_null(trace->encoder);
	assert_int_equal(meta__set_machine(meta), 0);
	assert_int_equal(meta__write(meta, trace->writer), 0);
	assert_int_equal(write_syscalls(trace->writer), 0);
	meta__free(meta);
}

static void end_epoch(struct trace *trace, uint64_t time)
{
	const struct encoder_totals *totals = encoder__totals(trace->encoder);
	const struct sync sync = { .time_ns = time,
				   .calls = totals->calls,
				   .events = totals->events };

	assert_int_equal(encoder__flush(trace->encoder), 0);
	assert_int_equal(write_sync(trace->writer, &sync), 0);
}

static struct recorder_trace *end(struct trace *trace, uint64_t time)
{
	struct recorder_trace *reader;

	assert_int_equal(write_end(trace->writer, time, "exit", NULL, 0, NULL, 0), 0);
	assert_int_equal(writer__sync(trace->writer), 0);
	encoder__free(trace->encoder);
	writer__free(trace->writer);
	assert_int_equal(lseek(trace->fd, 0, SEEK_SET), 0);
	reader = recorder_trace__fdopen(trace->fd);
	assert_non_null(reader);
	return reader;
}

static size_t next_sample(struct world *world, const struct batch *batch)
{
	size_t size = 0;

	while (batch->fed + size < batch->len && (!size || chance(world, 80))) {
		const void *record = batch->data + batch->fed + size;

		size += ((const struct event_header *)record)->size;
	}
	return size;
}

/* Every CPU's records in order, in samples of any size, the CPUs in any order. */
static void feed(struct world *world, struct encoder *encoder)
{
	unsigned int idle = 0, stream = 0;

	while (idle < STREAMS) {
		struct batch *batch = &world->batches[stream];
		size_t size = next_sample(world, batch);

		assert_int_equal(encoder__add(encoder, stream, batch->data + batch->fed, size), 0);
		batch->fed += size;
		idle = size ? 0 : idle + 1;
		stream = (idle ? stream + 1 : below(world, STREAMS)) % STREAMS;
	}
	for (unsigned int i = 0; i < STREAMS; i++)
		world->batches[i].fed = world->batches[i].len = 0;
}

static int compare_order(const void *left, const void *right)
{
	const struct expected *a = left, *b = right;

	if (a->epoch != b->epoch)
		return a->epoch < b->epoch ? -1 : 1;
	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	if (a->stream != b->stream)
		return a->stream < b->stream ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

static void check_bytes(struct recorder_trace *reader, const struct expected *event,
			const struct recorder_buf *buf)
{
	uint8_t bytes[5000];
	uint64_t at = 0;

	while (at < buf->len) {
		ssize_t n = recorder_trace__read(reader, buf, at, bytes, sizeof(bytes));

		assert_true(n > 0);
		for (ssize_t i = 0; i < n; i++) {
			uint64_t addr = buf->addr + at + (uint64_t)i;

			if (bytes[i] != byte_at(event->header.thread, event->seq, addr))
				fail_msg("byte %zd at %#lx is wrong", i, (unsigned long)addr);
		}
		if (buf->data)
			assert_memory_equal(buf->data + at, bytes, (size_t)n);
		at += (uint64_t)n;
	}
	assert_int_equal(at, buf->len);
}

/* Pieces that belong together come as one buffer. */
static bool joins(const struct atom *buf, const struct atom *atom)
{
	if (atom->flags & PIECE_START || atom->arg != buf->arg ||
	    atom->addr != buf->addr + buf->full || atom->error != buf->error ||
	    (atom->flags ^ buf->flags) & (PIECE_OUT | PIECE_FETCHED))
		return false;
	return atom->error ? !buf->len : buf->len == buf->full;
}

static void check_bufs(struct recorder_trace *reader, const struct expected *event,
		       const struct recorder_event *got)
{
	size_t n = 0;

	for (size_t i = 0; i < event->natoms; n++) {
		const struct recorder_buf *buf = &got->call.bufs[n];
		struct atom atom = event->atoms[i++];
		uint64_t len = atom.len;

		for (; i < event->natoms && joins(&atom, &event->atoms[i]); i++) {
			atom.full += event->atoms[i].full;
			atom.len += event->atoms[i].len;
			len += event->atoms[i].len;
		}
		assert_true(n < got->call.nbufs);
		assert_int_equal(buf->arg, atom.arg == PIECE_NO_ARG ? -1 : atom.arg);
		assert_int_equal(buf->out, !!(atom.flags & PIECE_OUT));
		assert_int_equal(buf->fetched, !!(atom.flags & PIECE_FETCHED));
		assert_int_equal(buf->start, !!(atom.flags & PIECE_START));
		assert_int_equal(buf->addr, atom.addr);
		assert_int_equal(buf->full, atom.full);
		assert_int_equal(buf->len, len);
		assert_int_equal(buf->error, atom.error);
		check_bytes(reader, event, buf);
	}
	assert_int_equal(n, got->call.nbufs);
}

static void check_call(struct recorder_trace *reader, const struct expected *event,
		       const struct recorder_event *got)
{
	assert_int_equal(got->call.seq, event->seq);
	assert_int_equal(got->call.unfinished, !!(event->header.flags & CALL_UNFINISHED));
	assert_int_equal(got->call.no_entry, !!(event->header.flags & CALL_NO_ENTRY));
	if (!got->call.no_entry)
		assert_int_equal(got->call.enter_ns, event->enter);
	if (!got->call.unfinished)
		assert_int_equal(got->call.ret, event->ret);
	assert_int_equal(got->call.abi, event->abi);
	assert_int_equal(got->call.nr, event->nr);
	assert_int_equal(got->call.nargs, event->nargs);
	assert_memory_equal(got->call.args, event->args, event->nargs * sizeof(*event->args));
	check_bufs(reader, event, got);
}

static void check_other(const struct expected *event, const struct recorder_event *got)
{
	switch (event->header.type) {
	case EVENT_FORK:
		assert_int_equal(got->fork.thread, event->fork.child_thread);
		assert_int_equal(got->fork.pid, event->fork.child_pid);
		assert_int_equal(got->fork.tid, event->fork.child_tid);
		assert_int_equal(got->fork.set_tid_addr, event->fork.set_tid_addr);
		assert_int_equal(got->fork.set_tid, event->fork.set_tid);
		assert_string_equal(got->fork.comm, event->fork.comm);
		break;
	case EVENT_EXEC:
		assert_int_equal(got->exec.old_tid, event->exec.old_tid);
		assert_string_equal(got->comm, event->exec.comm);
		break;
	case EVENT_EXIT:
		assert_int_equal(got->exit.next_seq, event->exit.next_seq);
		assert_int_equal(got->exit.status, event->exit.code);
		break;
	case EVENT_SIGNAL:
		assert_int_equal(got->signal.number, event->signal.signo);
		assert_int_equal(got->signal.handler, event->signal.handler);
		assert_int_equal(got->signal.info_len, EVENT_SIGINFO);
		assert_memory_equal(got->signal.info, event->signal.info, EVENT_SIGINFO);
		break;
	case EVENT_RENAME:
		assert_string_equal(got->comm, event->rename.comm);
		break;
	}
}

static void check_events(struct recorder_trace *reader, struct world *world)
{
	const struct recorder_event *got;

	qsort(world->events, world->nevents, sizeof(*world->events), compare_order);
	for (size_t i = 0; i < world->nevents; i++) {
		const struct expected *event = &world->events[i];
		int err = recorder_trace__next(reader, &got);

		if (err != 1)
			fail_msg("event %zu: %d: %s", i, err, recorder_trace__error(reader));
		assert_int_equal(got->type, event->header.type);
		assert_int_equal(got->time_ns, event->time);
		assert_int_equal(got->cpu, event->stream);
		assert_int_equal(got->thread, event->header.thread);
		assert_int_equal(got->pid, event->header.pid);
		assert_int_equal(got->tid, event->header.tid);
		if (got->type == RECORDER_CALL)
			check_call(reader, event, got);
		else
			check_other(event, got);
	}
	assert_int_equal(recorder_trace__next(reader, &got), 0);
}

static void round_trip(uint64_t seed, unsigned int steps, unsigned int epochs, bool big)
{
	struct world *world = world__new(seed, big);
	struct trace trace;
	const struct encoder_totals *totals;
	struct recorder_trace *reader;

	begin(&trace);
	while (epochs--) {
		for (unsigned int i = 0; i < steps; i++)
			world__step(world);
		feed(world, trace.encoder);
		assert_int_equal(encoder__pending(trace.encoder), 0);
		end_epoch(&trace, world->now);
		world->epoch++;
	}
	totals = encoder__totals(trace.encoder);
	assert_int_equal(totals->calls, world->calls);
	assert_int_equal(totals->events, world->others);
	assert_int_equal(totals->data_bytes, world->data_bytes);
	assert_true(totals->threads <= THREADS);
	reader = end(&trace, world->now);
	check_events(reader, world);
	recorder_trace__free(reader);
	world__free(world);
}

static void test_small_traces(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 60; seed++)
		round_trip(seed, 60, 4, false);
}

static void test_many_blocks(void **state)
{
	(void)state;
	round_trip(1000, 40000, 2, false);
}

static void test_big_data(void **state)
{
	(void)state;
	round_trip(2000, 200, 2, true);
}

/* One call with a range of so many bytes in one piece. */
static void add_read(struct encoder *encoder, uint8_t flags, uint32_t len, uint64_t seq)
{
	size_t size = sizeof(struct event_call) + sizeof(struct event_piece) + ((len + 7) & ~7UL);
	struct event_call *call = calloc(1, size);
	struct event_piece *piece = (void *)call->args;
	uint8_t *bytes = (uint8_t *)(piece + 1);

	call->header = (struct event_header){
		.size = (uint32_t)size, .type = EVENT_CALL, .thread = 1, .time_ns = 1000 + seq
	};
	call->seq = seq;
	call->ret = len;
	call->pieces = 1;
	*piece = (struct event_piece){
		.full = len, .len = len, .arg = PIECE_NO_ARG, .flags = flags
	};
	if (!(flags & PIECE_BYTES)) {
		piece->len = 0;
		piece->error = -EFAULT;
		call->header.size -= (len + 7) & ~7U;
	}
	for (uint32_t i = 0; i < len; i++)
		bytes[i] = byte_at(1, seq, i);
	assert_int_equal(encoder__add(encoder, 0, call, call->header.size), 0);
	free(call);
}

/* A piece that no block can hold comes in parts, and is one buffer again. */
static void test_huge_piece(void **state)
{
	const uint32_t len = (9U << 20) + 123;
	struct expected expected = { .header.thread = 1 };
	const struct recorder_event *event;
	struct recorder_trace *reader;
	struct trace trace;

	(void)state;
	begin(&trace);
	add_read(trace.encoder, PIECE_OUT | PIECE_START | PIECE_BYTES, len, 0);
	end_epoch(&trace, 2000);
	reader = end(&trace, 3000);
	assert_int_equal(recorder_trace__next(reader, &event), 1);
	assert_int_equal(event->call.nbufs, 1);
	assert_int_equal(event->call.bufs[0].len, len);
	assert_int_equal(event->call.bufs[0].full, len);
	check_bytes(reader, &expected, &event->call.bufs[0]);
	recorder_trace__free(reader);
}

static void add_data(struct encoder *encoder, uint8_t flags, uint32_t thread, uint64_t seq)
{
	struct {
		struct event_data data;
		struct event_piece piece;
		uint8_t bytes[8];
	} record = {
		.data.header = { .size = sizeof(record),
				 .type = EVENT_DATA,
				 .flags = flags,
				 .thread = thread },
		.data.seq = seq,
		.data.pieces = 1,
		.piece = { .full = 8,
			   .len = 8,
			   .arg = PIECE_NO_ARG,
			   .flags = PIECE_OUT | PIECE_START | PIECE_BYTES },
	};

	for (uint32_t i = 0; i < 8; i++)
		record.bytes[i] = byte_at(thread, seq, i);
	assert_int_equal(encoder__add(encoder, 1, &record, sizeof(record)), 0);
}

static void test_pending(void **state)
{
	const uint8_t pending = PIECE_OUT | PIECE_START | PIECE_PENDING;
	const struct recorder_event *event;
	struct recorder_trace *reader;
	struct trace trace;

	(void)state;
	begin(&trace);
	add_read(trace.encoder, pending, 8, 0);
	assert_int_equal(encoder__pending(trace.encoder), 1);
	add_data(trace.encoder, DATA_FILL, 1, 0);
	assert_int_equal(encoder__pending(trace.encoder), 1);
	add_data(trace.encoder, DATA_FILL | DATA_LAST, 1, 1);
	add_read(trace.encoder, pending, 8, 1);
	assert_int_equal(encoder__pending(trace.encoder), 1);
	add_data(trace.encoder, DATA_FILL | DATA_LAST, 1, 0);
	assert_int_equal(encoder__pending(trace.encoder), 0);
	add_read(trace.encoder, pending, 8, 2);
	assert_int_equal(encoder__pending(trace.encoder), 1);
	encoder__give_up(trace.encoder);
	assert_int_equal(encoder__pending(trace.encoder), 0);
	end_epoch(&trace, 2000);
	reader = end(&trace, 3000);
	for (uint64_t seq = 0; seq < 3; seq++) {
		assert_int_equal(recorder_trace__next(reader, &event), 1);
		assert_int_equal(event->call.nbufs, 1);
		assert_int_equal(event->call.bufs[0].full, 8);
		assert_int_equal(event->call.bufs[0].len, seq < 2 ? 8 : 0);
		assert_int_equal(event->call.bufs[0].error, seq < 2 ? 0 : EFAULT);
	}
	recorder_trace__free(reader);
}

/* What was read at the entry of a call that never came is not another call's. */
static void test_entry_without_call(void **state)
{
	const struct event_exit exit = {
		.header = { .size = sizeof(exit),
			    .type = EVENT_EXIT,
			    .thread = 2,
			    .time_ns = 1500 },
	};
	const struct recorder_event *event;
	struct recorder_trace *reader;
	struct recorder_totals totals;
	struct trace trace;

	(void)state;
	begin(&trace);
	add_data(trace.encoder, DATA_ENTRY, 1, 0);
	add_data(trace.encoder, DATA_ENTRY, 2, 0);
	assert_int_equal(encoder__add(trace.encoder, 2, &exit, sizeof(exit)), 0);
	end_epoch(&trace, 2000);
	add_read(trace.encoder, PIECE_OUT | PIECE_START | PIECE_BYTES, 5, 1);
	end_epoch(&trace, 3000);
	reader = end(&trace, 3000);
	assert_int_equal(recorder_trace__next(reader, &event), 1);
	assert_int_equal(event->type, RECORDER_EXIT);
	assert_int_equal(recorder_trace__next(reader, &event), 1);
	assert_int_equal(event->call.nbufs, 1);
	assert_int_equal(event->call.bufs[0].len, 5);
	assert_int_equal(recorder_trace__next(reader, &event), 0);
	recorder_trace__totals(reader, &totals);
	assert_int_equal(totals.blocks_by_type[BLOCK_DATA], 0);
	recorder_trace__free(reader);
}

static int add_copy(struct encoder *encoder, const void *record, size_t size)
{
	/* Exactly as large as it is: a sanitizer sees every byte too many. */
	void *copy = malloc(size);
	int err;

	memcpy(copy, record, size);
	err = encoder__add(encoder, 0, copy, size);
	free(copy);
	return err;
}

static void test_malformed_records(void **state)
{
	struct record {
		struct event_call call;
		struct event_piece piece;
		uint8_t bytes[8];
	} good = {
		.call.header = { .size = sizeof(good), .type = EVENT_CALL },
		.call.pieces = 1,
		.piece = { .full = 8, .len = 8, .flags = PIECE_BYTES },
	}, bad;
	struct trace trace;

	(void)state;
	begin(&trace);
	assert_int_equal(add_copy(trace.encoder, &good, sizeof(good)), 0);
#define REFUSE(change)                                                                  \
	do {                                                                            \
		bad = good;                                                             \
		bad.change;                                                             \
		assert_int_equal(add_copy(trace.encoder, &bad, sizeof(bad)), -EBADMSG); \
	} while (0)
	REFUSE(call.header.size = 0);
	REFUSE(call.header.size = sizeof(struct event_header));
	REFUSE(call.header.size = sizeof(struct event_call));
	REFUSE(call.header.size -= 4);
	REFUSE(call.header.size += 8);
	REFUSE(call.header.size = UINT32_MAX);
	REFUSE(call.header.type = 0);
	REFUSE(call.header.type = EVENT_END + 1);
	REFUSE(call.header.type = 255);
	REFUSE(call.abi = ABI_COUNT);
	REFUSE(call.nargs = EVENT_ARGS + 1);
	REFUSE(call.nargs = EVENT_ARGS);
	REFUSE(call.pieces = 2);
	REFUSE(piece.len = 9);
	REFUSE(piece.len = UINT32_MAX);
	REFUSE(piece.full = 7);
	REFUSE(piece.arg = EVENT_ARGS);
	REFUSE(piece.flags |= 1 << 7);
#undef REFUSE
	assert_int_equal(add_copy(trace.encoder, &good, sizeof(struct event_header) - 8), -EBADMSG);
	assert_int_equal(encoder__add(trace.encoder, STREAMS, &good, sizeof(good)), -EINVAL);
	end_epoch(&trace, 1);
	recorder_trace__free(end(&trace, 1));
}

/* Whatever bits fall over, nothing is read or written out of bounds. */
static void test_flipped_bits(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 300; seed++) {
		struct world *world = world__new(seed, false);
		struct trace trace;

		begin(&trace);
		for (int i = 0; i < 20; i++)
			world__step(world);
		for (unsigned int i = 0; i < STREAMS; i++) {
			struct batch *batch = &world->batches[i];

			for (int flips = 0; batch->len && flips < 5; flips++)
				batch->data[below(world, (uint32_t)batch->len)] ^= 1 << below(world,
											      8);
			if (batch->len) {
				int err = add_copy(trace.encoder, batch->data, batch->len);

				assert_true(err == 0 || err == -EBADMSG);
			}
		}
		assert_int_equal(encoder__flush(trace.encoder), 0);
		encoder__free(trace.encoder);
		writer__free(trace.writer);
		close(trace.fd);
		world__free(world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_traces),	  cmocka_unit_test(test_many_blocks),
		cmocka_unit_test(test_big_data),	  cmocka_unit_test(test_huge_piece),
		cmocka_unit_test(test_pending),		  cmocka_unit_test(test_entry_without_call),
		cmocka_unit_test(test_malformed_records), cmocka_unit_test(test_flipped_bits),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
