#ifndef CSS_EMU_WIRE_FTP_TORN_H
#define CSS_EMU_WIRE_FTP_TORN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct out;

/*
 * A line of an FTP control channel (ftp_track.h) that is under way, when it goes on
 * with another text, or when its sender tore it into several segments.
 *
 * The beginning of a torn line is held here until the rest comes, and goes on with
 * that.  The sender is told that the beginning was heard, for Nagle's algorithm
 * (RFC 9293 3.7.4) may keep the rest until then.  A line that has gone on stays
 * until its receiver has it: whatever is sent again of it becomes all of it.
 */
#define TORN_MAX  512 /* own bound: a longer line passes as it is */
#define TORN_MORE 32  /* by which another address and port may be longer */

struct torn {
	uint32_t seq;	   /* of its first byte, as its sender counts */
	uint16_t len;	   /* bytes that are known of it; 0: there is none */
	uint16_t promised; /* of these, that the sender was told are heard */
	uint16_t ntold;	   /* bytes that it is for its receiver */
	bool whole;	   /* it has gone on; else it is held */
	char text[TORN_MAX], told[TORN_MAX + TORN_MORE];
};

/* What came in a segment, in its sender's numbers. */
struct stretch {
	uint32_t seq;
	const char *text;
	size_t len;
	bool fin;
};

static inline bool seq_before(uint32_t seq, uint32_t at) /* RFC 9293 3.4 */
{
	return (int32_t)(seq - at) < 0;
}
static inline uint32_t torn_end(const struct torn *t)
{
	return t->seq + t->len;
}
static inline bool torn_is_held(const struct torn *t)
{
	return t->len && !t->whole;
}
/* Is all of it between these numbers? */
static inline bool torn_is_in(const struct torn *t, uint32_t from, uint32_t to)
{
	return t->len && !seq_before(t->seq, from) &&
	       !seq_before(to, torn_end(t));
}

/* A stretch that has some of the line gets all that is known of it; its text may
 * lie in o, which is empty before, then. */
void torn_join(const struct torn *t, struct stretch *s, struct out *o);
/* Keeps the beginning of a line; false: another one is under way. */
bool torn_hold(struct torn *t, uint32_t seq, const char *text, size_t len);
/* The line goes on, as told.  One that is not held is kept when it is told
 * otherwise; false: another one is under way. */
bool torn_tell(struct torn *t, uint32_t seq, const char *line, size_t len,
	       const char *told, size_t ntold);
/* What is held goes on as it is. */
void torn_release(struct torn *t);
/* Its receiver has everything up to there, by its sender's numbers. */
void torn_heard(struct torn *t, uint32_t acked);
/* What the sender is told of what its receiver acknowledges. */
uint32_t torn_promise(struct torn *t, uint32_t ack);

#endif
