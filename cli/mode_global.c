/* Commands of global configuration; render hooks get the struct conf. */
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/conf.h"
#include "emu/conf/global.h"

static struct global *global_of(struct cli *cli)
{
	return cli_conf(cli)->global;
}

/* ---- names ---------------------------------------------------------------- */

static int primary_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct global *g = global_of(cli);
	const char *ip = arg_word(a, "ip");

	if (conf_put_text(cli_conf(cli), g->dns_primary, sizeof(g->dns_primary),
			  ip ? ip : "", err) < 0)
		return -1;
	return ip ? object_kept(cli, "dns primary") : 0;
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
	return object_kept(cli, "dns secondary");
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
	return suffix ? object_kept(cli, "dns suffix") : 0;
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

/* ---- routes --------------------------------------------------------------- */

static int route_read(const struct cli *cli, const struct args *a,
		      struct route *r, struct err *err)
{
	*r = (struct route){ .distance = (uint8_t)arg_uint(a, "distance", 1) };
	r->blackhole = arg_key(a, "blackhole");
	if (object_net(a, &r->net, &r->prefix_len, err) < 0)
		return -1;
	if (r->blackhole)
		return 0;
	return object_addr(cli, a, "gateway", &r->gateway, err);
}

static int route_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct route r;

	if (route_read(cli, a, &r, err) < 0)
		return -1;
	return route_add(cli_conf(cli), &r, err);
}

static int route_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct route r;

	if (route_read(cli, a, &r, err) < 0)
		return -1;
	return route_del(cli_conf(cli), &r, err);
}

static void route_render(const void *obj, struct out *o)
{
	const struct conf *c = obj;
	const struct route *r = NULL;

	TAILQ_FOREACH(r, &c->global->routes, link)
		out_printf(o, "  ip route %s %s %s %u \n", str_addr(r->net),
			   str_addr(str_mask_of(r->prefix_len)),
			   r->blackhole ? "blackhole" : str_addr(r->gateway),
			   r->distance);
}

/* ---- switches ------------------------------------------------------------- */

static int implicit_set(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &global_of(cli)->no_implicit_service,
		      true);
	return 0; /* no hidden service is ever made: it is in force */
}

static int implicit_clear(struct cli *cli, const struct args *a,
			  struct err *err)
{
	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &global_of(cli)->no_implicit_service,
		      false);
	return 0;
}

static int remap_set(struct cli *cli, const struct args *a, struct err *err)
{
	bool remap = arg_key(a, "remap");

	(void)err;
	conf_put_flag(cli_conf(cli), &global_of(cli)->persistence_reset_remap,
		      remap);
	return remap ? object_kept(cli, "persistence reset remap") : 0;
}

static int reset_set(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &global_of(cli)->reset_on_vip_unavailable,
		      true);
	return object_kept(cli, "flow tcp-reset-on-vip-unavailable");
}

static int reset_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &global_of(cli)->reset_on_vip_unavailable,
		      false);
	return 0;
}

static int fallback_set(struct cli *cli, const struct args *a, struct err *err)
{
	bool on = !arg_key(a, "disable");

	(void)err;
	conf_put_flag(cli_conf(cli), &global_of(cli)->l4_fallback, on);
	return on ? 0 : object_kept(cli, "ssl-l4-fallback");
}

static void switches_render(const void *obj, struct out *o)
{
	const struct global *g = ((const struct conf *)obj)->global;

	if (g->no_implicit_service)
		out_puts(o, "  ip no-implicit-service \n");
	if (g->persistence_reset_remap)
		out_puts(o, "  persistence reset remap \n");
	if (g->reset_on_vip_unavailable)
		out_puts(o, "  flow tcp-reset-on-vip-unavailable \n");
	if (!g->l4_fallback)
		out_puts(o, "  ssl-l4-fallback disable \n");
}

static int boot_open(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	cli_enter(cli, MODE_BOOT, NULL, NULL);
	return 0;
}

#define NET "{<ip:addr> <mask:mask>|<ip:cidr>}"

/* Row order is running-config order. */
const struct cmd global_cmds[] = {
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
	{ .syntax = "ip no-implicit-service",
	  .help = "IP settings\n"
		  "No hidden services for next hops",
	  .run = implicit_set,
	  .render = switches_render,
	  .no = "no ip no-implicit-service",
	  .clear = implicit_clear },
	{ .syntax = "persistence reset {redirect|remap}",
	  .help = "Persistent connections\n"
		  "When another service is needed\n"
		  "Redirect the client\n"
		  "Change the server side",
	  .run = remap_set,
	  .no = "no persistence reset",
	  .clear = remap_set },
	{ .syntax = "flow tcp-reset-on-vip-unavailable",
	  .help = "Flow settings\n"
		  "Reset connections to a VIP that is down",
	  .run = reset_set,
	  .no = "no flow tcp-reset-on-vip-unavailable",
	  .clear = reset_clear },
	{ .syntax = "ssl-l4-fallback {enable|disable}",
	  .help = "Sticky SSL without a session ID\n"
		  "Go by the source address\n"
		  "Balance",
	  .run = fallback_set,
	  .no = "no ssl-l4-fallback",
	  .clear = fallback_set },
	{ .syntax = "ip route " NET " {<gateway:host>|blackhole} "
		    "[<distance:uint:1-254>]",
	  .help = "Static route\n"
		  "Network\n"
		  "Mask\n"
		  "Network and prefix length\n"
		  "Next hop\n"
		  "Drop what goes there\n"
		  "Administrative distance",
	  .run = route_set,
	  .render = route_render,
	  .no = "no ip route " NET " {<gateway:host>|blackhole} "
		"[<distance:uint:1-254>]",
	  .clear = route_clear },
	{ .syntax = "boot", .help = "Boot settings", .run = boot_open },
	{ 0 },
};
