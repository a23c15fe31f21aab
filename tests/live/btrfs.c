/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Requests to a btrfs of one's own, in a file. Where it cannot be had they are refused, and what
 * they read is the same.
 */
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <sched.h>
#include <sys/mount.h>

#include "ask.h"

/* linux/btrfs.h wants a linux/fs.h of its own age. */
#define REQUEST(way, nr, bytes) _IOC(way, 0x94, nr, bytes)
#define BOTH (_IOC_READ | _IOC_WRITE)

#define SIZE (128UL << 20)

static int file, folder;

/* The file system, in a space of mounts of one's own. */
static void mount_it(void)
{
	int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC), image, fd;
	struct loop_config config = { .info.lo_flags = LO_FLAGS_AUTOCLEAR };
	char device[32];

	image = open("image", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	need(image >= 0 && !ftruncate(image, SIZE) && !mkdir("mounted", 0700), "image");
	if (control < 0 || system("mkfs.btrfs -q image >mkfs.log 2>&1") || unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return;
	config.fd = (uint32_t)image;
	snprintf(device, sizeof(device), "/dev/loop%d", ioctl(control, LOOP_CTL_GET_FREE));
	fd = open(device, O_RDWR | O_CLOEXEC);
	if (fd >= 0 && !ioctl(fd, LOOP_CONFIGURE, &config))
		mount(device, "mounted", "btrfs", 0, NULL);
}

static void spaces(void)
{
	uint64_t *space = tail(16 + 8 * 24);

	memset(space, 0, 16);
	TEST("BTRFS_IOC_SPACE_INFO: how many there are");
	ask_again(folder, REQUEST(BOTH, 20, 16), space, 16);
	space[0] = 8;
	TEST("BTRFS_IOC_SPACE_INFO");
	if (ask_again(folder, REQUEST(BOTH, 20, 16), space, 16))
		out(2, space + 2, space[1] * 24);
}

/* struct btrfs_ioctl_search_key: all of a tree; min and max of objects, offsets, transactions */
static void search(void)
{
	uint64_t *key = tail(112 + 4096);
	uint64_t *small = tail(112 + 16);

	memset(key, 0, 112 + 4096);
	key[0] = 1; /* the tree of trees */
	key[2] = key[4] = key[6] = ~0ULL;
	((uint32_t *)key)[15] = 255;
	((uint32_t *)key)[16] = 4;
	key[13] = 4096;
	memcpy(small, key, 112);
	small[13] = 16;
	TEST("BTRFS_IOC_TREE_SEARCH_V2");
	if (CALL(ioctl, folder, REQUEST(BOTH, 17, 112), key) == 0)
		need(((uint32_t *)key)[16], "items");
	out(2, key, 112);
	out(2, key + 14, 4096);
	TEST("BTRFS_IOC_TREE_SEARCH_V2: no room, and how much it takes");
	CALL(ioctl, folder, REQUEST(BOTH, 17, 112), small);
	out(2, small, 112);
	out(2, small + 14, 16);
}

static void paths(void)
{
	uint64_t *request = tail(56), *found = tail(512);
	struct stat about;

	need(!fstat(file, &about), "fstat");
	memset(request, 0, 56);
	memset(found, 0, 512);
	request[0] = about.st_ino;
	request[1] = 512;
	request[6] = POINTER(found);
	TEST("BTRFS_IOC_INO_PATHS: the names of a file");
	if (ask_again(folder, REQUEST(BOTH, 35, 56), request, 56))
		out(2, found, 512);
}

static void volumes(void)
{
	char *v2 = tail(4096);

	memset(v2, 0, 4096);
	memcpy(v2 + 56, "volume", 7);
	TEST("BTRFS_IOC_SUBVOL_CREATE_V2");
	CALL(ioctl, folder, REQUEST(_IOC_WRITE, 24, 4096), v2);
	in(2, v2, 4096);
	TEST("BTRFS_IOC_DEVICES_READY, whose number has the direction reversed");
	CALL(ioctl, folder, REQUEST(_IOC_READ, 39, 4096), v2);
	in(2, v2, 4096);
}

static void ranges(void)
{
	struct file_dedupe_range *range = tail(sizeof(*range) + sizeof(range->info[0]));
	int other = file_of("mounted/clone", "", 0);

	TEST("FICLONE");
	CALL(ioctl, other, FICLONE, file);
	memset(range, 0, sizeof(*range) + sizeof(range->info[0]));
	range->src_length = 4 * PAGE;
	range->dest_count = 1;
	range->info[0].dest_fd = other;
	TEST("FIDEDUPERANGE");
	if (ask_again(file, FIDEDUPERANGE, range, sizeof(*range)))
		out(2, range->info, sizeof(range->info[0]));
	else
		in(2, range->info, sizeof(range->info[0]));
}

/* Who has the first block of the file, wherever that is. */
static void owners(void)
{
	struct fiemap *map = calloc(1, sizeof(*map) + sizeof(map->fm_extents[0]));
	uint64_t *request = tail(56), *found = tail(512);

	syncfs(folder); /* what is not committed has no owner */
	map->fm_length = PAGE;
	map->fm_extent_count = 1;
	memset(request, 0, 56);
	if (!ioctl(file, FS_IOC_FIEMAP, map) && map->fm_mapped_extents)
		request[0] = map->fm_extents[0].fe_physical;
	request[1] = 512;
	request[6] = POINTER(found);
	TEST("BTRFS_IOC_LOGICAL_INO: the files of a block");
	if (ask_again(folder, REQUEST(BOTH, 36, 56), request, 56))
		out(2, found, 512);
	TEST("BTRFS_IOC_LOGICAL_INO_V2");
	if (ask_again(folder, REQUEST(BOTH, 59, 56), request, 56))
		out(2, found, 512);
}

/* Of a snapshot that nobody writes to; then with a source that is no volume. */
static void send_snapshot(void)
{
	struct __attribute__((packed)) {
		int64_t to;
		uint64_t count;
		uint64_t *sources;
		uint64_t parent, flags;
		uint32_t version;
		uint8_t reserved[28];
	} *send = tail(sizeof(*send));
	char *v2 = tail(4096);
	int snapshot;

	memset(v2, 0, 4096);
	*(int64_t *)v2 = folder;
	v2[16] = 2; /* BTRFS_SUBVOL_RDONLY */
	memcpy(v2 + 56, "snapshot", 9);
	TEST("BTRFS_IOC_SNAP_CREATE_V2");
	CALL(ioctl, folder, REQUEST(_IOC_WRITE, 23, 4096), v2);
	in(2, v2, 4096);
	snapshot = open("mounted/snapshot", O_RDONLY | O_CLOEXEC);
	memset(send, 0, sizeof(*send));
	send->to = open("sent", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	TEST("BTRFS_IOC_SEND");
	CALL(ioctl, snapshot, REQUEST(_IOC_WRITE, 38, sizeof(*send)), send);
	in(2, send, sizeof(*send));
	send->count = 1;
	send->sources = tail_copy(&(uint64_t){ 9999 }, 8);
	CALL(ioctl, snapshot, REQUEST(_IOC_WRITE, 38, sizeof(*send)), send);
	in(2, send, sizeof(*send));
	in(2, send->sources, 8);
}

/* As the disk has them; what is written is no more than said to be compressed. */
static void encoded(void)
{
	struct {
		struct iovec *parts;
		unsigned long count;
		uint64_t offset, flags, len, decoded_len, decoded_offset;
		uint32_t compression, encryption;
		uint8_t reserved[64];
	} *args = tail(sizeof(*args));
	struct iovec *parts = tail(2 * sizeof(*parts));
	size_t first;
	long n;

	memset(args, 0, sizeof(*args));
	parts[0] = (struct iovec){ tail(100), 100 };
	parts[1] = (struct iovec){ tail(4 * PAGE), 4 * PAGE };
	args->parts = parts;
	args->count = 2;
	TEST("BTRFS_IOC_ENCODED_READ");
	n = CALL(ioctl, file, REQUEST(_IOC_READ, 64, sizeof(*args)), args);
	if (n >= 0) {
		first = n < 100 ? (size_t)n : 100;
		out(2, args, sizeof(*args));
		in(2, parts, 2 * sizeof(*parts));
		out(2, parts[0].iov_base, first);
		out(2, parts[1].iov_base, (size_t)n - first);
	}
	args->offset = 0;
	args->len = args->decoded_len = PAGE;
	args->compression = 1; /* ZLIB */
	parts[1].iov_len = 50;
	TEST("BTRFS_IOC_ENCODED_WRITE");
	CALL(ioctl, file_of("mounted/encoded", "", 0), REQUEST(_IOC_WRITE, 64, sizeof(*args)),
	     args);
	in(2, args, sizeof(*args));
	in(2, parts, 2 * sizeof(*parts));
	in(2, parts[0].iov_base, 100);
	in(2, parts[1].iov_base, 50);
}

int main(void)
{
	mount_it();
	file = file_of("mounted/file", tail(4 * PAGE), 4 * PAGE);
	folder = open("mounted", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	need(!fsync(file), "fsync");
	spaces();
	search();
	paths();
	volumes();
	ranges();
	owners();
	send_snapshot();
	encoded();
	flush();
	return 0;
}
