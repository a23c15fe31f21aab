/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "screen.h"

static void test_numbers(void **state)
{
	struct screen screen = open_screen((struct show_options){ 0 });

	(void)state;
	shows_value(&screen, "int", 0xffffffff, "-1");
	shows_value(&screen, "unsigned", UINT64_MAX, "4294967295");
	shows_value(&screen, "long", UINT64_MAX, "-1");
	shows_value(&screen, "u64", UINT64_MAX, "18446744073709551615");
	shows_value(&screen, "hex", 0x10, "0x10");
	shows_value(&screen, "address", 0, "NULL");
	shows_value(&screen, "uid_t", 0xffffffff, "-1");
	shows_value(&screen, "mode_t", 0100644, "S_IFREG|0644");
	shows_value(&screen, "mode_t", 04755, "04755");
	shows_value(&screen, "mode_t", 7, "0007");
	shows_value(&screen, "dev_t", 0x10300, "makedev(0x103, 0x0)");
	shows_value(&screen, "dirfd", (uint64_t)-100, "AT_FDCWD");
	shows_value(&screen, "dirfd", 0xffffff9c, "AT_FDCWD");
	shows_value(&screen, "signal", 9, "SIGKILL");
	shows_value(&screen, "signal", 34, "SIGRT_2");
	shows_value(&screen, "signal", 99, "99");
	shows_value(&screen, "clockid", 1, "CLOCK_MONOTONIC");
	shows_value(&screen, "key_t", 0, "IPC_PRIVATE");
	shows_value(&screen, "struct stat", 0, "NULL");
	shows_value(&screen, "struct stat", 0x7000, "0x7000");
	shows_value(&screen, "something new", 0x77, "0x77");
	close_screen(&screen);
}

static void test_flags(void **state)
{
	struct screen screen = open_screen((struct show_options){ 0 });

	(void)state;
	shows_value(&screen, "flags:open", 0, "O_RDONLY");
	shows_value(&screen, "flags:open", 02001101, "O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC");
	shows_value(&screen, "flags:open", 020200002, "O_RDWR|O_TMPFILE");
	shows_value(&screen, "flags:open", 04010000, "O_RDONLY|O_SYNC");
	shows_value(&screen, "flags:prot", 0, "PROT_NONE");
	shows_value(&screen, "flags:prot", 5, "PROT_READ|PROT_EXEC");
	shows_value(&screen, "flags:mmap", 0x32, "MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS");
	shows_value(&screen, "flags:access", 0, "F_OK");
	shows_value(&screen, "flags:access", 6, "R_OK|W_OK");
	shows_value(&screen, "flags:at", 0, "0");
	shows_value(&screen, "flags:at", 0x40000100, "AT_SYMLINK_NOFOLLOW|0x40000000");
	shows_value(&screen, "flags:socket_type", 0x80002, "SOCK_DGRAM|SOCK_CLOEXEC");
	shows_value(&screen, "flags:clone", 0x1200011,
		    "CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD");
	shows_value(&screen, "flags:clone", 17, "SIGCHLD");
	shows_value(&screen, "flags:statx", 0xfff, "STATX_ALL");
	shows_value(&screen, "enum:whence", 2, "SEEK_END");
	shows_value(&screen, "enum:whence", 77, "77");
	shows_value(&screen, "enum:madvise", 4, "MADV_DONTNEED");
	shows_value(&screen, "enum:ioctl", 0x80086601, "_IOC(_IOC_READ, 0x66, 0x1, 0x8)");
	shows_value(&screen, "flags:no such set", 3, "0x3");
	close_screen(&screen);
}

static void test_strings(void **state)
{
	static const char text[] = "0123456789abcdef0123456789abcdefXYZ";
	struct screen screen = open_screen((struct show_options){ 0 });
	struct screen wide = open_screen((struct show_options){ .string_limit = 35 });
	struct call *call;

	(void)state;
	shows_memory(&screen, "bytes", MEMORY("a\tb\n\v\f\r\"\\"), "\"a\\tb\\n\\v\\f\\r\\\"\\\\\"");
	shows_memory(&screen, "bytes", MEMORY("\0x\0007\1778\3778\3771"),
		     "\"\\0x\\0007\\1778\\3778\\3771\"");
	shows_memory(&screen, "bytes", (const uint8_t *)text, 35,
		     "\"0123456789abcdef0123456789abcdef\"...");
	shows_memory(&wide, "bytes", (const uint8_t *)text, 35,
		     "\"0123456789abcdef0123456789abcdefXYZ\"");
	shows_memory(&screen, "path", (const uint8_t *)text, 36,
		     "\"0123456789abcdef0123456789abcdefXYZ\"");
	shows_memory(&screen, "string", (const uint8_t *)text, 33,
		     "\"0123456789abcdef0123456789abcdef\"...");
	shows_memory(&screen, "path", (const uint8_t *)"cut", 3, "\"cut\"...");
	call = new_call("write", "x=bytes", 9, (uint64_t)PAGE);
	add_memory(call, 0, PAGE, MEMORY("hello"));
	call->bufs[0].full = 9;
	expect_call(&screen, call, "write(\"hello\"...) = 9");
	close_screen(&screen);
	close_screen(&wide);
}

/* What follows in memory is put together; what is missing ends it. */
static void test_ranges(void **state)
{
	struct screen screen = open_screen((struct show_options){ 0 });
	struct call *call = new_call("read", "x=bytes", 9, (uint64_t)PAGE);

	(void)state;
	add_memory(call, 0, PAGE, MEMORY("hello"));
	add_memory(call, 0, PAGE + 5, MEMORY("late"));
	call->bufs[1].start = false;
	expect_call(&screen, call, "read(\"hellolate\") = 9");
	call = new_call("read", "x=bytes", 9, (uint64_t)PAGE);
	add_memory(call, 0, PAGE, MEMORY("hello"));
	add_memory(call, 0, PAGE + 5, NULL, 0);
	call->bufs[1].start = false;
	call->bufs[1].full = 4;
	call->bufs[1].error = 14;
	expect_call(&screen, call, "read(\"hello\"...) = 9");
	call = new_call("read", "x=bytes", 9, (uint64_t)PAGE);
	add_memory(call, 0, PAGE, NULL, 0);
	call->bufs[0].full = 9;
	call->bufs[0].error = 14;
	expect_call(&screen, call, "read(0x1000) = 9");
	call = new_call("read", "x=bytes", 0, (uint64_t)PAGE);
	call->syscall.args[0].direction = RECORDER_OUT;
	expect_call(&screen, call, "read(\"\") = 0");
	close_screen(&screen);
}

static void test_structures(void **state)
{
	static const uint8_t timespec[16] = { 5, [8] = 7 };
	static const uint8_t values[12] = { 1, [4] = 0xff, 0xff, 0xff, 0xff, 3 };
	static const uint8_t limit[16] = { [1] = 0x20, [8] = 0xff, 0xff, 0xff, 0xff,
					   0xff,       0xff,	   0xff, 0xff };
	static const uint8_t polls[8] = { 3, [4] = 1, [6] = 0x10 };
	static const uint8_t epoll[12] = { 1, 0, 0, 0x80, 7 };
	static const uint8_t signals[8] = { 1, 0x40 };
	static const uint8_t most[8] = { 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	uint8_t stat[144] = { [24] = 0xa4, 0x81, [48] = 5 };
	struct screen screen = open_screen((struct show_options){ 0 });

	(void)state;
	shows_memory(&screen, "struct timespec", timespec, 16, "{tv_sec=5, tv_nsec=7}");
	shows_memory(&screen, "struct timespec[2]", timespec, 16, "[{tv_sec=5, tv_nsec=7}, ...]");
	shows_memory(&screen, "struct timespec", timespec, 12, "{tv_sec=5, ...}");
	shows_memory(&screen, "int[]", values, 12, "[1, -1, 3]");
	shows_memory(&screen, "int*", values + 4, 4, "[-1]");
	shows_memory(&screen, "struct rlimit", limit, 16,
		     "{rlim_cur=8*1024, rlim_max=RLIM64_INFINITY}");
	shows_memory(&screen, "pollfd[]", polls, 8, "[{fd=3, events=POLLIN, revents=POLLHUP}]");
	shows_memory(&screen, "struct epoll_event[]", epoll, 12,
		     "[{events=EPOLLIN|EPOLLET, data={u32=7, u64=0x7}}]");
	shows_memory(&screen, "sigset", signals, 8, "[HUP TERM]");
	shows_memory(&screen, "sigset", most, 8, "~[HUP]");
	shows_memory(&screen, "fd_set", (const uint8_t *)"\11", 1, "[0 3]");
	shows_memory(&screen, "struct stat", stat, 144, "{st_mode=S_IFREG|0644, st_size=5, ...}");
	stat[25] = 0x21;
	stat[41] = 5;
	shows_memory(&screen, "struct stat", stat, 144,
		     "{st_mode=S_IFCHR|0644, st_rdev=makedev(0x5, 0x0), ...}");
	shows_memory(&screen, "wait_status*", (const uint8_t *)"\0\3\0\0", 4,
		     "[{WIFEXITED(s) && WEXITSTATUS(s) == 3}]");
	shows_memory(&screen, "wait_status*", (const uint8_t *)"\x8b\0\0\0", 4,
		     "[{WIFSIGNALED(s) && WTERMSIG(s) == SIGSEGV && WCOREDUMP(s)}]");
	shows_memory(&screen, "struct nobody_knows", (const uint8_t *)"ab\1", 3, "\"ab\\1\"");
	close_screen(&screen);
}

static void test_messages(void **state)
{
	static const uint8_t segments[32] = { 0, 0x20, [8] = 2, [17] = 0x30, [24] = 9 };
	static const uint8_t message[56] = { [17] = 0x28, [24] = 1, [48] = 0x20 };
	static const uint8_t segment[16] = { 0, 0x30, [8] = 4 };
	struct screen screen = open_screen((struct show_options){ 0 });
	struct call *call = new_call("readv", "x=iovec", 5, (uint64_t)PAGE);

	(void)state;
	add_memory(call, 0, PAGE, segments, sizeof(segments));
	add_memory(call, 0, 0x2000, MEMORY("ab"));
	add_memory(call, 0, 0x3000, MEMORY("cde"));
	expect_call(&screen, call,
		    "readv([{iov_base=\"ab\", iov_len=2}, {iov_base=\"cde\", iov_len=9}]) = 5");
	call = new_call("recvmsg", "x=msghdr", 4, (uint64_t)PAGE);
	add_memory(call, 0, PAGE, message, sizeof(message));
	add_memory(call, 0, 0x2800, segment, sizeof(segment));
	add_memory(call, 0, 0x3000, MEMORY("abcd"));
	expect_call(&screen, call,
		    "recvmsg({msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"abcd\", "
		    "iov_len=4}], msg_iovlen=1, msg_controllen=0, msg_flags=MSG_TRUNC}) = 4");
	shows_memory(&screen, "struct sockaddr", MEMORY("\2\0\0P\177\0\0\1\0\0\0\0\0\0\0\0"),
		     "{sa_family=AF_INET, sin_port=htons(80), "
		     "sin_addr=inet_addr(\"127.0.0.1\")}");
	shows_memory(&screen, "struct sockaddr", MEMORY("\1\0/run/x\0"),
		     "{sa_family=AF_UNIX, sun_path=\"/run/x\"}");
	shows_memory(&screen, "struct sockaddr", MEMORY("\1\0\0name"),
		     "{sa_family=AF_UNIX, sun_path=@\"name\"}");
	shows_memory(&screen, "struct sockaddr",
		     MEMORY("\12\0\1\273\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0"),
		     "{sa_family=AF_INET6, sin6_port=htons(443), sin6_flowinfo=htonl(0), "
		     "inet_pton(AF_INET6, \"::1\", &sin6_addr), sin6_scope_id=0}");
	shows_memory(&screen, "struct sockaddr", MEMORY("\20\0\0\0\5\0\0\0\1\0\0\0"),
		     "{sa_family=AF_NETLINK, nl_pid=5, nl_groups=0x1}");
	close_screen(&screen);
}

static void test_results(void **state)
{
	static const struct recorder_command getfl = {
		.name = "F_GETFL",
		.value = 3,
		.nargs = 2,
		.args = { { .name = "fd", .type = "fd" }, { .name = "cmd", .type = "int" } }
	};
	struct screen screen = open_screen((struct show_options){ 0 });
	struct call *call;

	(void)state;
	expect_call(&screen, new_call("f", "", -2), "f() = -1 ENOENT (No such file or directory)");
	expect_call(&screen, new_call("f", "", -512),
		    "f() = ? ERESTARTSYS (To be restarted if SA_RESTART is set)");
	expect_call(&screen, new_call("f", "", -4096), "f() = -4096");
	expect_call(&screen, new_call("mmap", "", 0x7f0000001000), "mmap() = 0x7f0000001000");
	expect_call(&screen, new_call("umask", "mask=mode_t", 022, (uint64_t)0),
		    "umask(0000) = 022");
	call = new_call("fcntl", "fd=fd,cmd=enum:fcntl", 02, (uint64_t)1, (uint64_t)3);
	call->syscall.command = 2;
	call->event.call.command = &getfl;
	expect_call(&screen, call, "fcntl(1, F_GETFL) = 0x2 (flags O_RDWR)");
	call = new_call("exit_group", "status=int", 0, (uint64_t)3);
	call->event.call.unfinished = true;
	expect_call(&screen, call, "exit_group(3) = ?");
	call = new_call("read", "fd=fd,buf=bytes", 0, (uint64_t)3, (uint64_t)PAGE);
	call->event.call.unfinished = true;
	expect_call(&screen, call, "read(3, 0x1000) = ? <unfinished ...>");
	call = new_call("read", "fd=fd", 1, (uint64_t)3);
	call->event.call.no_entry = true;
	call->event.time_ns = 1000000000;
	expect_call(&screen, call, "read(3) = 1 <entry not seen>");
	call = new_call("f", "a=int,b=int", 0, (uint64_t)3, (uint64_t)4);
	call->event.call.syscall = NULL;
	call->event.call.nr = 999;
	expect_call(&screen, call, "syscall_999(0x3, 0x4) = 0");
	call = new_call("openat", "dirfd=dirfd,path=path,flags=flags:open,mode=mode_t", -2,
			(uint64_t)-100, (uint64_t)0, (uint64_t)0, (uint64_t)0644);
	expect_call(&screen, call,
		    "openat(AT_FDCWD, NULL, O_RDONLY) = -1 ENOENT (No such file or directory)");
	close_screen(&screen);
}

static void expect_event(struct screen *screen, struct recorder_event event, const char *text)
{
	event.time_ns = 1000000000;
	assert_string_equal(print(screen, &event), text);
}

static void test_events(void **state)
{
	static const uint8_t info[48] = { 17, [8] = 1, [16] = 43, [24] = 3 };
	struct recorder_event signal = new_event(RECORDER_SIGNAL);
	struct recorder_event end = new_event(RECORDER_EXIT);
	struct screen screen = open_screen((struct show_options){ 0 });

	(void)state;
	signal.signal.number = 17;
	signal.signal.info = info;
	signal.signal.info_len = sizeof(info);
	expect_event(&screen, signal,
		     PREFIX "--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=43, "
			    "si_uid=0, si_status=3, si_utime=0, si_stime=0} ---\n");
	end.exit.status = 3 << 8;
	expect_event(&screen, end, PREFIX "+++ exited with 3 +++\n");
	end.exit.status = 0x86;
	expect_event(&screen, end, PREFIX "+++ killed by SIGABRT (core dumped) +++\n");
	expect_event(&screen, new_event(RECORDER_END), "");
	expect_event(&screen, new_event(RECORDER_FORK), "");
	close_screen(&screen);
}

static struct call *open_call(const char *path, uint64_t flags, int64_t fd)
{
	struct call *call = new_call("open", "path=path,flags=flags:open", fd, (uint64_t)PAGE,
				     flags);

	add_memory(call, 0, PAGE, (const uint8_t *)path, strlen(path) + 1);
	return call;
}

static void expect_fd(struct screen *screen, uint32_t thread, uint32_t pid, int fd,
		      const char *text)
{
	struct call *call = new_call("fsync", "fd=fd", 0, (uint64_t)fd);
	char line[128];

	call->event.thread = thread;
	call->event.pid = call->event.tid = pid;
	snprintf(line, sizeof(line), "[%5u %5u] 00:00:01.000000 fsync(%s) = 0" SUFFIX, pid, pid,
		 text);
	assert_string_equal(print(screen, &call->event), line);
	free(call);
}

static void fork_event(struct screen *screen, uint32_t thread, uint32_t pid)
{
	struct recorder_event event = new_event(RECORDER_FORK);

	event.fork.thread = thread;
	event.fork.pid = event.fork.tid = pid;
	event.fork.comm = "cat";
	expect_event(screen, event, "");
}

static void test_paths(void **state)
{
	static const struct recorder_fd fds[] = {
		{ .fd = 0, .target = "/dev/pts/0" },
		{ .fd = 9, .flags = 02000000, .target = "pipe:[7]" }
	};
	static const struct recorder_task task = {
		.pid = 42, .cwd = "/home", .fds = fds, .nfds = 2
	};
	struct screen screen = open_screen((struct show_options){ 0 });

	(void)state;
	show__task(screen.show, &task);
	expect_fd(&screen, 1, 42, 0, "0</dev/pts/0>");
	expect_fd(&screen, 1, 42, 9, "9<pipe:[7]>");
	expect_call(&screen, open_call("./a//b", 02000000, 3),
		    "open(\"./a//b\", O_RDONLY|O_CLOEXEC) = 3</home/a/b>");
	expect_call(&screen, open_call("/x<y>", 0, 4),
		    "open(\"/x<y>\", O_RDONLY) = 4</x\\074y\\076>");
	expect_call(&screen, new_call("dup2", "a=fd,b=fd", 5, (uint64_t)4, (uint64_t)5),
		    "dup2(4</x\\074y\\076>, 5) = 5</x\\074y\\076>");
	expect_call(&screen, new_call("close", "fd=fd", 0, (uint64_t)4),
		    "close(4</x\\074y\\076>) = 0");
	expect_fd(&screen, 1, 42, 4, "4");
	close_screen(&screen);
}

static void test_paths_over_processes(void **state)
{
	struct recorder_event exec = new_event(RECORDER_EXEC);
	struct screen screen = open_screen((struct show_options){ 0 });

	(void)state;
	exec.thread = 2;
	exec.pid = exec.tid = 43;
	expect_call(&screen, open_call("/kept", 0, 3), "open(\"/kept\", O_RDONLY) = 3</kept>");
	expect_call(&screen, open_call("/gone", 02000000, 4),
		    "open(\"/gone\", O_RDONLY|O_CLOEXEC) = 4</gone>");
	fork_event(&screen, 2, 43);
	fork_event(&screen, 3, 42);
	expect_call(&screen, open_call("/later", 0, 5), "open(\"/later\", O_RDONLY) = 5</later>");
	expect_fd(&screen, 2, 43, 4, "4</gone>");
	expect_fd(&screen, 2, 43, 5, "5");
	expect_fd(&screen, 3, 42, 5, "5</later>");
	expect_event(&screen, exec, "");
	expect_fd(&screen, 2, 43, 3, "3</kept>");
	expect_fd(&screen, 2, 43, 4, "4");
	expect_fd(&screen, 1, 42, 4, "4</gone>");
	expect_call(&screen,
		    new_call("close_range", "first=fd,last=unsigned,flags=hex", 0, (uint64_t)4,
			     (uint64_t)0xffffffff, (uint64_t)0),
		    "close_range(4</gone>, 4294967295, 0) = 0");
	expect_fd(&screen, 3, 42, 5, "5");
	expect_fd(&screen, 3, 42, 3, "3</kept>");
	close_screen(&screen);
}

static void test_json_call(void **state)
{
	struct screen screen = open_screen((struct show_options){ .json = true });
	struct call *call = new_call("read", "fd=fd,buf=bytes", 9, (uint64_t)3, (uint64_t)PAGE);

	(void)state;
	call->event.call.seq = 17;
	call->event.comm = "a\"\x80\xc3\xa9\n";
	add_memory(call, 1, PAGE, MEMORY("hello"));
	add_memory(call, 1, PAGE + 5, MEMORY("late"));
	call->bufs[1].start = false;
	add_memory(call, 1, PAGE + 9, NULL, 0);
	call->bufs[2].start = false;
	call->bufs[2].full = 4;
	call->bufs[2].error = 14;
	add_memory(call, -1, 0x2000, MEMORY("x"));
	call->bufs[3].out = false;
	call->bufs[3].full = 2;
	assert_string_equal(
		print(&screen, &call->event),
		"{\"seq\":17,\"pid\":42,\"tid\":42,\"comm\":\"a\\\"\\u0080\xc3\xa9\\u000a\","
		"\"cpu\":3,"
		"\"abi\":\"abi_0\",\"nr\":0,\"syscall\":\"read\",\"enter_ns\":1000000000,"
		"\"exit_ns\":1000500000,\"args\":[\"0x3\",\"0x1000\"],\"ret\":9,\"errno\":null,"
		"\"unfinished\":false,\"bufs\":[{\"arg\":1,\"dir\":\"out\",\"addr\":\"0x1000\","
		"\"len\":9,\"full\":9,\"data\":\"aGVsbG9sYXRl\",\"err\":null},{\"arg\":1,"
		"\"dir\":\"out\",\"addr\":\"0x1009\",\"len\":0,\"full\":4,\"data\":\"\","
		"\"err\":\"EFAULT\"},{\"arg\":null,\"dir\":\"in\",\"addr\":\"0x2000\",\"len\":1,"
		"\"full\":2,\"data\":\"eA==\",\"err\":null}]}\n");
	call->event.call.unfinished = call->event.call.no_entry = true;
	call->event.call.nbufs = 0;
	call->event.comm = "";
	call->event.call.syscall = NULL;
	assert_string_equal(
		print(&screen, &call->event),
		"{\"seq\":17,\"pid\":42,\"tid\":42,\"comm\":\"\",\"cpu\":3,\"abi\":\"abi_0\","
		"\"nr\":0,\"syscall\":\"syscall_0\",\"enter_ns\":null,\"exit_ns\":null,"
		"\"args\":[\"0x3\",\"0x1000\"],\"ret\":null,\"errno\":null,\"unfinished\":true,"
		"\"bufs\":[]}\n");
	free(call);
	close_screen(&screen);
}

static void test_json_events(void **state)
{
	struct screen screen = open_screen((struct show_options){ .json = true });
	struct recorder_event event = new_event(RECORDER_FORK);

	(void)state;
#define TASK "\"pid\":42,\"tid\":42,\"comm\":\"cat\",\"cpu\":3,\"time_ns\":1000000000"
	event.fork.pid = event.fork.tid = 43;
	event.fork.comm = "child";
	expect_event(&screen, event,
		     "{\"event\":\"fork\"," TASK ",\"child_pid\":43,\"child_tid\":43,"
		     "\"child_comm\":\"child\"}\n");
	event = new_event(RECORDER_EXEC);
	event.exec.old_tid = 44;
	expect_event(&screen, event, "{\"event\":\"exec\"," TASK ",\"old_tid\":44}\n");
	event = new_event(RECORDER_EXIT);
	event.exit.status = 9;
	expect_event(&screen, event,
		     "{\"event\":\"exit\"," TASK ",\"status\":9,\"code\":null,"
		     "\"signal\":\"SIGKILL\",\"core\":false}\n");
	event = new_event(RECORDER_SIGNAL);
	event.signal.number = 2;
	event.signal.info = (const uint8_t *)"\2";
	event.signal.info_len = 1;
	expect_event(&screen, event,
		     "{\"event\":\"signal\"," TASK ",\"number\":2,\"name\":\"SIGINT\","
		     "\"handler\":\"0x0\",\"info\":\"Ag==\"}\n");
	expect_event(&screen, new_event(RECORDER_RENAME), "");
	close_screen(&screen);
}

/* Whatever the bytes, whatever their number: no decoder reads beyond them. */
static void test_any_memory(void **state)
{
	static const struct decoder *const families[] = { number_decoders, memory_decoders,
							  message_decoders, set_decoders };
	static const char *const more[] = {
		"struct stat", "struct msqid_ds",    "pollfd[]",	  "int[]",
		"fd*",	       "struct timespec[2]", "struct clone_args", "u64[99]"
	};
	struct screen screen = open_screen((struct show_options){ 0 });
	uint32_t random = 1;

	(void)state;
	for (size_t round = 0; round < 160; round++) {
		for (size_t i = 0; i < 4 * 40 + sizeof(more) / sizeof(more[0]); i++) {
			bool named = i >= 160;
			const struct decoder *decoder = families[i / 40 % 4];
			char types[64];
			uint8_t *bytes = malloc(round + 1);
			struct call *call;

			for (size_t j = 0; !named && j < i % 40 && decoder->name; j++)
				decoder++;
			for (size_t j = 0; j < round; j++)
				bytes[j] = (uint8_t)((random = random * 1664525 + 1013904223) >>
						     24);
			snprintf(types, sizeof(types), "x=%s",
				 named		 ? more[i - 160]
				 : decoder->name ? decoder->name
						 : "int");
			call = new_call("f", types, 0, (uint64_t)PAGE);
			add_memory(call, 0, PAGE, bytes, round);
			call->event.call.abi = round & 1 ? 3 : 0;
			call->bufs[0].full += round & 3;
			assert_non_null(print(&screen, &call->event));
			free(bytes);
			free(call);
		}
	}
	close_screen(&screen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),	   cmocka_unit_test(test_flags),
		cmocka_unit_test(test_strings),	   cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_structures), cmocka_unit_test(test_messages),
		cmocka_unit_test(test_results),	   cmocka_unit_test(test_events),
		cmocka_unit_test(test_paths),	   cmocka_unit_test(test_paths_over_processes),
		cmocka_unit_test(test_json_call),  cmocka_unit_test(test_json_events),
		cmocka_unit_test(test_any_memory),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
