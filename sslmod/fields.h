#ifndef CSS_SSLMOD_FIELDS_H
#define CSS_SSLMOD_FIELDS_H

#include "sslmod/entry.h"

/*
 * Header lines that a module inserts into requests (ssl.md 3.4), each with its
 * prefix and CR LF.  No value can hold a control character, so no certificate
 * can smuggle in a line of its own.  Owned by the caller.
 */
/* Control thread: `http-header server-cert`; NULL when the file is gone. */
char *fields_server_cert(const struct context_in *in,
			 const struct ssl_server *e);
/* The worker, after the handshake: all lines of one connection. */
char *fields_insert(const struct ssl_front *f, SSL *ssl);

#endif
