/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A hash by thread number of things that stand for calls of it; one thread can have several. A
 * thing begins with its node and belongs to the hash once it is inserted.
 */
#ifndef THREADHASH_H
#define THREADHASH_H

#include <stddef.h>
#include <stdint.h>

struct thread_node {
	struct thread_node *next;
	uint32_t thread;
	uint64_t seq;
};

struct thread_hash {
	struct thread_node **buckets;
	size_t size;
	size_t count;
	void (*free_node)(struct thread_node *node);
};

/* free_node NULL: free(3). 0 or -ENOMEM. */
int thread_hash__init(struct thread_hash *hash, void (*free_node)(struct thread_node *node));
/* Free the nodes and the hash. */
void thread_hash__fini(struct thread_hash *hash);
/* Free all nodes. */
void thread_hash__clear(struct thread_hash *hash);
void thread_hash__insert(struct thread_hash *hash, struct thread_node *node);
/* The head of the chain that the thread's nodes are in, with those of other threads. */
struct thread_node **thread_hash__chain(const struct thread_hash *hash, uint32_t thread);
/* The link to the first node of the call, or NULL. */
struct thread_node **thread_hash__find(const struct thread_hash *hash, uint32_t thread,
				       uint64_t seq);
/* Free the node; *link is then the one after it. */
void thread_hash__remove(struct thread_hash *hash, struct thread_node **link);

#endif
