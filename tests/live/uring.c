/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* io_uring_register: what its operations read and write. The rings themselves are no call's. */
#include <sys/eventfd.h>

#include "expect.h"

/* linux/io_uring.h; headers may be too old for some. */
enum {
	REGISTER_FILES = 2,
	REGISTER_EVENTFD = 4,
	UNREGISTER_EVENTFD = 5,
	REGISTER_EVENTFD_ASYNC = 7,
	REGISTER_IOWQ_AFF = 17,
	REGISTER_IOWQ_MAX_WORKERS = 19,
	REGISTER_RING_FDS = 20,
	UNREGISTER_RING_FDS = 21,
	REGISTER_PBUF_RING = 22,
	UNREGISTER_PBUF_RING = 23,
	REGISTER_SYNC_CANCEL = 24,
	REGISTER_FILE_ALLOC_RANGE = 25,
	REGISTER_PBUF_STATUS = 26,
	REGISTER_NAPI = 27,
	UNREGISTER_NAPI = 28,
	REGISTER_CLOCK = 29,
	REGISTER_CLONE_BUFFERS = 30,
};

static int ring;

static int make_ring(void)
{
	uint32_t params[30] = { 0 };

	return (int)syscall(SYS_io_uring_setup, 4, params);
}

/* An operation that reads size bytes. */
static void tell(long op, const void *bytes, size_t size, long count)
{
	void *copy = tail_copy(bytes, size);

	CALL(io_uring_register, ring, op, copy, count);
	in(2, copy, size);
}

/* One that answers in the same place. */
static void ask(long op, const void *bytes, size_t size, long count)
{
	void *copy = tail_copy(bytes, size);

	if (CALL(io_uring_register, ring, op, copy, count) >= 0)
		out(2, copy, size);
	else
		in(2, copy, size);
}

static void files(void)
{
	const int fds[2] = { open("/dev/null", O_RDWR), -1 };
	const struct {
		uint32_t off, len;
		uint64_t resv;
	} range = { 0, 1, 0 };
	const int event = eventfd(0, 0);

	TEST("io_uring_register: descriptors");
	tell(REGISTER_FILES, fds, sizeof(fds), 2);
	tell(REGISTER_FILE_ALLOC_RANGE, &range, sizeof(range), 0);
	TEST("io_uring_register: descriptors of events");
	tell(REGISTER_EVENTFD, &event, 4, 1);
	CALL(io_uring_register, ring, UNREGISTER_EVENTFD, NULL, 0);
	tell(REGISTER_EVENTFD_ASYNC, &event, 4, 1);
}

static void workers(void)
{
	const uint64_t cpus = 1;
	const uint32_t most[2] = { 0, 0 };

	TEST("io_uring_register: workers");
	tell(REGISTER_IOWQ_AFF, &cpus, sizeof(cpus), sizeof(cpus));
	ask(REGISTER_IOWQ_MAX_WORKERS, most, sizeof(most), 2);
}

/* The ring's own descriptor, by a number in the ring. */
static void rings(void)
{
	struct {
		uint32_t offset, resv;
		uint64_t data;
	} *update = tail(sizeof(*update));

	update->offset = ~0U;
	update->resv = 0;
	update->data = (uint64_t)ring;
	TEST("io_uring_register: the ring itself");
	if (CALL(io_uring_register, ring, REGISTER_RING_FDS, update, 1) < 0)
		return;
	out(2, update, sizeof(*update));
	update->data = 0;
	CALL(io_uring_register, ring, UNREGISTER_RING_FDS, update, 1);
	in(2, update, sizeof(*update));
}

static void buffers(void)
{
	const struct {
		uint64_t address;
		uint32_t entries;
		uint16_t group, flags;
		uint64_t resv[3];
	} provided = { .address = POINTER(pages(1)), .entries = 8, .group = 7 };
	const uint32_t status[10] = { 7 };
	const uint32_t clone[8] = { (uint32_t)ring };

	TEST("io_uring_register: a ring of buffers");
	ask(REGISTER_PBUF_RING, &provided, sizeof(provided), 1);
	ask(REGISTER_PBUF_STATUS, status, sizeof(status), 1);
	tell(UNREGISTER_PBUF_RING, &provided, sizeof(provided), 1);
	TEST("io_uring_register: buffers of a ring that has none");
	tell(REGISTER_CLONE_BUFFERS, clone, sizeof(clone), 1);
}

static void others(void)
{
	struct {
		uint64_t address;
		int32_t fd;
		uint32_t flags;
		int64_t timeout[2];
		uint8_t opcode, pad[7];
		uint64_t pad2[3];
	} cancel = { .address = 1, .timeout = { -1, -1 } };
	const uint32_t poll[4] = { 0 }, clock[4] = { 1 /* CLOCK_MONOTONIC */ };
	void *answer = tail(16);

	TEST("io_uring_register: requests to cancel");
	tell(REGISTER_SYNC_CANCEL, &cancel, sizeof(cancel), 1);
	TEST("io_uring_register: busy polling");
	ask(REGISTER_NAPI, poll, sizeof(poll), 1);
	if (CALL(io_uring_register, ring, UNREGISTER_NAPI, answer, 1) >= 0)
		out(2, answer, 16);
	TEST("io_uring_register: a clock");
	tell(REGISTER_CLOCK, clock, sizeof(clock), 0);
}

int main(void)
{
	ring = make_ring();
	files();
	workers();
	rings();
	buffers();
	others();
	flush();
	return 0;
}
