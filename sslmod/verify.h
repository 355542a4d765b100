#ifndef CSS_SSLMOD_VERIFY_H
#define CSS_SSLMOD_VERIFY_H

#include "sslmod/entry.h"

/*
 * Whom an entry believes: client authentication (ssl.md 3.3) and the check of
 * servers by cacert (2.3).
 */
int verify_clients(const struct context_in *in, SSL_CTX *ctx,
		   const struct ssl_server *e, struct err *err);
int verify_server(const struct context_in *in, SSL_CTX *ctx,
		  const struct ssl_backend *e, struct err *err);

/* May this session be resumed: is the client's certificate in it still good? */
bool verify_session(const struct ssl_front *f, const SSL_SESSION *s);
/* After the handshake: authentication was asked for, and failed. */
bool verify_failed(const struct ssl_front *f, const SSL *ssl);
/* The same in words: "ok", or why not. */
const char *verify_text(const struct ssl_front *f, const SSL *ssl);

#endif
