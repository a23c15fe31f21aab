/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The table's numbers against the kernel's headers of each ABI: those of this machine, or of a
 * folder that is given, in MACHINE/asm/unistd.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "syscalls/syscalls.h"

static const char *include = "/usr/include";
static bool own = true;

/* The kernel headers of a machine: its own, or those of a Debian package for cross compilers. */
static const char *headers_of(const char *machine, char options[static 256])
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s/asm/unistd.h", include, machine);
	if (access(path, R_OK) == 0) {
		snprintf(options, 256, "-isystem %s/%s -isystem %s", include, machine, include);
		return options;
	}
	snprintf(path, sizeof(path), "/usr/%s/include/asm/unistd.h", machine);
	snprintf(options, 256, "-isystem /usr/%s/include", machine);
	return own && access(path, R_OK) == 0 ? options : NULL;
}

/* The names and numbers of asm/unistd.h as a compiler for target sees them, one a line. */
static FILE *read_numbers(const char *target, const char *machine)
{
	char options[256], command[2048];

	if (!headers_of(machine, options))
		return NULL;
	snprintf(command, sizeof(command),
		 "C='clang --target=%s -std=c11 -nostdlibinc %s -E -P -x c -'\n"
		 "echo '#include <asm/unistd.h>' | $C -dM |"
		 " sed -n 's/^#define __NR_\\([a-z0-9_]*\\) .*/NR \\1 __NR_\\1/p' |"
		 " { echo '#include <asm/unistd.h>'; cat; } | $C | sed -n 's/^NR //p'",
		 target, options);
	return popen(command, "r");
}

/* Marks of the list's ends, and arm's other name for arm_sync_file_range. */
static bool is_no_call(const char *name)
{
	static const char *const names[] = { "syscalls", "arch_specific_syscall",
					     "sync_file_range2" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* Every number of the headers is in the table, and no other where they have the name. */
static void check_numbers(enum event_abi abi, const char *target, const char *machine)
{
	FILE *numbers = read_numbers(target, machine);
	char line[256], name[64];
	int base, nr, names = 0, wrong = 0;

	if (!numbers)
		skip();
	while (fgets(line, sizeof(line), numbers)) {
		const struct syscall *syscall;

		if (sscanf(line, "%63s (%i + %d)", name, &base, &nr) != 3 &&
		    sscanf(line, "%63s %d", name, &nr) != 2)
			continue;
		names++;
		if (is_no_call(name))
			continue;
		syscall = syscall_find_on(abi, name);
		if (syscall && syscall->nr[abi] == nr && syscall_find(abi, nr) == syscall)
			continue;
		print_error("%s: %s is %d, the table says %d\n", abi_name(abi), name, nr,
			    syscall ? syscall->nr[abi] : -1);
		wrong++;
	}
	assert_int_equal(pclose(numbers), 0);
	assert_int_equal(wrong, 0);
	assert_in_range(names, 300, 1000);
}

static void test_numbers_x86_64(void **state)
{
	(void)state;
	check_numbers(ABI_X86_64, "x86_64-linux-gnu", "x86_64-linux-gnu");
}

static void test_numbers_i386(void **state)
{
	(void)state;
	check_numbers(ABI_I386, "i686-linux-gnu", "x86_64-linux-gnu");
}

static void test_numbers_x32(void **state)
{
	(void)state;
	check_numbers(ABI_X32, "x86_64-linux-gnux32", "x86_64-linux-gnu");
}

static void test_numbers_arm64(void **state)
{
	(void)state;
	check_numbers(ABI_ARM64, "aarch64-linux-gnu", "aarch64-linux-gnu");
}

static void test_numbers_arm(void **state)
{
	(void)state;
	check_numbers(ABI_ARM, "arm-linux-gnueabihf", "arm-linux-gnueabihf");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_x86_64), cmocka_unit_test(test_numbers_i386),
		cmocka_unit_test(test_numbers_x32),    cmocka_unit_test(test_numbers_arm64),
		cmocka_unit_test(test_numbers_arm),
	};

	if (argc > 1) {
		include = argv[1];
		own = false;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
