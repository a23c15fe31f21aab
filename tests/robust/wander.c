/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* wander CALLS: a thread that makes its calls on each CPU in turn. */
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	long calls = argc == 2 ? atol(argv[1]) : 0;
	cpu_set_t all, one;
	int cpu = 0;

	if (sched_getaffinity(0, sizeof(all), &all))
		return 1;
	for (long i = 0; i < calls; i++) {
		syscall(SYS_getppid);
		if (i % 2000)
			continue;
		do
			cpu = (cpu + 1) % CPU_SETSIZE;
		while (!CPU_ISSET(cpu, &all));
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (sched_setaffinity(0, sizeof(one), &one))
			return 1;
	}
	return 0;
}
