#ifndef CSS_SSLMOD_STAPLE_H
#define CSS_SSLMOD_STAPLE_H

#include <openssl/x509.h>
#include <stddef.h>
#include <time.h>

#include "sslmod/latest.h"

struct err;

/*
 * OCSP responses that servers hand out with their certificate (RFC 6066 8,
 * RFC 6960): an addition of `modern`.
 */
struct staple {
	struct latest_item item; /* first: kept in a struct latest */
	unsigned char *der;	 /* owned */
	size_t len;
	time_t next; /* when a new one is wanted */
};

#define STAPLE_BYTES_MAX 65536 /* own bound of a response */
#define STAPLE_URL_MAX	 256

/* Where the certificate's authority answers: its first http address.  -1 and
 * err: it names none. */
int staple_url(X509 *cert, char url[STAPLE_URL_MAX], struct err *err);
/* The question, DER, for OPENSSL_free(); NULL: the library refuses. */
unsigned char *staple_question(X509 *cert, X509 *issuer, size_t *len);
/* An answer as it came: kept when it is about that certificate, signed by its
 * issuer or somebody whom the issuer delegated to, in force at now, and says
 * good. */
struct staple *staple_read(const void *data, size_t len, X509 *cert,
			   X509 *issuer, time_t now, struct err *err);

#endif
