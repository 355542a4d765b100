/*
 * Configuration: the root
 *
 * Owns every object that the operator can make, hands out the indexes that
 * traffic refers to, and counts changes.  What an object's settings mean is in
 * the file of that object.
 */
#include "emu/conf/conf.h"

#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/aaa.h"
#include "emu/conf/access.h"
#include "emu/conf/acl.h"
#include "emu/conf/circuit.h"
#include "emu/conf/content.h"
#include "emu/conf/global.h"
#include "emu/conf/group.h"
#include "emu/conf/hfgroup.h"
#include "emu/conf/logging.h"
#include "emu/conf/probe.h"
#include "emu/conf/qualifier.h"
#include "emu/conf/reporter.h"
#include "emu/conf/rmon.h"
#include "emu/conf/service.h"
#include "emu/conf/ssllist.h"

struct conf *conf_new(void)
{
	struct conf *c = xcalloc(1, sizeof(*c));
	struct err err;

	TAILQ_INIT(&c->ifaces);
	TAILQ_INIT(&c->circuits);
	TAILQ_INIT(&c->ssllists);
	TAILQ_INIT(&c->probes);
	TAILQ_INIT(&c->services);
	TAILQ_INIT(&c->owners);
	TAILQ_INIT(&c->groups);
	TAILQ_INIT(&c->hfgroups);
	TAILQ_INIT(&c->reporters);
	for (int k = 0; k < RMON_KIND_NUM; k++)
		TAILQ_INIT(&c->rmons[k]);
	TAILQ_INIT(&c->acls);
	for (int k = 0; k < QUALIFIER_KIND_NUM; k++)
		TAILQ_INIT(&c->qualifiers[k]);
	c->global = global_new();
	c->access = access_new();
	c->aaa = aaa_new();
	c->logging = logging_new();
	(void)circuit_add(c, 1, &err); /* VLAN1 is always there */
	c->generation = 1;
	c->saved = 1;
	return c;
}

/* What names other objects goes before them. */
static void drop_acls(struct conf *c)
{
	struct acl *l = NULL;
	struct err err;

	c->acl_dns = (struct acl_place){ 0 };
	while ((l = TAILQ_FIRST(&c->acls))) {
		acl_remove_all(c, l);
		(void)acl_del(c, l->index, &err);
	}
}

static void drop_groups_and_owners(struct conf *c)
{
	struct group *g = NULL;
	struct owner *o = NULL;
	struct err err;

	while ((g = TAILQ_FIRST(&c->groups)))
		(void)group_del(c, g->name, &err);
	while ((o = TAILQ_FIRST(&c->owners)))
		(void)owner_del(c, o->name, &err);
}

static void drop_services_and_lists(struct conf *c)
{
	struct service *s = NULL;
	struct probe *p = NULL;
	struct ssllist *l = NULL;
	struct err err;

	while ((s = TAILQ_FIRST(&c->services)))
		(void)service_del(c, s->name, &err);
	while ((p = TAILQ_FIRST(&c->probes)))
		(void)probe_del(c, p->name, &err);
	while ((l = TAILQ_FIRST(&c->ssllists)))
		(void)ssllist_del(c, l->name, &err);
}

static void drop_qualifiers(struct conf *c)
{
	struct qualifier *q = NULL;
	struct hfgroup *g = NULL;
	struct err err;

	for (int k = 0; k < QUALIFIER_KIND_NUM; k++)
		while ((q = TAILQ_FIRST(&c->qualifiers[k])))
			(void)qualifier_del(c, (enum qualifier_kind)k, q->name,
					    &err);
	while ((g = TAILQ_FIRST(&c->hfgroups)))
		(void)hfgroup_del(c, g->name, &err);
}

static void drop_watchers(struct conf *c)
{
	struct reporter *p = NULL;
	struct rmon *r = NULL;
	struct err err;

	while ((p = TAILQ_FIRST(&c->reporters)))
		(void)reporter_del(c, p->name, &err);
	for (int k = 0; k < RMON_KIND_NUM; k++)
		while ((r = TAILQ_FIRST(&c->rmons[k])))
			(void)rmon_del(c, (enum rmon_kind)k, r->index, &err);
}

static void drop_circuits(struct conf *c)
{
	struct iface *i = NULL;
	struct circuit *ci = NULL;

	while ((i = TAILQ_FIRST(&c->ifaces))) {
		TAILQ_REMOVE(&c->ifaces, i, link);
		iface_free(i);
	}
	while ((ci = TAILQ_FIRST(&c->circuits))) {
		TAILQ_REMOVE(&c->circuits, ci, link);
		circuit_free(ci);
	}
}

void conf_clear(struct conf *c)
{
	struct err err;

	drop_acls(c);
	drop_circuits(c);
	drop_watchers(c);
	drop_groups_and_owners(c);
	drop_services_and_lists(c);
	drop_qualifiers(c);
	global_free(c->global);
	access_clear(c->access);
	aaa_free(c->aaa);
	logging_free(c->logging);
	c->aaa = aaa_new();
	c->logging = logging_new();
	c->global = global_new();
	(void)circuit_add(c, 1, &err);
	conf_changed(c);
}

void conf_free(struct conf *c)
{
	if (!c)
		return;
	drop_acls(c);
	drop_circuits(c);
	drop_watchers(c);
	drop_groups_and_owners(c);
	drop_services_and_lists(c);
	drop_qualifiers(c);
	global_free(c->global);
	access_free(c->access);
	aaa_free(c->aaa);
	logging_free(c->logging);
	free(c);
}

time_t conf_clock(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

void conf_changed(struct conf *c)
{
	c->generation++;
}

void conf_put_flag(struct conf *c, bool *field, bool v)
{
	if (*field == v)
		return;
	*field = v;
	conf_changed(c);
}

void conf_put_u8(struct conf *c, uint8_t *field, unsigned long v)
{
	if (*field == v)
		return;
	*field = (uint8_t)v;
	conf_changed(c);
}

void conf_put_u16(struct conf *c, uint16_t *field, unsigned long v)
{
	if (*field == v)
		return;
	*field = (uint16_t)v;
	conf_changed(c);
}

void conf_put_u32(struct conf *c, uint32_t *field, unsigned long v)
{
	if (*field == v)
		return;
	*field = (uint32_t)v;
	conf_changed(c);
}

int conf_put_text(struct conf *c, char *field, size_t cap, const char *text,
		  struct err *err)
{
	if (strlen(text) >= cap)
		return err_set(err, ERR_RANGE, -1, T_TOO_LONG, cap - 1);
	for (const char *s = text; *s; s++)
		if ((unsigned char)*s < ' ' || *s == '"' || *s == 127)
			return err_set(err, ERR_RANGE, -1, T_BAD_TEXT);
	if (!strcmp(field, text))
		return 0;
	(void)str_copy(field, cap, text);
	conf_changed(c);
	return 0;
}

int conf_check_name_max(const char *name, size_t max, struct err *err)
{
	if (str_is_name(name, max))
		return 0;
	return err_set(err, ERR_RANGE, -1, T_BAD_NAME, name, (int)max);
}

int conf_check_name(const char *name, struct err *err)
{
	return conf_check_name_max(name, NAME_LEN, err);
}

int conf_check_hosts(struct in_addr first, unsigned range, struct err *err)
{
	uint32_t a = ntohl(first.s_addr);
	const uint32_t multicast = 0xe0000000;

	if (a >= multicast)
		return err_set(err, ERR_RANGE, -1, T_IP_NO_HOST,
			       str_addr(first));
	if (range > multicast - a)
		return err_set(err, ERR_RANGE, -1, T_RANGE_END, str_addr(first),
			       range);
	return 0;
}
