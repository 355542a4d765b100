/*
 * What is checked when a list is activated (ssl.md 2.6): first what the lines
 * say, then that the associations exist, then, by building a context and
 * throwing it away, that the files can do what the lines ask of them.
 */
#include "sslmod/entry.h"

#include <openssl/crypto.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/texts.h"
#include "emu/base/str.h"
#include "emu/conf/crl.h"
#include "emu/conf/global.h"
#include "sslmod/filter.h"
#include "sslmod/pki.h"
#include "sslmod/shelf.h"
#include "sslmod/store.h"
#include "sslmod/suites.h"

struct check {
	struct context_in in;
	const char *kind; /* "ssl-server", "backend-server" */
	unsigned number;
};

static int refuse(const struct check *c, struct err *err, const char *what)
{
	return err_set(err, ERR_REFUSED, -1, "%s %u: %s", c->kind, c->number,
		       what);
}

static int refuse_missing(const struct check *c, const char *what,
			  const char *why, struct err *err)
{
	return err_set(err, ERR_REFUSED, -1, "%s %u: cipher %s needs %s",
		       c->kind, c->number, why, what);
}

/* ---- associations and files ----------------------------------------------- */

static int check_assoc(const struct check *c, const char *kind,
		       const char *name, struct err *err)
{
	const struct association *a;
	struct err why = { 0 };

	if (!*name)
		return 0;
	a = association_find(c->in.conf, kind, name);
	if (!a)
		return err_set(err, ERR_NOT_FOUND, -1,
			       "%s %u: %s association %s does not exist; enter "
			       "ssl associate %s %s FILE",
			       c->kind, c->number, kind, name, kind, name);
	if (c->in.conf->hooks.replaying)
		return 0;
	if (store_check_kind(c->in.store, a->file, kind, &why))
		return err_set(err, why.code, -1, "%s %u: %s %s: %s", c->kind,
			       c->number, kind, name, why.msg);
	return 0;
}

static int check_assocs(const struct check *c, const struct ssl_common *e,
			struct err *err)
{
	if (check_assoc(c, "cert", e->rsacert, err) ||
	    check_assoc(c, "rsakey", e->rsakey, err) ||
	    check_assoc(c, "cert", e->dsacert, err) ||
	    check_assoc(c, "dsakey", e->dsakey, err) ||
	    check_assoc(c, "dhparam", e->dhparam, err))
		return -1;
	for (int i = 0; i < e->ncacert; i++) {
		if (check_assoc(c, "cert", e->cacert[i], err))
			return -1;
	}
	return 0;
}

/* Half a pair is a mistake whatever the suites are. */
static int check_pairs(const struct check *c, const struct ssl_common *e,
		       struct err *err)
{
	if (!*e->rsacert != !*e->rsakey)
		return refuse(c, err, "rsacert and rsakey go together");
	if (!*e->dsacert != !*e->dsakey)
		return refuse(c, err, "dsacert and dsakey go together");
	return 0;
}

/* ---- suites --------------------------------------------------------------- */

static int check_library(const struct check *c, const struct suite *s,
			 struct err *err)
{
	if (c->in.profile == TLS_MODERN || !s->value ||
	    suite_available(s, false))
		return 0;
	return err_set(err, ERR_REFUSED, -1,
		       "%s %u: OpenSSL %s cannot do cipher %s; take it out, or "
		       "run with --tls modern",
		       c->kind, c->number,
		       OpenSSL_version(OPENSSL_VERSION_STRING), s->name);
}

static int check_needs(const struct check *c, const struct ssl_common *e,
		       const struct suite *s, struct err *err)
{
	if (!s->value) {
		if (!*e->rsacert && !*e->dsacert && !*e->dhparam)
			return refuse_missing(c, "rsacert and rsakey", s->name,
					      err);
		return 0;
	}
	if (s->auth == SUITE_RSA && !*e->rsacert)
		return refuse_missing(c, "rsacert and rsakey", s->name, err);
	if (s->auth == SUITE_DSS && !*e->dsacert)
		return refuse_missing(c, "dsacert and dsakey", s->name, err);
	if (s->dh && !*e->dhparam)
		return refuse_missing(c, "dhparam", s->name, err);
	return 0;
}

static int check_ciphers(const struct check *c, const struct ssl_common *e,
			 bool server, struct err *err)
{
	for (int i = 0; i < e->ncipher; i++) {
		const struct suite *s = suite_find(e->cipher[i].suite);

		if (!s)
			return err_set(err, ERR_REFUSED, -1,
				       "%s %u: unknown cipher %s", c->kind,
				       c->number, e->cipher[i].suite);
		if (check_library(c, s, err) ||
		    (server && check_needs(c, e, s, err)))
			return -1;
	}
	return 0;
}

/* ---- entries -------------------------------------------------------------- */

static int check_loop(const struct check *c, const struct ssl_server *e,
		      struct err *err)
{
	for (int i = 0; i < e->c.ncipher; i++) {
		if (e->c.cipher[i].addr.s_addr == e->vip.s_addr &&
		    e->c.cipher[i].port == e->port)
			return refuse(c, err,
				      "a cipher leads to the server's own "
				      "address and port");
	}
	return 0;
}

static int check_names(const struct check *c, const struct ssl_server *e,
		       struct err *err)
{
	for (int i = 0; i < e->nsni; i++)
		if (check_assoc(c, "cert", e->sni[i].cert, err) ||
		    check_assoc(c, "rsakey", e->sni[i].key, err))
			return -1;
	return 0;
}

static int check_server_lines(const struct check *c, const struct ssl_server *e,
			      struct err *err)
{
	if (e->vip.s_addr == INADDR_ANY)
		return refuse(c, err, "vip address is not set");
	if (e->c.ncipher == 0)
		return refuse(c, err, "no cipher is set");
	if (e->authentication && e->c.ncacert == 0)
		return refuse(c, err, "authentication needs a cacert");
	if (e->failure == SSL_FAILURE_REDIRECT && !*e->failure_url)
		return refuse(c, err, "failure redirect needs a failure-url");
	if (c->in.profile == TLS_MODERN && !*e->c.rsacert)
		return refuse(c, err,
			      "rsacert and rsakey are not set; today's "
			      "clients need them (--tls modern)");
	if (*e->crl && !crl_find(c->in.conf, e->crl))
		return err_set(err, ERR_NOT_FOUND, -1,
			       "ssl-server %u: " T_NO_OBJECT, c->number,
			       "crl-record", e->crl);
	if (check_loop(c, e, err) || check_ciphers(c, &e->c, true, err) ||
	    check_pairs(c, &e->c, err) || check_names(c, e, err))
		return -1;
	return check_assocs(c, &e->c, err);
}

static int check_backend_lines(const struct check *c,
			       const struct ssl_backend *e, struct err *err)
{
	if (e->addr.s_addr == INADDR_ANY)
		return refuse(c, err, "ip address is not set");
	if (e->server_addr.s_addr == INADDR_ANY)
		return refuse(c, err, "server-ip is not set");
	if (e->addr.s_addr == e->server_addr.s_addr &&
	    e->port == e->server_port)
		return refuse(c, err,
			      "ip address and server-ip are equal, so port and "
			      "server-port must differ");
	if (check_ciphers(c, &e->c, false, err) || check_pairs(c, &e->c, err))
		return -1;
	return check_assocs(c, &e->c, err);
}

/* The texts of pairs that do not match are the product's, alone. */
static int explain(const struct check *c, const struct err *why,
		   struct err *err)
{
	if (!strcmp(why->msg, T_PAIR_MISMATCH))
		return err_set(err, why->code, -1, T_PAIR_MISMATCH);
	return err_set(err, why->code, -1, "%s %u: %s", c->kind, c->number,
		       why->msg);
}

static int check_faithful_key(const struct check *c, const struct ssl_common *e,
			      struct err *err)
{
	struct err why = { 0 };
	struct pki p;
	int rc = 0;

	if (c->in.profile == TLS_MODERN || !*e->rsakey)
		return 0;
	pki_init(&p);
	if (!context_load(&c->in, "rsakey", e->rsakey, &p, &why) &&
	    !pki_key_is(p.key, "RSA"))
		rc = refuse(c, err,
			    "the key of rsakey is no RSA key, which "
			    "--tls faithful needs");
	pki_fini(&p);
	return rc;
}

/* What the files can do is asked of the library, for each certificate. */
static int check_front_files(const struct check *c, const struct ssl_server *e,
			     struct err *err)
{
	struct context_seed seed = { { 0 }, { 0 } };

	for (int i = -1; i < e->nsni; i++) {
		struct err why = { 0 };
		SSL_CTX *ctx = context_front(&c->in, e, i, &seed, &why);

		if (!ctx)
			return explain(c, &why, err);
		SSL_CTX_free(ctx);
	}
	return 0;
}

static int check_server(struct check *c, const struct ssl_server *e,
			struct err *err)
{

	c->kind = "ssl-server";
	c->number = e->c.number;
	if (check_server_lines(c, e, err))
		return -1;
	if (c->in.conf->hooks.replaying)
		return 0;
	if (check_faithful_key(c, &e->c, err))
		return -1;
	return check_front_files(c, e, err);
}

static int check_backend(struct check *c, const struct ssl_backend *e,
			 struct err *err)
{
	struct err why = { 0 };
	SSL_CTX *ctx;

	c->kind = "backend-server";
	c->number = e->c.number;
	if (check_backend_lines(c, e, err))
		return -1;
	if (c->in.conf->hooks.replaying)
		return 0;
	ctx = context_back(&c->in, e, &why);
	if (!ctx)
		return explain(c, &why, err);
	SSL_CTX_free(ctx);
	return 0;
}

static int check_twice(const struct ssllist *l, struct err *err)
{
	for (int i = 0; i < l->nserver; i++) {
		for (int j = 0; j < i; j++) {
			if (l->server[i]->vip.s_addr ==
				    l->server[j]->vip.s_addr &&
			    l->server[i]->port == l->server[j]->port)
				return err_set(
					err, ERR_EXISTS, -1,
					"ssl-server %u and %u have the same "
					"address and port",
					l->server[j]->c.number,
					l->server[i]->c.number);
		}
	}
	for (int i = 0; i < l->nbackend; i++) {
		for (int j = 0; j < i; j++) {
			if (l->backend[i]->addr.s_addr ==
				    l->backend[j]->addr.s_addr &&
			    l->backend[i]->port == l->backend[j]->port)
				return err_set(
					err, ERR_EXISTS, -1,
					"backend-server %u and %u have the "
					"same address and port",
					l->backend[j]->c.number,
					l->backend[i]->c.number);
		}
	}
	return 0;
}

static int check_all(struct check *c, const struct ssllist *l, struct err *err)
{
	if (l->nserver == 0 && l->nbackend == 0)
		return err_set(err, ERR_REFUSED, -1, T_LIST_EMPTY);
	for (int i = 0; i < l->nserver; i++) {
		if (check_server(c, l->server[i], err))
			return -1;
	}
	for (int i = 0; i < l->nbackend; i++) {
		if (check_backend(c, l->backend[i], err))
			return -1;
	}
	return check_twice(l, err);
}

int ssl_list_check(const struct conf *conf, const struct ssllist *l,
		   const struct store *store, enum tls_profile profile,
		   struct err *err)
{
	struct check c = { .in = { .conf = conf,
				   .store = store,
				   .profile = profile,
				   /* what modules work with */
				   .lib = filter_worker(0) } };
	int rc = 0;

	c.in.shelf = shelf_new();
	rc = check_all(&c, l, err);
	shelf_free(c.in.shelf);
	if (rc && !conf->hooks.replaying)
		log_write(LOG_SSLACCEL, LOG_ERROR_3, "%s", err->msg);
	return rc;
}
