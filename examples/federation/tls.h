#ifndef FED_TLS_H
#define FED_TLS_H

#include <openssl/ssl.h>
#include <stdbool.h>

/* How one end of the example speaks TLS. */
struct tls_side {
	bool faithful;	     /* TLS 1.0 and the suites of the guide, no more */
	const char *version; /* "1.2" or "1.3": only this; NULL: both */
	const char *cert;    /* PEM chain, or NULL */
	const char *key;
	const char *ca;	  /* whom to believe; NULL: anybody */
	const char *name; /* the name that the other end must have */
	bool demand;	  /* a server that wants a client certificate */
};

/* NULL, with one line on standard error. */
SSL_CTX *tls_context(const struct tls_side *side, bool server);
/* The suites of the guide that this library does not have: "A B", or "". */
void tls_missing(char *out, size_t cap);
/* Why the last call failed, one line; empties the library's queue. */
const char *tls_why(const SSL *ssl, int ret);
/* CN of the other end, or "none" */
void tls_peer_name(const SSL *ssl, char *out, size_t cap);

#endif
