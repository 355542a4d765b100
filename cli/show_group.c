/*
 * show group: source groups as written and the connections that took their
 * address (content.md 3.5).  A frame is what was read at once: a datagram, or a
 * piece of a connection.
 */
#include "chassis/chassis.h"
#include <string.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/live.h"
#include "cli/modes.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/acl.h"
#include "emu/conf/group.h"
#include "emu/conf/service.h"
#include "emu/nat/portmap.h"

#define MODULES 6 /* slots of the largest chassis */

/* Column widths; negative: right-justified. */
enum {
	W_INDENT = 5,
	W_NAME = 33, /* service name before its hits */
	W_HITS = -5,
	W_LABEL = 28,
	W_SUB = 22,
	/* show group usage */
	W_STATE = 11,
	W_VIP = 16,
	W_COUNT = -9,
};

/* Clauses that translate with the group. */
static void acls_show(const struct env *env, const struct group *g,
		      struct out *o)
{
	const struct acl *l = NULL;
	bool any = false;

	out_puts(o, "  Associated ACLs:\n");
	TAILQ_FOREACH(l, &env->conf->acls, link)
		for (size_t i = 0; i < l->nclause; i++) {
			if (strcmp(l->clause[i].group, g->name) != 0)
				continue;
			out_printf(o, "%*sACL %u Clause %u\n", W_INDENT, "",
				   l->index, l->clause[i].number);
			any = true;
		}
	if (!any)
		out_printf(o, "%*sNONE\n", W_INDENT, "");
}

static void head_show(const struct env *env, const struct group *g,
		      struct out *o)
{
	const char *redundancy = live_redundancy(env, g->vip);

	out_printf(o, "\nGroup: %s - %s ( %s", g->name,
		   g->active ? "Active" : "Suspended", str_addr(g->vip));
	if (g->vip_range > 1)
		out_printf(o, " range %u", g->vip_range);
	out_puts(o, " )\n");
	out_col(o, W_SUB, "  Session Redundancy:");
	if (g->redundant_index)
		out_printf(o, "Index %u\n", g->redundant_index);
	else
		out_puts(o, "Disabled\n");
	out_col(o, W_SUB, "  IP Redundancy:");
	out_printf(o, "%s\n", redundancy ? redundancy : "Not Redundant");
	acls_show(env, g, o);
}

static uint64_t hits_of(const struct env *env, const struct group *g,
			bool destination, const struct service *s)
{
	return env->plane ? plane_group_service_hits(env->plane, g->index,
						     destination, s->index)
			  : 0;
}

static void services_show(const struct env *env, const struct group *g,
			  bool destination, struct out *o)
{
	const char(*names)[NAME_LEN + 1] = destination ? g->dest : g->source;
	int n = destination ? g->ndest : g->nsource;
	const struct service *s = NULL;

	out_printf(o, "  %s Services:\n",
		   destination ? "Destination" : "Source");
	if (!n) {
		out_printf(o, "%*sNONE\n", W_INDENT, "");
		return;
	}
	out_printf(o, "%*s", W_INDENT, "");
	out_col(o, W_NAME, "Name:");
	out_puts(o, "Hits:\n");
	for (int i = 0; i < n; i++) {
		s = service_find(env->conf, names[i]);
		if (!s)
			continue;
		out_printf(o, "%*s", W_INDENT, "");
		out_col(o, W_NAME, "%s", s->name);
		out_col(o, W_HITS, "%llu",
			(unsigned long long)hits_of(env, g, destination, s));
		out_puts(o, "\n");
	}
}

static void counters_show(const struct group_counters *c, struct out *o)
{
	out_puts(o, "  Group Service Total Counters:\n");
	out_col(o, W_LABEL + W_INDENT, "     Hits/Frames/Bytes:");
	out_printf(o, "%llu/%llu/%llu\n", (unsigned long long)c->hits,
		   (unsigned long long)c->frames, (unsigned long long)c->bytes);
	out_col(o, W_LABEL + W_INDENT, "     Connections Total/Current:");
	out_printf(o, "%llu/%u\n", (unsigned long long)c->total_conns,
		   c->current_conns);
	out_col(o, W_LABEL + W_INDENT, "     FTP Control Total/Current:");
	out_printf(o, "%llu/%u\n", (unsigned long long)c->total_ftp,
		   c->current_ftp);
}

static void portmap_show(const struct group *g, struct out *o)
{
	out_printf(o, "  Portmap: %s\n",
		   g->portmap_disabled ? "Disabled" : "Enabled");
	out_printf(o, "  Flow Timeout Multiplier: %u\n",
		   live_multiplier(g->flow_timeout_multiplier));
}

static void group_show(const struct env *env, const struct group *g,
		       struct out *o)
{
	struct group_counters c;

	live_group_counters(env, g, &c);
	head_show(env, g, o);
	services_show(env, g, false, o);
	services_show(env, g, true, o);
	counters_show(&c, o);
	portmap_show(g, o);
}

static int show(struct cli *cli, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "name");
	const struct group *g = scope_group(cli);

	if (name) {
		g = group_find(cli_conf(cli), name);
		if (!g)
			return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
				       "group", name);
	}
	if (g) {
		group_show(cli_env(cli), g, cli_out(cli));
		return 0;
	}
	TAILQ_FOREACH(g, &cli_conf(cli)->groups, link)
		group_show(cli_env(cli), g, cli_out(cli));
	return 0;
}

/* ---- show group NAME portmap ------------------------------------------------- */

/* Connections leave through the module that runs the switch; others map none. */
static void module_portmap(const struct env *env, const struct group *g,
			   unsigned slot, struct out *o)
{
	struct portmap_figures f = { 0 };

	if (slot == 1 && env->plane)
		plane_group_ports(env->plane, g->index, &f);
	out_printf(o, "\nPortmap of group %s - Slot %u, Subslot 1:\n", g->name,
		   slot);
	out_col(o, W_SUB + 2, "  Base Port:");
	out_printf(o, "%u\n", g->base_port);
	out_col(o, W_SUB + 2, "  Total Ports:");
	out_printf(o, "%u\n", g->number_of_ports);
	out_col(o, W_SUB + 2, "  VIP Address Range:");
	out_printf(o, "%u\n", g->vip_address_range);
	out_col(o, W_SUB + 2, "  Current Mappings:");
	out_printf(o, "%u\n", f.used);
	out_col(o, W_SUB + 2, "  Last Port Mapped:");
	out_printf(o, "%u\n", f.last);
	out_col(o, W_SUB + 2, "  No Portmap Errors:");
	out_printf(o, "%llu\n", (unsigned long long)f.refused);
}

static int portmap(struct cli *cli, const struct args *a, struct err *err)
{
	const struct chassis *ch = cli_env(cli)->chassis;
	const struct group *g = group_find(cli_conf(cli), arg_word(a, "name"));
	unsigned only = (unsigned)arg_uint(a, "slot", 0);

	if (!g)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "group",
			       arg_word(a, "name"));
	if (only > 1 && (!ch || !chassis_card(ch, only)))
		return err_set(err, ERR_NOT_FOUND, -1, T_CH_SLOT_EMPTY, only);
	for (unsigned slot = 1; slot <= MODULES; slot++) {
		bool there = slot == 1 || (ch && chassis_card(ch, slot));

		if (there && (!only || only == slot))
			module_portmap(cli_env(cli), g, slot, cli_out(cli));
	}
	return 0;
}

/* ---- show group usage ---------------------------------------------------------- */

static void usage_line(const struct env *env, const struct group *g,
		       struct out *o)
{
	struct group_counters c;

	live_group_counters(env, g, &c);
	out_col(o, W_NAME, "%s", g->name);
	out_col(o, W_STATE, "%s", g->active ? "Active" : "Suspended");
	out_col(o, W_VIP, "%s", str_addr(g->vip));
	out_col(o, W_COUNT, "%u", live_multiplier(g->flow_timeout_multiplier));
	out_col(o, W_COUNT, "%d", g->nsource);
	out_col(o, W_COUNT, "%d", g->ndest);
	out_col(o, W_COUNT, "%u", c.current_conns);
	out_col(o, W_COUNT, "%llu", (unsigned long long)c.total_conns);
	out_puts(o, "\n");
}

static int usage(struct cli *cli, const struct args *a, struct err *err)
{
	static const char *const counts[] = { "Timeout", "Source", "Dest",
					      "Current", "Total" };
	const struct group *g = NULL;
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	out_col(o, W_NAME, "Group Name");
	out_col(o, W_STATE, "State");
	out_col(o, W_VIP, "VIP Address");
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		out_col(o, W_COUNT, "%s", counts[i]);
	out_puts(o, "\n\n");
	TAILQ_FOREACH(g, &cli_conf(cli)->groups, link)
		usage_line(cli_env(cli), g, o);
	return 0;
}

const struct cmd show_group_cmds[] = {
	{ .syntax = "show group [<name:group>]",
	  .help = "Source groups\n"
		  "Group name",
	  .run = show },
	{ .syntax = "show group usage",
	  .help = "Flow timeouts and use of source groups",
	  .run = usage },
	{ .syntax = "show group <name:group> portmap [{all-sps|slot "
		    "<slot:uint:1-6>}]",
	  .help = "Source ports of the group\n"
		  "On every module\n"
		  "On one module\n"
		  "Slot",
	  .run = portmap },
	{ 0 },
};
