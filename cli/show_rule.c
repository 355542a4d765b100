/*
 * show rule, rule-summary, content: content rules as written and what has come
 * to them (content.md 2.9).  A rule and an owner may be left out in their own
 * modes.  Attributes of the product that no command can set here stand at their
 * defaults, which is also how traffic treats them.
 */
#include "cli/show_rule.h"

#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/live.h"
#include "cli/modes.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/content.h"

/* Column widths; negative: right-justified. */
enum {
	W_LEFT = 28,  /* left half of a line, label and value */
	W_RIGHT = 30, /* right half, after W_GAP */
	W_GAP = 6,
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
	/* show rule-summary */
	W_SUM_VIP = 16,
	W_SUM_PORT = 6,
	W_SUM_PROTO = 6,
	W_SUM_URL = 34,
	W_SUM_RULE = 17,
	W_SUM_OWNER = 17,
	/* show rule OWNER RULE statistics */
	W_STAT_LABEL = 26,
	W_STAT = -12,
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

static const char *proto_text(enum ip_proto p)
{
	return p == PROTO_TCP ? "TCP" : p == PROTO_UDP ? "UDP" : "ANY";
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

static const char *vip_text(const struct content *r)
{
	return r->vip.s_addr == INADDR_ANY ? "ANY" : str_addr(r->vip);
}

static void port_text(const struct content *r, char *text, size_t cap)
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
	out_puts(o, vip_text(r));
	if (r->vip_range > 1)
		out_printf(o, " range %u", r->vip_range);
	out_puts(o, "\n");
	port_text(r, port, sizeof(port));
	(void)snprintf(l4, sizeof(l4), "%s/%s", proto_text(r->proto), port);
	label(o, "L4:", l4);
	if (r->url[0])
		(void)snprintf(url, sizeof(url), "\"%s\"", r->url);
	label(o, "Url:", url);
	label(o, "URQL:", r->url_urql);
	label(o, "EQL:", r->url_eql);
	label(o, "DQL:", r->url_dql);
	out_puts(o, "Header Field Group:  \n");
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

static void sticky_show(const struct content *r, struct out *o)
{
	char inact[16];

	(void)snprintf(inact, sizeof(inact), "%u", r->sticky_inact_min);
	pair(o, "Balance:", balance_label(r->balance), "Failover:", "N/A");
	pair(o, "Advanced Balance:",
	     r->advanced == ADVBAL_NONE ? "None"
					: advanced_balance_name(r->advanced),
	     "Sticky Mask:", str_addr(r->sticky_mask));
	pair(o, "Sticky Inactivity Timeout:", inact, "Sticky Group:", "0");
	out_puts(o, "Sticky No Cookie Found Action: loadbalance\n"
		    "Sticky Server Down Failover: Balance\n");
}

/* The string and ArrowPoint cookie settings, none of which can be changed. */
static void cookie_show(struct out *o)
{
	out_puts(o, "ArrowPoint Cookie Path: \"/\"       "
		    "ArrowPoint Cookie Expiration:\n"
		    "ArrowPoint Cookie CSS Browser Expire: Disabled\n"
		    "ArrowPoint Cookie CSS Expire Services: Disabled\n"
		    "String Match Criteria:\n"
		    "   String Range:  1 to 100        String Prefix:  \"\"\n"
		    "   String Eos-Char: \"\"            "
		    "String Ascii-Conversion: Enable\n"
		    "   String Skip-Len:       0       "
		    "String Process-Len:           0\n"
		    "   String Operation: Match Service Cookie\n");
}

static void behaviour_show(const struct content *r, struct out *o)
{
	out_printf(o, "Redirect: \"%s\"\n", r->redirect);
	pair(o, "Persistence:", on_off(r->persistent),
	     "Param-Bypass:", "Disabled");
	if (r->redundant_index)
		out_printf(o, "Session Redundancy: Index %u\n",
			   r->redundant_index);
	else
		out_puts(o, "Session Redundancy: Disabled\n");
	out_puts(o, "IP Redundancy:   Not Redundant\n");
	out_printf(o, "TCP RST client if service unreachable: %s\n",
		   on_off(r->flow_reset_reject));
	out_printf(o, "Flow Timeout Multiplier: %u\n",
		   live_multiplier(r->flow_timeout_multiplier));
	out_puts(o, "VIP Ping Response: Local\n");
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

static void rule_show(const struct env *env, const struct content *r,
		      struct out *o)
{
	struct rule_counters c;

	live_rule_counters(env, r, &c);
	identity_show(r, o);
	match_show(r, o);
	traffic_show(&c, o);
	sticky_show(r, o);
	cookie_show(o);
	behaviour_show(r, o);
	weights_show(env, r, o);
	sorry_show(r, o);
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
	out_col(o, W_SV_LOAD, "%u", live_load(info.state));
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

	out_printf(o, "\nRule: %s  Owner: %s\n", r->name, r->owner->name);
	out_puts(o, "Local Load Threshold: 254\n");
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

static void statistics_show(const struct env *env, const struct content *r,
			    struct out *o)
{
	struct rule_counters c;

	live_rule_counters(env, r, &c);
	out_printf(o, "\nRule: %s  Owner: %s\n", r->name, r->owner->name);
	rule_counters_show(&c, o);
}

static void one_show(const struct env *env, const struct content *r,
		     struct out *o)
{
	out_puts(o, "Content Rules:\n");
	rule_show(env, r, o);
}

static void everything_show(const struct env *env, const struct content *r,
			    struct out *o)
{
	one_show(env, r, o);
	services_show(env, r, o);
	statistics_show(env, r, o);
}

static void sticky_only_show(const struct env *env, const struct content *r,
			     struct out *o)
{
	(void)env;
	out_printf(o, "\nRule: %s  Owner: %s\n", r->name, r->owner->name);
	sticky_show(r, o);
}

typedef void (*rule_show_fn)(const struct env *env, const struct content *r,
			     struct out *o);

static const struct {
	const char *word;
	rule_show_fn fn;
} aspects[] = {
	{ "all", everything_show },
	{ "services", services_show },
	{ "statistics", statistics_show },
	{ "sticky", sticky_only_show },
};

static rule_show_fn rule_aspect_named(const char *word)
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

static rule_show_fn rule_aspect(const struct args *a)
{
	for (size_t i = 0; i < sizeof(aspects) / sizeof(*aspects); i++)
		if (arg_key(a, aspects[i].word))
			return aspects[i].fn;
	return one_show;
}

/* ---- which rules ---------------------------------------------------------------- */

/* The owner that was typed; err and NULL when there is none of that name. */
const struct owner *owner_named(struct cli *cli, const char *name,
				struct err *err)
{
	const struct owner *o = owner_find(cli_conf(cli), name);

	if (!o)
		(void)err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "owner",
			      name);
	return o;
}

static void owner_rules_show(struct cli *cli, const struct owner *ow)
{
	const struct content *r = NULL;

	TAILQ_FOREACH(r, &ow->contents, link)
		rule_show(cli_env(cli), r, cli_out(cli));
}

/* No owner typed: the mode's rule, else the mode's owner, else all. */
static int rules_here(struct cli *cli, const struct args *a, struct err *err)
{
	const struct content *r = scope_content(cli);
	const struct owner *ow = scope_owner(cli);

	(void)a;
	(void)err;
	out_puts(cli_out(cli), "Content Rules:\n");
	if (r) {
		rule_show(cli_env(cli), r, cli_out(cli));
		return 0;
	}
	if (ow) {
		owner_rules_show(cli, ow);
		return 0;
	}
	TAILQ_FOREACH(ow, &cli_conf(cli)->owners, link)
		owner_rules_show(cli, ow);
	return 0;
}

/* "show rule R" in the mode of its owner, "show rule services" in the rule's
 * own; an owner of that name goes first. */
static int rule_of_mode(struct cli *cli, const char *word, struct err *err)
{
	const struct owner *ow = scope_owner(cli);
	const struct content *r = NULL;
	rule_show_fn show = one_show;

	if (ow)
		r = content_find(cli_conf(cli), ow->name, word);
	if (!r) {
		r = scope_content(cli);
		show = rule_aspect_named(word);
	}
	if (!r || !show)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       ow ? "owner or rule" : "owner", word);
	show(cli_env(cli), r, cli_out(cli));
	return 0;
}

static int rules_of(struct cli *cli, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "owner");
	const struct owner *ow = owner_find(cli_conf(cli), name);

	if (!ow)
		return rule_of_mode(cli, name, err);
	out_puts(cli_out(cli), "Content Rules:\n");
	owner_rules_show(cli, ow);
	return 0;
}

static int rule_one(struct cli *cli, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "rule");
	const struct owner *ow = owner_named(cli, arg_word(a, "owner"), err);
	const struct content *r = NULL;

	if (!ow)
		return -1;
	r = content_find(cli_conf(cli), ow->name, name);
	if (!r)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "content rule", name);
	rule_aspect(a)(cli_env(cli), r, cli_out(cli));
	return 0;
}

/* ---- show rule-summary ------------------------------------------------------------ */

static void summary_line(const struct content *r, struct out *o)
{
	char port[8];

	port_text(r, port, sizeof(port));
	out_col(o, W_SUM_VIP, "%s", vip_text(r));
	out_col(o, W_SUM_PORT, "%s", port);
	out_col(o, W_SUM_PROTO, "%s", proto_text(r->proto));
	out_col(o, W_SUM_URL, "%s", r->url);
	out_col(o, W_SUM_RULE, "%s", r->name);
	out_col(o, W_SUM_OWNER, "%s", r->owner->name);
	out_printf(o, "%s\n", r->active ? "Active" : "Suspend");
}

void rule_summary_head(struct out *o)
{
	out_col(o, W_SUM_VIP, "VIP Address");
	out_col(o, W_SUM_PORT, "Port");
	out_col(o, W_SUM_PROTO, "Prot");
	out_col(o, W_SUM_URL, "Url");
	out_col(o, W_SUM_RULE, "CntRuleName");
	out_col(o, W_SUM_OWNER, "OwnerName");
	out_puts(o, "State\n\n");
}

void rule_summary_of(const struct owner *ow, struct out *o)
{
	const struct content *r = NULL;

	TAILQ_FOREACH(r, &ow->contents, link)
		summary_line(r, o);
}

static int rule_summary(struct cli *cli, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "owner");
	const struct owner *ow = NULL;

	if (name && !(ow = owner_named(cli, name, err)))
		return -1;
	rule_summary_head(cli_out(cli));
	if (ow) {
		rule_summary_of(ow, cli_out(cli));
		return 0;
	}
	TAILQ_FOREACH(ow, &cli_conf(cli)->owners, link)
		rule_summary_of(ow, cli_out(cli));
	return 0;
}

/* ---- show content ------------------------------------------------------------------- */

static void content_piece(const struct content *r, struct out *o)
{
	char port[8];

	port_text(r, port, sizeof(port));
	out_printf(o, "\nIndex:       %u\n", r->index);
	out_printf(o, "Address:     %s\n", vip_text(r));
	out_printf(o, "Protocol:    %s\n", proto_text(r->proto));
	out_printf(o, "Port:        %s\n", port);
	out_printf(o, "Url:         %s\n", r->url);
	out_printf(o, "Rule:        %s/%s\n", r->owner->name, r->name);
}

/* Active rules are what the modules forward by. */
static int content(struct cli *cli, const struct args *a, struct err *err)
{
	const struct conf *conf = cli_conf(cli);
	unsigned from = (unsigned)arg_uint(a, "index", 1), n = 0;
	struct out *o = cli_out(cli);

	(void)err;
	for (unsigned i = 1; i <= CONTENT_MAX; i++)
		n += conf->content_at[i] && conf->content_at[i]->active;
	out_printf(o,
		   "Pieces of Content for Slot: 1  Subslot: 1  "
		   "Total Content: %u\n",
		   n);
	for (unsigned i = from; i <= CONTENT_MAX; i++)
		if (conf->content_at[i] && conf->content_at[i]->active)
			content_piece(conf->content_at[i], o);
	return 0;
}

const struct cmd show_rule_cmds[] = {
	{ .syntax = "show rule", .help = "Content rules", .run = rules_here },
	{ .syntax = "show rule <owner:owner>",
	  .help = "Owner name",
	  .run = rules_of },
	{ .syntax = "show rule <owner:owner> <rule:content> "
		    "[{all|services|statistics|sticky}]",
	  .help = "Content rule name\n"
		  "Everything about the rule\n"
		  "Services with hits, weight, state and load\n"
		  "Counters\n"
		  "Balancing and sticky settings",
	  .run = rule_one },
	{ .syntax = "show rule-summary [<owner:owner>]",
	  .help = "One line for each content rule\n"
		  "Owner name",
	  .run = rule_summary },
	{ .syntax = "show content [start-index <index:uint:1-5000>]",
	  .help = "Content that is forwarded by\n"
		  "Begin with this index\n"
		  "Index of a content rule",
	  .run = content },
	{ 0 },
};
