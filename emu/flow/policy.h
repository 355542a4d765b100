#ifndef CSS_EMU_FLOW_POLICY_H
#define CSS_EMU_FLOW_POLICY_H

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "emu/balance/balance.h"
#include "emu/conf/content.h"
#include "emu/conf/flowconf.h"
#include "emu/conf/service.h"
#include "emu/match/clause.h"
#include "emu/match/url.h"
#include "emu/nat/portmap.h"
#include "emu/sticky/arpt.h"
#include "emu/sticky/location.h"
#include "emu/sticky/string.h"
#include "sslmod/compress.h"

struct chassis;
struct hf_group;
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
	char name[NAME_LEN + 1];
	struct in_addr vip;
	struct portmap_range range;
	struct portmap_pool *ports; /* lives in struct shared */
	bool portmap;		    /* false: UDP keeps its source port */
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
	char string[16];      /* "": none */
	char redirect[261];   /* of a redirect service: where to */
	bool redirect_whole;  /* redirect-string: no path is appended */
	uint32_t slowstart_s; /* 0: none */
	uint8_t load;	      /* fixed; 0: measured */
	unsigned slot;	      /* of a module service */
	bool compresses;
	uint16_t compress_syn_s, compress_idle_s[2]; /* 0: for ever */
	struct compress_conf compress;
	struct ssl_stats *compressor; /* owned ref, of a card; NULL: none */
	struct ssl_image *image;      /* owned ref; NULL: no module */
	bool has_module; /* there is an image, or no chassis to ask */
	const struct policy_group *group;	 /* add destination service */
	const struct policy_group *source_group; /* add service */
	_Atomic uint64_t *group_hits, *source_hits; /* live in struct shared */
};

struct policy_member {
	const struct policy_service *svc;
	uint8_t weight;
	_Atomic uint64_t *hits; /* lives in struct shared */
};

/* A suspended service of a rule: it takes nothing, but requests may name it. */
struct policy_away {
	char string[16]; /* "": none */
	char id[16];	 /* what arrowpoint cookies have of it */
};

/* How a rule remembers. */
enum policy_sticky {
	STICK_NOT,
	STICK_TABLE, /* by address, session id, Call-ID, number */
	STICK_STRING,
	STICK_ARPT,
};

enum policy_no_cookie {
	NO_COOKIE_BALANCE,
	NO_COOKIE_REDIRECT,
	NO_COOKIE_REJECT,
	NO_COOKIE_SERVICE,
};

struct policy_rule {
	unsigned index;
	char owner[NAME_LEN + 1], name[NAME_LEN + 1];
	struct in_addr vip;
	uint16_t vip_range, port; /* host order */
	uint8_t proto;
	enum application application;
	bool layer5;
	enum request_kind wants;
	struct url_set url;   /* npattern 0: none */
	struct hf_group *hfg; /* owned */
	char hfg_name[33];
	uint16_t hfg_weight;

	const struct balance_method *balance;
	enum balance_failover failover;
	uint8_t load_threshold; /* the rule's, or the global one if lower */
	uint16_t slowstart_s;
	enum policy_sticky sticky;
	uint8_t sticky_type; /* enum sticky_type, of STICK_TABLE */
	struct in_addr sticky_mask;
	uint64_t sticky_ms;	   /* 0: entries do not grow old */
	struct string_rule string; /* STICK_STRING */
	struct arpt_rule arpt;	   /* STICK_ARPT */
	struct location_rule location;
	uint8_t serverdown;	   /* enum policy_serverdown */
	enum policy_no_cookie no_cookie;
	char no_cookie_url[253];
	struct policy_member no_cookie_member; /* svc NULL: none */

	struct policy_member *member; /* owned; redirect services too */
	int nmember;
	struct policy_away *away; /* owned */
	int naway;
	struct policy_member sorry[2]; /* svc NULL: none */
	struct policy_member *site; /* owned; add location-service */
	int nsite;
	char redirect[253];	       /* "": none */
	bool persistent, param_bypass, reset_reject;
	bool ping_remote; /* vip-ping-response local-remote */
	uint8_t hotlist_min; /* interval of counting URLs; 0: they are not */
	int64_t idle_ms;
};

/* What packets of a port get (content.md 3.8). */
enum port_mode {
	PORT_FLOW,   /* a flow */
	PORT_PACKET, /* each datagram a decision of its own: translated, no
		      * flow; the host attachment has connections all the same */
	PORT_ROUTED, /* neither: content rules are not for them */
};

struct policy_port {   /* a row of the flow-state table */
	uint16_t port; /* host order */
	uint8_t proto;
	uint8_t mode;		/* enum port_mode */
	_Atomic uint64_t *hits; /* lives in struct shared */
};

enum policy_serverdown { /* sticky-serverdown-failover, in the order of conf */
			 DOWN_BALANCE,
			 DOWN_REDIRECT,
			 DOWN_REJECT,
			 DOWN_SRCIP,
			 DOWN_SRCIP_DSTPORT,
};

struct policy_clause {
	struct clause c;
	unsigned acl;
	const struct policy_group *group;	/* sourcegroup; NULL: none */
	const struct policy_service *prefer[2]; /* NULL: none */
	bool log;
	_Atomic uint64_t *hits; /* lives in struct shared */
};

/* Clients of a network come in on a circuit. */
struct policy_ingress {
	struct in_addr net, mask;
	struct in_addr own; /* the switch's; INADDR_ANY: behind a next hop */
	unsigned vlan;
};

struct policy_acl {
	unsigned number;
	struct policy_clause *clause; /* owned, ascending number */
	int nclause;
};

/* Addresses of a rule's own port. */
struct policy_open {
	struct in_addr vip; /* INADDR_ANY: all */
	uint16_t range, port; /* host order */
};

struct policy {
	_Atomic uint32_t refs;
	uint64_t generation;		/* of the configuration it came from */
	struct policy_service *service; /* owned, ascending name */
	struct in_addr *cache;		/* owned; of proxy and transparent ones */
	int ncache;
	struct policy_group *group;	/* owned */
	struct policy_rule *rule;	/* owned */
	struct policy_port *port;	/* owned */
	struct policy_open *open;	/* owned, ascending port; of TCP */
	int nopen;
	/* A port that no rule has, behind which connections of rules for every port
	 * are ended (inner.h); 0: there is no such rule. Host order. */
	uint16_t door;
	uint16_t permanent[FLOW_PERMANENT_MAX]; /* host order, 0: none */
	uint8_t domains_min; /* interval of counting domain names; 0: off */
	uint16_t tcp_mss; /* of connections from clients; 0: no limit set */
	struct policy_acl *acl;	  /* owned */
	struct clause_net **nets; /* owned: networks of clauses */
	size_t nnets;
	struct policy_ingress *ingress; /* owned, longest prefix first */
	int ningress;
	struct match_table *match; /* owned; finds places in rule[] */
	int nservice, ngroup, nrule, nacl, nport;

	bool acl_enabled;
	const struct policy_acl *acl_of[4095]; /* by VLAN; NULL: none applied */
	struct flow_conf flow;		       /* a copy */
};

/*
 * With one reference, the caller's.  What is configured but not acted on is
 * described in warn, one line each.  Control thread.
 */
struct policy *policy_build(const struct conf *conf, const struct chassis *ch,
			    struct shared *shared, struct out *warn);
struct policy *policy_ref(struct policy *p);
void policy_unref(struct policy *p); /* any thread */

/* Do layer 5 rules look at requests with this method (content.md 2.3)? */
bool flow_parses(const struct flow_conf *f, const char *method, size_t len);
bool policy_parses(const struct policy *p, const char *method, size_t len);
/* Has a rule the port, host order, of TCP for its own at the address? */
bool policy_is_open(const struct policy *p, struct in_addr a, uint16_t port);
/* Is the address one of a rule's VIPs? */
bool policy_has_vip(const struct policy *p, struct in_addr a);
/* Is it a cache's, proxy or transparent? */
bool policy_is_cache(const struct policy *p, struct in_addr a);
/* Is it the switch's own, of a circuit? */
bool policy_is_own(const struct policy *p, struct in_addr a);
/* The VLAN that a client's packets come in on, by the circuits' networks and
 * the routes behind them; VLAN1 for those that no network is known of. */
unsigned policy_circuit_of(const struct policy *p, struct in_addr a);

/* Do the images of the module services still stand in their cards? */
bool policy_images_current(const struct policy *p, const struct chassis *ch);
const struct policy_service *policy_service_find(const struct policy *p,
						 const char *name);
/* NULL: no row of the flow-state table is about this port. */
const struct policy_port *policy_port_find(const struct policy *p,
					   uint8_t proto, uint16_t port);
/* By the flow-state table and dnsflow; port in host order. */
enum port_mode policy_port_mode(const struct policy *p, uint8_t proto,
				uint16_t port);
/* Do idle flows of the port live on (flow permanent)?  port in host order. */
bool policy_is_permanent(const struct policy *p, uint16_t port);
const struct policy_service *policy_service_at(const struct policy *p,
					       unsigned index);
const struct policy_rule *policy_rule_find(const struct policy *p,
					   unsigned index);

#endif
