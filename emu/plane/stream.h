#ifndef CSS_EMU_PLANE_STREAM_H
#define CSS_EMU_PLANE_STREAM_H

#include "emu/net/rtsp.h"
#include "emu/plane/relay.h"

/*
 * Datagrams that a control channel announced: one port or a pair on each side of
 * the switch, between the two ends of the channel and nobody else.  They last as
 * long as the channel, which does not grow idle while they flow.
 */
struct stream;
LIST_HEAD(stream_list, stream);

/* One more of the list; client: where the client waits.  NULL: there are no
 * sockets for it. */
struct stream *stream_new(struct flow *by, struct stream_list *all,
			  struct rtsp_ports client);
void stream_close(struct stream *s);
/* Where the server sends from, once it has said so; until then its first
 * datagram tells. */
void stream_set_server(struct stream *s, struct rtsp_ports server);
/* Ports of the switch, in host order: for the server to send to, and for the
 * client, with the address that it finds them at. */
uint16_t stream_port_for_server(const struct stream *s);
uint16_t stream_port_for_client(const struct stream *s, struct in_addr *addr);

void stream_event(struct worker *w, void *source);
void stream_bury(struct worker *w); /* frees what is over */
int stream_lines(const struct stream_list *all, struct flow_line *line,
		 int max);

#endif
