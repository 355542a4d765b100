#ifndef CSS_FLOW_CHOOSE_H
#define CSS_FLOW_CHOOSE_H

/*
 * Inside of flow_decide(): a rule was found, which service takes the flow?
 * content.md 2.8 gives the order.
 */

#include "emu/flow/decide.h"
#include "emu/flow/policy.h"
#include "emu/flow/shared.h"
#include "emu/flow/why.h"

/* One decision under way. */
struct deciding {
	const struct decide_in *in;
	const struct policy_rule *r;
	struct shared *s;
	struct verdict *v;
	struct why *why; /* never NULL: nobody's, when none was given */
	const struct policy_clause *clause;
	bool unparsed; /* the request's method is not one that rules look at */
};

static inline enum verdict_kind
settle(struct deciding *d, enum verdict_kind kind, enum verdict_reason reason)
{
	d->v->reason = reason;
	return d->v->kind = kind;
}

/* What d->r makes of the flow; fills in d->v and returns its kind. */
enum verdict_kind choose_by_rule(struct deciding *d);

/* The flow goes to this member, with addresses translated. */
enum verdict_kind choose_translate(struct deciding *d,
				   const struct policy_member *m,
				   enum verdict_reason reason);

/*
 * The client is sent elsewhere: to location, to what the member names, or with
 * neither to the same URL again.  Asks for the request first when it is not
 * there yet.
 */
enum verdict_kind choose_redirect(struct deciding *d,
				  const struct policy_member *m,
				  const char *location,
				  enum verdict_reason reason);

/* The rule's member that is this service, NULL: it has none. */
const struct policy_member *choose_member(const struct policy_rule *r,
					  unsigned service);
/* The same, and whoever else the rule may give a request to: sorry servers,
 * location services, the one for requests without a cookie. */
const struct policy_member *choose_named(const struct policy_rule *r,
					 unsigned service);

#endif
