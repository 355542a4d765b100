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

/* ---- logging -------------------------------------------------------------- */

static void level_put(struct cli *cli, int subsys, enum log_level level)
{
	global_of(cli)->log_level[subsys] = (uint8_t)level;
	log_level_set((enum log_subsys)subsys, level);
	conf_changed(cli_conf(cli));
}

static int level_put_named(struct cli *cli, const char *name,
			   enum log_level level, struct err *err)
{
	int subsys = log_subsys_find(name);

	if (subsys < 0 && !str_ieq(name, "all"))
		return err_set(err, ERR_RANGE, -1,
			       "Unknown subsystem: %s (show log-state lists "
			       "them)",
			       name);
	if (subsys >= 0)
		level_put(cli, subsys, level);
	for (int i = 0; subsys < 0 && i < LOG_SUBSYS_NUM; i++)
		level_put(cli, i, level);
	return 0;
}

static int level_set(struct cli *cli, const struct args *a, struct err *err)
{
	int level = log_level_find(arg_word(a, "level"));

	if (level < 0)
		return err_set(err, ERR_RANGE, -1,
			       "Unknown level: %s (fatal-0 to debug-7)",
			       arg_word(a, "level"));
	return level_put_named(cli, arg_word(a, "name"), (enum log_level)level,
			       err);
}

static int level_clear(struct cli *cli, const struct args *a, struct err *err)
{
	return level_put_named(cli, arg_word(a, "name"), LOG_WARNING_4, err);
}

static void level_render(const void *obj, struct out *o)
{
	const struct conf *c = obj;

	for (int i = 0; i < LOG_SUBSYS_NUM; i++)
		if (c->global->log_level[i] != LOG_WARNING_4)
			out_printf(o, "  logging subsystem %s level %s \n",
				   log_subsys_name((enum log_subsys)i),
				   log_level_name((enum log_level)c->global
							  ->log_level[i]));
}

static int log_host_at(const struct global *g, struct in_addr a)
{
	for (int i = 0; i < g->nlog_host; i++)
		if (g->log_host[i].addr.s_addr == a.s_addr)
			return i;
	return -1;
}

static int log_host_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct global *g = global_of(cli);
	const char *name = arg_word(a, "level");
	int level = name ? log_level_find(name) : -1, at = 0;
	struct in_addr ip = { INADDR_ANY };

	if (name && level < 0)
		return err_set(err, ERR_RANGE, -1,
			       "Unknown level: %s (fatal-0 to debug-7)", name);
	if (object_addr(cli, a, "ip", &ip, err) < 0)
		return -1;
	at = log_host_at(g, ip);
	if (at < 0 && g->nlog_host == LOG_HOST_MAX)
		return err_set(err, ERR_RANGE, -1, T_FULL, "logging host",
			       LOG_HOST_MAX);
	if (at < 0)
		at = g->nlog_host++;
	g->log_host[at] = (struct log_host){
		.addr = ip,
		.facility = (uint8_t)arg_uint(a, "facility", 0),
		.level = level,
	};
	conf_changed(cli_conf(cli));
	return object_kept(cli, "logging host");
}

static int log_host_clear(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct global *g = global_of(cli);
	struct in_addr ip = { INADDR_ANY };
	int at = -1;

	if (object_addr(cli, a, "ip", &ip, err) < 0)
		return -1;
	at = log_host_at(g, ip);
	if (at < 0)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "logging host", str_addr(ip));
	g->nlog_host--;
	memmove(&g->log_host[at], &g->log_host[at + 1],
		(size_t)(g->nlog_host - at) * sizeof(g->log_host[0]));
	conf_changed(cli_conf(cli));
	return 0;
}

static void log_host_render(const void *obj, struct out *o)
{
	const struct conf *c = obj;

	for (int i = 0; i < c->global->nlog_host; i++) {
		const struct log_host *h = &c->global->log_host[i];

		out_printf(o, "  logging host %s facility %u ",
			   str_addr(h->addr), h->facility);
		if (h->level >= 0)
			out_printf(o, "log-level %s ",
				   log_level_name((enum log_level)h->level));
		out_puts(o, "\n");
	}
}

static int log_commands_set(struct cli *cli, const struct args *a,
			    struct err *err)
{
	(void)err;
	conf_put_flag(cli_conf(cli), &global_of(cli)->log_commands,
		      arg_key(a, "enable"));
	return 0;
}

static void log_commands_render(const void *obj, struct out *o)
{
	const struct conf *c = obj;

	if (c->global->log_commands)
		out_puts(o, "  logging commands enable \n");
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
	{ .syntax = "logging subsystem <name:word:1-16> level "
		    "<level:word:1-12>",
	  .help = "What is logged, and where to\n"
		  "Level of a subsystem\n"
		  "Subsystem, or all\n"
		  "Set the level\n"
		  "fatal-0 to debug-7",
	  .run = level_set,
	  .render = level_render,
	  .no = "no logging subsystem <name:word:1-16>",
	  .clear = level_clear },
	{ .syntax = "logging host <ip:host> facility <facility:uint:0-7> "
		    "[log-level <level:word:1-12>]",
	  .help = "Syslog server\n"
		  "Address\n"
		  "Set the facility\n"
		  "Number behind local\n"
		  "Set the level\n"
		  "fatal-0 to debug-7",
	  .run = log_host_set,
	  .render = log_host_render,
	  .no = "no logging host <ip:host>",
	  .clear = log_host_clear },
	{ .syntax = "logging commands {enable|disable}",
	  .help = "Commands of users\n"
		  "Log them\n"
		  "Do not log them",
	  .run = log_commands_set,
	  .render = log_commands_render,
	  .no = "no logging commands",
	  .clear = log_commands_set },
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
