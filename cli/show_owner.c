/*
 * show owner and show summary: owners, their rules, and the rules' services
 * with their hits (content.md 2.1; field notes).
 */
#include "cli/show_rule.h"

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/live.h"
#include "cli/modes.h"
#include "emu/base/out.h"
#include "emu/conf/content.h"

/* Column widths. */
enum {
	W_LABEL = 22,
	/* show summary */
	W_OWNER = 17,
	W_RULE = 21,
	W_STATE = 10,
	W_SERVICE = 17,
	W_BYPASS = 25,
};

/* ---- show owner --------------------------------------------------------------------- */

static void owner_line(struct out *o, const char *name, const char *value)
{
	out_col(o, W_LABEL, "%s", name);
	out_printf(o, "%s\n", value);
}

static void owner_show(const struct env *env, const struct owner *ow,
		       struct out *o)
{
	(void)env;
	out_puts(o, "\n");
	owner_line(o, "Name:", ow->name);
	owner_line(o, "Billing Info:", ow->billing_info);
	owner_line(o, "Address:", ow->address);
	owner_line(o, "Email:", ow->email);
	owner_line(o, "DNS Policy:", owner_dns_names[ow->dns]);
	owner_line(o, "Case Matching:",
		   ow->case_sensitive ? "Sensitive" : "Insensitive");
}

/* The sums over the owner's rules. */
static void owner_statistics(const struct env *env, const struct owner *ow,
			     struct out *o)
{
	struct rule_counters sum = { 0 }, c;
	const struct content *r = NULL;

	TAILQ_FOREACH(r, &ow->contents, link) {
		live_rule_counters(env, r, &c);
		sum.hits += c.hits;
		sum.bytes += c.bytes;
		sum.frames += c.frames;
		sum.redirects += c.redirects;
		sum.rejects += c.rejects;
		sum.overload_rejects += c.overload_rejects;
	}
	out_printf(o, "\nOwner: %s\n", ow->name);
	rule_counters_show(&sum, o);
}

static void owner_content(const struct env *env, const struct owner *ow,
			  struct out *o)
{
	(void)env;
	rule_summary_head(o);
	rule_summary_of(ow, o);
}

static void owner_aspect(struct cli *cli, const struct args *a,
			 const struct owner *ow)
{
	if (arg_key(a, "statistics"))
		owner_statistics(cli_env(cli), ow, cli_out(cli));
	else if (arg_key(a, "content"))
		owner_content(cli_env(cli), ow, cli_out(cli));
	else
		owner_show(cli_env(cli), ow, cli_out(cli));
}

static int owner_one(struct cli *cli, const struct args *a, struct err *err)
{
	const struct owner *ow = owner_named(cli, arg_word(a, "owner"), err);

	if (!ow)
		return -1;
	owner_aspect(cli, a, ow);
	return 0;
}

static int owners(struct cli *cli, const struct args *a, struct err *err)
{
	const struct owner *ow = scope_owner(cli);

	(void)err;
	if (ow) {
		owner_aspect(cli, a, ow);
		return 0;
	}
	TAILQ_FOREACH(ow, &cli_conf(cli)->owners, link)
		owner_aspect(cli, a, ow);
	return 0;
}

/* ---- show summary --------------------------------------------------------------------- */

/* The rule's first service stands on its line, the others below it. */
static void tree_services(const struct env *env, const struct content *r,
			  struct out *o)
{
	const struct service *s = NULL;
	int shown = 0;

	for (int i = 0; i < r->nservice; i++) {
		s = service_find(env->conf, r->service[i].name);
		if (!s)
			continue;
		if (shown++)
			out_printf(o, "%*s", W_OWNER + W_RULE + W_STATE, "");
		out_col(o, W_SERVICE, "%s", s->name);
		out_printf(
			o, "%llu\n",
			(unsigned long long)live_rule_service_hits(env, r, s));
	}
	if (!shown)
		out_puts(o, "\n");
}

/* Of a shared VIP what its virtual router is, as field notes have it. */
static const char *rule_state(const struct env *env, const struct content *r)
{
	const char *shared = live_redundancy(env, r->vip);

	if (!r->active)
		return "Suspend";
	return shared ? shared : "Active";
}

static void tree_show(const struct env *env, const struct owner *ow,
		      struct out *o)
{
	const struct content *r = NULL;
	const char *name = ow->name;

	TAILQ_FOREACH(r, &ow->contents, link) {
		out_col(o, W_OWNER, "%s", name);
		out_col(o, W_RULE, "%s", r->name);
		out_col(o, W_STATE, "%s", rule_state(env, r));
		tree_services(env, r, o);
		name = "";
	}
	if (*name)
		out_printf(o, "%s\n", name);
}

static void bypass_line(struct out *o, const char *label, uint64_t n)
{
	out_col(o, W_BYPASS, "%s", label);
	out_printf(o, "%llu\n", (unsigned long long)n);
}

static void summary_totals(const struct env *env, struct out *o)
{
	struct plane_totals t;

	live_totals(env, &t);
	out_puts(o, "Global Bypass Counters:\n");
	bypass_line(o, "No Rule Bypass Count:", t.no_rule);
	bypass_line(o, "Acl Bypass Count:", t.acl_bypass);
	bypass_line(o, "URL Params Bypass Count:", t.param_bypass);
	bypass_line(o, "Cache Bypass Count:", t.rule_bypass);
	out_puts(o, "\n");
	out_col(o, W_OWNER, "Owner");
	out_col(o, W_RULE, "Content Rules");
	out_col(o, W_STATE, "State");
	out_col(o, W_SERVICE, "Services");
	out_puts(o, "Service Hits\n");
}

static int summary(struct cli *cli, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "owner");
	const struct owner *ow = NULL;

	if (name && !(ow = owner_named(cli, name, err)))
		return -1;
	summary_totals(cli_env(cli), cli_out(cli));
	if (ow) {
		tree_show(cli_env(cli), ow, cli_out(cli));
		return 0;
	}
	TAILQ_FOREACH(ow, &cli_conf(cli)->owners, link)
		tree_show(cli_env(cli), ow, cli_out(cli));
	return 0;
}

const struct cmd show_owner_cmds[] = {
	{ .syntax = "show owner [{statistics|content}]",
	  .help = "Owners\n"
		  "Counters of the owner's rules\n"
		  "The owner's rules",
	  .run = owners },
	{ .syntax = "show owner <owner:owner> [{statistics|content}]",
	  .help = "Owner name\n"
		  "Counters of the owner's rules\n"
		  "The owner's rules",
	  .run = owner_one },
	{ .syntax = "show summary [<owner:owner>]",
	  .help = "Owners, rules and services with their hits\n"
		  "Owner name",
	  .run = summary },
	{ 0 },
};
