#ifndef CSS_EMU_WIRE_FLOWTAB_H
#define CSS_EMU_WIRE_FLOWTAB_H

#include <netinet/in.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "emu/plane/use.h"

struct ftp_track;

/*
 * The flows of the packets: a pool of fixed places, a hash of both directions'
 * 5-tuples, and a wheel of coarse ticks.  Memory is reserved once and touched as
 * flows come; nothing is allocated for a packet or a flow.
 */
struct flowtab;

#define FLOWTAB_MAX (1u << 20) /* flows: two directions each */

/* What tells packets of one direction, in network order.  Of ICMP echo: the
 * identifier in place of both ports. */
struct tuple {
	uint32_t src, dst;
	uint16_t sport, dport;
	uint8_t proto;
	bool way; /* of a datagram that gets no flow: only asked for by name */
};

enum half_act {
	HALF_ROUTE,  /* translated if it must be, then routed */
	HALF_VIA,    /* to the flow's next hop, whatever the destination */
	HALF_INSIDE, /* to the switch's own sockets */
};

/* One direction: all that a packet of a set-up flow needs, in one cache line. */
struct half {
	uint32_t src, dst; /* as it comes in */
	uint16_t sport, dport;
	uint32_t to_src, to_dst; /* as it goes on */
	uint16_t to_sport, to_dport;
	uint16_t sum_ip, sum_l4; /* what the checksums gain (xlate.h) */
	uint32_t next;		 /* in its bucket: place + 1; 0: the last */
	uint32_t end;		 /* TCP: sequence behind what went by */
	uint8_t proto;
	uint8_t act;   /* enum half_act */
	uint8_t side;  /* its place in the flow: 0 is the opener's */
	int8_t port;   /* the latest packet came in there; PORT_INSIDE */
	bool same : 1; /* nothing is translated */
	bool way : 1;
	bool inside : 1; /* its packets come from the switch's own sockets */
	bool linked : 1; /* is in the hash */
	bool seen : 1;	 /* TCP: end is known */
	bool ftp : 1;	 /* the flow has a track of it */
	uint16_t sum_ports; /* of sum_l4, what ports are */
	uint32_t fast;	    /* its way by the fast path: place + 1; 0: none */
	uint64_t bytes, frames;
};

enum wflow_kind {
	WFLOW_FREE,
	WFLOW_PLAIN,  /* routed or translated: shown, counted */
	WFLOW_INSIDE, /* ended by the switch's own sockets, which count it */
	WFLOW_WAY,    /* the way back of a datagram without a flow */
	WFLOW_ECHO,   /* ICMP: no flow (content.md 3.6), but it has answers */
};

enum wflow_state {
	WFLOW_HALF_OPEN, /* TCP: the opener has not acknowledged yet */
	WFLOW_OPEN,
	WFLOW_OVER,   /* closed; stays a moment for what is under way */
	WFLOW_PARKED, /* idle: counts as over, until a packet comes again */
};

/* What packets touch comes first: two lines more. */
struct wflow {
	alignas(64) struct half half[2];
	struct flow_use use;
	uint64_t used_ms;
	uint8_t kind, state;
	uint8_t fins;	/* bits of the sides that have sent one */
	uint8_t syns;	/* that the opener has sent */
	bool cross;	/* mapping is of the ports for flows without group */
	bool alike; /* others between its ends may begin like it (fast.h) */
	int8_t in_port; /* it is counted as active there; -1: nowhere */
	struct held_policy *policy; /* NULL: none */
	struct in_addr via;	    /* of HALF_VIA */
	uint32_t idle_ms;	    /* 0: for ever */
	struct ftp_track *ftp;	    /* owned; NULL: no FTP control channel */
	LIST_ENTRY(wflow) timed;
	TAILQ_ENTRY(wflow) order; /* of those parked, or free */
};

static inline struct wflow *wflow_of(struct half *h)
{
	return (struct wflow *)(void *)(h - h->side);
}
static inline struct half *half_other(struct half *h)
{
	return h->side ? h - 1 : h + 1;
}
static inline struct tuple half_tuple(const struct half *h)
{
	return (struct tuple){ h->src,	 h->dst,   h->sport,
			       h->dport, h->proto, h->way };
}
static inline struct tuple tuple_reverse(const struct tuple *t)
{
	return (struct tuple){ t->dst,	 t->src,   t->dport,
			       t->sport, t->proto, t->way };
}

struct flowtab *flowtab_new(uint32_t max, uint64_t seed);
void flowtab_free(struct flowtab *t);
unsigned flowtab_count(const struct flowtab *t);

/* NULL: there is none. */
struct half *flowtab_find(const struct flowtab *t, const struct tuple *k);
/* Another one of the same tuple, behind h: of ways, which may have several. */
struct half *flowtab_next(const struct flowtab *t, const struct half *h);
/* A flow without anything, in no hash and on no wheel; NULL: all are in use. */
struct wflow *flowtab_take(struct flowtab *t);
/* half[side] gets its tuple and is found by it from now on. */
void flowtab_link(struct flowtab *t, struct wflow *f, int side,
		  const struct tuple *k);
/* Out of everything; whatever it owns is given back already. */
void flowtab_give(struct flowtab *t, struct wflow *f);

/* Parked flows are the first to make room, the longest idle before others. */
void flowtab_park(struct flowtab *t, struct wflow *f);
void flowtab_unpark(struct flowtab *t, struct wflow *f);
struct wflow *flowtab_parked(const struct flowtab *t); /* NULL: none */

/* ---- time ------------------------------------------------------------------------ */
/* Looks at it at due_ms or soon after; once more moves it. */
void flowtab_at(struct flowtab *t, struct wflow *f, uint64_t due_ms);
/* Hands out what may be due, each once; it must be placed again or given. */
void flowtab_turn(struct flowtab *t, uint64_t now_ms,
		  void (*look)(void *arg, struct wflow *f), void *arg);
uint64_t flowtab_due_ms(const struct flowtab *t); /* UINT64_MAX: nothing is */

/* The first flow from place *at on that is not free; NULL: no more. */
struct wflow *flowtab_each(const struct flowtab *t, uint32_t *at);

#endif
