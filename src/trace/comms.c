/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "trace/comms.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "trace/array.h"

/*
 * Threads alive at a time that are remembered; Linux has room for four times as many, but memory
 * is to stay bounded.
 */
#define COMMS_MAX (1U << 18)

const char *comms__get(const struct comms *comms, uint32_t number)
{
	uint32_t i = lookup__get(&comms->by_number, number);

	return i == LOOKUP_NONE ? NULL : comms->names[i];
}

/* A free name's index, or LOOKUP_NONE with *err. */
static uint32_t comms__take(struct comms *comms, int *err)
{
	uint32_t i = comms->vacant;
	char(*names)[COMM_SIZE];

	*err = 0;
	if (i) {
		memcpy(&comms->vacant, comms->names[i - 1], sizeof(comms->vacant));
		return i - 1;
	}
	if (comms->n == COMMS_MAX)
		return LOOKUP_NONE;
	names = array_grow(comms->names, &comms->room, comms->n + 1, sizeof(*names));
	if (!names) {
		*err = -ENOMEM;
		return LOOKUP_NONE;
	}
	comms->names = names;
	return (uint32_t)comms->n++;
}

static void comms__put_back(struct comms *comms, uint32_t i)
{
	memcpy(comms->names[i], &comms->vacant, sizeof(comms->vacant));
	comms->vacant = i + 1;
}

int comms__set(struct comms *comms, uint32_t number, const void *name, size_t len)
{
	uint32_t i = lookup__get(&comms->by_number, number);
	int err;

	if (i == LOOKUP_NONE) {
		i = comms__take(comms, &err);
		if (i == LOOKUP_NONE)
			return err;
		err = lookup__set(&comms->by_number, number, i);
		if (err < 0) {
			comms__put_back(comms, i);
			return err;
		}
	}
	if (len > COMM_SIZE - 1)
		len = COMM_SIZE - 1;
	memset(comms->names[i], 0, COMM_SIZE);
	memcpy(comms->names[i], name, len);
	return 0;
}

void comms__remove(struct comms *comms, uint32_t number)
{
	uint32_t i = lookup__get(&comms->by_number, number);

	if (i == LOOKUP_NONE)
		return;
	lookup__remove(&comms->by_number, number);
	comms__put_back(comms, i);
}

void comms__free(struct comms *comms)
{
	lookup__free(&comms->by_number);
	free(comms->names);
	*comms = (struct comms){ 0 };
}
