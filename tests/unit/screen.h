/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What show writes, caught as text, and made-up calls for it to write. */
#ifndef SCREEN_H
#define SCREEN_H

#include "show/show.h"

#define PAGE 0x1000
#define PREFIX "[   42    42] 00:00:01.000000 "
#define SUFFIX " <0.000500>\n"
#define MEMORY(text) ((const uint8_t *)(text)), sizeof(text) - 1

/* A call of one syscall that the test makes up: its row, its event and its memory. */
struct call {
	struct recorder_syscall syscall;
	struct recorder_event event;
	struct recorder_buf bufs[8];
};

struct screen {
	struct out *out;
	struct show *show;
};

struct screen open_screen(struct show_options options);
void close_screen(struct screen *screen);
const char *print(struct screen *screen, const struct recorder_event *event);
struct recorder_event new_event(enum recorder_event_type type);
/*
 * types: "name=type,name=type,...", at most six; values in order. They stay: as in a trace, a
 * type's text lives as long as what is shown.
 */
struct call *new_call(const char *name, const char *types, int64_t ret, ...);
void add_memory(struct call *call, int arg, uint64_t addr, const uint8_t *data, size_t len);
/* What one event looks like; the call is freed. */
void expect_call(struct screen *screen, struct call *call, const char *text);
/* A call f with one argument of that type, and what is shown of it. */
void shows_value(struct screen *screen, const char *type, uint64_t value, const char *text);
void shows_memory(struct screen *screen, const char *type, const uint8_t *data, size_t len,
		  const char *text);

#endif
