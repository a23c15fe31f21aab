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
#include <linux/aio_abi.h>
#include <linux/blkpg.h>
#include <linux/bpf.h>
#include <linux/btrfs.h>
#include <linux/dm-ioctl.h>
#include <linux/dqblk_xfs.h>
#include <linux/eventpoll.h>
#include <linux/fb.h>
#include <linux/fiemap.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/fscrypt.h>
#include <linux/fsverity.h>
#include <linux/hdreg.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <linux/ipc.h>
#include <linux/kd.h>
#include <linux/kexec.h>
#include <linux/keyctl.h>
#include <linux/loop.h>
#include <linux/mqueue.h>
#include <linux/msg.h>
#include <linux/nvme_ioctl.h>
#include <linux/perf_event.h>
#include <linux/quota.h>
#include <linux/resource.h>
#include <linux/sem.h>
#include <linux/serial.h>
#include <linux/shm.h>
#include <linux/spi/spidev.h>
#include <linux/sysinfo.h>
#include <linux/time_types.h>
#include <linux/timex.h>
#include <linux/times.h>
#include <linux/types.h>
#include <linux/uio.h>
#include <linux/usbdevice_fs.h>
#include <linux/userfaultfd.h>
#include <linux/utime.h>

#if defined(__x86_64__) || defined(__aarch64__)
/* ABIs of 64 bits lack it. */
struct stat64 {
	char none;
};
#define flock64 flock
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

/* The structures of shmctl, semctl and msgctl without IPC_64. */
#ifdef __arm__
#define shmctl_ds shmid_ds
#define shmctl_info shminfo
#define semctl_ds semid_ds
#define msgctl_ds msqid_ds
#else
#define shmctl_ds shmid64_ds
#define shmctl_info shminfo64
#define semctl_ds semid64_ds
#define msgctl_ds msqid64_ds
#endif

/* asm/ptrace.h, user_64.h, user_32.h: not for programs. */
#if defined(__x86_64__)
struct ptrace_regs {
	__u64 regs[27];
};
struct ptrace_fpregs {
	char fxsave[512];
};
#else
struct ptrace_regs {
#ifdef __i386__
	__u32 regs[17];
#else
	__u32 regs[18];
#endif
};
struct ptrace_fpregs {
	__u32 head[7], registers[20]; /* arch/x86/include/asm/user32.h, user_i387_ia32_struct */
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

/* linux/xattr.h of Linux 6.13. */
struct xattr_args {
	__u64 __attribute__((aligned(8))) value;
	__u32 size, flags;
};

/* linux/if.h, route.h and wireless.h want the C library. */
struct sockaddr {
	__u16 sa_family;
	char sa_data[14];
};

struct ifmap {
	unsigned long start, end;
	__u16 base;
	__u8 irq, dma, port;
};

struct ifreq {
	char name[16];
	union {
		struct sockaddr addr;
		struct ifmap map;
		char slave[16];
		void *data;
	} u;
};

/* linux/ethtool.h, which includes the C library's limits.h; how its structures begin first. */
struct ethtool_any {
	__u32 cmd, data;
	__u8 more[];
};
struct ethtool_value {
	__u32 cmd, data;
};
struct ethtool_get_features_block {
	__u32 masks[4];
};
struct ethtool_gstrings {
	__u32 cmd, string_set, len;
	__u8 data[];
};
struct ethtool_regs {
	__u32 cmd, version, len;
	__u8 data[];
};
struct ethtool_eeprom {
	__u32 cmd, magic, offset, len;
	__u8 data[];
};
struct ethtool_tunable {
	__u32 cmd, id, type_id, len;
	__u64 data[];
};
struct ethtool_link_settings {
	__u32 cmd, speed;
	__u8 duplex, more[6];
	__s8 link_mode_masks_nwords;
	__u32 reserved[8], link_mode_masks[];
};

struct ifconf {
	int ifc_len;
	void *ifc_buf;
};

struct rtentry {
	unsigned long rt_pad1;
	struct sockaddr rt_dst, rt_gateway, rt_genmask;
	__u16 rt_flags, rt_pad2;
	unsigned long rt_pad3;
	void *rt_pad4;
	__u16 rt_metric;
	char *rt_dev;
	unsigned long rt_mtu, rt_window;
	__u16 rt_irtt;
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

/* scsi/sg.h is a header of the C library. */
struct sg_io_hdr {
	int interface_id, direction;
	__u8 cmd_len, mx_sb_len;
	__u16 iovec_count;
	unsigned int dxfer_len;
	void *dxferp, *cmdp, *sbp;
	unsigned int timeout, flags;
	int pack_id;
	void *usr_ptr;
	__u8 status, masked_status, msg_status, sb_len_wr;
	__u16 host_status, driver_status;
	int resid;
	unsigned int duration, info;
};

/* fs/readdir.c, struct compat_old_linux_dirent, as far as it is written. */
struct old_linux_dirent {
	__u32 d_ino, d_offset;
	__u16 d_namlen;
	char d_name[];
} __attribute__((packed));

/* linux/prctl.h, struct prctl_mm_map, as kernels of 64 bits have it for all programs. */
struct prctl_mm_map64 {
	__u64 addresses[11], auxv;
	__u32 auxv_size, exe_fd;
};

/* fs/select.c */
struct sigset_argpack {
	void *set;
	__kernel_size_t size;
};

/* linux/fscrypt.h has a structure for each version of a policy. */
struct fscrypt_policy_any {
	__u8 version, rest_of_v1[11], more[];
};
struct fscrypt_policy_ex {
	__u64 policy_size;
	__u8 policy[];
};

/* What USBDEVFS_REAPURB stores, and SPI_IOC_MESSAGE takes. */
struct usb_reaped {
	struct usbdevfs_urb *urb;
};
struct spi_message {
	struct spi_ioc_transfer transfers[2];
};

/* struct kvm_one_reg, whose number has the register's size in its upper half. */
struct kvm_register {
	__u32 id[2];
	__u64 addr;
};

/* asm/kvm.h of x86; arm has none at all. */
#ifdef __x86_64__
#include <linux/kvm.h>
#else
struct kvm_msr_list {
	__u32 nmsrs, indices[];
};
struct kvm_cpuid_entry {
	__u32 registers[6];
};
struct kvm_cpuid {
	__u32 nent, padding;
	struct kvm_cpuid_entry entries[];
};
struct kvm_cpuid_entry2 {
	__u32 registers[10];
};
struct kvm_cpuid2 {
	__u32 nent, padding;
	struct kvm_cpuid_entry2 entries[];
};
struct kvm_msr_entry {
	__u32 index, reserved;
	__u64 data;
};
struct kvm_msrs {
	__u32 nmsrs, pad;
	struct kvm_msr_entry entries[];
};
struct kvm_reg_list {
	__u64 n, reg[];
};
struct kvm_signal_mask {
	__u32 len;
	__u8 sigset[];
};
struct kvm_irq_routing_entry {
	__u32 words[12];
};
struct kvm_irq_routing {
	__u32 nr, flags;
	struct kvm_irq_routing_entry entries[];
};
#endif

/* drm/drm.h, drm_mode.h, and linux/videodev2.h want the C library. */
struct drm_version {
	int major, minor, patchlevel;
	__kernel_size_t name_len;
	char *name;
	__kernel_size_t date_len;
	char *date;
	__kernel_size_t desc_len;
	char *desc;
};
struct drm_unique {
	__kernel_size_t unique_len;
	char *unique;
};
struct drm_mode_card_res {
	__u64 fb_id_ptr, crtc_id_ptr, connector_id_ptr, encoder_id_ptr;
	__u32 count_fbs, count_crtcs, count_connectors, count_encoders;
	__u32 limits[4];
};
struct drm_mode_get_connector {
	__u64 encoders_ptr, modes_ptr, props_ptr, prop_values_ptr;
	__u32 count_modes, count_props, count_encoders;
	__u32 state[9];
};
struct drm_mode_obj_get_properties {
	__u64 props_ptr, prop_values_ptr;
	__u32 count_props, obj_id;
	__u64 __attribute__((aligned(8))) obj_type;
};
struct drm_mode_get_property {
	__u64 values_ptr, enum_blob_ptr;
	__u32 prop_id, flags;
	char name[32];
	__u32 count_values, count_enum_blobs;
};
struct drm_mode_get_blob {
	__u32 blob_id, length;
	__u64 data;
};
struct drm_mode_get_plane_res {
	__u64 plane_id_ptr;
	__u32 count_planes, padding;
};
struct v4l2_ext_controls {
	__u32 which, count, error_idx, request_fd, reserved;
	struct v4l2_ext_control *controls;
};
struct v4l2_ext_control {
	__u32 id, size, reserved;
	union {
		__s64 value64;
		void *ptr;
	} __attribute__((packed));
} __attribute__((packed));

/* What io_submit takes an array of. */
struct iocb_pointer {
	struct iocb *iocb;
};

/* linux/sched/types.h, of which the C library has its own. */
struct sched_attr {
	__u32 size, policy;
};

/* linux/bpf.h of Linux 6.18: what BPF_PROG_LOAD has behind core_relo_rec_size. */
union bpf_load_attr {
	union bpf_attr attr;
	struct {
		__u8 old[140];
		__u32 log_true_size;
		__s32 prog_token_fd;
		__u32 fd_array_cnt;
		__u64 __attribute__((aligned(8))) signature;
		__u32 signature_size;
		__s32 keyring_id;
	} more;
};

/* The same: members of MAP_CREATE, PROG_QUERY, PROG_STREAM_READ_BY_FD. */
struct bpf_create_attr {
	__u8 old[80];
	__u64 __attribute__((aligned(8))) excl_prog_hash;
	__u32 excl_prog_hash_size;
};

struct bpf_query_attr {
	__u8 old[16];
	__u64 __attribute__((aligned(8))) prog_ids;
	__u32 prog_cnt;
	__u64 __attribute__((aligned(8))) prog_attach_flags, link_ids, link_attach_flags, revision;
};

struct bpf_stream_attr {
	__u64 __attribute__((aligned(8))) stream_buf;
	__u32 stream_buf_len, stream_id, prog_fd;
};

/* Its uprobe_multi, and the kinds of perf_event. */
struct bpf_link_attr {
	__u32 prog_fd, target_fd, attach_type, flags;
	union {
		struct {
			__u64 __attribute__((aligned(8))) iter_info;
			__u32 iter_info_len;
		};
		struct {
			__u32 multi_flags, cnt;
			__u64 __attribute__((aligned(8))) syms, addrs, cookies;
		} kprobe;
		struct {
			__u64 __attribute__((aligned(8))) path, offsets, ref_ctr_offsets, cookies;
			__u32 cnt;
		} uprobe;
	};
};

struct bpf_link_info64 {
	__u32 type, id, prog_id;
	union {
		struct {
			__u64 __attribute__((aligned(8))) name;
			__u32 name_len;
		};
		struct {
			__u64 __attribute__((aligned(8))) addrs;
			__u32 count, flags;
			__u64 missed, cookies;
		} kprobe;
		struct {
			__u64 __attribute__((aligned(8))) path, offsets, ref_ctr_offsets, cookies;
			__u32 path_size, count, flags, pid;
		} uprobe;
		struct {
			__u32 __attribute__((aligned(8))) type;
			__u64 __attribute__((aligned(8))) name;
			__u32 name_len;
		} perf;
	};
};

struct bpf_map_info64 {
	__u8 old[88];
	__u64 __attribute__((aligned(8))) hash;
	__u32 hash_size;
};

struct string_pointer64 {
	__u64 string;
};

#include "shapes.h"

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

#include "syscalls/layouts.def"

/* shapes.def: every offset, width and size is that of the C type. */
#define W(wide, narrow) (sizeof(void *) == 8 ? (wide) : (narrow))
#define PROVE(condition) sizeof(char[(condition) ? 1 : -1])
#define PROVE_AT(member, offset) PROVE(offsetof(shape_type, member) == (offset))
#define WIDTH_OF(member) sizeof(((shape_type *)0)->member)
#define PROVE_MEMBER(member, offset, bytes) \
	PROVE_AT(member, offset), PROVE(WIDTH_OF(member) == (bytes))

#define SIZEOF(wide, narrow) PROVE(sizeof(shape_type) == W(wide, narrow))
#define LENGTH(member, offset, bytes, none, most) PROVE_MEMBER(member, offset, bytes)
#define LENGTH_ARG(i, none, most) PROVE((most) > 0)
#define MEMBER(...) __VA_ARGS__,
#define TO(member, wide, narrow) PROVE_MEMBER(member, W(wide, narrow), sizeof(void *))
#define TO64(member, offset) PROVE_MEMBER(member, offset, 8)
#define BEHIND(member, wide, narrow) PROVE_AT(member, W(wide, narrow))
#define COUNT(member, wide, narrow, bytes) PROVE_MEMBER(member, W(wide, narrow), W bytes)
#define EACH(wide, narrow) PROVE(W(wide, narrow) > 0)
#define EACH_OF(type, wide, narrow) PROVE(sizeof(type) == W(wide, narrow))
#define EACH_SAID(member, offset, bits) PROVE_MEMBER(member, offset, 4)
#define LEADS_TO(name) PROVE(1)
#define FLAGS(bits) PROVE(1)
#define KEY(member, offset, bits) PROVE_MEMBER(member, offset, 4)
#define VALUE(member, offset, bits) PROVE_MEMBER(member, offset, 4)
#define IF_SET(member, wide, narrow, bytes, bits) PROVE_MEMBER(member, W(wide, narrow), bytes)
#define IF_CLEAR IF_SET
#define IF_IS IF_SET
#define IF_NOT IF_SET
#define IF_BITS_ARE(member, wide, narrow, bytes, bits, what) \
	PROVE_MEMBER(member, W(wide, narrow), bytes)
#define IF_FILE(member, offset, what) PROVE_MEMBER(member, offset, 4)
#define IF_ARG_IS(i, what) PROVE((i) < 6)
#define IF_ARG_BIT(i, bits) PROVE((i) < 6)
#define SHAPE(name, type, size, ...)                                  \
	static inline unsigned long prove_##name(void)                \
	{                                                             \
		typedef type shape_type;                              \
		const unsigned long proofs[] = { size, __VA_ARGS__ }; \
		return proofs[0];                                     \
	}

#include "syscalls/shapes.def"
