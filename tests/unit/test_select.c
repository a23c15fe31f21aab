/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "syscalls/syscalls.h"

static bool has(const struct syscall_set *set, const char *name)
{
	const struct syscall *syscall = syscall_find_name(name);

	assert_non_null(syscall);
	return syscall_set__has(set, syscall);
}

static size_t count(const struct syscall_set *set)
{
	size_t n = 0;

	for (size_t i = 0; i < syscall_table_size; i++)
		n += syscall_set__has(set, &syscall_table[i]);
	return n;
}

static struct syscall_set parse(const char *text)
{
	struct syscall_set set = { 0 };
	char *word;

	if (syscall_set__parse(&set, text, true, &word) != 0)
		fail_msg("%s: %s", text, word);
	assert_null(word);
	return set;
}

static void test_names(void **state)
{
	struct syscall_set set = parse("trace=openat,read");

	(void)state;
	assert_int_equal(count(&set), 2);
	assert_true(has(&set, "openat"));
	assert_true(has(&set, "read"));
	set = parse("close");
	assert_int_equal(count(&set), 1);
	set = parse("t=close,?no_such_call");
	assert_int_equal(count(&set), 1);
}

static void test_classes(void **state)
{
	struct syscall_set set = parse("%file");

	(void)state;
	assert_true(has(&set, "openat"));
	assert_true(has(&set, "stat"));
	assert_false(has(&set, "read"));
	set = parse("file");
	assert_true(has(&set, "openat"));
	set = parse("%desc");
	assert_true(has(&set, "read"));
	set = parse("%memory");
	assert_true(has(&set, "mmap"));
	assert_true(has(&set, "brk"));
	set = parse("%stat");
	assert_true(has(&set, "stat"));
	assert_false(has(&set, "lstat"));
	set = parse("%%stat");
	assert_true(has(&set, "lstat"));
	assert_true(has(&set, "newfstatat"));
	set = parse("%fstatfs");
	assert_true(has(&set, "fstatfs"));
	assert_false(has(&set, "statfs"));
}

static void test_all_and_none(void **state)
{
	struct syscall_set set = parse("all");

	(void)state;
	assert_int_equal(count(&set), syscall_table_size);
	set = parse("none");
	assert_int_equal(count(&set), 0);
	set = parse("!none");
	assert_int_equal(count(&set), syscall_table_size);
	set = parse("!all");
	assert_int_equal(count(&set), 0);
}

static void test_regex(void **state)
{
	struct syscall_set set = parse("/^epoll_p?wait");

	(void)state;
	assert_true(has(&set, "epoll_wait"));
	assert_true(has(&set, "epoll_pwait2"));
	assert_false(has(&set, "epoll_ctl"));
	set = parse("/stat");
	assert_true(has(&set, "newfstatat"));
	assert_true(has(&set, "fstatfs"));
}

static void test_negation(void **state)
{
	struct syscall_set set = parse("trace=!read,write");

	(void)state;
	assert_int_equal(count(&set), syscall_table_size - 2);
	assert_false(has(&set, "read"));
	assert_false(has(&set, "write"));
	set = parse("!read,!write");
	assert_int_equal(count(&set), syscall_table_size - 2);
	set = parse("%file,!openat,read");
	assert_false(has(&set, "openat"));
	assert_true(has(&set, "stat"));
	assert_true(has(&set, "read"));
}

static void test_more_than_one(void **state)
{
	struct syscall_set set = parse("%file");
	char *word;

	(void)state;
	assert_int_equal(syscall_set__parse(&set, "trace=read", false, &word), 0);
	assert_true(has(&set, "read"));
	assert_true(has(&set, "openat"));
	assert_int_equal(syscall_set__parse(&set, "!openat", false, &word), 0);
	assert_false(has(&set, "openat"));
	assert_true(has(&set, "stat"));
	assert_false(has(&set, "write"));
}

static void test_bad(void **state)
{
	static const struct {
		const char *text, *word;
	} bad[] = {
		{ "no_such_call", "no_such_call" },
		{ "read,%nonsense,write", "%nonsense" },
		{ "trace=", "" },
		{ "!", "" },
		{ "read,", "" },
		{ "read,,write", "" },
		{ "read,!bogus", "!bogus" },
		{ "/[", "/[" },
		{ "/no_such_call_anywhere", "/no_such_call_anywhere" },
		{ "signal=SIGINT", "signal=SIGINT" },
		{ "?", "?" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct syscall_set set = parse("close");
		char *word = NULL;

		assert_int_equal(syscall_set__parse(&set, bad[i].text, false, &word), -EINVAL);
		assert_non_null(word);
		assert_string_equal(word, bad[i].word);
		free(word);
		assert_int_equal(count(&set), 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),	     cmocka_unit_test(test_classes),
		cmocka_unit_test(test_all_and_none), cmocka_unit_test(test_regex),
		cmocka_unit_test(test_negation),     cmocka_unit_test(test_more_than_one),
		cmocka_unit_test(test_bad),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
