/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Sets of constants by the names that flags:NAME and enum:NAME give them: flags/NAME.def,
 * numbers of the recorded machine.
 */
#include <string.h>

#include "show/decode.h"

struct name_value {
	const char *name;
	uint64_t value;
	uint64_t mask; /* the bits that must equal value */
};

struct names {
	const char *name;
	const struct name_value *values;
	size_t n;
};

#define V(name, value) { #name, value, value },
#define M(name, value, mask) { #name, value, mask },

#define NAMES(set, ...) static const struct name_value names_##set[] = { __VA_ARGS__ };
#include "show/flags/all.def"
#undef NAMES

static const struct names sets[] = {
#define NAMES(set, ...) { #set, names_##set, sizeof(names_##set) / sizeof(names_##set[0]) },
#include "show/flags/all.def"
#undef NAMES
};

const struct names *find_names(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		if (strncmp(sets[i].name, name, len) == 0 && sets[i].name[len] == '\0')
			return &sets[i];
	return NULL;
}

/*
 * Flags are int, sign-extended or with rubbish above in a register, but where a set has wider
 * ones.
 */
static bool is_wide(const struct names *names)
{
	return names->n > 0 && names->values[names->n - 1].value > UINT32_MAX;
}

void show_flags(struct out *out, const struct names *names, uint64_t value)
{
	uint64_t left = is_wide(names) ? value : (uint32_t)value;
	uint64_t all = left;
	bool shown = false;

	for (size_t i = 0; i < names->n; i++) {
		const struct name_value *v = &names->values[i];

		if (v->value ? (left & v->mask) != v->value : (all & v->mask) != 0)
			continue;
		if (shown)
			out__char(out, '|');
		out__str(out, v->name);
		shown = true;
		left &= ~v->mask;
	}
	if (left == 0 && !shown)
		out__char(out, '0');
	if (left == 0)
		return;
	if (shown)
		out__char(out, '|');
	out__hex(out, left);
}

void show_enum(struct out *out, const struct names *names, uint64_t value)
{
	for (size_t i = 0; i < names->n; i++) {
		if ((uint32_t)names->values[i].value == (uint32_t)value) {
			out__str(out, names->values[i].name);
			return;
		}
	}
	if ((int32_t)value < 0 || (uint32_t)value < 1024)
		out__signed(out, (int32_t)value);
	else
		out__hex(out, (uint32_t)value);
}

const char *signal_name(unsigned int number)
{
	static const char *const names[] = {
		[1] = "SIGHUP", "SIGINT",    "SIGQUIT",	 "SIGILL",    "SIGTRAP",  "SIGABRT",
		"SIGBUS",	"SIGFPE",    "SIGKILL",	 "SIGUSR1",   "SIGSEGV",  "SIGUSR2",
		"SIGPIPE",	"SIGALRM",   "SIGTERM",	 "SIGSTKFLT", "SIGCHLD",  "SIGCONT",
		"SIGSTOP",	"SIGTSTP",   "SIGTTIN",	 "SIGTTOU",   "SIGURG",	  "SIGXCPU",
		"SIGXFSZ",	"SIGVTALRM", "SIGPROF",	 "SIGWINCH",  "SIGIO",	  "SIGPWR",
		"SIGSYS",	"SIGRTMIN",  "SIGRT_1",	 "SIGRT_2",   "SIGRT_3",  "SIGRT_4",
		"SIGRT_5",	"SIGRT_6",   "SIGRT_7",	 "SIGRT_8",   "SIGRT_9",  "SIGRT_10",
		"SIGRT_11",	"SIGRT_12",  "SIGRT_13", "SIGRT_14",  "SIGRT_15", "SIGRT_16",
		"SIGRT_17",	"SIGRT_18",  "SIGRT_19", "SIGRT_20",  "SIGRT_21", "SIGRT_22",
		"SIGRT_23",	"SIGRT_24",  "SIGRT_25", "SIGRT_26",  "SIGRT_27", "SIGRT_28",
		"SIGRT_29",	"SIGRT_30",  "SIGRT_31", "SIGRT_32",
	};

	return number < sizeof(names) / sizeof(names[0]) ? names[number] : NULL;
}
