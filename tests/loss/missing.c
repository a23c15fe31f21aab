/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * For each line of standard input, two numbers: calls whose vectors have as many segments as the
 * second says, each of memory that is not there, and ahead of each as many small ones as the first
 * says. Answers with a line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <unistd.h>

#define SEGMENTS 1024
#define VECTORS 48

int main(void)
{
	static struct iovec segments[SEGMENTS];
	int ends[2];
	int calls, count;

	if (pipe(ends))
		return 1;
	for (unsigned long i = 0; i < SEGMENTS; i++)
		segments[i] = (struct iovec){ (void *)(0xdead000000UL + i * 16), 8 };
	setbuf(stdout, NULL);
	while (scanf("%d %d", &calls, &count) == 2) {
		for (int i = 0; i < VECTORS; i++) {
			for (int j = 0; j < calls; j++)
				getpriority(PRIO_PROCESS, 0);
			if (writev(ends[1], segments, count) >= 0)
				return 2;
		}
		puts("done");
	}
	return 0;
}
