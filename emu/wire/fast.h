#ifndef CSS_EMU_WIRE_FAST_H
#define CSS_EMU_WIRE_FAST_H

struct out;

#include "emu/io/fastpath.h"
#include "emu/wire/forward_priv.h"

/*
 * Which directions of flows go by the fast path (fastpath.h), and their books.
 *
 * A direction is handed over by a packet that goes through the switch as all of it
 * would: where that packet came in and left is the way.  Between hosts it waits until
 * none in front of it is on its way any more.  A connection to or from the switch's
 * own sockets shows others between its ends the way: these begin by themselves.
 *
 * Everything that might lead the next packet elsewhere (configuration, links,
 * neighbours, stations, trees) calls all of them back, and the next packet of each hands
 * it over again; whose station or neighbour it was is not asked, so that who floods
 * addresses makes packets go through the switch, and loses none.  Captures and mirrors
 * want to see every frame: as long as there is one, nothing is handed over.
 *
 * What went by is booked when somebody asks, when the flow meets the switch again,
 * and some times a second: counters, ages, what TCP was heard to say, and where
 * stations are.
 */
struct fast;

struct fast *fast_new(struct wire *w, struct fastpath *io); /* borrowed */
void fast_free(struct fast *f);

/* ---- of packets: wire->fast may be NULL ------------------------------------------- */
/* A packet of h is about to be sent on: may those behind it go by themselves?  in
 * NULL: from inside. */
void fast_offer(struct wire *w, const struct ingress *in,
		const struct packet *p, struct half *h);
/* It leaves by this port, its MAC addresses filled in. */
void fast_leaves(struct wire *w, unsigned vlan, int port,
		 const struct packet *p);
/* It has been sent on, or not. */
void fast_withdraw(struct wire *w);
/* One came to the switch whose flow has others under way: the books first. */
void fast_settle(struct wire *w, struct wflow *f);
/* The flow is over, or is not to be met by surprise: it is the switch's again. */
void fast_recall(struct wire *w, struct wflow *f);

/* ---- connections that begin by themselves (fast_pattern.c) ------------------------- */
/* Those that have, get their flows: false: there are none.  Whoever finds no flow for
 * a packet asks, and looks again. */
bool fast_catch_up(struct wire *w);
/* A flow has begun (more is 1), or is gone (-1). */
void fast_others(struct wire *w, const struct wflow *f, int more);
/* The policy is another; f may be NULL. */
void fast_rules(struct fast *f, const struct policy *p);
/* The next connection between these, whatever port it comes from, is another's. */
void fast_expects(struct wire *w, const struct tuple *k);

/* ---- of all ------------------------------------------------------------------------ */
void fast_flush(struct wire *w);      /* the world is another */
void fast_follow(struct wire *w);     /* a new setup, or captures */
void fast_settle_all(struct wire *w); /* somebody asks */
void fast_tick(struct wire *w);	      /* each turn */
/* The packets of this turn are sent.  fast_waits(): does somebody want to know?  busy:
 * bit n: more have come by port n meanwhile. */
bool fast_waits(const struct wire *w);
void fast_turn_over(struct wire *w, uint64_t busy);
uint64_t fast_due_ms(const struct wire *w);
void fast_show(const struct wire *w, struct out *o);

#endif
