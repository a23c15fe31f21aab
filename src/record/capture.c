// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "record/capture.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "record/features.h"
#include "record/specs.h"
#include "recorder.skel.h"

struct ring {
	struct capture *capture;
	struct ring_buffer *buffer;
	int map;
	unsigned int cpu;
};

struct capture {
	struct recorder *skeleton;
	struct ring *rings;
	unsigned int cpus;
	int epoll;
	int cgroup;
	uint8_t *stages; /* the staging areas, one behind the other */
	size_t stage_size;
	capture_sample sample;
	void *context;
	char error[256];
	char features[128];
};

static bool verbose;

static int print_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	return verbose && level != LIBBPF_DEBUG ? vfprintf(stderr, format, args) : 0;
}

__attribute__((format(printf, 3, 4))) static int tell(struct capture *capture, int err,
						      const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(capture->error, sizeof(capture->error), format, args);
	va_end(args);
	return err;
}

struct capture *capture__new(void)
{
	struct capture *capture = calloc(1, sizeof(*capture));

	if (!capture)
		return NULL;
	capture->epoll = -1;
	capture->cgroup = -1;
	return capture;
}

void capture__free(struct capture *capture)
{
	if (!capture)
		return;
	if (capture->stages)
		munmap(capture->stages, capture->stage_size * capture->cpus);
	for (unsigned int i = 0; capture->rings && i < capture->cpus; i++) {
		ring_buffer__free(capture->rings[i].buffer);
		if (capture->rings[i].map >= 0)
			close(capture->rings[i].map);
	}
	free(capture->rings);
	recorder__destroy(capture->skeleton);
	if (capture->epoll >= 0)
		close(capture->epoll);
	if (capture->cgroup >= 0)
		close(capture->cgroup);
	free(capture);
}

const char *capture__error(const struct capture *capture)
{
	return capture->error;
}

const char *capture__features(const struct capture *capture)
{
	return capture->features;
}

unsigned int capture__cpus(const struct capture *capture)
{
	return capture->cpus;
}

int capture__poll_fd(const struct capture *capture)
{
	return capture->epoll;
}

static int pass_sample(void *context, void *sample, size_t size)
{
	struct ring *ring = context;

	return ring->capture->sample(ring->capture->context, ring->cpu, sample, size);
}

/* All at once: after each update of a map of maps the kernel waits for a grace period of RCU. */
static int put_rings(struct capture *capture)
{
	int *maps = calloc(capture->cpus, sizeof(*maps));
	int err = maps ? 0 : -ENOMEM;

	for (unsigned int cpu = 0; !err && cpu < capture->cpus; cpu++)
		maps[cpu] = capture->rings[cpu].map;
	if (!err)
		err = array_fill(bpf_map__fd(capture->skeleton->maps.rings), maps, capture->cpus);
	free(maps);
	return err ? tell(capture, err, "ring buffers: %s", strerror(-err)) : 0;
}

static int make_rings(struct capture *capture, size_t size)
{
	capture->epoll = epoll_create1(EPOLL_CLOEXEC);
	capture->rings = calloc(capture->cpus, sizeof(*capture->rings));
	if (capture->epoll < 0 || !capture->rings)
		return tell(capture, -ENOMEM, "ring buffers: %s", strerror(ENOMEM));
	for (unsigned int cpu = 0; cpu < capture->cpus; cpu++)
		capture->rings[cpu].map = -1;
	for (unsigned int cpu = 0; cpu < capture->cpus; cpu++) {
		struct ring *ring = &capture->rings[cpu];
		struct epoll_event event = { .events = EPOLLIN };

		ring->capture = capture;
		ring->cpu = cpu;
		ring->map = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "ring", 0, 0, size, NULL);
		if (ring->map < 0)
			return tell(capture, -errno,
				    "a ring buffer of %zu bytes for each of %u CPUs: %s; try a "
				    "smaller --buffer-size",
				    size, capture->cpus, strerror(errno));
		ring->buffer = ring_buffer__new(ring->map, pass_sample, ring, NULL);
		if (!ring->buffer || epoll_ctl(capture->epoll, EPOLL_CTL_ADD,
					       ring_buffer__epoll_fd(ring->buffer), &event))
			return tell(capture, -errno, "ring buffer: %s", strerror(errno));
	}
	return put_rings(capture);
}

static int map_stages(struct capture *capture)
{
	struct bpf_map *map = capture->skeleton->maps.stages;

	capture->stage_size = bpf_map__value_size(map);
	capture->stages = mmap(NULL, capture->stage_size * capture->cpus, PROT_READ, MAP_SHARED,
			       bpf_map__fd(map), 0);
	if (capture->stages == MAP_FAILED) {
		capture->stages = NULL;
		return tell(capture, -errno, "staging areas: %s", strerror(errno));
	}
	return 0;
}

static int choose_cgroup(struct capture *capture, const char *path)
{
	__u32 zero = 0;

	if (!path)
		return 0;
	capture->cgroup = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (capture->cgroup < 0)
		return tell(capture, -errno, "%s: %s", path, strerror(errno));
	if (bpf_map_update_elem(bpf_map__fd(capture->skeleton->maps.cgroups), &zero,
				&capture->cgroup, BPF_ANY))
		return tell(capture, -errno, "%s: not a directory of the cgroup v2 hierarchy",
			    path);
	return 0;
}

static int load_skeleton(struct capture *capture)
{
	int err = recorder__load(capture->skeleton);
	__u32 id;

	/* libbpf looks into the modules' type information and has no error of its own for a missing
	 * right there. */
	if (err == -EPERM || (err && bpf_btf_get_next_id(0, &id) && errno == EPERM))
		return tell(
			capture, -EPERM,
			"may not load BPF programs: run as root, with CAP_SYS_ADMIN, CAP_BPF and "
			"CAP_PERFMON, and without kernel lockdown");
	if (err == -EMFILE || err == -ENOMEM)
		return tell(capture, err, "BPF programs: %s; ulimit -n and -l limit them",
			    strerror(-err));
	if (err)
		return tell(capture, -EOPNOTSUPP,
			    "the kernel refuses the BPF programs: %s; Linux 6.1 or later is "
			    "needed, -v tells more",
			    strerror(-err));
	return 0;
}

/* linux/proc_ns.h: PROC_PID_INIT_INO */
#define INITIAL_PID_NAMESPACE 0xeffffffcU

/* 0 for the initial one. */
static __u32 pid_namespace(void)
{
	struct stat info;

	if (stat("/proc/self/ns/pid", &info) || info.st_ino == INITIAL_PID_NAMESPACE)
		return 0;
	return info.st_ino;
}

/* Each CPU takes two files. The command has been made before: it keeps its own limit. */
static void raise_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/*
 * Make a weak kernel function one that is not there. 7.0 and later list
 * bpf_task_work_schedule_resume_impl in their type information in another form, and without an
 * address: libbpf and the verifier refuse a program that merely mentions it.
 */
static void hide_function(struct bpf_object *object, const char *name)
{
	struct btf *btf = bpf_object__btf(object);
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_FUNC);

	if (id > 0)
		*(char *)btf__name_by_offset(btf, btf__type_by_id(btf, id)->name_off) = '_';
}

/* bpf/classic.bpf.h says which kernels take which. */
static void choose_programs(struct recorder *skeleton, const struct capture_config *config)
{
	const struct {
		struct bpf_program *raw, *classic;
	} pairs[] = {
		{ skeleton->progs.enter_call, skeleton->progs.enter_call_classic },
		{ skeleton->progs.exit_call, skeleton->progs.exit_call_classic },
		{ skeleton->progs.fork_thread, skeleton->progs.fork_thread_classic },
		{ skeleton->progs.exec_thread, skeleton->progs.exec_thread_classic },
		{ skeleton->progs.exit_thread, skeleton->progs.exit_thread_classic },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		bpf_program__set_autoload(pairs[i].raw, !config->preemptible);
		bpf_program__set_autoload(pairs[i].classic, config->preemptible);
	}
	if (config->no_entry) {
		bpf_program__set_autoload(skeleton->progs.enter_call, false);
		bpf_program__set_autoload(skeleton->progs.enter_call_classic, false);
	}
	if (!config->late_strings)
		bpf_program__set_autoload(skeleton->progs.prepare_exec, false);
	if (!config->wait)
		bpf_program__set_autoload(skeleton->progs.generate_signal, false);
	bpf_program__set_autoattach(skeleton->progs.flush, false);
	if (config->fill != FILL_TASK_WORK_IMPL)
		hide_function(skeleton->obj, "bpf_task_work_schedule_resume_impl");
}

int capture__load(struct capture *capture, const struct capture_options *options)
{
	struct capture_config config = options->config;
	struct features features;
	struct recorder *skeleton;
	int err, cpus;

	verbose = options->verbose;
	libbpf_set_print(print_libbpf);
	raise_files();
	cpus = libbpf_num_possible_cpus();
	if (cpus < 0)
		return tell(capture, cpus, "number of CPUs: %s", strerror(-cpus));
	capture->cpus = cpus;
	err = features__probe(&features);
	if (err)
		return tell(capture, err, "%s", features.why);
	features__choose(&features, &config);
	features__words(&features, capture->features, sizeof(capture->features));
	config.namespace = pid_namespace();
	config.cpus = (__u32)libbpf_num_possible_cpus();
	config.by_cgroup = options->cgroup != NULL;
	config.inputs = options->inputs;
	config.outputs = options->outputs;
	capture->skeleton = skeleton = recorder__open();
	if (!skeleton)
		return tell(capture, -errno, "BPF programs: %s", strerror(errno));
	choose_programs(skeleton, &config);
	memcpy((void *)&skeleton->rodata->config, &config, sizeof(config));
	skeleton->bss->shared.waiting = config.wait;
	bpf_map__set_max_entries(skeleton->maps.stages, cpus);
	err = load_skeleton(capture);
	if (!err)
		err = make_rings(capture, config.ring_size);
	if (!err)
		err = map_stages(capture);
	if (!err)
		err = choose_cgroup(capture, options->cgroup);
	if (!err)
		err = load_specs(bpf_map__fd(skeleton->maps.specs),
				 bpf_map__fd(skeleton->maps.commands), options);
	if (!err)
		err = load_shapes(bpf_map__fd(skeleton->maps.shapes));
	if (err && !*capture->error)
		tell(capture, err, "syscall table: %s", strerror(-err));
	return err;
}

void capture__set_sample(struct capture *capture, capture_sample sample, void *context)
{
	capture->sample = sample;
	capture->context = context;
}

/*
 * Before the programs are attached: where they are classic ones, an update that is preempted keeps
 * the kernel from running them on its CPU (include/linux/bpf.h, bpf_disable_instrumentation).
 */
int capture__target(struct capture *capture, const pid_t *pids, size_t npids, bool waiting)
{
	int targets = bpf_map__fd(capture->skeleton->maps.targets);
	__u32 mode = waiting;

	for (size_t i = 0; i < npids; i++) {
		__u32 pid = pids[i];

		if (bpf_map_update_elem(targets, &pid, &mode, BPF_ANY))
			return tell(capture, -errno, "process %u: %s", pid, strerror(errno));
	}
	return 0;
}

int capture__attach(struct capture *capture)
{
	int err = recorder__attach(capture->skeleton);

	return err ? tell(capture, err, "attaching to the tracepoints: %s", strerror(-err)) : 0;
}

#define AGAIN_MAX 1000 /* times in a row that an iterator asks to come again for one task */

/* Everything that an iterator program writes. */
static int run_iterator(struct capture *capture, struct bpf_link *link, void **records,
			size_t *size)
{
	int fd, err = 0, again = 0;
	size_t room = 0;
	ssize_t n;

	*records = NULL;
	*size = 0;
	fd = bpf_iter_create(bpf_link__fd(link));
	if (fd < 0)
		return tell(capture, -errno, "task iterator: %s", strerror(errno));
	for (;;) {
		if (room - *size < 65536) {
			void *more = realloc(*records, room += 1 << 20);

			if (!more) {
				err = tell(capture, -ENOMEM, "task iterator: %s", strerror(ENOMEM));
				break;
			}
			*records = more;
		}
		n = read(fd, (char *)*records + *size, room - *size);
		if (n < 0 && (errno == EAGAIN || errno == EINTR) && again++ < AGAIN_MAX)
			continue;
		again = 0;
		if (n < 0)
			err = tell(capture, -errno, "task iterator: %s", strerror(errno));
		if (n <= 0)
			break;
		*size += n;
	}
	close(fd);
	return err;
}

int capture__adopt(struct capture *capture, void **records, size_t *size)
{
	int err;

	capture->skeleton->bss->shared.adopting = 1;
	err = run_iterator(capture, capture->skeleton->links.adopt, records, size);
	capture->skeleton->bss->shared.adopting = 0;
	return err;
}

int capture__end(struct capture *capture, void **records, size_t *size)
{
	return run_iterator(capture, capture->skeleton->links.end, records, size);
}

int capture__consume(struct capture *capture, unsigned int cpu)
{
	int n = ring_buffer__consume(capture->rings[cpu].buffer);

	return n < 0 ? n : 0;
}

static const struct stage_state *stage_of(const struct capture *capture, unsigned int cpu)
{
	return (const struct stage_state *)(capture->stages + capture->stage_size * cpu);
}

bool capture__flush(struct capture *capture, bool *sent)
{
	int flush = bpf_program__fd(capture->skeleton->progs.flush);
	bool all = true;

	for (unsigned int cpu = 0; cpu < capture->cpus; cpu++) {
		LIBBPF_OPTS(bpf_test_run_opts, options, .cpu = cpu, .flags = BPF_F_TEST_RUN_ON_CPU);
		const volatile struct stage_state *stage = stage_of(capture, cpu);

		if (sent[cpu])
			continue;
		/* An offline CPU (ENXIO) runs nothing and its stage was sent before it went. */
		sent[cpu] = (!stage->used && !stage->busy) ||
			    bpf_prog_test_run_opts(flush, &options) || !options.retval;
		all &= sent[cpu];
	}
	return all;
}

void capture__stop(struct capture *capture)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	__atomic_store_n(&capture->skeleton->bss->shared.stopping, 1, __ATOMIC_SEQ_CST);
	for (unsigned int cpu = 0; cpu < capture->cpus; cpu++) {
		const volatile struct stage_state *stage = stage_of(capture, cpu);

		for (int tries = 0; stage->busy && tries < 1000; tries++)
			nanosleep(&pause, NULL);
	}
}

void capture__detach(struct capture *capture)
{
	recorder__detach(capture->skeleton);
}

unsigned int capture__alive(const struct capture *capture)
{
	return __atomic_load_n(&capture->skeleton->bss->shared.alive, __ATOMIC_ACQUIRE);
}

struct capture_shared *capture__shared(struct capture *capture)
{
	return &capture->skeleton->bss->shared;
}

void capture__counts(const struct capture *capture, struct stage_state *sum)
{
	memset(sum, 0, sizeof(*sum));
	for (unsigned int cpu = 0; cpu < capture->cpus; cpu++) {
		const struct stage_state *stage = stage_of(capture, cpu);

		sum->lost_calls += stage->lost_calls;
		sum->lost_events += stage->lost_events;
		sum->lost_ranges += stage->lost_ranges;
		sum->lost_storage += stage->lost_storage;
		sum->waits += stage->waits;
	}
}

void capture__missed(struct capture *capture, struct capture_missed *missed)
{
	struct bpf_program *program;

	memset(missed, 0, sizeof(*missed));
	bpf_object__for_each_program(program, capture->skeleton->obj)
	{
		struct bpf_prog_info info = {};
		__u32 size = sizeof(info);

		if (bpf_program__fd(program) < 0 ||
		    bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size))
			continue;
		if (program == capture->skeleton->progs.enter_call ||
		    program == capture->skeleton->progs.enter_call_classic)
			missed->enter += info.recursion_misses;
		else if (program == capture->skeleton->progs.exit_call ||
			 program == capture->skeleton->progs.exit_call_classic)
			missed->exit += info.recursion_misses;
		else
			missed->other += info.recursion_misses;
	}
}

void capture__holds(const struct capture *capture, struct capture_holds *holds)
{
	holds->holds = bpf_map__fd(capture->skeleton->maps.holds);
	holds->resumed = bpf_map__fd(capture->skeleton->maps.resumed);
	holds->stops = bpf_map__fd(capture->skeleton->maps.stops);
	holds->shared = &capture->skeleton->bss->shared;
	holds->classic = capture->skeleton->rodata->config.preemptible;
}
