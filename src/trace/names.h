/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The syscall table inside a trace (docs/format.md, 4). */
#ifndef TRACE_NAMES_H
#define TRACE_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "recorder.h"

struct names;

/* Parse a SYSCALLS block. NULL with errno: EBADMSG for a malformed one, ENOMEM. */
struct names *names__new(const uint8_t *payload, size_t size);
void names__free(struct names *names);
/* All give NULL for what is not there, and where names is NULL. */
const char *names__abi(const struct names *names, unsigned int abi);
const struct recorder_syscall *names__syscall(const struct names *names, unsigned int abi,
					      uint32_t nr);
const struct recorder_command *names__command(const struct names *names,
					      const struct recorder_syscall *of, uint64_t value);

#endif
