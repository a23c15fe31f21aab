/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* fcntl: numbers, and the commands with a structure; flock. */
#include <sys/file.h>

#include "expect.h"

#ifndef F_GETOWN_EX
#define F_SETOWN_EX 15
#define F_GETOWN_EX 16
#endif

/* The call that takes locks of 64-bit offsets. */
#ifdef SYS_fcntl64
#define OFD_CALL fcntl64
#else
#define OFD_CALL fcntl
#endif

int main(void)
{
	struct flock *lock = tail(sizeof(*lock));
	struct flock64 *lock64 = tail(sizeof(*lock64));
	struct f_owner_ex *owner = tail(sizeof(*owner));
	uint64_t *hint = tail(8);
	int fd = file_of("file", "0123456789", 10);

	TEST("fcntl: F_GETFD");
	CALL(fcntl, fd, F_GETFD, 0);
	TEST("fcntl: F_DUPFD_CLOEXEC from 100 on");
	CALL(fcntl, fd, F_DUPFD_CLOEXEC, 100);
	TEST("fcntl: F_GETFL of a bad descriptor");
	CALL(fcntl, -1L, F_GETFL, 0);
	*lock = (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 2, .l_len = 3 };
	TEST("fcntl: F_SETLK");
	CALL(fcntl, fd, F_SETLK, lock);
	in(2, lock, sizeof(*lock));
	*lock = (struct flock){ .l_type = F_RDLCK, .l_whence = SEEK_SET };
	TEST("fcntl: F_GETLK");
	CALL(fcntl, fd, F_GETLK, lock);
	out(2, lock, sizeof(*lock));
	TEST("fcntl: F_OFD_GETLK meets the lock");
	*lock64 = (struct flock64){ .l_type = F_RDLCK, .l_whence = SEEK_SET };
	CALL_AS(OFD_CALL, fd, F_OFD_GETLK, lock64);
	out(2, lock64, sizeof(*lock64));
#ifdef SYS_fcntl64
	TEST("fcntl64: F_GETLK64, nothing in the way");
	*lock64 = (struct flock64){ .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 1LL << 33 };
	CALL(fcntl64, fd, 12 /* F_GETLK64 */, lock64);
	out(2, lock64, sizeof(*lock64));
	TEST("fcntl64: F_GETFL");
	CALL(fcntl64, fd, F_GETFL, 0);
#endif
	TEST("fcntl: F_SETLK, no such type");
	*lock = (struct flock){ .l_type = 77 };
	CALL(fcntl, fd, F_SETLK, lock);
	in(2, lock, sizeof(*lock));
	*owner = (struct f_owner_ex){ .type = F_OWNER_PID, .pid = getpid() };
	TEST("fcntl: F_SETOWN_EX");
	CALL(fcntl, fd, F_SETOWN_EX, owner);
	in(2, owner, sizeof(*owner));
	owner = tail(sizeof(*owner));
	TEST("fcntl: F_GETOWN_EX");
	CALL(fcntl, fd, F_GETOWN_EX, owner);
	out(2, owner, sizeof(*owner));
	TEST("fcntl: F_GET_RW_HINT");
	CALL(fcntl, fd, 1035, hint);
	out(2, hint, 8);
	TEST("fcntl: no such command");
	CALL(fcntl, fd, 9999, lock);
	TEST("flock: exclusive");
	CALL(flock, fd, LOCK_EX);
	flush();
	return 0;
}
