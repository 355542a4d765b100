#include "emu/flow/policy_build.h"

#include <stdlib.h>
#include <string.h>

#include "emu/balance/balance.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/conf/content.h"
#include "emu/conf/kept.h"
#include "emu/flow/shared.h"
#include "emu/sticky/cookie.h"
#include "emu/sticky/sticky.h"

/*
 * A content rule compiled for traffic.  A rule that cannot do what it says is
 * not in force, and the operator is told; the next less specific rule takes its
 * traffic, as with a suspended one.
 */

static void rule_warn(const struct build *b, const struct content *c,
		      const char *what)
{
	out_printf(b->warn, "Rule %s/%s: %s\n", c->owner->name, c->name, what);
}

/* ---- services -------------------------------------------------------------- */

/* Of types that only replicate or peer there is nothing to send to. */
static bool type_is_carried(enum service_type t)
{
	return t != SERVICE_REP_STORE && t != SERVICE_REDUNDANCY_UP &&
	       t != SERVICE_NCI_INFO_ONLY;
}

static const struct policy_service *
usable(const struct build *b, const struct content *c, const char *name)
{
	const struct policy_service *s = policy_service_named(b->p, name);

	if (!s)
		return NULL;
	if (!type_is_carried(s->type)) {
		out_printf(b->warn,
			   "Rule %s/%s: service %s is not used, type %s takes "
			   "no traffic\n",
			   c->owner->name, c->name, s->name,
			   service_type_name(s->type));
		return NULL;
	}
	return s;
}

static void member_set(const struct build *b, const struct content *c,
		       const struct policy_service *s, int weight,
		       struct policy_member *m)
{
	*m = (struct policy_member){
		.svc = s,
		.weight = weight < 0 ? s->weight : (uint8_t)weight,
		.hits = shared_hits(b->shared, c->index, s->index),
	};
}

static void one_member(const struct build *b, const struct content *c,
		       const char *name, struct policy_member *m)
{
	const struct policy_service *s = *name ? usable(b, c, name) : NULL;

	if (s)
		member_set(b, c, s, -1, m);
}

/* content.md 7.5: a cookie of a suspended service is one of a service that is
 * down, not one of nobody. */
static void build_away(const struct build *b, const struct content *c,
		       struct policy_rule *r)
{
	r->away = xcalloc((size_t)c->nservice + 1, sizeof(*r->away));
	for (int i = 0; i < c->nservice; i++) {
		const struct service *s =
			service_find(b->conf, c->service[i].name);
		struct policy_away *a = &r->away[r->naway];

		if (!s || s->active)
			continue;
		(void)str_copy(a->string, sizeof(a->string), s->string);
		(void)str_copy(a->id, sizeof(a->id),
			       s->string[0] ? s->string : str_addr(s->addr));
		r->naway++;
	}
}

static void build_members(struct build *b, const struct content *c,
			  struct policy_rule *r)
{
	r->member = xcalloc((size_t)c->nservice + 1, sizeof(*r->member));
	for (int i = 0; i < c->nservice; i++) {
		const struct policy_service *s =
			usable(b, c, c->service[i].name);

		if (s)
			member_set(b, c, s, c->service[i].weight,
				   &r->member[r->nmember++]);
	}
	one_member(b, c, c->primary_sorry, &r->sorry[0]);
	one_member(b, c, c->secondary_sorry, &r->sorry[1]);
}

/* sticky-no-cookie-found-action {loadbalance|reject|redirect URL|service S} */
static void build_no_cookie(const struct build *b, const struct content *c,
			    struct policy_rule *r)
{
	struct kept_line l;

	if (!kept_one(&c->kept, "sticky-no-cookie-found-action", &l))
		return;
	if (kept_has(&l, "reject"))
		r->no_cookie = NO_COOKIE_REJECT;
	if (kept_has(&l, "redirect")) {
		r->no_cookie = NO_COOKIE_REDIRECT;
		(void)str_copy(r->no_cookie_url, sizeof(r->no_cookie_url),
			       kept_word(&l, 1, ""));
	}
	if (kept_has(&l, "service")) {
		r->no_cookie = NO_COOKIE_SERVICE;
		one_member(b, c, kept_word(&l, 1, ""), &r->no_cookie_member);
	}
}

/* ---- stickiness ------------------------------------------------------------ */

static void build_string(const struct content *c, struct policy_rule *r)
{
	const struct content_more *m = &c->more;
	struct kept_line range;

	(void)kept_one(&c->kept, "string range", &range);
	r->sticky = STICK_STRING;
	r->string = (struct string_rule){
		.source = c->advanced == ADVBAL_COOKIES ? STRING_COOKIES
			  : c->advanced == ADVBAL_URL	? STRING_URL
							: STRING_COOKIEURL,
		.operation = m->string_operation,
		.match = m->string_match,
		.from = (uint16_t)atoi(kept_word(&range, 0, "1")),
		.to = (uint16_t)atoi(kept_after(&range, "to", "100")),
		.skip = m->string_skip,
		.process = m->string_process,
		.ascii = !m->string_no_ascii,
	};
	str_copy(r->string.prefix, sizeof(r->string.prefix), m->string_prefix);
	str_copy(r->string.eos, sizeof(r->string.eos), m->string_eos);
}

static void build_arpt(const struct content *c, struct policy_rule *r)
{
	const struct content_more *m = &c->more;
	struct arpt_rule *a = &r->arpt;

	r->sticky = STICK_ARPT;
	str_copy(a->name, sizeof(a->name),
		 m->arpt_name[0] ? m->arpt_name : "ARPT");
	str_copy(a->path, sizeof(a->path),
		 m->arpt_path[0] ? m->arpt_path : "/");
	str_copy(a->domain, sizeof(a->domain), m->cookie_domain);
	a->expire_s = cookie_life_s(m->arpt_expiration);
	a->browser_expire = m->arpt_browser_expire;
	a->expire_services = m->arpt_expire_services;
}

static void build_location(const struct build *b, const struct content *c,
			   struct policy_rule *r)
{
	static const char services[] = "add location service";
	struct location_rule *l = &r->location;
	struct kept_line line;

	if (!kept_one(&c->kept, "location-cookie", &line))
		return;
	str_copy(l->name, sizeof(l->name), kept_after(&line, "name", ""));
	str_copy(l->value, sizeof(l->value), kept_after(&line, "value", ""));
	str_copy(l->domain, sizeof(l->domain), c->more.cookie_domain);
	l->expire_s = cookie_life_s(kept_after(&line, "expiration", ""));
	for (size_t i = 0; kept_line(&c->kept, services, i, &line); i++) {
		r->site = xrealloc(r->site, (size_t)(r->nsite + 1) *
						    sizeof(*r->site));
		r->site[r->nsite] = (struct policy_member){ .svc = NULL };
		one_member(b, c, kept_word(&line, 0, ""), &r->site[r->nsite]);
		r->nsite += r->site[r->nsite].svc != NULL;
	}
}

static const struct {
	bool in_table;
	enum sticky_type type;
	bool layer5;
} stickiness[ADVBAL_NUM] = {
	[ADVBAL_SSL] = { true, STICKY_SSL, true },
	[ADVBAL_COOKIEURL] = { false, 0, true },
	[ADVBAL_URL] = { false, 0, true },
	[ADVBAL_COOKIES] = { false, 0, true },
	[ADVBAL_STICKY_SRCIP_DSTPORT] = { true, STICKY_L4, false },
	[ADVBAL_STICKY_SRCIP] = { true, STICKY_L3, false },
	[ADVBAL_ARROWPOINT_COOKIE] = { false, 0, true },
	[ADVBAL_WAP_MSISDN] = { true, STICKY_WAP, true },
	[ADVBAL_SIP_CALL_ID] = { true, STICKY_SIP, true },
};

static void build_sticky(const struct content *c, struct policy_rule *r)
{
	r->sticky_mask = c->sticky_mask;
	r->sticky_ms = (uint64_t)c->sticky_inact_min * 60000;
	r->serverdown = c->more.serverdown;
	if (stickiness[c->advanced].in_table) {
		r->sticky = STICK_TABLE;
		r->sticky_type = (uint8_t)stickiness[c->advanced].type;
	} else if (c->advanced == ADVBAL_ARROWPOINT_COOKIE) {
		build_arpt(c, r);
	} else if (c->advanced != ADVBAL_NONE) {
		build_string(c, r);
	}
}

/* ---- what the request must be ---------------------------------------------- */

static enum request_kind kind_of(const struct content *c)
{
	if (c->application == APP_SIP || c->advanced == ADVBAL_SIP_CALL_ID)
		return REQUEST_SIP;
	if (c->application == APP_SSL || c->advanced == ADVBAL_SSL)
		return REQUEST_TLS;
	return REQUEST_HTTP;
}

static bool is_layer5(const struct content *c, const struct policy_rule *r)
{
	if (r->wants == REQUEST_TLS) /* only a session id is looked for */
		return c->advanced == ADVBAL_SSL;
	return r->url.npattern || r->hfg || stickiness[c->advanced].layer5 ||
	       r->location.name[0] || c->redirect[0];
}

/* Answers are compressed that were asked for in HTTP: requests are looked at. */
static bool is_compressed(const struct policy_rule *r)
{
	bool any = false;

	for (int i = 0; i < r->nmember; i++) /* ssl-accel sees no request yet */
		any |= r->member[i].svc->compressor &&
		       r->member[i].svc->type != SERVICE_SSL_ACCEL;
	return any && r->wants == REQUEST_HTTP && r->proto != PROTO_UDP;
}

/* ---- the rule -------------------------------------------------------------- */

static void build_balance(struct build *b, const struct content *c,
			  struct policy_rule *r)
{
	r->failover = (enum balance_failover)c->more.failover;
	r->balance = balance_find(c->balance);
	if (r->balance)
		return;
	r->balance = balance_methods[0];
	rule_warn(b, c, "its balance method is not known, roundrobin is used");
}

static bool is_served(const struct build *b, struct in_addr vip)
{
	const struct conf_hooks *h = &b->conf->hooks;

	return !h->serves || h->serves(h->arg, vip);
}

static bool is_in_force(struct build *b, const struct content *c)
{
	if (!c->active)
		return false;
	if (is_served(b, c->vip))
		return true;
	rule_warn(b, c,
		  "is not in force, the virtual router of its VIP is not "
		  "master");
	return false;
}

static uint8_t lower(uint8_t a, uint8_t b)
{
	return a < b ? a : b;
}

/* There is only a transparent cache to pass by. */
static bool has_cache(const struct policy_rule *r)
{
	for (int i = 0; i < r->nmember; i++)
		if (r->member[i].svc->type == SERVICE_TRANSPARENT_CACHE)
			return true;
	return false;
}

void policy_build_rule(struct build *b, const struct content *c)
{
	struct policy_rule *r = &b->p->rule[b->p->nrule];
	struct err err = { 0 };

	if (!is_in_force(b, c))
		return;
	*r = (struct policy_rule){
		.index = c->index,
		.vip = c->vip,
		.vip_range = c->vip_range ? c->vip_range : 1,
		.port = c->port,
		.proto = (uint8_t)c->proto,
		.application = c->application,
		.wants = kind_of(c),
		.load_threshold = lower(c->more.load_threshold,
					b->p->flow.load.threshold),
		.slowstart_s = c->more.slowstart_s,
		.persistent = c->persistent,
		.reset_reject = c->flow_reset_reject,
		.hotlist_min = c->more.hotlist ? c->more.hotlist_interval_min
					       : 0,
		.idle_ms = policy_idle_ms(c->flow_timeout_multiplier),
	};
	if (r->wants == REQUEST_HTTP && policy_build_lists(c, b->conf, r, &err)) {
		rule_warn(b, c, err.msg);
		policy_rule_fini(r);
		return;
	}
	str_copy(r->owner, sizeof(r->owner), c->owner->name);
	str_copy(r->name, sizeof(r->name), c->name);
	str_copy(r->redirect, sizeof(r->redirect), c->redirect);
	build_balance(b, c, r);
	build_sticky(c, r);
	build_location(b, c, r);
	build_members(b, c, r);
	build_away(b, c, r);
	r->ping_remote = c->more.ping_local_remote;
	r->param_bypass = c->more.param_bypass && has_cache(r);
	build_no_cookie(b, c, r);
	r->layer5 = is_layer5(c, r) || is_compressed(r);
	b->p->nrule++;
}
