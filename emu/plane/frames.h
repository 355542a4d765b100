#ifndef CSS_EMU_PLANE_FRAMES_H
#define CSS_EMU_PLANE_FRAMES_H

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

struct plane;

/*
 * What is counted below the flows: frames of ports, packets of protocols, and
 * attacks.  An attachment counts here what its frames do.  On the host attachment
 * the operating system has the frames: no port sees one, no packet is looked at,
 * and only the connections of flows are known.
 */

/* ---- ports ---------------------------------------------------------------- */
/* Of a port: groups of MIB-II (RFC 1213 ifTable), of the Ethernet-like interface
 * (RFC 1643 dot3StatsTable) and of RMON (RFC 1757 etherStatsTable). */
enum port_counter {
	PORT_IN_OCTETS,
	PORT_IN_UCAST,
	PORT_IN_NUCAST,
	PORT_IN_ERRORS,
	PORT_IN_DISCARDS,
	PORT_IN_UNKNOWN,
	PORT_OUT_OCTETS,
	PORT_OUT_UCAST,
	PORT_OUT_NUCAST,
	PORT_OUT_ERRORS,
	PORT_OUT_DISCARDS,
	PORT_OUT_QUEUE,

	PORT_ALIGNMENT,
	PORT_FCS,
	PORT_SINGLE_COLLISION,
	PORT_MULTIPLE_COLLISION,
	PORT_SQE_TEST,
	PORT_DEFERRED,
	PORT_LATE_COLLISION,
	PORT_EXCESS_COLLISION,
	PORT_MAC_TRANSMIT,
	PORT_CARRIER_SENSE,
	PORT_TOO_LONG,
	PORT_MAC_RECEIVE,

	PORT_RMON_DROPS,
	PORT_RMON_OCTETS,
	PORT_RMON_PACKETS,
	PORT_RMON_BROADCAST,
	PORT_RMON_MULTICAST,
	PORT_RMON_CRC_ALIGN,
	PORT_RMON_UNDERSIZE,
	PORT_RMON_OVERSIZE,
	PORT_RMON_FRAGMENTS,
	PORT_RMON_JABBERS,
	PORT_RMON_COLLISIONS,
	PORT_RMON_64,
	PORT_RMON_127,
	PORT_RMON_255,
	PORT_RMON_511,
	PORT_RMON_1023,
	PORT_RMON_1518,

	PORT_FLOWS,	/* now; that came in by this port */
	PORT_FLOWS_TCP, /* ever */
	PORT_FLOWS_UDP,
	PORT_COUNTER_NUM,
};

enum port_group { PORT_MIBII, PORT_ETHER, PORT_RMON, PORT_GROUP_NUM };

struct port_counters {
	uint64_t n[PORT_COUNTER_NUM];
};

/* Slot 0, port 0 is the Ethernet management port. */
void plane_port_counters(const struct plane *p, unsigned slot, unsigned port,
			 struct port_counters *c);
/* Counting of a group begins anew. */
void plane_zero_port(struct plane *p, unsigned slot, unsigned port,
		     enum port_group g);
/* The counters themselves, for the one thread that has the port's frames.
 * NULL: there is no such port. */
_Atomic uint64_t *plane_port(struct plane *p, unsigned slot, unsigned port);

/* ---- the protocols above (RFC 1213; ARP and fragments are the product's) ---- */
enum net_counter {
	NET_IP_IN,
	NET_IP_IN_HEADER_ERRORS,
	NET_IP_IN_ADDRESS_ERRORS,
	NET_IP_IN_UNKNOWN,
	NET_IP_IN_DISCARDS,
	NET_IP_IN_DELIVERS,
	NET_IP_FORWARDED,
	NET_IP_OUT,
	NET_IP_OUT_DISCARDS,
	NET_IP_OUT_NO_ROUTES,

	NET_UDP_IN,
	NET_UDP_IN_NO_PORT,
	NET_UDP_IN_ERRORS,
	NET_UDP_OUT,

	/* the connections of flows count on the host attachment, too */
	NET_TCP_ACTIVE_OPENS,
	NET_TCP_PASSIVE_OPENS,
	NET_TCP_FAILED,	     /* attempts */
	NET_TCP_RESETS,	     /* of established ones */
	NET_TCP_ESTABLISHED, /* now */
	NET_TCP_IN,	     /* segments */
	NET_TCP_OUT,
	NET_TCP_RETRANSMITS,
	NET_TCP_IN_ERRORS,
	NET_TCP_OUT_RESETS,
	NET_TCP_MAPPED,	 /* connections to servers now */
	NET_TCP_NO_PORT, /* had no source port */

	NET_ICMP_IN,
	NET_ICMP_IN_ERRORS,
	NET_ICMP_IN_ECHOS,
	NET_ICMP_IN_ECHO_REPLIES,
	NET_ICMP_IN_UNREACHABLES,
	NET_ICMP_IN_REDIRECTS,
	NET_ICMP_IN_TIME_EXCEEDED,
	NET_ICMP_OUT,
	NET_ICMP_OUT_ERRORS,
	NET_ICMP_OUT_ECHOS,
	NET_ICMP_OUT_ECHO_REPLIES,
	NET_ICMP_OUT_UNREACHABLES,
	NET_ICMP_OUT_REDIRECTS,
	NET_ICMP_OUT_TIME_EXCEEDED,

	NET_ARP_IN_REQUESTS,
	NET_ARP_IN_REPLIES,
	NET_ARP_OUT_REQUESTS,
	NET_ARP_OUT_REPLIES,

	NET_DHCP_IN_REQUESTS,  /* what the relay agent passes on, and drops */
	NET_DHCP_OUT_REQUESTS, /* one for each server */
	NET_DHCP_IN_REPLIES,
	NET_DHCP_OUT_REPLIES,
	NET_DHCP_TOO_FAR, /* dhcp-agent max-hops */
	NET_DHCP_MALFORMED,
	NET_DHCP_DISCARDS, /* nowhere to pass them on to */

	NET_FRAGMENT_IN,
	NET_FRAGMENT_ASSEMBLED, /* packets put together */
	NET_FRAGMENT_SPLIT,	/* packets taken apart */
	NET_FRAGMENT_OUT,
	NET_FRAGMENT_TOO_SMALL, /* ip-fragment min-fragment-size */
	NET_FRAGMENT_TOO_LARGE, /* ip-fragment max-assembled-size */
	NET_FRAGMENT_OVERLAPS,
	NET_FRAGMENT_TIMEOUTS,
	NET_FRAGMENT_NO_BUFFER,
	NET_COUNTER_NUM,
};

struct net_counters {
	uint64_t n[NET_COUNTER_NUM];
};

void plane_net_counters(const struct plane *p, struct net_counters *c);
/* any thread */
void plane_count_net(struct plane *p, enum net_counter c);
void plane_add_net(struct plane *p, enum net_counter c, uint64_t n);
/* ip-fragment counting begins anew */
void plane_zero_fragments(struct plane *p);

/* ---- attacks (content.md 6.7) --------------------------------------------- */
enum attack {
	ATTACK_SYN, /* handshakes that are never finished */
	ATTACK_LAND,
	ATTACK_ZERO_PORT,
	ATTACK_ILLEGAL_SRC,
	ATTACK_ILLEGAL_DST,
	ATTACK_SMURF,
	ATTACK_DEATH, /* ping of death; in the total only */
	ATTACK_NUM,
};

#define ATTACK_EVENTS 50 /* own bound: pairs of addresses that are told apart */

struct attack_event { /* all attacks of a kind from one address on another */
	enum attack kind;
	struct in_addr src, dst;
	time_t first, last; /* time(2) */
	uint64_t count;
};

struct attacks {
	uint64_t count[ATTACK_NUM];
	uint64_t second[ATTACK_NUM]; /* most in one second */
	time_t first, last;	     /* 0: never */
	struct attack_event event[ATTACK_EVENTS];
	int nevent;
};

/* The caller's copy. */
void plane_attacks(const struct plane *p, struct attacks *a);
void plane_attack_seen(struct plane *p, enum attack kind, struct in_addr src,
		       struct in_addr dst, time_t now); /* any thread */
/* The same for who has the table only. */
struct frames;
void frames_attack_seen(struct frames *f, enum attack kind, struct in_addr src,
			struct in_addr dst, time_t now);
void plane_zero_attacks(struct plane *p);

#endif
