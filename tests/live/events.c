/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ioctl on events of perf_event_open, and on userfaultfd. */
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <linux/userfaultfd.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>

#include "expect.h"

/* The number of a tracepoint, or -1; in a space of mounts of one's own. */
static long tracepoint(const char *name)
{
	char text[20] = "-1";
	int fd;

	mkdir("tracing", 0700);
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", "tracing", "tracefs", 0, NULL))
		return -1;
	fd = open(name, O_RDONLY);
	if (fd >= 0)
		need(read(fd, text, sizeof(text) - 1) >= 0, name);
	close(fd);
	return strtol(text, NULL, 10);
}

/* return 1; */
static int load_program(void)
{
	const struct bpf_insn code[] = { { .code = BPF_ALU64 | BPF_MOV, .imm = 1 },
					 { .code = BPF_JMP | BPF_EXIT } };
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_TRACEPOINT,
				.insn_cnt = 2,
				.insns = POINTER(code),
				.license = POINTER("GPL") };

	return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

/* The event has one program, and there is room for three. */
static void programs(int fd)
{
	struct perf_event_query_bpf *query = tail(sizeof(*query) + 3 * 4);
	struct perf_event_query_bpf *small = tail(sizeof(*small));
	long ret;

	TEST("perf: a program, and which there are");
	CALL(ioctl, fd, PERF_EVENT_IOC_SET_BPF, load_program());
	query->ids_len = 3;
	ret = CALL(ioctl, fd, PERF_EVENT_IOC_QUERY_BPF, query);
	if (ret == 0) {
		out(2, query, sizeof(*query));
		out(2, query->ids, 3 * 4);
	}
	small->ids_len = 0;
	TEST("perf: how many programs there are");
	ret = CALL(ioctl, fd, PERF_EVENT_IOC_QUERY_BPF, small);
	if (ret == 0 || ret == -ENOSPC)
		out(2, small, sizeof(*small));
}

static void measured(void)
{
	struct perf_event_attr *attr = tail(sizeof(*attr));
	char *filter = tail_string("prev_pid == 1");
	uint64_t *id = tail(8);
	int fd;

	memset(attr, 0, sizeof(*attr));
	attr->size = sizeof(*attr);
	attr->type = PERF_TYPE_TRACEPOINT;
	attr->config = (uint64_t)tracepoint("tracing/events/sched/sched_switch/id");
	fd = (int)syscall(SYS_perf_event_open, attr, getpid(), -1, -1, PERF_FLAG_FD_CLOEXEC);
	TEST("perf: an event's number, filter and state");
	if (CALL(ioctl, fd, PERF_EVENT_IOC_ID, id) == 0)
		out(2, id, 8);
	CALL(ioctl, fd, PERF_EVENT_IOC_SET_FILTER, filter);
	in_string(2, filter);
	CALL(ioctl, fd, PERF_EVENT_IOC_PAUSE_OUTPUT, 1);
	CALL(ioctl, fd, PERF_EVENT_IOC_MODIFY_ATTRIBUTES, attr);
	in(2, attr, sizeof(*attr));
	programs(fd);
}

/* Pages of a range that is waited for, given their bytes by hand; fd may be none. */
static void given(int fd, char *memory)
{
	struct uffdio_copy *copy = tail(sizeof(*copy));
	struct uffdio_range *range = tail(sizeof(*range));
	char *bytes = pages(1);
	long ret;

	memset(bytes, 'u', PAGE);
	*copy = (struct uffdio_copy){ .dst = POINTER(memory), .src = POINTER(bytes), .len = PAGE };
	TEST("userfaultfd: a page's bytes");
	ret = CALL(ioctl, fd, UFFDIO_COPY, copy);
	out(2, copy, sizeof(*copy));
	in(2, bytes, PAGE);
	need(ret || !memcmp(memory, bytes, PAGE), "a page that was copied");
	TEST("userfaultfd: they are there already");
	CALL(ioctl, fd, UFFDIO_COPY, copy);
	out(2, copy, sizeof(*copy));
	in(2, bytes, PAGE);
	*range = (struct uffdio_range){ .start = POINTER(memory), .len = PAGE };
	TEST("userfaultfd: nobody waits, and nothing is waited for");
	CALL(ioctl, fd, UFFDIO_WAKE, range);
	in(2, range, sizeof(*range));
	CALL(ioctl, fd, UFFDIO_UNREGISTER, range);
	in(2, range, sizeof(*range));
}

static void awaited(void)
{
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	char *memory = pages(1);
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register registration = { .range = { POINTER(memory), PAGE },
						.mode = UFFDIO_REGISTER_MODE_MISSING };

	if (fd >= 0)
		need(!ioctl(fd, UFFDIO_API, &api) && !ioctl(fd, UFFDIO_REGISTER, &registration),
		     "userfaultfd");
	given(fd, memory);
}

int main(void)
{
	measured();
	awaited();
	flush();
	return 0;
}
