/*
 * Verification of peers.
 *
 * The library checks signatures, dates and the chain up to a cacert.  Its own
 * check of revocation lists wants a list of every issuer and one library context
 * for all of it; here a record speaks of the certificates that its authority
 * issued, and of those alone.  As long as a record's list cannot be had, nobody
 * is authenticated (ssl.md 1.7).
 */
#include "sslmod/verify.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <time.h>

#include "emu/base/err.h"
#include "emu/base/texts.h"
#include "sslmod/conn.h"
#include "sslmod/crl.h"
#include "sslmod/pki.h"

/* ---- revocation ------------------------------------------------------------ */

/* X509_V_OK, or why the certificate is not to be believed. */
static int revocation(struct latest *place, X509 *x)
{
	struct crl *c = (struct crl *)(void *)latest_get(place);
	int error = X509_V_ERR_UNABLE_TO_GET_CRL;

	if (!c)
		return error;
	switch (crl_ask(c, x, time(NULL))) {
	case CRL_GOOD:
		error = X509_V_OK;
		break;
	case CRL_REVOKED:
		error = X509_V_ERR_CERT_REVOKED;
		break;
	case CRL_EXPIRED:
		error = X509_V_ERR_CRL_HAS_EXPIRED;
		break;
	}
	crl_unref(c);
	return error;
}

static int check_revocation(const struct tls *t, X509_STORE_CTX *x)
{
	int error =
		revocation(t->front->crl, X509_STORE_CTX_get_current_cert(x));

	if (error == X509_V_OK)
		return 1;
	ssl_count(t->count,
		  error == X509_V_ERR_CERT_REVOKED ? SSL_COUNT_CLIENT_REVOKED
						   : SSL_COUNT_CLIENT_NO_CRL,
		  1);
	X509_STORE_CTX_set_error(x, error);
	return 0;
}

/* Called for each certificate, from the authority's down to the client's, and
 * for each fault. */
static int on_verify(int good, X509_STORE_CTX *x)
{
	const SSL *ssl = X509_STORE_CTX_get_ex_data(
		x, SSL_get_ex_data_X509_STORE_CTX_idx());
	const struct tls *t = SSL_get_app_data(ssl);

	if (good && t->front->crl)
		good = check_revocation(t, x);
	/* the fault stays noted, and the connection goes on with it */
	return good || t->front->conf->failure != SSL_FAILURE_REJECT;
}

bool verify_session(const struct ssl_front *f, const SSL_SESSION *s)
{
	/* the library reads through it, and changes nothing but its caches */
	X509 *x = SSL_SESSION_get0_peer((SSL_SESSION *)(uintptr_t)s);

	if (!x || !f->conf->authentication)
		return true;
	if (X509_cmp_current_time(X509_get0_notAfter(x)) < 0)
		return false;
	return !f->crl || revocation(f->crl, x) == X509_V_OK;
}

bool verify_failed(const struct ssl_front *f, const SSL *ssl)
{
	return f->conf->authentication &&
	       (!SSL_get0_peer_certificate(ssl) ||
		SSL_get_verify_result(ssl) != X509_V_OK);
}

const char *verify_text(const struct ssl_front *f, const SSL *ssl)
{
	if (f->conf->authentication && !SSL_get0_peer_certificate(ssl))
		return "peer did not return a certificate";
	return X509_verify_cert_error_string(SSL_get_verify_result(ssl));
}

/* ---- whom to believe ------------------------------------------------------- */

static int accept_any(X509_STORE_CTX *x, void *arg)
{
	(void)x;
	(void)arg;
	return 1;
}

static int trust(const struct context_in *in, SSL_CTX *ctx, const char *name,
		 struct err *err)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	struct pki p;
	int rc;

	pki_init(&p);
	rc = context_load(in, "cert", name, &p, err);
	if (rc == 0 && sk_X509_num(p.certs) == 0)
		rc = err_set(err, ERR_REFUSED, -1, T_SSL_BAD_KIND ": %s", name);
	for (int i = 0; rc == 0 && i < sk_X509_num(p.certs); i++) {
		X509 *x = sk_X509_value(p.certs, i);

		if (X509_STORE_add_cert(store, x) != 1 ||
		    SSL_CTX_add_client_CA(ctx, x) != 1)
			rc = context_fail(err, name);
	}
	pki_fini(&p);
	return rc;
}

/* An intermediate that was named is believed without its root. */
static int trust_all(const struct context_in *in, SSL_CTX *ctx,
		     const struct ssl_common *e, struct err *err)
{
	X509_VERIFY_PARAM *param = SSL_CTX_get0_param(ctx);

	for (int i = 0; i < e->ncacert; i++) {
		if (trust(in, ctx, e->cacert[i], err))
			return -1;
	}
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
	return 0;
}

int verify_clients(const struct context_in *in, SSL_CTX *ctx,
		   const struct ssl_server *e, struct err *err)
{
	int mode = SSL_VERIFY_PEER;

	if (!e->authentication) {
		SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
		return 0;
	}
	if (e->failure == SSL_FAILURE_REJECT)
		mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
	SSL_CTX_set_verify(ctx, mode, on_verify);
	return trust_all(in, ctx, &e->c, err);
}

int verify_server(const struct context_in *in, SSL_CTX *ctx,
		  const struct ssl_backend *e, struct err *err)
{
	if (e->c.ncacert == 0) {
		SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
		SSL_CTX_set_cert_verify_callback(ctx, accept_any, NULL);
		return 0;
	}
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	return trust_all(in, ctx, &e->c, err);
}
