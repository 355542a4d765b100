/*
 * Settings of the whole switch: names, routes, records, associations
 *
 * Passwords stand here only as sealed texts, and are wiped with
 * their record all the same.
 */
#include "emu/conf/global.h"

#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/ssllist.h"

#define HOST_MAX	256
#define RECORD_MAX	64
#define ASSOCIATION_MAX 1024

struct global *global_new(void)
{
	struct global *g = xcalloc(1, sizeof(*g));

	TAILQ_INIT(&g->hosts);
	TAILQ_INIT(&g->routes);
	TAILQ_INIT(&g->ftp_records);
	TAILQ_INIT(&g->associations);
	flow_conf_init(&g->flow);
	snmp_conf_init(&g->snmp);
	g->cert_warning_days = 30;
	g->sntp.poll_s = SNTP_POLL_DFLT;
	return g;
}

static void drop_hosts(struct global *g)
{
	struct host *h = NULL;

	while ((h = TAILQ_FIRST(&g->hosts))) {
		TAILQ_REMOVE(&g->hosts, h, link);
		free(h);
	}
}

static void drop_names(struct global *g)
{
	struct route *r = NULL;
	struct association *a = NULL;

	drop_hosts(g);
	while ((r = TAILQ_FIRST(&g->routes))) {
		TAILQ_REMOVE(&g->routes, r, link);
		free(r);
	}
	while ((a = TAILQ_FIRST(&g->associations))) {
		TAILQ_REMOVE(&g->associations, a, link);
		free(a);
	}
}

static void record_free(struct ftp_record *r)
{
	wipe(r, sizeof(*r));
	free(r);
}

void global_free(struct global *g)
{
	struct ftp_record *r = NULL;

	if (!g)
		return;
	drop_names(g);
	while ((r = TAILQ_FIRST(&g->ftp_records))) {
		TAILQ_REMOVE(&g->ftp_records, r, link);
		record_free(r);
	}
	settings_fini(&g->kept);
	free(g);
}

/* ---- hosts ---------------------------------------------------------------- */

bool host_is_name(const char *name)
{
	struct in_addr a;

	return str_is_name(name, 64) && !str_to_addr(name, &a);
}

struct host *host_find(const struct conf *c, const char *name)
{
	struct host *h = NULL;

	TAILQ_FOREACH(h, &c->global->hosts, link)
		if (str_ieq(h->name, name))
			return h;
	return NULL;
}

static int host_count(const struct conf *c)
{
	const struct host *h = NULL;
	int n = 0;

	TAILQ_FOREACH(h, &c->global->hosts, link)
		n++;
	return n;
}

static void host_insert(struct conf *c, struct host *h)
{
	struct host *other = NULL;

	TAILQ_FOREACH(other, &c->global->hosts, link)
		if (strcmp(other->name, h->name) > 0) {
			TAILQ_INSERT_BEFORE(other, h, link);
			return;
		}
	TAILQ_INSERT_TAIL(&c->global->hosts, h, link);
}

int host_set(struct conf *c, const char *name, struct in_addr a,
	     struct err *err)
{
	struct host *h = host_find(c, name);

	if (!host_is_name(name))
		return err_set(err, ERR_RANGE, -1, T_BAD_NAME, name, 64);
	if (h && h->addr.s_addr == a.s_addr)
		return 0;
	if (!h && host_count(c) >= HOST_MAX)
		return err_set(err, ERR_RANGE, -1, T_FULL, "host", HOST_MAX);
	if (!h) {
		h = xcalloc(1, sizeof(*h));
		(void)str_copy(h->name, sizeof(h->name), name);
		host_insert(c, h);
	}
	h->addr = a;
	conf_changed(c);
	return 0;
}

int host_del(struct conf *c, const char *name, struct err *err)
{
	struct host *h = host_find(c, name);

	if (!h)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "host",
			       name);
	TAILQ_REMOVE(&c->global->hosts, h, link);
	free(h);
	conf_changed(c);
	return 0;
}

int host_resolve(const struct conf *c, const char *text, struct in_addr *a,
		 struct err *err)
{
	const struct host *h = NULL;

	if (str_to_addr(text, a))
		return 0;
	h = host_find(c, text);
	if (!h && !text[strspn(text, "0123456789.")])
		return err_set(err, ERR_RANGE, -1, T_BAD_ADDR, text);
	if (!h)
		return err_set(err, ERR_NOT_FOUND, -1,
			       T_NAME_UNKNOWN, text, text);
	*a = h->addr;
	return 0;
}

/* ---- FTP records ---------------------------------------------------------- */

struct ftp_record *ftp_record_find(const struct conf *c, const char *name)
{
	struct ftp_record *r = NULL;

	TAILQ_FOREACH(r, &c->global->ftp_records, link)
		if (!strcmp(r->name, name))
			return r;
	return NULL;
}

static void record_insert(struct conf *c, struct ftp_record *r)
{
	struct ftp_record *other = NULL;

	TAILQ_FOREACH(other, &c->global->ftp_records, link)
		if (strcmp(other->name, r->name) > 0) {
			TAILQ_INSERT_BEFORE(other, r, link);
			return;
		}
	TAILQ_INSERT_TAIL(&c->global->ftp_records, r, link);
}

static int record_count(const struct conf *c)
{
	const struct ftp_record *r = NULL;
	int n = 0;

	TAILQ_FOREACH(r, &c->global->ftp_records, link)
		n++;
	return n;
}

int ftp_record_set(struct conf *c, const struct ftp_record *r, struct err *err)
{
	struct ftp_record *old = ftp_record_find(c, r->name);
	struct ftp_record *fresh = NULL;

	if (!str_is_name(r->name, sizeof(r->name) - 1))
		return err_set(err, ERR_RANGE, -1, T_BAD_NAME, r->name,
			       (int)sizeof(r->name) - 1);
	if (!old && record_count(c) >= RECORD_MAX)
		return err_set(err, ERR_RANGE, -1, T_FULL, "ftp-record",
			       RECORD_MAX);
	fresh = xmemdup(r, sizeof(*r));
	if (old) {
		TAILQ_REMOVE(&c->global->ftp_records, old, link);
		record_free(old);
	}
	record_insert(c, fresh);
	conf_changed(c);
	return 0;
}

int ftp_record_del(struct conf *c, const char *name, struct err *err)
{
	struct ftp_record *r = ftp_record_find(c, name);

	if (!r)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_RECORD ": %s",
			       name);
	TAILQ_REMOVE(&c->global->ftp_records, r, link);
	record_free(r);
	conf_changed(c);
	return 0;
}

/* ---- associations --------------------------------------------------------- */

struct association *association_find(const struct conf *c, const char *kind,
				     const char *name)
{
	struct association *a = NULL;

	TAILQ_FOREACH(a, &c->global->associations, link)
		if (!strcmp(a->kind, kind) && !strcmp(a->name, name))
			return a;
	return NULL;
}

static int association_count(const struct conf *c)
{
	const struct association *a = NULL;
	int n = 0;

	TAILQ_FOREACH(a, &c->global->associations, link)
		n++;
	return n;
}

/* May its meaning change?  Not while an active list counts on it. */
static int association_free_to_go(const struct conf *c, const char *kind,
				  const char *name, struct err *err)
{
	const struct ssllist *l = ssllist_using(c, kind, name, true);

	if (l)
		return err_set(err, ERR_REFUSED, -1, T_SSL_INUSE ": %s",
			       l->name);
	return 0;
}

int association_set(struct conf *c, const char *kind, const char *name,
		    const char *file, struct err *err)
{
	struct association *a = association_find(c, kind, name);

	if (conf_check_name(name, err) < 0 || conf_check_name(file, err) < 0)
		return -1;
	if (a && !strcmp(a->file, file))
		return 0;
	if (a && association_free_to_go(c, kind, name, err) < 0)
		return -1;
	if (!a && association_count(c) >= ASSOCIATION_MAX)
		return err_set(err, ERR_RANGE, -1, T_FULL, "association",
			       ASSOCIATION_MAX);
	if (c->hooks.associate_check &&
	    c->hooks.associate_check(c->hooks.arg, kind, name, file, err) < 0)
		return -1;
	if (!a) {
		a = xcalloc(1, sizeof(*a));
		(void)str_copy(a->kind, sizeof(a->kind), kind);
		(void)str_copy(a->name, sizeof(a->name), name);
		TAILQ_INSERT_TAIL(&c->global->associations, a, link);
	}
	(void)str_copy(a->file, sizeof(a->file), file);
	conf_changed(c);
	return 0;
}

int association_del(struct conf *c, const char *kind, const char *name,
		    struct err *err)
{
	struct association *a = association_find(c, kind, name);

	if (!a)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "association", name);
	if (association_free_to_go(c, kind, name, err) < 0)
		return -1;
	TAILQ_REMOVE(&c->global->associations, a, link);
	free(a);
	conf_changed(c);
	return 0;
}
