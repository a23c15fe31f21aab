/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Keys, Landlock, security modules, seccomp; ptrace of a child. */
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sys/ptrace.h>

#include "expect.h"
#include "newer.h"

#define SESSION -3L /* KEY_SPEC_SESSION_KEYRING */

static void keys(void)
{
	char *type = tail_string("user"), *name = tail_string("a key"),
	     *data = tail_copy("data", 4);
	char *buf = tail(100);
	long key, n;

	TEST("keys: a keyring of one's own");
	CALL(keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL, 0, 0, 0);
	TEST("keys: a new one");
	key = CALL(add_key, type, name, data, 4, SESSION);
	in_string(0, type);
	in_string(1, name);
	in(2, data, 4);
	TEST("keys: what it holds, and what it is");
	n = CALL(keyctl, KEYCTL_READ, key, buf, 100, 0);
	if (n > 0)
		out(2, buf, (size_t)n);
	n = CALL(keyctl, KEYCTL_DESCRIBE, key, buf, 100, 0);
	if (n > 0)
		out(2, buf, (size_t)n);
	CALL(keyctl, KEYCTL_UPDATE, key, data, 2, 0);
	in(2, data, 2);
	CALL(keyctl, KEYCTL_SEARCH, SESSION, type, name, 0);
	in_string(2, type);
	in_string(3, name);
	CALL(keyctl, KEYCTL_REVOKE, key, 0, 0, 0);
	TEST("request_key: one that is not there");
	CALL(request_key, type, tail_string("no key"), NULL, SESSION);
	in_string(0, type);
	TEST("add_key: of no known type");
	CALL(add_key, name, name, NULL, 0, SESSION);
	in_string(0, name);
	in_string(1, name);
}

static void landlock(void)
{
	uint64_t *handled = tail(8), *attr = tail(12);
	int fd;

	*handled = LANDLOCK_ACCESS_FS_EXECUTE;
	TEST("landlock: a set of rules");
	fd = (int)CALL(landlock_create_ruleset, handled, 8, 0);
	in(0, handled, 8);
	CALL(landlock_create_ruleset, NULL, 0, 1);
	memset(attr, 0xff, 12);
	CALL(landlock_add_rule, fd, LANDLOCK_RULE_PATH_BENEATH, attr, 0);
	in(2, attr, 12);
	CALL(landlock_add_rule, fd, 77, attr, 0);
	CALL(landlock_restrict_self, -1L, 0);
}

static void modules(void)
{
	uint32_t *size = tail(4);
	char *buf = tail(PAGE);
	long n;

	*size = PAGE;
	TEST("security modules: their list");
	n = CALL(lsm_list_modules, buf, size, 0);
	if (n >= 0) {
		out(0, buf, *size);
		out(1, size, 4);
	}
	TEST("security modules: wrong attributes");
	CALL(lsm_get_self_attr, 99, NULL, NULL, 0);
	CALL(lsm_set_self_attr, 99, buf, 16, 0);
	in(1, buf, 16);
	TEST("seccomp: what there is");
	*size = SECCOMP_RET_LOG;
	CALL(seccomp, SECCOMP_GET_ACTION_AVAIL, 0, size);
	in(2, size, 4);
	if (CALL(seccomp, SECCOMP_GET_NOTIF_SIZES, 0, buf) == 0)
		out(2, buf, 6);
	CALL(seccomp, 99, 0, buf);
}

static void look_at(pid_t pid)
{
	long *word = tail(sizeof(long));
	uint64_t *set = tail(8);
	siginfo_t *info = tail(128);

	CALL(ptrace, PTRACE_INTERRUPT, pid, 0, 0);
	need(waitpid(pid, NULL, 0) == pid, "waitpid");
	CALL(ptrace, PTRACE_PEEKDATA, pid, &abi, word);
	out(3, word, sizeof(long));
	CALL(ptrace, PTRACE_PEEKDATA, pid, BAD, word);
	CALL(ptrace, PTRACE_GETSIGINFO, pid, 0, info);
	out(3, info, 128);
	CALL(ptrace, PTRACE_GETSIGMASK, pid, 8, set);
	out(3, set, 8);
	CALL(ptrace, PTRACE_DETACH, pid, 0, 0);
}

/* Somebody else may trace the child already. */
static void trace(void)
{
	pid_t pid;

	flush();
	pid = fork();
	if (!pid) {
		pause();
		_exit(0);
	}
	TEST("ptrace: of a child");
	if (CALL(ptrace, PTRACE_SEIZE, pid, 0, 0) == 0)
		look_at(pid);
	TEST("ptrace: of nobody");
	CALL(ptrace, PTRACE_ATTACH, 0x3fffffff, 0, 0);
	need(!kill(pid, SIGKILL) && waitpid(pid, NULL, 0) == pid, "kill");
}

static void signals(void)
{
	int self = (int)syscall(SYS_pidfd_open, getpid(), 0);
	siginfo_t *info = tail(128);

	memset(info, 0, 128);
	info->si_signo = SIGUSR1;
	info->si_code = SI_QUEUE;
	need(signal(SIGUSR1, SIG_IGN) != SIG_ERR, "signal");
	TEST("signals: with what they say");
	CALL(rt_tgsigqueueinfo, getpid(), getpid(), SIGUSR1, info);
	in(3, info, 128);
	CALL(pidfd_send_signal, self, SIGUSR1, info, 0);
	in(2, info, 128);
	CALL(pidfd_send_signal, -1L, SIGUSR1, NULL, 0);
}

int main(void)
{
	keys();
	landlock();
	modules();
	trace();
	signals();
	flush();
	return 0;
}
