/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ioctl: numbers that tell direction and size, and older ones of terminals, sockets and files. */
#include <linux/fs.h>
#include <linux/random.h>
#include <net/if.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>

#include "expect.h"

#define KERNEL_TERMIOS 36 /* the kernel's struct termios */

static void terminal(void)
{
	struct winsize *size = tail(sizeof(*size));
	char *state = tail(KERNEL_TERMIOS);
	int *number = tail(4), master = open("/dev/ptmx", O_RDWR | O_NOCTTY);

	TEST("ioctl: TIOCGPTN, the number of a terminal");
	CALL(ioctl, master, TIOCGPTN, number);
	out(2, number, 4);
	TEST("ioctl: TCGETS");
	CALL(ioctl, master, TCGETS, state);
	out(2, state, KERNEL_TERMIOS);
	TEST("ioctl: TCSETS");
	CALL(ioctl, master, TCSETS, state);
	in(2, state, KERNEL_TERMIOS);
	*size = (struct winsize){ 11, 22, 33, 44 };
	TEST("ioctl: TIOCSWINSZ");
	CALL(ioctl, master, TIOCSWINSZ, size);
	in(2, size, sizeof(*size));
	TEST("ioctl: TIOCGWINSZ");
	size = tail(sizeof(*size));
	CALL(ioctl, master, TIOCGWINSZ, size);
	out(2, size, sizeof(*size));
	TEST("ioctl: TIOCGWINSZ of no terminal");
	CALL(ioctl, open("/dev/null", O_RDONLY), TIOCGWINSZ, size);
	TEST("ioctl: FIONREAD");
	CALL(ioctl, master, FIONREAD, number);
	out(2, number, 4);
	*number = 1;
	TEST("ioctl: FIONBIO");
	CALL(ioctl, master, FIONBIO, number);
	in(2, number, 4);
	TEST("ioctl: FIOCLEX, no argument");
	CALL(ioctl, master, FIOCLEX, 0);
}

static void network(void)
{
	struct ifconf *list = tail(sizeof(*list));
	struct ifreq *request = tail(sizeof(*request));
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	memset(request, 0, sizeof(*request));
	memcpy(request->ifr_name, "lo", 3);
	TEST("ioctl: SIOCGIFFLAGS");
	CALL(ioctl, fd, SIOCGIFFLAGS, request);
	out(2, request, sizeof(*request));
	TEST("ioctl: SIOCGIFINDEX");
	CALL(ioctl, fd, SIOCGIFINDEX, request);
	out(2, request, sizeof(*request));
	*list = (struct ifconf){ .ifc_len = 10 * sizeof(struct ifreq),
				 .ifc_buf = tail(10 * sizeof(struct ifreq)) };
	TEST("ioctl: SIOCGIFCONF, a structure and its buffer");
	CALL(ioctl, fd, SIOCGIFCONF, list);
	out(2, list, sizeof(*list));
	out(2, list->ifc_buf, (size_t)list->ifc_len);
}

static void encoded(void)
{
	int *number = tail(4), *pool = tail(8 + 5), fd = open("/dev/random", O_RDONLY);

	TEST("ioctl: RNDGETENTCNT, read by its number");
	CALL(ioctl, fd, RNDGETENTCNT, number);
	out(2, number, 4);
	TEST("ioctl: RNDADDENTROPY, bytes behind their number");
	pool[0] = 0;
	pool[1] = 5;
	CALL(ioctl, fd, RNDADDENTROPY, pool);
	in(2, pool, 8);
	in(2, pool + 2, 5);
	TEST("ioctl: FS_IOC_GETFLAGS");
	number = tail(8);
	fd = file_of("file", "", 0);
	if (!CALL(ioctl, fd, FS_IOC_GETFLAGS, number))
		out(2, number,
		    4); /* the number says long, the kernel writes an int: ioctl_iflags(2) */
	TEST("ioctl: no such request");
	CALL(ioctl, fd, 0x12345678, number);
	TEST("ioctl: bad descriptor");
	CALL(ioctl, -1L, TCGETS, number);
}

int main(void)
{
	terminal();
	network();
	encoded();
	flush();
	return 0;
}
