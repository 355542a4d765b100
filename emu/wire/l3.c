/*
 * Routing (RFC 1812 5): which way a packet goes, whether it may, and what its
 * sender is told when it does not.  Everything that can go wrong is found before
 * the packet is changed, because an error quotes it as it came.
 */
#include "emu/net/checksum.h"
#include "emu/net/offload.h"
#include "emu/wire/frag.h"
#include "emu/wire/l3_priv.h"

#define MTU_MIN 68 /* RFC 791 3.2 */

struct hop {
	unsigned vlan;
	struct in_addr addr;
	bool known; /* mac and port are */
	uint8_t mac[ETH_ADDR_LEN];
	int port;
	unsigned mtu;
};

bool l3_is_no_host(struct in_addr a)
{
	uint32_t h = ntohl(a.s_addr);

	return h >> 24 == 0 || h >> 24 == 127 || h >> 28 >= 14;
}

void l3_seal(uint8_t *ip)
{
	put16(ip + IP4_SUM, 0);
	put16(ip + IP4_SUM, sum_fold(sum_add(0, ip, ip4_header_len(ip))));
}

static struct in_addr src_of(const struct packet *p)
{
	return get_addr(p->data + p->l3 + IP4_SRC);
}

static struct in_addr dst_of(const struct packet *p)
{
	return get_addr(p->data + p->l3 + IP4_DST);
}

/* ---- may it? ---------------------------------------------------------------------- */

static bool may_pass(struct wire *w, const struct ingress *in, struct packet *p)
{
	const uint8_t *ip = p->data + p->l3;

	if (in->everybody) /* RFC 1812 5.3.4 */
		return false;
	if (l3_is_no_host(src_of(p)) || l3_is_no_host(dst_of(p))) {
		wire_count(w, NET_IP_IN_ADDRESS_ERRORS);
		return false;
	}
	if (ip[IP4_TTL] <= 1) {
		wire_count(w, NET_IP_IN_HEADER_ERRORS);
		l3_error(w, in, p, ICMP_TIME_EXCEEDED, 0, 0);
		return false;
	}
	return ip4_header_len(ip) == IP4_MIN || l3_options_pass(w, in, p);
}

/* The sender could have sent it to the next hop itself (RFC 1812 5.2.7.2). */
static void redirect(struct wire *w, const struct ingress *in, struct packet *p,
		     const struct hop *h)
{
	const struct setup_circuit_ip *from = NULL, *to = NULL;

	if (l3_is_ours(in) || in->translated || !in->to_us ||
	    in->vlan != h->vlan)
		return;
	from = setup_circuit_of(w->setup, src_of(p));
	to = setup_circuit_of(w->setup, h->addr);
	if (from && from == to)
		l3_error(w, in, p, ICMP_REDIRECT, ICMP_REDIRECT_HOST,
			 ntohl(h->addr.s_addr));
}

/* ---- where to ---------------------------------------------------------------------- */

/* Of where the neighbour is; of a VLAN, the smallest, as it may be anywhere. */
static unsigned mtu_of(const struct wire *w, unsigned vlan, int port)
{
	unsigned mtu = PACKET_MAX;

	if (port >= 0 && port < w->nport)
		return w->port[port].io->mtu;
	for (int i = 0; i < w->nport; i++)
		if (setup_carries(&w->setup->port[i], vlan) &&
		    w->port[i].io->mtu < mtu)
			mtu = w->port[i].io->mtu;
	return mtu;
}

/* A static entry names its port; others are where the bridge has seen them last. */
static void hop_known(struct wire *w, struct hop *h, const struct arp_entry *e)
{
	h->known = true;
	memcpy(h->mac, e->mac, ETH_ADDR_LEN);
	h->port = e->type == ARP_STATIC ? e->port : PORT_FLOOD;
	if (h->port == PORT_FLOOD)
		h->port = bridge_find(w->bridge, h->vlan, h->mac, w->now_ms);
}

static void hop_everybody(struct hop *h)
{
	h->known = true;
	memset(h->mac, 0xff, ETH_ADDR_LEN);
}

/* RFC 1112 6.4 */
static void hop_group(struct hop *h)
{
	uint32_t low = ntohl(h->addr.s_addr) & 0x7fffff;

	h->known = true;
	put32(h->mac, 0x01005e00 | low >> 16);
	put16(h->mac + 4, (uint16_t)low);
}

/* false: the neighbour does not answer. */
static bool hop_find(struct wire *w, struct hop *h)
{
	const struct arp_entry *e = NULL;

	switch (arp_find(w->arp, h->vlan, h->addr, w->now_ms, &e)) {
	case ARP_FOUND:
		hop_known(w, h, e);
		return true;
	case ARP_ASKED:
		return true;
	default:
		return false;
	}
}

/* ---- out --------------------------------------------------------------------------- */

/* Bytes of IP of the largest frame that it becomes. */
static unsigned largest(const struct packet *p)
{
	const uint8_t *l4 = p->data + p->l4;
	unsigned head = p->l4 - p->l3;

	if (!p->off.gso || !p->l4)
		return p->len - p->l3;
	head += p->off.gso == GSO_TCP4 ? (l4[TCP_OFF] >> 4) * 4u : UDP_HEAD;
	return head + p->off.gso_size;
}

static bool may_be_cut(const struct packet *p)
{
	return !(get16(p->data + p->l3 + IP4_FRAG) & IP4_DF);
}

struct sending {
	struct wire *w;
	const struct hop *hop;
};

/* A frame as a wire has it waits for its neighbour's MAC address. */
static void ask_one(void *arg, struct packet *p)
{
	struct sending *s = arg;
	const struct setup *c = s->w->setup;
	const struct setup_circuit_ip *ip =
		setup_source(c, s->hop->vlan, s->hop->addr);

	if (ip)
		arp_ask(s->w->arp, s->hop->vlan, s->hop->addr, ip->addr, c->mac,
			p->data, p->len, s->w->now_ms);
}

static void send_one(void *arg, struct packet *p)
{
	struct sending *s = arg;
	struct wire *w = s->w;

	memcpy(p->data, s->hop->mac, ETH_ADDR_LEN);
	memcpy(p->data + ETH_ADDR_LEN, w->setup->mac, ETH_ADDR_LEN);
	put16(p->data + 2 * ETH_ADDR_LEN, ETHER_IP4);
	if (s->hop->known) {
		wire_transmit(w, s->hop->vlan, s->hop->port, PORT_FLOOD, p);
		return;
	}
	if (p->off.gso || p->off.checksum)
		(void)offload_split(p, s->hop->mtu, w->room, sizeof(w->room),
				    ask_one, s);
	else
		ask_one(s, p);
}

static void fragment_out(void *arg, struct packet *p)
{
	struct sending *s = arg;

	wire_count(s->w, NET_FRAGMENT_OUT);
	send_one(s, p);
}

/* wire_transmit() has a use for room, ARP has none for waited meanwhile. */
static void send_fragments(struct sending *s, struct packet *p)
{
	struct wire *w = s->w;

	offload_finish(p);
	if (frag_split(p, s->hop->mtu, w->waited, sizeof(w->waited),
		       fragment_out, s) == 0)
		wire_count(w, NET_FRAGMENT_SPLIT);
	else
		wire_count(w, NET_IP_OUT_DISCARDS);
}

/* From here on the packet is changed: it is on its way. */
static void depart(struct wire *w, const struct ingress *in, struct packet *p,
		   const struct hop *h)
{
	uint8_t *ip = p->data + p->l3;
	struct sending s = { w, h };

	if (!l3_is_ours(in)) {
		uint16_t was = get16(ip + IP4_TTL);

		ip[IP4_TTL]--;
		sum_change16(ip + IP4_SUM, was, get16(ip + IP4_TTL));
	}
	if (ip4_header_len(ip) > IP4_MIN) {
		const struct setup_circuit_ip *by =
			setup_source(w->setup, h->vlan, h->addr);

		if (by)
			l3_options_record(w, ip, by->addr);
	}
	wire_count(w, l3_is_ours(in) ? NET_IP_OUT : NET_IP_FORWARDED);
	if (!p->off.gso && p->len - p->l3 > h->mtu)
		send_fragments(&s, p);
	else
		send_one(&s, p);
}

static void leave(struct wire *w, const struct ingress *in, struct packet *p,
		  struct hop *h)
{
	if (!h->known && !hop_find(w, h)) {
		wire_count(w, NET_IP_OUT_DISCARDS);
		l3_error(w, in, p, ICMP_UNREACHABLE, ICMP_NO_HOST, 0);
		return;
	}
	h->mtu = mtu_of(w, h->vlan, h->port);
	if (h->mtu < MTU_MIN) {
		wire_count(w, NET_IP_OUT_DISCARDS);
		return;
	}
	if (largest(p) > h->mtu && !may_be_cut(p)) {
		wire_count(w, NET_IP_OUT_DISCARDS);
		l3_error(w, in, p, ICMP_UNREACHABLE, ICMP_TOO_BIG, h->mtu);
		return;
	}
	redirect(w, in, p, h);
	depart(w, in, p, h);
}

/* ---- which way ---------------------------------------------------------------------- */

/* Broadcasts and multicasts of our own stay on the circuit that they come from. */
static void to_circuit(struct wire *w, const struct ingress *in,
		       struct packet *p)
{
	const struct setup_circuit_ip *from =
		setup_circuit_of(w->setup, src_of(p));
	struct hop h = { .addr = dst_of(p), .port = PORT_FLOOD };

	if (!from) {
		wire_count(w, NET_IP_OUT_NO_ROUTES);
		return;
	}
	h.vlan = from->vlan;
	if (IN_MULTICAST(ntohl(h.addr.s_addr)))
		hop_group(&h);
	else
		hop_everybody(&h);
	leave(w, in, p, &h);
}

/* The way ends on a circuit: is it everybody's address there (RFC 1812 5.3.5.2)? */
static bool is_circuit_broadcast(const struct wire *w, struct in_addr a)
{
	const struct setup_circuit_ip *on = setup_circuit_of(w->setup, a);

	return on && on->prefix_len < 31 &&
	       (a.s_addr == on->broadcast.s_addr ||
		a.s_addr == (on->addr.s_addr | ~on->mask.s_addr));
}

/* A route that swallows what it gets, or leads to ourselves. */
static bool leads_nowhere(const struct wire *w, const struct fib_way *way)
{
	return way->blackhole || setup_address(w->setup, way->next_hop);
}

static bool follow(struct wire *w, const struct ingress *in, struct packet *p,
		   struct fib_way *way)
{
	const uint8_t *ip = p->data + p->l3;

	if (!fib_find(w->setup->fib, src_of(p), dst_of(p), l3_is_ours(in),
		      way)) {
		wire_count(w, NET_IP_OUT_NO_ROUTES);
		l3_error(w, in, p, ICMP_UNREACHABLE, ICMP_NO_NET, 0);
		return false;
	}
	if (leads_nowhere(w, way)) {
		wire_count(w, NET_IP_OUT_DISCARDS);
		return false;
	}
	if (ip4_header_len(ip) > IP4_MIN && l3_options_strict(ip) &&
	    way->next_hop.s_addr != dst_of(p).s_addr) {
		l3_error(w, in, p, ICMP_UNREACHABLE, ICMP_NO_SOURCE_ROUTE, 0);
		return false;
	}
	return true;
}

void l3_forward(struct wire *w, const struct ingress *in, struct packet *p)
{
	struct hop h = { .port = PORT_FLOOD };
	struct fib_way way;

	if (l3_is_ours(in) && ntohl(dst_of(p).s_addr) >> 28 >= 14) {
		to_circuit(w, in, p);
		return;
	}
	if (!l3_is_ours(in) && !may_pass(w, in, p))
		return;
	if (!follow(w, in, p, &way))
		return;
	h.addr = way.next_hop;
	h.vlan = way.vlan;
	if (way.next_hop.s_addr == dst_of(p).s_addr &&
	    is_circuit_broadcast(w, way.next_hop)) {
		if (!l3_is_ours(in) && !w->setup->subnet_broadcast) {
			wire_count(w, NET_IP_IN_DISCARDS);
			return;
		}
		hop_everybody(&h);
	}
	leave(w, in, p, &h);
}

void l3_send_to(struct wire *w, unsigned vlan, const uint8_t mac[ETH_ADDR_LEN],
		struct packet *p)
{
	struct hop h = { .vlan = vlan, .addr = dst_of(p), .known = true };

	memcpy(h.mac, mac, ETH_ADDR_LEN);
	h.port = bridge_find(w->bridge, vlan, mac, w->now_ms);
	leave(w, NULL, p, &h);
}

void l3_forward_via(struct wire *w, const struct ingress *in,
		    struct in_addr next_hop, struct packet *p)
{
	const struct setup_circuit_ip *on =
		setup_circuit_of(w->setup, next_hop);
	struct hop h = { .port = PORT_FLOOD, .addr = next_hop };

	if (!l3_is_ours(in) && !may_pass(w, in, p))
		return;
	if (!on) {
		wire_count(w, NET_IP_OUT_NO_ROUTES);
		l3_error(w, in, p, ICMP_UNREACHABLE, ICMP_NO_HOST, 0);
		return;
	}
	h.vlan = on->vlan;
	leave(w, in, p, &h);
}

static bool foresee_hop(struct wire *w, struct in_addr src, struct in_addr dst,
			const struct in_addr *via, struct hop *h)
{
	const struct setup_circuit_ip *on =
		via ? setup_circuit_of(w->setup, *via) : NULL;
	struct fib_way way;

	if (via) {
		h->addr = *via;
		h->vlan = on ? on->vlan : 0;
		return on != NULL;
	}
	if (!fib_find(w->setup->fib, src, dst, true, &way) ||
	    leads_nowhere(w, &way) || is_circuit_broadcast(w, way.next_hop))
		return false;
	h->addr = way.next_hop;
	h->vlan = way.vlan;
	return true;
}

bool l3_foresee(struct wire *w, struct in_addr src, struct in_addr dst,
		const struct in_addr *via, struct l3_exit *exit)
{
	struct hop h = { .port = PORT_FLOOD };

	if (ntohl(dst.s_addr) >> 28 >= 14 ||
	    !foresee_hop(w, src, dst, via, &h) || !hop_find(w, &h) ||
	    !h.known || h.port == PORT_FLOOD)
		return false;
	exit->vlan = h.vlan;
	exit->port = h.port;
	memcpy(exit->mac, h.mac, ETH_ADDR_LEN);
	return true;
}

/*
 * ip opportunistic: a packet whose frame is for another station (a router on the
 * same VLAN, mostly) is routed all the same when the switch knows a shorter way:
 * to a host on another of its circuits whose MAC address it knows (local), or by
 * any of its routes (all).  In the same VLAN the frame finds its way without us.
 */
bool l3_takes(struct wire *w, const struct ingress *in, const struct packet *p)
{
	const struct arp_entry *e = NULL;
	struct fib_way way;

	if (w->setup->opportunistic == OPPORTUNISTIC_OFF || in->to_us ||
	    p->data[p->l3 + IP4_TTL] <= 1 || l3_is_no_host(dst_of(p)) ||
	    is_circuit_broadcast(w, dst_of(p)))
		return false;
	if (!setup_source(w->setup, in->vlan, src_of(p)) ||
	    !fib_find(w->setup->fib, src_of(p), dst_of(p), false, &way) ||
	    way.blackhole || way.vlan == in->vlan)
		return false;
	if (w->setup->opportunistic == OPPORTUNISTIC_LOCAL &&
	    way.next_hop.s_addr != dst_of(p).s_addr)
		return false;
	return arp_find(w->arp, way.vlan, way.next_hop, w->now_ms, &e) ==
	       ARP_FOUND;
}
