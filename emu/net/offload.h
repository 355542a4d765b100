#ifndef CSS_EMU_NET_OFFLOAD_H
#define CSS_EMU_NET_OFFLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "emu/net/packet.h"

/*
 * Making good what interfaces left undone (packet.h): finishing checksums, and
 * cutting super-frames into frames as a wire has them.
 */

/* Finishes the checksum, if one is open. */
void offload_finish(struct packet *p);
/*
 * Cuts the packet into frames of at most mtu bytes of IPv4 and sends each,
 * finished; one that fits goes in one piece.  Sequence numbers, flags, lengths,
 * identifiers and checksums are those that the sender's own interface would have
 * made.  room: at least PACKET_HEADROOM + ETH_LEN + mtu bytes to build in.
 * 0, or -1 when it is too large and not a segment that may be cut.
 */
int offload_split(struct packet *p, unsigned mtu, uint8_t *room, size_t cap,
		  void (*send)(void *arg, struct packet *p), void *arg);

#endif
