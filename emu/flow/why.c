#include "emu/flow/why.h"

#include <assert.h>
#include <string.h>

#include "emu/base/out.h"
#include "emu/base/str.h"
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
	struct out *o;
	int n;
};

static void tell_rule(void *arg, int rule, enum match_lost why)
{
	struct telling *t = arg;
	const struct policy_rule *r = &t->p->rule[rule];

	out_puts(t->o, "    ");
	out_col(t->o, 34, "%s/%s", r->owner, r->name);
	out_printf(t->o, "%s\n", match_lost_name(why));
	t->n++;
}

static void explain_rules(const struct why *w, const struct policy *p,
			  struct out *o)
{
	struct telling t = { .p = p, .o = o };
	struct again a;

	if (!p || p->generation != w->generation) {
		out_printf(o,
			   "  Rules: the configuration has changed since; rule "
			   "index %u\n",
			   w->rule);
		return;
	}
	out_puts(o, "  Rules for this address, port and protocol:\n");
	match_explain(p->match, &w->key, request_again(w, &a), tell_rule, &t);
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
		out_printf(o, "%-9s weight %u, load %u, connections %u%s\n",
			   service_state_name((enum service_state)c->state),
			   c->weight, c->load, c->conns,
			   c->eligible ? "" : ", not eligible");
	}
	if (w->ntotal > w->ncandidate)
		out_printf(o, "    and %u more\n", w->ntotal - w->ncandidate);
}

static void explain_end(const struct why *w, const struct policy *p,
			struct out *o)
{
	out_printf(o, "  Verdict: %s, %s\n",
		   verdict_kind_name((enum verdict_kind)w->kind),
		   verdict_reason_name((enum verdict_reason)w->reason));
	if (w->service)
		out_printf(o, "  Service: %s\n", service_name(p, w->service));
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

static void json_text(struct out *o, const char *text)
{
	out_puts(o, "\"");
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			out_printf(o, "\\%c", c);
		else if (c < ' ' || c > '~')
			out_printf(o, "\\u%04x", c);
		else
			out_write(o, text, 1);
	}
	out_puts(o, "\"");
}

static void json_rule(void *arg, int rule, enum match_lost why)
{
	struct telling *t = arg;
	const struct policy_rule *r = &t->p->rule[rule];

	out_puts(t->o, t->n++ ? ",{\"owner\":" : "{\"owner\":");
	json_text(t->o, r->owner);
	out_puts(t->o, ",\"rule\":");
	json_text(t->o, r->name);
	out_puts(t->o, ",\"why\":");
	json_text(t->o, match_lost_name(why));
	out_puts(t->o, "}");
}

static void json_candidates(const struct why *w, const struct policy *p,
			    struct out *o)
{
	out_puts(o, ",\"candidates\":[");
	for (int i = 0; i < w->ncandidate; i++) {
		const struct why_candidate *c = &w->candidate[i];

		out_puts(o, i ? ",{\"service\":" : "{\"service\":");
		json_text(o, service_name(p, c->service));
		out_printf(o,
			   ",\"state\":\"%s\",\"weight\":%u,\"load\":%u,"
			   "\"connections\":%u,\"eligible\":%s}",
			   service_state_name((enum service_state)c->state),
			   c->weight, c->load, c->conns,
			   c->eligible ? "true" : "false");
	}
	out_puts(o, "]");
}

static void json_end(const struct why *w, const struct policy *p, struct out *o)
{
	out_printf(o, ",\"sticky\":\"%s\",\"verdict\":\"%s\",\"reason\":\"%s\"",
		   sticky_name[w->sticky],
		   verdict_kind_name((enum verdict_kind)w->kind),
		   verdict_reason_name((enum verdict_reason)w->reason));
	if (w->service) {
		out_puts(o, ",\"service\":");
		json_text(o, service_name(p, w->service));
	}
	if (w->kind == VERDICT_FORWARD) {
		out_printf(o, ",\"server\":\"%s:%u\"", str_addr(w->dst),
			   ntohs(w->dport));
		if (w->src.s_addr)
			out_printf(o, ",\"source\":\"%s\"", str_addr(w->src));
	}
	if (w->group) {
		out_puts(o, ",\"group\":");
		json_text(o, group_name(p, w->group));
	}
}

void why_json(const struct why *w, const struct policy *p, struct out *o)
{
	struct telling t = { .p = p, .o = o };
	struct again a;
	char line[200];

	out_printf(o,
		   "{\"protocol\":\"%s\",\"source\":\"%s:%u\",\"destination\":"
		   "\"%s:%u\"",
		   proto_name(w->key.proto), str_addr(w->key.src),
		   ntohs(w->key.sport), str_addr(w->key.dst),
		   ntohs(w->key.dport));
	if (w->has_request) {
		request_line(w, line, sizeof(line));
		out_puts(o, ",\"request\":");
		json_text(o, line);
	}
	if (w->clause)
		out_printf(o, ",\"acl\":%u,\"clause\":%u", w->acl, w->clause);
	out_puts(o, ",\"rules\":[");
	if (p && p->generation == w->generation)
		match_explain(p->match, &w->key, request_again(w, &a),
			      json_rule, &t);
	out_puts(o, "]");
	json_candidates(w, p, o);
	json_end(w, p, o);
	out_puts(o, "}\n");
}
