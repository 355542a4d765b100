#ifndef CSS_EMU_IO_RTNL_H
#define CSS_EMU_IO_RTNL_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

struct err;

/*
 * Addresses, routes and rules of the network namespace that it was opened in
 * (rtnetlink(7)), whatever namespace the caller is in later.  Each call waits for
 * the kernel's answer: 0, or -1 and err, which says what was asked for.
 */
struct rtnl;

struct rtnl *rtnl_open(struct err *err);
void rtnl_close(struct rtnl *r);

/* Also without filters on where packets come from, for addresses of our own,
 * too, and without forwarding. mtu, queue (packets) 0: as it is. */
int rtnl_link_up(struct rtnl *r, unsigned link, unsigned mtu, unsigned queue,
		 struct err *err);
/* It has nothing to say by itself: no IPv6 address of its own making, no ARP.  For one
 * that is down still; what the kernel cannot do of it is left. */
void rtnl_link_quiet(struct rtnl *r, unsigned link);
/* Does its "clsact" (tc-bpf(8)) have filters, of anybody's?  true when in doubt. */
bool rtnl_has_filters(struct rtnl *r, unsigned link);
/* Two ends of one cable (veth(4)): name here, far in another network namespace, which
 * net is a descriptor of. */
int rtnl_cable(struct rtnl *r, const char *name, const char *far, int net,
	       struct err *err);
/* a/32; one that is there already, or is gone already, is no error. */
int rtnl_address(struct rtnl *r, bool add, unsigned link, struct in_addr a,
		 struct err *err);

struct rtnl_route {
	struct in_addr net;
	uint8_t prefix_len;
	bool local;	    /* what goes there is for this host's sockets */
	unsigned link;
	struct in_addr hop; /* on the link, whoever it is; INADDR_ANY: none */
	struct in_addr src; /* INADDR_ANY: none is preferred */
	uint32_t table;	    /* 0: the main one */
};
/* Adding replaces what is there. */
int rtnl_route(struct rtnl *r, bool add, const struct rtnl_route *route,
	       struct err *err);
/* Packets that come in by a link are looked up in the table first. */
int rtnl_rule(struct rtnl *r, const char *link, uint32_t table,
	      struct err *err);

#endif
