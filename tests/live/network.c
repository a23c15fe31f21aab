/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Requests that change a network: in a namespace of their own, which has a loopback and a TAP
 * device. Where these cannot be had, all is refused, and the same is read.
 */
#include <arpa/inet.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <linux/wireless.h>
#include <net/if_arp.h>
#include <net/route.h>
#include <sched.h>
#include <sys/socket.h>

#include "ask.h"

static struct ifreq of(const char *name)
{
	struct ifreq request;

	memset(&request, 0, sizeof(request));
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	return request;
}

static struct sockaddr address(const char *text)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr any;

	inet_pton(AF_INET, text, &in.sin_addr);
	memcpy(&any, &in, sizeof(any));
	return any;
}

static void change(int fd, unsigned long request, const struct ifreq *about)
{
	tell(fd, request, about, sizeof(*about));
}

/* The TAP device, and what only it can do. */
static void tap(void)
{
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC), none = -1;
	struct ifreq *request = tail(sizeof(*request));

	*request = of("tap%d");
	request->ifr_flags = IFF_TAP | IFF_NO_PI | IFF_MULTI_QUEUE;
	TEST("network: a TAP device");
	ask_again(fd, TUNSETIFF, request, sizeof(*request));
	ask(fd, TUNGETIFF, sizeof(*request));
	ask(fd, TUNGETFEATURES, 4);
	ask(fd, TUNGETSNDBUF, 4);
	tell(fd, TUNSETSNDBUF, &(int){ 65536 }, 4);
	ask(fd, TUNGETVNETHDRSZ, 4);
	tell(fd, TUNSETVNETHDRSZ, &(int){ 12 }, 4);
	TEST("network: numbers of a TAP device");
	CALL(ioctl, fd, TUNSETNOCSUM, 1);
	CALL(ioctl, fd, TUNSETDEBUG, 0);
	CALL(ioctl, fd, TUNSETPERSIST, 0);
	CALL(ioctl, fd, TUNSETOWNER, 0);
	CALL(ioctl, fd, TUNSETGROUP, 0);
	CALL(ioctl, fd, TUNSETLINK, ARPHRD_ETHER);
	CALL(ioctl, fd, TUNSETOFFLOAD, TUN_F_CSUM);
	TEST("network: its programs and queues");
	tell(fd, TUNSETSTEERINGEBPF, &none, 4);
	tell(fd, TUNSETFILTEREBPF, &none, 4);
	CALL(ioctl, fd, TUNDETACHFILTER, 0);
	request->ifr_flags = IFF_DETACH_QUEUE;
	change(fd, TUNSETQUEUE, request);
	request->ifr_flags = IFF_ATTACH_QUEUE;
	change(fd, TUNSETQUEUE, request);
}

static void interfaces(int fd)
{
	struct ifreq lo = of("lo"), tap = of("tap0");

	TEST("network: flags and addresses");
	lo.ifr_flags = IFF_UP;
	change(fd, SIOCSIFFLAGS, &lo);
	lo.ifr_addr = address("127.0.0.2");
	change(fd, SIOCSIFADDR, &lo);
	lo.ifr_addr = address("255.0.0.0");
	change(fd, SIOCSIFNETMASK, &lo);
	tap.ifr_addr = address("10.9.8.7");
	change(fd, SIOCSIFADDR, &tap);
	tap.ifr_addr = address("10.9.8.1");
	change(fd, SIOCSIFDSTADDR, &tap);
	tap.ifr_addr = address("10.9.8.255");
	change(fd, SIOCSIFBRDADDR, &tap);
	change(fd, SIOCDIFADDR, &tap);
	TEST("network: hardware addresses");
	tap.ifr_hwaddr = (struct sockaddr){ ARPHRD_ETHER, "\x02\0\0\0\0\1" };
	change(fd, SIOCSIFHWADDR, &tap);
	change(fd, SIOCSIFHWBROADCAST, &tap);
	tap.ifr_hwaddr = (struct sockaddr){ AF_UNSPEC, "\x01\0\x5e\0\0\1" };
	change(fd, SIOCADDMULTI, &tap);
	change(fd, SIOCDELMULTI, &tap);
	TEST("network: numbers");
	tap.ifr_mtu = 1400;
	change(fd, SIOCSIFMTU, &tap);
	tap.ifr_qlen = 100;
	change(fd, SIOCSIFTXQLEN, &tap);
	tap.ifr_metric = 1;
	change(fd, SIOCSIFMETRIC, &tap);
	change(fd, SIOCSIFPFLAGS, &tap);
	change(fd, SIOCSIFMAP, &tap);
	TEST("network: requests that a TAP device does not know");
	ask_again(fd, SIOCGMIIPHY, &tap, sizeof(tap));
	ask_again(fd, SIOCGMIIREG, &tap, sizeof(tap));
	change(fd, SIOCSMIIREG, &tap);
	tap.ifr_data = tail(12);
	ask_again(fd, SIOCGHWTSTAMP, &tap, sizeof(tap));
	ask_again(fd, SIOCSHWTSTAMP, &tap, sizeof(tap));
}

static void routes(int fd)
{
	struct rtentry route;
	struct arpreq entry;

	memset(&route, 0, sizeof(route));
	route.rt_dst = address("10.7.0.0");
	route.rt_genmask = address("255.255.0.0");
	route.rt_flags = RTF_UP;
	route.rt_dev = tail_copy("lo\0\0\0\0\0\0\0\0\0\0\0\0\0", 15); /* the kernel reads so much */
	TEST("network: a route, with its device's name");
	tell(fd, SIOCADDRT, &route, sizeof(route));
	in_string(2, route.rt_dev);
	tell(fd, SIOCDELRT, &route, sizeof(route));
	in_string(2, route.rt_dev);
	memset(&entry, 0, sizeof(entry));
	entry.arp_pa = address("10.9.8.1");
	entry.arp_ha = (struct sockaddr){ ARPHRD_ETHER, "\x02\0\0\0\0\2" };
	entry.arp_flags = ATF_PERM | ATF_COM;
	memcpy(entry.arp_dev, "tap0", 5);
	TEST("network: a neighbour");
	tell(fd, SIOCSARP, &entry, sizeof(entry));
	tell(fd, SIOCDARP, &entry, sizeof(entry));
}

static void bridge(int fd)
{
	struct ifreq member = of("br"), tap = of("tap0");

	TEST("network: a bridge");
	tell(fd, SIOCBRADDBR, member.ifr_name, IFNAMSIZ);
	if (!ioctl(fd, SIOCGIFINDEX, &tap))
		member.ifr_ifindex = tap.ifr_ifindex;
	change(fd, SIOCBRADDIF, &member);
	change(fd, SIOCBRDELIF, &member);
	tell(fd, SIOCBRDELBR, member.ifr_name, IFNAMSIZ);
}

static void wireless(int fd)
{
	struct iwreq request;

	memset(&request, 0, sizeof(request));
	memcpy(request.ifr_name, "tap0", 5);
	TEST("network: what a wireless device would be asked");
	ask_again(fd, SIOCGIWNAME, &request, sizeof(request));
	ask_again(fd, SIOCGIWFREQ, &request, sizeof(request));
	ask_again(fd, SIOCGIWMODE, &request, sizeof(request));
	ask_again(fd, SIOCGIWRATE, &request, sizeof(request));
	ask_again(fd, SIOCGIWAP, &request, sizeof(request));
	request.u.essid.pointer = tail(IW_ESSID_MAX_SIZE);
	request.u.essid.length = IW_ESSID_MAX_SIZE;
	ask_again(fd, SIOCGIWESSID, &request, sizeof(request));
}

int main(void)
{
	bool own = !unshare(CLONE_NEWNET);
	int fd = own ? socket(AF_INET, SOCK_DGRAM, 0) : open("/dev/null", O_RDWR);
	struct ifreq renamed = of("tap0");

	if (own)
		tap();
	interfaces(fd);
	routes(fd);
	bridge(fd);
	wireless(fd);
	renamed.ifr_flags = 0;
	change(fd, SIOCSIFFLAGS, &renamed);
	memcpy(renamed.ifr_newname, "other", 6);
	TEST("network: a new name");
	change(fd, SIOCSIFNAME, &renamed);
	flush();
	return 0;
}
