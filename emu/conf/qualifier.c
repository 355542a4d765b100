/*
 * Qualifier lists (content.md 6.2 to 6.5)
 *
 * Entries are sorted, so that running-config has one order and a list is
 * searched by halving.
 */
#include "emu/conf/qualifier.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/acl.h"
#include "emu/conf/content.h"

/* ---- lists ---------------------------------------------------------------- */

static const struct kind {
	const char *word;
	size_t size;
} kinds[] = {
	[QUALIFIER_EQL] = { "eql", sizeof(struct eql) },
	[QUALIFIER_DQL] = { "dql", sizeof(struct dql) },
	[QUALIFIER_NQL] = { "nql", sizeof(struct nql) },
	[QUALIFIER_URQL] = { "urql", sizeof(struct urql) },
};
static_assert(sizeof(kinds) / sizeof(*kinds) == QUALIFIER_KIND_NUM,
	      "a row per kind");

const char *qualifier_word(enum qualifier_kind k)
{
	return kinds[k].word;
}

struct qualifier *qualifier_find(const struct conf *c, enum qualifier_kind k,
				 const char *name)
{
	struct qualifier *q = NULL;

	TAILQ_FOREACH(q, &c->qualifiers[k], link)
		if (!strcmp(q->name, name))
			return q;
	return NULL;
}

struct nql *nql_find(const struct conf *c, const char *name)
{
	return (struct nql *)qualifier_find(c, QUALIFIER_NQL, name);
}

struct eql *eql_find(const struct conf *c, const char *name)
{
	return (struct eql *)qualifier_find(c, QUALIFIER_EQL, name);
}

struct dql *dql_find(const struct conf *c, const char *name)
{
	return (struct dql *)qualifier_find(c, QUALIFIER_DQL, name);
}

struct urql *urql_find(const struct conf *c, const char *name)
{
	return (struct urql *)qualifier_find(c, QUALIFIER_URQL, name);
}

/* Into its place by name; the number of lists there were. */
static int list_insert(struct qualifier_list *list, struct qualifier *q)
{
	struct qualifier *other = NULL, *behind = NULL;
	int n = 0;

	TAILQ_FOREACH(other, list, link) {
		n++;
		if (!behind && strcmp(other->name, q->name) > 0)
			behind = other;
	}
	if (behind)
		TAILQ_INSERT_BEFORE(behind, q, link);
	else
		TAILQ_INSERT_TAIL(list, q, link);
	return n;
}

struct qualifier *qualifier_add(struct conf *c, enum qualifier_kind k,
				const char *name, struct err *err)
{
	struct qualifier *q = qualifier_find(c, k, name);

	if (q)
		return q;
	if (conf_check_name(name, err) < 0)
		return NULL;
	q = xcalloc(1, kinds[k].size);
	q->kind = k;
	(void)str_copy(q->name, sizeof(q->name), name);
	if (list_insert(&c->qualifiers[k], q) >= QUALIFIER_MAX) {
		TAILQ_REMOVE(&c->qualifiers[k], q, link);
		free(q);
		(void)err_set(err, ERR_RANGE, -1, T_FULL, kinds[k].word,
			      QUALIFIER_MAX);
		return NULL;
	}
	conf_changed(c);
	return q;
}

/* ---- what names them ------------------------------------------------------ */

static bool uses_eql(const struct content *r, const char *name)
{
	return !strcmp(r->url_eql, name);
}

static bool uses_dql(const struct content *r, const char *name)
{
	return !strcmp(r->url_dql, name);
}

static bool uses_urql(const struct content *r, const char *name)
{
	return !strcmp(r->url_urql, name);
}

static bool active_uses_urql(const struct content *r, const char *name)
{
	return r->active && uses_urql(r, name);
}

static int check_unused(const struct conf *c, enum qualifier_kind k,
			const char *name, struct err *err)
{
	switch (k) {
	case QUALIFIER_EQL:
		return content_check_unused(c, uses_eql, name, err);
	case QUALIFIER_DQL:
		return content_check_unused(c, uses_dql, name, err);
	case QUALIFIER_URQL:
		return content_check_unused(c, uses_urql, name, err);
	case QUALIFIER_NQL:
		return acl_check_unused(c, ACL_REF_NQL, name, err);
	case QUALIFIER_KIND_NUM:
		break;
	}
	return 0;
}

static void entries_free(struct qualifier *q)
{
	switch (q->kind) {
	case QUALIFIER_EQL:
		free(((struct eql *)q)->ext);
		break;
	case QUALIFIER_DQL:
		free(((struct dql *)q)->domain);
		break;
	case QUALIFIER_NQL:
		free(((struct nql *)q)->net);
		break;
	case QUALIFIER_URQL:
		free(((struct urql *)q)->url);
		break;
	case QUALIFIER_KIND_NUM:
		break;
	}
}

int qualifier_del(struct conf *c, enum qualifier_kind k, const char *name,
		  struct err *err)
{
	struct qualifier *q = qualifier_find(c, k, name);

	if (!q)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       kinds[k].word, name);
	if (check_unused(c, k, name, err) < 0)
		return -1;
	TAILQ_REMOVE(&c->qualifiers[k], q, link);
	entries_free(q);
	free(q);
	conf_changed(c);
	return 0;
}

/* ---- networks ------------------------------------------------------------- */

static int net_cmp(const struct nql_net *n, struct in_addr a,
		   uint8_t prefix_len)
{
	uint32_t mine = ntohl(n->addr.s_addr), other = ntohl(a.s_addr);

	if (mine != other)
		return mine < other ? -1 : 1;
	return (int)n->prefix_len - (int)prefix_len;
}

/* Where the network is, or belongs. */
static size_t net_place(const struct nql *l, struct in_addr a,
			uint8_t prefix_len, bool *found)
{
	size_t at = 0;

	while (at < l->nnet && net_cmp(&l->net[at], a, prefix_len) < 0)
		at++;
	*found = at < l->nnet && !net_cmp(&l->net[at], a, prefix_len);
	return at;
}

/* "10.0.0.0/8" */
static const char *net_text(struct in_addr a, uint8_t prefix_len, char *buf,
			    size_t cap)
{
	(void)snprintf(buf, cap, "%s/%u", str_addr(a), prefix_len);
	return buf;
}

int nql_add_net(struct conf *c, struct nql *l, const struct nql_net *n,
		struct err *err)
{
	char text[32];
	bool found = false;
	size_t at = net_place(l, n->addr, n->prefix_len, &found);

	if (found && l->net[at].log == n->log &&
	    !strcmp(l->net[at].description, n->description))
		return 0;
	(void)net_text(n->addr, n->prefix_len, text, sizeof(text));
	if (found)
		return err_set(err, ERR_EXISTS, -1, T_ENTRY_EXISTS, text,
			       "ip address", text);
	if (n->prefix_len < NQL_PREFIX_MIN || n->prefix_len > 32)
		return err_set(err, ERR_RANGE, -1, T_NQL_PREFIX);
	if (l->nnet == NQL_NET_MAX)
		return err_set(err, ERR_RANGE, -1, T_FULL, "network",
			       NQL_NET_MAX);
	l->net = xarray_insert(l->net, &l->nnet, sizeof(*n), at);
	l->net[at] = *n;
	conf_changed(c);
	return 0;
}

int nql_del_net(struct conf *c, struct nql *l, struct in_addr a,
		uint8_t prefix_len, struct err *err)
{
	char text[32];
	bool found = false;
	size_t at = net_place(l, a, prefix_len, &found);

	if (!found)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_ENTRY,
			       net_text(a, prefix_len, text, sizeof(text)));
	xarray_remove(l->net, &l->nnet, sizeof(*l->net), at);
	conf_changed(c);
	return 0;
}

/* ---- extensions ----------------------------------------------------------- */

static size_t ext_place(const struct eql *l, const char *ext, bool *found)
{
	size_t at = 0;

	while (at < l->next && strcmp(l->ext[at].ext, ext) < 0)
		at++;
	*found = at < l->next && !strcmp(l->ext[at].ext, ext);
	return at;
}

int eql_add_ext(struct conf *c, struct eql *l, const struct eql_ext *e,
		struct err *err)
{
	bool found = false;
	size_t at = ext_place(l, e->ext, &found);

	if (found && !strcmp(l->ext[at].description, e->description))
		return 0;
	if (found)
		return err_set(err, ERR_EXISTS, -1, T_ENTRY_EXISTS, e->ext,
			       "extension", e->ext);
	if (l->next == EQL_EXT_MAX)
		return err_set(err, ERR_RANGE, -1, T_FULL, "extension",
			       EQL_EXT_MAX);
	l->ext = xarray_insert(l->ext, &l->next, sizeof(*e), at);
	l->ext[at] = *e;
	conf_changed(c);
	return 0;
}

int eql_del_ext(struct conf *c, struct eql *l, const char *ext, struct err *err)
{
	bool found = false;
	size_t at = ext_place(l, ext, &found);

	if (!found)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_ENTRY, ext);
	xarray_remove(l->ext, &l->next, sizeof(*l->ext), at);
	conf_changed(c);
	return 0;
}

/* ---- domains -------------------------------------------------------------- */

static size_t index_place(const struct dql *l, unsigned index)
{
	size_t lo = 0, hi = l->ndomain;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (l->domain[mid].index < index)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* In any case, as domains are compared (FNV-1a). */
static uint32_t domain_hash(const char *domain)
{
	uint32_t h = 2166136261u;

	for (; *domain; domain++)
		h = (h ^ (uint32_t)tolower((unsigned char)*domain)) * 16777619u;
	return h;
}

/* l->ndomain when it is not there */
static size_t domain_place(const struct dql *l, const char *domain)
{
	uint32_t h = domain_hash(domain);
	size_t at = 0;

	while (at < l->ndomain && (l->domain[at].hash != h ||
				   !str_ieq(l->domain[at].domain, domain)))
		at++;
	return at;
}

int dql_add_domain(struct conf *c, struct dql *l, const struct dql_domain *d,
		   struct err *err)
{
	size_t at = domain_place(l, d->domain);

	if (at < l->ndomain) {
		if (l->domain[at].index == d->index &&
		    !strcmp(l->domain[at].description, d->description))
			return 0;
		return err_set(err, ERR_EXISTS, -1, T_ENTRY_EXISTS, d->domain,
			       "domain", d->domain);
	}
	at = index_place(l, d->index);
	if (at < l->ndomain && l->domain[at].index == d->index)
		return err_set(err, ERR_EXISTS, -1, T_DQL_INDEX, d->index,
			       l->domain[at].domain);
	l->domain = xarray_insert(l->domain, &l->ndomain, sizeof(*d), at);
	l->domain[at] = *d;
	l->domain[at].hash = domain_hash(d->domain);
	conf_changed(c);
	return 0;
}

int dql_del_domain(struct conf *c, struct dql *l, const char *which,
		   struct err *err)
{
	size_t at = domain_place(l, which);
	uint32_t index = 0;

	if (at == l->ndomain && str_to_u32(which, 1, DQL_INDEX_MAX, &index)) {
		at = index_place(l, index);
		if (at < l->ndomain && l->domain[at].index != index)
			at = l->ndomain;
	}
	if (at == l->ndomain)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_ENTRY, which);
	xarray_remove(l->domain, &l->ndomain, sizeof(*l->domain), at);
	conf_changed(c);
	return 0;
}

/* ---- URLs ----------------------------------------------------------------- */

int urql_may_edit(const struct urql *l, struct err *err)
{
	return l->active ? err_set(err, ERR_REFUSED, -1, T_URQL_ACTIVE) : 0;
}

static size_t url_place(const struct urql *l, unsigned number, bool *found)
{
	size_t at = 0;

	while (at < l->nurl && l->url[at].number < number)
		at++;
	*found = at < l->nurl && l->url[at].number == number;
	return at;
}

const struct urql_url *urql_url_find(const struct urql *l, unsigned number)
{
	bool found = false;
	size_t at = url_place(l, number, &found);

	return found ? &l->url[at] : NULL;
}

static int check_url(const char *url, struct err *err)
{
	if (*url != '/')
		return err_set(err, ERR_RANGE, -1, T_BAD_URL, url);
	if (strchr(url, '*'))
		return err_set(err, ERR_RANGE, -1, T_URQL_WILD, url);
	return 0;
}

int urql_set_url(struct conf *c, struct urql *l, unsigned number,
		 const char *url, const char *description, struct err *err)
{
	bool found = false;
	size_t at = url_place(l, number, &found);
	struct urql_url next = { .number = (uint16_t)number };

	if (found)
		next = l->url[at];
	if (found && (!url || !strcmp(next.url, url)) &&
	    (!description || !strcmp(next.description, description)))
		return 0;
	if (urql_may_edit(l, err) < 0 || (url && check_url(url, err) < 0))
		return -1;
	if (url && conf_put_text(c, next.url, sizeof(next.url), url, err) < 0)
		return -1;
	if (description &&
	    conf_put_text(c, next.description, sizeof(next.description),
			  description, err) < 0)
		return -1;
	if (!found) {
		l->url = xarray_insert(l->url, &l->nurl, sizeof(next), at);
		conf_changed(c);
	}
	l->url[at] = next;
	return 0;
}

int urql_del_url(struct conf *c, struct urql *l, unsigned number,
		 struct err *err)
{
	bool found = false;
	size_t at = url_place(l, number, &found);

	if (!found)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_URL, number);
	if (urql_may_edit(l, err) < 0)
		return -1;
	xarray_remove(l->url, &l->nurl, sizeof(*l->url), at);
	conf_changed(c);
	return 0;
}

int urql_set_addr(struct conf *c, struct urql *l, struct in_addr a,
		  struct err *err)
{
	if (l->addr.s_addr == a.s_addr)
		return 0;
	if (urql_may_edit(l, err) < 0 || conf_check_hosts(a, 1, err) < 0)
		return -1;
	l->addr = a;
	conf_changed(c);
	return 0;
}

int urql_set_domain(struct conf *c, struct urql *l, const char *domain,
		    struct err *err)
{
	if (!strcmp(l->domain, domain))
		return 0;
	if (urql_may_edit(l, err) < 0)
		return -1;
	return conf_put_text(c, l->domain, sizeof(l->domain), domain, err);
}

int urql_activate(struct conf *c, struct urql *l, struct err *err)
{
	(void)err;
	conf_put_flag(c, &l->active, true);
	return 0;
}

int urql_suspend(struct conf *c, struct urql *l, struct err *err)
{
	if (content_check_unused(c, active_uses_urql, l->q.name, err) < 0)
		return -1;
	conf_put_flag(c, &l->active, false);
	return 0;
}
