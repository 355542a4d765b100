#ifndef CSS_EMU_PLANE_TALK_H
#define CSS_EMU_PLANE_TALK_H

#include "emu/flow/decide.h"
#include "emu/net/http.h"
#include "emu/plane/relay.h"
#include "emu/plane/squeeze.h"

/*
 * A flow that a layer 5 rule looks into.  HTTP is followed message by message
 * for as long as the connection lives, since every request gets a decision:
 *
 *	TALK_HEAD	a request's head gathers; between two requests, too
 *	TALK_BODY	the request is passed on
 *	TALK_ANSWER	the request is with the server; the next one is not
 *			looked at before the answer is over
 *	TALK_RAW	Upgrade or CONNECT was agreed on: bytes are relayed
 *	TALK_BYE	the client got a redirect of the switch's own and is
 *			waited for no longer than until it has it
 *
 * One request is under way at a time, so a connection that moves to another
 * server never has answers of two.  Bytes that were read and may not go on yet
 * wait in a block; an idle connection has none.
 */
enum talk_phase { TALK_HEAD, TALK_BODY, TALK_ANSWER, TALK_RAW, TALK_BYE };

struct input { /* bytes read from a leg and not yet passed on */
	char *block;
	uint32_t at, len;
};

struct talk {
	struct talk *next; /* in the worker's free list */
	struct http_stream req, resp;
	struct input in, out; /* from the client; from the server */
	enum talk_phase phase;
	unsigned wants;	  /* kinds of request that rules look for, bits */
	bool answering;	  /* the answer has begun */
	bool was_head;	  /* HEAD: the answer has no body */
	bool was_connect; /* CONNECT: a good answer opens a tunnel */
	bool answered;	  /* the answer is over before its request */
	bool last;	  /* no further request on this connection */
	bool unsure;	  /* the server's bytes are no HTTP: only relayed */
	bool set_cookie;
	struct squeeze squeeze;
	struct verdict v; /* of the request under way */
};

struct talk *talk_new(struct worker *w);
void talk_free(struct worker *w, struct talk *t);

/* FLOW_REQUEST: reads until the first request is decided about. */
void talk_first(struct flow *f);
/* FLOW_OPEN: goes on as far as readiness allows; false: the flow is over. */
bool talk_run(struct flow *f);

#endif
