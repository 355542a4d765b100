#ifndef CSS_EMU_WIRE_BRIDGE_H
#define CSS_EMU_WIRE_BRIDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Which port of a VLAN a MAC address is behind (IEEE 802.1D clause 7.9): learnt
 * from source addresses, forgotten when it has been silent for the ageing time.
 * Bounded; when full, the entry that was seen longest ago makes room.
 */
struct bridge;

struct bridge_entry {
	uint8_t mac[6];
	uint16_t vlan;
	int port;
	uint64_t seen_ms;
};

struct bridge *bridge_new(void);
void bridge_free(struct bridge *b);
void bridge_set_ageing(struct bridge *b, uint32_t seconds);
/* Group addresses are not learnt. true: it moved from another port. */
bool bridge_learn(struct bridge *b, unsigned vlan, const uint8_t mac[6],
		  int port, uint64_t now_ms);
/* PORT_FLOOD: not known, or too old. */
int bridge_find(const struct bridge *b, unsigned vlan, const uint8_t mac[6],
		uint64_t now_ms);
void bridge_forget_port(struct bridge *b, int port); /* its link went */
/* A change of topology: for a while entries grow old in this time instead. */
void bridge_hurry(struct bridge *b, uint32_t ageing_s, bool hurry);
/* Grows when a station moves or is forgotten: who has noted where one is looks again. */
uint32_t bridge_changes(const struct bridge *b);
void bridge_age(struct bridge *b, uint64_t now_ms); /* now and then */
/* By VLAN, then address; owned by the caller. vlan 0: all */
struct bridge_entry *bridge_copy(const struct bridge *b, unsigned vlan,
				 uint64_t now_ms, size_t *n);

#endif
