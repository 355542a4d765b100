/* CRL records: kept in ASCII order of name. */
#include "emu/conf/crl.h"

#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/global.h"
#include "emu/conf/ssllist.h"

static bool is_record(const struct global *g, int i, const char *name)
{
	return i < g->ncrl && !strcmp(g->crl[i].name, name);
}

/* Where it is, or belongs. */
static int place(const struct global *g, const char *name)
{
	int i = 0;

	while (i < g->ncrl && strcmp(g->crl[i].name, name) < 0)
		i++;
	return i;
}

struct crl_record *crl_find(const struct conf *c, const char *name)
{
	int i = place(c->global, name);

	return is_record(c->global, i, name) ? &c->global->crl[i] : NULL;
}

/* The active list that counts on the record. */
static const struct ssllist *list_using(const struct conf *c, const char *name)
{
	const struct ssllist *l = NULL;

	TAILQ_FOREACH(l, &c->ssllists, link)
		for (int i = 0; l->active && i < l->nserver; i++)
			if (!strcmp(l->server[i]->crl, name))
				return l;
	return NULL;
}

static int may_change(const struct conf *c, const char *name, struct err *err)
{
	const struct ssllist *l = list_using(c, name);

	if (l)
		return err_set(err, ERR_REFUSED, -1, T_IN_USE, name,
			       "ssl-proxy-list", l->name);
	return 0;
}

static bool same(const struct crl_record *a, const struct crl_record *b)
{
	return !strcmp(a->url, b->url) && !strcmp(a->cert, b->cert) &&
	       a->hours == b->hours;
}

int crl_set(struct conf *c, const struct crl_record *r, struct err *err)
{
	struct global *g = c->global;
	int i = place(g, r->name);

	if (conf_check_name(r->name, err) < 0 ||
	    conf_check_name(r->cert, err) < 0)
		return -1;
	if (!str_has_prefix(r->url, "http://") || !r->url[strlen("http://")])
		return err_set(err, ERR_RANGE, -1,
			       T_BAD_URL " (http://host/path)", r->url);
	if (is_record(g, i, r->name)) {
		if (same(&g->crl[i], r))
			return 0;
		if (may_change(c, r->name, err) < 0)
			return -1;
	} else {
		if (g->ncrl == CRL_MAX)
			return err_set(err, ERR_RANGE, -1, T_FULL, "crl-record",
				       CRL_MAX);
		memmove(&g->crl[i + 1], &g->crl[i],
			(size_t)(g->ncrl++ - i) * sizeof(*r));
	}
	g->crl[i] = *r;
	conf_changed(c);
	return 0;
}

int crl_del(struct conf *c, const char *name, struct err *err)
{
	struct global *g = c->global;
	int i = place(g, name);

	if (!is_record(g, i, name))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "crl-record", name);
	if (may_change(c, name, err) < 0)
		return -1;
	memmove(&g->crl[i], &g->crl[i + 1],
		(size_t)(--g->ncrl - i) * sizeof(g->crl[0]));
	conf_changed(c);
	return 0;
}
