/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <inttypes.h>
#include <string.h>

#include "report/table.h"

static void print_cell(const struct table *table, size_t column, const char *text, int width,
		       FILE *out)
{
	bool last = column + 1 == table->ncolumns;

	if (column)
		putc(' ', out);
	if (!table->columns[column].left)
		fprintf(out, "%*s", width, text);
	else if (last)
		fputs(text, out);
	else
		fprintf(out, "%-*s", width, text);
	if (last)
		putc('\n', out);
}

static void print_rule(const struct table *table, const int *widths, FILE *out)
{
	char dashes[TABLE_CELL];

	memset(dashes, '-', sizeof(dashes));
	for (size_t column = 0; column < table->ncolumns; column++) {
		dashes[widths[column]] = '\0';
		print_cell(table, column, dashes, widths[column], out);
		dashes[widths[column]] = '-';
	}
}

void table__print(const struct table *table, FILE *out)
{
	int widths[TABLE_COLUMNS];
	char cell[TABLE_CELL];

	for (size_t column = 0; column < table->ncolumns; column++) {
		widths[column] = (int)strlen(table->columns[column].title);
		for (size_t row = 0; row < table->nrows; row++) {
			int width;

			table->cell(table->context, row, column, cell);
			width = (int)strlen(cell);
			if (width > widths[column])
				widths[column] = width;
		}
	}
	for (size_t column = 0; column < table->ncolumns; column++)
		print_cell(table, column, table->columns[column].title, widths[column], out);
	print_rule(table, widths, out);
	for (size_t row = 0; row < table->nrows; row++) {
		if (table->total && row + 1 == table->nrows)
			print_rule(table, widths, out);
		for (size_t column = 0; column < table->ncolumns; column++) {
			table->cell(table->context, row, column, cell);
			print_cell(table, column, cell, widths[column], out);
		}
	}
}

void format_size(uint64_t bytes, char to[TABLE_CELL])
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	double value = (double)bytes / 1024;
	size_t unit = 0;

	if (bytes < 1024) {
		snprintf(to, TABLE_CELL, "%" PRIu64 " B", bytes);
		return;
	}
	while (value >= 1023.95 && unit < 5) {
		value /= 1024;
		unit++;
	}
	snprintf(to, TABLE_CELL, "%.1f %s", value, units[unit]);
}

void format_duration(uint64_t ns, char to[TABLE_CELL])
{
	uint64_t s = ns / 1000000000;

	if (ns < 1000)
		snprintf(to, TABLE_CELL, "%" PRIu64 " ns", ns);
	else if (ns < 1000000)
		snprintf(to, TABLE_CELL, "%.3g us", (double)ns / 1e3);
	else if (ns < 1000000000)
		snprintf(to, TABLE_CELL, "%.3g ms", (double)ns / 1e6);
	else if (s < 60)
		snprintf(to, TABLE_CELL, "%.3g s", (double)ns / 1e9);
	else if (s < 3600)
		snprintf(to, TABLE_CELL, "%" PRIu64 " min %02" PRIu64 " s", s / 60, s % 60);
	else
		snprintf(to, TABLE_CELL, "%" PRIu64 " h %02" PRIu64 " min %02" PRIu64 " s",
			 s / 3600, s / 60 % 60, s % 60);
}

void make_printable(char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c == 0x7f)
			*text = '?';
	}
}
