/*
 * The TUN device of the switch's own sockets.
 *
 * Both ways a packet may be what no wire carries (packet.h): the kernel's TCP
 * hands over whole super-frames with open checksums, and takes them.  Segments
 * that come one by one from a port without such things are put together again
 * here before they go in, since each way into the kernel costs about the same
 * whatever it carries: one connection's segments that follow each other, in the
 * same batch, and nothing is held when the batch is over.
 */
#include "emu/io/tun.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/io/rights.h"
#include "emu/io/vnet.h"
#include "emu/net/checksum.h"

/* newer than the headers of Debian 12 (Linux 6.2) */
#define OFFLOAD_USO4 0x20u
#define OFFLOAD_USO6 0x40u

#define HEAD_LEN sizeof(struct virtio_net_hdr)
#define IP_MAX	 65535u
#define ROW_MAX	 256u

struct gathered {	 /* one connection's segments in a row, as one */
	struct packet p; /* data is room + PACKET_HEADROOM; len 0: nothing */
	uint8_t *room;	 /* owned */
	uint32_t next;	 /* sequence number that goes on */
	uint16_t segment, n;
};

struct tun {
	int fd;		    /* owned */
	uint8_t *room;	    /* owned; of what was received last */
	unsigned took, row; /* of packets in a row */
	struct gathered held;
};

/* ---- life ---------------------------------------------------------------------- */

int tun_device_open(struct err *err)
{
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	return err_set(err, ERR_IO, -1, "/dev/net/tun: %s; %s", strerror(errno),
		       errno == EACCES
			       ? "let this user open it (chmod a+rw "
				 "/dev/net/tun), as most systems do"
			       : "load the module (modprobe tun), and give it "
				 "to a container with --device /dev/net/tun");
}

/* Segments of datagrams only where the kernel has them; all else is old. */
static int offload_set(int fd)
{
	unsigned tcp = TUN_F_CSUM | TUN_F_TSO4;

	if (!ioctl(fd, TUNSETOFFLOAD, tcp | OFFLOAD_USO4 | OFFLOAD_USO6))
		return 0;
	return ioctl(fd, TUNSETOFFLOAD, tcp);
}

static int device_set(int fd, const char *name, unsigned mtu, struct err *err)
{
	struct ifreq r = { .ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR };
	int sock = -1, rc = 0;

	(void)str_copy(r.ifr_name, sizeof(r.ifr_name), name);
	if (ioctl(fd, TUNSETIFF, &r) || offload_set(fd))
		return err_set(
			err, ERR_IO, -1, "TUN device %s: %s%s", name,
			strerror(errno),
			errno == EPERM
				? "; CAP_NET_ADMIN is missing: " RIGHTS_CURE
				: "");
	sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	r.ifr_mtu = (int)mtu;
	rc = sock < 0 ? -1 : ioctl(sock, SIOCSIFMTU, &r);
	if (rc)
		(void)err_set(err, ERR_IO, -1, "TUN device %s: mtu %u: %s",
			      name, mtu, strerror(errno));
	if (sock >= 0)
		(void)close(sock);
	return rc;
}

struct tun *tun_open(const char *name, unsigned mtu, struct err *err)
{
	struct tun *t = NULL;
	int fd = tun_device_open(err);

	if (fd < 0)
		return NULL;
	if (device_set(fd, name, mtu, err)) {
		(void)close(fd);
		return NULL;
	}
	t = xcalloc(1, sizeof(*t));
	t->fd = fd;
	t->row = 1;
	t->room = xcalloc(1, PACKET_HEADROOM + PACKET_MAX);
	t->held.room = xcalloc(1, PACKET_HEADROOM + PACKET_MAX);
	return t;
}

void tun_close(struct tun *t)
{
	if (!t)
		return;
	(void)close(t->fd);
	free(t->room);
	free(t->held.room);
	free(t);
}

int tun_fd(const struct tun *t)
{
	return t->fd;
}

/* ---- from the sockets ------------------------------------------------------------ */

/*
 * Asking once more only to hear that there is nothing costs as much as a packet.
 * So only as many are taken in a row as there were last time, or twice that when
 * all of them were there; who waits for the descriptor hears of those that are left.
 */
static bool is_enough(struct tun *t)
{
	if (t->took < t->row)
		return false;
	t->row = t->row < ROW_MAX / 2 ? 2 * t->row : ROW_MAX;
	t->took = 0;
	return true;
}

static void nothing_more(struct tun *t)
{
	t->row = t->took ? t->took : 1;
	t->took = 0;
}

bool tun_receive(struct tun *t, struct packet *p)
{
	struct virtio_net_hdr head;
	uint8_t *data = t->room + PACKET_HEADROOM;
	uint8_t *begin = data - HEAD_LEN;

	while (!is_enough(t)) {
		ssize_t n = read(t->fd, begin, HEAD_LEN + PACKET_MAX);

		if (n <= (ssize_t)HEAD_LEN) {
			nothing_more(t);
			return false;
		}
		t->took++;
		memcpy(&head, begin, sizeof(head));
		*p = (struct packet){ .data = data,
				      .len = (uint32_t)n - HEAD_LEN,
				      .cap = PACKET_MAX };
		if (data[0] >> 4 == 4 && vnet_read(&head, &p->off))
			return true;
	}
	return false;
}

/* ---- to the sockets --------------------------------------------------------------- */

/* In one piece, which the kernel takes faster than two: the header stands where
 * Ethernet's or the room in front of it is, for as long as the call. */
static bool put(struct tun *t, const struct packet *p)
{
	struct virtio_net_hdr h;
	struct packet ip = *p;
	uint8_t *begin = p->data + p->l3 - HEAD_LEN;
	size_t len = HEAD_LEN + p->len - p->l3;
	uint8_t kept[HEAD_LEN];
	bool sent;

	ip.data += p->l3;
	ip.off.csum_start = (uint16_t)(p->off.csum_start - p->l3);
	vnet_write(&ip, &h);
	memcpy(kept, begin, HEAD_LEN);
	memcpy(begin, &h, HEAD_LEN);
	sent = write(t->fd, begin, len) == (ssize_t)len;
	memcpy(begin, kept, HEAD_LEN);
	return sent;
}

/* ---- segments in a row -------------------------------------------------------------- */

static unsigned heads_len(const struct packet *p)
{
	return p->l4 - p->l3 + (p->data[p->l4 + TCP_OFF] >> 4) * 4u;
}

static unsigned payload_len(const struct packet *p)
{
	return p->len - p->l3 - heads_len(p);
}

/* One whose checksum the receiver would find wrong must stay as it is. */
static bool is_sound(const struct packet *p)
{
	const uint8_t *ip = p->data + p->l3;

	if (p->off.checksum)
		return p->off.csum_start == p->l4 &&
		       p->off.csum_offset == TCP_SUM;
	return !sum_l4(get_addr(ip + IP4_SRC), get_addr(ip + IP4_DST),
		       IPPROTO_TCP, p->data + p->l4, p->len - p->l4);
}

/* May others be appended, or it to others?  PSH may be on the last. */
static bool is_row(const struct packet *p)
{
	return p->proto == IPPROTO_TCP && p->l4 && !p->fragment &&
	       p->off.gso == GSO_NONE && p->l4 - p->l3 == IP4_MIN &&
	       (p->data[p->l4 + TCP_FLAGS] & ~TCP_F_PSH) == TCP_F_ACK &&
	       payload_len(p) > 0 && is_sound(p);
}

/* All but lengths, identifiers, sequence numbers, PSH and checksums. */
static bool is_same_row(const struct packet *a, const struct packet *b)
{
	const uint8_t *x = a->data + a->l3, *y = b->data + b->l3;
	unsigned len = heads_len(a);

	return len == heads_len(b) && x[IP4_TOS] == y[IP4_TOS] &&
	       !memcmp(x + IP4_FRAG, y + IP4_FRAG, IP4_SUM - IP4_FRAG) &&
	       !memcmp(x + IP4_SRC, y + IP4_SRC, IP4_MIN - IP4_SRC + TCP_SEQ) &&
	       !memcmp(x + IP4_MIN + TCP_ACK, y + IP4_MIN + TCP_ACK,
		       TCP_FLAGS - TCP_ACK) &&
	       !memcmp(x + IP4_MIN + TCP_WIN, y + IP4_MIN + TCP_WIN, 2) &&
	       !memcmp(x + IP4_MIN + TCP_MIN, y + IP4_MIN + TCP_MIN,
		       len - IP4_MIN - TCP_MIN);
}

static bool has_push(const struct packet *p)
{
	return p->data[p->l4 + TCP_FLAGS] & TCP_F_PSH;
}

static void hold(struct gathered *g, const struct packet *p)
{
	uint32_t len = p->len - p->l3;

	g->p = *p;
	g->p.data = g->room + PACKET_HEADROOM;
	memcpy(g->p.data, p->data + p->l3, len);
	g->p.len = len;
	g->p.l4 = (uint16_t)(p->l4 - p->l3);
	g->p.off.csum_start = (uint16_t)(p->off.csum_start - p->l3);
	g->p.l3 = 0;
	g->segment = (uint16_t)payload_len(p);
	g->next = get32(p->data + p->l4 + TCP_SEQ) + g->segment;
	g->n = 1;
}

/* The header of what they are together; the checksum is left open. */
static void put_together(struct packet *p, uint16_t segment)
{
	uint8_t *ip = p->data, *tcp = p->data + p->l4;

	put16(ip + IP4_LEN, (uint16_t)p->len);
	put16(ip + IP4_SUM, 0);
	put16(ip + IP4_SUM, sum_fold(sum_add(0, ip, p->l4)));
	put16(tcp + TCP_SUM,
	      sum_pseudo(get_addr(ip + IP4_SRC), get_addr(ip + IP4_DST),
			 IPPROTO_TCP, p->len - p->l4));
	p->off = (struct packet_offload){ .checksum = true,
					  .gso = GSO_TCP4,
					  .gso_size = segment,
					  .csum_start = p->l4,
					  .csum_offset = TCP_SUM };
}

void tun_flush(struct tun *t)
{
	struct gathered *g = &t->held;

	if (!g->p.len)
		return;
	if (g->n > 1)
		put_together(&g->p, g->segment);
	(void)put(t, &g->p);
	g->p.len = 0;
}

/* false: it is no continuation of what is held. */
static bool append(struct tun *t, const struct packet *p)
{
	struct gathered *g = &t->held;
	unsigned n = payload_len(p);

	if (!g->p.len || n > g->segment || g->p.len + n > IP_MAX ||
	    get32(p->data + p->l4 + TCP_SEQ) != g->next ||
	    !is_same_row(&g->p, p))
		return false;
	memcpy(g->p.data + g->p.len, p->data + p->len - n, n);
	g->p.len += n;
	g->next += n;
	g->n++;
	g->p.data[g->p.l4 + TCP_FLAGS] |= p->data[p->l4 + TCP_FLAGS];
	if (n < g->segment || has_push(p))
		tun_flush(t);
	return true;
}

bool tun_send(struct tun *t, struct packet *p)
{
	bool row = is_row(p);

	if (row && append(t, p))
		return true;
	tun_flush(t);
	if (!row || has_push(p))
		return put(t, p);
	hold(&t->held, p);
	return true;
}
