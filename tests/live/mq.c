/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* POSIX message queues. */
#include <mqueue.h>
#include <time.h>

#include "expect.h"

int main(void)
{
	struct mq_attr *attr = tail(sizeof(*attr)), *old = tail(sizeof(*old));
	struct timespec *deadline = tail(sizeof(*deadline));
	char name[64], *queue, *text = tail_copy("queued", 6), *buf = tail(64);
	unsigned int *priority = tail(4);
	long n;
	int fd;

	snprintf(name, sizeof(name), "recorder-test.%d", getpid());
	queue = tail_string(name);
	memset(attr, 0, sizeof(*attr));
	attr->mq_maxmsg = 3;
	attr->mq_msgsize = 64;
	TEST("mq_open: a new one");
	fd = (int)CALL(mq_open, queue, O_RDWR | O_CREAT | O_EXCL, 0600, attr);
	in_string(0, queue);
	in(3, attr, sizeof(*attr));
	TEST("mq_timedsend: a message");
	*deadline = (struct timespec){ 1, 0 };
	CALL(mq_timedsend, fd, text, 6, 9, deadline);
	in(1, text, 6);
	in(4, deadline, sizeof(*deadline));
	TEST("mq_timedreceive: the message and its priority");
	n = CALL(mq_timedreceive, fd, buf, 64, priority, NULL);
	out(1, buf, (size_t)n);
	out(3, priority, 4);
	TEST("mq_timedreceive: time is up");
	CALL(mq_timedreceive, fd, buf, 64, priority, deadline);
	in(4, deadline, sizeof(*deadline));
	TEST("mq_timedreceive: too small");
	CALL(mq_timedreceive, fd, buf, 1, priority, NULL);
	attr->mq_flags = O_NONBLOCK;
	TEST("mq_getsetattr: new flags, with the old ones");
	CALL(mq_getsetattr, fd, attr, old);
	in(1, attr, sizeof(*attr));
	out(2, old, sizeof(*old));
	TEST("mq_unlink: it");
	CALL(mq_unlink, queue);
	in_string(0, queue);
	TEST("mq_unlink: it is gone");
	CALL(mq_unlink, queue);
	in_string(0, queue);
	flush();
	return 0;
}
