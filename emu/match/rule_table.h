#ifndef CSS_MATCH_RULE_TABLE_H
#define CSS_MATCH_RULE_TABLE_H

/* Inside of the match table: rule_build.c makes it, rule.c asks it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <netinet/in.h>

#include "emu/match/rule.h"
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
 * leads to a node: exact ones by hash, "*.a.com" and "www.a.*" by the hashes of
 * what the host ends and begins with, those with a star elsewhere by walking the
 * few there are, and one for rules without a domain.  In a node a path is looked up
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
	bool domains;	 /* some of them for a domain */
	uint8_t affixes; /* bits 1 << enum affix of their domains */
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
	uint16_t range; /* of the group: the smaller goes first */
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
	uint8_t kinds;	      /* bit k: kind k has groups */
	uint8_t domain_kinds; /* and rules for a domain among them */
};

/* ---- hashing --------------------------------------------------------------- */

static inline uint64_t mix(uint64_t key)
{
	key ^= key >> 33;
	key *= 0xff51afd7ed558ccdULL;
	key ^= key >> 33;
	key *= 0xc4ceb9fe1a85ec53ULL;
	return key ^ key >> 33;
}

#define FNV_BEGIN 0xcbf29ce484222325ULL

static inline uint64_t fnv(uint64_t h, char c)
{
	if (c >= 'A' && c <= 'Z')
		c = (char)(c - 'A' + 'a');
	return (h ^ (unsigned char)c) * 0x100000001b3ULL;
}

static inline uint64_t fnv_text(const char *s, size_t len)
{
	uint64_t h = FNV_BEGIN;

	for (size_t i = 0; i < len; i++)
		h = fnv(h, s[i]);
	return h;
}

/* A domain whose star is a whole label, at one end. */
enum affix { AFFIX_NONE, AFFIX_ENDS, AFFIX_BEGINS };

static inline enum affix affix_of(const struct host_pattern *h)
{
	size_t len = strlen(h->text);

	if (h->star < 0 || h->has_port || len < 3)
		return AFFIX_NONE;
	if (h->star == 0)
		return h->text[1] == '.' ? AFFIX_ENDS : AFFIX_NONE;
	return (size_t)h->star == len - 1 && h->text[len - 2] == '.'
		       ? AFFIX_BEGINS
		       : AFFIX_NONE;
}

/* ".a.com" is hashed from its end on, so that a host gives all of its ends in
 * one pass; "www.a." from its start. */
#define ENDS_BEGIN   (FNV_BEGIN ^ 1)
#define BEGINS_BEGIN (FNV_BEGIN ^ 2)

static inline uint64_t affix_hash(const struct host_pattern *h)
{
	size_t len = strlen(h->text);
	uint64_t hash = h->star ? BEGINS_BEGIN : ENDS_BEGIN;

	for (size_t i = 1; i < len; i++)
		hash = fnv(hash, h->text[h->star ? i - 1 : len - i]);
	return hash;
}

static inline uint64_t node_key(int group, uint64_t host)
{
	return mix(host ^ mix((uint64_t)group + 1)) | 1;
}

static inline uint64_t entry_key(int node, enum probe p, uint64_t path,
				 uint64_t ext)
{
	uint64_t h = mix(path + ((uint64_t)node << 2 | (uint64_t)p));

	return mix(h ^ ext) | 1;
}

static inline uint64_t address_key(uint32_t vip, uint16_t port, uint8_t proto,
				   unsigned kind)
{
	return (uint64_t)vip << 32 | (uint64_t)port << 16 |
	       (uint64_t)proto << 8 | kind | 0x80;
}

static inline struct slot *slot_of(const struct index *x, uint64_t key)
{
	uint32_t at = (uint32_t)mix(key) & x->mask;

	while (x->slot[at].n && x->slot[at].key != key)
		at = (at + 1) & x->mask;
	return &x->slot[at];
}

/* ---- a rule's place --------------------------------------------------------- */

static inline unsigned kind_of(const struct match_rule *r)
{
	return (r->vip.s_addr == INADDR_ANY ? KIND_VIP : 0u) |
	       (r->port ? 0u : KIND_PORT) | (r->proto ? 0u : KIND_PROTO);
}

static inline unsigned range_of(const struct match_rule *r)
{
	if (r->vip.s_addr == INADDR_ANY || !r->vip_range)
		return 1;
	return r->vip_range;
}

/* The pattern of a rule without a domain. */
static const struct host_pattern no_host = { .star = -1 };

/*
 * The order of the manual (content.md 2.5): domain and VIP before domain before
 * VIP before neither; with header groups a VIP goes before a domain, and a rule
 * with a group before the same rule without.
 */
static inline unsigned class_of(const struct match_rule *r,
				const struct host_pattern *h)
{
	bool vip = r->vip.s_addr != INADDR_ANY;

	if (h->text[0] && vip)
		return 6;
	if (r->hfg)
		return vip ? 5 : h->text[0] ? 4 : 1;
	return h->text[0] ? 3 : vip ? 2 : 0;
}

/* Among rules of one class: the domain, the header group's weight, the path. */
static inline uint64_t rank_of(const struct match_rule *r,
			       const struct host_pattern *h,
			       const struct url_pattern *u)
{
	bool eql = r->url && r->url->ext;

	return (uint64_t)class_of(r, h) << 44 | (uint64_t)host_rank(h) << 32 |
	       (uint64_t)(r->hfg ? r->hfg_weight + 1u : 0u) << 13 |
	       (u ? path_rank(u, eql) + 1u : 0u);
}

#endif
