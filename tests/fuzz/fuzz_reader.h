/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef FUZZ_READER_H
#define FUZZ_READER_H

#include <stddef.h>
#include <stdint.h>

/* libFuzzer's entry: 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
