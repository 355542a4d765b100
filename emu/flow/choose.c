#include "emu/flow/choose.h"

#include <stdio.h>
#include <string.h>

#include "emu/base/str.h"
#include "emu/conf/content.h"
#include "emu/match/hfgroup.h"
#include "emu/nat/nat.h"
#include "emu/sticky/sticky.h"

/* ---- services -------------------------------------------------------------- */

static bool needs_module(const struct policy_service *s)
{
	return s->type == SERVICE_SSL_ACCEL || s->type == SERVICE_SSL_INIT;
}

/* Answers the request with a redirect instead of taking it. */
static bool redirects(const struct policy_service *s)
{
	return s->type == SERVICE_REDIRECT ||
	       s->type == SERVICE_REP_STORE_REDIR ||
	       s->type == SERVICE_REP_CACHE_REDIR;
}

/* Dying takes new connections exactly as Alive does (content.md 1.3). */
static bool is_up(const struct shared *s, const struct policy_service *svc)
{
	enum service_state state = shared_state(s, svc->index);

	if (needs_module(svc) && !svc->has_module)
		return false;
	return state == SERVICE_ALIVE || state == SERVICE_DYING;
}

/* max connections is about TCP (content.md 1.2). */
static bool has_room(const struct deciding *d, const struct policy_service *svc)
{
	return d->in->key->proto != IPPROTO_TCP ||
	       shared_conns(d->s, svc->index) < svc->max_conns;
}

static bool is_usable(const struct deciding *d,
		      const struct policy_service *svc)
{
	return is_up(d->s, svc) && has_room(d, svc);
}

const struct policy_member *choose_member(const struct policy_rule *r,
					  unsigned service)
{
	for (int i = 0; service && i < r->nmember; i++)
		if (r->member[i].svc->index == service)
			return &r->member[i];
	return NULL;
}

const struct policy_member *choose_named(const struct policy_rule *r,
					 unsigned service)
{
	const struct policy_member *m = choose_member(r, service);
	const struct policy_member *other[] = { &r->sorry[0], &r->sorry[1],
						&r->no_cookie_member };

	for (size_t i = 0; !m && i < sizeof(other) / sizeof(*other); i++)
		if (other[i]->svc && other[i]->svc->index == service)
			m = other[i];
	for (int i = 0; !m && i < r->nsite; i++)
		if (r->site[i].svc->index == service)
			m = &r->site[i];
	return m;
}

/* ---- the sticky table ------------------------------------------------------ */

static void key_by_text(struct deciding *d, enum sticky_type t,
			const char *text, size_t len, struct sticky_key *k)
{
	k->type = (uint8_t)t;
	k->hash = sticky_hash(d->s->sticky, text, len);
}

/* What identifies the client to the rule; false: nothing does. */
static bool table_key(struct deciding *d, enum sticky_type type,
		      struct sticky_key *k)
{
	const struct request *req = d->in->req;
	const struct http_field *f = NULL;

	*k = (struct sticky_key){ .rule = d->r->index, .type = (uint8_t)type };
	switch (type) {
	case STICKY_SSL:
		if (!req || !req->session.len)
			return false;
		key_by_text(d, type, req->buf + req->session.at,
			    req->session.len, k);
		return true;
	case STICKY_SIP:
		if (!req || !req->sip || !req->sip->call_id.len)
			return false;
		key_by_text(d, type, req->buf + req->sip->call_id.at,
			    req->sip->call_id.len, k);
		return true;
	case STICKY_WAP:
		f = req && req->http ? msisdn_field(req->buf, req->http) : NULL;
		if (!f || !f->value.len)
			return false;
		key_by_text(d, type, req->buf + f->value.at, f->value.len, k);
		return true;
	default:
		break;
	}
	k->src.s_addr = d->in->key->src.s_addr & d->r->sticky_mask.s_addr;
	if (k->type == STICKY_L4)
		k->dport = d->in->key->dport;
	return true;
}

static void learn(struct deciding *d, const struct sticky_key *k,
		  const struct policy_member *m)
{
	if (d->in->dry)
		return;
	if (!sticky_set(d->s->sticky, k, m->svc->index, d->r->sticky_ms,
			d->in->now_ms))
		d->why->sticky = WHY_STICKY_FULL;
}

/* ---- balancing ------------------------------------------------------------- */

/*
 * Connections that slow start lets a service have that came up lately (content.md
 * 2.6; what exactly the commands do is a guess): so many a second by `leastconn
 * slowstart-rate`, or else the share of the busiest one's that its time has
 * passed of.
 */
static uint32_t slow_cap(const struct deciding *d,
			 const struct policy_service *svc)
{
	uint64_t ms = (uint64_t)(svc->slowstart_s ? svc->slowstart_s
						  : d->r->slowstart_s) *
		      1000;
	uint64_t up = shared_up_ms(d->s, svc->index, d->in->now_ms);
	uint32_t rate = d->in->policy->flow.load.slowstart, most = 0;

	if (!ms || up >= ms)
		return 0;
	if (rate)
		return (uint32_t)(rate * up / 1000) + 1;
	for (int i = 0; i < d->r->nmember; i++) {
		uint32_t n = shared_conns(d->s, d->r->member[i].svc->index);

		most = n > most ? n : most;
	}
	return (uint32_t)((most * up + ms - 1) / ms) + 1;
}

static struct candidate candidate_of(const struct deciding *d,
				     const struct policy_member *m)
{
	const struct policy_service *svc = m->svc;
	struct candidate c = {
		.weight = m->weight,
		.load = (uint8_t)(is_up(d->s, svc)
					  ? shared_load(d->s, svc->index)
					  : 255),
		.conns = shared_conns(d->s, svc->index),
		.cap = slow_cap(d, svc),
	};

	c.eligible = c.load < 255 && m->weight && has_room(d, svc) &&
		     c.load <= d->r->load_threshold && !redirects(svc);
	return c;
}

static enum why_out why_out(const struct deciding *d,
			    const struct policy_member *m,
			    const struct candidate *c)
{
	if (c->eligible)
		return WHY_IN;
	if (redirects(m->svc))
		return WHY_OUT_REDIRECT;
	if (needs_module(m->svc) && !m->svc->has_module)
		return WHY_OUT_MODULE;
	if (!is_up(d->s, m->svc))
		return WHY_OUT_STATE;
	if (!m->weight)
		return WHY_OUT_WEIGHT;
	return has_room(d, m->svc) ? WHY_OUT_LOAD : WHY_OUT_FULL;
}

static void tell_candidate(struct why *w, const struct deciding *d,
			   const struct policy_member *m,
			   const struct candidate *c)
{
	w->ntotal++;
	if (w->ncandidate == WHY_CANDIDATES)
		return;
	w->candidate[w->ncandidate++] = (struct why_candidate){
		.service = (uint16_t)m->svc->index,
		.weight = c->weight,
		.load = c->load,
		.state = (uint8_t)shared_state(d->s, m->svc->index),
		.out = (uint8_t)why_out(d, m, c),
		.conns = c->conns,
	};
}

/* BALANCE_NONE: *overload tells whether one was only too busy. */
static int balance(struct deciding *d, bool *overload)
{
	const struct policy_rule *r = d->r;
	struct candidate c[CONTENT_SERVICE_MAX];
	struct balance_in in = {
		.svc = c,
		.nsvc = r->nmember,
		.key = d->in->key,
		.req = d->in->req,
		.failover = r->failover,
		.cursor = &d->s->cursor[r->index],
		.dry = d->in->dry,
		.random = d->in->random,
	};

	for (int i = 0; i < r->nmember; i++) {
		const struct policy_member *m = &r->member[i];

		c[i] = candidate_of(d, m);
		tell_candidate(d->why, d, m, &c[i]);
		*overload |= !c[i].eligible && c[i].load < 255 && m->weight &&
			     !redirects(m->svc);
	}
	return r->nmember ? r->balance->pick(&in) : BALANCE_NONE;
}

/* A redirect service whose load is under 255, in turn (content.md 1.4). */
static const struct policy_member *redirect_member(struct deciding *d)
{
	const struct policy_rule *r = d->r;
	uint32_t turn = atomic_load_explicit(&d->s->cursor[r->index],
					     memory_order_relaxed);
	const struct policy_member *found = NULL;

	for (int i = 0; i < r->nmember && !found; i++) {
		const struct policy_member *m =
			&r->member[(turn + (uint32_t)i) % (uint32_t)r->nmember];

		if (redirects(m->svc) && m->weight && is_up(d->s, m->svc))
			found = m;
	}
	if (found && !d->in->dry)
		atomic_fetch_add_explicit(&d->s->cursor[r->index], 1,
					  memory_order_relaxed);
	return found;
}

/* ---- verdicts -------------------------------------------------------------- */

enum verdict_kind choose_translate(struct deciding *d,
				   const struct policy_member *m,
				   enum verdict_reason reason)
{
	const struct policy_service *svc = m->svc;
	struct verdict *v = d->v;
	struct nat_in in = {
		.vip = d->r->vip,
		.service = svc->addr,
		.service_range = svc->addr_range,
		.service_port = svc->port,
	};
	struct nat nat;

	v->group =
		d->clause && d->clause->group ? d->clause->group : svc->group;
	if (v->group)
		in.group = v->group->vip;
	if (svc->type == SERVICE_TRANSPARENT_CACHE)
		in.service.s_addr = INADDR_ANY; /* the frame goes there, only */
	nat = nat_decide(&in, d->in->key);
	v->member = m;
	v->src = nat.src;
	v->dst = nat.dst;
	v->dport = nat.dport;
	return settle(d, VERDICT_FORWARD, reason);
}

/* The answer needs the request: where to, and to whom. */
enum verdict_kind choose_redirect(struct deciding *d,
				  const struct policy_member *m,
				  const char *location,
				  enum verdict_reason reason)
{
	if (!d->in->req)
		return settle(d, VERDICT_TERMINATE, REASON_REQUEST);
	d->v->member = m;
	d->v->location = location;
	return settle(d, VERDICT_REDIRECT, reason);
}

/* A member by whatever way it was found: it takes the flow, or redirects. */
static enum verdict_kind give_to(struct deciding *d,
				 const struct policy_member *m,
				 enum verdict_reason reason)
{
	if (redirects(m->svc))
		return choose_redirect(d, m, NULL, reason);
	return choose_translate(d, m, reason);
}

/* ---- what comes behind balancing ------------------------------------------- */

static enum verdict_kind no_member(struct deciding *d, bool overload)
{
	const struct policy_member *m = redirect_member(d);

	if (m)
		return choose_redirect(d, m, NULL, REASON_SERVICE_REDIRECT);
	for (int i = 0; i < 2; i++) {
		m = &d->r->sorry[i];
		if (m->svc && is_usable(d, m->svc))
			return give_to(d, m,
				       i ? REASON_SECONDARY_SORRY
					 : REASON_PRIMARY_SORRY);
	}
	return settle(d, VERDICT_DROP,
		      overload ? REASON_OVERLOAD : REASON_NO_SERVICE);
}

static enum verdict_kind choose_balanced(struct deciding *d,
					 const struct sticky_key *k)
{
	bool overload = false;
	int best = balance(d, &overload);

	if (best == BALANCE_BYPASS)
		return settle(d, VERDICT_BYPASS, REASON_RULE_BYPASS);
	if (best < 0)
		return no_member(d, overload);
	if (k)
		learn(d, k, &d->r->member[best]);
	d->v->set_cookie = d->r->sticky == STICK_ARPT;
	return choose_translate(d, &d->r->member[best], REASON_BALANCED);
}

static enum verdict_kind choose_by_table(struct deciding *d,
					 enum sticky_type type);

/* The client belongs to a service that cannot be used. */
static enum verdict_kind server_down(struct deciding *d,
				     const struct sticky_key *k)
{
	const struct policy_member *m = NULL;

	d->why->sticky = WHY_STICKY_DOWN;
	switch (d->r->serverdown) {
	case DOWN_REJECT:
		return settle(d, VERDICT_DROP, REASON_STICKY_REJECT);
	case DOWN_REDIRECT:
		m = redirect_member(d);
		if (m)
			return choose_redirect(d, m, NULL,
					       REASON_SERVICE_REDIRECT);
		break;
	case DOWN_SRCIP:
		if (d->r->sticky != STICK_TABLE)
			return choose_by_table(d, STICKY_L3);
		break;
	case DOWN_SRCIP_DSTPORT:
		if (d->r->sticky != STICK_TABLE)
			return choose_by_table(d, STICKY_L4);
		break;
	default:
		break;
	}
	return choose_balanced(d, k);
}

/* ---- stickiness ------------------------------------------------------------ */

/* Whom the table knows the client by; NULL: it does not. */
static const struct policy_member *known_to_table(const struct deciding *d,
						  const struct sticky_key *k)
{
	return choose_member(d->r, sticky_find(d->s->sticky, k, d->r->sticky_ms,
					       d->in->now_ms, d->in->dry));
}

static enum verdict_kind choose_by_table(struct deciding *d,
					 enum sticky_type type)
{
	const struct policy_member *m = NULL;
	struct sticky_key k;

	if (!table_key(d, type, &k)) {
		d->why->sticky = WHY_STICKY_NO_STRING;
		return choose_balanced(d, NULL);
	}
	m = known_to_table(d, &k);
	if (!m) {
		d->why->sticky = WHY_STICKY_MISS;
		return choose_balanced(d, &k);
	}
	/* weight 0 (graceful shutdown) honours those that are its own */
	if (!is_usable(d, m->svc))
		return server_down(d, &k);
	d->why->sticky = WHY_STICKY_HIT;
	return give_to(d, m, REASON_STICKY);
}

/*
 * By SSL session id (content.md 2.7, ssl.md 3): one that a server has given, else
 * ssl-l4-fallback: address and port, which are in the table since a server gave
 * no id.  A client that is new is balanced, and what its server says tells by
 * what it sticks (learn.h).
 */
static enum verdict_kind choose_by_session(struct deciding *d)
{
	const struct policy_member *m = NULL;
	const struct decide_in *in = d->in;
	struct sticky_key k;

	if (table_key(d, STICKY_SSL, &k))
		m = known_to_table(d, &k);
	if (!m && in->policy->flow.l4_fallback) {
		(void)table_key(d, STICKY_L4, &k);
		m = known_to_table(d, &k);
	}
	if (m && is_usable(d, m->svc)) {
		d->why->sticky = WHY_STICKY_HIT;
		return give_to(d, m, REASON_STICKY);
	}
	if (m)
		return server_down(d, k.type == STICKY_L4 ? &k : NULL);
	d->why->sticky = WHY_STICKY_MISS;
	return choose_balanced(d, NULL);
}

static enum verdict_kind no_string(struct deciding *d, enum why_sticky why)
{
	const struct policy_rule *r = d->r;

	d->why->sticky = (uint8_t)why;
	switch (r->no_cookie) {
	case NO_COOKIE_REDIRECT:
		return choose_redirect(d, NULL, r->no_cookie_url,
				       REASON_NO_COOKIE);
	case NO_COOKIE_REJECT:
		return settle(d, VERDICT_DROP, REASON_COOKIE_REJECT);
	case NO_COOKIE_SERVICE:
		if (r->no_cookie_member.svc &&
		    is_usable(d, r->no_cookie_member.svc))
			return give_to(d, &r->no_cookie_member,
				       REASON_NO_COOKIE);
		break;
	case NO_COOKIE_BALANCE:
		break;
	}
	return choose_balanced(d, NULL);
}

static enum verdict_kind take_named(struct deciding *d,
				    const struct policy_member *m,
				    enum verdict_reason reason)
{
	if (!is_usable(d, m->svc))
		return server_down(d, NULL);
	d->why->sticky = WHY_STICKY_HIT;
	return give_to(d, m, reason);
}

static enum verdict_kind choose_by_string(struct deciding *d)
{
	const struct policy_rule *r = d->r;
	char text[2048];
	size_t len = 0;
	bool any = false;

	if (!d->in->req)
		return no_string(d, WHY_STICKY_NO_STRING);
	for (unsigned n = 0;
	     string_text(&r->string, d->in->req, n, text, sizeof(text), &len);
	     n++) {
		any = true;
		if (r->string.operation != STRING_MATCH && r->nmember) {
			uint32_t h =
				string_hash(r->string.operation, text, len);

			return take_named(d,
					  &r->member[h % (uint32_t)r->nmember],
					  REASON_HASH);
		}
		for (int i = 0; i < r->nmember; i++)
			if (string_contains(text, len,
					    r->member[i].svc->string))
				return take_named(d, &r->member[i],
						  REASON_COOKIE);
		for (int i = 0; i < r->naway; i++)
			if (string_contains(text, len, r->away[i].string))
				return server_down(d, NULL);
	}
	return no_string(d, any ? WHY_STICKY_UNKNOWN : WHY_STICKY_NO_STRING);
}

static bool has_id(const struct policy_service *s, const char *id)
{
	return s->string[0] ? !strcmp(s->string, id)
			    : !strcmp(str_addr(s->addr), id);
}

/* A cookie whose time is over names its service still, and gets a new time,
 * unless expire-services ends its word, too (content.md 2.2, 7.5). */
static enum verdict_kind choose_by_arpt(struct deciding *d)
{
	const struct policy_rule *r = d->r;
	char id[64];
	bool expired = false;

	if (!d->in->req || !arpt_read(&r->arpt, d->in->req, d->in->wall_s, id,
				      sizeof(id), &expired))
		return no_string(d, WHY_STICKY_NO_STRING);
	if (expired && r->arpt.expire_services) {
		d->why->sticky = WHY_STICKY_UNKNOWN;
		return choose_balanced(d, NULL);
	}
	for (int i = 0; i < r->nmember; i++) {
		if (!has_id(r->member[i].svc, id))
			continue;
		d->v->set_cookie = expired;
		return take_named(d, &r->member[i], REASON_COOKIE);
	}
	for (int i = 0; i < r->naway; i++)
		if (!strcmp(r->away[i].id, id))
			return server_down(d, NULL);
	return no_string(d, WHY_STICKY_UNKNOWN);
}

/* ---- the rule decides ------------------------------------------------------ */

/* content.md 2.8: an ACL's preferred service goes before stickiness. */
static const struct policy_member *preferred(const struct deciding *d)
{
	for (int i = 0; d->clause && i < 2; i++) {
		const struct policy_service *s = d->clause->prefer[i];
		const struct policy_member *m =
			s && is_usable(d, s) ? choose_member(d->r, s->index)
					     : NULL;

		if (m)
			return m;
	}
	return NULL;
}

/* Where the other site can be reached; NULL: the cookie is from nowhere. */
static const struct policy_member *site_of(const struct deciding *d,
					   const char *value, size_t len)
{
	for (int i = 0; i < d->r->nsite; i++) {
		const struct policy_service *svc = d->r->site[i].svc;

		if (string_contains(value, len, svc->string) &&
		    is_usable(d, svc))
			return &d->r->site[i];
	}
	return NULL;
}

static enum verdict_kind choose_sticky(struct deciding *d)
{
	switch (d->r->sticky) {
	case STICK_TABLE:
		if (d->r->sticky_type == STICKY_SSL)
			return choose_by_session(d);
		return choose_by_table(d, (enum sticky_type)d->r->sticky_type);
	case STICK_STRING:
		return choose_by_string(d);
	case STICK_ARPT:
		return choose_by_arpt(d);
	case STICK_NOT:
		break;
	}
	return choose_balanced(d, NULL);
}

static enum verdict_kind choose(struct deciding *d)
{
	const struct policy_member *m = preferred(d);
	enum location at = LOCATION_HERE;
	const char *value = NULL;
	size_t len = 0;

	if (m) {
		d->why->sticky =
			d->r->sticky ? WHY_STICKY_OVERRULED : WHY_STICKY_NONE;
		return give_to(d, m, REASON_PREFERRED);
	}
	if (d->r->location.name[0])
		at = location_read(&d->r->location, d->in->req, &value, &len);
	if (at == LOCATION_AWAY)
		m = site_of(d, value, len);
	if (m)
		return give_to(d, m, REASON_LOCATION);
	d->v->set_location = at != LOCATION_HERE;
	return choose_sticky(d);
}

/* "?a=b" passes a transparent cache by when the rule says so. */
static bool passes_cache(const struct deciding *d)
{
	const struct request *req = d->in->req;

	return d->r->param_bypass && req && req->http && req->http->query.len;
}

enum verdict_kind choose_by_rule(struct deciding *d)
{
	const struct policy_rule *r = d->r;

	if (r->redirect[0])
		return choose_redirect(d, NULL, r->redirect,
				       REASON_RULE_REDIRECT);
	if (r->application == APP_BYPASS)
		return settle(d, VERDICT_BYPASS, REASON_RULE_BYPASS);
	if (passes_cache(d))
		return settle(d, VERDICT_BYPASS, REASON_PARAM_BYPASS);
	return choose(d);
}

/* ---- pings of VIPs ----------------------------------------------------------- */

static bool has_vip(const struct policy_rule *r, struct in_addr a)
{
	uint32_t first = ntohl(r->vip.s_addr), at = ntohl(a.s_addr);

	return r->vip.s_addr != INADDR_ANY && at >= first &&
	       at - first < (r->vip_range ? r->vip_range : 1u);
}

static bool rule_answers_ping(const struct policy_rule *r,
			      const struct shared *s)
{
	for (int i = 0; i < r->nmember; i++)
		if ((r->ping_remote || !redirects(r->member[i].svc)) &&
		    is_up(s, r->member[i].svc))
			return true;
	return r->ping_remote && r->redirect[0];
}

bool flow_answers_ping(const struct policy *p, const struct shared *s,
		       struct in_addr vip)
{
	for (int i = 0; i < p->nrule; i++)
		if (has_vip(&p->rule[i], vip) &&
		    rule_answers_ping(&p->rule[i], s))
			return true;
	return false;
}
