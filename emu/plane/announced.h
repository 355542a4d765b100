#ifndef CSS_EMU_PLANE_ANNOUNCED_H
#define CSS_EMU_PLANE_ANNOUNCED_H

#include "emu/plane/relay.h"

/*
 * A connection that a control channel announced is awaited on an address of the
 * switch for a few seconds; whoever may open it is known, and nobody else gets
 * through.  When it comes, a flow carries it to where it was to go.
 */
struct awaited;

/*
 * addr and port: where the other side waits, as it was announced; INADDR_ANY:
 * the server's.  NULL: it is not awaited, since it leads elsewhere than to the
 * two ends of the channel, or there is no socket for it.  *at: where the switch
 * waits, a host's address.
 */
struct awaited *awaited_new(struct flow *by, struct in_addr addr, uint16_t port,
			    bool from_server, struct sockaddr_in *at);
/* Where the server finds the switch: the source group's address, or the one that
 * the channel has. */
struct sockaddr_in announced_server_side(const struct flow *by);
void awaited_close(struct worker *w, struct awaited **a); /* NULL: no matter */
void awaited_event(struct worker *w, void *source);
void awaited_bury(struct worker *w); /* frees what is over */

/* The channel's part when it came; f NULL: it could not be carried. */
void channel_came(struct flow *by, struct flow *f);

/* ---- for the wheel --------------------------------------------------------- */
uint64_t awaited_due(const struct timed *t);
void awaited_expire(struct timed *t);

#endif
