/*
 * Packets for the switch itself, when no flow has them.  A circuit is a host: it
 * answers pings, and the switch's own sockets get the rest.  A VIP is none: it
 * answers pings while a service is alive (content.md 2.8, vip-ping-response), and
 * nothing else but what its rules take.
 */
#include "emu/flow/decide.h"
#include "emu/net/checksum.h"
#include "emu/plane/worker.h"
#include "emu/wire/frag.h"
#include "emu/wire/l3_priv.h"

/* ---- ICMP ------------------------------------------------------------------------ */

static bool is_icmp_right(struct wire *w, const struct packet *p)
{
	static const struct in_addr none = { INADDR_ANY };

	wire_count(w, NET_ICMP_IN);
	if (p->l4 && sum_l4(none, none, IPPROTO_ICMP, p->data + p->l4,
			    p->len - p->l4) == 0)
		return true;
	wire_count(w, NET_ICMP_IN_ERRORS);
	return false;
}

static void count_icmp(struct wire *w, uint8_t type)
{
	static const struct {
		uint8_t type;
		enum net_counter c;
	} counters[] = {
		{ ICMP_ECHO_REPLY, NET_ICMP_IN_ECHO_REPLIES },
		{ ICMP_UNREACHABLE, NET_ICMP_IN_UNREACHABLES },
		{ ICMP_REDIRECT, NET_ICMP_IN_REDIRECTS },
		{ ICMP_ECHO, NET_ICMP_IN_ECHOS },
		{ ICMP_TIME_EXCEEDED, NET_ICMP_IN_TIME_EXCEEDED },
	};

	for (size_t i = 0; i < sizeof(counters) / sizeof(*counters); i++)
		if (counters[i].type == type)
			wire_count(w, counters[i].c);
}

/* In place: addresses change sides. */
static void answer_echo(struct wire *w, struct packet *p)
{
	uint8_t *ip = p->data + p->l3, *icmp = p->data + p->l4;
	struct in_addr src = get_addr(ip + IP4_SRC);
	uint16_t was = get16(icmp);

	if (l3_is_no_host(src) || setup_address(w->setup, src) ||
	    l3_options_source(ip)) {
		wire_count(w, NET_IP_IN_DISCARDS);
		return;
	}
	icmp[0] = ICMP_ECHO_REPLY;
	sum_change16(icmp + ICMP_SUM, was, get16(icmp));
	/* both are zero, but a reply of zeros alone is right with this one only */
	if (get16(icmp + ICMP_SUM) == 0)
		put16(icmp + ICMP_SUM, 0xffff);
	put_addr(ip + IP4_SRC, get_addr(ip + IP4_DST));
	put_addr(ip + IP4_DST, src);
	ip[IP4_TTL] = IP4_TTL_OURS;
	l3_seal(ip);
	wire_count(w, NET_ICMP_OUT);
	wire_count(w, NET_ICMP_OUT_ECHO_REPLIES);
	l3_forward(w, NULL, p);
}

/* ---- the kinds of addresses ------------------------------------------------------- */

static void count_in(struct wire *w, const struct packet *p)
{
	if (p->proto == IPPROTO_UDP)
		wire_count(w, NET_UDP_IN);
	else if (p->proto == IPPROTO_TCP)
		wire_count(w, NET_TCP_IN);
}

/* The sockets behind it answer for ports that nobody listens at; without them it
 * is done here. */
static void to_sockets(struct wire *w, const struct ingress *in,
		       struct packet *p)
{
	count_in(w, p);
	if (w->inside.send) {
		wire_to_inside(w, p);
		return;
	}
	if (p->proto == IPPROTO_UDP) {
		wire_count(w, NET_UDP_IN_NO_PORT);
		l3_error(w, in, p, ICMP_UNREACHABLE, ICMP_NO_PORT, 0);
	} else if (p->proto != IPPROTO_TCP && p->proto != IPPROTO_ICMP) {
		wire_count(w, NET_IP_IN_UNKNOWN);
		l3_error(w, in, p, ICMP_UNREACHABLE, ICMP_NO_PROTO, 0);
	}
}

static void for_circuit(struct wire *w, const struct ingress *in,
			struct packet *p)
{
	if (p->proto != IPPROTO_ICMP) {
		if (!l3_dhcp(w, in, p, false))
			to_sockets(w, in, p);
		return;
	}
	if (!is_icmp_right(w, p))
		return;
	count_icmp(w, p->data[p->l4]);
	if (p->data[p->l4] == ICMP_ECHO)
		answer_echo(w, p);
	else if (!l3_hops_reply(w, p))
		to_sockets(w, in, p);
}

static bool is_alive(const struct wire *w, const struct setup_address *a)
{
	const struct held_policy *h = w->worker ? w->worker->policy : NULL;

	return a->kind == ADDRESS_GROUP ||
	       (h && flow_answers_ping(h->p, w->worker->shared, a->addr));
}

static void for_vip(struct wire *w, struct packet *p,
		    const struct setup_address *a)
{
	if (p->proto == IPPROTO_ICMP && is_icmp_right(w, p)) {
		count_icmp(w, p->data[p->l4]);
		if (p->data[p->l4] == ICMP_ECHO && is_alive(w, a)) {
			answer_echo(w, p);
			return;
		}
	}
	wire_count(w, NET_IP_IN_DISCARDS);
}

/* Nobody but the DHCP relay agent listens for broadcasts or groups; a ping to everybody gets no answer
 * (RFC 2644, smurf). */
static void for_everybody(struct wire *w, const struct ingress *in,
			  struct packet *p)
{
	if (l3_dhcp(w, in, p, true)) {
		wire_count(w, NET_IP_IN_DELIVERS);
		return;
	}
	count_in(w, p);
	if (p->proto == IPPROTO_UDP)
		wire_count(w, NET_UDP_IN_NO_PORT);
	wire_count(w, NET_IP_IN_DISCARDS);
}

void l3_local(struct wire *w, const struct ingress *in, struct packet *p,
	      const struct setup_address *local)
{
	if (!local) {
		for_everybody(w, in, p);
		return;
	}
	if (p->fragment && !frag_add(w->frag, p, w->now_ms))
		return;
	if (ip4_header_len(p->data + p->l3) > IP4_MIN) {
		if (!l3_is_ours(in) && !l3_options_pass(w, in, p))
			return;
		if (l3_options_next(w, p)) {
			l3_forward(w, in, p);
			return;
		}
	}
	wire_count(w, NET_IP_IN_DELIVERS);
	if (local->kind == ADDRESS_CIRCUIT || local->kind == ADDRESS_INTERFACE)
		for_circuit(w, in, p);
	else
		for_vip(w, p, local);
}
