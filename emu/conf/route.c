/* Static routes: in order of entry, as running-config prints them. */
#include "emu/conf/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/global.h"
#include "emu/conf/kept.h"

#define ROUTE_MAX 2048

static bool same_way(const struct route *a, const struct route *b)
{
	return a->blackhole == b->blackhole && a->firewall == b->firewall &&
	       a->originated == b->originated &&
	       a->gateway.s_addr == b->gateway.s_addr;
}

static struct route *route_find(const struct conf *c, const struct route *r)
{
	in_addr_t net = r->net.s_addr & str_mask_of(r->prefix_len).s_addr;
	struct route *o = NULL;

	TAILQ_FOREACH(o, &c->global->routes, link)
		if (o->net.s_addr == net && o->prefix_len == r->prefix_len &&
		    same_way(o, r))
			return o;
	return NULL;
}

static int route_count(const struct conf *c)
{
	const struct route *r = NULL;
	int n = 0;

	TAILQ_FOREACH(r, &c->global->routes, link)
		n++;
	return n;
}

int route_add(struct conf *c, const struct route *r, struct err *err)
{
	struct route *o = route_find(c, r);

	if (o && o->distance == r->distance)
		return 0;
	if (!o && route_count(c) >= ROUTE_MAX)
		return err_set(err, ERR_RANGE, -1, T_FULL, "route", ROUTE_MAX);
	if (!o) {
		o = xmemdup(r, sizeof(*r));
		o->net.s_addr &= str_mask_of(r->prefix_len).s_addr;
		o->since = conf_clock();
		TAILQ_INSERT_TAIL(&c->global->routes, o, link);
	}
	o->distance = r->distance;
	conf_changed(c);
	return 0;
}

int route_del(struct conf *c, const struct route *r, struct err *err)
{
	struct route *o = route_find(c, r);

	if (!o)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "route",
			       str_addr(r->net));
	TAILQ_REMOVE(&c->global->routes, o, link);
	free(o);
	conf_changed(c);
	return 0;
}

struct in_addr route_hop(const struct conf *c, const struct route *r)
{
	struct in_addr hop = r->gateway;
	struct kept_line l;
	char index[8];

	(void)snprintf(index, sizeof(index), "%u", r->firewall);
	if (r->firewall &&
	    kept_find(&c->global->kept, "ip firewall", index, &l))
		(void)str_to_addr(l.word[1], &hop);
	return hop;
}
