/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The copy of an address space's writable memory, and how that differs now. */
#include <errno.h>
#include <fcntl.h>
#include <linux/types.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "oracle.h"

/* include/uapi/linux/fs.h of Linux 6.7 and 6.11, newer than the headers here may be. */
struct page_region {
	uint64_t start, end, categories;
};

struct pm_scan_arg {
	uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
	uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};

struct procmap_query {
	uint64_t size, query_flags, query_addr, vma_start, vma_end, vma_flags, vma_page_size;
	uint64_t vma_offset, inode;
	uint32_t dev_major, dev_minor, vma_name_size, build_id_size;
	uint64_t vma_name_addr, build_id_addr;
};

#define SCAN _IOWR('f', 16, struct pm_scan_arg)
#define QUERY _IOWR('f', 17, struct procmap_query)

enum {
	IS_FILE = 1 << 2,
	IS_PRESENT = 1 << 3,
	IS_SWAPPED = 1 << 4,
	VMA_WRITABLE = 2,
	VMA_SHARED = 8,
	COVERING_OR_NEXT = 16,
	REGIONS = 512,
	READ_PAGES = 256,
	GAP = 8, /* ranges that are nearer than this become one */
};

struct vma {
	uint64_t start, end, offset;
	bool shared, file;
};

struct page {
	uint64_t addr;
	uint8_t *data;
};

struct pages {
	struct page *page;
	size_t n, room;
};

struct space {
	size_t users;
	int maps, pagemap, mem;
	struct pages pages; /* in order of addresses */
	struct vma *vmas;   /* at the last look */
	size_t nvmas, vmas_room;
	struct space_state state;
};

/* One look at the memory. */
struct look {
	struct space *space;
	pid_t tid;
	const struct remapped *remapped;
	struct changes *changes;
	struct vma *vmas;
	size_t nvmas, vmas_room;
	struct pages pages;
	size_t next; /* of the old pages */
	int error;
};

void *grow(void *array, size_t *room, size_t wanted, size_t size)
{
	if (wanted <= *room)
		return array;
	*room = wanted * 2 + 64;
	array = realloc(array, *room * size);
	if (!array)
		die("out of memory");
	return array;
}

static int open_proc(pid_t tid, const char *name)
{
	char path[80];

	snprintf(path, sizeof(path), "/proc/%d/%s", tid, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

struct space_state *space__state(struct space *space)
{
	return &space->state;
}

size_t space__users(const struct space *space)
{
	return space->users;
}

struct space *space__get(struct space *space)
{
	space->users++;
	return space;
}

void space__put(struct space *space)
{
	if (!space || --space->users)
		return;
	for (size_t i = 0; i < space->pages.n; i++)
		free(space->pages.page[i].data);
	free(space->pages.page);
	free(space->vmas);
	close(space->maps);
	close(space->pagemap);
	close(space->mem);
	free(space);
}

static void add_page(struct pages *pages, uint64_t addr, uint8_t *data)
{
	pages->page = grow(pages->page, &pages->room, pages->n + 1, sizeof(struct page));
	pages->page[pages->n++] = (struct page){ addr, data };
}

static uint8_t *new_page(const void *bytes)
{
	uint8_t *data = malloc(PAGE_BYTES);

	if (!data)
		die("out of memory");
	return memcpy(data, bytes, PAGE_BYTES);
}

static void copy_parent(struct space *space, const struct space *parent)
{
	for (size_t i = 0; i < parent->pages.n; i++)
		add_page(&space->pages, parent->pages.page[i].addr,
			 new_page(parent->pages.page[i].data));
	space->vmas = grow(NULL, &space->vmas_room, parent->nvmas, sizeof(struct vma));
	memcpy(space->vmas, parent->vmas, parent->nvmas * sizeof(struct vma));
	space->nvmas = parent->nvmas;
}

/* The memory that a stopped thread has now. The copy is that of its parent, or empty. */
struct space *space__new(pid_t tid, struct space *parent)
{
	struct space *space = calloc(1, sizeof(*space));

	if (!space)
		die("out of memory");
	space->users = 1;
	space->maps = open_proc(tid, "maps");
	space->pagemap = open_proc(tid, "pagemap");
	space->mem = open_proc(tid, "mem");
	if (parent)
		copy_parent(space, parent);
	return space;
}

ssize_t space__read(struct space *space, uint64_t addr, void *buffer, size_t len)
{
	return pread(space->mem, buffer, len, (off_t)addr);
}

/*
 * Whether memory goes on behind a vma as if it were one with it. Many small ones, as of a program
 * that advises page by page, are then looked at together. A private file's keep their names.
 */
static bool continues(const struct vma *vma, const struct vma *next)
{
	return vma->end == next->start && vma->shared == next->shared && vma->file == next->file &&
	       (vma->shared || !vma->file);
}

static int find_vmas(struct look *look)
{
	struct procmap_query query = {
		.size = sizeof(query),
		.query_flags = COVERING_OR_NEXT | VMA_WRITABLE,
	};

	while (!ioctl(look->space->maps, QUERY, &query)) {
		const struct vma vma = {
			.start = query.vma_start,
			.end = query.vma_end,
			.offset = query.vma_offset,
			.shared = query.vma_flags & VMA_SHARED,
			.file = query.inode,
		};

		query.query_addr = query.vma_end;
		if (look->nvmas && continues(&look->vmas[look->nvmas - 1], &vma)) {
			look->vmas[look->nvmas - 1].end = vma.end;
			continue;
		}
		look->vmas = grow(look->vmas, &look->vmas_room, look->nvmas + 1, sizeof(vma));
		look->vmas[look->nvmas++] = vma;
	}
	return errno == ENOENT ? 0 : -errno;
}

/* Whether an address was in writable memory at the last look; the vmas are in order. */
static bool was_mapped(const struct space *space, uint64_t addr)
{
	size_t low = 0, high = space->nvmas;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (space->vmas[middle].end <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	return low < space->nvmas && space->vmas[low].start <= addr;
}

static bool is_remapped(const struct remapped *remapped, uint64_t addr)
{
	for (size_t i = 0; remapped && i < remapped->n; i++)
		if (addr + PAGE_BYTES > remapped->area[i].start && addr < remapped->area[i].end)
			return true;
	return false;
}

/* What a page of a private mapping held before it was present: zeroes, or the file's bytes. */
static void read_original(const struct look *look, const struct vma *vma, uint64_t addr,
			  uint8_t *bytes)
{
	char name[48];
	int fd;

	memset(bytes, 0, PAGE_BYTES);
	if (!vma->file)
		return;
	snprintf(name, sizeof(name), "map_files/%lx-%lx", vma->start, vma->end);
	fd = open_proc(look->tid, name);
	if (fd < 0)
		return;
	if (pread(fd, bytes, PAGE_BYTES, (off_t)(vma->offset + addr - vma->start)) < 0)
		memset(bytes, 0, PAGE_BYTES);
	close(fd);
}

static void add_range(struct changes *changes, uint64_t addr, uint32_t flags, const uint8_t *old,
		      const uint8_t *new, size_t len)
{
	changes->ranges = grow(changes->ranges, &changes->ranges_room, changes->nranges + 1,
			       sizeof(struct range));
	changes->bytes = grow(changes->bytes, &changes->bytes_room, changes->nbytes + 2 * len, 1);
	changes->ranges[changes->nranges++] = (struct range){
		.addr = addr,
		.len = (uint32_t)len,
		.flags = flags,
		.at = changes->nbytes,
	};
	memcpy(changes->bytes + changes->nbytes, old, len);
	memcpy(changes->bytes + changes->nbytes + len, new, len);
	changes->nbytes += 2 * len;
}

static void compare_page(struct changes *changes, uint64_t addr, uint32_t flags, const uint8_t *old,
			 const uint8_t *new)
{
	size_t start = 0, end = 0; /* of the range so far; none where they are equal */

	for (size_t i = 0; i < PAGE_BYTES; i++) {
		if (!(i % 8) && !memcmp(old + i, new + i, 8)) {
			i += 7;
			continue;
		}
		if (old[i] == new[i])
			continue;
		if (end != start && i - end >= GAP) {
			add_range(changes, addr + start, flags, old + start, new + start,
				  end - start);
			end = start;
		}
		if (end == start)
			start = i;
		end = i + 1;
	}
	if (end != start)
		add_range(changes, addr + start, flags, old + start, new + start, end - start);
}

/* The copy that the last look left of a page; it is taken out of the old ones. */
static uint8_t *take_old(struct look *look, uint64_t addr)
{
	struct pages *old = &look->space->pages;

	while (look->next < old->n && old->page[look->next].addr < addr)
		free(old->page[look->next++].data);
	if (look->next == old->n || old->page[look->next].addr != addr)
		return NULL;
	return old->page[look->next++].data;
}

static void look_at_page(struct look *look, const struct vma *vma, uint64_t addr,
			 const uint8_t *now)
{
	uint8_t *old = take_old(look, addr), original[PAGE_BYTES];
	uint32_t flags = (vma->shared ? RANGE_SHARED : 0) | (vma->file ? RANGE_FILE : 0);

	if (is_remapped(look->remapped, addr))
		flags |= RANGE_MAPPING;
	if (old) {
		if (memcmp(old, now, PAGE_BYTES)) {
			if (look->changes)
				compare_page(look->changes, addr, flags, old, now);
			memcpy(old, now, PAGE_BYTES);
		}
		add_page(&look->pages, addr, old);
		return;
	}
	add_page(&look->pages, addr, new_page(now));
	if (!look->changes)
		return;
	/* Memory that a call has just mapped is as the mapping has it. */
	if (!was_mapped(look->space, addr) && look->remapped && look->remapped->any)
		return;
	if (vma->shared) {
		flags |= RANGE_FIRST;
		memset(original, 0, PAGE_BYTES);
	} else {
		read_original(look, vma, addr, original);
	}
	compare_page(look->changes, addr, flags, original, now);
}

static void note_unreadable(struct look *look, uint64_t addr, size_t len)
{
	if (!look->changes)
		return;
	look->changes->unreadable = addr;
	look->changes->unreadable_len += len;
}

static void look_at_region(struct look *look, const struct vma *vma, uint64_t start, uint64_t end)
{
	static uint8_t bytes[READ_PAGES * PAGE_BYTES];

	while (start < end) {
		size_t wanted = end - start < sizeof(bytes) ? end - start : sizeof(bytes);
		ssize_t got = space__read(look->space, start, bytes, wanted);

		if (got == 0)
			look->error = -ESRCH;
		if (got < (ssize_t)PAGE_BYTES) {
			note_unreadable(look, start, PAGE_BYTES);
			start += PAGE_BYTES;
			continue;
		}
		for (size_t at = 0; at + PAGE_BYTES <= (size_t)got;
		     at += PAGE_BYTES, start += PAGE_BYTES)
			look_at_page(look, vma, start, bytes + at);
	}
}

/* All pages of a vma that are there. The kernel writes to a private one only when it is its own. */
static void look_at_vma(struct look *look, const struct vma *vma)
{
	struct page_region region[REGIONS];
	struct pm_scan_arg scan = {
		.size = sizeof(scan),
		.start = vma->start,
		.end = vma->end,
		.vec = (uint64_t)(uintptr_t)region,
		.vec_len = REGIONS,
		.category_anyof_mask = IS_PRESENT | IS_SWAPPED,
		.return_mask = IS_PRESENT,
	};

	if (!vma->shared) {
		scan.category_mask = IS_FILE;
		scan.category_inverted = IS_FILE;
	}
	while (scan.start < vma->end && !look->error) {
		int n = ioctl(look->space->pagemap, SCAN, &scan);

		if (n < 0) {
			look->error = -errno;
			return;
		}
		for (int i = 0; i < n && !look->error; i++)
			look_at_region(look, vma, region[i].start, region[i].end);
		scan.start = scan.walk_end;
	}
}

int space__update(struct space *space, pid_t tid, const struct remapped *remapped,
		  struct changes *changes)
{
	struct look look = { .space = space, .tid = tid, .remapped = remapped, .changes = changes };

	if (changes)
		changes->nranges = changes->nbytes = changes->unreadable_len = 0;
	look.error = find_vmas(&look);
	for (size_t i = 0; i < look.nvmas && !look.error; i++)
		look_at_vma(&look, &look.vmas[i]);
	take_old(&look, UINT64_MAX);
	free(space->pages.page);
	free(space->vmas);
	space->pages = look.pages;
	space->vmas = look.vmas;
	space->nvmas = look.nvmas;
	space->vmas_room = look.vmas_room;
	return look.error;
}
