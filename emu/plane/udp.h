#ifndef CSS_EMU_PLANE_UDP_H
#define CSS_EMU_PLANE_UDP_H

#include "emu/plane/worker.h"

/*
 * Datagrams of the host attachment.  A point takes those of a VIP and port from
 * everybody; each client's go on from a socket of its own, so that what the
 * server answers is known to be for that client.
 *
 * A port that gets flows (content.md 3.8) has one flow for each 5-tuple: the first
 * datagram is decided about, the others follow it until it has been idle for too
 * long.  Where there are no flows, every datagram is decided about, and what is
 * kept is only the way back for answers; `show flows` does not have it.
 */
struct udp_table;
struct udp_table *udp_table_new(void);
void udp_table_free(struct udp_table *t); /* every flow is over */

void udp_read(struct worker *w, struct point *at); /* datagrams have arrived */
void udp_event(struct worker *w, void *source);	   /* answers have */
void udp_close_point(struct worker *w, struct point *at);
void udp_close_all(struct worker *w);
void udp_bury(struct worker *w); /* frees what is over */
int udp_lines(const struct worker *w, struct flow_line *line, int max);

/* ---- for the wheel --------------------------------------------------------- */
struct timed;
uint64_t udp_due(const struct timed *t);
void udp_expire(struct timed *t);

#endif
