/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a verifier found, in words: one line that says it all, then one for each finding. */
#ifndef REPORT_VERDICT_H
#define REPORT_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "report/verify.h"

enum finding_kind {
	FINDING_PROBLEM, /* the trace is not complete */
	FINDING_NOTICE,	 /* it is, but there is something that it does not show */
	FINDING_REMARK,	 /* nothing is wrong */
};

struct finding {
	enum finding_kind kind;
	const char *name;
	uint64_t count;		      /* 0: not counted */
	const char *unit;	      /* of count, in the singular */
	const struct sighting *where; /* who was first; NULL: no one thread */
	char text[256];
};

#define VERDICT_FINDINGS 40

struct verdict {
	int status; /* enum verify_status */
	char line[320];
	struct finding findings[VERDICT_FINDINGS];
	size_t nfindings;
};

/* The verifier must outlive the verdict. */
void verdict__make(struct verdict *verdict, const struct verifier *verifier,
		   const struct verify_facts *facts);
void verdict__print(const struct verdict *verdict, const struct verifier *verifier, FILE *out);
void verdict__print_json(const struct verdict *verdict, const struct verifier *verifier,
			 const struct verify_facts *facts, FILE *out);

#endif
