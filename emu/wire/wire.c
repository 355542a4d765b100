/*
 * Frames in and out (wire.h): ports, VLANs, the bridge, and what is due when.
 *
 * A frame that came in is learnt from, then given to whom it is for: the switch
 * (ARP, IPv4), a flow that passes at layer 2, or another port of its VLAN.
 */
#include "emu/wire/wire_priv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "chassis/chassis.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/net/offload.h"
#include "emu/plane/plane.h"
#include "emu/plane/worker.h"
#include "emu/wire/capture.h"
#include "emu/wire/cdp.h"
#include "emu/wire/fast.h"
#include "emu/wire/frag.h"
#include "emu/wire/hops.h"

#define LINK_MS 500  /* between looks at the links of ports */
#define AGE_MS	1000 /* between looks at what grows old */
#define CDP_MAX 512  /* bytes of a hello */

static const uint8_t mac_bridges[5] = { 0x01, 0x80, 0xc2, 0x00, 0x00 };
static const uint8_t mac_cdp[6] = { 0x01, 0x00, 0x0c, 0xcc, 0xcc, 0xcc };

static bool is_group(const uint8_t mac[6])
{
	return mac[0] & 1;
}

/* ---- counters ----------------------------------------------------------------- */

static void tree_configure(struct wire *w);

static void port_count(const struct wire_port *p, enum port_counter c,
		       uint64_t n)
{
	if (p->count)
		count(&p->count[c], n);
}

static void count_size(const struct wire_port *p, uint32_t len, uint32_t n)
{
	static const struct {
		uint32_t below;
		enum port_counter c;
	} sizes[] = {
		{ 65, PORT_RMON_64 },	  { 128, PORT_RMON_127 },
		{ 256, PORT_RMON_255 },	  { 512, PORT_RMON_511 },
		{ 1024, PORT_RMON_1023 }, { 1519, PORT_RMON_1518 },
	};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		if (len >= sizes[i].below)
			continue;
		port_count(p, sizes[i].c, n);
		return;
	}
	port_count(p, PORT_RMON_OVERSIZE, n);
}

/* The frame check sequence, which no interface of a host hands over, is counted
 * as if it were there (RFC 1757: octets with FCS). */
#define FCS_LEN	  4
#define FRAME_MIN 64

/* What a frame of len bytes is on a wire. */
static uint32_t on_wire(uint32_t len)
{
	len += FCS_LEN;
	return len < FRAME_MIN ? FRAME_MIN : len;
}

/* A super-frame counts as the segments that it stands for. */
static void count_in(const struct wire_port *p, const struct packet *k)
{
	const struct offload_frames f = offload_frames(k);
	const uint64_t octets =
		(uint64_t)(f.n - 1) * on_wire(f.full) + on_wire(f.last);

	port_count(p, PORT_IN_OCTETS, octets);
	port_count(p, is_group(k->data) ? PORT_IN_NUCAST : PORT_IN_UCAST, f.n);
	port_count(p, PORT_RMON_OCTETS, octets);
	port_count(p, PORT_RMON_PACKETS, f.n);
	if (is_group(k->data))
		port_count(p,
			   k->data[0] == 0xff ? PORT_RMON_BROADCAST
					      : PORT_RMON_MULTICAST,
			   f.n);
	if (f.n > 1)
		count_size(p, on_wire(f.full), f.n - 1);
	count_size(p, on_wire(f.last), 1);
}

static void count_out(const struct wire_port *p, const struct packet *k,
		      bool sent)
{
	const struct offload_frames f = offload_frames(k);

	if (!sent) {
		port_count(p, PORT_OUT_DISCARDS, f.n);
		return;
	}
	port_count(p, PORT_OUT_OCTETS,
		   (uint64_t)(f.n - 1) * on_wire(f.full) + on_wire(f.last));
	port_count(p, is_group(k->data) ? PORT_OUT_NUCAST : PORT_OUT_UCAST,
		   f.n);
}

/* ---- frames out ------------------------------------------------------------------ */

static bool is_open(const struct wire *w, int port)
{
	return port >= 0 && port < w->nport && w->setup->port[port].present &&
	       w->setup->port[port].up && w->port[port].link &&
	       !w->port[port].guarded;
}

struct piece {
	struct wire *w;
	int port;
	unsigned tag; /* 0: none */
};

static void piece_send(void *arg, struct packet *p)
{
	const struct piece *to = arg;
	const struct wire_port *port = &to->w->port[to->port];

	if (to->tag)
		packet_tag(p, to->tag);
	if (to->w->captures)
		capture_frame(to->w->captures, to->port, true, p);
	count_out(port, p, port->io->ops->send(port->io, p));
}

/* A checksum is finished where it lies; the next port wants it open again. */
static int send_split(struct wire *w, struct piece *to, struct packet *p)
{
	uint8_t *sum = p->data + p->off.csum_start + p->off.csum_offset;
	bool open =
		p->off.checksum && sum + sizeof(uint16_t) <= p->data + p->len;
	uint16_t was = open ? get16(sum) : 0;
	int rc = offload_split(p, w->port[to->port].io->mtu, w->room,
			       sizeof(w->room), piece_send, to);

	if (open)
		put16(sum, was);
	return rc;
}

/* A tag moves the headers that an open checksum is counted from; what is put on
 * for one port must be off for the next. */
static void tagged_send(struct wire *w, int port, unsigned tag,
			const struct packet *p)
{
	struct piece to = { w, port, tag };
	struct port_io *io = w->port[port].io;
	struct packet copy = *p;
	bool open = p->off.checksum || p->off.gso;

	if (!open && p->len <= io->mtu + ETH_LEN)
		piece_send(&to, &copy);
	else if (open && io->takes_offload &&
		 (p->off.gso || p->len <= io->mtu + ETH_LEN))
		piece_send(&to, &copy);
	else if (send_split(w, &to, &copy))
		port_count(&w->port[port], PORT_OUT_DISCARDS, 1);
	if (copy.data != p->data) /* a tag was put on in front: back again */
		memmove(p->data, copy.data, (size_t)ETH_LEN - 2);
}

/* setspan: the frame as it was, whatever else the monitor's port is used for. */
static void mirror(struct wire *w, unsigned tag, const struct packet *p)
{
	if (is_open(w, w->setup->span.to))
		tagged_send(w, w->setup->span.to, tag, p);
}

static void port_send(struct wire *w, int port, unsigned vlan,
		      const struct packet *p)
{
	const struct setup_port *s = &w->setup->port[port];
	unsigned tag = s->trunk && vlan != s->vlan ? vlan : 0;

	tagged_send(w, port, tag, p);
	if (w->setup->span.out && w->setup->span.from == port)
		mirror(w, tag, p);
}

bool wire_may_send(const struct wire *w, int port, unsigned vlan)
{
	return is_open(w, port) && setup_carries(&w->setup->port[port], vlan) &&
	       trees_state(w->trees, vlan, port) == STP_FORWARD;
}

static void flood(struct wire *w, unsigned vlan, int except,
		  const struct packet *p)
{
	for (int i = 0; i < w->nport; i++)
		if (i != except && wire_may_send(w, i, vlan))
			port_send(w, i, vlan, p);
}

void wire_transmit(struct wire *w, unsigned vlan, int port, int except,
		   struct packet *p)
{
	if (port == PORT_FLOOD && !is_group(p->data))
		port = bridge_find(w->bridge, vlan, p->data, w->now_ms);
	if (port == PORT_FLOOD)
		flood(w, vlan, except, p);
	else if (port != except && wire_may_send(w, port, vlan)) {
		if (w->fast)
			fast_leaves(w, vlan, port, p);
		port_send(w, port, vlan, p);
	}
}

bool wire_is_open(const struct wire *w, unsigned vlan)
{
	for (int i = 0; i < w->nport; i++)
		if (wire_may_send(w, i, vlan))
			return true;
	return false;
}

void wire_to_inside(struct wire *w, struct packet *p)
{
	if (!w->inside.send || !w->inside.send(w->inside.arg, p))
		wire_count(w, NET_IP_IN_DISCARDS);
}

/* Frames that parts of the switch have made; VLAN 0 goes below the bridge. */
static void own_frame(void *arg, unsigned vlan, int port, const uint8_t *frame,
		      size_t len)
{
	struct wire *w = arg;
	uint8_t room[PACKET_HEADROOM + 2048];
	struct packet p = { .data = room + PACKET_HEADROOM,
			    .len = (uint32_t)len,
			    .cap = sizeof(room) - PACKET_HEADROOM };

	if (len > p.cap)
		return;
	l3_arp_sent(w, frame, len);
	memcpy(p.data, frame, len);
	if (vlan)
		wire_transmit(w, vlan, port, PORT_FLOOD, &p);
	else if (is_open(w, port))
		port_send(w, port, 0, &p);
}

/* What waited for an answer of ARP. */
static void ready_frame(void *arg, unsigned vlan, int port, uint8_t *frame,
			size_t len)
{
	struct wire *w = arg;
	struct packet p = { .data = w->waited + PACKET_HEADROOM,
			    .len = (uint32_t)len,
			    .cap = sizeof(w->waited) - PACKET_HEADROOM };

	if (len > p.cap)
		return;
	memcpy(p.data, frame, len);
	wire_transmit(w, vlan, port, PORT_FLOOD, &p);
}

/* ---- frames in ------------------------------------------------------------------- */

/* The VLAN that it belongs to; 0: of none that the port carries. */
static unsigned vlan_of(const struct setup_port *s, const struct packet *p)
{
	if (!p->vlan)
		return s->vlan;
	if (s->trunk)
		return setup_carries(s, p->vlan) ? p->vlan : 0;
	return p->vlan == s->vlan ? p->vlan : 0;
}

static bool is_ours(const struct wire *w, const uint8_t mac[6])
{
	return !memcmp(mac, w->setup->mac, 6);
}

struct bridging {
	struct wire *w;
	const struct ingress *in;
};

static void bridge_one(void *arg, struct packet *p)
{
	struct bridging *b = arg;

	wire_transmit(b->w, b->in->vlan, PORT_FLOOD, b->in->port, p);
}

static void bridge_fragment(void *arg, struct packet *p)
{
	struct bridging *b = arg;

	wire_count(b->w, NET_FRAGMENT_OUT);
	bridge_one(arg, p);
}

/* Bridged on, as it came: what was put together is in fragments again. */
static void bridge_on(struct wire *w, const struct ingress *in,
		      struct packet *p)
{
	struct bridging b = { w, in };

	if (!p->pieces || p->len - p->l3 <= p->pieces)
		bridge_one(&b, p);
	else if (frag_split(p, p->pieces, w->waited, sizeof(w->waited),
			    bridge_fragment, &b) == 0)
		wire_count(w, NET_FRAGMENT_SPLIT);
	else
		wire_count(w, NET_IP_OUT_DISCARDS);
}

static void deliver(struct wire *w, const struct ingress *in, struct packet *p)
{
	if (p->type == ETHER_ARP) {
		/* before the answer: what is asked for may be another's, too */
		if (in->everybody || !in->to_us)
			bridge_on(w, in, p);
		if (in->to_us)
			l3_arp(w, in, p);
		return;
	}
	/* ip uncond-bridging: what is not to us is not looked at */
	if (p->type == ETHER_IP4 && (in->to_us || !w->setup->uncond_bridging)) {
		if (in->to_us)
			wire_count(w, NET_IP_IN);
		if (in->everybody)
			bridge_on(w, in, p);
		if (forward_packet(w, in, p))
			return;
	}
	if (!in->to_us)
		bridge_on(w, in, p);
	else if (in->everybody && p->type != ETHER_IP4)
		bridge_on(w, in, p);
}

/* Group addresses of bridges are never passed on (IEEE 802.1D table 7-9). */
static bool is_for_bridges(const uint8_t *mac)
{
	return !memcmp(mac, mac_bridges, sizeof(mac_bridges)) && mac[5] < 0x10;
}

/* bpdu-guard: a port that should have hosts only, and hears a bridge, is shut until
 * the operator opens it. */
static void guard(struct wire *w, int port)
{
	log_write(LOG_NETMAN, LOG_ERROR_3, T_BPDU_GUARD,
		  w->setup->port[port].name);
	w->port[port].guarded = true;
	tree_configure(w);
}

static void bpdu(struct wire *w, int port, unsigned vlan,
		 const struct packet *p)
{
	if (trees_receive(w->trees, vlan, port, p->data, p->len, w->now_ms))
		guard(w, port);
}

static bool below_bridge(struct wire *w, int port, unsigned vlan,
			 const struct packet *p)
{
	if (is_for_bridges(p->data)) {
		if (p->data[5] == 0)
			bpdu(w, port, vlan, p);
		return true;
	}
	return !memcmp(p->data, mac_cdp, sizeof(mac_cdp));
}

static void take(struct wire *w, int port, struct packet *p)
{
	const struct setup_port *s = &w->setup->port[port];
	enum packet_fault fault = PACKET_GOOD;
	struct ingress in = { .port = port };
	enum stp_state state;

	if (!is_open(w, port))
		return;
	if (p->len < ETH_LEN) {
		port_count(&w->port[port], PORT_RMON_UNDERSIZE, 1);
		return;
	}
	if (w->captures)
		capture_frame(w->captures, port, false, p);
	count_in(&w->port[port], p);
	fault = packet_parse(p);
	if (w->setup->span.in && w->setup->span.from == port &&
	    (fault == PACKET_GOOD || !(p->off.checksum || p->off.gso)))
		mirror(w, p->vlan, p);
	in.vlan = (uint16_t)vlan_of(s, p);
	if (below_bridge(w, port, in.vlan, p))
		return;
	state = trees_state(w->trees, in.vlan, port);
	if (!in.vlan || fault == PACKET_SHORT || state < STP_LEARN) {
		port_count(&w->port[port], PORT_IN_DISCARDS, 1);
		return;
	}
	(void)bridge_learn(w->bridge, in.vlan, p->data + ETH_ADDR_LEN, port,
			   w->now_ms);
	if (state != STP_FORWARD)
		return;
	in.everybody = is_group(p->data);
	in.to_us = in.everybody || is_ours(w, p->data);
	if (fault != PACKET_GOOD) {
		wire_count(w, NET_IP_IN);
		wire_count(w, NET_IP_IN_HEADER_ERRORS);
		return;
	}
	deliver(w, &in, p);
}

void wire_receive(struct wire *w, int port, struct packet *p, uint64_t now_ms)
{
	assert(port >= 0 && port < w->nport);
	w->now_ms = now_ms;
	take(w, port, p);
}

void wire_from_inside(struct wire *w, struct packet *p, uint64_t now_ms)
{
	w->now_ms = now_ms;
	if (packet_parse_ip(p) == PACKET_GOOD)
		forward_from_inside(w, p);
}

void wire_flush(struct wire *w)
{
	for (int i = 0; i < w->nport; i++) {
		struct wire_port *p = &w->port[i];

		p->io->ops->flush(p->io);
		port_count(p, PORT_OUT_DISCARDS, p->io->unsent - p->unsent);
		p->unsent = p->io->unsent;
	}
}

/* ---- links and the spanning tree -------------------------------------------------- */

static void tree_configure(struct wire *w)
{
	for (size_t t = 0; t < w->setup->ntree; t++)
		for (int i = 0; i < w->nport; i++)
			w->setup->tree[t].port[i].up = is_open(w, i);
	fast_flush(w);
	trees_configure(w->trees, &w->setup->stp, w->setup->tree,
			w->setup->ntree, w->nport, w->now_ms);
}

static void link_lost(struct wire *w, int port)
{
	bridge_forget_port(w->bridge, port);
	arp_forget_port(w->arp, port);
}

static void look_at_links(struct wire *w)
{
	bool changed = false;

	for (int i = 0; i < w->nport; i++) {
		bool link = port_has_link(w->port[i].io);

		if (port_follow_mtu(w->port[i].io))
			fast_flush(w);
		if (link == w->port[i].link)
			continue;
		w->port[i].link = link;
		changed = true;
		if (!link)
			link_lost(w, i);
	}
	if (changed)
		tree_configure(w);
}

/* ---- CDP ---------------------------------------------------------------------------- */

static void cdp_hello(struct wire *w)
{
	struct in_addr addr[8];
	size_t n = 0;

	for (size_t i = 0; i < w->setup->nip && n < 8; i++)
		addr[n++] = w->setup->ip[i].addr;
	for (int i = 0; i < w->nport; i++) {
		const struct setup_port *s = &w->setup->port[i];
		struct cdp_hello h = {
			.device = w->setup->cdp.product,
			.port = s->name,
			.version = w->version,
			.platform = w->setup->cdp.product,
			.addr = addr,
			.naddr = n,
			.native_vlan = s->vlan,
			.holdtime_s = w->setup->cdp.holdtime_s,
			.v2 = w->setup->cdp.v2,
			.full_duplex = true,
		};
		uint8_t frame[CDP_MAX];
		size_t len = 0;

		memcpy(h.mac, s->mac, sizeof(h.mac));
		len = is_open(w, i) ? cdp_make(&h, frame, sizeof(frame)) : 0;
		if (len)
			own_frame(w, 0, i, frame, len);
	}
}

/* ---- time ----------------------------------------------------------------------------- */

static uint64_t sooner(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static bool is_due(uint64_t *due_ms, uint64_t now_ms, uint64_t period_ms)
{
	if (now_ms < *due_ms)
		return false;
	*due_ms = now_ms + period_ms;
	return true;
}

void wire_advance(struct wire *w, uint64_t now_ms)
{
	w->now_ms = now_ms;
	if (is_due(&w->link_due_ms, now_ms, LINK_MS))
		look_at_links(w);
	if (trees_due_ms(w->trees) <= now_ms)
		trees_tick(w->trees, now_ms);
	bridge_hurry(w->bridge, w->setup->stp.forward_s,
		     trees_in_change(w->trees));
	if (arp_due_ms(w->arp) <= now_ms)
		arp_tick(w->arp, now_ms);
	if (hops_due_ms(w->hops) <= now_ms)
		l3_hops_tick(w);
	if (is_due(&w->age_due_ms, now_ms, AGE_MS)) {
		bridge_age(w->bridge, now_ms);
		frag_tick(w->frag, now_ms, l3_never_whole, w);
		l3_announce_late(w);
		if (w->captures)
			capture_flush(w->captures);
	}
	fast_tick(w);
	if (forward_due_ms(w) <= now_ms)
		forward_tick(w);
	if (w->setup->cdp.run &&
	    is_due(&w->cdp_due_ms, now_ms, w->setup->cdp.timer_s * 1000u))
		cdp_hello(w);
}

uint64_t wire_due_ms(struct wire *w)
{
	uint64_t due = sooner(w->link_due_ms, w->age_due_ms);

	due = sooner(due, trees_due_ms(w->trees));
	due = sooner(due, arp_due_ms(w->arp));
	due = sooner(due, hops_due_ms(w->hops));
	due = sooner(due, forward_due_ms(w));
	due = sooner(due, fast_due_ms(w));
	if (w->setup->cdp.run)
		due = sooner(due, w->cdp_due_ms);
	return due;
}

/* ---- life -------------------------------------------------------------------------------- */

struct wire *wire_new(struct plane *plane, const struct chassis *ch,
		      const char *version, uint64_t now_ms)
{
	struct wire *w = xcalloc(1, sizeof(*w));
	struct setup *none = xcalloc(1, sizeof(*none));

	(void)pthread_mutex_init(&w->lock, NULL);
	w->plane = plane;
	w->version = version;
	w->now_ms = now_ms;
	w->worker = plane_packet_worker(plane);
	memcpy(none->mac, chassis_mac(ch), sizeof(none->mac));
	none->fib = fib_new(NULL, 0, ECMP_ADDRESS);
	w->setup = none;
	w->sender = (struct sender){ w, own_frame };
	w->bridge = bridge_new();
	w->trees = trees_new(&w->sender);
	w->arp = arp_new(&w->sender, ready_frame, w);
	w->hops = l3_hops_new(w);
	w->frag = frag_new(plane);
	w->forward = forward_new(w);
	return w;
}

void wire_free(struct wire *w)
{
	if (!w)
		return;
	wire_stop(w);
	captures_free(w->captures);
	forward_free(w->forward);
	fast_free(w->fast);
	frag_free(w->frag);
	hops_free(w->hops);
	arp_free(w->arp);
	trees_free(w->trees);
	bridge_free(w->bridge);
	for (int i = 0; i < w->nport; i++)
		w->port[i].io->ops->close(w->port[i].io);
	setup_free(w->setup);
	(void)pthread_mutex_destroy(&w->lock);
	free(w);
}

int wire_wire(struct wire *w, unsigned slot, unsigned number,
	      struct port_io *io)
{
	assert(w->nport < WIRE_PORT_MAX);
	w->port[w->nport] = (struct wire_port){
		.io = io,
		.slot = (uint8_t)slot,
		.number = (uint8_t)number,
		.count = plane_port(w->plane, slot, number),
		.link = port_has_link(io),
	};
	return w->nport++;
}

void wire_set_fast(struct wire *w, struct fastpath *io, const bool *port)
{
	w->fast = fast_new(w, io);
	for (int i = 0; i < w->nport; i++)
		w->port[i].fast = port[i];
}

void wire_set_no_fast(struct wire *w, const char *why)
{
	(void)str_copy(w->no_fast, sizeof(w->no_fast), why);
}

void wire_set_inside(struct wire *w, const struct wire_inside *in)
{
	w->inside = *in;
}

/* ---- following the configuration ----------------------------------------------------------- */

static void ports_configure(struct wire *w, const struct setup *old)
{
	bridge_set_ageing(w->bridge, w->setup->bridge_ageing_s);
	for (int i = 0; i < w->nport; i++) {
		if (!w->setup->port[i].up || !w->setup->stp.bpdu_guard)
			w->port[i].guarded = false;
		if (i < old->nport && old->port[i].up && !is_open(w, i))
			link_lost(w, i);
	}
	tree_configure(w);
}

void wire_publish(struct wire *w, const struct conf *conf,
		  const struct chassis *ch, uint64_t now_ms)
{
	struct setup_port port[WIRE_PORT_MAX] = { 0 };
	struct setup *old = NULL, *now = NULL;

	for (int i = 0; i < w->nport; i++) {
		port[i].slot = w->port[i].slot;
		port[i].number = w->port[i].number;
	}
	now = setup_build(conf, ch, plane_policy(w->plane), port, w->nport);
	wire_lock(w);
	if (now_ms > w->now_ms)
		w->now_ms = now_ms;
	old = w->setup;
	w->setup = now;
	if (now->cdp.run && !old->cdp.run)
		w->cdp_due_ms = w->now_ms;
	ports_configure(w, old);
	l3_hops_follow(w);
	l3_published(w, old);
	fast_follow(w);
	wire_unlock(w);
	wire_wake(w);
	setup_free(old);
}

/* ---- what the control thread asks ------------------------------------------------------------ */

static int place_of(const struct wire *w, unsigned slot, unsigned number)
{
	for (int i = 0; i < w->nport; i++)
		if (w->port[i].slot == slot && w->port[i].number == number)
			return i;
	return -1;
}

bool wire_has_link(struct wire *w, unsigned slot, unsigned number)
{
	int i = place_of(w, slot, number);
	bool link = false;

	wire_lock(w);
	link = i >= 0 && w->port[i].link && !w->port[i].guarded;
	wire_unlock(w);
	return link;
}

struct bridge_entry *wire_bridge(struct wire *w, unsigned vlan, size_t *n)
{
	struct bridge_entry *all = NULL;

	wire_lock(w);
	all = bridge_copy(w->bridge, vlan, w->now_ms, n);
	wire_unlock(w);
	return all;
}

bool wire_stp(struct wire *w, unsigned vlan, struct stp_info *i)
{
	const struct stp *tree = NULL;

	wire_lock(w);
	tree = trees_find(w->trees, vlan);
	if (tree)
		stp_info(tree, i);
	wire_unlock(w);
	return tree != NULL;
}

bool wire_stp_port(struct wire *w, unsigned vlan, unsigned slot,
		   unsigned number, struct stp_port_info *info)
{
	int i = place_of(w, slot, number);
	const struct stp *tree = NULL;

	if (i < 0)
		return false;
	wire_lock(w);
	tree = trees_find(w->trees, vlan);
	if (tree)
		stp_port_info(tree, i, info);
	wire_unlock(w);
	return tree != NULL;
}

struct arp_entry *wire_arp(struct wire *w, size_t *n)
{
	struct arp_entry *all = NULL;

	wire_lock(w);
	all = arp_copy(w->arp, n);
	wire_unlock(w);
	return all;
}

void wire_arp_clear(struct wire *w, struct in_addr addr)
{
	wire_lock(w);
	arp_clear(w->arp, addr);
	wire_unlock(w);
}

bool wire_hop_alive(struct wire *w, struct in_addr hop)
{
	bool alive = false;

	wire_lock(w);
	alive = hops_alive(w->hops, hop);
	wire_unlock(w);
	return alive;
}

int wire_flows(struct wire *w, struct flow_line *line, int max)
{
	int n = 0;

	wire_lock(w);
	n = forward_lines(w, line, max);
	wire_unlock(w);
	return n;
}

const char *wire_port_name(const struct wire *w, int port)
{
	return port >= 0 && port < w->nport ? w->setup->port[port].name : "";
}

void wire_show(struct wire *w, struct out *o)
{
	out_col(o, 10, "Port");
	out_col(o, 24, "Interface");
	out_col(o, 8, "Link");
	out_col(o, 8, "MTU");
	out_col(o, 18, "Lost by the host");
	out_puts(o, "Not taken\n");
	wire_lock(w);
	for (int i = 0; i < w->nport; i++) {
		const struct wire_port *p = &w->port[i];

		out_col(o, 10, "%s", w->setup->port[i].name);
		out_col(o, 24, "%s", port_kind(p->io));
		out_col(o, 8, "%s", p->link ? "Up" : "Down");
		out_col(o, 8, "%u", p->io->mtu);
		out_col(o, 18, "%llu", (unsigned long long)p->io->dropped);
		out_printf(o, "%llu\n", (unsigned long long)p->io->unsent);
	}
	fast_settle_all(w);
	fast_show(w, o);
	wire_unlock(w);
}
