#ifndef CSS_EMU_WIRE_SETUP_H
#define CSS_EMU_WIRE_SETUP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emu/wire/arp.h"
#include "emu/wire/fib.h"
#include "emu/wire/frag.h"
#include "emu/wire/sender.h"
#include "emu/wire/trees.h"

struct chassis;
struct conf;
struct policy;

/*
 * What the configuration says of ports, circuits and routes, compiled for the
 * packets of the wire attachment.  Immutable; holds nothing of the configuration.
 * The fib has a cursor for ecmp roundrobin and is the packet thread's.
 */
struct setup_port { /* by place of --port, as everywhere in this folder */
	uint8_t slot, number;
	char name[16];	 /* "1/1" */
	bool present;	 /* the module is in */
	bool up;	 /* and nobody has shut it; link is another matter */
	bool trunk;
	uint16_t vlan;	 /* of untagged frames; 0: none */
	uint64_t vlans[64]; /* bit n: carries VLAN n */
	uint8_t mac[6];
};

enum address_kind {
	ADDRESS_CIRCUIT, /* the switch itself */
	ADDRESS_VIP,	 /* of an active content rule, and served (virtual routers) */
	ADDRESS_GROUP,	 /* of an active source group only */
	ADDRESS_INTERFACE, /* redundant interface that this switch is master of */
};
struct setup_address {
	struct in_addr addr;
	uint16_t vlan; /* circuit whose network it is in; 0: in none */
	uint8_t kind;
};

struct setup_circuit_ip {
	struct in_addr addr, mask, broadcast;
	uint16_t vlan;
	uint8_t prefix_len;
	bool redirects, unreachables;
};

struct setup_relay { /* a circuit whose DHCP relay agent is on */
	uint16_t vlan;
	uint8_t nserver;
	struct in_addr server[2];
};

struct setup {
	struct setup_port port[WIRE_PORT_MAX];
	int nport;
	uint8_t mac[6]; /* of the switch: circuits and VIPs answer with it */
	struct setup_circuit_ip *ip; /* owned; in order of the configuration */
	size_t nip;
	struct setup_relay *relay; /* owned */
	size_t nrelay;
	uint8_t relay_max_hops; /* dhcp-agent max-hops */
	struct setup_address *address; /* owned, ascending; no doubles */
	size_t naddress;
	struct fib *fib; /* owned; of the ways below whose next hop is alive */
	struct fib_route *way; /* owned */
	size_t nway;
	enum fib_ecmp ecmp;
	struct in_addr *hop; /* owned: next hops that have a hidden service */
	size_t nhop;
	struct arp_entry *static_arp; /* owned */
	size_t nstatic_arp;
	struct arp_conf arp;
	struct frag_conf frag;
	struct stp_conf stp;
	struct { /* setspan, by places of ports */
		int from, to; /* to -1: nothing is mirrored */
		bool in, out;
	} span;
	struct tree_conf *tree; /* owned; up is filled in by who knows the link */
	size_t ntree;
	uint32_t bridge_ageing_s;
	enum { OPPORTUNISTIC_OFF, OPPORTUNISTIC_LOCAL, OPPORTUNISTIC_ALL }
		opportunistic;
	bool source_route, record_route, subnet_broadcast, uncond_bridging;
	bool reset_unavailable; /* flow tcp-reset-on-vip-unavailable */
	struct {
		bool run, v2;
		uint8_t holdtime_s;
		uint16_t timer_s;
		const char *product; /* "CSS11503"; static */
	} cdp;
};

/* port: slot and number of each --port, in order.  p: the policy in force. */
struct setup *setup_build(const struct conf *conf, const struct chassis *ch,
			  const struct policy *p, const struct setup_port *port,
			  int nport);
void setup_free(struct setup *s);
/* Which next hops are alive has changed. */
void setup_ways(struct setup *s, bool (*alive)(void *arg, struct in_addr hop),
		void *arg);
/* NULL: not an address of the switch. */
const struct setup_address *setup_address(const struct setup *s,
					  struct in_addr a);
/* The circuit's address that the switch speaks from on a VLAN, towards a (same
 * network first); NULL: the circuit has none. */
const struct setup_circuit_ip *setup_source(const struct setup *s,
					    unsigned vlan, struct in_addr a);
/* The circuit whose network a is in; NULL: none. */
const struct setup_circuit_ip *setup_circuit_of(const struct setup *s,
						struct in_addr a);
static inline bool setup_carries(const struct setup_port *p, unsigned vlan)
{
	return vlan < 4096 && (p->vlans[vlan / 64] >> (vlan % 64) & 1);
}

#endif
