/*
 * SSL proxy lists (ssl.md 2)
 *
 * A list is edited while it is suspended and only then; what a module runs is
 * a copy that it took when a service with the list was activated.  So checks
 * that need no file stand here and are made at `active`, once; those that need
 * certificates and keys are asked through conf_hooks.ssllist_check.
 */
#include "emu/conf/ssllist.h"

#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/service.h"

struct ssllist *ssllist_find(const struct conf *c, const char *name)
{
	struct ssllist *l = NULL;

	TAILQ_FOREACH(l, &c->ssllists, link)
		if (!strcmp(l->name, name))
			return l;
	return NULL;
}

static int list_count(const struct conf *c)
{
	const struct ssllist *l = NULL;
	int n = 0;

	TAILQ_FOREACH(l, &c->ssllists, link)
		n++;
	return n;
}

static void list_insert(struct conf *c, struct ssllist *l)
{
	struct ssllist *other = NULL;

	TAILQ_FOREACH(other, &c->ssllists, link)
		if (strcmp(other->name, l->name) > 0) {
			TAILQ_INSERT_BEFORE(other, l, link);
			return;
		}
	TAILQ_INSERT_TAIL(&c->ssllists, l, link);
}

struct ssllist *ssllist_add(struct conf *c, const char *name, struct err *err)
{
	struct ssllist *l = NULL;

	if (conf_check_name(name, err) < 0)
		return NULL;
	if (ssllist_find(c, name)) {
		(void)err_set(err, ERR_EXISTS, -1, T_EXISTS, "ssl-proxy-list",
			      name);
		return NULL;
	}
	if (list_count(c) >= SSLLIST_MAX) {
		(void)err_set(err, ERR_RANGE, -1, T_FULL, "SSL proxy list",
			      SSLLIST_MAX);
		return NULL;
	}
	l = xcalloc(1, sizeof(*l));
	(void)str_copy(l->name, sizeof(l->name), name);
	list_insert(c, l);
	conf_changed(c);
	return l;
}

/* Services that are not in use forget the list; one in use keeps it alive. */
static int leave_services(struct conf *c, const char *list, struct err *err)
{
	struct service *s = NULL;
	struct err none;

	TAILQ_FOREACH(s, &c->services, link)
		for (int i = 0; s->active && i < s->nssllist; i++)
			if (!strcmp(s->ssllist[i], list))
				return err_set(err, ERR_REFUSED, -1,
					       T_LIST_INUSE, s->name);
	TAILQ_FOREACH(s, &c->services, link)
		(void)service_del_ssllist(c, s, list, &none);
	return 0;
}

int ssllist_del(struct conf *c, const char *name, struct err *err)
{
	struct ssllist *l = ssllist_find(c, name);

	if (!l)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "ssl-proxy-list", name);
	if (leave_services(c, name, err) < 0)
		return -1;
	TAILQ_REMOVE(&c->ssllists, l, link);
	ssllist_copy_free(l);
	conf_changed(c);
	return 0;
}

/* ---- entries -------------------------------------------------------------- */

struct ssl_server *ssllist_server(const struct ssllist *l, unsigned n)
{
	for (int i = 0; i < l->nserver; i++)
		if (l->server[i]->c.number == n)
			return l->server[i];
	return NULL;
}

struct ssl_backend *ssllist_backend(const struct ssllist *l, unsigned n)
{
	for (int i = 0; i < l->nbackend; i++)
		if (l->backend[i]->c.number == n)
			return l->backend[i];
	return NULL;
}

int ssllist_may_edit(const struct ssllist *l, struct err *err)
{
	return l->active ? err_set(err, ERR_REFUSED, -1, T_LIST_ACTIVE) : 0;
}

static void common_init(struct ssl_common *e, unsigned n)
{
	const struct ssl_tcp tcp = {
		.syn_timeout_s = 30,
		.inactivity_timeout_s = 240,
		.ack_delay_ms = 200,
		.retrans_ms = 500,
	};

	e->number = n;
	e->session_cache_s = 300;
	e->virt = tcp;
	e->server = tcp;
	e->buf_rx = 32768;
	e->buf_tx = 65536;
}

static int check_room(const struct ssllist *l, unsigned n, struct err *err)
{
	if (ssllist_may_edit(l, err) < 0)
		return -1;
	if (n < 1 || n > SSL_ENTRY_MAX)
		return err_set(err, ERR_RANGE, -1,
			       "Entries of a list are numbered 1 to %d",
			       SSL_ENTRY_MAX);
	if (l->nserver + l->nbackend >= SSL_ENTRY_MAX)
		return err_set(err, ERR_RANGE, -1, T_FULL, "server",
			       SSL_ENTRY_MAX);
	return 0;
}

int ssllist_add_server(struct conf *c, struct ssllist *l, unsigned n,
		       struct err *err)
{
	struct ssl_server *e = NULL;
	int at = l->nserver;

	if (ssllist_server(l, n))
		return 0;
	if (check_room(l, n, err) < 0)
		return -1;
	e = xcalloc(1, sizeof(*e));
	common_init(&e->c, n);
	e->port = 443;
	e->queue_delay_ms = 200;
	l->server = xrealloc(l->server, (size_t)(l->nserver + 1) *
						sizeof(struct ssl_server *));
	for (; at > 0 && l->server[at - 1]->c.number > n; at--)
		l->server[at] = l->server[at - 1];
	l->server[at] = e;
	l->nserver++;
	conf_changed(c);
	return 0;
}

int ssllist_add_backend(struct conf *c, struct ssllist *l, unsigned n,
			struct err *err)
{
	struct ssl_backend *e = NULL;
	int at = l->nbackend;

	if (ssllist_backend(l, n))
		return 0;
	if (check_room(l, n, err) < 0)
		return -1;
	e = xcalloc(1, sizeof(*e));
	common_init(&e->c, n);
	e->port = 80;
	e->server_port = 443;
	l->backend = xrealloc(l->backend, (size_t)(l->nbackend + 1) *
						  sizeof(struct ssl_backend *));
	for (; at > 0 && l->backend[at - 1]->c.number > n; at--)
		l->backend[at] = l->backend[at - 1];
	l->backend[at] = e;
	l->nbackend++;
	conf_changed(c);
	return 0;
}

int ssllist_del_server(struct conf *c, struct ssllist *l, unsigned n,
		       struct err *err)
{
	if (ssllist_may_edit(l, err) < 0)
		return -1;
	for (int i = 0; i < l->nserver; i++) {
		if (l->server[i]->c.number != n)
			continue;
		settings_fini(&l->server[i]->c.kept);
		free(l->server[i]);
		l->nserver--;
		memmove(&l->server[i], &l->server[i + 1],
			(size_t)(l->nserver - i) * sizeof(struct ssl_server *));
		conf_changed(c);
		return 0;
	}
	return err_set(err, ERR_NOT_FOUND, -1, T_NO_SSL_SERVER, n);
}

int ssllist_del_backend(struct conf *c, struct ssllist *l, unsigned n,
			struct err *err)
{
	if (ssllist_may_edit(l, err) < 0)
		return -1;
	for (int i = 0; i < l->nbackend; i++) {
		if (l->backend[i]->c.number != n)
			continue;
		settings_fini(&l->backend[i]->c.kept);
		free(l->backend[i]);
		l->nbackend--;
		memmove(&l->backend[i], &l->backend[i + 1],
			(size_t)(l->nbackend - i) *
				sizeof(struct ssl_backend *));
		conf_changed(c);
		return 0;
	}
	return err_set(err, ERR_NOT_FOUND, -1, T_NO_BACK_SERVER, n);
}

/* ---- lines that may be repeated ------------------------------------------- */

static int cipher_at(const struct ssl_common *e, const char *suite)
{
	for (int i = 0; i < e->ncipher; i++)
		if (!strcmp(e->cipher[i].suite, suite))
			return i;
	return -1;
}

int ssl_entry_set_cipher(struct conf *c, struct ssl_common *e,
			 const struct ssl_cipher *cipher, struct err *err)
{
	int at = cipher_at(e, cipher->suite);

	if (at < 0 && e->ncipher == SSL_CIPHER_MAX)
		return err_set(err, ERR_RANGE, -1, T_FULL, "cipher",
			       SSL_CIPHER_MAX);
	if (at < 0)
		at = e->ncipher++;
	e->cipher[at] = *cipher;
	conf_changed(c);
	return 0;
}

int ssl_entry_del_cipher(struct conf *c, struct ssl_common *e,
			 const char *suite, struct err *err)
{
	int at = cipher_at(e, suite);

	if (at < 0)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "cipher",
			       suite);
	e->ncipher--;
	memmove(&e->cipher[at], &e->cipher[at + 1],
		(size_t)(e->ncipher - at) * sizeof(e->cipher[0]));
	conf_changed(c);
	return 0;
}

static int cacert_at(const struct ssl_common *e, const char *name)
{
	for (int i = 0; i < e->ncacert; i++)
		if (!strcmp(e->cacert[i], name))
			return i;
	return -1;
}

int ssl_entry_add_cacert(struct conf *c, struct ssl_common *e, const char *name,
			 struct err *err)
{
	if (cacert_at(e, name) >= 0)
		return 0;
	if (e->ncacert == SSL_CACERT_MAX)
		return err_set(err, ERR_RANGE, -1, T_FULL, "CA certificate",
			       SSL_CACERT_MAX);
	if (conf_put_text(c, e->cacert[e->ncacert], sizeof(e->cacert[0]), name,
			  err) < 0)
		return -1;
	e->ncacert++;
	return 0;
}

int ssl_entry_del_cacert(struct conf *c, struct ssl_common *e, const char *name,
			 struct err *err)
{
	int at = cacert_at(e, name);

	if (at < 0)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "cacert",
			       name);
	e->ncacert--;
	memmove(e->cacert[at], e->cacert[at + 1],
		(size_t)(e->ncacert - at) * sizeof(e->cacert[0]));
	e->cacert[e->ncacert][0] = '\0';
	conf_changed(c);
	return 0;
}

/* ---- activation (ssl.md 2.6) ---------------------------------------------- */

static int lacks(const char *kind, unsigned n, const char *what,
		 struct err *err)
{
	return err_set(err, ERR_REFUSED, -1, T_SSL_ENTRY_LACKS, kind, n, what);
}

/* The certificates that a suite's family signs and exchanges keys with. */
static int check_suite(const struct ssl_common *e, const char *suite,
		       struct err *err)
{
	bool all = !strcmp(suite, "all-cipher-suites");
	bool rsa = e->rsacert[0] && e->rsakey[0];
	bool dsa = e->dsacert[0] && e->dsakey[0];

	if (all && !rsa && !dsa)
		return lacks("ssl-server", e->number, "rsacert and rsakey",
			     err);
	if ((str_has_prefix(suite, "rsa-") ||
	     str_has_prefix(suite, "dhe-rsa-")) &&
	    !rsa)
		return lacks("ssl-server", e->number, "rsacert and rsakey",
			     err);
	if (str_has_prefix(suite, "dhe-dss-") && !dsa)
		return lacks("ssl-server", e->number, "dsacert and dsakey",
			     err);
	if (str_has_prefix(suite, "dh") && !e->dhparam[0])
		return lacks("ssl-server", e->number, "dhparam", err);
	return 0;
}

static int check_server(const struct ssl_server *e, struct err *err)
{
	unsigned n = e->c.number;

	if (e->vip.s_addr == INADDR_ANY)
		return lacks("ssl-server", n, "vip address", err);
	if (!e->c.ncipher)
		return lacks("ssl-server", n, "cipher", err);
	for (int i = 0; i < e->c.ncipher; i++)
		if (check_suite(&e->c, e->c.cipher[i].suite, err) < 0)
			return -1;
	if (e->authentication && !e->c.ncacert)
		return lacks("ssl-server", n, "cacert (authentication)", err);
	if (e->failure == SSL_FAILURE_REDIRECT && !e->failure_url[0])
		return lacks("ssl-server", n, "failure-url", err);
	return 0;
}

static int check_backend(const struct ssl_backend *e, struct err *err)
{
	unsigned n = e->c.number;

	if (e->addr.s_addr == INADDR_ANY)
		return lacks("backend-server", n, "ip address", err);
	if (e->server_addr.s_addr == INADDR_ANY)
		return lacks("backend-server", n, "server-ip", err);
	if (e->addr.s_addr == e->server_addr.s_addr &&
	    e->port == e->server_port)
		return lacks("backend-server", n,
			     "port and server-port to differ", err);
	if (!e->c.rsacert[0] != !e->c.rsakey[0])
		return lacks("backend-server", n, "rsacert and rsakey", err);
	if (!e->c.dsacert[0] != !e->c.dsakey[0])
		return lacks("backend-server", n, "dsacert and dsakey", err);
	return 0;
}

static int check_twice(const struct ssllist *l, struct err *err)
{
	for (int i = 0; i < l->nserver; i++)
		for (int k = i + 1; k < l->nserver; k++)
			if (l->server[i]->vip.s_addr ==
				    l->server[k]->vip.s_addr &&
			    l->server[i]->port == l->server[k]->port)
				return err_set(err, ERR_REFUSED, -1,
					       T_SSL_ENTRY_TWICE, "ssl-server",
					       l->server[i]->c.number,
					       l->server[k]->c.number);
	for (int i = 0; i < l->nbackend; i++)
		for (int k = i + 1; k < l->nbackend; k++)
			if (l->backend[i]->addr.s_addr ==
				    l->backend[k]->addr.s_addr &&
			    l->backend[i]->port == l->backend[k]->port)
				return err_set(err, ERR_REFUSED, -1,
					       T_SSL_ENTRY_TWICE,
					       "backend-server",
					       l->backend[i]->c.number,
					       l->backend[k]->c.number);
	return 0;
}

int ssllist_activate(struct conf *c, struct ssllist *l, struct err *err)
{
	if (l->active)
		return 0;
	if (!l->nserver && !l->nbackend)
		return err_set(err, ERR_REFUSED, -1, T_LIST_EMPTY);
	for (int i = 0; i < l->nserver; i++)
		if (check_server(l->server[i], err) < 0)
			return -1;
	for (int i = 0; i < l->nbackend; i++)
		if (check_backend(l->backend[i], err) < 0)
			return -1;
	if (check_twice(l, err) < 0)
		return -1;
	if (c->hooks.ssllist_check &&
	    c->hooks.ssllist_check(c->hooks.arg, l, err) < 0)
		return -1;
	conf_put_flag(c, &l->active, true);
	return 0;
}

int ssllist_suspend(struct conf *c, struct ssllist *l, struct err *err)
{
	(void)err;
	conf_put_flag(c, &l->active, false);
	return 0;
}

/* ---- copies and uses ------------------------------------------------------ */

struct ssllist *ssllist_copy(const struct ssllist *l)
{
	struct ssllist *copy = xmemdup(l, sizeof(*l));

	memset(&copy->link, 0, sizeof(copy->link));
	copy->server =
		xcalloc((size_t)l->nserver + 1, sizeof(struct ssl_server *));
	copy->backend =
		xcalloc((size_t)l->nbackend + 1, sizeof(struct ssl_backend *));
	for (int i = 0; i < l->nserver; i++) {
		copy->server[i] = xmemdup(l->server[i], sizeof(*l->server[i]));
		copy->server[i]->c.kept = (struct settings){ 0 };
	}
	for (int i = 0; i < l->nbackend; i++) {
		copy->backend[i] =
			xmemdup(l->backend[i], sizeof(*l->backend[i]));
		copy->backend[i]->c.kept = (struct settings){ 0 };
	}
	return copy;
}

void ssllist_copy_free(struct ssllist *l)
{
	if (!l)
		return;
	for (int i = 0; i < l->nserver; i++) {
		settings_fini(&l->server[i]->c.kept);
		free(l->server[i]);
	}
	for (int i = 0; i < l->nbackend; i++) {
		settings_fini(&l->backend[i]->c.kept);
		free(l->backend[i]);
	}
	free(l->server);
	free(l->backend);
	free(l);
}

static bool entry_uses(const struct ssl_common *e, const char *kind,
		       const char *name)
{
	if (!strcmp(kind, "rsakey"))
		return !strcmp(e->rsakey, name);
	if (!strcmp(kind, "dsakey"))
		return !strcmp(e->dsakey, name);
	if (!strcmp(kind, "dhparam"))
		return !strcmp(e->dhparam, name);
	return !strcmp(e->rsacert, name) || !strcmp(e->dsacert, name) ||
	       cacert_at(e, name) >= 0;
}

static bool server_uses(const struct ssl_server *e, const char *kind,
			const char *name)
{
	for (int i = 0; i < e->nsni; i++)
		if (!strcmp(kind, "rsakey") ? !strcmp(e->sni[i].key, name)
		    : !strcmp(kind, "cert") ? !strcmp(e->sni[i].cert, name)
					    : false)
			return true;
	return entry_uses(&e->c, kind, name);
}

static bool list_uses(const struct ssllist *l, const char *kind,
		      const char *name)
{
	for (int i = 0; i < l->nserver; i++)
		if (server_uses(l->server[i], kind, name))
			return true;
	for (int i = 0; i < l->nbackend; i++)
		if (entry_uses(&l->backend[i]->c, kind, name))
			return true;
	return false;
}

const struct ssllist *ssllist_using(const struct conf *c, const char *kind,
				    const char *name, bool only_active)
{
	const struct ssllist *l = NULL;

	TAILQ_FOREACH(l, &c->ssllists, link)
		if ((l->active || !only_active) && list_uses(l, kind, name))
			return l;
	return NULL;
}
