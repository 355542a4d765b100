#ifndef CSS_EMU_WIRE_FTP_TRACK_H
#define CSS_EMU_WIRE_FTP_TRACK_H

#include "emu/wire/flowtab.h"

struct packet;
struct wire;

/*
 * FTP control channels in packets (content.md 3.4; RFC 959, RFC 2428): what they
 * announce is written anew as translation wants it, and the data connection is let
 * through for a few seconds.  A line that is longer or shorter then shifts the
 * sequence numbers of what follows (RFC 2663 6.4).  The beginning of a line whose
 * end is not in its segment waits for that (ftp_torn.h).
 */
struct ftp_track;

/* Of a flow that has begun; NULL: it is no such channel. */
struct ftp_track *ftp_track_new(struct wire *w, const struct wflow *f);
void ftp_track_free(struct wire *w, struct ftp_track *t); /* NULL: no matter */
/* A segment of the direction, not yet translated. */
void ftp_track_segment(struct wire *w, struct half *h, struct packet *p);
/* A sequence number of the side that sends h, as the other one knows it. */
uint32_t ftp_track_seq(const struct ftp_track *t, const struct half *h,
		       uint32_t seq);

/* ---- ftp_expect.c: data connections that are expected ------------------------------ */
struct expected {	   /* from anywhere of a host to one port of another */
	struct tuple from; /* sport 0: any */
	struct tuple to;   /* the same, as it goes on */
	struct flow_use use; /* rule, member and group of the channel's */
	struct held_policy *policy; /* owned use; NULL: a free place */
	bool maps; /* the opener gets a port of the group then */
	uint64_t until_ms;
};
#define EXPECTED_MAX 256 /* at a time; the oldest makes room */

struct expected *expected_new(void);
void expected_free(struct wire *w, struct expected *e);
/* Of a channel's flow, whose use it is; never NULL. */
struct expected *expected_add(struct wire *w, const struct wflow *f,
			      const struct tuple *from, const struct tuple *to);
/* NULL: nobody waits for it.  Good until the next call of ftp_track. */
struct expected *expected_find(struct wire *w, const struct tuple *k);
/* It has come (taken: its port is the flow's now), or nobody waits any more. */
void expected_drop(struct wire *w, struct expected *e, bool taken);
void expected_tick(struct wire *w);

#endif
