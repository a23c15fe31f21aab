// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "record/target.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct target {
	pid_t pid;
	int go;	     /* a byte lets the command go */
	int reports; /* that it is ready, or why not; then why its execve failed: one that succeeds
			closes this */
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

static int set_environment(const struct passwd *entry)
{
	if (setenv("HOME", entry->pw_dir, 1) || setenv("SHELL", entry->pw_shell, 1) ||
	    setenv("USER", entry->pw_name, 1) || setenv("LOGNAME", entry->pw_name, 1))
		return -errno;
	return 0;
}

/*
 * As sudo -u: the user's groups, and where the user is at home. A number that the password
 * database lacks is a user without groups, but for one of the same number.
 */
static int become(const char *text)
{
	const struct passwd *entry = getpwnam(text);
	unsigned long number = strtoul(text, NULL, 10);
	gid_t gid;
	int err;

	if (!entry)
		entry = getpwuid(number);
	gid = entry ? entry->pw_gid : number;
	if (entry ? initgroups(entry->pw_name, gid) : setgroups(0, NULL))
		return -errno;
	if (setresgid(gid, gid, gid))
		return -errno;
	err = entry ? set_environment(entry) : 0;
	if (entry)
		number = entry->pw_uid;
	return !err && setresuid(number, number, number) ? -errno : err;
}

static bool user_exists(const char *text)
{
	unsigned long number;
	char *end;

	if (getpwnam(text))
		return true;
	errno = 0;
	number = strtoul(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && !errno && number < UINT32_MAX;
}

/* What the command's process has to say: 0, or a negative errno. */
static void report(int to, int err)
{
	if (write(to, &err, sizeof(err)) < 0)
		_exit(125);
}

/* The next report; 0 when there is none because the execve closed the pipe. */
static int read_report(int from)
{
	ssize_t n;
	int err;

	do {
		n = read(from, &err, sizeof(err));
	} while (n < 0 && errno == EINTR);
	return n == sizeof(err) ? err : 0;
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

/* The command is looked for with the rights that it will have. */
__attribute__((noreturn)) static void wait_and_exec(const struct target_options *options, int go,
						    int reports)
{
	int err = options->user ? become(options->user) : 0;
	char *path = NULL, byte;
	ssize_t n;

	if (!err && !(path = find_command(options->argv[0])))
		err = -errno;
	report(reports, err);
	if (err)
		_exit(125);
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
	touch_strings(options->argv);
	touch_strings(environ);
	execv(path, options->argv);
	report(reports, -errno);
	_exit(127);
}

struct target *target__new(const struct target_options *options)
{
	struct target *target = calloc(1, sizeof(*target));
	int go[2] = { -1, -1 }, reports[2] = { -1, -1 }, err = 0;

	if (!target)
		return NULL;
	if (options->user && !user_exists(options->user)) {
		err = EINVAL;
		goto out;
	}
	if (pipe2(go, O_CLOEXEC) || pipe2(reports, O_CLOEXEC)) {
		err = errno;
		goto out;
	}
	target->pid = fork();
	if (target->pid == 0) {
		sigprocmask(SIG_SETMASK, options->mask, NULL);
		close(go[1]);
		close(reports[0]);
		wait_and_exec(options, go[0], reports[1]);
	}
	if (target->pid < 0)
		err = errno;
out:
	if (go[0] >= 0)
		close(go[0]);
	if (reports[1] >= 0)
		close(reports[1]);
	target->go = go[1];
	target->reports = reports[0];
	if (!err && (err = -read_report(target->reports)))
		waitpid(target->pid, NULL, 0);
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
	if (target->reports >= 0)
		close(target->reports);
	free(target);
}

pid_t target__pid(const struct target *target)
{
	return target->pid;
}

int target__run(struct target *target)
{
	/* A process that was killed meanwhile is known by its end. */
	if (write(target->go, "", 1) != 1)
		return errno == EPIPE ? 0 : -errno;
	return read_report(target->reports);
}

bool target__ended(struct target *target, int *status)
{
	if (!target->ended && waitpid(target->pid, &target->status, WNOHANG) == target->pid)
		target->ended = true;
	*status = target->status;
	return target->ended;
}
