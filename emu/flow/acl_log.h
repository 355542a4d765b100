#ifndef CSS_EMU_FLOW_ACL_LOG_H
#define CSS_EMU_FLOW_ACL_LOG_H

#include <stdint.h>

struct flow_key;
struct policy_clause;

/*
 * A clause has decided about a flow: logs it, at debug-7, when the clause says
 * `log` (subsystem acl) or the entry of its network list does that the address
 * is in (subsystem nql).  Any thread; some lines a second at most.
 */
void acl_log(const struct policy_clause *k, const struct flow_key *key,
	     uint64_t now_ms);

#endif
