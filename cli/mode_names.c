/* Commands of global configuration: names of hosts (platform.md 4.9). */
#include <string.h>

#include "cli/cmd.h"
#include "cli/modes.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/conf.h"
#include "emu/conf/global.h"

static struct global *global_of(struct cli *cli)
{
	return cli_conf(cli)->global;
}

static int primary_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct global *g = global_of(cli);
	const char *ip = arg_word(a, "ip");

	if (conf_put_text(cli_conf(cli), g->dns_primary, sizeof(g->dns_primary),
			  ip ? ip : "", err) < 0)
		return -1;
	return 0;
}

static int secondary_at(const struct global *g, const char *ip)
{
	for (int i = 0; i < g->ndns_secondary; i++)
		if (!strcmp(g->dns_secondary[i], ip))
			return i;
	return -1;
}

static int secondary_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct global *g = global_of(cli);
	const char *ip = arg_word(a, "ip");

	if (secondary_at(g, ip) >= 0)
		return 0;
	if (g->ndns_secondary == 2)
		return err_set(err, ERR_RANGE, -1, T_FULL,
			       "secondary DNS server", 2);
	(void)str_copy(g->dns_secondary[g->ndns_secondary++],
		       sizeof(g->dns_secondary[0]), ip);
	conf_changed(cli_conf(cli));
	return 0;
}

static int secondary_clear(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct global *g = global_of(cli);
	const char *ip = arg_word(a, "ip");
	int at = secondary_at(g, ip);

	if (at < 0)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "dns secondary", ip);
	g->ndns_secondary--;
	memmove(g->dns_secondary[at], g->dns_secondary[at + 1],
		(size_t)(g->ndns_secondary - at) * sizeof(g->dns_secondary[0]));
	conf_changed(cli_conf(cli));
	return 0;
}

static int suffix_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct global *g = global_of(cli);
	const char *suffix = arg_word(a, "suffix");

	if (conf_put_text(cli_conf(cli), g->dns_suffix, sizeof(g->dns_suffix),
			  suffix ? suffix : "", err) < 0)
		return -1;
	return 0;
}

static void dns_render(const void *obj, struct out *o)
{
	const struct global *g = ((const struct conf *)obj)->global;

	if (g->dns_primary[0])
		out_printf(o, "  dns primary %s \n", g->dns_primary);
	for (int i = 0; i < g->ndns_secondary; i++)
		out_printf(o, "  dns secondary %s \n", g->dns_secondary[i]);
	if (g->dns_suffix[0])
		out_printf(o, "  dns suffix %s \n", g->dns_suffix);
}

static int host_line(struct cli *cli, const struct args *a, struct err *err)
{
	return host_set(cli_conf(cli), arg_word(a, "name"), arg_addr(a, "ip"),
			err);
}

static int host_clear(struct cli *cli, const struct args *a, struct err *err)
{
	return host_del(cli_conf(cli), arg_word(a, "name"), err);
}

static void host_render(const void *obj, struct out *o)
{
	const struct conf *c = obj;
	const struct host *h = NULL;

	TAILQ_FOREACH(h, &c->global->hosts, link)
		out_printf(o, "  host %s %s \n", h->name, str_addr(h->addr));
}

/* Row order is running-config order. */
const struct cmd names_cmds[] = {
	{ .syntax = "dns primary <ip:addr>",
	  .help = "Name servers of the switch\n"
		  "First server\n"
		  "Address",
	  .run = primary_set,
	  .render = dns_render,
	  .no = "no dns primary",
	  .clear = primary_set },
	{ .syntax = "dns secondary <ip:addr>",
	  .help = "Further server, two at most\n"
		  "Address",
	  .run = secondary_set,
	  .no = "no dns secondary <ip:addr>",
	  .clear = secondary_clear },
	{ .syntax = "dns suffix <suffix:name:64>",
	  .help = "Suffix of short names\n"
		  "Suffix",
	  .run = suffix_set,
	  .no = "no dns suffix",
	  .clear = suffix_set },
	{ .syntax = "host <name:name:64> <ip:addr>",
	  .help = "Name for an address\n"
		  "Name\n"
		  "Address",
	  .run = host_line,
	  .render = host_render,
	  .no = "no host <name:name:64>",
	  .clear = host_clear },
	{ 0 },
};
