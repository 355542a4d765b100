#include "emu/match/rule.h"

#include <stdbool.h>
#include <stdlib.h>

#include "emu/base/xalloc.h"
#include "emu/match/url.h"

/*
 * Rules are grouped by what a packet can tell: (VIP, port, protocol), each
 * exact or any.  That makes eight kinds of group; from the most specific kind
 * to the least (content.md 2.5: VIP before port before protocol) a look-up asks
 * the hash once for each kind that exists at all.  Inside a group layer 5 rules
 * come first, best rank first, then those of layer 3/4.
 *
 * VIP ranges are spread out over their addresses up to EXPAND_MAX; the few
 * larger ones stand in a list that is walked when no smaller rule of a VIP
 * took the flow.
 */

#define EXPAND_MAX 256
#define KINDS	   8
#define KIND_VIP   4 /* bits of a kind: set where the field is "any" */
#define KIND_PORT  2
#define KIND_PROTO 1

struct place { /* one rule in one group */
	uint64_t key;
	uint64_t rank; /* 0: layer 3/4 */
	int rule;
};

struct slot {
	uint64_t key;
	uint32_t first, n; /* n 0: free */
};

struct match_table {
	struct match_rule *rule; /* owned */
	struct place *place;	 /* owned */
	int *wide;		 /* owned; rules with large VIP ranges */
	struct slot *slot;	 /* owned */
	uint32_t mask;
	int nplace, nwide;
	uint8_t kinds; /* bit k: kind k has groups */
};

static uint64_t pack(uint32_t vip, uint16_t port, uint8_t proto, unsigned kind)
{
	return (uint64_t)vip << 32 | (uint64_t)port << 16 |
	       (uint64_t)proto << 8 | kind;
}

static uint32_t spread(uint64_t key)
{
	key ^= key >> 33;
	key *= 0xff51afd7ed558ccdULL;
	key ^= key >> 33;
	key *= 0xc4ceb9fe1a85ec53ULL;
	return (uint32_t)(key ^ key >> 33);
}

static unsigned kind_of(const struct match_rule *r)
{
	return (r->vip.s_addr == INADDR_ANY ? KIND_VIP : 0u) |
	       (r->port ? 0u : KIND_PORT) | (r->proto ? 0u : KIND_PROTO);
}

static int width(const struct match_rule *r)
{
	if (r->vip.s_addr == INADDR_ANY || !r->vip_range)
		return 1;
	return r->vip_range;
}

static uint64_t rank_of(const struct match_rule *r)
{
	/* + 1: "/", a layer 5 rule of the lowest rank, is still layer 5 */
	return r->url ? url_rank(r->url, r->vip.s_addr != INADDR_ANY) + 1 : 0;
}

static void place_rule(struct match_table *t, int i)
{
	const struct match_rule *r = &t->rule[i];
	unsigned kind = kind_of(r);

	if (width(r) > EXPAND_MAX) {
		t->wide[t->nwide++] = i;
		return;
	}
	t->kinds |= (uint8_t)(1u << kind);
	for (int a = 0; a < width(r); a++) {
		uint32_t vip = ntohl(r->vip.s_addr) + (uint32_t)a;

		t->place[t->nplace++] = (struct place){
			.key = pack(vip, r->port, r->proto, kind),
			.rank = rank_of(r),
			.rule = i,
		};
	}
}

static int by_key(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank > y->rank ? -1 : 1;
	return x->rule - y->rule;
}

static struct slot *slot_of(const struct match_table *t, uint64_t key)
{
	uint32_t at = spread(key) & t->mask;

	while (t->slot[at].n && t->slot[at].key != key)
		at = (at + 1) & t->mask;
	return &t->slot[at];
}

static void index_places(struct match_table *t)
{
	uint32_t size = 16;

	while (size < 2 * (uint32_t)t->nplace)
		size *= 2;
	t->slot = xcalloc(size, sizeof(*t->slot));
	t->mask = size - 1;
	for (int i = 0; i < t->nplace; i++) {
		struct slot *s = slot_of(t, t->place[i].key);

		if (!s->n++) {
			s->key = t->place[i].key;
			s->first = (uint32_t)i;
		}
	}
}

struct match_table *match_new(const struct match_rule *rules, int n)
{
	struct match_table *t = xcalloc(1, sizeof(*t));
	size_t places = 0;

	for (int i = 0; i < n; i++)
		if (width(&rules[i]) <= EXPAND_MAX)
			places += (size_t)width(&rules[i]);
	t->rule = xcalloc((size_t)n + 1, sizeof(*t->rule));
	for (int i = 0; i < n; i++)
		t->rule[i] = rules[i];
	t->place = xcalloc(places + 1, sizeof(*t->place));
	t->wide = xcalloc((size_t)n + 1, sizeof(*t->wide));
	for (int i = 0; i < n; i++)
		place_rule(t, i);
	qsort(t->place, (size_t)t->nplace, sizeof(*t->place), by_key);
	index_places(t);
	return t;
}

void match_free(struct match_table *t)
{
	if (!t)
		return;
	free(t->rule);
	free(t->place);
	free(t->wide);
	free(t->slot);
	free(t);
}

/* ---- look-up --------------------------------------------------------------- */

struct search {
	const struct match_table *t;
	const struct flow_key *key;
	const struct match_request *req;
	int l5, l4; /* best so far, -1: none */
	uint64_t l5_rank;
	bool wait; /* layer 5 comes first, but there is no request */
};

/* true: decided, look no further */
static bool take(struct search *s, int rule, uint64_t rank)
{
	if (!rank) {
		if (s->l4 < 0)
			s->l4 = rule;
		return !s->req;
	}
	if (!s->req) {
		s->wait = s->l4 < 0;
		return true;
	}
	if (s->req->head && (s->l5 < 0 || rank > s->l5_rank) &&
	    url_match(s->t->rule[rule].url, s->req->head, &s->req->http)) {
		s->l5 = rule;
		s->l5_rank = rank;
	}
	return false;
}

static bool take_group(struct search *s, unsigned kind)
{
	const struct flow_key *k = s->key;
	const struct slot *g =
		slot_of(s->t, pack(kind & KIND_VIP ? 0 : ntohl(k->dst.s_addr),
				   kind & KIND_PORT ? 0 : ntohs(k->dport),
				   kind & KIND_PROTO ? 0 : k->proto, kind));

	for (uint32_t i = 0; i < g->n; i++) {
		const struct place *p = &s->t->place[g->first + i];

		if (take(s, p->rule, p->rank))
			return true;
	}
	return false;
}

static bool wide_fits(const struct match_rule *r, const struct flow_key *k)
{
	uint32_t off = ntohl(k->dst.s_addr) - ntohl(r->vip.s_addr);

	return off < r->vip_range && (!r->port || htons(r->port) == k->dport) &&
	       (!r->proto || r->proto == k->proto);
}

static bool take_wide(struct search *s, unsigned kind)
{
	for (int i = 0; i < s->t->nwide; i++) {
		int rule = s->t->wide[i];
		const struct match_rule *r = &s->t->rule[rule];

		if (kind_of(r) == kind && wide_fits(r, s->key) &&
		    take(s, rule, rank_of(r)))
			return true;
	}
	return false;
}

static void search(struct search *s)
{
	for (unsigned kind = 0; kind < KINDS; kind++) {
		if (s->t->kinds & 1u << kind && take_group(s, kind))
			return;
		if (s->t->nwide && !(kind & KIND_VIP) && take_wide(s, kind))
			return;
	}
}

enum match_result match_find(const struct match_table *t,
			     const struct flow_key *key,
			     const struct match_request *req, int *which)
{
	struct search s = {
		.t = t, .key = key, .req = req, .l5 = -1, .l4 = -1
	};

	search(&s);
	if (s.wait)
		return MATCH_NEED_REQUEST;
	*which = s.l5 >= 0 ? s.l5 : s.l4;
	return *which >= 0 ? MATCH_RULE : MATCH_NONE;
}
