#ifndef CSS_EMU_NET_REPLY_H
#define CSS_EMU_NET_REPLY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Replies of a server that answers commands by lines with a code of three digits
 * in front (FTP, RFC 959 4.2; SMTP has the same):
 *
 *	230 Logged in
 *
 *	230-Welcome
 *	 any lines
 *	230 Logged in
 *
 * Bytes are fed as they come; nothing of the text is kept but the code.
 */
#define REPLY_MAX 16384 /* own bound: bytes of one reply */

enum reply_event {
	REPLY_MORE, /* everything was taken; the reply is not over */
	REPLY_DONE, /* code is the reply's; what is behind *used begins another */
	REPLY_BAD,  /* no reply, or one that does not end */
};

struct reply {
	unsigned code; /* 100 to 599; of the first line while it gathers */
	/* inside of a reply */
	bool many;	 /* "230-": a line "230 " ends it */
	char head[4];	 /* first bytes of the line */
	size_t column;	 /* bytes of the line so far */
	size_t total;	 /* of the reply */
};

/* A reply begins zeroed, and again behind each REPLY_DONE. */
enum reply_event reply_feed(struct reply *r, const char *buf, size_t len,
			    size_t *used);

#endif
