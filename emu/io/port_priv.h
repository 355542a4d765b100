#ifndef CSS_EMU_IO_PORT_PRIV_H
#define CSS_EMU_IO_PORT_PRIV_H

#include "emu/io/port.h"

/*
 * What the kinds of ports share.
 */
#define PORT_BATCH 64 /* frames that a kind takes from the system at once */
/* Room for a frame: headroom, the largest, and a tag. */
#define PORT_FRAME	   (PACKET_HEADROOM + PACKET_MAX + 64)
#define PORT_SOCKET_BUFFER (16 << 20) /* bytes; some hundred super-frames */

void port_init(struct port_io *io, const struct port_ops *ops,
	       const char *name);
/* MTU of the interface by that name, asked through io->ctl. */
int port_ask_mtu(struct port_io *io, struct err *err);
/* Why the system did not let us, and what helps.  Returns -1. */
int port_refused(const struct port_io *io, const char *what, int error,
		 struct err *err);
/* An empty frame at room, PORT_FRAME bytes. */
struct packet port_frame(uint8_t *room);

#endif
