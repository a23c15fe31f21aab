/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Mounts and names, in namespaces of the program's own. */
#include <linux/mount.h>
#include <sched.h>
#include <sys/mount.h>

#include "expect.h"
#include "newer.h"

static char *nothing;

static void names(void)
{
	char *name = tail_string("host");

	TEST("names: of the machine");
	CALL(sethostname, name, 4);
	in(0, name, 4);
	CALL(setdomainname, name, 4);
	in(0, name, 4);
	CALL(setdomainname, name, -1L);
}

static void old_mounts(void)
{
	char *type = tail_string("tmpfs"), *folder = tail_string("folder");
	char *data = tail_string("size=100k");

	need(!mkdir("folder", 0755), "mkdir");
	TEST("mount: a file system");
	CALL(mount, nothing, folder, type, 0, data);
	in_string(0, nothing);
	in_string(1, folder);
	in_string(2, type);
	in_string(4, data);
	TEST("umount2: lazily");
	CALL(umount2, folder, MNT_DETACH);
	in_string(0, folder);
	CALL(umount2, nothing, 0);
	in_string(0, nothing);
	TEST("pivot_root: nowhere");
	CALL(pivot_root, nothing, nothing);
	in_string(0, nothing);
}

static void new_mounts(void)
{
	char *type = tail_string("tmpfs"), *key = tail_string("size"), *value = tail_string("100k");
	char *empty = tail_string(""), *folder = tail_string("folder");
	struct mount_attr *attr = tail(sizeof(*attr));
	int fs, mount;

	TEST("fsopen, fsconfig, fsmount: a file system");
	fs = (int)CALL(fsopen, type, FSOPEN_CLOEXEC);
	in_string(0, type);
	CALL(fsconfig, fs, FSCONFIG_SET_STRING, key, value, 0);
	in_string(2, key);
	in_string(3, value);
	CALL(fsconfig, fs, FSCONFIG_SET_STRING, nothing, value, 0);
	in_string(2, nothing);
	in_string(3, value);
	CALL(fsconfig, fs, FSCONFIG_SET_PATH, key, folder, AT_FDCWD);
	in_string(2, key);
	in_string(3, folder);
	CALL(fsconfig, fs, FSCONFIG_SET_BINARY, key, value, 4);
	in_string(2, key);
	in(3, value, 4);
	CALL(fsconfig, fs, 4 /* FSCONFIG_SET_PATH_EMPTY */, key, empty, AT_FDCWD);
	in_string(2, key);
	in_string(3, empty);
	CALL(fsconfig, fs, FSCONFIG_SET_FD, key, NULL, fs);
	in_string(2, key);
	CALL(fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	mount = (int)CALL(fsmount, fs, FSMOUNT_CLOEXEC, 0);
	TEST("move_mount: to a folder");
	CALL(move_mount, mount, empty, AT_FDCWD, folder, MOVE_MOUNT_F_EMPTY_PATH);
	in_string(1, empty);
	in_string(3, folder);
	TEST("mount_setattr: of wrong attributes");
	memset(attr, 0, sizeof(*attr));
	attr->attr_set = 1ULL << 60;
	CALL(mount_setattr, AT_FDCWD, folder, 0, attr, sizeof(*attr));
	in_string(1, folder);
	in(3, attr, sizeof(*attr));
	TEST("open_tree, fspick: of the folder");
	CALL(open_tree, AT_FDCWD, folder, OPEN_TREE_CLOEXEC);
	in_string(1, folder);
	CALL(open_tree_attr, AT_FDCWD, folder, OPEN_TREE_CLOEXEC, attr, sizeof(*attr));
	in_string(1, folder);
	in(3, attr, sizeof(*attr));
	CALL(fspick, AT_FDCWD, folder, FSPICK_CLOEXEC);
	in_string(1, folder);
}

static void lists(void)
{
	struct {
		uint32_t size, spare;
		uint64_t id, param;
	} *request = tail(sizeof(*request));
	uint64_t *ids = tail(8 * 100);
	char *answer = tail(600);
	long n;

	*request = (typeof(*request)){ .size = sizeof(*request), .id = ~0ULL };
	TEST("listmount: all");
	n = CALL(listmount, request, ids, 100, 0);
	in(0, request, sizeof(*request));
	if (n > 0)
		out(1, ids, 8 * (size_t)n);
	TEST("statmount: the first");
	request->id = ids[0];
	request->param = 1;
	n = CALL(statmount, request, answer, 600, 0);
	in(0, request, sizeof(*request));
	if (n == 0)
		out(1, answer, 600);
	TEST("listns: a wrong request");
	CALL(listns, request, ids, 100, 77);
	in(0, request, sizeof(*request));
}

int main(void)
{
	nothing = tail_string("no such thing");
	need(!unshare(CLONE_NEWNS | CLONE_NEWUTS), "unshare");
	need(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private mounts");
	names();
	old_mounts();
	new_mounts();
	lists();
	flush();
	return 0;
}
