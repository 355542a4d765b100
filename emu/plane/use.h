#ifndef CSS_EMU_PLANE_USE_H
#define CSS_EMU_PLANE_USE_H

#include <stdint.h>

#include "emu/flow/decide.h"
#include "emu/nat/portmap.h"
#include "emu/net/sip.h"
#include "emu/plane/worker.h"

/*
 * What one decision took, whatever carries the bytes: a connection, or datagrams.
 * A service has a connection more from use_enter to use_leave.
 */
struct flow_use {
	struct flow_key key;
	uint16_t vlan; /* packets come in on; 0: by the policy's guess */
	bool bypassed; /* a rule sent it past the caches */
	const struct policy_rule *rule;	    /* NULL: none */
	const struct policy_member *member; /* NULL: none */
	const struct policy_group *group;   /* NULL: none */
	const struct policy_service *held; /* a place in it is kept; NULL: no */
	struct in_addr src, dst; /* behind translation; INADDR_ANY: the key's */
	in_port_t sport, dport;	 /* the same; 0: the key's */
	struct mapping
		mapping; /* of the group, which src and sport come from */
	/* for the load of the service: when it was chosen and last reported
	 * about, the last byte, and bytes from the server */
	uint64_t began_ms, reported_ms, used_ms, answered;
	uint32_t report_ms; /* the longest without a report; 0: no reports */
};

/* What one would be, without making it. */
void use_foresee(struct worker *w, const struct policy *p,
		 const struct flow_use *u, const struct request *req,
		 struct verdict *v);
/* One decision, recorded where `show lab why` finds it. */
void use_decide(struct worker *w, const struct policy *p,
		const struct flow_use *u, const struct request *req,
		struct verdict *v);
/*
 * Keeps the connection that the verdict would make of the service's, so that many
 * workers together keep to its max connections.  false: another worker's was the
 * last; the decision must be asked for again.  Given back by use_enter() or
 * use_give_up().
 */
bool use_hold(struct worker *w, struct flow_use *u, const struct verdict *v);
void use_give_up(struct worker *w, struct flow_use *u); /* once is enough */
void use_enter(struct worker *w, const struct policy *p, struct flow_use *u,
	       const struct verdict *v);
/* The same of a flow that a server opens, which is in a group's source list. */
void use_enter_group(struct worker *w, struct flow_use *u,
		     const struct policy_service *server,
		     const struct policy_group *g);
void use_leave(struct worker *w, struct flow_use *u); /* once is enough */
/*
 * Takes a source address and port of the verdict's group; packet: of datagrams
 * that get no flow.  use_leave gives it back.  false: all are in use.
 */
bool use_map(const struct policy *p, struct flow_use *u,
	     const struct policy_group *g, bool packet);
void use_unmap(struct flow_use *u, const struct policy_group *g);

#define USE_MAP_TRIES 16 /* ports that others on this host have */

/* ---- datagrams -------------------------------------------------------------- */
/* What layer 5 rules may know of a datagram, in req and sip; NULL: there are no
 * such rules here. */
const struct request *use_request(const struct policy *p,
				  const struct flow_key *key, const char *buf,
				  size_t len, struct request *req,
				  struct sip_head *sip);
/* Can the verdict be followed?  A datagram has no answer of ours, no TLS, and no
 * way back into a VIP.  What is bypassed gets the addresses that it has. */
bool use_carries(const struct policy *p, const struct flow_key *key,
		 struct verdict *v);

/* ---- counters -------------------------------------------------------------- */
void use_hit(struct worker *w, const struct verdict *v); /* FORWARD */
void use_group_hit(struct worker *w, const struct verdict *v);
void use_dropped(struct worker *w, const struct verdict *v); /* DROP */
/* The domain name that was asked for is in `domain hotlist`. */
void use_domain(struct worker *w, const struct policy *p,
		const struct request *req);
/* Its port is in the flow-state table. */
void use_port_hit(const struct policy *p, const struct flow_key *k);
/* n bytes in frames from the client, or from the server. */
void use_account_frames(struct worker *w, struct flow_use *u, bool from_server,
			uint64_t n, uint64_t frames);
/* In one. */
void use_account(struct worker *w, struct flow_use *u, bool from_server,
		 uint64_t n);

/* How long it may be idle; 0: for ever.  Permanent ports, then the rule's
 * multiplier, the group's, the port (content.md 3.7). */
uint32_t use_idle_ms(const struct policy *p, const struct flow_use *u);

/* The two lines of `show flows`; bytes read from the client and the server. */
struct flow_line;
void use_lines(const struct flow_use *u, uint64_t idle_ms,
	       const uint64_t bytes[2], struct flow_line *line);

#endif
