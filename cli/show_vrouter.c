/*
 * show virtual-routers, redundant-vips, redundant-interfaces, critical-services,
 * critical-reporters, and zero virtual-router: addresses that this switch shares
 * with a peer (platform.md 5.6).
 */
#include <stdio.h>

#include "cli/cmd.h"
#include "cli/columns.h"
#include "cli/env.h"
#include "cli/live.h"
#include "cli/modes.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/wall.h"
#include "emu/conf/circuit.h"
#include "emu/conf/reporter.h"
#include "emu/conf/service.h"
#include "emu/redundancy/reporters.h"
#include "emu/redundancy/vrouter.h"

enum {
	W_NAME = 32,
	W_STATE = 11,
};

/* ---- the living side ------------------------------------------------------ */

/* The router's status as it was followed; on a scratch switch, as it would be. */
static void status_of(const struct env *env, const struct circuit *ci,
		      const struct circuit_ip *ip, uint8_t vrid,
		      struct vr_status *s)
{
	const struct vr_status *known = NULL;
	struct vr_view v = live_view(env);

	if (env->vrouters)
		known = vrouters_find(env->vrouters, ip->addr, vrid);
	*s = (struct vr_status){ .addr = ip->addr, .vrid = vrid };
	if (known)
		*s = *known;
	else
		s->state = vr_decide(&v, ci, ip, vrid, &s->last_fail);
}

static const struct vr_line *router_of(const struct circuit_ip *ip,
				       uint8_t vrid)
{
	for (int i = 0; i < ip->nvr; i++)
		if (ip->vr[i].kind == VR_ROUTER && ip->vr[i].vrid == vrid)
			return &ip->vr[i];
	return NULL;
}

/* ---- which lines are wanted ----------------------------------------------- */

struct place { /* of one line about a virtual router */
	const struct env *env;
	const struct circuit *ci;
	const struct circuit_ip *ip;
	const struct vr_line *line;
};

struct filter {
	struct in_addr ip; /* INADDR_ANY: every one */
	uint8_t vrid;	   /* 0: every one */
};

/* -1 and err when there is no such interface or router. */
static int filter_read(const struct cli *cli, const struct args *a,
		       struct filter *f, struct err *err)
{
	const struct circuit *ci = NULL;
	const struct circuit_ip *ip = NULL;

	*f = (struct filter){ .vrid = (uint8_t)arg_uint(a, "vrid", 0) };
	if (!arg_word(a, "ip"))
		return 0;
	f->ip = arg_addr(a, "ip");
	TAILQ_FOREACH(ci, &cli_conf(cli)->circuits, link) {
		ip = circuit_ip_find(ci, f->ip);
		if (ip && f->vrid && !router_of(ip, f->vrid))
			return err_set(err, ERR_NOT_FOUND, -1, T_NO_VROUTER,
				       f->vrid, str_addr(f->ip));
		if (ip)
			return 0;
	}
	return err_set(err, ERR_NOT_FOUND, -1, T_NO_IP_IFACE, str_addr(f->ip));
}

static bool fits(const struct filter *f, const struct circuit_ip *ip,
		 const struct vr_line *line)
{
	return (f->ip.s_addr == INADDR_ANY ||
		f->ip.s_addr == ip->addr.s_addr) &&
	       (!f->vrid || f->vrid == line->vrid);
}

/* Prints every line of a kind that the arguments ask for. */
static int lines_show(struct cli *cli, const struct args *a, enum vr_kind kind,
		      const char *title,
		      void (*show)(const struct place *p, struct out *o),
		      struct err *err)
{
	struct place p = { .env = cli_env(cli) };
	struct filter f;

	if (filter_read(cli, a, &f, err) < 0)
		return -1;
	out_printf(cli_out(cli), "%s:\n", title);
	TAILQ_FOREACH(p.ci, &p.env->conf->circuits, link)
		TAILQ_FOREACH(p.ip, &p.ci->ips, link)
			for (int i = 0; i < p.ip->nvr; i++) {
				p.line = &p.ip->vr[i];
				if (p.line->kind == kind &&
				    fits(&f, p.ip, p.line))
					show(&p, cli_out(cli));
			}
	return 0;
}

static void place_show(const struct place *p, struct out *o)
{
	char vrid[8];

	(void)snprintf(vrid, sizeof(vrid), "%u", p->line->vrid);
	out_puts(o, "\n");
	col_pair(o, COL_NARROW, "Interface Address", str_addr(p->ip->addr),
		 "VRID", vrid);
}

static const char *last_change(const struct vr_status *s,
			       char text[WALL_TEXT_LEN + 1])
{
	return s->since ? wall_text(s->since, text) : "Never";
}

/* Of this router; the only one who is ever master here is this switch. */
static const char *master_ip(const struct vr_status *s)
{
	return s->state == VR_MASTER ? str_addr(s->addr) : "0.0.0.0";
}

/* ---- show virtual-routers ------------------------------------------------- */

static const char *service_state_of(const struct env *env, const char *name)
{
	const struct service *s = service_find(env->conf, name);
	struct monitor_info info = { .state = SERVICE_DOWN };

	if (s)
		live_service(env, s, &info);
	return service_state_name(info.state);
}

static const char *service_kind_of(const struct env *env, const char *name)
{
	const struct service *s = service_find(env->conf, name);

	return critical_kind_name(s ? critical_kind(s) : CRITICAL_LOCAL);
}

static void critical_show(const struct place *p, struct out *o)
{
	out_puts(o, "\nCritical-Services:\n");
	out_col(o, W_NAME, "Name");
	out_col(o, W_STATE, "State");
	out_puts(o, "Type\n");
	for (int i = 0; i < p->ip->nvr; i++) {
		const struct vr_line *line = &p->ip->vr[i];

		if (line->kind != VR_SERVICE || line->vrid != p->line->vrid)
			continue;
		out_col(o, W_NAME, "%s", line->name);
		out_col(o, W_STATE, "%s", service_state_of(p->env, line->name));
		out_printf(o, "%s\n", service_kind_of(p->env, line->name));
	}
}

static const char *reporter_state_of(const struct env *env, const char *name)
{
	const struct reporter *r = reporter_find(env->conf, name);
	struct vr_view v = live_view(env);

	return reporter_state_name(r ? reporter_decide(&v, r)
				     : REPORTER_SUSPENDED);
}

/* Only of routers that have some. */
static void reporters_show(const struct place *p, struct out *o)
{
	bool first = true;

	for (int i = 0; i < p->ip->nvr; i++) {
		const struct vr_line *line = &p->ip->vr[i];

		if (line->kind != VR_REPORTER || line->vrid != p->line->vrid)
			continue;
		if (first) {
			out_puts(o, "\nCritical-Reporters:\n");
			out_col(o, W_NAME, "Name");
			out_puts(o, "State\n");
			first = false;
		}
		out_col(o, W_NAME, "%s", line->name);
		out_printf(o, "%s\n", reporter_state_of(p->env, line->name));
	}
}

static void router_show(const struct place *p, struct out *o)
{
	char now[8], written[8], changes[16], when[WALL_TEXT_LEN + 1];
	struct vr_status s;

	status_of(p->env, p->ci, p->ip, p->line->vrid, &s);
	(void)snprintf(now, sizeof(now), "%u",
		       s.state == VR_MASTER || s.state == VR_BACKUP
			       ? p->line->priority
			       : 0);
	(void)snprintf(written, sizeof(written), "%u", p->line->priority);
	(void)snprintf(changes, sizeof(changes), "%u", s.changes);
	place_show(p, o);
	col_pair(o, COL_NARROW, "Priority", now, "Config. Priority", written);
	col_pair(o, COL_NARROW, "State", vr_state_name(s.state), "Master IP",
		 master_ip(&s));
	col_pair(o, COL_NARROW, "State Changes", changes, "Last Change",
		 last_change(&s, when));
	col_pair(o, COL_NARROW, "Preempt", p->line->preempt ? "True" : "False",
		 "Last Fail Reason", vr_fail_name(s.last_fail));
	critical_show(p, o);
	reporters_show(p, o);
}

static int show_routers(struct cli *cli, const struct args *a, struct err *err)
{
	return lines_show(cli, a, VR_ROUTER, "Virtual-Routers", router_show,
			  err);
}

/* ---- show redundant-vips, redundant-interfaces ---------------------------- */

static const char *address_state(const struct place *p,
				 const struct vr_status *s)
{
	if (!router_of(p->ip, p->line->vrid))
		return "No Virtual Router";
	if (s->state == VR_MASTER)
		return "Master";
	return p->line->shared ? "Backup Shared" : "Backup";
}

static void address_show(const struct place *p, const char *name2,
			 const char *value2, struct out *o)
{
	char changes[16], when[WALL_TEXT_LEN + 1];
	struct vr_status s;

	status_of(p->env, p->ci, p->ip, p->line->vrid, &s);
	(void)snprintf(changes, sizeof(changes), "%u", s.changes);
	place_show(p, o);
	col_pair(o, COL_NARROW, "Redundant Address", str_addr(p->line->addr),
		 name2, value2);
	col_pair(o, COL_NARROW, "State", address_state(p, &s), "Master IP",
		 router_of(p->ip, p->line->vrid) ? master_ip(&s) : "0.0.0.0");
	col_pair(o, COL_NARROW, "State Changes", changes, "Last Change",
		 last_change(&s, when));
}

static void vip_show(const struct place *p, struct out *o)
{
	char range[8];

	(void)snprintf(range, sizeof(range), "%u", p->line->range);
	address_show(p, "Range", range, o);
	col_line(o, COL_NARROW, "Shared", "%s", yes_no(p->line->shared));
}

static int show_vips(struct cli *cli, const struct args *a, struct err *err)
{
	return lines_show(cli, a, VR_VIP, "Redundant-Vips", vip_show, err);
}

static void interface_show(const struct place *p, struct out *o)
{
	address_show(p, "Circuit", p->ci->name, o);
}

static int show_interfaces(struct cli *cli, const struct args *a,
			   struct err *err)
{
	return lines_show(cli, a, VR_INTERFACE, "Redundant-Interfaces",
			  interface_show, err);
}

/* ---- show critical-services, critical-reporters --------------------------- */

static void service_show(const struct place *p, struct out *o)
{
	place_show(p, o);
	col_pair(o, COL_NARROW, "Service Type",
		 service_kind_of(p->env, p->line->name), "Service Name",
		 p->line->name);
	col_line(o, COL_NARROW, "Service State", "%s",
		 service_state_of(p->env, p->line->name));
}

static int show_services(struct cli *cli, const struct args *a, struct err *err)
{
	return lines_show(cli, a, VR_SERVICE, "Critical-Services", service_show,
			  err);
}

static void reporter_show(const struct place *p, struct out *o)
{
	const struct reporter *r = reporter_find(p->env->conf, p->line->name);

	place_show(p, o);
	col_pair(o, COL_NARROW, "Reporter Type",
		 r ? reporter_type_name(r->type) : "", "Reporter Name",
		 p->line->name);
	col_line(o, COL_NARROW, "Reporter State", "%s",
		 reporter_state_of(p->env, p->line->name));
}

static int show_reporters(struct cli *cli, const struct args *a,
			  struct err *err)
{
	return lines_show(cli, a, VR_REPORTER, "Critical-Reporters",
			  reporter_show, err);
}

/* ---- zero ----------------------------------------------------------------- */

static int zero_routers(struct cli *cli, const struct args *a, struct err *err)
{
	struct filter f = { 0 };

	if (!arg_key(a, "all") && filter_read(cli, a, &f, err) < 0)
		return -1;
	if (cli_env(cli)->vrouters)
		vrouters_zero(cli_env(cli)->vrouters, f.ip, f.vrid);
	return 0;
}

const struct cmd zero_vrouter_cmds[] = {
	{ .syntax = "zero virtual-router state-changes "
		    "{all|<ip:addr> [<vrid:uint:1-255>]}",
	  .help = "Clear counters\n"
		  "Virtual routers\n"
		  "Counters of state changes\n"
		  "Of every virtual router\n"
		  "Address of the interface\n"
		  "Number of the router",
	  .run = zero_routers },
	{ 0 },
};

#define FILTER	    " [<ip:addr> [<vrid:uint:1-255>]]"
#define FILTER_HELP "\nAddress of the interface\nNumber of the router"

const struct cmd show_vrouter_cmds[] = {
	{ .syntax = "show virtual-routers" FILTER,
	  .help = "Virtual routers and their states" FILTER_HELP,
	  .run = show_routers },
	{ .syntax = "show redundant-vips" FILTER,
	  .help = "VIPs of virtual routers" FILTER_HELP,
	  .run = show_vips },
	{ .syntax = "show redundant-interfaces" FILTER,
	  .help = "Interface addresses of virtual routers" FILTER_HELP,
	  .run = show_interfaces },
	{ .syntax = "show critical-services" FILTER,
	  .help = "Services that virtual routers need" FILTER_HELP,
	  .run = show_services },
	{ .syntax = "show critical-reporters" FILTER,
	  .help = "Reporters that virtual routers need" FILTER_HELP,
	  .run = show_reporters },
	{ 0 },
};
