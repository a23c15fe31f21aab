/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "screen.h"
#include "show/fd_calls.h"

static struct call *open_call(const char *path, uint64_t flags, int64_t fd)
{
	struct call *call = new_call("open", "path=path,flags=flags:open", fd, (uint64_t)PAGE,
				     flags);

	add_memory(call, 0, PAGE, (const uint8_t *)path, strlen(path) + 1);
	return call;
}

static void expect_fd(struct screen *screen, uint32_t thread, uint32_t pid, int fd,
		      const char *text)
{
	struct call *call = new_call("fsync", "fd=fd", 0, (uint64_t)fd);
	char line[128];

	call->event.thread = thread;
	call->event.pid = call->event.tid = pid;
	snprintf(line, sizeof(line), "[%5u %5u] 00:00:01.000000 fsync(%s) = 0" SUFFIX, pid, pid,
		 text);
	assert_string_equal(print(screen, &call->event), line);
	free(call);
}

static void expect_nothing(struct screen *screen, struct recorder_event event)
{
	assert_string_equal(print(screen, &event), "");
}

static void fork_event(struct screen *screen, uint32_t thread, uint32_t pid)
{
	struct recorder_event event = new_event(RECORDER_FORK);

	event.fork.thread = thread;
	event.fork.pid = event.fork.tid = pid;
	event.fork.comm = "cat";
	expect_nothing(screen, event);
}

static void test_paths(void **state)
{
	static const struct recorder_fd fds[] = {
		{ .fd = 0, .target = "/dev/pts/0" },
		{ .fd = 9, .flags = 02000000, .target = "pipe:[7]" }
	};
	static const struct recorder_task task = {
		.pid = 42, .cwd = "/home", .fds = fds, .nfds = 2
	};
	struct screen screen = open_screen((struct show_options){ 0 });

	(void)state;
	show__task(screen.show, &task);
	expect_fd(&screen, 1, 42, 0, "0</dev/pts/0>");
	expect_fd(&screen, 1, 42, 9, "9<pipe:[7]>");
	expect_call(&screen, open_call("./a//b", 02000000, 3),
		    "open(\"./a//b\", O_RDONLY|O_CLOEXEC) = 3</home/a/b>");
	expect_call(&screen, open_call("/x<y>", 0, 4),
		    "open(\"/x<y>\", O_RDONLY) = 4</x\\074y\\076>");
	expect_call(&screen, new_call("dup2", "a=fd,b=fd", 5, (uint64_t)4, (uint64_t)5),
		    "dup2(4</x\\074y\\076>, 5) = 5</x\\074y\\076>");
	expect_call(&screen, new_call("close", "fd=fd", 0, (uint64_t)4),
		    "close(4</x\\074y\\076>) = 0");
	expect_fd(&screen, 1, 42, 4, "4");
	close_screen(&screen);
}

static void test_paths_over_processes(void **state)
{
	struct recorder_event exec = new_event(RECORDER_EXEC);
	struct screen screen = open_screen((struct show_options){ 0 });

	(void)state;
	exec.thread = 2;
	exec.pid = exec.tid = 43;
	expect_call(&screen, open_call("/kept", 0, 3), "open(\"/kept\", O_RDONLY) = 3</kept>");
	expect_call(&screen, open_call("/gone", 02000000, 4),
		    "open(\"/gone\", O_RDONLY|O_CLOEXEC) = 4</gone>");
	fork_event(&screen, 2, 43);
	fork_event(&screen, 3, 42);
	expect_call(&screen, open_call("/later", 0, 5), "open(\"/later\", O_RDONLY) = 5</later>");
	expect_fd(&screen, 2, 43, 4, "4</gone>");
	expect_fd(&screen, 2, 43, 5, "5");
	expect_fd(&screen, 3, 42, 5, "5</later>");
	expect_nothing(&screen, exec);
	expect_fd(&screen, 2, 43, 3, "3</kept>");
	expect_fd(&screen, 2, 43, 4, "4");
	expect_fd(&screen, 1, 42, 4, "4</gone>");
	expect_call(&screen,
		    new_call("close_range", "first=fd,last=unsigned,flags=hex", 0, (uint64_t)4,
			     (uint64_t)0xffffffff, (uint64_t)0),
		    "close_range(4</gone>, 4294967295, 0) = 0");
	expect_fd(&screen, 3, 42, 5, "5");
	expect_fd(&screen, 3, 42, 3, "3</kept>");
	close_screen(&screen);
}

/* A snapshot's descriptors stay known while any thread that was there lives. */
static void test_paths_of_threads(void **state)
{
	static const struct recorder_fd fds[] = { { .fd = 3, .target = "/kept" } };
	static const struct recorder_task task = { .pid = 42, .fds = fds, .nfds = 1 };
	struct recorder_event thread = new_event(RECORDER_THREAD);
	struct recorder_event end = new_event(RECORDER_EXIT);
	struct screen screen = open_screen((struct show_options){ 0 });

	(void)state;
	show__task(screen.show, &task);
	expect_nothing(&screen, thread);
	thread.thread = 2;
	expect_nothing(&screen, thread);
	expect_call(&screen, open_call("/other", 0, 4), "open(\"/other\", O_RDONLY) = 4</other>");
	assert_string_not_equal(print(&screen, &end), "");
	expect_fd(&screen, 2, 42, 3, "3</kept>");
	close_screen(&screen);
}

static struct call *path_call(const char *name, const char *path, int64_t ret)
{
	struct call *call = new_call(name, "path=path", ret, (uint64_t)PAGE);

	add_memory(call, 0, PAGE, (const uint8_t *)path, strlen(path) + 1);
	return call;
}

static void expect_directory(struct screen *screen, const char *text)
{
	char line[128];

	snprintf(line, sizeof(line), "fchownat(%s) = 0", text);
	expect_call(screen, new_call("fchownat", "dirfd=dirfd", 0, (uint64_t)-100), line);
}

static void test_directories(void **state)
{
	struct screen screen = open_screen((struct show_options){ 0 });

	(void)state;
	expect_directory(&screen, "AT_FDCWD");
	expect_call(&screen, path_call("chdir", "/tmp", 0), "chdir(\"/tmp\") = 0");
	expect_directory(&screen, "AT_FDCWD</tmp>");
	expect_call(&screen, path_call("chdir", "link", 0), "chdir(\"link\") = 0");
	expect_directory(&screen, "AT_FDCWD</tmp/link>");
	expect_call(&screen, path_call("getcwd", "/real", 6), "getcwd(\"/real\") = 6");
	expect_directory(&screen, "AT_FDCWD</real>");
	expect_call(&screen, path_call("getcwd", "(unreachable)/", 15),
		    "getcwd(\"(unreachable)/\") = 15");
	expect_directory(&screen, "AT_FDCWD</real>");
	close_screen(&screen);
}

/* Names of descriptors stand for what these stand for. */
static void test_descriptor_names(void **state)
{
	static const struct recorder_fd fds[] = { { .fd = 0, .target = "pipe:[7]" } };
	static const struct recorder_task task = { .pid = 42, .fds = fds, .nfds = 1 };
	struct screen screen = open_screen((struct show_options){ 0 });

	(void)state;
	show__task(screen.show, &task);
	expect_call(&screen, open_call("/dev/fd/0", 0, 4),
		    "open(\"/dev/fd/0\", O_RDONLY) = 4<pipe:[7]>");
	expect_call(&screen, open_call("/proc/self/fd/4", 0, 5),
		    "open(\"/proc/self/fd/4\", O_RDONLY) = 5<pipe:[7]>");
	expect_call(&screen, open_call("/dev/stdin", 0, 6),
		    "open(\"/dev/stdin\", O_RDONLY) = 6<pipe:[7]>");
	expect_call(&screen, open_call("/dev/fd/77", 0, 7), "open(\"/dev/fd/77\", O_RDONLY) = 7");
	expect_call(&screen, open_call("/dev/fd", 0, 8),
		    "open(\"/dev/fd\", O_RDONLY) = 8</dev/fd>");
	close_screen(&screen);
}

/* What vfork's child, which shares descriptors, does after its execve is its own. */
static void test_vfork(void **state)
{
	struct recorder_event exec = new_event(RECORDER_EXEC);
	struct screen screen = open_screen((struct show_options){ 0 });
	struct call *call;

	(void)state;
	exec.thread = 2;
	exec.pid = exec.tid = 43;
	expect_call(&screen, open_call("/gone", 02000000, 4),
		    "open(\"/gone\", O_RDONLY|O_CLOEXEC) = 4</gone>");
	fork_event(&screen, 2, 43);
	expect_nothing(&screen, exec);
	call = new_call("clone", "flags=flags:clone", 43, (uint64_t)0x4500);
	expect_call(&screen, call, "clone(CLONE_VM|CLONE_FILES|CLONE_VFORK) = 43");
	expect_fd(&screen, 2, 43, 4, "4");
	close_screen(&screen);
}

/* Lost calls may have closed and opened anything. */
static void test_lost_calls(void **state)
{
	struct screen screen = open_screen((struct show_options){ 0 });
	struct call *call;

	(void)state;
	expect_call(&screen, open_call("/a", 0, 3), "open(\"/a\", O_RDONLY) = 3</a>");
	call = new_call("fsync", "fd=fd", 0, (uint64_t)3);
	call->event.call.seq = 1;
	expect_call(&screen, call, "fsync(3</a>) = 0");
	call = new_call("fsync", "fd=fd", 0, (uint64_t)3);
	call->event.call.seq = 3;
	expect_call(&screen, call, "fsync(3) = 0");
	close_screen(&screen);
}

/* Nor is known what happened where -e left out the calls that close descriptors. */
static void test_filtered(void **state)
{
	static const struct {
		const char *filter;
		bool fds, cwd;
	} filters[] = { { NULL, true, true },
			{ "", true, true },
			{ "openat,read", false, false },
			{ "%desc", true, false },
			{ "!futex", true, true },
			{ "!futex,close", false, true },
			{ "%file,%desc", true, true },
			{ "no such call", false, false } };
	struct recorder_event made = new_event(RECORDER_CALL), later = new_event(RECORDER_CALL);

	(void)state;
	made.call.enter_ns = made.time_ns - 1;
	later.call.enter_ns = made.time_ns + 1;
	later.time_ns = made.time_ns + 2;
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		struct fds *fds = fds__new();

		assert_non_null(fds);
		fd_calls__trust(fds, filters[i].filter);
		fds__set(fds, &made, 3, "/a", false);
		fds__set_cwd(fds, &made, "/srv");
		assert_string_equal(fds__path(fds, &made, 3), "/a");
		assert_int_equal(fds__path(fds, &later, 3) != NULL, filters[i].fds);
		assert_int_equal(fds__cwd(fds, &later) != NULL, filters[i].cwd);
		fds__free(fds);
	}
}

static void test_marks(void **state)
{
	static const char types[] = "fd=fd,cmd=hex,arg=unused";
	struct recorder_event exec = new_event(RECORDER_EXEC);
	struct screen screen = open_screen((struct show_options){ 0 });

	(void)state;
	expect_call(&screen, open_call("/gone", 0, 3), "open(\"/gone\", O_RDONLY) = 3</gone>");
	expect_call(&screen, open_call("/kept", 02000000, 4),
		    "open(\"/kept\", O_RDONLY|O_CLOEXEC) = 4</kept>");
	expect_call(&screen,
		    new_call("ioctl", types, 0, (uint64_t)3, (uint64_t)0x5451, (uint64_t)0),
		    "ioctl(3</gone>, 0x5451) = 0");
	expect_call(&screen,
		    new_call("ioctl", types, 0, (uint64_t)4, (uint64_t)0x5450, (uint64_t)0),
		    "ioctl(4</kept>, 0x5450) = 0");
	expect_nothing(&screen, exec);
	expect_fd(&screen, 1, 42, 3, "3");
	expect_fd(&screen, 1, 42, 4, "4</kept>");
	close_screen(&screen);
}

/* Another thread opens a file while this one's call with the same number is still under way. */
static void test_reused_numbers(void **state)
{
	struct screen screen = open_screen((struct show_options){ 0 });
	struct call *call;

	(void)state;
	fork_event(&screen, 2, 42);
	expect_call(&screen, open_call("/old", 0, 3), "open(\"/old\", O_RDONLY) = 3</old>");
	call = open_call("/new", 0, 3);
	call->event.thread = 2;
	call->event.call.enter_ns = 1000600000;
	call->event.time_ns = 1000700000;
	assert_non_null(print(&screen, &call->event));
	free(call);
	call = new_call("close", "fd=fd", 0, (uint64_t)3);
	call->event.call.enter_ns = 1000650000;
	call->event.time_ns = 1001150000;
	assert_string_equal(print(&screen, &call->event),
			    "[   42    42] 00:00:01.000650 close(3) = 0" SUFFIX);
	call->event.call.enter_ns = 1002000000;
	call->event.time_ns = 1002500000;
	assert_string_equal(print(&screen, &call->event),
			    "[   42    42] 00:00:01.002000 close(3</new>) = 0" SUFFIX);
	free(call);
	close_screen(&screen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_paths_over_processes),
		cmocka_unit_test(test_paths_of_threads),
		cmocka_unit_test(test_directories),
		cmocka_unit_test(test_descriptor_names),
		cmocka_unit_test(test_vfork),
		cmocka_unit_test(test_lost_calls),
		cmocka_unit_test(test_filtered),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_reused_numbers),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
