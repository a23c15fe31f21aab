/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From the ring buffers to the encoder, in epochs (docs/format.md, 2). What comes out of one CPU's
 * ring buffer is in order of time; an epoch ends at a time up to which everything has been taken.
 */
#ifndef DRAIN_H
#define DRAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct capture;
struct encoder;
struct index;
struct writer;

struct drain;

struct drain *drain__new(struct capture *capture, struct encoder *encoder, struct writer *writer,
			 struct index *index);
void drain__free(struct drain *drain);
/* For capture__load(): one sample of the ring buffer of a CPU; context is the drain. */
int drain__sample(void *context, unsigned int cpu, void *sample, size_t size);
/* Take what is in the ring buffers now. 0 or a negative errno. */
int drain__take(struct drain *drain);
/* Take all that the programs have recorded up to now, staged or sent. 0 or a negative errno. */
int drain__take_all(struct drain *drain);
/*
 * End an epoch: everything up to now is written, and a SYNC behind it. Does nothing when nothing
 * came since the last one. 0 or a negative errno.
 */
int drain__sync(struct drain *drain);
/* Records that came by another way than the ring buffers, in order of time. */
int drain__add(struct drain *drain, const void *records, size_t size);

/* Where in the file the epoch begins: up to there it is whole. And what it has up to there. */
uint64_t drain__begun(const struct drain *drain);
const struct encoder_totals *drain__written(const struct drain *drain);
/* Bytes fetched from outside. */
uint64_t drain__fetched(const struct drain *drain);

#endif
