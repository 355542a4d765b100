#include "emu/plane/use.h"

#include <ctype.h>

#include "emu/flow/load.h"
#include "emu/flow/policy.h"
#include "emu/flow/ports.h"
#include "emu/flow/shared.h"
#include "emu/flow/why.h"
#include "emu/plane/hotlist.h"
#include "emu/plane/plane.h"

/* Names are the same in capitals. */
void use_domain(struct worker *w, const struct policy *p,
		const struct request *req)
{
	char name[HOT_URL_LEN];
	const char *host = NULL;
	size_t len = 0;

	if (!p->domains_min || !req || !req->http)
		return;
	host = req->buf + req->http->host.at;
	len = http_host_len(host, req->http->host.len);
	if (len > sizeof(name))
		len = sizeof(name);
	for (size_t i = 0; i < len; i++)
		name[i] = (char)tolower((unsigned char)host[i]);
	if (len)
		hotlist_hit(&w->hot, HOT_DOMAINS, name, len,
			    w->wall_s / (60u * p->domains_min));
}

static struct decide_in question(struct worker *w, const struct policy *p,
				 const struct flow_use *u,
				 const struct request *req)
{
	return (struct decide_in){
		.policy = p,
		.shared = w->shared,
		.key = &u->key,
		.req = req,
		.now_ms = w->now_ms,
		.wall_s = w->wall_s,
		.circuit = u->vlan ? u->vlan : policy_circuit_of(p, u->key.src),
		.held_rule = u->member ? u->rule : NULL,
		.held = u->member,
		.bypassed = u->bypassed,
	};
}

void use_foresee(struct worker *w, const struct policy *p,
		 const struct flow_use *u, const struct request *req,
		 struct verdict *v)
{
	struct decide_in in = question(w, p, u, req);

	in.dry = true;
	(void)flow_decide(&in, v);
}

static void count_bypass(struct worker *w, const struct verdict *v)
{
	if (v->kind != VERDICT_BYPASS)
		return;
	if (v->reason == REASON_ACL_BYPASS)
		count(&w->c->acl_bypass, 1);
	else if (v->reason == REASON_PARAM_BYPASS)
		count(&w->c->param_bypass, 1);
	else
		count(&w->c->rule_bypass, 1);
}

void use_decide(struct worker *w, const struct policy *p,
		const struct flow_use *u, const struct request *req,
		struct verdict *v)
{
	struct why_ring *ring = &w->ring;
	struct decide_in in = question(w, p, u, req);

	in.random = worker_dice(w);
	pthread_mutex_lock(&ring->lock);
	in.why = &ring->why[ring->n++ % WHY_KEEP];
	(void)flow_decide(&in, v);
	in.why->wall_ms = w->wall_s * 1000;
	pthread_mutex_unlock(&ring->lock);
	count_bypass(w, v);
}

void use_group_hit(struct worker *w, const struct verdict *v)
{
	const struct policy_service *svc = v->member ? v->member->svc : NULL;
	_Atomic uint64_t *hits = NULL;

	if (!v->group)
		return;
	count(&w->c->group[v->group->index].hits, 1);
	if (svc && svc->group == v->group)
		hits = svc->group_hits;
	else if (svc && svc->source_group == v->group)
		hits = svc->source_hits;
	if (hits)
		atomic_fetch_add_explicit(hits, 1, memory_order_relaxed);
}

bool use_hold(struct worker *w, struct flow_use *u, const struct verdict *v)
{
	const struct policy_service *svc = v->member ? v->member->svc : NULL;

	use_give_up(w, u);
	if (v->kind != VERDICT_FORWARD || !svc)
		return true;
	if (u->member && u->member->svc == svc && !v->remap)
		return true; /* the connection that it has goes on */
	if (!shared_enter_below(w->shared, svc->index, svc->max_conns))
		return false;
	u->held = svc;
	return true;
}

void use_give_up(struct worker *w, struct flow_use *u)
{
	if (u->held)
		shared_leave(w->shared, u->held->index);
	u->held = NULL;
}

/* ---- response times (content.md 1.5) ---------------------------------------- */

/* No report is 0, "all the time" 1 ms. */
static uint32_t report_ms(const struct policy *p, const struct flow_use *u)
{
	const struct load_conf *l = &p->flow.load;
	uint64_t ms = (uint64_t)l->teardown_s * 1000;

	if (!l->reporting || u->key.proto != IPPROTO_TCP)
		return 0;
	return ms > UINT32_MAX ? UINT32_MAX : ms ? (uint32_t)ms : 1;
}

/* From the client's SYN to the last byte so far.  A service that said nothing
 * has no response time: one that refuses everybody would look fast. */
static void report(struct worker *w, struct flow_use *u)
{
	enum load_class c = load_class_of(u->answered);
	unsigned service = u->member->svc->index;

	u->reported_ms = w->now_ms;
	if (!u->answered)
		return;
	count(&w->c->service[service].reports[c], 1);
	count(&w->c->service[service].report_ms[c],
	      load_normalized(u->used_ms - u->began_ms, u->answered));
}

void use_enter(struct worker *w, const struct policy *p, struct flow_use *u,
	       const struct verdict *v)
{
	struct worker_counters *c = w->c;
	const struct policy_service *svc = v->member->svc;

	u->member = v->member;
	u->bypassed = false;
	u->group = v->group;
	if (!u->sport)
		u->src = v->src;
	u->dst = v->dst;
	u->dport = v->dport;
	if (u->held == svc)
		u->held = NULL;
	else
		shared_enter(w->shared, svc->index);
	u->began_ms = u->reported_ms = u->used_ms = w->now_ms;
	u->answered = 0;
	u->report_ms = report_ms(p, u);
	count(&c->service[svc->index].total, 1);
	if (!u->group)
		return;
	use_group_hit(w, v);
	count(&c->group[u->group->index].total, 1);
}

void use_enter_group(struct worker *w, struct flow_use *u,
		     const struct policy_service *server,
		     const struct policy_group *g)
{
	u->group = g;
	count(&w->c->group[g->index].hits, 1);
	count(&w->c->group[g->index].total, 1);
	if (server && server->source_group == g)
		atomic_fetch_add_explicit(server->source_hits, 1,
					  memory_order_relaxed);
}

void use_leave(struct worker *w, struct flow_use *u)
{
	if (u->member && u->report_ms)
		report(w, u);
	if (u->member)
		shared_leave(w->shared, u->member->svc->index);
	if (u->group) {
		count(&w->c->group[u->group->index].left, 1);
		use_unmap(u, u->group);
	}
	u->member = NULL;
	u->group = NULL;
}

/* ---- source ports ---------------------------------------------------------- */

/* A port that stays what it is (portmap disable): UDP only, TCP is always mapped
 * (content.md 3.2). */
static bool keeps_port(const struct policy *p, const struct flow_use *u,
		       const struct policy_group *g, bool packet)
{
	return u->key.proto == IPPROTO_UDP &&
	       (packet ? p->flow.noflow_portmap.off : !g->portmap);
}

bool use_map(const struct policy *p, struct flow_use *u,
	     const struct policy_group *g, bool packet)
{
	struct portmap_range r = g->range;

	u->src = g->vip;
	u->sport = u->key.sport;
	if (keeps_port(p, u, g, packet))
		return true;
	if (packet) {
		r.base = p->flow.noflow_portmap.base;
		r.ports = p->flow.noflow_portmap.range;
	}
	if (!portmap_take(g->ports, &r, &u->mapping))
		return false;
	u->src.s_addr = htonl(ntohl(g->vip.s_addr) + u->mapping.address);
	u->sport = htons(u->mapping.port);
	return true;
}

void use_unmap(struct flow_use *u, const struct policy_group *g)
{
	if (u->mapping.port)
		portmap_give(g->ports, &u->mapping);
	u->mapping.port = 0;
}

/* ---- datagrams ------------------------------------------------------------- */

const struct request *use_request(const struct policy *p,
				  const struct flow_key *key, const char *buf,
				  size_t len, struct request *req,
				  struct sip_head *sip)
{
	unsigned wants = match_wants(p->match, key);
	size_t seen = 0;

	if (!wants)
		return NULL;
	*req = (struct request){ .kind = REQUEST_OTHER, .buf = buf };
	if (wants & 1u << REQUEST_SIP &&
	    sip_scan(buf, len, &seen, sip) == SIP_OK) {
		req->kind = REQUEST_SIP;
		req->sip = sip;
	}
	return req;
}

bool use_carries(const struct policy *p, const struct flow_key *key,
		 struct verdict *v)
{
	if (v->kind == VERDICT_BYPASS) {
		v->dst = key->dst;
		v->dport = key->dport;
		if (v->group)
			v->src = v->group->vip;
	} else if (v->kind != VERDICT_FORWARD) {
		return false;
	}
	if (v->member && (v->member->svc->type == SERVICE_SSL_ACCEL ||
			  v->member->svc->type == SERVICE_SSL_INIT ||
			  v->member->svc->type == SERVICE_SSL_ACCEL_BACKEND))
		return false;
	return v->dst.s_addr != key->dst.s_addr || v->dport != key->dport ||
	       !policy_has_vip(p, v->dst);
}

/* ---- counters -------------------------------------------------------------- */

void use_hit(struct worker *w, const struct verdict *v)
{
	count(&w->c->rule[v->rule->index].hits, 1);
	count(&w->c->hits, 1);
	atomic_fetch_add_explicit(v->member->hits, 1, memory_order_relaxed);
}

void use_dropped(struct worker *w, const struct verdict *v)
{
	struct worker_counters *c = w->c;

	if (v->reason == REASON_ACL_DENY)
		return;
	if (!v->rule) {
		count(&c->no_rule, 1);
		return;
	}
	count(&c->no_service, 1);
	count(v->reason == REASON_OVERLOAD ? &c->rule[v->rule->index].overloads
					   : &c->rule[v->rule->index].rejects,
	      1);
}

void use_port_hit(const struct policy *p, const struct flow_key *k)
{
	const struct policy_port *at =
		policy_port_find(p, k->proto, ntohs(k->dport));

	if (at)
		atomic_fetch_add_explicit(at->hits, 1, memory_order_relaxed);
}

void use_account_frames(struct worker *w, struct flow_use *u, bool from_server,
			uint64_t n, uint64_t frames)
{
	struct worker_counters *c = w->c;

	if (u->rule) {
		count(&c->rule[u->rule->index].bytes, n);
		count(&c->rule[u->rule->index].frames, frames);
	}
	if (u->member && !from_server)
		count(&c->service[u->member->svc->index].bytes_in, n);
	else if (u->member)
		count(&c->service[u->member->svc->index].bytes_out, n);
	if (u->group) {
		count(&c->group[u->group->index].bytes, n);
		count(&c->group[u->group->index].frames, frames);
	}
	if (!u->member || !u->report_ms)
		return;
	u->used_ms = w->now_ms;
	if (from_server)
		u->answered += n;
	if (w->now_ms - u->reported_ms >= u->report_ms)
		report(w, u);
}

void use_account(struct worker *w, struct flow_use *u, bool from_server,
		 uint64_t n)
{
	use_account_frames(w, u, from_server, n, 1);
}

/* ---- how long -------------------------------------------------------------- */

static uint32_t clamp_ms(int64_t ms)
{
	return ms > UINT32_MAX / 2 ? UINT32_MAX / 2 : (uint32_t)ms;
}

uint32_t use_idle_ms(const struct policy *p, const struct flow_use *u)
{
	if (policy_is_permanent(p, ntohs(u->key.dport)))
		return 0;
	if (u->rule && u->rule->idle_ms != POLICY_UNSET)
		return clamp_ms(u->rule->idle_ms);
	if (u->group && u->group->idle_ms != POLICY_UNSET)
		return clamp_ms(u->group->idle_ms);
	return port_idle_ms(u->key.proto, ntohs(u->key.dport));
}

/* ---- show flows ------------------------------------------------------------ */

void use_lines(const struct flow_use *u, uint64_t idle_ms,
	       const uint64_t bytes[2], struct flow_line *line)
{
	struct flow_line out = {
		.src = u->key.src,
		.dst = u->key.dst,
		.nat_dst = u->dst.s_addr ? u->dst : u->key.dst,
		.sport = ntohs(u->key.sport),
		.dport = ntohs(u->key.dport),
		.proto = u->key.proto,
		.rule = u->rule ? u->rule->index : 0,
		.service = u->member ? u->member->svc->index : 0,
		.idle_ms = (uint32_t)idle_ms,
		.bytes = bytes[0],
	}, back = out;

	back.src = out.nat_dst;
	back.dst = u->src.s_addr ? u->src : out.src;
	back.nat_dst = out.src;
	back.sport = u->dport ? ntohs(u->dport) : out.dport;
	back.dport = u->sport ? ntohs(u->sport) : out.sport;
	back.bytes = bytes[1];
	line[0] = out;
	line[1] = back;
}
