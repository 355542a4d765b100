/*
 * Sessions.
 *
 * Clients with tickets carry theirs; those of others go into their module's
 * cache in serialised form: library objects never cross from one worker's
 * library context to another's.  Of a server, the latest session serves the
 * worker's next connection to it.
 *
 * A session stands for the client's certificate that was checked when it began.
 * One that has been revoked or has ended since is no session any more: the
 * client goes through a full handshake, which refuses it in due form.
 */
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "emu/base/xalloc.h"
#include "sslmod/cache.h"
#include "sslmod/conn.h"
#include "sslmod/verify.h"

static uint64_t now_s(void)
{
	return (uint64_t)time(NULL);
}

/* A client that takes no ticket resumes by session id. */
static int front_session(SSL *ssl, SSL_SESSION *s)
{
	const struct ssl_front *f = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	unsigned id_len = 0;
	const unsigned char *id = SSL_SESSION_get_id(s, &id_len);
	unsigned char *der = NULL;
	int len;

	if (!f->cache || SSL_version(ssl) >= TLS1_3_VERSION || id_len == 0)
		return 0;
	len = i2d_SSL_SESSION(s, &der);
	if (len <= 0)
		return 0;
	cache_put(f->cache, id, id_len, der, (size_t)len,
		  now_s() + f->conf->c.session_cache_s);
	OPENSSL_clear_free(der, (size_t)len);
	return 0;
}

static SSL_SESSION *front_lookup(SSL *ssl, const unsigned char *id, int id_len,
				 int *copy)
{
	const struct ssl_front *f = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	size_t len = 0;
	void *der = f->cache ? cache_get(f->cache, id, (size_t)id_len, &len,
					 now_s())
			     : NULL;
	const unsigned char *at = der;
	SSL_SESSION *s = der ? d2i_SSL_SESSION(NULL, &at, (long)len) : NULL;

	*copy = 0;
	if (der)
		wipe(der, len);
	free(der);
	if (s && !verify_session(f, s)) {
		SSL_SESSION_free(s);
		return NULL;
	}
	return s;
}

static SSL_TICKET_RETURN front_ticket(SSL *ssl, SSL_SESSION *s,
				      const unsigned char *name,
				      size_t name_len, SSL_TICKET_STATUS status,
				      void *arg)
{
	(void)ssl;
	(void)name;
	(void)name_len;
	if ((status == SSL_TICKET_SUCCESS ||
	     status == SSL_TICKET_SUCCESS_RENEW) &&
	    !verify_session(arg, s))
		return SSL_TICKET_RETURN_IGNORE_RENEW;
	if (status == SSL_TICKET_SUCCESS)
		return SSL_TICKET_RETURN_USE;
	if (status == SSL_TICKET_SUCCESS_RENEW)
		return SSL_TICKET_RETURN_USE_RENEW;
	return SSL_TICKET_RETURN_IGNORE_RENEW;
}

void resume_front(SSL_CTX *ctx, const struct ssl_front *f)
{
	if (f->conf->authentication && f->conf->c.session_cache_s)
		SSL_CTX_set_session_ticket_cb(ctx, NULL, front_ticket,
					      (void *)(uintptr_t)f);
	if (!f->cache)
		return;
	SSL_CTX_sess_set_new_cb(ctx, front_session);
	SSL_CTX_sess_set_get_cb(ctx, front_lookup);
}

/* ---- servers --------------------------------------------------------------- */

static int back_session(SSL *ssl, SSL_SESSION *s)
{
	const struct tls *t = SSL_get_app_data(ssl);
	struct back_worker *w = &t->back->worker[t->worker];

	SSL_SESSION_free(w->latest);
	w->latest = s;
	return 1; /* ours now */
}

void resume_back(SSL_CTX *ctx, const struct ssl_back *b)
{
	if (b->conf->c.session_cache_s)
		SSL_CTX_sess_set_new_cb(ctx, back_session);
}

void resume_forget(struct back_worker *w)
{
	SSL_SESSION_free(w->latest);
	w->latest = NULL;
}

void resume_offer(struct tls *t)
{
	struct back_worker *w = &t->back->worker[t->worker];
	uint32_t limit = t->back->conf->c.session_cache_s;
	uint64_t since;

	if (!w->latest)
		return;
	since = (uint64_t)SSL_SESSION_get_time(w->latest);
	if (since + limit <= now_s() || !SSL_SESSION_is_resumable(w->latest))
		resume_forget(w);
	else
		SSL_set_session(t->ssl, w->latest);
}
