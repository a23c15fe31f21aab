/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The syscall table, compiled into the maps of the capture side. */
#ifndef SPECS_H
#define SPECS_H

struct capture_options;

/* Fill the maps `specs` and `commands` (bpf/maps.bpf.h). 0 or a negative errno. */
int load_specs(int specs, int commands, const struct capture_options *options);
/* Fill the map `shapes`. */
int load_shapes(int shapes);

#endif
