#ifndef CSS_EMU_FLOW_LEARN_H
#define CSS_EMU_FLOW_LEARN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct flow_key;
struct policy;
struct policy_rule;
struct shared;

/*
 * `advanced-balance ssl` (content.md 2.7, ssl.md 3): a client sticks by the session
 * id that its server gave it.  The id stands in the server's hello; a client that
 * comes back has it in its own.
 */
bool learn_wants_hello(const struct policy_rule *r);

/*
 * The server has said hello.  id, len: its session id, len 0 when it gave none
 * (SSL 2.0, session tickets, TLS 1.3, whose id is only an echo).  Without an id
 * the client sticks by address and port from now on, if ssl-l4-fallback is on.
 */
struct learnt {
	const struct policy *policy;
	const struct policy_rule *rule;
	const struct flow_key *key;
	unsigned service; /* that said it */
	const void *id;
	size_t len;
};
void learn_hello(struct shared *s, const struct learnt *what, uint64_t now_ms);

#endif
