#include "emu/match/rule_table.h"

#include <stdlib.h>
#include <string.h>

#include "emu/base/xalloc.h"

static void index_new(struct index *x, size_t n)
{
	uint32_t size = 16;

	while (size < 2 * n)
		size *= 2;
	x->slot = xcalloc(size, sizeof(*x->slot));
	x->mask = size - 1;
}

static void index_add(struct index *x, uint64_t key, uint32_t at)
{
	struct slot *s = slot_of(x, key);

	if (!s->n++) {
		s->key = key;
		s->first = at;
	}
}

/* ---- groups ---------------------------------------------------------------- */

struct sorter { /* rules in the order of their groups */
	struct in_addr vip;
	unsigned range, port, proto;
	int rule;
};

static int by_group(const void *a, const void *b)
{
	const struct sorter *x = a, *y = b;

	if (x->vip.s_addr != y->vip.s_addr)
		return x->vip.s_addr < y->vip.s_addr ? -1 : 1;
	if (x->range != y->range)
		return x->range < y->range ? -1 : 1;
	if (x->port != y->port)
		return x->port < y->port ? -1 : 1;
	if (x->proto != y->proto)
		return x->proto < y->proto ? -1 : 1;
	return x->rule - y->rule;
}

static bool same_group(const struct match_group *g, const struct sorter *s)
{
	return g->vip.s_addr == s->vip.s_addr && g->range == s->range &&
	       g->port == s->port && g->proto == s->proto;
}

static struct match_group *group_add(struct match_table *t,
				     const struct sorter *s)
{
	struct match_group *g = &t->group[t->ngroup++];

	*g = (struct match_group){
		.vip = s->vip,
		.range = (uint16_t)s->range,
		.port = (uint16_t)s->port,
		.proto = (uint8_t)s->proto,
		.kind = kind_of(&t->rule[s->rule]),
		.l4 = -1,
		.any = -1,
	};
	return g;
}

/* The smaller range first. */
static void wide_add(struct match_table *t, int group)
{
	int at = t->nwide++;

	for (; at && t->group[t->wide[at - 1]].range > t->group[group].range;
	     at--)
		t->wide[at] = t->wide[at - 1];
	t->wide[at] = group;
}

static void place_group(struct match_table *t, int i)
{
	const struct match_group *g = &t->group[i];

	if (g->domains)
		t->domain_kinds |= (uint8_t)(1u << g->kind);
	if (g->range > EXPAND_MAX) {
		wide_add(t, i);
		return;
	}
	t->kinds |= (uint8_t)(1u << g->kind);
	for (unsigned a = 0; a < g->range; a++)
		t->place[t->nplace++] = (struct place){
			.key = address_key(ntohl(g->vip.s_addr) + a, g->port,
					   g->proto, g->kind),
			.range = g->range,
			.group = i,
		};
}

static int by_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->range != y->range)
		return x->range < y->range ? -1 : 1;
	return x->group - y->group;
}

static void index_places(struct match_table *t)
{
	size_t n = 1;

	for (int i = 0; i < t->ngroup; i++)
		if (t->group[i].range <= EXPAND_MAX)
			n += t->group[i].range;
	t->place = xcalloc(n, sizeof(*t->place));
	t->wide = xcalloc((size_t)t->ngroup + 1, sizeof(*t->wide));
	for (int i = 0; i < t->ngroup; i++)
		place_group(t, i);
	qsort(t->place, (size_t)t->nplace, sizeof(*t->place), by_place);
	index_new(&t->places, (size_t)t->nplace);
	for (int i = 0; i < t->nplace; i++)
		index_add(&t->places, t->place[i].key, (uint32_t)i);
}

/* ---- layer 5 --------------------------------------------------------------- */

static int node_new(struct match_table *t, int group,
		    const struct host_pattern *host)
{
	if (t->nnode == t->cap_node) {
		t->cap_node = t->cap_node ? 2 * t->cap_node : 64;
		t->node = xrealloc(t->node,
				   (size_t)t->cap_node * sizeof(*t->node));
	}
	t->node[t->nnode] =
		(struct match_node){ .group = group, .host = *host };
	return t->nnode++;
}

static bool same_host(const struct match_table *t, int node, int group,
		      const struct host_pattern *h)
{
	return t->node[node].group == group &&
	       !strcmp(t->node[node].host.text, h->text);
}

/* While building: domains by hash, one slot a node; n is 1 there. */
static int node_hashed(struct match_table *t, int group,
		       const struct host_pattern *h, uint64_t hash)
{
	uint64_t key = node_key(group, hash);
	struct slot *s = slot_of(&t->hosts, key);

	if (!s->n) {
		s->key = key;
		s->n = 1;
		s->first = (uint32_t)node_new(t, group, h);
	}
	return (int)s->first;
}

static int node_star(struct match_table *t, int group,
		     const struct host_pattern *h)
{
	struct match_group *g = &t->group[group];

	if (!g->nstar)
		g->star = t->nstar;
	for (int i = 0; i < g->nstar; i++)
		if (same_host(t, t->star[g->star + i], group, h))
			return t->star[g->star + i];
	t->star = xrealloc(t->star, (size_t)(t->nstar + 1) * sizeof(*t->star));
	t->star[t->nstar++] = node_new(t, group, h);
	g->nstar++;
	return t->star[t->nstar - 1];
}

static int node_of(struct match_table *t, int group,
		   const struct host_pattern *h)
{
	struct match_group *g = &t->group[group];
	enum affix affix = affix_of(h);

	g->domains |= h->text[0] != '\0';
	g->affixes |= (uint8_t)(1u << affix);
	if (h->text[0] && h->star < 0)
		return node_hashed(t, group, h,
				   fnv_text(h->text, strlen(h->text)));
	if (affix != AFFIX_NONE)
		return node_hashed(t, group, h, affix_hash(h));
	if (h->text[0])
		return node_star(t, group, h);
	if (g->any < 0)
		g->any = node_new(t, group, &no_host);
	return t->group[group].any;
}

static void entry_add(struct match_table *t, struct entry e)
{
	if (t->nentry == t->cap_entry) {
		t->cap_entry = t->cap_entry ? 2 * t->cap_entry : 256;
		t->entry = xrealloc(t->entry,
				    (size_t)t->cap_entry * sizeof(*t->entry));
	}
	t->entry[t->nentry++] = e;
}

static void node_length(struct match_node *n, size_t len)
{
	n->length[len] = true;
	if (len > n->longest)
		n->longest = (uint16_t)len;
}

/* A pattern's last extension: what is behind the last dot of ".tar.gz". */
static uint64_t ext_hash(const char *ext, size_t len)
{
	size_t at = len;

	while (at && ext[at - 1] != '.')
		at--;
	return fnv_text(ext + at, len - at) | 1;
}

/* One path of a rule: one entry, or one an extension of its EQL. */
static void path_add(struct match_table *t, int node, int rule,
		     const struct url_pattern *u)
{
	const struct match_rule *r = &t->rule[rule];
	struct entry e = {
		.rule = rule,
		.pattern = u,
		.rank = rank_of(r, &t->node[node].host, u),
	};
	size_t len = u ? strlen(u->path) : 0;
	uint64_t path = fnv_text(u ? u->path : "", len);

	if (u && !u->wild) {
		e.key = entry_key(node, PROBE_EXACT, path, 0);
		entry_add(t, e);
		return;
	}
	node_length(&t->node[node], len);
	if (r->url && r->url->ext) {
		for (int i = 0; i < r->url->next; i++) {
			const char *x = r->url->ext[i];

			e.key = entry_key(node, PROBE_EXT, path,
					  ext_hash(x, strlen(x)));
			entry_add(t, e);
		}
		return;
	}
	e.key = u && u->ext[0] ? entry_key(node, PROBE_EXT, path,
					   ext_hash(u->ext, strlen(u->ext)))
			       : entry_key(node, PROBE_PREFIX, path, 0);
	entry_add(t, e);
}

static void rule_add(struct match_table *t, int group, int rule)
{
	const struct url_set *s = t->rule[rule].url;

	t->group[group].l5 = true;
	t->group[group].wants |= (uint8_t)(1u << t->rule[rule].wants);
	if (!s) {
		path_add(t, node_of(t, group, &no_host), rule, NULL);
		return;
	}
	for (int i = 0; i < s->npattern; i++) {
		const struct url_pattern *u = &s->pattern[i];

		if (!s->host)
			path_add(t, node_of(t, group, &u->host), rule, u);
		for (int k = 0; s->host && k < s->nhost; k++)
			path_add(t, node_of(t, group, &s->host[k]), rule, u);
	}
}

static int by_entry(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank > y->rank ? -1 : 1;
	return x->rule - y->rule;
}

static void index_entries(struct match_table *t)
{
	if (t->nentry)
		qsort(t->entry, (size_t)t->nentry, sizeof(*t->entry), by_entry);
	index_new(&t->entries, (size_t)t->nentry);
	for (int i = 0; i < t->nentry; i++)
		index_add(&t->entries, t->entry[i].key, (uint32_t)i);
}

/* ---- the table ------------------------------------------------------------- */

static size_t count_hosts(const struct match_table *t)
{
	size_t n = 0;

	for (int i = 0; i < t->nrule; i++) {
		const struct url_set *s = t->rule[i].url;

		if (s)
			n += (size_t)(s->host ? s->nhost : s->npattern);
	}
	return n;
}

static void add_sorted(struct match_table *t, const struct sorter *s)
{
	struct match_group *g = t->ngroup ? &t->group[t->ngroup - 1] : NULL;

	if (!g || !same_group(g, s))
		g = group_add(t, s);
	if (t->rule[s->rule].layer5)
		rule_add(t, t->ngroup - 1, s->rule);
	else if (g->l4 < 0)
		g->l4 = s->rule;
}

struct match_table *match_new(const struct match_rule *rules, int n)
{
	struct match_table *t = xcalloc(1, sizeof(*t));
	struct sorter *order = xcalloc((size_t)n + 1, sizeof(*order));

	t->rule = xcalloc((size_t)n + 1, sizeof(*t->rule));
	t->group = xcalloc((size_t)n + 1, sizeof(*t->group));
	t->nrule = n;
	for (int i = 0; i < n; i++) {
		t->rule[i] = rules[i];
		order[i] = (struct sorter){ rules[i].vip, range_of(&rules[i]),
					    rules[i].port, rules[i].proto, i };
	}
	if (n)
		qsort(order, (size_t)n, sizeof(*order), by_group);
	index_new(&t->hosts, count_hosts(t));
	for (int i = 0; i < n; i++)
		add_sorted(t, &order[i]);
	free(order);
	index_places(t);
	index_entries(t);
	return t;
}

void match_free(struct match_table *t)
{
	if (!t)
		return;
	free(t->rule);
	free(t->group);
	free(t->node);
	free(t->entry);
	free(t->place);
	free(t->wide);
	free(t->star);
	free(t->places.slot);
	free(t->entries.slot);
	free(t->hosts.slot);
	free(t);
}
