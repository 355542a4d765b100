#include "emu/flow/decide.h"

#include <string.h>

#include "emu/flow/choose.h"
#include "emu/flow/policy.h"
#include "emu/flow/why.h"

/* ---- persistence on a connection ------------------------------------------- */

static enum verdict_kind stay(struct deciding *d, const struct policy_member *m)
{
	(void)choose_translate(d, m, REASON_PERSISTENT);
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
					  : choose_member(r, held->svc->index);
		if (m)
			return stay(d, m);
	}
	(void)choose_by_rule(d);
	if (d->v->kind != VERDICT_FORWARD)
		return d->v->kind;
	if (d->v->member->svc->index == held->svc->index)
		return d->v->kind;
	d->v->remap = true;
	if (d->in->policy->flow.persistence_remap)
		return d->v->kind;
	d->v->member = NULL;
	return choose_redirect(d, NULL, NULL, REASON_RESET_REDIRECT);
}

/* content.md 7.2: once past the caches, always, unless `bypass persistence
 * disable` lets later requests go to them. */
static bool stays_past(const struct decide_in *in)
{
	return in->bypassed && in->req && in->policy->flow.bypass_persistence;
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

/* Rules for everybody are not about what is addressed to the switch itself, nor
 * what a cache asks for (content.md 1.4). */
static bool is_nobodys(const struct policy *p, const struct flow_key *k)
{
	return (policy_is_own(p, k->dst) || policy_is_cache(p, k->src)) &&
	       !policy_has_vip(p, k->dst);
}

static enum match_result find(const struct deciding *d, int *which)
{
	static const struct request other = { .kind = REQUEST_OTHER };
	const struct decide_in *in = d->in;

	if (is_nobodys(in->policy, in->key))
		return MATCH_NONE;
	return match_find(in->policy->match, in->key,
			  d->unparsed ? &other : in->req, which);
}

static enum verdict_kind decide(struct deciding *d)
{
	const struct decide_in *in = d->in;
	int which = -1;
	enum match_result found = find(d, &which);

	if (found == MATCH_RULE)
		d->r = d->v->rule = &in->policy->rule[which];
	if (admit(d) != VERDICT_FORWARD)
		return d->v->kind;
	if (stays_past(in))
		return settle(d, VERDICT_BYPASS, REASON_RULE_BYPASS);
	if (found == MATCH_NEED_REQUEST)
		return settle(d, VERDICT_TERMINATE, REASON_REQUEST);
	if (found == MATCH_NONE)
		return without_rule(d);
	return in->held ? next_request(d) : choose_by_rule(d);
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
	w->unparsed = is_unparsed(in);
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
	w->remap = v->remap;
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
