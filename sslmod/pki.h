#ifndef CSS_SSLMOD_PKI_H
#define CSS_SSLMOD_PKI_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "sslmod/store.h"

struct err;

/*
 * What a certificate or key file holds.  Everything that comes in from outside
 * is read here; inside the switch it is kept as plain PEM (certificates in the
 * order of the file, then the key as PKCS#8, then DH parameters).
 */
struct pki {
	STACK_OF(X509) * certs; /* never NULL after pki_init */
	EVP_PKEY *key;		/* a private key, or NULL */
	EVP_PKEY *dh;		/* DH parameters, or NULL */
};

void pki_init(struct pki *p);
void pki_fini(struct pki *p);
/* p gets references to what the other has. */
void pki_share(struct pki *p, const struct pki *other);

/* A file from outside.  passphrase may be NULL. */
int pki_import(struct pki *p, enum store_format f, const void *data, size_t len,
	       const char *passphrase, struct err *err);
/* PEM as pki_pem wrote it, into a library context of the caller's choice
 * (NULL: the common one).  -1: it is not what it was, or the context lacks the
 * algorithm. */
int pki_load(struct pki *p, OSSL_LIB_CTX *lib, const void *pem, size_t len);
/* In the library's secure memory; to be given to OPENSSL_secure_clear_free. */
int pki_pem(const struct pki *p, void **pem, size_t *len);
/* As it leaves the switch: keys encrypted under the password. */
int pki_export(const struct pki *p, enum store_format f, const char *password,
	       void **data, size_t *len, struct err *err);

/* The library's form of a time as the system's; false, and 0: it is none. */
bool pki_time(const ASN1_TIME *t, time_t *at);
bool pki_key_is(const EVP_PKEY *key, const char *type); /* "RSA", "EC", ... */
/* Does the private key belong to the certificate?  (No other thread.) */
bool pki_match(X509 *cert, EVP_PKEY *key);

/* The contents of a file of the store (store.c). */
struct store;
int store_load(const struct store *s, const char *file, OSSL_LIB_CTX *lib,
	       struct pki *p, struct err *err);

#endif
