#include "emu/match/rule.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/xalloc.h"
#include "emu/match/hfgroup.h"
#include "emu/match/url.h"

/*
 * Two steps of hashing.
 *
 * What a packet can tell comes first.  Rules with the same VIP range, port and
 * protocol are one group.  Each of the three may be "any", which makes eight
 * kinds of group; from the most specific kind to the least (content.md 2.5: VIP
 * before port before protocol) a look-up asks for the groups of an address once
 * for each kind that exists at all.  Ranges of up to EXPAND_MAX addresses are
 * spread out; the few larger ones stand in a list that is walked.
 *
 * Inside a group, layer 5 rules are found by what the request says.  A domain
 * leads to a node: exact ones by hash, those with a star by walking the few
 * there are, and one for rules without a domain.  In a node a path is looked up
 * whole, and once for each length of prefix that the node has, with and without
 * the path's extension.  What is found so is tested in full, and the best rank
 * wins.
 */

#define EXPAND_MAX 256
#define KINDS	   8
#define KIND_VIP   4 /* bits of a kind: set where the field is "any" */
#define KIND_PORT  2
#define KIND_PROTO 1

struct match_group {
	struct in_addr vip;
	uint16_t range, port;
	uint8_t proto;
	unsigned kind;
	int l4;		 /* rule, -1: none */
	bool l5;	 /* has layer 5 rules */
	uint8_t wants;	 /* their kinds of request, bits */
	int any;	 /* node of rules without a domain, -1: none */
	int star, nstar; /* nodes whose domain has a star: star_node[] */
};

struct match_node { /* the rules of one domain in one group */
	int group;
	struct host_pattern host;
	bool length[URL_LEN]; /* lengths of prefixes that it has */
	uint16_t longest;
};

enum probe { PROBE_EXACT, PROBE_PREFIX, PROBE_EXT };

struct entry { /* one path of one rule in one node */
	uint64_t key;
	uint64_t rank;
	int rule;
	const struct url_pattern *pattern; /* NULL: every path */
};

struct place { /* an address of a group */
	uint64_t key;
	int group;
};

struct slot {
	uint64_t key;
	uint32_t first, n; /* n 0: free */
};

struct index {		   /* a hash from a key to a run of a sorted array */
	struct slot *slot; /* owned */
	uint32_t mask;
};

struct match_table {
	struct match_rule *rule;   /* owned */
	struct match_group *group; /* owned */
	struct match_node *node;   /* owned */
	struct entry *entry;	   /* owned */
	struct place *place;	   /* owned */
	int *wide, *star;	   /* owned */
	struct index places, entries, hosts;
	int nrule, ngroup, nnode, nentry, nplace, nwide, nstar;
	int cap_node, cap_entry;
	uint8_t kinds; /* bit k: kind k has groups */
};

static const char *const lost_name[] = {
	[LOST_NOT] = "chosen",
	[LOST_HOST] = "the domain does not fit",
	[LOST_PATH] = "the URL does not fit",
	[LOST_HEADER] = "the header-field-group does not fit",
	[LOST_METHOD] = "the method is not parsed",
	[LOST_KIND] = "the request is of another kind",
	[LOST_RANK] = "a more specific rule fits",
	[LOST_WAITING] = "a layer 5 rule is asked first",
};
static_assert(sizeof(lost_name) / sizeof(*lost_name) == LOST_NUM,
	      "lost_name[] does not match enum match_lost");

const char *match_lost_name(enum match_lost l)
{
	return lost_name[l];
}

/* ---- hashing --------------------------------------------------------------- */

static uint64_t mix(uint64_t key)
{
	key ^= key >> 33;
	key *= 0xff51afd7ed558ccdULL;
	key ^= key >> 33;
	key *= 0xc4ceb9fe1a85ec53ULL;
	return key ^ key >> 33;
}

#define FNV_BEGIN 0xcbf29ce484222325ULL

static uint64_t fnv(uint64_t h, char c)
{
	if (c >= 'A' && c <= 'Z')
		c = (char)(c - 'A' + 'a');
	return (h ^ (unsigned char)c) * 0x100000001b3ULL;
}

static uint64_t fnv_text(const char *s, size_t len)
{
	uint64_t h = FNV_BEGIN;

	for (size_t i = 0; i < len; i++)
		h = fnv(h, s[i]);
	return h;
}

static uint64_t node_key(int group, uint64_t host)
{
	return mix(host ^ mix((uint64_t)group + 1)) | 1;
}

static uint64_t entry_key(int node, enum probe p, uint64_t path, uint64_t ext)
{
	uint64_t h = mix(path + ((uint64_t)node << 2 | (uint64_t)p));

	return mix(h ^ ext) | 1;
}

static uint64_t address_key(uint32_t vip, uint16_t port, uint8_t proto,
			    unsigned kind)
{
	return (uint64_t)vip << 32 | (uint64_t)port << 16 |
	       (uint64_t)proto << 8 | kind | 0x80;
}

static struct slot *slot_of(const struct index *x, uint64_t key)
{
	uint32_t at = (uint32_t)mix(key) & x->mask;

	while (x->slot[at].n && x->slot[at].key != key)
		at = (at + 1) & x->mask;
	return &x->slot[at];
}

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

static unsigned kind_of(const struct match_rule *r)
{
	return (r->vip.s_addr == INADDR_ANY ? KIND_VIP : 0u) |
	       (r->port ? 0u : KIND_PORT) | (r->proto ? 0u : KIND_PROTO);
}

static unsigned range_of(const struct match_rule *r)
{
	if (r->vip.s_addr == INADDR_ANY || !r->vip_range)
		return 1;
	return r->vip_range;
}

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

static void place_group(struct match_table *t, int i)
{
	const struct match_group *g = &t->group[i];

	if (g->range > EXPAND_MAX) {
		t->wide[t->nwide++] = i;
		return;
	}
	t->kinds |= (uint8_t)(1u << g->kind);
	for (unsigned a = 0; a < g->range; a++)
		t->place[t->nplace++] = (struct place){
			.key = address_key(ntohl(g->vip.s_addr) + a, g->port,
					   g->proto, g->kind),
			.group = i,
		};
}

static int by_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
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

static const struct host_pattern no_host = { .star = -1 };

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

/* While building: exact domains by hash, one slot a node; n is 1 there. */
static int node_exact(struct match_table *t, int group,
		      const struct host_pattern *h)
{
	uint64_t key = node_key(group, fnv_text(h->text, strlen(h->text)));
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

	if (h->text[0])
		return h->star < 0 ? node_exact(t, group, h)
				   : node_star(t, group, h);
	if (g->any < 0)
		g->any = node_new(t, group, &no_host);
	return t->group[group].any;
}

/* content.md 2.5 step 4: domain, VIP, header group and its weight, path. */
static uint64_t rank_of(const struct match_rule *r,
			const struct host_pattern *h,
			const struct url_pattern *u)
{
	bool eql = r->url && r->url->ext;

	return (uint64_t)host_rank(h) << 32 |
	       (uint64_t)(r->vip.s_addr != INADDR_ANY) << 24 |
	       (uint64_t)(r->hfg ? r->hfg_weight + 1u : 0u) << 13 |
	       (u ? path_rank(u, eql) + 1u : 0u);
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

/* ---- look-up --------------------------------------------------------------- */

struct search {
	const struct match_table *t;
	const struct flow_key *key;
	const struct request *req;
	int l5, l4; /* best so far, -1: none */
	uint64_t l5_rank;
	bool wait;   /* layer 5 comes first, but there is no request */
	bool asking; /* only what kinds of request are wanted */
	unsigned wants;

	/* of the request; empty when it has none of it */
	const char *host, *path;
	size_t host_len, path_len, bare_len;
	uint64_t ext;	/* hash of the path's extension, 0: none */
	uint64_t whole; /* hash of the path */
};

static bool header_fits(const struct match_rule *r, const struct request *req)
{
	return !r->hfg || (req->http && hf_match(r->hfg, req->buf, req->http));
}

static bool entry_fits(const struct search *s, const struct entry *e)
{
	const struct match_rule *r = &s->t->rule[e->rule];

	if (r->wants != s->req->kind)
		return false;
	if (e->pattern && (!path_match(e->pattern, s->path, s->path_len) ||
			   !ext_match(r->url, s->path, s->path_len)))
		return false;
	return header_fits(r, s->req);
}

static void take_entries(struct search *s, uint64_t key)
{
	const struct slot *g = slot_of(&s->t->entries, key);

	for (uint32_t i = 0; i < g->n; i++) {
		const struct entry *e = &s->t->entry[g->first + i];

		if (s->l5 >= 0 && e->rank <= s->l5_rank)
			return; /* the rest of the run ranks lower still */
		if (entry_fits(s, e)) {
			s->l5 = e->rule;
			s->l5_rank = e->rank;
			return;
		}
	}
}

static void take_node(struct search *s, int node)
{
	const struct match_node *n = &s->t->node[node];
	uint64_t h = FNV_BEGIN;

	take_entries(s, entry_key(node, PROBE_EXACT, s->whole, 0));
	for (size_t len = 0; len <= n->longest; len++) {
		if (n->length[len]) {
			take_entries(s, entry_key(node, PROBE_PREFIX, h, 0));
			if (s->ext)
				take_entries(s, entry_key(node, PROBE_EXT, h,
							  s->ext));
		}
		if (len == s->path_len)
			break;
		h = fnv(h, s->path[len]);
	}
}

/* With its port and without: a pattern may name one. */
static void take_exact(struct search *s, int group)
{
	size_t len[2] = { s->bare_len, s->host_len };

	for (int i = 0; i < 2 && (!i || len[1] != len[0]); i++) {
		const struct slot *x =
			slot_of(&s->t->hosts,
				node_key(group, fnv_text(s->host, len[i])));

		if (x->n && s->t->node[x->first].group == group &&
		    host_match(&s->t->node[x->first].host, s->host,
			       s->host_len))
			take_node(s, (int)x->first);
	}
}

static void take_layer5(struct search *s, int group)
{
	const struct match_group *g = &s->t->group[group];

	if (s->host_len)
		take_exact(s, group);
	for (int i = 0; s->host_len && i < g->nstar; i++) {
		int node = s->t->star[g->star + i];

		if (host_match(&s->t->node[node].host, s->host, s->host_len))
			take_node(s, node);
	}
	if (g->any >= 0)
		take_node(s, g->any);
}

/* true: decided, look no further */
static bool take_group(struct search *s, int group)
{
	const struct match_group *g = &s->t->group[group];

	s->wants |= g->wants;
	if (s->asking)
		return false;
	if (g->l5 && !s->req) {
		s->wait = s->l4 < 0;
		return true;
	}
	if (g->l5)
		take_layer5(s, group);
	if (g->l4 >= 0 && s->l4 < 0)
		s->l4 = g->l4;
	return g->l4 >= 0 && !s->req;
}

static bool wide_fits(const struct match_group *g, const struct flow_key *k)
{
	uint32_t off = ntohl(k->dst.s_addr) - ntohl(g->vip.s_addr);

	return off < g->range && (!g->port || htons(g->port) == k->dport) &&
	       (!g->proto || g->proto == k->proto);
}

static bool take_kind(struct search *s, unsigned kind)
{
	const struct match_table *t = s->t;
	const struct flow_key *k = s->key;
	const struct slot *x = NULL;

	if (t->kinds & 1u << kind) {
		x = slot_of(
			&t->places,
			address_key(kind & KIND_VIP ? 0 : ntohl(k->dst.s_addr),
				    kind & KIND_PORT ? 0 : ntohs(k->dport),
				    kind & KIND_PROTO ? 0 : k->proto, kind));
		for (uint32_t i = 0; i < x->n; i++)
			if (take_group(s, t->place[x->first + i].group))
				return true;
	}
	for (int i = 0; i < t->nwide; i++)
		if (t->group[t->wide[i]].kind == kind &&
		    wide_fits(&t->group[t->wide[i]], k) &&
		    take_group(s, t->wide[i]))
			return true;
	return false;
}

/* ".gif" of "/a/b.gif"; a dot in an earlier part is none. */
static uint64_t request_ext(const char *path, size_t len)
{
	size_t at = len;

	while (at && path[at - 1] != '.' && path[at - 1] != '/')
		at--;
	if (!at || path[at - 1] == '/')
		return 0;
	return fnv_text(path + at, len - at) | 1;
}

static void request_read(struct search *s)
{
	const struct request *req = s->req;

	if (!req || !req->http)
		return;
	s->path = req->buf + req->http->path.at;
	s->path_len = req->http->path.len;
	s->host = req->buf + req->http->host.at;
	s->host_len = req->http->host.len;
	s->bare_len = http_host_len(s->host, s->host_len);
	s->whole = fnv_text(s->path, s->path_len);
	s->ext = request_ext(s->path, s->path_len);
}

enum match_result match_find(const struct match_table *t,
			     const struct flow_key *key,
			     const struct request *req, int *which)
{
	struct search s = { .t = t,
			    .key = key,
			    .req = req,
			    .l5 = -1,
			    .l4 = -1,
			    .path = "",
			    .host = "",
			    .whole = FNV_BEGIN };

	request_read(&s);
	for (unsigned kind = 0; kind < KINDS; kind++)
		if (take_kind(&s, kind))
			break;
	if (s.wait)
		return MATCH_NEED_REQUEST;
	*which = s.l5 >= 0 ? s.l5 : s.l4;
	return *which >= 0 ? MATCH_RULE : MATCH_NONE;
}

unsigned match_wants(const struct match_table *t, const struct flow_key *key)
{
	struct search s = { .t = t, .key = key, .asking = true };

	for (unsigned kind = 0; kind < KINDS; kind++)
		(void)take_kind(&s, kind);
	return s.wants;
}

/* ---- for operators --------------------------------------------------------- */

static bool address_fits(const struct match_rule *r, const struct flow_key *k)
{
	uint32_t off = ntohl(k->dst.s_addr) - ntohl(r->vip.s_addr);

	if (r->vip.s_addr != INADDR_ANY && off >= range_of(r))
		return false;
	return (!r->port || htons(r->port) == k->dport) &&
	       (!r->proto || r->proto == k->proto);
}

static enum match_lost lost_why(const struct match_rule *r,
				const struct request *req)
{
	static const enum match_lost of[] = {
		[URL_FITS] = LOST_RANK,
		[URL_OTHER_HOST] = LOST_HOST,
		[URL_OTHER_PATH] = LOST_PATH,
	};
	enum match_lost why = LOST_RANK;

	if (!r->layer5)
		return LOST_RANK;
	if (!req)
		return LOST_WAITING;
	if (r->wants != req->kind)
		return LOST_KIND;
	if (r->url && req->http)
		why = of[url_set_test(r->url, req->buf, req->http)];
	if (why == LOST_RANK && !header_fits(r, req))
		return LOST_HEADER;
	return why;
}

struct told {
	uint64_t order; /* small: more specific */
	int rule;
};

static int by_order(const void *a, const void *b)
{
	const struct told *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return x->rule - y->rule;
}

static uint64_t order_of(const struct match_rule *r)
{
	const struct url_pattern *u =
		r->url && r->url->npattern ? &r->url->pattern[0] : NULL;
	uint64_t rank =
		r->layer5 ? rank_of(r, u ? &u->host : &no_host, u) + 1 : 0;

	return (uint64_t)(r->layer5 ? 0 : kind_of(r) + 1u) << 56 |
	       ((UINT64_MAX >> 8) - rank);
}

void match_explain(const struct match_table *t, const struct flow_key *key,
		   const struct request *req,
		   void (*tell)(void *arg, int rule, enum match_lost why),
		   void *arg)
{
	struct told *told = xcalloc((size_t)t->nrule + 1, sizeof(*told));
	int which = -1, n = 0;
	enum match_result r = match_find(t, key, req, &which);

	for (int i = 0; i < t->nrule; i++)
		if (address_fits(&t->rule[i], key))
			told[n++] = (struct told){ order_of(&t->rule[i]), i };
	if (n)
		qsort(told, (size_t)n, sizeof(*told), by_order);
	for (int i = 0; i < n; i++) {
		int rule = told[i].rule;

		tell(arg, rule,
		     r == MATCH_RULE && rule == which ? LOST_NOT
		     : r == MATCH_NEED_REQUEST	      ? LOST_WAITING
					       : lost_why(&t->rule[rule], req));
	}
	free(told);
}
