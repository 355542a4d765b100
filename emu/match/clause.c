#include "emu/match/clause.h"

static bool net_fits(const struct clause_net *n, unsigned count,
		     struct in_addr a)
{
	if (!count)
		return true;
	for (unsigned i = 0; i < count; i++)
		if ((a.s_addr & n[i].mask.s_addr) == n[i].net.s_addr)
			return true;
	return false;
}

static bool port_fits(const struct clause_port *p, uint16_t port)
{
	switch (p->op) {
	case PORT_EQ:
		return port == p->lo;
	case PORT_NEQ:
		return port != p->lo;
	case PORT_LT:
		return port < p->lo;
	case PORT_GT:
		return port > p->lo;
	case PORT_RANGE:
		return port >= p->lo && port <= p->hi;
	default:
		return true;
	}
}

/* What is behind a first fragment goes where that may have gone; what a denial of
 * a type is about, lacks its first. */
static bool icmp_fits(const struct clause *c, int16_t type)
{
	if (c->icmp_type < 0)
		return true;
	if (type == KEY_NO_TYPE)
		return c->action != CLAUSE_DENY;
	return c->icmp_type == type;
}

bool clause_fits(const struct clause *c, const struct flow_key *k,
		 unsigned rule)
{
	if (c->proto >= 0 && c->proto != k->proto)
		return false;
	if (c->proto == IPPROTO_ICMP && !icmp_fits(c, k->icmp_type))
		return false;
	if (!net_fits(c->src, c->nsrc, k->src) ||
	    !port_fits(&c->sport, ntohs(k->sport)) ||
	    !port_fits(&c->dport, ntohs(k->dport)))
		return false;
	if (c->dst_rule)
		return c->dst_rule == rule;
	return net_fits(c->dst, c->ndst, k->dst);
}
