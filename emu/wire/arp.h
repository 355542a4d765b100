#ifndef CSS_EMU_WIRE_ARP_H
#define CSS_EMU_WIRE_ARP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emu/wire/sender.h"

/*
 * Neighbours (RFC 826, RFC 5227 for duplicates): MAC addresses of IPv4 addresses
 * on circuits.  Pure: time is an argument, requests go to the sender.
 */
struct arp_table;

enum arp_type { ARP_DYNAMIC, ARP_STATIC };
enum arp_answer {
	ARP_FOUND,
	ARP_ASKED, /* not known yet: arp_ask() lets the packet wait for the answer */
	ARP_LOST, /* nobody answered lately, or too many wait: drop it */
};

struct arp_entry {
	struct in_addr addr;
	uint8_t mac[6];
	uint16_t vlan;
	int port; /* PORT_FLOOD: not known */
	enum arp_type type;
	uint64_t since_ms;
};
struct arp_conf {
	uint32_t timeout_s;  /* 86401: never */
	uint16_t wait_s;     /* for an answer; a request goes out each second */
	uint16_t asking_max; /* addresses that are asked for at a time */
};
/* A packet that waited: from the Ethernet header on, addresses filled in. */
typedef void (*arp_ready_fn)(void *arg, unsigned vlan, int port, uint8_t *frame,
			     size_t len);

/* A packet that waited for somebody who does not answer; addresses of its Ethernet
 * header are not filled in. */
typedef void (*arp_lost_fn)(void *arg, unsigned vlan, uint8_t *frame,
			    size_t len);

struct arp_table *arp_new(const struct sender *out, arp_ready_fn ready,
			  void *arg);
void arp_free(struct arp_table *t);
void arp_set_lost(struct arp_table *t, arp_lost_fn lost); /* NULL: dropped */
void arp_configure(struct arp_table *t, const struct arp_conf *c);
/* Static entries of the configuration, in place of those before. */
void arp_set_static(struct arp_table *t, const struct arp_entry *e, size_t n);

/* In the packet path: no allocation when it is known.  hit stays until the next
 * call that changes the table. */
enum arp_answer arp_find(struct arp_table *t, unsigned vlan,
			 struct in_addr addr, uint64_t now_ms,
			 const struct arp_entry **hit);
/* Asks from ours (address and MAC of the circuit) and keeps a copy of the frame,
 * whose destination MAC is filled in when it goes. */
void arp_ask(struct arp_table *t, unsigned vlan, struct in_addr addr,
	     struct in_addr ours, const uint8_t our_mac[6],
	     const uint8_t *frame, size_t len, uint64_t now_ms);
/* What a packet of ARP told; only updates what is there unless create. */
void arp_learn(struct arp_table *t, unsigned vlan, int port,
	       struct in_addr addr, const uint8_t mac[6], bool create,
	       uint64_t now_ms);
/* Grows when a neighbour that was known is another's, or nobody's: as bridge_changes(). */
uint32_t arp_changes(const struct arp_table *t);
uint64_t arp_due_ms(const struct arp_table *t);
void arp_tick(struct arp_table *t, uint64_t now_ms);
void arp_clear(struct arp_table *t, struct in_addr addr); /* ANY: all dynamic */
void arp_forget_port(struct arp_table *t, int port);
struct arp_entry *arp_copy(const struct arp_table *t,
			   size_t *n); /* by address */

/* ---- packets (RFC 826) -------------------------------------------------------- */
#define ARP_FRAME_LEN 42
struct arp_packet {
	uint16_t op; /* 1 request, 2 reply */
	uint8_t sender_mac[6], target_mac[6];
	struct in_addr sender, target;
};
/* From the Ethernet header on; false: not ARP for IPv4 over Ethernet. */
bool arp_read(const uint8_t *frame, size_t len, struct arp_packet *a);
/* to: destination MAC; ARP_FRAME_LEN bytes */
void arp_make(const struct arp_packet *a, const uint8_t to[6],
	      uint8_t frame[ARP_FRAME_LEN]);

#endif
