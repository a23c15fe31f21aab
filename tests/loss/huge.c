/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One read of 256 MiB, larger than any ring buffer, and the program writes over it at once. */
#include "../live/expect.h"

#define HUGE_SIZE (256UL << 20)

int main(void)
{
	int fd = open("huge", O_RDWR | O_CREAT | O_TRUNC, 0600);
	uint32_t *words, *read_here;
	long n;

	need(fd >= 0 && !ftruncate(fd, HUGE_SIZE), "huge");
	words = mmap(NULL, HUGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	need(words != MAP_FAILED, "mmap");
	for (uint32_t i = 0; i < HUGE_SIZE / 4; i++)
		words[i] = i * 2654435761U;
	read_here = mmap(NULL, HUGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			 0);
	TEST("read: 256 MiB");
	n = CALL(read, fd, read_here, HUGE_SIZE);
	memset(read_here, NOTHING, HUGE_SIZE);
	need(n == (long)HUGE_SIZE, "a whole read");
	/* What was read is what the file has. */
	expect_head(1, "out", read_here, HUGE_SIZE);
	expect_hex("head", (uint8_t *)words, HEAD);
	expect_put(",\"crc32\":%u}", crc32((uint8_t *)words, HUGE_SIZE));
	flush();
	unlink("huge");
	return 0;
}
