/*
 * The first packet of a flow (content.md 3.6): what is decided about it, and the
 * flow that follows from that.
 *
 *	SYN, first datagram ── decide ── forward ────► translated both ways
 *		 ├─ a layer 5 rule, SSL, a redirect ► ended by the switch's own TCP
 *		 ├─ no rule ── an address of ours ──► l3_local()
 *		 │	      ├─ a server of a group ► its source is translated
 *		 │	      └─ else ──────────────► routed
 *		 └─ nobody takes it ────────────────► silence, or RST
 *	a segment out of the middle ── routed, or RST when it must be translated
 */
#include "emu/wire/forward_priv.h"

#include "emu/base/log.h"
#include "emu/base/str.h"
#include "emu/flow/acl_log.h"
#include "emu/flow/shared.h"
#include "emu/plane/inner.h"
#include "emu/plane/plane.h"
#include "emu/wire/fast.h"

#define ASKED_AGAIN 8 /* when others take what was decided on */
/* Datagrams of traceroute get no flow (content.md 3.6; the range is a guess). */
#define TRACE_SOURCE 32769
#define TRACE_FIRST  33434
#define TRACE_LAST   33534

struct first { /* a first packet */
	struct wire *w;
	const struct ingress *in;
	struct packet *p;
	struct tuple k;
	struct flow_use use;
	struct verdict v;
	enum port_mode mode;
};

/* ---- flows --------------------------------------------------------------------------- */

bool begin_is_free(struct wire *w, const struct tuple *k)
{
	struct half *h = flowtab_find(w->forward->tab, k);

	if (!h)
		return true;
	fast_settle(w, wflow_of(h));
	if (wflow_of(h)->state < WFLOW_OVER)
		return false;
	over_drop(w, wflow_of(h));
	return true;
}

static struct wflow *take(struct wire *w)
{
	struct wflow *f = flowtab_take(w->forward->tab);

	if (!f && over_reclaim(w))
		f = flowtab_take(w->forward->tab);
	return f;
}

static void count_begun(struct wire *w, struct wflow *f,
			const struct ingress *in)
{
	struct worker_counters *c = w->worker->c;
	bool udp = f->use.key.proto == IPPROTO_UDP;
	_Atomic uint64_t *port = NULL;

	use_port_hit(f->policy->p, &f->use.key);
	count(&c->flows_total, 2); /* one each way, as `show flows` */
	if (udp)
		count(&c->udp_total, 2);
	if (in && in->port >= 0)
		port = w->port[in->port].count;
	if (!port)
		return;
	f->in_port = (int8_t)in->port;
	count(&port[PORT_FLOWS], 1);
	count(&port[udp ? PORT_FLOWS_UDP : PORT_FLOWS_TCP], 1);
}

static void link_both(struct forward *fw, struct wflow *f,
		      const struct begun *b)
{
	struct tuple reply = tuple_reverse(&b->to),
		     home = tuple_reverse(&b->from);

	home.way = reply.way = false;
	flowtab_link(fw->tab, f, 0, &b->from);
	flowtab_link(fw->tab, f, 1, &reply);
	xlate_prepare(&f->half[0], &b->to);
	xlate_prepare(&f->half[1], &home);
	f->half[0].act = (uint8_t)b->there;
	f->half[1].act = (uint8_t)b->back;
	f->half[0].inside = b->back == HALF_INSIDE;
	f->half[1].inside = b->there == HALF_INSIDE;
	f->half[0].port = f->half[1].port = PORT_INSIDE;
}

struct wflow *begin_flow(struct wire *w, const struct begun *b,
			 const struct flow_use *use)
{
	struct wflow *f = take(w);

	if (!f)
		return NULL;
	f->use = *use;
	f->kind = (uint8_t)b->kind;
	f->state = WFLOW_OPEN;
	f->used_ms = w->now_ms;
	link_both(w->forward, f, b);
	if (b->kind == WFLOW_PLAIN || b->kind == WFLOW_WAY)
		f->policy = worker_policy(w->worker);
	if (b->kind == WFLOW_PLAIN)
		count_begun(w, f, b->in);
	fast_others(w, f, 1);
	over_look(w, f);
	return f;
}

/* ---- the port it goes on from ---------------------------------------------------- */

/*
 * The answers must be told from those of other flows.  Two VIPs may lead one
 * client's port to one server: the second flow gets another port (content.md 3.2,
 * global-portmap).
 */
static bool cross_port(struct wire *w, struct tuple *to, struct mapping *m)
{
	const struct portmap *conf = &forward_policy(w->forward)->flow.portmap;
	struct portmap_range r = { conf->base, conf->range, 1 };
	struct tuple reply = tuple_reverse(to);

	reply.way = false;
	if (begin_is_free(w, &reply))
		return true;
	for (int i = 0; i < USE_MAP_TRIES; i++) {
		if (!portmap_take(w->forward->ports, &r, m))
			break;
		to->sport = reply.dport = htons(m->port);
		if (begin_is_free(w, &reply))
			return true;
		portmap_give(w->forward->ports, m);
		m->port = 0;
	}
	return false;
}

/* The same of a source group's addresses and ports. */
static bool group_port(struct first *b, const struct policy_group *g,
		       struct tuple *to)
{
	const struct policy *p = forward_policy(b->w->forward);
	bool packet = b->mode == PORT_PACKET;

	for (int i = 0; i < USE_MAP_TRIES; i++) {
		struct tuple reply;

		if (!use_map(p, &b->use, g, packet)) {
			count(&b->w->worker->c->noflow_refused, packet);
			return false;
		}
		to->src = b->use.src.s_addr;
		to->sport = b->use.sport;
		reply = tuple_reverse(to);
		reply.way = false;
		if (begin_is_free(b->w, &reply))
			return true;
		use_unmap(&b->use, g);
	}
	return false;
}

static bool source_port(struct first *b, const struct policy_group *g,
			struct tuple *to, bool *cross)
{
	bool ok = false;

	if (g)
		ok = group_port(b, g, to);
	else
		ok = cross_port(b->w, to, &b->use.mapping);
	*cross = !g && b->use.mapping.port;
	if (*cross) {
		b->use.src = b->use.key.src;
		b->use.sport = to->sport;
	}
	if (!ok)
		count(&b->w->worker->c->no_port, 1);
	return ok;
}

static void tell_full(struct first *b)
{
	if (worker_may_log(b->w->worker))
		log_write(LOG_FLOWMGR, LOG_WARNING_4,
			  "no flow is left for %s:%u -> %s:%u",
			  str_addr(b->use.key.src), ntohs(b->use.key.sport),
			  str_addr(b->use.key.dst), ntohs(b->use.key.dport));
}

/* A flow of the packet's; NULL: there is no port or no place for it. */
static struct wflow *flow_to(struct first *b, struct tuple to,
			     const struct policy_group *g, struct begun how)
{
	bool cross = false;
	struct wflow *f = NULL;

	if (!source_port(b, g, &to, &cross))
		return NULL;
	how.in = b->in;
	how.from = b->k;
	how.to = to;
	f = begin_flow(b->w, &how, &b->use);
	if (!f) {
		tell_full(b);
		if (cross)
			portmap_give(b->w->forward->ports, &b->use.mapping);
		else if (g)
			use_unmap(&b->use, g);
		return NULL;
	}
	f->cross = cross;
	if (b->k.proto == IPPROTO_TCP &&
	    b->p->data[b->p->l4 + TCP_FLAGS] & TCP_F_SYN)
		f->state = WFLOW_HALF_OPEN;
	return f;
}

/* ---- what a verdict leads to --------------------------------------------------------- */

static const struct begun plain = { .kind = WFLOW_PLAIN };

static void pass(struct first *b, struct wflow *f)
{
	if (f)
		forward_flow(b->w, b->in, b->p, &f->half[0]);
}

static void idle_time(struct wire *w, struct wflow *f)
{
	f->idle_ms = use_idle_ms(f->policy->p, &f->use);
	over_look(w, f);
}

static void begun(struct wire *w, struct wflow *f)
{
	idle_time(w, f);
	f->ftp = ftp_track_new(w, f);
	f->half[0].ftp = f->half[1].ftp = f->ftp != NULL;
}

/* Nothing is translated but what a source group does. */
static void begin_routed(struct first *b, const struct policy_group *g,
			 const struct policy_service *server)
{
	struct wflow *f = flow_to(b, b->k, g, plain);

	if (f && g)
		use_enter_group(b->w->worker, &f->use, server, g);
	if (f)
		begun(b->w, f);
	else if (!g) /* it needs no flow to be routed */
		l3_forward(b->w, b->in, b->p);
	pass(b, f);
}

static const struct begun ended = { .kind = WFLOW_INSIDE,
				    .there = HALF_INSIDE };

/* To a socket that is there.  alike: those behind it may begin like it. */
static void begin_at_socket(struct first *b, bool alike)
{
	struct wflow *f = flow_to(b, b->k, NULL, ended);

	if (f)
		f->alike = alike;
	pass(b, f);
}

/* By the door behind which connections of rules for every port are ended. */
static void begin_by_door(struct first *b, in_port_t door)
{
	struct tuple to = b->k;
	struct wflow *f;

	to.dport = door;
	f = flow_to(b, to, NULL, ended);
	if (f)
		inner_set_port(b->w->worker->inner,
			       &(struct flow_key){ .src = { f->half[0].to_src },
						   .dst = { f->half[0].to_dst },
						   .sport = f->half[0].to_sport,
						   .dport = f->half[0].to_dport,
						   .proto = IPPROTO_TCP },
			       b->k.dport);
	pass(b, f);
}

static bool is_by_door(const struct first *b)
{
	const struct policy *p = forward_policy(b->w->forward);

	return p->door && b->k.proto == IPPROTO_TCP &&
	       !policy_is_open(p, b->use.key.dst, ntohs(b->k.dport));
}

static void begin_inside(struct first *b)
{
	if (is_by_door(b))
		begin_by_door(b, htons(forward_policy(b->w->forward)->door));
	else
		begin_at_socket(b, true);
}

void begin_clause_hit(struct wire *w, const struct verdict *v,
		      const struct flow_key *k)
{
	if (!v->clause)
		return;
	atomic_fetch_add_explicit(v->clause->hits, 1, memory_order_relaxed);
	acl_log(v->clause, k, w->now_ms);
}

/* The clauses of the list are asked where no rule is (content.md 6.1). */
static bool is_denied(struct first *b)
{
	const struct policy *p = forward_policy(b->w->forward);

	if (!p->acl_enabled)
		return false;
	use_foresee(b->w->worker, p, &b->use, NULL, &b->v);
	begin_clause_hit(b->w, &b->v, &b->use.key);
	return b->v.reason == REASON_ACL_DENY;
}

static bool is_trace(const struct tuple *k)
{
	unsigned to = ntohs(k->dport);

	return k->proto == IPPROTO_UDP && ntohs(k->sport) > TRACE_SOURCE &&
	       to >= TRACE_FIRST && to <= TRACE_LAST;
}

static bool is_switch(const struct setup_address *a)
{
	return a->kind == ADDRESS_CIRCUIT || a->kind == ADDRESS_INTERFACE;
}

/* The source group of what no rule is for: the clause's, or its sender's. */
static const struct policy_group *
own_group(const struct first *b, const struct policy_service **server)
{
	if (b->v.clause && b->v.clause->group)
		return b->v.clause->group;
	return servers_group(b->w->forward, b->use.key.src, server);
}

/* No rule is for it. */
static void unruled(struct first *b)
{
	const struct setup_address *local =
		setup_address(b->w->setup, b->use.key.dst);
	const struct policy_service *server = NULL;
	const struct policy_group *g = NULL;

	if (local && is_switch(local)) {
		l3_local(b->w, b->in, b->p, local);
		return;
	}
	if (local) {
		use_dropped(b->w->worker, &b->v);
		return;
	}
	g = own_group(b, &server);
	b->use.rule = NULL;
	if (!g && is_trace(&b->k))
		l3_forward(b->w, b->in, b->p);
	else
		begin_routed(b, g, server);
}

static void bypassed(struct first *b)
{
	if (setup_address(b->w->setup, b->use.key.dst)) {
		unruled(b);
		return;
	}
	b->use.rule = b->v.rule;
	begin_routed(b, b->v.group, NULL);
}

static struct tuple target(const struct first *b)
{
	struct tuple to = b->k;

	to.dst = b->v.dst.s_addr;
	to.dport = b->v.dport;
	return to;
}

static enum half_act act_of(const struct verdict *v)
{
	return v->member->svc->type == SERVICE_TRANSPARENT_CACHE ? HALF_VIA
								 : HALF_ROUTE;
}

/* A server that comes by a VIP keeps the address of its group. */
static void add_source_group(struct first *b)
{
	const struct policy_service *server = NULL;

	if (b->v.group)
		return;
	b->v.group = servers_group(b->w->forward, b->use.key.src, &server);
	if (b->v.group)
		b->v.src = b->v.group->vip;
}

static void begin_forward(struct first *b)
{
	struct begun how = plain;
	struct wflow *f = NULL;

	how.there = act_of(&b->v);
	add_source_group(b);
	b->use.rule = b->v.rule;
	use_hit(b->w->worker, &b->v);
	f = flow_to(b, target(b), b->v.group, how);
	if (!f)
		return;
	b->use.held = NULL; /* the flow has it */
	f->via = b->v.member->svc->addr;
	use_enter(b->w->worker, f->policy->p, &f->use, &b->v);
	begun(b->w, f);
	pass(b, f);
}

/* ---- data connections of FTP ------------------------------------------------------- */

/* It is the service's and the group's whose channel announced it; a port of the
 * group that was announced is the connection's now. */
static void enter_expected(struct first *b, struct wflow *f, struct expected *e)
{
	struct worker *k = b->w->worker;
	bool has_group = e->maps || e->use.mapping.port;
	struct verdict v = { .kind = VERDICT_FORWARD,
			     .rule = e->use.rule,
			     .member = e->use.member,
			     .group = has_group ? e->use.group : NULL,
			     .dst.s_addr = e->to.dst,
			     .dport = e->to.dport };

	worker_policy_put(k, f->policy);
	f->policy = worker_policy_more(e->policy);
	if (!e->maps && !f->cross)
		f->use.mapping = e->use.mapping;
	if (v.member)
		use_enter(k, f->policy->p, &f->use, &v);
	else if (v.group)
		use_enter_group(k, &f->use, NULL, v.group);
	f->use.dst = v.dst;
	f->use.dport = v.dport;
	expected_drop(b->w, e, !f->cross);
}

static bool begin_expected(struct first *b)
{
	struct expected *e = expected_find(b->w, &b->k);
	struct tuple to;
	struct wflow *f = NULL;

	if (!e)
		return false;
	to = e->to;
	to.sport = b->k.sport;
	b->use.rule = e->use.rule;
	f = flow_to(b, to, e->maps ? e->use.group : NULL, plain);
	if (f) {
		enter_expected(b, f, e);
		idle_time(b->w, f);
	}
	pass(b, f);
	return true;
}

/* ---- TCP ----------------------------------------------------------------------------- */

static bool is_module(const struct policy_service *s)
{
	return s->type == SERVICE_SSL_ACCEL || s->type == SERVICE_SSL_INIT ||
	       s->type == SERVICE_SSL_ACCEL_BACKEND || s->compresses;
}

/* Does the switch answer itself?  A service may be another VIP, too, which its own
 * connection leads to. */
static bool ends_here(const struct first *b)
{
	const struct verdict *v = &b->v;

	if (v->kind == VERDICT_TERMINATE || v->kind == VERDICT_REDIRECT)
		return true;
	return v->kind == VERDICT_FORWARD &&
	       (is_module(v->member->svc) || v->set_cookie ||
		v->rule->application == APP_REALAUDIO_CONTROL ||
		setup_address(b->w->setup, v->dst));
}

static void refused(struct first *b)
{
	bool reset = b->w->setup->reset_unavailable;

	use_dropped(b->w->worker, &b->v);
	if (b->v.rule && (reset || b->v.rule->reset_reject))
		over_refuse(b->w, b->p);
}

static void follow(struct first *b)
{
	if (b->v.reason == REASON_ACL_DENY)
		return;
	if (b->v.kind == VERDICT_BYPASS)
		bypassed(b);
	else if (b->v.kind == VERDICT_DROP && !b->v.rule)
		unruled(b);
	else if (b->v.kind == VERDICT_DROP)
		refused(b);
	else if (!ends_here(b))
		begin_forward(b);
	else
		begin_inside(b);
	use_give_up(b->w->worker, &b->use);
}

static void decide(struct first *b)
{
	struct worker *k = b->w->worker;
	const struct policy *p = forward_policy(b->w->forward);

	for (int i = 0; i < ASKED_AGAIN; i++) {
		use_decide(k, p, &b->use, NULL, &b->v);
		if (use_hold(k, &b->use, &b->v))
			break;
		b->v.kind = VERDICT_DROP;
		b->v.reason = REASON_OVERLOAD;
	}
	if (b->v.clause)
		acl_log(b->v.clause, &b->use.key, b->w->now_ms);
}

/* What a cache fetches itself comes from where it is, whatever rule is for it: a
 * rule may have the origin's address for its VIP.  false: it is not fetched. */
static bool is_fetched(struct first *b)
{
	if (b->v.kind != VERDICT_FORWARD ||
	    b->v.member->svc->type != SERVICE_TRANSPARENT_CACHE ||
	    !servers_is_cache(b->w->forward, b->use.key.src))
		return false;
	begin_clause_hit(b->w, &b->v, &b->use.key);
	begin_routed(b, NULL, NULL);
	return true;
}

static void syn(struct first *b)
{
	struct forward *f = b->w->forward;

	if (f->may_end || servers_is_cache(f, b->use.key.src)) {
		use_foresee(b->w->worker, forward_policy(f), &b->use, NULL,
			    &b->v);
		if (ends_here(b)) { /* who ends it decides, and counts */
			begin_inside(b);
			return;
		}
		if (is_fetched(b))
			return;
	}
	decide(b);
	follow(b);
}

static bool are_modules(const struct policy_rule *r)
{
	for (int i = 0; i < r->nmember; i++)
		if (!is_module(r->member[i].svc))
			return false;
	for (int i = 0; i < 2; i++)
		if (r->sorry[i].svc && !is_module(r->sorry[i].svc))
			return false;
	return true;
}

/* Whichever service it gets: what is to be read of a request stands first, or all of
 * them are modules.  That none is left may be noticed late: who ends it refuses. */
static bool always_ends_here(const struct first *b)
{
	if (b->v.kind == VERDICT_TERMINATE && !b->v.rule)
		return true;
	return b->v.kind == VERDICT_FORWARD && are_modules(b->v.rule);
}

/* Clauses may be about the opener's port, and count. */
bool begin_is_alike(struct wire *w, unsigned vlan, const struct tuple *k)
{
	struct forward *f = w->forward;
	const struct policy *p = forward_policy(f);
	struct first b = { .w = w,
			   .k = *k,
			   .use = { .key = begin_key(k), .vlan = vlan } };

	if (!f->may_end || p->acl_enabled || expected_find(w, k) ||
	    policy_port_mode(p, k->proto, ntohs(k->dport)) != PORT_FLOW)
		return false;
	use_foresee(w->worker, p, &b.use, NULL, &b.v);
	return always_ends_here(&b) && !is_by_door(&b);
}

static void refuse_middle(struct first *b)
{
	struct worker_counters *c = b->w->worker->c;
	bool keeps = b->v.rule && b->v.rule->sticky != STICK_NOT;

	count(keeps ? &c->mid_sticky : &c->mid_nat, 1);
	over_refuse(b->w, b->p);
}

static void pass_middle(struct first *b)
{
	begin_clause_hit(b->w, &b->v, &b->use.key);
	if (b->p->data[b->p->l4 + TCP_FLAGS] & TCP_F_RST)
		l3_forward(b->w, b->in, b->p);
	else
		begin_routed(b, NULL, NULL);
}

/* Out of the middle of a connection that nobody knows (content.md 3.6). */
static void middle(struct first *b)
{
	const struct policy_service *server = NULL;
	const struct setup_address *local =
		setup_address(b->w->setup, b->use.key.dst);
	struct forward *f = b->w->forward;

	if (local && is_switch(local)) {
		l3_local(b->w, b->in, b->p, local);
		return;
	}
	use_foresee(b->w->worker, forward_policy(f), &b->use, NULL, &b->v);
	if (b->v.reason == REASON_ACL_DENY) {
		begin_clause_hit(b->w, &b->v, &b->use.key);
		return;
	}
	if (ends_here(b)) { /* the sockets, who do not know it, refuse it */
		count(&b->w->worker->c->mid_spoof, 1);
		wire_to_inside(b->w, b->p);
		return;
	}
	if (local && b->v.kind == VERDICT_DROP && !b->v.rule)
		return;
	if (b->v.kind == VERDICT_FORWARD || b->v.group || local ||
	    (b->v.kind == VERDICT_DROP && b->v.rule) || own_group(b, &server))
		refuse_middle(b);
	else
		pass_middle(b);
}

static void tcp(struct first *b)
{
	if (!is_syn(b->p))
		middle(b);
	else if (!begin_expected(b))
		syn(b);
}

/* ---- UDP ----------------------------------------------------------------------------- */

/* The way back from where the verdict leads to. */
static struct wflow *way_find(const struct first *b)
{
	struct tuple k = b->k;
	struct half *h = NULL;

	k.way = true;
	for (h = flowtab_find(b->w->forward->tab, &k); h;
	     h = flowtab_next(b->w->forward->tab, h)) {
		struct wflow *f = wflow_of(h);

		if (h->to_dst == b->v.dst.s_addr && h->to_dport == b->v.dport &&
		    f->use.group == b->v.group)
			return f;
	}
	return NULL;
}

/* Its counters are the decision's; there is no connection. */
static void begin_way(struct first *b)
{
	struct begun how = { .kind = WFLOW_WAY, .there = act_of(&b->v) };
	struct wflow *f = way_find(b);

	use_hit(b->w->worker, &b->v);
	if (!f) {
		b->k.way = true;
		b->use.rule = b->v.rule;
		f = flow_to(b, target(b), b->v.group, how);
		if (!f)
			return;
		f->via = b->v.member->svc->addr;
		f->use.member = b->v.member;
		f->use.group = b->v.group;
		use_group_hit(b->w->worker, &b->v);
		count(&b->w->worker->c->noflow_taken, f->use.mapping.port != 0);
	}
	pass(b, f);
}

static void ask_datagram(struct first *b)
{
	const struct policy *p = forward_policy(b->w->forward);
	uint32_t at = b->p->l4 + UDP_HEAD;
	struct request req;
	struct sip_head sip;

	use_decide(b->w->worker, p, &b->use,
		   use_request(p, &b->use.key, (const char *)b->p->data + at,
			       b->p->len - at, &req, &sip),
		   &b->v);
	if (b->v.clause)
		acl_log(b->v.clause, &b->use.key, b->w->now_ms);
}

static void udp(struct first *b)
{
	const struct policy *p = forward_policy(b->w->forward);

	if (servers_is_cache(b->w->forward, b->use.key.src)) {
		use_foresee(b->w->worker, p, &b->use, NULL, &b->v);
		if (is_fetched(b))
			return;
	}
	if (b->mode == PORT_PACKET)
		use_port_hit(p, &b->use.key);
	ask_datagram(b);
	if (b->v.reason == REASON_ACL_DENY)
		return;
	if (b->v.kind == VERDICT_BYPASS)
		bypassed(b);
	else if (b->v.kind == VERDICT_DROP && !b->v.rule)
		unruled(b);
	else if (!use_carries(p, &b->use.key, &b->v))
		use_dropped(b->w->worker, &b->v);
	else if (b->mode == PORT_PACKET)
		begin_way(b);
	else
		begin_forward(b);
}

/* ---- from both sides --------------------------------------------------------------- */

struct flow_key begin_key(const struct tuple *k)
{
	return (struct flow_key){ .src.s_addr = k->src,
				  .dst.s_addr = k->dst,
				  .sport = k->sport,
				  .dport = k->dport,
				  .proto = k->proto };
}

enum port_mode begin_mode(const struct policy *p, const struct tuple *k)
{
	enum port_mode m = policy_port_mode(p, k->proto, ntohs(k->dport));

	if (m == PORT_FLOW &&
	    policy_port_mode(p, k->proto, ntohs(k->sport)) == PORT_ROUTED)
		return PORT_ROUTED;
	return m;
}

void begin_packet(struct wire *w, const struct ingress *in, struct packet *p,
		  const struct tuple *k)
{
	struct first b = {
		.w = w,
		.in = in,
		.p = p,
		.k = *k,
		.use = { .key = begin_key(k), .vlan = in->vlan },
		.mode = begin_mode(forward_policy(w->forward), k),
	};

	if (inner_awaits(w->worker->inner, &b.use.key)) {
		begin_at_socket(&b, false);
	} else if (b.mode == PORT_ROUTED) {
		use_port_hit(forward_policy(w->forward), &b.use.key);
		if (!is_denied(&b))
			forward_plain(w, in, p);
	} else if (k->proto == IPPROTO_TCP) {
		tcp(&b);
	} else {
		udp(&b);
	}
}

/* Of ICMP the clauses may want to know more. */
static int16_t icmp_type(const struct packet *p)
{
	return p->proto == IPPROTO_ICMP && p->l4 ? p->data[p->l4] : KEY_NO_TYPE;
}

bool begin_denied(struct wire *w, const struct ingress *in,
		  const struct packet *p, const struct tuple *k)
{
	const uint8_t *ip = p->data + p->l3;
	struct first b = { .w = w,
			   .in = in,
			   .use = { .key = { .src = get_addr(ip + IP4_SRC),
					     .dst = get_addr(ip + IP4_DST),
					     .proto = ip[IP4_PROTO],
					     .icmp_type = icmp_type(p) },
				    .vlan = in->vlan } };

	if (k && p->proto != IPPROTO_ICMP) {
		b.use.key.sport = k->sport;
		b.use.key.dport = k->dport;
	}
	return is_denied(&b);
}

struct half *begin_from_inside(struct wire *w, const struct tuple *k)
{
	struct begun how = {
		.kind = WFLOW_INSIDE, .from = *k, .to = *k, .back = HALF_INSIDE
	};
	struct flow_use use = { .key = begin_key(k) };
	struct in_addr hop = { INADDR_ANY };
	struct wflow *f = NULL;

	if (inner_take_hop(w->worker->inner, &use.key, &hop))
		how.there = HALF_VIA;
	if (k->proto != IPPROTO_ICMP && !cross_port(w, &how.to, &use.mapping))
		return NULL;
	f = begin_flow(w, &how, &use);
	if (!f && use.mapping.port)
		portmap_give(w->forward->ports, &use.mapping);
	if (!f)
		return NULL;
	f->cross = use.mapping.port != 0;
	f->alike = how.there == HALF_ROUTE;
	f->via = hop;
	return &f->half[0];
}
