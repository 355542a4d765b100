#ifndef CSS_EMU_AAA_RADIUS_CLIENT_H
#define CSS_EMU_AAA_RADIUS_CLIENT_H

#include <stdint.h>

#include "emu/aaa/ask.h"

struct conf;
struct hostmap;
struct loop;

/*
 * The RADIUS client (RFC 2865): the primary server is asked, after retransmit
 * tries without an answer the secondary.  A server that does not answer is dead
 * and passed over; every dead-time seconds it is probed with a request of a user
 * that nobody has, and any answer brings it back.  dead-time 0: it is asked
 * again every time.  A reject is an answer.  A server that has once signed its
 * replies must always sign them.
 *
 * Control thread only.  conf is read when something is asked or due.
 */
struct radius_client;
struct radius_ask;

struct radius_client *radius_client_new(struct loop *l, const struct hostmap *m,
					const struct conf *c,
					const struct aaa_secrets *secrets);
void radius_client_free(struct radius_client *r); /* forgets what was asked */
/* The configuration has changed: counters and state of a server that is another
 * one now begin anew, and what it was asked is asked elsewhere. */
void radius_client_sync(struct radius_client *r);

/* NULL: there is no server to ask.  Else done() is called once, unless the
 * question is taken back. */
struct radius_ask *radius_client_ask(struct radius_client *r,
				     const struct aaa_user *u, aaa_done_fn done,
				     void *arg);
void radius_client_cancel(struct radius_ask *a);

/* RFC 2618, section "radiusAuthServerEntry" */
struct radius_stats {
	enum aaa_state state;
	uint32_t round_trip_ms; /* of the last answer */
	uint32_t requests, retransmissions;
	uint32_t accepts, rejects, challenges;
	uint32_t malformed, bad_authenticators, unknown_types, dropped;
	uint32_t pending, timeouts;
};
void radius_client_stats(const struct radius_client *r, unsigned at,
			 struct radius_stats *s);

#endif
