/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "record/threadhash.h"

#include <errno.h>
#include <stdlib.h>

#define SIZE_FIRST 64

static void just_free(struct thread_node *node)
{
	free(node);
}

int thread_hash__init(struct thread_hash *hash, void (*free_node)(struct thread_node *node))
{
	hash->free_node = free_node ? free_node : just_free;
	hash->count = 0;
	hash->size = SIZE_FIRST;
	hash->buckets = calloc(hash->size, sizeof(*hash->buckets));
	return hash->buckets ? 0 : -ENOMEM;
}

void thread_hash__fini(struct thread_hash *hash)
{
	if (hash->buckets)
		thread_hash__clear(hash);
	free(hash->buckets);
	hash->buckets = NULL;
}

void thread_hash__clear(struct thread_hash *hash)
{
	for (size_t i = 0; hash->count && i < hash->size; i++)
		while (hash->buckets[i])
			thread_hash__remove(hash, &hash->buckets[i]);
}

static void link_node(struct thread_hash *hash, struct thread_node *node)
{
	struct thread_node **chain = thread_hash__chain(hash, node->thread);

	node->next = *chain;
	*chain = node;
}

/* Without the memory for it the chains just get longer. */
static void grow(struct thread_hash *hash)
{
	struct thread_hash old = *hash;

	hash->buckets = calloc(old.size * 2, sizeof(*hash->buckets));
	if (!hash->buckets) {
		*hash = old;
		return;
	}
	hash->size = old.size * 2;
	for (size_t i = 0; i < old.size; i++) {
		struct thread_node *node = old.buckets[i];

		while (node) {
			struct thread_node *next = node->next;

			link_node(hash, node);
			node = next;
		}
	}
	free(old.buckets);
}

void thread_hash__insert(struct thread_hash *hash, struct thread_node *node)
{
	if (hash->count >= 2 * hash->size)
		grow(hash);
	link_node(hash, node);
	hash->count++;
}

struct thread_node **thread_hash__chain(const struct thread_hash *hash, uint32_t thread)
{
	return &hash->buckets[(thread * 0x9e3779b1U >> 8) & (hash->size - 1)];
}

struct thread_node **thread_hash__find(const struct thread_hash *hash, uint32_t thread,
				       uint64_t seq)
{
	struct thread_node **link = thread_hash__chain(hash, thread);

	for (; *link; link = &(*link)->next)
		if ((*link)->thread == thread && (*link)->seq == seq)
			return link;
	return NULL;
}

void thread_hash__remove(struct thread_hash *hash, struct thread_node **link)
{
	struct thread_node *node = *link;

	*link = node->next;
	hash->free_node(node);
	hash->count--;
}
