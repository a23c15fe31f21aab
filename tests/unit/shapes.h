/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Structures of src/syscalls/shapes/ whose headers want the C library, are of some architectures
 * only, or are not installed everywhere: as the kernel's headers have them. Included by layouts.h.
 */
#ifndef TEST_SHAPES_H
#define TEST_SHAPES_H

#include <linux/blkzoned.h>
#include <linux/fsmap.h>

/* linux/btrfs.h */
struct btrfs_send {
	__s64 send_fd;
	__u64 clone_sources_count;
	__u64 *clone_sources;
	__u64 parent_root, flags;
	__u32 version;
	__u8 reserved[28];
} __attribute__((packed, aligned(4)));

struct btrfs_vol_v2 {
	__s64 fd;
	__u64 transid, flags, size;
	void *qgroup_inherit;
	__u64 __attribute__((aligned(8))) unused;
	__u8 more[4048];
};

struct btrfs_encoded {
	const struct iovec *iov;
	unsigned long iovcnt;
	__s64 offset;
	__u64 flags, len, unencoded_len, unencoded_offset;
	__u32 compression, encryption;
	__u8 reserved[64];
};

/* linux/random.h: flexible since Linux 6.7 */
struct rand_pool {
	int entropy_count, buf_size;
	__u32 buf[];
};

struct spi_message3 {
	struct spi_ioc_transfer transfers[3];
};

/* asm/kvm.h: struct kvm_pmu_event_filter, kvm_nested_state */
struct kvm_events {
	__u32 action, nevents, fixed_counter_bitmap, flags, pad[4];
	__u64 events[];
};

struct kvm_nested {
	__u16 flags, format;
	__u32 size;
	__u8 hdr[120];
};

/* linux/videodev2.h, v4l2-common.h */
struct v4l2_buffer64 {
	__u32 index, type, bytesused, flags, field;
	struct {
		long sec, usec;
	} timestamp;
	__u32 timecode[4], sequence, memory;
	void *planes;
	__u32 length, reserved2;
	__s32 request_fd;
};

struct v4l2_edid64 {
	__u32 pad, start_block, blocks, reserved[5];
	__u8 *edid;
};

/* drm/drm_mode.h */
struct drm_new_blob {
	__u64 data;
	__u32 length, blob_id;
};

/* What begins drm_mode_crtc and drm_syncobj_array, and is drm_mode_get_plane_res for i386. */
struct drm_counted {
	__u64 first;
	__u32 count;
} __attribute__((packed));

struct drm_plane {
	__u32 plane_id, crtc_id, fb_id, possible_crtcs, gamma_size, count_format_types;
	__u64 format_type_ptr;
};

struct drm_properties {
	__u64 props_ptr, prop_values_ptr;
	__u32 count_props, obj_id, obj_type;
} __attribute__((packed));

struct drm_gamma {
	__u32 crtc_id, gamma_size;
	__u64 red, green, blue;
};

struct drm_dirty {
	__u32 fb_id, flags, color, num_clips;
	__u64 clips_ptr;
};

/* drm/drm.h */
struct drm_wait {
	__u64 handles;
	__s64 timeout_nsec;
	__u32 count_handles, flags, first_signaled, pad;
	__u64 deadline_nsec;
};

struct drm_timeline_wait {
	__u64 handles, points;
	__s64 timeout_nsec;
	__u32 count_handles, flags, first_signaled, pad;
	__u64 deadline_nsec;
};

struct drm_timeline {
	__u64 handles, points;
	__u32 count_handles, flags;
};

/* linux/tcp.h, of Linux 5.12; it wants asm/byteorder.h */
struct tcp_zerocopy64 {
	__u64 address;
	__u32 length, recv_skip_hint, inq;
	__s32 err;
	__u64 copybuf_address;
	__s32 copybuf_len;
	__u32 flags;
	__u64 msg_control, msg_controllen;
	__u32 msg_flags, reserved;
};

/* linux/netfilter_ipv4/ip_tables.h, netfilter_arp/arp_tables.h, netfilter_bridge/ebtables.h */
struct ipt_replace64 {
	char name[32];
	__u32 valid_hooks, num_entries, size, hook_entry[5], underflow[5], num_counters;
	void *counters;
};

struct arpt_replace64 {
	char name[32];
	__u32 valid_hooks, num_entries, size, hook_entry[3], underflow[3], num_counters;
	void *counters;
};

struct ebt_replace64 {
	char name[32];
	__u32 valid_hooks, nentries, entries_size;
	void *hook_entry[6];
	__u32 num_counters;
	void *counters, *entries;
};

#endif
