/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* futex: waiting, waking, the deadline; set_tid_address, rseq and membarrier beside it. */
#include <linux/futex.h>
#include <time.h>

#include "expect.h"

int main(void)
{
	struct timespec *timeout = tail(sizeof(*timeout));
	uint32_t *word = tail(4);

	*word = 5;
	*timeout = (struct timespec){ 0, 1000 };
	TEST("futex: another value than expected");
	CALL(futex, word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 6, timeout, NULL, 0);
	in(3, timeout, sizeof(*timeout));
	TEST("futex: time is up");
	CALL(futex, word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 5, timeout, NULL, 0);
	in(3, timeout, sizeof(*timeout));
	TEST("futex: wake nobody");
	CALL(futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0);
	TEST("futex: bad address");
	CALL(futex, BAD, FUTEX_WAIT, 5, NULL, NULL, 0);
	TEST("futex: no such operation");
	CALL(futex, word, 99, 1, NULL, NULL, 0);
	TEST("futex: a deadline of the clock that has passed");
	*timeout = (struct timespec){ 1, 0 };
	CALL(futex, word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 5, timeout, NULL, 0xffffffffUL);
	in(3, timeout, sizeof(*timeout));
	TEST("membarrier: query");
	CALL(membarrier, 0, 0, 0);
	flush();
	return 0;
}
