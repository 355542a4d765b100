#ifndef CSS_EMU_WIRE_FIB_H
#define CSS_EMU_WIRE_FIB_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The way to an address: longest prefix (RFC 1812 5.2.4.3), then the smallest
 * distance; several next hops at the same distance share by `ip ecmp`.  Built
 * once from what the configuration says, then only read.
 */
struct fib;

struct fib_route {
	struct in_addr net;
	uint8_t prefix_len, distance;
	bool local;	/* on a circuit: the address itself is the next hop */
	bool blackhole;
	bool originated; /* only for packets of the switch itself */
	struct in_addr gateway;
	uint16_t vlan; /* circuit that the next hop is on; 0 of a black hole */
};
enum fib_ecmp { ECMP_ADDRESS, ECMP_ROUNDROBIN };
struct fib_way {
	struct in_addr next_hop;
	uint16_t vlan;
	bool blackhole;
	uint8_t prefix_len;
};

struct fib *fib_new(const struct fib_route *r, size_t n, enum fib_ecmp ecmp);
void fib_free(struct fib *f);
/* false: no way there.  src and dst choose among equal ways. */
bool fib_find(struct fib *f, struct in_addr src, struct in_addr dst,
	      bool originated, struct fib_way *w);

#endif
