/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "trace/data_index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "trace/array.h"

#define ENTRIES_MAX (1U << 20)

/* Not unique: entries are compared as well. */
static uint64_t call_key(uint32_t thread, uint64_t seq)
{
	return seq ^ (uint64_t)thread << 40;
}

static struct data_slot *data_index__slot(struct data_index *data, uint32_t block)
{
	struct data_slot *slot = &data->slots[0];

	for (int i = 0; i < DATA_SLOTS; i++) {
		if (data->slots[i].block == block && data->slots[i].raw) {
			slot = &data->slots[i];
			break;
		}
		if (data->slots[i].used < slot->used)
			slot = &data->slots[i];
	}
	slot->used = ++data->clock;
	return slot;
}

static int slot__make_room(struct data_slot *slot, size_t n)
{
	uint8_t *raw = array_grow(slot->raw, &slot->room, n, 1);

	if (!raw)
		return -ENOMEM;
	slot->raw = raw;
	slot->block = LOOKUP_NONE;
	return 0;
}

/* The payload of a block, decoded. */
static int data_index__payload(struct data_index *data, uint32_t block, const uint8_t **payload)
{
	struct data_slot *slot = data_index__slot(data, block);
	int err;

	if (slot->block != block || !slot->raw) {
		err = slot__make_room(slot, data->blocks[block].raw);
		if (err == 0)
			err = input__load(data->input, &data->blocks[block], slot->raw);
		if (err < 0)
			return err;
		slot->block = block;
	}
	*payload = slot->raw;
	return 0;
}

static int data_index__add_entry(struct data_index *data, const struct data_entry *entry)
{
	uint32_t index = (uint32_t)data->nentries, last;
	uint64_t key = call_key(entry->thread, entry->seq);
	struct data_entry *entries;

	entries = array_grow(data->entries, &data->entries_room, index + 1, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	data->entries = entries;
	last = lookup__get(&data->calls, key);
	if (lookup__set(&data->calls, key, index) < 0)
		return -ENOMEM;
	entries[index] = *entry;
	entries[index].next = last == LOOKUP_NONE ? index : entries[last].next;
	if (last != LOOKUP_NONE)
		entries[last].next = index;
	data->nentries++;
	return 0;
}

static unsigned int entry_kind(const struct data_entry *entry)
{
	return entry->flags & DATA_KIND;
}

/* Read an entry up to its end; false where it is malformed. */
static bool read_entry(struct cursor *c, const uint8_t *payload, struct data_entry *entry)
{
	struct piece piece;
	uint64_t n;

	entry->thread = cursor_u32(c);
	entry->seq = cursor_varint(c);
	entry->flags = cursor_u8(c);
	entry->at = (uint32_t)(c->at - payload);
	n = cursor_varint(c);
	while (n-- && !c->bad) {
		if (!piece__read(&piece, c, c, NULL, 0))
			return false;
	}
	return !c->bad && !(entry->flags & ~DATA_BITS) && entry_kind(entry) != DATA_KIND;
}

/* Check the entries of a payload, or add them: checked first, a malformed block leaves nothing. */
static int data_index__read(struct data_index *data, const struct block *block,
			    const uint8_t *payload, bool add)
{
	struct cursor c = { .at = payload, .end = payload + block->raw };
	struct data_entry entry = { .block = (uint16_t)data->nblocks };
	size_t n = data->nentries;
	int err;

	while (cursor_left(&c)) {
		if (!read_entry(&c, payload, &entry))
			return input__damage(data->input, block->offset, "malformed data");
		if (++n > ENTRIES_MAX)
			return input__damage(data->input, block->offset,
					     "more data entries than an epoch may have");
		err = add ? data_index__add_entry(data, &entry) : 0;
		if (err < 0)
			return input__failure(data->input, block->offset, err);
	}
	return 0;
}

int data_index__add(struct data_index *data, const struct block *block)
{
	struct data_slot *slot = data_index__slot(data, (uint32_t)data->nblocks);
	struct block *blocks;
	int err;

	blocks = array_grow(data->blocks, &data->blocks_room, data->nblocks + 1, sizeof(*blocks));
	if (blocks)
		data->blocks = blocks;
	err = blocks ? slot__make_room(slot, block->raw) : -ENOMEM;
	if (err < 0)
		return input__failure(data->input, block->offset, err);
	blocks[data->nblocks] = *block;
	err = input__expand(data->input, block, slot->raw);
	if (err == 0)
		err = input__keep(data->input, &blocks[data->nblocks]);
	if (err == 0)
		err = data_index__read(data, block, slot->raw, false);
	if (err == 0)
		err = data_index__read(data, block, slot->raw, true);
	if (err < 0)
		return err;
	slot->block = (uint32_t)data->nblocks++;
	return 0;
}

static uint32_t data_index__last(const struct data_index *data, uint32_t thread, uint64_t seq)
{
	return data->nentries ? lookup__get(&data->calls, call_key(thread, seq)) : LOOKUP_NONE;
}

bool data_index__has(const struct data_index *data, uint32_t thread, uint64_t seq)
{
	return data_index__last(data, thread, seq) != LOOKUP_NONE;
}

void data_index__walk(struct data_index *data, uint32_t thread, uint64_t seq, uint8_t flags,
		      struct data_walk *walk)
{
	uint32_t last = data_index__last(data, thread, seq);

	*walk = (struct data_walk){
		.data = data,
		.thread = thread,
		.seq = seq,
		.flags = flags,
		.last = last,
		.entry = last,
	};
}

static bool data_walk__wants(const struct data_walk *walk, const struct data_entry *entry)
{
	return entry->thread == walk->thread && entry->seq == walk->seq &&
	       entry_kind(entry) == walk->flags;
}

int data_walk__next(struct data_walk *walk, struct piece *piece)
{
	struct data_index *data = walk->data;
	const struct data_entry *entry;
	const uint8_t *payload;
	struct cursor c;
	int err;

	for (;;) {
		bool first = false;

		if (walk->left == 0) {
			if (walk->last == LOOKUP_NONE)
				return 0;
			walk->entry = data->entries[walk->entry].next;
			if (walk->entry == walk->last)
				walk->last = LOOKUP_NONE;
			first = true;
		}
		entry = &data->entries[walk->entry];
		if (first && !data_walk__wants(walk, entry))
			continue;
		err = data_index__payload(data, entry->block, &payload);
		if (err < 0)
			return err;
		c.at = payload + (first ? entry->at : walk->at);
		c.end = payload + data->blocks[entry->block].raw;
		c.bad = false;
		if (first)
			walk->left = cursor_varint(&c);
		if (walk->left)
			break;
	}
	/* Checked when it was added; only a file that changes meanwhile fails here. */
	if (!piece__read(piece, &c, &c, NULL, 0))
		return input__damage(data->input, data->blocks[entry->block].offset, "it changed");
	walk->left--;
	walk->at = (uint32_t)(c.at - payload);
	piece->block = entry->block;
	piece->at = piece->bytes ? (uint32_t)(piece->bytes - payload) : 0;
	return 1;
}

int data_index__copy(struct data_index *data, uint32_t block, uint32_t at, void *to, size_t n)
{
	const uint8_t *payload;
	int err = data_index__payload(data, block, &payload);

	if (err < 0)
		return err;
	if (at > data->blocks[block].raw || n > data->blocks[block].raw - at)
		return -EINVAL;
	memcpy(to, payload + at, n);
	return 0;
}

void data_index__clear(struct data_index *data)
{
	data->nblocks = 0;
	data->nentries = 0;
	lookup__clear(&data->calls);
	for (int i = 0; i < DATA_SLOTS; i++)
		data->slots[i].block = LOOKUP_NONE;
}

void data_index__free(struct data_index *data)
{
	for (int i = 0; i < DATA_SLOTS; i++)
		free(data->slots[i].raw);
	free(data->blocks);
	free(data->entries);
	lookup__free(&data->calls);
	*data = (struct data_index){ 0 };
}
