#include "sslmod/outside.h"

#include <stdlib.h>
#include <string.h>

#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/conf/ssllist.h"
#include "sslmod/latest.h"

struct outside {
	struct outside_item **item; /* owned, in order of first use */
	int n;
};

struct outside *outside_new(void)
{
	return xcalloc(1, sizeof(struct outside));
}

void outside_free(struct outside *o)
{
	if (!o)
		return;
	for (int i = 0; i < o->n; i++) {
		latest_unref(o->item[i]->latest);
		free(o->item[i]);
	}
	free(o->item);
	free(o);
}

struct outside_item *outside_find(const struct outside *o,
				  enum outside_kind kind, const char *name)
{
	for (int i = 0; i < o->n; i++)
		if (o->item[i]->kind == kind && !strcmp(o->item[i]->name, name))
			return o->item[i];
	return NULL;
}

struct outside_item *outside_item(struct outside *o, enum outside_kind kind,
				  const char *name)
{
	struct outside_item *it = outside_find(o, kind, name);

	if (it)
		return it;
	it = xcalloc(1, sizeof(*it));
	it->kind = kind;
	(void)str_copy(it->name, sizeof(it->name), name);
	it->latest = latest_new();
	o->item = xrealloc(o->item,
			   ((size_t)o->n + 1) * sizeof(struct outside_item *));
	o->item[o->n++] = it;
	return it;
}

struct outside_item *outside_at(const struct outside *o, int i)
{
	return i < o->n ? o->item[i] : NULL;
}

static bool server_uses(const struct ssl_server *e, enum outside_kind kind,
			const char *name)
{
	if (kind == OUTSIDE_CRL)
		return e->authentication && !strcmp(e->crl, name);
	if (!e->ocsp_stapling)
		return false;
	for (int i = 0; i < e->nsni; i++)
		if (!strcmp(e->sni[i].cert, name))
			return true;
	return !strcmp(e->c.rsacert, name);
}

bool outside_is_used(const struct conf *c, enum outside_kind kind,
		     const char *name)
{
	const struct ssllist *l = NULL;

	TAILQ_FOREACH(l, &c->ssllists, link) {
		for (int i = 0; l->active && i < l->nserver; i++)
			if (server_uses(l->server[i], kind, name))
				return true;
	}
	return false;
}

time_t outside_due(const struct outside_item *it, unsigned hours)
{
	if (it->tried == 0)
		return 0;
	if (it->why[0])
		return it->tried + OUTSIDE_AGAIN_S;
	return hours ? it->fetched + (time_t)hours * 3600 : OUTSIDE_NEVER;
}
