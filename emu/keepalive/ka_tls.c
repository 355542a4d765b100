#include "emu/keepalive/ka.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "emu/base/str.h"
#include "emu/base/xalloc.h"

/*
 * TLS of `keepalive encrypt`, as a client, on the control thread.  The cards'
 * engine (sslmod) is for what a proxy list says; a keepalive has no list.
 */
struct ka_tls_conf {
	SSL_CTX *ctx; /* owned; NULL until the first probe needs it */
};

struct ka_tls {
	SSL *ssl; /* owned */
};

struct ka_tls_conf *ka_tls_conf_new(void)
{
	return xcalloc(1, sizeof(struct ka_tls_conf));
}

void ka_tls_conf_free(struct ka_tls_conf *c)
{
	if (!c)
		return;
	SSL_CTX_free(c->ctx);
	free(c);
}

static const char *reason(void)
{
	unsigned long e = ERR_peek_last_error();
	const char *text = e ? ERR_reason_error_string(e) : NULL;

	return text ? text : "the connection ended";
}

/* Servers of those days speak what is long out of fashion. */
static SSL_CTX *context(struct ka_tls_conf *c)
{
	if (c->ctx)
		return c->ctx;
	c->ctx = SSL_CTX_new(TLS_client_method());
	if (!c->ctx)
		return NULL;
	SSL_CTX_set_security_level(c->ctx, 0);
	(void)SSL_CTX_set_min_proto_version(c->ctx, 0);
	(void)SSL_CTX_set_cipher_list(c->ctx, "ALL:@SECLEVEL=0");
	SSL_CTX_set_verify(c->ctx, SSL_VERIFY_NONE, NULL);
	(void)SSL_CTX_set_options(c->ctx, SSL_OP_LEGACY_SERVER_CONNECT |
						  SSL_OP_IGNORE_UNEXPECTED_EOF);
	return c->ctx;
}

enum ka_result ka_tls_begin(struct ka_probe *p)
{
	SSL_CTX *ctx = context(p->tls_conf);
	SSL *ssl = ctx ? SSL_new(ctx) : NULL;

	if (!ssl || SSL_set_fd(ssl, p->watch.fd) != 1) {
		SSL_free(ssl);
		return ka_fail(p, "no TLS for the probe: %s", reason());
	}
	p->tls = xcalloc(1, sizeof(*p->tls));
	p->tls->ssl = ssl;
	SSL_set_connect_state(ssl);
	return KA_UP;
}

enum ka_result ka_tls_shake(struct ka_probe *p)
{
	int n = 0;

	ERR_clear_error();
	n = SSL_do_handshake(p->tls->ssl);
	if (n == 1)
		return KA_UP;
	switch (SSL_get_error(p->tls->ssl, n)) {
	case SSL_ERROR_WANT_READ:
		return ka_wait(p, EPOLLIN);
	case SSL_ERROR_WANT_WRITE:
		return ka_wait(p, EPOLLOUT);
	default:
		return ka_fail(p, "TLS with %s:%u fails: %s",
			       str_addr(p->addr), p->port, reason());
	}
}

void ka_tls_end(struct ka_probe *p)
{
	if (!p->tls)
		return;
	ERR_clear_error();
	if (SSL_is_init_finished(p->tls->ssl))
		(void)SSL_shutdown(p->tls->ssl); /* close_notify, if it fits */
	SSL_free(p->tls->ssl);
	free(p->tls);
	p->tls = NULL;
}

/* What send() and recv() would have said. */
static ssize_t outcome(struct ka_tls *t, int ok, size_t done)
{
	if (ok == 1)
		return (ssize_t)done;
	switch (SSL_get_error(t->ssl, ok)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		errno = EAGAIN;
		return -1;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	case SSL_ERROR_SYSCALL:
		if (!errno)
			return 0;
		return -1;
	default:
		errno = EPROTO;
		return -1;
	}
}

ssize_t ka_tls_send(struct ka_tls *t, const void *data, size_t len)
{
	size_t done = 0;
	int ok = 0;

	ERR_clear_error();
	errno = 0;
	ok = SSL_write_ex(t->ssl, data, len, &done);
	return outcome(t, ok, done);
}

ssize_t ka_tls_recv(struct ka_tls *t, void *buf, size_t cap)
{
	size_t done = 0;
	int ok = 0;

	ERR_clear_error();
	errno = 0;
	ok = SSL_read_ex(t->ssl, buf, cap, &done);
	return outcome(t, ok, done);
}
