/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Pages that are not present when a call returns. recv with MSG_WAITALL writes the first page, and
 * sleeps; another thread then takes that page away, in one way or another; and the rest comes. What
 * the program finds there after the call must be in the trace.
 */
#include <pthread.h>
#include <sys/socket.h>
#include <sys/swap.h>

#include "asleep.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif
#define SIZE (4 * PAGE)

static int pair[2];
static char *buf;
static void (*take)(void);
static char data[SIZE];
static bool swaps;

static void *taker(void *main_thread)
{
	await_state((pid_t)(intptr_t)main_thread, 'S');
	need(send(pair[0], data, 2 * PAGE, 0) == (ssize_t)(2 * PAGE), "send");
	await_state((pid_t)(intptr_t)main_thread, 'S');
	take();
	need(send(pair[0], data + 2 * PAGE, SIZE - 2 * PAGE, 0) == (ssize_t)(SIZE - 2 * PAGE),
	     "send");
	return NULL;
}

/*
 * Whether a page is in the page table; mincore also counts what is in the cache of swap. Where
 * somebody traces this process he may have brought it back.
 */
static bool is_present(const void *page)
{
	int fd = open("/proc/self/pagemap", O_RDONLY), status = open("/proc/self/status", O_RDONLY);
	char text[2000] = "";
	uint64_t entry;

	need(fd >= 0 && pread(fd, &entry, 8, (off_t)((uintptr_t)page / PAGE * 8)) == 8, "pagemap");
	need(status >= 0 && read(status, text, sizeof(text) - 1) > 0, "status");
	close(fd);
	close(status);
	return entry >> 63 && strstr(text, "TracerPid:\t0\n");
}

/* Receive into the buffer, whose first page take_away() takes. */
static void received(const char *test, void (*take_away)(void))
{
	pthread_t thread;

	take = take_away;
	need(!pthread_create(&thread, NULL, taker, (void *)(intptr_t)getpid()), "pthread_create");
	TEST(test);
	CALL(recvfrom, pair[1], buf, SIZE, MSG_WAITALL, NULL, NULL);
	out(1, buf, SIZE);
	need(!pthread_join(thread, NULL), "pthread_join");
}

static void anonymous(void)
{
	buf = pages(SIZE / PAGE);
}

static void give_back(void)
{
	need(!madvise(buf, PAGE, MADV_DONTNEED), "MADV_DONTNEED");
}

static void page_out(void)
{
	madvise(buf, 2 * PAGE, MADV_PAGEOUT);
	need(!swaps || !is_present(buf), "a page is in memory");
}

static void map_over(const char *name, off_t offset)
{
	int fd = open(name, O_RDWR);

	need(fd >= 0, name);
	need(mmap(buf, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd, offset) == buf,
	     "mmap");
	close(fd);
}

static void map_cold_page(void)
{
	map_over("cold", 0);
}

static void map_hole(void)
{
	map_over("sparse", (off_t)(3 * PAGE));
}

static void map_anew(void)
{
	need(mmap(buf, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		  0) == buf,
	     "mmap");
}

/* Files whose pages the kernel has forgotten, or never had. */
static void make_files(void)
{
	int fd = open("cold", O_RDWR | O_CREAT | O_TRUNC, 0600);
	char *page = pages(1);

	memset(page, 'c', PAGE);
	need(fd >= 0 && write(fd, page, PAGE) == (ssize_t)PAGE && !fsync(fd), "cold");
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	close(fd);
	fd = open("sparse", O_RDWR | O_CREAT | O_TRUNC, 0600);
	need(fd >= 0 && !ftruncate(fd, 16 * PAGE), "sparse");
	close(fd);
}

/* The destination is a mapping of a file whose pages are on the disk alone. */
static void into_files(void)
{
	int fd = open("cold", O_RDWR), sparse = open("sparse", O_RDWR), null, source;
	char *map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), *hole;

	source = file_of("source", data, SIZE);
	hole = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, sparse, 0);
	null = open("/dev/null", O_WRONLY);
	need(map != MAP_FAILED && hole != MAP_FAILED && null >= 0, "mmap");
	TEST("pread64: into a file's cold page, a part of it");
	CALL(pread64, source, map + 1000, 50, OFFSET64(0));
	out(1, map + 1000, 50);
	TEST("pread64: into holes of a sparse file");
	CALL(pread64, source, hole + 2 * PAGE - 100, 2 * PAGE, OFFSET64(7));
	out(1, hole + 2 * PAGE - 100, 2 * PAGE);
	TEST("write: from a hole of a sparse file");
	CALL(write, null, hole + 10 * PAGE, 3 * PAGE);
	in(1, hole + 10 * PAGE, 3 * PAGE);
}

/* A file to swap to, where the kernel takes one; the page is then read back from there. */
static bool swap_to_a_file(void)
{
	static const char signature[] = "SWAPSPACE2";
	const size_t size = 8UL << 20;
	uint32_t header[4] = { 1, size / PAGE - 1, 0, 0 };
	int fd = open("swap", O_RDWR | O_CREAT | O_TRUNC, 0600);
	char *page = pages(1);

	need(fd >= 0, "swap");
	memset(page, 0, PAGE);
	for (size_t at = 0; at < size; at += PAGE)
		need(write(fd, page, PAGE) == (ssize_t)PAGE, "swap");
	memcpy(page + 1024, header, sizeof(header));
	memcpy(page + PAGE - 10, signature, 10);
	need(pwrite(fd, page, PAGE, 0) == (ssize_t)PAGE && !fsync(fd), "swap");
	close(fd);
	return !swapon("swap", 0);
}

/* What another CPU has just touched waits in a list of its own, and MADV_PAGEOUT passes it over. */
static void stay_on_one_cpu(void)
{
	cpu_set_t here;

	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	need(!sched_setaffinity(0, sizeof(here), &here), "sched_setaffinity");
}

static void swapped(void)
{
	int null = open("/dev/null", O_WRONLY);
	char *bytes = pages(8);

	stay_on_one_cpu();
	swaps = swap_to_a_file();
	anonymous();
	received("recvfrom: pages that are swapped out", page_out);
	for (size_t i = 0; i < 8 * PAGE; i++)
		bytes[i] = (char)(i / 37);
	madvise(bytes, 8 * PAGE, MADV_PAGEOUT);
	need(!swaps || !is_present(bytes + 5 * PAGE), "a page is in memory");
	TEST("write: from pages that are swapped out");
	CALL(write, null, bytes + 100, 7 * PAGE);
	in(1, bytes + 100, 7 * PAGE);
}

static int test(void)
{
	for (size_t i = 0; i < SIZE; i++)
		data[i] = (char)(i % 251 + 1);
	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
	make_files();
	anonymous();
	received("recvfrom: a page given back meanwhile", give_back);
	anonymous();
	received("recvfrom: a page that is another's meanwhile", map_anew);
	anonymous();
	received("recvfrom: a file's cold page meanwhile", map_cold_page);
	anonymous();
	received("recvfrom: a hole of a sparse file meanwhile", map_hole);
	into_files();
	swapped();
	flush();
	return 0;
}

/* However the test ends, the machine does not go on swapping to its file. */
int main(void)
{
	pid_t child = fork();
	int status;

	need(child >= 0, "fork");
	if (!child)
		return test();
	need(waitpid(child, &status, 0) == child, "waitpid");
	swapoff("swap");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 96;
}
