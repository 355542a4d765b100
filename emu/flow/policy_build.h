#ifndef CSS_EMU_FLOW_POLICY_BUILD_H
#define CSS_EMU_FLOW_POLICY_BUILD_H

#include "emu/flow/policy.h"

struct content;
struct err;

/* Compilation under way, for the files that do it: policy.c, policy_rule.c. */
struct build {
	const struct conf *conf;
	const struct chassis *chassis;
	struct shared *shared;
	struct out *warn;
	struct policy *p;
};

int64_t policy_idle_ms(uint32_t multiplier);
struct policy_service *policy_service_named(const struct policy *p,
					    const char *name);
/* What the rule's url, lists and header-field-group take; -1 and err: nothing
 * can be taken, the rule is not in force. */
int policy_build_lists(const struct content *c, const struct conf *conf,
		       struct policy_rule *r, struct err *err);
void policy_rule_fini(struct policy_rule *r);
/* Access lists, and which circuit's clients come in on which; groups, services
 * and rules are there. */
void policy_build_acls(struct build *b);
/* Adds the rule when it is in force; groups and services are there. */
void policy_build_rule(struct build *b, const struct content *c);

#endif
