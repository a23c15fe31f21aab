/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Verdicts over events made here: every way in which a trace can be incomplete, every notice. */
#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include <cmocka.h>

#undef fail /* also a function of the program */
#include "cmd.h"
#include "cut_stack.h"
#include "report/verdict.h"

static const struct recorder_syscall sys_read = { .name = "read" };
static const struct recorder_syscall sys_bpf = { .name = "bpf", .coverage = 1 };
static const struct recorder_syscall sys_mmap = { .name = "mmap" };
static const struct recorder_syscall sys_execve = { .name = "execve" };
static const struct recorder_syscall sys_prctl = { .name = "prctl" };
static const struct recorder_syscall sys_rseq = { .name = "rseq" };
static const struct recorder_syscall sys_io_uring = { .name = "io_uring_setup" };
static const struct recorder_syscall sys_shmat = { .name = "shmat" };

#define ARM64 3 /* an ABI without rdtsc: no notice unless a test wants one */

struct fixture {
	struct verifier *verifier;
	struct verify_facts facts;
	struct verdict verdict;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->verifier = verifier__new(NULL);
	f->facts.finished = true;
	f->facts.ending = "exit";
	f->facts.mode = "command";
	*state = f;
	return f->verifier ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	verifier__free(f->verifier);
	free(f);
	return 0;
}

static struct recorder_event event_of(enum recorder_event_type type, uint32_t thread)
{
	return (struct recorder_event){
		.type = type, .thread = thread, .pid = 100, .tid = 99 + thread, .comm = "cat"
	};
}

static struct recorder_event call_of(uint32_t thread, uint64_t seq)
{
	struct recorder_event event = event_of(RECORDER_CALL, thread);

	event.call.seq = seq;
	event.call.abi = ARM64;
	event.call.syscall = &sys_read;
	return event;
}

static void add(struct fixture *f, struct recorder_event event)
{
	assert_int_equal(verifier__add(f->verifier, &event), 0);
}

static void add_calls(struct fixture *f, uint32_t thread, uint64_t first, uint64_t last)
{
	for (uint64_t seq = first; seq <= last; seq++)
		add(f, call_of(thread, seq));
}

static void add_end(struct fixture *f, enum recorder_event_type type, uint32_t thread,
		    uint64_t next_seq)
{
	struct recorder_event event = event_of(type, thread);

	event.exit.next_seq = next_seq;
	add(f, event);
}

/* One successful call by itself in a finished thread. */
static void add_one(struct fixture *f, struct recorder_event call)
{
	add(f, call);
	add_end(f, RECORDER_EXIT, call.thread, 1);
}

static void judge(struct fixture *f)
{
	verifier__finish(f->verifier, &f->facts);
	verdict__make(&f->verdict, f->verifier, &f->facts);
}

static const struct finding *find(const struct fixture *f, const char *name)
{
	for (size_t i = 0; i < f->verdict.nfindings; i++) {
		if (!strcmp(f->verdict.findings[i].name, name))
			return &f->verdict.findings[i];
	}
	return NULL;
}

static void expect(struct fixture *f, int status, const char *line)
{
	judge(f);
	assert_string_equal(f->verdict.line, line);
	assert_int_equal(f->verdict.status, status);
}

/* The only notice is this one, seen count times. */
static void expect_notice(struct fixture *f, const char *name, uint64_t count)
{
	judge(f);
	assert_int_equal(f->verdict.status, VERIFY_NOTICES);
	assert_non_null(find(f, name));
	assert_int_equal(find(f, name)->count, count);
	assert_int_equal(find(f, name)->kind, FINDING_NOTICE);
}

static void test_complete(void **state)
{
	struct fixture *f = *state;

	add_calls(f, 1, 0, 9);
	add_calls(f, 2, 0, 1);
	add_end(f, RECORDER_EXIT, 1, 10);
	add_end(f, RECORDER_END, 2, 2);
	expect(f, VERIFY_COMPLETE, "complete: 12 calls of 2 threads, nothing lost");
	assert_int_equal(find(f, "alive")->kind, FINDING_REMARK);
}

static void test_gaps(void **state)
{
	struct fixture *f = *state;

	add_calls(f, 1, 2, 9);	 /* 2 lost at the beginning */
	add_calls(f, 1, 15, 20); /* 5 in the middle */
	add_calls(f, 2, 0, 4);
	add_calls(f, 3, 0, 4);
	add_end(f, RECORDER_EXIT, 1, 21);
	add_end(f, RECORDER_EXIT, 2, 5);
	add_end(f, RECORDER_END, 3, 8); /* 3 at the end */
	f->facts.lost_calls = 10;
	expect(f, VERIFY_INCOMPLETE, "incomplete: 10 calls lost in 2 threads");
	assert_null(find(f, "counters"));
	assert_int_equal(verifier__counts(f->verifier)->nlosses, 2);
	assert_int_equal(verifier__counts(f->verifier)->losses[0].lost, 7);
	assert_int_equal(verifier__counts(f->verifier)->losses[0].thread, 1);
	assert_int_equal(verifier__counts(f->verifier)->losses[1].lost, 3);
}

static void test_counters_contradict(void **state)
{
	struct fixture *f = *state;

	add_calls(f, 1, 0, 4);
	add_end(f, RECORDER_EXIT, 1, 5);
	f->facts.lost_calls = 2;
	expect(f, VERIFY_INCOMPLETE, "incomplete: 2 lost calls counted");
	assert_non_null(find(f, "counters"));
}

/* A missed exit explains a gap, but no more than one. */
static void test_missed_exit(void **state)
{
	struct fixture *f = *state;

	add_calls(f, 1, 1, 4);
	add_end(f, RECORDER_EXIT, 1, 5);
	f->facts.missed_exit = 1;
	expect(f, VERIFY_INCOMPLETE, "incomplete: 1 call lost in 1 thread, 1 program run missed");
	assert_null(find(f, "counters"));
	f->facts.missed_exit = 0;
	verdict__make(&f->verdict, f->verifier, &f->facts);
	assert_non_null(find(f, "counters"));
}

/* A thread that lost all its calls is known by its fork. */
static void test_thread_without_calls(void **state)
{
	struct fixture *f = *state;
	struct recorder_event fork = event_of(RECORDER_FORK, 1);

	fork.fork.thread = 2;
	fork.fork.pid = 101;
	fork.fork.tid = 101;
	fork.fork.comm = "child";
	add(f, fork);
	add_end(f, RECORDER_EXIT, 1, 0);
	expect(f, VERIFY_INCOMPLETE, "incomplete: 1 thread without an end");
	assert_string_equal(find(f, "no_end")->where->comm, "child");
}

static void test_not_finished(void **state)
{
	struct fixture *f = *state;

	add_calls(f, 1, 0, 4);
	f->facts.finished = false;
	f->facts.ending = NULL;
	expect(f, VERIFY_INCOMPLETE,
	       "not finished: 5 calls of 1 thread up to there, nothing lost of them");
	assert_null(find(f, "no_end"));
}

static void test_damaged(void **state)
{
	struct fixture *f = *state;

	add_calls(f, 1, 0, 0);
	add_calls(f, 1, 3, 3);
	add_end(f, RECORDER_EXIT, 1, 4);
	f->facts.damages = 1;
	f->facts.damage = "block at 77: bad checksum";
	expect(f, VERIFY_DAMAGED,
	       "damaged: 2 calls of 1 thread could be read, 2 calls lost in 1 thread");
	assert_non_null(strstr(find(f, "damage")->text, "block at 77"));
}

static void test_disorder(void **state)
{
	struct fixture *f = *state;

	add_calls(f, 1, 0, 2);
	add_calls(f, 1, 1, 1);
	add_end(f, RECORDER_EXIT, 1, 3);
	add_calls(f, 1, 3, 3);
	judge(f);
	assert_int_equal(f->verdict.status, VERIFY_DAMAGED);
	assert_int_equal(find(f, "disorder")->count, 2);
}

/* No number in a file makes a sum wrap. */
static void test_extremes(void **state)
{
	struct fixture *f = *state;

	add(f, call_of(1, UINT64_MAX));
	add(f, call_of(2, UINT64_MAX - 1));
	add_end(f, RECORDER_END, 3, UINT64_MAX);
	add_end(f, RECORDER_END, UINT32_MAX, UINT64_MAX);
	judge(f);
	assert_int_equal(f->verdict.status, VERIFY_DAMAGED);
	assert_int_equal(verifier__counts(f->verifier)->lost, UINT64_MAX);
}

static void test_missed_and_lost(void **state)
{
	struct fixture *f = *state;

	add_calls(f, 1, 0, 0);
	add_end(f, RECORDER_EXIT, 1, 1);
	f->facts.missed_enter = 1;
	f->facts.missed_exit = 2;
	f->facts.lost_events = 1;
	f->facts.lost_ranges = 4;
	f->facts.lost_storage = 3;
	f->facts.ending = "error: disk full";
	expect(f, VERIFY_INCOMPLETE,
	       "incomplete: 1 event lost, 4 ranges lost, 3 threads not followed, "
	       "3 program runs missed, recording ended by an error");
	assert_non_null(strstr(find(f, "ending")->text, "disk full"));
}

static struct recorder_event call_with(const struct recorder_buf *bufs, size_t nbufs)
{
	struct recorder_event call = call_of(1, 0);

	call.call.bufs = bufs;
	call.call.nbufs = nbufs;
	return call;
}

static void test_missing_ranges(void **state)
{
	struct fixture *f = *state;
	const struct recorder_buf bufs[] = {
		{ .arg = 1, .out = true, .full = 10, .error = EFAULT },
		{ .arg = 2, .full = 4, .error = EFAULT },
		{ .arg = 3, .full = 4, .len = 4 },
	};

	add_one(f, call_with(bufs, 3));
	expect(f, VERIFY_INCOMPLETE, "incomplete: 2 ranges missing");
	assert_int_equal(verifier__counts(f->verifier)->missing_calls, 1);
	assert_int_equal(verifier__counts(f->verifier)->missing_bytes, 14);
}

static void test_bad_address(void **state)
{
	struct fixture *f = *state;
	const struct recorder_buf buf = { .arg = 1, .full = 4096, .error = EFAULT };
	struct recorder_event call = call_with(&buf, 1);

	call.call.ret = -EBADF;
	add_one(f, call);
	expect_notice(f, "bad_address", 1);
}

static void test_cut_and_limits(void **state)
{
	struct fixture *f = *state;
	const struct recorder_buf buf = { .arg = 1, .out = true, .full = 4096, .len = 32 };

	add_one(f, call_with(&buf, 1));
	f->facts.data = "out";
	f->facts.filter = "%file";
	f->facts.uid = "1000";
	f->facts.no_follow = true;
	expect_notice(f, "cut", 1);
	assert_int_equal(verifier__counts(f->verifier)->cut_bytes, 4064);
	assert_non_null(strstr(find(f, "filter")->text, "%file"));
	assert_non_null(strstr(find(f, "uid")->text, "--uid=1000"));
	assert_non_null(find(f, "data"));
	assert_non_null(find(f, "no-follow"));
	assert_string_equal(f->verdict.line,
			    "complete: 1 call of 1 thread, nothing lost (5 notices)");
}

/* A fetched range is safe while its thread is alone. */
static void test_fetched(void **state)
{
	struct fixture *f = *state;
	const struct recorder_buf buf = {
		.arg = 1, .out = true, .full = 8, .len = 8, .fetched = true
	};
	struct recorder_event call = call_with(&buf, 1);

	add(f, call);
	add_calls(f, 2, 0, 0);
	call.call.seq = 1;
	add(f, call);
	add_end(f, RECORDER_EXIT, 2, 1);
	call.call.seq = 2;
	add(f, call);
	add_end(f, RECORDER_EXIT, 1, 3);
	expect_notice(f, "fetched", 1);
}

static void test_no_entry_and_unfinished(void **state)
{
	struct fixture *f = *state;
	struct recorder_event call = call_of(1, 0);

	call.call.no_entry = true;
	add(f, call);
	call = call_of(1, 1);
	call.call.unfinished = true;
	add(f, call);
	add_end(f, RECORDER_EXIT, 1, 2);
	expect_notice(f, "no_entry", 1);
	assert_int_equal(find(f, "unfinished")->count, 1);
}

/* Where none was looked at it is a choice of the user's, not a matter of single calls. */
static void test_no_entry_time(void **state)
{
	struct fixture *f = *state;
	struct recorder_event call = call_of(1, 0);

	f->facts.no_entry_time = true;
	call.call.no_entry = true;
	add(f, call);
	add_end(f, RECORDER_EXIT, 1, 1);
	expect_notice(f, "no-entry-time", 0);
	assert_null(find(f, "no_entry"));
}

static void test_undescribed(void **state)
{
	struct fixture *f = *state;
	struct recorder_event call = call_of(1, 0);

	call.call.syscall = &sys_bpf;
	add(f, call);
	call.call.seq = 1;
	call.call.syscall = NULL;
	add(f, call);
	add_end(f, RECORDER_EXIT, 1, 2);
	expect_notice(f, "undescribed", 2);
	assert_non_null(strstr(find(f, "undescribed")->text, "in bpf, numbers outside the table"));
}

static void add_mmap(struct fixture *f, uint64_t seq, uint64_t prot, uint64_t flags, int64_t ret)
{
	struct recorder_event call = call_of(1, seq);

	call.call.syscall = &sys_mmap;
	call.call.args[2] = prot;
	call.call.args[3] = flags;
	call.call.ret = ret;
	add(f, call);
}

static void test_mappings(void **state)
{
	struct fixture *f = *state;

	add_mmap(f, 0, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, 4096);
	add_mmap(f, 1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, 4096);
	add_mmap(f, 2, PROT_READ | PROT_WRITE, MAP_SHARED, 4096);
	add_mmap(f, 3, PROT_READ, MAP_SHARED, 4096);
	add_mmap(f, 4, PROT_READ, MAP_PRIVATE, 4096);
	add_mmap(f, 5, PROT_READ | PROT_WRITE, MAP_SHARED, -ENODEV);
	add_end(f, RECORDER_EXIT, 1, 6);
	expect_notice(f, "shared", 2);
	assert_int_equal(find(f, "mapped")->count, 3);
}

static void test_other_ways(void **state)
{
	static const struct recorder_syscall *const calls[] = { &sys_rseq, &sys_io_uring,
								&sys_shmat };
	struct fixture *f = *state;
	struct recorder_event signal = event_of(RECORDER_SIGNAL, 1);

	for (uint64_t i = 0; i < 3; i++) {
		struct recorder_event call = call_of(1, i);

		call.call.syscall = calls[i];
		add(f, call);
	}
	signal.signal.handler = 1;
	add(f, signal);
	signal.signal.handler = 0x401000;
	add(f, signal);
	add(f, event_of(RECORDER_THREAD, 1));
	add_end(f, RECORDER_EXIT, 1, 3);
	f->facts.mode = "attach";
	expect_notice(f, "rseq", 1);
	assert_int_equal(find(f, "io_uring")->count, 1);
	assert_int_equal(find(f, "shared")->count, 1);
	assert_int_equal(find(f, "handler")->count, 1);
	assert_int_equal(find(f, "attached")->count, 1);
}

static void test_rdtsc(void **state)
{
	struct fixture *f = *state;
	struct recorder_event call = call_of(1, 0), fork = event_of(RECORDER_FORK, 1);

	call.call.abi = 0;
	call.call.syscall = &sys_prctl;
	call.call.args[0] = PR_SET_TSC;
	call.call.args[1] = PR_TSC_SIGSEGV;
	add(f, call);
	fork.fork.thread = 2; /* has it from its parent */
	fork.fork.pid = 100;
	add(f, fork);
	call = call_of(2, 0);
	call.call.abi = 0;
	add_one(f, call);
	add_end(f, RECORDER_EXIT, 1, 1);
	call = call_of(3, 0);
	call.call.abi = 0;
	add_one(f, call);
	expect_notice(f, "rdtsc", 1);
	assert_int_equal(find(f, "rdtsc")->where->tid, 102);
}

static struct recorder_event exec_with(const void *stack, size_t len, struct recorder_buf bufs[2])
{
	struct recorder_event call = call_of(1, 0);

	cut_stack(bufs, stack, len);
	call.call.syscall = &sys_execve;
	call.call.bufs = bufs;
	call.call.nbufs = 2;
	return call;
}

static void test_vdso(void **state)
{
	const uint64_t with[] = { 1, 0x10, 0, 0, AT_SYSINFO_EHDR, 0x7ff, AT_NULL, 0 };
	struct fixture *f = *state;
	struct recorder_buf bufs[2];

	add_one(f, exec_with(with, sizeof(with), bufs));
	expect_notice(f, "vdso", 1);
	assert_string_equal(find(f, "vdso")->where->comm, "cat");
}

static void test_snapshot(void **state)
{
	const struct recorder_task task = {
		.pid = 7,
		.comm = "old",
		.maps = "00400000-00401000 r-xp 00000000 08:01 1234       /usr/bin/old\n"
			"7f0000000000-7f0000001000 rw-s 00000000 00:01 77 /dev/shm/x\n"
			"7f0000002000-7f0000003000 rw-p 00000000 00:00 0\n"
			"7ffc00000000-7ffc00002000 r-xp 00000000 00:00 0  [vdso]",
	};
	struct sightings sightings = { 0 };

	(void)state;
	sightings__add_task(&sightings, &task);
	assert_int_equal(sightings.kinds[SIGHTING_MAPPED].count, 2);
	assert_int_equal(sightings.kinds[SIGHTING_SHARED].count, 1);
	assert_int_equal(sightings.kinds[SIGHTING_VDSO].count, 1);
	assert_int_equal(sightings.kinds[SIGHTING_VDSO].pid, 7);
}

static void test_printed(void **state)
{
	struct fixture *f = *state;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	add_mmap(f, 0, PROT_READ, MAP_PRIVATE, 4096);
	add_mmap(f, 3, PROT_READ, MAP_PRIVATE, 4096);
	add_end(f, RECORDER_EXIT, 1, 4);
	f->facts.lost_calls = 2;
	judge(f);
	verdict__print(&f->verdict, f->verifier, out);
	verdict__print_json(&f->verdict, f->verifier, &f->facts, out);
	fclose(out);
	assert_string_equal(
		text,
		"incomplete: 2 calls lost in 1 thread\n"
		"  lost: gaps in the sequence numbers (2 calls)\n"
		"    2 of cat 100\n"
		"  mapped: the contents of mapped files are read without a syscall "
		"(2 mappings, first in cat 100)\n"
		"{\"verdict\":\"incomplete\",\"status\":2,"
		"\"line\":\"incomplete: 2 calls lost in 1 thread\",\"calls\":2,\"threads\":1,"
		"\"unfinished_calls\":0,\"alive_threads\":0,\"lost_calls\":2,"
		"\"threads_without_end\":0,\"disorder\":0,\"missing_ranges\":0,\"missing_calls\":0,"
		"\"missing_bytes\":0,\"cut_bytes\":0,\"lost_threads\":1,\"losses\":[{\"thread\":1,"
		"\"pid\":100,\"tid\":100,\"comm\":\"cat\",\"lost\":2}],\"finished\":true,"
		"\"torn\":false,\"damages\":0,\"ending\":\"exit\",\"counters\":{\"lost_calls\":2,"
		"\"lost_events\":0,\"lost_ranges\":0,"
		"\"lost_storage\":0,\"unwritten_calls\":0,\"missed_enter\":0,"
		"\"missed_exit\":0,\"missed_other\":0},\"findings\":[{\"kind\":\"problem\","
		"\"name\":\"lost\",\"text\":\"gaps in the sequence numbers\","
		"\"count\":2,\"unit\":\"call\"},{\"kind\":\"notice\",\"name\":\"mapped\","
		"\"text\":\"the contents of mapped files are read without a syscall\","
		"\"count\":2,\"unit\":\"mapping\",\"pid\":100,\"tid\":100,"
		"\"comm\":\"cat\"}]}\n");
	free(text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_complete),
		TEST(test_gaps),
		TEST(test_counters_contradict),
		TEST(test_missed_exit),
		TEST(test_thread_without_calls),
		TEST(test_not_finished),
		TEST(test_damaged),
		TEST(test_disorder),
		TEST(test_extremes),
		TEST(test_missed_and_lost),
		TEST(test_missing_ranges),
		TEST(test_bad_address),
		TEST(test_cut_and_limits),
		TEST(test_fetched),
		TEST(test_no_entry_and_unfinished),
		TEST(test_no_entry_time),
		TEST(test_undescribed),
		TEST(test_mappings),
		TEST(test_other_ways),
		TEST(test_rdtsc),
		TEST(test_vdso),
		TEST(test_snapshot),
		TEST(test_printed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
