#ifndef CSS_EMU_WIRE_TREES_H
#define CSS_EMU_WIRE_TREES_H

#include "emu/wire/stp.h"

/*
 * A spanning tree for every VLAN, as the settings of the product are (a trunk has
 * costs and priorities for each of its VLANs): a way that is blocked in one may be
 * open in another.  BPDUs of a VLAN go as its other frames do, with a tag where
 * those have one; that the product does so, too, is a guess.
 */
struct trees;

struct tree_conf {
	uint16_t vlan;
	struct stp_port_conf port[WIRE_PORT_MAX]; /* present: in this VLAN */
	bool tagged[WIRE_PORT_MAX];
};

struct trees *trees_new(const struct sender *out);
void trees_free(struct trees *t);
/* What has not changed goes on as it was; trees of other VLANs end. */
void trees_configure(struct trees *t, const struct stp_conf *c,
		     const struct tree_conf *tree, size_t n, int nports,
		     uint64_t now_ms);
/* The frame without its tag; as stp_receive(). */
bool trees_receive(struct trees *t, unsigned vlan, int port,
		   const uint8_t *frame, size_t len, uint64_t now_ms);
/* Grows when a port that may have carried frames does not any more. */
uint32_t trees_changes(const struct trees *t);
uint64_t trees_due_ms(const struct trees *t);
void trees_tick(struct trees *t, uint64_t now_ms);
/* STP_DISABLED: no such VLAN */
enum stp_state trees_state(const struct trees *t, unsigned vlan, int port);
bool trees_in_change(const struct trees *t); /* any of them */
/* NULL: there is none. */
const struct stp *trees_find(const struct trees *t, unsigned vlan);

#endif
