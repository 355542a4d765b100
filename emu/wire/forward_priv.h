#ifndef CSS_EMU_WIRE_FORWARD_PRIV_H
#define CSS_EMU_WIRE_FORWARD_PRIV_H

#include "emu/flow/decide.h"
#include "emu/flow/policy.h"
#include "emu/plane/use.h"
#include "emu/plane/worker.h"
#include "emu/wire/flowtab.h"
#include "emu/wire/ftp_track.h"
#include "emu/wire/wire_priv.h"
#include "emu/wire/xlate.h"

/*
 * What the files around forward.c share.  Everything here is the packet thread's,
 * under wire->lock.
 */

/* Servers by address, of the policy in force: what matters of who sends. */
struct server {
	struct in_addr addr;
	const struct policy_service *svc;
};

/* A segment without text that the switch itself sends (over.c). */
#define BARE_OPTIONS 12 /* two of padding, and the time stamps of RFC 7323 */
struct bare {
	struct tuple to;
	uint32_t seq, ack;
	uint16_t window;
	uint8_t flags, noptions;
	uint8_t options[BARE_OPTIONS];
};

struct forward {
	struct wire *w;
	struct flowtab *tab;
	struct held_policy *policy; /* what the following was made of */
	struct server *server;	    /* owned, ascending */
	size_t nserver;
	bool may_end;	   /* rules may want connections to be ended here */
	bool has_caches;   /* transparent ones: their packets go past their address */
	bool takes_others; /* the policy may want what others send each other */
	struct portmap_pool *ports; /* of flows whose own port is taken */
	struct expected *expected;  /* owned; EXPECTED_MAX places */
	int nexpected;
	/* the direction of the packet that is being routed; NULL: none */
	struct half *under_way;
	uint8_t room[PACKET_HEADROOM + ETH_LEN + IP4_MIN + TCP_MIN +
		     BARE_OPTIONS];
};

static inline const struct policy *forward_policy(const struct forward *f)
{
	return f->w->worker->policy->p;
}

/* A segment, of TCP, that opens a connection? */
static inline bool is_syn(const struct packet *p)
{
	return (p->data[p->l4 + TCP_FLAGS] &
		(TCP_F_SYN | TCP_F_ACK | TCP_F_RST)) == TCP_F_SYN;
}

/* ---- screen.c: attacks (content.md 6.7) --------------------------------------- */
/* true: it is one, is counted and goes no further. */
bool screen_packet(struct wire *w, const struct packet *p);

/* ---- servers.c ------------------------------------------------------------------ */
void servers_build(struct forward *f); /* of the worker's policy */
/* The source group that flows of a server get; NULL: none. *svc: the server. */
const struct policy_group *servers_group(const struct forward *f,
					 struct in_addr a,
					 const struct policy_service **svc);
bool servers_has(const struct forward *f, struct in_addr a); /* any of them */
bool servers_is_cache(const struct forward *f, struct in_addr a);

/* ---- begin.c: a new flow -------------------------------------------------------- */
/* The first packet of a tuple; it has been screened, and is for us to pass on. */
void begin_packet(struct wire *w, const struct ingress *in, struct packet *p,
		  const struct tuple *k);
struct flow_key begin_key(const struct tuple *k);
/* The clause that an undone decision (use_foresee) was made by, if any, is counted
 * and logged. */
void begin_clause_hit(struct wire *w, const struct verdict *v,
		      const struct flow_key *k);
/* Content rules are not for the port, whichever end has it (content.md 3.6). */
enum port_mode begin_mode(const struct policy *p, const struct tuple *k);
/* Of what gets no flow: do the access lists deny it?  Its clause is counted and
 * logged.  k NULL: its ports are not known, or there are none. */
bool begin_denied(struct wire *w, const struct ingress *in,
		  const struct packet *p, const struct tuple *k);
/* No flow has the tuple: what was over or idle makes room. */
bool begin_is_free(struct wire *w, const struct tuple *k);
/* Is every connection as k, that comes in by the VLAN, begun at the socket that it is
 * addressed to, whatever port it comes from?  k->sport is not looked at. */
bool begin_is_alike(struct wire *w, unsigned vlan, const struct tuple *k);
/* The switch's own sockets open one; NULL: the table is full, or no port is
 * left. */
struct half *begin_from_inside(struct wire *w, const struct tuple *k);
/*
 * A flow between two tuples: as its opener sends, and as it goes on.  NULL: the
 * table is full.  Counted when kind is WFLOW_PLAIN.
 */
struct begun {
	const struct ingress *in; /* NULL: from inside */
	struct tuple from, to;
	enum wflow_kind kind;
	enum half_act there, back;
};
struct wflow *begin_flow(struct wire *w, const struct begun *b,
			 const struct flow_use *use);

/* ---- passing.c: what passes at layer 2 ------------------------------------------ */
/* The first packet of a tuple, or one without (k NULL), between two hosts of one
 * VLAN.  false: it goes on as it is; true: it was taken, or denied. */
bool passing_packet(struct wire *w, const struct ingress *in, struct packet *p,
		    const struct tuple *k);
/* Of a fragment there: may it be of a packet that is taken, or of a flow that is
 * translated? */
bool passing_may_take(const struct wire *w, const struct packet *p);

/* ---- over.c: the end of flows --------------------------------------------------- */
void over_close(struct wire *w, struct wflow *f); /* stays a moment */
void over_drop(struct wire *w, struct wflow *f);  /* it is gone */
/* Makes room by a flow that is idle; false: there is none. */
bool over_reclaim(struct wire *w);
void over_look(void *arg, struct wflow *f); /* for the wheel */
void over_revive(struct wire *w, struct wflow *f);
/* A TCP segment goes by. */
void over_segment(struct wire *w, struct wflow *f, struct half *h,
		  const struct packet *p);
/* Tells both ends, as far as is known where they are. */
void over_reset(struct wire *w, struct wflow *f);
void over_send(struct wire *w, const struct bare *b);
/* RST in answer to a segment, to its sender only (RFC 9293 3.10.7.1). */
void over_refuse(struct wire *w, const struct packet *p);

/* ---- forward.c ------------------------------------------------------------------ */
/* A flow's direction, even if nobody but the fast path knows it yet; NULL: there is
 * none. */
struct half *forward_find(struct wire *w, const struct tuple *k);
/* A packet of a direction: noted, counted and sent on, translated.  in NULL: from
 * the switch's own sockets. */
void forward_flow(struct wire *w, const struct ingress *in, struct packet *p,
		  struct half *h);
/* Noted and counted only. */
void forward_note(struct wire *w, const struct ingress *in,
		  const struct packet *p, struct half *h);
/* To the switch itself when the address is its own, else routed. */
void forward_plain(struct wire *w, const struct ingress *in, struct packet *p);

/* ---- icmp_track.c --------------------------------------------------------------- */
void icmp_packet(struct wire *w, const struct ingress *in, struct packet *p);

#endif
