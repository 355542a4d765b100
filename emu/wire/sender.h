#ifndef CSS_EMU_WIRE_SENDER_H
#define CSS_EMU_WIRE_SENDER_H

#include <stddef.h>
#include <stdint.h>

#define WIRE_PORT_MAX 64	/* ports of the largest chassis, and some */
#define PORT_FLOOD    (-1)	/* every port of the VLAN but the one it came from */

/*
 * How the parts of the switch send frames of their own: a whole Ethernet frame
 * without a tag, on one port or on a VLAN's ports.  vlan 0: untagged on the port,
 * below spanning tree (BPDUs, CDP).
 */
struct sender {
	void *arg;
	void (*send)(void *arg, unsigned vlan, int port, const uint8_t *frame,
		     size_t len);
};

static inline void sender_send(const struct sender *s, unsigned vlan, int port,
			       const uint8_t *frame, size_t len)
{
	s->send(s->arg, vlan, port, frame, len);
}

#endif
