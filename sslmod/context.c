/*
 * TLS contexts of entries: certificates, keys, suites, versions, verification.
 *
 * The two profiles differ here and nowhere else.  Faithful speaks what the
 * product spoke (SSL 3.0 if the library still has it, TLS 1.0) with exactly the
 * suites that are named.  Modern also speaks TLS 1.2 and 1.3 with the suites
 * that today's peers offer, and behind those the named ones as far as the
 * library has them, so that old peers are served too.  Both load certificates
 * of any strength: how old the operator's certificate may be is for the client
 * to say.
 */
#include "sslmod/entry.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/global.h"
#include "sslmod/conn.h"
#include "sslmod/pki.h"
#include "sslmod/secrets.h"
#include "sslmod/shelf.h"
#include "sslmod/suites.h"
#include "sslmod/verify.h"

static const char modern_suites[] =
	"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
	"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
	"ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
static const char modern_suites_13[] =
	"TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
	"TLS_CHACHA20_POLY1305_SHA256";

int context_fail(struct err *err, const char *what)
{
	const char *why = ERR_reason_error_string(ERR_peek_last_error());
	int rc = err_set(err, ERR_REFUSED, -1, "%s: %s", what,
			 why ? why : "refused by the TLS library");

	ERR_clear_error();
	return rc;
}

/* ---- files ---------------------------------------------------------------- */

int context_load(const struct context_in *in, const char *kind,
		 const char *name, struct pki *p, struct err *err)
{
	const struct association *a = association_find(in->conf, kind, name);

	if (!a)
		return err_set(err, ERR_NOT_FOUND, -1,
			       "%s association %s does not exist", kind, name);
	if (!in->shelf)
		return store_load(in->store, a->file, in->lib, p, err);
	return shelf_load(in->shelf, in->store, a->file, in->lib, p, err);
}

static int use_certs(SSL_CTX *ctx, const struct pki *p, const char *name,
		     struct err *err)
{
	if (sk_X509_num(p->certs) == 0)
		return err_set(err, ERR_REFUSED, -1, T_SSL_BAD_KIND ": %s",
			       name);
	if (SSL_CTX_use_certificate(ctx, sk_X509_value(p->certs, 0)) != 1)
		return context_fail(err, name);
	for (int i = 1; i < sk_X509_num(p->certs); i++) {
		if (SSL_CTX_add1_chain_cert(ctx, sk_X509_value(p->certs, i)) !=
		    1)
			return context_fail(err, name);
	}
	return 0;
}

static int use_key(SSL_CTX *ctx, const struct pki *cert, const struct pki *key,
		   const char *name, struct err *err)
{
	if (!key->key)
		return err_set(err, ERR_REFUSED, -1, T_SSL_BAD_KIND ": %s",
			       name);
	if (!pki_match(sk_X509_value(cert->certs, 0), key->key))
		return err_set(err, ERR_REFUSED, -1, T_PAIR_MISMATCH);
	if (SSL_CTX_use_PrivateKey(ctx, key->key) != 1)
		return context_fail(err, name);
	return 0;
}

static int use_pair(const struct context_in *in, SSL_CTX *ctx, const char *cert,
		    const char *kind, const char *key, struct err *err)
{
	struct pki c, k;
	int rc;

	pki_init(&c);
	pki_init(&k);
	rc = context_load(in, "cert", cert, &c, err);
	if (rc == 0)
		rc = context_load(in, kind, key, &k, err);
	if (rc == 0)
		rc = use_certs(ctx, &c, cert, err);
	if (rc == 0)
		rc = use_key(ctx, &c, &k, key, err);
	pki_fini(&c);
	pki_fini(&k);
	return rc;
}

static int use_pairs(const struct context_in *in, SSL_CTX *ctx,
		     const struct ssl_common *e, struct err *err)
{
	if (*e->rsacert && *e->rsakey &&
	    use_pair(in, ctx, e->rsacert, "rsakey", e->rsakey, err))
		return -1;
	if (*e->dsacert && *e->dsakey &&
	    use_pair(in, ctx, e->dsacert, "dsakey", e->dsakey, err))
		return -1;
	return 0;
}

/* A further name of the entry comes with a certificate of its own. */
static int use_front_pairs(const struct context_in *in, SSL_CTX *ctx,
			   const struct ssl_server *e, int sni, struct err *err)
{
	if (sni < 0)
		return use_pairs(in, ctx, &e->c, err);
	return use_pair(in, ctx, e->sni[sni].cert, "rsakey", e->sni[sni].key,
			err);
}

static int use_dh(const struct context_in *in, SSL_CTX *ctx,
		  const struct ssl_common *e, struct err *err)
{
	struct pki p;
	int rc;

	if (!*e->dhparam)
		return 0;
	pki_init(&p);
	rc = context_load(in, "dhparam", e->dhparam, &p, err);
	if (rc == 0 && !p.dh)
		rc = err_set(err, ERR_REFUSED, -1, T_SSL_BAD_KIND ": %s",
			     e->dhparam);
	if (rc == 0 && SSL_CTX_set0_tmp_dh_pkey(ctx, p.dh) != 1)
		rc = context_fail(err, e->dhparam);
	else if (rc == 0)
		p.dh = NULL; /* the context's now */
	pki_fini(&p);
	return rc;
}

/* ---- suites and versions -------------------------------------------------- */

static void add_suite(struct out *o, const struct suite *s)
{
	out_printf(o, "%s%s", o->len ? ":" : "", suite_library_name(s));
}

/* Can the entry's certificates serve this suite?  A client needs none. */
static bool is_served(const struct suite *s, const struct ssl_common *e,
		      bool server)
{
	if (!server)
		return s->auth != SUITE_ANON;
	if (s->dh && !*e->dhparam)
		return false;
	if (s->auth == SUITE_RSA)
		return *e->rsacert != '\0';
	return s->auth == SUITE_ANON || *e->dsacert != '\0';
}

static void add_table(struct out *o, const struct ssl_common *e, bool modern,
		      bool server)
{
	const struct suite *s;

	for (size_t i = 1; (s = suite_at(i)); i++) {
		/* "all" never meant no encryption at all */
		if (suite_available(s, modern) && is_served(s, e, server) &&
		    s->value != 0x0002)
			add_suite(o, s);
	}
}

/* The named suites, heaviest first, among equals in order of entry. */
static void add_named(struct out *o, const struct ssl_common *e, bool modern)
{
	for (int w = 10; w >= 1; w--) {
		for (int i = 0; i < e->ncipher; i++) {
			const struct suite *s = suite_find(e->cipher[i].suite);

			if (e->cipher[i].weight == w && s && s->value &&
			    suite_available(s, modern))
				add_suite(o, s);
		}
	}
}

static bool names_a_suite(const struct ssl_common *e)
{
	for (int i = 0; i < e->ncipher; i++) {
		if (strcmp(e->cipher[i].suite, SUITE_ALL) != 0)
			return true;
	}
	return false;
}

static int set_suites(SSL_CTX *ctx, const struct ssl_common *e, bool modern,
		      bool server, struct err *err)
{
	struct out list = { 0 };
	int ok;

	if (modern)
		out_puts(&list, modern_suites);
	if (names_a_suite(e))
		add_named(&list, e, modern);
	else
		add_table(&list, e, modern, server);
	ok = SSL_CTX_set_cipher_list(ctx, out_text(&list));
	if (ok && modern)
		ok = SSL_CTX_set_ciphersuites(ctx, modern_suites_13);
	out_fini(&list);
	return ok ? 0 : context_fail(err, "no usable cipher suite");
}

/* Today's clients get today's versions; TLS 1.0 is there for those who name it.
 * Which old servers there are behind, their operator knows. */
static bool set_versions(SSL_CTX *ctx, enum ssl_version v, bool modern,
			 bool server)
{
	if (modern)
		return SSL_CTX_set_min_proto_version(
			ctx, server && v == SSL_VERSION_BOTH ? TLS1_2_VERSION
							     : TLS1_VERSION);
	if (v == SSL_VERSION_SSL3)
		return suite_has_ssl3() &&
		       SSL_CTX_set_max_proto_version(ctx, SSL3_VERSION) &&
		       SSL_CTX_set_min_proto_version(ctx, SSL3_VERSION);
	if (!SSL_CTX_set_max_proto_version(ctx, TLS1_VERSION))
		return false;
	if (v == SSL_VERSION_BOTH &&
	    SSL_CTX_set_min_proto_version(ctx, SSL3_VERSION))
		return true;
	return SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
}

/* ---- contexts ------------------------------------------------------------- */

static void set_options(SSL_CTX *ctx, bool modern)
{
	uint64_t faithful =
		SSL_OP_NO_TICKET | SSL_OP_NO_EXTENDED_MASTER_SECRET |
		SSL_OP_NO_ENCRYPT_THEN_MAC | SSL_OP_LEGACY_SERVER_CONNECT;

	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_options(ctx, SSL_OP_IGNORE_UNEXPECTED_EOF |
					 SSL_OP_NO_COMPRESSION |
					 SSL_OP_NO_RENEGOTIATION |
					 SSL_OP_CIPHER_SERVER_PREFERENCE |
					 (modern ? 0 : faithful));
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS |
				      SSL_MODE_ENABLE_PARTIAL_WRITE |
				      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
				      SSL_MODE_NO_AUTO_CHAIN);
	SSL_CTX_set_read_ahead(ctx, 1);
}

static void write_secret(const SSL *ssl, const char *line)
{
	const struct tls *t = SSL_get_app_data(ssl);
	const struct ssl_image *im =
		t->front ? t->front->image : t->back->image;

	secrets_write(im->secrets, line);
}

static SSL_CTX *context_new(const struct context_in *in,
			    const struct ssl_common *e, bool server,
			    struct err *err)
{
	bool modern = in->profile == TLS_MODERN;
	char groups[] = "X25519:P-256:P-384:P-521"; /* the macro casts */
	SSL_CTX *ctx = SSL_CTX_new_ex(in->lib, NULL,
				      server ? TLS_server_method()
					     : TLS_client_method());

	if (!ctx) {
		(void)context_fail(err, "no TLS context");
		return NULL;
	}
	set_options(ctx, modern);
	if (in->secrets)
		SSL_CTX_set_keylog_callback(ctx, write_secret);
	if (!set_versions(ctx, e->version, modern, server))
		(void)err_set(err, ERR_REFUSED, -1,
			      "SSL 3.0 is not in %s; use version tls1",
			      OpenSSL_version(OPENSSL_VERSION_STRING));
	else if (SSL_CTX_set1_groups_list(ctx, groups) != 1)
		(void)context_fail(err, "no key exchange group");
	else if (!set_suites(ctx, e, modern, server, err))
		return ctx;
	SSL_CTX_free(ctx);
	return NULL;
}

static void front_resumption(SSL_CTX *ctx, const struct ssl_server *e, int sni,
			     const struct context_seed *seed)
{
	uint8_t tickets[sizeof(seed->tickets)], id[sizeof(seed->id)];

	if (e->c.session_cache_s == 0) {
		SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
		SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
		SSL_CTX_set_num_tickets(ctx, 0);
		return;
	}
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_SERVER |
						    SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_set_timeout(ctx, (long)e->c.session_cache_s);
	SSL_CTX_set_num_tickets(ctx, 1);
	memcpy(id, seed->id, sizeof(id));
	id[0] ^= (uint8_t)(sni + 1); /* sessions belong to their name */
	SSL_CTX_set_session_id_context(ctx, id, sizeof(id));
	memcpy(tickets, seed->tickets, sizeof(tickets));
	SSL_CTX_set_tlsext_ticket_keys(ctx, tickets, sizeof(tickets));
	wipe(tickets, sizeof(tickets));
}

SSL_CTX *context_front(const struct context_in *in, const struct ssl_server *e,
		       int sni, const struct context_seed *seed,
		       struct err *err)
{
	SSL_CTX *ctx = context_new(in, &e->c, true, err);

	if (!ctx)
		return NULL;
	front_resumption(ctx, e, sni, seed);
	if (use_front_pairs(in, ctx, e, sni, err) ||
	    use_dh(in, ctx, &e->c, err) || verify_clients(in, ctx, e, err)) {
		SSL_CTX_free(ctx);
		return NULL;
	}
	return ctx;
}

SSL_CTX *context_back(const struct context_in *in, const struct ssl_backend *e,
		      struct err *err)
{
	SSL_CTX *ctx = context_new(in, &e->c, false, err);

	if (!ctx)
		return NULL;
	if (e->c.session_cache_s == 0)
		SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	else
		SSL_CTX_set_session_cache_mode(
			ctx,
			SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	if (use_pairs(in, ctx, &e->c, err) || verify_server(in, ctx, e, err)) {
		SSL_CTX_free(ctx);
		return NULL;
	}
	return ctx;
}
