#ifndef CSS_EMU_PLANE_RELAY_H
#define CSS_EMU_PLANE_RELAY_H

#include "emu/net/key.h"
#include "emu/plane/use.h"
#include "emu/plane/worker.h"

struct flow_line;
struct hello;
struct request;
struct ssl_image;
struct channel;
struct talk;
struct tls;

/*
 * A flow that the switch's sockets end, as all of the host attachment: two legs,
 * each plain or TLS, in one worker.  It begins with an accepted connection and
 * one decision; a flow that an SSL module terminates gets a second decision for
 * its clear text, which never becomes a socket.
 */
enum flow_stage {
	/* TLS with the client; no server side yet */
	FLOW_HANDSHAKE,
	/* a layer 5 rule waits for the request; it gathers in the talk */
	FLOW_REQUEST,
	/* the server side connects, TLS included; the client is not read */
	FLOW_CONNECT,
	/* both legs are open */
	FLOW_OPEN,
	/* closed; memory stays until the end of the turn and may only be
	 * recognised */
	FLOW_OVER,
};

/* Why a flow ended; log, counters and tests share the names. */
enum flow_end {
	END_CLOSED,
	END_CLIENT_RESET,
	END_SERVER_RESET,
	END_REFUSED,
	END_NO_SOURCE,
	END_NO_PORT,
	END_NO_DESCRIPTOR,
	END_NO_MEMORY,
	END_NO_RULE,
	END_NO_SERVICE,
	END_NO_ENTRY,
	END_DENIED,
	END_BAD_REQUEST,
	END_REDIRECTED,
	END_REDIRECTED_RESET,
	END_NO_REDIRECT,
	END_LOOP,
	END_CLIENT_TLS,
	END_SERVER_TLS,
	END_HANDSHAKE_TIMEOUT,
	END_REQUEST_TIMEOUT,
	END_CONNECT_TIMEOUT,
	END_IDLE,
	END_SERVICE_RESET,
	END_CARD_GONE,
	END_STOPPED,
	END_NUM,
};
const char *flow_end_name(enum flow_end e);

struct leg {
	enum source source;	 /* SOURCE_LEG */
	int fd;			 /* -1: none */
	uint8_t side;		 /* LEG_CLIENT, LEG_SERVER */
	bool open;		 /* connected, and shaken hands */
	bool readable, writable; /* as far as known: edge-triggered */
	bool hup;     /* the peer's end was announced: read to the end */
	bool eof;     /* nothing more comes from here */
	bool shut;    /* the end was passed on to here */
	bool bulk;    /* reads from here fill the buffer: splice */
	bool muted;   /* arrivals are not announced: the other leg is full */
	bool stuck;   /* what TLS gathered was to go, and did not */
	bool ack_now; /* each read is acknowledged at once */
	uint32_t renew_ms; /* a new TLS handshake so often; 0: never */
	uint64_t renewed_ms;
	struct tls *tls; /* owned; NULL: plain */
	char *rest;	 /* a block; bytes for this leg that did not fit yet */
	uint32_t rest_at, rest_len;
	struct pipe_pair pipe; /* valid while has_pipe */
	bool has_pipe;
	uint32_t piped; /* bytes for this leg inside the pipe */
};
#define LEG_CLIENT 0
#define LEG_SERVER 1

struct flow {
	struct leg leg[2];
	struct worker *w;
	enum flow_stage state;
	bool queued;  /* in worker's again */
	uint8_t nuse; /* decisions made: 1, behind a module 2 */
	struct flow_use use[2];
	struct held_policy *policy;
	struct ssl_image *image; /* terminating module's; the policy's ref */
	const struct ssl_front *front; /* its entry */
	uint32_t limit_ms;	       /* this state's, when not open */
	uint32_t connect_ms, idle_ms;  /* 0: never */
	uint64_t since_ms;	       /* start of this state */
	uint64_t used_ms;	       /* last byte */
	uint32_t waiting;	 /* for peers to take it, when last idle */
	uint64_t bytes[2];	 /* read from each leg */
	struct talk *talk;	 /* owned; NULL: bytes are relayed */
	struct channel *channel; /* owned; NULL: nothing is announced here */
	struct flow *announcer;	 /* borrowed: knows of its end; NULL: none */
	bool reversed; /* the server opened it: leg 0 is the server's */
	bool moved;    /* it goes on with another server than it began with */
	bool ending;   /* the server is done, the client has not got all yet */
	struct hello *hello;   /* owned; NULL: the server's first bytes do not
				matter */
	LIST_ENTRY(flow) link; /* worker's flows; next of over */
	LIST_ENTRY(flow) sibling; /* announcer's */
	struct timed timed;
	TAILQ_ENTRY(flow) more;
	TAILQ_ENTRY(flow) held;	   /* worker's delayed */
	uint64_t held_until_ms;	   /* 0: not there */
	TAILQ_ENTRY(flow) shaking; /* worker's, by time */
	bool is_shaking;
	uint32_t delay_ms; /* ssl-queue-delay; 0: none */
};

/* Of two limits or times where 0 is none: the one that comes first. */
static inline uint64_t sooner(uint64_t a, uint64_t b)
{
	return !a || (b && b < a) ? b : a;
}

static inline struct flow *flow_of(struct leg *g)
{
	return (struct flow *)(void *)(g - g->side);
}

/* ---- begin.c --------------------------------------------------------------- */
void flow_accepted(struct worker *w, const struct point *at, int fd,
		   const struct sockaddr_in *peer);
/* A flow of an accepted connection, before any decision; NULL: no memory, and
 * fd is closed.  h: one use of it. */
struct flow *flow_begin(struct worker *w, struct held_policy *h, int fd);
/* Its other side is fd, which connects, or -1 and errno. */
void flow_connects(struct flow *f, int fd, bool has_source);
/* Goes on as far as readiness allows.  The flow may be over afterwards. */
void flow_run(struct flow *f);
void flow_event(struct leg *g, uint32_t events);
bool flow_uses_slot(const struct flow *f, unsigned slot);
bool flow_uses_service(const struct flow *f, unsigned service);
int flow_lines(const struct flow *f, struct flow_line *line, int max);

/*
 * Asks for a decision and keeps the record of it.  false: the flow is over,
 * since it was denied or nobody takes it; else the verdict is to be followed:
 * REDIRECT by the asker, everything else by flow_act().
 */
struct verdict;
bool flow_ask(struct flow *f, const struct request *req, struct verdict *v);
/* Connects, stays or changes the server; false: the flow is over. */
bool flow_act(struct flow *f, const struct verdict *v);
void flow_redirected(struct flow *f, const struct verdict *v); /* counts */

/* ---- relay.c --------------------------------------------------------------- */
/* false: the flow is over. */
bool flow_relay(struct flow *f);
/* Bytes read from a side, for every counter that they belong to. */
void flow_account(struct flow *f, unsigned side, uint64_t n);

/* ---- close.c --------------------------------------------------------------- */
/* The only way a flow ends.  Faults are logged, rate-limited, with detail. */
void flow_close(struct flow *f, enum flow_end why);
void flow_fail(struct flow *f, enum flow_end why, const char *detail);
void flow_bury(struct worker *w); /* frees what is over */

/* ---- leg.c ----------------------------------------------------------------- */
enum leg_io {
	LEG_BLOCKED = -1,
	LEG_EOF = 0,
	LEG_BROKEN = -2,
};
int leg_read(struct leg *g, void *buf, size_t cap);
int leg_write(struct leg *g, const void *buf, size_t len);
/* 1: open; LEG_BLOCKED; LEG_EOF: failed */
int leg_handshake(struct leg *g);
/* Writes what was gathered, rest and pipe; false: broken.  leg_is_full tells
 * what is left. */
bool leg_flush(struct worker *w, struct leg *g);
bool leg_keep(struct worker *w, struct leg *g, const char *data, size_t len);
/* Behind what is kept already; false: no room, no memory. */
bool leg_append(struct worker *w, struct leg *g, const char *data, size_t len);
/* Nothing more will come: what TLS gathered goes now; false: broken. */
bool leg_drain(struct leg *g);
int leg_splice(struct worker *w, struct leg *from, struct leg *to);
static inline bool leg_is_full(const struct leg *g)
{
	return g->rest_len || g->piped || g->stuck;
}
void leg_discard(struct worker *w, struct leg *g); /* what is unread, bounded */
void leg_close(struct worker *w, struct leg *g, bool reset);
/* TLS failed: the peer is to read the alert (emu/plane/farewell.h). */
void leg_leave(struct worker *w, struct leg *g);
bool leg_watch(struct worker *w, struct leg *g);
/* Arrivals are announced no more, or again (and what arrived meanwhile). */
void leg_mute(struct worker *w, struct leg *g, bool muted);

/* ---- tune.c: what entries of SSL proxy lists ask of TCP --------------------- */
struct ssl_leg_opts;
struct ssl_side_opts;
void tune_side(struct leg *g, const struct ssl_side_opts *side,
	       const struct ssl_leg_opts *all);
/* ack-delay 0: what was read is acknowledged.  The kernel goes back to delays
 * by itself, so this is called after each read. */
void tune_acknowledge(const struct leg *g);

/* ---- delay.c: ssl-queue-delay ----------------------------------------------- */
/* Bytes for the client wait to be joined by others. */
void delay_hold(struct flow *f);
void delay_drop(struct flow *f);
void delay_turn(struct worker *w); /* sends what has waited long enough */
int delay_wait_ms(const struct worker *w); /* -1: nothing waits */

/* ---- crowd.c: handshakes that do not go on --------------------------------- */
void crowd_enter(struct flow *f);
void crowd_leave(struct flow *f); /* not there: no matter */
/* One is ended; false: none is old enough. */
bool crowd_make_room(struct worker *w);

/* ---- close.c, for the wheel ------------------------------------------------- */
uint64_t flow_due(const struct timed *t); /* its state's end; 0: never */
void flow_expire(struct timed *t);

#endif
