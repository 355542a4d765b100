/*
 * Fetching.  A timer looks once a second at the few things there are, by the pure
 * outside_due(); a change of the configuration makes it look at once.  A failed
 * try of a revocation list leaves nothing behind: as long as the list cannot be
 * had, authentication fails (ssl.md 1.7).  OCSP is an offer, so the response that
 * is there stays until it expires.
 */
#include "cli/fetch.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "cli/env.h"
#include "cli/web.h"
#include "emu/base/log.h"
#include "emu/base/map.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/wall.h"
#include "emu/base/xalloc.h"
#include "emu/conf/crl.h"
#include "emu/conf/global.h"
#include "emu/conf/ssllist.h"
#include "emu/io/job.h"
#include "emu/io/loop.h"
#include "sslmod/crl.h"
#include "sslmod/outside.h"
#include "sslmod/pki.h"
#include "sslmod/staple.h"

#define TICK_MS	  1000
#define OCSP_HOUR 1 /* own: between fetches of a response that lives on */

struct getting { /* one transfer */
	LIST_ENTRY(getting) link;
	struct fetch *fetch;
	struct outside_item *item;
	struct web *web;
	struct pki ca; /* who must have signed it; behind it: its own */
	struct crl_record record; /* as it was asked for */
};

struct fetch {
	const struct env *env;
	struct timer timer;
	LIST_HEAD(, getting) getting;
	bool quit;
};

/* ---- results --------------------------------------------------------------- */

/* A list that was loaded must not be used when the next one cannot be had. */
static void failed(struct outside_item *it, const char *why)
{
	bool new = strcmp(it->why, why) != 0;

	(void)str_copy(it->why, sizeof(it->why), why);
	if (it->kind == OUTSIDE_CRL) {
		latest_put(it->latest, NULL);
		it->loaded = false;
	}
	if (new)
		log_write(LOG_SSLACCEL, LOG_ERROR_3,
			  it->kind == OUTSIDE_CRL ? T_CRL_FAILED
						  : T_OCSP_FAILED,
			  it->name, why);
}

static void loaded(struct outside_item *it, struct latest_item *what,
		   time_t expires)
{
	latest_put(it->latest, what);
	it->loaded = true;
	it->expires = expires;
	it->fetched = it->tried;
	it->why[0] = '\0';
}

static int take_crl(struct getting *g, struct err *err)
{
	struct crl *c =
		crl_read(g->web->body.buf, g->web->body.len,
			 sk_X509_value(g->ca.certs, 0), wall_now(), err);

	if (!c)
		return -1;
	log_write(LOG_SSLACCEL, LOG_INFO_6, T_CRL_FETCHED, g->item->name,
		  crl_count(c));
	loaded(g->item, &c->item, c->next);
	return 0;
}

static int take_response(struct getting *g, struct err *err)
{
	struct staple *s =
		staple_read(g->web->body.buf, g->web->body.len,
			    sk_X509_value(g->ca.certs, 0),
			    sk_X509_value(g->ca.certs, 1), wall_now(), err);

	if (!s)
		return -1;
	loaded(g->item, &s->item, s->next);
	return 0;
}

static void getting_free(struct getting *g)
{
	LIST_REMOVE(g, link);
	web_free(g->web);
	pki_fini(&g->ca);
	free(g);
}

static void on_done(void *arg)
{
	struct getting *g = arg;
	struct err err = g->web->err;
	int rc = g->web->rc;

	g->item->busy = false;
	if (!g->fetch->quit) {
		if (rc == 0)
			rc = g->item->kind == OUTSIDE_CRL
				     ? take_crl(g, &err)
				     : take_response(g, &err);
		if (rc)
			failed(g->item, err.msg);
	}
	getting_free(g);
}

static void on_work(void *arg)
{
	web_run(((struct getting *)arg)->web);
}

/* ---- beginnings ------------------------------------------------------------ */

static int load_cert(const struct env *env, const char *name, int least,
		     struct pki *p, struct err *err)
{
	const struct association *a = association_find(env->conf, "cert", name);

	if (!a)
		return err_set(err, ERR_NOT_FOUND, -1,
			       "cert association %s does not exist", name);
	if (store_load(env->store, a->file, NULL, p, err))
		return -1;
	if (sk_X509_num(p->certs) < least)
		return err_set(err, ERR_REFUSED, -1,
			       least > 1 ? "the file of %s lacks the issuer's "
					   "certificate"
					 : "the file of %s has no certificate",
			       name);
	return 0;
}

static int prepare_crl(struct getting *g, struct err *err)
{
	const struct env *env = g->fetch->env;

	if (load_cert(env, g->record.cert, 1, &g->ca, err))
		return -1;
	g->web = web_new(env, g->record.url, CRL_BYTES_MAX, err);
	return g->web ? 0 : -1;
}

static int prepare_ocsp(struct getting *g, struct err *err)
{
	const struct env *env = g->fetch->env;
	char url[STAPLE_URL_MAX];
	unsigned char *der;
	X509 *cert;

	if (load_cert(env, g->item->name, 2, &g->ca, err))
		return -1;
	cert = sk_X509_value(g->ca.certs, 0);
	if (staple_url(cert, url, err))
		return -1;
	g->web = web_new(env, url, STAPLE_BYTES_MAX, err);
	if (!g->web)
		return -1;
	der = staple_question(cert, sk_X509_value(g->ca.certs, 1),
			      &g->web->post_len);
	if (!der)
		return err_set(err, ERR_REFUSED, -1, "no question can be made");
	g->web->post = xmemdup(der, g->web->post_len);
	g->web->type = "application/ocsp-request";
	OPENSSL_free(der);
	return 0;
}

static void begin(struct fetch *f, struct outside_item *it,
		  const struct crl_record *r)
{
	struct getting *g = xcalloc(1, sizeof(*g));
	struct err err = { 0 };
	int rc;

	g->fetch = f;
	g->item = it;
	if (r)
		g->record = *r;
	pki_init(&g->ca);
	LIST_INSERT_HEAD(&f->getting, g, link);
	it->tried = wall_now();
	rc = r ? prepare_crl(g, &err) : prepare_ocsp(g, &err);
	if (rc) {
		failed(it, err.msg);
		getting_free(g);
		return;
	}
	it->busy = true;
	jobs_start(f->env->jobs, on_work, on_done, g);
}

/* ---- what is due ----------------------------------------------------------- */

/* What only looks like the record that was fetched is another list. */
static uint32_t generation(const struct crl_record *r)
{
	uint64_t url = map_hash(0, r->url, strlen(r->url));

	return (uint32_t)map_hash(url, r->cert, strlen(r->cert));
}

static void look_at_crl(struct fetch *f, const struct crl_record *r, time_t now)
{
	struct outside_item *it =
		outside_item(f->env->outside, OUTSIDE_CRL, r->name);
	uint32_t g = generation(r);

	if (it->busy || !outside_is_used(f->env->conf, OUTSIDE_CRL, r->name))
		return;
	if (it->generation != g) {
		it->generation = g;
		it->tried = it->fetched = 0;
	}
	if (outside_due(it, r->hours) != OUTSIDE_NEVER &&
	    outside_due(it, r->hours) <= now)
		begin(f, it, r);
}

static void look_at_cert(struct fetch *f, const struct association *a,
			 time_t now)
{
	struct outside_item *it;
	time_t due;

	if (strcmp(a->kind, "cert") != 0 ||
	    !outside_is_used(f->env->conf, OUTSIDE_OCSP, a->name))
		return;
	it = outside_item(f->env->outside, OUTSIDE_OCSP, a->name);
	due = outside_due(it, OCSP_HOUR);
	if (it->loaded && it->expires < due)
		due = it->expires;
	if (!it->busy && due <= now)
		begin(f, it, NULL);
}

static void look(struct fetch *f)
{
	const struct global *g = f->env->conf->global;
	const struct association *a = NULL;
	time_t now = wall_now();

	for (int i = 0; i < g->ncrl; i++)
		look_at_crl(f, &g->crl[i], now);
	TAILQ_FOREACH(a, &g->associations, link)
		look_at_cert(f, a, now);
}

static void on_tick(void *arg, uint64_t now_ms)
{
	struct fetch *f = arg;

	look(f);
	loop_timer(f->env->loop, &f->timer, now_ms + TICK_MS);
}

void fetch_follow(struct fetch *f)
{
	if (f && !f->quit)
		look(f);
}

void fetch_now(struct fetch *f, const char *crl)
{
	outside_item(f->env->outside, OUTSIDE_CRL, crl)->tried = 0;
	look(f);
}

/* ---- life ------------------------------------------------------------------ */

struct fetch *fetch_new(const struct env *env)
{
	struct fetch *f = xcalloc(1, sizeof(*f));

	f->env = env;
	LIST_INIT(&f->getting);
	f->timer = (struct timer){ .fn = on_tick, .arg = f };
	loop_timer(env->loop, &f->timer, loop_now(env->loop) + TICK_MS);
	return f;
}

void fetch_quit(struct fetch *f)
{
	struct getting *g;

	if (!f)
		return;
	f->quit = true;
	loop_timer_stop(f->env->loop, &f->timer);
	LIST_FOREACH(g, &f->getting, link)
		atomic_store(&g->web->stop, true);
}

void fetch_free(struct fetch *f)
{
	free(f);
}
