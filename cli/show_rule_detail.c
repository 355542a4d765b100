/*
 * One content rule in full, and each aspect of it (content.md 2.9)
 */
#include "cli/show_rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/live.h"
#include "cli/show_list.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/acl.h"
#include "emu/conf/content.h"
#include "emu/conf/hfgroup.h"
#include "emu/plane/hotlist.h"

/* Column widths; negative: right-justified. */
enum {
	W_LEFT = 28,  /* left half of a line, label and value */
	W_RIGHT = 30, /* right half, after W_GAP */
	W_GAP = 6,
	W_HALF = 34,  /* left half whose value follows its label */
	W_LABEL = 11, /* "L3:", "Url:" */
	/* show rule OWNER RULE services */
	W_SV_NAME = 33,
	W_SV_HITS = -5,
	W_SV_WEIGHT = 6,
	W_SV_STATE = 8,
	W_SV_LOAD = -3,
	W_SV_KEEPALIVE = 9,
	W_SV_CONN = -5,
	W_SV_DNS = -6,
	W_HOT = 12,
	/* show rule OWNER RULE statistics */
	W_STAT_LABEL = 26,
	W_STAT = -12,
	/* show rule OWNER RULE dns */
	W_DNS_NAME = 33,
	W_DNS_TTL = -6,
};

/* ---- words ----------------------------------------------------------------- */

/* Balance methods as shown; others are shown as typed. */
static const struct {
	const char *typed, *shown;
} balance_labels[] = {
	{ "roundrobin", "Round Robin" },
	{ "weightedrr", "Weighted Round Robin" },
	{ "leastconn", "Least Connections" },
	{ "srcip", "Source IP" },
	{ "destip", "Destination IP" },
	{ "aca", "ACA" },
	{ "domain", "Domain" },
	{ "domainhash", "Domain Hash" },
	{ "url", "URL" },
	{ "urlhash", "URL Hash" },
};

static const char *balance_label(const char *typed)
{
	for (size_t i = 0; i < sizeof(balance_labels) / sizeof(*balance_labels);
	     i++)
		if (str_ieq(balance_labels[i].typed, typed))
			return balance_labels[i].shown;
	return typed;
}

const char *rule_proto_text(const struct content *r)
{
	return r->proto == PROTO_TCP   ? "TCP"
	       : r->proto == PROTO_UDP ? "UDP"
				       : "ANY";
}

static const char *on_off(bool on)
{
	return on ? "Enabled" : "Disabled";
}

static const char *type_text(enum application a)
{
	static const char *const labels[APP_NUM] = {
		[APP_HTTP] = "HTTP",
		[APP_BYPASS] = "Bypass",
		[APP_FTP_CONTROL] = "FTP-Control",
		[APP_REALAUDIO_CONTROL] = "RealAudio-Control",
		[APP_SIP] = "SIP",
		[APP_SSL] = "SSL",
	};

	return labels[a];
}

const char *rule_vip_text(const struct content *r)
{
	return r->vip.s_addr == INADDR_ANY ? "ANY" : str_addr(r->vip);
}

void rule_port_text(const struct content *r, char *text, size_t cap)
{
	if (r->port)
		(void)snprintf(text, cap, "%u", r->port);
	else
		(void)str_copy(text, cap, "ANY");
}

static void weight_text(const struct content_service *cs,
			const struct service *s, char *text, size_t cap)
{
	if (cs->weight >= 0)
		(void)snprintf(text, cap, "R-%d", cs->weight);
	else
		(void)snprintf(text, cap, "S-%u", s->weight);
}

/* ---- pieces of a line ------------------------------------------------------- */

/* "Label:      value", the value right-justified to the given width. */
static void half(struct out *o, int width, const char *label, const char *value)
{
	int room = width - (int)strlen(label);

	out_puts(o, label);
	if (room <= (int)strlen(value))
		out_printf(o, " %s", value);
	else
		out_col(o, -room, "%s", value);
}

static void pair(struct out *o, const char *l1, const char *v1, const char *l2,
		 const char *v2)
{
	half(o, W_LEFT, l1, v1);
	out_printf(o, "%*s", W_GAP, "");
	half(o, W_RIGHT, l2, v2);
	out_puts(o, "\n");
}

static void pair_counts(struct out *o, const char *l1, uint64_t v1,
			const char *l2, uint64_t v2)
{
	char left[24], right[24];

	(void)snprintf(left, sizeof(left), "%llu", (unsigned long long)v1);
	(void)snprintf(right, sizeof(right), "%llu", (unsigned long long)v2);
	pair(o, l1, left, l2, right);
}

static void label(struct out *o, const char *name, const char *value)
{
	out_col(o, W_LABEL, "%s", name);
	out_printf(o, "%s\n", value);
}

static void stat(struct out *o, const char *name, uint64_t value)
{
	out_col(o, W_STAT_LABEL, "%s", name);
	out_col(o, W_STAT, "%llu", (unsigned long long)value);
	out_puts(o, "\n");
}

/* ---- show rule OWNER RULE --------------------------------------------------- */

static void identity_show(const struct content *r, struct out *o)
{
	char index[16];

	(void)snprintf(index, sizeof(index), "%u", r->index);
	out_puts(o, "\n");
	pair(o, "Name:", r->name, "Owner:", r->owner->name);
	pair(o, "Author:", "Local", "Index:", index);
	pair(o, "State:", r->active ? "Active" : "Suspend",
	     "Type:", type_text(r->application));
}

static void match_show(const struct content *r, struct out *o)
{
	char port[8], l4[16], url[sizeof(r->url) + 2] = "";

	out_col(o, W_LABEL, "L3:");
	out_puts(o, rule_vip_text(r));
	if (r->vip_range > 1)
		out_printf(o, " range %u", r->vip_range);
	out_puts(o, "\n");
	rule_port_text(r, port, sizeof(port));
	(void)snprintf(l4, sizeof(l4), "%s/%s", rule_proto_text(r), port);
	label(o, "L4:", l4);
	if (r->url[0])
		(void)snprintf(url, sizeof(url), "\"%s\"", r->url);
	label(o, "Url:", url);
	label(o, "URQL:", r->url_urql);
	label(o, "EQL:", r->url_eql);
	label(o, "DQL:", r->url_dql);
	out_printf(o, "Header Field Group:  %s\n", r->more.header_field);
}

static void traffic_show(const struct rule_counters *c, struct out *o)
{
	char overload[24];

	pair_counts(o, "Total Bytes:", c->bytes, "Total Frames:", c->frames);
	pair_counts(o, "Total Redirects:", c->redirects,
		    "Total Rejects:", c->rejects);
	(void)snprintf(overload, sizeof(overload), "%llu",
		       (unsigned long long)c->overload_rejects);
	half(o, W_LEFT, "Overload Rejects:", overload);
	out_puts(o, "\n");
}

/* What the failure of a cache does is for methods that divide (content.md
 * 2.6). */
static const char *failover_text(const struct content *r)
{
	static const char *const labels[] = { "Linear", "Next", "Bypass" };
	static const char *const methods[] = {
		"srcip", "destip", "domain", "domainhash", "url", "urlhash"
	};

	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++)
		if (!strcmp(r->balance, methods[i]))
			return labels[r->more.failover];
	return "N/A";
}

static void sticky_show(const struct content *r, struct out *o)
{
	static const char *const down[] = { "Balance", "Redirect", "Reject",
					    "Sticky-Srcip",
					    "Sticky-Srcip-Dstport" };
	const char *action =
		settings_get(&r->kept, "sticky-no-cookie-found-action", "");
	char inact[16];

	(void)snprintf(inact, sizeof(inact), "%u", r->sticky_inact_min);
	pair(o, "Balance:", balance_label(r->balance),
	     "Failover:", failover_text(r));
	pair(o, "Advanced Balance:",
	     r->advanced == ADVBAL_NONE ? "None"
					: advanced_balance_name(r->advanced),
	     "Sticky Mask:", str_addr(r->sticky_mask));
	pair(o, "Sticky Inactivity Timeout:", inact, "Sticky Group:", "0");
	out_printf(o, "Sticky No Cookie Found Action: %s\n",
		   action ? action : "loadbalance");
	out_printf(o, "Sticky Server Down Failover: %s\n",
		   down[r->more.serverdown]);
}

/* "ArrowPoint Cookie Path: "/"", and the other half's label behind it. */
static void halves(struct out *o, const char *left, const char *right)
{
	out_col(o, W_HALF, "%s", left);
	out_printf(o, "%s\n", right);
}

static void arrowpoint_show(const struct content_more *m, struct out *o)
{
	char left[160], right[64];

	if (m->arpt_name[0])
		out_printf(o, "ArrowPoint Cookie Name: %s\n", m->arpt_name);
	(void)snprintf(left, sizeof(left), "ArrowPoint Cookie Path: \"%s\"",
		       m->arpt_path[0] ? m->arpt_path : "/");
	(void)snprintf(right, sizeof(right),
		       "ArrowPoint Cookie Expiration:%s%s",
		       m->arpt_expiration[0] ? " " : "", m->arpt_expiration);
	halves(o, left, right);
	out_printf(o, "ArrowPoint Cookie CSS Browser Expire: %s\n",
		   on_off(m->arpt_browser_expire));
	out_printf(o, "ArrowPoint Cookie CSS Expire Services: %s\n",
		   on_off(m->arpt_expire_services));
	if (m->cookie_domain[0])
		out_printf(o, "Cookie Domain: \"%s\"\n", m->cookie_domain);
}

static void string_show(const struct content *r, struct out *o)
{
	static const char *const operations[] = { "Match Service Cookie",
						  "Hash-A", "Hash-CRC32",
						  "Hash-XOR" };
	static const char *const matches[] = { "Specific",
					       "First Service Match",
					       "First String Found" };
	const struct content_more *m = &r->more;
	const char *range = settings_get(&r->kept, "string range", "");
	char left[64], right[64];

	out_puts(o, "String Match Criteria:\n");
	(void)snprintf(left, sizeof(left), "   String Range:  %s",
		       range ? range : "1 to 100");
	(void)snprintf(right, sizeof(right), "String Prefix:  \"%s\"",
		       m->string_prefix);
	halves(o, left, right);
	(void)snprintf(left, sizeof(left), "   String Eos-Char: \"%s\"",
		       m->string_eos);
	(void)snprintf(right, sizeof(right), "String Ascii-Conversion: %s",
		       m->string_no_ascii ? "Disable" : "Enable");
	halves(o, left, right);
	(void)snprintf(left, sizeof(left), "   String Skip-Len: %7u",
		       m->string_skip);
	(void)snprintf(right, sizeof(right), "String Process-Len: %11u",
		       m->string_process);
	halves(o, left, right);
	out_printf(o, "   String Operation: %s\n",
		   operations[m->string_operation]);
	if (m->string_match)
		out_printf(o, "   String Match: %s\n",
			   matches[m->string_match]);
}

static void location_show(const struct content *r, struct out *o)
{
	const char *cookie = settings_get(&r->kept, "location-cookie", "");
	const struct setting_item *it = NULL;

	if (cookie)
		out_printf(o, "Location Cookie: %s\n", cookie);
	for (size_t i = 0;
	     (it = settings_at(&r->kept, "add location service", i)); i++)
		out_printf(o, "Location Service: %s\n", it->key);
}

static const char *redundancy_of(const struct env *env, const struct content *r)
{
	const char *shared = live_redundancy(env, r->vip);

	if (r->more.l4_stateless)
		return "L4 Stateless";
	return shared ? shared : "Not Redundant";
}

static void behaviour_show(const struct env *env, const struct content *r,
			   struct out *o)
{
	out_printf(o, "Redirect: \"%s\"\n", r->redirect);
	pair(o, "Persistence:", on_off(r->persistent),
	     "Param-Bypass:", on_off(r->more.param_bypass));
	if (r->redundant_index)
		out_printf(o, "Session Redundancy: Index %u\n",
			   r->redundant_index);
	else
		out_puts(o, "Session Redundancy: Disabled\n");
	out_printf(o, "IP Redundancy:   %s\n", redundancy_of(env, r));
	out_printf(o, "TCP RST client if service unreachable: %s\n",
		   on_off(r->flow_reset_reject));
	out_printf(o, "Flow Timeout Multiplier: %u\n",
		   live_multiplier(r->flow_timeout_multiplier));
	out_printf(o, "VIP Ping Response: %s\n",
		   r->more.ping_local_remote ? "Local-Remote" : "Local");
}

static void sorry_show(const struct content *r, struct out *o)
{
	out_printf(o, "PrimarySorryServer:   %s\n", r->primary_sorry);
	out_printf(o, "SecondarySorryServer: %s\n", r->secondary_sorry);
}

static void weights_show(const struct env *env, const struct content *r,
			 struct out *o)
{
	struct monitor_info info;
	const struct service *s = NULL;
	char weight[16];

	out_puts(o, "Rule Services & Weights:\n");
	for (int i = 0; i < r->nservice; i++) {
		s = service_find(env->conf, r->service[i].name);
		if (!s)
			continue;
		live_service(env, s, &info);
		weight_text(&r->service[i], s, weight, sizeof(weight));
		out_printf(o, "%d: %s-%s, %s\n", i + 1, s->name,
			   service_state_name(info.state), weight);
	}
}

void rule_show(const struct env *env, const struct content *r, struct out *o)
{
	struct rule_counters c;

	live_rule_counters(env, r, &c);
	identity_show(r, o);
	match_show(r, o);
	traffic_show(&c, o);
	sticky_show(r, o);
	arrowpoint_show(&r->more, o);
	string_show(r, o);
	location_show(r, o);
	behaviour_show(env, r, o);
	weights_show(env, r, o);
	sorry_show(r, o);
}

static void title(const struct content *r, struct out *o)
{
	out_printf(o, "\nRule: %s  Owner: %s\n", r->name, r->owner->name);
}

/* ---- show rule OWNER RULE services|statistics|all ----------------------------- */

static void service_line(const struct env *env, const struct content *r,
			 const struct content_service *cs,
			 const struct service *s, struct out *o)
{
	struct monitor_info info;
	struct service_counters c;
	char text[24];

	live_service(env, s, &info);
	live_service_counters(env, s, &c);
	out_puts(o, " ");
	out_col(o, W_SV_NAME, "%s", s->name);
	out_col(o, W_SV_HITS, "%llu",
		(unsigned long long)live_rule_service_hits(env, r, s));
	out_puts(o, "  ");
	weight_text(cs, s, text, sizeof(text));
	out_col(o, W_SV_WEIGHT, "%s", text);
	out_col(o, W_SV_STATE, "%s", service_state_name(info.state));
	out_col(o, W_SV_LOAD, "%u", live_load(env, s, info.state));
	out_puts(o, "  ");
	out_col(o, W_SV_KEEPALIVE, "%s",
		live_probe_label(&s->keepalive, text, sizeof(text)));
	out_col(o, W_SV_CONN, "%u", c.current_conns);
	out_col(o, W_SV_DNS, "0"); /* answers to name queries: none are given */
	out_puts(o, "\n");
}

static void services_show(const struct env *env, const struct content *r,
			  struct out *o)
{
	const struct service *s = NULL;

	title(r, o);
	out_printf(o, "Local Load Threshold: %u\n", r->more.load_threshold);
	out_printf(o, "PrimarySorryServer: %s\n", r->primary_sorry);
	out_printf(o, "SecondarySorryServer: %s\n\n ", r->secondary_sorry);
	out_col(o, W_SV_NAME, "Name:");
	out_puts(o, "Hits:  Wgt:  State:  Ld:  KAlive:  Conn:  DNS:\n");
	for (int i = 0; i < r->nservice; i++) {
		s = service_find(env->conf, r->service[i].name);
		if (s)
			service_line(env, r, &r->service[i], s, o);
	}
}

void rule_counters_show(const struct rule_counters *c, struct out *o)
{
	stat(o, "Total Hits:", c->hits);
	stat(o, "Total Bytes:", c->bytes);
	stat(o, "Total Frames:", c->frames);
	stat(o, "Total Redirects:", c->redirects);
	stat(o, "Rejects, No Services:", c->rejects);
	stat(o, "Rejects, Overload:", c->overload_rejects);
}

static uint64_t sorry_hits(const struct env *env, const struct content *r,
			   const char *name)
{
	const struct service *s = *name ? service_find(env->conf, name) : NULL;

	return s ? live_rule_service_hits(env, r, s) : 0;
}

static void statistics_show(const struct env *env, const struct content *r,
			    struct out *o)
{
	struct rule_counters c;

	live_rule_counters(env, r, &c);
	title(r, o);
	rule_counters_show(&c, o);
	stat(o, "Primary Sorry Hits:", sorry_hits(env, r, r->primary_sorry));
	stat(o, "Secondary Sorry Hits:",
	     sorry_hits(env, r, r->secondary_sorry));
}

void rule_show_one(const struct env *env, const struct content *r,
		   struct out *o)
{
	out_puts(o, "Content Rules:\n");
	rule_show(env, r, o);
}

static void sticky_only_show(const struct env *env, const struct content *r,
			     struct out *o)
{
	(void)env;
	title(r, o);
	sticky_show(r, o);
	arrowpoint_show(&r->more, o);
	string_show(r, o);
	location_show(r, o);
}

static void dns_show(const struct env *env, const struct content *r,
		     struct out *o)
{
	static const char *const methods[] = { "Use Owner DNS Balance",
					       "Round Robin", "Least Loaded",
					       "Prefer Local" };
	const struct setting_item *it = NULL;

	(void)env;
	title(r, o);
	out_printf(o, "DNS Balance: %s\n", methods[r->more.dnsbalance]);
	out_printf(o, "DNS Local:   %s\n", on_off(!r->more.dns_disable_local));
	out_puts(o, "\n ");
	out_col(o, W_DNS_NAME, "DNS Name:");
	out_puts(o, "  TTL:\n");
	for (size_t i = 0; (it = settings_at(&r->kept, "add dns", i)); i++) {
		out_puts(o, " ");
		out_col(o, W_DNS_NAME, "%s", it->key);
		out_col(o, W_DNS_TTL, "%s", *it->value ? it->value : "0");
		out_puts(o, "\n");
	}
}

static void header_field_show(const struct env *env, const struct content *r,
			      struct out *o)
{
	const struct hfgroup *g = hfgroup_find(env->conf, r->more.header_field);

	title(r, o);
	out_printf(o, "Header Field Group:  %s\n", r->more.header_field);
	out_printf(o, "Weight:              %u\n", r->more.header_weight);
	if (g)
		hfgroup_fields_show(g, o);
}

/* The clauses that have the rule as their destination. */
static void acl_show(const struct env *env, const struct content *r,
		     struct out *o)
{
	char name[ACL_DESTINATION_LEN + 1];
	const struct acl *l = NULL;

	(void)snprintf(name, sizeof(name), "%s/%s", r->owner->name, r->name);
	title(r, o);
	TAILQ_FOREACH(l, &env->conf->acls, link) {
		for (size_t i = 0; i < l->nclause; i++) {
			const struct acl_clause *k = &l->clause[i];

			if (k->dst.kind != ACL_HOST_RULE ||
			    strcmp(k->dst.name, name) != 0)
				continue;
			out_printf(o, "Acl: %u\n", l->index);
			acl_clause_show(env, l, k, o);
		}
	}
}

static void hot_urls(const struct env *env, const struct content *r,
		     struct out *o)
{
	size_t n = 0, shown = 0;
	struct hot_url *u = live_hotlist(env, r, &n);

	for (size_t i = 0; i < n && shown < r->more.hotlist_size; i++) {
		if (u[i].hits < r->more.hotlist_threshold &&
		    u[i].before < r->more.hotlist_threshold)
			continue;
		out_col(o, W_HOT, "%u", u[i].hits);
		out_col(o, W_HOT, "%u", u[i].before);
		out_printf(o, "%s\n", u[i].url);
		shown++;
	}
	free(u);
}

static void hot_list_show(const struct env *env, const struct content *r,
			  struct out *o)
{
	const struct content_more *m = &r->more;

	title(r, o);
	out_printf(o, "Hotlist:   %s\n", on_off(m->hotlist));
	out_puts(o, "Type:      Hit Count\n");
	out_printf(o, "Size:      %u\n", m->hotlist_size);
	out_printf(o, "Interval:  %u\n", m->hotlist_interval_min);
	out_printf(o, "Threshold: %u\n", m->hotlist_threshold);
	out_puts(o, "\n");
	out_col(o, W_HOT, "Hits:");
	out_col(o, W_HOT, "Before:");
	out_puts(o, "Url:\n");
	if (m->hotlist)
		hot_urls(env, r, o);
}

static void everything_show(const struct env *env, const struct content *r,
			    struct out *o)
{
	rule_show_one(env, r, o);
	services_show(env, r, o);
	statistics_show(env, r, o);
	dns_show(env, r, o);
	header_field_show(env, r, o);
	hot_list_show(env, r, o);
	acl_show(env, r, o);
}

static const struct {
	const char *word;
	rule_show_fn fn;
} aspects[] = {
	{ "acl", acl_show },
	{ "all", everything_show },
	{ "dns", dns_show },
	{ "header-field", header_field_show },
	{ "hot-list", hot_list_show },
	{ "services", services_show },
	{ "statistics", statistics_show },
	{ "sticky", sticky_only_show },
};

rule_show_fn rule_aspect_named(const char *word)
{
	rule_show_fn found = NULL;

	for (size_t i = 0; i < sizeof(aspects) / sizeof(*aspects); i++) {
		if (!str_has_prefix(aspects[i].word, word))
			continue;
		if (found)
			return NULL; /* ambiguous */
		found = aspects[i].fn;
	}
	return found;
}

rule_show_fn rule_aspect(const struct args *a)
{
	for (size_t i = 0; i < sizeof(aspects) / sizeof(*aspects); i++)
		if (arg_key(a, aspects[i].word))
			return aspects[i].fn;
	return rule_show_one;
}
