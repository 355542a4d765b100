#ifndef CSS_SSLMOD_NAMES_H
#define CSS_SSLMOD_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "sslmod/entry.h"

/* Does a name of `sni` stand for the name that a client asks for? */
bool name_fits(const char *pattern, const char *name);
/* Which of the entry's further names it is, an exact one first; -1: none. */
int name_find(const struct ssl_server *e, const char *name);
/* The name in a client's server_name extension; false: there is none. */
bool name_of_hello(const unsigned char *p, size_t n, char *name, size_t cap);
/* On the entry's context and on those of its names. */
void names_callbacks(SSL_CTX *ctx, struct ssl_front *f);

#endif
