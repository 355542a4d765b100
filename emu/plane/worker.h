#ifndef CSS_EMU_PLANE_WORKER_H
#define CSS_EMU_PLANE_WORKER_H

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "emu/plane/hotlist.h"
#include "emu/conf/conf.h"
#include "emu/flow/why.h"
#include "emu/net/http.h"
#include "emu/plane/wheel.h"

struct err;
struct frames;
struct flow;
struct flow_line;
struct hostmap;
struct inner;
struct policy;
struct shared;

/*
 * A worker is a thread with an epoll set of its own: its listening sockets, its
 * flows, its counters.  It shares a policy (immutable), struct shared (atomics)
 * and a mailbox with the control thread, and nothing with other workers.
 */

/* ---- counters: written by one worker, read by anybody, relaxed ------------- */
struct worker_counters {
	struct {
		_Atomic uint64_t total, reused, bytes_in, bytes_out;
		/* response times: of short flows, of long ones */
		_Atomic uint64_t reports[2], report_ms[2];
	} service[SERVICE_MAX + 1];
	struct {
		_Atomic uint64_t hits, bytes, frames, rejects, overloads,
			redirects;
	} rule[CONTENT_MAX + 1];
	struct {
		_Atomic uint64_t hits, bytes, frames, total, left;
		_Atomic uint64_t ftp_total, ftp_left; /* control channels */
	} group[GROUP_MAX + 1];
	_Atomic uint64_t flows_total, flows_over, hits; /* of both protocols */
	_Atomic uint64_t udp_total, udp_in, udp_out;	/* flows; datagrams */
	/* source ports of datagrams without a flow: taken, given back, not had */
	_Atomic uint64_t noflow_taken, noflow_given, noflow_refused;
	_Atomic uint64_t udp_lost; /* datagrams that could not be passed on */
	_Atomic uint64_t method[HTTP_METHOD_NUM + 1]; /* of parsed requests */
	_Atomic uint64_t no_rule, no_service, refused;
	/* requests that went past the rules: by access lists, past the caches,
	 * for their parameters */
	_Atomic uint64_t acl_bypass, rule_bypass, param_bypass;
	/* requests that needed another service: it was changed, or the client
	 * sent round */
	_Atomic uint64_t remapped, sent_round;
	/* TCP connections: taken, begun, closed; broken by the peer, by us */
	_Atomic uint64_t accepted, connected, legs_over[2], resets, resets_sent;
	_Atomic uint64_t no_port; /* for a connection to a server */
	/* packets out of the middle that would have to be translated, be ended
	 * here, or be the client's whose service is kept; flows of too many SYNs */
	_Atomic uint64_t mid_nat, mid_spoof, mid_sticky, syn_exceeded;
};

/* No other thread writes it: a load and a store are enough. */
static inline void count(_Atomic uint64_t *c, uint64_t n)
{
	atomic_store_explicit(c,
			      atomic_load_explicit(c, memory_order_relaxed) + n,
			      memory_order_relaxed);
}

/* ---- what epoll reports: the first member tells what it is ----------------- */
enum source {
	SOURCE_MAIL,
	SOURCE_POINT,
	SOURCE_LEG,
	SOURCE_UDP,
	SOURCE_AWAITED,
	SOURCE_STREAM
};

struct point { /* one worker's socket of a listener */
	enum source source;
	int fd; /* owned */
	struct in_addr addr;
	in_port_t port;
	uint8_t proto;	/* IPPROTO_TCP, IPPROTO_UDP */
	bool door;	/* port stands for every port (inner.h) */
	unsigned batch; /* connections to take at the next call */
	LIST_ENTRY(point) link;
};
LIST_HEAD(point_list, point);

/* ---- mail from the control thread ------------------------------------------ */
enum mail_kind {
	MAIL_LISTEN,	    /* point: owned by the worker from now on */
	MAIL_UNLISTEN,	    /* point: closed and freed */
	MAIL_RESET_SLOT,    /* number: slot */
	MAIL_RESET_SERVICE, /* number: service index */
	MAIL_SNAPSHOT,	    /* snapshot: one reference */
	MAIL_STOP,
};

struct snapshot { /* filled by each worker in turn, under lock */
	pthread_mutex_t lock;
	pthread_cond_t done;
	unsigned refs, waiting;
	struct flow_line *line; /* owned */
	int n, max;
};
void snapshot_unref(struct snapshot *s);

struct mail {
	STAILQ_ENTRY(mail) link;
	enum mail_kind kind;
	unsigned number;
	struct point *point;
	struct snapshot *snapshot;
};
STAILQ_HEAD(mail_list, mail);

/* ---- the worker ------------------------------------------------------------ */
#define WHEEL_SLOTS   256
#define WHEEL_TICK_MS 256
#define BLOCK_LEN     65536 /* bytes read at a time, and kept for a full leg */

/* The last decisions, for operators; the lock is nearly always free. */
struct why_ring {
	pthread_mutex_t lock;
	struct why *why; /* owned; WHY_KEEP of them */
	uint64_t n;	 /* made since the start */
};

struct talk;
struct farewell;
LIST_HEAD(farewell_list, farewell);
LIST_HEAD(flow_list, flow);
TAILQ_HEAD(flow_queue, flow);

struct held_policy {	  /* worker's own count: no atomics per flow */
	struct policy *p; /* one reference */
	uint64_t flows;
	LIST_ENTRY(held_policy) link;
};
LIST_HEAD(held_list, held_policy);

struct block { /* a free buffer or a free flow */
	struct block *next;
};

struct pipe_pair {
	int in, out; /* write end, read end */
};
#define PIPES_KEPT  64
#define BLOCKS_KEPT 64

struct worker {
	unsigned number;
	bool packets; /* it has no thread: worker_new_packet() */
	const struct hostmap *map;
	struct shared *shared;
	struct frames *frames;	   /* attacks are counted there */
	struct inner *inner;	   /* of the wire attachment; inner.h */
	struct worker_counters *c; /* owned */
	pthread_t thread;
	int ep, bell; /* epoll, eventfd: mail or a new policy */
	enum source bell_source;

	/* from the control thread */
	_Atomic(struct policy *) next_policy; /* one reference, or NULL */
	pthread_mutex_t mail_lock;
	struct mail_list mail;

	struct why_ring ring;
	struct hotlist hot;

	/* the thread's own */
	uint64_t now_ms;
	uint64_t wall_s;	/* time(2) of this turn */
	uint32_t dice;		/* state of the random numbers */
	struct http_head head;	/* of the message that is looked at */
	struct talk *free_talk; /* owned list */
	bool stop, has_mail;
	struct held_policy *policy; /* current; in held */
	struct held_list held;
	struct point_list points;
	uint64_t accept_again_ms;     /* 0: accepting */
	uint64_t full_told_ms;	      /* 0: never; that it does not accept */
	unsigned nflows, max_flows;   /* of both kinds */
	struct udp_table *udp;	      /* owned */
	struct awaited *awaited_over; /* closed in this turn */
	struct stream *stream_over;
	struct farewell_list leaving; /* owned: clients told goodbye */
	unsigned nleaving;
	struct flow_list flows;
	struct flow_queue again;   /* more to do without a new event */
	struct flow_queue delayed; /* those that hold bytes back, by time */
	struct flow_queue shaking; /* those in FLOW_HANDSHAKE, by time */
	struct timed_list wheel[WHEEL_SLOTS];
	unsigned ntimed;     /* in the wheel */
	uint64_t wheel_tick; /* last one handled */
	struct flow *over;   /* closed in this turn; freed at its end */
	struct block *free_flow, *free_block;
	unsigned blocks_kept;
	struct pipe_pair pipe[PIPES_KEPT];
	unsigned npipe;
	unsigned log_left; /* lines in this second */
	unsigned log_dropped;
	uint64_t log_second;
	char scratch[BLOCK_LEN];
};

/* NULL and err; the thread runs when it returns. max_flows: what it has
 * descriptors for. */
struct worker *worker_new(unsigned number, unsigned max_flows,
			  const struct hostmap *map, struct shared *shared,
			  struct frames *frames, struct inner *inner,
			  struct err *err);
/* Stops the thread, closes everything. */
void worker_free(struct worker *w);

/* One without a thread, sockets or flows of its own: what packets are decided and
 * counted with.  Whoever has the packets calls worker_packet_turn() before each
 * batch, which notes the time and takes a newly published policy. */
struct worker *worker_new_packet(const struct hostmap *map,
				 struct shared *shared, struct frames *frames,
				 struct inner *inner);
void worker_packet_turn(struct worker *w, uint64_t now_ms, uint64_t wall_s);

/* ---- control thread -------------------------------------------------------- */
void worker_publish(struct worker *w, struct policy *p); /* takes a reference */
void worker_mail(struct worker *w, const struct mail *m); /* copies */

/* ---- for flows, on the worker's thread ------------------------------------- */
struct held_policy *worker_policy(struct worker *w); /* of a new flow */
struct held_policy *worker_policy_more(struct held_policy *h); /* once more */
void worker_policy_put(struct worker *w, struct held_policy *h);
void *worker_block(struct worker *w); /* BLOCK_LEN bytes; NULL: no memory */
void worker_block_put(struct worker *w, void *block);
bool worker_pipe(struct worker *w, struct pipe_pair *p);
void worker_pipe_put(struct worker *w, struct pipe_pair p);
bool worker_may_log(struct worker *w);
/* xorshift: which of several services or ports, nothing that must not be guessed */
uint32_t worker_dice(struct worker *w);

#endif
