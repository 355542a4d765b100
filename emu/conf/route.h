#ifndef CSS_EMU_CONF_ROUTE_H
#define CSS_EMU_CONF_ROUTE_H

#include "emu/conf/conf.h"

/* ip route NET MASK {GATEWAY|blackhole|firewall N} [distance]: a way is told
 * from another by everything but its distance. */
struct route {
	TAILQ_ENTRY(route) link;
	struct in_addr net;
	struct in_addr gateway; /* INADDR_ANY: blackhole or firewall */
	uint8_t prefix_len, distance;
	bool blackhole;
	uint8_t firewall; /* index of an `ip firewall` line; 0: none */
	bool originated;  /* only for packets of the switch itself */
	time_t since; /* conf_clock() when it was added; route_add() sets it */
};
TAILQ_HEAD(route_list, route);

/* In order of entry.  Adds it, or changes the distance. */
int route_add(struct conf *c, const struct route *r, struct err *err);
/* The next hop of a line: of a firewall's, its address on this side. */
struct in_addr route_hop(const struct conf *c, const struct route *r);
int route_del(struct conf *c, const struct route *r, struct err *err);

#endif
