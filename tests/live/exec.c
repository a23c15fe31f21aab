/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * execve, execveat: strings read at entry, the new program's initial stack, failures. Each new
 * program ends the line of the call that brought it.
 */
#include <pthread.h>

#include "expect.h"

extern char **environ;

static char *const env[] = { "FIRST=1", "SECOND=two", NULL };

/* In the new program: its stack from argc up to the end is what the kernel made. */
static void arrived(char **argv)
{
	unsigned long from = (unsigned long)(argv - 1), low, high, end = 0;
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[256];

	while (maps && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx", &low, &high) == 2 && low <= from && from < high)
			end = high;
	need(end, "/proc/self/maps");
	/* glibc's start on arm takes argc off the stack and writes over it. */
	for (low = 0; argv[low]; low++)
		;
	argv[-1] = (char *)low;
	expect.first = false;
	out(-1, (void *)from, end - from);
	expect.ret = 0;
	expect.open = true;
	flush();
}

static void in_strings(int arg, char *const *strings)
{
	for (; *strings; strings++)
		in_string(arg, *strings);
}

/* Print the line of an execve as far as the old program knows it, under its tid to be. */
static void leave(int tid, char *const *argv)
{
	expect_put("{\"test\":\"%s\",\"tid\":%d,\"syscall\":\"execve\",", expect.test, tid);
	expect_put("\"args\":[%lu,%lu,%lu],\"bufs\":[", (unsigned long)argv[0], (unsigned long)argv,
		   (unsigned long)env);
	expect.first = true;
	in_string(0, argv[0]);
	in_strings(1, argv);
	in_strings(2, env);
	flush();
	syscall(SYS_execve, argv[0], argv, env);
	need(false, "execve");
}

/* Strings in pages that nobody has touched: they are read at entry, before the kernel looks. */
static void failures(const char *self)
{
	char body[2 * PAGE], *map;
	char *argv[3] = { "zero", NULL, NULL };

	TEST("execve: no such file");
	CALL(execve, "/no/such/program", argv, env);
	in_string(0, "/no/such/program");
	in_strings(1, argv);
	in_strings(2, env);
	TEST("execve: not executable");
	close(file_of("plain", "", 0));
	CALL(execve, "plain", argv, env);
	in_string(0, "plain");
	TEST("execve: an argument at a bad address");
	argv[1] = BAD;
	CALL(execve, self, argv, env);
	in_string(0, self);
	in_string(1, "zero");
	memset(body, 0, sizeof(body));
	strcpy(body + PAGE - 10, "a name over two pages");
	map = mmap(NULL, sizeof(body), PROT_READ, MAP_PRIVATE, file_of("cold", body, sizeof(body)),
		   0);
	argv[1] = map + PAGE - 3;
	TEST("execve: strings in pages never touched");
	CALL(execve, map + PAGE - 10, argv, env);
	in_string(0, map + PAGE - 10);
	in_string(1, argv[1]);
	TEST("execveat: no such file");
	argv[1] = NULL;
	CALL(execveat, AT_FDCWD, "no such program", argv, env, 0);
	in_string(1, "no such program");
	in_strings(2, argv);
	in_strings(3, env);
}

static void *from_thread(void *arg)
{
	TEST("execve: from a thread that is not the leader");
	leave(getpid(), arg);
	return NULL;
}

int main(int argc, char **argv)
{
	char *next[3] = { argv[0], "second", NULL };
	pthread_t thread;

	if (argc == 1) {
		failures(argv[0]);
		TEST("execve: strings, and the new program's stack");
		flush();
		leave(getpid(), next);
	}
	arrived(argv);
	if (!strcmp(argv[1], "second")) {
		next[1] = "third";
		need(!pthread_create(&thread, NULL, from_thread, next), "pthread_create");
		pause();
	}
	TEST("getpriority: the last program's own call");
	CALL(getpriority, 0x5eed, 3);
	flush();
	return 0;
}
