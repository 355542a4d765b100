#ifndef CSS_EMU_PLANE_INNER_H
#define CSS_EMU_PLANE_INNER_H

#include <netinet/in.h>
#include <stdbool.h>

#include "emu/net/key.h"

/*
 * On the wire attachment: what the workers' sockets mean beyond their addresses,
 * told to whoever has the packets.  Any thread.
 */
struct inner;

struct inner *inner_new(void);
void inner_free(struct inner *n);

/*
 * The packets of a connection that is about to be opened go to a next hop, whoever
 * they are addressed to (transparent caches, content.md 1.4).  It is told once, to
 * who takes it with the connection's first packet.
 */
void inner_set_hop(struct inner *n, const struct flow_key *k,
		   struct in_addr hop);
bool inner_take_hop(struct inner *n, const struct flow_key *k,
		    struct in_addr *hop);

/*
 * A connection that a rule for every port ends comes to a port that stands for all of
 * them (policy.h, door): k is as the socket sees it, *port the one that the client has
 * asked for.  It is told once, to who accepts it; false: too many are on their way.
 */
void inner_set_port(struct inner *n, const struct flow_key *k, in_port_t port);
bool inner_take_port(struct inner *n, const struct flow_key *k,
		     in_port_t *port);

/*
 * A socket waits at an address and port for what another connection has announced
 * (announced.h, stream.h): what comes there is for it, whatever the rules say.
 */
void inner_await(struct inner *n, uint8_t proto, const struct sockaddr_in *at);
void inner_await_over(struct inner *n, uint8_t proto,
		      const struct sockaddr_in *at);
bool inner_awaits(struct inner *n, const struct flow_key *k);

#endif
