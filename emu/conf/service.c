/*
 * Services
 *
 * What the operator wrote about a server or an SSL module.  Whether it is
 * alive is none of this file's business: the monitor follows what stands here.
 * Edits that would pull the ground from under flows (address, port, protocol,
 * type, lists, slot) need `suspend`; weights and limits do not (content.md
 * 1.2).  Setting what is set already is always accepted, so that a saved
 * configuration can be merged into a running one.
 */
#include "emu/conf/service.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/wall.h"
#include "emu/base/xalloc.h"
#include "emu/conf/acl.h"
#include "emu/conf/circuit.h"
#include "emu/conf/content.h"
#include "emu/conf/group.h"
#include "emu/conf/ssllist.h"

const char *const service_type_names[SERVICE_TYPE_NUM + 1] = {
	[SERVICE_LOCAL] = "local",
	[SERVICE_REDIRECT] = "redirect",
	[SERVICE_PROXY_CACHE] = "proxy-cache",
	[SERVICE_TRANSPARENT_CACHE] = "transparent-cache",
	[SERVICE_REP_STORE] = "rep-store",
	[SERVICE_REP_STORE_REDIR] = "rep-store-redir",
	[SERVICE_REP_CACHE_REDIR] = "rep-cache-redir",
	[SERVICE_REDUNDANCY_UP] = "redundancy-up",
	[SERVICE_NCI_DIRECT_RETURN] = "nci-direct-return",
	[SERVICE_NCI_INFO_ONLY] = "nci-info-only",
	[SERVICE_SSL_ACCEL] = "ssl-accel",
	[SERVICE_SSL_ACCEL_BACKEND] = "ssl-accel-backend",
	[SERVICE_SSL_INIT] = "ssl-init",
};

static const char *const labels[SERVICE_TYPE_NUM] = {
	[SERVICE_LOCAL] = "Local",
	[SERVICE_REDIRECT] = "Redirect",
	[SERVICE_PROXY_CACHE] = "Proxy-Cache",
	[SERVICE_TRANSPARENT_CACHE] = "Transparent-Cache",
	[SERVICE_REP_STORE] = "Rep-Store",
	[SERVICE_REP_STORE_REDIR] = "Rep-Store-Redir",
	[SERVICE_REP_CACHE_REDIR] = "Rep-Cache-Redir",
	[SERVICE_REDUNDANCY_UP] = "Redundancy-Up",
	[SERVICE_NCI_DIRECT_RETURN] = "Nci-Direct-Return",
	[SERVICE_NCI_INFO_ONLY] = "Nci-Info-Only",
	[SERVICE_SSL_ACCEL] = "Ssl-Accel",
	[SERVICE_SSL_ACCEL_BACKEND] = "Ssl-Accel-Backend",
	[SERVICE_SSL_INIT] = "Ssl-Init",
};

const char *service_type_name(enum service_type t)
{
	return service_type_names[t];
}

const char *service_type_label(enum service_type t)
{
	return labels[t];
}

bool service_takes_ssllist(enum service_type t)
{
	return t == SERVICE_SSL_ACCEL || t == SERVICE_SSL_ACCEL_BACKEND ||
	       t == SERVICE_SSL_INIT;
}

struct service *service_find(const struct conf *c, const char *name)
{
	struct service *s = NULL;

	TAILQ_FOREACH(s, &c->services, link)
		if (!strcmp(s->name, name))
			return s;
	return NULL;
}

static unsigned index_free(const struct conf *c)
{
	for (unsigned n = 0; n < SERVICE_MAX; n++) {
		unsigned i = (c->service_last + n) % SERVICE_MAX + 1;

		if (!c->service_at[i])
			return i;
	}
	return 0;
}

static void list_insert(struct conf *c, struct service *s)
{
	struct service *other = NULL;

	TAILQ_FOREACH(other, &c->services, link)
		if (strcmp(other->name, s->name) > 0) {
			TAILQ_INSERT_BEFORE(other, s, link);
			return;
		}
	TAILQ_INSERT_TAIL(&c->services, s, link);
}

struct service *service_add(struct conf *c, const char *name, struct err *err)
{
	unsigned index = index_free(c);
	struct service *s = NULL;

	if (conf_check_name(name, err) < 0)
		return NULL;
	if (service_find(c, name)) {
		(void)err_set(err, ERR_EXISTS, -1, T_EXISTS, "service", name);
		return NULL;
	}
	if (!index) {
		(void)err_set(err, ERR_RANGE, -1, T_FULL, "service",
			      SERVICE_MAX);
		return NULL;
	}
	s = xcalloc(1, sizeof(*s));
	(void)str_copy(s->name, sizeof(s->name), name);
	s->index = index;
	s->made_at = wall_now();
	s->addr_range = 1;
	s->port_range = 1;
	s->weight = 1;
	s->max_connections = 65534;
	s->session_cache_size = 10000;
	s->max_age_min = 120;
	s->max_content = 100;
	s->max_usage_mb = 1;
	s->prepend_http = true;
	for (int side = 0; side < 2; side++) {
		s->compress_tcp[side].syn_s = 30;
		s->compress_tcp[side].idle_s = 240;
	}
	s->cache_bypass = true;
	probe_spec_init(&s->keepalive);
	c->service_at[index] = s;
	c->service_last = index;
	list_insert(c, s);
	conf_changed(c);
	return s;
}

/* "service NAME", what is done with requests without cookie */
static bool is_action(const struct content *r, const char *name)
{
	const char *action =
		settings_get(&r->kept, "sticky-no-cookie-found-action", "");

	return action && str_has_prefix(action, "service ") &&
	       !strcmp(action + strlen("service "), name);
}

static void leave_rule(struct conf *c, struct content *r, const char *name)
{
	struct err err;

	(void)settings_del(c, &r->kept, "add location service", name);
	if (is_action(r, name))
		(void)settings_del(c, &r->kept, "sticky-no-cookie-found-action",
				   "");
	(void)content_del_service(c, r, name, &err);
	if (!strcmp(r->primary_sorry, name))
		r->primary_sorry[0] = '\0';
	if (!strcmp(r->secondary_sorry, name))
		r->secondary_sorry[0] = '\0';
}

/* Nothing may name a service that is gone. */
static void leave_all(struct conf *c, const char *name)
{
	struct owner *o = NULL;
	struct content *r = NULL;
	struct group *g = NULL;
	struct err err;

	TAILQ_FOREACH(o, &c->owners, link)
		TAILQ_FOREACH(r, &o->contents, link)
			leave_rule(c, r, name);
	TAILQ_FOREACH(g, &c->groups, link) {
		(void)group_del_source(c, g, name, &err);
		(void)group_del_dest(c, g, name, &err);
	}
}

int service_del(struct conf *c, const char *name, struct err *err)
{
	struct service *s = service_find(c, name);

	if (!s)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "service",
			       name);
	if (acl_check_unused(c, ACL_REF_SERVICE, name, err) < 0 ||
	    circuit_check_unused(c, VR_SERVICE, name, err) < 0)
		return -1;
	leave_all(c, s->name);
	TAILQ_REMOVE(&c->services, s, link);
	c->service_at[s->index] = NULL;
	settings_fini(&s->kept);
	free(s);
	conf_changed(c);
	return 0;
}

int service_may_edit(const struct service *s, struct err *err)
{
	return s->active ? err_set(err, ERR_REFUSED, -1, T_SVC_ACTIVE) : 0;
}

int service_set_addr(struct conf *c, struct service *s, struct in_addr a,
		     uint16_t range, struct err *err)
{
	if (s->addr.s_addr == a.s_addr && s->addr_range == range)
		return 0;
	if (service_may_edit(s, err) < 0)
		return -1;
	if (conf_check_hosts(a, range, err) < 0)
		return -1;
	s->addr = a;
	s->addr_range = range;
	conf_changed(c);
	return 0;
}

int service_set_port(struct conf *c, struct service *s, uint16_t port,
		     uint16_t range, struct err *err)
{
	if (s->port == port && s->port_range == range)
		return 0;
	if (service_may_edit(s, err) < 0)
		return -1;
	if (port + range - 1 > UINT16_MAX)
		return err_set(err, ERR_RANGE, -1,
			       "Port %u with range %u goes beyond 65535", port,
			       range);
	s->port = port;
	s->port_range = range;
	conf_changed(c);
	return 0;
}

int service_set_proto(struct conf *c, struct service *s, enum ip_proto p,
		      struct err *err)
{
	if (s->proto == p)
		return 0;
	if (service_may_edit(s, err) < 0)
		return -1;
	s->proto = p;
	conf_changed(c);
	return 0;
}

int service_may_become(const struct service *s, enum service_type t,
		       struct err *err)
{
	if (service_may_edit(s, err) < 0)
		return -1;
	if (s->nssllist && !service_takes_ssllist(t))
		return err_set(err, ERR_REFUSED, -1, T_SVC_IN_LIST);
	return 0;
}

static int ssllist_at(const struct service *s, const char *list)
{
	for (int i = 0; i < s->nssllist; i++)
		if (!strcmp(s->ssllist[i], list))
			return i;
	return -1;
}

int service_add_ssllist(struct conf *c, struct service *s, const char *list,
			struct err *err)
{
	if (ssllist_at(s, list) >= 0)
		return 0;
	if (service_may_edit(s, err) < 0)
		return -1;
	if (!ssllist_find(c, list))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "ssl-proxy-list", list);
	if (!service_takes_ssllist(s->type))
		return err_set(err, ERR_REFUSED, -1, T_SVC_NOT_SSL);
	if (s->nssllist == SERVICE_SSLLIST_MAX)
		return err_set(err, ERR_RANGE, -1, T_FULL, "SSL proxy list",
			       SERVICE_SSLLIST_MAX);
	(void)str_copy(s->ssllist[s->nssllist], sizeof(s->ssllist[0]), list);
	s->nssllist++;
	conf_changed(c);
	return 0;
}

int service_del_ssllist(struct conf *c, struct service *s, const char *list,
			struct err *err)
{
	int at = ssllist_at(s, list);

	if (at < 0)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "ssl-proxy-list", list);
	if (service_may_edit(s, err) < 0)
		return -1;
	s->nssllist--;
	memmove(s->ssllist[at], s->ssllist[at + 1],
		(size_t)(s->nssllist - at) * sizeof(s->ssllist[0]));
	conf_changed(c);
	return 0;
}

bool service_has_backend(const struct conf *c, const struct service *s)
{
	for (int i = 0; i < s->nssllist; i++) {
		const struct ssllist *l = ssllist_find(c, s->ssllist[i]);

		for (int k = 0; l && k < l->nbackend; k++)
			if (l->backend[k]->addr.s_addr == s->addr.s_addr &&
			    l->backend[k]->port == s->port)
				return true;
	}
	return false;
}

/* ---- activation (ssl.md 4.1) --------------------------------------------- */

static int check_lists(const struct conf *c, const struct service *s,
		       struct err *err)
{
	if (!s->nssllist)
		return err_set(err, ERR_REFUSED, -1, T_SVC_NO_LIST);
	for (int i = 0; i < s->nssllist; i++) {
		const struct ssllist *l = ssllist_find(c, s->ssllist[i]);

		if (!l || !l->active)
			return err_set(err, ERR_REFUSED, -1,
				       T_SVC_LIST_DOWN ": %s", s->ssllist[i]);
	}
	return 0;
}

/* Two entries of one module may not listen on the same address. */
static int check_overlap(const struct ssllist *a, const struct ssllist *b,
			 struct err *err)
{
	for (int i = 0; i < a->nserver; i++)
		for (int k = 0; k < b->nserver; k++)
			if (a->server[i]->vip.s_addr ==
				    b->server[k]->vip.s_addr &&
			    a->server[i]->port == b->server[k]->port)
				return err_set(err, ERR_REFUSED, -1,
					       T_SSL_SAME_VIP, a->name,
					       a->server[i]->c.number, b->name,
					       b->server[k]->c.number);
	return 0;
}

static int check_lists_apart(const struct conf *c, const struct service *s,
			     struct err *err)
{
	for (int i = 0; i < s->nssllist; i++)
		for (int k = i + 1; k < s->nssllist; k++)
			if (check_overlap(ssllist_find(c, s->ssllist[i]),
					  ssllist_find(c, s->ssllist[k]),
					  err) < 0)
				return -1;
	return 0;
}

/* Termination is one service a module; initiation shares it (ssl.md 4.1). */
static int check_module(const struct conf *c, const struct service *s,
			struct err *err)
{
	const struct service *o = NULL;

	if (!s->slot)
		return err_set(err, ERR_REFUSED, -1, T_SVC_NO_SLOT);
	if (c->hooks.slot_has_ssl &&
	    !c->hooks.slot_has_ssl(c->hooks.arg, s->slot))
		return err_set(err, ERR_REFUSED, -1, T_SVC_NO_MODULE ": %u",
			       s->slot);
	TAILQ_FOREACH(o, &c->services, link)
		if (o != s && o->active && o->slot == s->slot &&
		    o->type == SERVICE_SSL_ACCEL &&
		    s->type == SERVICE_SSL_ACCEL)
			return err_set(err, ERR_REFUSED, -1,
				       T_SVC_SLOT_TAKEN ": %s", o->name);
	return check_lists_apart(c, s, err);
}

int service_activate(struct conf *c, struct service *s, struct err *err)
{
	if (s->active)
		return 0;
	if (s->addr.s_addr == INADDR_ANY && s->type != SERVICE_SSL_ACCEL &&
	    s->type != SERVICE_REDIRECT)
		return err_set(err, ERR_REFUSED, -1, T_SVC_NO_ADDR);
	if (service_takes_ssllist(s->type) && check_lists(c, s, err) < 0)
		return -1;
	if (service_is_module(s) && check_module(c, s, err) < 0)
		return -1;
	s->active = true;
	s->activations++;
	conf_changed(c);
	return 0;
}

int service_suspend(struct conf *c, struct service *s, struct err *err)
{
	(void)err;
	conf_put_flag(c, &s->active, false);
	return 0;
}
