/*
 * show reporter, show rmon, show rmon-history: what is watched and what was
 * counted (platform.md 1.8, 5.6).
 */
#include <stdio.h>
#include <string.h>

#include "chassis/ports.h"
#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/live.h"
#include "cli/modes.h"
#include "cli/ports.h"
#include "cli/render.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/wall.h"
#include "emu/conf/reporter.h"
#include "emu/conf/rmon.h"
#include "emu/redundancy/reporters.h"
#include "emu/redundancy/vrouter.h"
#include "emu/rmon/sampler.h"

/* Column widths. */
enum {
	W_LABEL = 20,
	W_NAME = 33,
	W_TYPE = 21,
	W_STATE = 11,
	W_COUNTER = 24,
	W_COUNT = -14,
	W_GAP = 4,
	W_INDEX = 7,
	W_PORT = 7,
	W_WHEN = 20,
	W_STAT = -12,
};

static void label(struct out *o, const char *name, const char *value)
{
	out_col(o, W_LABEL, "%s", name);
	out_printf(o, "%s\n", value);
}

/* ---- show reporter -------------------------------------------------------- */

/* As it was followed; on a scratch switch, as it would be. */
static struct reporter_status status_of(const struct env *env,
					const struct reporter *r)
{
	const struct reporter_status *known = NULL;
	struct reporter_status s = { .state = REPORTER_SUSPENDED };
	struct vr_view v = live_view(env);

	if (env->reporters)
		known = reporters_find(env->reporters, r->name);
	if (known)
		return *known;
	s.state = reporter_decide(&v, r);
	return s;
}

static const char *type_of(const struct reporter *r)
{
	return r->type == REPORTER_NO_TYPE ? "None"
					   : reporter_type_name(r->type);
}

static void watched_show(const struct env *env, const struct reporter *r,
			 struct out *o)
{
	struct vr_view v = live_view(env);
	char text[40];

	for (size_t i = 0; i < r->nphy; i++) {
		out_printf(o, "  Phy   ");
		out_col(o, W_TYPE, "%s", r->phy[i].name);
		out_printf(o, "%s\n",
			   reporter_phy_up(&v, &r->phy[i]) ? "Up" : "Down");
	}
	for (size_t i = 0; i < r->nvrid; i++) {
		(void)snprintf(text, sizeof(text), "%s %u",
			       str_addr(r->vrid[i].addr), r->vrid[i].vrid);
		out_printf(o, "  VRID  ");
		out_col(o, W_TYPE, "%s", text);
		out_printf(o, "%s\n",
			   reporter_vrid_up(&v, &r->vrid[i]) ? "Up" : "Down");
	}
}

static void reporter_one(const struct env *env, const struct reporter *r,
			 struct out *o)
{
	struct reporter_status s = status_of(env, r);
	char when[WALL_TEXT_LEN + 1] = "Never", count[16];

	if (s.since)
		wall_text(s.since, when);
	(void)snprintf(count, sizeof(count), "%u", s.transitions);
	out_puts(o, "\n");
	label(o, "Reporter:", r->name);
	label(o, "Type:", type_of(r));
	label(o, "State:", reporter_state_name(s.state));
	label(o, "State Transitions:", count);
	label(o, "Last Transition:", when);
	watched_show(env, r, o);
}

/* The reporter whose mode this is; NULL in other modes. */
static const struct reporter *scope_reporter(const struct cli *cli)
{
	const void *object = cli_object(cli);
	const struct reporter *r = NULL;

	TAILQ_FOREACH(r, &cli_conf(cli)->reporters, link)
		if ((const void *)r == object)
			return r;
	return NULL;
}

static int show_reporter(struct cli *cli, const struct args *a, struct err *err)
{
	const struct reporter *r = scope_reporter(cli);
	const char *name = arg_word(a, "name");

	if (name) {
		r = reporter_find(cli_conf(cli), name);
		if (!r)
			return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
				       "reporter", name);
	}
	if (r) {
		reporter_one(cli_env(cli), r, cli_out(cli));
		return 0;
	}
	TAILQ_FOREACH(r, &cli_conf(cli)->reporters, link)
		reporter_one(cli_env(cli), r, cli_out(cli));
	return 0;
}

static int show_summary(struct cli *cli, const struct args *a, struct err *err)
{
	const struct reporter *r = NULL;
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	out_col(o, W_NAME, "Reporter");
	out_col(o, W_TYPE, "Type");
	out_col(o, W_STATE, "State");
	out_puts(o, "Transitions\n");
	TAILQ_FOREACH(r, &cli_conf(cli)->reporters, link) {
		struct reporter_status s = status_of(cli_env(cli), r);

		out_col(o, W_NAME, "%s", r->name);
		out_col(o, W_TYPE, "%s", type_of(r));
		out_col(o, W_STATE, "%s", reporter_state_name(s.state));
		out_printf(o, "%u\n", s.transitions);
	}
	return 0;
}

static int show_configuration(struct cli *cli, const struct args *a,
			      struct err *err)
{
	const char *name = arg_word(a, "name");
	const struct reporter *r = reporter_find(cli_conf(cli), name);

	if (!r)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "reporter",
			       name);
	out_printf(cli_out(cli), "reporter %s \n", r->name);
	render_mode(MODE_REPORTER, r, cli_out(cli));
	return 0;
}

static int zero_reporters(struct cli *cli, const struct args *a,
			  struct err *err)
{
	(void)a;
	(void)err;
	if (cli_env(cli)->reporters)
		reporters_zero(cli_env(cli)->reporters);
	return 0;
}

/* ---- show rmon ------------------------------------------------------------ */

static const struct {
	const char *label;
	enum port_counter counter;
} stats[] = {
	{ "Bytes", PORT_RMON_OCTETS },
	{ "Packets", PORT_RMON_PACKETS },
	{ "Broadcast Packets", PORT_RMON_BROADCAST },
	{ "Multicast Packets", PORT_RMON_MULTICAST },
	{ "CRC/Align Errors", PORT_RMON_CRC_ALIGN },
	{ "Drop Events", PORT_RMON_DROPS },
	{ "Undersize Packets", PORT_RMON_UNDERSIZE },
	{ "Oversize Packets", PORT_RMON_OVERSIZE },
	{ "Fragments", PORT_RMON_FRAGMENTS },
	{ "Jabbers", PORT_RMON_JABBERS },
	{ "Collisions", PORT_RMON_COLLISIONS },
	{ "Packets 64", PORT_RMON_64 },
	{ "Packets 65-127", PORT_RMON_127 },
	{ "Packets 128-255", PORT_RMON_255 },
	{ "Packets 256-511", PORT_RMON_511 },
	{ "Packets 512-1023", PORT_RMON_1023 },
	{ "Packets 1024-1518", PORT_RMON_1518 },
};

static void port_stats(const struct env *env, const struct port *p,
		       struct out *o)
{
	struct port_counters c;
	size_t n = sizeof(stats) / sizeof(*stats);

	port_counters(env, p, &c);
	out_printf(o, "\nRMON Statistics for Interface %s\n", p->name);
	for (size_t i = 0; i < n; i++) {
		out_col(o, W_COUNTER, "%s:", stats[i].label);
		out_col(o, W_COUNT, "%llu",
			(unsigned long long)c.n[stats[i].counter]);
		if (i % 2 || i == n - 1)
			out_puts(o, "\n");
		else
			out_col(o, W_GAP, "%s", "");
	}
}

static int show_rmon(struct cli *cli, const struct args *a, struct err *err)
{
	struct port p = { 0 };

	if (port_check(cli, a, err) < 0)
		return -1;
	while (port_next_of(cli, a, &p))
		port_stats(cli_env(cli), &p, cli_out(cli));
	return 0;
}

/* ---- show rmon-history ---------------------------------------------------- */

static void buckets_show(const struct env *env, const struct rmon_history *h,
			 struct out *o)
{
	const struct rmon_bucket *b = NULL;
	char when[WALL_TEXT_LEN + 1];

	out_col(o, W_WHEN, "  Interval Start");
	out_puts(o, "       Bytes     Packets   Broadcast   Multicast"
		    "      Errors  Collisions\n");
	for (unsigned i = 0; (b = sampler_bucket(env->sampler, h, i)); i++) {
		wall_text(b->start, when);
		out_col(o, W_WHEN, "%s", when);
		out_col(o, W_STAT, "%llu",
			(unsigned long long)b->n[RMON_OCTETS]);
		out_col(o, W_STAT, "%llu",
			(unsigned long long)b->n[RMON_PACKETS]);
		out_col(o, W_STAT, "%llu",
			(unsigned long long)b->n[RMON_BROADCAST]);
		out_col(o, W_STAT, "%llu",
			(unsigned long long)b->n[RMON_MULTICAST]);
		out_col(o, W_STAT, "%llu",
			(unsigned long long)b->n[RMON_CRC_ALIGN]);
		out_col(o, W_STAT, "%llu\n",
			(unsigned long long)b->n[RMON_COLLISIONS]);
	}
}

/* port: "-" when its module has left */
static void history_show(const struct env *env, const struct rmon_history *h,
			 const char *port, bool whole, struct out *o)
{
	out_col(o, W_INDEX, "%u", h->r.index);
	out_col(o, W_PORT, "%s", port);
	out_col(o, W_STATE, "%s", h->r.active ? "Active" : "Suspended");
	out_printf(o, "Interval: %u  Buckets Requested: %u  Granted: %u",
		   h->interval_s, h->buckets, sampler_granted(h));
	out_printf(o, "%s%s\n", h->owner[0] ? "  Owner: " : "", h->owner);
	if (whole && env->sampler)
		buckets_show(env, h, o);
}

static const char *port_of(const struct env *env, const struct rmon_history *h,
			   struct port *p)
{
	*p = (struct port){ 0 };
	while (port_next(env->chassis, env->conf, p))
		if (p->ifindex == h->port_ifindex)
			return p->name;
	return "-";
}

static int show_history(struct cli *cli, const struct args *a, struct err *err)
{
	const struct env *env = cli_env(cli);
	const char *only = arg_word(a, "port");
	unsigned index = (unsigned)arg_uint(a, "index", 0);
	const struct rmon *r = NULL;
	struct port p;

	if (port_check(cli, a, err) < 0)
		return -1;
	if (index && !rmon_history_find(env->conf, index))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_RMON,
			       "rmon-history", index);
	TAILQ_FOREACH(r, &env->conf->rmons[RMON_HISTORY], link) {
		const struct rmon_history *h = (const struct rmon_history *)r;
		const char *port = port_of(env, h, &p);

		if ((!only || str_ieq(only, port)) &&
		    (!index || r->index == index))
			history_show(env, h, port, only != NULL, cli_out(cli));
	}
	return 0;
}

const struct cmd zero_reporter_cmds[] = {
	{ .syntax = "zero reporter state-transitions",
	  .help = "Clear counters\n"
		  "Reporters\n"
		  "How often their state changed",
	  .run = zero_reporters },
	{ 0 },
};

const struct cmd show_rmon_cmds[] = {
	{ .syntax = "show reporter [<name:reporter>]",
	  .help = "Reporters and their states\n"
		  "Reporter name",
	  .run = show_reporter },
	{ .syntax = "show reporter summary",
	  .help = "A line for each",
	  .run = show_summary },
	{ .syntax = "show reporter configuration <name:reporter>",
	  .help = "As it was configured\n"
		  "Reporter name",
	  .run = show_configuration },
	{ .syntax = "show rmon [<port:port>]",
	  .help = "RMON counters of ports\n"
		  "Port",
	  .run = show_rmon },
	{ .syntax = "show rmon-history [<port:port> [<index:uint:1-65535>]]",
	  .help = "RMON histories\n"
		  "Port\n"
		  "Number of a history",
	  .run = show_history },
	{ 0 },
};
