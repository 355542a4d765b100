/* Errors of ICMP about packets (RFC 792, RFC 1812 4.3.2). */
#include "emu/net/checksum.h"
#include "emu/net/offload.h"
#include "emu/wire/l3_priv.h"

#define ERROR_MAX	576  /* bytes of IP: RFC 1812 4.3.2.3 */
#define PRECEDENCE	0xc0 /* internetwork control: RFC 1812 4.3.2.5 */
#define RATE_PER_SECOND 200  /* own choice: RFC 1812 4.3.2.8 asks for a limit */
#define RATE_BURST	50

static bool is_icmp_error(uint8_t type)
{
	return type == ICMP_UNREACHABLE || type == 4 || type == ICMP_REDIRECT ||
	       type == ICMP_TIME_EXCEEDED || type == ICMP_BAD_PARAMETER;
}

/* RFC 1812 4.3.2.7 */
static bool may_tell(const struct wire *w, const struct ingress *in,
		     const struct packet *p)
{
	const uint8_t *ip = p->data + p->l3;
	struct in_addr src = get_addr(ip + IP4_SRC);
	struct in_addr dst = get_addr(ip + IP4_DST);
	const struct setup_circuit_ip *on = setup_circuit_of(w->setup, dst);

	if (in && in->everybody)
		return false;
	if (l3_is_no_host(src) || ntohl(dst.s_addr) >> 28 >= 14)
		return false;
	if (on && on->prefix_len < 31 && dst.s_addr == on->broadcast.s_addr)
		return false;
	if (get16(ip + IP4_FRAG) & 0x1fff)
		return false;
	return p->proto != IPPROTO_ICMP ||
	       (p->l4 && !is_icmp_error(p->data[p->l4]));
}

static bool circuit_allows(const struct setup_circuit_ip *c, uint8_t type)
{
	if (type == ICMP_UNREACHABLE)
		return c->unreachables;
	return type != ICMP_REDIRECT || c->redirects;
}

/* A bucket that empties with time. */
static bool is_within_rate(struct wire *w)
{
	struct error_rate *r = &w->errors;
	uint64_t gone = (w->now_ms - r->since_ms) * RATE_PER_SECOND / 1000;

	if (gone > 0) {
		r->used = gone > r->used ? 0 : r->used - (unsigned)gone;
		r->since_ms = w->now_ms;
	}
	if (r->used >= RATE_BURST)
		return false;
	r->used++;
	return true;
}

static enum net_counter counter_of(uint8_t type)
{
	switch (type) {
	case ICMP_REDIRECT:
		return NET_ICMP_OUT_REDIRECTS;
	case ICMP_TIME_EXCEEDED:
		return NET_ICMP_OUT_TIME_EXCEEDED;
	case ICMP_UNREACHABLE:
		return NET_ICMP_OUT_UNREACHABLES;
	default: /* has none of its own */
		return NET_ICMP_OUT_ERRORS;
	}
}

/* Whom the error comes from: the address that was meant, when it is ours, else the
 * circuit that the packet came in on. */
static const struct setup_circuit_ip *
speaker(const struct wire *w, const struct ingress *in, const struct packet *p)
{
	struct in_addr src = get_addr(p->data + p->l3 + IP4_SRC);
	struct fib_way way;

	if (!l3_is_ours(in))
		return setup_source(w->setup, in->vlan, src);
	if (!fib_find(w->setup->fib, src, src, true, &way))
		return w->setup->nip ? &w->setup->ip[0] : NULL;
	return setup_source(w->setup, way.vlan, src);
}

static struct in_addr source_of(const struct wire *w, const struct packet *p,
				const struct setup_circuit_ip *c)
{
	struct in_addr dst = get_addr(p->data + p->l3 + IP4_DST);
	const struct setup_address *a = setup_address(w->setup, dst);

	return a && a->kind == ADDRESS_CIRCUIT ? dst : c->addr;
}

static void build(struct packet *e, const struct packet *p, struct in_addr src,
		  const uint8_t head[ICMP_HEAD])
{
	const uint8_t *about = p->data + p->l3;
	unsigned quote = p->len - p->l3;
	uint8_t *ip = e->data + ETH_LEN, *icmp = ip + IP4_MIN;

	if (quote > ERROR_MAX - IP4_MIN - ICMP_HEAD)
		quote = ERROR_MAX - IP4_MIN - ICMP_HEAD;
	e->len = ETH_LEN + IP4_MIN + ICMP_HEAD + quote;
	memset(e->data, 0, ETH_LEN + IP4_MIN);
	put16(e->data + 2 * ETH_ADDR_LEN, ETHER_IP4);
	ip[0] = 0x45;
	ip[IP4_TOS] = PRECEDENCE;
	put16(ip + IP4_LEN, (uint16_t)(e->len - ETH_LEN));
	ip[IP4_TTL] = IP4_TTL_OURS;
	ip[IP4_PROTO] = IPPROTO_ICMP;
	put_addr(ip + IP4_SRC, src);
	put_addr(ip + IP4_DST, get_addr(about + IP4_SRC));
	l3_seal(ip);
	memcpy(icmp, head, ICMP_HEAD);
	memcpy(icmp + ICMP_HEAD, about, quote);
	put16(icmp + ICMP_SUM, 0);
	put16(icmp + ICMP_SUM, sum_fold(sum_add(0, icmp, ICMP_HEAD + quote)));
}

void l3_error(struct wire *w, const struct ingress *in, struct packet *p,
	      uint8_t type, uint8_t code, uint32_t rest)
{
	uint8_t room[PACKET_HEADROOM + ETH_LEN + ERROR_MAX];
	struct packet e = { .data = room + PACKET_HEADROOM,
			    .cap = sizeof(room) - PACKET_HEADROOM };
	uint8_t head[ICMP_HEAD] = { type, code };
	const struct setup_circuit_ip *c = NULL;

	forward_restore(w, p);
	if (!may_tell(w, in, p))
		return;
	c = speaker(w, in, p);
	if (!c || !circuit_allows(c, type) || !is_within_rate(w))
		return;
	if (!p->off.gso)
		offload_finish(p); /* it quotes what would have been sent */
	put32(head + ICMP_REST, rest);
	build(&e, p, source_of(w, p, c), head);
	if (packet_parse(&e) != PACKET_GOOD)
		return;
	wire_count(w, NET_ICMP_OUT);
	wire_count(w, counter_of(type));
	if (l3_is_ours(in) ||
	    setup_address(w->setup, get_addr(e.data + e.l3 + IP4_DST)))
		wire_to_inside(w, &e);
	else
		l3_forward(w, NULL, &e);
}

void l3_icmp_error(struct wire *w, const struct ingress *in, struct packet *p,
		   uint8_t type, uint8_t code, uint16_t mtu)
{
	l3_error(w, in, p, type, code, mtu);
}

/* Where it came in is forgotten: its sender's side is where the way to it is. */
void l3_never_whole(void *arg, struct packet *first)
{
	struct wire *w = arg;
	struct in_addr src = get_addr(first->data + first->l3 + IP4_SRC);
	struct ingress from = { 0 };
	struct fib_way way;

	if (!fib_find(w->setup->fib, src, src, true, &way))
		return;
	from.vlan = way.vlan;
	l3_error(w, &from, first, ICMP_TIME_EXCEEDED, ICMP_REASSEMBLY, 0);
}
