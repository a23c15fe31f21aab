/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cut_stack.h"
#include "report/stack.h"

static struct recorder_event exec_with(const void *stack, size_t len, struct recorder_buf bufs[2])
{
	struct recorder_event event = { .type = RECORDER_CALL,
					.call = { .bufs = bufs, .nbufs = 2 } };

	cut_stack(bufs, stack, len);
	return event;
}

static void test_initial_stack(void **state)
{
	const uint64_t with[] = {
		2, 0x10, 0x20, 0, 0x30, 0, AT_PAGESZ, 4096, AT_SYSINFO_EHDR, 0x7ff, AT_NULL, 0
	};
	const uint64_t without[] = { 1, 0x10, 0, 0, AT_PAGESZ, 4096, AT_NULL, 0 };
	const uint32_t narrow[] = { 1,	   0x10,    0, 0x20, 0, AT_PAGESZ, 4096, AT_SYSINFO_EHDR,
				    0x7ff, AT_NULL, 0 };
	struct recorder_buf bufs[2];
	struct recorder_event event;

	(void)state;
	event = exec_with(with, sizeof(with), bufs);
	assert_int_equal(stack_has_vdso(NULL, &event), 1);
	event = exec_with(narrow, sizeof(narrow), bufs);
	assert_int_equal(stack_has_vdso(NULL, &event), 1);
	event = exec_with(without, sizeof(without), bufs);
	assert_int_equal(stack_has_vdso(NULL, &event), 0);
	event = exec_with(with, 56, bufs);
	assert_int_equal(stack_has_vdso(NULL, &event), -ENODATA);
	event = exec_with(with, sizeof(with), bufs);
	bufs[1].addr += 4096;
	assert_int_equal(stack_has_vdso(NULL, &event), -ENODATA);
	event.call.nbufs = 0;
	assert_int_equal(stack_has_vdso(NULL, &event), -ENODATA);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_initial_stack) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("stack", tests, NULL, NULL);
}
