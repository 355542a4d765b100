#include "emu/flow/decide.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/content.h"
#include "emu/flow/policy.h"
#include "emu/flow/shared.h"
#include "emu/flow/why.h"
#include "emu/match/hfgroup.h"
#include "emu/nat/nat.h"
#include "emu/sticky/sticky.h"

static const char *const kind_name[] = {
	[VERDICT_DROP] = "drop",	   [VERDICT_FORWARD] = "forward",
	[VERDICT_TERMINATE] = "terminate", [VERDICT_REDIRECT] = "redirect",
	[VERDICT_BYPASS] = "bypass",
};
static_assert(sizeof(kind_name) / sizeof(*kind_name) == VERDICT_NUM,
	      "kind_name[] does not match enum verdict_kind");

static const char *const reason_name[] = {
	[REASON_BALANCED] = "balanced",
	[REASON_STICKY] = "sticky",
	[REASON_COOKIE] = "named by the request",
	[REASON_HASH] = "hash of the request",
	[REASON_PREFERRED] = "preferred by an ACL clause",
	[REASON_PERSISTENT] = "the connection's service",
	[REASON_PRIMARY_SORRY] = "primary sorry server",
	[REASON_SECONDARY_SORRY] = "secondary sorry server",
	[REASON_NO_COOKIE] = "named for requests without a cookie",
	[REASON_REQUEST] = "request needed",
	[REASON_RULE_REDIRECT] = "the rule redirects",
	[REASON_SERVICE_REDIRECT] = "redirect service",
	[REASON_RESET_REDIRECT] = "another service is needed",
	[REASON_ACL_BYPASS] = "bypassed by an ACL clause",
	[REASON_RULE_BYPASS] = "bypassed by the rule",
	[REASON_ACL_DENY] = "denied by an ACL",
	[REASON_NO_RULE] = "no rule",
	[REASON_NO_MATCH] = "no rule fits the request",
	[REASON_NO_SERVICE] = "no service alive",
	[REASON_OVERLOAD] = "all services are full",
	[REASON_STICKY_REJECT] = "the sticky service is down",
	[REASON_COOKIE_REJECT] = "no cookie in the request",
	[REASON_METHOD] = "the method is not parsed",
};
static_assert(sizeof(reason_name) / sizeof(*reason_name) == REASON_NUM,
	      "reason_name[] does not match enum verdict_reason");

const char *verdict_kind_name(enum verdict_kind k)
{
	return kind_name[k];
}

const char *verdict_reason_name(enum verdict_reason r)
{
	return reason_name[r];
}

/* One decision under way. */
struct deciding {
	const struct decide_in *in;
	const struct policy_rule *r;
	struct shared *s;
	struct verdict *v;
	struct why *why; /* never NULL: nobody's, when none was given */
	const struct policy_clause *clause;
	bool unparsed; /* the request's method is not one that rules look at */
};

static enum verdict_kind settle(struct deciding *d, enum verdict_kind kind,
				enum verdict_reason reason)
{
	d->v->reason = reason;
	return d->v->kind = kind;
}

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

static bool has_room(const struct shared *s, const struct policy_service *svc)
{
	return shared_conns(s, svc->index) < svc->max_conns;
}

static bool is_usable(const struct shared *s, const struct policy_service *svc)
{
	return is_up(s, svc) && has_room(s, svc);
}

static const struct policy_member *member_of(const struct policy_rule *r,
					     unsigned service)
{
	for (int i = 0; service && i < r->nmember; i++)
		if (r->member[i].svc->index == service)
			return &r->member[i];
	return NULL;
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
		if (req && req->kind == REQUEST_TLS && req->session.len) {
			key_by_text(d, type, req->buf + req->session.at,
				    req->session.len, k);
			return true;
		}
		if (!d->in->policy->flow.l4_fallback)
			return false;
		k->type = STICKY_L4;
		break;
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

/* Connections that slow start lets a service have that came up lately: as many
 * as the share of its time that has passed. */
static uint32_t slow_cap(const struct deciding *d,
			 const struct policy_service *svc)
{
	uint64_t ms = (uint64_t)(svc->slowstart_s ? svc->slowstart_s
						  : d->r->slowstart_s) *
		      1000;
	uint64_t up = shared_up_ms(d->s, svc->index, d->in->now_ms);
	uint32_t most = 0;

	if (!ms || up >= ms)
		return 0;
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

	c.eligible = c.load < 255 && m->weight && c.conns < svc->max_conns &&
		     c.load <= d->r->load_threshold && !redirects(svc);
	return c;
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
		.eligible = c->eligible,
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

static enum verdict_kind translate(struct deciding *d,
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
static enum verdict_kind redirect(struct deciding *d,
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
		return redirect(d, m, NULL, reason);
	return translate(d, m, reason);
}

/* ---- what comes behind balancing ------------------------------------------- */

static enum verdict_kind no_member(struct deciding *d, bool overload)
{
	const struct policy_member *m = redirect_member(d);

	if (m)
		return redirect(d, m, NULL, REASON_SERVICE_REDIRECT);
	for (int i = 0; i < 2; i++) {
		m = &d->r->sorry[i];
		if (m->svc && is_usable(d->s, m->svc))
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
	return translate(d, &d->r->member[best], REASON_BALANCED);
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
			return redirect(d, m, NULL, REASON_SERVICE_REDIRECT);
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

static enum verdict_kind choose_by_table(struct deciding *d,
					 enum sticky_type type)
{
	const struct policy_member *m = NULL;
	struct sticky_key k;
	unsigned svc = 0;

	if (!table_key(d, type, &k)) {
		d->why->sticky = WHY_STICKY_NO_STRING;
		return choose_balanced(d, NULL);
	}
	svc = sticky_find(d->s->sticky, &k, d->r->sticky_ms, d->in->now_ms,
			  d->in->dry);
	m = member_of(d->r, svc);
	if (!m) {
		d->why->sticky = WHY_STICKY_MISS;
		return choose_balanced(d, &k);
	}
	/* weight 0 (graceful shutdown) honours those that are its own */
	if (!is_usable(d->s, m->svc))
		return server_down(d, &k);
	d->why->sticky = WHY_STICKY_HIT;
	return give_to(d, m, REASON_STICKY);
}

static enum verdict_kind no_string(struct deciding *d, enum why_sticky why)
{
	const struct policy_rule *r = d->r;

	d->why->sticky = (uint8_t)why;
	switch (r->no_cookie) {
	case NO_COOKIE_REDIRECT:
		return redirect(d, NULL, r->no_cookie_url, REASON_NO_COOKIE);
	case NO_COOKIE_REJECT:
		return settle(d, VERDICT_DROP, REASON_COOKIE_REJECT);
	case NO_COOKIE_SERVICE:
		if (r->no_cookie_member.svc &&
		    is_usable(d->s, r->no_cookie_member.svc))
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
	if (!is_usable(d->s, m->svc))
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
	}
	return no_string(d, any ? WHY_STICKY_UNKNOWN : WHY_STICKY_NO_STRING);
}

static bool has_id(const struct policy_service *s, const char *id)
{
	return s->string[0] ? !strcmp(s->string, id)
			    : !strcmp(str_addr(s->addr), id);
}

static enum verdict_kind choose_by_arpt(struct deciding *d)
{
	const struct policy_rule *r = d->r;
	char id[64];
	bool expired = false;

	if (!d->in->req || !arpt_read(&r->arpt, d->in->req, d->in->wall_s, id,
				      sizeof(id), &expired))
		return no_string(d, WHY_STICKY_NO_STRING);
	for (int i = 0; !expired && i < r->nmember; i++)
		if (has_id(r->member[i].svc, id))
			return take_named(d, &r->member[i], REASON_COOKIE);
	return no_string(d, WHY_STICKY_UNKNOWN);
}

/* ---- the rule decides ------------------------------------------------------ */

/* content.md 2.8: an ACL's preferred service goes before stickiness. */
static const struct policy_member *preferred(const struct deciding *d)
{
	for (int i = 0; d->clause && i < 2; i++) {
		const struct policy_service *s = d->clause->prefer[i];
		const struct policy_member *m =
			s && is_usable(d->s, s) ? member_of(d->r, s->index)
						: NULL;

		if (m)
			return m;
	}
	return NULL;
}

static enum verdict_kind choose(struct deciding *d)
{
	const struct policy_member *m = preferred(d);

	if (m) {
		d->why->sticky =
			d->r->sticky ? WHY_STICKY_OVERRULED : WHY_STICKY_NONE;
		return give_to(d, m, REASON_PREFERRED);
	}
	switch (d->r->sticky) {
	case STICK_TABLE:
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

/* "?a=b" passes a transparent cache by when the rule says so. */
static bool passes_cache(const struct deciding *d)
{
	const struct request *req = d->in->req;

	return d->r->param_bypass && req && req->http && req->http->query.len;
}

static enum verdict_kind by_rule(struct deciding *d)
{
	const struct policy_rule *r = d->r;

	if (r->redirect[0])
		return redirect(d, NULL, r->redirect, REASON_RULE_REDIRECT);
	if (r->application == APP_BYPASS || passes_cache(d))
		return settle(d, VERDICT_BYPASS, REASON_RULE_BYPASS);
	return choose(d);
}

/* ---- persistence on a connection ------------------------------------------- */

static enum verdict_kind stay(struct deciding *d, const struct policy_member *m)
{
	(void)translate(d, m, REASON_PERSISTENT);
	return d->v->kind;
}

/*
 * content.md 7.2.  The connection stays with its service as long as the next
 * request falls under the same rule, under another one that has the service,
 * or under none.  When it must move, the client is sent round by a redirect to
 * the same URL, or the switch changes the server behind its back.
 */
static enum verdict_kind next_request(struct deciding *d)
{
	const struct policy_member *held = d->in->held, *m = NULL;
	const struct policy_rule *r = d->r;

	if (r->persistent && !r->redirect[0]) {
		m = r == d->in->held_rule ? held
					  : member_of(r, held->svc->index);
		if (m)
			return stay(d, m);
	}
	(void)by_rule(d);
	if (d->v->kind != VERDICT_FORWARD)
		return d->v->kind;
	if (d->v->member->svc->index == held->svc->index)
		return d->v->kind;
	d->v->remap = true;
	if (d->in->policy->flow.persistence_remap)
		return d->v->kind;
	d->v->member = NULL;
	return redirect(d, NULL, NULL, REASON_RESET_REDIRECT);
}

static enum verdict_kind without_rule(struct deciding *d)
{
	if (d->unparsed)
		return settle(d, VERDICT_DROP, REASON_METHOD);
	if (d->in->held) {
		d->r = d->v->rule = d->in->held_rule;
		return stay(d, d->in->held);
	}
	return settle(d, VERDICT_DROP,
		      d->in->req ? REASON_NO_MATCH : REASON_NO_RULE);
}

/* ---- access lists ---------------------------------------------------------- */

/* NULL: the hidden last clause, which denies. */
static const struct policy_clause *
clause_find(const struct policy_acl *a, const struct flow_key *k, unsigned rule)
{
	for (int i = 0; a && i < a->nclause; i++)
		if (clause_fits(&a->clause[i].c, k, rule))
			return &a->clause[i];
	return NULL;
}

/* VERDICT_FORWARD: nothing stands against it. */
static enum verdict_kind admit(struct deciding *d)
{
	const struct policy *p = d->in->policy;
	const struct policy_acl *a = NULL;

	if (!p->acl_enabled || !d->in->circuit || d->in->circuit >= 4095)
		return VERDICT_FORWARD;
	a = p->acl_of[d->in->circuit];
	d->clause = clause_find(a, d->in->key, d->r ? d->r->index : 0);
	d->v->clause = d->clause;
	d->why->acl = (uint16_t)(a ? a->number : 0);
	d->why->clause = (uint16_t)(d->clause ? d->clause->c.number : 255);
	if (d->clause && !d->in->dry)
		atomic_fetch_add_explicit(d->clause->hits, 1,
					  memory_order_relaxed);
	if (!d->clause || d->clause->c.action == CLAUSE_DENY)
		return settle(d, VERDICT_DROP, REASON_ACL_DENY);
	if (d->clause->c.action == CLAUSE_BYPASS) {
		d->v->group = d->clause->group;
		return settle(d, VERDICT_BYPASS, REASON_ACL_BYPASS);
	}
	return VERDICT_FORWARD;
}

/* ---- the decision ---------------------------------------------------------- */

static bool is_unparsed(const struct decide_in *in)
{
	const struct request *req = in->req;

	return req && req->http &&
	       !policy_parses(in->policy, req->buf + req->http->method.at,
			      req->http->method.len);
}

static enum verdict_kind decide(struct deciding *d)
{
	static const struct request other = { .kind = REQUEST_OTHER };
	const struct decide_in *in = d->in;
	int which = -1;
	enum match_result found =
		match_find(in->policy->match, in->key,
			   d->unparsed ? &other : in->req, &which);

	if (found == MATCH_RULE)
		d->r = d->v->rule = &in->policy->rule[which];
	if (admit(d) != VERDICT_FORWARD)
		return d->v->kind;
	if (found == MATCH_NEED_REQUEST)
		return settle(d, VERDICT_TERMINATE, REASON_REQUEST);
	if (found == MATCH_NONE)
		return without_rule(d);
	return in->held ? next_request(d) : by_rule(d);
}

/* As many whole lines as fit, so that what is kept is still a head. */
static void keep_head(struct why *w, const char *buf, uint32_t len)
{
	static const char end[] = "\r\n";

	if (len > WHY_HEAD) {
		len = WHY_HEAD - (sizeof(end) - 1);
		while (len && buf[len - 1] != '\n')
			len--;
		memcpy(w->head + len, end, sizeof(end) - 1);
		w->head_len = (uint16_t)(len + sizeof(end) - 1);
	} else {
		w->head_len = (uint16_t)len;
	}
	memcpy(w->head, buf, len);
}

static void why_begin(struct why *w, const struct decide_in *in)
{
	const struct request *req = in->req;

	memset(w, 0, offsetof(struct why, head));
	w->now_ms = in->now_ms;
	w->generation = in->policy->generation;
	w->key = *in->key;
	w->has_request = req != NULL;
	w->request_kind = (uint8_t)(req ? req->kind : REQUEST_OTHER);
	if (req && (req->http || req->sip))
		keep_head(w, req->buf,
			  req->http ? req->http->len : req->sip->len);
}

static void why_end(struct why *w, const struct verdict *v)
{
	w->kind = (uint8_t)v->kind;
	w->reason = (uint8_t)v->reason;
	w->rule = (uint16_t)(v->rule ? v->rule->index : 0);
	w->service = (uint16_t)(v->member ? v->member->svc->index : 0);
	w->group = (uint16_t)(v->group ? v->group->index : 0);
	w->src = v->src;
	w->dst = v->dst;
	w->dport = v->dport;
}

enum verdict_kind flow_decide(const struct decide_in *in, struct verdict *v)
{
	struct why nobody;
	struct deciding d = { .in = in,
			      .s = in->shared,
			      .v = v,
			      .why = in->why ? in->why : &nobody };

	*v = (struct verdict){ .kind = VERDICT_DROP };
	d.unparsed = is_unparsed(in);
	if (in->why)
		why_begin(in->why, in);
	else
		nobody.ncandidate = WHY_CANDIDATES; /* takes no notes */
	(void)decide(&d);
	if (in->why)
		why_end(in->why, v);
	return v->kind;
}

/* ---- answers --------------------------------------------------------------- */

static void url_self(const struct request *req, struct out *o)
{
	const struct http_head *h = req->http;
	const char *target = req->buf + h->target.at;
	uint32_t len = h->target.len;

	if (*target == '/')
		out_printf(o, "http://%.*s", (int)h->host.len,
			   req->buf + h->host.at);
	out_printf(o, "%.*s", (int)len, target);
}

static void url_of_service(const struct policy_service *s,
			   const struct request *req, struct out *o)
{
	const struct http_head *h = req->http;
	const char *target = req->buf + h->target.at;
	uint32_t len = h->target.len;

	out_puts(o, s->redirect);
	if (s->redirect_whole)
		return;
	if (*target != '/') { /* an absolute target: from its path on */
		target = req->buf + h->path.at;
		len = h->path.len + (h->query.len ? h->query.len + 1 : 0);
	}
	out_printf(o, "%.*s", (int)len, target);
}

void verdict_location(const struct verdict *v, const struct request *req,
		      struct out *o)
{
	if (v->location && !strncmp(v->location, "//", 2))
		out_printf(o, "http:%s", v->location);
	else if (v->location)
		out_puts(o, v->location);
	else if (v->member && req->http)
		url_of_service(v->member->svc, req, o);
	else if (req->http)
		url_self(req, o);
}

void verdict_cookie(const struct verdict *v, uint64_t now_s, struct out *o)
{
	const struct policy_service *s = v->member->svc;

	arpt_write(&v->rule->arpt, s->string[0] ? s->string : str_addr(s->addr),
		   now_s, o);
}
