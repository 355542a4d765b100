/*
 * show redundancy and show session-redundant: two switches as one (platform.md
 * 5.6).
 *
 * Box-to-box redundancy runs on the circuit that has the redundancy protocol.  No
 * other switch is ever heard there, so that this one is the master, unless what
 * it watches has failed: a port with redundancy-phy, or all of its uplinks.
 */
#include <stdio.h>

#include "cli/cmd.h"
#include "cli/columns.h"
#include "cli/env.h"
#include "cli/live.h"
#include "cli/modes.h"
#include "cli/ports.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/circuit.h"
#include "emu/conf/content.h"
#include "emu/conf/global.h"
#include "emu/conf/group.h"
#include "emu/redundancy/box.h"
#include "emu/redundancy/vrouter.h"

enum {
	W_LABEL = 34,
	W_VALUE = 12,
	W_NAME = 33,
	W_INDEX = 8,
	W_KIND = 10,
	W_PORT = 16,
};

/* ---- show redundancy ------------------------------------------------------ */

/* As it was followed; on a scratch switch, as it would be. */
static struct box_status status_of(const struct env *env)
{
	struct vr_view v = live_view(env);
	struct box_status s = { .state = BOX_INIT };

	if (env->box)
		return *box_status(env->box);
	s.state = box_decide(&v, &s.last_fail);
	return s;
}

static void duration_show(struct out *o, time_t since)
{
	unsigned long s = since ? (unsigned long)(conf_clock() - since) : 0;

	col_line(o, COL_WIDE, "Current State Duration",
		 "%lu days %02lu:%02lu:%02lu", s / 86400, s / 3600 % 24,
		 s / 60 % 60, s % 60);
}

static void uplinks_show(const struct env *env, struct out *o)
{
	struct vr_view v = live_view(env);
	const struct service *s = NULL;
	unsigned n = 0, alive = 0;

	TAILQ_FOREACH(s, &env->conf->services, link) {
		if (s->type != SERVICE_REDUNDANCY_UP)
			continue;
		n++;
		alive += box_is_usable(v.service_state(v.arg, s));
	}
	out_printf(o, "\nUplink Enabled: %s  Number: %u  Number Alive: %u\n",
		   yes_no(n > 0), n, alive);
	out_col(o, W_NAME, "Service Name");
	out_puts(o, "State\n");
	TAILQ_FOREACH(s, &env->conf->services, link) {
		if (s->type != SERVICE_REDUNDANCY_UP)
			continue;
		out_col(o, W_NAME, "%s", s->name);
		out_printf(o, "%s\n",
			   service_state_name(v.service_state(v.arg, s)));
	}
}

static void watched_ports_show(const struct env *env, struct out *o)
{
	struct port p = { 0 };

	out_puts(o, "\nPhysical Link Failure Monitor on:\n");
	out_col(o, W_PORT, "Interface");
	out_puts(o, "State\n");
	while (port_next(env->chassis, env->conf, &p)) {
		if (!p.iface || !p.iface->redundancy_phy)
			continue;
		out_col(o, W_PORT, "%s", p.name);
		out_printf(o, "%s\n", port_is_up(&p) ? "Up" : "Down");
	}
}

static int show_redundancy(struct cli *cli, const struct args *a,
			   struct err *err)
{
	const struct env *env = cli_env(cli);
	const struct global *g = env->conf->global;
	const struct circuit_ip *ip = box_interface(env->conf);
	struct box_status s = status_of(env);
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	out_col(o, W_LABEL, "Redundancy:");
	if (!box_is_enabled(env->conf)) {
		out_puts(o, "Disabled\n");
		return 0;
	}
	out_col(o, W_VALUE, "Enabled");
	out_printf(o, "Redundancy Protocol: %s\n",
		   s.state == BOX_INIT ? "Not Running" : "Running");
	out_col(o, W_LABEL, "Redundancy State:");
	out_col(o, W_VALUE, "%s", box_state_name(s.state));
	out_printf(o, "MasterMode: %s\n", yes_no(g->redundancy_master));
	out_printf(o,
		   "Number of times redundancy state changed to Master: %u "
		   "to Backup: %u\n",
		   s.to_master, s.to_backup);
	col_line(o, COL_WIDE, "Redundancy interface", "%s",
		 ip ? str_addr(ip->addr) : "0.0.0.0");
	duration_show(o, s.since);
	col_line(o, COL_WIDE, "Last Fail Reason", "%s",
		 box_fail_name(s.last_fail));
	col_line(o, COL_WIDE, "VRID", "%u", BOX_VRID);
	col_line(o, COL_WIDE, "Priority", "%u",
		 g->redundancy_master ? BOX_PRIORITY_MASTER : BOX_PRIORITY);
	uplinks_show(env, o);
	watched_ports_show(env, o);
	return 0;
}

/* ---- show session-redundant ----------------------------------------------- */

struct filter {
	bool rules, services, groups;
	unsigned index; /* 0: every one */
	unsigned n;
};

static void redundant_row(struct out *o, struct filter *f, unsigned index,
			  const char *kind, const char *name, bool active)
{
	if (!index || (f->index && f->index != index))
		return;
	f->n++;
	out_col(o, W_INDEX, "%u", index);
	out_col(o, W_KIND, "%s", kind);
	out_col(o, W_NAME, "%s", name);
	out_printf(o, "%s\n", active ? "Active" : "Suspended");
}

static void redundant_rules(struct cli *cli, struct filter *f)
{
	const struct owner *ow = NULL;
	const struct content *r = NULL;
	char name[2 * NAME_LEN + 2];

	TAILQ_FOREACH(ow, &cli_conf(cli)->owners, link)
		TAILQ_FOREACH(r, &ow->contents, link) {
			(void)snprintf(name, sizeof(name), "%s/%s", ow->name,
				       r->name);
			redundant_row(cli_out(cli), f, r->redundant_index,
				      "Rule", name, r->active);
		}
}

static void redundant_show(struct cli *cli, struct filter *f)
{
	const struct service *s = NULL;
	const struct group *g = NULL;
	struct out *o = cli_out(cli);

	out_col(o, W_INDEX, "Index");
	out_col(o, W_KIND, "Type");
	out_col(o, W_NAME, "Name");
	out_puts(o, "State\n");
	if (f->rules)
		redundant_rules(cli, f);
	if (f->services)
		TAILQ_FOREACH(s, &cli_conf(cli)->services, link)
			redundant_row(o, f, s->redundant_index, "Service",
				      s->name, s->active);
	if (f->groups)
		TAILQ_FOREACH(g, &cli_conf(cli)->groups, link)
			redundant_row(o, f, g->redundant_index, "Group",
				      g->name, g->active);
}

static int show_redundant(struct cli *cli, const struct args *a,
			  struct err *err)
{
	bool all = arg_key(a, "all");
	struct filter f = { .rules = all || arg_key(a, "rule"),
			    .services = all || arg_key(a, "service"),
			    .groups = all || arg_key(a, "group") };

	(void)err;
	redundant_show(cli, &f);
	return 0;
}

static bool has_index(const struct conf *c, unsigned index)
{
	const struct owner *ow = NULL;
	const struct content *r = NULL;
	const struct service *s = NULL;
	const struct group *g = NULL;

	TAILQ_FOREACH(ow, &c->owners, link)
		TAILQ_FOREACH(r, &ow->contents, link)
			if (r->redundant_index == index)
				return true;
	TAILQ_FOREACH(s, &c->services, link)
		if (s->redundant_index == index)
			return true;
	TAILQ_FOREACH(g, &c->groups, link)
		if (g->redundant_index == index)
			return true;
	return false;
}

static int show_index(struct cli *cli, const struct args *a, struct err *err)
{
	struct filter f = { .rules = true,
			    .services = true,
			    .groups = true,
			    .index = (unsigned)arg_uint(a, "index", 0) };

	if (!has_index(cli_conf(cli), f.index))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_INDEX, f.index);
	redundant_show(cli, &f);
	return 0;
}

const struct cmd show_redundancy_cmds[] = {
	{ .syntax = "show redundancy",
	  .help = "Redundancy of two switches",
	  .run = show_redundancy },
	{ .syntax = "show session-redundant {all|rule|service|group}",
	  .help = "What has a redundant-index\n"
		  "Everything\n"
		  "Content rules\n"
		  "Services\n"
		  "Source groups",
	  .run = show_redundant },
	{ .syntax = "show session-redundant <index:uint:1-32767>",
	  .help = "One index",
	  .run = show_index },
	{ 0 },
};
