/*
 * Prefixes nest or are disjoint, so the ways of all addresses are a list of
 * ranges side by side, each with the set of next hops of the longest prefix that
 * covers it.  A look-up is a binary search over a few cache lines; the list is
 * made once.  Packets of the switch itself have a list of their own, because
 * some routes are for them only.
 */
#include "emu/wire/fib.h"

#include <stdlib.h>

#include "emu/base/str.h"
#include "emu/base/xalloc.h"

struct ways {		   /* routes to one prefix at the smallest distance */
	uint32_t first, n; /* in fib->route */
	uint32_t turn;	   /* of ecmp roundrobin */
};

struct range { /* up to where the next one starts */
	uint32_t start;
	int32_t ways; /* -1: no way */
};

struct table {
	struct fib_route *route; /* owned; sorted */
	struct ways *ways;	 /* owned */
	struct range *range;	 /* owned; ascending, the first starts at 0 */
	size_t nroute, nways, nrange;
};

struct fib {
	struct table table[2]; /* of packets on their way; of our own */
	enum fib_ecmp ecmp;
};

/* ---- building ------------------------------------------------------------------- */

static uint32_t start_of(const struct fib_route *r)
{
	return ntohl(r->net.s_addr & str_mask_of(r->prefix_len).s_addr);
}

static uint32_t end_of(const struct fib_route *r)
{
	return start_of(r) | ~ntohl(str_mask_of(r->prefix_len).s_addr);
}

/* Outer prefixes before those inside them, near before far. */
static int by_prefix(const void *x, const void *y)
{
	const struct fib_route *a = x, *b = y;
	uint32_t sa = start_of(a), sb = start_of(b);

	if (sa != sb)
		return sa < sb ? -1 : 1;
	if (a->prefix_len != b->prefix_len)
		return (int)a->prefix_len - (int)b->prefix_len;
	return (int)a->distance - (int)b->distance;
}

static bool is_same_prefix(const struct fib_route *a, const struct fib_route *b)
{
	return a->prefix_len == b->prefix_len && start_of(a) == start_of(b);
}

/* Of the routes to one prefix, those that are as near as the first. */
static void add_ways(struct table *t, size_t *i)
{
	const struct fib_route *first = &t->route[*i];
	struct ways *w = &t->ways[t->nways++];

	w->first = (uint32_t)*i;
	for (; *i < t->nroute && is_same_prefix(first, &t->route[*i]); ++*i)
		w->n += t->route[*i].distance == first->distance;
}

static void add_range(struct table *t, uint32_t start, int32_t ways)
{
	if (t->nrange > 0 && t->range[t->nrange - 1].start == start)
		t->nrange--; /* nothing is left of the one before */
	t->range[t->nrange++] = (struct range){ start, ways };
}

/* Walks the prefixes in order; those that are open are on a stack, as deep as
 * prefixes are long. */
static void lay_out(struct table *t)
{
	int32_t open[33];
	int depth = 0;

	add_range(t, 0, -1);
	for (size_t i = 0; i <= t->nways; i++) {
		const struct fib_route *next =
			i < t->nways ? &t->route[t->ways[i].first] : NULL;

		while (depth > 0) {
			uint32_t end = end_of(
				&t->route[t->ways[open[depth - 1]].first]);

			if (next && end >= start_of(next))
				break;
			depth--;
			if (end == UINT32_MAX)
				continue;
			add_range(t, end + 1, depth > 0 ? open[depth - 1] : -1);
		}
		if (!next)
			return;
		add_range(t, start_of(next), (int32_t)i);
		open[depth++] = (int32_t)i;
	}
}

static void build(struct table *t, const struct fib_route *r, size_t n,
		  bool originated)
{
	t->route = xcalloc(n + 1, sizeof(*t->route));
	t->ways = xcalloc(n + 1, sizeof(*t->ways));
	t->range = xcalloc(2 * n + 1, sizeof(*t->range));
	for (size_t i = 0; i < n; i++)
		if (originated || !r[i].originated)
			t->route[t->nroute++] = r[i];
	qsort(t->route, t->nroute, sizeof(*t->route), by_prefix);
	for (size_t i = 0; i < t->nroute;)
		add_ways(t, &i);
	lay_out(t);
}

struct fib *fib_new(const struct fib_route *r, size_t n, enum fib_ecmp ecmp)
{
	struct fib *f = xcalloc(1, sizeof(*f));

	f->ecmp = ecmp;
	build(&f->table[false], r, n, false);
	build(&f->table[true], r, n, true);
	return f;
}

void fib_free(struct fib *f)
{
	if (!f)
		return;
	for (int i = 0; i < 2; i++) {
		free(f->table[i].route);
		free(f->table[i].ways);
		free(f->table[i].range);
	}
	free(f);
}

/* ---- finding -------------------------------------------------------------------- */

static int32_t ways_to(const struct table *t, uint32_t dst)
{
	size_t low = 0, high = t->nrange;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (t->range[mid].start <= dst)
			low = mid;
		else
			high = mid;
	}
	return t->range[low].ways;
}

/* One pair of addresses keeps its way (RFC 2992 2). */
static uint32_t mix(struct in_addr src, struct in_addr dst)
{
	uint64_t h =
		((uint64_t)src.s_addr << 32 | dst.s_addr) * 0x9e3779b97f4a7c15u;

	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93u;
	return (uint32_t)(h >> 32);
}

static const struct fib_route *choose(const struct fib *f, struct table *t,
				      struct ways *w, struct in_addr src,
				      struct in_addr dst)
{
	uint32_t at = 0;

	if (w->n > 1 && f->ecmp == ECMP_ROUNDROBIN)
		at = w->turn++ % w->n;
	else if (w->n > 1)
		at = (uint32_t)((uint64_t)mix(src, dst) * w->n >> 32);
	return &t->route[w->first + at];
}

bool fib_find(struct fib *f, struct in_addr src, struct in_addr dst,
	      bool originated, struct fib_way *w)
{
	struct table *t = &f->table[originated];
	int32_t at = ways_to(t, ntohl(dst.s_addr));

	if (at < 0)
		return false;

	const struct fib_route *r = choose(f, t, &t->ways[at], src, dst);

	*w = (struct fib_way){
		.next_hop = r->local ? dst : r->gateway,
		.vlan = r->vlan,
		.blackhole = r->blackhole,
		.prefix_len = r->prefix_len,
	};
	return true;
}
