/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <inttypes.h>
#include <string.h>

#include "report/json.h"
#include "report/table.h"
#include "report/verdict.h"

#define LOSSES_SHOWN 20

static const char *const kind_names[] = {
	[FINDING_PROBLEM] = "problem",
	[FINDING_NOTICE] = "notice",
	[FINDING_REMARK] = "remark",
};

static void format_thread(uint32_t pid, uint32_t tid, const char *comm, char to[TABLE_CELL])
{
	if (pid == tid)
		snprintf(to, TABLE_CELL, "%s %" PRIu32, comm, pid);
	else
		snprintf(to, TABLE_CELL, "%s %" PRIu32 "/%" PRIu32, comm, pid, tid);
	make_printable(to);
}

/* "  vdso: clock reads through the vDSO make no syscall (4 programs, first in cat 42)" */
static void print_finding(const struct finding *finding, FILE *out)
{
	char thread[TABLE_CELL];

	fprintf(out, "  %s: %s", finding->name, finding->text);
	if (finding->count)
		fprintf(out, " (%" PRIu64 " %s%s", finding->count, finding->unit,
			finding->count == 1 ? "" : "s");
	if (finding->where) {
		format_thread(finding->where->pid, finding->where->tid, finding->where->comm,
			      thread);
		fprintf(out, ", first in %s", thread);
	}
	fputs(finding->count ? ")\n" : "\n", out);
}

static void print_losses(const struct verify_counts *counts, FILE *out)
{
	char thread[TABLE_CELL];

	for (size_t i = 0; i < counts->nlosses && i < LOSSES_SHOWN; i++) {
		const struct verify_loss *loss = &counts->losses[i];

		format_thread(loss->pid, loss->tid, loss->comm, thread);
		fprintf(out, "    %" PRIu64 " of %s\n", loss->lost, thread);
	}
	if (counts->lost_threads > LOSSES_SHOWN)
		fprintf(out, "    the rest of %" PRIu64 " more threads\n",
			counts->lost_threads - LOSSES_SHOWN);
}

void verdict__print(const struct verdict *verdict, const struct verifier *verifier, FILE *out)
{
	fprintf(out, "%s\n", verdict->line);
	for (size_t i = 0; i < verdict->nfindings; i++) {
		print_finding(&verdict->findings[i], out);
		if (!strcmp(verdict->findings[i].name, "lost"))
			print_losses(verifier__counts(verifier), out);
	}
}

static void json_where(struct json *json, uint32_t pid, uint32_t tid, const char *comm)
{
	json__number(json, "pid", pid);
	json__number(json, "tid", tid);
	json__text(json, "comm", comm);
}

static void json_findings(struct json *json, const struct verdict *verdict)
{
	json__open(json, "findings", '[');
	for (size_t i = 0; i < verdict->nfindings; i++) {
		const struct finding *finding = &verdict->findings[i];

		json__open(json, NULL, '{');
		json__text(json, "kind", kind_names[finding->kind]);
		json__text(json, "name", finding->name);
		json__text(json, "text", finding->text);
		if (finding->count) {
			json__number(json, "count", finding->count);
			json__text(json, "unit", finding->unit);
		}
		if (finding->where)
			json_where(json, finding->where->pid, finding->where->tid,
				   finding->where->comm);
		json__close(json, '}');
	}
	json__close(json, ']');
}

static void json_counts(struct json *json, const struct verify_counts *counts)
{
	json__number(json, "calls", counts->calls);
	json__number(json, "threads", counts->threads);
	json__number(json, "unfinished_calls", counts->unfinished);
	json__number(json, "alive_threads", counts->alive);
	json__number(json, "lost_calls", counts->lost);
	json__number(json, "threads_without_end", counts->no_end.count);
	json__number(json, "disorder", counts->disorder.count);
	json__number(json, "missing_ranges", counts->missing.count);
	json__number(json, "missing_calls", counts->missing_calls);
	json__number(json, "missing_bytes", counts->missing_bytes);
	json__number(json, "cut_bytes", counts->cut_bytes);
	json__number(json, "lost_threads", counts->lost_threads);
	json__open(json, "losses", '[');
	for (size_t i = 0; i < counts->nlosses; i++) {
		const struct verify_loss *loss = &counts->losses[i];

		json__open(json, NULL, '{');
		json__number(json, "thread", loss->thread);
		json_where(json, loss->pid, loss->tid, loss->comm);
		json__number(json, "lost", loss->lost);
		json__close(json, '}');
	}
	json__close(json, ']');
}

static void json_facts(struct json *json, const struct verify_facts *facts)
{
	json__bool(json, "finished", facts->finished);
	json__bool(json, "torn", facts->torn);
	json__number(json, "damages", facts->damages);
	json__text(json, "ending", facts->ending);
	json__open(json, "counters", '{');
	json__number(json, "lost_calls", facts->lost_calls);
	json__number(json, "lost_events", facts->lost_events);
	json__number(json, "lost_ranges", facts->lost_ranges);
	json__number(json, "lost_storage", facts->lost_storage);
	json__number(json, "unwritten_calls", facts->unwritten_calls);
	json__number(json, "missed_enter", facts->missed_enter);
	json__number(json, "missed_exit", facts->missed_exit);
	json__number(json, "missed_other", facts->missed_other);
	json__close(json, '}');
}

void verdict__print_json(const struct verdict *verdict, const struct verifier *verifier,
			 const struct verify_facts *facts, FILE *out)
{
	static const char *const words[] = { "complete", "complete", "incomplete", "damaged" };
	struct json json = { .out = out };
	bool cut_off = verdict->status == 2 && !facts->finished;

	json__open(&json, NULL, '{');
	json__text(&json, "verdict", cut_off ? "not finished" : words[verdict->status]);
	json__signed(&json, "status", verdict->status);
	json__text(&json, "line", verdict->line);
	json_counts(&json, verifier__counts(verifier));
	json_facts(&json, facts);
	json_findings(&json, verdict);
	json__close(&json, '}');
	putc('\n', out);
}
