#include "emu/flow/trace.h"

#include <string.h>

#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/conf.h"
#include "emu/conf/service.h"
#include "emu/conf/ssllist.h"
#include "emu/flow/decide.h"
#include "emu/flow/policy.h"
#include "emu/flow/shared.h"
#include "emu/flow/why.h"
#include "emu/net/sniff.h"

#define STEPS_MAX 3 /* a flow, its clear text; the module once more is a loop */

struct shared *trace_all_alive(const struct conf *c)
{
	struct shared *s = shared_new();
	const struct service *svc = NULL;

	TAILQ_FOREACH(svc, &c->services, link)
		if (svc->active)
			shared_set_state(s, svc->index, SERVICE_ALIVE);
	return s;
}

struct asked { /* one request taken apart */
	struct http_head http;
	struct sip_head sip;
	struct request req;
	const char *refused; /* why traffic would be: no HTTP to be trusted */
};

static void read_request(const struct trace_in *t, struct asked *a)
{
	struct http_stream s;
	size_t used = 0;

	a->refused = NULL;
	a->req = (struct request){ .buf = t->head };
	if (!t->head ||
	    sniff(t->head, t->head_len, ~0u, &a->req, &a->sip) == SNIFF_DONE)
		return;
	http_begin(&s, false);
	if (http_feed(&s, t->head, t->head_len, &used, &a->http) ==
	    HTTP_EV_HEAD) {
		a->req.kind = REQUEST_HTTP;
		a->req.http = &a->http;
	} else if (!s.alien) {
		a->refused = http_why(&s);
	}
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

/* Rules look at it, and it is none that they may be asked about. */
static bool is_refused(const struct asked *a, const struct why *why)
{
	return a->refused && why->kind == VERDICT_TERMINATE;
}

/* One decision after another; false: that was the last one. */
static bool next(const struct trace_in *t, const struct asked *a,
		 struct flow_key *key, struct why *why, unsigned *slot)
{
	struct verdict v;

	decide_dry(t, key, NULL, why, &v);
	if (v.kind == VERDICT_TERMINATE && t->head && !a->refused)
		decide_dry(t, key, &a->req, why, &v);
	if (v.kind != VERDICT_FORWARD ||
	    v.member->svc->type != SERVICE_SSL_ACCEL)
		return false;
	*slot = v.member->svc->slot;
	return clear_target(t, v.member->svc, key);
}

static void in_words(const struct trace_in *t, const struct asked *a,
		     struct out *o)
{
	struct flow_key key = t->key;
	unsigned slot = 0;
	struct why why;

	for (int step = 0; step < STEPS_MAX; step++) {
		bool more = next(t, a, &key, &why, &slot);

		why_explain(&why, t->policy, o);
		if (is_refused(a, &why))
			out_printf(o, "  The request is refused: %s\n",
				   a->refused);
		if (!more)
			return;
		out_printf(o, "TLS ends in module %u; its clear text:\n", slot);
	}
}

/* What becomes of a module's clear text is a member of what becomes of the TLS. */
static void as_json(const struct trace_in *t, const struct asked *a,
		    struct out *o)
{
	struct flow_key key = t->key;
	unsigned slot = 0;
	struct why why;
	int depth = 0;

	for (bool more = true; more && depth < STEPS_MAX; depth++) {
		more = next(t, a, &key, &why, &slot);
		out_puts(o, depth ? ",\"clear\":{" : "{");
		why_json(&why, t->policy, o);
		if (is_refused(a, &why)) {
			out_puts(o, ",\"refused\":");
			out_json(o, a->refused);
		}
	}
	while (depth--)
		out_puts(o, "}");
	out_puts(o, "\n");
}

void trace(const struct trace_in *t, bool json, struct out *o)
{
	struct asked a;

	read_request(t, &a);
	if (json)
		as_json(t, &a, o);
	else
		in_words(t, &a, o);
}
