/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Compression: of what takes long on threads of its own, beside the one that reads the ring
 * buffers. Blocks come out in the order in which they went in. One thread alone may call these
 * functions.
 */
#ifndef PACKER_H
#define PACKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/bytes.h"
#include "trace/format.h"

struct packer;

/* A block as the file has it: header and payload in one run. */
struct packed {
	const uint8_t *data;
	size_t size;
};

/* NULL with errno. */
struct packer *packer__new(void);
void packer__free(struct packer *packer);

bool packer__is_empty(const struct packer *packer);
bool packer__is_full(const struct packer *packer);
/* Whether packer__oldest() would not wait. Not while the packer is empty. */
bool packer__is_ready(struct packer *packer);
/* Pack a block of at most BLOCK_RAW_MAX bytes. Not while the packer is full. */
void packer__put(struct packer *packer, enum block_type type, uint16_t stream, const void *payload,
		 size_t size);
/* The same, by a thread if that pays: the payload's memory is swapped for other memory then. */
void packer__give(struct packer *packer, enum block_type type, uint16_t stream,
		  struct bytes *payload);
/* The oldest block, until packer__drop(). Not while the packer is empty. */
struct packed packer__oldest(struct packer *packer);
void packer__drop(struct packer *packer);

#endif
