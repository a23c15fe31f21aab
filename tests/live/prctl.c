/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* prctl, arch_prctl. */
#include <sys/prctl.h>

#include "expect.h"

#ifdef __x86_64__
#include <asm/prctl.h>
#endif

/* struct prctl_mm_map as the kernel has it for programs of 32 bits too. */
static void memory_map(void)
{
	struct {
		uint64_t addresses[11], auxv;
		uint32_t auxv_size, exe_fd;
	} *map = tail(sizeof(*map));
	uint64_t *auxv = tail(2 * sizeof(*auxv));
	unsigned int *size = tail(sizeof(*size));

	TEST("prctl: PR_SET_MM, the size of a map");
	if (CALL(prctl, PR_SET_MM, PR_SET_MM_MAP_SIZE, size, 0, 0) == 0)
		out(2, size, sizeof(*size));
	map->auxv = POINTER(auxv);
	map->auxv_size = 2 * sizeof(*auxv);
	TEST("prctl: PR_SET_MM, a map that is refused and its vector");
	CALL(prctl, PR_SET_MM, PR_SET_MM_MAP, map, sizeof(*map), 0);
	in(2, map, sizeof(*map));
	in(2, auxv, 2 * sizeof(*auxv));
	TEST("prctl: PR_SET_MM, a vector alone");
	CALL(prctl, PR_SET_MM, PR_SET_MM_AUXV, map, 96, 0);
	in(2, map, 96);
	TEST("prctl: PR_SET_MM, an address");
	CALL(prctl, PR_SET_MM, PR_SET_MM_START_BRK, 16, 0, 0);
}

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
	memory_map();
	TEST("prctl: no such option");
	CALL(prctl, 9999, number, 0, 0, 0);
#ifdef __x86_64__
	{
		/* Bases, what extended state there is and is allowed, tags, shadow stacks */
		static const long asked[] = { ARCH_GET_FS, ARCH_GET_GS, 0x1021, 0x1022,
					      0x1024,	   0x4001,	0x4003, 0x5005 };
		unsigned long *answer = tail(8);

		TEST("arch_prctl: what is asked");
		for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
			if (CALL(arch_prctl, asked[i], answer) == 0)
				out(1, answer, 8);
		TEST("arch_prctl: no such option");
		CALL(arch_prctl, 0x9999, answer);
	}
#endif
	flush();
	return 0;
}
