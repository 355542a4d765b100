#ifndef CSS_EMU_FLOW_POLICY_H
#define CSS_EMU_FLOW_POLICY_H

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "emu/conf/flowconf.h"
#include "emu/conf/service.h"
#include "emu/match/url.h"

struct balance_method;
struct chassis;
struct conf;
struct match_table;
struct out;
struct shared;
struct ssl_image;

/*
 * What is configured and active, compiled for traffic: immutable, reference
 * counted, complete in itself.  Nothing in it points into the configuration.
 */
#define POLICY_UNSET (-1) /* of idle_ms: the port's default; 0: never */

struct policy_group {
	unsigned index;
	struct in_addr vip;
	int64_t idle_ms;
};

struct policy_service {
	unsigned index;
	char name[NAME_LEN + 1];
	enum service_type type;
	struct in_addr addr;
	uint16_t addr_range, port; /* host order, 0: the flow's own */
	uint8_t weight;
	uint32_t max_conns;
	unsigned slot;			  /* of a module service */
	struct ssl_image *image;	  /* owned ref; NULL: no module */
	const struct policy_group *group; /* add destination service */
};

struct policy_member {
	const struct policy_service *svc;
	uint8_t weight;
	_Atomic uint64_t *hits; /* lives in struct shared */
};

struct policy_rule {
	unsigned index;
	char owner[NAME_LEN + 1], name[NAME_LEN + 1];
	struct in_addr vip;
	uint16_t vip_range, port; /* host order */
	uint8_t proto;
	bool has_url;
	struct url_pattern url;
	const struct balance_method *balance;
	bool sticky, sticky_port; /* key: client, client and port */
	struct in_addr sticky_mask;
	uint64_t sticky_ms;	      /* 0: entries do not grow old */
	struct policy_member *member; /* owned */
	int nmember;
	struct policy_member sorry[2]; /* svc NULL: none */
	int64_t idle_ms;
};

struct policy_port { /* a row of the flow-state table */
	uint16_t port;	     /* host order */
	uint8_t proto;
	_Atomic uint64_t *hits; /* lives in struct shared */
};

struct policy {
	_Atomic uint32_t refs;
	uint64_t generation;		/* of the configuration it came from */
	struct policy_service *service; /* owned, ascending name */
	struct policy_group *group;	/* owned */
	struct policy_rule *rule;	/* owned */
	struct policy_port *port;	/* owned */
	uint16_t permanent[FLOW_PERMANENT_MAX]; /* host order, 0: none */
	uint16_t tcp_mss; /* of connections from clients; 0: no limit set */
	struct match_table *match;	/* owned; finds places in rule[] */
	int nservice, ngroup, nrule, nport;
};

/*
 * With one reference, the caller's.  What is configured but not acted on is
 * described in warn, one line each.  Control thread.
 */
struct policy *policy_build(const struct conf *conf, const struct chassis *ch,
			    struct shared *shared, struct out *warn);
struct policy *policy_ref(struct policy *p);
void policy_unref(struct policy *p); /* any thread */

/* Do the images of the module services still stand in their cards? */
bool policy_images_current(const struct policy *p, const struct chassis *ch);
const struct policy_service *policy_service_find(const struct policy *p,
						 const char *name);
/* NULL: no row of the flow-state table is about this port. */
const struct policy_port *policy_port_find(const struct policy *p,
					   uint8_t proto, uint16_t port);
/* Do idle flows of the port live on (flow permanent)?  port in host order. */
bool policy_is_permanent(const struct policy *p, uint16_t port);
const struct policy_rule *policy_rule_find(const struct policy *p,
					   unsigned index);

#endif
