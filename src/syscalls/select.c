/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "syscalls/syscalls.h"

#define SET_WORDS (sizeof(((struct syscall_set *)0)->bits) / sizeof(uint64_t))

static const struct {
	const char *name;
	uint32_t classes;
} class_names[] = {
	{ "%file", CLASS_FILE },
	{ "%desc", CLASS_DESC },
	{ "%network", CLASS_NETWORK },
	{ "%net", CLASS_NETWORK },
	{ "%process", CLASS_PROCESS },
	{ "%memory", CLASS_MEMORY },
	{ "%signal", CLASS_SIGNAL },
	{ "%ipc", CLASS_IPC },
	{ "%creds", CLASS_CREDS },
	{ "%clock", CLASS_CLOCK },
	{ "%pure", CLASS_PURE },
	{ "%stat", CLASS_STAT },
	{ "%lstat", CLASS_LSTAT },
	{ "%fstat", CLASS_FSTAT },
	{ "%%stat", CLASS_STAT | CLASS_LSTAT | CLASS_FSTAT },
	{ "%statfs", CLASS_STATFS },
	{ "%fstatfs", CLASS_FSTATFS },
	{ "%%statfs", CLASS_STATFS | CLASS_FSTATFS },
	/* strace's old spelling */
	{ "file", CLASS_FILE },
	{ "desc", CLASS_DESC },
	{ "network", CLASS_NETWORK },
	{ "process", CLASS_PROCESS },
	{ "memory", CLASS_MEMORY },
	{ "signal", CLASS_SIGNAL },
	{ "ipc", CLASS_IPC },
};

bool syscall_set__has(const struct syscall_set *set, const struct syscall *syscall)
{
	size_t row = syscall - syscall_table;

	return set->bits[row / 64] >> row % 64 & 1;
}

static void add_row(struct syscall_set *set, size_t row)
{
	set->bits[row / 64] |= 1ULL << row % 64;
}

static void add_all(struct syscall_set *set)
{
	for (size_t i = 0; i < syscall_table_size; i++)
		add_row(set, i);
}

static bool add_class(struct syscall_set *set, const char *word)
{
	for (size_t i = 0; i < sizeof(class_names) / sizeof(class_names[0]); i++) {
		if (strcmp(class_names[i].name, word) != 0)
			continue;
		for (size_t row = 0; row < syscall_table_size; row++)
			if (syscall_table[row].classes & class_names[i].classes)
				add_row(set, row);
		return true;
	}
	return false;
}

static bool add_name(struct syscall_set *set, const char *name)
{
	bool found = false;

	for (size_t i = 0; i < syscall_table_size; i++)
		if (strcmp(syscall_table[i].name, name) == 0) {
			add_row(set, i);
			found = true;
		}
	return found;
}

static bool add_regex(struct syscall_set *set, const char *pattern)
{
	bool found = false;
	regex_t regex;

	if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	for (size_t i = 0; i < syscall_table_size; i++)
		if (regexec(&regex, syscall_table[i].name, 0, NULL, 0) == 0) {
			add_row(set, i);
			found = true;
		}
	regfree(&regex);
	return found;
}

/* The calls that one word without its ! stands for; false if nobody knows it. */
static bool add_word(struct syscall_set *set, const char *word)
{
	bool optional = *word == '?';

	word += optional;
	if (*word == '\0')
		return false;
	if (strcmp(word, "all") == 0) {
		add_all(set);
		return true;
	}
	if (strcmp(word, "none") == 0)
		return true;
	if (*word == '/')
		return add_regex(set, word + 1) || optional;
	return add_class(set, word) || add_name(set, word) || optional;
}

static void add_set(struct syscall_set *set, const struct syscall_set *other)
{
	for (size_t i = 0; i < SET_WORDS; i++)
		set->bits[i] |= other->bits[i];
}

static void remove_set(struct syscall_set *set, const struct syscall_set *other)
{
	for (size_t i = 0; i < SET_WORDS; i++)
		set->bits[i] &= ~other->bits[i];
}

static const char *skip_prefix(const char *text)
{
	static const char *const prefixes[] = { "trace=", "t=" };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(text, prefixes[i], strlen(prefixes[i])) == 0)
			return text + strlen(prefixes[i]);
	return text;
}

int syscall_set__parse(struct syscall_set *set, const char *text, bool first, char **word)
{
	struct syscall_set list = { 0 };
	char *copy, *next, *item;
	bool inverted;

	*word = NULL;
	text = skip_prefix(text);
	inverted = *text == '!';
	copy = strdup(text + inverted);
	if (!copy)
		return -ENOMEM;
	for (next = copy; (item = strsep(&next, ",")) != NULL;) {
		struct syscall_set calls = { 0 };
		bool removed = *item == '!';

		if (!add_word(&calls, item + removed)) {
			*word = strdup(item);
			free(copy);
			return *word ? -EINVAL : -ENOMEM;
		}
		if (removed && !inverted)
			remove_set(&list, &calls);
		else
			add_set(&list, &calls);
	}
	free(copy);
	if (inverted) {
		if (first)
			add_all(set);
		remove_set(set, &list);
	} else {
		add_set(set, &list);
	}
	return 0;
}
