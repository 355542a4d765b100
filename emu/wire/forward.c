/*
 * IPv4 packets: to the flow that they belong to, or to who decides about them
 * (begin.c).  A packet of a set-up flow costs one look at the hash and one at the
 * flow; nothing is decided, allocated or logged.
 */
#include "emu/wire/forward_priv.h"

#include <assert.h>
#include <stdlib.h>

#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/io/rnd.h"
#include "emu/plane/plane.h"
#include "emu/wire/fast.h"
#include "emu/wire/frag.h"

struct half *forward_find(struct wire *w, const struct tuple *k)
{
	struct half *h = flowtab_find(w->forward->tab, k);

	if (!h && fast_catch_up(w))
		h = flowtab_find(w->forward->tab, k);
	return h;
}

/* ---- a packet of a flow ---------------------------------------------------------- */

static void route(struct wire *w, const struct ingress *in, struct packet *p,
		  const struct half *h)
{
	const struct wflow *f = wflow_of((struct half *)(uintptr_t)h);

	if (h->act == HALF_VIA)
		l3_forward_via(w, in, f->via, p);
	else
		l3_forward(w, in, p);
}

/* Who gets an error of ICMP about it must recognise what it sent. */
static void route_translated(struct wire *w, const struct ingress *in,
			     struct packet *p, struct half *h)
{
	struct ingress as = { 0 };

	xlate_apply(p, h);
	w->forward->under_way = h;
	if (in) {
		as = *in;
		as.translated = true;
	}
	route(w, in ? &as : NULL, p, h);
	w->forward->under_way = NULL;
}

void forward_restore(struct wire *w, struct packet *p)
{
	const struct half *h = w->forward->under_way;
	struct tuple was;

	if (!h)
		return;
	was = half_tuple(h);
	xlate_to(p, &was);
	w->forward->under_way = NULL;
}

static void send_on(struct wire *w, const struct ingress *in, struct packet *p,
		    struct half *h)
{
	if (h->act == HALF_INSIDE) {
		if (!h->same)
			xlate_apply(p, h);
		wire_to_inside(w, p);
	} else if (h->same) {
		route(w, in, p, h);
	} else {
		route_translated(w, in, p, h);
	}
}

void forward_note(struct wire *w, const struct ingress *in,
		  const struct packet *p, struct half *h)
{
	struct wflow *f = wflow_of(h);
	uint32_t len = p->len - p->l3;

	if (f->state == WFLOW_PARKED)
		over_revive(w, f);
	f->used_ms = w->now_ms;
	h->port = (int8_t)(in ? in->port : PORT_INSIDE);
	h->bytes += len;
	h->frames++;
	if (f->kind == WFLOW_PLAIN || f->kind == WFLOW_WAY)
		use_account(w->worker, &f->use, h->side, len);
	if (p->proto == IPPROTO_TCP)
		over_segment(w, f, h, p);
}

void forward_flow(struct wire *w, const struct ingress *in, struct packet *p,
		  struct half *h)
{
	forward_note(w, in, p, h);
	if (h->ftp)
		ftp_track_segment(w, h, p);
	if (w->fast)
		fast_offer(w, in, p, h);
	send_on(w, in, p, h);
	if (w->fast)
		fast_withdraw(w);
}

/* A client that begins anew from the port of a connection that is over. */
static bool begins_anew(const struct wflow *f, const struct packet *p)
{
	return p->proto == IPPROTO_TCP && f->state >= WFLOW_OVER && is_syn(p);
}

/* Before the first packet of another is looked at, all that have begun are known. */
static void make_room(struct wire *w, struct half *h)
{
	over_drop(w, wflow_of(h));
	(void)fast_catch_up(w);
}

/* false: it is nobody's of those that may send it. */
static bool is_from_right_side(const struct half *h, const struct ingress *in)
{
	return h->inside == (in == NULL);
}

/* ---- a packet of none -------------------------------------------------------------- */

void forward_plain(struct wire *w, const struct ingress *in, struct packet *p)
{
	struct in_addr dst = get_addr(p->data + p->l3 + IP4_DST);
	const struct setup_address *local = setup_address(w->setup, dst);

	if (local)
		l3_local(w, in, p, local);
	else
		l3_forward(w, in, p);
}

/* Broadcasts and multicasts that the switch itself may be interested in. */
static void everybody(struct wire *w, const struct ingress *in,
		      struct packet *p, const struct tuple *k)
{
	struct in_addr dst = get_addr(p->data + p->l3 + IP4_DST);
	uint32_t a = ntohl(dst.s_addr);
	bool all = dst.s_addr == INADDR_BROADCAST || IN_MULTICAST(a);

	for (size_t i = 0; i < w->setup->nip && !all; i++)
		all = w->setup->ip[i].broadcast.s_addr == dst.s_addr;
	if (!all)
		return;
	if (!begin_denied(w, in, p, k))
		l3_local(w, in, p, NULL);
}

static bool is_rule_proto(uint8_t proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP;
}

static bool of_none(struct wire *w, const struct ingress *in, struct packet *p,
		    const struct tuple *k)
{
	if (screen_packet(w, p))
		return true;
	if (!in->to_us && !l3_takes(w, in, p))
		return passing_packet(w, in, p, k);
	if (in->everybody)
		everybody(w, in, p, k);
	else if (p->proto == IPPROTO_ICMP && p->l4)
		icmp_packet(w, in, p);
	else if (is_rule_proto(p->proto) && k)
		begin_packet(w, in, p, k);
	else if (!begin_denied(w, in, p, NULL))
		forward_plain(w, in, p);
	return true;
}

/* ---- from the ports ------------------------------------------------------------------ */

static void turn(struct wire *w)
{
	struct worker *k = w->worker;

	if (k->now_ms != w->now_ms ||
	    atomic_load_explicit(&k->next_policy, memory_order_relaxed))
		worker_packet_turn(k, w->now_ms,
				   w->thread ? k->wall_s : w->now_ms / 1000);
	if (k->policy && k->policy != w->forward->policy)
		servers_build(w->forward);
}

/* Of what may belong to a flow, or is for the switch (content.md 3.7): ports stand
 * in the first fragment only. */
static bool must_be_whole(const struct wire *w, const struct ingress *in,
			  const struct packet *p, bool routed)
{
	const uint8_t *ip = p->data + p->l3;

	if (in->to_us &&
	    (in->everybody || setup_address(w->setup, get_addr(ip + IP4_DST))))
		return true;
	return is_rule_proto(ip[IP4_PROTO]) &&
	       frag_wants(w->frag, ip[IP4_PROTO]) &&
	       (routed || passing_may_take(w, p));
}

enum fragment {
	FRAGMENT_WHOLE, /* with it, its packet is */
	FRAGMENT_TAKEN,
	FRAGMENT_PASSES, /* at layer 2, as it is */
};

static enum fragment fragment(struct wire *w, const struct ingress *in,
			      struct packet *p)
{
	bool routed = in->to_us || l3_takes(w, in, p);

	if (routed && screen_packet(w, p))
		return FRAGMENT_TAKEN;
	if (must_be_whole(w, in, p, routed))
		return frag_add(w->frag, p, w->now_ms) ? FRAGMENT_WHOLE
						       : FRAGMENT_TAKEN;
	if (begin_denied(w, in, p, NULL))
		return FRAGMENT_TAKEN;
	if (!routed)
		return FRAGMENT_PASSES;
	l3_forward(w, in, p);
	return FRAGMENT_TAKEN;
}

bool forward_packet(struct wire *w, const struct ingress *in, struct packet *p)
{
	struct tuple k;
	struct half *h = NULL;
	enum fragment part = FRAGMENT_WHOLE;
	bool told = false;

	turn(w);
	if (!w->worker->policy)
		return !in->to_us ? false : (forward_plain(w, in, p), true);
	if (p->fragment)
		part = fragment(w, in, p);
	if (part != FRAGMENT_WHOLE)
		return part == FRAGMENT_TAKEN;
	told = xlate_tuple(p, &k);
	if (told && !in->everybody)
		h = forward_find(w, &k);
	if (h) {
		__builtin_prefetch(&wflow_of(h)->use.rule, 0);
		__builtin_prefetch(&wflow_of(h)->used_ms, 1);
	}
	if (h)
		fast_settle(w, wflow_of(h));
	if (h && begins_anew(wflow_of(h), p)) {
		make_room(w, h);
		h = NULL;
	}
	if (!h)
		return of_none(w, in, p, told ? &k : NULL);
	if (!is_from_right_side(h, in)) {
		(void)screen_packet(w, p);
		return true;
	}
	if (!in->to_us && h->same && h->act == HALF_ROUTE &&
	    !l3_takes(w, in, p)) { /* it passes at layer 2 */
		forward_note(w, in, p, h);
		return false;
	}
	forward_flow(w, in, p, h);
	return true;
}

#define ICMP_ECHO 8

/* ---- from the switch's own sockets ------------------------------------------------ */

static bool opens(const struct packet *p)
{
	if (p->proto == IPPROTO_TCP)
		return !(p->data[p->l4 + TCP_FLAGS] & TCP_F_RST);
	return p->proto == IPPROTO_UDP || p->data[p->l4] == ICMP_ECHO;
}

/* The way back is where the answer comes in: to the inside. */
void forward_from_inside(struct wire *w, struct packet *p)
{
	struct half *h = NULL;
	struct tuple k;

	turn(w);
	if (p->fragment || !w->worker->policy || !xlate_tuple(p, &k)) {
		l3_forward(w, NULL, p);
		return;
	}
	h = forward_find(w, &k);
	if (h)
		fast_settle(w, wflow_of(h));
	if (h && (!h->inside || begins_anew(wflow_of(h), p))) {
		if (wflow_of(h)->state >= WFLOW_OVER)
			make_room(w, h);
		h = NULL;
	}
	if (!h && opens(p))
		h = begin_from_inside(w, &k);
	if (h)
		forward_flow(w, NULL, p, h);
	else
		l3_forward(w, NULL, p);
}

/* ---- time ------------------------------------------------------------------------- */

void forward_tick(struct wire *w)
{
	turn(w);
	flowtab_turn(w->forward->tab, w->now_ms, over_look, w);
	expected_tick(w);
}

uint64_t forward_due_ms(const struct wire *w)
{
	return flowtab_due_ms(w->forward->tab);
}

/* ---- what the control thread asks ------------------------------------------------ */

static void port_name(const struct wire *w, int port, char *to, size_t cap)
{
	if (port >= 0 && port < w->setup->nport)
		(void)str_copy(to, cap, w->setup->port[port].name);
}

static void lines_of(const struct wire *w, const struct wflow *f,
		     struct flow_line *line)
{
	const uint64_t bytes[2] = { f->half[0].bytes, f->half[1].bytes };

	use_lines(&f->use, w->now_ms - f->used_ms, bytes, line);
	for (int side = 0; side < 2; side++) {
		port_name(w, f->half[side].port, line[side].in,
			  sizeof(line[side].in));
		port_name(w, f->half[!side].port, line[side].out,
			  sizeof(line[side].out));
	}
}

static bool is_shown(const struct wflow *f)
{
	return f->kind == WFLOW_PLAIN &&
	       (f->state == WFLOW_HALF_OPEN || f->state == WFLOW_OPEN);
}

int forward_lines(struct wire *w, struct flow_line *line, int max)
{
	struct wflow *f;
	uint32_t at = 0;
	int n = 0;

	fast_settle_all(w);
	while (n + 2 <= max && (f = flowtab_each(w->forward->tab, &at))) {
		if (!is_shown(f))
			continue;
		lines_of(w, f, &line[n]);
		n += 2;
	}
	return n;
}

static int side_flows(void *arg, struct flow_line *line, int max)
{
	struct wire *w = arg;
	int n;

	wire_lock(w);
	n = forward_lines(w, line, max);
	wire_unlock(w);
	return n;
}

static void side_reset(void *arg, unsigned service)
{
	struct wire *w = arg;
	struct wflow *f;
	uint32_t at = 0;

	wire_lock(w);
	fast_settle_all(w);
	while ((f = flowtab_each(w->forward->tab, &at)))
		if (is_shown(f) && f->use.member &&
		    f->use.member->svc->index == service)
			over_reset(w, f);
	wire_unlock(w);
	wire_wake(w);
}

/* ---- life ------------------------------------------------------------------------- */

struct forward *forward_new(struct wire *w)
{
	struct forward *f = xcalloc(1, sizeof(*f));
	uint64_t seed = 0;

	rnd_bytes(&seed, sizeof(seed));
	f->w = w;
	f->tab = flowtab_new(FLOWTAB_MAX, seed);
	f->ports = portmap_new();
	f->expected = expected_new();
	portmap_reserve(f->ports, 1);
	plane_set_packet_side(
		w->plane, &(struct packet_side){ w, side_flows, side_reset });
	return f;
}

static void drop_all(struct forward *f)
{
	struct wflow *flow;
	uint32_t at = 0;

	while ((flow = flowtab_each(f->tab, &at)))
		over_drop(f->w, flow);
}

void forward_free(struct forward *f)
{
	if (!f)
		return;
	plane_set_packet_side(f->w->plane, NULL);
	expected_free(f->w, f->expected);
	drop_all(f);
	if (f->policy)
		worker_policy_put(f->w->worker, f->policy);
	free(f->server);
	flowtab_free(f->tab);
	portmap_free(f->ports);
	free(f);
}
