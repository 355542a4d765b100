/*
 * Rehandshake on long-lived connections: `handshake data` and `handshake
 * timeout` (ssl.md 2.4).
 *
 * Up to TLS 1.2 a server asks for it by HelloRequest and a client begins it; TLS
 * 1.3 has no second handshake, and new keys serve the same purpose (RFC 8446
 * 4.6.3).  Nobody else may begin one: the library refuses clients that do, but
 * between our asking and the end of what they were asked for.
 *
 * What the server says meanwhile goes on until the client's ClientHello is here
 * (RFC 5246 7.4.1.1), for the client may never send one.  Some clients cannot take
 * that: OpenSSL's breaks off when it meets such data while it is writing.
 *
 * A client that ignores the question keeps its connection.  One that cannot renew
 * safely (RFC 5746) is not asked in `modern`.
 */
#include <openssl/err.h>

#include "emu/conf/ssllist.h"
#include "sslmod/conn.h"

static const struct ssl_common *entry(const struct tls *t)
{
	return t->front ? &t->front->conf->c : &t->back->conf->c;
}

static const struct ssl_image *image(const struct tls *t)
{
	return t->front ? t->front->image : t->back->image;
}

static bool is_safe(const struct tls *t)
{
	return image(t)->profile == TLS_FAITHFUL ||
	       SSL_get_secure_renegotiation_support(t->ssl);
}

static int begin_handshake(struct tls *t)
{
	if (!is_safe(t))
		return 1;
	SSL_clear_options(t->ssl, SSL_OP_NO_RENEGOTIATION);
	/* an old secret would make the new keys worth nothing */
	SSL_set_options(t->ssl, SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION);
	if (image(t)->profile == TLS_FAITHFUL)
		SSL_set_options(t->ssl,
				SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION);
	return SSL_renegotiate(t->ssl) == 1 ? SSL_do_handshake(t->ssl) : 1;
}

static int begin_update(struct tls *t)
{
	if (SSL_key_update(t->ssl, SSL_KEY_UPDATE_REQUESTED) != 1)
		return 1;
	return SSL_do_handshake(t->ssl);
}

void renew_try(struct tls *t)
{
	if (!t->done || t->failed || t->shut || t->owes ||
	    SSL_in_init(t->ssl) || SSL_renegotiate_pending(t->ssl))
		return;
	t->moved = 0;
	ERR_clear_error();
	/* what does not go at once goes with the next bytes either way */
	if (SSL_version(t->ssl) >= TLS1_3_VERSION)
		(void)begin_update(t);
	else
		(void)begin_handshake(t);
	ERR_clear_error();
}

void renew_moved(struct tls *t, size_t n)
{
	uint64_t limit = (uint64_t)entry(t)->handshake_data_kb * 1024;

	if (!limit)
		return;
	t->moved += n;
	if (t->moved >= limit)
		renew_try(t);
}

void renew_over(struct tls *t)
{
	SSL_set_options(t->ssl, SSL_OP_NO_RENEGOTIATION);
}

void tls_renew(struct tls *t)
{
	renew_try(t);
}
