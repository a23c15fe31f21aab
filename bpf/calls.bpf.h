/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A call's way: numbered at entry, written at exit, or written off where it never returns. */
#ifndef CALLS_BPF_H
#define CALLS_BPF_H

#define ERESTART_RESTARTBLOCK 516 /* linux/errno.h */

static __always_inline __u32 spec_index(__u8 abi, __u32 nr)
{
	return abi * SYSCALLS_MAX + (nr < SYSCALLS_MAX ? nr : SYSCALLS_MAX - 1);
}

/* NULL: not selected. */
static __always_inline const struct call_spec *spec_of(__u8 abi, __u32 nr)
{
	__u32 index = spec_index(abi, nr);
	const struct call_spec *spec = bpf_map_lookup_elem(&specs, &index);

	return spec && spec->selected ? spec : NULL;
}

/* The spec of the command that the call's arguments select, or its own. */
static __always_inline const struct call_spec *spec_refine(const struct call_spec *spec, __u8 abi,
							   __u32 nr, const __u64 *args)
{
	const struct call_spec *command;
	__u32 i = spec->command - 1;
	__u64 key;

	if (!spec->command || i >= EVENT_ARGS)
		return spec;
	key = args[i];
	if (spec->paired && i + 1 < EVENT_ARGS)
		key = key << 16 | (args[i + 1] & 0xffff);
	key = key << 32 | spec_index(abi, nr);
	command = bpf_map_lookup_elem(&commands, &key);
	return command ? command : spec;
}

static __always_inline bool task_selected(struct task_struct *task)
{
	if (config.by_uid && (__u32)bpf_get_current_uid_gid() != config.uid)
		return false;
	if (config.by_cgroup && bpf_current_task_under_cgroup(&cgroups, 0) != 1)
		return false;
	if (config.by_comm) {
		char comm[EVENT_COMM] = {};

		bpf_get_current_comm(comm, sizeof(comm));
		for (int i = 0; i < EVENT_COMM; i++) {
			if (comm[i] != config.comm[i])
				return false;
			if (!comm[i])
				break;
		}
	}
	return true;
}

/* Begin a call's record in the staging area: false when it cannot be taken, which counts as lost.
 */
static __always_inline bool call_open(struct stage *stage, struct task_struct *task,
				      struct thread *thread, __u64 seq, __u64 now)
{
	struct work *work = &stage->work;

	if (stage->state.used > ADMIT_MAX)
		stage_flush(FLUSH_WAKE | FLUSH_HOLD);
	if (stage->state.used > ADMIT_MAX) {
		stage->state.lost_calls++;
		return false;
	}
	fill_header(&work->header, EVENT_CALL, 0, thread->number, task_id(task), now);
	work->seq = seq;
	work->entry = 0;
	work->fetch = 0;
	work->last = 0;
	work->pieces = 0;
	work->nfills = 0;
	work->image = 0;
	work->sent = 0;
	work->depth = 0;
	work->record = stage->state.used;
	return true;
}

static __always_inline bool call_write(struct stage *stage, struct thread *thread, __u32 nargs,
				       __u8 flags)
{
	struct work *work = &stage->work;
	struct event_call *call = stage_at(stage, stage->state.used,
					   sizeof(*call) + EVENT_ARGS * 8);

	if (!call)
		return false;
	if (config.no_entry)
		flags |= CALL_NO_ENTRY;
	call->header = work->header;
	call->header.flags = flags;
	call->seq = work->seq;
	call->enter_ns = flags & CALL_NO_ENTRY ? 0 : thread->enter_ns;
	call->ret = work->ret;
	call->nr = thread->nr;
	call->abi = thread->abi;
	call->nargs = nargs;
	call->pieces = 0;
	for (__u32 i = 0; i < EVENT_ARGS; i++)
		call->args[i] = work->args[i];
	stage->state.used += sizeof(*call) + (nargs < EVENT_ARGS ? nargs : EVENT_ARGS) * 8;
	return true;
}

/* The call's record is complete: send it on when it is time. */
static __always_inline void call_close(struct stage *stage)
{
	struct work *work = &stage->work;
	bool fetch = work->fetch;

	record_close(stage);
	if (work->nfills && !fill_schedule(stage)) {
		work->pieces = 0;
		if (record_open_data(stage)) {
			struct event_data *data = stage_at(stage, work->record, sizeof(*data));

			if (data)
				data->header.flags = DATA_FILL | DATA_LAST;
			record_close(stage);
		}
	}
	if (fetch)
		hold_process(stage);
	if (fetch || stage->state.used >= BATCH_SIZE)
		stage_flush(FLUSH_HOLD | (fetch ? FLUSH_WAKE : 0));
}

/* What execve reads: a string, or an array of them. add_buffer would do, but the verifier goes
 * through less here. */
__noinline int add_strings(const struct buffer_spec *buffer)
{
	struct stage *stage = this_stage();
	__u64 addr;

	if (!stage || !buffer)
		return 0;
	stage->work.wide = buffer->wide;
	addr = work_arg(&stage->work, buffer->arg);
	if (addr && buffer->size.kind == SIZE_STRING)
		plan(stage, ITEM_STRING, addr, buffer->size.factor, 0,
		     WHERE(buffer->arg, PIECE_START));
	else if (addr)
		plan(stage, ITEM_COUNT, addr, 0, addr, WHERE(buffer->arg, 0));
	walk_items();
	return 0;
}

static __always_inline void call_keep_strings(struct task_struct *task, struct thread *thread)
{
	const struct call_spec *spec = spec_of(thread->abi, thread->nr);
	struct stage *stage;

	if (!spec || !(spec->at_entry & AT_ENTRY_STRINGS))
		return;
	stage = stage_enter();
	if (!stage)
		return;
	if (call_open(stage, task, thread, thread->next_seq - 1, bpf_ktime_get_ns())) {
		for (int i = 0; i < EVENT_ARGS; i++)
			stage->work.args[i] = thread->args[i];
		stage->work.ret = 0;
		stage->work.entry = 1;
		if (record_open_data(stage)) {
			for (__u32 i = 0; i < EVENT_ARGS && i < spec->count; i++)
				add_strings(&spec->buffers[i]);
			record_close(stage);
			thread->flags |= THREAD_STRINGS;
		}
	}
	stage_leave(stage);
}

/*
 * The new program's whole initial stack: from its stack pointer to behind the file name above the
 * environment (fs/exec.c).
 */
__noinline int add_stack(__u64 sp)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct stage *stage = this_stage();
	__u64 top = task->mm ? task->mm->env_end : 0;
	struct event_piece *piece;
	long len;

	if (!stage || !top || sp >= top)
		return 0;
	piece = piece_take(stage, PAGE_MIN); /* PATH_MAX: the name is no longer */
	if (!piece)
		return 0;
	len = bpf_probe_read_user_str(piece, PAGE_MIN, (void *)top);
	if (len > 0)
		top += len;
	walk_range(sp, top + 8 - sp, WHERE(PIECE_NO_ARG, PIECE_OUT));
	return 0;
}

struct call_args {
	__u64 args[EVENT_ARGS];
};

/* The value at entry that bounds a buffer. */
static __always_inline __u64 saved_value(const struct buffer_spec *buffer, const __u64 *args)
{
	__u64 arg = args[buffer->arg < EVENT_ARGS ? buffer->arg : 0], value = 0;
	__u32 of = buffer->size.arg;
	long err;

	switch (buffer->size.kind) {
	case SIZE_VALUE32:
	case SIZE_VALUE64:
		if (of >= EVENT_ARGS)
			return ~0ULL;
		if (buffer->size.kind == SIZE_VALUE64 && buffer->wide == 8)
			err = bpf_probe_read_user(&value, 8, (void *)args[of]);
		else
			err = bpf_probe_read_user(&value, 4, (void *)args[of]);
		return err ? ~0ULL : value;
	case SIZE_SEMAPHORES:
		return of < EVENT_ARGS ? semaphores_of(args[of]) : ~0ULL;
	case SIZE_HANDLER:
		if (of == HANDLER_SEMUN) {
			of = buffer->size.factor;
			return of < EVENT_ARGS ? semaphores_of(args[of]) : ~0ULL;
		}
		if (of != HANDLER_MSGHDR)
			return ~0ULL;
		err = bpf_probe_read_user(&value, 4, (void *)(arg + buffer->wide));
		return err ? ~0ULL : value;
	}
	return ~0ULL;
}

/* Whether what says where the call writes may be written over by it. */
static __always_inline bool may_write_over(const struct buffer_spec *buffer)
{
	return buffer->size.kind == SIZE_HANDLER && buffer->direction != DIRECTION_IN &&
	       (buffer->size.arg == HANDLER_IOVEC || buffer->size.arg == HANDLER_MSGHDR);
}

/* The value at entry that bounds such a buffer. */
static __always_inline __u64 keep_image(struct thread *thread, const struct buffer_spec *buffer,
					const __u64 *args)
{
	bool vector = buffer->size.arg == HANDLER_IOVEC;
	__u32 where = buffer->arg, counter = buffer->size.factor;
	__u64 count = 0, kept;

	if (where >= EVENT_ARGS)
		return ~0ULL;
	if (vector)
		count = counter < EVENT_ARGS ? args[counter] : 0;
	if (vector && !count)
		return ~0ULL;
	kept = image_keep(thread->number, args[where], count, buffer->wide);
	if (kept & IMAGE_KEPT)
		thread->flags |= THREAD_IMAGE;
	return (__u32)kept;
}

/*
 * The value of buffer number i of the call. A function of its own: the verifier goes through it
 * once, not for each buffer.
 */
__noinline int save_value(struct thread *thread, const struct call_args *args,
			  const struct buffer_spec *buffer, __u32 i)
{
	if (!thread || !args || !buffer || i >= EVENT_ARGS)
		return 0;
	thread->saved[i] = may_write_over(buffer) ? keep_image(thread, buffer, args->args)
						  : saved_value(buffer, args->args);
	return 0;
}

/* Values that the call will overwrite. */
static __always_inline void save_values(struct thread *thread, const struct call_spec *spec,
					struct pt_regs *regs)
{
	struct call_args args;

	arch_args(regs, thread->abi, thread->args);
	if (!(spec->at_entry & AT_ENTRY_SAVE))
		return;
	spec = spec_refine(spec, thread->abi, thread->nr, thread->args);
	for (__u32 i = 0; i < EVENT_ARGS; i++) {
		args.args[i] = thread->args[i];
		thread->saved[i] = ~0ULL;
	}
	if (spec->unpack)
		unpack_args(args.args, spec);
	for (__u32 i = 0; i < EVENT_ARGS && i < spec->count; i++)
		save_value(thread, &args, &spec->buffers[i], i);
}

/* noted: what the call replaces was kept when it began. */
static __always_inline void call_load(struct work *work, struct thread *thread,
				      const struct call_spec *spec, struct pt_regs *regs,
				      bool noted)
{
	work->blind = !noted;
	if (noted && spec->at_entry & (AT_ENTRY_ARGS | AT_ENTRY_STRINGS))
		for (int i = 0; i < EVENT_ARGS; i++)
			work->args[i] = thread->args[i];
	else
		arch_args(regs, thread->abi, work->args);
	if (noted && spec->at_entry & AT_ENTRY_SAVE)
		for (int i = 0; i < EVENT_ARGS; i++)
			work->saved[i] = thread->saved[i];
	else
		for (int i = 0; i < EVENT_ARGS; i++)
			work->saved[i] = ~0ULL;
}

/* exit and exit_group do not come back: written now. */
static __always_inline void call_leaves(struct task_struct *task, struct thread *thread,
					const struct call_spec *spec, struct pt_regs *regs)
{
	struct stage *stage = stage_enter();

	thread->phase = THREAD_SKIPPED;
	if (!stage)
		return;
	if (call_open(stage, task, thread, thread->next_seq - 1, thread->enter_ns)) {
		call_load(&stage->work, thread, spec, regs, !config.no_entry);
		stage->work.ret = 0;
		call_write(stage, thread, spec->nargs, CALL_UNFINISHED);
		call_close(stage);
	}
	stage_leave(stage);
}

/* The call of the registers takes the thread's next number; NULL where it is not to be recorded. */
static __always_inline const struct call_spec *call_begin(struct task_struct *task,
							  struct thread *thread,
							  struct pt_regs *regs, long nr)
{
	const struct call_spec *spec;

	thread->flags &= ~(THREAD_NEWBORN | THREAD_BLOCKED | THREAD_STRINGS | THREAD_IMAGE);
	thread->phase = THREAD_SKIPPED;
	thread->abi = arch_abi(task, nr);
	thread->nr = arch_table_nr(thread->abi, nr);
	spec = spec_of(thread->abi, thread->nr);
	if (!spec || !task_selected(task))
		return NULL;
	if (thread->flags & THREAD_WAIT_EXEC && !(spec->at_entry & AT_ENTRY_STRINGS))
		return NULL;
	thread->phase = THREAD_IN;
	thread->next_seq++;
	return spec;
}

static __always_inline void call_enter(struct task_struct *task, struct thread *thread,
				       struct pt_regs *regs, long nr)
{
	const struct call_spec *spec;

	if (config.namespace)
		thread->old_tid = thread_number(task);
	spec = call_begin(task, thread, regs, nr);
	if (!spec)
		return;
	thread->enter_ns = bpf_ktime_get_ns();
	if (spec->at_entry)
		save_values(thread, spec, regs);
	if (spec->at_entry & AT_ENTRY_NO_EXIT)
		call_leaves(task, thread, spec, regs);
	else if (spec->at_entry & AT_ENTRY_STRINGS && !config.late_strings)
		call_keep_strings(task, thread);
}

/*
 * What --no-entry-time has in place of an entry, of the calls whose exit would not tell. The
 * registers are still those that they were made with.
 */
static __always_inline const struct call_spec *call_begin_late(struct task_struct *task,
							       struct thread *thread,
							       struct pt_regs *regs, __u8 at_entry)
{
	long nr = arch_nr(regs);
	__u8 abi = arch_abi(task, nr);
	const struct call_spec *spec = spec_of(abi, arch_table_nr(abi, nr));

	if (nr < 0 || !spec || !(spec->at_entry & at_entry))
		return NULL;
	spec = call_begin(task, thread, regs, nr);
	if (spec)
		arch_args(regs, thread->abi, thread->args);
	return spec;
}

/*
 * An execve that will succeed: before its registers are cleared (ELF_PLAT_INIT; arm64's
 * start_thread_common), and on x86-64 its number made execve's of the new program's ABI
 * (arch/x86/kernel/process_64.c, set_personality_64bit).
 */
static __always_inline void exec_begin(struct task_struct *task, struct thread *thread)
{
	if (!config.no_entry || shared.stopping)
		return;
	/* Before the thread takes over the number of the first one: de_thread. */
	if (config.namespace && config.late_strings)
		thread->old_tid = thread_number(task);
	call_begin_late(task, thread, (struct pt_regs *)bpf_task_pt_regs(task), AT_ENTRY_STRINGS);
}

static __always_inline void exec_event(struct stage *stage, struct task_struct *task,
				       struct thread *thread)
{
	struct event_exec *event = stage_event(stage, EVENT_EXEC, sizeof(*event), thread->number,
					       task);

	if (!event)
		return;
	event->old_tid = thread->old_tid ? thread->old_tid : event->header.tid;
	event->reserved = 0;
	copy_comm(event->comm, task);
}

/* The spec that says what the call wrote: restart_syscall writes what the interrupted call would
 * have. */
static __always_inline const struct call_spec *spec_of_buffers(struct thread *thread,
							       const struct call_spec *spec,
							       __s64 ret)
{
	const struct call_spec *restarted = NULL;

	if (spec->at_entry & AT_ENTRY_RESTART)
		restarted = spec_of(thread->abi, thread->restart);
	else if (ret == -ERESTART_RESTARTBLOCK)
		thread->restart = thread->nr;
	return restarted ? restarted : spec;
}

static __always_inline void call_finish(struct stage *stage, struct task_struct *task,
					struct thread *thread, const struct call_spec *spec,
					struct pt_regs *regs, __u8 flags)
{
	bool execed = thread->flags & THREAD_EXECED;
	struct work *work = &stage->work;

	if (!call_open(stage, task, thread, thread->next_seq - 1, bpf_ktime_get_ns()))
		return;
	call_load(work, thread, spec, regs, !(flags & CALL_NO_ENTRY));
	work->ret = arch_ret(regs, thread->abi);
	if (!call_write(stage, thread, spec->nargs, flags))
		return;
	spec = spec_refine(spec, thread->abi, thread->nr, work->args);
	spec = spec_of_buffers(thread, spec, work->ret);
	for (__u32 i = 0; i < EVENT_ARGS; i++)
		if (spec->narrow & 1U << i)
			work->args[i] = (__u32)work->args[i];
	work->image = (thread->flags & THREAD_IMAGE) != 0;
	/* What an entry could not read of a failed execve is still there; what one that succeeded
	 * was given is not. */
	if (!execed &&
	    (!(thread->flags & THREAD_STRINGS) || (work->ret < 0 && !config.late_strings)))
		add_buffers(stage, spec);
	if (execed && config.outputs)
		add_stack(arch_sp(regs));
	if (work->image)
		bpf_map_delete_elem(&images, &work->header.thread);
	call_close(stage);
}

/*
 * The number of the call that returns: -1 where there was none (a tracer took it away), and behind
 * sigreturn, which leaves nothing of itself (restore_sigcontext; arm64's restore_sigframe). That
 * ends the newest handler. One that began before recording, or that longjmp has left, makes these
 * two look alike.
 */
static __always_inline long returned_from(struct task_struct *task, struct thread *thread,
					  const struct pt_regs *regs)
{
	long nr = arch_nr(regs);

	if (!config.no_entry || nr >= 0 || !thread->handlers)
		return nr;
	nr = arch_sigreturn(arch_abi(task, nr), thread->handlers & 1);
	thread->handlers >>= 1;
	if (thread->handlers == 1)
		thread->handlers = 0;
	return nr;
}

static __always_inline void call_exit(struct task_struct *task, struct thread *thread,
				      struct pt_regs *regs)
{
	__u8 phase = thread->phase, flags = 0;
	const struct call_spec *spec;
	struct stage *stage;
	bool newborn = thread->flags & THREAD_NEWBORN;

	thread->phase = THREAD_OUT;
	thread->flags &= ~(THREAD_NEWBORN | THREAD_BLOCKED);
	if (config.namespace && config.no_entry && !(thread->flags & THREAD_EXECED))
		thread->old_tid = thread_number(task);
	if (newborn || (phase == THREAD_SKIPPED && !(thread->flags & THREAD_EXECED)))
		return;
	if (phase == THREAD_OUT) {
		/* Adopted in the call, or refused by seccomp or a tracer before sys_enter, or no
		 * entry is looked at. */
		long nr = returned_from(task, thread, regs);

		if (nr < 0 || thread->flags & THREAD_WAIT_EXEC)
			return;
		thread->abi = arch_abi(task, nr);
		thread->nr = arch_table_nr(thread->abi, nr);
		flags = CALL_NO_ENTRY;
	}
	spec = spec_of(thread->abi, thread->nr);
	if (flags && (!spec || !task_selected(task))) {
		if (!(thread->flags & THREAD_EXECED))
			return;
		spec = NULL;
	}
	stage = stage_enter();
	if (!stage)
		return;
	if (spec && phase != THREAD_SKIPPED) {
		thread->next_seq += flags ? 1 : 0;
		call_finish(stage, task, thread, spec, regs, flags);
	}
	if (thread->flags & THREAD_EXECED)
		exec_event(stage, task, thread);
	thread->flags &= ~(THREAD_EXECED | THREAD_STRINGS);
	stage_leave(stage);
}

static __always_inline void calling_enter(struct pt_regs *regs, long nr)
{
	struct thread *thread = thread_calling(regs);

	if (thread && !shared.stopping)
		call_enter(task_calling(thread), thread, regs, nr);
}

static __always_inline void calling_exit(struct pt_regs *regs)
{
	struct thread *thread = thread_calling(regs);

	if (!thread || shared.stopping)
		return;
	call_exit(task_calling(thread), thread, regs);
	if (!thread->regs)
		seat_take(regs);
}

#endif
