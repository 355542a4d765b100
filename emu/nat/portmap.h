#ifndef CSS_EMU_NAT_PORTMAP_H
#define CSS_EMU_NAT_PORTMAP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Source ports of a source group (content.md 3.2): which are in use on which of
 * its addresses.  The map knows every port there is, so that a group may change
 * its range while flows of the old one live on.  Any thread takes and gives
 * back; nothing waits.
 */
struct portmap_pool;

struct portmap_pool *portmap_new(void);
void portmap_free(struct portmap_pool *m);
/* There is room for that many addresses; before anybody takes from them. */
void portmap_reserve(struct portmap_pool *m, unsigned addresses);

struct portmap_range { /* ports in host order */
	uint16_t base, ports;
	uint8_t addresses; /* from the group's VIP on; reserved */
};
struct mapping {
	uint8_t address; /* offset to the group's VIP */
	uint16_t port;	 /* host order; 0: none */
};
/* The next free one behind the last, port by port, then address by address;
 * false: all are in use, which is counted. */
bool portmap_take(struct portmap_pool *m, const struct portmap_range *r,
		  struct mapping *to);
void portmap_give(struct portmap_pool *m, const struct mapping *from);

struct portmap_figures {
	uint32_t used; /* now */
	uint16_t last; /* port; 0: none yet */
	uint64_t refused;
};
void portmap_read(const struct portmap_pool *m, struct portmap_figures *f);

#endif
