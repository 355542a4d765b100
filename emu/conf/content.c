/*
 * Owners and content rules (content.md 2)
 *
 * A rule hangs from its owner and goes with it.  What decides which traffic
 * the rule gets (VIP, protocol, port, URL) and how it is spread needs
 * `suspend`; services come and go while it is active.  Two active rules may
 * not claim the same traffic.
 */
#include "emu/conf/content.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/acl.h"
#include "emu/conf/hfgroup.h"
#include "emu/conf/qualifier.h"

const char *const advanced_balance_names[ADVBAL_NUM + 1] = {
	[ADVBAL_NONE] = "none",
	[ADVBAL_SSL] = "ssl",
	[ADVBAL_COOKIEURL] = "cookieurl",
	[ADVBAL_URL] = "url",
	[ADVBAL_COOKIES] = "cookies",
	[ADVBAL_STICKY_SRCIP_DSTPORT] = "sticky-srcip-dstport",
	[ADVBAL_STICKY_SRCIP] = "sticky-srcip",
	[ADVBAL_ARROWPOINT_COOKIE] = "arrowpoint-cookie",
	[ADVBAL_WAP_MSISDN] = "wap-msisdn",
	[ADVBAL_SIP_CALL_ID] = "sip-call-id",
};

const char *const application_names[APP_NUM + 1] = {
	[APP_HTTP] = "http",
	[APP_BYPASS] = "bypass",
	[APP_FTP_CONTROL] = "ftp-control",
	[APP_REALAUDIO_CONTROL] = "realaudio-control",
	[APP_SIP] = "sip",
	[APP_SSL] = "ssl",
};

const char *advanced_balance_name(enum advanced_balance a)
{
	return advanced_balance_names[a];
}

const char *const owner_dns_names[] = { "none", "accept", "both", "push",
					NULL };

/* ---- owners --------------------------------------------------------------- */

struct owner *owner_find(const struct conf *c, const char *name)
{
	struct owner *o = NULL;

	TAILQ_FOREACH(o, &c->owners, link)
		if (!strcmp(o->name, name))
			return o;
	return NULL;
}

static void owner_insert(struct conf *c, struct owner *o)
{
	struct owner *other = NULL;

	TAILQ_FOREACH(other, &c->owners, link)
		if (strcmp(other->name, o->name) > 0) {
			TAILQ_INSERT_BEFORE(other, o, link);
			return;
		}
	TAILQ_INSERT_TAIL(&c->owners, o, link);
}

static int owner_count(const struct conf *c)
{
	const struct owner *o = NULL;
	int n = 0;

	TAILQ_FOREACH(o, &c->owners, link)
		n++;
	return n;
}

struct owner *owner_add(struct conf *c, const char *name, struct err *err)
{
	struct owner *o = NULL;

	if (conf_check_name(name, err) < 0)
		return NULL;
	if (owner_find(c, name)) {
		(void)err_set(err, ERR_EXISTS, -1, T_EXISTS, "owner", name);
		return NULL;
	}
	if (owner_count(c) >= OWNER_MAX) {
		(void)err_set(err, ERR_RANGE, -1, T_FULL, "owner", OWNER_MAX);
		return NULL;
	}
	o = xcalloc(1, sizeof(*o));
	(void)str_copy(o->name, sizeof(o->name), name);
	TAILQ_INIT(&o->contents);
	owner_insert(c, o);
	conf_changed(c);
	return o;
}

static void content_drop(struct conf *c, struct owner *o, struct content *r)
{
	TAILQ_REMOVE(&o->contents, r, link);
	c->content_at[r->index] = NULL;
	settings_fini(&r->kept);
	free(r);
	conf_changed(c);
}

/* rule "": any rule of the owner */
static int check_unused(const struct conf *c, const char *owner,
			const char *rule, struct err *err)
{
	char path[ACL_DESTINATION_LEN + 1];

	(void)snprintf(path, sizeof(path), "%s/%s", owner, rule);
	return acl_check_unused(c, ACL_REF_RULE, path, err);
}

int owner_del(struct conf *c, const char *name, struct err *err)
{
	struct owner *o = owner_find(c, name);
	struct content *r = NULL, *next = NULL;

	if (!o)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "owner",
			       name);
	if (check_unused(c, name, "", err) < 0)
		return -1;
	for (r = TAILQ_FIRST(&o->contents); r; r = next) {
		next = TAILQ_NEXT(r, link);
		content_drop(c, o, r);
	}
	TAILQ_REMOVE(&c->owners, o, link);
	settings_fini(&o->kept);
	free(o);
	conf_changed(c);
	return 0;
}

/* ---- rules ---------------------------------------------------------------- */

static struct content *rule_of(const struct owner *o, const char *name)
{
	struct content *r = NULL;

	TAILQ_FOREACH(r, &o->contents, link)
		if (!strcmp(r->name, name))
			return r;
	return NULL;
}

struct content *content_find(const struct conf *c, const char *owner,
			     const char *name)
{
	const struct owner *o = owner_find(c, owner);

	return o ? rule_of(o, name) : NULL;
}

static unsigned index_free(const struct conf *c)
{
	for (unsigned n = 0; n < CONTENT_MAX; n++) {
		unsigned i = (c->content_last + n) % CONTENT_MAX + 1;

		if (!c->content_at[i])
			return i;
	}
	return 0;
}

static void rule_insert(struct owner *o, struct content *r)
{
	struct content *other = NULL;

	TAILQ_FOREACH(other, &o->contents, link)
		if (strcmp(other->name, r->name) > 0) {
			TAILQ_INSERT_BEFORE(other, r, link);
			return;
		}
	TAILQ_INSERT_TAIL(&o->contents, r, link);
}

static void rule_defaults(struct content *r)
{
	r->vip_range = 1;
	(void)str_copy(r->balance, sizeof(r->balance), "roundrobin");
	r->sticky_mask.s_addr = INADDR_BROADCAST;
	r->persistent = true;
	r->flow_timeout_multiplier = FLOW_TIMEOUT_UNSET;
	r->more.load_threshold = 254;
	r->more.hotlist_interval_min = 1;
	r->more.hotlist_size = 10;
}

struct content *content_add(struct conf *c, struct owner *o, const char *name,
			    struct err *err)
{
	unsigned index = index_free(c);
	struct content *r = NULL;

	if (conf_check_name(name, err) < 0)
		return NULL;
	if (rule_of(o, name)) {
		(void)err_set(err, ERR_EXISTS, -1, T_EXISTS, "content", name);
		return NULL;
	}
	if (!index) {
		(void)err_set(err, ERR_RANGE, -1, T_FULL, "content rule",
			      CONTENT_MAX);
		return NULL;
	}
	r = xcalloc(1, sizeof(*r));
	(void)str_copy(r->name, sizeof(r->name), name);
	r->index = index;
	r->owner = o;
	rule_defaults(r);
	c->content_at[index] = r;
	c->content_last = index;
	rule_insert(o, r);
	conf_changed(c);
	return r;
}

int content_del(struct conf *c, struct owner *o, const char *name,
		struct err *err)
{
	struct content *r = rule_of(o, name);

	if (!r)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "content",
			       name);
	if (check_unused(c, o->name, name, err) < 0)
		return -1;
	content_drop(c, o, r);
	return 0;
}

int content_may_edit(const struct content *r, struct err *err)
{
	return r->active ? err_set(err, ERR_REFUSED, -1, T_RULE_ACTIVE) : 0;
}

int content_set_vip(struct conf *c, struct content *r, struct in_addr a,
		    uint16_t range, struct err *err)
{
	if (r->vip.s_addr == a.s_addr && r->vip_range == range)
		return 0;
	if (content_may_edit(r, err) < 0)
		return -1;
	if (conf_check_hosts(a, range, err) < 0)
		return -1;
	r->vip = a;
	r->vip_range = range;
	conf_changed(c);
	return 0;
}

int content_set_port(struct conf *c, struct content *r, uint16_t port,
		     struct err *err)
{
	if (r->port == port)
		return 0;
	if (content_may_edit(r, err) < 0)
		return -1;
	r->port = port;
	conf_changed(c);
	return 0;
}

int content_set_proto(struct conf *c, struct content *r, enum ip_proto p,
		      struct err *err)
{
	if (r->proto == p)
		return 0;
	if (content_may_edit(r, err) < 0)
		return -1;
	r->proto = p;
	conf_changed(c);
	return 0;
}

static bool same_url(const struct content *r, const struct content_url *u)
{
	return !strcmp(r->url, u->url) && !strcmp(r->url_eql, u->eql) &&
	       !strcmp(r->url_dql, u->dql) && !strcmp(r->url_urql, u->urql) &&
	       r->url_dql_port == u->dql_port;
}

/* A path, or a domain and a path; one '*', last or before an extension
 * (content.md 2.3). */
static int check_url(const char *url, struct err *err)
{
	const char *path = url, *star = NULL;

	if (*url != '/')
		return err_set(err, ERR_RANGE, -1, T_BAD_URL, url);
	if (url[1] == '/') {
		path = url + 2 + strcspn(url + 2, "/");
		if (path == url + 2)
			return err_set(err, ERR_RANGE, -1, T_BAD_URL, url);
	}
	star = strchr(path, '*');
	if (star && star[1] && (star[1] != '.' || strchr(star + 1, '*')))
		return err_set(err, ERR_RANGE, -1, T_BAD_URL, url);
	return 0;
}

static int check_list(const struct conf *c, enum qualifier_kind k,
		      const char *name, struct err *err)
{
	if (!*name || qualifier_find(c, k, name))
		return 0;
	return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, qualifier_word(k),
		       name);
}

static int check_lists(const struct conf *c, const struct content_url *u,
		       struct err *err)
{
	if (check_list(c, QUALIFIER_EQL, u->eql, err) < 0 ||
	    check_list(c, QUALIFIER_DQL, u->dql, err) < 0)
		return -1;
	return check_list(c, QUALIFIER_URQL, u->urql, err);
}

int content_set_url(struct conf *c, struct content *r,
		    const struct content_url *u, struct err *err)
{
	char url[sizeof(r->url)] = "";

	if (same_url(r, u))
		return 0;
	if (content_may_edit(r, err) < 0)
		return -1;
	if (*u->url && check_url(u->url, err) < 0)
		return -1;
	if (check_lists(c, u, err) < 0)
		return -1;
	if (conf_put_text(c, url, sizeof(url), u->url, err) < 0)
		return -1;
	(void)str_copy(r->url, sizeof(r->url), url);
	(void)str_copy(r->url_eql, sizeof(r->url_eql), u->eql);
	(void)str_copy(r->url_dql, sizeof(r->url_dql), u->dql);
	(void)str_copy(r->url_urql, sizeof(r->url_urql), u->urql);
	r->url_dql_port = u->dql_port;
	conf_changed(c);
	return 0;
}

int content_set_header(struct conf *c, struct content *r, const char *group,
		       uint16_t weight, struct err *err)
{
	if (!strcmp(r->more.header_field, group) &&
	    r->more.header_weight == weight)
		return 0;
	if (content_may_edit(r, err) < 0)
		return -1;
	if (*group && !hfgroup_find(c, group))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "header-field-group", group);
	(void)str_copy(r->more.header_field, sizeof(r->more.header_field),
		       group);
	r->more.header_weight = weight;
	conf_changed(c);
	return 0;
}

int content_set_balance(struct conf *c, struct content *r, const char *method,
			struct err *err)
{
	if (!strcmp(r->balance, method))
		return 0;
	if (content_may_edit(r, err) < 0)
		return -1;
	return conf_put_text(c, r->balance, sizeof(r->balance), method, err);
}

/* ---- services of a rule --------------------------------------------------- */

static int service_at(const struct content *r, const char *name)
{
	for (int i = 0; i < r->nservice; i++)
		if (!strcmp(r->service[i].name, name))
			return i;
	return -1;
}

/* Uplinks of box redundancy are watched, never balanced (content.md 1.4). */
static int check_service(const struct conf *c, const char *name,
			 struct err *err)
{
	const struct service *s = service_find(c, name);

	if (!s)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "service",
			       name);
	if (s->type == SERVICE_REDUNDANCY_UP)
		return err_set(err, ERR_REFUSED, -1,
			       "A redundancy-up service has no place in a "
			       "content rule: %s",
			       name);
	return 0;
}

int content_add_service(struct conf *c, struct content *r, const char *service,
			int weight, struct err *err)
{
	int at = service_at(r, service);

	if (check_service(c, service, err) < 0)
		return -1;
	if (at >= 0 && r->service[at].weight == weight)
		return 0;
	if (at >= 0)
		return err_set(err, ERR_EXISTS, -1, T_RULE_HAS, service,
			       service);
	if (r->nservice == CONTENT_SERVICE_MAX)
		return err_set(err, ERR_RANGE, -1, T_FULL, "service",
			       CONTENT_SERVICE_MAX);
	at = r->nservice++;
	(void)str_copy(r->service[at].name, sizeof(r->service[at].name),
		       service);
	r->service[at].weight = weight;
	conf_changed(c);
	return 0;
}

int content_del_service(struct conf *c, struct content *r, const char *service,
			struct err *err)
{
	int at = service_at(r, service);

	if (at < 0)
		return err_set(err, ERR_NOT_FOUND, -1, T_NOT_IN, service,
			       "content", r->name);
	r->nservice--;
	memmove(&r->service[at], &r->service[at + 1],
		(size_t)(r->nservice - at) * sizeof(r->service[0]));
	conf_changed(c);
	return 0;
}

int content_check_unused(const struct conf *c,
			 bool (*uses)(const struct content *r,
				      const char *name),
			 const char *name, struct err *err)
{
	const struct owner *o = NULL;
	const struct content *r = NULL;
	char rule[2 * NAME_LEN + 2];

	TAILQ_FOREACH(o, &c->owners, link)
		TAILQ_FOREACH(r, &o->contents, link) {
			if (!uses(r, name))
				continue;
			(void)snprintf(rule, sizeof(rule), "%s/%s", o->name,
				       r->name);
			return err_set(err, ERR_REFUSED, -1, T_IN_USE, name,
				       "content", rule);
		}
	return 0;
}

static bool uses_service(const struct content *r, const char *name)
{
	return service_at(r, name) >= 0 || !strcmp(r->primary_sorry, name) ||
	       !strcmp(r->secondary_sorry, name);
}

int content_check_service_unused(const struct conf *c, const char *service,
				 struct err *err)
{
	return content_check_unused(c, uses_service, service, err);
}

int content_change_weight(struct conf *c, struct content *r,
			  const char *service, int weight, struct err *err)
{
	int at = service_at(r, service);

	if (at < 0)
		return err_set(err, ERR_NOT_FOUND, -1, T_NOT_IN, service,
			       "content", r->name);
	if (r->service[at].weight == weight)
		return 0;
	r->service[at].weight = weight;
	conf_changed(c);
	return 0;
}

int content_set_sorry(struct conf *c, struct content *r, int which,
		      const char *service, struct err *err)
{
	char *field = which == 1 ? r->primary_sorry : r->secondary_sorry;

	if (*service && check_service(c, service, err) < 0)
		return -1;
	return conf_put_text(c, field, NAME_LEN + 1, service, err);
}

/* ---- activation ----------------------------------------------------------- */

static bool same_traffic(const struct content *a, const struct content *b)
{
	return a->vip.s_addr == b->vip.s_addr && a->port == b->port &&
	       a->proto == b->proto && !strcmp(a->url, b->url) &&
	       !strcmp(a->url_eql, b->url_eql) &&
	       !strcmp(a->url_dql, b->url_dql) &&
	       !strcmp(a->url_urql, b->url_urql) &&
	       a->url_dql_port == b->url_dql_port &&
	       !strcmp(a->more.header_field, b->more.header_field);
}

static int check_duplicate(const struct conf *c, const struct content *r,
			   struct err *err)
{
	const struct owner *o = NULL;
	const struct content *other = NULL;

	TAILQ_FOREACH(o, &c->owners, link)
		TAILQ_FOREACH(other, &o->contents, link)
			if (other != r && other->active &&
			    same_traffic(other, r))
				return err_set(err, ERR_EXISTS, -1, T_RULE_DUP,
					       o->name, other->name);
	return 0;
}

int content_activate(struct conf *c, struct content *r, struct err *err)
{
	const struct urql *urls = urql_find(c, r->url_urql);

	if (r->active)
		return 0;
	if (urls && !urls->active)
		return err_set(err, ERR_REFUSED, -1, T_NOT_ACTIVE, "URQL",
			       r->url_urql);
	if (r->advanced == ADVBAL_SSL && r->application != APP_SSL)
		return err_set(err, ERR_REFUSED, -1, T_RULE_NEEDS,
			       "advanced-balance ssl", "application ssl");
	if (r->advanced == ADVBAL_SIP_CALL_ID && r->application != APP_SIP)
		return err_set(err, ERR_REFUSED, -1, T_RULE_NEEDS,
			       "advanced-balance sip-call-id",
			       "application sip");
	if (check_duplicate(c, r, err) < 0)
		return -1;
	conf_put_flag(c, &r->active, true);
	return 0;
}

int content_suspend(struct conf *c, struct content *r, struct err *err)
{
	(void)err;
	conf_put_flag(c, &r->active, false);
	return 0;
}
