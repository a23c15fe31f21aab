/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Requests to a disk and to a file system that encrypts: a loop device over a file of the current
 * folder. Where one of them cannot be had, the rest is refused, and the same is read.
 */
#include <linux/fs.h>
#include <linux/fscrypt.h>
#include <linux/loop.h>
#include <sched.h>
#include <sys/mount.h>

#include "ask.h"

#define SIZE (16UL << 20)
#define GETFSMAP 0xc0c0583bUL /* linux/fsmap.h */

static char device[32];

/* The device over the file, or /dev/null. */
static int attach(void)
{
	int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC), fd = -1;
	int file = open("disk", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct loop_config config = { .fd = (uint32_t)file, .info.lo_flags = LO_FLAGS_AUTOCLEAR };
	struct loop_info64 *info = tail(sizeof(*info));

	need(file >= 0 && !ftruncate(file, SIZE), "disk");
	TEST("disks: a loop device");
	for (int tries = 0; tries < 20; tries++) {
		long number = CALL(ioctl, control, LOOP_CTL_GET_FREE, 0);

		if (number < 0)
			break;
		snprintf(device, sizeof(device), "/dev/loop%ld", number);
		fd = open(device, O_RDWR | O_CLOEXEC);
		tell(fd, LOOP_CONFIGURE, &config, sizeof(config));
		if (expect.ret == 0)
			break;
		close(fd);
		fd = -1;
	}
	if (fd < 0)
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (CALL(ioctl, fd, LOOP_GET_STATUS64, info) == 0)
		out(2, info, sizeof(*info));
	tell(fd, LOOP_SET_STATUS64, info, sizeof(*info));
	return fd;
}

static void blocks(int fd)
{
	uint64_t range[2] = { 0, 4096 };

	TEST("disks: sizes and state");
	ask(fd, BLKGETSIZE64, 8);
	ask(fd, BLKGETSIZE, sizeof(long));
	ask(fd, BLKSSZGET, 4);
	ask(fd, BLKPBSZGET, 4);
	ask(fd, BLKIOMIN, 4);
	ask(fd, BLKROGET, 4);
	ask(fd, BLKRAGET, sizeof(long));
	ask(fd, BLKDISCARDZEROES, 4);
	CALL(ioctl, fd, BLKFLSBUF, 0);
	tell(fd, BLKZEROOUT, range, sizeof(range));
}

static void policies(int folder)
{
	struct {
		struct fscrypt_add_key_arg arg;
		uint8_t raw[64];
	} *key = tail(sizeof(*key));
	struct fscrypt_policy_v2 policy = { .version = FSCRYPT_POLICY_V2,
					    .contents_encryption_mode = FSCRYPT_MODE_AES_256_XTS,
					    .filenames_encryption_mode = FSCRYPT_MODE_AES_256_CTS };
	struct fscrypt_get_policy_ex_arg *got = tail(8 + sizeof(policy));
	struct fscrypt_get_key_status_arg *status = tail(sizeof(*status));
	struct fscrypt_remove_key_arg *removal = tail(sizeof(*removal));
	char *copy;

	memset(&key->arg, 0, sizeof(key->arg));
	key->arg.key_spec.type = FSCRYPT_KEY_SPEC_TYPE_IDENTIFIER;
	key->arg.raw_size = 64;
	TEST("encryption: a key");
	ask_again(folder, FS_IOC_ADD_ENCRYPTION_KEY, key, sizeof(key->arg));
	in(2, key->raw, 64);
	memcpy(policy.master_key_identifier, key->arg.key_spec.u.identifier, 16);
	TEST("encryption: a policy of version 2");
	copy = tail_copy(&policy, sizeof(policy));
	CALL(ioctl, folder, FS_IOC_SET_ENCRYPTION_POLICY, copy);
	in(2, copy, 12);
	in(2, copy + 12, 12);
	TEST("encryption: the policy");
	memset(got, 0, 8);
	got->policy_size = sizeof(policy);
	if (CALL(ioctl, folder, FS_IOC_GET_ENCRYPTION_POLICY_EX, got) == 0) {
		out(2, got, 8);
		out(2, &got->policy, got->policy_size);
	}
	ask(folder, FS_IOC_GET_ENCRYPTION_POLICY, 12);
	ask(folder, FS_IOC_GET_ENCRYPTION_PWSALT, 16);
	TEST("encryption: the key's state, and its end");
	memset(status, 0, sizeof(*status));
	status->key_spec = key->arg.key_spec;
	ask_again(folder, FS_IOC_GET_ENCRYPTION_KEY_STATUS, status, sizeof(*status));
	memset(removal, 0, sizeof(*removal));
	removal->key_spec = key->arg.key_spec;
	ask_again(folder, FS_IOC_REMOVE_ENCRYPTION_KEY, removal, sizeof(*removal));
}

/* A folder of a file system with a policy of version 1. */
static void old_policies(int folder)
{
	struct fscrypt_policy_v1 policy = { .version = FSCRYPT_POLICY_V1,
					    .contents_encryption_mode = FSCRYPT_MODE_AES_256_XTS,
					    .filenames_encryption_mode = FSCRYPT_MODE_AES_256_CTS };

	TEST("encryption: a policy of version 1");
	tell(folder, FS_IOC_SET_ENCRYPTION_POLICY, &policy, sizeof(policy));
	ask(folder, FS_IOC_GET_ENCRYPTION_POLICY, sizeof(policy));
}

/* Which blocks of a file system are whose, as many as there is room for. */
static void blocks_of(int folder)
{
	struct {
		uint32_t flags, all, room, n;
		uint64_t reserved[6];
		struct {
			uint32_t device, flags;
			uint64_t places[7];
		} keys[2];
		uint64_t blocks[3][8];
	} *map = tail(sizeof(*map));

	memset(map, 0, sizeof(*map));
	map->room = 3;
	memset(&map->keys[1], 0xff, sizeof(map->keys[1]));
	memset(map->keys[1].places + 4, 0, 3 * 8);
	TEST("file systems: a map of their blocks");
	if (CALL(ioctl, folder, GETFSMAP, map) >= 0) {
		out(2, map, 192);
		out(2, map->blocks, map->n * 64UL);
	} else {
		in(2, map, 192);
	}
}

/* A file system on the device, seen by this process alone. */
static void encrypted(void)
{
	char command[100];

	mkdir("mounted", 0700);
	snprintf(command, sizeof(command), "mkfs.ext4 -q -O encrypt %s >mkfs.log 2>&1", device);
	if (*device && !unshare(CLONE_NEWNS) &&
	    !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) && !system(command))
		mount(device, "mounted", "ext4", 0, NULL);
	mkdir("mounted/new", 0700);
	mkdir("mounted/old", 0700);
	policies(open("mounted/new", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	blocks_of(open("mounted", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	old_policies(open("mounted/old", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

int main(void)
{
	blocks(attach());
	encrypted();
	flush();
	return 0;
}
