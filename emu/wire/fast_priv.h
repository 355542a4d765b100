#ifndef CSS_EMU_WIRE_FAST_PRIV_H
#define CSS_EMU_WIRE_FAST_PRIV_H

#include "emu/wire/fast.h"

/* What fast.c and fast_pattern.c share. */

struct held {			/* a place */
	struct half *h;		/* NULL: no flow's */
	uint32_t at;		/* in live */
	uint64_t frames, bytes; /* booked */
	uint16_t vlan;
	int8_t in; /* port; -1: from inside */
};

/* A direction that may be handed over, and its way as far as it is known. */
struct offer {
	struct half *h;	     /* NULL: there is none */
	const uint8_t *data; /* of the packet that shows it the way */
	struct fast_way way;
	uint16_t vlan; /* that it comes in by */
	int8_t in;     /* port; -1: from inside */
};

/* One between hosts, that is handed over when the packets in front of it are gone. */
struct later {
	struct offer offer;
	unsigned turns;	 /* that it has waited for */
	uint64_t frames; /* of it, before it waited */
};

struct pattern {
	struct tuple k;	      /* of who opens; its port is 0 */
	uint16_t vlan;	      /* it comes in by; 0: from our own sockets */
	uint32_t there, back; /* places */
	uint64_t begun;	      /* connections, that have been seen */
	uint64_t used_ms;
};

#define LATER_MAX    64
#define PATTERNS_MAX 4096
#define OTHERS	     65536 /* a power of two */

struct fast {
	struct wire *w;
	struct fastpath *io; /* borrowed */
	bool off;	     /* nothing is handed over: is_off() */
	struct held *held;   /* owned; FAST_WAYS */
	uint32_t *live;	     /* owned; places of flows, nlive */
	/* Places that were given back wait as long as they can: a program may still
	 * be at work there. */
	uint32_t *spare; /* owned; a ring, FAST_WAYS */
	uint32_t nlive, top, spare_at, nspare;
	struct offer offer;
	struct later later[LATER_MAX];
	unsigned nlater;
	uint32_t changes; /* of the world, that have been heard of */
	uint64_t due_ms;
	uint64_t frames; /* that went by */
	uint64_t begun;	 /* connections, by patterns */
	struct fast_port seen[FAST_PORTS];
	struct pattern *pattern;   /* owned; PATTERNS_MAX */
	uint32_t npattern, ngiven; /* pairs of places: fastpath_give() */
	/* Directions of TCP connections between others, by all of their tuple but
	 * the port that they are for. */
	uint32_t *others; /* owned; OTHERS */
};

/* FAST_WAYS: all are in use. */
uint32_t place_take(struct fast *f);
void place_give(struct fast *f, uint32_t place);
/* The direction goes by the way at a place of its own. */
void place_hold(struct fast *f, uint32_t place, struct half *h, unsigned vlan,
		int in);
/* What went by the way at a place that the direction does not keep is booked. */
void place_absorb(struct fast *f, uint32_t place, struct half *h);

/* ---- fast_pattern.c -------------------------------------------------------------- */
/* A connection is open, both of whose ways are in force: others may begin like it. */
void pattern_offer(struct wire *w, struct wflow *f);
/* Those that nobody needs, or that are none any more, go. */
void pattern_look(struct wire *w);

#endif
