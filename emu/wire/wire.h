#ifndef CSS_EMU_WIRE_WIRE_H
#define CSS_EMU_WIRE_WIRE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emu/wire/arp.h"
#include "emu/wire/bridge.h"
#include "emu/wire/stp.h"

struct capture_want;
struct chassis;
struct conf;
struct err;
struct fastpath;
struct out;
struct packet;
struct plane;
struct port_io;
struct secrets;

/*
 * The switch on packets (architecture 4): frames in, verdict, frames out.
 *
 * One thread has all ports.  It takes wire_lock for a batch of frames; the control
 * thread takes it to publish and to copy what show commands print.  Without
 * wire_start() there is no thread, and time is what wire_receive() and
 * wire_advance() are told: a replay of captures, and tests.
 *
 *	port -> parse -> VLAN -> spanning tree -> learn
 *	     -> ours or a flow's: forward.c (attacks, fragments, flows, NAT)
 *		-> l3.c (routes, ARP, ICMP) -> port
 *	     -> the inside: a TUN device, behind it the kernel's TCP (inside.h)
 *	     -> else bridged
 */
struct wire;

struct wire_inside { /* where packets for the switch's own sockets go */
	void *arg;
	/* An IPv4 packet from p->l3 on; false: no room, it is lost. */
	bool (*send)(void *arg, struct packet *p);
};

/* version: of the software, as neighbours are told; borrowed. */
struct wire *wire_new(struct plane *plane, const struct chassis *ch,
		      const char *version, uint64_t now_ms);
void wire_free(struct wire *w);
/* The place of the port, from 0; takes io over. */
int wire_wire(struct wire *w, unsigned slot, unsigned number,
	      struct port_io *io);
void wire_set_inside(struct wire *w, const struct wire_inside *in);
/* Packets of set-up flows may go by themselves (fastpath.h) between those ports that
 * take part: port[place].  Before it is started; io is borrowed. */
void wire_set_fast(struct wire *w, struct fastpath *io, const bool *port);
/* What of it there is not, and why, for `show lab wire`. */
void wire_set_no_fast(struct wire *w, const char *why);
/* Follows the configuration and the policy that the plane has published. */
void wire_publish(struct wire *w, const struct conf *conf,
		  const struct chassis *ch, uint64_t now_ms);

/* ---- live: a thread over the ports' and the inside's descriptors ------------- */
struct tun;
int wire_start(struct wire *w, struct tun *inside, struct err *err);
void wire_stop(struct wire *w);

/* ---- driven ------------------------------------------------------------------ */
void wire_receive(struct wire *w, int port, struct packet *p, uint64_t now_ms);
/* An IPv4 packet that the switch's own sockets send (from p->l3 on). */
void wire_from_inside(struct wire *w, struct packet *p, uint64_t now_ms);
/* Everything that is due; wire_due_ms(): when the next is. */
void wire_advance(struct wire *w, uint64_t now_ms);
uint64_t wire_due_ms(struct wire *w);
/* Hands over what ports have queued. */
void wire_flush(struct wire *w);

/* ---- what the control thread asks (all copies) -------------------------------- */
bool wire_has_link(struct wire *w, unsigned slot, unsigned number);
struct bridge_entry *wire_bridge(struct wire *w, unsigned vlan, size_t *n);
/* false: no port is in that VLAN. */
bool wire_stp(struct wire *w, unsigned vlan, struct stp_info *i);
bool wire_stp_port(struct wire *w, unsigned vlan, unsigned slot,
		   unsigned number, struct stp_port_info *i);
struct arp_entry *wire_arp(struct wire *w, size_t *n);
void wire_arp_clear(struct wire *w, struct in_addr addr);
/* Does a static route's next hop answer, or is it not watched? */
bool wire_hop_alive(struct wire *w, struct in_addr hop);
struct flow_line;
int wire_flows(struct wire *w, struct flow_line *line, int max);
/* The name of a port by its place; "" for none. */
const char *wire_port_name(const struct wire *w, int port);
/* How each port is wired, for `show lab wire`, and the frames that its interface
 * lost before we saw them, and did not take from us. */
void wire_show(struct wire *w, struct out *o);


/* ---- captures (capture.h) -------------------------------------------------------- */
/* Could it be started?  -1 and err. */
int wire_capture_check(struct wire *w, const struct capture_want *want,
		       struct err *err);
/* fd is its own from here on.  s: the same in every call, borrowed. */
int wire_capture_start(struct wire *w, const struct capture_want *want,
		       struct secrets *s, int fd, struct err *err);
int wire_capture_stop(struct wire *w, const char *file, struct err *err);
void wire_capture_show(struct wire *w, struct out *o);

#endif
