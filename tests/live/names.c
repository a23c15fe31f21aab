/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Calls that take a file's name, and what came after them: owners, modes, times, attributes. */
#include <linux/fanotify.h>
#include <sys/inotify.h>
#include <sys/xattr.h>

#include "expect.h"
#include "newer.h"

#define KEEP -1L

static const char *name;

static void owners(void)
{
	TEST("owners: as they are");
	CALL(fchownat, AT_FDCWD, name, KEEP, KEEP, 0);
	in_string(1, name);
#ifdef SYS_chown
	CALL(chown, name, KEEP, KEEP);
	in_string(0, name);
	CALL(lchown, name, KEEP, KEEP);
	in_string(0, name);
#endif
#ifdef SYS_chown32
	CALL(chown32, name, KEEP, KEEP);
	in_string(0, name);
	CALL(lchown32, name, KEEP, KEEP);
	in_string(0, name);
#endif
	TEST("modes");
	CALL(fchmodat2, AT_FDCWD, name, 0640, 0);
	in_string(1, name);
	CALL(fchroot, -1L, 0);
	TEST("chroot: no such folder");
	CALL(chroot, name);
	in_string(0, name);
}

static void times(void)
{
	long *two = tail(2 * sizeof(long)), *four = tail(4 * sizeof(long));

	memset(two, 0, 2 * sizeof(long));
	memset(four, 0, 4 * sizeof(long));
	(void)two, (void)four;
#ifdef SYS_utime
	TEST("utime: 1970");
	CALL(utime, name, two);
	in_string(0, name);
	in(1, two, 2 * sizeof(long));
	CALL(utime, name, NULL);
	in_string(0, name);
#endif
#ifdef SYS_futimesat
	TEST("futimesat: 1970");
	CALL(futimesat, AT_FDCWD, name, four);
	in_string(1, name);
	in(2, four, 4 * sizeof(long));
#endif
}

static void nodes(void)
{
	char *pipe = tail_string("a pipe"), *other = tail_string("another");

#ifdef SYS_mknod
	TEST("mknod: a pipe");
	CALL(mknod, pipe, S_IFIFO | 0600, 0);
	in_string(0, pipe);
#endif
	TEST("mknodat: a pipe");
	CALL(mknodat, AT_FDCWD, other, S_IFIFO | 0600, 0);
	in_string(1, other);
	CALL(mknodat, AT_FDCWD, name, S_IFIFO | 0600, 0);
	in_string(1, name);
	(void)pipe;
}

static void attributes(void)
{
	int fd = open(name, O_RDWR);
	char *key = tail_string("user.key"), *value = tail_copy("value", 5), *list = tail(100);
	struct {
		uint64_t value;
		uint32_t size, flags;
	} *args = tail(sizeof(*args));
	long n;

	TEST("attributes: of links");
	CALL(lsetxattr, name, key, value, 5, 0);
	in_string(0, name);
	in_string(1, key);
	in(2, value, 5);
	n = CALL(llistxattr, name, list, 100);
	in_string(0, name);
	if (n > 0)
		out(1, list, (size_t)n);
	CALL(lremovexattr, name, key);
	in_string(0, name);
	in_string(1, key);
	CALL(fremovexattr, fd, key);
	in_string(1, key);
	TEST("attributes: with flags");
	*args = (typeof(*args)){ .value = POINTER(value), .size = 5 };
	CALL(setxattrat, AT_FDCWD, name, 0, key, args, 16);
	in_string(1, name);
	in_string(3, key);
	in(4, args, 16);
	in(4, value, 5);
	n = CALL(getxattrat, AT_FDCWD, name, 0, key, args, 16);
	in_string(1, name);
	in_string(3, key);
	in(4, args, 16);
	if (n > 0)
		out(4, value, (size_t)n);
	n = CALL(listxattrat, AT_FDCWD, name, 0, list, 100);
	in_string(1, name);
	if (n > 0)
		out(3, list, (size_t)n);
	CALL(removexattrat, AT_FDCWD, name, 0, key);
	in_string(1, name);
	in_string(3, key);
	TEST("attributes: of the file system");
	n = CALL(file_getattr, AT_FDCWD, name, value - 19, 24, 0);
	in_string(1, name);
	if (n == 0)
		out(2, value - 19, 24);
	CALL(file_setattr, -1L, name, value - 19, 24, 0);
	in_string(1, name);
	in(2, value - 19, 24);
}

static void watches(void)
{
	int fd = (int)syscall(SYS_fanotify_init, FAN_CLASS_NOTIF, O_RDONLY);

	TEST("fanotify_mark: a file");
#if __SIZEOF_LONG__ == 8
	CALL(fanotify_mark, fd, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, name);
	in_string(4, name);
	CALL(fanotify_mark, -1L, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, name);
	in_string(4, name);
#else
	CALL(fanotify_mark, fd, FAN_MARK_ADD, FAN_OPEN, 0, AT_FDCWD, name);
	in_string(5, name);
#endif
}

/* What is kept of the machine as it is: names that do not exist, and numbers that are wrong. */
static void machine(void)
{
	char *nothing = tail_string("no such thing"), *page = tail(64);

	TEST("swap, accounting: no such file");
	CALL(swapon, nothing, 0);
	in_string(0, nothing);
	CALL(swapoff, nothing);
	in_string(0, nothing);
	CALL(acct, nothing);
	in_string(0, nothing);
	TEST("quotas: of no such device");
	CALL(quotactl, 0x800001U << 8, nothing, 0, NULL);
	in_string(1, nothing);
	CALL(quotactl_fd, -1L, 0x800001U << 8, 0, NULL);
	TEST("modules: none");
	CALL(init_module, page, 64, nothing);
	in(0, page, 64);
	in_string(2, nothing);
	CALL(finit_module, -1L, nothing, 0);
	in_string(1, nothing);
	CALL(delete_module, nothing, O_NONBLOCK);
	in_string(0, nothing);
	TEST("reboot: with wrong numbers");
	CALL(reboot, 1, 2, 3, NULL);
	TEST("kexec: with wrong flags");
	CALL(kexec_load, 0, 0, NULL, 0xffff);
#if __SIZEOF_LONG__ == 8
	CALL(kexec_file_load, -1L, -1L, 14, nothing, 0xffff);
	in_string(3, nothing);
#endif
#ifdef SYS_uselib
	TEST("uselib: no such library");
	CALL(uselib, nothing);
	in_string(0, nothing);
#endif
}

int main(void)
{
	name = tail_string("file");
	close(file_of("file", "0123456789", 10));
	owners();
	times();
	nodes();
	attributes();
	watches();
	machine();
	flush();
	return 0;
}
