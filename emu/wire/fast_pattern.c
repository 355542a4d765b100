/*
 * Connections to and from the switch's own sockets that begin without the switch: the
 * first one between two addresses, for a port, shows those behind it the way, whatever
 * port they come from (fastpath_shared.h, pattern).  Their flows are made when the
 * books are, or when the switch meets a packet of theirs before that.
 *
 * Who only begins connections never gets a pattern: it is made of one that is open.
 */
#include <string.h>

#include "emu/wire/fast_priv.h"

#define UNUSED_MS (60 * 1000)
/* Places in use, above which none are given to connections that are not open yet. */
#define IN_USE_MOST (FAST_WAYS / 2)

/* ---- patterns ------------------------------------------------------------------------ */

static bool is_from_us(const struct pattern *p)
{
	return !p->vlan;
}

static bool take_pair(struct fast *f, uint32_t *there, uint32_t *back)
{
	*there = place_take(f);
	*back = place_take(f);
	if (*back < FAST_WAYS)
		return true;
	if (*there < FAST_WAYS)
		place_give(f, *there);
	return false;
}

static void give_up_pair(struct fast *f, uint32_t there, uint32_t back)
{
	fastpath_drop(f->io, there);
	fastpath_drop(f->io, back);
	place_give(f, there);
	place_give(f, back);
}

static void pattern_drop(struct fast *f, struct pattern *p)
{
	give_up_pair(f, p->there, p->back);
	*p = f->pattern[--f->npattern];
}

/* ---- connections between others -------------------------------------------------------- */

/*
 * An own connection may have the address of a client (content.md 3.2).  As long as that
 * has connections with the same server and port that the switch does not end, it must
 * be the switch who sees that their ports are not the same.
 */
static uint32_t *others_at(const struct fast *f, uint32_t src, uint32_t dst,
			   uint16_t sport)
{
	uint32_t h = fast_mix(fast_mix(fast_mix(0, src), dst), sport);

	return &f->others[h % OTHERS];
}

static uint32_t *answers_of(const struct fast *f, const struct tuple *own)
{
	return others_at(f, own->dst, own->src, own->dport);
}

static void own_pattern_drop(struct fast *f, const struct half *h)
{
	const struct fast_key k = { .src = h->dst,
				    .dst = h->src,
				    .dport = h->sport,
				    .proto = IPPROTO_TCP };
	uint32_t place;

	if (!fastpath_find(f->io, &k, &place))
		return;
	for (uint32_t i = f->npattern; i--;)
		if (f->pattern[i].there == place)
			pattern_drop(f, &f->pattern[i]);
}

void fast_others(struct wire *w, const struct wflow *f, int more)
{
	if (!w->fast || f->kind == WFLOW_INSIDE ||
	    f->half[0].proto != IPPROTO_TCP)
		return;
	for (int side = 0; side < 2; side++) {
		const struct half *h = &f->half[side];

		*others_at(w->fast, h->src, h->dst, h->sport) += (uint32_t)more;
		if (more > 0)
			own_pattern_drop(w->fast, h);
	}
}

void fast_expects(struct wire *w, const struct tuple *k)
{
	struct fast *f = w->fast;

	for (uint32_t i = f ? f->npattern : 0; i--;) {
		const struct pattern *p = &f->pattern[i];

		if (p->k.src == k->src && p->k.dst == k->dst &&
		    p->k.dport == k->dport)
			pattern_drop(f, &f->pattern[i]);
	}
}

/* ---- the rules ---------------------------------------------------------------------------- */

/* Rows of the flow-state table are for either end's port. */
void fast_rules(struct fast *f, const struct policy *p)
{
	if (!f)
		return;
	f->nlater = 0;
	fastpath_flush(f->io);
	fastpath_set_odd(f->io, 0);
	for (int i = 0; i < p->nport; i++)
		if (p->port[i].proto == IPPROTO_TCP &&
		    p->port[i].mode == PORT_ROUTED)
			fastpath_set_odd(f->io, p->port[i].port);
}

/* ---- places for those that begin --------------------------------------------------------- */

static bool give_pair(struct fast *f)
{
	uint32_t there, back;

	if (!take_pair(f, &there, &back))
		return false;
	if (fastpath_give(f->io, there, back))
		return true;
	give_up_pair(f, there, back);
	return false;
}

static void give_places(struct fast *f)
{
	while (f->npattern && f->ngiven < FAST_BEGUN &&
	       f->nlive + 2 * f->ngiven < IN_USE_MOST && give_pair(f))
		f->ngiven++;
}

/* ---- what has begun ---------------------------------------------------------------------- */

static struct tuple tuple_of(const struct fast_way *w)
{
	return (struct tuple){ .src = w->key.src,
			       .dst = w->key.dst,
			       .sport = w->key.sport,
			       .dport = w->key.dport,
			       .proto = w->key.proto };
}

/* The flow that has the tuple; NULL: it is free.  One that has been there since another
 * configuration has lost its client to the new one. */
static struct wflow *flow_there(struct wire *w, const struct tuple *k)
{
	struct wflow *f = NULL;

	if (begin_is_free(w, k))
		return NULL;
	f = wflow_of(flowtab_find(w->forward->tab, k));
	if (f->kind == WFLOW_INSIDE)
		return f;
	over_drop(w, f);
	return NULL;
}

static struct wflow *flow_new(struct wire *w, const struct fast_way *there)
{
	const bool own = !there->inside;
	struct begun b = { .kind = WFLOW_INSIDE,
			   .from = tuple_of(there),
			   .there = own ? HALF_ROUTE : HALF_INSIDE,
			   .back = own ? HALF_INSIDE : HALF_ROUTE };
	struct tuple reply;
	struct flow_use use;
	struct wflow *f = NULL;

	b.to = b.from;
	reply = tuple_reverse(&b.to);
	if (flow_there(w, &reply))
		return NULL;
	use = (struct flow_use){ .key = begin_key(&b.from) };
	f = begin_flow(w, &b, &use);
	if (f)
		f->state = own ? WFLOW_OPEN : WFLOW_HALF_OPEN;
	return f;
}

static unsigned vlan_of(const struct wire *w, const struct fast_way *way)
{
	if (way->in_port == FAST_PORTS)
		return 0;
	return way->key.vlan ? way->key.vlan
			     : w->setup->port[way->in_port].vlan;
}

static void hold(struct wire *w, struct half *h, uint32_t place)
{
	const struct fast_way *way = fastpath_way(w->fast->io, place);

	place_hold(w->fast, place, h, vlan_of(w, way),
		   way->in_port == FAST_PORTS ? -1 : (int)way->in_port);
}

static void hold_both(struct wire *w, struct wflow *f,
		      const struct fast_begun *b)
{
	hold(w, &f->half[0], b->there);
	hold(w, &f->half[1], b->back);
	w->fast->begun++;
	over_look(w, f);
}

/* Two packets began it at once: the flow goes on by what it has. */
static void absorb_both(struct wire *w, struct wflow *f,
			const struct fast_begun *b)
{
	place_absorb(w->fast, b->there, &f->half[0]);
	place_absorb(w->fast, b->back, &f->half[1]);
}

static void book(struct wire *w, const struct fast_begun *b)
{
	const struct fast_way *there = fastpath_way(w->fast->io, b->there);
	struct tuple k = tuple_of(there);
	struct wflow *f = NULL, *new = NULL;

	if (b->is == FAST_HAS_BEGUN) {
		f = flow_there(w, &k);
		new = f ? NULL : flow_new(w, there);
	}
	if (new) {
		hold_both(w, new, b);
		return;
	}
	if (f)
		absorb_both(w, f, b);
	give_up_pair(w->fast, b->there, b->back);
}

bool fast_catch_up(struct wire *w)
{
	struct fast *f = w->fast;
	struct fast_begun b;
	bool any = false;

	while (f && fastpath_used(f->io, &b)) {
		f->ngiven--;
		book(w, &b);
		any = true;
	}
	if (any)
		give_places(f);
	return any;
}

/* ---- how patterns come and go -------------------------------------------------------------- */

static bool is_alike(struct wire *w, const struct pattern *p)
{
	struct fast *f = w->fast;

	if (w->setup->ecmp == ECMP_ROUNDROBIN) /* each has its own next hop */
		return false;
	if (!is_from_us(p))
		return begin_is_alike(w, p->vlan, &p->k);
	return !w->forward->has_caches && !*answers_of(f, &p->k);
}

static bool is_shown_both_ways(const struct fast *f, const struct wflow *flow)
{
	for (int side = 0; side < 2; side++) {
		const struct half *h = &flow->half[side];

		if (!h->fast || !h->same ||
		    !fastpath_is_current(f->io, h->fast - 1))
			return false;
	}
	return true;
}

static bool put(struct fast *f, struct pattern *p, const struct wflow *flow)
{
	struct fast_way there = *fastpath_way(f->io, flow->half[0].fast - 1);
	struct fast_way back = *fastpath_way(f->io, flow->half[1].fast - 1);
	uint32_t place;

	there.key.sport = there.sport = 0;
	back.key.dport = back.dport = 0;
	if (fastpath_find(f->io, &there.key, &place))
		return false;
	if (!take_pair(f, &p->there, &p->back))
		return false;
	if (fastpath_put_pattern(f->io, p->there, &there, p->back, &back))
		return true;
	give_up_pair(f, p->there, p->back);
	return false;
}

void pattern_offer(struct wire *w, struct wflow *flow)
{
	struct fast *f = w->fast;
	struct pattern p = { .k = half_tuple(&flow->half[0]),
			     .used_ms = w->now_ms };

	if (f->off || f->npattern == PATTERNS_MAX ||
	    !is_shown_both_ways(f, flow))
		return;
	flow->alike = false;
	p.k.sport = 0;
	p.vlan = f->held[flow->half[0].fast - 1].vlan;
	if (!is_alike(w, &p) || !put(f, &p, flow))
		return;
	f->pattern[f->npattern++] = p;
	give_places(f);
}

/* What called all ways back has put patterns out of force. */
static bool is_over(struct wire *w, struct pattern *p)
{
	struct fast *f = w->fast;
	uint64_t begun = __atomic_load_n(&fastpath_way(f->io, p->there)->frames,
					 __ATOMIC_RELAXED);

	if (begun != p->begun)
		p->used_ms = w->now_ms;
	p->begun = begun;
	return !fastpath_is_current(f->io, p->there) ||
	       p->used_ms + UNUSED_MS <= w->now_ms || !is_alike(w, p);
}

void pattern_look(struct wire *w)
{
	struct fast *f = w->fast;

	for (uint32_t i = f->npattern; i--;)
		if (is_over(w, &f->pattern[i]))
			pattern_drop(f, &f->pattern[i]);
	give_places(f);
}
