/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* prctl, arch_prctl. */
#include <sys/prctl.h>

#include "expect.h"

#ifdef __x86_64__
#include <asm/prctl.h>
#endif

int main(void)
{
	char *name = tail(16);
	int *number = tail(4);

	memcpy(name, "a new name\0\0\0\0\0", 16);
	TEST("prctl: PR_SET_NAME");
	CALL(prctl, PR_SET_NAME, name, 0, 0, 0);
	in_string(1, name);
	name = tail(16);
	TEST("prctl: PR_GET_NAME");
	CALL(prctl, PR_GET_NAME, name, 0, 0, 0);
	out(1, name, 16);
	TEST("prctl: PR_GET_PDEATHSIG");
	CALL(prctl, PR_GET_PDEATHSIG, number, 0, 0, 0);
	out(1, number, 4);
	TEST("prctl: PR_GET_DUMPABLE, no memory");
	CALL(prctl, PR_GET_DUMPABLE, 0, 0, 0, 0);
	TEST("prctl: no such option");
	CALL(prctl, 9999, number, 0, 0, 0);
#ifdef __x86_64__
	{
		unsigned long *base = tail(8);

		TEST("arch_prctl: ARCH_GET_FS");
		CALL(arch_prctl, ARCH_GET_FS, base);
		out(1, base, 8);
		TEST("arch_prctl: no such option");
		CALL(arch_prctl, 0x9999, base);
	}
#endif
	flush();
	return 0;
}
