/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Commands of ioctl on terminals, sockets and files; some of fcntl and prctl. */
#include <asm/termbits.h>
#include <linux/ethtool.h>
#include <linux/fs.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "ask.h"

#ifndef F_GET_RW_HINT
#define F_GET_RW_HINT 1035
#define F_SET_RW_HINT 1036
#endif
#define F_GETOWNER_UIDS 17
#define TERMIOS 36UL /* the kernel's structure */
#define TERMIO 18UL

static void terminal(void)
{
	int master = open("/dev/ptmx", O_RDWR | O_NOCTTY), unlocked = 0, slave;
	char termios[TERMIOS], locked[TERMIOS], termio[TERMIO], size[8] = { 24, 0, 80, 0 };
	int one = 1, zero = 0;

	if (master < 0 || ioctl(master, TIOCSPTLCK, &unlocked))
		return;
	slave = (int)CALL(ioctl, master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
	if (slave < 0)
		return;
	TEST("terminals: what they are set to");
	need(!ioctl(slave, TCGETS, termios) && !ioctl(slave, TCGETA, termio), "TCGETS");
	ask(slave, TCGETS, TERMIOS);
	ask(slave, TCGETA, TERMIO);
	ask(slave, TIOCGLCKTRMIOS, TERMIOS);
	ask(slave, TIOCGETD, 4);
	ask(slave, TIOCGSOFTCAR, 4);
	ask(slave, TIOCOUTQ, 4);
	ask(slave, TIOCMGET, 4);
	ask(slave, TIOCGPGRP, 4);
	ask(slave, TIOCGSID, 4);
	TEST("terminals: set to the same, and locked so");
	memset(locked, 0, TERMIOS);
	tell(slave, TIOCSLCKTRMIOS, locked, TERMIOS);
	tell(slave, TCSETS, termios, TERMIOS);
	tell(slave, TCSETSW, termios, TERMIOS);
	tell(slave, TCSETSF, termios, TERMIOS);
	tell(slave, TCSETA, termio, TERMIO);
	tell(slave, TCSETAW, termio, TERMIO);
	tell(slave, TCSETAF, termio, TERMIO);
	tell(slave, TIOCSWINSZ, size, 8);
	tell(slave, TIOCSETD, &zero, 4);
	tell(slave, TIOCSSOFTCAR, &zero, 4);
	tell(master, TIOCPKT, &one, 4);
	TEST("terminals: numbers");
	CALL(ioctl, slave, TCFLSH, 0);
	CALL(ioctl, slave, TCXONC, 1);
	CALL(ioctl, slave, TCSBRK, 1);
	CALL(ioctl, slave, TCSBRKP, 0);
	CALL(ioctl, slave, TIOCEXCL, 0);
	CALL(ioctl, slave, TIOCNXCL, 0);
	close(slave);
	close(master);
}

/* When the last packet came, in the old structures. */
static void stamps(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in here = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(here);
	char byte = 0;

	TEST("sockets: no packet has come");
	ask(fd, 0x8906, 2 * sizeof(long));
	need(!bind(fd, (void *)&here, size) && !getsockname(fd, (void *)&here, &size) &&
		     sendto(fd, &byte, 1, 0, (void *)&here, size) == 1 &&
		     recv(fd, &byte, 1, 0) == 1,
	     "a packet");
	TEST("sockets: when a packet came");
	ask(fd, 0x8906, 2 * sizeof(long));
	ask(fd, 0x8907, 2 * sizeof(long));
}

/* What ifr_data points to: a structure that begins with a command. */
static void links(int fd)
{
	static const struct {
		uint32_t command;
		size_t size;
	} commands[] = {
		{ ETHTOOL_GLINK, 8 },
		{ ETHTOOL_GDRVINFO, sizeof(struct ethtool_drvinfo) },
		{ ETHTOOL_GET_TS_INFO, sizeof(struct ethtool_ts_info) },
		{ ETHTOOL_GPERMADDR, 8 + 6 },
		{ ETHTOOL_GFEATURES, 8 + 2 * 16 },
		{ ETHTOOL_GSTRINGS, 12 + 100 * 32 },
	};

	TEST("interfaces: what they are and can");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		struct ifreq request = { .ifr_name = "lo" };
		uint32_t *command = tail(commands[i].size);
		struct ifreq *copy;
		long ret;

		memset(command, 0, commands[i].size);
		command[0] = commands[i].command;
		command[1] = commands[i].command == ETHTOOL_GPERMADDR	? 6
			     : commands[i].command == ETHTOOL_GFEATURES ? 2
			     : commands[i].command == ETHTOOL_GSTRINGS	? ETH_SS_FEATURES
									: 0;
		request.ifr_data = (void *)command;
		copy = tail_copy(&request, sizeof(request));
		ret = CALL(ioctl, fd, SIOCETHTOOL, copy);
		if (ret < 0)
			continue;
		out(2, copy, sizeof(*copy));
		out(2, command, 8);
		if (command[0] == ETHTOOL_GSTRINGS) {
			out(2, command + 2, 4);
			out(2, command + 3, command[2] * 32UL);
		} else if (commands[i].size > 8) {
			out(2, command + 2, commands[i].size - 8);
		}
	}
}

/* Interfaces by number and by name, the machine behind an address, the network's space. */
static void others(int fd)
{
	struct ifreq request = { .ifr_ifindex = 1 }, *copy = tail_copy(&request, sizeof(request));
	char arp[68] = { 0 };

	TEST("interfaces: of a number, of a group");
	ask_again(fd, SIOCGIFNAME, copy, sizeof(*copy));
	memcpy(request.ifr_name, "lo", 3);
	copy = tail_copy(&request, sizeof(request));
	ask_again(fd, SIOCGIFSLAVE, copy, sizeof(*copy));
	links(fd);
	TEST("sockets: the machine behind an address, the network's space");
	arp[0] = AF_INET;
	ask_again(fd, SIOCGARP, tail_copy(arp, sizeof(arp)), sizeof(arp));
	CALL(ioctl, fd, SIOCGSKNS, 0);
}

static void sockets(void)
{
	static const unsigned long asked[] = {
		SIOCGIFFLAGS,	SIOCGIFADDR,   SIOCGIFDSTADDR, SIOCGIFBRDADDR,
		SIOCGIFNETMASK, SIOCGIFMETRIC, SIOCGIFMTU,     SIOCGIFHWADDR,
		SIOCGIFINDEX,	SIOCGIFPFLAGS, SIOCGIFTXQLEN,  SIOCGIFMAP,
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0), stream = socket(AF_INET, SOCK_STREAM, 0);
	int self = getpid(), one = 1;
	struct ifreq request = { .ifr_name = "lo" };

	if (fd < 0 || stream < 0)
		return;
	TEST("interfaces: what they are");
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		struct ifreq *copy = tail_copy(&request, sizeof(request));

		if (CALL(ioctl, fd, asked[i], copy) >= 0)
			out(2, copy, sizeof(*copy));
	}
	TEST("sockets: their owner");
	tell(fd, SIOCSPGRP, &self, 4);
	tell(fd, FIOSETOWN, &self, 4);
	ask(fd, SIOCGPGRP, 4);
	ask(fd, FIOGETOWN, 4);
	TEST("sockets: their state");
	ask(stream, SIOCATMARK, 4);
	ask(stream, SIOCOUTQNSD, 4);
	tell(fd, FIONBIO, &one, 4);
	tell(fd, FIOASYNC, &one, 4);
	ask(fd, FIONREAD, 4);
	CALL(ioctl, fd, FIONCLEX, 0);
	CALL(ioctl, fd, FIOCLEX, 0);
	stamps();
	others(fd);
}

static void files(void)
{
	int fd = file_of("file", "0123456789", 10);

	TEST("files: their blocks and flags");
	ask(fd, FIGETBSZ, 4);
	ask(fd, FIOQSIZE, 8);
	ask(fd, FS_IOC_GETFLAGS, 4);
	ask(fd, FS_IOC_GETVERSION, 4);
}

static void fcntls(void)
{
	int fd = file_of("file", "0123456789", 10), pipes[2];
	struct {
		int type, pid;
	} *owner = tail(8);
	uint32_t *ids = tail(8);
	uint64_t *hint = tail(8);

	need(!pipe(pipes), "pipe");
	TEST("fcntl: descriptors");
	CALL(fcntl, fd, F_DUPFD_CLOEXEC, 300);
	CALL(fcntl, fd, F_SETFD, FD_CLOEXEC);
	CALL(fcntl, fd, F_SETFL, O_NONBLOCK);
	CALL(fcntl, fd, F_SETPIPE_SZ, 8192);
	CALL(fcntl, pipes[0], F_SETPIPE_SZ, 8192);
	CALL(fcntl, fd, F_ADD_SEALS, 1);
	TEST("fcntl: owners");
	CALL(fcntl, fd, F_SETOWN, getpid());
	CALL(fcntl, fd, F_SETSIG, SIGIO);
	owner->type = 1;
	owner->pid = getpid();
	CALL(fcntl, fd, F_SETOWN_EX, owner);
	in(2, owner, 8);
	CALL(fcntl, fd, F_GETOWN_EX, owner);
	out(2, owner, 8);
	if (CALL(fcntl, fd, F_GETOWNER_UIDS, ids) == 0)
		out(2, ids, 8);
	TEST("fcntl: leases and hints");
	CALL(fcntl, fd, F_SETLEASE, F_UNLCK);
	CALL(fcntl, fd, F_NOTIFY, 0);
	if (CALL(fcntl, fd, F_GET_RW_HINT, hint) == 0)
		out(2, hint, 8);
	*hint = 2;
	CALL(fcntl, fd, F_SET_RW_HINT, hint);
	in(2, hint, 8);
}

static void prctls(void)
{
	static const int asked[] = { PR_GET_PDEATHSIG, PR_GET_CHILD_SUBREAPER };

	TEST("prctl: what is asked");
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		int *answer = tail(4);

		if (CALL(prctl, asked[i], answer, 0, 0, 0) >= 0)
			out(1, answer, 4);
	}
}

int main(void)
{
	terminal();
	sockets();
	files();
	fcntls();
	prctls();
	flush();
	return 0;
}
