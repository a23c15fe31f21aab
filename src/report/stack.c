/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <elf.h>
#include <errno.h>
#include <sys/types.h>

#include "report/stack.h"

#define WINDOW 4096

/* Words of the stack, from its start on, through a window into its buffers. */
struct stack {
	struct recorder_trace *trace;
	const struct recorder_buf *buf, *end;
	uint64_t next; /* address of the byte behind what has been taken */
	uint64_t at;   /* of buf, taken */
	uint8_t window[WINDOW];
	size_t have, used; /* bytes of the window */
	unsigned int width;
};

static bool is_stack(const struct recorder_buf *buf)
{
	return buf->arg < 0 && buf->out;
}

/* The bytes behind those in the window; false at the end of what was kept without a gap. */
static bool fill_window(struct stack *stack)
{
	const struct recorder_buf *buf = stack->buf;
	uint64_t left;
	ssize_t n;

	while (buf != stack->end && (!is_stack(buf) || stack->at == buf->len)) {
		if (is_stack(buf) && buf->len < buf->full)
			return false;
		stack->buf = ++buf;
		stack->at = 0;
	}
	if (buf == stack->end || (!stack->at && buf->addr != stack->next))
		return false;
	left = buf->len - stack->at;
	n = (ssize_t)(left < WINDOW ? left : WINDOW);
	if (buf->data) {
		for (ssize_t i = 0; i < n; i++)
			stack->window[i] = buf->data[stack->at + (uint64_t)i];
	} else {
		n = stack->trace ? recorder_trace__read(stack->trace, buf, stack->at, stack->window,
							(size_t)n)
				 : -ENODATA;
	}
	if (n <= 0)
		return false;
	stack->at += (uint64_t)n;
	stack->next = buf->addr + stack->at;
	stack->have = (size_t)n;
	stack->used = 0;
	return true;
}

static bool take_word(struct stack *stack, uint64_t *word)
{
	*word = 0;
	for (unsigned int i = 0; i < stack->width; i++) {
		if (stack->used == stack->have && !fill_window(stack))
			return false;
		*word |= (uint64_t)stack->window[stack->used++] << (8 * i);
	}
	return true;
}

/* argc, the arguments and a zero, the environment and a zero, then pairs (elf(5), System V ABI). */
static int find_vdso(struct stack *stack)
{
	uint64_t argc, word, value;

	if (!take_word(stack, &argc))
		return -ENODATA;
	for (uint64_t i = 0; i <= argc; i++) {
		if (!take_word(stack, &word) || (i == argc) != !word)
			return -ENODATA;
	}
	do {
		if (!take_word(stack, &word))
			return -ENODATA;
	} while (word);
	for (;;) {
		if (!take_word(stack, &word) || !take_word(stack, &value))
			return -ENODATA;
		if (word == AT_SYSINFO_EHDR)
			return 1;
		if (word == AT_NULL)
			return 0;
	}
}

int stack_has_vdso(struct recorder_trace *trace, const struct recorder_event *event)
{
	const struct recorder_buf *end = event->call.bufs + event->call.nbufs;
	const struct recorder_buf *first = event->call.bufs;
	int found = -ENODATA;

	while (first != end && !is_stack(first))
		first++;
	/* A 32-bit program's argc and first pointer together are no sensible 64-bit argc. */
	for (unsigned int width = 8; first != end && found < 0 && width >= 4; width /= 2) {
		struct stack stack = {
			.trace = trace, .buf = first, .end = end, .next = first->addr
		};

		stack.width = width;
		found = find_vdso(&stack);
	}
	return found;
}

bool auxv_has_vdso(const uint8_t *auxv, size_t len)
{
	for (size_t at = 0; at + 16 <= len; at += 16) {
		uint64_t type = 0;

		for (unsigned int i = 0; i < 8; i++)
			type |= (uint64_t)auxv[at + i] << (8 * i);
		if (type == AT_SYSINFO_EHDR)
			return true;
	}
	return false;
}
