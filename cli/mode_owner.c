/* Commands of the owner mode (content.md 2.1). */
#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "cli/render.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/conf/content.h"
#include "emu/plane/plane.h"

/* ---- texts ---------------------------------------------------------------- */

static int address_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct owner *w = cli_object(cli);
	const char *text = arg_word(a, "text");

	return conf_put_text(cli_conf(cli), w->address, sizeof(w->address),
			     text ? text : "", err);
}

static int billing_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct owner *w = cli_object(cli);
	const char *text = arg_word(a, "text");

	return conf_put_text(cli_conf(cli), w->billing_info,
			     sizeof(w->billing_info), text ? text : "", err);
}

static int email_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct owner *w = cli_object(cli);
	const char *text = arg_word(a, "text");

	return conf_put_text(cli_conf(cli), w->email, sizeof(w->email),
			     text ? text : "", err);
}

static void texts_render(const void *obj, struct out *o)
{
	const struct owner *w = obj;

	if (w->address[0])
		out_printf(o, "  address \"%s\" \n", w->address);
	if (w->billing_info[0])
		out_printf(o, "  billing-info \"%s\" \n", w->billing_info);
	if (w->email[0])
		out_printf(o, "  email-address \"%s\" \n", w->email);
}

/* ---- settings ------------------------------------------------------------- */

static int case_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct owner *w = cli_object(cli);

	(void)err;
	conf_put_flag(cli_conf(cli), &w->case_sensitive,
		      arg_key(a, "sensitive"));
	return 0;
}

static void case_render(const void *obj, struct out *o)
{
	const struct owner *w = obj;

	if (w->case_sensitive)
		out_puts(o, "  case sensitive \n");
}

static const char *const dns_names[] = { "", "accept", "both", "push", NULL };
static const char *const dnsbalance_names[] = { "roundrobin", "leastloaded",
						"preferlocal", NULL };

static int dns_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct owner *w = cli_object(cli);

	(void)err;
	conf_put_u8(cli_conf(cli), &w->dns,
		    1 + object_choice(a, dns_names + 1));
	return object_kept(cli, "dns");
}

static int dns_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct owner *w = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_u8(cli_conf(cli), &w->dns, 0);
	return 0;
}

static void dns_render(const void *obj, struct out *o)
{
	const struct owner *w = obj;

	if (w->dns)
		out_printf(o, "  dns %s \n", dns_names[w->dns]);
	if (w->dnsbalance)
		out_printf(o, "  dnsbalance %s \n",
			   dnsbalance_names[w->dnsbalance]);
}

static int dnsbalance_set(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct owner *w = cli_object(cli);

	(void)err;
	conf_put_u8(cli_conf(cli), &w->dnsbalance,
		    object_choice(a, dnsbalance_names));
	return w->dnsbalance ? object_kept(cli, "dnsbalance") : 0;
}

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

/* Row order is running-config order. */
const struct cmd owner_cmds[] = {
	{ .syntax = "address <text:text:1-128>",
	  .help = "Postal address of the owner\n"
		  "Text in quotes",
	  .run = address_set,
	  .render = texts_render,
	  .no = "no address",
	  .clear = address_set },
	{ .syntax = "billing-info <text:text:1-128>",
	  .help = "Billing information\n"
		  "Text in quotes",
	  .run = billing_set,
	  .no = "no billing-info",
	  .clear = billing_set },
	{ .syntax = "email-address <text:text:1-64>",
	  .help = "Mail address of the owner\n"
		  "Address",
	  .run = email_set,
	  .no = "no email-address",
	  .clear = email_set },
	{ .syntax = "case {sensitive|insensitive}",
	  .help = "Case of URLs in the owner's rules\n"
		  "Case matters\n"
		  "Case does not matter",
	  .run = case_set,
	  .render = case_render,
	  .no = "no case",
	  .clear = case_set },
	{ .syntax = "dns {accept|both|push}",
	  .help = "Exchange of domain names with peers\n"
		  "Accept names\n"
		  "Accept and push names\n"
		  "Push names",
	  .run = dns_set,
	  .render = dns_render,
	  .no = "no dns",
	  .clear = dns_clear },
	{ .syntax = "dnsbalance {roundrobin|leastloaded|preferlocal}",
	  .help = "How DNS replies are chosen\n"
		  "In turn\n"
		  "Least loaded site\n"
		  "Local VIP as long as it is up",
	  .run = dnsbalance_set,
	  .no = "no dnsbalance",
	  .clear = dnsbalance_set },
	{ .syntax = "zero",
	  .help = "Clear the counters of the owner's rules",
	  .run = zero },
	{ .syntax = "content <name:content>",
	  .help = "Content rule of this owner\n"
		  "Rule name",
	  .run = rule_open,
	  .render = rules_render,
	  .no = "no content <name:content>",
	  .clear = rule_delete },
	{ 0 },
};
