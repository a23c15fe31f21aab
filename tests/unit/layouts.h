/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every line of src/syscalls/layouts.def as an assertion of the compiler that reads this. It is
 * told which column its ABI is, and the size of a pointer in it.
 */
#include <stddef.h>

/* linux/shm.h includes the C library's header, which is another one for each ABI. */
#define _UNISTD_H 1

#include <asm/fcntl.h>
#include <asm/posix_types.h>
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <asm/stat.h>
#include <asm/statfs.h>
#include <linux/blkpg.h>
#include <linux/eventpoll.h>
#include <linux/filter.h>
#include <linux/i2c-dev.h>
#include <linux/kd.h>
#include <linux/mqueue.h>
#include <linux/msg.h>
#include <linux/resource.h>
#include <linux/sem.h>
#include <linux/shm.h>
#include <linux/sysinfo.h>
#include <linux/time_types.h>
#include <linux/timex.h>
#include <linux/times.h>
#include <linux/types.h>
#include <linux/uio.h>
#include <linux/utime.h>

/* What ABIs of 64 bits lack. */
#if defined(__x86_64__) || defined(__aarch64__)
struct stat64 {
	char none;
};
#endif

/* asm-generic/statfs.h takes x32 for an ABI of 32-bit longs; its statfs is that of x86-64. */
#if defined(__x86_64__) && defined(__ILP32__)
#define statfs statfs_x86_64
struct statfs_x86_64 {
	__kernel_long_t type, bsize, blocks, bfree, bavail, files, ffree;
	__kernel_fsid_t fsid;
	__kernel_long_t namelen, frsize, flags, spare[4];
};
#endif

/* The kernel's own, include/linux/signal_types.h: programs have another signal set. */
struct kernel_sigaction {
	void *handler;
	unsigned long flags;
	void *restorer;
	unsigned int mask[2];
};

/* What waitid writes: SYSCALL_DEFINE5(waitid). */
struct siginfo_wait {
	char to_status[offsetof(siginfo_t, _sifields._sigchld._status) + sizeof(int)];
};

/* linux/types.h has it for the kernel only. */
struct ustat {
	int tfree;
	__kernel_ulong_t tinode;
	char fname[6], fpack[6];
};

/* linux/kexec.h. */
struct kexec_segment {
	const void *buf;
	size_t bufsz;
	const void *mem;
	size_t memsz;
};

/* linux/xattr.h of Linux 6.13. */
struct xattr_args {
	__u64 __attribute__((aligned(8))) value;
	__u32 size, flags;
};

/* linux/if.h and linux/wireless.h, which want the C library. */
struct ifconf {
	int ifc_len;
	void *ifc_buf;
};

struct iwreq {
	char name[16];
	union {
		char all[16];
		struct {
			void *pointer;
			__u16 length, flags;
		} data;
	} u;
};

/* linux/i2c.h */
struct i2c_msg {
	__u16 addr, flags, len;
	__u8 *buf;
};

/* ABI is given to the compiler: the column that it is to prove. */
#define PICK_x86_64(a, b, c, d, e) (a)
#define PICK_i386(a, b, c, d, e) (b)
#define PICK_x32(a, b, c, d, e) (c)
#define PICK_arm64(a, b, c, d, e) (d)
#define PICK_arm(a, b, c, d, e) (e)
#define JOIN(a, b) a##b
#define PICK(abi) JOIN(PICK_, abi)

#define LAYOUT(name, x86_64, i386, x32, arm64, arm, type)                 \
	enum { name##_bytes = PICK(ABI)(x86_64, i386, x32, arm64, arm) }; \
	_Static_assert(name##_bytes == 0 || sizeof(type) == name##_bytes, #name ": its bytes");

#define SIZE_OF(bytes, pointer, count, width, element) (bytes)
#define POINTER_OF(bytes, pointer, count, width, element) (pointer)
#define COUNT_OF(bytes, pointer, count, width, element) (count)
#define WIDTH_OF(bytes, pointer, count, width, element) (width)
#define ELEMENT_OF(bytes, pointer, count, width, element) (element)
#define NESTED(name, what, wide, narrow, value)                                              \
	_Static_assert((value) == (sizeof(void *) == 8 ? what##_OF wide : what##_OF narrow), \
		       #name ": " #what)
#define LAYOUT_NEST(name, wide, narrow, type, pointer, count, element) \
	NESTED(name, SIZE, wide, narrow, sizeof(type));                \
	NESTED(name, POINTER, wide, narrow, offsetof(type, pointer));  \
	NESTED(name, COUNT, wide, narrow, offsetof(type, count));      \
	NESTED(name, WIDTH, wide, narrow, sizeof(((type *)0)->count)); \
	NESTED(name, ELEMENT, wide, narrow, sizeof(element));

#include "syscalls/layouts.def"
