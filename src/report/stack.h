/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A program's auxiliary vector: where execve put it on the initial stack, or from /proc. */
#ifndef REPORT_STACK_H
#define REPORT_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorder.h"

/*
 * Looks in the initial stack that an execve's buffers hold for AT_SYSINFO_EHDR, the address of the
 * vDSO: 1 there, 0 not there, -ENODATA where the trace does not hold the stack up to there.
 */
int stack_has_vdso(struct recorder_trace *trace, const struct recorder_event *event);
/* The same in /proc/PID/auxv of a 64-bit machine. */
bool auxv_has_vdso(const uint8_t *auxv, size_t len);

#endif
