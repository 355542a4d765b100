/*
 * The pings of hidden services (hops.h) as packets of the switch: an identifier of
 * their own tells their answers from those to anybody else's.
 */
#include <string.h>

#include "emu/net/checksum.h"
#include "emu/wire/fast.h"
#include "emu/wire/hops.h"
#include "emu/wire/l3_priv.h"

#define ECHO_IDENT 0x4e48 /* "NH" */
#define ECHO_DATA  28	  /* bytes behind the head: 64 of Ethernet in all */

static void ping(void *arg, struct in_addr hop, uint16_t sequence)
{
	struct wire *w = arg;
	const struct setup_circuit_ip *on = setup_circuit_of(w->setup, hop);
	uint8_t room[PACKET_HEADROOM + ETH_LEN + IP4_MIN + ICMP_HEAD +
		     ECHO_DATA] = { 0 };
	uint8_t *ip = room + PACKET_HEADROOM + ETH_LEN, *icmp = ip + IP4_MIN;
	struct packet p = { .data = ip,
			    .len = IP4_MIN + ICMP_HEAD + ECHO_DATA,
			    .cap = IP4_MIN + ICMP_HEAD + ECHO_DATA };

	if (!on)
		return;
	ip[0] = 0x45;
	put16(ip + IP4_LEN, (uint16_t)p.len);
	put16(ip + IP4_ID, sequence);
	ip[IP4_TTL] = IP4_TTL_OURS;
	ip[IP4_PROTO] = IPPROTO_ICMP;
	put_addr(ip + IP4_SRC, on->addr);
	put_addr(ip + IP4_DST, hop);
	l3_seal(ip);
	icmp[0] = ICMP_ECHO;
	put16(icmp + ICMP_REST, ECHO_IDENT);
	put16(icmp + ICMP_REST + 2, sequence);
	put16(icmp + ICMP_SUM,
	      sum_fold(sum_add(0, icmp, ICMP_HEAD + ECHO_DATA)));
	if (packet_parse_ip(&p) != PACKET_GOOD)
		return;
	wire_count(w, NET_ICMP_OUT);
	wire_count(w, NET_ICMP_OUT_ECHOS);
	l3_forward(w, NULL, &p);
}

struct hops *l3_hops_new(struct wire *w)
{
	return hops_new(ping, w);
}

static bool alive(void *arg, struct in_addr hop)
{
	const struct wire *w = arg;

	return hops_alive(w->hops, hop);
}

static void ways_change(struct wire *w)
{
	setup_ways(w->setup, alive, w);
	fast_flush(w);
}

void l3_hops_follow(struct wire *w)
{
	hops_set(w->hops, w->setup->hop, w->setup->nhop, w->now_ms);
	ways_change(w);
}

void l3_hops_tick(struct wire *w)
{
	if (hops_tick(w->hops, w->now_ms))
		ways_change(w);
}

bool l3_hops_reply(struct wire *w, const struct packet *p)
{
	const uint8_t *icmp = p->data + p->l4;

	if (icmp[0] != ICMP_ECHO_REPLY || get16(icmp + ICMP_REST) != ECHO_IDENT)
		return false;
	if (hops_heard(w->hops, get_addr(p->data + p->l3 + IP4_SRC),
		       get16(icmp + ICMP_REST + 2)))
		ways_change(w);
	return true;
}
