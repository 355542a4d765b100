#ifndef CSS_EMU_WIRE_L3_PRIV_H
#define CSS_EMU_WIRE_L3_PRIV_H

#include "emu/wire/wire_priv.h"

/* What the files of IP share. */
enum {
	ICMP_ECHO_REPLY = 0,
	ICMP_UNREACHABLE = 3,
	ICMP_REDIRECT = 5,
	ICMP_ECHO = 8,
	ICMP_TIME_EXCEEDED = 11,
	ICMP_BAD_PARAMETER = 12,
};
enum { /* of ICMP_UNREACHABLE */
       ICMP_NO_NET = 0,
       ICMP_NO_HOST = 1,
       ICMP_NO_PROTO = 2,
       ICMP_NO_PORT = 3,
       ICMP_TOO_BIG = 4,
       ICMP_NO_SOURCE_ROUTE = 5,
};
#define ICMP_REDIRECT_HOST 1 /* code of ICMP_REDIRECT */
#define ICMP_REASSEMBLY	   1 /* code of ICMP_TIME_EXCEEDED */
#define IP4_TTL_OURS	   64

static inline bool l3_is_ours(const struct ingress *in)
{
	return !in || in->port == PORT_INSIDE;
}

/* No host has it: 0/8, 127/8, groups, class E, everybody (RFC 1812 5.3.7). */
bool l3_is_no_host(struct in_addr a);
/* The header's own checksum, made anew. */
void l3_seal(uint8_t *ip);

/* To a station of a VLAN, or to everybody (ff-ff-ff-ff-ff-ff), without a question of
 * ARP; the IPv4 header is an own one, and finished. */
void l3_send_to(struct wire *w, unsigned vlan, const uint8_t mac[ETH_ADDR_LEN],
		struct packet *p);

/*
 * Where a packet of ours will leave by, when that takes no question to anybody: a
 * neighbour that is known, behind a port that is.  via: of transparent caches; NULL:
 * by the routes.
 */
struct l3_exit {
	unsigned vlan;
	int port;
	uint8_t mac[ETH_ADDR_LEN]; /* of the neighbour */
};
bool l3_foresee(struct wire *w, struct in_addr src, struct in_addr dst,
		const struct in_addr *via, struct l3_exit *exit);

/* ---- l3_dhcp.c ------------------------------------------------------------------ */
/* A packet to the switch, or (to_all) to everybody: true, it was the relay agent's,
 * who passed it on or dropped it, counted. */
bool l3_dhcp(struct wire *w, const struct ingress *in, struct packet *p,
	     bool to_all);

/* ---- l3_error.c ------------------------------------------------------------------ */
/* As l3_icmp_error(); rest: the second word of the ICMP header. */
void l3_error(struct wire *w, const struct ingress *in, struct packet *p,
	      uint8_t type, uint8_t code, uint32_t rest);

/* ---- l3_options.c ----------------------------------------------------------------- */
/* May a packet with options go on?  false: it is dropped, and its sender told. */
bool l3_options_pass(struct wire *w, const struct ingress *in,
		     struct packet *p);
bool l3_options_source(const uint8_t *ip); /* is there a source route? */
/* Is there a strict one, so that next must be the destination? */
bool l3_options_strict(const uint8_t *ip);
/* Notes the address that it leaves by, where a record of the route wants it. */
void l3_options_record(struct wire *w, uint8_t *ip, struct in_addr leaving);
/* A packet for us that has a source route to follow: it gets its next destination.
 * false: it is for us. */
bool l3_options_next(struct wire *w, struct packet *p);

#endif
