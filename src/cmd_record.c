// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* recorder [record]: options to a session. */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "record/features.h"
#include "record/session.h"

#define BUFFER_DEFAULT (4ULL << 20)
#define BUFFER_MIN (2ULL * STAGE_SIZE)
#define BUFFER_MAX (1ULL << 30)

enum {
	OPTION_NO_FOLLOW = 256,
	OPTION_NO_ENTRY_TIME,
	OPTION_CGROUP,
	OPTION_UID,
	OPTION_COMM,
	OPTION_DATA,
	OPTION_BUFFER_SIZE,
	OPTION_DURATION,
	OPTION_ON_FULL,
	OPTION_FEATURES,
};

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "What to record:", 1 },
	{ "pid", 'p', "PID[,PID...]", 0, "Attach to these processes", 1 },
	{ "all", 'a', NULL, 0, "Record every process of the machine", 1 },
	{ "user", 'u', "USER", 0, "Run CMD as this user", 1 },
	{ "trace", 'e', "EXPRESSION", 0, "Only these calls, as strace -e: openat,%file,!futex", 1 },
	{ "cgroup", OPTION_CGROUP, "PATH", 0, "Only tasks in this control group (version 2)", 1 },
	{ "uid", OPTION_UID, "USER", 0, "Only tasks of this user, a name or a number", 1 },
	{ "comm", OPTION_COMM, "NAME", 0, "Only tasks of this command name", 1 },
	{ "no-follow", OPTION_NO_FOLLOW, NULL, 0,
	  "Leave out threads and children that are started later", 1 },
	{ NULL, 0, NULL, 0, "What to keep:", 2 },
	{ "data", OPTION_DATA, "all|out|none", 0,
	  "Memory that calls read and wrote, wrote only, or none (all)", 2 },
	{ "no-entry-time", OPTION_NO_ENTRY_TIME, NULL, 0,
	  "Look at calls only as they return, which costs less: no entry times, no durations", 2 },
	{ "string-limit", 's', "SIZE", 0, "At most so many bytes of a buffer (no limit)", 2 },
	{ NULL, 0, NULL, 0, "The trace:", 3 },
	{ "output", 'o', "FILE", 0, "Write to FILE, - for standard output (trace.rec)", 3 },
	{ "buffer-size", OPTION_BUFFER_SIZE, "SIZE", 0, "Buffer of each CPU (4M)", 3 },
	{ "on-full", OPTION_ON_FULL, "wait|drop", 0,
	  "When a buffer is full, the programs wait, or calls are lost and counted "
	  "(wait; with -a drop)",
	  3 },
	{ "duration", OPTION_DURATION, "SECONDS", 0, "End after this time", 3 },
	{ NULL, 0, NULL, 0, "Other:", 4 },
	{ "quiet", 'q', NULL, 0, "No progress, no closing line", 4 },
	{ "features", OPTION_FEATURES, NULL, 0,
	  "Say what this machine offers for recording, and what is used instead of the rest", 4 },
	{ "verbose", 'v', NULL, 0, "What libbpf has to say", 4 },
	{ 0 },
};

struct arguments {
	struct session_options session;
	struct syscall_set calls;
	pid_t *pids;
	char *filter;
	bool drop;
};

/* A mistake of the user's: one line, and the end. */
__attribute__((noreturn, format(printf, 1, 2))) static void refuse(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("recorder: ", stderr);
	vfprintf(stderr, format, args);
	fputs("; recorder --help tells more\n", stderr);
	va_end(args);
	exit(argp_err_exit_status);
}

static uint64_t parse_size(const char *text)
{
	static const char suffixes[] = "kKmMgG";
	unsigned int shift = 0;
	const char *suffix;
	char *end;
	unsigned long long value;

	errno = 0;
	value = strtoull(text, &end, 10);
	suffix = *end ? strchr(suffixes, *end) : NULL;
	if (suffix)
		shift = 10 * ((suffix - suffixes) / 2 + 1);
	if (errno || end == text || *text == '-' || (*end && (!suffix || end[1])) ||
	    value > UINT64_MAX >> shift)
		refuse("%s: not a size; write a number, with K, M or G behind it", text);
	return value << shift;
}

/* The smallest size that ring buffers can have: a power of two. */
static uint64_t ring_size(const char *text)
{
	uint64_t wanted = parse_size(text), size = BUFFER_MIN;

	if (wanted > BUFFER_MAX)
		refuse("%s: a buffer can have 1G at most", text);
	while (size < wanted)
		size *= 2;
	return size;
}

static uint64_t parse_duration(const char *text)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end || !(seconds > 0 && seconds < 1e9))
		refuse("%s: not a time; write seconds, as 10 or 0.5", text);
	return seconds * 1e9;
}

static uint32_t parse_uid(const char *text)
{
	struct passwd *user = getpwnam(text);
	unsigned long value;
	char *end;

	if (user)
		return user->pw_uid;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || value > UINT32_MAX - 1)
		refuse("%s: no such user", text);
	return value;
}

static void add_pids(struct arguments *arguments, const struct argp_state *state, const char *text)
{
	struct session_options *session = &arguments->session;
	const char *at = text;

	for (;;) {
		char *end;
		long pid = strtol(at, &end, 10);

		if (end == at || pid <= 0 || pid > INT32_MAX || (*end && *end != ','))
			refuse("%s: not a list of process ids", text);
		arguments->pids = realloc(arguments->pids, (session->npids + 1) * sizeof(pid_t));
		if (!arguments->pids)
			argp_failure(state, RECORD_FAILED, ENOMEM, "-p");
		arguments->pids[session->npids++] = pid;
		session->pids = arguments->pids;
		if (!*end)
			return;
		at = end + 1;
	}
}

static void add_calls(struct arguments *arguments, const struct argp_state *state, const char *text)
{
	bool first = !arguments->filter;
	char *word = NULL, *filter;
	int err = syscall_set__parse(&arguments->calls, text, first, &word);

	if (err == -EINVAL)
		refuse("-e %s: %s: no such call, class or pattern", text, word ? word : text);
	if (err ||
	    asprintf(&filter, "%s%s%s", first ? "" : arguments->filter, first ? "" : ",", text) < 0)
		argp_failure(state, RECORD_FAILED, ENOMEM, "-e");
	free(arguments->filter);
	arguments->filter = filter;
	arguments->session.filter = filter;
	arguments->session.capture.calls = &arguments->calls;
}

static void choose_data(struct arguments *arguments, const char *text)
{
	struct capture_options *capture = &arguments->session.capture;

	if (strcmp(text, "all") && strcmp(text, "out") && strcmp(text, "none"))
		refuse("--data=%s: choose all, out or none", text);
	capture->inputs = strcmp(text, "all") == 0;
	capture->outputs = strcmp(text, "none") != 0;
}

static void choose_full(struct arguments *arguments, const char *text)
{
	struct capture_config *config = &arguments->session.capture.config;

	if (strcmp(text, "wait") && strcmp(text, "drop"))
		refuse("--on-full=%s: choose wait or drop", text);
	config->wait = strcmp(text, "wait") == 0;
	arguments->drop = !config->wait;
}

static error_t parse_filter(int key, char *text, struct argp_state *state)
{
	struct arguments *arguments = state->input;
	struct capture_options *capture = &arguments->session.capture;

	switch (key) {
	case 'e':
		add_calls(arguments, state, text);
		return 0;
	case OPTION_CGROUP:
		capture->cgroup = text;
		return 0;
	case OPTION_UID:
		capture->config.by_uid = 1;
		capture->config.uid = parse_uid(text);
		return 0;
	case OPTION_COMM:
		if (strlen(text) >= EVENT_COMM)
			refuse("--comm %s: a command name has 15 characters at most", text);
		capture->config.by_comm = 1;
		memcpy(capture->config.comm, text, strlen(text));
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* What does not go together, and what the choices leave to be decided. */
static void check(struct arguments *arguments)
{
	struct session_options *session = &arguments->session;
	struct capture_config *config = &session->capture.config;
	bool filtered = config->by_uid || config->by_comm || session->capture.cgroup;

	if (!session->command && !session->npids && filtered)
		config->all = 1;
	if (!!session->command + !!session->npids + !!config->all != 1)
		refuse("say what to record: a command behind --, -p PID, or -a, one of them");
	if (session->user && !session->command)
		refuse("-u USER is for a command");
	if (config->all && config->wait)
		refuse("--on-full=wait would stop the whole machine: not with -a");
	config->wait = !config->all && !arguments->drop;
}

static int print_features(void)
{
	struct features features;
	int err = features__probe(&features);

	features__print(&features, stdout);
	if (!err)
		return 0;
	return fail(err == -EPERM ? RECORD_NO_PRIVILEGE : RECORD_UNSUPPORTED, "%s", features.why);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct arguments *arguments = state->input;
	struct session_options *session = &arguments->session;
	struct capture_config *config = &session->capture.config;

	switch (key) {
	case 'p':
		add_pids(arguments, state, text);
		break;
	case 'a':
		config->all = 1;
		break;
	case 'u':
		session->user = text;
		break;
	case 's':
		config->limit = parse_size(text);
		break;
	case 'o':
		session->output = text;
		break;
	case 'q':
		session->quiet = true;
		break;
	case 'v':
		session->capture.verbose = true;
		break;
	case OPTION_FEATURES:
		exit(print_features());
	case OPTION_NO_FOLLOW:
		config->no_follow = 1;
		break;
	case OPTION_NO_ENTRY_TIME:
		config->no_entry = 1;
		break;
	case OPTION_DATA:
		choose_data(arguments, text);
		break;
	case OPTION_BUFFER_SIZE:
		config->ring_size = ring_size(text);
		break;
	case OPTION_DURATION:
		session->duration_ns = parse_duration(text);
		break;
	case OPTION_ON_FULL:
		choose_full(arguments, text);
		break;
	case ARGP_KEY_ARG:
		session->command = &state->argv[state->next - 1];
		state->next = state->argc;
		break;
	case ARGP_KEY_END:
		check(arguments);
		break;
	default:
		return parse_filter(key, text, state);
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "-- CMD [ARG...]\n-p PID[,PID...]\n-a",
	.doc = "Record every system call of programs, with all memory that the kernel read and "
	       "wrote.\v"
	       "Read a trace with: recorder show|stat|info|verify FILE",
};

/* The process of a thread id; 0 where there is none. */
static pid_t process_of(pid_t tid)
{
	char path[64], line[256];
	pid_t pid = 0;
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	status = fopen(path, "re");
	if (!status)
		return 0;
	while (fgets(line, sizeof(line), status))
		if (sscanf(line, "Tgid: %d", &pid) == 1)
			break;
	fclose(status);
	return pid;
}

static int check_pids(struct arguments *arguments)
{
	for (size_t i = 0; i < arguments->session.npids; i++) {
		pid_t pid = process_of(arguments->pids[i]);

		if (!pid)
			return fail(RECORD_NO_PROCESS, "process %d: no such process",
				    arguments->pids[i]);
		if (pid == getpid())
			return fail(RECORD_USAGE, "process %d: is this recorder itself", pid);
		arguments->pids[i] = pid;
	}
	return 0;
}

/*
 * What the caller has closed of standard input, output and error: nothing that is opened here may
 * take its place. The command finds it closed as without a recorder.
 */
static bool open_standard(void)
{
	bool output = true;
	int fd;

	while ((fd = open("/dev/null", O_RDWR | O_CLOEXEC)) >= 0 && fd <= STDERR_FILENO)
		output &= fd != STDOUT_FILENO;
	if (fd >= 0)
		close(fd);
	return output;
}

int cmd_record(int argc, char **argv)
{
	struct arguments arguments = {
		.session = {
			.output = "trace.rec",
			.argc = argc,
			.argv = argv,
			.capture = {
				.inputs = true,
				.outputs = true,
				.config = { .ring_size = BUFFER_DEFAULT, .self = getpid() },
			},
		},
	};
	bool has_output = open_standard();
	int status;

	argp_err_exit_status = RECORD_USAGE;
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--") == 0)
			argp_err_exit_status = RECORD_FAILED;
	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &arguments);
	if (!has_output && strcmp(arguments.session.output, "-") == 0)
		status = fail(arguments.session.command ? RECORD_FAILED : RECORD_NO_OUTPUT,
			      "standard output is closed; redirect it, or use -o FILE");
	else
		status = check_pids(&arguments);
	if (!status)
		status = session__run(&arguments.session);
	free(arguments.pids);
	free(arguments.filter);
	return status;
}
