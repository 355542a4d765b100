/*
 * Who is a server: those that open flows get the address of their source group,
 * what a cache fetches does not go to a cache again, and what any of them sends
 * may be an answer that is to be translated.
 */
#include "emu/wire/forward_priv.h"

#include <stdlib.h>

#include "emu/base/xalloc.h"
#include "emu/wire/fast.h"

static int by_addr(const void *x, const void *y)
{
	uint32_t a = ntohl(((const struct server *)x)->addr.s_addr),
		 b = ntohl(((const struct server *)y)->addr.s_addr);

	return a < b ? -1 : a > b;
}

static bool is_module(const struct policy_service *s)
{
	return s->type == SERVICE_SSL_ACCEL || s->type == SERVICE_SSL_INIT ||
	       s->type == SERVICE_SSL_ACCEL_BACKEND || s->compresses;
}

static bool ends_connections(const struct policy *p)
{
	for (int i = 0; i < p->nrule; i++)
		if (p->rule[i].layer5 || p->rule[i].redirect[0] ||
		    p->rule[i].sticky == STICK_STRING ||
		    p->rule[i].sticky == STICK_ARPT ||
		    p->rule[i].application == APP_REALAUDIO_CONTROL)
			return true;
	for (int i = 0; i < p->nservice; i++)
		if (is_module(&p->service[i]) ||
		    p->service[i].type == SERVICE_REDIRECT ||
		    p->service[i].type == SERVICE_REP_STORE_REDIR ||
		    p->service[i].type == SERVICE_REP_CACHE_REDIR ||
		    policy_has_vip(p, p->service[i].addr))
			return true;
	return false;
}

/* Rules without a VIP, and clauses that name a group, are for what is sent between
 * others, too. */
static bool takes_from_others(const struct policy *p)
{
	for (int i = 0; i < p->nrule; i++)
		if (p->rule[i].vip.s_addr == INADDR_ANY)
			return true;
	for (int i = 0; i < p->nacl && p->acl_enabled; i++)
		for (int n = 0; n < p->acl[i].nclause; n++)
			if (p->acl[i].clause[n].group)
				return true;
	return false;
}

static bool has_caches(const struct policy *p)
{
	for (int i = 0; i < p->nservice; i++)
		if (p->service[i].type == SERVICE_TRANSPARENT_CACHE)
			return true;
	return false;
}

static void add(struct forward *f, const struct policy_service *s)
{
	for (uint32_t i = 0; i < s->addr_range || !i; i++) {
		struct in_addr a = { htonl(ntohl(s->addr.s_addr) + i) };

		f->server = xrealloc(f->server,
				     (f->nserver + 1) * sizeof(*f->server));
		f->server[f->nserver++] = (struct server){ a, s };
	}
}

void servers_build(struct forward *f)
{
	const struct policy *p = NULL;

	if (f->policy)
		worker_policy_put(f->w->worker, f->policy);
	free(f->server);
	f->server = NULL;
	f->nserver = 0;
	f->policy = worker_policy(f->w->worker);
	p = f->policy->p;
	fast_rules(f->w->fast, p);
	f->may_end = ends_connections(p);
	f->has_caches = has_caches(p);
	f->takes_others = takes_from_others(p);
	for (int i = 0; i < p->nservice; i++)
		if (p->service[i].addr.s_addr != INADDR_ANY)
			add(f, &p->service[i]);
	if (f->nserver)
		qsort(f->server, f->nserver, sizeof(*f->server), by_addr);
}

/* The first of those with the address; NULL: none. */
static const struct server *server_find(const struct forward *f,
					struct in_addr a)
{
	size_t low = 0, high = f->nserver;
	uint32_t want = ntohl(a.s_addr);

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (ntohl(f->server[mid].addr.s_addr) < want)
			low = mid + 1;
		else
			high = mid;
	}
	return low < f->nserver && f->server[low].addr.s_addr == a.s_addr
		       ? &f->server[low]
		       : NULL;
}

static bool is_more(const struct forward *f, const struct server *s,
		    struct in_addr a)
{
	return s < f->server + f->nserver && s->addr.s_addr == a.s_addr;
}

const struct policy_group *servers_group(const struct forward *f,
					 struct in_addr a,
					 const struct policy_service **svc)
{
	const struct server *s = server_find(f, a);

	for (; s && is_more(f, s, a); s++) {
		if (!s->svc->source_group)
			continue;
		*svc = s->svc;
		return s->svc->source_group;
	}
	return NULL;
}

bool servers_has(const struct forward *f, struct in_addr a)
{
	return server_find(f, a) != NULL;
}

bool servers_is_cache(const struct forward *f, struct in_addr a)
{
	const struct server *s = server_find(f, a);

	for (; s && is_more(f, s, a); s++)
		if (s->svc->type == SERVICE_TRANSPARENT_CACHE)
			return true;
	return false;
}
