/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The trace file's name and life, what a failing disk or reader does to it, and task snapshots. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "record/blocks.h"
#include "record/output.h"
#include "record/writer.h"
#include "recorder.h"

static int enter_directory(void **state)
{
	char path[] = "/tmp/recorder-test.XXXXXX";

	if (!mkdtemp(path) || chdir(path))
		return -1;
	*state = strdup(path);
	return *state ? 0 : -1;
}

static int leave_directory(void **state)
{
	static const char *const names[] = { "t",      "t.old",		 "t.partial",
					     "target", "target.partial", "link" };
	int err = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		unlink(names[i]);
	rmdir("t");
	rmdir("t.partial");
	if (chdir("/") || rmdir(*state))
		err = -1;
	free(*state);
	return err;
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void check_file(const char *path, const char *text)
{
	char got[64] = "";
	int fd = open(path, O_RDONLY | O_NOFOLLOW);

	assert_true(fd >= 0);
	assert_int_equal(read(fd, got, sizeof(got) - 1), strlen(text));
	assert_string_equal(got, text);
	close(fd);
}

static struct output *open_and_write(const char *path, const char *text)
{
	struct output *output = output__open(path);

	assert_non_null(output);
	assert_int_equal(write(output__fd(output), text, strlen(text)), strlen(text));
	return output;
}

static void finish(struct output *output)
{
	assert_int_equal(output__finish(output), 0);
	output__free(output);
}

static void refuse(const char *path, int error)
{
	errno = 0;
	assert_null(output__open(path));
	assert_int_equal(errno, error);
}

static void test_life(void **state)
{
	struct output *output;
	struct stat st;

	(void)state;
	output = open_and_write("t", "one");
	assert_string_equal(output__name(output), "t.partial");
	assert_int_equal(access("t", F_OK), -1);
	assert_int_equal(fstat(output__fd(output), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(fcntl(output__fd(output), F_GETFD) & FD_CLOEXEC);
	assert_int_equal(output__finish(output), 0);
	assert_string_equal(output__name(output), "t");
	output__discard(output);
	output__free(output);
	check_file("t", "one");
	finish(open_and_write("t", "two"));
	finish(open_and_write("./t", "three"));
	check_file("t", "three");
	check_file("t.old", "two");
	assert_int_equal(access("t.partial", F_OK), -1);
}

static void test_unfinished(void **state)
{
	struct output *output;

	(void)state;
	output__free(open_and_write("t", "killed"));
	check_file("t.partial", "killed");
	output = open_and_write("t", "new");
	check_file("t.partial", "new");
	refuse("t", EBUSY);
	check_file("t.partial", "new");
	output__discard(output);
	output__free(output);
	assert_int_equal(access("t.partial", F_OK), -1);
}

static void test_links(void **state)
{
	(void)state;
	write_file("target", "precious");
	assert_int_equal(symlink("target", "t"), 0);
	refuse("t", ELOOP);
	assert_int_equal(unlink("t"), 0);
	assert_int_equal(symlink("target", "t.partial"), 0);
	finish(open_and_write("t", "trace"));
	check_file("t", "trace");
	/* Links that appear while it is written are replaced, not followed. */
	assert_int_equal(symlink("target", "t.old"), 0);
	finish(open_and_write("t", "second"));
	check_file("t.old", "trace");
	assert_int_equal(unlink("t.old"), 0);
	struct output *output = open_and_write("t", "third");

	assert_int_equal(unlink("t"), 0);
	assert_int_equal(symlink("target", "t"), 0);
	finish(output);
	check_file("t", "third");
	check_file("target", "precious");
}

static void test_no_place(void **state)
{
	struct output *output;

	(void)state;
	refuse("", ENOENT);
	refuse("missing/t", ENOENT);
	refuse("/", EISDIR);
	refuse(".", EISDIR);
	output = output__open("/dev/null");
	assert_non_null(output);
	assert_true(output__is_stream(output));
	assert_string_equal(output__name(output), "/dev/null");
	assert_int_equal(output__finish(output), 0);
	output__discard(output);
	output__free(output);
	assert_int_equal(access("/dev/null", F_OK), 0);
	write_file("target", "");
	refuse("target/t", ENOTDIR);
	assert_int_equal(mkdir("t.partial", 0700), 0);
	refuse("t", EISDIR);
}

static void test_sudo(void **state)
{
	struct output *output;
	struct stat st;

	(void)state;
	if (geteuid())
		skip();
	setenv("SUDO_UID", "65534", 1);
	setenv("SUDO_GID", "65533", 1);
	output = open_and_write("t", "");
	assert_int_equal(fstat(output__fd(output), &st), 0);
	assert_int_equal(st.st_uid, 65534);
	assert_int_equal(st.st_gid, 65533);
	finish(output);
	setenv("SUDO_GID", "65533x", 1);
	output = open_and_write("t", "");
	assert_int_equal(fstat(output__fd(output), &st), 0);
	assert_int_equal(st.st_uid, 0);
	finish(output);
	unsetenv("SUDO_UID");
	unsetenv("SUDO_GID");
}

static void test_standard_output(void **state)
{
	int terminal = posix_openpt(O_RDWR | O_NOCTTY), saved = dup(STDOUT_FILENO);
	int null = open("/dev/null", O_WRONLY), slave, err;
	struct output *output, *refused;

	(void)state;
	assert_true(terminal >= 0 && saved >= 0 && null >= 0);
	assert_int_equal(grantpt(terminal) | unlockpt(terminal), 0);
	slave = open(ptsname(terminal), O_RDWR | O_NOCTTY);
	assert_true(slave >= 0);
	fflush(stdout);
	dup2(slave, STDOUT_FILENO);
	refused = output__open("-");
	err = errno;
	dup2(null, STDOUT_FILENO);
	output = output__open("-");
	dup2(saved, STDOUT_FILENO);
	assert_null(refused);
	assert_int_equal(err, ENOTTY);
	assert_non_null(output);
	assert_string_equal(output__name(output), "standard output");
	assert_int_equal(output__fd(output), STDOUT_FILENO);
	finish(output);
	close(terminal);
	close(slave);
	close(saved);
	close(null);
	assert_true(fcntl(STDOUT_FILENO, F_GETFD) >= 0);
}

static void fill(uint8_t *bytes, size_t size)
{
	uint32_t x = 1;

	for (size_t i = 0; i < size; i++) {
		x = x * 1664525 + 1013904223;
		bytes[i] = (uint8_t)(x >> 24);
	}
}

/* A disk that is full: the file ends with the last whole block, and can be ended in order. */
static void test_full_disk(void **state)
{
	struct rlimit limit, old;
	struct recorder_totals totals;
	struct recorder_trace *reader;
	const struct recorder_event *event;
	struct writer *writer;
	uint8_t bytes[40000];
	uint64_t good;
	int fd = open("t", O_RDWR | O_CREAT | O_APPEND, 0600);

	(void)state;
	fill(bytes, sizeof(bytes));
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	writer = writer__new(fd);
	assert_non_null(writer);
	assert_int_equal(writer__block(writer, BLOCK_META, 0, NULL, 0), 0);
	assert_int_equal(write_syscalls(writer), 0);
	assert_int_equal(writer__block(writer, 99, 0, bytes, sizeof(bytes)), 0);
	good = writer__offset(writer);
	limit = (struct rlimit){ .rlim_cur = good + 1000, .rlim_max = old.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(writer__block(writer, 99, 0, bytes, sizeof(bytes)), -EFBIG);
	assert_int_equal(writer__error(writer), -EFBIG);
	assert_int_equal(lseek(fd, 0, SEEK_END), good);
	assert_int_equal(writer__block(writer, 99, 0, bytes, 1), -EFBIG);
	assert_int_equal(writer__rewind(writer, good + 1), -EINVAL);
	assert_int_equal(writer__rewind(writer, good), 0);
	assert_int_equal(write_end(writer, 1, "error: full", NULL, 0, NULL, 0), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(lseek(fd, 0, SEEK_END), writer__offset(writer));
	writer__free(writer);
	lseek(fd, 0, SEEK_SET);
	reader = recorder_trace__fdopen(fd);
	assert_non_null(reader);
	assert_int_equal(recorder_trace__next(reader, &event), 0);
	assert_string_equal(recorder_trace__ending(reader), "error: full");
	recorder_trace__totals(reader, &totals);
	assert_true(totals.finished);
	assert_int_equal(totals.blocks, 4);
	recorder_trace__free(reader);
}

/* A pipe that does not block, read slowly, gets it all; a closed one is an error. */
static void test_pipe(void **state)
{
	static uint8_t bytes[1U << 20], got[65536];
	struct writer *writer;
	int pipe_fds[2], status;
	uint64_t offset;
	pid_t child;

	(void)state;
	fill(bytes, sizeof(bytes));
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe2(pipe_fds, O_NONBLOCK), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		struct pollfd pollfd = { .fd = pipe_fds[0], .events = POLLIN };
		size_t total = 0;
		ssize_t n;

		close(pipe_fds[1]);
		while (poll(&pollfd, 1, -1) >= 0 && (n = read(pipe_fds[0], got, sizeof(got))) > 0)
			total += (size_t)n;
		_exit(total == FORMAT_HEADER_SIZE + BLOCK_HEADER_SIZE + sizeof(bytes) ? 0 : 1);
	}
	writer = writer__new(pipe_fds[1]);
	assert_non_null(writer);
	assert_int_equal(writer__block(writer, BLOCK_DATA, 0, bytes, sizeof(bytes)), 0);
	offset = writer__offset(writer);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	writer__free(writer);
	assert_int_equal(pipe2(pipe_fds, 0), 0);
	writer = writer__new(pipe_fds[1]);
	assert_non_null(writer);
	close(pipe_fds[0]);
	assert_int_equal(writer__block(writer, BLOCK_DATA, 0, bytes, 1000), -EPIPE);
	assert_int_equal(writer__offset(writer), FORMAT_HEADER_SIZE);
	assert_int_equal(writer__rewind(writer, FORMAT_HEADER_SIZE), -ESPIPE);
	assert_true(offset > sizeof(bytes));
	writer__free(writer);
	close(pipe_fds[1]);
}

static const struct recorder_fd *find_fd(const struct recorder_task *task, int fd)
{
	for (size_t i = 0; i < task->nfds; i++)
		if (task->fds[i].fd == fd)
			return &task->fds[i];
	return NULL;
}

static void test_task(void **state)
{
	int fd = memfd_create("trace", 0), file = open("t", O_WRONLY | O_CREAT | O_APPEND, 0600);
	const struct recorder_task *task;
	const struct recorder_fd *found;
	struct recorder_trace *reader;
	char exe[PATH_MAX] = "", path[PATH_MAX];
	struct writer *writer;

	assert_true(readlink("/proc/self/exe", exe, sizeof(exe) - 1) > 0);
	assert_int_equal(write(file, "12345", 5), 5);
	writer = writer__new(fd);
	assert_non_null(writer);
	assert_int_equal(writer__block(writer, BLOCK_META, 0, NULL, 0), 0);
	assert_int_equal(write_syscalls(writer), 0);
	assert_int_equal(write_task(writer, getpid(), true), 0);
	assert_int_equal(write_task(writer, INT_MAX, true), -ESRCH);
	assert_int_equal(write_end(writer, 1, "exit", NULL, 0, NULL, 0), 0);
	writer__free(writer);
	lseek(fd, 0, SEEK_SET);
	reader = recorder_trace__fdopen(fd);
	assert_non_null(reader);
	task = recorder_trace__task(reader, 0);
	assert_non_null(task);
	assert_null(recorder_trace__task(reader, 1));
	assert_int_equal(task->pid, getpid());
	assert_int_equal(task->ppid, getppid());
	assert_int_equal(task->uid, getuid());
	assert_int_equal(task->gid, getgid());
	assert_string_equal(task->exe, exe);
	assert_string_equal(task->cwd, *state);
	assert_string_equal(task->root, "/");
	assert_true(task->cmdline_len > strlen(task->cmdline));
	assert_int_equal(task->ntids, 1);
	assert_int_equal(task->tids[0], getpid());
	assert_non_null(strstr(task->maps, exe));
	assert_true(task->auxv_len && task->auxv_len % 16 == 0);
	found = find_fd(task, file);
	assert_non_null(found);
	snprintf(path, sizeof(path), "%s/t", (char *)*state);
	assert_string_equal(found->target, path);
	assert_int_equal(found->pos, 5);
	assert_int_equal(found->flags & (O_ACCMODE | O_APPEND), O_WRONLY | O_APPEND);
	recorder_trace__free(reader);
	close(file);
}

static void test_meta(void **state)
{
	static char big[3U << 20];
	struct meta *meta = meta__new();
	int fd = memfd_create("trace", 0);
	struct recorder_trace *reader;
	struct writer *writer;
	size_t len;

	(void)state;
	memset(big, 'x', sizeof(big));
	writer = writer__new(fd);
	assert_non_null(writer);
	assert_int_equal(meta__set_machine(meta), 0);
	assert_int_equal(meta__set(meta, "command", "a\0b\0", 4), 0);
	assert_int_equal(meta__set(meta, "big", big, sizeof(big)), 0);
	assert_int_equal(meta__set(meta, "options", big, sizeof(big)), 0);
	assert_int_equal(meta__set(meta, "options", big, 5U << 20), -E2BIG);
	assert_int_equal(meta__set_text(meta, "mode", "command"), 0);
	assert_int_equal(meta__write(meta, writer), 0);
	meta__free(meta);
	assert_int_equal(write_syscalls(writer), 0);
	assert_int_equal(write_end(writer, 1, "exit", NULL, 0, NULL, 0), 0);
	writer__free(writer);
	lseek(fd, 0, SEEK_SET);
	reader = recorder_trace__fdopen(fd);
	assert_non_null(reader);
	assert_memory_equal(recorder_trace__meta(reader, "command", &len), "a\0b\0", 4);
	assert_int_equal(len, 4);
	assert_non_null(recorder_trace__meta(reader, "options", &len));
	assert_int_equal(len, sizeof(big));
	assert_string_equal(recorder_trace__meta(reader, "mode", NULL), "command");
	assert_true(atoll(recorder_trace__meta(reader, "clock.realtime_ns", NULL)) > 0);
	assert_int_equal(atoi(recorder_trace__meta(reader, "page_size", NULL)),
			 sysconf(_SC_PAGESIZE));
	assert_non_null(recorder_trace__syscall(reader, 0, 0));
	recorder_trace__free(reader);
}

#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, enter_directory, leave_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIRECTORY(test_life),      IN_DIRECTORY(test_unfinished),
		IN_DIRECTORY(test_links),     IN_DIRECTORY(test_no_place),
		IN_DIRECTORY(test_sudo),      cmocka_unit_test(test_standard_output),
		IN_DIRECTORY(test_full_disk), cmocka_unit_test(test_pipe),
		IN_DIRECTORY(test_task),      cmocka_unit_test(test_meta),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
