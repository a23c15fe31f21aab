/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Structures that lead to further memory: filters, extents, bpf(2), lengths inside a structure. */
#include <linux/bpf.h>
#include <linux/fiemap.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "expect.h"

static void filters(void)
{
	const struct sock_filter code[] = { { BPF_RET | BPF_K, 0, 0, 0xffff } };
	struct sock_fprog *program = tail(sizeof(*program));
	struct sock_filter *got = tail(4 * sizeof(*got));
	unsigned int *len = tail(4);
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	program->len = 1;
	program->filter = tail_copy(code, sizeof(code));
	TEST("setsockopt: SO_ATTACH_FILTER, a structure and its instructions");
	CALL(setsockopt, fd, SOL_SOCKET, SO_ATTACH_FILTER, program, sizeof(*program));
	in(3, program, sizeof(*program));
	in(3, program->filter, sizeof(code));
	*len = 4;
	TEST("getsockopt: SO_GET_FILTER, whose length is in instructions");
	if (CALL(getsockopt, fd, SOL_SOCKET, SO_GET_FILTER, got, len) == 0) {
		out(3, got, *len * sizeof(*got));
		out(4, len, 4);
	}
	TEST("setsockopt: the same number of another level");
	*len = 1;
	CALL(setsockopt, fd, 0, SO_ATTACH_FILTER, len, 4);
	in(3, len, 4);
}

static void extents(void)
{
	struct fiemap *map = tail(sizeof(*map) + 2 * sizeof(struct fiemap_extent));
	char *bytes = tail(2 * PAGE);
	int fd = file_of("extents", bytes, 2 * PAGE);

	memset(map, 0, sizeof(*map));
	map->fm_length = ~0ULL;
	map->fm_flags = FIEMAP_FLAG_SYNC;
	map->fm_extent_count = 2;
	TEST("ioctl: FS_IOC_FIEMAP, a structure and what lies behind it");
	if (CALL(ioctl, fd, FS_IOC_FIEMAP, map) < 0) {
		in(2, map, sizeof(*map));
		return;
	}
	out(2, map, sizeof(*map));
	out(2, map->fm_extents, map->fm_mapped_extents * sizeof(struct fiemap_extent));
	map->fm_extent_count = 0;
	TEST("ioctl: FS_IOC_FIEMAP, extents only counted");
	CALL(ioctl, fd, FS_IOC_FIEMAP, map);
	out(2, map, sizeof(*map));
}

/* Refused for reserved1, which vfs_dedupe_file_range looks at when it has read all. */
static void dedupe(void)
{
	const size_t infos = 2 * sizeof(struct file_dedupe_range_info);
	struct file_dedupe_range *range = tail(sizeof(*range) + infos);
	int fd = file_of("dedupe", "abcd", 4);

	memset(range, 0, sizeof(*range) + infos);
	range->src_length = 4;
	range->dest_count = 2;
	range->reserved1 = 1;
	range->info[0].dest_fd = fd;
	range->info[1].dest_fd = fd;
	TEST("ioctl: FIDEDUPERANGE, refused: what it read");
	CALL(ioctl, fd, FIDEDUPERANGE, range);
	in(2, range, sizeof(*range));
	in(2, range->info, infos);
	range->reserved1 = 0;
	TEST("ioctl: FIDEDUPERANGE");
	if (CALL(ioctl, fd, FIDEDUPERANGE, range) == 0) {
		out(2, range, sizeof(*range));
		out(2, range->info, infos);
	}
}

static void lengths(void)
{
	struct perf_event_attr *attr = tail(sizeof(*attr));
	uint32_t *sched = tail(48), *events = tail(4096);

	memset(attr, 0, sizeof(*attr));
	attr->type = PERF_TYPE_SOFTWARE;
	attr->size = sizeof(*attr);
	attr->config = PERF_COUNT_SW_CPU_CLOCK;
	TEST("perf_event_open: as long as it says");
	CALL(perf_event_open, attr, 0, -1, -1, 0);
	in(0, attr, sizeof(*attr));
	memset(events, 0xff, 4096);
	events[1] = 4096;
	TEST("perf_event_open: longer than the kernel knows, which tells what it does");
	CALL(perf_event_open, events, 0, -1, -1, 0);
	out(0, events, events[1]);
	memset(sched, 0, 48);
	TEST("sched_setattr: a length of 0 stands for 48 bytes");
	CALL(sched_setattr, 0, sched, 0);
	in(1, sched, 48);
}

static union bpf_attr *attr_of(const union bpf_attr *attr)
{
	return tail_copy(attr, sizeof(*attr));
}

static void map_elements(int fd)
{
	uint32_t *key = tail(4), *next = tail(4);
	uint64_t *value = tail(24);
	union bpf_attr *attr = attr_of(&(union bpf_attr){
		.map_fd = (uint32_t)fd, .key = POINTER(key), .value = POINTER(value) });

	*key = 7;
	TEST("bpf: BPF_MAP_LOOKUP_ELEM of no such key");
	CALL(bpf, BPF_MAP_LOOKUP_ELEM, attr, sizeof(*attr), 0, 0);
	in(1, attr, sizeof(*attr));
	in(1, key, 4);
	TEST("bpf: BPF_MAP_UPDATE_ELEM");
	CALL(bpf, BPF_MAP_UPDATE_ELEM, attr, sizeof(*attr), 0, 0);
	in(1, key, 4);
	in(1, value, 24);
	TEST("bpf: BPF_MAP_LOOKUP_ELEM");
	CALL(bpf, BPF_MAP_LOOKUP_ELEM, attr, sizeof(*attr), 0, 0);
	in(1, key, 4);
	out(1, value, 24);
	*key = 8;
	attr->next_key = POINTER(next);
	TEST("bpf: BPF_MAP_GET_NEXT_KEY");
	CALL(bpf, BPF_MAP_GET_NEXT_KEY, attr, sizeof(*attr), 0, 0);
	in(1, key, 4);
	out(1, next, 4);
}

static void maps(void)
{
	union bpf_attr *attr = attr_of(&(union bpf_attr){
		.map_type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 24, .max_entries = 4 });
	long fd;

	TEST("bpf: BPF_MAP_CREATE");
	fd = CALL(bpf, BPF_MAP_CREATE, attr, sizeof(*attr), 0, 0);
	if (fd < 0) {
		in(1, attr, sizeof(*attr));
		return;
	}
	out(1, attr, sizeof(*attr));
	map_elements((int)fd);
}

static void programs(void)
{
	const struct bpf_insn code[] = { { .code = BPF_ALU64 | 0xb0 }, { .code = BPF_JMP | 0x90 } };
	char *license = tail_string("GPL"), *log = tail(PAGE);
	struct bpf_insn *insns = tail_copy(code, sizeof(code));
	union bpf_attr *attr = attr_of(&(union bpf_attr){ .prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
							  .insn_cnt = 2,
							  .insns = POINTER(insns),
							  .license = POINTER(license),
							  .log_level = 1,
							  .log_size = PAGE,
							  .log_buf = POINTER(log) });

	TEST("bpf: BPF_PROG_LOAD with a log");
	CALL(bpf, BPF_PROG_LOAD, attr, sizeof(*attr), 0, 0);
	out(1, attr, sizeof(*attr));
	in(1, insns, sizeof(code));
	in_string(1, license);
	out(1, log, strlen(log) + 1);
	insns[0].code = 0xff;
	memset(log, NOTHING, PAGE);
	TEST("bpf: BPF_PROG_LOAD of a program that is refused, and why");
	CALL(bpf, BPF_PROG_LOAD, attr, sizeof(*attr), 0, 0);
	out(1, attr, sizeof(*attr));
	in(1, insns, sizeof(code));
	out(1, log, strlen(log) + 1);
}

int main(void)
{
	filters();
	extents();
	dedupe();
	lengths();
	maps();
	programs();
	flush();
	return 0;
}
