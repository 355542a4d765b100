#ifndef CSS_EMU_PLANE_CONTROL_H
#define CSS_EMU_PLANE_CONTROL_H

#include "emu/base/out.h"
#include "emu/io/loop.h"
#include "emu/plane/plane.h"
#include "emu/plane/worker.h"

/* The control thread's side of the data plane, as its files share it. */

struct listener {
	struct in_addr addr;
	in_port_t port;
	uint8_t proto;	      /* IPPROTO_TCP, IPPROTO_UDP */
	bool door;	      /* policy.h */
	struct point **point; /* one a worker; NULL: not open */
};

#define RATE_SECONDS 5
struct rate { /* of a counter that is looked at once a second */
	uint64_t last;
	uint32_t second[RATE_SECONDS], high;
	unsigned at;
};

struct plane {
	struct frames *frames; /* owned */
	struct inner *inner;   /* owned */
	struct loop *loop;
	const struct hostmap *map;
	struct shared *shared;	/* owned */
	struct worker **worker; /* owned */
	int nworkers;		/* that are threads */
	int nsums; /* that count: one more when packets have theirs */
	struct packet_side packets; /* its functions NULL: there is none */
	struct policy *policy;	   /* one reference; NULL before the first */
	bool stale;		   /* policy is of other circumstances */
	struct listener *listener; /* owned, sorted */
	int nlistener;
	uint16_t tcp_mss; /* that the open ones have; 0: no limit */
	struct out told; /* warnings in force, so that each is told once */
	struct plane_loads *loads; /* owned */
	struct timer tick;
	uint64_t last_ms;
	uint32_t high_flows;
	struct rate all_rate, tcp_rate, udp_rate, hit_rate;
	uint64_t method_zero[HTTP_METHOD_NUM + 1];
	/* what the counters were when they were zeroed */
	struct service_counters service_zero[SERVICE_MAX + 1];
	struct rule_counters rule_zero[CONTENT_MAX + 1];
	struct group_counters group_zero[GROUP_MAX + 1];
};

/* ---- plane.c ---------------------------------------------------------------- */
/* Where the packets' worker is, or will be. */
static inline struct worker **plane_packets(const struct plane *p)
{
	return &p->worker[p->nworkers];
}

/* ---- listener.c ------------------------------------------------------------ */
/* Keeps what is open and still wanted, closes the rest, opens what is new. */
void listeners_sync(struct plane *p, struct out *warn);

/* ---- frames.c -------------------------------------------------------------- */
struct frames *frames_new(void);
void frames_free(struct frames *f);

/* ---- loads.c --------------------------------------------------------------- */
struct plane_loads *loads_start(struct plane *p);
void loads_stop(struct plane_loads *l);
void loads_follow(struct plane_loads *l); /* there is a new policy */

/* ---- counters.c ------------------------------------------------------------ */
void counters_start(struct plane *p); /* the figures that need a clock */

#endif
