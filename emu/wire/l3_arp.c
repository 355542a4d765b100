/*
 * ARP of the switch (RFC 826): it answers for its addresses, learns its
 * neighbours, and notices who else uses an address of its own (RFC 5227).
 */
#include "emu/base/log.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/wire/frag.h"
#include "emu/wire/l3_priv.h"


#define DEFEND_MS 10000 /* RFC 5227 1.1: DEFEND_INTERVAL */

static const uint8_t everybody[ETH_ADDR_LEN] = { 255, 255, 255, 255, 255, 255 };

/* ---- announcing ---------------------------------------------------------------- */

static void announce_on(struct wire *w, unsigned vlan, struct in_addr addr)
{
	struct arp_packet a = { .op = 1, .sender = addr, .target = addr };
	uint8_t frame[ARP_FRAME_LEN];

	memcpy(a.sender_mac, w->setup->mac, ETH_ADDR_LEN);
	arp_make(&a, everybody, frame);
	sender_send(&w->sender, vlan, PORT_FLOOD, frame, sizeof(frame));
}

/* Ports listen and learn first; nobody would hear it meanwhile. */
void l3_announce(struct wire *w, const struct setup_address *a)
{
	if (a->vlan == 0)
		return;
	if (wire_is_open(w, a->vlan))
		announce_on(w, a->vlan, a->addr);
	else
		w->late[a->vlan / 64] |= UINT64_C(1) << (a->vlan % 64);
}

static bool is_any_late(const struct wire *w)
{
	for (int i = 0; i < 64; i++)
		if (w->late[i])
			return true;
	return false;
}

void l3_announce_late(struct wire *w)
{
	const struct setup *s = w->setup;
	uint64_t was[64];

	if (!is_any_late(w))
		return;
	memcpy(was, w->late, sizeof(was));
	memset(w->late, 0, sizeof(w->late));
	for (size_t i = 0; i < s->naddress; i++) {
		unsigned vlan = s->address[i].vlan;

		if (was[vlan / 64] >> (vlan % 64) & 1)
			l3_announce(w, &s->address[i]);
	}
}

/* ---- duplicates ---------------------------------------------------------------- */

static void duplicate(struct wire *w, const struct ingress *in,
		      const struct arp_packet *a)
{
	static struct log_rate rate;
	unsigned skipped = 0;
	char mac[MAC_TEXT_LEN + 1];

	if (log_rate_ok(&rate, w->now_ms, &skipped))
		log_write(LOG_IPV4, LOG_WARNING_4, T_DUPLICATE_IP,
			  str_addr(a->sender), str_mac(a->sender_mac, mac));
	if (w->now_ms < w->defend_again_ms)
		return;
	w->defend_again_ms = w->now_ms + DEFEND_MS;
	announce_on(w, in->vlan, a->sender);
}

/* ---- answering ----------------------------------------------------------------- */

/* A circuit's address is asked for on the circuit; VIPs may be in no circuit's
 * network, or be asked for by who believes them to be near. */
static bool is_answered(const struct wire *w, const struct ingress *in,
			struct in_addr target)
{
	const struct setup_address *a = setup_address(w->setup, target);

	if (!a)
		return false;
	if (a->kind == ADDRESS_VIP || a->kind == ADDRESS_GROUP)
		return a->vlan == 0 || a->vlan == in->vlan ||
		       setup_source(w->setup, in->vlan, target);
	return a->vlan == in->vlan;
}

static void answer(struct wire *w, const struct ingress *in,
		   const struct arp_packet *q)
{
	struct arp_packet a = { .op = 2,
				.sender = q->target,
				.target = q->sender };
	uint8_t frame[ARP_FRAME_LEN];

	memcpy(a.sender_mac, w->setup->mac, ETH_ADDR_LEN);
	memcpy(a.target_mac, q->sender_mac, ETH_ADDR_LEN);
	arp_make(&a, q->sender_mac, frame);
	sender_send(&w->sender, in->vlan, in->port, frame, sizeof(frame));
}

/* Somebody who may be believed: a station, in a network of this circuit. */
static bool is_neighbour(const struct wire *w, const struct ingress *in,
			 const struct arp_packet *a)
{
	const struct setup_circuit_ip *on =
		setup_circuit_of(w->setup, a->sender);

	return on && on->vlan == in->vlan && !l3_is_no_host(a->sender) &&
	       a->sender.s_addr != on->broadcast.s_addr;
}

void l3_arp(struct wire *w, const struct ingress *in, struct packet *p)
{
	struct arp_packet a;
	bool for_us = false;

	if (!arp_read(p->data, p->len, &a) || (a.sender_mac[0] & 1) ||
	    memcmp(a.sender_mac, w->setup->mac, ETH_ADDR_LEN) == 0)
		return;
	wire_count(w, a.op == 1 ? NET_ARP_IN_REQUESTS : NET_ARP_IN_REPLIES);
	for_us = is_answered(w, in, a.target);
	if (setup_address(w->setup, a.sender)) {
		if (is_answered(w, in, a.sender))
			duplicate(w, in, &a);
		return;
	}
	if (is_neighbour(w, in, &a))
		arp_learn(w->arp, in->vlan, in->port, a.sender, a.sender_mac,
			  for_us, w->now_ms);
	if (for_us && a.op == 1)
		answer(w, in, &a);
}

/* Every frame of ARP that the switch sends comes by here. */
void l3_arp_sent(struct wire *w, const uint8_t *frame, size_t len)
{
	struct arp_packet a;

	if (arp_read(frame, len, &a))
		wire_count(w, a.op == 1 ? NET_ARP_OUT_REQUESTS
					: NET_ARP_OUT_REPLIES);
}

/* ---- a new configuration --------------------------------------------------------- */

/* What waited for a neighbour that does not answer: its sender is told. */
static void lost(void *arg, unsigned vlan, uint8_t *frame, size_t len)
{
	struct wire *w = arg;
	struct packet p = { .data = frame,
			    .len = (uint32_t)len,
			    .cap = (uint32_t)len };
	const struct setup_circuit_ip *from = NULL;
	struct ingress in = { .port = PORT_FLOOD, .to_us = true };

	(void)vlan;
	wire_count(w, NET_IP_OUT_DISCARDS);
	if (packet_parse(&p) != PACKET_GOOD || p.type != ETHER_IP4)
		return;
	from = setup_circuit_of(w->setup, get_addr(p.data + p.l3 + IP4_SRC));
	if (setup_address(w->setup, get_addr(p.data + p.l3 + IP4_SRC)))
		return; /* its flow has translated it, or it is ours */
	in.vlan = from ? from->vlan : 0;
	l3_icmp_error(w, &in, &p, ICMP_UNREACHABLE, ICMP_NO_HOST, 0);
}

static bool was_there(const struct setup *old, const struct setup_address *a)
{
	const struct setup_address *o =
		old ? setup_address(old, a->addr) : NULL;

	return o && o->vlan == a->vlan;
}

void l3_published(struct wire *w, const struct setup *old)
{
	const struct setup *s = w->setup;
	bool other_mac = !old || memcmp(old->mac, s->mac, ETH_ADDR_LEN) != 0;

	arp_set_lost(w->arp, lost);
	arp_configure(w->arp, &s->arp);
	arp_set_static(w->arp, s->static_arp, s->nstatic_arp);
	frag_configure(w->frag, &s->frag);
	for (size_t i = 0; i < s->naddress; i++)
		if (other_mac || !was_there(old, &s->address[i]))
			l3_announce(w, &s->address[i]);
}
