/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "show/fd_calls.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "syscalls/syscalls.h"

#define NO_ARG 0xff
#define CLOEXEC 0x80000	 /* O_CLOEXEC, and SOCK_, EFD_, TFD_, ... after it, on every machine */
#define CLOEXEC_ALWAYS 0 /* as a mask */
#define TMPFILE 0x400000 /* O_TMPFILE's own bit */
#define FILES_FLAG 0x400 /* CLONE_FILES */
#define EBADF_RESULT (-9)
#define VFORK_FLAG 0x4000 /* CLONE_VFORK */
#define CWD_FD (-100)	  /* AT_FDCWD */

enum effect {
	OPENS_PATH,   /* arg: path, relative to the directory in the argument before it */
	OPENS_OBJECT, /* what has a name of its own */
	OPENS_MEMORY, /* memfd_create */
	OPENS_SOCKET,
	OPENS_UNKNOWN, /* a descriptor, nobody can tell of what */
	OPENS_PAIR,    /* arg: where two descriptors are */
	ACCEPTS,
	DUPLICATES, /* arg: the new one, NO_ARG where the result tells */
	CONTROLS,   /* fcntl */
	MARKS,	    /* ioctl */
	CLOSES,
	CLOSES_RANGE,
	CHANGES_DIRECTORY,
	CHANGES_DIRECTORY_FD,
	TELLS_DIRECTORY, /* getcwd */
	UNSHARES,
	CLONES,
};

struct rule {
	const char *name;
	enum effect effect;
	uint8_t arg;
	uint8_t flags;	  /* argument with flags, or NO_ARG */
	uint32_t cloexec; /* the flag among them */
	const char *object;
};

static const struct rule rules[] = {
	{ "open", OPENS_PATH, 0, 1, CLOEXEC, NULL },
	{ "openat", OPENS_PATH, 1, 2, CLOEXEC, NULL },
	{ "openat2", OPENS_PATH, 1, 2, CLOEXEC, NULL },
	{ "creat", OPENS_PATH, 0, NO_ARG, 0, NULL },
	{ "socket", OPENS_SOCKET, 0, 1, CLOEXEC, NULL },
	{ "socketpair", OPENS_PAIR, 3, 1, CLOEXEC, NULL },
	{ "pipe", OPENS_PAIR, 0, NO_ARG, 0, "pipe" },
	{ "pipe2", OPENS_PAIR, 0, 1, CLOEXEC, "pipe" },
	{ "accept", ACCEPTS, 0, NO_ARG, 0, NULL },
	{ "accept4", ACCEPTS, 0, 3, CLOEXEC, NULL },
	{ "dup", DUPLICATES, NO_ARG, NO_ARG, 0, NULL },
	{ "dup2", DUPLICATES, 1, NO_ARG, 0, NULL },
	{ "dup3", DUPLICATES, 1, 2, CLOEXEC, NULL },
	{ "fcntl", CONTROLS, 0, NO_ARG, 0, NULL },
	{ "fcntl64", CONTROLS, 0, NO_ARG, 0, NULL },
	{ "ioctl", MARKS, 0, NO_ARG, 0, NULL },
	{ "close", CLOSES, 0, NO_ARG, 0, NULL },
	{ "close_range", CLOSES_RANGE, 0, NO_ARG, 0, NULL },
	{ "chdir", CHANGES_DIRECTORY, 0, NO_ARG, 0, NULL },
	{ "fchdir", CHANGES_DIRECTORY_FD, 0, NO_ARG, 0, NULL },
	{ "getcwd", TELLS_DIRECTORY, 0, NO_ARG, 0, NULL },
	{ "unshare", UNSHARES, 0, NO_ARG, 0, NULL },
	{ "clone", CLONES, 0, NO_ARG, 0, NULL },
	{ "clone3", CLONES, 0, NO_ARG, 0, NULL },
	{ "memfd_create", OPENS_MEMORY, 0, 1, 1, NULL },
	{ "memfd_secret", OPENS_OBJECT, 0, 0, CLOEXEC, "/secretmem (deleted)" },
	{ "eventfd", OPENS_OBJECT, 0, NO_ARG, 0, "anon_inode:[eventfd]" },
	{ "eventfd2", OPENS_OBJECT, 0, 1, CLOEXEC, "anon_inode:[eventfd]" },
	{ "epoll_create", OPENS_OBJECT, 0, NO_ARG, 0, "anon_inode:[eventpoll]" },
	{ "epoll_create1", OPENS_OBJECT, 0, 0, CLOEXEC, "anon_inode:[eventpoll]" },
	{ "inotify_init", OPENS_OBJECT, 0, NO_ARG, 0, "anon_inode:inotify" },
	{ "inotify_init1", OPENS_OBJECT, 0, 0, CLOEXEC, "anon_inode:inotify" },
	{ "fanotify_init", OPENS_OBJECT, 0, 0, 1, "anon_inode:[fanotify]" },
	{ "signalfd", OPENS_OBJECT, 0, NO_ARG, 0, "anon_inode:[signalfd]" },
	{ "signalfd4", OPENS_OBJECT, 0, 3, CLOEXEC, "anon_inode:[signalfd]" },
	{ "timerfd_create", OPENS_OBJECT, 0, 1, CLOEXEC, "anon_inode:[timerfd]" },
	{ "userfaultfd", OPENS_OBJECT, 0, 0, CLOEXEC, "anon_inode:[userfaultfd]" },
	{ "perf_event_open", OPENS_OBJECT, 0, 4, 8, "anon_inode:[perf_event]" },
	{ "pidfd_open", OPENS_OBJECT, 0, 1, CLOEXEC_ALWAYS, "anon_inode:[pidfd]" },
	{ "io_uring_setup", OPENS_OBJECT, 0, 1, CLOEXEC_ALWAYS, "anon_inode:[io_uring]" },
	{ "landlock_create_ruleset", OPENS_UNKNOWN, 0, 2, CLOEXEC_ALWAYS, NULL },
	{ "pidfd_getfd", OPENS_UNKNOWN, 0, 2, CLOEXEC_ALWAYS, NULL },
	{ "open_by_handle_at", OPENS_UNKNOWN, 0, 2, CLOEXEC, NULL },
	{ "mq_open", OPENS_UNKNOWN, 0, NO_ARG, 0, NULL },
	{ "open_tree", OPENS_UNKNOWN, 0, 2, CLOEXEC, NULL },
	{ "fsopen", OPENS_UNKNOWN, 0, 1, 1, NULL },
	{ "fspick", OPENS_UNKNOWN, 0, 2, 1, NULL },
	{ "fsmount", OPENS_UNKNOWN, 0, 1, 1, NULL },
};

static const struct rule *find_rule(const struct recorder_syscall *syscall)
{
	for (size_t i = 0; syscall && i < sizeof(rules) / sizeof(rules[0]); i++)
		if (strcmp(rules[i].name, syscall->name) == 0)
			return &rules[i];
	return NULL;
}

static bool has_all(const struct syscall_set *set, const char *const *names)
{
	for (; *names; names++) {
		const struct syscall *syscall = syscall_find_name(*names);

		if (!syscall || !syscall_set__has(set, syscall))
			return false;
	}
	return true;
}

void fd_calls__trust(struct fds *fds, const char *filter)
{
	/* What else opens descriptors only makes them unknown. */
	static const char *const closing[] = { "close", "close_range", "dup2", "dup3",
					       "fcntl", "ioctl",       NULL };
	static const char *const moving[] = { "chdir", "fchdir", NULL };
	struct syscall_set set = { 0 };
	char *word = NULL;
	bool known;

	if (!filter || !*filter)
		return;
	known = syscall_set__parse(&set, filter, true, &word) == 0;
	free(word);
	fds__distrust(fds, !known || !has_all(&set, closing), !known || !has_all(&set, moving));
}

static bool is_cloexec(const struct rule *rule, const struct recorder_event *event)
{
	if (rule->flags == NO_ARG)
		return false;
	return rule->cloexec == CLOEXEC_ALWAYS || (event->call.args[rule->flags] & rule->cloexec);
}

/*
 * Joins directory and name, without "./" and doubled slashes; ".." stays: the directory may be
 * a symbolic link.
 */
static bool join_path(char to[PATH_MAX], const char *directory, const char *name)
{
	size_t n = 0;

	if (*name != '/') {
		n = directory && *directory == '/' ? strlen(directory) : PATH_MAX;
		if (n + strlen(name) + 2 > PATH_MAX)
			return false;
		memcpy(to, directory, n);
	}
	while (*name) {
		size_t len;

		name += strspn(name, "/");
		len = strcspn(name, "/");
		if (len > 0 && !(len == 1 && *name == '.')) {
			if (n + len + 2 > PATH_MAX)
				return false;
			if (n == 0 || to[n - 1] != '/')
				to[n++] = '/';
			memcpy(to + n, name, len);
			n += len;
		}
		name += len;
	}
	if (n == 0)
		to[n++] = '/';
	to[n] = '\0';
	return true;
}

/* The C string that an argument points to, or NULL. */
static const char *string_argument(struct decode *decode, unsigned int arg)
{
	struct bytes bytes;

	decode->arg = arg;
	if (!decode_find(decode, decode->event->call.args[arg], PATH_MAX, &bytes) || bytes.len == 0)
		return NULL;
	return memchr(bytes.data, '\0', bytes.len) ? (const char *)bytes.data : NULL;
}

static bool argument_path(struct fds *fds, struct decode *decode, unsigned int arg,
			  char to[PATH_MAX])
{
	const struct recorder_event *event = decode->event;
	const char *name = string_argument(decode, arg);
	int directory = arg > 0 ? (int)event->call.args[arg - 1] : CWD_FD;

	if (!name)
		return false;
	return join_path(
		to, directory == CWD_FD ? fds__cwd(fds, event) : fds__path(fds, event, directory),
		name);
}

/*
 * What a name of a descriptor stands for: opening it opens a file by its own path again, a pipe or
 * a device itself (proc(5), /proc/PID/fd). False where that is not known.
 */
static bool follow_descriptor(const struct fds *fds, const struct recorder_event *event,
			      char path[PATH_MAX])
{
	static const char *const directories[] = { "/dev/fd/", "/proc/self/fd/",
						   "/proc/thread-self/fd/" };
	static const char *const standard[] = { "/dev/stdin", "/dev/stdout", "/dev/stderr" };
	const char *target;
	long fd = -1;

	for (size_t i = 0; i < 3; i++) {
		size_t len = strlen(directories[i]);
		char *end;

		if (strcmp(path, standard[i]) == 0)
			fd = (long)i;
		if (strncmp(path, directories[i], len) != 0 || path[len] < '0' || path[len] > '9')
			continue;
		fd = strtol(path + len, &end, 10);
		if (*end)
			return true;
	}
	if (fd < 0)
		return true;
	target = fd <= INT_MAX ? fds__path(fds, event, (int)fd) : NULL;
	if (target)
		snprintf(path, PATH_MAX, "%s", target);
	return target != NULL;
}

static void open_path(struct fds *fds, struct decode *decode, const struct rule *rule)
{
	const struct recorder_event *event = decode->event;
	uint64_t flags = rule->flags == NO_ARG ? 0 : event->call.args[rule->flags];
	char path[PATH_MAX];
	struct bytes how;
	bool known = argument_path(fds, decode, rule->arg, path) &&
		     follow_descriptor(fds, event, path);

	if (strcmp(rule->name, "openat2") == 0) {
		decode->arg = rule->flags;
		flags = decode_find(decode, flags, 8, &how) ? load(&how, 0, 8) : 0;
	}
	fds__set(fds, event, (int)event->call.ret, known && !(flags & TMPFILE) ? path : NULL,
		 flags & rule->cloexec);
}

static void open_memory(struct fds *fds, struct decode *decode, const struct rule *rule)
{
	const char *name = string_argument(decode, rule->arg);
	char path[PATH_MAX] = "/memfd:";

	if (name) {
		strncat(path, name, PATH_MAX - 32);
		strcat(path, " (deleted)");
	}
	fds__set(fds, decode->event, (int)decode->event->call.ret, name ? path : NULL,
		 is_cloexec(rule, decode->event));
}

/* As strace -yy names the protocol. */
static const char *socket_name(const struct recorder_event *event)
{
	bool datagram = (event->call.args[1] & 0xf) == 2;
	bool stream = (event->call.args[1] & 0xf) == 1;

	switch ((uint32_t)event->call.args[0]) {
	case 1:
		return stream ? "UNIX-STREAM" : datagram ? "UNIX-DGRAM" : "UNIX-SEQPACKET";
	case 2:
		return stream ? "TCP" : datagram ? "UDP" : "RAW";
	case 10:
		return stream ? "TCPv6" : datagram ? "UDPv6" : "RAWv6";
	case 16:
		return "NETLINK";
	case 17:
		return "PACKET";
	default:
		return "socket";
	}
}

static void open_pair(struct fds *fds, struct decode *decode, const struct rule *rule)
{
	const struct recorder_event *event = decode->event;
	const char *object = rule->object ? rule->object : socket_name(event);
	struct bytes pair;

	decode->arg = rule->arg;
	if (!decode_find(decode, event->call.args[rule->arg], 8, &pair) || pair.len < 8)
		return;
	fds__set(fds, event, (int)load(&pair, 0, 4), object, is_cloexec(rule, event));
	fds__set(fds, event, (int)load(&pair, 4, 4), object, is_cloexec(rule, event));
}

/* A new connection is of the listening socket's kind, but not the same inode. */
static const char *accepted_name(const struct fds *fds, const struct recorder_event *event)
{
	const char *listening = fds__path(fds, event, (int)event->call.args[0]);

	return listening && strncmp(listening, "socket:", 7) != 0 ? listening : "socket";
}

/* Names that a table lends do not outlive a change to it. */
static void set_copy(struct fds *fds, const struct recorder_event *event, int fd, const char *name,
		     bool cloexec)
{
	char path[PATH_MAX];

	if (name) {
		strncpy(path, name, sizeof(path) - 1);
		path[sizeof(path) - 1] = '\0';
	}
	fds__set(fds, event, fd, name ? path : NULL, cloexec);
}

void fd_calls__open(struct fds *fds, struct decode *decode)
{
	const struct recorder_event *event = decode->event;
	const struct rule *rule = find_rule(event->call.syscall);
	int fd = (int)event->call.ret;

	if (!rule || event->call.unfinished || event->call.ret < 0)
		return;
	if (rule->effect == OPENS_PATH)
		open_path(fds, decode, rule);
	else if (rule->effect == OPENS_MEMORY)
		open_memory(fds, decode, rule);
	else if (rule->effect == OPENS_PAIR)
		open_pair(fds, decode, rule);
	else if (rule->effect == OPENS_OBJECT)
		fds__set(fds, event, fd, rule->object, is_cloexec(rule, event));
	else if (rule->effect == OPENS_UNKNOWN)
		fds__set(fds, event, fd, NULL, false);
	else if (rule->effect == OPENS_SOCKET)
		fds__set(fds, event, fd, socket_name(event), is_cloexec(rule, event));
	else if (rule->effect == ACCEPTS)
		set_copy(fds, event, fd, accepted_name(fds, event), is_cloexec(rule, event));
	decode_done(decode);
}

/* F_DUPFD 0, F_SETFD 2, F_DUPFD_CLOEXEC 1030. */
static void control(struct fds *fds, const struct recorder_event *event)
{
	uint32_t command = (uint32_t)event->call.args[1];
	int fd = (int)event->call.args[0];

	if (command == 0 || command == 1030)
		set_copy(fds, event, (int)event->call.ret, fds__path(fds, event, fd),
			 command == 1030);
	else if (command == 2)
		fds__set_cloexec(fds, event, fd, event->call.args[2] & 1);
}

/* FIONCLEX and FIOCLEX: ioctl(2). */
static void mark(struct fds *fds, const struct recorder_event *event)
{
	uint32_t request = (uint32_t)event->call.args[1];

	if (request == 0x5450 || request == 0x5451)
		fds__set_cloexec(fds, event, (int)event->call.args[0], request == 0x5451);
}

static void duplicate(struct fds *fds, const struct recorder_event *event, const struct rule *rule)
{
	int from = (int)event->call.args[0];
	int to = (int)event->call.ret;

	if (from != to)
		set_copy(fds, event, to, fds__path(fds, event, from), is_cloexec(rule, event));
}

static void clone_files(struct fds *fds, struct decode *decode)
{
	const struct recorder_event *event = decode->event;
	uint64_t flags = event->call.args[0];
	struct bytes args;

	decode->arg = 0;
	if (strcmp(event->call.syscall->name, "clone3") == 0)
		flags = decode_find(decode, flags, 8, &args) ? load(&args, 0, 8) : 0;
	/* A vfork's child has gone on, and called execve, before its parent returns. */
	if (event->call.ret > 0 && (flags & FILES_FLAG) && !(flags & VFORK_FLAG))
		fds__share(fds, event, (uint32_t)event->call.ret);
}

void fd_calls__close(struct fds *fds, struct decode *decode)
{
	const struct recorder_event *event = decode->event;
	const struct rule *rule = find_rule(event->call.syscall);
	const uint64_t *args = event->call.args;
	char path[PATH_MAX];

	if (!rule || event->call.unfinished)
		return;
	/* close(2): the descriptor is gone even where an error is returned, but for EBADF. */
	if (rule->effect == CLOSES && event->call.ret != EBADF_RESULT)
		fds__close(fds, event, (int)args[0]);
	if (event->call.ret < 0)
		return;
	if (rule->effect == CLOSES_RANGE) {
		if (args[2] & 2) /* CLOSE_RANGE_UNSHARE */
			fds__unshare(fds, event);
		fds__close_range(fds, event, (uint32_t)args[0], (uint32_t)args[1], args[2] & 4);
	} else if (rule->effect == DUPLICATES) {
		duplicate(fds, event, rule);
	} else if (rule->effect == CONTROLS) {
		control(fds, event);
	} else if (rule->effect == MARKS) {
		mark(fds, event);
	} else if (rule->effect == CHANGES_DIRECTORY) {
		fds__set_cwd(fds, event, argument_path(fds, decode, 0, path) ? path : NULL);
	} else if (rule->effect == CHANGES_DIRECTORY_FD) {
		const char *directory = fds__path(fds, event, (int)args[0]);

		fds__set_cwd(fds, event, directory ? strcpy(path, directory) : NULL);
	} else if (rule->effect == TELLS_DIRECTORY) {
		const char *directory = string_argument(decode, 0);

		/* "(unreachable)" in front outside the root directory: getcwd(2). */
		if (directory && *directory == '/')
			fds__set_cwd(fds, event, directory);
	} else if (rule->effect == UNSHARES && (args[0] & FILES_FLAG)) {
		fds__unshare(fds, event);
	} else if (rule->effect == CLONES) {
		clone_files(fds, decode);
	}
	decode_done(decode);
}

bool returns_fd(const struct recorder_event *event)
{
	const struct rule *rule = find_rule(event->call.syscall);
	uint32_t command = (uint32_t)event->call.args[1];

	if (!rule)
		return false;
	if (rule->effect == CONTROLS)
		return command == 0 || command == 1030;
	return rule->effect <= DUPLICATES && rule->effect != OPENS_PAIR;
}
