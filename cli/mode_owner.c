/* Commands of the owner mode (content.md 2.1). */
#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/inert.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "cli/render.h"
#include "cli/setting.h"
#include "cli/zero.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/texts.h"
#include "emu/conf/content.h"
#include "emu/plane/plane.h"

static int zero(struct cli *cli, const struct args *a, struct err *err)
{
	const struct owner *w = cli_object(cli);
	const struct content *r = NULL;

	(void)a;
	(void)err;
	TAILQ_FOREACH(r, &w->contents, link)
		if (cli_env(cli)->plane)
			plane_zero_rule(cli_env(cli)->plane, r->index);
	return 0;
}

/* Services in the owner's rules, one or all. */
static int zero_services(struct cli *cli, const struct args *a, struct err *err)
{
	const struct owner *w = cli_object(cli);
	const char *name = arg_word(a, "service");
	const struct content *r = NULL;
	int n = 0;

	TAILQ_FOREACH(r, &w->contents, link)
		n += zero_rule_services(cli, r, zero_counters(a), name);
	if (name && !n)
		return err_set(err, ERR_NOT_FOUND, -1, T_NOT_IN, name, "owner",
			       w->name);
	return 0;
}

/* ---- rules ---------------------------------------------------------------- */

static int rule_open(struct cli *cli, const struct args *a, struct err *err)
{
	const struct owner *w = cli_object(cli);

	return object_open(cli, OBJECT_CONTENT, w->name, arg_word(a, "name"),
			   err);
}

static int rule_delete(struct cli *cli, const struct args *a, struct err *err)
{
	const struct owner *w = cli_object(cli);

	return object_delete(cli, OBJECT_CONTENT, w->name, arg_word(a, "name"),
			     err);
}

static void rules_render(const void *obj, struct out *o)
{
	const struct owner *w = obj;
	const struct content *r = NULL;

	TAILQ_FOREACH(r, &w->contents, link) {
		out_printf(o, "\n  content %s \n", r->name);
		render_mode(MODE_CONTENT, r, o);
	}
}

#define FIELD(...)                                                             \
	&(const struct setting)                                                \
	{                                                                      \
		__VA_ARGS__                                                    \
	}

static const char *const dnsbalance_names[] = { "roundrobin", "leastloaded",
						"preferlocal", NULL };

const struct cmd owner_cmds[] = {
	{ .syntax = "address <text:text:1-128>",
	  .help = "Postal address of the owner\n"
		  "Text in quotes",
	  .no = "no address",
	  .set = FIELD(SETTING_TEXT_AT(struct owner, address)) },
	{ .syntax = "billing-info <text:text:1-128>",
	  .help = "Billing information\n"
		  "Text in quotes",
	  .no = "no billing-info",
	  .set = FIELD(SETTING_TEXT_AT(struct owner, billing_info)) },
	{ .syntax = "email-address <text:word:1-64>",
	  .help = "Mail address of the owner\n"
		  "Address",
	  .no = "no email-address",
	  .set = FIELD(SETTING_TEXT_AT(struct owner, email)) },
	{ .syntax = "case {sensitive|insensitive}",
	  .help = "Case of URLs in the owner's rules\n"
		  "Case matters\n"
		  "Case does not matter",
	  .no = "no case",
	  .set = FIELD(SETTING_AT(struct owner, case_sensitive),
		       .store = SET_FLAG, .yes = "sensitive",
		       .no = "insensitive") },
	{ .syntax = "dns {accept|both|push}",
	  .help = "Exchange of domain names with peers\n"
		  "Accept names\n"
		  "Accept and push names\n"
		  "Push names",
	  .no = "no dns",
	  .set = FIELD(SETTING_AT(struct owner, dns), .store = SET_WORD,
		       .words = owner_dns_names),
	  .inert = INERT_NO_DNS },
	{ .syntax = "dnsbalance {roundrobin|leastloaded|preferlocal}",
	  .help = "How DNS replies are chosen\n"
		  "In turn\n"
		  "Least loaded site\n"
		  "Local VIP as long as it is up",
	  .no = "no dnsbalance",
	  .set = FIELD(SETTING_AT(struct owner, dnsbalance), .store = SET_WORD,
		       .words = dnsbalance_names),
	  .inert = INERT_NO_DNS },
	{ .syntax = "zero",
	  .help = "Clear the counters of the owner's rules",
	  .run = zero },
	{ .syntax = "zero " ZERO_COUNTERS " [{all|<service:service>}]",
	  .help = ZERO_COUNTERS_HELP "\n"
				     "Of every service in the owner's rules\n"
				     "Of one service",
	  .run = zero_services },
	{ 0 },
};

/* Rules come behind the owner's own lines. */
const struct cmd owner_rules_cmds[] = {
	{ .syntax = "content <name:content>",
	  .help = "Content rule of this owner\n"
		  "Rule name",
	  .run = rule_open,
	  .render = rules_render,
	  .no = "no content <name:content>",
	  .clear = rule_delete },
	{ 0 },
};
