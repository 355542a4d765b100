#include "emu/flow/acl_log.h"

#include <stdio.h>

#include "emu/base/log.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/flow/policy.h"
#include "emu/net/key.h"

static const char *const action_names[] = {
	[CLAUSE_PERMIT] = "permit",
	[CLAUSE_DENY] = "deny",
	[CLAUSE_BYPASS] = "bypass",
};

/* "1.2.3.4:1025 -> 5.6.7.8:80", without ports where there are none */
static void flow_text(const struct flow_key *k, char *buf, size_t cap)
{
	if (k->proto != IPPROTO_TCP && k->proto != IPPROTO_UDP)
		(void)snprintf(buf, cap, "%s -> %s", str_addr(k->src),
			       str_addr(k->dst));
	else
		(void)snprintf(buf, cap, "%s:%u -> %s:%u", str_addr(k->src),
			       ntohs(k->sport), str_addr(k->dst),
			       ntohs(k->dport));
}

static const char *proto_text(uint8_t proto, char *buf, size_t cap)
{
	switch (proto) {
	case IPPROTO_TCP:
		return "TCP";
	case IPPROTO_UDP:
		return "UDP";
	case IPPROTO_ICMP:
		return "ICMP";
	default:
		(void)snprintf(buf, cap, "%u", proto);
		return buf;
	}
}

/* Both texts end in the flow and in how many were left out. */
static void clause_log(const struct policy_clause *k, const char *flow,
		       const char *more, const struct flow_key *key)
{
	char proto[8];

	log_write(LOG_ACL, LOG_DEBUG_7, T_ACL_LOG, k->acl, k->c.number,
		  action_names[k->c.action],
		  proto_text(key->proto, proto, sizeof(proto)), flow, more);
}

static void net_log(const struct clause_net *n, const char *flow,
		    const char *more)
{
	log_write(LOG_NQL, LOG_DEBUG_7, T_NQL_LOG, str_addr(n->net),
		  str_addr(n->mask), flow, more);
}

/* The first entry that has the address decided; NULL: it has no log. */
static const struct clause_net *logged_net(const struct clause_net *n,
					   unsigned count, struct in_addr a)
{
	for (unsigned i = 0; i < count; i++)
		if ((a.s_addr & n[i].mask.s_addr) == n[i].net.s_addr)
			return n[i].log ? &n[i] : NULL;
	return NULL;
}

void acl_log(const struct policy_clause *k, const struct flow_key *key,
	     uint64_t now_ms)
{
	static struct log_rate rate;
	const struct clause_net *from =
		logged_net(k->c.src, k->c.nsrc, key->src);
	const struct clause_net *to = logged_net(k->c.dst, k->c.ndst, key->dst);
	bool clause = k->log && log_level_get(LOG_ACL) == LOG_DEBUG_7;
	bool net = (from || to) && log_level_get(LOG_NQL) == LOG_DEBUG_7;
	unsigned skipped = 0;
	char flow[64], more[32] = "";

	if ((!clause && !net) || !log_rate_ok(&rate, now_ms, &skipped))
		return;
	flow_text(key, flow, sizeof(flow));
	if (skipped)
		(void)snprintf(more, sizeof(more), " (%u more)", skipped);
	if (clause)
		clause_log(k, flow, more, key);
	if (net)
		net_log(from ? from : to, flow, more);
}
