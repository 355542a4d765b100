#ifndef CSS_EMU_FLOW_DECIDE_H
#define CSS_EMU_FLOW_DECIDE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "emu/match/rule.h"
#include "emu/net/key.h"
#include "emu/net/request.h"

struct out;
struct policy;
struct policy_clause;
struct policy_group;
struct policy_member;
struct policy_rule;
struct shared;
struct why;

/*
 * What becomes of a flow, and of each request on it.  The same function answers
 * traffic, a test and an operator who asks why: a verdict carries its reason.
 *
 *	acl (may it, must it) -> match (which rule) -> persistence (same service
 *	as the request before) -> sticky (as last time) -> balance -> redirect
 *	services -> sorry servers -> nat (which addresses)
 */
enum verdict_kind {
	VERDICT_DROP,	   /* no rule, no service, or denied */
	VERDICT_FORWARD,   /* to the service, with the addresses given */
	VERDICT_TERMINATE, /* answer ourselves, read the request, ask again */
	VERDICT_REDIRECT,  /* answer the request with verdict_location() */
	VERDICT_BYPASS,	   /* to where the packet wanted to go, untranslated */
	VERDICT_NUM,
};

enum verdict_reason {
	REASON_BALANCED,	/* the rule's method chose */
	REASON_STICKY,		/* as last time: sticky table */
	REASON_COOKIE,		/* a cookie or string names the service */
	REASON_HASH,		/* a string's hash names the service */
	REASON_PREFERRED,	/* an ACL clause prefers it */
	REASON_PERSISTENT,	/* the connection stays where it was */
	REASON_PRIMARY_SORRY,	/* no service of the rule is usable */
	REASON_SECONDARY_SORRY, /* nor the primary sorry server */
	REASON_LOCATION,	/* a location cookie of another site */
	REASON_NO_COOKIE,	/* sticky-no-cookie-found-action names one */
	REASON_REQUEST,		/* a layer 5 rule must see the request */
	REASON_RULE_REDIRECT,	/* the rule redirects everything */
	REASON_SERVICE_REDIRECT, /* a redirect service was chosen */
	REASON_RESET_REDIRECT,	/* persistence reset redirect */
	REASON_ACL_BYPASS,	/* an ACL clause bypasses content rules */
	REASON_RULE_BYPASS,	/* application bypass, failover bypass */
	REASON_PARAM_BYPASS,	/* a cache's URL with parameters */
	REASON_ACL_DENY,
	REASON_NO_RULE,
	REASON_NO_MATCH,   /* only layer 5 rules, and none fits the request */
	REASON_NO_SERVICE, /* none is alive */
	REASON_OVERLOAD,   /* those alive have all connections they may */
	REASON_STICKY_REJECT, /* sticky-serverdown-failover reject */
	REASON_COOKIE_REJECT, /* sticky-no-cookie-found-action reject */
	REASON_METHOD,	      /* a method that layer 5 rules do not parse */
	REASON_NUM,
};

struct decide_in {
	const struct policy *policy;
	struct shared *shared;
	const struct flow_key *key;
	const struct request *req; /* NULL: nothing is known of it yet */
	uint64_t now_ms;  /* monotonic */
	uint64_t wall_s;  /* time(2): cookies carry it */
	uint32_t random;  /* for methods that throw dice */
	unsigned circuit; /* VLAN the packet came in on; 0: not known */
	/* The request before on this connection, NULL: this is the first. */
	const struct policy_rule *held_rule;
	const struct policy_member *held;
	bool bypassed; /* it went past the caches */
	/* Only asks: moves no cursor, learns nothing, counts nothing. */
	bool dry;
	struct why *why; /* NULL: nobody wants to know */
};

struct verdict {
	enum verdict_kind kind;
	enum verdict_reason reason;
	const struct policy_rule *rule;	    /* NULL: none */
	const struct policy_member *member; /* NULL unless FORWARD, REDIRECT */
	const struct policy_clause *clause; /* that decided; NULL: none */
	const struct policy_group *group;   /* source group; NULL: none */
	struct in_addr src; /* of the server side; INADDR_ANY: client's own */
	struct in_addr dst;
	in_port_t dport;
	bool remap;	 /* leave the held service, connect anew */
	/* the answer gets verdict_cookies() */
	bool set_cookie, set_location;
	const char *location; /* REDIRECT: the rule's own text; NULL: built */
};

const char *verdict_kind_name(enum verdict_kind k);
const char *verdict_reason_name(enum verdict_reason r);

enum verdict_kind flow_decide(const struct decide_in *in, struct verdict *v);

/* Does a VIP answer pings (content.md 2.8, vip-ping-response)?  It does while a
 * local service of one of its rules takes connections; with local-remote, services
 * that redirect count, too, as does a rule that redirects by itself. */
bool flow_answers_ping(const struct policy *p, const struct shared *s,
		       struct in_addr vip);

/* The Location of a REDIRECT (content.md 7.1) and the Set-Cookie fields, with
 * their line ends, of an answer (7.5). */
void verdict_location(const struct verdict *v, const struct request *req,
		      const struct flow_key *key, struct out *o);
void verdict_cookies(const struct verdict *v, uint64_t now_s, struct out *o);

#endif
