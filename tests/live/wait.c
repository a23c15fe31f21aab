/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* wait4, waitid, getrusage, times. */
#include <stddef.h>
#include <sys/resource.h>
#include <sys/times.h>

#include "expect.h"

/* What waitid writes of siginfo_t, also on failure: up to si_status. */
#define INFO_SIZE (offsetof(siginfo_t, si_status) + 4)

static pid_t child(int status)
{
	pid_t pid = fork();

	if (!pid)
		_exit(status);
	need(pid > 0, "fork");
	return pid;
}

int main(void)
{
	struct rusage *usage = tail(sizeof(*usage));
	siginfo_t *info = tail(sizeof(*info));
	struct tms *times = tail(sizeof(*times));
	int *status = tail(4);
	pid_t pid = child(3);

	TEST("wait4: a child, its status and use");
	CALL(wait4, pid, status, 0, usage);
	out(1, status, 4);
	out(3, usage, sizeof(*usage));
	TEST("wait4: no child");
	CALL(wait4, -1L, status, 0, usage);
	pid = child(4);
	TEST("wait4: nothing wanted");
	CALL(wait4, pid, NULL, 0, NULL);
	TEST("waitid: leave it there");
	pid = child(5);
	CALL(waitid, P_PID, pid, info, WEXITED | WNOWAIT, NULL);
	out(2, info, INFO_SIZE);
	TEST("waitid: take it, with its use");
	CALL(waitid, P_PID, pid, info, WEXITED, usage);
	out(2, info, INFO_SIZE);
	out(4, usage, sizeof(*usage));
	TEST("waitid: no child");
	CALL(waitid, P_ALL, 0, info, WEXITED, usage);
	out(2, info, INFO_SIZE);
	TEST("getrusage: own");
	CALL(getrusage, RUSAGE_SELF, usage);
	out(1, usage, sizeof(*usage));
	TEST("getrusage: of nobody");
	CALL(getrusage, 99, usage);
	TEST("times: own");
	CALL(times, times);
	out(0, times, sizeof(*times));
	TEST("times: not wanted");
	CALL(times, NULL);
	flush();
	return 0;
}
