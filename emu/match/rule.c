#include "emu/match/rule_table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/xalloc.h"
#include "emu/match/hfgroup.h"

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

static void take_hashed(struct search *s, int group, uint64_t hash)
{
	const struct slot *x = slot_of(&s->t->hosts, node_key(group, hash));

	if (x->n && s->t->node[x->first].group == group &&
	    host_match(&s->t->node[x->first].host, s->host, s->host_len))
		take_node(s, (int)x->first);
}

/* With its port and without: a pattern may name one. */
static void take_exact(struct search *s, int group)
{
	take_hashed(s, group, fnv_text(s->host, s->bare_len));
	if (s->host_len != s->bare_len)
		take_hashed(s, group, fnv_text(s->host, s->host_len));
}

/* "*.a.com", "www.a.*": one probe a dot of the host */
static void take_affixes(struct search *s, int group, unsigned affixes)
{
	uint64_t h = ENDS_BEGIN;

	for (size_t i = s->bare_len; affixes & 1u << AFFIX_ENDS && i--;) {
		h = fnv(h, s->host[i]);
		if (s->host[i] == '.')
			take_hashed(s, group, h);
	}
	h = BEGINS_BEGIN;
	for (size_t i = 0; affixes & 1u << AFFIX_BEGINS && i < s->bare_len;
	     i++) {
		h = fnv(h, s->host[i]);
		if (s->host[i] == '.')
			take_hashed(s, group, h);
	}
}

static void take_domains(struct search *s, int group)
{
	const struct match_group *g = &s->t->group[group];

	take_exact(s, group);
	take_affixes(s, group, g->affixes);
	for (int i = 0; i < g->nstar; i++) {
		int node = s->t->star[g->star + i];

		if (host_match(&s->t->node[node].host, s->host, s->host_len))
			take_node(s, node);
	}
}

/* Behind a rule of layer 3/4 that is more specific only a domain counts. */
static void take_layer5(struct search *s, int group)
{
	const struct match_group *g = &s->t->group[group];

	if (g->domains && s->host_len && s->bare_len < HOST_LEN)
		take_domains(s, group);
	if (g->any >= 0 && s->l4 < 0)
		take_node(s, g->any);
}

/* true: decided, look no further */
static bool take_group(struct search *s, int group)
{
	const struct match_group *g = &s->t->group[group];

	s->wants |= g->wants;
	if (s->asking)
		return false;
	if (!s->req)
		s->wait = s->l4 < 0 ? g->l5 : g->domains;
	else if (g->l5)
		take_layer5(s, group);
	if (g->l4 >= 0 && s->l4 < 0)
		s->l4 = g->l4;
	return s->wait;
}

/* A layer 4 rule that is known goes before all that comes, but for a domain. */
static bool may_add(const struct search *s, unsigned kind)
{
	return s->l4 < 0 || s->t->domain_kinds & 1u << kind;
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
	s->path = http_path(req->buf, req->http, &s->path_len);
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
		if (may_add(&s, kind) && take_kind(&s, kind))
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
