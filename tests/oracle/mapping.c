/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which addresses a call may have mapped anew: there, memory is another and was not written. */
#include <linux/audit.h>
#include <string.h>
#include <sys/syscall.h>

#include "thread.h"

/* map_shadow_stack and process_madvise by number: newer than the headers may be. */
static const uint64_t native[] = {
	SYS_mmap,
	SYS_mprotect,
	SYS_munmap,
	SYS_brk,
	SYS_mremap,
	SYS_madvise,
	SYS_shmat,
	SYS_shmdt,
	SYS_execve,
	SYS_remap_file_pages,
	SYS_pkey_mprotect,
	SYS_io_setup,
	SYS_execveat,
	SYS_io_destroy,
	440,
	453,
};

/* asm/unistd_32.h: old mmap, mmap2, and the others in the order above; ipc is shmat too. */
static const uint64_t i386[] = {
	90, 192, 125, 91, 45, 163, 219, 397, 398, 11, 257, 380, 245, 358, 246, 440, 117,
};

static bool changes_mappings(const struct record_call *call)
{
	const uint64_t *list = call->arch == AUDIT_ARCH_I386 ? i386 : native;
	size_t n = call->arch == AUDIT_ARCH_I386 ? sizeof(i386) : sizeof(native);

	for (size_t i = 0; i < n / sizeof(*list); i++)
		if (list[i] == call->nr)
			return true;
	return false;
}

static void add(struct remapped *remapped, uint64_t start, uint64_t len)
{
	if (remapped->n == sizeof(remapped->area) / sizeof(remapped->area[0]))
		return;
	remapped->area[remapped->n].start = start;
	remapped->area[remapped->n++].end = start + len;
}

/* Of all calls that are in the kernel in a thread's address space. */
void find_remapped(const struct thread *thread, struct remapped *remapped)
{
	for (size_t i = 0; i < nthreads; i++) {
		const struct record_call *call = &threads[i]->call;

		if (threads[i]->space != thread->space || !threads[i]->in_call ||
		    !changes_mappings(call))
			continue;
		remapped->any = true;
		add(remapped, call->args[0], call->args[1]);
		if (call->ret > 0 || call->ret < -4095)
			add(remapped, (uint64_t)call->ret,
			    call->args[1] > call->args[2] ? call->args[1] : call->args[2]);
	}
}
