#ifndef CSS_EMU_FLOW_DECIDE_H
#define CSS_EMU_FLOW_DECIDE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "emu/match/rule.h"
#include "emu/net/key.h"

struct policy;
struct policy_member;
struct policy_rule;
struct shared;

/*
 * What becomes of a new flow.  The same function answers traffic, a test and
 * an operator who asks why: a verdict carries its reason.
 */
enum verdict_kind {
	VERDICT_DROP,	   /* no rule or no service */
	VERDICT_FORWARD,   /* to the service, with the addresses given */
	VERDICT_TERMINATE, /* answer ourselves, read the request, ask again */
	VERDICT_NUM,
};

enum verdict_reason {
	REASON_BALANCED,	/* the rule's method chose */
	REASON_STICKY,		/* as last time */
	REASON_PRIMARY_SORRY,	/* no service of the rule is usable */
	REASON_SECONDARY_SORRY, /* nor the primary sorry server */
	REASON_REQUEST,		/* a layer 5 rule must see the request */
	REASON_NO_RULE,
	REASON_NO_MATCH,   /* only layer 5 rules, and none fits the request */
	REASON_NO_SERVICE, /* none is alive */
	REASON_OVERLOAD,   /* those alive have all connections they may */
	REASON_NUM,
};

struct verdict {
	enum verdict_kind kind;
	enum verdict_reason reason;
	const struct policy_rule *rule;	    /* NULL: none */
	const struct policy_member *member; /* NULL unless VERDICT_FORWARD */
	struct in_addr src; /* of the server side; INADDR_ANY: client's own */
	struct in_addr dst;
	in_port_t dport;
};

const char *verdict_kind_name(enum verdict_kind k);
const char *verdict_reason_name(enum verdict_reason r);

/*
 * Changes nothing but the balance cursor and the sticky table of shared.  req:
 * see match_find.  Connections are counted by who acts on the verdict.
 */
enum verdict_kind flow_decide(const struct policy *p, struct shared *s,
			      const struct flow_key *key,
			      const struct match_request *req, uint64_t now_ms,
			      struct verdict *v);

#endif
