// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "record/signals.h"

#include <errno.h>
#include <stddef.h>
#include <sys/signalfd.h>

static const int ending[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP };

int signals__block(struct signals *signals)
{
	struct sigaction hangup;

	sigemptyset(&signals->own);
	for (size_t i = 0; i < sizeof(ending) / sizeof(*ending); i++)
		sigaddset(&signals->own, ending[i]);
	sigaddset(&signals->own, SIGCHLD);
	/* nohup(1) is to hold: a signal that is blocked would come though it is ignored. */
	if (!sigaction(SIGHUP, NULL, &hangup) && hangup.sa_handler == SIG_IGN)
		sigdelset(&signals->own, SIGHUP);
	return sigprocmask(SIG_BLOCK, &signals->own, &signals->caller) ? -errno : 0;
}

int signals__pending(const struct signals *signals)
{
	sigset_t pending;

	if (sigpending(&pending))
		return 0;
	for (size_t i = 0; i < sizeof(ending) / sizeof(*ending); i++)
		if (sigismember(&pending, ending[i]) && sigismember(&signals->own, ending[i]))
			return ending[i];
	return 0;
}

int signals__open(const struct signals *signals)
{
	int fd = signalfd(-1, &signals->own, SFD_CLOEXEC | SFD_NONBLOCK);

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	return fd < 0 ? -errno : fd;
}
