/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "screen.h"
#include "syscalls/syscalls.h"

/* A number of each type. */
static void test_values(void **state)
{
	static const struct {
		const char *type;
		uint64_t value;
		const char *text;
	} values[] = {
		{ "int", 0xffffffff, "-1" },
		{ "unsigned", UINT64_MAX, "4294967295" },
		{ "long", UINT64_MAX, "-1" },
		{ "u64", UINT64_MAX, "18446744073709551615" },
		{ "hex", 0x10, "0x10" },
		{ "address", 0, "NULL" },
		{ "uid_t", 0xffffffff, "-1" },
		{ "dev_t", 0x10300, "makedev(0x103, 0x0)" },
		{ "dirfd", (uint64_t)-100, "AT_FDCWD" },
		{ "dirfd", 0xffffff9c, "AT_FDCWD" },
		{ "signal", 9, "SIGKILL" },
		{ "signal", 34, "SIGRT_2" },
		{ "signal", 99, "99" },
		{ "clockid", 1, "CLOCK_MONOTONIC" },
		{ "key_t", 0, "IPC_PRIVATE" },
		{ "struct stat", 0, "NULL" },
		{ "struct stat", 0x7000, "0x7000" },
		{ "something new", 0x77, "0x77" },
		{ "flags:open", 0, "O_RDONLY" },
		{ "flags:open", 02001101, "O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC" },
		{ "flags:open", 020200002, "O_RDWR|O_TMPFILE" },
		{ "flags:open", 04010000, "O_RDONLY|O_SYNC" },
		{ "flags:prot", 0, "PROT_NONE" },
		{ "flags:prot", 5, "PROT_READ|PROT_EXEC" },
		{ "flags:mmap", 0x32, "MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS" },
		{ "flags:access", 0, "F_OK" },
		{ "flags:access", 6, "R_OK|W_OK" },
		{ "flags:at", 0, "0" },
		{ "flags:at", 0x40000100, "AT_SYMLINK_NOFOLLOW|0x40000000" },
		{ "flags:socket_type", 0x80002, "SOCK_DGRAM|SOCK_CLOEXEC" },
		{ "flags:clone", 0x1200011, "CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD" },
		{ "flags:clone", 17, "SIGCHLD" },
		{ "flags:statx", 0xfff, "STATX_ALL" },
		{ "enum:whence", 2, "SEEK_END" },
		{ "enum:whence", 77, "77" },
		{ "enum:madvise", 4, "MADV_DONTNEED" },
		{ "enum:ioctl", 0x80086601, "_IOC(_IOC_READ, 0x66, 0x1, 0x8)" },
		{ "flags:no such set", 3, "0x3" },
		{ "mode_t", 0100644, "S_IFREG|0644" },
		{ "mode_t", 04755, "04755" },
		{ "mode_t", 0, "000" },
		{ "mode_t", 7, "007" },
		{ "mode_t", 022, "022" },
		{ "mode_t", 041777, "S_IFDIR|S_ISVTX|0777" },
		{ "mode_t", 0106755, "S_IFREG|S_ISUID|S_ISGID|0755" },
		{ "flags:open", 0x90800, "O_RDONLY|O_NONBLOCK|O_CLOEXEC|O_DIRECTORY" },
		{ "flags:clone", 0x80, "CLONE_NEWTIME" },
		{ "flags:clone", 0x20000000, "CLONE_NEWPID" },
	};
	struct screen screen = open_screen((struct show_options){ 0 });

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		shows_value(&screen, values[i].type, values[i].value, values[i].text);
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
	expect_call(&screen, call, "write(\"hello\"...) = 9 <cut>");
	close_screen(&screen);
	close_screen(&wide);
}

static void test_structures(void **state)
{
	static const uint8_t timespec[16] = { 5, [8] = 7 };
	static const uint8_t omit[16] = { [8] = 0xfe, 0xff, 0xff, 0x3f };
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
	shows_memory(&screen, "struct timespec", omit, 16, "{tv_sec=0, tv_nsec=UTIME_OMIT}");
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
	static const uint8_t segments[48] = {
		0, 0x20, [8] = 2, [17] = 0x40, [33] = 0x30, [40] = 9
	};
	static const uint8_t message[56] = { [17] = 0x28, [24] = 1, [48] = 0x20 };
	static const uint8_t segment[16] = { 0, 0x30, [8] = 4 };
	struct screen screen = open_screen((struct show_options){ 0 });
	struct call *call = new_call("readv", "x=iovec", 5, (uint64_t)PAGE);

	(void)state;
	add_memory(call, 0, PAGE, segments, sizeof(segments));
	add_memory(call, 0, 0x2000, MEMORY("ab"));
	add_memory(call, 0, 0x3000, MEMORY("cde"));
	expect_call(&screen, call,
		    "readv([{iov_base=\"ab\", iov_len=2}, {iov_base=\"\", iov_len=0}, "
		    "{iov_base=\"cde\", iov_len=9}]) = 5");
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

/* An array that was not kept is no empty one. */
static void test_program_strings(void **state)
{
	static const uint8_t array[24] = { 0, 0x20, [8] = 3, 0x20 };
	struct screen screen = open_screen((struct show_options){ 0 });
	struct call *call = new_call("execve", "filename=path,argv=strings,envp=strings", -2,
				     (uint64_t)0, (uint64_t)PAGE, (uint64_t)0x3000);

	(void)state;
	expect_call(&screen, call,
		    "execve(NULL, 0x1000, 0x3000) = -1 ENOENT (No such file or directory)");
	call = new_call("execve", "argv=strings,envp=strings", 0, (uint64_t)PAGE, (uint64_t)PAGE);
	add_memory(call, 0, PAGE, array, sizeof(array));
	add_memory(call, 0, 0x2000, MEMORY("ls\0"));
	add_memory(call, 0, 0x2003, MEMORY("-l\0"));
	add_memory(call, 1, PAGE, array + 16, 8);
	expect_call(&screen, call, "execve([\"ls\", \"-l\"], 0x1000 /* 0 vars */) = 0");
	close_screen(&screen);
}

/* What was not kept of a program's arguments is on its stack. */
static void test_copied_strings(void **state)
{
	static const uint8_t wide[] = { 2,    [8] = 0x30, 0x40, [16] = 0x33, 0x40, [32] = 0x36,
					0x40, [48] = 'l', 's',	0,	     '-',  'l',
					0,    'A',	  '=',	'b',	     0 };
	static const uint8_t narrow[] = { 1, [4] = 0x14, 0x40, [12] = 0, [20] = 'l', 's', 0 };
	struct screen screen = open_screen((struct show_options){ 0 });
	struct call *call = new_call("execve", "argv=strings,envp=strings", 0, (uint64_t)PAGE,
				     (uint64_t)0x2000);

	(void)state;
	add_memory(call, -1, 0x4000, wide, sizeof(wide));
	expect_call(&screen, call, "execve([\"ls\", \"-l\"], 0x2000 /* 1 var */) = 0");
	call = new_call("execve", "argv=strings,envp=strings", 0, (uint64_t)PAGE, (uint64_t)0x2000);
	add_memory(call, -1, 0x4000, narrow, sizeof(narrow));
	expect_call(&screen, call, "execve([\"ls\"], 0x2000 /* 0 vars */) = 0");
	close_screen(&screen);
}

/* Only what the flags say is there. */
static void test_flagged_members(void **state)
{
	static const uint8_t clone[88] = {
		[1] = 1, [8] = 0x10, 0x20, [16] = 8, [26] = 1, [32] = 17, [50] = 0x10
	};
	static const uint8_t action[32] = { 1, [8] = 4, [16] = 9, [24] = 2 };
	struct screen screen = open_screen((struct show_options){ 0 });
	uint8_t more[88], restored[32];
	struct call *call;

	(void)state;
	shows_memory(&screen, "struct clone_args", clone, sizeof(clone),
		     "{flags=CLONE_VM, exit_signal=SIGCHLD, stack=NULL, stack_size=0x100000}");
	memcpy(more, clone, sizeof(more));
	more[1] = 0x10; /* CLONE_PIDFD */
	more[2] = 0x30; /* CLONE_PARENT_SETTID, CLONE_CHILD_CLEARTID */
	call = new_call("clone3", "cl_args=struct clone_args", 43, (uint64_t)PAGE);
	add_memory(call, 0, PAGE, more, sizeof(more));
	add_memory(call, 0, 0x10000, MEMORY("\53\0\0\0"));
	expect_call(&screen, call,
		    "clone3({flags=CLONE_PIDFD|CLONE_PARENT_SETTID|CLONE_CHILD_CLEARTID, "
		    "pidfd=0x2010, child_tid=0x8, parent_tid=[43], exit_signal=SIGCHLD, "
		    "stack=NULL, stack_size=0x100000}) = 43");
	shows_memory(&screen, "struct sigaction", action, sizeof(action),
		     "{sa_handler=SIG_IGN, sa_mask=[INT], sa_flags=SA_SIGINFO}");
	memcpy(restored, action, sizeof(restored));
	restored[11] = 4;
	shows_memory(&screen, "struct sigaction", restored, sizeof(restored),
		     "{sa_handler=SIG_IGN, sa_mask=[INT], sa_flags=SA_RESTORER|SA_SIGINFO, "
		     "sa_restorer=0x9}");
	call = new_call("clone", "flags=flags:clone,child_tid=pid_t*", 43, (uint64_t)0x1000011,
			(uint64_t)PAGE);
	add_memory(call, 1, PAGE, MEMORY("\7\0\0\0"));
	expect_call(&screen, call, "clone(CLONE_CHILD_SETTID|SIGCHLD, 0x1000) = 43");
	close_screen(&screen);
}

/* waitid writes no more than si_status. */
static void test_siginfo(void **state)
{
	static const uint8_t info[28] = { 17, [8] = 1, [16] = 43, [24] = 3 };
	static const uint8_t nobody[28] = { 0 };
	struct screen screen = open_screen((struct show_options){ 0 });

	(void)state;
	shows_memory(&screen, "struct siginfo", info, sizeof(info),
		     "{si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=43, si_uid=0, si_status=3}");
	shows_memory(&screen, "struct siginfo", nobody, sizeof(nobody), "{}");
	close_screen(&screen);
}

static void expect_option(struct screen *screen, uint64_t level, uint64_t option,
			  const uint8_t *value, size_t len, const char *text)
{
	struct call *call = new_call("setsockopt",
				     "level=enum:socket_level,optname=int,optval=bytes", 0, level,
				     option, (uint64_t)PAGE);

	add_memory(call, 2, PAGE, value, len);
	expect_call(screen, call, text);
}

static void test_sockets(void **state)
{
	static const char types[] =
		"family=enum:address_family,type=flags:socket_type,protocol=int";
	struct screen screen = open_screen((struct show_options){ 0 });

	(void)state;
	expect_option(&screen, 1, 2, MEMORY("\1\0\0\0"),
		      "setsockopt(SOL_SOCKET, SO_REUSEADDR, [1]) = 0");
	expect_option(&screen, 1, 13, MEMORY("\1\0\0\0\5\0\0\0"),
		      "setsockopt(SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=5}) = 0");
	expect_option(&screen, 1, 20, MEMORY("\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0"),
		      "setsockopt(SOL_SOCKET, SO_RCVTIMEO, {tv_sec=1, tv_usec=2}) = 0");
	expect_option(&screen, 6, 13, MEMORY("cubic"),
		      "setsockopt(SOL_TCP, TCP_CONGESTION, \"cubic\") = 0");
	expect_option(&screen, 6, 99, MEMORY("ab"), "setsockopt(SOL_TCP, 99, \"ab\") = 0");
	expect_call(&screen, new_call("socket", types, 3, (uint64_t)2, (uint64_t)1, (uint64_t)6),
		    "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3<TCP>");
	expect_call(&screen, new_call("socket", types, 3, (uint64_t)16, (uint64_t)3, (uint64_t)0),
		    "socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) = 3<NETLINK>");
	expect_call(&screen, new_call("socket", types, 3, (uint64_t)1, (uint64_t)5, (uint64_t)6),
		    "socket(AF_UNIX, SOCK_SEQPACKET, 6) = 3<UNIX-SEQPACKET>");
	close_screen(&screen);
}

static void expect_abi(struct screen *screen, unsigned int abi, const char *name, const char *type,
		       const uint8_t *data, size_t len, const char *text)
{
	char types[64], line[256];
	struct call *call;

	snprintf(types, sizeof(types), "x=%s", type);
	snprintf(line, sizeof(line), "%s(%s) = 0", name, text);
	call = new_call(name, types, 0, (uint64_t)PAGE);
	call->event.call.abi = abi;
	add_memory(call, 0, PAGE, data, len);
	expect_call(screen, call, line);
}

/* What 32-bit programs lay out in another way is not taken for what it would be on x86-64. */
static void test_narrow_longs(void **state)
{
	static const uint8_t bytes[16] = { 5, [8] = 7 };
	static const uint8_t big[8] = { 0xff, 0xff, 0xff, 0xff };
	struct screen screen = open_screen((struct show_options){ 0 });
	struct call *call = new_call("lseek", "offset=off_t", 0, (uint64_t)0xfffffff6);

	(void)state;
	for (unsigned int abi = 0; abi < 5; abi++) {
		bool wide = abi == 0 || abi == 3;

		expect_abi(&screen, abi, "nanosleep", "struct timespec", bytes, 8,
			   wide ? "{tv_sec=5, ...}" : "\"\\5\\0\\0\\0\\0\\0\\0\\0\"");
		expect_abi(&screen, abi, "readv", "iovec", bytes, 8,
			   wide ? "[]" : "\"\\5\\0\\0\\0\\0\\0\\0\\0\"");
		expect_abi(&screen, abi, "clock_gettime64", "struct timespec64", bytes, 16,
			   "{tv_sec=5, tv_nsec=7}");
		expect_abi(&screen, abi, "prlimit64", "struct rlimit64", bytes, 16,
			   "{rlim_cur=5, rlim_max=7}");
		expect_abi(&screen, abi, "sendfile64", "loff_t*", big, 8, "[4294967295]");
		expect_abi(&screen, abi, "f", "pollfd[]", bytes, 8,
			   "[{fd=5, events=0, revents=0}]");
	}
	call->event.call.abi = 1;
	expect_call(&screen, call, "lseek(-10) = 0");
	call = new_call("lseek", "offset=off_t", 0, (uint64_t)0xfffffff6);
	call->event.call.abi = 2;
	expect_call(&screen, call, "lseek(4294967286) = 0");
	close_screen(&screen);
}

/* The table says which set of names an argument's flags belong to. */
static void test_arguments_of_table(void **state)
{
	static const struct {
		const char *syscall;
		unsigned int arg;
		uint64_t value;
		const char *text;
	} arguments[] = {
		{ "faccessat2", 3, 0x200, "AT_EACCESS" },
		{ "unlinkat", 2, 0x200, "AT_REMOVEDIR" },
		{ "close_range", 1, UINT32_MAX, "4294967295" },
		{ "mmap", 5, 0x7000, "0x7000" },
		{ "prlimit64", 3, 0, "NULL" },
	};
	struct screen screen = open_screen((struct show_options){ 0 });

	(void)state;
	for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++) {
		const struct syscall *syscall = syscall_find_on(ABI_X86_64, arguments[i].syscall);

		assert_non_null(syscall);
		shows_value(&screen, syscall->args[arguments[i].arg].type, arguments[i].value,
			    arguments[i].text);
	}
	close_screen(&screen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_structures),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_program_strings),
		cmocka_unit_test(test_copied_strings),
		cmocka_unit_test(test_flagged_members),
		cmocka_unit_test(test_siginfo),
		cmocka_unit_test(test_sockets),
		cmocka_unit_test(test_narrow_longs),
		cmocka_unit_test(test_arguments_of_table),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
