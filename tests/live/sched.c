/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sched_get*, sched_set*, getpriority, set_robust_list, get_robust_list. */
#include <linux/futex.h>
#include <sched.h>
#include <sys/resource.h>
#include <time.h>

#include "expect.h"

int main(void)
{
	struct sched_param *param = tail(sizeof(*param));
	struct timespec *interval = tail(sizeof(*interval));
	char *mask = tail(128), *attr = tail(56);
	unsigned long *head = tail(8), *len = tail(8);
	long n;

	TEST("sched_getaffinity: own");
	n = CALL(sched_getaffinity, 0, 128, mask);
	out(2, mask, (size_t)n);
	TEST("sched_setaffinity: the same again");
	CALL(sched_setaffinity, 0, n, mask);
	in(2, mask, (size_t)n);
	TEST("sched_getaffinity: an odd size");
	CALL(sched_getaffinity, 0, 3, mask);
	TEST("sched_getparam: own");
	CALL(sched_getparam, 0, param);
	out(1, param, sizeof(*param));
	TEST("sched_getscheduler: own");
	CALL(sched_getscheduler, 0);
	TEST("sched_setscheduler: no such policy");
	CALL(sched_setscheduler, 0, 99, param);
	in(2, param, sizeof(*param));
	TEST("sched_getattr: own");
	CALL(sched_getattr, 0, attr, 56, 0);
	out(1, attr, *(uint32_t *)attr < 56 ? *(uint32_t *)attr : 56);
	TEST("sched_rr_get_interval: own");
	CALL(sched_rr_get_interval, 0, interval);
	out(1, interval, sizeof(*interval));
	TEST("sched_rr_get_interval: no such process");
	CALL(sched_rr_get_interval, 0x3fffffff, interval);
	TEST("getpriority: own");
	CALL(getpriority, PRIO_PROCESS, 0);
	TEST("get_robust_list: own");
	CALL(get_robust_list, 0, head, len);
	out(1, head, sizeof(long));
	out(2, len, sizeof(long));
	TEST("sched_yield");
	CALL0(sched_yield);
	flush();
	return 0;
}
