#include "emu/wire/xlate.h"

#include "emu/net/checksum.h"

/* Words are added as they lie in memory: the Internet checksum does not mind the
 * order of bytes (RFC 1071 section 2). */

enum { ICMP_ECHO_REPLY = 0, ICMP_ECHO = 8 };

static uint16_t load16(const uint8_t *at)
{
	uint16_t v;

	memcpy(&v, at, sizeof(v));
	return v;
}

static void store16(uint8_t *at, uint16_t v)
{
	memcpy(at, &v, sizeof(v));
}

static uint32_t load32(const uint8_t *at)
{
	uint32_t v;

	memcpy(&v, at, sizeof(v));
	return v;
}

static void store32(uint8_t *at, uint32_t v)
{
	memcpy(at, &v, sizeof(v));
}

static uint16_t fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

/* ---- reading ----------------------------------------------------------------------- */

bool xlate_tuple(const struct packet *p, struct tuple *k)
{
	const uint8_t *ip = p->data + p->l3, *l4 = p->data + p->l4;

	if (!p->l4)
		return false;
	*k = (struct tuple){ .src = load32(ip + IP4_SRC),
			     .dst = load32(ip + IP4_DST),
			     .proto = p->proto };
	if (p->proto == IPPROTO_TCP || p->proto == IPPROTO_UDP) {
		k->sport = load16(l4);
		k->dport = load16(l4 + 2);
		return true;
	}
	if (p->proto != IPPROTO_ICMP ||
	    (l4[0] != ICMP_ECHO && l4[0] != ICMP_ECHO_REPLY))
		return false;
	k->sport = k->dport = load16(l4 + ICMP_REST);
	return true;
}

/* ---- writing ----------------------------------------------------------------------- */

static uint32_t gained32(uint32_t from, uint32_t to)
{
	return (~from & 0xffff) + (~from >> 16) + (to & 0xffff) + (to >> 16);
}

static uint32_t gained16(uint16_t from, uint16_t to)
{
	return (uint16_t)~from + (uint32_t)to;
}

void xlate_prepare(struct half *h, const struct tuple *to)
{
	uint32_t sum = fold(gained32(h->src, to->src)) +
		       (uint32_t)fold(gained32(h->dst, to->dst));

	h->to_src = to->src;
	h->to_dst = to->dst;
	h->to_sport = to->sport;
	h->to_dport = to->dport;
	h->sum_ip = fold(sum);
	h->sum_ports = fold(gained16(h->sport, to->sport) +
			    gained16(h->dport, to->dport));
	h->sum_l4 = fold(h->sum_ip + (uint32_t)h->sum_ports);
	h->same = h->src == to->src && h->dst == to->dst &&
		  h->sport == to->sport && h->dport == to->dport;
}

/* A finished checksum is the complement of the sum (RFC 1624 equation 3). */
static void gain(uint8_t *sum, uint16_t more)
{
	store16(sum, (uint16_t)~fold((uint16_t)~load16(sum) + (uint32_t)more));
}

static bool is_open(const struct packet *p)
{
	return p->off.checksum && p->off.csum_start == p->l4;
}

/* UDP's may be left out, which is 0; a sum that comes to 0 is written as ones
 * (RFC 768). */
static void gain_udp(uint8_t *sum, uint16_t more)
{
	if (!load16(sum))
		return;
	gain(sum, more);
	if (!load16(sum))
		store16(sum, 0xffff);
}

static void ports(struct packet *p, const struct half *h)
{
	uint8_t *l4 = p->data + p->l4;
	uint8_t *sum = l4 + (p->proto == IPPROTO_TCP ? TCP_SUM : UDP_SUM);

	store16(l4, h->to_sport);
	store16(l4 + 2, h->to_dport);
	if (is_open(p))
		store16(sum, fold(load16(sum) + (uint32_t)h->sum_ip));
	else if (p->proto == IPPROTO_TCP)
		gain(sum, h->sum_l4);
	else
		gain_udp(sum, h->sum_l4);
}

void xlate_apply(struct packet *p, const struct half *h)
{
	uint8_t *ip = p->data + p->l3;

	store32(ip + IP4_SRC, h->to_src);
	store32(ip + IP4_DST, h->to_dst);
	gain(ip + IP4_SUM, h->sum_ip);
	if (p->l4 && (p->proto == IPPROTO_TCP || p->proto == IPPROTO_UDP))
		ports(p, h);
}

void xlate_to(struct packet *p, const struct tuple *to)
{
	const uint8_t *ip = p->data + p->l3, *l4 = p->data + p->l4;
	struct half h = { .src = load32(ip + IP4_SRC),
			  .dst = load32(ip + IP4_DST) };

	if (p->l4 && (p->proto == IPPROTO_TCP || p->proto == IPPROTO_UDP)) {
		h.sport = load16(l4);
		h.dport = load16(l4 + 2);
	}
	xlate_prepare(&h, to);
	xlate_apply(p, &h);
}
