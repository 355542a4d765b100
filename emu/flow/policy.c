#include "emu/flow/policy.h"

#include <stdlib.h>
#include <string.h>

#include "chassis/chassis.h"
#include "emu/balance/balance.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/conf/content.h"
#include "emu/conf/global.h"
#include "emu/conf/group.h"
#include "emu/flow/ports.h"
#include "emu/flow/shared.h"
#include "emu/match/rule.h"
#include "sslmod/image.h"

/*
 * Compilation in three passes: groups, services (which point to groups), rules
 * (which point to services), then the look-up table over the rules.  Names are
 * resolved here, once, by binary search; traffic meets pointers only.
 */

struct build {
	const struct conf *conf;
	const struct chassis *chassis;
	struct shared *shared;
	struct out *warn;
	struct policy *p;
};

static void rule_warn(const struct build *b, const struct content *c,
		      const char *what)
{
	out_printf(b->warn, "Rule %s/%s: %s\n", c->owner->name, c->name, what);
}

/* ---- groups ---------------------------------------------------------------- */

static int64_t idle_of(uint32_t multiplier)
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
			.idle_ms = idle_of(g->flow_timeout_multiplier),
		};
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
		.max_conns = s->max_connections,
		.slot = s->slot,
	};
	str_copy(ps->name, sizeof(ps->name), s->name);
	if (is_module(s->type)) {
		struct ssl_image *im = image_of(b->chassis, s->slot, s->index);

		ps->image = im ? ssl_image_ref(im) : NULL;
	}
}

static int by_name(const void *a, const void *b)
{
	const struct policy_service *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static struct policy_service *service_by_name(const struct policy *p,
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
				service_by_name(b->p, g->dest[i]);

			if (s && !s->group)
				s->group = group_by_index(b->p, g->index);
		}
	}
}

static void build_services(struct build *b)
{
	const struct service *s;
	int n = 0;

	TAILQ_FOREACH(s, &b->conf->services, link)
		n += s->active;
	b->p->service = xcalloc((size_t)n + 1, sizeof(*b->p->service));
	TAILQ_FOREACH(s, &b->conf->services, link)
		if (s->active)
			build_service(b, s);
	qsort(b->p->service, (size_t)b->p->nservice, sizeof(*b->p->service),
	      by_name);
	join_groups(b);
}

/* ---- rules ----------------------------------------------------------------- */

static bool type_is_carried(enum service_type t)
{
	return t == SERVICE_LOCAL || t == SERVICE_PROXY_CACHE ||
	       t == SERVICE_SSL_ACCEL || t == SERVICE_SSL_ACCEL_BACKEND ||
	       t == SERVICE_SSL_INIT;
}

/* NULL: no such active service, or one of a type that is not acted on yet. */
static const struct policy_service *
usable(const struct build *b, const struct content *c, const char *name)
{
	const struct policy_service *s = service_by_name(b->p, name);

	if (!s)
		return NULL;
	if (!type_is_carried(s->type)) {
		out_printf(b->warn,
			   "Rule %s/%s: service %s is not used, type %s is not "
			   "acted on yet\n",
			   c->owner->name, c->name, s->name,
			   service_type_name(s->type));
		return NULL;
	}
	return s;
}

static void member_set(const struct build *b, const struct content *c,
		       const struct policy_service *s, int weight,
		       struct policy_member *m)
{
	*m = (struct policy_member){
		.svc = s,
		.weight = weight < 0 ? s->weight : (uint8_t)weight,
		.hits = shared_hits(b->shared, c->index, s->index),
	};
}

static void build_members(struct build *b, const struct content *c,
			  struct policy_rule *r)
{
	const char *sorry[2] = { c->primary_sorry, c->secondary_sorry };

	r->member = xcalloc((size_t)c->nservice + 1, sizeof(*r->member));
	for (int i = 0; i < c->nservice; i++) {
		const struct policy_service *s =
			usable(b, c, c->service[i].name);

		if (s)
			member_set(b, c, s, c->service[i].weight,
				   &r->member[r->nmember++]);
	}
	for (int i = 0; i < 2; i++) {
		const struct policy_service *s =
			sorry[i][0] ? usable(b, c, sorry[i]) : NULL;

		if (s)
			member_set(b, c, s, -1, &r->sorry[i]);
	}
}

static void build_sticky(struct build *b, const struct content *c,
			 struct policy_rule *r)
{
	switch (c->advanced) {
	case ADVBAL_NONE:
		return;
	case ADVBAL_STICKY_SRCIP:
		break;
	case ADVBAL_STICKY_SRCIP_DSTPORT:
		r->sticky_port = true;
		break;
	case ADVBAL_SSL:
		rule_warn(b, c,
			  "advanced-balance ssl sticks by source address and "
			  "port, session ids are not looked at yet");
		r->sticky_port = true;
		break;
	default:
		rule_warn(b, c,
			  "its advanced-balance method is kept but not acted "
			  "on yet");
		return;
	}
	r->sticky = true;
	r->sticky_mask = c->sticky_mask;
	r->sticky_ms = (uint64_t)c->sticky_inact_min * 60000;
}

/* An SSL rule's url only makes it layer 5; there is no request to read. */
static int build_url(struct build *b, const struct content *c,
		     struct policy_rule *r)
{
	struct err err;

	if (c->url_eql[0] || c->url_dql[0] || c->url_urql[0]) {
		rule_warn(b, c,
			  "is not in force, url lists (eql, dql, urql) are not "
			  "acted on yet");
		return -1;
	}
	if (!c->url[0] || c->application == APP_SSL)
		return 0;
	if (url_compile(c->url, c->owner->case_sensitive, &r->url, &err) < 0) {
		rule_warn(b, c, err.msg);
		return -1;
	}
	r->has_url = true;
	return 0;
}

static void build_balance(struct build *b, const struct content *c,
			  struct policy_rule *r)
{
	r->balance = balance_find(c->balance);
	if (r->balance)
		return;
	r->balance = balance_methods[0];
	out_printf(b->warn,
		   "Rule %s/%s: balance %s is kept but not acted on yet, %s is "
		   "used\n",
		   c->owner->name, c->name, c->balance, r->balance->name);
}

static bool is_served(const struct build *b, struct in_addr vip)
{
	const struct conf_hooks *h = &b->conf->hooks;

	return !h->serves || h->serves(h->arg, vip);
}

static bool is_in_force(struct build *b, const struct content *c)
{
	if (!c->active)
		return false;
	if (c->proto == PROTO_UDP)
		rule_warn(b, c, "UDP rules are not acted on yet");
	else if (c->redirect[0])
		rule_warn(b, c,
			  "is not in force, redirect is not acted on yet");
	else if (!is_served(b, c->vip))
		rule_warn(b, c,
			  "is not in force, the virtual router of its VIP is "
			  "not master");
	else
		return true;
	return false;
}

static void build_rule(struct build *b, const struct content *c)
{
	struct policy_rule *r = &b->p->rule[b->p->nrule];

	if (!is_in_force(b, c))
		return;
	*r = (struct policy_rule){
		.index = c->index,
		.vip = c->vip,
		.vip_range = c->vip_range ? c->vip_range : 1,
		.port = c->port,
		.proto = (uint8_t)c->proto,
		.idle_ms = idle_of(c->flow_timeout_multiplier),
	};
	if (build_url(b, c, r) < 0)
		return;
	str_copy(r->owner, sizeof(r->owner), c->owner->name);
	str_copy(r->name, sizeof(r->name), c->name);
	build_balance(b, c, r);
	build_sticky(b, c, r);
	build_members(b, c, r);
	b->p->nrule++;
}

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
			.url = r->has_url ? &r->url : NULL,
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
			build_rule(b, c);
	build_match(b->p);
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
			.hits = shared_port_hits(b->shared, row[i].proto,
						 row[i].port),
		};
	free(row);
}

static void build_limits(struct build *b)
{
	const struct flow_conf *f = &b->conf->global->flow;

	memcpy(b->p->permanent, f->permanent, sizeof(b->p->permanent));
	b->p->tcp_mss = f->tcp_mss == FLOW_MSS_DEFAULT ? 0 : f->tcp_mss;
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
	build_groups(&b);
	build_services(&b);
	build_rules(&b);
	build_ports(&b);
	build_limits(&b);
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
	for (int i = 0; i < p->nservice; i++)
		if (p->service[i].image)
			ssl_image_unref(p->service[i].image);
	for (int i = 0; i < p->nrule; i++)
		free(p->rule[i].member);
	match_free(p->match);
	free(p->rule);
	free(p->service);
	free(p->group);
	free(p->port);
	free(p);
}

bool policy_images_current(const struct policy *p, const struct chassis *ch)
{
	for (int i = 0; i < p->nservice; i++) {
		const struct policy_service *s = &p->service[i];

		if (is_module(s->type) &&
		    s->image != image_of(ch, s->slot, s->index))
			return false;
	}
	return true;
}

const struct policy_service *policy_service_find(const struct policy *p,
						 const char *name)
{
	return service_by_name(p, name);
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
