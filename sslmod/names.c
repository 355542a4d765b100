/*
 * Additions of `modern` that depend on the name a client asks for: which
 * certificate it sees (RFC 6066 3), and the OCSP response that comes with it
 * (RFC 6066 8).
 */
#include <string.h>
#include <strings.h>

#include "emu/conf/ssllist.h"
#include "sslmod/conn.h"
#include "sslmod/latest.h"
#include "sslmod/names.h"
#include "sslmod/staple.h"

/* "*." stands for one label (RFC 6125 6.4.3). */
bool name_fits(const char *pattern, const char *name)
{
	const char *rest;

	if (strncmp(pattern, "*.", 2) != 0)
		return !strcasecmp(pattern, name);
	rest = strchr(name, '.');
	return rest && rest != name && !strcasecmp(pattern + 1, rest);
}

/* The library's result of -1: the entry's own certificate. */
int name_find(const struct ssl_server *e, const char *name)
{
	int wild = -1;

	for (int i = 0; i < e->nsni; i++) {
		if (!name_fits(e->sni[i].host, name))
			continue;
		if (e->sni[i].host[0] != '*')
			return i;
		if (wild < 0)
			wild = i;
	}
	return wild;
}

bool name_of_hello(const unsigned char *p, size_t n, char *name, size_t cap)
{
	size_t len;

	/* one list, of one name, of the only kind that there is */
	if (n < 5 || p[2] != TLSEXT_NAMETYPE_host_name)
		return false;
	len = (size_t)p[3] << 8 | p[4];
	if (len == 0 || len > n - 5 || len >= cap || memchr(p + 5, 0, len))
		return false;
	memcpy(name, p + 5, len);
	name[len] = '\0';
	return true;
}

/* Before the library looks at sessions: one that was made under another name
 * must not be resumed (RFC 6066 3), and each name's context has its own. */
static int on_hello(SSL *ssl, int *alert, void *arg)
{
	const struct tls *t = SSL_get_app_data(ssl);
	const struct ssl_front *f = arg;
	const unsigned char *p;
	char name[256];
	size_t n;
	int i;

	(void)alert;
	if (!SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &p, &n) ||
	    !name_of_hello(p, n, name, sizeof(name)))
		return SSL_CLIENT_HELLO_SUCCESS;
	i = name_find(f->conf, name);
	if (i >= 0 && !SSL_set_SSL_CTX(ssl, f->worker[t->worker].sni[i]))
		return SSL_CLIENT_HELLO_ERROR;
	return SSL_CLIENT_HELLO_SUCCESS;
}

/* Tells the client whether its name was heeded. */
static int on_name(SSL *ssl, int *alert, void *arg)
{
	const struct tls *t = SSL_get_app_data(ssl);
	const struct ssl_front *f = arg;

	(void)alert;
	return SSL_get_SSL_CTX(ssl) == f->worker[t->worker].ctx
		       ? SSL_TLSEXT_ERR_NOACK
		       : SSL_TLSEXT_ERR_OK;
}

static struct latest *place(const struct ssl_front *f, const struct tls *t)
{
	const struct front_worker *w = &f->worker[t->worker];
	const SSL_CTX *ctx = SSL_get_SSL_CTX(t->ssl);

	for (int i = 0; i < f->conf->nsni; i++)
		if (w->sni[i] == ctx)
			return f->staple[1 + i];
	return f->staple[0];
}

static int on_status(SSL *ssl, void *arg)
{
	const struct tls *t = SSL_get_app_data(ssl);
	struct latest *l = place(arg, t);
	struct staple *s = (struct staple *)(void *)(l ? latest_get(l) : NULL);
	unsigned char *copy;

	if (!s)
		return SSL_TLSEXT_ERR_NOACK;
	copy = s->next > time(NULL) ? OPENSSL_memdup(s->der, s->len) : NULL;
	if (copy)
		SSL_set_tlsext_status_ocsp_resp(ssl, copy, (long)s->len);
	latest_item_unref(&s->item);
	return copy ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

void names_callbacks(SSL_CTX *ctx, struct ssl_front *f)
{
	if (f->image->profile != TLS_MODERN)
		return;
	if (f->conf->nsni > 0) {
		SSL_CTX_set_client_hello_cb(ctx, on_hello, f);
		SSL_CTX_set_tlsext_servername_callback(ctx, on_name);
		SSL_CTX_set_tlsext_servername_arg(ctx, f);
	}
	if (f->staple) {
		SSL_CTX_set_tlsext_status_cb(ctx, on_status);
		SSL_CTX_set_tlsext_status_arg(ctx, f);
	}
}
