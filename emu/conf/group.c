/*
 * Source groups (content.md 3.2)
 *
 * A service is the source of at most one group and the destination of at most
 * one, and never both in the same.  Services come and go while the group is
 * active; address and port translation need `suspend`.
 */
#include "emu/conf/group.h"

#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/acl.h"
#include "emu/conf/service.h"

struct group *group_find(const struct conf *c, const char *name)
{
	struct group *g = NULL;

	TAILQ_FOREACH(g, &c->groups, link)
		if (!strcmp(g->name, name))
			return g;
	return NULL;
}

static unsigned index_free(const struct conf *c)
{
	for (unsigned n = 0; n < GROUP_MAX; n++) {
		unsigned i = (c->group_last + n) % GROUP_MAX + 1;

		if (!c->group_at[i])
			return i;
	}
	return 0;
}

static void list_insert(struct conf *c, struct group *g)
{
	struct group *other = NULL;

	TAILQ_FOREACH(other, &c->groups, link)
		if (strcmp(other->name, g->name) > 0) {
			TAILQ_INSERT_BEFORE(other, g, link);
			return;
		}
	TAILQ_INSERT_TAIL(&c->groups, g, link);
}

struct group *group_add(struct conf *c, const char *name, struct err *err)
{
	unsigned index = index_free(c);
	struct group *g = NULL;

	if (conf_check_name(name, err) < 0)
		return NULL;
	if (group_find(c, name)) {
		(void)err_set(err, ERR_EXISTS, -1, T_EXISTS, "group", name);
		return NULL;
	}
	if (!index) {
		(void)err_set(err, ERR_RANGE, -1, T_FULL, "group", GROUP_MAX);
		return NULL;
	}
	g = xcalloc(1, sizeof(*g));
	(void)str_copy(g->name, sizeof(g->name), name);
	g->index = index;
	g->vip_range = 1;
	g->base_port = 2016;
	g->number_of_ports = 63488;
	g->vip_address_range = 1;
	g->flow_timeout_multiplier = FLOW_TIMEOUT_UNSET;
	c->group_at[index] = g;
	c->group_last = index;
	list_insert(c, g);
	conf_changed(c);
	return g;
}

int group_del(struct conf *c, const char *name, struct err *err)
{
	struct group *g = group_find(c, name);

	if (!g)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "group",
			       name);
	if (acl_check_unused(c, ACL_REF_GROUP, name, err) < 0)
		return -1;
	TAILQ_REMOVE(&c->groups, g, link);
	c->group_at[g->index] = NULL;
	settings_fini(&g->kept);
	free(g);
	conf_changed(c);
	return 0;
}

int group_may_edit(const struct group *g, struct err *err)
{
	return g->active ? err_set(err, ERR_REFUSED, -1, T_GROUP_ACTIVE) : 0;
}

int group_set_vip(struct conf *c, struct group *g, struct in_addr a,
		  uint16_t range, struct err *err)
{
	if (g->vip.s_addr == a.s_addr && g->vip_range == range)
		return 0;
	if (group_may_edit(g, err) < 0)
		return -1;
	if (conf_check_hosts(a, range, err) < 0)
		return -1;
	g->vip = a;
	g->vip_range = range;
	conf_changed(c);
	return 0;
}

static int source_at(const struct group *g, const char *name)
{
	for (int i = 0; i < g->nsource; i++)
		if (!strcmp(g->source[i], name))
			return i;
	return -1;
}

static int dest_at(const struct group *g, const char *name)
{
	for (int i = 0; i < g->ndest; i++)
		if (!strcmp(g->dest[i], name))
			return i;
	return -1;
}

static int name_append(struct conf *c, char (*list)[NAME_LEN + 1], int *n,
		       const char *name, struct err *err)
{
	if (*n == GROUP_SERVICE_MAX)
		return err_set(err, ERR_RANGE, -1, T_FULL, "service",
			       GROUP_SERVICE_MAX);
	(void)str_copy(list[*n], sizeof(list[0]), name);
	(*n)++;
	conf_changed(c);
	return 0;
}

static void name_remove(struct conf *c, char (*list)[NAME_LEN + 1], int *n,
			int at)
{
	(*n)--;
	memmove(list[at], list[at + 1], (size_t)(*n - at) * sizeof(list[0]));
	conf_changed(c);
}

/* Does the group have a source service of that address? */
static bool has_source_addr(const struct conf *c, const struct group *g,
			    struct in_addr a)
{
	for (int i = 0; a.s_addr != INADDR_ANY && i < g->nsource; i++) {
		const struct service *s = service_find(c, g->source[i]);

		if (s && s->addr.s_addr == a.s_addr)
			return true;
	}
	return false;
}

static int check_source(const struct conf *c, const struct group *g,
			const struct service *s, struct err *err)
{
	const struct group *o = NULL;

	if (dest_at(g, s->name) >= 0)
		return err_set(err, ERR_EXISTS, -1, T_GROUP_TAKEN, s->name,
			       g->name);
	TAILQ_FOREACH(o, &c->groups, link)
		if (o != g && (source_at(o, s->name) >= 0 ||
			       has_source_addr(c, o, s->addr)))
			return err_set(err, ERR_EXISTS, -1, T_GROUP_TAKEN,
				       s->name, o->name);
	return 0;
}

static int check_dest(const struct conf *c, const struct group *g,
		      const struct service *s, struct err *err)
{
	const struct group *o = NULL;

	if (source_at(g, s->name) >= 0)
		return err_set(err, ERR_EXISTS, -1, T_GROUP_TAKEN, s->name,
			       g->name);
	TAILQ_FOREACH(o, &c->groups, link)
		if (o != g && dest_at(o, s->name) >= 0)
			return err_set(err, ERR_EXISTS, -1, T_GROUP_TAKEN,
				       s->name, o->name);
	return 0;
}

int group_add_source(struct conf *c, struct group *g, const char *service,
		     struct err *err)
{
	const struct service *s = service_find(c, service);

	if (!s)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "service",
			       service);
	if (source_at(g, service) >= 0)
		return 0;
	if (check_source(c, g, s, err) < 0)
		return -1;
	return name_append(c, g->source, &g->nsource, service, err);
}

int group_del_source(struct conf *c, struct group *g, const char *service,
		     struct err *err)
{
	int at = source_at(g, service);

	if (at < 0)
		return err_set(err, ERR_NOT_FOUND, -1, T_NOT_IN, service,
			       "group", g->name);
	name_remove(c, g->source, &g->nsource, at);
	return 0;
}

int group_add_dest(struct conf *c, struct group *g, const char *service,
		   struct err *err)
{
	const struct service *s = service_find(c, service);

	if (!s)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "service",
			       service);
	if (dest_at(g, service) >= 0)
		return 0;
	if (check_dest(c, g, s, err) < 0)
		return -1;
	return name_append(c, g->dest, &g->ndest, service, err);
}

int group_del_dest(struct conf *c, struct group *g, const char *service,
		   struct err *err)
{
	int at = dest_at(g, service);

	if (at < 0)
		return err_set(err, ERR_NOT_FOUND, -1, T_NOT_IN, service,
			       "group", g->name);
	name_remove(c, g->dest, &g->ndest, at);
	return 0;
}

int group_activate(struct conf *c, struct group *g, struct err *err)
{
	if (g->active)
		return 0;
	if (g->vip.s_addr == INADDR_ANY)
		return err_set(err, ERR_REFUSED, -1, T_GROUP_NO_VIP);
	conf_put_flag(c, &g->active, true);
	return 0;
}

int group_suspend(struct conf *c, struct group *g, struct err *err)
{
	(void)err;
	conf_put_flag(c, &g->active, false);
	return 0;
}
