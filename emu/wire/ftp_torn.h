#ifndef CSS_EMU_WIRE_FTP_TORN_H
#define CSS_EMU_WIRE_FTP_TORN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct out;

/*
 * A line of an FTP control channel that its sender tore into several segments
 * (ftp_track.h).  Its beginning stays here until the rest comes, and goes on with
 * that.  The sender is told that the beginning was heard, for Nagle's algorithm
 * (RFC 9293 3.7.4) may keep the rest until then; so the line is kept until its
 * receiver has it, too, and whatever is sent again of it becomes the whole line.
 */
#define TORN_MAX 256 /* own bound: a longer line passes as it is */

struct torn {
	uint32_t seq;	   /* of its first byte */
	uint16_t len;	   /* bytes that are kept; 0: nothing is torn */
	uint16_t promised; /* of these, that the sender was told are heard */
	bool whole;	   /* nothing is held back any more */
	char text[TORN_MAX];
};

/* What came in a segment, in its sender's numbers. */
struct stretch {
	uint32_t seq;
	const char *text;
	size_t len;
	bool fin;
};

enum torn_fit {
	TORN_APART,  /* it has nothing to do with the line */
	TORN_JOINED, /* the stretch has all of the line that is known, now */
	TORN_AHEAD,  /* what lies between is missing: it must be sent again */
	TORN_ASKED, /* its sender wants to know what was heard (RFC 9293 3.8.4) */
};

/* s->text may lie in o, which is empty before, then. */
enum torn_fit torn_join(const struct torn *t, struct stretch *s, struct out *o);
/* Keeps the beginning of a line; false: it may not be, and passes. */
bool torn_hold(struct torn *t, uint32_t seq, const char *text, size_t len);
/* The line from seq on has come to its end. */
void torn_end(struct torn *t, uint32_t seq, const char *line, size_t len);
/* Its receiver has everything up to there, by its sender's numbers. */
void torn_heard(struct torn *t, uint32_t acked);
/* What the sender is told of what its receiver acknowledges. */
uint32_t torn_promise(struct torn *t, uint32_t ack);
/* A number as it is while the beginning is held back. */
uint32_t torn_seq(const struct torn *t, uint32_t seq);

#endif
