/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The one syscall table: names, numbers, classes, arguments, and where the bytes are that a call
 * reads and writes. The capture specs, the table inside every trace, -e, the documents and tests
 * come from it. Its rows are in table/NAME.def; docs/adding-a-syscall.md explains them.
 */
#ifndef SYSCALLS_H
#define SYSCALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"

/* Groups that -e names as %file, %network, ...; as in strace(1), section "Filtering". */
enum syscall_class {
	CLASS_FILE = 1 << 0, /* takes a file name */
	CLASS_DESC = 1 << 1, /* takes or returns a file descriptor */
	CLASS_NETWORK = 1 << 2,
	CLASS_PROCESS = 1 << 3,
	CLASS_MEMORY = 1 << 4,
	CLASS_SIGNAL = 1 << 5,
	CLASS_IPC = 1 << 6,
	CLASS_CREDS = 1 << 7,
	CLASS_CLOCK = 1 << 8,
	CLASS_PURE = 1 << 9, /* always succeeds, no arguments */
	CLASS_STAT = 1 << 10,
	CLASS_FSTAT = 1 << 11,	/* fstat, newfstatat, statx */
	CLASS_STATFS = 1 << 12, /* statfs, ustat */
	CLASS_LSTAT = 1 << 13,
	CLASS_FSTATFS = 1 << 14,
};

/* How much of a call's memory traffic the row describes. */
enum syscall_coverage {
	COVERAGE_DESCRIBED = 0, /* every pointer argument has its rule */
	COVERAGE_PARTIAL = 2,	/* the rules are right but do not reach everything */
};

/* What the kernel does where a pointer points to. */
enum pointer_class {
	POINTER_NONE = 0, /* no pointer */
	POINTER_IN = DIRECTION_IN,
	POINTER_OUT = DIRECTION_OUT,
	POINTER_INOUT = DIRECTION_INOUT,
	POINTER_OPAQUE,	     /* the call brings no bytes from there or to it */
	POINTER_FUNCTION,    /* code, which the kernel makes the program run */
	POINTER_UNDESCRIBED, /* something, and the row says why not what */
	POINTER_CLASSES,
};

struct syscall_arg {
	const char *name;
	const char *type; /* "fd", "path", "struct stat": docs/adding-a-syscall.md */
	struct buffer_spec buffer;
	uint8_t pointer;     /* enum pointer_class, where there is no buffer */
	const char *missing; /* what is not described, or NULL */
};

struct syscall {
	const char *name;
	int16_t nr[ABI_COUNT]; /* -1 where the ABI lacks it */
	uint32_t classes;      /* enum syscall_class */
	uint8_t coverage;      /* enum syscall_coverage */
	uint8_t nargs;
	uint8_t command;      /* 0, or 1 + the argument whose value selects a command row */
	uint8_t paired;	      /* the argument behind that one selects too: see PAIR in row.h */
	uint8_t at_entry;     /* enum call_at_entry, what is not derived from the buffers */
	uint8_t unpack_arg;   /* 0, or 1 + the argument that points to the words of unpack */
	const char *unpack;   /* the row whose arguments these are */
	const char *missing;  /* what coverage lacks, or NULL */
	const char *commands; /* the name that its command rows bear, where it is not its own */
	struct syscall_arg args[EVENT_ARGS];
};

/*
 * A command of a multiplexing call: fcntl's F_GETLK, ioctl's TCGETS. Replaces the call's
 * arguments.
 */
struct syscall_command {
	const char *syscall;
	const char *name;
	uint64_t value; /* of the selecting argument, compared as 32 bits */
	uint8_t abis;	/* bit n: it is one on ABI n */
	uint8_t nargs;
	uint8_t unpack_arg; /* as in struct syscall */
	const char *unpack;
	struct syscall_arg args[EVENT_ARGS];
};

extern const struct syscall syscall_table[];
extern const size_t syscall_table_size;
extern const struct syscall_command command_table[];
extern const size_t command_table_size;

/* The row of a number, or NULL. */
const struct syscall *syscall_find(enum event_abi abi, uint32_t nr);
/*
 * The first row of a name, or NULL. A name has several where its arguments differ between ABIs; all
 * of them are of the same classes.
 */
const struct syscall *syscall_find_name(const char *name);
/* The row of a name that has a number on an ABI, or NULL. */
const struct syscall *syscall_find_on(enum event_abi abi, const char *name);
/* Those of this machine, its own first. */
#if defined(__aarch64__)
#define MACHINE_ABIS 2
#else
#define MACHINE_ABIS 3
#endif
extern const enum event_abi machine_abis[MACHINE_ABIS];
/* Whether the command is one of this row on this ABI. */
bool command_belongs(const struct syscall_command *command, const struct syscall *syscall,
		     enum event_abi abi);
/* The command row that value selects on an ABI that has the call, or NULL. */
const struct syscall_command *command_find(const struct syscall *syscall, enum event_abi abi,
					   uint64_t value);
/* The class of an argument's pointer. */
enum pointer_class syscall_arg_class(const struct syscall_arg *arg);
/* "x86_64", "i386", ...; NULL for an unknown one. */
const char *abi_name(enum event_abi abi);

/*
 * Compile a row (command NULL), or one of its commands, into what the capture side interprets for
 * calls of one ABI: layouts become bytes.
 * inputs false leaves out what the kernel only reads; outputs false what it writes.
 */
void syscall_compile(const struct syscall *syscall, const struct syscall_command *command,
		     enum event_abi abi, bool inputs, bool outputs, struct call_spec *spec);
/* A row, ready for what its commands need at a call's entry. */
void syscall_compile_entry(const struct syscall *syscall, enum event_abi abi, bool inputs,
			   bool outputs, struct call_spec *spec);

/* A set of syscalls, one bit a table row. */
struct syscall_set {
	uint64_t bits[16];
};

bool syscall_set__has(const struct syscall_set *set, const struct syscall *syscall);
/*
 * Parse a -e expression as strace writes it: [trace=][!]WORD[,WORD...], where a word is NAME,
 * %CLASS, /REGEX, all or none. A leading ! stands for the whole list: it is taken away from what
 * earlier -e gave, or from all calls when this is the first; !WORD further on takes one away
 * from the list so far; ?WORD may be unknown. Otherwise the list is added to what earlier -e
 * gave (*set must be zeroed before the first; first tells so). 0, or -ENOMEM, or -EINVAL with
 * the offending word in *word, which the caller frees; *set is then as before.
 */
int syscall_set__parse(struct syscall_set *set, const char *text, bool first, char **word);

#endif
