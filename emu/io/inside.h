#ifndef CSS_EMU_IO_INSIDE_H
#define CSS_EMU_IO_INSIDE_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct tun;

/*
 * Where the switch's own sockets live on the wire attachment (architecture 4): a
 * network namespace that the process makes for itself, whose only way to the
 * world is a TUN device.  What comes in by it is for these sockets whatever address
 * it is for, and they may send from any address (sock.h, hostmap.h).
 *
 * The namespace belongs to the thread that made it and to those that it starts
 * from then on: it is made before any other thread, and what is to be opened on
 * this host's own interfaces is opened before it.
 */
struct inside;

/* mtu: of the TUN device.  NULL and err, which says what privilege is missing
 * and how to get it; the caller is where it was. */
struct inside *inside_new(unsigned mtu, struct err *err);
/* Back to the namespace of the start; for the thread that made it, last of all. */
void inside_free(struct inside *in);

struct tun *inside_tun(const struct inside *in); /* borrowed */
/* Descriptor of the namespace of the start; borrowed. */
int inside_outer(const struct inside *in);

/*
 * A second way in, beside the TUN device, for what needs no packet thread
 * (fastpath.h): one end is on this host, one inside, and what comes out of the
 * latter is for the switch's own sockets.  Nothing goes in at the other by itself.
 * Indices of interfaces, each in its own namespace.  The cable ends with the inside.
 */
struct inside_cable {
	unsigned outer, inner, tun;
};
int inside_make_cable(struct inside *in, struct inside_cable *c,
		      struct err *err);
/* Who speaks to the world does it by the cable from now on, in frames whose addresses
 * say nothing; before the first ways are set. */
void inside_use_cable(struct inside *in);

/* The address that is spoken from to a network. */
struct inside_way {
	struct in_addr net, src;
	uint8_t prefix_len;
};
/*
 * From now on the sockets speak from these addresses, and only these ways lead
 * out; of several to one network the first counts.  What cannot be done is
 * logged.
 */
void inside_set_ways(struct inside *in, const struct in_addr *addr,
		     size_t naddr, const struct inside_way *way, size_t nway);

#endif
