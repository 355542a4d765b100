#ifndef CSS_EMU_WIRE_STP_H
#define CSS_EMU_WIRE_STP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emu/wire/sender.h"

/*
 * The spanning tree (IEEE 802.1D-1998 clause 8): configuration and topology
 * change BPDUs, election, port states and timers.  One tree; trees.h has one for
 * every VLAN.  Pure: time is an argument, frames go to the sender.
 */
struct stp;

enum stp_state { /* words of show bridge status: Disabled, Block, Listen... */
		 STP_DISABLED,
		 STP_BLOCK,
		 STP_LISTEN,
		 STP_LEARN,
		 STP_FORWARD,
};
const char *stp_state_name(enum stp_state s);

struct stp_conf {
	bool enabled;	 /* false: ports that are up forward, no BPDU is sent */
	bool bpdu_guard; /* a port-fast port that hears one is shut */
	uint8_t mac[6];	 /* of the bridge */
	uint16_t priority;
	uint16_t hello_s, max_age_s, forward_s;
};
struct stp_port_conf {
	bool present;  /* there is such a port, wired */
	bool up;       /* has link, is not shut */
	bool enabled;  /* bridge state; false: always Disabled */
	bool fast;     /* port-fast: straight to Forward */
	uint8_t mac[6];
	uint8_t priority;
	uint8_t number; /* in the port's identifier; 0: its place, from 1 */
	uint32_t cost;	/* resolved, never 0 */
};
struct stp_id {
	uint16_t priority;
	uint8_t mac[6];
};
struct stp_port_info {
	enum stp_state state;
	struct stp_id designated_root, designated_bridge;
	uint16_t designated_port;
	uint32_t root_cost, cost;
};
struct stp_info {
	struct stp_id id, root;
	uint32_t root_cost;
	int root_port; /* -1: this is the root */
	uint16_t max_age_s, hello_s, forward_s; /* the root's, in force */
	uint64_t changes; /* of topology, seen by this bridge */
	uint64_t changed_ms; /* the last; 0: none */
};

struct stp *stp_new(const struct sender *out);
void stp_free(struct stp *s);
/* port: by place, nports at most WIRE_PORT_MAX.  What has not changed goes on as
 * it was; link up and down is told here, too. */
void stp_configure(struct stp *s, const struct stp_conf *c,
		   const struct stp_port_conf *port, int nports,
		   uint64_t now_ms);
/*
 * A frame for the group address 01-80-c2-00-00-00; what is no BPDU of this
 * version is ignored (9.3.4).  true: bpdu-guard has shut the port in this tree,
 * until it is down or the guard is off.
 */
bool stp_receive(struct stp *s, int port, const uint8_t *frame, size_t len,
		 uint64_t now_ms);
uint32_t stp_blocked(const struct stp *s); /* how often it has blocked a port */
uint64_t stp_due_ms(const struct stp *s); /* when stp_tick is wanted; UINT64_MAX */
void stp_tick(struct stp *s, uint64_t now_ms);
enum stp_state stp_state(const struct stp *s, int port);
/* Is a change of topology being told about (entries grow old faster)? */
bool stp_in_change(const struct stp *s);
void stp_info(const struct stp *s, struct stp_info *i);
void stp_port_info(const struct stp *s, int port, struct stp_port_info *i);

#endif
