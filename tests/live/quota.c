/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* quotactl, quotactl_fd: what the commands of each kind of quota read and, where they fail, do not
 * write. */
#include <linux/dqblk_xfs.h>
#include <linux/quota.h>

#include "expect.h"

#ifndef PRJQUOTA
#define PRJQUOTA 2
#endif

static const struct {
	int command;
	size_t bytes; /* that it reads */
} commands[] = {
	{ Q_GETFMT, 0 },       { Q_GETINFO, 0 },       { Q_SETINFO, 24 },  { Q_GETQUOTA, 0 },
	{ Q_SETQUOTA, 72 },    { Q_GETNEXTQUOTA, 0 },  { Q_XQUOTAON, 4 },  { Q_XQUOTAOFF, 4 },
	{ Q_XGETQUOTA, 0 },    { Q_XSETQLIM, 112 },    { Q_XGETQSTAT, 0 }, { Q_XQUOTARM, 4 },
	{ Q_XGETQSTATV, 160 }, { Q_XGETNEXTQUOTA, 0 },
};

/* struct if_dqblk of i386 ends with its last member: its 64-bit members need no more alignment. */
static size_t bytes_of(size_t i)
{
	return commands[i].command == Q_SETQUOTA ? sizeof(struct if_dqblk) : commands[i].bytes;
}

static void of_kind(int kind, int fd)
{
	char *special = tail_string("/dev/null"), *file = tail_string("aquota");

	TEST("quotactl: two names");
	CALL(quotactl, QCMD(Q_QUOTAON, kind), special, QFMT_VFS_V1, file);
	in_string(1, special);
	in_string(3, file);
	CALL(quotactl_fd, fd, QCMD(Q_QUOTAON, kind), QFMT_VFS_V1, file);
	in_string(3, file);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		char *memory = tail(160);
		size_t bytes = bytes_of(i);

		TEST("quotactl: of what has none");
		CALL(quotactl, QCMD(commands[i].command, kind), special, 7, memory);
		in_string(1, special);
		if (bytes)
			in(3, memory, bytes);
		CALL(quotactl_fd, fd, QCMD(commands[i].command, kind), 7, memory);
		if (bytes)
			in(3, memory, bytes);
	}
}

int main(void)
{
	char *special = tail_string("/dev/null"), *memory = tail(24);
	int fd = open("/proc", O_RDONLY | O_DIRECTORY);

	for (int kind = USRQUOTA; kind <= PRJQUOTA; kind++)
		of_kind(kind, fd);
	TEST("quotactl: Q_SYNC of all, no memory");
	CALL(quotactl, QCMD(Q_SYNC, USRQUOTA), NULL, 0, memory);
	TEST("quotactl: of a kind that does not exist");
	CALL(quotactl, QCMD(Q_SETINFO, 3), special, 0, memory);
	in_string(1, special);
	CALL(quotactl_fd, fd, QCMD(Q_SETINFO, 3), 0, memory);
	flush();
	return 0;
}
