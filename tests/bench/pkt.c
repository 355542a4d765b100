/*
 * pkt: sends small packets of many flows, and tells how much of a core is left.
 *
 *	pkt blast IFACE SOURCE-NET DEST MAC PORT FLOWS SECONDS KPPS
 *		60-byte UDP packets to DEST through IFACE, whose next hop has the
 *		MAC address; prints how many were sent.  Flow n has the nth port
 *		from 1024 on of addresses from SOURCE-NET on.
 *	pkt soak SECONDS
 *		Counts as fast as it can; prints the counts of a second.  Run at
 *		the lowest priority on a core, it tells what the others left.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, LEN = 60, PORT_FIRST = 1024, PORTS = 60000 };

static void __attribute__((noreturn)) die(const char *what)
{
	(void)fprintf(stderr, "pkt: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void put16(uint8_t *at, unsigned v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

static void put32(uint8_t *at, uint32_t v)
{
	put16(at, v >> 16);
	put16(at + 2, v & 0xffff);
}

static unsigned sum(unsigned long s, const uint8_t *at, size_t len)
{
	for (size_t i = 0; i < len; i += 2)
		s += (unsigned)(at[i] << 8 | at[i + 1]);
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return (unsigned)s;
}

struct sender {
	int fd;
	uint32_t source, dest;
	unsigned port;
	unsigned long flows, next;
	uint8_t frame[BATCH][LEN];
	struct iovec iov[BATCH];
	struct mmsghdr msg[BATCH];
};

/* The packet of a flow, but what all have in common. */
static void fill(struct sender *s, uint8_t *f, unsigned long flow)
{
	uint8_t *ip = f + 14, *udp = ip + 20;

	put32(ip + 12, s->source + (uint32_t)(flow / PORTS));
	put16(ip + 10, 0);
	put16(ip + 10, ~sum(0, ip, 20) & 0xffff);
	put16(udp, PORT_FIRST + flow % PORTS);
	put16(udp + 6, 0);
	put16(udp + 6, ~sum(17 + 26 + sum(0, ip + 12, 8), udp, 26) & 0xffff);
}

static void common(struct sender *s, const uint8_t *to, const uint8_t *from)
{
	static const uint8_t ip[12] = { 0x45, 0, 0, 46, 0, 0, 0x40, 0, 64, 17 };

	for (int i = 0; i < BATCH; i++) {
		uint8_t *f = s->frame[i];

		memcpy(f, to, 6);
		memcpy(f + 6, from, 6);
		put16(f + 12, 0x0800);
		memcpy(f + 14, ip, sizeof(ip));
		put32(f + 30, s->dest);
		put16(f + 36, s->port);
		put16(f + 38, 26);
		s->iov[i] = (struct iovec){ f, LEN };
		s->msg[i].msg_hdr.msg_iov = &s->iov[i];
		s->msg[i].msg_hdr.msg_iovlen = 1;
	}
}

static void open_iface(struct sender *s, const char *name, uint8_t mac[6])
{
	struct sockaddr_ll a = { .sll_family = AF_PACKET,
				 .sll_ifindex = (int)if_nametoindex(name) };
	struct ifreq r = { 0 };
	int one = 1, size = 4 << 20;

	s->fd = socket(AF_PACKET, SOCK_RAW, 0);
	(void)snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	if (s->fd < 0 || bind(s->fd, (struct sockaddr *)&a, sizeof(a)) ||
	    ioctl(s->fd, SIOCGIFHWADDR, &r))
		die(name);
	memcpy(mac, r.ifr_hwaddr.sa_data, 6);
	(void)setsockopt(s->fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one,
			 sizeof(one));
	(void)setsockopt(s->fd, SOL_SOCKET, SO_SNDBUFFORCE, &size,
			 sizeof(size));
}

static unsigned long batch(struct sender *s)
{
	int n;

	for (int i = 0; i < BATCH; i++) {
		fill(s, s->frame[i], s->next);
		s->next = (s->next + 1) % s->flows;
	}
	n = sendmmsg(s->fd, s->msg, BATCH, 0);
	return n > 0 ? (unsigned long)n : 0;
}

static int blast(char **a)
{
	static struct sender s;
	struct in_addr source, dest;
	uint8_t to[6], from[6];
	double t0, t, secs = atof(a[6]), rate = atof(a[7]) * 1000;
	unsigned long sent = 0;

	if (inet_pton(AF_INET, a[1], &source) != 1 ||
	    inet_pton(AF_INET, a[2], &dest) != 1 ||
	    sscanf(a[3], "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx", &to[0], &to[1],
		   &to[2], &to[3], &to[4], &to[5]) != 6) {
		(void)fprintf(stderr, "pkt: see the head of pkt.c\n");
		return 2;
	}
	s.source = ntohl(source.s_addr);
	s.dest = ntohl(dest.s_addr);
	s.port = (unsigned)atoi(a[4]);
	s.flows = strtoul(a[5], NULL, 10);
	open_iface(&s, a[0], from);
	common(&s, to, from);
	t0 = now();
	while ((t = now() - t0) < secs)
		if ((double)sent < t * rate)
			sent += batch(&s);
	printf("%lu\n", sent);
	return 0;
}

static int soak(double secs)
{
	double t0 = now();
	unsigned long n = 0;

	for (; now() - t0 < secs; n++)
		for (volatile int i = 0; i < 2000; i++)
			;
	printf("%.0f\n", (double)n / secs);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "soak"))
		return soak(atof(argv[2]));
	if (argc == 10 && !strcmp(argv[1], "blast"))
		return blast(argv + 2);
	(void)fprintf(stderr, "usage: see the head of pkt.c\n");
	return 2;
}
