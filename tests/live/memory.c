/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Calls on pages: nodes, advice, keys, caches, seals; and the newer futexes. */
#include <linux/futex.h>
#include <sched.h>

#include "expect.h"
#include "newer.h"

static void nodes(void)
{
	unsigned long *mask = tail(sizeof(long)), *all = tail(128);
	int *policy = tail(4), *where = tail(8), *state = tail(8);
	void **addresses = tail(2 * sizeof(void *));
	char *p = pages(2);

	*mask = 1;
	memset(p, 1, 2 * PAGE);
	TEST("nodes: the policy of memory");
	CALL(mbind, p, PAGE, 0, NULL, 0, 0);
	CALL(mbind, p, PAGE, 2, mask, 8 * sizeof(long) + 1, 0);
	in(3, mask, sizeof(long));
	CALL(set_mempolicy, 2, mask, 8 * sizeof(long) + 1);
	in(1, mask, sizeof(long));
	if (CALL(get_mempolicy, policy, all, 8 * 128 + 1, NULL, 0) == 0) {
		out(0, policy, 4);
		out(1, all, 128);
	}
	CALL(set_mempolicy, 0, NULL, 0);
	CALL(set_mempolicy_home_node, p, PAGE, 0, 1);
	TEST("nodes: where pages are");
	addresses[0] = p;
	addresses[1] = p + PAGE;
	where[0] = where[1] = 0;
	if (CALL(move_pages, 0, 2, addresses, NULL, state, 0) == 0) {
		in(2, addresses, 2 * sizeof(void *));
		out(4, state, 8);
	}
	TEST("nodes: to the same");
	CALL(migrate_pages, 0, 8 * sizeof(long) + 1, mask, mask);
	in(2, mask, sizeof(long));
	in(3, mask, sizeof(long));
}

static void advice(void)
{
	struct iovec *iov = tail(sizeof(*iov));
	uint64_t *range = tail(16), *cached = tail(40);
	int fd = file_of("file", "0123456789", 10);
	int self = (int)syscall(SYS_pidfd_open, getpid(), 0);
	char *p = pages(1);

	*p = 1;
	*iov = (struct iovec){ p, PAGE };
	TEST("process_madvise: to oneself");
	CALL(process_madvise, self, iov, 1, MADV_COLD, 0);
	in(1, iov, sizeof(*iov));
	TEST("process_mrelease: of the living");
	CALL(process_mrelease, self, 0);
	TEST("pidfd_getfd: one's own");
	CALL(pidfd_getfd, self, fd, 0);
	CALL(pidfd_getfd, -1L, fd, 0);
	TEST("cachestat: a small file");
	range[0] = 0;
	range[1] = PAGE;
	if (CALL(cachestat, fd, range, cached, 0) == 0)
		out(2, cached, 40);
	in(1, range, 16);
	TEST("mseal: with a wrong flag");
	CALL(mseal, p, PAGE, 1);
	TEST("map_shadow_stack: with a wrong flag");
	CALL(map_shadow_stack, 0, PAGE, 1 << 20);
	TEST("descriptors of memory");
	CALL(userfaultfd, 0xffff);
#ifdef SYS_memfd_secret
	CALL(memfd_secret, 0xffff);
#endif
}

struct waiter {
	uint64_t val, uaddr;
	uint32_t flags, reserved;
};

static void futexes(void)
{
	struct waiter *two = tail(2 * sizeof(*two));
	uint32_t *word = tail(4);
	int64_t *past = tail(16);

	*word = 5;
	past[0] = past[1] = 0;
	for (int i = 0; i < 2; i++)
		two[i] = (struct waiter){ .val = 5, .uaddr = POINTER(word), .flags = 0x82 };
	TEST("futexes: of one word");
	CALL(futex_wake, word, ~0U, 1, 0x82);
	CALL(futex_wait, word, 4, ~0U, 0x82, NULL, 1);
	CALL(futex_wait, word, 5, ~0U, 0x82, past, 1);
	in(4, past, 16);
	TEST("futexes: of several words");
	CALL(futex_waitv, two, 2, 0, past, 1);
	in(0, two, 2 * sizeof(*two));
	in(3, past, 16);
	CALL(futex_waitv, two, 1, 1, NULL, 1);
	in(0, two, sizeof(*two));
	CALL(futex_requeue, two, 0, 1, 1);
	in(0, two, 2 * sizeof(*two));
}

/* What is registered for a thread's end, and for every time that it runs on. */
static void registered(void)
{
	long *list = tail(3 * sizeof(long));
	char *area = pages(1);

	list[0] = (long)list;
	list[1] = list[2] = 0;
	TEST("registered: a word, and a list of locks");
	CALL(set_tid_address, NULL);
	CALL(set_robust_list, list, 3 * sizeof(long));
	CALL(set_robust_list, list, 1);
	CALL(set_robust_list, NULL, 3 * sizeof(long));
	TEST("rseq: of a wrong size");
	CALL(rseq, area, 7, 0, 0x53053053);
	CALL0(rseq_slice_yield);
}

int main(void)
{
	nodes();
	advice();
	futexes();
	registered();
	flush();
	return 0;
}
