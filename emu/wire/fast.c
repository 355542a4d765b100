#include "emu/wire/fast_priv.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/out.h"
#include "emu/base/xalloc.h"
#include "emu/plane/plane.h"
#include "emu/wire/capture.h"
#include "emu/wire/l3_priv.h"

#define FROM	   4   /* packets of a direction, until it is worth its while */
#define BOOKS_MS   200 /* between looks at what went by */
#define FEW	   8192 /* ways: more are looked at more seldom */
#define BOOKS_MANY 1000
/* Turns, and frames of its own, that a direction waits for a moment in which none of them
 * is on its way through the switch, so that hardly any is overtaken; a busy port may never
 * have one. */
#define TURNS  8
#define FRAMES 256
/* As many in use: connections that are not open yet get none from the switch.  Who
 * floods with them leaves room for those that are. */
#define HALF_OPEN_MOST (FAST_WAYS / 4)
#define NOWHERE	       FAST_PORTS

struct fast *fast_new(struct wire *w, struct fastpath *io)
{
	struct fast *f = xcalloc(1, sizeof(*f));

	f->w = w;
	f->io = io;
	f->held = xcalloc(FAST_WAYS, sizeof(*f->held));
	f->live = xcalloc(FAST_WAYS, sizeof(*f->live));
	f->spare = xcalloc(FAST_WAYS, sizeof(*f->spare));
	f->pattern = xcalloc(PATTERNS_MAX, sizeof(*f->pattern));
	f->others = xcalloc(OTHERS, sizeof(*f->others));
	if (w->forward->policy)
		fast_rules(f, forward_policy(w->forward));
	return f;
}

void fast_free(struct fast *f)
{
	if (!f)
		return;
	fastpath_flush(f->io);
	free(f->held);
	free(f->live);
	free(f->spare);
	free(f->pattern);
	free(f->others);
	free(f);
}

/* ---- places ------------------------------------------------------------------------- */

uint32_t place_take(struct fast *f)
{
	uint32_t place = FAST_WAYS;

	if (f->top < FAST_WAYS)
		place = f->top++;
	else if (f->nspare) {
		place = f->spare[f->spare_at];
		f->spare_at = (f->spare_at + 1) % FAST_WAYS;
		f->nspare--;
	}
	return place;
}

void place_give(struct fast *f, uint32_t place)
{
	f->spare[(f->spare_at + f->nspare++) % FAST_WAYS] = place;
}

void place_hold(struct fast *f, uint32_t place, struct half *h, unsigned vlan,
		int in)
{
	f->held[place] = (struct held){
		.h = h, .at = f->nlive, .vlan = (uint16_t)vlan, .in = (int8_t)in
	};
	f->live[f->nlive++] = place;
	h->fast = place + 1;
	if (f->nlive == 1)
		f->due_ms = f->w->now_ms + BOOKS_MS;
}

static void place_leave(struct fast *f, uint32_t place)
{
	struct held *e = &f->held[place];
	uint32_t last = f->live[--f->nlive];

	f->live[e->at] = last;
	f->held[last].at = e->at;
	e->h = NULL;
	place_give(f, place);
}

static struct held *held_of(const struct fast *f, const struct half *h)
{
	return &f->held[h->fast - 1];
}

static void take_back(struct fast *f, struct half *h)
{
	uint32_t place = h->fast - 1;

	fastpath_drop(f->io, place);
	place_leave(f, place);
	h->fast = 0;
}

/* ---- books --------------------------------------------------------------------------- */

static void count_ip(struct wire *w, const struct half *h, uint64_t frames)
{
	if (!h->inside)
		plane_add_net(w->plane, NET_IP_IN, frames);
	if (h->act != HALF_INSIDE)
		plane_add_net(w->plane,
			      h->inside ? NET_IP_OUT : NET_IP_FORWARDED,
			      frames);
}

/* The station that sent it is where it was, unless it has been heard elsewhere or its
 * port is lost: then it went by before that. */
static void seen_there(struct wire *w, const struct held *e,
		       const struct fast_way *way)
{
	const uint8_t *src = (const uint8_t *)&way->from + ETH_ADDR_LEN;

	if (e->in >= 0 &&
	    bridge_find(w->bridge, e->vlan, src, w->now_ms) == e->in)
		(void)bridge_learn(w->bridge, e->vlan, src, e->in, w->now_ms);
}

static void tcp_heard(struct wflow *f, struct half *h,
		      const struct fast_way *way)
{
	if (!h->seen || (int32_t)(way->end - h->end) > 0)
		h->end = way->end;
	h->seen = true;
	if (f->state == WFLOW_HALF_OPEN && !h->side && way->flags & TCP_F_ACK)
		f->state = WFLOW_OPEN;
}

/* A program that is at work there has counted the frame before the rest of it. */
static void settle_half(struct wire *w, struct half *h)
{
	struct held *e = held_of(w->fast, h);
	const struct fast_way *way = fastpath_way(w->fast->io, h->fast - 1);
	struct wflow *f = wflow_of(h);
	uint64_t bytes = __atomic_load_n(&way->bytes, __ATOMIC_RELAXED);
	uint64_t frames = __atomic_load_n(&way->frames, __ATOMIC_RELAXED);
	uint64_t more = frames - e->frames;

	if (frames && h->proto == IPPROTO_TCP)
		tcp_heard(f, h, way);
	if (!more && bytes == e->bytes)
		return;
	f->used_ms = w->now_ms;
	h->frames += more;
	h->bytes += bytes - e->bytes;
	if (f->kind == WFLOW_PLAIN)
		use_account_frames(w->worker, &f->use, h->side,
				   bytes - e->bytes, more);
	e->frames = frames;
	e->bytes = bytes;
	w->fast->frames += more;
	count_ip(w, h, more);
	seen_there(w, e, way);
}

/* true: it is a reset. */
static bool hears_end(struct wflow *f, int side, uint32_t flags)
{
	if (flags & TCP_F_FIN)
		f->fins |= (uint8_t)(1u << side);
	return (flags & TCP_F_RST) != 0;
}

/* What a connection of our own sockets ended with went by (fastpath.bpf.c). */
static void is_it_over(struct wire *w, struct wflow *f)
{
	bool reset = false;

	for (int side = 0; side < 2; side++) {
		const struct half *h = &f->half[side];
		uint32_t flags =
			h->fast ? fastpath_way(w->fast->io, h->fast - 1)->flags
				: 0;

		reset |= hears_end(f, side, flags);
	}
	if (f->use.key.proto == IPPROTO_TCP && (reset || f->fins == 3))
		over_close(w, f);
}

void place_absorb(struct fast *f, uint32_t place, struct half *h)
{
	const struct fast_way *way = fastpath_way(f->io, place);
	struct wflow *flow = wflow_of(h);

	h->frames += way->frames;
	h->bytes += way->bytes;
	count_ip(f->w, h, way->frames);
	if (way->frames)
		tcp_heard(flow, h, way);
	if (hears_end(flow, h->side, way->flags) || flow->fins == 3)
		over_close(f->w, flow);
}

static void settle_both(struct wire *w, struct wflow *f)
{
	for (int side = 0; side < 2; side++)
		if (f->half[side].fast)
			settle_half(w, &f->half[side]);
}

void fast_settle(struct wire *w, struct wflow *f)
{
	if (!w->fast || !(f->half[0].fast | f->half[1].fast))
		return;
	settle_both(w, f);
	if (f->alike && f->state == WFLOW_OPEN && f->half[1].seen)
		pattern_offer(w, f);
	is_it_over(w, f);
}

static void forget_later(struct fast *fast, const struct wflow *f)
{
	for (unsigned i = fast->nlater; i--;)
		if (wflow_of(fast->later[i].offer.h) == f)
			fast->later[i] = fast->later[--fast->nlater];
}

void fast_recall(struct wire *w, struct wflow *f)
{
	if (w->fast)
		forget_later(w->fast, f);
	if (!w->fast || !(f->half[0].fast | f->half[1].fast))
		return;
	settle_both(w, f);
	for (int side = 0; side < 2; side++)
		if (f->half[side].fast)
			take_back(w->fast, &f->half[side]);
}

static void port_add(_Atomic uint64_t *to, enum port_counter c, uint64_t now,
		     uint64_t *seen)
{
	count(&to[c], now - *seen);
	*seen = now;
}

static void settle_port(struct wire *w, int port)
{
	static const struct {
		enum port_counter c;
		size_t of;
	} counters[] = {
		{ PORT_IN_UCAST, offsetof(struct fast_port, in_frames) },
		{ PORT_IN_OCTETS, offsetof(struct fast_port, in_octets) },
		{ PORT_OUT_UCAST, offsetof(struct fast_port, out_frames) },
		{ PORT_OUT_OCTETS, offsetof(struct fast_port, out_octets) },
		{ PORT_RMON_64, offsetof(struct fast_port, size[0]) },
		{ PORT_RMON_127, offsetof(struct fast_port, size[1]) },
		{ PORT_RMON_255, offsetof(struct fast_port, size[2]) },
		{ PORT_RMON_511, offsetof(struct fast_port, size[3]) },
		{ PORT_RMON_1023, offsetof(struct fast_port, size[4]) },
		{ PORT_RMON_1518, offsetof(struct fast_port, size[5]) },
		{ PORT_RMON_OVERSIZE, offsetof(struct fast_port, size[6]) },
	};
	struct fast_port now, *was = &w->fast->seen[port];
	_Atomic uint64_t *to = w->port[port].count;

	fastpath_count(w->fast->io, (uint32_t)port, &now);
	if (!to)
		return;
	count(&to[PORT_RMON_PACKETS], now.in_frames - was->in_frames);
	count(&to[PORT_RMON_OCTETS], now.in_octets - was->in_octets);
	for (size_t i = 0; i < sizeof(counters) / sizeof(*counters); i++)
		port_add(to, counters[i].c,
			 *(uint64_t *)((char *)&now + counters[i].of),
			 (uint64_t *)((char *)was + counters[i].of));
}

void fast_settle_all(struct wire *w)
{
	struct fast *f = w->fast;

	if (!f)
		return;
	(void)fast_catch_up(w);
	/* from the end: closing takes ways out and puts the last in their places */
	for (uint32_t i = f->nlive; i--;)
		if (i < f->nlive)
			fast_settle(w, wflow_of(f->held[f->live[i]].h));
	for (int i = 0; i < w->nport; i++)
		if (w->port[i].fast)
			settle_port(w, i);
	pattern_look(w);
	f->due_ms = w->now_ms + (f->nlive < FEW ? BOOKS_MS : BOOKS_MANY);
}

/* ---- handing over --------------------------------------------------------------------- */

/* A connection of our own sockets is worth it at once: they see to it themselves. */
static bool is_own(const struct fast *fast, const struct half *h,
		   const struct wflow *f)
{
	if (h->proto != IPPROTO_TCP || !fastpath_cable(fast->io))
		return false;
	return f->state == WFLOW_OPEN ||
	       (f->state == WFLOW_HALF_OPEN && fast->nlive < HALF_OPEN_MOST);
}

static bool is_worth_it(const struct fast *fast, const struct half *h)
{
	const struct wflow *f = wflow_of((struct half *)(uintptr_t)h);

	if (f->kind == WFLOW_INSIDE)
		return is_own(fast, h, f);
	return f->kind == WFLOW_PLAIN && f->state == WFLOW_OPEN && !f->fins &&
	       !h->ftp && h->frames >= FROM &&
	       (h->proto == IPPROTO_TCP || h->proto == IPPROTO_UDP);
}

static bool may_come_by(const struct wire *w, const struct ingress *in)
{
	return !in || (in->to_us && !in->everybody && in->port >= 0 &&
		       w->port[in->port].fast);
}

/* What the IP header's checksum gains when TTL counts down: its word as it lies in
 * memory. */
static uint32_t ttl_down(void)
{
	const uint8_t one[2] = { 1, 0 };
	uint16_t word;

	memcpy(&word, one, sizeof(word));
	return (uint16_t)~word;
}

static uint32_t fold32(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

static void key_of(const struct half *h, struct fast_key *k)
{
	k->src = h->src;
	k->dst = h->dst;
	k->sport = h->sport;
	k->dport = h->dport;
	k->proto = h->proto;
}

/* All that does not depend on where it comes from and leaves. */
static struct offer offer_of(struct half *h)
{
	bool routed = !h->inside && h->act != HALF_INSIDE;
	struct offer o = { .h = h, .in = -1 };

	o.way = (struct fast_way){
		.src = h->to_src,
		.dst = h->to_dst,
		.sport = h->to_sport,
		.dport = h->to_dport,
		.sum_ip = fold32(h->sum_ip + (routed ? ttl_down() : 0)),
		.sum_addr = h->same ? 0 : h->sum_ip,
		.sum_ports = h->same ? 0 : h->sum_ports,
		.routed = routed,
		.inside = h->act == HALF_INSIDE,
		.in_port = NOWHERE,
		.out_port = NOWHERE,
		.end = h->end,
	};
	key_of(h, &o.way.key);
	return o;
}

/* macs: destination first */
static void comes_by(const struct wire *w, struct offer *o, int port,
		     unsigned vlan, unsigned tag, const uint8_t *macs)
{
	o->in = (int8_t)port;
	o->vlan = (uint16_t)vlan;
	o->way.in_port = (uint8_t)port;
	o->way.key.in = w->port[port].io->index;
	o->way.key.vlan = (uint16_t)tag;
	memcpy(&o->way.from, macs, sizeof(o->way.from));
}

static unsigned tag_of(const struct wire *w, int port, unsigned vlan)
{
	const struct setup_port *s = &w->setup->port[port];

	return s->trunk && vlan != s->vlan ? vlan : 0;
}

static void leaves_by(const struct wire *w, struct offer *o, int port,
		      unsigned vlan, const uint8_t *macs)
{
	const struct port_io *io = w->port[port].io;

	o->way.out = io->index;
	o->way.out_port = (uint8_t)port;
	o->way.mtu = (uint16_t)(io->mtu < UINT16_MAX ? io->mtu : UINT16_MAX);
	o->way.tag = (uint16_t)tag_of(w, port, vlan);
	memcpy(&o->way.to, macs, sizeof(o->way.to));
}

/* Is the way that it has the one that this packet takes?  Then it was something about
 * the packet. */
static bool is_same(const struct fast *f, const struct offer *o)
{
	uint32_t place = o->h->fast - 1;
	const struct fast_way *has = fastpath_way(f->io, place);

	return fastpath_is_current(f->io, place) &&
	       fast_is_same(&has->key, &o->way.key) &&
	       !memcmp(&has->from, &o->way.from, sizeof(has->from)) &&
	       !memcmp(&has->to, &o->way.to, sizeof(has->to)) &&
	       has->out == o->way.out && has->tag == o->way.tag;
}

/* Where it goes by now, if that is for the same packets. */
static bool keeps_place(struct fast *f, const struct offer *o)
{
	struct half *h = o->h;

	if (!h->fast)
		return false;
	settle_half(f->w, h);
	if (fast_is_same(&fastpath_way(f->io, h->fast - 1)->key, &o->way.key))
		return true;
	take_back(f, h);
	return false;
}

static void hand_over(struct wire *w, const struct offer *o)
{
	struct fast *f = w->fast;
	struct half *h = o->h;
	struct held *e = NULL;
	uint32_t place;

	if (h->fast && is_same(f, o))
		return;
	if (keeps_place(f, o)) {
		e = held_of(f, h);
		*e = (struct held){
			.h = h, .at = e->at, .vlan = o->vlan, .in = o->in
		};
	} else {
		place = place_take(f);
		if (place == FAST_WAYS)
			return;
		place_hold(f, place, h, o->vlan, o->in);
	}
	if (!fastpath_put(f->io, h->fast - 1, &o->way))
		take_back(f, h);
}

/* ---- when nothing is overtaken ---------------------------------------------------------- */

/* NULL: it does not wait. */
static struct later *later_find(struct fast *f, const struct half *h)
{
	for (unsigned i = 0; i < f->nlater; i++)
		if (f->later[i].offer.h == h)
			return &f->later[i];
	return NULL;
}

static void hand_over_later(struct wire *w, const struct offer *o)
{
	struct fast *f = w->fast;
	struct later *l = NULL;

	if (o->h->fast && is_same(f, o))
		return;
	l = later_find(f, o->h);
	if (l)
		l->offer = *o; /* as the latest packet went */
	else if (f->nlater < LATER_MAX)
		f->later[f->nlater++] =
			(struct later){ .offer = *o, .frames = o->h->frames };
	else
		hand_over(w, o);
}

bool fast_waits(const struct wire *w)
{
	return w->fast && w->fast->nlater;
}

static bool may_wait(struct later *l, uint64_t busy)
{
	const struct offer *o = &l->offer;

	return busy >> o->in & 1 && ++l->turns < TURNS &&
	       o->h->frames - l->frames < FRAMES;
}

void fast_turn_over(struct wire *w, uint64_t busy)
{
	struct fast *f = w->fast;

	for (unsigned i = f ? f->nlater : 0; i--;) {
		struct later *l = &f->later[i];
		struct offer o = l->offer;

		if (may_wait(l, busy))
			continue;
		*l = f->later[--f->nlater];
		if (!f->off && is_worth_it(f, o.h))
			hand_over(w, &o);
	}
}

/* ---- the switch's own connections ----------------------------------------------------- */

static void go_inside(struct wire *w, struct offer *o)
{
	o->way.out = fastpath_cable(w->fast->io);
	hand_over(w, o);
}

/* What answers a packet of our own sockets most likely comes from where it went; when
 * it does not, it has no way, and finds one. */
static void expect_answer(struct wire *w, struct half *asked, int port,
			  unsigned vlan, const struct fast_way *way)
{
	const uint8_t *to = (const uint8_t *)&way->to;
	struct half *h = half_other(asked);
	uint8_t macs[sizeof(way->to)];
	struct offer o;

	if (h->fast || h->act != HALF_INSIDE)
		return;
	memcpy(macs, to + ETH_ADDR_LEN, ETH_ADDR_LEN);
	memcpy(macs + ETH_ADDR_LEN, to, ETH_ADDR_LEN);
	o = offer_of(h);
	comes_by(w, &o, port, vlan, way->tag, macs);
	go_inside(w, &o);
}

/* Where our own sockets' answer will go is known, unless somebody must be asked. */
static void foresee_answer(struct wire *w, struct half *asked)
{
	struct half *h = half_other(asked);
	const struct wflow *f = wflow_of(h);
	uint8_t macs[2 * ETH_ADDR_LEN];
	struct l3_exit exit;
	struct offer o;

	if (h->fast || !h->inside || h->act == HALF_INSIDE ||
	    !l3_foresee(w, (struct in_addr){ h->to_src },
			(struct in_addr){ h->to_dst },
			h->act == HALF_VIA ? &f->via : NULL, &exit) ||
	    !w->port[exit.port].fast || !wire_may_send(w, exit.port, exit.vlan))
		return;
	memcpy(macs, exit.mac, ETH_ADDR_LEN);
	memcpy(macs + ETH_ADDR_LEN, w->setup->mac, ETH_ADDR_LEN);
	o = offer_of(h);
	leaves_by(w, &o, exit.port, exit.vlan, macs);
	hand_over(w, &o);
}

/* ---- as a packet goes ------------------------------------------------------------------ */

void fast_offer(struct wire *w, const struct ingress *in,
		const struct packet *p, struct half *h)
{
	struct fast *f = w->fast;
	struct offer *o = &f->offer;

	o->h = NULL;
	if (f->off || !is_worth_it(f, h) || !may_come_by(w, in))
		return;
	*o = offer_of(h);
	o->data = p->data;
	if (in)
		comes_by(w, o, in->port, in->vlan, p->vlan, p->data);
	if (h->act != HALF_INSIDE)
		return;
	go_inside(w, o);
	foresee_answer(w, h);
	o->h = NULL;
}

void fast_withdraw(struct wire *w)
{
	w->fast->offer.h = NULL;
}

/* In its own VLAN an untranslated one may be worth a redirect to its sender. */
void fast_leaves(struct wire *w, unsigned vlan, int port,
		 const struct packet *p)
{
	struct offer *o = &w->fast->offer;

	if (!o->h || o->data != p->data || !w->port[port].fast ||
	    (o->h->same && o->in >= 0 && o->vlan == vlan))
		return;
	leaves_by(w, o, port, vlan, p->data);
	if (wflow_of(o->h)->kind == WFLOW_PLAIN)
		hand_over_later(w, o);
	else
		hand_over(w, o);
	if (o->h->inside)
		expect_answer(w, o->h, port, vlan, &o->way);
	fast_withdraw(w);
}

/* ---- the world --------------------------------------------------------------------------- */

void fast_flush(struct wire *w)
{
	if (!w->fast)
		return;
	w->fast->nlater = 0;
	fastpath_flush(w->fast->io);
}

/* Mirrors and captures want to see every frame; a capture may end by itself. */
static bool is_off(const struct wire *w)
{
	return w->setup->span.in || w->setup->span.out ||
	       (w->captures && capture_runs(w->captures)) ||
	       fastpath_is_beaten(w->fast->io);
}

void fast_follow(struct wire *w)
{
	if (!w->fast)
		return;
	w->fast->off = is_off(w);
	fast_flush(w);
}

void fast_tick(struct wire *w)
{
	struct fast *f = w->fast;
	uint32_t changes;

	if (!f)
		return;
	changes = bridge_changes(w->bridge) + arp_changes(w->arp) +
		  trees_changes(w->trees);
	if (changes != f->changes)
		fast_flush(w);
	f->changes = changes;
	f->off = is_off(w);
	if ((f->nlive || f->npattern) && f->due_ms <= w->now_ms)
		fast_settle_all(w);
}

uint64_t fast_due_ms(const struct wire *w)
{
	const struct fast *f = w->fast;

	return f && (f->nlive || f->npattern) ? f->due_ms : UINT64_MAX;
}

static const char *state_of(const struct fast *f)
{
	if (fastpath_is_beaten(f->io))
		return "off since frames were lost";
	return f->off ? "off while frames are captured or mirrored" : "on";
}

void fast_show(const struct wire *w, struct out *o)
{
	const struct fast *f = w->fast;

	if (f)
		out_printf(o, "Fast path: %s, %u ways, %llu packets\n",
			   state_of(f), f->nlive,
			   (unsigned long long)f->frames);
	if (f && (f->npattern || f->begun))
		out_printf(o,
			   "Begun by the fast path: %llu connections, %u "
			   "patterns\n",
			   (unsigned long long)f->begun, f->npattern);
	if (f && fastpath_is_beaten(f->io))
		out_puts(o, "Not by the fast path: anything: a port has no "
			    "filter `take` any more, or another in front of it "
			    "(`tc filter show dev INTERFACE ingress`); mend it "
			    "and start the switch again\n");
	if (w->no_fast[0])
		out_printf(o, "Not by the fast path: %s\n", w->no_fast);
}
