/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "cmd.h"
#include "report/table.h"
#include "report/verdict.h"

/* A finding without a count; its text follows. */
__attribute__((format(printf, 4, 5))) static struct finding *add_finding(struct verdict *verdict,
									 enum finding_kind kind,
									 const char *name,
									 const char *format, ...)
{
	/* There are fewer kinds of findings than room. */
	struct finding *finding = &verdict->findings[verdict->nfindings++];
	va_list args;

	finding->kind = kind;
	finding->name = name;
	va_start(args, format);
	vsnprintf(finding->text, sizeof(finding->text), format, args);
	va_end(args);
	make_printable(finding->text);
	return finding;
}

static void set_count(struct finding *finding, uint64_t count, const char *unit,
		      const struct sighting *where)
{
	finding->count = count;
	finding->unit = unit;
	finding->where = where;
}

__attribute__((format(printf, 2, 3))) static void append(struct verdict *verdict,
							 const char *format, ...)
{
	size_t len = strlen(verdict->line);
	va_list args;

	va_start(args, format);
	vsnprintf(verdict->line + len, sizeof(verdict->line) - len, format, args);
	va_end(args);
}

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void add_counted(struct verdict *verdict, enum finding_kind kind, const char *name,
			uint64_t count, const char *unit, const char *text)
{
	if (count)
		set_count(add_finding(verdict, kind, name, "%s", text), count, unit, NULL);
}

static void add_sighting(struct verdict *verdict, const char *name, const struct sighting *sighting,
			 const char *unit, const char *text)
{
	if (sighting->count)
		set_count(add_finding(verdict, FINDING_PROBLEM, name, "%s", text), sighting->count,
			  unit, sighting);
}

static bool ended_by_error(const struct verify_facts *facts)
{
	return facts->ending && !strncmp(facts->ending, "error", 5);
}

/* What the recorder itself says that it lost. */
static void find_counted(struct verdict *verdict, const struct verify_counts *counts,
			 const struct verify_facts *facts)
{
	const struct {
		const char *name;
		uint64_t count;
		const char *unit, *text;
	} counted[] = {
		{ "unwritten", counts->unwritten, "call",
		  "recorded, and not written before recording was cut off" },
		{ "lost_events", facts->lost_events, "event",
		  "forks, execs, exits or signals were lost" },
		{ "lost_ranges", facts->lost_ranges, "range",
		  "there was no room to say what memory is missing" },
		{ "lost_storage", facts->lost_storage, "thread",
		  "the kernel had no memory to follow it" },
		{ "missed_enter", facts->missed_enter, "program run",
		  "the kernel skipped the recorder at the entry of a call" },
		{ "missed_exit", facts->missed_exit, "program run",
		  "the kernel skipped the recorder at the exit of a call" },
		{ "missed_other", facts->missed_other, "program run",
		  "the kernel skipped the recorder at a fork, exec, exit or signal" },
	};

	for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++)
		add_counted(verdict, FINDING_PROBLEM, counted[i].name, counted[i].count,
			    counted[i].unit, counted[i].text);
}

static void find_problems(struct verdict *verdict, const struct verify_counts *counts,
			  const struct verify_facts *facts)
{
	if (facts->damages)
		set_count(add_finding(verdict, FINDING_PROBLEM, "damage", "%s",
				      facts->damage ? facts->damage : ""),
			  facts->damages, "complaint", NULL);
	add_sighting(verdict, "disorder", &counts->disorder, "event",
		     "cannot follow what came before it");
	if (!facts->finished)
		add_finding(verdict, FINDING_PROBLEM, "not_finished", "%s",
			    facts->torn ? "the file ends inside a block"
					: "the file has no end: the recorder was cut off, or is "
					  "still at work");
	else if (ended_by_error(facts))
		add_finding(verdict, FINDING_PROBLEM, "ending", "recording ended by an %s",
			    facts->ending);
	add_counted(verdict, FINDING_PROBLEM, "lost", counts->lost, "call",
		    "gaps in the sequence numbers");
	/* A skipped program at an exit leaves a gap when the call was a recorded thread's. */
	if (facts->finished && !facts->damages &&
	    (counts->lost < facts->lost_calls ||
	     counts->lost - facts->lost_calls > facts->missed_exit))
		add_finding(verdict, FINDING_PROBLEM, "counters",
			    "the recorder counted %" PRIu64
			    " lost, the sequence numbers show %" PRIu64,
			    facts->lost_calls, counts->lost);
	add_sighting(verdict, "no_end", &counts->no_end, "thread",
		     "has no end: its last calls may be missing");
	if (counts->missing.count)
		set_count(add_finding(verdict, FINDING_PROBLEM, "missing",
				      "could not be read: %" PRIu64 " bytes of %" PRIu64 " call%s",
				      counts->missing_bytes, counts->missing_calls,
				      plural(counts->missing_calls)),
			  counts->missing.count, "range", &counts->missing);
	find_counted(verdict, counts, facts);
}

static void find_selections(struct verdict *verdict, const struct verify_facts *facts)
{
	const struct {
		const char *name, *value;
	} selections[] = {
		{ "uid", facts->uid },
		{ "comm", facts->comm },
		{ "cgroup", facts->cgroup },
	};

	if (facts->filter && *facts->filter)
		add_finding(verdict, FINDING_NOTICE, "filter",
			    "only the calls selected by -e %s were recorded", facts->filter);
	for (size_t i = 0; i < sizeof(selections) / sizeof(selections[0]); i++) {
		if (selections[i].value)
			add_finding(verdict, FINDING_NOTICE, selections[i].name,
				    "only the threads selected by --%s=%s were recorded",
				    selections[i].name, selections[i].value);
	}
	if (facts->no_follow)
		add_finding(verdict, FINDING_NOTICE, "no-follow",
			    "threads and children that were born meanwhile were not recorded");
	if (facts->no_entry_time)
		add_finding(verdict, FINDING_NOTICE, "no-entry-time",
			    "no entry was looked at: no times of entry, and what calls read, or "
			    "wrote over, is as they left it");
	if (facts->data && !strcmp(facts->data, "out"))
		add_finding(
			verdict, FINDING_NOTICE, "data",
			"--data=out: what the kernel only read (paths, written data) was not kept");
	else if (facts->data && !strcmp(facts->data, "none"))
		add_finding(verdict, FINDING_NOTICE, "data",
			    "--data=none: no memory was kept, only arguments and return values");
}

/* Up to the first few names of calls, as "bpf, ioctl, ...". */
static void list_undescribed(const struct sightings *sightings, char *to, size_t size)
{
	size_t len = 0;

	to[0] = '\0';
	for (size_t i = 0; i < sightings->nundescribed && len < size; i++) {
		const struct recorder_syscall *syscall = sightings->undescribed[i];

		len += (size_t)snprintf(to + len, size - len, "%s%.40s", i ? ", " : " ",
					syscall ? syscall->name : "numbers outside the table");
	}
	if (sightings->more_undescribed && len < size)
		snprintf(to + len, size - len, ", ...");
}

static void find_sightings(struct verdict *verdict, const struct sightings *sightings,
			   const struct verify_facts *facts)
{
	char names[200];

	for (size_t i = 0; i < SIGHTINGS; i++) {
		const struct sighting *sighting = &sightings->kinds[i];

		/* Of no call, where none was looked at. */
		if (!sighting->count || (i == SIGHTING_NO_ENTRY && facts->no_entry_time))
			continue;
		names[0] = '\0';
		if (i == SIGHTING_UNDESCRIBED)
			list_undescribed(sightings, names, sizeof(names));
		set_count(add_finding(verdict, FINDING_NOTICE, sighting_words[i].name, "%s%s",
				      sighting_words[i].text, names),
			  sighting->count, sighting_words[i].unit, sighting);
	}
}

static void find_remarks(struct verdict *verdict, const struct verify_counts *counts,
			 const struct verify_facts *facts)
{
	add_counted(verdict, FINDING_REMARK, "unfinished", counts->unfinished, "call",
		    "did not return (exit, killed, or still blocked at the end)");
	if (counts->alive)
		set_count(add_finding(verdict, FINDING_REMARK, "alive", "%s",
				      facts->finished ? "ran on when recording stopped"
						      : "ran where the trace stops"),
			  counts->alive, "thread", NULL);
}

/* ", 3 ranges missing" */
static void append_count(struct verdict *verdict, uint64_t count, const char *unit,
			 const char *what)
{
	if (count)
		append(verdict, ", %" PRIu64 " %s%s %s", count, unit, plural(count), what);
}

static void append_losses(struct verdict *verdict, const struct verify_counts *counts,
			  const struct verify_facts *facts)
{
	uint64_t missed = facts->missed_enter + facts->missed_exit + facts->missed_other;

	if (counts->lost)
		append(verdict, ", %" PRIu64 " call%s lost in %" PRIu64 " thread%s", counts->lost,
		       plural(counts->lost), counts->lost_threads, plural(counts->lost_threads));
	else
		append_count(verdict, facts->lost_calls, "lost call", "counted");
	append_count(verdict, counts->unwritten, "call", "not written");
	append_count(verdict, counts->missing.count, "range", "missing");
	append_count(verdict, counts->no_end.count, "thread", "without an end");
	append_count(verdict, facts->lost_events, "event", "lost");
	append_count(verdict, facts->lost_ranges, "range", "lost");
	append_count(verdict, facts->lost_storage, "thread", "not followed");
	append_count(verdict, missed, "program run", "missed");
	if (ended_by_error(facts))
		append(verdict, ", recording ended by an error");
}

static void make_line(struct verdict *verdict, const struct verify_counts *counts,
		      const struct verify_facts *facts, size_t problems, size_t notices)
{
	char losses[sizeof(verdict->line)];

	append_losses(verdict, counts, facts);
	snprintf(losses, sizeof(losses), "%s", verdict->line);
	verdict->line[0] = '\0';
	if (verdict->status == VERIFY_DAMAGED || !facts->finished) {
		append(verdict, "%s: %" PRIu64 " call%s of %" PRIu64 " thread%s %s",
		       verdict->status == VERIFY_DAMAGED ? "damaged" : "not finished",
		       counts->calls, plural(counts->calls), counts->threads,
		       plural(counts->threads),
		       verdict->status == VERIFY_DAMAGED ? "could be read" : "up to there");
		append(verdict, "%s", *losses ? losses : ", nothing lost of them");
	} else if (problems) {
		append(verdict, "incomplete: %s",
		       *losses ? losses + 2 : "the counters contradict the calls");
	} else {
		append(verdict,
		       "complete: %" PRIu64 " call%s of %" PRIu64 " thread%s, nothing lost",
		       counts->calls, plural(counts->calls), counts->threads,
		       plural(counts->threads));
		if (notices)
			append(verdict, " (%zu notice%s)", notices, plural(notices));
	}
}

void verdict__make(struct verdict *verdict, const struct verifier *verifier,
		   const struct verify_facts *facts)
{
	const struct verify_counts *counts = verifier__counts(verifier);
	size_t problems, notices;

	memset(verdict, 0, sizeof(*verdict));
	find_problems(verdict, counts, facts);
	problems = verdict->nfindings;
	find_selections(verdict, facts);
	find_sightings(verdict, verifier__sightings(verifier), facts);
	notices = verdict->nfindings - problems;
	find_remarks(verdict, counts, facts);
	if (facts->damages || counts->disorder.count)
		verdict->status = VERIFY_DAMAGED;
	else if (problems)
		verdict->status = VERIFY_INCOMPLETE;
	else
		verdict->status = notices ? VERIFY_NOTICES : VERIFY_COMPLETE;
	make_line(verdict, counts, facts, problems, notices);
}
