/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* futex: every operation, private and not; futex_time64 of 32-bit programs beside it. */
#include <linux/futex.h>
#include <time.h>

#include "expect.h"

#ifndef FUTEX_LOCK_PI2
#define FUTEX_LOCK_PI2 13
#endif

struct flavour {
	const char *name;
	long nr;
	const void *timeout; /* it has passed */
	size_t bytes;
};

static uint32_t *word, *other;

static long operate(const struct flavour *how, int op, long val, long val2, long val3)
{
	const long args[] = { (long)word, op, val, val2, (long)other, val3 };

	return expect_call(how->name, how->nr, args, 6);
}

/* An operation with a time in the place of val2. */
static long operate_timed(const struct flavour *how, int op, long val, long val3)
{
	return operate(how, op, val, (long)how->timeout, val3);
}

/* A word with another value than is said: nobody waits. */
static void waits(const struct flavour *how, int op)
{
	*word = 5;
	operate_timed(how, op, 6, 1);
	in(3, how->timeout, how->bytes);
	if ((op & FUTEX_CMD_MASK) == FUTEX_WAIT_REQUEUE_PI)
		out(4, other, 4);
}

/* Lock it, lock it again, which is a deadlock, and unlock it. */
static void locks(const struct flavour *how, int op)
{
	*word = 0;
	operate_timed(how, op, 0, 0);
	in(3, how->timeout, how->bytes);
	out(0, word, 4);
	operate_timed(how, op, 0, 0);
	in(3, how->timeout, how->bytes);
	out(0, word, 4);
	operate(how, FUTEX_UNLOCK_PI | (op & FUTEX_PRIVATE_FLAG), 0, 0, 0);
	out(0, word, 4);
}

static void one_sharing(const struct flavour *how, int sharing)
{
	TEST("futex: another value than expected");
	waits(how, FUTEX_WAIT | sharing);
	waits(how, FUTEX_WAIT | FUTEX_CLOCK_REALTIME | sharing);
	waits(how, FUTEX_WAIT_BITSET | sharing);
	waits(how, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME | sharing);
	waits(how, FUTEX_WAIT_REQUEUE_PI | sharing);
	waits(how, FUTEX_WAIT_REQUEUE_PI | FUTEX_CLOCK_REALTIME | sharing);
	TEST("futex: locked, and unlocked");
	locks(how, FUTEX_LOCK_PI | sharing);
	locks(how, FUTEX_LOCK_PI2 | sharing);
	locks(how, FUTEX_LOCK_PI2 | FUTEX_CLOCK_REALTIME | sharing);
	TEST("futex: a lock that is tried");
	*word = 0;
	operate(how, FUTEX_TRYLOCK_PI | sharing, 0, 0, 0);
	out(0, word, 4);
	operate(how, FUTEX_UNLOCK_PI | sharing, 0, 0, 0);
	out(0, word, 4);
	TEST("futex: nobody to wake, or to move");
	operate(how, FUTEX_WAKE | sharing, 1, 0, 0);
	operate(how, FUTEX_WAKE_BITSET | sharing, 1, 0, 1);
	operate(how, FUTEX_REQUEUE | sharing, 1, 1, 0);
	operate(how, FUTEX_CMP_REQUEUE | sharing, 1, 1, *word);
	*other = 3;
	operate(how, FUTEX_WAKE_OP | sharing, 1, 1, FUTEX_OP(FUTEX_OP_ADD, 4, FUTEX_OP_CMP_EQ, 0));
	out(4, other, 4);
	operate(how, FUTEX_CMP_REQUEUE_PI | sharing, 1, 0, *word);
	out(4, other, 4);
}

int main(void)
{
	struct timespec *timeout = tail(sizeof(*timeout));
	struct flavour how = { "futex", SYS_futex, timeout, sizeof(*timeout) };

	word = tail(4);
	other = tail(4);
	*timeout = (struct timespec){ 1, 0 };
	one_sharing(&how, 0);
	one_sharing(&how, FUTEX_PRIVATE_FLAG);
#ifdef SYS_futex_time64
	{
		static const int64_t passed[2] = { 1, 0 };

		how = (struct flavour){ "futex_time64", SYS_futex_time64,
					tail_copy(passed, sizeof(passed)), sizeof(passed) };
		one_sharing(&how, 0);
		one_sharing(&how, FUTEX_PRIVATE_FLAG);
	}
#endif
	flush();
	return 0;
}
