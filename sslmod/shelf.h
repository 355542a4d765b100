#ifndef CSS_SSLMOD_SHELF_H
#define CSS_SSLMOD_SHELF_H

#include <openssl/types.h>

struct err;
struct pki;
struct store;

/*
 * Files that were read while the contexts of many entries are made.  To open a
 * key costs more than everything else about an entry, and entries often have the
 * same: each file is opened once for each library context.  What lies here are
 * keys, so a shelf is cleared when the contexts are done.
 */
struct shelf;
struct shelf *shelf_new(void);
void shelf_free(struct shelf *s);

/* As store_load(), into p, which holds references of its own. */
int shelf_load(struct shelf *s, const struct store *store, const char *file,
	       OSSL_LIB_CTX *lib, struct pki *p, struct err *err);

#endif
