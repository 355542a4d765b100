/*
 * What passes at layer 2: frames between two hosts of one VLAN, which the switch is
 * only in the way of (content.md 3.6: what no rule is for is a bridged flow without
 * translation).
 *
 * Access lists of the circuit hold for them, too.  A rule without a VIP (transparent
 * caching) takes what it fits, and a source group the connections that its servers
 * open; those are routed from here on.  All else goes on as it came, and has a flow
 * that is shown, counted and grows old like others.  Fragments are put together
 * where one of these may take them.
 */
#include "emu/wire/forward_priv.h"

static bool is_opener(const struct packet *p)
{
	return p->proto != IPPROTO_TCP || is_syn(p);
}

/*
 * Is it to be translated, ended or answered here?  A frame to a VIP at somebody
 * else's MAC address is not: the other switch of a redundant pair has it.
 */
static bool is_wanted(const struct wire *w, const struct verdict *v,
		      const struct flow_key *k)
{
	const struct policy_service *server = NULL;

	if (v->kind == VERDICT_BYPASS || setup_address(w->setup, k->dst))
		return false;
	if (v->rule)
		return v->rule->vip.s_addr == INADDR_ANY;
	return (v->clause && v->clause->group) ||
	       servers_group(w->forward, k->src, &server);
}

static bool is_taken(const struct wire *w, const struct packet *p,
		     const struct verdict *v, const struct tuple *k)
{
	struct flow_key key = begin_key(k);

	return v->reason != REASON_ACL_DENY && is_opener(p) &&
	       begin_mode(forward_policy(w->forward), k) == PORT_FLOW &&
	       is_wanted(w, v, &key);
}

static void begin_passing(struct wire *w, const struct ingress *in,
			  struct packet *p, const struct tuple *k,
			  const struct flow_use *use)
{
	struct begun how = {
		.in = in, .kind = WFLOW_PLAIN, .from = *k, .to = *k
	};
	struct tuple reply = tuple_reverse(k);
	struct wflow *f = NULL;

	if (p->proto == IPPROTO_TCP && p->data[p->l4 + TCP_FLAGS] & TCP_F_RST)
		return;
	/* another's answers come that way; or it comes to us yet, by the VIP's
	 * own MAC address, and its rule is asked then */
	if (flowtab_find(w->forward->tab, &reply) ||
	    setup_address(w->setup, use->key.dst))
		return;
	f = begin_flow(w, &how, use);
	if (!f)
		return; /* it needs no flow to pass */
	if (p->proto == IPPROTO_TCP && is_opener(p))
		f->state = WFLOW_HALF_OPEN;
	f->idle_ms = use_idle_ms(f->policy->p, &f->use);
	over_look(w, f);
	forward_note(w, in, p, &f->half[0]);
}

bool passing_packet(struct wire *w, const struct ingress *in, struct packet *p,
		    const struct tuple *k)
{
	const struct policy *policy = forward_policy(w->forward);
	struct flow_use use = { .vlan = in->vlan };
	struct verdict v;

	if (!k || (k->proto != IPPROTO_TCP && k->proto != IPPROTO_UDP))
		return begin_denied(w, in, p, NULL);
	use.key = begin_key(k);
	use_foresee(w->worker, policy, &use, NULL, &v);
	if (is_taken(w, p, &v, k)) {
		begin_packet(w, in, p, k);
		return true;
	}
	begin_clause_hit(w, &v, &use.key);
	if (v.reason == REASON_ACL_DENY)
		return true;
	if (begin_mode(policy, k) == PORT_FLOW)
		begin_passing(w, in, p, k, &use);
	else
		use_port_hit(policy, &use.key);
	return false;
}

bool passing_may_take(const struct wire *w, const struct packet *p)
{
	struct in_addr src = get_addr(p->data + p->l3 + IP4_SRC);

	/* a cache answers with the address that was asked */
	return w->forward->takes_others || servers_has(w->forward, src) ||
	       setup_address(w->setup, src);
}
