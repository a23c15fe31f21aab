/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Edges of calls: a terminal's lines, a pipe that is full, messages longer than their room, memory
 * that is read and written by one call, structures shorter or longer than the kernel's.
 */
#include <asm/termbits.h>
#include <linux/bpf.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>

#include "expect.h"

#define TERMIOS 36UL /* the kernel's structure */

static void take(int fd, size_t room)
{
	char *buf = tail(room);
	long n = CALL(read, fd, buf, room);

	if (n > 0)
		out(1, buf, (size_t)n);
}

static void lines(int master, int slave)
{
	need(write(master, "one line\nanother\n\004", 18) == 18, "write");
	TEST("read: a line of a terminal");
	take(slave, 100);
	TEST("read: a line of a terminal in two");
	take(slave, 3);
	take(slave, 100);
	TEST("read: the end of a terminal's file");
	take(slave, 100);
	TEST("read: what a terminal has echoed");
	take(master, 100);
}

static void terminal(void)
{
	int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC), no = 0, on = 1, slave;
	struct termios raw;

	if (master < 0 || ioctl(master, TIOCSPTLCK, &no))
		return;
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		return;
	lines(master, slave);
	need(!ioctl(slave, TCGETS, &raw), "TCGETS");
	raw.c_lflag = 0;
	raw.c_cc[VMIN] = 3;
	raw.c_cc[VTIME] = 0;
	need(!ioctl(slave, TCSETSF, &raw), "TCSETSF");
	need(write(master, "raw\n\003\004", 6) == 6, "write");
	TEST("read: a raw terminal");
	take(slave, 100);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 1;
	need(!ioctl(slave, TCSETSF, &raw) && !ioctl(master, TIOCPKT, &on), "TCSETSF");
	TEST("read: a raw terminal that waits no longer");
	take(slave, 100);
	need(write(slave, "answer", 6) == 6, "write");
	TEST("read: packets of a terminal");
	take(master, 4);
	take(master, 100);
	close(slave);
	TEST("read: a terminal that nobody has");
	take(master, 100);
	close(master);
}

static void full_pipe(void)
{
	char *bytes = tail(5 * PAGE);
	int fd = file_of("much", bytes, 5 * PAGE), ends[2];
	off_t *offset = tail(sizeof(*offset));

	need(!pipe2(ends, O_NONBLOCK | O_CLOEXEC) && fcntl(ends[1], F_SETPIPE_SZ, PAGE) >= 0,
	     "pipe2");
	*offset = 10;
	TEST("sendfile: to a pipe with room for a part");
	CALL(sendfile, ends[1], fd, offset, 4 * PAGE);
	need(expect.ret > 0 && (size_t)expect.ret < 4 * PAGE, "a part");
	out(2, offset, sizeof(*offset));
	TEST("sendfile: to a full pipe");
	CALL(sendfile, ends[1], fd, offset, PAGE);
	need(expect.ret == -EAGAIN, "EAGAIN");
	in(2, offset, sizeof(*offset));
	close(ends[0]);
	close(ends[1]);
}

static void long_messages(void)
{
	char *buf = tail(4);
	int pair[2];

	need(!socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), "socketpair");
	for (int i = 0; i < 3; i++)
		need(send(pair[0], "ten bytes.", 10, 0) == 10, "send");
	TEST("recvfrom: a cut message");
	CALL(recvfrom, pair[1], buf, 4, 0, NULL, NULL);
	out(1, buf, 4);
	TEST("recvfrom: MSG_TRUNC | MSG_PEEK returns more than there is room for");
	CALL(recvfrom, pair[1], buf, 4, MSG_TRUNC | MSG_PEEK, NULL, NULL);
	need(expect.ret == 10, "MSG_TRUNC");
	out(1, buf, 4);
	TEST("recvfrom: MSG_TRUNC and no room at all");
	CALL(recvfrom, pair[1], NULL, 0, MSG_TRUNC, NULL, NULL);
	need(expect.ret == 10, "MSG_TRUNC");
	close(pair[0]);
	close(pair[1]);
}

/* The first is there, the second faults: the call tells of one. */
static void faulting_slot(void)
{
	struct mmsghdr *slots = tail(2 * sizeof(*slots));
	struct iovec *iov = tail(2 * sizeof(*iov));
	char *buf = tail(20);
	int pair[2];

	need(!socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), "socketpair");
	for (int i = 0; i < 2; i++)
		need(send(pair[0], "message", 7, 0) == 7, "send");
	memset(slots, 0, 2 * sizeof(*slots));
	iov[0] = (struct iovec){ buf, 20 };
	iov[1] = (struct iovec){ BAD, 20 };
	for (int i = 0; i < 2; i++) {
		slots[i].msg_hdr.msg_iov = &iov[i];
		slots[i].msg_hdr.msg_iovlen = 1;
	}
	TEST("recvmmsg: the second message faults");
	CALL(recvmmsg, pair[1], slots, 2, MSG_DONTWAIT, NULL);
	need(expect.ret == 1, "one message");
	out(1, &slots[0].msg_hdr, sizeof(slots[0].msg_hdr));
	out(1, &slots[0].msg_len, 4);
	in(1, &iov[0], sizeof(*iov));
	out(1, buf, 7);
	close(pair[0]);
	close(pair[1]);
}

static void read_and_written(void)
{
	static const char text[] = "where it leads";
	struct timespec *time = tail_copy(&(struct timespec){ 0, 1 }, sizeof(*time));
	fd_set *set = tail(sizeof(long));
	char *buf = tail(sizeof("link"));
	struct iovec *iov = tail(sizeof(*iov));
	int fd = file_of("bytes", text, sizeof(text)), ends[2];

	need(!symlink("aims", "link") && !pipe2(ends, O_CLOEXEC), "symlink, pipe2");
	memcpy(buf, "link", 5);
	TEST("readlinkat: into the name's own memory");
	CALL(readlinkat, AT_FDCWD, buf, buf, 4);
	need(expect.ret == 4 && !memcmp(buf, "aims", 4), "readlinkat");
	out(2, buf, 4);
	iov->iov_base = iov;
	iov->iov_len = sizeof(*iov);
	TEST("readv: over the vector itself");
	CALL(readv, fd, iov, 1);
	need(expect.ret > 0, "readv");
	out(1, iov, (size_t)expect.ret);
	TEST("clock_nanosleep: one memory for the time and what is left of it");
	CALL(clock_nanosleep, CLOCK_MONOTONIC, 0, time, time);
	in(2, time, sizeof(*time));
#ifdef SYS_pselect6
	memset(set, 0, sizeof(long));
	*(unsigned long *)(void *)set = 1UL << ends[1];
	TEST("pselect6: one set for all three");
	CALL(pselect6, ends[1] + 1, set, set, set, NULL, NULL);
	out(1, set, sizeof(long));
	out(2, set, sizeof(long));
	out(3, set, sizeof(long));
#endif
	close(ends[0]);
	close(ends[1]);
	close(fd);
}

static int program(void)
{
	const struct bpf_insn code[] = { { .code = BPF_ALU64 | BPF_MOV, .imm = 0 },
					 { .code = BPF_JMP | BPF_EXIT } };
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
				.insn_cnt = 2,
				.insns = POINTER(code),
				.license = POINTER("GPL") };

	return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

static void sizes(void)
{
	char *longer = tail(4000);
	struct bpf_prog_info *info = tail(sizeof(*info));
	union bpf_attr *attr = tail(sizeof(*attr));
	int fd = program();

	memset(longer, 0, 4000);
	longer[3999] = 1;
	TEST("bpf: E2BIG for what the kernel does not know");
	CALL(bpf, BPF_MAP_CREATE, longer, 4000, 0, 0);
	in(1, longer, 4000);
	if (fd < 0)
		return;
	memset(attr, 0, sizeof(*attr));
	memset(info, 0, sizeof(*info));
	info->nr_map_ids = 1; /* which is behind what the kernel is given */
	info->map_ids = POINTER(longer);
	attr->info.bpf_fd = (uint32_t)fd;
	attr->info.info_len = 24;
	attr->info.info = POINTER(info);
	TEST("bpf: BPF_OBJ_GET_INFO_BY_FD of less than the kernel has");
	need(CALL(bpf, BPF_OBJ_GET_INFO_BY_FD, attr, sizeof(*attr), 0, 0) == 0, "info");
	out(1, attr, sizeof(*attr));
	out(1, info, 24);
	attr->info.info_len = 4000;
	attr->info.info = POINTER(longer);
	TEST("bpf: BPF_OBJ_GET_INFO_BY_FD, E2BIG");
	CALL(bpf, BPF_OBJ_GET_INFO_BY_FD, attr, sizeof(*attr), 0, 0);
	in(1, longer, 4000);
	close(fd);
}

/* An array of two: the second key is none. What the kernel read for it, it has not counted. */
static void refused_batch(void)
{
	union bpf_attr map = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 2
	};
	uint32_t *keys = tail(12), *values = tail(12);
	union bpf_attr *attr = tail(sizeof(*attr));
	int fd = (int)syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof(map));

	if (fd < 0)
		return;
	memset(attr, 0, sizeof(*attr));
	memcpy(keys, (uint32_t[]){ 0, 7, 1 }, 12);
	memcpy(values, (uint32_t[]){ 10, 20, 30 }, 12);
	attr->batch.map_fd = (uint32_t)fd;
	attr->batch.count = 3;
	attr->batch.keys = POINTER(keys);
	attr->batch.values = POINTER(values);
	TEST("bpf: BPF_MAP_UPDATE_BATCH that fails tells how many it took");
	CALL(bpf, BPF_MAP_UPDATE_BATCH, attr, sizeof(*attr), 0, 0);
	need(expect.ret == -E2BIG && attr->batch.count == 1, "one of three");
	out(1, attr, sizeof(*attr));
	in(1, keys, 4);
	in(1, values, 4);
	close(fd);
}

int main(void)
{
	terminal();
	full_pipe();
	long_messages();
	faulting_slot();
	read_and_written();
	sizes();
	refused_batch();
	flush();
	return 0;
}
