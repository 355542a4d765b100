#ifndef CSS_EMU_NAT_NAT_H
#define CSS_EMU_NAT_NAT_H

#include <netinet/in.h>

struct flow_key;

/*
 * Addresses of the server side of a flow (content.md 3.1), a function of what
 * the rule, the service and the source group say.
 */
struct nat_in {
	struct in_addr vip;	/* the rule's; INADDR_ANY: none */
	struct in_addr service; /* INADDR_ANY: destination stays */
	uint16_t service_range; /* addresses from service on, at least 1 */
	uint16_t service_port;	/* host order; 0: stays */
	struct in_addr group;	/* VIP of a source group, INADDR_ANY: none */
};
struct nat {
	struct in_addr src; /* INADDR_ANY: the client's own */
	struct in_addr dst;
	in_port_t dport;
};

struct nat nat_decide(const struct nat_in *in, const struct flow_key *key);

#endif
