/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The subcommands: each parses its own arguments (argv[0] is its name) and returns the exit
 * status of the program.
 */
#ifndef CMD_H
#define CMD_H

#include <stdarg.h>
#include <stdio.h>

/*
 * The recording command exits as the recorded one did; these are its own failures, and those of
 * -p and -a.
 */
enum record_status {
	RECORD_USAGE = 2,
	RECORD_NO_PRIVILEGE = 120,
	RECORD_UNSUPPORTED = 121, /* the kernel lacks something */
	RECORD_NO_PROCESS = 122,
	RECORD_NO_OUTPUT = 123,	   /* the trace file cannot be created */
	RECORD_WRITE_FAILED = 124, /* the trace could not be written to its end */
	RECORD_FAILED = 125,
	RECORD_NOT_EXECUTABLE = 126,
	RECORD_NOT_FOUND = 127,
};

/* show, stat, info. */
enum read_status {
	READ_OK = 0,
	READ_FAILED = 1, /* cannot open, not a trace, or the output cannot be written */
	READ_USAGE = 2,
	READ_DAMAGED = 3,
	READ_TORN = 4, /* torn or not finished: what is there was shown */
};

enum verify_status {
	VERIFY_COMPLETE = 0,
	VERIFY_NOTICES = 1, /* complete, but something that syscalls do not show was in use */
	VERIFY_INCOMPLETE = 2,
	VERIFY_DAMAGED = 3,
	VERIFY_FAILED = 4, /* cannot open */
	VERIFY_USAGE = 64,
};

int cmd_record(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_stat(int argc, char **argv);
int cmd_info(int argc, char **argv);
int cmd_verify(int argc, char **argv);

/* One line on standard error, "recorder: what: why; remedy"; returns status. */
__attribute__((format(printf, 2, 3))) static inline int fail(int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("recorder: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	return status;
}

#endif
