/*
 * Images: what a module has downloaded for one service.  Built whole on the
 * control thread or not at all; afterwards only read, but for the per-worker
 * parts, which belong to their workers.
 */
#include "sslmod/entry.h"

#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/service.h"
#include "emu/io/rnd.h"
#include "sslmod/cache.h"
#include "sslmod/fields.h"
#include "sslmod/filter.h"
#include "sslmod/latest.h"
#include "sslmod/loader.h"
#include "sslmod/outside.h"
#include "sslmod/stats.h"

static void *aligned_zero(size_t n, size_t size)
{
	size_t bytes = (n ? n : 1) * size; /* size is a multiple of 64 */
	void *p = aligned_alloc(64, bytes);

	if (!p)
		abort();
	memset(p, 0, bytes);
	return p;
}

/* ---- an end --------------------------------------------------------------- */

static void front_fini(struct ssl_front *f, int nworkers)
{
	int nsni = f->conf ? f->conf->nsni : 0;

	for (int i = 0; f->worker && i < nworkers; i++) {
		SSL_CTX_free(f->worker[i].ctx);
		for (int k = 0; f->worker[i].sni && k < nsni; k++)
			SSL_CTX_free(f->worker[i].sni[k]);
		free(f->worker[i].sni);
	}
	for (int i = 0; f->staple && i <= nsni; i++)
		latest_unref(f->staple[i]);
	free(f->staple);
	latest_unref(f->crl);
	free(f->worker);
	free(f->server_fields);
}

static void back_fini(struct ssl_back *b, int nworkers)
{
	for (int i = 0; b->worker && i < nworkers; i++) {
		SSL_SESSION_free(b->worker[i].latest);
		SSL_CTX_free(b->worker[i].ctx);
	}
	free(b->worker);
}

static void image_free(struct ssl_image *im)
{
	for (int i = 0; i < im->nfront; i++)
		front_fini(&im->front[i], im->nworkers);
	for (int i = 0; i < im->nback; i++)
		back_fini(&im->back[i], im->nworkers);
	for (int i = 0; i < im->nlist; i++)
		ssllist_copy_free(im->list[i]);
	free(im->front);
	free(im->back);
	free(im->list);
	cache_free(im->cache);
	ssl_stats_unref(im->stats);
	free(im);
}

struct ssl_image *ssl_image_ref(struct ssl_image *im)
{
	atomic_fetch_add_explicit(&im->refs, 1, memory_order_relaxed);
	return im;
}

void ssl_image_unref(struct ssl_image *im)
{
	if (im &&
	    atomic_fetch_sub_explicit(&im->refs, 1, memory_order_acq_rel) == 1)
		image_free(im);
}

/* ---- a beginning ---------------------------------------------------------- */

static const struct ssl_cipher *heaviest(const struct ssl_common *e)
{
	const struct ssl_cipher *best = &e->cipher[0];

	for (int i = 1; i < e->ncipher; i++) {
		if (e->cipher[i].weight > best->weight)
			best = &e->cipher[i];
	}
	return best;
}

static bool has_rewrites(const struct ssl_server *e)
{
	for (int i = 0; i < SSL_REWRITE_MAX; i++) {
		if (e->rewrite[i].number)
			return true;
	}
	return false;
}

static void front_http(const struct context_in *in, struct ssl_front *f)
{
	const struct ssl_server *e = f->conf;

	f->rewrites = has_rewrites(e);
	f->inserts = e->header_client_cert || e->header_server_cert ||
		     e->header_session || *e->header_static;
	if (e->header_server_cert)
		f->server_fields = fields_server_cert(in, e);
}

static struct latest *fetched(const struct context_in *in,
			      enum outside_kind kind, const char *name)
{
	return latest_ref(outside_item(in->outside, kind, name)->latest);
}

/* Where workers look for what is fetched again and again. */
static void front_outside(const struct context_in *in, struct ssl_front *f)
{
	const struct ssl_server *e = f->conf;

	if (e->authentication && *e->crl) /* without outside: never there */
		f->crl = in->outside ? fetched(in, OUTSIDE_CRL, e->crl)
				     : latest_new();
	if (!e->ocsp_stapling || !in->outside || in->profile != TLS_MODERN)
		return;
	f->staple = xcalloc((size_t)e->nsni + 1, sizeof(struct latest *));
	f->staple[0] = fetched(in, OUTSIDE_OCSP, e->c.rsacert);
	for (int i = 0; i < e->nsni; i++)
		f->staple[1 + i] = fetched(in, OUTSIDE_OCSP, e->sni[i].cert);
}

/* In `faithful`, the extension of the client's hello is ignored. */
static int fill_names(struct context_in *in, struct ssl_front *f,
		      struct front_worker *w, const struct context_seed *seed,
		      struct err *err)
{
	int n = in->profile == TLS_MODERN ? f->conf->nsni : 0;

	w->sni = xcalloc((size_t)f->conf->nsni + 1, sizeof(SSL_CTX *));
	for (int i = 0; i < n; i++) {
		w->sni[i] = context_front(in, f->conf, i, seed, err);
		if (!w->sni[i])
			return -1;
		tls_front_callbacks(w->sni[i], f);
	}
	return 0;
}

static int fill_worker(struct context_in *in, struct ssl_front *f, int worker,
		       const struct context_seed *seed, struct err *err)
{
	struct front_worker *w = &f->worker[worker];

	in->lib = filter_worker(worker);
	w->ctx = context_front(in, f->conf, -1, seed, err);
	if (!w->ctx)
		return -1;
	tls_front_callbacks(w->ctx, f);
	return fill_names(in, f, w, seed, err);
}

static int front_fill(struct context_in *in, struct ssl_image *im,
		      struct ssl_front *f, struct err *err)
{
	struct context_seed seed;
	int rc = 0;

	rnd_bytes(&seed, sizeof(seed));
	f->image = im;
	f->dflt = heaviest(&f->conf->c);
	f->worker = aligned_zero((size_t)im->nworkers, sizeof(*f->worker));
	if (f->conf->c.session_cache_s)
		f->cache = im->cache;
	front_outside(in, f);
	for (int i = 0; rc == 0 && i < im->nworkers; i++)
		rc = fill_worker(in, f, i, &seed, err);
	wipe(&seed, sizeof(seed));
	in->lib = NULL;
	front_http(in, f);
	return rc;
}

static int back_fill(struct context_in *in, struct ssl_image *im,
		     struct ssl_back *b, struct err *err)
{
	b->image = im;
	b->worker = aligned_zero((size_t)im->nworkers, sizeof(*b->worker));
	for (int i = 0; i < im->nworkers; i++) {
		in->lib = filter_worker(i);
		b->worker[i].ctx = context_back(in, b->conf, err);
		if (!b->worker[i].ctx)
			return -1;
		tls_back_callbacks(b->worker[i].ctx, b);
	}
	return 0;
}

static int add_list(struct ssl_image *im, const struct conf *conf,
		    const char *name, struct err *err)
{
	const struct ssllist *l = ssllist_find(conf, name);

	if (!l)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "ssl-proxy-list", name);
	if (!l->active)
		return err_set(err, ERR_REFUSED, -1, T_SVC_LIST_DOWN ": %s",
			       name);
	im->list[im->nlist++] = ssllist_copy(l);
	im->nback += l->nbackend;
	if (im->terminates)
		im->nfront += l->nserver;
	return 0;
}

static int add_lists(struct ssl_image *im, const struct conf *conf,
		     const struct service *svc, struct err *err)
{
	if (svc->nssllist == 0)
		return err_set(err, ERR_REFUSED, -1, T_SVC_NO_LIST);
	im->list = xcalloc((size_t)svc->nssllist, sizeof(*im->list));
	for (int i = 0; i < svc->nssllist; i++) {
		if (add_list(im, conf, svc->ssllist[i], err))
			return -1;
	}
	return 0;
}

static void name_entry(const struct ssllist *l, const char *kind, unsigned n,
		       struct err *err)
{
	struct err why = *err;

	(void)err_set(err, why.code, -1, "%s %s %u: %.180s", l->name, kind, n,
		      why.msg);
}

/* nfront and nback end as the number of entries to be given back. */
static int fill(struct ssl_image *im, struct context_in *in,
		const struct service *svc, struct err *err)
{
	int f = 0, b = 0;

	if (svc->session_cache_size)
		im->cache = cache_new(svc->session_cache_size);
	im->front = xcalloc((size_t)im->nfront + 1, sizeof(*im->front));
	im->back = xcalloc((size_t)im->nback + 1, sizeof(*im->back));
	for (int i = 0; i < im->nlist; i++) {
		const struct ssllist *l = im->list[i];

		for (int k = 0; im->terminates && k < l->nserver; k++, f++) {
			im->front[f].conf = l->server[k];
			if (front_fill(in, im, &im->front[f], err)) {
				name_entry(l, "ssl-server",
					   l->server[k]->c.number, err);
				return -1;
			}
		}
		for (int k = 0; k < l->nbackend; k++, b++) {
			im->back[b].conf = l->backend[k];
			if (back_fill(in, im, &im->back[b], err)) {
				name_entry(l, "backend-server",
					   l->backend[k]->c.number, err);
				return -1;
			}
		}
	}
	return 0;
}

static int check_twice(const struct ssl_image *im, struct err *err)
{
	for (int i = 0; i < im->nfront; i++) {
		const struct ssl_server *e = im->front[i].conf;

		if (ssl_image_front(im, e->vip, e->port) != &im->front[i])
			return err_set(err, ERR_EXISTS, -1,
				       "two SSL servers of the service have "
				       "address %s port %u",
				       str_addr(e->vip), e->port);
	}
	return 0;
}

struct ssl_image *image_build(struct context_in *in, const struct service *svc,
			      unsigned slot, int nworkers,
			      struct ssl_stats *stats, struct err *err)
{
	struct ssl_image *im = xcalloc(1, sizeof(*im));

	atomic_init(&im->refs, 1);
	im->slot = slot;
	im->service = svc->index;
	im->activation = svc->activations;
	im->terminates = svc->type == SERVICE_SSL_ACCEL;
	im->profile = in->profile;
	im->secrets = in->secrets;
	im->nworkers = nworkers;
	im->stats = ssl_stats_ref(stats);
	if (add_lists(im, in->conf, svc, err)) {
		im->nfront = im->nback = 0; /* none are there yet */
		image_free(im);
		return NULL;
	}
	if (fill(im, in, svc, err) || check_twice(im, err)) {
		image_free(im);
		return NULL;
	}
	return im;
}

/* ---- look-up -------------------------------------------------------------- */

const struct ssl_front *ssl_image_front(const struct ssl_image *im,
					struct in_addr vip, uint16_t port)
{
	for (int i = 0; i < im->nfront; i++) {
		const struct ssl_server *e = im->front[i].conf;

		if (e->vip.s_addr == vip.s_addr && e->port == port)
			return &im->front[i];
	}
	return NULL;
}

const struct ssl_back *ssl_image_back(const struct ssl_image *im,
				      struct in_addr addr, uint16_t port)
{
	for (int i = 0; i < im->nback; i++) {
		const struct ssl_backend *e = im->back[i].conf;

		if (e->addr.s_addr == addr.s_addr && e->port == port)
			return &im->back[i];
	}
	return NULL;
}

unsigned ssl_image_slot(const struct ssl_image *im)
{
	return im->slot;
}

/* What is set as the product's own default is, costs time on today's links: in
 * `modern` only what differs from it acts. */
static bool acts(const struct ssl_image *im, uint32_t value, uint32_t dflt)
{
	return im->profile == TLS_FAITHFUL || value != dflt;
}

/* Times that this host's TCP can be told (tune.c); of others it keeps its own. */
static uint32_t tcp_us(unsigned ms)
{
	return ms < SSL_TCP_MS ? ms * 1000u : 0;
}

static void side_opts(const struct ssl_image *im, const struct ssl_tcp *t,
		      struct ssl_side_opts *o)
{
	o->syn_ms = t->syn_timeout_s * 1000u;
	o->idle_ms = t->inactivity_timeout_s * 1000u;
	o->nagle = im->profile == TLS_FAITHFUL && !t->nagle_off;
	o->ack_now = t->ack_delay_ms == 0;
	o->ack_us = tcp_us(t->ack_delay_ms);
	o->retrans_us = tcp_us(t->retrans_ms);
	o->window = t->window;
}

static void common_opts(const struct ssl_image *im, const struct ssl_common *c,
			struct ssl_leg_opts *o)
{
	memset(o, 0, sizeof(*o));
	side_opts(im, &c->virt, &o->virt);
	side_opts(im, &c->server, &o->server);
	o->buf_rx = acts(im, c->buf_rx, 32768) ? c->buf_rx : 0;
	o->buf_tx = acts(im, c->buf_tx, 65536) ? c->buf_tx : 0;
	o->renew_ms = c->handshake_timeout_s * 1000u;
}

void ssl_front_opts(const struct ssl_front *f, struct ssl_leg_opts *o)
{
	common_opts(f->image, &f->conf->c, o);
	o->queue_delay_ms = acts(f->image, f->conf->queue_delay_ms, 200)
				    ? f->conf->queue_delay_ms
				    : 0;
	o->unclean_shutdown = f->conf->unclean_shutdown;
}

void ssl_back_opts(const struct ssl_back *b, struct ssl_leg_opts *o)
{
	common_opts(b->image, &b->conf->c, o);
}

void ssl_back_server(const struct ssl_back *b, struct in_addr *addr,
		     uint16_t *port)
{
	*addr = b->conf->server_addr;
	*port = b->conf->server_port;
}

bool ssl_back_is_initiation(const struct ssl_back *b)
{
	return b->conf->initiation;
}
