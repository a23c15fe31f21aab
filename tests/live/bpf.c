/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* bpf(2): programs, links and types that tell of themselves, batches, test runs. */
#include <linux/bpf.h>
#include <linux/btf.h>

#include "expect.h"

static union bpf_attr *attr_of(const union bpf_attr *attr)
{
	return tail_copy(attr, sizeof(*attr));
}

static int make_map(uint32_t type, uint32_t key, uint32_t value, uint32_t entries)
{
	union bpf_attr attr = {
		.map_type = type, .key_size = key, .value_size = value, .max_entries = entries
	};
	int fd = (int)syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));

	need(fd >= 0, "BPF_MAP_CREATE");
	return fd;
}

static void batches(void)
{
	int fd = make_map(BPF_MAP_TYPE_HASH, 8, 4, 2);
	uint64_t *keys = tail(3 * sizeof(*keys));
	uint32_t *values = tail(3 * sizeof(*values)), *token = tail(4);
	union bpf_attr *attr = attr_of(&(union bpf_attr){ .batch = { .keys = POINTER(keys),
								     .values = POINTER(values),
								     .count = 2,
								     .map_fd = (uint32_t)fd } });
	long ret;

	keys[0] = 1;
	keys[1] = 2;
	TEST("bpf: BPF_MAP_UPDATE_BATCH");
	CALL(bpf, BPF_MAP_UPDATE_BATCH, attr, sizeof(*attr), 0, 0);
	out(1, attr, sizeof(*attr));
	in(1, keys, 2 * sizeof(*keys));
	in(1, values, 2 * sizeof(*values));
	attr->batch.count = 3;
	attr->batch.out_batch = POINTER(token);
	memset(keys, NOTHING, 3 * sizeof(*keys));
	TEST("bpf: BPF_MAP_LOOKUP_BATCH, a token of 4 bytes, and ENOENT at the end");
	ret = CALL(bpf, BPF_MAP_LOOKUP_BATCH, attr, sizeof(*attr), 0, 0);
	need(ret == -ENOENT || ret >= 0, "BPF_MAP_LOOKUP_BATCH");
	out(1, attr, sizeof(*attr));
	out(1, token, 4);
	out(1, keys, attr->batch.count * sizeof(*keys));
	out(1, values, attr->batch.count * sizeof(*values));
	*attr = (union bpf_attr){ .map_fd = (uint32_t)fd,
				  .key = POINTER(keys),
				  .value = POINTER(values) };
	keys[0] = 3;
	TEST("bpf: BPF_MAP_UPDATE_ELEM, the map is full");
	CALL(bpf, BPF_MAP_UPDATE_ELEM, attr, sizeof(*attr), 0, 0);
	in(1, keys, sizeof(*keys));
	in(1, values, sizeof(*values));
	close(fd);
}

/* Elements that are read and taken away, one and many. */
static void deletions(void)
{
	int fd = make_map(BPF_MAP_TYPE_HASH, 8, 4, 8);
	uint64_t *key = tail(sizeof(*key)), *keys = tail(4 * sizeof(*keys));
	uint32_t *value = tail(4), *values = tail(4 * sizeof(*values)), *token = tail(4);
	union bpf_attr *attr = attr_of(&(union bpf_attr){
		.map_fd = (uint32_t)fd, .key = POINTER(key), .value = POINTER(value) });

	for (*key = 1; *key < 7; ++*key)
		need(!syscall(SYS_bpf, BPF_MAP_UPDATE_ELEM, attr, sizeof(*attr)), "an element");
	*key = 1;
	memset(value, 0, 4);
	TEST("bpf: BPF_MAP_LOOKUP_AND_DELETE_ELEM");
	if (CALL(bpf, BPF_MAP_LOOKUP_AND_DELETE_ELEM, attr, sizeof(*attr), 0, 0) == 0)
		out(1, value, 4);
	in(1, key, 8);
	*key = 2;
	TEST("bpf: BPF_MAP_DELETE_ELEM, there and gone");
	CALL(bpf, BPF_MAP_DELETE_ELEM, attr, sizeof(*attr), 0, 0);
	in(1, key, 8);
	CALL(bpf, BPF_MAP_DELETE_ELEM, attr, sizeof(*attr), 0, 0);
	in(1, key, 8);
	*attr = (union bpf_attr){
		.batch = { .keys = POINTER(keys), .count = 2, .map_fd = (uint32_t)fd }
	};
	keys[0] = 3;
	keys[1] = 77;
	TEST("bpf: BPF_MAP_DELETE_BATCH, the second is not there");
	CALL(bpf, BPF_MAP_DELETE_BATCH, attr, sizeof(*attr), 0, 0);
	out(1, attr, sizeof(*attr));
	need(attr->batch.count == 1, "one of two");
	attr->batch.count = 4;
	attr->batch.out_batch = POINTER(token);
	attr->batch.values = POINTER(values);
	TEST("bpf: BPF_MAP_LOOKUP_AND_DELETE_BATCH");
	CALL(bpf, BPF_MAP_LOOKUP_AND_DELETE_BATCH, attr, sizeof(*attr), 0, 0);
	out(1, attr, sizeof(*attr));
	out(1, token, 4);
	out(1, keys, attr->batch.count * sizeof(*keys));
	out(1, values, attr->batch.count * sizeof(*values));
	close(fd);
}

/* Names of a file system that is another. */
static void names(int map)
{
	char *name = tail_string("no bpffs");
	union bpf_attr *attr = attr_of(
		&(union bpf_attr){ .pathname = POINTER(name), .bpf_fd = (uint32_t)map });

	TEST("bpf: BPF_OBJ_PIN");
	CALL(bpf, BPF_OBJ_PIN, attr, sizeof(*attr), 0, 0);
	in(1, attr, sizeof(*attr));
	in_string(1, name);
	attr->bpf_fd = 0;
	TEST("bpf: BPF_OBJ_GET");
	CALL(bpf, BPF_OBJ_GET, attr, sizeof(*attr), 0, 0);
	in(1, attr, sizeof(*attr));
	in_string(1, name);
}

/* What is attached to a thing that nothing can be attached to; a link; a stream of nobody's. */
static void attached(int program, int map)
{
	uint32_t *ids = tail(4 * sizeof(*ids));
	char *stream = tail(16);
	union bpf_attr *attr = attr_of(&(union bpf_attr){
		.query = { .target_fd = (uint32_t)map, .prog_cnt = 4, .prog_ids = POINTER(ids) } });
	struct {
		uint64_t buf;
		uint32_t len, id, fd;
	} *read_stream = tail(sizeof(*read_stream));

	TEST("bpf: BPF_PROG_QUERY");
	CALL(bpf, BPF_PROG_QUERY, attr, sizeof(*attr), 0, 0);
	in(1, attr, sizeof(*attr));
	*attr = (union bpf_attr){ .link_create = { .prog_fd = (uint32_t)program,
						   .target_fd = (uint32_t)map } };
	TEST("bpf: BPF_LINK_CREATE, refused");
	CALL(bpf, BPF_LINK_CREATE, attr, sizeof(*attr), 0, 0);
	in(1, attr, sizeof(*attr));
	memset(read_stream, 0, sizeof(*read_stream));
	read_stream->buf = POINTER(stream);
	read_stream->len = 16;
	read_stream->id = 1;
	read_stream->fd = (uint32_t)map;
	TEST("bpf: BPF_PROG_STREAM_READ_BY_FD of a map");
	CALL(bpf, 37, read_stream, sizeof(*read_stream), 0, 0);
	in(1, read_stream, sizeof(*read_stream));
}

/* More than the kernel knows, and not zero. */
static void too_much(int map)
{
	const size_t size = sizeof(union bpf_attr) + 256;
	char *attr = tail(size);

	memset(attr, 0, size);
	((union bpf_attr *)attr)->map_fd = (uint32_t)map;
	attr[size - 1] = 1;
	TEST("bpf: E2BIG");
	CALL(bpf, BPF_MAP_FREEZE, attr, size, 0, 0);
	in(1, attr, size);
}

/* r0 = a map; exit: what uses the map refers to it. */
static int load_program(uint32_t type, int map)
{
	const struct bpf_insn code[] = {
		{ .code = BPF_LD | BPF_DW | BPF_IMM, .src_reg = BPF_PSEUDO_MAP_FD, .imm = map },
		{ 0 },
		{ .code = BPF_ALU64 | 0xb0, .imm = 1 },
		{ .code = BPF_JMP | 0x90 },
	};
	union bpf_attr attr = {
		.prog_type = type, .insn_cnt = 4, .insns = POINTER(code), .license = POINTER("GPL")
	};
	int fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));

	need(fd >= 0, "BPF_PROG_LOAD");
	return fd;
}

static void information(int program, int map)
{
	struct bpf_prog_info *info = tail(sizeof(*info));
	struct bpf_map_info *of_map = tail(80);
	uint64_t *insns = tail(4 * 8);
	uint32_t *ids = tail(2 * 4), *tags = tail(8);
	union bpf_attr *attr = attr_of(&(union bpf_attr){ .info = { .bpf_fd = (uint32_t)program,
								    .info_len = sizeof(*info),
								    .info = POINTER(info) } });

	memset(info, 0, sizeof(*info));
	info->xlated_prog_insns = POINTER(insns);
	info->xlated_prog_len = 4 * 8;
	info->map_ids = POINTER(ids);
	info->nr_map_ids = 2;
	info->prog_tags = POINTER(tags);
	info->nr_prog_tags = 1;
	TEST("bpf: BPF_OBJ_GET_INFO_BY_FD of a program, its instructions and maps");
	if (CALL(bpf, BPF_OBJ_GET_INFO_BY_FD, attr, sizeof(*attr), 0, 0) == 0) {
		out(1, attr, sizeof(*attr));
		out(1, info, attr->info.info_len);
		out(1, insns, info->xlated_prog_len);
		out(1, ids, info->nr_map_ids * sizeof(*ids));
		out(1, tags, info->nr_prog_tags * 8UL);
	}
	memset(of_map, 0, 80);
	attr->info.bpf_fd = (uint32_t)map;
	attr->info.info_len = 80;
	attr->info.info = POINTER(of_map);
	TEST("bpf: BPF_OBJ_GET_INFO_BY_FD of a map");
	CALL(bpf, BPF_OBJ_GET_INFO_BY_FD, attr, sizeof(*attr), 0, 0);
	out(1, attr, sizeof(*attr));
	out(1, of_map, attr->info.info_len);
	attr->info.bpf_fd = 0;
	attr->info.info_len = 80;
	TEST("bpf: BPF_OBJ_GET_INFO_BY_FD of what is none");
	CALL(bpf, BPF_OBJ_GET_INFO_BY_FD, attr, sizeof(*attr), 0, 0);
	in(1, attr, sizeof(*attr));
	in(1, of_map, 80);
}

/* A link tells the name of what it is attached to. */
static void links(int map)
{
	int program = load_program(BPF_PROG_TYPE_RAW_TRACEPOINT, map), fd;
	char *name = tail_string("sched_process_exit"), *got = tail(64);
	struct bpf_link_info *info = tail(sizeof(*info));
	union bpf_attr *attr = attr_of(&(union bpf_attr){
		.raw_tracepoint = { .name = POINTER(name), .prog_fd = (uint32_t)program } });

	TEST("bpf: BPF_RAW_TRACEPOINT_OPEN");
	fd = (int)CALL(bpf, BPF_RAW_TRACEPOINT_OPEN, attr, sizeof(*attr), 0, 0);
	in(1, attr, sizeof(*attr));
	in_string(1, name);
	if (fd < 0)
		return;
	memset(info, 0, sizeof(*info));
	info->raw_tracepoint.tp_name = POINTER(got);
	info->raw_tracepoint.tp_name_len = 64;
	*attr = (union bpf_attr){
		.info = { .bpf_fd = (uint32_t)fd, .info_len = sizeof(*info), .info = POINTER(info) }
	};
	TEST("bpf: BPF_OBJ_GET_INFO_BY_FD of a link and its name");
	CALL(bpf, BPF_OBJ_GET_INFO_BY_FD, attr, sizeof(*attr), 0, 0);
	out(1, attr, sizeof(*attr));
	out(1, info, attr->info.info_len);
	out(1, got, strlen(got) + 1);
	memset(got, NOTHING, 64);
	*attr = (union bpf_attr){ .task_fd_query = { .pid = (uint32_t)getpid(),
						     .fd = (uint32_t)fd,
						     .buf_len = 64,
						     .buf = POINTER(got) } };
	TEST("bpf: BPF_TASK_FD_QUERY, the name and its end");
	if (CALL(bpf, BPF_TASK_FD_QUERY, attr, sizeof(*attr), 0, 0) == 0) {
		out(1, attr, sizeof(*attr));
		out(1, got, strlen(got) + 1);
	}
	close(fd);
}

/* An int, and the strings "" and "int". */
static void types(void)
{
	const struct {
		struct btf_header header;
		struct btf_type type;
		uint32_t encoding;
		char strings[5];
	} data = { { .magic = BTF_MAGIC,
		     .version = BTF_VERSION,
		     .hdr_len = 24,
		     .type_len = 16,
		     .str_off = 16,
		     .str_len = 5 },
		   { .name_off = 1, .info = BTF_KIND_INT << 24, .size = 4 },
		   32,
		   "\0int" };
	const size_t size = 24 + 16 + 5;
	char *bytes = tail_copy(&data, size), *got = tail(size), *log = tail(256);
	struct bpf_btf_info *info = tail(sizeof(*info));
	union bpf_attr *attr = attr_of(&(union bpf_attr){ .btf = POINTER(bytes),
							  .btf_size = (uint32_t)size,
							  .btf_log_buf = POINTER(log),
							  .btf_log_size = 256,
							  .btf_log_level = 1 });
	long fd;

	TEST("bpf: BPF_BTF_LOAD and its log");
	fd = CALL(bpf, BPF_BTF_LOAD, attr, sizeof(*attr), 0, 0);
	out(1, attr, sizeof(*attr));
	in(1, bytes, size);
	out(1, log, strlen(log) + 1);
	if (fd < 0)
		return;
	memset(info, 0, sizeof(*info));
	info->btf = POINTER(got);
	info->btf_size = (uint32_t)size;
	*attr = (union bpf_attr){
		.info = { .bpf_fd = (uint32_t)fd, .info_len = sizeof(*info), .info = POINTER(info) }
	};
	TEST("bpf: BPF_OBJ_GET_INFO_BY_FD of types");
	CALL(bpf, BPF_OBJ_GET_INFO_BY_FD, attr, sizeof(*attr), 0, 0);
	out(1, attr, sizeof(*attr));
	out(1, info, attr->info.info_len);
	out(1, got, size);
}

static void runs(int program)
{
	char *data = tail(64), *result = tail(64);
	union bpf_attr *attr = attr_of(
		&(union bpf_attr){ .test = { .prog_fd = (uint32_t)program,
					     .data_size_in = 64,
					     .data_in = POINTER(data),
					     .data_size_out = 64,
					     .data_out = POINTER(result) } });

	TEST("bpf: BPF_PROG_TEST_RUN");
	if (CALL(bpf, BPF_PROG_TEST_RUN, attr, sizeof(*attr), 0, 0) == 0) {
		out(1, attr, sizeof(*attr));
		out(1, result, attr->test.data_size_out);
	}
	in(1, data, 64);
}

int main(void)
{
	int map = make_map(BPF_MAP_TYPE_ARRAY, 4, 8, 1), program;

	program = load_program(BPF_PROG_TYPE_SOCKET_FILTER, map);
	batches();
	deletions();
	names(map);
	attached(program, map);
	too_much(map);
	information(program, map);
	links(map);
	types();
	runs(program);
	flush();
	return 0;
}
