/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One event, one JSON object: docs/json.md. Memory of calls is written as it is read, however
 * much it is.
 */
#include <string.h>

#include "show/show.h"

#define ERRNO_MAX 4095
#define READ_SIZE (48U << 10) /* a multiple of 3: base64 comes without padding but at the end */

/* The bytes of a valid UTF-8 sequence at text, or 0 (RFC 3629: no surrogates, nothing overlong). */
static size_t utf8_length(const uint8_t *text)
{
	static const uint8_t lowest[5] = { [2] = 0xc2, [3] = 0xe0, [4] = 0xf0 };
	size_t n = *text >= 0xf0 ? 4 : *text >= 0xe0 ? 3 : 2;

	if (*text < lowest[n] || *text > 0xf4)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	if ((*text == 0xe0 && text[1] < 0xa0) || (*text == 0xed && text[1] > 0x9f) ||
	    (*text == 0xf0 && text[1] < 0x90) || (*text == 0xf4 && text[1] > 0x8f))
		return 0;
	return n;
}

static void json_string(struct out *out, const char *text)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *at = (const uint8_t *)text;

	out__char(out, '"');
	while (*at) {
		size_t n = *at >= 0x80 ? utf8_length(at) : *at >= ' ' && *at != 0x7f;

		if (n == 0) {
			out__str(out, "\\u00");
			out__char(out, digits[*at >> 4]);
			out__char(out, digits[*at++ & 0xf]);
			continue;
		}
		if (*at == '"' || *at == '\\')
			out__char(out, '\\');
		out__bytes(out, at, n);
		at += n;
	}
	out__char(out, '"');
}

static void json_key(struct out *out, const char *key)
{
	out__str(out, ",\"");
	out__str(out, key);
	out__str(out, "\":");
}

static void json_number(struct out *out, const char *key, uint64_t value)
{
	json_key(out, key);
	out__unsigned(out, value);
}

static void json_text(struct out *out, const char *key, const char *text)
{
	json_key(out, key);
	json_string(out, text ? text : "");
}

static void json_address(struct out *out, uint64_t value)
{
	out__char(out, '"');
	out__hex(out, value);
	out__char(out, '"');
}

/* What the kernel writes in a new child's memory, or null. */
static void json_set_tid(struct out *out, const struct recorder_event *fork)
{
	json_key(out, "set_tid");
	if (!fork->fork.set_tid_addr) {
		out__str(out, "null");
		return;
	}
	out__str(out, "{\"addr\":");
	json_address(out, fork->fork.set_tid_addr);
	json_number(out, "value", fork->fork.set_tid);
	out__char(out, '}');
}

static void json_errno(struct out *out, int error)
{
	const char *name = recorder_errno_name(error);

	if (name) {
		json_string(out, name);
		return;
	}
	out__str(out, "\"E");
	out__unsigned(out, (uint64_t)error);
	out__char(out, '"');
}

/* Three bytes become four characters; what is left over waits for more. */
struct base64 {
	struct out *out;
	uint8_t rest[3];
	size_t nrest;
};

static void put_group(struct out *out, const uint8_t *bytes, size_t n)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t group = (uint32_t)bytes[0] << 16 | (n > 1 ? (uint32_t)bytes[1] << 8 : 0) |
			 (n > 2 ? bytes[2] : 0);
	char text[4] = {
		alphabet[group >> 18],
		alphabet[group >> 12 & 63],
		n > 1 ? alphabet[group >> 6 & 63] : '=',
		n > 2 ? alphabet[group & 63] : '=',
	};

	out__bytes(out, text, sizeof(text));
}

static void base64__add(struct base64 *base64, const uint8_t *bytes, size_t n)
{
	while (n > 0 && (base64->nrest > 0 || n < 3)) {
		base64->rest[base64->nrest++] = *bytes++;
		n--;
		if (base64->nrest == 3) {
			put_group(base64->out, base64->rest, 3);
			base64->nrest = 0;
		}
	}
	for (; n >= 3; n -= 3, bytes += 3)
		put_group(base64->out, bytes, 3);
	while (n-- > 0)
		base64->rest[base64->nrest++] = *bytes++;
}

static void base64__end(struct base64 *base64)
{
	if (base64->nrest > 0)
		put_group(base64->out, base64->rest, base64->nrest);
	base64->nrest = 0;
}

/* The errno of a failed read of the trace file, or 0. */
static int add_buf(struct base64 *base64, struct recorder_trace *trace,
		   const struct recorder_buf *buf)
{
	uint8_t bytes[READ_SIZE];

	if (buf->data) {
		base64__add(base64, buf->data, buf->len);
		return 0;
	}
	for (uint64_t offset = 0; offset < buf->len;) {
		uint64_t left = buf->len - offset;
		ssize_t n = recorder_trace__read(trace, buf, offset, bytes,
						 left < sizeof(bytes) ? left : sizeof(bytes));

		if (n <= 0)
			return n < 0 ? (int)-n : 5;
		base64__add(base64, bytes, (size_t)n);
		offset += (uint64_t)n;
	}
	return 0;
}

/*
 * One range: bufs[0] and those that go on where it ended with nothing missing between; how many
 * these are.
 */
static size_t json_range(struct out *out, struct recorder_trace *trace,
			 const struct recorder_buf *bufs, size_t n)
{
	struct base64 base64 = { .out = out };
	uint64_t len = bufs->len, full = bufs->full;
	int error = bufs->error;
	size_t count = 1;

	while (count < n && !bufs[count].start && bufs[count].arg == bufs->arg &&
	       bufs[count].out == bufs->out && !error && !bufs[count].error &&
	       bufs[count - 1].len == bufs[count - 1].full) {
		len += bufs[count].len;
		full += bufs[count++].full;
	}
	out__str(out, "{\"arg\":");
	if (bufs->arg < 0)
		out__str(out, "null");
	else
		out__unsigned(out, (uint64_t)bufs->arg);
	out__str(out, bufs->out ? ",\"dir\":\"out\",\"addr\":" : ",\"dir\":\"in\",\"addr\":");
	json_address(out, bufs->addr);
	json_number(out, "len", len);
	json_number(out, "full", full);
	out__str(out, ",\"data\":\"");
	for (size_t i = 0; i < count && !error; i++)
		error = add_buf(&base64, trace, &bufs[i]);
	base64__end(&base64);
	out__str(out, "\",\"err\":");
	if (error)
		json_errno(out, error);
	else
		out__str(out, "null");
	out__char(out, '}');
	return count;
}

static void json_result(struct out *out, const struct recorder_event *event)
{
	int64_t ret = event->call.ret;

	json_key(out, "ret");
	if (event->call.unfinished)
		out__str(out, "null");
	else
		out__signed(out, ret);
	json_key(out, "errno");
	if (!event->call.unfinished && ret < 0 && ret >= -ERRNO_MAX)
		json_errno(out, (int)-ret);
	else
		out__str(out, "null");
	out__str(out, event->call.unfinished ? ",\"unfinished\":true" : ",\"unfinished\":false");
}

static void json_time(struct out *out, const char *key, bool known, uint64_t time_ns)
{
	json_key(out, key);
	if (known)
		out__unsigned(out, time_ns);
	else
		out__str(out, "null");
}

static void json_task(struct out *out, const struct recorder_event *event)
{
	json_number(out, "pid", event->pid);
	json_number(out, "tid", event->tid);
	json_text(out, "comm", event->comm);
	json_number(out, "cpu", event->cpu);
}

static void json_names(struct out *out, struct recorder_trace *trace,
		       const struct recorder_event *event)
{
	const char *abi = trace ? recorder_trace__abi_name(trace, event->call.abi) : NULL;

	json_key(out, "abi");
	if (abi) {
		json_string(out, abi);
	} else {
		out__str(out, "\"abi_");
		out__unsigned(out, event->call.abi);
		out__char(out, '"');
	}
	json_number(out, "nr", event->call.nr);
	json_key(out, "syscall");
	if (event->call.syscall) {
		json_string(out, event->call.syscall->name);
	} else {
		out__str(out, "\"syscall_");
		out__unsigned(out, event->call.nr);
		out__char(out, '"');
	}
}

static void json_call(struct out *out, struct recorder_trace *trace,
		      const struct recorder_event *event)
{
	out__str(out, "{\"seq\":");
	out__unsigned(out, event->call.seq);
	json_task(out, event);
	json_names(out, trace, event);
	json_time(out, "enter_ns", !event->call.no_entry, event->call.enter_ns);
	json_time(out, "exit_ns", !event->call.unfinished, event->time_ns);
	json_key(out, "args");
	for (unsigned int i = 0; i < event->call.nargs && i < RECORDER_ARGS; i++) {
		out__char(out, i ? ',' : '[');
		json_address(out, event->call.args[i]);
	}
	out__str(out, event->call.nargs ? "]" : "[]");
	json_result(out, event);
	json_key(out, "bufs");
	out__char(out, '[');
	for (size_t i = 0; i < event->call.nbufs;) {
		if (i > 0)
			out__char(out, ',');
		i += json_range(out, trace, &event->call.bufs[i], event->call.nbufs - i);
	}
	out__str(out, "]}\n");
}

static void json_event(struct out *out, const struct recorder_event *event, const char *name)
{
	out__str(out, "{\"event\":");
	json_string(out, name);
	json_task(out, event);
	json_number(out, "time_ns", event->time_ns);
}

static void json_exit(struct out *out, uint32_t status)
{
	uint32_t number = status & 0x7f;

	json_number(out, "status", status);
	json_key(out, "code");
	if (number)
		out__str(out, "null");
	else
		out__unsigned(out, status >> 8 & 0xff);
	json_key(out, "signal");
	if (!number)
		out__str(out, "null");
	else if (signal_name(number))
		json_string(out, signal_name(number));
	else
		out__unsigned(out, number);
	out__str(out, status & 0x80 ? ",\"core\":true" : ",\"core\":false");
}

static void json_signal(struct out *out, const struct recorder_event *event)
{
	const char *name = signal_name(event->signal.number);
	struct base64 base64 = { .out = out };

	json_number(out, "number", event->signal.number);
	json_key(out, "name");
	if (name)
		json_string(out, name);
	else
		out__str(out, "null");
	json_key(out, "handler");
	json_address(out, event->signal.handler);
	json_key(out, "info");
	out__char(out, '"');
	base64__add(&base64, event->signal.info, event->signal.info_len);
	base64__end(&base64);
	out__char(out, '"');
}

void write_json(struct out *out, struct recorder_trace *trace, const struct recorder_event *event)
{
	switch (event->type) {
	case RECORDER_CALL:
		json_call(out, trace, event);
		return;
	case RECORDER_FORK:
		json_event(out, event, "fork");
		json_number(out, "child_pid", event->fork.pid);
		json_number(out, "child_tid", event->fork.tid);
		json_text(out, "child_comm", event->fork.comm);
		json_set_tid(out, event);
		break;
	case RECORDER_EXEC:
		json_event(out, event, "exec");
		json_number(out, "old_tid", event->exec.old_tid);
		break;
	case RECORDER_EXIT:
		json_event(out, event, "exit");
		json_exit(out, event->exit.status);
		break;
	case RECORDER_SIGNAL:
		json_event(out, event, "signal");
		json_signal(out, event);
		break;
	default:
		return;
	}
	out__str(out, "}\n");
}
