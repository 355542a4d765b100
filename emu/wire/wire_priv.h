#ifndef CSS_EMU_WIRE_WIRE_PRIV_H
#define CSS_EMU_WIRE_WIRE_PRIV_H

#include <pthread.h>
#include <stdatomic.h>

#include "emu/io/port.h"
#include "emu/net/packet.h"
#include "emu/plane/frames.h"
#include "emu/wire/setup.h"
#include "emu/wire/trees.h"
#include "emu/wire/wire.h"

/*
 * The packet thread's state, as the files of this folder share it: wire.c has
 * ports, VLANs and the bridge, l3.c what IP and ARP do, forward.c flows.
 */
struct fast;
struct frag;
struct hops;
struct forward;
struct worker;

struct wire_port {
	struct port_io *io;  /* owned */
	uint8_t slot, number;
	bool link;
	bool guarded; /* shut by bpdu-guard */
	_Atomic uint64_t *count; /* of frames.h */
	bool fast; /* its packets may go by the fast path */
	uint64_t unsent; /* of io's, counted already */
};

/* Where a packet came in. */
struct ingress {
	int port; /* PORT_INSIDE: from the switch's own sockets */
	uint16_t vlan;
	bool to_us; /* destination MAC: the switch's, or everybody's */
	bool everybody; /* broadcast or multicast */
	bool translated; /* by a flow since: its sender gets no redirect */
};
#define PORT_INSIDE (-2)

struct error_rate { /* of ICMP errors */
	uint64_t since_ms;
	unsigned used;
};

struct wire {
	pthread_mutex_t lock;
	struct plane *plane;	/* borrowed */
	struct worker *worker;	/* the plane's packet worker: policy, counters */
	struct setup *setup; /* owned; never NULL: an empty one at first */
	const char *version; /* of the software, for neighbours; borrowed */
	struct wire_port port[WIRE_PORT_MAX];
	int nport;
	struct wire_inside inside;
	uint64_t now_ms;

	struct sender sender;
	struct bridge *bridge;
	struct trees *trees;
	struct arp_table *arp;
	struct hops *hops; /* of static routes */
	struct frag *frag;
	struct forward *forward;
	uint64_t cdp_due_ms, link_due_ms, age_due_ms;
	struct captures *captures; /* owned; NULL: none ever ran */
	struct error_rate errors;
	uint64_t late[64]; /* VLANs whose addresses are still to be announced */
	uint64_t defend_again_ms; /* an address of ours that another uses */

	struct fast *fast; /* owned; NULL: there is no fast path */
	char no_fast[320]; /* why; "": it is all there, or was never asked for */
	struct wire_thread *thread; /* NULL: driven */
	uint8_t room[PACKET_HEADROOM + PACKET_MAX]; /* to cut frames in */
	uint8_t waited[PACKET_HEADROOM + PACKET_MAX]; /* that ARP gave back */
};

static inline void wire_count(struct wire *w, enum net_counter c)
{
	plane_count_net(w->plane, c);
}

/* ---- thread.c ------------------------------------------------------------------- */
void wire_lock(struct wire *w);
void wire_unlock(struct wire *w);
void wire_wake(struct wire *w); /* of the thread, for new work */

/* ---- wire.c: frames out --------------------------------------------------------- */
/*
 * Sends the frame whose Ethernet header is filled in: on a port of the VLAN, or
 * where the bridge knows the destination to be (PORT_FLOOD: it finds out), but
 * never where it came from.  Tags for trunks, splits or finishes what the port does
 * not take.
 */
void wire_transmit(struct wire *w, unsigned vlan, int port, int except,
		   struct packet *p);
/* Do frames of the VLAN leave by the port (PORT_FLOOD: no)? */
bool wire_may_send(const struct wire *w, int port, unsigned vlan);
/* Does a port of the VLAN take frames? */
bool wire_is_open(const struct wire *w, unsigned vlan);
/* To the switch's own sockets. */
void wire_to_inside(struct wire *w, struct packet *p);

/* ---- l3.c: IP and ARP ------------------------------------------------------------ */
void l3_arp(struct wire *w, const struct ingress *in, struct packet *p);
/*
 * Routes an IPv4 packet on: TTL (not of packets of ours), redirects to its sender,
 * way, ARP, fragments, MTU, with ICMP errors to its source as the circuit allows.
 * in NULL: the switch's own.
 */
void l3_forward(struct wire *w, const struct ingress *in, struct packet *p);
/* The same to a given next hop, whatever its destination (transparent caches). */
void l3_forward_via(struct wire *w, const struct ingress *in,
		    struct in_addr next_hop, struct packet *p);
/* ip opportunistic: is a packet that is not to us routed all the same, because the
 * switch knows a shorter way for it? */
bool l3_takes(struct wire *w, const struct ingress *in, const struct packet *p);
/* A packet for an address of ours that no flow takes: echo, and what goes to the
 * inside; local says what kind of address, NULL: everybody's on the circuit. */
void l3_local(struct wire *w, const struct ingress *in, struct packet *p,
	      const struct setup_address *local);
/* An ICMP error about p to its source, from the circuit it came in on; rate
 * limited, never about errors, fragments behind the first or broadcasts
 * (RFC 1812 4.3.2). mtu: of type 3 code 4. */
void l3_icmp_error(struct wire *w, const struct ingress *in, struct packet *p,
		   uint8_t type, uint8_t code, uint16_t mtu);
/* The rest of a packet did not come in time: tells its sender (RFC 1122 3.3.2).
 * arg: the wire. */
void l3_never_whole(void *arg, struct packet *first);
/* Announces an address of ours (gratuitous ARP), on its circuit. */
void l3_announce(struct wire *w, const struct setup_address *a);
/* The same of those whose circuit had no port open then; each second. */
void l3_announce_late(struct wire *w);
/* Counts a frame of ARP that the switch sends of its own accord. */
void l3_arp_sent(struct wire *w, const uint8_t *frame, size_t len);
/* l3_hops.c: next hops that must answer */
struct hops *l3_hops_new(struct wire *w);
void l3_hops_follow(struct wire *w); /* new setup */
void l3_hops_tick(struct wire *w);
/* An echo reply to one of their pings: true, it is nobody else's. */
bool l3_hops_reply(struct wire *w, const struct packet *p);
void l3_published(struct wire *w, const struct setup *old); /* new setup */

/* ---- forward.c: flows -------------------------------------------------------------- */
struct forward *forward_new(struct wire *w);
void forward_free(struct forward *f);
/*
 * An IPv4 packet (packet_parse() said good).  true: it was taken: translated and
 * sent, handed inside, answered, dropped.  false: nobody's, and not to_us: bridge
 * it on.
 */
bool forward_packet(struct wire *w, const struct ingress *in, struct packet *p);
/* An ICMP error about a packet tells its sender what it sent: makes it again what
 * it was before its flow translated it, while forward_packet() has it routed. */
void forward_restore(struct wire *w, struct packet *p);
/* From the switch's own sockets: notes the way back, then routes. */
void forward_from_inside(struct wire *w, struct packet *p);
void forward_tick(struct wire *w);
uint64_t forward_due_ms(const struct wire *w);
int forward_lines(struct wire *w, struct flow_line *line, int max);

#endif
