// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "record/target.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct target {
	pid_t pid;
	int go;	    /* a byte lets the command go */
	int failed; /* the errno of its execve comes here; closed by one that succeeds */
	bool ended;
	int status;
};

static int is_executable(const char *path)
{
	struct stat info;

	if (stat(path, &info))
		return -errno;
	if (!S_ISREG(info.st_mode) || access(path, X_OK))
		return -EACCES;
	return 0;
}

/* The file that execvp(3) would take: an allocated path, or NULL with errno. */
static char *find_command(const char *name)
{
	const char *dir = getenv("PATH"), *end;
	int worst = ENOENT, err;
	char *path = NULL;

	if (strchr(name, '/')) {
		err = is_executable(name);
		if (!err)
			return strdup(name);
		errno = -err;
		return NULL;
	}
	if (!dir)
		dir = "/usr/local/bin:/bin:/usr/bin";
	for (;; dir = end + 1) {
		end = strchrnul(dir, ':');
		if (asprintf(&path, "%.*s%s%s", (int)(end - dir), dir, end > dir ? "/" : "./",
			     name) < 0)
			return NULL;
		err = is_executable(path);
		if (!err)
			return path;
		free(path);
		if (err == -EACCES)
			worst = EACCES;
		if (!*end)
			break;
	}
	errno = worst;
	return NULL;
}

static int become(const struct passwd *user)
{
	if (!user)
		return 0;
	if (initgroups(user->pw_name, user->pw_gid) ||
	    setresgid(user->pw_gid, user->pw_gid, user->pw_gid) ||
	    setresuid(user->pw_uid, user->pw_uid, user->pw_uid))
		return -errno;
	return 0;
}

/*
 * Capture reads execve's strings without a fault. Before 6.10 it does so at the entry, and after a
 * fork their pages need one: mm/memory.c marks them old, which on arm64 without hardware access
 * flags means not accessible.
 */
static void touch_strings(char *const *strings)
{
	static volatile size_t length;

	for (; *strings; strings++)
		length += strlen(*strings);
}

__attribute__((noreturn)) static void wait_and_exec(const char *path,
						    const struct target_options *options,
						    const struct passwd *user, int go, int failed)
{
	char byte;
	ssize_t n;
	int err;

	/* The trace begins with this process's execve: under the command's name, not the
	 * recorder's. */
	prctl(PR_SET_NAME, basename(path));
	do {
		n = read(go, &byte, 1);
	} while (n < 0 && errno == EINTR);
	if (n != 1)
		_exit(125);
	if (options->to_stderr)
		dup2(STDERR_FILENO, STDOUT_FILENO);
	err = become(user);
	if (!err) {
		touch_strings(options->argv);
		touch_strings(environ);
		execv(path, options->argv);
		err = -errno;
	}
	if (write(failed, &err, sizeof(err)) < 0)
		_exit(125);
	_exit(127);
}

struct target *target__new(const struct target_options *options)
{
	struct target *target = calloc(1, sizeof(*target));
	int go[2] = { -1, -1 }, failed[2] = { -1, -1 }, err;
	struct passwd *user = NULL;
	char *path = NULL;

	if (!target)
		return NULL;
	errno = 0;
	if (options->user && !(user = getpwnam(options->user))) {
		err = errno ? errno : EINVAL;
		goto out;
	}
	err = 0;
	path = find_command(options->argv[0]);
	if (!path || pipe2(go, O_CLOEXEC) || pipe2(failed, O_CLOEXEC)) {
		err = errno;
		goto out;
	}
	target->pid = fork();
	if (target->pid == 0) {
		close(go[1]);
		close(failed[0]);
		wait_and_exec(path, options, user, go[0], failed[1]);
	}
	if (target->pid < 0)
		err = errno;
out:
	free(path);
	if (go[0] >= 0)
		close(go[0]);
	if (failed[1] >= 0)
		close(failed[1]);
	target->go = go[1];
	target->failed = failed[0];
	if (err) {
		target__free(target);
		errno = err;
		return NULL;
	}
	return target;
}

void target__free(struct target *target)
{
	if (!target)
		return;
	if (target->go >= 0)
		close(target->go);
	if (target->failed >= 0)
		close(target->failed);
	free(target);
}

pid_t target__pid(const struct target *target)
{
	return target->pid;
}

int target__run(struct target *target)
{
	ssize_t n;
	int err;

	if (write(target->go, "", 1) != 1)
		return -errno;
	do {
		n = read(target->failed, &err, sizeof(err));
	} while (n < 0 && errno == EINTR);
	return n == sizeof(err) ? err : 0;
}

bool target__ended(struct target *target, int *status)
{
	if (!target->ended && waitpid(target->pid, &target->status, WNOHANG) == target->pid)
		target->ended = true;
	*status = target->status;
	return target->ended;
}
