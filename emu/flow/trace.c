#include "emu/flow/trace.h"

#include <string.h>

#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/conf.h"
#include "emu/conf/service.h"
#include "emu/conf/ssllist.h"
#include "emu/flow/decide.h"
#include "emu/flow/policy.h"
#include "emu/flow/why.h"
#include "emu/net/sniff.h"

#define STEPS_MAX 3 /* a flow, its clear text; the module once more is a loop */

struct asked { /* one request taken apart */
	struct http_head http;
	struct sip_head sip;
	struct request req;
};

static const struct request *read_request(const struct trace_in *t,
					  struct asked *a)
{
	struct http_stream s;
	size_t used = 0;

	if (!t->head)
		return NULL;
	a->req = (struct request){ .buf = t->head };
	if (sniff(t->head, t->head_len, ~0u, &a->req, &a->sip) == SNIFF_DONE)
		return &a->req;
	http_begin(&s, false);
	if (http_feed(&s, t->head, t->head_len, &used, &a->http) ==
	    HTTP_EV_HEAD) {
		a->req.kind = REQUEST_HTTP;
		a->req.http = &a->http;
	}
	return &a->req;
}

static void decide_dry(const struct trace_in *t, const struct flow_key *key,
		       const struct request *req, struct why *why,
		       struct verdict *v)
{
	struct decide_in in = {
		.policy = t->policy,
		.shared = t->shared,
		.key = key,
		.req = req,
		.now_ms = t->now_ms,
		.wall_s = t->wall_s,
		.circuit = policy_circuit_of(t->policy, key->src),
		.dry = true,
		.why = why,
	};

	(void)flow_decide(&in, v);
}

static void tell(const struct trace_in *t, const struct why *why, bool json,
		 struct out *o)
{
	if (json)
		why_json(why, t->policy, o);
	else
		why_explain(why, t->policy, o);
}

/* The clear-text target of the entry that ends TLS for this address. */
static bool clear_target(const struct trace_in *t,
			 const struct policy_service *svc, struct flow_key *key)
{
	const struct service *s =
		t->conf ? service_find(t->conf, svc->name) : NULL;

	for (int i = 0; s && i < s->nssllist; i++) {
		const struct ssllist *l = ssllist_find(t->conf, s->ssllist[i]);

		for (int k = 0; l && k < l->nserver; k++) {
			const struct ssl_server *e = l->server[k];

			if (e->vip.s_addr != key->dst.s_addr ||
			    htons(e->port) != key->dport || !e->c.ncipher)
				continue;
			key->dst = e->c.cipher[0].addr;
			key->dport = htons(e->c.cipher[0].port);
			return true;
		}
	}
	return false;
}

void trace(const struct trace_in *t, bool json, struct out *o)
{
	struct flow_key key = t->key;
	struct asked a;
	const struct request *req = read_request(t, &a);

	for (int step = 0; step < STEPS_MAX; step++) {
		struct verdict v;
		struct why why;

		decide_dry(t, &key, NULL, &why, &v);
		if (v.kind == VERDICT_TERMINATE && req)
			decide_dry(t, &key, req, &why, &v);
		tell(t, &why, json, o);
		if (v.kind != VERDICT_FORWARD ||
		    v.member->svc->type != SERVICE_SSL_ACCEL)
			return;
		if (!clear_target(t, v.member->svc, &key))
			return;
		if (!json)
			out_printf(o,
				   "TLS ends in module %u; its clear text:\n",
				   v.member->svc->slot);
	}
}
