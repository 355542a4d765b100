#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/conf/content.h"
#include "emu/conf/hfgroup.h"
#include "emu/conf/qualifier.h"
#include "emu/flow/policy_build.h"
#include "emu/match/hfgroup.h"

/*
 * A rule's url, with the lists that stand for many: an EQL for extensions, a
 * DQL for domains, a URQL for whole URLs (content.md 2.3, 6.3 to 6.6).
 */

/* ---- the parts ------------------------------------------------------------- */

static int by_url(const struct content *c, struct policy_rule *r,
		  struct err *err)
{
	struct url_pattern *u = xcalloc(1, sizeof(*u));

	r->url.pattern = u;
	r->url.npattern = 1;
	return url_compile(c->url, c->owner->case_sensitive, u, err);
}

static int by_eql(const struct conf *conf, const struct content *c,
		  struct url_set *s, struct err *err)
{
	const struct eql *l = eql_find(conf, c->url_eql);

	if (!l)
		return err_set(err, ERR_NOT_FOUND, -1,
			       "is not in force, there is no eql %s",
			       c->url_eql);
	s->ext = xcalloc(l->next + 1, sizeof(*s->ext));
	for (size_t i = 0; i < l->next; i++)
		(void)snprintf(s->ext[s->next++], sizeof(*s->ext), ".%s",
			       l->ext[i].ext);
	return 0;
}

static int by_dql(const struct conf *conf, const struct content *c,
		  struct url_set *s, struct err *err)
{
	const struct dql *l = dql_find(conf, c->url_dql);
	char text[DQL_DOMAIN_LEN + 8];

	if (!l)
		return err_set(err, ERR_NOT_FOUND, -1,
			       "is not in force, there is no dql %s",
			       c->url_dql);
	s->host = xcalloc(l->ndomain + 1, sizeof(*s->host));
	for (size_t i = 0; i < l->ndomain; i++) {
		(void)snprintf(text, sizeof(text),
			       c->url_dql_port ? "%s:%u" : "%s",
			       l->domain[i].domain, c->url_dql_port);
		if (host_compile(text, &s->host[s->nhost], err) < 0)
			return -1;
		s->nhost++;
	}
	return 0;
}

/* Each URL of the list is a whole path, on the list's domain or address. */
static int by_urql(const struct conf *conf, const struct content *c,
		   struct policy_rule *r, struct err *err)
{
	const struct urql *l = urql_find(conf, c->url_urql);
	const char *host = NULL;

	if (!l || !l->active)
		return err_set(err, ERR_NOT_FOUND, -1,
			       "is not in force, urql %s is not active",
			       c->url_urql);
	host = l->domain[0] ? l->domain
	       : l->addr.s_addr != INADDR_ANY ? str_addr(l->addr)
					      : NULL;
	r->url.pattern = xcalloc(l->nurl + 1, sizeof(*r->url.pattern));
	for (size_t i = 0; i < l->nurl; i++) {
		struct url_pattern *u = &r->url.pattern[r->url.npattern];

		if (!l->url[i].url[0])
			continue;
		if (url_compile(l->url[i].url, c->owner->case_sensitive, u,
				err) < 0 ||
		    (host && host_compile(host, &u->host, err) < 0))
			return -1;
		r->url.npattern++;
	}
	if (r->url.npattern)
		return 0;
	return err_set(err, ERR_NOT_FOUND, -1,
		       "is not in force, urql %s is empty", c->url_urql);
}

/* ---- header fields --------------------------------------------------------- */

static const char *const header_name[FIELD_NUM] = {
	[FIELD_ACCEPT] = "accept",
	[FIELD_CACHE_CONTROL] = "cache-control",
	[FIELD_CHARSET] = "accept-charset",
	[FIELD_CONNECTION] = "connection",
	[FIELD_COOKIES] = "cookie",
	[FIELD_ENCODING] = "accept-encoding",
	[FIELD_HOST] = "host",
	[FIELD_LANGUAGE] = "accept-language",
	[FIELD_MSISDN] = "msisdn",
	[FIELD_PRAGMA] = "pragma",
	[FIELD_REFERER] = "referer",
	[FIELD_REQUEST_LINE] = "",
	[FIELD_USER_AGENT] = "user-agent",
};

static const uint8_t header_operator[HEADER_OP_NUM] = {
	[HEADER_CONTAIN] = HF_CONTAIN,
	[HEADER_EQUAL] = HF_EQUAL,
	[HEADER_EXIST] = HF_EXIST,
	[HEADER_NOT_CONTAIN] = HF_NOT_CONTAIN,
	[HEADER_NOT_EQUAL] = HF_NOT_EQUAL,
	[HEADER_NOT_EXIST] = HF_NOT_EXIST,
};

static void field_set(const struct hfgroup_field *f, struct hf_entry *e)
{
	(void)str_copy(e->field, sizeof(e->field),
		       f->field == FIELD_CUSTOM ? f->custom
						: header_name[f->field]);
	(void)str_copy(e->text, sizeof(e->text), f->text);
	e->operator = header_operator[f->op];
	e->search = f->search_len;
}

static int by_hfgroup(const struct conf *conf, const struct content *c,
		      struct policy_rule *r, struct err *err)
{
	const struct hfgroup *g = hfgroup_find(conf, c->more.header_field);

	if (!g)
		return err_set(err, ERR_NOT_FOUND, -1,
			       "is not in force, there is no "
			       "header-field-group %s",
			       c->more.header_field);
	r->hfg = xcalloc(1, sizeof(*r->hfg) +
				    g->nfield * sizeof(r->hfg->entry[0]));
	r->hfg_weight = c->more.header_weight;
	(void)str_copy(r->hfg_name, sizeof(r->hfg_name), g->name);
	for (size_t i = 0; i < g->nfield; i++)
		field_set(&g->field[i], &r->hfg->entry[r->hfg->n++]);
	return 0;
}

/* ---- together -------------------------------------------------------------- */

int policy_build_lists(const struct content *c, const struct conf *conf,
		       struct policy_rule *r, struct err *err)
{
	if (c->more.header_field[0] && by_hfgroup(conf, c, r, err) < 0)
		return -1;
	if (c->url_urql[0])
		return by_urql(conf, c, r, err);
	if (c->url[0] && by_url(c, r, err) < 0)
		return -1;
	if (c->url_eql[0] && by_eql(conf, c, &r->url, err) < 0)
		return -1;
	if (c->url_dql[0] && by_dql(conf, c, &r->url, err) < 0)
		return -1;
	return 0;
}

void policy_rule_fini(struct policy_rule *r)
{
	free(r->member);
	free(r->away);
	free(r->site);
	url_set_fini(&r->url);
	free(r->hfg);
	r->member = NULL;
	r->away = NULL;
	r->site = NULL;
	r->hfg = NULL;
}
