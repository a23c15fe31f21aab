/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Aligned columns on a terminal, and the words for sizes and times that all reports use. */
#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define TABLE_CELL 256
#define TABLE_COLUMNS 16

struct table_column {
	const char *title;
	bool left;
};

struct table {
	const struct table_column *columns;
	size_t ncolumns; /* at most TABLE_COLUMNS */
	size_t nrows;
	bool total; /* the last row is a total: a rule stands before it */
	/* Writes one cell's text; called twice for each, first for the widths. */
	void (*cell)(const void *context, size_t row, size_t column, char to[TABLE_CELL]);
	const void *context;
};

void table__print(const struct table *table, FILE *out);

/* "17 B", "1.4 KiB", "3.2 GiB". */
void format_size(uint64_t bytes, char to[TABLE_CELL]);
/* "12.3 us", "4.56 ms", "7.89 s", "1 h 02 min 03 s". */
void format_duration(uint64_t ns, char to[TABLE_CELL]);
/* A file's bytes on a terminal: a control character becomes '?'. In place. */
void make_printable(char *text);

#endif
