/*
 * SSL modules.  A module keeps its counters and, per service, the image that
 * the service's activation downloaded.  Traffic holds references of its own to
 * images, so pulling a card takes nothing away under a worker's feet.
 */
#include "sslmod/card_ssl.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/conf/service.h"
#include "sslmod/filter.h"
#include "sslmod/image.h"
#include "sslmod/loader.h"
#include "sslmod/memory.h"
#include "sslmod/shelf.h"
#include "sslmod/stats.h"

#define SECURE_BYTES (8u << 20) /* keys of 256 entries in several workers */
#define SECURE_LEAST (1u << 20) /* below this, keys are better unlocked */

struct module {
	struct ssl_stats *stats;
	struct ssl_image **image; /* owned array of references */
	int nimage;
};

static int insert(struct card *card, struct err *err)
{
	struct module *m = xcalloc(1, sizeof(*m));

	(void)err;
	m->stats = ssl_stats_new();
	card->priv = m;
	return 0;
}

static void take_out(struct card *card)
{
	struct module *m = card->priv;

	if (!m)
		return;
	for (int i = 0; i < m->nimage; i++)
		ssl_image_unref(m->image[i]);
	free(m->image);
	ssl_stats_unref(m->stats);
	free(m);
	card->priv = NULL;
}

static struct module *module_of(const struct card *card)
{
	return card && card->ops->kind == CARD_SSL ? card->priv : NULL;
}

static int image_find(const struct module *m, unsigned service)
{
	for (int i = 0; m && i < m->nimage; i++) {
		if (m->image[i]->service == service)
			return i;
	}
	return -1;
}

void card_ssl_unload(struct card *card, unsigned service_index)
{
	struct module *m = module_of(card);
	int i = image_find(m, service_index);

	if (i < 0)
		return;
	ssl_image_unref(m->image[i]);
	m->image[i] = m->image[--m->nimage];
}

int card_ssl_download(struct card *card, const struct ssl_source *from,
		      const struct service *svc, int nworkers, struct err *err)
{
	struct context_in in = { .conf = from->conf,
				 .store = from->store,
				 .profile = from->profile,
				 .outside = from->outside,
				 .secrets = from->secrets };
	struct module *m = module_of(card);
	struct ssl_image *im;

	if (!m)
		return err_set(err, ERR_REFUSED, -1,
			       "the card in slot %u is no SSL module",
			       svc->slot);
	if (nworkers < 1 || nworkers > FILTER_WORKER_MAX)
		return err_set(err, ERR_RANGE, -1,
			       "SSL modules work with 1 to %d workers",
			       FILTER_WORKER_MAX);
	in.shelf = shelf_new();
	im = image_build(&in, svc, card->slot, nworkers, m->stats, err);
	shelf_free(in.shelf);
	if (!im)
		return -1;
	card_ssl_unload(card, svc->index);
	m->image = xrealloc(m->image, ((size_t)m->nimage + 1) *
					      sizeof(struct ssl_image *));
	m->image[m->nimage++] = im;
	return 0;
}

unsigned card_ssl_loaded(const struct card *card, unsigned service_index)
{
	const struct module *m = module_of(card);
	int i = image_find(m, service_index);

	return i < 0 ? 0 : m->image[i]->activation;
}

struct ssl_image *card_ssl_image(const struct card *card,
				 unsigned service_index)
{
	const struct module *m = module_of(card);
	int i = image_find(m, service_index);

	return i < 0 ? NULL : m->image[i];
}

struct ssl_stats *card_ssl_compressor(const struct card *card)
{
	const struct module *m = module_of(card);

	return m && card->ops == &card_ssl_c_k9 ? m->stats : NULL;
}

/* ---- show ----------------------------------------------------------------- */

void card_ssl_show_statistics(const struct card *card, unsigned parts,
			      struct out *o)
{
	const struct module *m = module_of(card);

	if (m)
		ssl_stats_show(m->stats, card->slot, parts, o);
}

void card_ssl_clear_statistics(struct card *card)
{
	struct module *m = module_of(card);

	if (m)
		ssl_stats_clear(m->stats);
}

struct row { /* one address of the module, over services and workers */
	struct in_addr vip;
	unsigned port;
	bool rewrites;
	int flows, active, handshaking;
	unsigned searched, found, fallout, missed;
};

static void row_add(struct row *r, const struct ssl_front *f, int nworkers)
{
	r->rewrites = r->rewrites || f->rewrites;
	for (int i = 0; i < nworkers; i++) {
		const struct front_worker *w = &f->worker[i];

		r->flows += atomic_load(&w->flows);
		r->active += atomic_load(&w->active);
		r->handshaking += atomic_load(&w->handshaking);
		r->searched += atomic_load(&w->searched);
		r->found += atomic_load(&w->found);
		r->fallout += atomic_load(&w->fallout);
		r->missed += atomic_load(&w->missed);
	}
}

static struct row *row_of(struct row *row, int *n, const struct ssl_front *f)
{
	for (int i = 0; i < *n; i++) {
		if (row[i].vip.s_addr == f->conf->vip.s_addr &&
		    row[i].port == f->conf->port)
			return &row[i];
	}
	row[*n] = (struct row){ .vip = f->conf->vip, .port = f->conf->port };
	return &row[(*n)++];
}

/* Services may share a list: an address has one row all the same.  Owned by
 * the caller. */
static struct row *rows(const struct module *m, int *n)
{
	struct row *row = NULL;
	int most = 0;

	*n = 0;
	for (int i = 0; m && i < m->nimage; i++)
		most += m->image[i]->nfront;
	row = xcalloc((size_t)most + 1, sizeof(*row));
	for (int i = 0; m && i < m->nimage; i++) {
		const struct ssl_image *im = m->image[i];

		for (int k = 0; k < im->nfront; k++)
			row_add(row_of(row, n, &im->front[k]), &im->front[k],
				im->nworkers);
	}
	return row;
}

void card_ssl_show_flows(const struct card *card, struct out *o)
{
	const struct module *m = module_of(card);
	struct row *row = NULL;
	int n = 0;

	if (!m)
		return;
	out_printf(o, "SSL Acceleration Flows for slot %u\n\n", card->slot);
	out_puts(o, "Virtual          Port   TCP Proxy Flows   "
		    "Active SSL Flows  SSL Flows in Handshake\n"
		    "---------------  -----  ----------------  "
		    "----------------  ----------------------\n");
	row = rows(m, &n);
	for (int i = 0; i < n; i++) {
		out_col(o, 17, "%s", str_addr(row[i].vip));
		out_col(o, 7, "%u", row[i].port);
		out_col(o, 18, "%d", row[i].flows);
		out_col(o, 18, "%d", row[i].active);
		out_printf(o, "%d\n", row[i].handshaking);
	}
	free(row);
}

void card_ssl_show_urlrewrite(const struct card *card, struct out *o)
{
	int n = 0;
	struct row *row = rows(module_of(card), &n);

	for (int i = 0; i < n; i++) {
		if (!row[i].rewrites)
			continue;
		out_col(o, 17, "%s", str_addr(row[i].vip));
		out_col(o, 7, "%u", row[i].port);
		out_col(o, 12, "%u", row[i].searched);
		out_col(o, 12, "%u", row[i].found);
		out_col(o, 17, "%u", row[i].fallout);
		out_printf(o, "%u\n", row[i].missed);
	}
	free(row);
}

/* ---- start ---------------------------------------------------------------- */

static size_t secure_bytes(void)
{
	struct rlimit r;
	size_t n = SECURE_BYTES;

	if (getrlimit(RLIMIT_MEMLOCK, &r) || r.rlim_cur == RLIM_INFINITY)
		return n;
	while (n > SECURE_LEAST && n > r.rlim_cur / 2)
		n /= 2;
	return n;
}

const char *sslmod_library(void)
{
	return OpenSSL_version(OPENSSL_VERSION);
}

void sslmod_start(void)
{
	int locked = memory_is_watched()
			     ? 1
			     : CRYPTO_secure_malloc_init(secure_bytes(), 32);

	OPENSSL_init_ssl(OPENSSL_INIT_LOAD_SSL_STRINGS |
				 OPENSSL_INIT_LOAD_CRYPTO_STRINGS,
			 NULL);
	if (!memory_is_installed())
		log_write(LOG_SSLACCEL, LOG_INFO_6,
			  "TLS uses the system's allocator");
	if (locked == 0)
		log_write(LOG_SSLACCEL, LOG_WARNING_4,
			  "no protected memory for private keys; raise the "
			  "limit of locked memory (ulimit -l)");
	else if (locked == 2)
		log_write(LOG_SSLACCEL, LOG_WARNING_4,
			  "private keys are kept in memory that may be "
			  "swapped out; raise the limit of locked memory "
			  "(ulimit -l)");
	if (!filter_worker(0))
		log_write(LOG_SSLACCEL, LOG_ERROR_3,
			  "the TLS library does not start: %s",
			  ERR_reason_error_string(ERR_peek_last_error()));
}

const struct card_ops card_ssl_k9 = {
	.part = "CSS5-SSL-K9",
	.descr = "CSS 11500 SSL Module",
	.kind = CARD_SSL,
	.insert = insert,
	.remove = take_out,
};

const struct card_ops card_ssl_c_k9 = {
	.part = "CSS5-SSL-C-K9",
	.descr = "CSS 11500 SSL Module with compression",
	.kind = CARD_SSL,
	.insert = insert,
	.remove = take_out,
};

const struct card_ops card_ssl_11501 = {
	.part = "CSS11501S-SSL",
	.descr = "CSS 11501S SSL daughter board",
	.kind = CARD_SSL,
	.insert = insert,
	.remove = take_out,
};
