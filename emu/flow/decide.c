#include "emu/flow/decide.h"

#include <assert.h>

#include "emu/balance/balance.h"
#include "emu/conf/content.h"
#include "emu/flow/policy.h"
#include "emu/flow/shared.h"
#include "emu/nat/nat.h"
#include "emu/sticky/sticky.h"

/*
 * match (which rule) -> sticky (as last time) -> balance (which service) ->
 * sorry servers -> nat (which addresses): the order of content.md 2.8.  ACL
 * preference and redirect services have their place before and behind balance.
 */

static const char *const kind_name[] = {
	[VERDICT_DROP] = "drop",
	[VERDICT_FORWARD] = "forward",
	[VERDICT_TERMINATE] = "terminate",
};
static_assert(sizeof(kind_name) / sizeof(*kind_name) == VERDICT_NUM,
	      "kind_name[] does not match enum verdict_kind");

static const char *const reason_name[] = {
	[REASON_BALANCED] = "balanced",
	[REASON_STICKY] = "sticky",
	[REASON_PRIMARY_SORRY] = "primary sorry server",
	[REASON_SECONDARY_SORRY] = "secondary sorry server",
	[REASON_REQUEST] = "request needed",
	[REASON_NO_RULE] = "no rule",
	[REASON_NO_MATCH] = "no rule fits the request",
	[REASON_NO_SERVICE] = "no service alive",
	[REASON_OVERLOAD] = "all services are full",
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

static bool needs_module(const struct policy_service *s)
{
	return s->type == SERVICE_SSL_ACCEL || s->type == SERVICE_SSL_INIT;
}

/* Dying takes new connections exactly as Alive does (content.md 1.3). */
static bool is_up(const struct shared *s, const struct policy_service *svc)
{
	enum service_state state = shared_state(s, svc->index);

	if (needs_module(svc) && !svc->image)
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

static struct sticky_key sticky_key(const struct policy_rule *r,
				    const struct flow_key *k)
{
	return (struct sticky_key){
		.rule = r->index,
		.src.s_addr = k->src.s_addr & r->sticky_mask.s_addr,
		.dport = r->sticky_port ? k->dport : 0,
	};
}

/* A sticky client is honoured by a service of weight 0, too. */
static const struct policy_member *sticky_member(const struct policy_rule *r,
						 struct shared *s,
						 const struct flow_key *k,
						 uint64_t now_ms)
{
	struct sticky_key key = sticky_key(r, k);
	unsigned svc = sticky_find(s->sticky, &key, r->sticky_ms, now_ms);

	for (int i = 0; svc && i < r->nmember; i++)
		if (r->member[i].svc->index == svc)
			return is_usable(s, r->member[i].svc) ? &r->member[i]
							      : NULL;
	return NULL;
}

static const struct policy_member *balanced(const struct policy_rule *r,
					    struct shared *s,
					    const struct flow_key *k,
					    bool *overload)
{
	struct candidate c[CONTENT_SERVICE_MAX];
	struct balance_in in = { .svc = c,
				 .nsvc = r->nmember,
				 .key = k,
				 .cursor = &s->cursor[r->index] };
	int best;

	for (int i = 0; i < r->nmember; i++) {
		const struct policy_member *m = &r->member[i];
		bool up = is_up(s, m->svc) && m->weight;
		bool room = has_room(s, m->svc);

		c[i] = (struct candidate){
			.eligible = up && room,
			.weight = m->weight,
			.conns = shared_conns(s, m->svc->index),
		};
		*overload |= up && !room;
	}
	best = r->nmember ? r->balance->pick(&in) : -1;
	return best < 0 ? NULL : &r->member[best];
}

static const struct policy_member *
choose(const struct policy_rule *r, struct shared *s, const struct flow_key *k,
       uint64_t now_ms, enum verdict_reason *reason)
{
	const struct policy_member *m;
	bool overload = false;

	*reason = REASON_STICKY;
	m = r->sticky ? sticky_member(r, s, k, now_ms) : NULL;
	if (m)
		return m;
	*reason = REASON_BALANCED;
	m = balanced(r, s, k, &overload);
	if (m && r->sticky) {
		struct sticky_key key = sticky_key(r, k);

		sticky_set(s->sticky, &key, m->svc->index, r->sticky_ms,
			   now_ms);
	}
	if (m)
		return m;
	for (int i = 0; i < 2; i++) {
		*reason = i ? REASON_SECONDARY_SORRY : REASON_PRIMARY_SORRY;
		if (r->sorry[i].svc && is_usable(s, r->sorry[i].svc))
			return &r->sorry[i];
	}
	*reason = overload ? REASON_OVERLOAD : REASON_NO_SERVICE;
	return NULL;
}

static enum verdict_kind translate(const struct flow_key *k, struct verdict *v)
{
	const struct policy_service *svc = v->member->svc;
	struct nat_in in = {
		.vip = v->rule->vip,
		.service = svc->addr,
		.service_range = svc->addr_range,
		.service_port = svc->port,
		.group.s_addr =
			svc->group ? svc->group->vip.s_addr : INADDR_ANY,
	};
	struct nat nat = nat_decide(&in, k);

	v->src = nat.src;
	v->dst = nat.dst;
	v->dport = nat.dport;
	return v->kind = VERDICT_FORWARD;
}

enum verdict_kind flow_decide(const struct policy *p, struct shared *s,
			      const struct flow_key *key,
			      const struct match_request *req, uint64_t now_ms,
			      struct verdict *v)
{
	enum match_result found;
	int which = -1;

	*v = (struct verdict){ .kind = VERDICT_DROP };
	found = match_find(p->match, key, req, &which);
	if (found == MATCH_NEED_REQUEST) {
		v->reason = REASON_REQUEST;
		return v->kind = VERDICT_TERMINATE;
	}
	if (found == MATCH_NONE) {
		v->reason = req ? REASON_NO_MATCH : REASON_NO_RULE;
		return VERDICT_DROP;
	}
	v->rule = &p->rule[which];
	v->member = choose(v->rule, s, key, now_ms, &v->reason);
	return v->member ? translate(key, v) : VERDICT_DROP;
}
