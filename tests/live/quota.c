/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* quotactl, quotactl_fd: what their commands read and, where they fail, do not write. */
#include <linux/dqblk_xfs.h>
#include <linux/quota.h>

#include "expect.h"

int main(void)
{
	char *special = tail_string("/dev/null"), *file = tail_string("aquota.user");
	struct if_dqblk *block = tail(sizeof(*block));
	struct if_dqinfo *info = tail(sizeof(*info));
	uint32_t *flags = tail(sizeof(*flags));
	int fd = open(".", O_RDONLY | O_DIRECTORY);

	TEST("quotactl: Q_QUOTAON reads two names");
	CALL(quotactl, QCMD(Q_QUOTAON, USRQUOTA), special, QFMT_VFS_V1, file);
	in_string(1, special);
	in_string(3, file);
	TEST("quotactl: Q_SETQUOTA");
	CALL(quotactl, QCMD(Q_SETQUOTA, GRPQUOTA), special, 7, block);
	in_string(1, special);
	in(3, block, sizeof(*block));
	TEST("quotactl: Q_GETQUOTA of what has none");
	CALL(quotactl, QCMD(Q_GETQUOTA, USRQUOTA), special, 7, block);
	in_string(1, special);
	TEST("quotactl: Q_SYNC of all, no memory");
	CALL(quotactl, QCMD(Q_SYNC, USRQUOTA), NULL, 0, block);
	TEST("quotactl_fd: Q_SETINFO");
	CALL(quotactl_fd, fd, QCMD(Q_SETINFO, PRJQUOTA), 0, info);
	in(3, info, sizeof(*info));
	TEST("quotactl_fd: Q_XQUOTAON");
	CALL(quotactl_fd, fd, QCMD(Q_XQUOTAON, USRQUOTA), 0, flags);
	in(3, flags, sizeof(*flags));
	TEST("quotactl_fd: a kind that does not exist");
	CALL(quotactl_fd, fd, QCMD(Q_SETINFO, 3), 0, info);
	flush();
	return 0;
}
