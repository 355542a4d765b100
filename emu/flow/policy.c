#include "emu/flow/load.h"
#include "emu/flow/policy_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "chassis/chassis.h"
#include "emu/balance/balance.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/conf/content.h"
#include "emu/conf/global.h"
#include "emu/conf/group.h"
#include "emu/conf/kept.h"
#include "emu/flow/ports.h"
#include "emu/flow/shared.h"
#include "emu/match/rule.h"
#include "sslmod/card_ssl.h"
#include "sslmod/image.h"
#include "sslmod/stats.h"

/*
 * Compilation in three passes: groups, services (which point to groups), rules
 * (which point to services), then the look-up table over the rules.  Names are
 * resolved here, once, by binary search; traffic meets pointers only.
 */

/* ---- groups ---------------------------------------------------------------- */

int64_t policy_idle_ms(uint32_t multiplier)
{
	if (multiplier == FLOW_TIMEOUT_UNSET)
		return POLICY_UNSET;
	return (int64_t)multiplier * 16000;
}

static void build_groups(struct build *b)
{
	const struct group *g;
	int n = 0;

	TAILQ_FOREACH(g, &b->conf->groups, link)
		n += g->active;
	b->p->group = xcalloc((size_t)n + 1, sizeof(*b->p->group));
	TAILQ_FOREACH(g, &b->conf->groups, link) {
		if (!g->active)
			continue;
		b->p->group[b->p->ngroup++] = (struct policy_group){
			.index = g->index,
			.vip = g->vip,
			.range = { .base = g->base_port,
				   .ports = g->number_of_ports,
				   .addresses = g->vip_address_range },
			.ports = shared_ports(b->shared, g->index,
					      g->vip_address_range),
			.portmap = !g->portmap_disabled,
			.idle_ms = policy_idle_ms(g->flow_timeout_multiplier),
		};
		(void)str_copy(b->p->group[b->p->ngroup - 1].name,
			       sizeof(b->p->group[0].name), g->name);
	}
}

static const struct policy_group *group_by_index(const struct policy *p,
						 unsigned index)
{
	for (int i = 0; i < p->ngroup; i++)
		if (p->group[i].index == index)
			return &p->group[i];
	return NULL;
}

/* ---- services -------------------------------------------------------------- */

static struct ssl_image *image_of(const struct chassis *ch, unsigned slot,
				  unsigned index)
{
	const struct card *card = ch ? chassis_card(ch, slot) : NULL;

	if (!card || card->ops->kind != CARD_SSL)
		return NULL;
	return card_ssl_image(card, index);
}

static bool is_module(enum service_type t)
{
	return t == SERVICE_SSL_ACCEL || t == SERVICE_SSL_INIT;
}

#define HTTP_SCHEME "http://"

/* Where a redirect service sends to; redirect-string goes before domain. */
static void redirect_of(const struct service *s, struct policy_service *ps)
{
	const char *to = s->redirect[0] ? s->redirect : s->domain;

	ps->redirect_whole = s->redirect[0];
	(void)snprintf(ps->redirect, sizeof(ps->redirect), "%s%s",
		       *to && s->prepend_http ? HTTP_SCHEME : "", to);
}

/* The card that compresses for a service: the one in its slot, or without a slot
 * the first that can (guess: the documents show services with a slot only). */
static struct ssl_stats *compressor_of(const struct chassis *ch, bool wanted,
				       unsigned slot)
{
	struct ssl_stats *found = NULL;

	if (!ch || !wanted)
		return NULL;
	if (slot)
		return card_ssl_compressor(chassis_card(ch, slot));
	for (slot = 1; !found && slot <= chassis_model(ch)->nslots; slot++)
		found = card_ssl_compressor(chassis_card(ch, slot));
	return found;
}

static void build_compress(struct build *b, const struct service *s,
			   struct policy_service *ps)
{
	struct ssl_stats *st = compressor_of(b->chassis, s->compress, s->slot);

	ps->compresses = s->compress;
	ps->compress = (struct compress_conf){
		.encode = s->compress_encode,
		.omit = s->compress_omit,
		.type = s->compress_type,
	};
	ps->compress_syn_s = s->compress_tcp[1].syn_s;
	ps->compress_idle_s[0] = s->compress_tcp[0].idle_s;
	ps->compress_idle_s[1] = s->compress_tcp[1].idle_s;
	ps->compressor = st ? ssl_stats_ref(st) : NULL;
	if (s->compress && !st && s->active)
		out_printf(b->warn, "service %s: no card compresses for it\n",
			   s->name);
}

static void build_service(struct build *b, const struct service *s)
{
	struct policy_service *ps = &b->p->service[b->p->nservice++];

	*ps = (struct policy_service){
		.index = s->index,
		.type = s->type,
		.addr = s->addr,
		.addr_range = s->addr_range,
		.port = s->port,
		.weight = s->weight,
		.load = s->load >= LOAD_LEAST && s->load <= LOAD_MOST ? s->load
								      : 0,
		.max_conns = s->max_connections,
		.slot = s->slot,
	};
	str_copy(ps->name, sizeof(ps->name), s->name);
	str_copy(ps->string, sizeof(ps->string), s->string);
	redirect_of(s, ps);
	build_compress(b, s, ps);
	if (is_module(s->type)) {
		struct ssl_image *im = image_of(b->chassis, s->slot, s->index);

		ps->image = im ? ssl_image_ref(im) : NULL;
		ps->has_module = im || !b->chassis;
	}
}

static int by_name(const void *a, const void *b)
{
	const struct policy_service *x = a, *y = b;

	return strcmp(x->name, y->name);
}

struct policy_service *policy_service_named(const struct policy *p,
					    const char *name)
{
	struct policy_service want;

	if (!str_copy(want.name, sizeof(want.name), name))
		return NULL;
	return bsearch(&want, p->service, (size_t)p->nservice,
		       sizeof(*p->service), by_name);
}

static void join_groups(struct build *b)
{
	const struct group *g;

	TAILQ_FOREACH(g, &b->conf->groups, link) {
		if (!g->active)
			continue;
		for (int i = 0; i < g->ndest; i++) {
			struct policy_service *s =
				policy_service_named(b->p, g->dest[i]);

			if (!s || s->group)
				continue;
			s->group = group_by_index(b->p, g->index);
			s->group_hits = shared_group_hits(b->shared, g->index,
							  true, s->index);
		}
		for (int i = 0; i < g->nsource; i++) {
			struct policy_service *s =
				policy_service_named(b->p, g->source[i]);

			if (!s || s->source_group)
				continue;
			s->source_group = group_by_index(b->p, g->index);
			s->source_hits = shared_group_hits(b->shared, g->index,
							   false, s->index);
		}
	}
}

/* Suspended ones, too: a rule counts them when it divides by address, a cookie
 * may name them, and an operator asks why they get nothing. */
static void build_services(struct build *b)
{
	const struct service *s;
	int n = 0;

	TAILQ_FOREACH(s, &b->conf->services, link)
		n++;
	b->p->service = xcalloc((size_t)n + 1, sizeof(*b->p->service));
	TAILQ_FOREACH(s, &b->conf->services, link)
		build_service(b, s);
	qsort(b->p->service, (size_t)b->p->nservice, sizeof(*b->p->service),
	      by_name);
	join_groups(b);
}

static void build_caches(struct build *b)
{
	struct policy *p = b->p;

	p->cache = xcalloc((size_t)p->nservice + 1, sizeof(*p->cache));
	for (int i = 0; i < p->nservice; i++)
		if (p->service[i].type == SERVICE_TRANSPARENT_CACHE ||
		    p->service[i].type == SERVICE_PROXY_CACHE)
			p->cache[p->ncache++] = p->service[i].addr;
}

/* ---- rules ----------------------------------------------------------------- */

static void build_match(struct policy *p)
{
	struct match_rule *m = xcalloc((size_t)p->nrule + 1, sizeof(*m));

	for (int i = 0; i < p->nrule; i++) {
		const struct policy_rule *r = &p->rule[i];

		m[i] = (struct match_rule){
			.vip = r->vip,
			.vip_range = r->vip_range,
			.port = r->port,
			.proto = r->proto,
			.layer5 = r->layer5,
			.wants = r->wants,
			.url = r->url.npattern ? &r->url : NULL,
			.hfg = r->hfg,
			.hfg_weight = r->hfg_weight,
		};
	}
	p->match = match_new(m, p->nrule);
	free(m);
}

static void build_rules(struct build *b)
{
	const struct content *c;
	const struct owner *o;
	int n = 0;

	TAILQ_FOREACH(o, &b->conf->owners, link)
		TAILQ_FOREACH(c, &o->contents, link)
			n += c->active;
	b->p->rule = xcalloc((size_t)n + 1, sizeof(*b->p->rule));
	TAILQ_FOREACH(o, &b->conf->owners, link)
		TAILQ_FOREACH(c, &o->contents, link)
			policy_build_rule(b, c);
	build_match(b->p);
}

static enum port_mode mode_of(const struct flow_state_row *r)
{
	if (r->flow)
		return PORT_FLOW;
	return r->nat ? PORT_PACKET : PORT_ROUTED;
}

static void build_ports(struct build *b)
{
	size_t n = 0;
	struct flow_state_row *row = flow_state_table(b->conf, &n);

	b->p->port = xcalloc(n + 1, sizeof(*b->p->port));
	b->p->nport = (int)n;
	for (size_t i = 0; i < n; i++)
		b->p->port[i] = (struct policy_port){
			.port = row[i].port,
			.proto = row[i].proto,
			.mode = (uint8_t)mode_of(&row[i]),
			.hits = shared_port_hits(b->shared, row[i].proto,
						 row[i].port),
		};
	free(row);
}

static int by_port(const void *a, const void *b)
{
	const struct policy_open *x = a, *y = b;

	return x->port - y->port;
}

/* The first of the port, or of a higher one. */
static int open_find(const struct policy *p, uint16_t port)
{
	int low = 0, high = p->nopen;

	while (low < high) {
		int middle = (low + high) / 2;

		if (p->open[middle].port < port)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_named(const struct policy *p, uint16_t port)
{
	int i = open_find(p, port);

	return i < p->nopen && p->open[i].port == port;
}

static uint16_t find_door(const struct policy *p)
{
	uint16_t port = UINT16_MAX;

	while (port && is_named(p, port))
		port--;
	return port;
}

static void build_open(struct build *b)
{
	struct policy *p = b->p;
	bool every = false;

	p->open = xcalloc((size_t)p->nrule + 1, sizeof(*p->open));
	for (int i = 0; i < p->nrule; i++) {
		const struct policy_rule *r = &p->rule[i];

		if (r->proto && r->proto != IPPROTO_TCP)
			continue;
		every |= !r->port;
		if (r->port)
			p->open[p->nopen++] =
				(struct policy_open){ r->vip, r->vip_range,
						      r->port };
	}
	if (p->nopen)
		qsort(p->open, (size_t)p->nopen, sizeof(*p->open), by_port);
	p->door = every ? find_door(p) : 0;
}

static void build_limits(struct build *b)
{
	const struct flow_conf *f = &b->conf->global->flow;

	memcpy(b->p->permanent, f->permanent, sizeof(b->p->permanent));
	b->p->tcp_mss = f->tcp_mss == FLOW_MSS_DEFAULT ? 0 : f->tcp_mss;
}

static void build_domains(struct build *b)
{
	const struct settings *s = &b->conf->global->kept;

	if (kept_on(s, "domain hotlist"))
		b->p->domains_min =
			(uint8_t)settings_uint(s, "domain hotlist interval", 1);
}

struct policy *policy_build(const struct conf *conf, const struct chassis *ch,
			    struct shared *shared, struct out *warn)
{
	struct build b = { .conf = conf,
			   .chassis = ch,
			   .shared = shared,
			   .warn = warn,
			   .p = xcalloc(1, sizeof(*b.p)) };

	atomic_init(&b.p->refs, 1);
	b.p->generation = conf->generation;
	b.p->flow = conf->global->flow;
	build_groups(&b);
	build_services(&b);
	build_caches(&b);
	build_rules(&b);
	policy_build_acls(&b);
	build_ports(&b);
	build_open(&b);
	build_limits(&b);
	build_domains(&b);
	return b.p;
}

struct policy *policy_ref(struct policy *p)
{
	atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
	return p;
}

void policy_unref(struct policy *p)
{
	if (!p ||
	    atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) != 1)
		return;
	for (int i = 0; i < p->nservice; i++) {
		if (p->service[i].image)
			ssl_image_unref(p->service[i].image);
		ssl_stats_unref(p->service[i].compressor);
	}
	for (int i = 0; i < p->nrule; i++)
		policy_rule_fini(&p->rule[i]);
	for (int i = 0; i < p->nacl; i++)
		free(p->acl[i].clause);
	free(p->acl);
	for (size_t i = 0; i < p->nnets; i++)
		free(p->nets[i]);
	free(p->nets);
	free(p->ingress);
	free(p->cache);
	match_free(p->match);
	free(p->rule);
	free(p->service);
	free(p->group);
	free(p->port);
	free(p->open);
	free(p);
}

/* The product's own set, what RFC 2518 adds, and what the operator named. */
bool flow_parses(const struct flow_conf *f, const char *method, size_t len)
{
	unsigned known = http_method_index(method, len);

	if (known < HTTP_METHOD_2518 ||
	    (len == 8 && !memcmp(method, "PROPFIND", 8)))
		return true;
	if (known < HTTP_METHOD_NUM && f->rfc2518_methods)
		return true;
	for (int i = 0; i < f->nmethod; i++)
		if (strlen(f->method[i].name) == len &&
		    !strncasecmp(f->method[i].name, method, len))
			return true;
	return false;
}

bool policy_parses(const struct policy *p, const char *method, size_t len)
{
	return flow_parses(&p->flow, method, len);
}

/* Of a VIP and those behind it. */
static bool is_among(struct in_addr a, struct in_addr vip, uint16_t range)
{
	return ntohl(a.s_addr) - ntohl(vip.s_addr) < range;
}

bool policy_is_open(const struct policy *p, struct in_addr a, uint16_t port)
{
	for (int i = open_find(p, port);
	     i < p->nopen && p->open[i].port == port; i++) {
		const struct policy_open *o = &p->open[i];

		if (o->vip.s_addr == INADDR_ANY ||
		    is_among(a, o->vip, o->range))
			return true;
	}
	return false;
}

bool policy_has_vip(const struct policy *p, struct in_addr a)
{
	for (int i = 0; i < p->nrule; i++) {
		const struct policy_rule *r = &p->rule[i];

		if (r->vip.s_addr != INADDR_ANY &&
		    is_among(a, r->vip, r->vip_range))
			return true;
	}
	return false;
}

bool policy_is_cache(const struct policy *p, struct in_addr a)
{
	for (int i = 0; i < p->ncache; i++)
		if (p->cache[i].s_addr == a.s_addr)
			return true;
	return false;
}

bool policy_images_current(const struct policy *p, const struct chassis *ch)
{
	for (int i = 0; i < p->nservice; i++) {
		const struct policy_service *s = &p->service[i];

		if (is_module(s->type) &&
		    s->image != image_of(ch, s->slot, s->index))
			return false;
		if (s->compressor != compressor_of(ch, s->compresses, s->slot))
			return false;
	}
	return true;
}

const struct policy_service *policy_service_find(const struct policy *p,
						 const char *name)
{
	return policy_service_named(p, name);
}

const struct policy_service *policy_service_at(const struct policy *p,
					       unsigned index)
{
	for (int i = 0; i < p->nservice; i++)
		if (p->service[i].index == index)
			return &p->service[i];
	return NULL;
}

const struct policy_rule *policy_rule_find(const struct policy *p,
					   unsigned index)
{
	for (int i = 0; i < p->nrule; i++)
		if (p->rule[i].index == index)
			return &p->rule[i];
	return NULL;
}

bool policy_is_permanent(const struct policy *p, uint16_t port)
{
	for (int i = 0; port && i < FLOW_PERMANENT_MAX; i++)
		if (p->permanent[i] == port)
			return true;
	return false;
}

const struct policy_port *policy_port_find(const struct policy *p,
					   uint8_t proto, uint16_t port)
{
	for (int i = 0; i < p->nport; i++)
		if (p->port[i].port == port && p->port[i].proto == proto)
			return &p->port[i];
	return NULL;
}

#define DNS_PORT 53

enum port_mode policy_port_mode(const struct policy *p, uint8_t proto,
				uint16_t port)
{
	const struct policy_port *at = policy_port_find(p, proto, port);

	if (at)
		return at->mode;
	if (proto == IPPROTO_UDP && port == DNS_PORT && !p->flow.dns_flows)
		return PORT_PACKET;
	return PORT_FLOW;
}
