// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "record/drain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "event.h"
#include "record/blocks.h"
#include "record/capture.h"
#include "record/clock.h"
#include "record/encode.h"
#include "record/fetch.h"
#include "record/writer.h"

#define FLUSH_TRIES 100
#define SETTLE_NS 1000000000ULL /* how long an epoch waits for pages that task work is to read */

/* What one CPU's ring buffer gave beyond the end of the epoch. */
struct ahead {
	void *records;
	size_t size;
};

struct drain {
	struct capture *capture;
	struct encoder *encoder;
	struct writer *writer;
	struct index *index;
	struct ahead *ahead; /* by CPU */
	bool *sent;	     /* by CPU: drain__take_all() has emptied its staging area */
	uint64_t until;	     /* end of the epoch, 0: none in sight */
	uint64_t begun;	     /* offset in the file of the epoch: up to there it is whole */
	struct encoder_totals written; /* up to there */
	uint64_t fetched;
	bool any; /* the epoch holds something */
};

struct drain *drain__new(struct capture *capture, struct encoder *encoder, struct writer *writer,
			 struct index *index)
{
	struct drain *drain = calloc(1, sizeof(*drain));

	if (!drain)
		return NULL;
	drain->capture = capture;
	drain->encoder = encoder;
	drain->writer = writer;
	drain->index = index;
	drain->begun = writer__offset(writer);
	drain->ahead = calloc(capture__cpus(capture), sizeof(*drain->ahead));
	drain->sent = calloc(capture__cpus(capture), sizeof(*drain->sent));
	if (!drain->ahead || !drain->sent) {
		drain__free(drain);
		return NULL;
	}
	return drain;
}

void drain__free(struct drain *drain)
{
	if (!drain)
		return;
	for (unsigned int cpu = 0; drain->ahead && cpu < capture__cpus(drain->capture); cpu++)
		free(drain->ahead[cpu].records);
	free(drain->ahead);
	free(drain->sent);
	free(drain);
}

uint64_t drain__begun(const struct drain *drain)
{
	return drain->begun;
}

const struct encoder_totals *drain__written(const struct drain *drain)
{
	return &drain->written;
}

uint64_t drain__fetched(const struct drain *drain)
{
	return drain->fetched;
}

static int add(struct drain *drain, unsigned int stream, const void *records, size_t size)
{
	if (!size)
		return 0;
	drain->any = true;
	return encoder__add(drain->encoder, stream, records, size)
		       ?: fetch_pending(drain->encoder, stream, records, size, &drain->fetched);
}

int drain__add(struct drain *drain, const void *records, size_t size)
{
	return add(drain, capture__cpus(drain->capture), records, size);
}

/* Where the records begin that are later than the epoch. Filled pages belong to calls of before. */
static size_t epoch_end(const struct drain *drain, const char *batch, size_t size)
{
	size_t at = 0;

	while (size - at >= sizeof(struct event_header)) {
		const struct event_header *header = (const void *)(batch + at);

		if (header->time_ns > drain->until &&
		    !(header->type == EVENT_DATA && header->flags & DATA_FILL))
			return at;
		if (header->size < sizeof(*header) || header->size > size - at)
			break;
		at += header->size;
	}
	return size;
}

static int keep_ahead(struct ahead *ahead, const void *records, size_t size)
{
	void *more = realloc(ahead->records, ahead->size + size);

	if (!more)
		return -ENOMEM;
	memcpy((char *)more + ahead->size, records, size);
	ahead->records = more;
	ahead->size += size;
	return 0;
}

int drain__sample(void *context, unsigned int cpu, void *sample, size_t size)
{
	struct drain *drain = context;
	size_t end = drain->until ? epoch_end(drain, sample, size) : size;
	int err = add(drain, cpu, sample, end);

	if (err || end == size)
		return err;
	err = keep_ahead(&drain->ahead[cpu], (char *)sample + end, size - end);
	return err ? err : -ECANCELED;
}

int drain__take(struct drain *drain)
{
	for (unsigned int cpu = 0; cpu < capture__cpus(drain->capture); cpu++) {
		int err = capture__consume(drain->capture, cpu);

		if (err && err != -ECANCELED)
			return err;
	}
	return 0;
}

int drain__take_all(struct drain *drain)
{
	const struct timespec pause = { .tv_nsec = 100000 };
	bool all;
	int err;

	memset(drain->sent, 0, capture__cpus(drain->capture) * sizeof(*drain->sent));
	for (int tries = 0; tries < FLUSH_TRIES; tries++) {
		all = capture__flush(drain->capture, drain->sent);
		err = drain__take(drain);
		if (err || all)
			return err;
		/* A program was at work, or its ring buffer was full until now. */
		nanosleep(&pause, NULL);
	}
	return 0;
}

static int settle(struct drain *drain)
{
	const struct timespec pause = { .tv_nsec = 100000 };

	while (encoder__pending(drain->encoder)) {
		int err;

		if (now() - drain->until > SETTLE_NS) {
			encoder__give_up(drain->encoder);
			break;
		}
		nanosleep(&pause, NULL);
		err = drain__take(drain);
		if (err)
			return err;
	}
	return 0;
}

static int write_epoch_end(struct drain *drain)
{
	const struct encoder_totals *totals = encoder__totals(drain->encoder);
	struct stage_state counts;
	struct sync sync;
	int err;

	capture__counts(drain->capture, &counts);
	sync = (struct sync){
		.time_ns = drain->until,
		.calls = totals->calls,
		.events = totals->events,
		.data_bytes = totals->data_bytes,
		.lost_calls = counts.lost_calls,
		.lost_events = counts.lost_events,
		.waits = counts.waits,
		.wait_ns = capture__shared(drain->capture)->wait_ns,
	};
	err = encoder__flush(drain->encoder);
	if (!err)
		err = write_sync(drain->writer, &sync);
	if (!err)
		err = writer__sync(drain->writer);
	if (!err)
		err = index__add(drain->index, drain->begun, drain->until, totals->calls);
	if (err)
		return err;
	drain->begun = writer__offset(drain->writer);
	drain->written = *totals;
	drain->any = false;
	return 0;
}

/* What was held back begins the next epoch. */
static int add_ahead(struct drain *drain)
{
	int err = 0;

	for (unsigned int cpu = 0; cpu < capture__cpus(drain->capture) && !err; cpu++) {
		struct ahead *ahead = &drain->ahead[cpu];

		err = add(drain, cpu, ahead->records, ahead->size);
		free(ahead->records);
		*ahead = (struct ahead){ 0 };
	}
	return err;
}

int drain__sync(struct drain *drain)
{
	int err;

	drain->until = now();
	err = drain__take_all(drain);
	if (!err)
		err = settle(drain);
	if (!err && drain->any)
		err = write_epoch_end(drain);
	drain->until = 0;
	return err ? err : add_ahead(drain);
}
