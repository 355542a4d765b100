#ifndef CSS_EMU_NET_TACACS_H
#define CSS_EMU_NET_TACACS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * TACACS+ packets of a client (RFC 8907): bytes only.  A password goes by ASCII
 * log-in, which every server has: START names the user, the server asks, a
 * CONTINUE answers.
 */
#define TACACS_HEAD	   12
#define TACACS_REQUEST_MAX 4096
#define TACACS_REPLY_MAX   8192 /* longer ones are refused, own bound */
#define TACACS_ARGS_MAX	   64
#define TACACS_TEXT_MAX	   255 /* of a name, a port, an argument */

enum tacacs_type { TACACS_AUTHEN = 1, TACACS_AUTHOR = 2, TACACS_ACCT = 3 };

/* One exchange on one connection. */
struct tacacs_session {
	enum tacacs_type type;
	uint32_t id;	 /* that nobody can guess */
	uint8_t seq;	 /* of the packet sent last; 0: none yet */
	const char *key; /* "": packets are sent in clear */
};

/* Values of authen_method (RFC 8907 section 6.1) */
enum tacacs_method {
	TACACS_BY_NOBODY = 0x01,
	TACACS_BY_LOCAL = 0x05,
	TACACS_BY_TACACS = 0x06,
	TACACS_BY_RADIUS = 0x10,
};

struct tacacs_who {
	const char *user, *port, *caller;
	uint8_t level; /* 1 user, 15 SuperUser */
	enum tacacs_method method;
};

/* Whole packets, ready to be sent; s->seq counts on.  0: it does not fit. */
size_t tacacs_start(uint8_t *buf, size_t cap, struct tacacs_session *s,
		    const struct tacacs_who *w);
size_t tacacs_continue(uint8_t *buf, size_t cap, struct tacacs_session *s,
		       const char *text);
size_t tacacs_authorize(uint8_t *buf, size_t cap, struct tacacs_session *s,
			const struct tacacs_who *w, const char *const *args,
			size_t nargs);
enum { TACACS_ACCT_START = 0x02, TACACS_ACCT_STOP = 0x04 };
size_t tacacs_account(uint8_t *buf, size_t cap, struct tacacs_session *s,
		      const struct tacacs_who *w, uint8_t flags,
		      const char *const *args, size_t nargs);

/* How long the packet that begins here is; 0: the head is not complete yet;
 * more than TACACS_REPLY_MAX: refuse it. */
size_t tacacs_reply_len(const uint8_t *data, size_t len);

enum tacacs_status {
	TACACS_PASS,
	TACACS_FAIL,
	TACACS_ASKS_USER,     /* tacacs_continue() with the user's name */
	TACACS_ASKS_PASSWORD, /* ... with the password */
	TACACS_ERROR,	      /* the server cannot decide: ask another one */
	TACACS_MALFORMED,     /* not an answer, or sealed with another key */
};

struct tacacs_reply {
	enum tacacs_status status;
	unsigned level; /* priv-lvl of an authorization; 0: not told */
	bool replaces;	/* the arguments sent are not the ones authorized */
};

/* Reads a whole packet; what it was sealed with is taken off in place. */
void tacacs_read(uint8_t *data, size_t len, struct tacacs_session *s,
		 struct tacacs_reply *r);

/* For tests and servers: seals or opens a body in place. */
bool tacacs_crypt(uint8_t *packet, size_t len, const char *key);

#endif
