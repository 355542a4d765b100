#ifndef CSS_EMU_NET_OFFLOAD_H
#define CSS_EMU_NET_OFFLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "emu/net/packet.h"

/*
 * Making good what interfaces left undone (packet.h): finishing checksums, and
 * cutting super-frames into frames as a wire has them.
 */

/* Is what off says within the packet, and does it go together?  What an
 * interface hands over is believed only then. */
bool offload_is_sound(const struct packet *p);
/*
 * Of a frame whose interface does not tell (libpcap; captures made on a sender):
 * an open checksum is one that has the value of the pseudo header's sum and is
 * not right as it stands, and TCP beyond the mtu is a super-frame.  The frame may
 * have a tag still.  false: it is beyond the mtu and cannot be cut.
 */
bool offload_recognise(struct packet *p, unsigned mtu);
/* The frames that the packet is on a wire: one, or the segments of a super-frame
 * as its sender asked for them. */
struct offload_frames {
	uint32_t n;
	uint32_t full, last; /* bytes of each but the last, and of that */
};
struct offload_frames offload_frames(const struct packet *p);
/* Finishes the checksum, if one is open. */
void offload_finish(struct packet *p);
/*
 * Cuts the packet into frames of at most mtu bytes of IP and sends each,
 * finished; one that fits goes in one piece.  Sequence numbers, flags, lengths,
 * identifiers and checksums are those that the sender's own interface would have
 * made.  room: at least PACKET_HEADROOM + ETH_LEN + mtu bytes to build in.
 * 0, or -1 when it is too large and not a segment that may be cut.
 */
int offload_split(struct packet *p, unsigned mtu, uint8_t *room, size_t cap,
		  void (*send)(void *arg, struct packet *p), void *arg);

#endif
