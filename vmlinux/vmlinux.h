/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's types, and of each only the fields, that the BPF programs use: for x86-64 and arm64,
 * Linux 6.1 and later. CO-RE relocates every access to where the running kernel keeps the field, so
 * order, offsets and what lies between do not matter; names and types do. Numbers that are part of
 * the kernel's user interface (linux/bpf.h, linux/sched.h) are the interface's own.
 */
#ifndef __VMLINUX_H__
#define __VMLINUX_H__

typedef signed char __s8;
typedef unsigned char __u8;
typedef short __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef int pid_t;
typedef _Bool bool;

enum { false = 0, true = 1 };

/* linux/bpf.h */
enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_CGROUP_ARRAY = 8,
	BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
	BPF_MAP_TYPE_RINGBUF = 27,
	BPF_MAP_TYPE_TASK_STORAGE = 29,
};

enum {
	BPF_ANY = 0,
	BPF_NOEXIST = 1,
	BPF_EXIST = 2,
};

enum {
	BPF_F_NO_PREALLOC = 1U << 0,
	BPF_F_MMAPABLE = 1U << 10,
	BPF_F_INNER_MAP = 1U << 12,
};

enum {
	BPF_RB_NO_WAKEUP = 1ULL << 0,
	BPF_RB_FORCE_WAKEUP = 1ULL << 1,
};

enum {
	BPF_RB_AVAIL_DATA = 0,
	BPF_RB_RING_SIZE = 1,
};

enum { BPF_LOCAL_STORAGE_GET_F_CREATE = 1ULL << 0 };

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

#if defined(__TARGET_ARCH_x86)

struct pt_regs {
	unsigned long bp, bx, r10, r9, r8, ax, cx, dx, si, di, orig_ax, sp;
};

struct thread_info {
	__u32 status;
};

#elif defined(__TARGET_ARCH_arm64)

struct pt_regs {
	__u64 regs[31];
	__u64 sp;
	__u64 pstate;
	__u64 orig_x0;
	__s32 syscallno;
};

struct thread_info {
	unsigned long flags;
};

#endif

typedef struct {
	__u32 val;
} kuid_t;

struct cred {
	kuid_t uid;
};

struct mm_struct {
	unsigned long env_end;
};

struct qstr {
	const unsigned char *name;
};

struct dentry {
	struct qstr d_name;
};

struct path {
	struct dentry *dentry;
};

struct file {
	unsigned int f_mode;
	struct path f_path;
	void *private_data;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct ns_common {
	unsigned int inum;
};

struct pid_namespace {
	struct ns_common ns;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

/* As many numbers as level says, and one more. */
struct pid {
	unsigned int level;
	struct upid numbers[1];
};

struct bpf_local_storage;

struct xarray {
	void *xa_head;
};

struct xa_node {
	unsigned char shift;
	void *slots[64];
};

struct idr {
	struct xarray idr_rt;
};

struct ipc_ids {
	struct idr ipcs_idr;
};

/* ids: IPC_SEM_IDS, IPC_MSG_IDS, IPC_SHM_IDS (ipc/util.h). */
struct ipc_namespace {
	struct ipc_ids ids[3];
};

struct kern_ipc_perm {
	int id;
};

struct sem_array {
	struct kern_ipc_perm sem_perm;
	int sem_nsems;
};

struct nsproxy {
	struct ipc_namespace *ipc_ns;
};

typedef struct {
	int counter;
} atomic_t;

struct signal_struct {
	atomic_t live;
};

struct task_struct {
	struct thread_info thread_info;
	unsigned int __state;
	unsigned int flags;
	struct mm_struct *mm;
	int exit_code;
	pid_t pid;
	pid_t tgid;
	int *set_child_tid;
	struct files_struct *files;
	struct nsproxy *nsproxy;
	struct signal_struct *signal;
	struct pid *thread_pid;
	struct task_struct *group_leader;
	const struct cred *real_cred;
	struct bpf_local_storage *bpf_storage;
	char comm[16];
};

typedef void (*__sighandler_t)(int);

struct sigaction {
	__sighandler_t sa_handler;
	unsigned long sa_flags;
};

struct k_sigaction {
	struct sigaction sa;
};

union __sifields {
	struct {
		pid_t _pid;
	} _kill;
};

struct kernel_siginfo {
	int si_signo;
	int si_errno;
	int si_code;
	union __sifields _sifields;
};

struct trace_event_raw_sched_process_fork {
	pid_t child_pid;
};

struct trace_event_raw_sched_process_exec {
	pid_t old_pid;
};

struct linux_binprm;

struct seq_file {
	unsigned long size;
	unsigned long count;
};

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

/* A whole type, not a forward declaration: kernel functions are matched by their prototypes. */
struct bpf_map {
	__u32 id;
};

#pragma clang attribute pop

/* 6.18 and later; its name in a map value's type is what makes the kernel look after it. */
struct bpf_task_work {
	__u64 __opaque;
};

#endif
