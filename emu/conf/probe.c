/*
 * Keepalives as written: the settings of a service's own and the named ones.
 * What is probed and how (address, type, port, page) of a named keepalive
 * needs `suspend`; its timers do not.
 */
#include "emu/conf/probe.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/service.h"

static const char *const type_names[] = {
	[PROBE_ICMP] = "icmp",	   [PROBE_NONE] = "none",   [PROBE_TCP] = "tcp",
	[PROBE_HTTP] = "http",	   [PROBE_FTP] = "ftp",	    [PROBE_SSL] = "ssl",
	[PROBE_SCRIPT] = "script", [PROBE_NAMED] = "named",
};
static_assert(sizeof(type_names) / sizeof(*type_names) == PROBE_TYPE_NUM,
	      "a name per type");

void probe_spec_init(struct probe_spec *p)
{
	*p = (struct probe_spec){
		.type = PROBE_ICMP,
		.frequency_s = 5,
		.maxfailure = 3,
		.retryperiod_s = 5,
		.http_rspcode = 200,
	};
}

const char *probe_type_name(enum probe_type t)
{
	return type_names[t];
}

int probe_check_uri(const char *uri, struct err *err)
{
	if (*uri != '/')
		return err_set(err, ERR_RANGE, -1,
			       "A uri begins with / and has no host: %s", uri);
	if (strchr(uri, ' '))
		return err_set(err, ERR_RANGE, -1, "A uri has no blanks: %s",
			       uri);
	return 0;
}

struct probe *probe_find(const struct conf *c, const char *name)
{
	struct probe *p = NULL;

	TAILQ_FOREACH(p, &c->probes, link)
		if (!strcmp(p->name, name))
			return p;
	return NULL;
}

static void list_insert(struct conf *c, struct probe *p)
{
	struct probe *other = NULL;

	TAILQ_FOREACH(other, &c->probes, link)
		if (strcmp(other->name, p->name) > 0) {
			TAILQ_INSERT_BEFORE(other, p, link);
			return;
		}
	TAILQ_INSERT_TAIL(&c->probes, p, link);
}

struct probe *probe_add(struct conf *c, const char *name, struct err *err)
{
	struct probe *p = NULL;

	if (conf_check_name(name, err) < 0)
		return NULL;
	if (probe_find(c, name)) {
		(void)err_set(err, ERR_EXISTS, -1, T_EXISTS, "keepalive", name);
		return NULL;
	}
	p = xcalloc(1, sizeof(*p));
	(void)str_copy(p->name, sizeof(p->name), name);
	probe_spec_init(&p->spec);
	list_insert(c, p);
	conf_changed(c);
	return p;
}

int probe_del(struct conf *c, const char *name, struct err *err)
{
	struct probe *p = probe_find(c, name);
	const struct service *s = NULL;

	if (!p)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "keepalive",
			       name);
	TAILQ_FOREACH(s, &c->services, link)
		if (s->keepalive.type == PROBE_NAMED &&
		    !strcmp(s->keepalive.arg, name))
			return err_set(err, ERR_REFUSED, -1, T_IN_USE,
				       "Keepalive", "service", s->name);
	TAILQ_REMOVE(&c->probes, p, link);
	settings_fini(&p->kept);
	free(p);
	conf_changed(c);
	return 0;
}

int probe_may_edit(const struct probe *p, struct err *err)
{
	return p->active ? err_set(err, ERR_REFUSED, -1, T_KAL_ACTIVE) : 0;
}

int probe_activate(struct conf *c, struct probe *p, struct err *err)
{
	if (p->active)
		return 0;
	if (p->addr.s_addr == INADDR_ANY)
		return err_set(err, ERR_REFUSED, -1, T_KAL_NO_ADDR);
	conf_put_flag(c, &p->active, true);
	return 0;
}

int probe_suspend(struct conf *c, struct probe *p, struct err *err)
{
	(void)err;
	conf_put_flag(c, &p->active, false);
	return 0;
}
