#ifndef CSS_EMU_NET_RADIUS_H
#define CSS_EMU_NET_RADIUS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * RADIUS packets of a log-in (RFC 2865, RFC 3579): bytes only.  A password goes
 * as User-Password; every request carries a Message-Authenticator as its first
 * attribute, so that a server can insist on it.
 */
#define RADIUS_PACKET_MAX   4096
#define RADIUS_AUTH_LEN	    16
#define RADIUS_PASSWORD_MAX 128

struct radius_login {
	const char *user, *password;
	struct in_addr nas;   /* NAS-IP-Address; INADDR_ANY: left out */
	const char *nas_name; /* NAS-Identifier */
	const char *caller;   /* Calling-Station-Id; "": left out */
	uint32_t port;	      /* NAS-Port: number of the line */
	bool is_remote;	      /* NAS-Port-Type Virtual, else Async */
};

/* An Access-Request; auth are 16 bytes that nobody can guess.  Returns its
 * length, 0: a name or password is longer than the protocol carries. */
size_t radius_encode(uint8_t *buf, size_t cap, uint8_t id,
		     const uint8_t auth[RADIUS_AUTH_LEN], const char *secret,
		     const struct radius_login *l);

enum radius_kind {
	RADIUS_ACCEPT,
	RADIUS_REJECT,
	RADIUS_CHALLENGE,
	RADIUS_MALFORMED, /* lengths that do not fit */
	RADIUS_UNKNOWN,	  /* a code that answers no Access-Request */
	RADIUS_FORGED,	  /* an authenticator is wrong */
	RADIUS_KIND_NUM,
};

struct radius_reply {
	enum radius_kind kind;
	uint8_t id;
	bool has_signature; /* a Message-Authenticator, and it is right */
	/* Service-Type Administrative, or Cisco-AVPair shell:priv-lvl=15 */
	bool superuser;
};

/* False: too short to have an identifier.  Else r->id is set, and r->kind when
 * auth (of the request with that identifier) is given; the rest of r is to be
 * believed for accept, reject and challenge only. */
bool radius_decode(const uint8_t *data, size_t len, const uint8_t *auth,
		   const char *secret, struct radius_reply *r);

#endif
