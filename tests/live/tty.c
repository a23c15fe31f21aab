/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Requests to terminals that would end somebody's session, in a session of its own on a terminal
 * of its own; those to a serial line, which no terminal of this kind knows; and those to a
 * console, the last one, which nobody sees: it is set to what it is.
 */
#include <linux/kd.h>
#include <linux/serial.h>
#include <linux/vt.h>
#include <pty.h>

#include "ask.h"

/* A structure, or with `by_value` a number, that is set to what it is. */
static void renew(int fd, unsigned long get, unsigned long set, size_t size, bool by_value)
{
	void *answer = tail(size);
	unsigned long number = 0;

	memset(answer, 0, size);
	if (CALL(ioctl, fd, get, answer) < 0)
		return;
	out(2, answer, size);
	memcpy(&number, answer, size < sizeof(number) ? size : sizeof(number));
	if (by_value)
		CALL(ioctl, fd, set, number);
	else
		tell(fd, set, answer, size);
}

static void serial(int fd)
{
	int bits = TIOCM_RTS;
	struct serial_rs485 line = { .flags = 0 };
	struct serial_struct port = { .type = 0 };

	TEST("tty: requests to a serial line");
	tell(fd, TIOCMBIS, &bits, 4);
	tell(fd, TIOCMBIC, &bits, 4);
	tell(fd, TIOCMSET, &bits, 4);
	CALL(ioctl, fd, TIOCMIWAIT, TIOCM_RNG);
	CALL(ioctl, fd, TIOCSBRK, 0);
	CALL(ioctl, fd, TIOCCBRK, 0);
	ask(fd, TIOCGICOUNT, 80);
	ask(fd, TIOCGSERIAL, sizeof(port));
	tell(fd, TIOCSSERIAL, &port, sizeof(port));
	ask(fd, TIOCSERGETLSR, 4);
	ask(fd, TIOCGRS485, sizeof(line));
	ask_again(fd, TIOCSRS485, tail_copy(&line, sizeof(line)), sizeof(line));
}

/* In a child: it loses its terminal. */
static void session(void)
{
	int master, slave, pid;

	need(!openpty(&master, &slave, NULL, NULL, NULL), "openpty");
	TEST("tty: a terminal of this kind");
	ask(master, TIOCGPTN, 4);
	tell(master, TIOCSPTLCK, &(int){ 0 }, 4);
	ask(master, TIOCGPTLCK, 4);
	ask(master, TIOCGPKT, 4);
	ask(master, TIOCGEXCL, 4);
	serial(slave);
	need(setsid() > 0, "setsid");
	signal(SIGHUP, SIG_IGN);
	signal(SIGWINCH, SIG_IGN);
	pid = getpid();
	TEST("tty: a session's terminal");
	CALL(ioctl, slave, TIOCSCTTY, 0);
	tell(slave, TIOCSPGRP, &pid, 4);
	tell(slave, TIOCSTI, "x", 1);
	CALL(ioctl, master, TIOCSIG, SIGWINCH);
	CALL(ioctl, open("/dev/null", O_RDWR | O_CLOEXEC), TIOCCONS, 0);
	CALL(ioctl, slave, TIOCVHANGUP, 0);
	CALL(ioctl, slave, TIOCNOTTY, 0);
}

static void keyboard(int fd)
{
	struct kbentry entry = { .kb_table = K_NORMTAB, .kb_index = 1 };
	struct kbkeycode code = { .scancode = 1 };
	struct kbd_repeat rate = { -1, -1 };
	struct kbsentry *string = tail(sizeof(*string));

	TEST("tty: a console's keyboard");
	renew(fd, KDGKBMODE, KDSKBMODE, 4, true);
	renew(fd, KDGKBMETA, KDSKBMETA, 4, true);
	renew(fd, KDGKBLED, KDSKBLED, 1, true);
	renew(fd, KDGETLED, KDSETLED, 1, true);
	ask(fd, KDGKBTYPE, 1);
	ask_again(fd, KDGKBENT, tail_copy(&entry, sizeof(entry)), sizeof(entry));
	ask_again(fd, KDGETKEYCODE, tail_copy(&code, sizeof(code)), sizeof(code));
	ask_again(fd, KDKBDREP, tail_copy(&rate, sizeof(rate)), sizeof(rate));
	memset(string, 0, sizeof(*string));
	ask_again(fd, KDGKBSENT, string, sizeof(*string));
	TEST("tty: no key that there is");
	entry = (struct kbentry){ .kb_table = 255, .kb_index = 255 };
	tell(fd, KDSKBENT, &entry, sizeof(entry));
	code = (struct kbkeycode){ .scancode = ~0U, .keycode = ~0U };
	tell(fd, KDSETKEYCODE, &code, sizeof(code));
	tell(fd, KDSKBSENT, string, sizeof(*string));
	CALL(ioctl, fd, KDSIGACCEPT, 0);
	TEST("tty: silence");
	CALL(ioctl, fd, KDMKTONE, 0);
	CALL(ioctl, fd, KIOCSOUND, 0);
}

static void screen(int fd)
{
	struct unipair *pairs = tail(512 * sizeof(*pairs));
	struct unimapdesc map = { 512, pairs }, *copy = tail_copy(&map, sizeof(map));
	struct console_font_op font = { .op = KD_FONT_OP_GET, .charcount = 512 };

	TEST("tty: a console's screen");
	renew(fd, KDGETMODE, KDSETMODE, 4, true);
	renew(fd, GIO_CMAP, PIO_CMAP, 48, false);
	renew(fd, GIO_SCRNMAP, PIO_SCRNMAP, 256, false);
	renew(fd, GIO_UNISCRNMAP, PIO_UNISCRNMAP, 512, false);
	if (CALL(ioctl, fd, GIO_UNIMAP, copy) == 0) {
		out(2, copy, sizeof(*copy));
		out(2, copy->entries, copy->entry_ct * sizeof(*pairs));
		CALL(ioctl, fd, PIO_UNIMAP, copy);
		in(2, copy, sizeof(*copy));
		in(2, copy->entries, copy->entry_ct * sizeof(*pairs));
	}
	ask_again(fd, KDFONTOP, tail_copy(&font, sizeof(font)), sizeof(font));
}

static void consoles(int fd)
{
	struct vt_setactivate none = { .console = 99 };
	struct vt_consize rows = { 0 };
	struct vt_sizes size = { 0 };

	TEST("tty: which console is seen");
	ask(fd, VT_OPENQRY, 4);
	ask(fd, VT_GETSTATE, sizeof(struct vt_stat));
	ask(fd, VT_GETHIFONTMASK, 2);
	renew(fd, VT_GETMODE, VT_SETMODE, sizeof(struct vt_mode), false);
	CALL(ioctl, fd, VT_RELDISP, 1);
	TEST("tty: no console that there is, and no size");
	CALL(ioctl, fd, VT_ACTIVATE, 99);
	CALL(ioctl, fd, VT_WAITACTIVE, 99);
	CALL(ioctl, fd, VT_DISALLOCATE, 99);
	tell(fd, VT_SETACTIVATE, &none, sizeof(none));
	tell(fd, VT_RESIZEX, &rows, sizeof(rows));
	tell(fd, VT_RESIZE, &size, sizeof(size));
}

int main(void)
{
	int status, fd = open("/dev/tty63", O_RDWR | O_NOCTTY | O_CLOEXEC);
	pid_t child;

	if (fd < 0)
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	keyboard(fd);
	screen(fd);
	consoles(fd);
	flush();
	child = fork();
	if (!child) {
		session();
		flush();
		_exit(0);
	}
	need(waitpid(child, &status, 0) == child && !status, "waitpid");
	return 0;
}
