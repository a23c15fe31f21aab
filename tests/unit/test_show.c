/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "screen.h"

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
	expect_call(&screen, call, "read(\"hello\"...) = 9 <missing: EFAULT>");
	call = new_call("read", "x=bytes", 9, (uint64_t)PAGE);
	add_memory(call, 0, PAGE, NULL, 0);
	call->bufs[0].full = 9;
	call->bufs[0].error = 14;
	expect_call(&screen, call, "read(0x1000) = 9 <missing: EFAULT>");
	call = new_call("read", "x=bytes", -14, (uint64_t)PAGE);
	add_memory(call, 0, PAGE, NULL, 0);
	call->bufs[0].error = 14;
	expect_call(&screen, call, "read(0x1000) = -1 EFAULT (Bad address)");
	call = new_call("read", "x=bytes", 5, (uint64_t)PAGE);
	add_memory(call, 0, PAGE, MEMORY("hello"));
	call->bufs[0].fetched = true;
	expect_call(&screen, call, "read(\"hello\") = 5 <fetched>");
	call = new_call("read", "x=bytes", 5, (uint64_t)PAGE);
	add_memory(call, 0, PAGE, NULL, 0);
	add_memory(call, 0, PAGE, MEMORY("hello"));
	expect_call(&screen, call, "read(\"hello\") = 5");
	call = new_call("read", "x=bytes", 0, (uint64_t)PAGE);
	add_memory(call, 0, PAGE, NULL, 0);
	expect_call(&screen, call, "read(\"\") = 0");
	call = new_call("read", "x=bytes", 0, (uint64_t)PAGE);
	call->syscall.args[0].direction = RECORDER_OUT;
	expect_call(&screen, call, "read(\"\") = 0");
	call = new_call("listxattr", "list=xattr_names", 0, (uint64_t)PAGE);
	call->syscall.args[0].direction = RECORDER_OUT;
	expect_call(&screen, call, "listxattr([]) = 0");
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
		    "umask(000) = 022");
	call = new_call("fcntl", "fd=fd,cmd=enum:fcntl", 02, (uint64_t)1, (uint64_t)3);
	call->syscall.command = 2;
	call->event.call.command = &getfl;
	expect_call(&screen, call, "fcntl(1, F_GETFL) = 0x2 (flags O_RDWR)");
	expect_call(&screen, new_call("poll", "nfds=unsigned", 0, (uint64_t)1),
		    "poll(1) = 0 (Timeout)");
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

/* What the kernel ignores is left out; 32 bits are 32 bits whatever is above in a register. */
static void test_futex(void **state)
{
	static const struct recorder_command wait_bitset = {
		.name = "FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME",
		.value = 0x189,
		.nargs = 4,
		.args = { { .name = "uaddr", .type = "address" },
			  { .name = "op", .type = "enum:futex" },
			  { .name = "uaddr2", .type = "unused" },
			  { .name = "val3", .type = "hex" } }
	};
	static const char types[] = "uaddr=address,op=enum:futex,uaddr2=unused,val3=hex";
	static const struct {
		uint64_t value;
		const char *text;
	} values[] = { { 5, "0x5" }, { 0x7ffeffffffff, "FUTEX_BITSET_MATCH_ANY" } };
	struct screen screen = open_screen((struct show_options){ 0 });

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct call *call = new_call("futex", types, 0, (uint64_t)PAGE, (uint64_t)0x189,
					     (uint64_t)0x77, values[i].value);
		char line[128];

		call->syscall.command = 2;
		call->event.call.command = &wait_bitset;
		snprintf(line, sizeof(line),
			 "futex(0x1000, FUTEX_WAIT_BITSET|FUTEX_CLOCK_REALTIME, %s) = 0",
			 values[i].text);
		expect_call(&screen, call, line);
	}
	close_screen(&screen);
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
		     "\"child_comm\":\"child\",\"set_tid\":null}\n");
	event.fork.set_tid_addr = 0x7f0000001a10;
	event.fork.set_tid = 2;
	expect_event(&screen, event,
		     "{\"event\":\"fork\"," TASK ",\"child_pid\":43,\"child_tid\":43,"
		     "\"child_comm\":\"child\",\"set_tid\":{\"addr\":\"0x7f0000001a10\","
		     "\"value\":2}}\n");
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
	static const struct decoder *const families[] = { number_decoders,  memory_decoders,
							  message_decoders, set_decoders,
							  socket_decoders,  process_decoders };
	static const char *const more[] = {
		"struct stat", "struct msqid_ds",    "pollfd[]",	  "int[]",
		"fd*",	       "struct timespec[2]", "struct clone_args", "u64[99]"
	};
	struct screen screen = open_screen((struct show_options){ 0 });
	uint32_t random = 1;

	(void)state;
	for (size_t round = 0; round < 160; round++) {
		for (size_t i = 0; i < 6 * 40 + sizeof(more) / sizeof(more[0]); i++) {
			bool named = i >= 240;
			const struct decoder *decoder = families[i / 40 % 6];
			char types[64];
			uint8_t *bytes = malloc(round + 1);
			struct call *call;

			for (size_t j = 0; !named && j < i % 40 && decoder->name; j++)
				decoder++;
			for (size_t j = 0; j < round; j++)
				bytes[j] = (uint8_t)((random = random * 1664525 + 1013904223) >>
						     24);
			snprintf(types, sizeof(types), "x=%s",
				 named		 ? more[i - 240]
				 : decoder->name ? decoder->name
						 : "int");
			call = new_call("f", types, 0, (uint64_t)PAGE);
			add_memory(call, 0, PAGE, bytes, round);
			call->event.call.abi = round % 5;
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
		cmocka_unit_test(test_ranges),	   cmocka_unit_test(test_results),
		cmocka_unit_test(test_futex),	   cmocka_unit_test(test_events),
		cmocka_unit_test(test_json_call),  cmocka_unit_test(test_json_events),
		cmocka_unit_test(test_any_memory),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
