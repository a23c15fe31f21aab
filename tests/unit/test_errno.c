/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recorder.h"

static void test_errno_names(void **state)
{
	(void)state;
	assert_string_equal(recorder_errno_name(ENOENT), "ENOENT");
	assert_string_equal(recorder_errno_name(EAGAIN), "EAGAIN");
	assert_string_equal(recorder_errno_name(133), "EHWPOISON");
	assert_string_equal(recorder_errno_name(512), "ERESTARTSYS");
	assert_string_equal(recorder_errno_name(513), "ERESTARTNOINTR");
	assert_string_equal(recorder_errno_name(514), "ERESTARTNOHAND");
	assert_string_equal(recorder_errno_name(516), "ERESTART_RESTARTBLOCK");
	for (int error = 1; error < 134; error++)
		assert_true(recorder_errno_name(error) || error == 41 || error == 58);
	assert_null(recorder_errno_name(0));
	assert_null(recorder_errno_name(-2));
	assert_null(recorder_errno_name(4095));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_errno_names) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("errno", tests, NULL, NULL);
}
