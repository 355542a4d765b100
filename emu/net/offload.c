#include "emu/net/offload.h"

#include "emu/net/checksum.h"

enum {
	TAG_LEN = 4,
	TYPE_AT = 2 * ETH_ADDR_LEN,
	IP6_HEAD = 40,
	IP6_LEN = 4, /* of what follows the header */
	IP6_NEXT = 6,
	IP6_SRC = 8, /* and behind it the destination */
	IP6_ADDRS = 32,
	ETHER_IP6 = 0x86dd,
	TCP_F_CWR = 0x80, /* RFC 3168 */
};

/* ---- what an interface told ------------------------------------------------------ */

static bool is_tcp(uint8_t gso)
{
	return gso == GSO_TCP4 || gso == GSO_TCP6;
}

static bool is_ip4(uint8_t gso)
{
	return gso == GSO_TCP4 || gso == GSO_UDP4;
}

/* Bytes of headers in front of the payload; 0: they are not there. */
static uint32_t headers_len(const struct packet *p)
{
	uint32_t l4 = p->off.csum_start, head = UDP_HEAD;

	if (is_tcp(p->off.gso)) {
		if (l4 + TCP_MIN > p->len)
			return 0;
		head = (p->data[l4 + TCP_OFF] >> 4) * 4u;
		if (head < TCP_MIN)
			return 0;
	}
	return l4 + head <= p->len ? l4 + head : 0;
}

bool offload_is_sound(const struct packet *p)
{
	const struct packet_offload *off = &p->off;

	if (!off->checksum)
		return off->gso == GSO_NONE;
	if (off->csum_start < ETH_LEN ||
	    (uint32_t)off->csum_start + off->csum_offset + 2 > p->len)
		return false;
	if (off->gso == GSO_NONE)
		return true;
	return off->gso_size > 0 && headers_len(p) != 0 &&
	       off->csum_offset == (is_tcp(off->gso) ? TCP_SUM : UDP_SUM) &&
	       off->csum_start >=
		       ETH_LEN + (is_ip4(off->gso) ? IP4_MIN : IP6_HEAD);
}

struct offload_frames offload_frames(const struct packet *p)
{
	struct offload_frames f = { .n = 1, .last = p->len };
	uint32_t head = 0, payload = 0;

	if (p->off.gso == GSO_NONE || !offload_is_sound(p))
		return f;
	head = headers_len(p);
	payload = p->len - head;
	if (payload <= p->off.gso_size)
		return f;
	f.n = (payload + p->off.gso_size - 1) / p->off.gso_size;
	f.full = head + p->off.gso_size;
	f.last = head + payload - (f.n - 1) * p->off.gso_size;
	return f;
}

void offload_finish(struct packet *p)
{
	const uint32_t start = p->off.csum_start,
		       at = start + p->off.csum_offset;

	if (!p->off.checksum)
		return;
	p->off.checksum = false;
	if (at + 2 > p->len)
		return;

	uint16_t sum = sum_fold(sum_add(0, p->data + start, p->len - start));

	if (sum == 0 && p->off.csum_offset == UDP_SUM)
		sum = 0xffff; /* 0 would say that there is none (RFC 768) */
	put16(p->data + at, sum);
}

/* ---- cutting -------------------------------------------------------------------- */

/* A super-frame on its way through the knife. */
struct cut {
	const struct packet *from;
	uint32_t l3, l4, head; /* head: offset of the payload */
	uint32_t size;	       /* bytes of payload of each segment */
	uint32_t payload;
};

/* false: it is no segment, or none of its pieces would fit. */
static bool cut_plan(const struct packet *p, unsigned mtu, struct cut *c)
{
	*c = (struct cut){ .from = p, .l3 = p->l3, .l4 = p->off.csum_start };
	if (p->off.gso == GSO_NONE || !offload_is_sound(p))
		return false;
	c->head = headers_len(p);
	if (c->l4 < c->l3 + IP4_MIN || c->head >= c->l3 + mtu)
		return false;
	c->payload = p->len - c->head;
	c->size = p->off.gso_size;
	if (c->size <= c->l3 + mtu - c->head)
		return true;
	/* the sender counts on smaller segments no less; datagrams stay whole */
	c->size = c->l3 + mtu - c->head;
	return is_tcp(p->off.gso);
}

static void cut_ip(const struct cut *c, struct packet *s, unsigned i)
{
	uint8_t *ip = s->data + c->l3;

	if (!is_ip4(c->from->off.gso)) {
		put16(ip + IP6_LEN, (uint16_t)(s->len - c->l3 - IP6_HEAD));
		return;
	}
	put16(ip + IP4_LEN, (uint16_t)(s->len - c->l3));
	put16(ip + IP4_ID, (uint16_t)(get16(ip + IP4_ID) + i));
	put16(ip + IP4_SUM, 0);
	put16(ip + IP4_SUM, sum_fold(sum_add(0, ip, c->l4 - c->l3)));
}

/* Urgent data end where they did, seen from a segment that begins later. */
static void cut_urgent(uint8_t *tcp, uint32_t at)
{
	uint32_t end = get16(tcp + TCP_URGENT);

	if (!(tcp[TCP_FLAGS] & TCP_F_URG) || !at)
		return;
	if (end <= at)
		tcp[TCP_FLAGS] &= (uint8_t)~TCP_F_URG;
	put16(tcp + TCP_URGENT, (uint16_t)(end > at ? end - at : 0));
}

static void cut_l4(const struct cut *c, struct packet *s, uint32_t at,
		   bool is_last)
{
	uint8_t *l4 = s->data + c->l4;
	uint8_t *sum = l4 + c->from->off.csum_offset;
	uint32_t whole = c->from->len - c->l4, len = s->len - c->l4;

	if (!is_tcp(c->from->off.gso)) {
		put16(l4 + UDP_LEN, (uint16_t)len);
	} else {
		put32(l4 + TCP_SEQ, get32(l4 + TCP_SEQ) + at);
		cut_urgent(l4, at);
		if (!is_last)
			l4[TCP_FLAGS] &= (uint8_t) ~(TCP_F_FIN | TCP_F_PSH);
		if (at > 0)
			l4[TCP_FLAGS] &= (uint8_t)~TCP_F_CWR;
	}
	/* the pseudo header's sum has the length of the whole in it */
	put16(sum, (uint16_t)~sum_fold(get16(sum) + (whole ^ 0xffff) + len));
	s->off = (struct packet_offload){
		.checksum = true,
		.csum_start = (uint16_t)c->l4,
		.csum_offset = c->from->off.csum_offset,
	};
	offload_finish(s);
}

/* The i-th segment, whose payload begins at |at| of the whole's. */
static void cut_build(const struct cut *c, struct packet *s, unsigned i,
		      uint32_t at)
{
	uint32_t left = c->payload - at;
	uint32_t len = left < c->size ? left : c->size;

	memcpy(s->data, c->from->data, c->head);
	memcpy(s->data + c->head, c->from->data + c->head + at, len);
	s->len = c->head + len;
	cut_ip(c, s, i);
	cut_l4(c, s, at, len == left);
}

int offload_split(struct packet *p, unsigned mtu, uint8_t *room, size_t cap,
		  void (*send)(void *arg, struct packet *p), void *arg)
{
	struct cut c;
	unsigned i = 0;

	if (!cut_plan(p, mtu, &c) || c.payload <= c.size) {
		if (p->len > p->l3 + mtu)
			return -1;
		offload_finish(p);
		p->off.gso = GSO_NONE;
		send(arg, p);
		return 0;
	}
	if (cap < PACKET_HEADROOM + (size_t)c.head + c.size)
		return -1;
	for (uint32_t at = 0; at < c.payload; at += c.size) {
		struct packet s = *p;

		s.data = room + PACKET_HEADROOM;
		s.cap = (uint32_t)(cap - PACKET_HEADROOM);
		cut_build(&c, &s, i++, at);
		send(arg, &s);
	}
	return 0;
}

/* ---- what an interface did not tell ---------------------------------------------- */

/* A whole TCP or UDP message in a frame. */
struct message {
	uint32_t l3, l4, len; /* len: from l4 on */
	uint8_t proto;
	bool ip6;
	uint16_t pseudo;
};

static bool find_ip4(const struct packet *p, struct message *m)
{
	const uint8_t *ip = p->data + m->l3;

	if (m->l3 + IP4_MIN > p->len)
		return false;

	uint32_t head = ip4_header_len(ip), total = get16(ip + IP4_LEN);

	if (head < IP4_MIN || total < head || m->l3 + total > p->len ||
	    (get16(ip + IP4_FRAG) & (IP4_MF | 0x1fff)) != 0)
		return false;
	m->l4 = m->l3 + head;
	m->len = total - head;
	m->proto = ip[IP4_PROTO];
	m->pseudo = sum_pseudo(get_addr(ip + IP4_SRC), get_addr(ip + IP4_DST),
			       m->proto, m->len);
	return true;
}

static bool find_ip6(const struct packet *p, struct message *m)
{
	const uint8_t *ip = p->data + m->l3;

	if (m->l3 + IP6_HEAD > p->len)
		return false;
	m->ip6 = true;
	m->l4 = m->l3 + IP6_HEAD;
	m->len = get16(ip + IP6_LEN);
	m->proto = ip[IP6_NEXT];
	if (m->l4 + m->len > p->len)
		return false;
	m->pseudo = (uint16_t)~sum_fold(
		sum_add(m->proto + m->len, ip + IP6_SRC, IP6_ADDRS));
	return true;
}

static bool find_message(const struct packet *p, struct message *m)
{
	bool found = false;

	*m = (struct message){ .l3 = ETH_LEN };
	if (p->len < ETH_LEN + TAG_LEN)
		return false;
	if (get16(p->data + TYPE_AT) == ETHER_VLAN)
		m->l3 += TAG_LEN;
	switch (get16(p->data + m->l3 - 2)) {
	case ETHER_IP4:
		found = find_ip4(p, m);
		break;
	case ETHER_IP6:
		found = find_ip6(p, m);
		break;
	default:
		break;
	}
	return found && ((m->proto == IPPROTO_TCP && m->len >= TCP_MIN) ||
			 (m->proto == IPPROTO_UDP && m->len >= UDP_HEAD));
}

/* The checksum as it stands. */
static bool is_right(const struct packet *p, const struct message *m)
{
	return sum_fold(sum_add(m->pseudo, p->data + m->l4, m->len)) == 0;
}

bool offload_recognise(struct packet *p, unsigned mtu)
{
	struct message m;

	p->off = (struct packet_offload){ 0 };
	if (!find_message(p, &m))
		return p->len <= ETH_LEN + TAG_LEN + mtu;

	const bool tcp = m.proto == IPPROTO_TCP;
	const uint16_t offset = tcp ? TCP_SUM : UDP_SUM;
	uint8_t *sum = p->data + m.l4 + offset;
	const bool is_large = m.l4 - m.l3 + m.len > mtu;

	if (!is_large && get16(sum) != m.pseudo)
		return true;
	if (!is_large && is_right(p, &m))
		return true;
	if (is_large && (!tcp || (get16(sum) != m.pseudo && !is_right(p, &m))))
		return false;
	put16(sum, m.pseudo);
	p->len = m.l4 + m.len; /* padding is under no checksum */
	p->off = (struct packet_offload){
		.checksum = true,
		.csum_start = (uint16_t)m.l4,
		.csum_offset = offset,
	};
	if (is_large) {
		uint32_t head =
			m.l4 - m.l3 + (p->data[m.l4 + TCP_OFF] >> 4) * 4u;

		p->off.gso = m.ip6 ? GSO_TCP6 : GSO_TCP4;
		p->off.gso_size = (uint16_t)(head < mtu ? mtu - head : 0);
	}
	return offload_is_sound(p);
}
