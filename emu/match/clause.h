#ifndef CSS_EMU_MATCH_CLAUSE_H
#define CSS_EMU_MATCH_CLAUSE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "emu/net/key.h"

/*
 * Access list clauses as compiled for traffic (content.md 6.1): the first one
 * that fits decides.  A clause whose destination is a content rule fits when
 * that rule was matched, so it is asked again when the rule is known.
 */
enum clause_action { CLAUSE_PERMIT, CLAUSE_DENY, CLAUSE_BYPASS };
enum port_op { PORT_ANY, PORT_EQ, PORT_NEQ, PORT_LT, PORT_GT, PORT_RANGE };

struct clause_net { /* one network; a list of them is an NQL */
	struct in_addr net, mask;
	bool log; /* of an NQL's entry */
};
struct clause_port {
	uint8_t op;	 /* enum port_op */
	uint16_t lo, hi; /* host order */
};

struct clause {
	uint8_t action;
	uint16_t number;
	int16_t proto;			    /* -1: any */
	int16_t icmp_type;		    /* -1: any; else of IPPROTO_ICMP */
	const struct clause_net *src, *dst; /* owned by the policy */
	uint16_t nsrc, ndst;		    /* 0: any */
	uint16_t dst_rule;		    /* content rule's index, 0: none */
	struct clause_port sport, dport;
};

/* Does it fit?  rule: index of the matched rule, 0: not known or none. */
bool clause_fits(const struct clause *c, const struct flow_key *k,
		 unsigned rule);

#endif
