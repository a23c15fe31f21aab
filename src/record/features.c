// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "record/features.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define INSN(c, dst, src, value) \
	((struct bpf_insn){ .code = (c), .dst_reg = (dst), .src_reg = (src), .imm = (value) })

struct probe {
	const struct btf *btf; /* the kernel's types, or NULL */
	const char *type;      /* that must be there: what rows of has_* look for */
};

/* 0, or the negative errno of loading a raw tracepoint program. */
static int load(const struct bpf_insn *insns, size_t count)
{
	int fd = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "probe", "GPL", insns, count, NULL);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

static int has_btf(const struct probe *probe)
{
	return probe->btf ? 0 : -EOPNOTSUPP;
}

static int has_function(const struct probe *probe)
{
	return btf__find_by_name_kind(probe->btf, probe->type, BTF_KIND_FUNC) > 0 ? 0 : -EOPNOTSUPP;
}

static int has_typedef(const struct probe *probe)
{
	return btf__find_by_name_kind(probe->btf, probe->type, BTF_KIND_TYPEDEF) > 0 ? 0
										     : -EOPNOTSUPP;
}

static int may_load(const struct probe *probe)
{
	const struct bpf_insn insns[] = {
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0),
	};

	(void)probe;
	return load(insns, sizeof(insns) / sizeof(*insns));
}

static int may_read(const struct probe *probe)
{
	const struct bpf_insn insns[] = {
		INSN(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1, BPF_REG_10, 0),
		INSN(BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_1, 0, -8),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_2, 0, 8),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_3, 0, 0),
		INSN(BPF_JMP | BPF_CALL, 0, 0, BPF_FUNC_probe_read_kernel),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0),
	};

	(void)probe;
	return load(insns, sizeof(insns) / sizeof(*insns));
}

static int may_list(const struct probe *probe)
{
	__u32 id;

	(void)probe;
	return bpf_btf_get_next_id(0, &id) && errno == EPERM ? -EPERM : 0;
}

static const struct row {
	const char *name;
	const char *since; /* the version of Linux that brought it */
	int (*probe)(const struct probe *probe);
	const char *type;
	const char *with;
	const char *without; /* of a required one: what is wrong, and the remedy */
} rows[FEATURE_COUNT] = {
	[FEATURE_BTF] = { "btf", "5.4", has_btf, NULL, "the kernel describes its types",
			  "the kernel does not describe its types (BTF, CONFIG_DEBUG_INFO_BTF); "
			  "run a distribution's kernel, 6.1 or later" },
	/* kernel/bpf/syscall.c, bpf_prog_load: CAP_BPF, and CAP_PERFMON for tracing programs. */
	[FEATURE_LOAD] = { "load", "5.8", may_load, NULL, "BPF programs may be loaded",
			   "may not load BPF programs; run as root" },
	/* libbpf looks into the types of modules: bpf_obj_get_next_id wants CAP_SYS_ADMIN. */
	[FEATURE_LIST] = { "list", "4.18", may_list, NULL, "the types of modules may be listed",
			   "may not list the types of modules; run as root, with CAP_SYS_ADMIN" },
	[FEATURE_LOOP] = { "loop", "5.17", has_function, "bpf_loop", "programs may loop",
			   "the kernel is too old (no bpf_loop); 6.1 or later is needed" },
	/* kernel/trace/bpf_trace.c: LOCKDOWN_BPF_READ_KERNEL takes the helper away. */
	[FEATURE_READ] = { "read", "5.5", may_read, NULL, "programs may read memory",
			   "programs may not read memory; kernel lockdown forbids it: boot with "
			   "lockdown=integrity, or none" },
	[FEATURE_PREPARE_EXEC] = { "prepare_exec", "6.10", has_typedef,
				   "btf_trace_sched_prepare_exec",
				   "execve's strings are read when the kernel has",
				   "execve's strings are read at its entry; those in pages that "
				   "are not present then are missing" },
	[FEATURE_TASK_WORK] = { "task_work", "7.0", has_function, "bpf_task_work_schedule_resume",
				"pages that are not present are read by task work",
				"task_work_impl is looked for" },
	/* Its name in 6.18 and 6.19; later ones list it in another form (capture.c). */
	[FEATURE_TASK_WORK_IMPL] = { "task_work_impl", "6.18", has_function,
				     "bpf_task_work_schedule_resume_impl",
				     "pages that are not present are read by task work",
				     "such pages are fetched while the process is stopped; with "
				     "--on-full=drop they are missing, unless there is task_work" },
	/* The change that lets programs of syscall tracepoints sleep lets them be preempted too. */
	[FEATURE_PREEMPTION] = { "preemption", "7.2", has_function, "trace_call_bpf_faultable",
				 "raw tracepoints can be preempted: classic ones are used",
				 "raw tracepoints are used" },
	[FEATURE_CAST] = { "cast", "6.2", has_function, "bpf_rdonly_cast",
			   "a call's task is found without asking the kernel",
			   "the kernel is asked for the task at each call" },
};

/* A line of /proc/self/status: the number behind the name, or 0. */
static unsigned long long status_of(const char *name, int base)
{
	FILE *file = fopen("/proc/self/status", "re");
	unsigned long long value = 0;
	size_t len = strlen(name);
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, len) && line[len] == ':')
			value = strtoull(line + len + 1, NULL, base);
	if (file)
		fclose(file);
	return value;
}

/* Whether root here is another user on the machine. */
static bool in_user_namespace(void)
{
	FILE *file = fopen("/proc/self/uid_map", "re");
	unsigned long inside = 0, outside = 0, count = 0;
	bool is;

	is = file && fscanf(file, "%lu %lu %lu", &inside, &outside, &count) == 3 &&
	     (inside || outside || count != 4294967295UL);
	if (file)
		fclose(file);
	return is;
}

/* Why a right is missing, as far as can be seen from here. */
static const char *explain_right(void)
{
	unsigned long long capabilities = status_of("CapEff", 16);

	if (in_user_namespace())
		return "the rights of a user namespace (rootless container) do not reach the "
		       "kernel; run as root of the machine";
	if (!(capabilities >> CAP_SYS_ADMIN & 1))
		return geteuid() ? "run as root"
				 : "the container lacks CAP_SYS_ADMIN (with CAP_BPF, CAP_PERFMON); "
				   "start it with that capability, or as a privileged one";
	if (status_of("Seccomp", 10))
		return "a seccomp filter forbids bpf(2); start the container with "
		       "seccomp=unconfined, or as a privileged one";
	return "a security module or kernel lockdown forbids it; see the kernel log";
}

static void refuse(struct features *features, const struct row *row, int err)
{
	if (err == -EPERM)
		snprintf(features->why, sizeof(features->why), "%.*s: %s",
			 (int)strcspn(row->without, ";"), row->without, explain_right());
	else
		snprintf(features->why, sizeof(features->why), "%s", row->without);
}

int features__probe(struct features *features)
{
	struct btf *btf = btf__load_vmlinux_btf();
	int first = 0;

	*features = (struct features){ 0 };
	if (libbpf_get_error(btf))
		btf = NULL;
	for (unsigned int i = 0; i < FEATURE_COUNT; i++) {
		const struct probe probe = { .btf = btf, .type = rows[i].type };
		int err = !btf && rows[i].type ? -EOPNOTSUPP : rows[i].probe(&probe);

		features->have[i] = !err;
		if (err && !first && i < FEATURE_PREPARE_EXEC) {
			refuse(features, &rows[i], err);
			first = err == -EPERM ? -EPERM : -EOPNOTSUPP;
		}
	}
	btf__free(btf);
	return first;
}

void features__choose(const struct features *features, struct capture_config *config)
{
	config->cast = features->have[FEATURE_CAST];
	config->late_strings = features->have[FEATURE_PREPARE_EXEC];
	config->preemptible = features->have[FEATURE_PREEMPTION];
	config->fill = features->have[FEATURE_TASK_WORK]	? FILL_TASK_WORK
		       : features->have[FEATURE_TASK_WORK_IMPL] ? FILL_TASK_WORK_IMPL
								: FILL_NONE;
}

void features__words(const struct features *features, char *text, size_t size)
{
	size_t len = 0;

	*text = 0;
	for (unsigned int i = FEATURE_PREPARE_EXEC; i < FEATURE_COUNT && len < size; i++)
		if (features->have[i] &&
		    (i != FEATURE_TASK_WORK_IMPL || !features->have[FEATURE_TASK_WORK]))
			len += snprintf(text + len, size - len, "%s%s", len ? " " : "",
					rows[i].name);
}

void features__print(const struct features *features, FILE *out)
{
	struct utsname name;

	if (!uname(&name))
		fprintf(out, "Linux %s %s\n", name.release, name.machine);
	for (unsigned int i = 0; i < FEATURE_COUNT; i++)
		fprintf(out, "%-15s %-4s %-5s %s\n", rows[i].name, features->have[i] ? "yes" : "no",
			rows[i].since, features->have[i] ? rows[i].with : rows[i].without);
}
