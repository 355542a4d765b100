#ifndef CSS_CHASSIS_PORTS_H
#define CSS_CHASSIS_PORTS_H

#include <stdbool.h>
#include <stdint.h>

struct chassis;
struct circuit;
struct conf;
struct iface;

/*
 * The ports that the modules in the slots have, and the circuits that the
 * configuration makes of them.  A port is up while its module is in, nobody has
 * shut it and it has link, which on the host attachment every port has
 * (chassis_set_cables).  A circuit is active while one of its ports is up.
 */
struct port {
	unsigned slot, number, ifindex;
	char name[16];
	const char *type;	   /* "fe", "ge" */
	bool link;
	const struct iface *iface; /* borrowed; NULL: no settings of its own */
};

/* Steps to the next port of the chassis; start with a zeroed one. */
bool port_next(const struct chassis *ch, const struct conf *c, struct port *p);
/* false: there is no such port */
bool port_find(const struct chassis *ch, const struct conf *c, const char *name,
	       struct port *p);
bool port_is_up(const struct port *p);
bool port_is_shut(const struct port *p); /* by admin-shutdown */
/* Of the frames that it sends itself: the base address and its number behind it
 * (guess). */
void port_mac(const struct chassis *ch, const struct port *p, uint8_t mac[6]);
bool port_in_vlan(const struct port *p, unsigned vlan);

bool circuit_is_active(const struct chassis *ch, const struct conf *c,
		       const struct circuit *ci);
/* Like port_next(), of the ports of one circuit. */
bool circuit_next_port(const struct chassis *ch, const struct conf *c,
		       const struct circuit *ci, struct port *p);

#endif
