/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Ring-buffer batches (include/event.h) become EVENTS and DATA blocks (docs/format.md). One
 * encoder serves all streams; it is used by one thread. Functions return 0 or a negative errno;
 * -EBADMSG for a malformed batch, which is a bug on the capture side.
 */
#ifndef ENCODE_H
#define ENCODE_H

#include <stddef.h>
#include <stdint.h>

struct encoder;
struct writer;

struct encoder_totals {
	uint64_t calls;
	uint64_t events; /* other than calls */
	uint64_t data_bytes;
	uint64_t threads; /* in the blocks written so far */
};

struct encoder *encoder__new(struct writer *writer, unsigned int streams);
void encoder__free(struct encoder *encoder);
/*
 * Add a batch of one stream, aligned to 8 bytes: records in order of time. DATA_ENTRY and
 * DATA_FILL records may come before their EVENT_CALL, of any stream, and are kept until then; a
 * call's other EVENT_DATA records follow it. Full blocks are written on the way. After a failed
 * write the rest of the batch is still taken in.
 */
int encoder__add(struct encoder *encoder, unsigned int stream, const void *batch, size_t size);
/* Write what has been added and not yet written; a SYNC may follow. */
int encoder__flush(struct encoder *encoder);
/* Calls with pieces that a DATA_FILL record brings, for which no DATA_LAST has come. */
size_t encoder__pending(const struct encoder *encoder);
/* No more will come for the calls counted by encoder__pending(): their pieces stay missing. */
void encoder__give_up(struct encoder *encoder);
const struct encoder_totals *encoder__totals(const struct encoder *encoder);

#endif
