#include "emu/flow/why.h"

#include <assert.h>
#include <string.h>

#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/flow/choose.h"
#include "emu/flow/policy.h"
#include "emu/keepalive/keepalive.h"

static const char *const sticky_name[] = {
	[WHY_STICKY_NONE] = "not sticky",
	[WHY_STICKY_MISS] = "not seen before",
	[WHY_STICKY_HIT] = "seen before",
	[WHY_STICKY_DOWN] = "seen before, but its service cannot be used",
	[WHY_STICKY_FULL] = "not learnt: the sticky table is full",
	[WHY_STICKY_NO_STRING] = "the request carries nothing to stick by",
	[WHY_STICKY_UNKNOWN] = "what the request carries names no service",
	[WHY_STICKY_OVERRULED] = "an ACL's preferred service goes before",
};
static_assert(sizeof(sticky_name) / sizeof(*sticky_name) == WHY_STICKY_NUM,
	      "sticky_name[] does not match enum why_sticky");

static const char *const out_name[] = {
	[WHY_IN] = "",
	[WHY_OUT_STATE] = "it is not up",
	[WHY_OUT_MODULE] = "its module is not there",
	[WHY_OUT_REDIRECT] = "it redirects, when all others fail",
	[WHY_OUT_WEIGHT] = "weight 0 takes nothing new",
	[WHY_OUT_FULL] = "it has all connections that it may have",
	[WHY_OUT_LOAD] = "its load is above the threshold",
};
static_assert(sizeof(out_name) / sizeof(*out_name) == WHY_OUT_NUM,
	      "out_name[] does not match enum why_out");

/* ---- what a record speaks of ----------------------------------------------- */

static const char *service_name(const struct policy *p, unsigned index)
{
	const struct policy_service *s =
		p && index ? policy_service_at(p, index) : NULL;

	return s ? s->name : "?";
}

static const char *group_name(const struct policy *p, unsigned index)
{
	for (int i = 0; p && i < p->ngroup; i++)
		if (p->group[i].index == index)
			return p->group[i].name;
	return "?";
}

static const char *proto_name(uint8_t proto)
{
	return proto == IPPROTO_TCP ? "tcp" : "udp";
}

/* The kept bytes as a request again; what was cut off cannot be told of. */
struct again {
	struct http_head http;
	struct sip_head sip;
	struct request req;
};

static const struct request *request_again(const struct why *w, struct again *a)
{
	struct http_stream s;
	size_t used = 0, seen = 0;

	if (!w->has_request)
		return NULL;
	a->req = (struct request){ .kind = (enum request_kind)w->request_kind,
				   .buf = w->head };
	http_begin(&s, false);
	if (a->req.kind == REQUEST_HTTP &&
	    http_feed(&s, w->head, w->head_len, &used, &a->http) ==
		    HTTP_EV_HEAD)
		a->req.http = &a->http;
	if (a->req.kind == REQUEST_SIP &&
	    sip_scan(w->head, w->head_len, &seen, &a->sip) == SIP_OK)
		a->req.sip = &a->sip;
	return &a->req;
}

static const struct policy_rule *rule_of(const struct policy *p, unsigned index)
{
	for (int i = 0; p && index && i < p->nrule; i++)
		if (p->rule[i].index == index)
			return &p->rule[i];
	return NULL;
}

/* The Location that a redirect carried, made again; "": it cannot be. */
static void location_again(const struct why *w, const struct policy *p,
			   struct out *o)
{
	const struct policy_rule *r = rule_of(p, w->rule);
	struct verdict v = { .rule = r };
	struct again a;
	const struct request *req = request_again(w, &a);

	if (!r || !req || p->generation != w->generation)
		return;
	v.member = choose_named(r, w->service);
	if (w->reason == REASON_RULE_REDIRECT)
		v.location = r->redirect;
	else if (w->reason == REASON_NO_COOKIE)
		v.location = r->no_cookie_url;
	verdict_location(&v, req, &w->key, o);
}

/* As match_find() saw it: a method that is not parsed makes it no request. */
static const struct request *request_matched(const struct why *w,
					     struct again *a)
{
	const struct request *req = request_again(w, a);

	if (w->unparsed)
		a->req.kind = REQUEST_OTHER;
	return req;
}

/* The request line, without what is no text. */
static void request_line(const struct why *w, char *buf, size_t cap)
{
	size_t n = 0;

	while (n < w->head_len && n + 1 < cap && w->head[n] != '\r' &&
	       w->head[n] != '\n') {
		unsigned char c = (unsigned char)w->head[n];

		buf[n++] = c < ' ' || c > '~' ? '.' : (char)c;
	}
	buf[n] = '\0';
}

/* ---- in words -------------------------------------------------------------- */

struct telling {
	const struct policy *p;
	const struct why *w;
	struct out *o;
	int n;
};

static const char *lost_text(const struct why *w, enum match_lost why)
{
	return match_lost_name(w->unparsed && why == LOST_KIND ? LOST_METHOD
							       : why);
}

static void tell_rule(void *arg, int rule, enum match_lost why)
{
	struct telling *t = arg;
	const struct policy_rule *r = &t->p->rule[rule];

	out_puts(t->o, "    ");
	out_col(t->o, 34, "%s/%s", r->owner, r->name);
	out_printf(t->o, "%s\n", lost_text(t->w, why));
	t->n++;
}

static void explain_rules(const struct why *w, const struct policy *p,
			  struct out *o)
{
	struct telling t = { .p = p, .w = w, .o = o };
	struct again a;

	if (!p || p->generation != w->generation) {
		out_printf(o,
			   "  Rules: the configuration has changed since; rule "
			   "index %u\n",
			   w->rule);
		return;
	}
	out_puts(o, "  Rules for this address, port and protocol:\n");
	match_explain(p->match, &w->key, request_matched(w, &a), tell_rule, &t);
	if (!t.n)
		out_puts(o, "    none\n");
}

static void explain_candidates(const struct why *w, const struct policy *p,
			       struct out *o)
{
	if (!w->ncandidate)
		return;
	out_puts(o, "  Balance among:\n");
	for (int i = 0; i < w->ncandidate; i++) {
		const struct why_candidate *c = &w->candidate[i];

		out_puts(o, "    ");
		out_col(o, 33, "%s", service_name(p, c->service));
		out_printf(o, "%-9s weight %u, load %u, connections %u%s%s\n",
			   service_state_name((enum service_state)c->state),
			   c->weight, c->load, c->conns,
			   c->out ? "; not eligible: " : "", out_name[c->out]);
	}
	if (w->ntotal > w->ncandidate)
		out_printf(o, "    and %u more\n", w->ntotal - w->ncandidate);
}

static void explain_end(const struct why *w, const struct policy *p,
			struct out *o)
{
	struct out to = { 0 };

	out_printf(o, "  Verdict: %s, %s\n",
		   verdict_kind_name((enum verdict_kind)w->kind),
		   verdict_reason_name((enum verdict_reason)w->reason));
	if (w->service)
		out_printf(o, "  Service: %s\n", service_name(p, w->service));
	if (w->remap)
		out_puts(o,
			 "  The connection leaves the service that it had\n");
	if (w->kind == VERDICT_REDIRECT)
		location_again(w, p, &to);
	if (to.len)
		out_printf(o, "  Location: %s\n", out_text(&to));
	out_fini(&to);
	if (w->kind != VERDICT_FORWARD)
		return;
	out_printf(o, "  Server side: %s to %s:%u\n",
		   w->src.s_addr ? str_addr(w->src) : "client's own address",
		   str_addr(w->dst), ntohs(w->dport));
	if (w->group)
		out_printf(o, "  Source group: %s\n", group_name(p, w->group));
}

void why_explain(const struct why *w, const struct policy *p, struct out *o)
{
	char line[200];

	out_printf(o, "%s %s:%u to %s:%u\n", proto_name(w->key.proto),
		   str_addr(w->key.src), ntohs(w->key.sport),
		   str_addr(w->key.dst), ntohs(w->key.dport));
	if (w->has_request) {
		request_line(w, line, sizeof(line));
		out_printf(o, "  Request: %s\n", line);
	}
	if (w->clause)
		out_printf(o, "  ACL: %u clause %u%s\n", w->acl, w->clause,
			   w->acl ? "" : " (no list on the circuit)");
	explain_rules(w, p, o);
	if (w->sticky != WHY_STICKY_NONE)
		out_printf(o, "  Sticky: %s\n", sticky_name[w->sticky]);
	explain_candidates(w, p, o);
	explain_end(w, p, o);
}

/* ---- as JSON --------------------------------------------------------------- */

static void json_rule(void *arg, int rule, enum match_lost why)
{
	struct telling *t = arg;
	const struct policy_rule *r = &t->p->rule[rule];

	out_puts(t->o, t->n++ ? ",{\"owner\":" : "{\"owner\":");
	out_json(t->o, r->owner);
	out_puts(t->o, ",\"rule\":");
	out_json(t->o, r->name);
	out_puts(t->o, ",\"why\":");
	out_json(t->o, lost_text(t->w, why));
	out_puts(t->o, "}");
}

static void json_candidates(const struct why *w, const struct policy *p,
			    struct out *o)
{
	out_puts(o, ",\"candidates\":[");
	for (int i = 0; i < w->ncandidate; i++) {
		const struct why_candidate *c = &w->candidate[i];

		out_puts(o, i ? ",{\"service\":" : "{\"service\":");
		out_json(o, service_name(p, c->service));
		out_printf(o,
			   ",\"state\":\"%s\",\"weight\":%u,\"load\":%u,"
			   "\"connections\":%u,\"eligible\":%s",
			   service_state_name((enum service_state)c->state),
			   c->weight, c->load, c->conns,
			   c->out ? "false" : "true");
		if (c->out)
			out_printf(o, ",\"why\":\"%s\"", out_name[c->out]);
		out_puts(o, "}");
	}
	out_puts(o, "]");
}

static void json_end(const struct why *w, const struct policy *p, struct out *o)
{
	const struct policy_rule *r = rule_of(p, w->rule);
	struct out to = { 0 };

	out_printf(o, ",\"sticky\":\"%s\",\"verdict\":\"%s\",\"reason\":\"%s\"",
		   sticky_name[w->sticky],
		   verdict_kind_name((enum verdict_kind)w->kind),
		   verdict_reason_name((enum verdict_reason)w->reason));
	if (r) {
		out_puts(o, ",\"owner\":");
		out_json(o, r->owner);
		out_puts(o, ",\"rule\":");
		out_json(o, r->name);
	}
	if (w->remap)
		out_puts(o, ",\"remap\":true");
	if (w->kind == VERDICT_REDIRECT) {
		location_again(w, p, &to);
		out_puts(o, ",\"location\":");
		out_json(o, out_text(&to));
		out_fini(&to);
	}
	if (w->service) {
		out_puts(o, ",\"service\":");
		out_json(o, service_name(p, w->service));
	}
	if (w->kind == VERDICT_FORWARD) {
		out_printf(o, ",\"server\":\"%s:%u\"", str_addr(w->dst),
			   ntohs(w->dport));
		if (w->src.s_addr)
			out_printf(o, ",\"server_source\":\"%s\"",
				   str_addr(w->src));
	}
	if (w->group) {
		out_puts(o, ",\"group\":");
		out_json(o, group_name(p, w->group));
	}
}

void why_json(const struct why *w, const struct policy *p, struct out *o)
{
	struct telling t = { .p = p, .w = w, .o = o };
	struct again a;
	char line[200];

	out_printf(o,
		   "\"protocol\":\"%s\",\"source\":\"%s:%u\",\"destination\":"
		   "\"%s:%u\"",
		   proto_name(w->key.proto), str_addr(w->key.src),
		   ntohs(w->key.sport), str_addr(w->key.dst),
		   ntohs(w->key.dport));
	if (w->has_request) {
		request_line(w, line, sizeof(line));
		out_puts(o, ",\"request\":");
		out_json(o, line);
	}
	if (w->clause)
		out_printf(o, ",\"acl\":%u,\"clause\":%u", w->acl, w->clause);
	out_puts(o, ",\"rules\":[");
	if (p && p->generation == w->generation)
		match_explain(p->match, &w->key, request_matched(w, &a),
			      json_rule, &t);
	out_puts(o, "]");
	json_candidates(w, p, o);
	json_end(w, p, o);
}
