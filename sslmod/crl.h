#ifndef CSS_SSLMOD_CRL_H
#define CSS_SSLMOD_CRL_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "sslmod/latest.h"

struct err;

/*
 * A revocation list (RFC 5280 5; ssl.md 1.7): what a client's certificate is
 * looked up in.  Once made it only answers questions, from any thread.
 */
struct crl {
	struct latest_item item;   /* first: kept in a struct latest */
	X509_NAME *issuer;	   /* owned: whose certificates it speaks of */
	struct crl_serial *serial; /* owned, in ascending order */
	size_t n;
	time_t next; /* when it should have been replaced; 0: it does not say */
};

#define CRL_BYTES_MAX (16u << 20) /* own bound */

/* PEM or DER as fetched.  ca: the certificate of the authority that must have
 * signed it.  NULL and err: no list, of somebody else, forged, out of date at
 * now. */
struct crl *crl_read(const void *data, size_t len, X509 *ca, time_t now,
		     struct err *err);
void crl_unref(struct crl *c);
size_t crl_count(const struct crl *c);

enum crl_answer { CRL_GOOD, CRL_REVOKED, CRL_EXPIRED };
/* A certificate of another issuer is none of the list's business: CRL_GOOD. */
enum crl_answer crl_ask(const struct crl *c, X509 *x, time_t now);

#endif
