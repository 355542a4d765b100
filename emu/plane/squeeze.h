#ifndef CSS_EMU_PLANE_SQUEEZE_H
#define CSS_EMU_PLANE_SQUEEZE_H

#include <stdbool.h>
#include <stddef.h>

#include "sslmod/compress.h"

/*
 * The answers of a talk on their way through a card's compression hardware.
 * Its service says so: the one that the request goes to, or the module's that
 * ends the client's TLS.
 */
struct flow;
struct policy_service;
struct ssl_counts;

struct squeeze {
	const struct policy_service *by; /* NULL: answers stay as they are */
	struct ssl_counts *counts;	 /* this worker's, of by's card */
	struct compress *z;		 /* owned; NULL: none needed yet */
	enum coding coding; /* of the answer under way, if it may be */
	bool on;	    /* it is: its head said so, too */
};

/* A request was decided about: what may become of its answer? */
void squeeze_request(struct flow *f, const char *buf,
		     const struct http_head *request);
/* An answer's head.  true: o has what goes in its place, but for the empty line
 * at its end, and the body is to be taken from squeeze_take(). */
bool squeeze_head(struct flow *f, const char *buf,
		  const struct http_head *answer, struct out *o);
/* What the bytes of the answer that were fed since have become. */
const char *squeeze_take(struct flow *f, bool last, size_t *len);
/* These bytes of an answer go on as they are. */
void squeeze_bypassed(struct flow *f, size_t len);
/* The answer is over, or is given up. */
void squeeze_end(struct flow *f);
void squeeze_fini(struct squeeze *q);

#endif
