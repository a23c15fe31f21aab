// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "record/packer.h"

#include <endian.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>
#include <zstd.h>

#include "record/clock.h"

#define COMPRESS_MIN 64 /* a smaller payload is stored as it is */
#define COMPRESS_LEVEL 1
#define TELLING (64U << 10) /* a payload that tells what others of its type will take */
#define WORTHY_NS 200000    /* of work: below that another thread costs more than it saves */
#define THREADS_MAX 7
#define BLOCKS_MAX (THREADS_MAX + 2)

/* What a thread packs with. */
struct tools {
	ZSTD_CCtx *zstd;
	XXH64_state_t *hash;
};

struct block {
	enum block_type type;
	uint16_t stream;
	bool done;
	struct bytes payload; /* while it waits for a thread */
	uint8_t *packed;      /* room for the largest */
	size_t size;
};

/*
 * Blocks are numbered as they come: dropped <= begun <= put, and put - dropped <= nblocks. Those
 * from `begun` on wait for a thread, or are done.
 */
struct packer {
	pthread_mutex_t lock;
	pthread_cond_t work, done;
	pthread_t threads[THREADS_MAX];
	unsigned int nthreads, most; /* running; as many as there may be */
	bool ending;
	uint64_t cost[BLOCK_TYPES]; /* ns for a MiB, by type: of the last block that tells */
	uint64_t put, begun, dropped;
	unsigned int nblocks;
	struct block blocks[BLOCKS_MAX];
	struct tools tools; /* of the caller's thread */
};

static void put16(uint8_t *to, uint16_t value)
{
	value = htole16(value);
	memcpy(to, &value, sizeof(value));
}

static void put32(uint8_t *to, uint32_t value)
{
	value = htole32(value);
	memcpy(to, &value, sizeof(value));
}

static void put64(uint8_t *to, uint64_t value)
{
	value = htole64(value);
	memcpy(to, &value, sizeof(value));
}

static void free_tools(struct tools *tools)
{
	ZSTD_freeCCtx(tools->zstd);
	XXH64_freeState(tools->hash);
	*tools = (struct tools){ 0 };
}

static int make_tools(struct tools *tools)
{
	tools->zstd = ZSTD_createCCtx();
	tools->hash = XXH64_createState();
	if (!tools->zstd || !tools->hash) {
		free_tools(tools);
		return -ENOMEM;
	}
	ZSTD_CCtx_setParameter(tools->zstd, ZSTD_c_compressionLevel, COMPRESS_LEVEL);
	return 0;
}

/* To where it is written from, compressed where that makes it smaller: the size there. */
static size_t pack_payload(ZSTD_CCtx *zstd, uint8_t *to, const void *payload, size_t size)
{
	if (size >= COMPRESS_MIN) {
		size_t stored = ZSTD_compress2(zstd, to, size - 1, payload, size);

		if (!ZSTD_isError(stored))
			return stored;
	}
	if (size)
		memcpy(to, payload, size);
	return size;
}

static void pack(const struct tools *tools, struct block *block, const void *payload, size_t size)
{
	uint8_t *header = block->packed;
	size_t stored = pack_payload(tools->zstd, header + BLOCK_HEADER_SIZE, payload, size);

	put32(header, block->type);
	put32(header + 4, (uint32_t)stored);
	put32(header + 8, (uint32_t)size);
	put16(header + 12, stored < size ? BLOCK_COMPRESSED : 0);
	put16(header + 14, block->stream);
	XXH64_reset(tools->hash, 0);
	XXH64_update(tools->hash, header, BLOCK_HASHED_SIZE);
	XXH64_update(tools->hash, header + BLOCK_HEADER_SIZE, stored);
	put64(header + BLOCK_HASHED_SIZE, XXH64_digest(tools->hash));
	block->size = BLOCK_HEADER_SIZE + stored;
}

static struct block *block_at(struct packer *packer, uint64_t number)
{
	return &packer->blocks[number % packer->nblocks];
}

/* The caller's thread packs a block, or any thread one that has been given. */
static void pack_timed(struct packer *packer, const struct tools *tools, struct block *block,
		       const void *payload, size_t size)
{
	/* Of this thread: that it is kept from running says nothing of the work. */
	uint64_t begin = clock_ns(CLOCK_THREAD_CPUTIME_ID), ns;

	pack(tools, block, payload, size);
	ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - begin;
	pthread_mutex_lock(&packer->lock);
	if (block->type < BLOCK_TYPES && size >= TELLING)
		packer->cost[block->type] = (ns << 20) / size;
	block->done = true;
	pthread_mutex_unlock(&packer->lock);
}

/* The next block that waits, or NULL. */
static struct block *begin_next(struct packer *packer)
{
	while (packer->begun < packer->put) {
		struct block *block = block_at(packer, packer->begun++);

		if (!block->done)
			return block;
	}
	return NULL;
}

/* Pack a block that has been given; with the lock, which is released meanwhile. */
static void pack_given(struct packer *packer, const struct tools *tools, struct block *block)
{
	pthread_mutex_unlock(&packer->lock);
	pack_timed(packer, tools, block, block->payload.data, block->payload.len);
	pthread_mutex_lock(&packer->lock);
	pthread_cond_signal(&packer->done);
}

static void *run(void *context)
{
	struct packer *packer = context;
	struct tools tools;

	if (make_tools(&tools))
		return NULL;
	pthread_setname_np(pthread_self(), "rec-pack");
	pthread_mutex_lock(&packer->lock);
	while (!packer->ending) {
		struct block *block = begin_next(packer);

		if (block)
			pack_given(packer, &tools, block);
		else
			pthread_cond_wait(&packer->work, &packer->lock);
	}
	pthread_mutex_unlock(&packer->lock);
	free_tools(&tools);
	return NULL;
}

/* One more, that takes no signals; without it the others do its work. */
static void start_thread(struct packer *packer)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(&packer->threads[packer->nthreads], NULL, run, packer))
		packer->most = packer->nthreads;
	else
		packer->nthreads++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* Beside the caller's, one for each CPU. */
static unsigned int most_threads(void)
{
	unsigned int cpus = THREADS_MAX + 1;
	cpu_set_t set;

	/* It fails where there are more CPUs than a set holds. */
	if (!sched_getaffinity(0, sizeof(set), &set))
		cpus = (unsigned int)CPU_COUNT(&set);
	return cpus - 1 < THREADS_MAX ? cpus - 1 : THREADS_MAX;
}

struct packer *packer__new(void)
{
	struct packer *packer = calloc(1, sizeof(*packer));
	bool failed;

	if (!packer)
		return NULL;
	pthread_mutex_init(&packer->lock, NULL);
	pthread_cond_init(&packer->work, NULL);
	pthread_cond_init(&packer->done, NULL);
	packer->most = most_threads();
	packer->nblocks = packer->most + 2;
	failed = make_tools(&packer->tools);
	for (unsigned int i = 0; i < packer->nblocks; i++) {
		packer->blocks[i].packed = malloc(BLOCK_HEADER_SIZE + BLOCK_RAW_MAX);
		failed |= !packer->blocks[i].packed;
	}
	if (failed) {
		packer__free(packer);
		errno = ENOMEM;
		return NULL;
	}
	return packer;
}

void packer__free(struct packer *packer)
{
	if (!packer)
		return;
	pthread_mutex_lock(&packer->lock);
	packer->ending = true;
	pthread_cond_broadcast(&packer->work);
	pthread_mutex_unlock(&packer->lock);
	for (unsigned int i = 0; i < packer->nthreads; i++)
		pthread_join(packer->threads[i], NULL);
	for (unsigned int i = 0; i < packer->nblocks; i++) {
		bytes__free(&packer->blocks[i].payload);
		free(packer->blocks[i].packed);
	}
	free_tools(&packer->tools);
	pthread_cond_destroy(&packer->done);
	pthread_cond_destroy(&packer->work);
	pthread_mutex_destroy(&packer->lock);
	free(packer);
}

/* The caller's thread alone changes what these two look at. */
bool packer__is_empty(const struct packer *packer)
{
	return packer->put == packer->dropped;
}

bool packer__is_full(const struct packer *packer)
{
	return packer->put - packer->dropped == packer->nblocks;
}

bool packer__is_ready(struct packer *packer)
{
	bool ready;

	pthread_mutex_lock(&packer->lock);
	ready = block_at(packer, packer->dropped)->done;
	pthread_mutex_unlock(&packer->lock);
	return ready;
}

void packer__put(struct packer *packer, enum block_type type, uint16_t stream, const void *payload,
		 size_t size)
{
	struct block *block = block_at(packer, packer->put);

	block->type = type;
	block->stream = stream;
	pack_timed(packer, &packer->tools, block, payload, size);
	pthread_mutex_lock(&packer->lock);
	packer->put++;
	pthread_mutex_unlock(&packer->lock);
}

static bool is_worthy(struct packer *packer, enum block_type type, size_t size)
{
	uint64_t cost;

	if (!packer->most || type >= BLOCK_TYPES)
		return false;
	pthread_mutex_lock(&packer->lock);
	cost = packer->cost[type];
	pthread_mutex_unlock(&packer->lock);
	return cost * size >> 20 >= WORTHY_NS;
}

void packer__give(struct packer *packer, enum block_type type, uint16_t stream,
		  struct bytes *payload)
{
	struct block *block = block_at(packer, packer->put);
	struct bytes other = block->payload;
	bool busy;

	if (!is_worthy(packer, type, payload->len)) {
		packer__put(packer, type, stream, payload->data, payload->len);
		return;
	}
	block->type = type;
	block->stream = stream;
	block->payload = *payload;
	*payload = other;
	pthread_mutex_lock(&packer->lock);
	/* With all threads at work, or none there. */
	busy = packer->begun < packer->put++ || !packer->nthreads;
	pthread_cond_signal(&packer->work);
	pthread_mutex_unlock(&packer->lock);
	if (busy && packer->nthreads < packer->most)
		start_thread(packer);
}

struct packed packer__oldest(struct packer *packer)
{
	struct block *oldest = block_at(packer, packer->dropped), *block;

	pthread_mutex_lock(&packer->lock);
	while (!oldest->done) {
		block = begin_next(packer);
		if (block)
			pack_given(packer, &packer->tools, block);
		else
			pthread_cond_wait(&packer->done, &packer->lock);
	}
	pthread_mutex_unlock(&packer->lock);
	return (struct packed){ oldest->packed, oldest->size };
}

void packer__drop(struct packer *packer)
{
	struct block *block = block_at(packer, packer->dropped);

	bytes__clear(&block->payload);
	pthread_mutex_lock(&packer->lock);
	block->done = false;
	packer->dropped++;
	if (packer->begun < packer->dropped)
		packer->begun = packer->dropped;
	/* The first one's memory again, which is in the cache. */
	if (packer->dropped == packer->put)
		packer->dropped = packer->begun = packer->put = 0;
	pthread_mutex_unlock(&packer->lock);
}
