/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Requests to a disk and to a file system that encrypts: a loop device over a file of the current
 * folder. Where one of them cannot be had, the rest is refused, and the same is read.
 */
#include <linux/blkpg.h>
#include <linux/blkzoned.h>
#include <linux/cdrom.h>
#include <linux/fs.h>
#include <linux/fscrypt.h>
#include <linux/fuse.h>
#include <linux/hdreg.h>
#include <linux/loop.h>
#include <sched.h>
#include <scsi/scsi.h>
#include <scsi/sg.h>
#include <sys/mount.h>

#include "ask.h"

#define SIZE (16UL << 20)
#define GETFSMAP 0xc0c0583bUL /* linux/fsmap.h */

static char device[32];
static const unsigned long numbers_of_cd[] = {
	CDROMPAUSE,	     CDROMRESUME,	CDROMSTOP,	     CDROMSTART,
	CDROMEJECT,	     CDROMCLOSETRAY,	CDROMEJECT_SW,	     CDROM_GET_CAPABILITY,
	CDROM_DRIVE_STATUS,  CDROM_DISC_STATUS, CDROM_MEDIA_CHANGED, CDROM_SET_OPTIONS,
	CDROM_CLEAR_OPTIONS, CDROM_LOCKDOOR,
};

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
	int zero = 0;

	TEST("disks: sizes and state");
	ask(fd, BLKGETSIZE64, 8);
	ask(fd, BLKGETSIZE, sizeof(long));
	ask(fd, BLKSSZGET, 4);
	ask(fd, BLKPBSZGET, 4);
	ask(fd, BLKIOMIN, 4);
	ask(fd, BLKROGET, 4);
	ask(fd, BLKRAGET, sizeof(long));
	ask(fd, BLKDISCARDZEROES, 4);
	ask(fd, BLKFRAGET, sizeof(long));
	ask(fd, BLKSECTGET, 2);
	ask(fd, BLKBSZGET, 4);
	ask(fd, BLKIOOPT, 4);
	ask(fd, BLKALIGNOFF, 4);
	ask(fd, BLKROTATIONAL, 2);
	CALL(ioctl, fd, BLKFLSBUF, 0);
	CALL(ioctl, fd, BLKRASET, 256);
	CALL(ioctl, fd, BLKFRASET, 256);
	CALL(ioctl, fd, BLKRRPART, 0);
	tell(fd, BLKROSET, &zero, 4);
	tell(fd, BLKBSZSET, &(int){ 4096 }, 4);
	tell(fd, BLKZEROOUT, range, sizeof(range));
	tell(fd, BLKDISCARD, range, sizeof(range));
	tell(fd, BLKSECDISCARD, range, sizeof(range));
}

/* A partition that there is not, and zones of a device without. */
static void parts(int fd)
{
	struct blkpg_partition *part = tail(sizeof(*part));
	struct blkpg_ioctl_arg arg = { BLKPG_DEL_PARTITION, 0, sizeof(*part), part };
	struct blkpg_ioctl_arg *copy = tail_copy(&arg, sizeof(arg));
	struct blk_zone_report *zones = tail(sizeof(*zones) + 2 * sizeof(zones->zones[0]));

	memset(part, 0, sizeof(*part));
	part->pno = 7;
	TEST("disks: no partition of this number");
	CALL(ioctl, fd, BLKPG, copy);
	in(2, copy, sizeof(*copy));
	in(2, part, sizeof(*part));
	memset(zones, 0, sizeof(*zones));
	zones->nr_zones = 2;
	TEST("disks: no zones");
	ask_again(fd, BLKREPORTZONE, zones, sizeof(*zones));
}

/* What other disks know: refused, and what it would be told is read. */
static void others(int fd)
{
	struct sg_io_hdr order = { .interface_id = 'S',
				   .cmd_len = 6,
				   .dxfer_direction = SG_DXFER_TO_DEV,
				   .dxfer_len = 16,
				   .cmdp = tail(6),
				   .dxferp = tail(16) };
	struct sg_io_hdr *copy = tail_copy(&order, sizeof(order));
	char zeroes[16] = { 0 };
	int number = 0;

	TEST("disks: an order to a SCSI disk");
	CALL(ioctl, fd, SG_IO, copy);
	out(2, copy, sizeof(*copy)); /* which may have been written even so */
	in(2, copy->cmdp, 6);
	in(2, copy->dxferp, 16);
	TEST("disks: requests to disks of other kinds");
	ask(fd, HDIO_GETGEO, sizeof(struct hd_geometry));
	ask(fd, HDIO_GET_IDENTITY, 512);
	ask(fd, SG_GET_VERSION_NUM, 4);
	tell(fd, SG_SET_TIMEOUT, &number, 4);
	CALL(ioctl, fd, SG_GET_TIMEOUT, 0);
	ask(fd, SG_GET_RESERVED_SIZE, 4);
	tell(fd, SG_SET_RESERVED_SIZE, &number, 4);
	ask(fd, SG_EMULATED_HOST, 4);
	ask(fd, SG_GET_SCSI_ID, 32);
	ask(fd, SCSI_IOCTL_GET_IDLUN, 8);
	ask(fd, SCSI_IOCTL_GET_BUS_NUMBER, 4);
	TEST("disks: requests to a CD");
	ask(fd, CDROMREADTOCHDR, 2);
	ask_again(fd, CDROMREADTOCENTRY, tail_copy(zeroes, 12), 12);
	ask_again(fd, CDROMSUBCHNL, tail_copy(zeroes, 16), 16);
	ask_again(fd, CDROMMULTISESSION, tail_copy(zeroes, 8), 8);
	tell(fd, CDROMPLAYMSF, zeroes, 6);
	tell(fd, CDROMVOLCTRL, zeroes, 4);
	ask(fd, CDROMVOLREAD, 4);
	ask(fd, CDROM_GET_MCN, 14);
	ask(fd, CDROM_LAST_WRITTEN, sizeof(long));
	for (unsigned int i = 0; i < sizeof(numbers_of_cd) / sizeof(*numbers_of_cd); i++)
		CALL(ioctl, fd, numbers_of_cd[i], 0);
}

static void loop(int fd)
{
	int file = open("disk", O_RDWR | O_CLOEXEC);
	int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	struct loop_info *old = tail(sizeof(*old));

	TEST("disks: a loop device's older ways");
	if (CALL(ioctl, fd, LOOP_GET_STATUS, old) == 0)
		out(2, old, sizeof(*old));
	tell(fd, LOOP_SET_STATUS, old, sizeof(*old));
	CALL(ioctl, fd, LOOP_SET_FD, file);
	CALL(ioctl, fd, LOOP_CHANGE_FD, file);
	CALL(ioctl, fd, LOOP_SET_CAPACITY, 0);
	CALL(ioctl, fd, LOOP_SET_DIRECT_IO, 0);
	CALL(ioctl, fd, LOOP_SET_BLOCK_SIZE, 512);
	CALL(ioctl, control, LOOP_CTL_ADD, 0);
	CALL(ioctl, control, LOOP_CTL_REMOVE, -1L);
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

/* What a file and its file system are set to. */
static void files(void)
{
	int fd = open("mounted/file", O_RDWR | O_CREAT | O_CLOEXEC, 0600), *block = tail(4);
	int root = open("mounted", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);

	need(write(fd, "text", 4) == 4, "mounted/file");
	*block = 0;
	TEST("file systems: a file's block, flags and version");
	ask_again(fd, FIBMAP, block, 4);
	tell(fd, FS_IOC_SETFLAGS, &(int){ 0 }, 4);
	tell(fd, FS_IOC_SETVERSION, &(int){ 1 }, 4);
	CALL(ioctl, fd, FICLONE, fd);
	if (*device) {
		TEST("file systems: nothing is written for a while");
		CALL(ioctl, root, FIFREEZE, 0);
		CALL(ioctl, root, FITHAW, 0);
	}
	TEST("file systems: a second descriptor of FUSE");
	tell(fuse, FUSE_DEV_IOC_CLONE, &fd, 4);
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
	files();
	mkdir("mounted/new", 0700);
	mkdir("mounted/old", 0700);
	policies(open("mounted/new", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	blocks_of(open("mounted", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	old_policies(open("mounted/old", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

int main(void)
{
	int fd = attach();

	blocks(fd);
	parts(fd);
	others(fd);
	loop(fd);
	encrypted();
	TEST("disks: the loop device ends with its last user");
	CALL(ioctl, fd, LOOP_CLR_FD, 0);
	flush();
	return 0;
}
