/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct screen open_screen(struct show_options options)
{
	struct screen screen = { .out = out__new(-1) };

	if (!options.string_limit)
		options.string_limit = STRING_LIMIT;
	assert_non_null(screen.out);
	screen.show = show__new(NULL, screen.out, &options);
	assert_non_null(screen.show);
	return screen;
}

void close_screen(struct screen *screen)
{
	show__free(screen->show);
	out__free(screen->out);
}

const char *print(struct screen *screen, const struct recorder_event *event)
{
	show__event(screen->show, event, true);
	return out__text(screen->out);
}

struct recorder_event new_event(enum recorder_event_type type)
{
	struct recorder_event event = { .type = type, .thread = 1, .pid = 42, .tid = 42, .cpu = 3 };

	event.time_ns = 1000500000;
	event.comm = "cat";
	return event;
}

struct call *new_call(const char *name, const char *types, int64_t ret, ...)
{
	struct call *call = calloc(1, sizeof(*call));
	char *words = strdup(types);
	char *next = words;
	unsigned int n = 0;
	va_list values;

	assert_non_null(call);
	call->event = new_event(RECORDER_CALL);
	call->event.call.enter_ns = 1000000000;
	call->event.call.ret = ret;
	call->event.call.syscall = &call->syscall;
	call->event.call.bufs = call->bufs;
	call->syscall.name = name;
	va_start(values, ret);
	for (char *word; (word = strsep(&next, ",")) && *word; n++) {
		char *colon = strchr(word, '=');

		*colon = '\0';
		call->syscall.args[n].name = word;
		call->syscall.args[n].type = colon + 1;
		call->event.call.args[n] = va_arg(values, uint64_t);
	}
	va_end(values);
	call->syscall.nargs = call->event.call.nargs = n;
	if (n == 0)
		free(words);
	return call;
}

void add_memory(struct call *call, int arg, uint64_t addr, const uint8_t *data, size_t len)
{
	call->bufs[call->event.call.nbufs++] = (struct recorder_buf){
		.arg = arg,
		.out = true,
		.start = true,
		.addr = addr,
		.full = len,
		.len = len,
		.data = data,
	};
}

void expect_call(struct screen *screen, struct call *call, const char *text)
{
	char line[4096];

	snprintf(line, sizeof(line), PREFIX "%s%s", text,
		 call->event.call.unfinished || call->event.call.no_entry ? "\n" : SUFFIX);
	assert_string_equal(print(screen, &call->event), line);
	free(call);
}

void shows_value(struct screen *screen, const char *type, uint64_t value, const char *text)
{
	char types[64], line[512];

	snprintf(types, sizeof(types), "x=%s", type);
	snprintf(line, sizeof(line), "f(%s) = 0", text);
	expect_call(screen, new_call("f", types, 0, value), line);
}

void shows_memory(struct screen *screen, const char *type, const uint8_t *data, size_t len,
		  const char *text)
{
	char types[64], line[2048];
	struct call *call;

	snprintf(types, sizeof(types), "x=%s", type);
	snprintf(line, sizeof(line), "f(%s) = 0", text);
	call = new_call("f", types, 0, (uint64_t)PAGE);
	add_memory(call, 0, PAGE, data, len);
	expect_call(screen, call, line);
}
