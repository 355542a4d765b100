/*
 * show rule, rule-summary, content: content rules as written and what has come
 * to them (content.md 2.9).  A rule and an owner may be left out in their own
 * modes.  Attributes of the product that no command can set here stand at their
 * defaults, which is also how traffic treats them.
 */
#include "cli/show_rule.h"

#include <stdio.h>
#include <string.h>

#include "chassis/chassis.h"
#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/live.h"
#include "cli/modes.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/content.h"
#include "emu/conf/qualifier.h"

/* Column widths. */
enum {
	/* show rule-summary */
	W_SUM_VIP = 16,
	W_SUM_PORT = 6,
	W_SUM_PROTO = 6,
	W_SUM_URL = 34,
	W_SUM_RULE = 17,
	W_SUM_OWNER = 17,
};

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
	rule_show_fn show = rule_show_one;

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

	rule_port_text(r, port, sizeof(port));
	out_col(o, W_SUM_VIP, "%s", rule_vip_text(r));
	out_col(o, W_SUM_PORT, "%s", port);
	out_col(o, W_SUM_PROTO, "%s", rule_proto_text(r));
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

/* ---- show content ------------------------------------------------------------------ */

/* The host of "//host/path". */
static void domain_text(const struct content *r, char *text, size_t cap)
{
	if (!strncmp(r->url, "//", 2))
		(void)snprintf(text, cap, "%.*s", (int)strcspn(r->url + 2, "/"),
			       r->url + 2);
	else
		*text = '\0';
}

static void content_piece(const struct content *r, const char *url,
			  const char *domain, struct out *o)
{
	char port[8];

	rule_port_text(r, port, sizeof(port));
	out_printf(o, "\nIndex:       %u\n", r->index);
	out_printf(o, "Address:     %s\n", rule_vip_text(r));
	out_printf(o, "Protocol:    %s\n", rule_proto_text(r));
	out_printf(o, "Port:        %s\n", port);
	out_puts(o, "Best Effort: No\nStreamed:    No\n");
	out_printf(o, "Url:         %s\n", url);
	out_printf(o, "Domain:      %s\n", domain);
	out_printf(o, "Rule:        %s/%s\n", r->owner->name, r->name);
}

static unsigned urql_pieces(const struct content *r, const struct urql *l,
			    struct out *o)
{
	unsigned n = 0;

	for (size_t i = 0; i < l->nurl; i++) {
		if (!l->url[i].url[0])
			continue;
		content_piece(r, l->url[i].url,
			      l->domain[0] || !l->addr.s_addr
				      ? l->domain
				      : str_addr(l->addr),
			      o);
		n++;
	}
	return n;
}

static unsigned dql_pieces(const struct content *r, const struct dql *l,
			   struct out *o)
{
	for (size_t i = 0; i < l->ndomain; i++)
		content_piece(r, r->url, l->domain[i].domain, o);
	return (unsigned)l->ndomain;
}

/* Each URL and each domain of a rule's list is a piece of its own; how many. */
static unsigned content_pieces(const struct conf *c, const struct content *r,
			       struct out *o)
{
	const struct urql *urls =
		r->url_urql[0] ? urql_find(c, r->url_urql) : NULL;
	const struct dql *names =
		r->url_dql[0] ? dql_find(c, r->url_dql) : NULL;
	char domain[sizeof(r->url)];

	if (urls)
		return urql_pieces(r, urls, o);
	if (names)
		return dql_pieces(r, names, o);
	domain_text(r, domain, sizeof(domain));
	content_piece(r, r->url, domain, o);
	return 1;
}

/* Active rules are what the modules forward by, each by all of them. */
static int content(struct cli *cli, const struct args *a, struct err *err)
{
	const struct conf *conf = cli_conf(cli);
	const struct chassis *ch = cli_env(cli)->chassis;
	unsigned slot = (unsigned)arg_uint(a, "slot", 1), n = 0;
	unsigned from = (unsigned)arg_uint(a, "index", 1);
	struct out shown = { 0 }, before = { 0 };

	if (slot != 1 && (!ch || !chassis_card(ch, slot)))
		return err_set(err, ERR_NOT_FOUND, -1, T_CH_SLOT_EMPTY, slot);
	for (unsigned i = 1; i <= CONTENT_MAX; i++)
		if (conf->content_at[i] && conf->content_at[i]->active)
			n += content_pieces(conf, conf->content_at[i],
					    i < from ? &before : &shown);
	out_printf(cli_out(cli),
		   "Pieces of Content for Slot: %u  Subslot: 1  "
		   "Total Content: %u\n%s",
		   slot, n, out_text(&shown));
	out_fini(&before);
	out_fini(&shown);
	return 0;
}

const struct cmd show_rule_cmds[] = {
	{ .syntax = "show rule", .help = "Content rules", .run = rules_here },
	{ .syntax = "show rule <owner:owner>",
	  .help = "Owner name",
	  .run = rules_of },
	{ .syntax = "show rule <owner:owner> <rule:content> [" RULE_ASPECTS "]",
	  .help = "Content rule name\n"
		  "Clauses of access lists that name the rule\n"
		  "Everything about the rule\n"
		  "DNS names and settings\n"
		  "Header field group\n"
		  "Hot list\n"
		  "Services with hits, weight, state and load\n"
		  "Counters\n"
		  "Balancing and sticky settings",
	  .run = rule_one },
	{ .syntax = "show rule-summary [<owner:owner>]",
	  .help = "One line for each content rule\n"
		  "Owner name",
	  .run = rule_summary },
	{ .syntax = "show content [slot <slot:uint:1-6>] "
		    "[start-index <index:uint:1-5000>]",
	  .help = "Content that is forwarded by\n"
		  "By one module\n"
		  "Slot\n"
		  "Begin with this index\n"
		  "Index of a content rule",
	  .run = content },
	{ 0 },
};
