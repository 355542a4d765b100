#include <assert.h>
#include <string.h>

#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/flow/decide.h"
#include "emu/flow/policy.h"
#include "emu/sticky/sticky.h"

#define HTTP_PORT 80

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
	[REASON_LOCATION] = "named by a location cookie",
	[REASON_NO_COOKIE] = "named for requests without a cookie",
	[REASON_REQUEST] = "request needed",
	[REASON_RULE_REDIRECT] = "the rule redirects",
	[REASON_SERVICE_REDIRECT] = "redirect service",
	[REASON_RESET_REDIRECT] = "another service is needed",
	[REASON_ACL_BYPASS] = "bypassed by an ACL clause",
	[REASON_RULE_BYPASS] = "bypassed by the rule",
	[REASON_PARAM_BYPASS] = "bypassed for its parameters",
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

/* ---- answers --------------------------------------------------------------- */

/* Old clients name no host: then it is the address that they came to. */
static void url_self(const struct request *req, const struct flow_key *key,
		     struct out *o)
{
	const struct http_head *h = req->http;
	const char *target = req->buf + h->target.at;
	uint32_t len = h->target.len;

	if (*target == '/' && h->host.len)
		out_printf(o, "http://%.*s", (int)h->host.len,
			   req->buf + h->host.at);
	else if (*target == '/')
		out_printf(o, "http://%s", str_addr(key->dst));
	if (*target == '/' && !h->host.len && ntohs(key->dport) != HTTP_PORT)
		out_printf(o, ":%u", ntohs(key->dport));
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
		      const struct flow_key *key, struct out *o)
{
	if (v->location && !strncmp(v->location, "//", 2))
		out_printf(o, "http:%s", v->location);
	else if (v->location)
		out_puts(o, v->location);
	else if (v->member && req->http)
		url_of_service(v->member->svc, req, o);
	else if (req->http)
		url_self(req, key, o);
}

void verdict_cookies(const struct verdict *v, uint64_t now_s, struct out *o)
{
	const struct policy_service *s = v->member ? v->member->svc : NULL;

	if (v->set_cookie && s)
		arpt_write(&v->rule->arpt,
			   s->string[0] ? s->string : str_addr(s->addr), now_s,
			   o);
	if (v->set_location)
		location_write(&v->rule->location, now_s, o);
}
