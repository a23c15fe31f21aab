/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How many semaphores a set has, which no argument of semctl's GETALL and SETALL tells: the
 * kernel's own look-up (ipc/util.c, ipc_obtain_object_idr; lib/radix-tree.c,
 * __radix_tree_lookup), without its locks.
 */
#ifndef SEMAPHORES_BPF_H
#define SEMAPHORES_BPF_H

#define TREE_LEVELS 6 /* of 24 bits (IPCMNI_EXTEND_SHIFT), 4 bits each at the least */

/* A node of the tree, or NULL for what is in it: radix_tree_is_internal_node. */
static __always_inline struct xa_node *tree_node(void *entry)
{
	unsigned long value = (unsigned long)entry;

	return (value & 3) == 2 ? (struct xa_node *)(value & ~3UL) : NULL;
}

static __noinline void *tree_find(struct xarray *tree, __u32 index)
{
	const __u32 slots = bpf_core_field_size(((struct xa_node *)0)->slots) / sizeof(void *);
	void *entry = BPF_CORE_READ(tree, xa_head);
	struct xa_node *node = tree_node(entry);

	if (node ? index >> BPF_CORE_READ(node, shift) >= slots : index != 0)
		return NULL;
	for (int level = 0; node && level < TREE_LEVELS; level++) {
		__u32 slot = index >> BPF_CORE_READ(node, shift) & (slots - 1);

		entry = NULL;
		bpf_core_read(&entry, sizeof(entry),
			      (char *)node + bpf_core_field_offset(node->slots) +
				      slot * sizeof(entry));
		node = tree_node(entry);
	}
	return node ? NULL : entry;
}

/*
 * 0: none of that number. Its place in the tree is in the number's low 15 bits or, where the kernel
 * runs with ipcmni_extend, in 24.
 */
static __noinline __u32 semaphores_of(__s32 id)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct ipc_namespace *space;

	if (!bpf_core_type_exists(struct sem_array))
		return 0; /* no CONFIG_SYSVIPC */
	space = BPF_CORE_READ(task, nsproxy, ipc_ns);
	for (int bits = 15; space && bits <= 24; bits += 24 - 15) {
		struct kern_ipc_perm *perm = tree_find(&space->ids[0].ipcs_idr.idr_rt,
						       id & ((1 << bits) - 1));
		char *set = (char *)perm - bpf_core_field_offset(struct sem_array, sem_perm);

		if (perm && BPF_CORE_READ(perm, id) == id)
			return BPF_CORE_READ((struct sem_array *)set, sem_nsems);
	}
	return 0;
}

#define SEMAPHORES_MOST 32000 /* SEMMSL, uapi/linux/sem.h */

/*
 * saved: how many it had at entry, should it be gone; ~0 where the entry was not seen. Of a set
 * that is gone since then no more is known than that it was there.
 */
static __always_inline __u64 set_semaphores(__u32 id, __u64 saved, __s64 ret)
{
	__u64 count;

	if (saved && saved != ~0ULL)
		return saved;
	count = semaphores_of(id);
	return count || !saved || ret < 0 ? count : SEMAPHORES_MOST;
}

#endif
