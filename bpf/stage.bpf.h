/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where records wait for the ring buffer. Each CPU has one staging area, written only by programs
 * that run there with preemption off; the ring buffer gets its records as one sample. What the ring
 * buffer has no room for stays here; when there is no room here either, a record is dropped and
 * counted.
 */
#ifndef STAGE_BPF_H
#define STAGE_BPF_H

#define CHUNK_MAX (16U << 10)  /* bytes of one read of user memory */
#define SEND_SIZE (48U << 10)  /* bytes of one that goes straight to the ring buffer */
#define BATCH_SIZE (16U << 10) /* a sample's size, where calls are small */
#define ADMIT_MAX     \
	(STAGE_SIZE - \
	 (16U << 10)) /* a new call is taken while less than this is in use: events fit behind */
#define RECORD_MAX (STAGE_SIZE - (8U << 10)) /* a record grows no further than this */
#define FILLS_MAX 16
#define ITEMS_MAX 8

/* A range that task work will read. */
struct fill_range {
	__u64 addr;
	__u64 cut; /* bytes behind it that the limit leaves out */
	__u32 len;
	__u32 where;
};

/* Memory still to be read: what each kind means is with its step in layout.bpf.h. */
struct item {
	__u64 addr;
	__u64 left;
	__u64 bound;
	__u32 where;
	__u32 kind; /* enum item_kind */
};

/* The call under construction. */
struct work {
	struct event_header header; /* of its records */
	__u64 seq;
	__u64 args[EVENT_ARGS];
	__u64 saved[EVENT_ARGS];
	__s64 ret;
	__u32 record; /* offset of the record that pieces go to */
	__u32 last;   /* offset of its last piece, 0: none */
	__u32 pieces;
	__u32 nfills;
	__u8 wide;  /* bytes of a long and of a pointer: 8 or 4 */
	__u8 entry; /* DATA_ENTRY: the call's own record comes later */
	__u8 fetch; /* among its pieces are some that the recorder must fetch */
	__u8 image; /* a vector was kept at entry: image.bpf.h */
	__u8 sent;  /* the open record follows a chunk that went straight to the ring buffer */
	__u8 blind; /* the entry was not seen: nothing is saved */
	__u8 reserved[2];
	__u32 depth; /* items in use */
	struct item items[ITEMS_MAX];
	struct fill_range fills[FILLS_MAX];
};

struct stage {
	struct stage_state state;
	__u32 woken; /* the recorder was told that the ring buffer is filling */
	__u32 reserved;
	struct work work;
	__u8 data[STAGE_SIZE + CHUNK_MAX +
		  64]; /* behind STAGE_SIZE: room that a bounds check on the start alone allows */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* CPUs: set by the recorder */
	__type(key, __u32);
	__type(value, struct stage);
} stages SEC(".maps");

extern void bpf_preempt_disable(void) __weak __ksym;
extern void bpf_preempt_enable(void) __weak __ksym;

static __always_inline struct stage *this_stage(void)
{
	__u32 cpu = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&stages, &cpu);
}

static __always_inline struct stage *stage_enter(void)
{
	struct stage *stage;

	if (config.preemptible)
		bpf_preempt_disable();
	stage = this_stage();
	if (stage)
		stage->state.busy++;
	else if (config.preemptible)
		bpf_preempt_enable();
	return stage;
}

static __always_inline void stage_leave(struct stage *stage)
{
	stage->state.busy--;
	if (config.preemptible)
		bpf_preempt_enable();
}

static __always_inline void *this_ring(void)
{
	__u32 cpu = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&rings, &cpu);
}

/* size bytes at offset of the staging area, or NULL. */
static __always_inline void *stage_at(struct stage *stage, __u32 offset, __u32 size)
{
	barrier_var(offset);
	if (offset > STAGE_SIZE - size)
		return NULL;
	return stage->data + offset;
}

/* Room at the end of the staging area, taken. */
static __always_inline void *stage_take(struct stage *stage, __u32 size)
{
	void *at = stage_at(stage, stage->state.used, size);

	if (at)
		stage->state.used += size;
	return at;
}

/*
 * Stop this process until the recorder has drained. The signal acts before the thread is back in
 * its program. Sent anew each time: somebody may have resumed the process meanwhile.
 */
static __always_inline bool hold_process(struct stage *stage)
{
	__u32 pid = process_number(bpf_get_current_task_btf());
	struct process_stops none = {}, *stops;

	if (!config.wait || !shared.waiting)
		return false;
	bpf_map_update_elem(&holds, &pid, &none, BPF_NOEXIST);
	stops = bpf_map_lookup_elem(&holds, &pid);
	/*
	 * To the thread: while one that another thread was sent waits for its turn, a further one
	 * to the process would be left out. The count after the signal: whoever sees it may undo
	 * the stop.
	 */
	if (!stops || bpf_send_signal_thread(19 /* SIGSTOP, linux/signal.h */))
		return false;
	stops->time_ns = bpf_ktime_get_ns();
	if (!__sync_fetch_and_add(&stops->count, 1))
		__sync_fetch_and_add(&shared.held_first, 1);
	__sync_fetch_and_add(&shared.held, 1);
	stage->state.waits++;
	return true;
}

enum flush_flags {
	FLUSH_WAKE = 1 << 0, /* the recorder shall look at once */
	FLUSH_HOLD = 1 << 1, /* this process shall wait when the ring buffer is half full */
};

/*
 * Whether to wake the recorder when a ring buffer with `before` bytes gets more. Once for each
 * time that it fills: a wake-up is an interrupt that the CPU sends to itself, which on a virtual
 * machine leaves the guest.
 */
static __always_inline bool wakes(struct stage *stage, __u64 before, __u64 filled)
{
	if (before < config.ring_size / 4)
		stage->woken = 0;
	if (filled < config.ring_size / 4 || stage->woken)
		return false;
	stage->woken = 1;
	return true;
}

/* Whether to wake the recorder for `more` bytes in the ring buffer. */
static __always_inline bool ring_wakes(struct stage *stage, void *ring, __u32 more, __u32 how)
{
	__u64 before = bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA), filled = before + more;
	bool wake = wakes(stage, before, filled) || how & FLUSH_WAKE;

	/* Ahead of the wake-up: the recorder that drains then sees whom it has to resume. */
	if (how & FLUSH_HOLD && filled >= config.ring_size / 2)
		wake |= hold_process(stage);
	return wake;
}

/* Send what is staged as one sample; what the ring buffer has no room for stays. */
__noinline int stage_flush(__u32 how)
{
	struct stage *stage = this_stage();
	void *ring = this_ring();
	bool wake;
	__u32 used;

	if (!stage || !ring)
		return 0;
	used = stage->state.used;
	if (!used)
		return 0;
	wake = ring_wakes(stage, ring, used, how);
	barrier_var(used);
	if (used <= STAGE_SIZE &&
	    !bpf_ringbuf_output(ring, stage->data, used,
				wake ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP))
		stage->state.used = 0;
	else
		stage->woken = 0;
	return 0;
}

/* Bytes that the ring buffer of this CPU can still take of one call. */
static __always_inline __u64 ring_room(struct stage *stage)
{
	void *ring = this_ring();
	__u64 taken;

	if (!ring)
		return 0;
	taken = bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA) + stage->state.used + STAGE_SIZE;
	return taken < config.ring_size ? config.ring_size - taken : 0;
}

static __always_inline void fill_header(struct event_header *header, __u32 type, __u32 size,
					__u32 thread, __u64 id, __u64 time)
{
	header->size = size;
	header->type = type;
	header->flags = 0;
	header->cpu = bpf_get_smp_processor_id();
	header->thread = thread;
	header->pid = id >> 32;
	header->tid = id;
	header->reserved = 0;
	header->time_ns = time;
}

static __always_inline __u64 task_id(struct task_struct *task)
{
	return (__u64)process_number(task) << 32 | thread_number(task);
}

/* Room for an event that is no call; NULL, and counted, when there is none. */
static __always_inline void *stage_event(struct stage *stage, __u32 type, __u32 size, __u32 thread,
					 struct task_struct *task)
{
	struct event_header *header;

	if (stage->state.used > STAGE_SIZE - size)
		stage_flush(FLUSH_WAKE);
	header = stage_take(stage, size);
	if (!header) {
		stage->state.lost_events++;
		return NULL;
	}
	fill_header(header, type, size, thread, task_id(task), bpf_ktime_get_ns());
	return header;
}

#endif
