/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* cold FILE: pages that are on the disk alone, given to a call that does not look at them. */
#include "../live/expect.h"

#define PLACE (1UL << 20)
#define LEN (64 * PAGE)

/* A mapping of pages that are not in memory: of a file that can be read, and only from the disk. */
static char *on_disk(const char *path)
{
	unsigned char resident[LEN / PAGE];
	char *bytes = pages(LEN / PAGE), *map;
	int fd = open(path, O_RDWR);

	for (size_t i = 0; i < LEN; i++)
		bytes[i] = (char)(i * 31 + i / 4093);
	need(fd >= 0 && pwrite(fd, bytes, LEN, PLACE) == (ssize_t)LEN && !fsync(fd), path);
	need(!posix_fadvise(fd, PLACE, LEN, POSIX_FADV_DONTNEED), "posix_fadvise");
	map = mmap(NULL, LEN, PROT_READ, MAP_PRIVATE, fd, PLACE);
	need(map != MAP_FAILED && !mincore(map, LEN, resident), "mincore");
	for (size_t i = 0; i < LEN / PAGE; i++)
		need(!(resident[i] & 1), "a page is in memory");
	return map;
}

int main(int argc, char **argv)
{
	int null = open("/dev/null", O_WRONLY);
	char *map;

	need(argc == 2 && null >= 0, "cold FILE");
	map = on_disk(argv[1]);
	TEST("write: a cold mapping");
	CALL(write, null, map + 100, LEN - 300);
	in(1, map + 100, LEN - 300);
	flush();
	return 0;
}
