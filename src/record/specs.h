/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The syscall table, compiled into the maps of the capture side. */
#ifndef SPECS_H
#define SPECS_H

#include <linux/types.h>

struct capture_options;

/* Fill the maps `specs` and `commands` (bpf/maps.bpf.h). 0 or a negative errno. */
int load_specs(int specs, int commands, const struct capture_options *options);
/* Fill the map `shapes`. */
int load_shapes(int shapes);

/* Fill an array map, all of it in one system call. 0 or a negative errno. */
int array_fill(int map, const void *values, __u32 count);

#endif
