/* Commands of the NQL, EQL, DQL and URQL modes (content.md 6.2 to 6.5). */
#include <string.h>

#include "cli/cmd.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "cli/setting.h"
#include "cli/types.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/qualifier.h"


#define DESCRIPTION                                                            \
	{                                                                      \
		.syntax = "description <text:text:1-63>",                      \
		.help = "Describe the list\n"                                  \
			"Text in quotes",                                      \
		.no = "no description", .set = &(const struct setting)         \
		{                                                              \
			SETTING_AT(struct qualifier, description),             \
				.cap = sizeof(                                 \
					((struct qualifier *)0)->description), \
				.store = SET_TEXT                              \
		}                                                              \
	}

/* The optional text of an entry. */
static void text_read(const struct args *a, char *field, size_t cap)
{
	const char *text = arg_word(a, "text");

	(void)str_copy(field, cap, text ? text : "");
}

static void text_render(const char *text, struct out *o)
{
	if (*text)
		out_printf(o, "\"%s\" ", text);
}

/* ---- networks ------------------------------------------------------------- */

static int net_add(struct cli *cli, const struct args *a, struct err *err)
{
	struct nql_net n = { .log = arg_key(a, "log") };

	if (object_net(a, &n.addr, &n.prefix_len, err) < 0)
		return -1;
	text_read(a, n.description, sizeof(n.description));
	return nql_add_net(cli_conf(cli), cli_object(cli), &n, err);
}

static int net_remove(struct cli *cli, const struct args *a, struct err *err)
{
	struct in_addr addr = { INADDR_ANY };
	uint8_t prefix_len = 0;

	if (object_net(a, &addr, &prefix_len, err) < 0)
		return -1;
	return nql_del_net(cli_conf(cli), cli_object(cli), addr, prefix_len,
			   err);
}

static void nets_render(const void *obj, struct out *o)
{
	const struct nql *l = obj;

	for (size_t i = 0; i < l->nnet; i++) {
		const struct nql_net *n = &l->net[i];

		out_printf(o, "  ip address %s %s ", str_addr(n->addr),
			   str_addr(str_mask_of(n->prefix_len)));
		text_render(n->description, o);
		out_puts(o, n->log ? "log \n" : "\n");
	}
}

/* Row order is running-config order. */
const struct cmd nql_cmds[] = {
	DESCRIPTION,
	{ .syntax = "ip address {<ip:addr> <mask:mask>|<ip:cidr>} "
		    "[<text:text:1-63>] [log]",
	  .help = "Network of this list\n"
		  "Network of this list\n"
		  "Address\n"
		  "Mask\n"
		  "Address and prefix length\n"
		  "Text in quotes\n"
		  "Log what comes from there",
	  .run = net_add,
	  .render = nets_render,
	  .no = "no ip address {<ip:addr> <mask:mask>|<ip:cidr>}",
	  .clear = net_remove },
	{ 0 },
};

/* ---- extensions ----------------------------------------------------------- */

static int ext_add(struct cli *cli, const struct args *a, struct err *err)
{
	struct eql_ext e = { 0 };

	(void)str_copy(e.ext, sizeof(e.ext), arg_word(a, "extension"));
	text_read(a, e.description, sizeof(e.description));
	return eql_add_ext(cli_conf(cli), cli_object(cli), &e, err);
}

static int ext_remove(struct cli *cli, const struct args *a, struct err *err)
{
	return eql_del_ext(cli_conf(cli), cli_object(cli),
			   arg_word(a, "extension"), err);
}

static void exts_render(const void *obj, struct out *o)
{
	const struct eql *l = obj;

	for (size_t i = 0; i < l->next; i++) {
		out_printf(o, "  extension %s ", l->ext[i].ext);
		text_render(l->ext[i].description, o);
		out_puts(o, "\n");
	}
}

/* Row order is running-config order. */
const struct cmd eql_cmds[] = {
	DESCRIPTION,
	{ .syntax = "extension <extension:name:7> [<text:text:1-64>]",
	  .help = "File extension of this list\n"
		  "Extension, without its dot\n"
		  "Text in quotes",
	  .run = ext_add,
	  .render = exts_render,
	  .no = "no extension <extension:name:7>",
	  .clear = ext_remove },
	{ 0 },
};

/* ---- domains -------------------------------------------------------------- */

static int domain_add(struct cli *cli, const struct args *a, struct err *err)
{
	struct dql_domain d = { .index = (uint16_t)arg_uint(a, "index", 0) };

	(void)str_copy(d.domain, sizeof(d.domain), arg_word(a, "domain"));
	text_read(a, d.description, sizeof(d.description));
	return dql_add_domain(cli_conf(cli), cli_object(cli), &d, err);
}

static int domain_remove(struct cli *cli, const struct args *a, struct err *err)
{
	return dql_del_domain(cli_conf(cli), cli_object(cli),
			      arg_word(a, "domain"), err);
}

static void domains_render(const void *obj, struct out *o)
{
	const struct dql *l = obj;

	for (size_t i = 0; i < l->ndomain; i++) {
		const struct dql_domain *d = &l->domain[i];

		out_puts(o, "  domain ");
		(void)type_print("domain:word", d->domain, NULL, o, NULL);
		out_printf(o, " index %u ", d->index);
		text_render(d->description, o);
		out_puts(o, "\n");
	}
}

/* Row order is running-config order. */
const struct cmd dql_cmds[] = {
	DESCRIPTION,
	{ .syntax = "domain <domain:word:63> index <index:uint:1-10000> "
		    "[<text:text:1-63>]",
	  .help = "Domain of this list\n"
		  "Domain name\n"
		  "Set its place\n"
		  "Number\n"
		  "Text in quotes",
	  .run = domain_add,
	  .render = domains_render,
	  .no = "no domain <domain:word:63>",
	  .clear = domain_remove },
	{ 0 },
};

/* ---- URLs ----------------------------------------------------------------- */

static int urql_addr_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct in_addr ip = { INADDR_ANY };

	if (object_addr(cli, a, "ip", &ip, err) < 0)
		return -1;
	return urql_set_addr(cli_conf(cli), cli_object(cli), ip, err);
}

static int urql_addr_clear(struct cli *cli, const struct args *a,
			   struct err *err)
{
	(void)a;
	return urql_set_addr(cli_conf(cli), cli_object(cli),
			     (struct in_addr){ INADDR_ANY }, err);
}

static void urql_addr_render(const void *obj, struct out *o)
{
	const struct urql *l = obj;

	object_addr_render("  address", l->addr, 1, o);
}

static int urql_domain_set(struct cli *cli, const struct args *a,
			   struct err *err)
{
	const char *domain = arg_word(a, "domain");

	return urql_set_domain(cli_conf(cli), cli_object(cli),
			       domain ? domain : "", err);
}

static void urql_domain_render(const void *obj, struct out *o)
{
	const struct urql *l = obj;

	if (l->domain[0])
		out_printf(o, "  domain \"%s\" \n", l->domain);
}

static int url_set(struct cli *cli, const struct args *a, struct err *err)
{
	return urql_set_url(cli_conf(cli), cli_object(cli),
			    (unsigned)arg_uint(a, "number", 0),
			    arg_word(a, "url"), NULL, err);
}

static int url_describe(struct cli *cli, const struct args *a, struct err *err)
{
	const char *text = arg_word(a, "text");

	return urql_set_url(cli_conf(cli), cli_object(cli),
			    (unsigned)arg_uint(a, "number", 0), NULL,
			    text ? text : "", err);
}

static int url_remove(struct cli *cli, const struct args *a, struct err *err)
{
	return urql_del_url(cli_conf(cli), cli_object(cli),
			    (unsigned)arg_uint(a, "number", 0), err);
}

static void urls_render(const void *obj, struct out *o)
{
	const struct urql *l = obj;

	for (size_t i = 0; i < l->nurl; i++) {
		const struct urql_url *u = &l->url[i];

		out_printf(o, "  url %u ", u->number);
		if (u->url[0])
			out_printf(o, "url \"%s\" ", u->url);
		out_puts(o, "\n");
		if (u->description[0])
			out_printf(o, "  url %u description \"%s\" \n",
				   u->number, u->description);
	}
}

static int activate(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return urql_activate(cli_conf(cli), cli_object(cli), err);
}

static int deactivate(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return urql_suspend(cli_conf(cli), cli_object(cli), err);
}

static void active_render(const void *obj, struct out *o)
{
	const struct urql *l = obj;

	if (l->active)
		out_puts(o, "  active \n");
}

/* Row order is running-config order. */
const struct cmd urql_cmds[] = {
	DESCRIPTION,
	{ .syntax = "address <ip:host>",
	  .help = "Server that the URLs are on\n"
		  "Address",
	  .run = urql_addr_set,
	  .render = urql_addr_render,
	  .no = "no address",
	  .clear = urql_addr_clear },
	{ .syntax = "domain <domain:text:1-63>",
	  .help = "Domain of the URLs\n"
		  "Domain name in quotes",
	  .run = urql_domain_set,
	  .render = urql_domain_render,
	  .no = "no domain",
	  .clear = urql_domain_set },
	{ .syntax = "url <number:uint:1-1000> [url <url:text:1-251>]",
	  .help = "URL of this list\n"
		  "Number\n"
		  "Set its text\n"
		  "Path in quotes",
	  .run = url_set,
	  .render = urls_render,
	  .no = "no url <number:uint:1-1000>",
	  .clear = url_remove },
	{ .syntax = "url <number:uint:1-1000> description <text:text:1-64>",
	  .help = "Describe it\n"
		  "Text in quotes",
	  .run = url_describe,
	  .no = "no url <number:uint:1-1000> description",
	  .clear = url_describe },
	{ .syntax = "active",
	  .help = "Put the list in use",
	  .run = activate,
	  .render = active_render },
	{ .syntax = "suspend",
	  .help = "Take the list out of use",
	  .run = deactivate },
	{ 0 },
};
