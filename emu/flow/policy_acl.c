#include <stdlib.h>
#include <string.h>

#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/conf/acl.h"
#include "emu/conf/circuit.h"
#include "emu/conf/global.h"
#include "emu/conf/qualifier.h"
#include "emu/flow/policy_build.h"
#include "emu/flow/shared.h"

/*
 * Access lists for traffic: networks instead of names, and only the clauses that
 * are in force on the circuit.  The host attachment has no circuits, so the one
 * a client comes in on is found as the switch would send to it: by the networks
 * of the circuits and the routes behind them.
 */

/* ---- networks -------------------------------------------------------------- */

static struct clause_net *nets_new(struct policy *p, size_t n)
{
	p->nets = xrealloc(p->nets, (p->nnets + 1) * sizeof(struct clause_net *));
	p->nets[p->nnets] = xcalloc(n + 1, sizeof(struct clause_net));
	return p->nets[p->nnets++];
}

static void net_set(struct clause_net *n, struct in_addr a, uint8_t prefix_len)
{
	n->mask = str_mask_of(prefix_len);
	n->net.s_addr = a.s_addr & n->mask.s_addr;
}

/* Nothing fits an NQL that is gone or empty: its only network is nobody's. */
static const struct clause_net *nql_nets(struct build *b, const char *name,
					 uint16_t *count)
{
	const struct nql *l = nql_find(b->conf, name);
	struct clause_net *n = nets_new(b->p, l ? l->nnet : 1);

	*count = 1;
	net_set(n, (struct in_addr){ INADDR_BROADCAST }, 32);
	for (size_t i = 0; l && i < l->nnet; i++) {
		net_set(&n[i], l->net[i].addr, l->net[i].prefix_len);
		n[i].log = l->net[i].log;
	}
	if (l && l->nnet)
		*count = (uint16_t)l->nnet;
	return n;
}

static const struct clause_net *
host_nets(struct build *b, const struct acl_host *h, uint16_t *count)
{
	struct clause_net *n = NULL;

	*count = 0;
	switch (h->kind) {
	case ACL_HOST_NET:
		n = nets_new(b->p, 1);
		net_set(n, h->addr, h->prefix_len);
		*count = 1;
		break;
	case ACL_HOST_NQL:
		return nql_nets(b, h->name, count);
	default:
		break;
	}
	return n;
}

/* ---- clauses --------------------------------------------------------------- */

static struct clause_port ports_of(const struct acl_ports *p)
{
	static const uint8_t op[ACL_PORT_OP_NUM] = {
		[ACL_PORT_ANY] = PORT_ANY, [ACL_PORT_EQ] = PORT_EQ,
		[ACL_PORT_GT] = PORT_GT,   [ACL_PORT_LT] = PORT_LT,
		[ACL_PORT_NEQ] = PORT_NEQ, [ACL_PORT_RANGE] = PORT_RANGE,
	};

	return (struct clause_port){ op[p->op], p->lo, p->hi };
}

/* Index of "OWNER/RULE"; a rule that is not in force fits nothing. */
static uint16_t rule_of(const struct policy *p, const char *name)
{
	size_t len = strcspn(name, "/");

	for (int i = 0; i < p->nrule; i++) {
		const struct policy_rule *r = &p->rule[i];

		if (strlen(r->owner) == len && !memcmp(r->owner, name, len) &&
		    name[len] && !strcmp(r->name, name + len + 1))
			return (uint16_t)r->index;
	}
	return UINT16_MAX;
}

static const struct policy_group *group_of(const struct policy *p,
					   const char *name)
{
	for (int i = 0; *name && i < p->ngroup; i++)
		if (!strcmp(p->group[i].name, name))
			return &p->group[i];
	return NULL;
}

static void clause_set(struct build *b, unsigned acl,
		       const struct acl_clause *k, struct policy_clause *pc)
{
	static const uint8_t action[ACL_ACTION_NUM] = {
		[ACL_BYPASS] = CLAUSE_BYPASS,
		[ACL_DENY] = CLAUSE_DENY,
		[ACL_PERMIT] = CLAUSE_PERMIT,
	};

	*pc = (struct policy_clause){
		.c = { .action = action[k->action],
		       .number = k->number,
		       .proto = k->proto,
		       .icmp_type = k->icmp_type,
		       .sport = ports_of(&k->src.ports),
		       .dport = ports_of(&k->dst.ports) },
		.acl = acl,
		.group = group_of(b->p, k->group),
		.log = k->log,
		.hits = shared_clause(b->shared, acl, k->number),
	};
	pc->c.src = host_nets(b, &k->src, &pc->c.nsrc);
	pc->c.dst = host_nets(b, &k->dst, &pc->c.ndst);
	if (k->dst.kind == ACL_HOST_RULE)
		pc->c.dst_rule = rule_of(b->p, k->dst.name);
	for (int i = 0; i < k->nprefer && i < 2; i++)
		pc->prefer[i] = policy_service_named(b->p, k->prefer[i]);
}

/* The list as it is in force on one circuit. */
static const struct policy_acl *acl_on(struct build *b,
				       const struct acl_place *place)
{
	const struct acl *l = acl_find(b->conf, place->index);
	struct policy_acl *a = NULL;

	if (!l)
		return NULL;
	a = &b->p->acl[b->p->nacl++];
	a->number = l->index;
	a->clause = xcalloc(l->nclause + 1, sizeof(*a->clause));
	for (size_t i = 0; i < l->nclause; i++)
		if (acl_clause_in_force(place, &l->clause[i]))
			clause_set(b, l->index, &l->clause[i],
				   &a->clause[a->nclause++]);
	return a;
}

/* ---- circuits -------------------------------------------------------------- */

static void ingress_add(struct policy *p, struct in_addr net,
			uint8_t prefix_len, unsigned vlan, struct in_addr own)
{
	struct policy_ingress *g = &p->ingress[p->ningress++];

	g->own = own;
	g->mask = str_mask_of(prefix_len);
	g->net.s_addr = net.s_addr & g->mask.s_addr;
	g->vlan = vlan;
}

static int by_length(const void *a, const void *b)
{
	const struct policy_ingress *x = a, *y = b;
	uint32_t m = ntohl(x->mask.s_addr), n = ntohl(y->mask.s_addr);

	return m > n ? -1 : m < n;
}

static void connected(struct build *b)
{
	const struct circuit *ci = NULL;
	const struct circuit_ip *ip = NULL;

	TAILQ_FOREACH(ci, &b->conf->circuits, link)
		TAILQ_FOREACH(ip, &ci->ips, link)
			ingress_add(b->p, ip->addr, ip->prefix_len, ci->vlan,
				    ip->addr);
}

bool policy_is_own(const struct policy *p, struct in_addr a)
{
	for (int i = 0; i < p->ningress; i++)
		if (p->ingress[i].own.s_addr == a.s_addr)
			return a.s_addr != INADDR_ANY;
	return false;
}

unsigned policy_circuit_of(const struct policy *p, struct in_addr a)
{
	for (int i = 0; i < p->ningress; i++)
		if ((a.s_addr & p->ingress[i].mask.s_addr) ==
		    p->ingress[i].net.s_addr)
			return p->ingress[i].vlan;
	return 1; /* VLAN1, where every port is at first */
}

/* Behind each connected network, what is routed through it. */
static void routed(struct build *b)
{
	const struct route *r = NULL;
	int known = b->p->ningress;

	TAILQ_FOREACH(r, &b->conf->global->routes, link) {
		for (int i = 0; !r->blackhole && i < known; i++) {
			const struct policy_ingress *g = &b->p->ingress[i];

			if ((r->gateway.s_addr & g->mask.s_addr) !=
			    g->net.s_addr)
				continue;
			ingress_add(b->p, r->net, r->prefix_len, g->vlan,
				    (struct in_addr){ INADDR_ANY });
			break;
		}
	}
}

static size_t count_all(const struct conf *c, size_t *circuits)
{
	const struct circuit *ci = NULL;
	const struct circuit_ip *ip = NULL;
	const struct route *r = NULL;
	size_t n = 0;

	*circuits = 0;
	TAILQ_FOREACH(ci, &c->circuits, link) {
		(*circuits)++;
		TAILQ_FOREACH(ip, &ci->ips, link)
			n++;
	}
	TAILQ_FOREACH(r, &c->global->routes, link)
		n++;
	return n;
}

void policy_build_acls(struct build *b)
{
	const struct circuit *ci = NULL;
	size_t circuits = 0, nets = count_all(b->conf, &circuits);

	b->p->ingress = xcalloc(nets + 1, sizeof(*b->p->ingress));
	connected(b);
	routed(b);
	qsort(b->p->ingress, (size_t)b->p->ningress, sizeof(*b->p->ingress),
	      by_length);
	b->p->acl_enabled = b->conf->global->acl_enabled;
	if (!b->p->acl_enabled)
		return;
	b->p->acl = xcalloc(circuits + 1, sizeof(*b->p->acl));
	TAILQ_FOREACH(ci, &b->conf->circuits, link)
		b->p->acl_of[ci->vlan] = acl_on(b, &ci->acl);
}
