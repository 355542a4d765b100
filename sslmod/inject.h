#ifndef CSS_SSLMOD_INJECT_H
#define CSS_SSLMOD_INJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emu/base/out.h"
#include "emu/conf/ssllist.h"

/*
 * What a module changes in HTTP (ssl.md 2.5, 3.4): header lines put in behind
 * each request line, and Location of redirects turned to https.  Two streams,
 * one per direction, that go on together: answers to HEAD have no body.
 *
 * Pure functions over pieces of any size.  The bytes out are the bytes in, but
 * for these changes; bytes are held back at most until the end of a line.
 * Whatever is not plain HTTP/1.x ends the changes, never the connection: the
 * stream passes from there on as it is.
 */
#define INJECT_LINE  4096 /* longer lines pass unchanged */
#define INJECT_ASKED 64	  /* requests under way on one connection */

enum inject_state {
	INJECT_FIRST,	/* request or status line */
	INJECT_FIELDS,	/* header fields */
	INJECT_BODY,	/* left bytes of body */
	INJECT_SIZE,	/* chunk: size line */
	INJECT_CHUNK,	/* chunk: left bytes and CR LF */
	INJECT_TRAILER, /* fields behind the last chunk */
	INJECT_PASS,	/* nothing more to look at */
};

struct inject_stream {
	enum inject_state state;
	uint64_t left;
	bool chunked, sized, upgrade;
	unsigned status; /* of an answer */
	bool rewritten;	 /* this head's Location is settled */
	bool long_line;	 /* in a line that was too long to hold */
	bool hidden;	 /* the field is taken out, its further lines too */
	size_t n;
	char line[INJECT_LINE];
};

struct inject_counts { /* columns of show ssl urlrewrite */
	unsigned searched, found, fallout, missed;
};

struct inject {
	char *insert;			/* owned: lines with CR LF, or NULL */
	const struct ssl_rewrite *rule; /* SSL_REWRITE_MAX of them, or NULL */
	const struct ssl_server *guard; /* whose fields clients may not send */
	bool once;	  /* lines go into the first request only */
	bool inserted;
	bool may_upgrade; /* under guard: an answer has to agree */
	bool untrusted;	  /* under guard: requests can no longer be told apart */
	struct inject_counts count;
	uint64_t heads; /* bit per request under way: is it HEAD? */
	unsigned asked, asked_at;
	struct inject_stream request, answer;
};

/* once and guard are set by the caller, before the first byte.  Under guard, a
 * stream that would go on unseen is untrusted, and its owner ends it. */
struct inject *inject_new(const char *insert, const struct ssl_rewrite *rule);
void inject_free(struct inject *j);
void inject_request(struct inject *j, const char *p, size_t len, struct out *o);
void inject_answer(struct inject *j, const char *p, size_t len, struct out *o);
/* The stream has ended: what is held back comes out. */
void inject_finish(struct inject_stream *s, struct out *o);
/* Location after the rules, or false: leave it alone (*missed: it was an http
 * address that no rule names). */
bool inject_location(const struct ssl_rewrite *rule, const char *url, char *to,
		     size_t cap, bool *missed);

#endif
