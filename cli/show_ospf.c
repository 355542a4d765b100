/*
 * show ospf: OSPF as it is configured (platform.md 5.5).  No neighbour is heard,
 * so the database has nothing, and every interface that OSPF runs on is its
 * network's designated router.
 */
#include <stdio.h>
#include <string.h>

#include "chassis/ports.h"
#include "cli/cmd.h"
#include "cli/columns.h"
#include "cli/counted.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/circuit.h"
#include "emu/conf/kept.h"

enum {
	W_ADDR = 17,
	W_TYPE = 10,
	W_NUMBER = 10,
	W_COUNT = 12,
	W_LABEL = 18,
};

static bool is_running(const struct cli *cli)
{
	return kept_on(global_kept(cli), "ospf enable");
}

/* ---- routes of other systems ---------------------------------------------- */

static void external_head(struct out *o, const char *first)
{
	out_col(o, W_LABEL, "%s", first);
	out_col(o, W_NUMBER, "Metric");
	out_col(o, W_TYPE, "Type");
	out_puts(o, "Tag\n");
}

/* "... metric 3 tag 7 type1" */
static void external_row(struct out *o, const struct kept_line *l,
			 const char *first)
{
	out_col(o, W_LABEL, "%s", first);
	out_col(o, W_NUMBER, "%s", kept_after(l, "metric", "1"));
	out_col(o, W_TYPE, "%s",
		kept_has(l, "type1") ? "ASE Type1" : "ASE Type2");
	out_printf(o, "%s\n", kept_after(l, "tag", "0"));
}

static const char *prefix_of(const struct kept_line *l, char *text, size_t cap)
{
	uint8_t len = 0;

	(void)str_to_mask(l->word[1], &len);
	(void)snprintf(text, cap, "%s/%u", l->word[0], len);
	return text;
}

static int show_advertise(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct kept_line l;
	char net[32];

	(void)a;
	(void)err;
	external_head(cli_out(cli), "Prefix");
	for (size_t i = 0; kept_line(global_kept(cli), "ospf advertise", i, &l);
	     i++)
		external_row(cli_out(cli), &l, prefix_of(&l, net, sizeof(net)));
	return 0;
}

static int show_advertise_one(struct cli *cli, const struct args *a,
			      struct err *err)
{
	char net[32], wanted[32];
	struct kept_line l;
	struct in_addr ip;
	uint8_t len = 0;

	if (object_net(a, &ip, &len, err) < 0)
		return -1;
	(void)snprintf(wanted, sizeof(wanted), "%s/%u", str_addr(ip), len);
	for (size_t i = 0; kept_line(global_kept(cli), "ospf advertise", i, &l);
	     i++) {
		if (strcmp(prefix_of(&l, net, sizeof(net)), wanted) != 0)
			continue;
		external_head(cli_out(cli), "Prefix");
		external_row(cli_out(cli), &l, net);
		return 0;
	}
	return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "ospf advertise",
		       wanted);
}

static int show_redistribute(struct cli *cli, const struct args *a,
			     struct err *err)
{
	static const char *const words[] = { "static", "rip", "local",
					     "firewall", NULL };
	static const char *const labels[] = { "Static Routes", "RIP Routes",
					      "Local Routes",
					      "Firewall Routes" };
	const struct settings *kept = global_kept(cli);
	struct out *o = cli_out(cli);
	struct kept_line l;

	(void)a;
	(void)err;
	external_head(o, "Redistribution");
	for (int i = 0; words[i]; i++) {
		if (kept_find(kept, "ospf redistribute", words[i], &l)) {
			external_row(o, &l, labels[i]);
			continue;
		}
		out_col(o, W_LABEL, "%s", labels[i]);
		out_puts(o, "disabled\n");
	}
	if (kept_one(kept, "ospf default", &l))
		external_row(o, &l, "Default Route");
	return 0;
}

/* ---- areas ---------------------------------------------------------------- */

static void area_head(struct out *o)
{
	out_col(o, W_ADDR, "Area ID");
	out_col(o, W_TYPE, "Type");
	out_col(o, W_COUNT, "SPF Runs");
	out_col(o, W_COUNT, "Interfaces");
	out_col(o, W_COUNT, "LSAs");
	out_puts(o, "Summaries\n");
}

static unsigned interfaces_in(const struct conf *c, const char *area)
{
	const struct circuit *ci = NULL;
	const struct circuit_ip *ip = NULL;
	unsigned n = 0;

	TAILQ_FOREACH(ci, &c->circuits, link)
		TAILQ_FOREACH(ip, &ci->ips, link)
			n += kept_on(&ip->kept, "ospf") &&
			     !strcmp(kept_value(&ip->kept, "ospf area",
						"0.0.0.0"),
				     area);
	return n;
}

static void area_row(struct cli *cli, const char *area,
		     const struct kept_line *l)
{
	bool stub = l && kept_has(l, "stub");
	struct out *o = cli_out(cli);

	out_col(o, W_ADDR, "%s", area);
	out_col(o, W_TYPE, "%s", stub ? "Stub" : "Transit");
	out_col(o, W_COUNT, "%llu",
		counted(cli, "ospf area", area, "SPF Runs"));
	out_col(o, W_COUNT, "%u", interfaces_in(cli_conf(cli), area));
	out_col(o, W_COUNT, "%llu", counted(cli, "ospf area", area, "LSAs"));
	out_printf(o, "%s\n",
		   !stub || kept_has(l, "send-summaries") ? "Yes" : "No");
}

/* The backbone is there without being named. */
static int show_areas(struct cli *cli, const struct args *a, struct err *err)
{
	const struct settings *kept = global_kept(cli);
	struct kept_line l;

	(void)a;
	(void)err;
	area_head(cli_out(cli));
	if (!kept_find(kept, "ospf area", "0.0.0.0", &l))
		area_row(cli, "0.0.0.0", NULL);
	for (size_t i = 0; kept_line(kept, "ospf area", i, &l); i++)
		area_row(cli, l.word[0], &l);
	return 0;
}

static int show_range(struct cli *cli, const struct args *a, struct err *err)
{
	struct out *o = cli_out(cli);
	struct kept_line l;

	(void)a;
	(void)err;
	out_col(o, W_ADDR, "Area ID");
	out_col(o, W_ADDR, "Address");
	out_col(o, W_ADDR, "Mask");
	out_puts(o, "State\n");
	for (size_t i = 0; kept_line(global_kept(cli), "ospf range", i, &l);
	     i++) {
		for (int w = 0; w < 3; w++)
			out_col(o, W_ADDR, "%s", l.word[w]);
		out_printf(o, "%s\n",
			   kept_has(&l, "block") ? "Block" : "Advertise");
	}
	return 0;
}

/* ---- the router ----------------------------------------------------------- */

/* The largest address of a circuit, unless there is a router-id. */
static const char *router_id(const struct cli *cli)
{
	const struct circuit *ci = NULL;
	const struct circuit_ip *ip = NULL;
	struct in_addr most = { INADDR_ANY };

	TAILQ_FOREACH(ci, &cli_conf(cli)->circuits, link)
		TAILQ_FOREACH(ip, &ci->ips, link)
			if (ntohl(ip->addr.s_addr) > ntohl(most.s_addr))
				most = ip->addr;
	return kept_value(global_kept(cli), "ospf router-id", str_addr(most));
}

/* The backbone counts whether it is named or not. */
static bool is_border(const struct settings *kept)
{
	struct kept_line l;

	return settings_count(kept, "ospf area") +
		       !kept_find(kept, "ospf area", "0.0.0.0", &l) >
	       1;
}

static int show_global(struct cli *cli, const struct args *a, struct err *err)
{
	const struct settings *kept = global_kept(cli);
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	col_line(o, COL_MIDDLE, "Router ID", "%s", router_id(cli));
	col_line(o, COL_MIDDLE, "Admin Status", "%s", enabled(is_running(cli)));
	col_line(o, COL_MIDDLE, "Area Border Router", "%s",
		 is_border(kept) ? "TRUE" : "FALSE");
	col_line(o, COL_MIDDLE, "AS Boundary Router", "%s",
		 kept_on(kept, "ospf as-boundary") ? "TRUE" : "FALSE");
	col_line(o, COL_MIDDLE, "Equal Cost Routes", "%s",
		 kept_value(kept, "ospf equal-cost", "15"));
	col_line(o, COL_MIDDLE, "External LSAs", "%llu",
		 counted(cli, "ospf", "", "External LSAs"));
	col_line(o, COL_MIDDLE, "LSAs Sent", "%llu",
		 counted(cli, "ospf", "", "LSAs Sent"));
	col_line(o, COL_MIDDLE, "LSAs Received", "%llu",
		 counted(cli, "ospf", "", "LSAs Received"));
	return 0;
}

/* ---- interfaces ----------------------------------------------------------- */

/* 1 for a Gigabit port of the circuit, else 10. */
static const char *default_cost(const struct env *env, const struct circuit *ci)
{
	struct port p = { 0 };

	while (circuit_next_port(env->chassis, env->conf, ci, &p))
		if (!strcmp(p.type, "ge"))
			return "1";
	return "10";
}

static const char *interface_state(const struct cli *cli,
				   const struct circuit *ci,
				   const struct circuit_ip *ip)
{
	const struct env *env = cli_env(cli);
	bool up = is_running(cli) && kept_on(&ip->kept, "ospf enable") &&
		  !ip->disabled &&
		  circuit_is_active(env->chassis, env->conf, ci);

	if (!up)
		return "Down";
	return settings_uint(&ip->kept, "ospf priority", 1) ? "DR" : "DR Other";
}

static void interface_block(struct cli *cli, const struct circuit *ci,
			    const struct circuit_ip *ip)
{
	const struct settings *kept = &ip->kept;
	const char *state = interface_state(cli, ci, ip);
	bool designated = !strcmp(state, "DR");
	struct out *o = cli_out(cli);

	out_puts(o, "\n");
	col_pair(o, COL_NARROW, "IP Address", str_addr(ip->addr), "Area",
		 kept_value(kept, "ospf area", "0.0.0.0"));
	col_pair(o, COL_NARROW, "Admin State",
		 enabled(kept_on(kept, "ospf enable")), "State", state);
	col_pair(o, COL_NARROW, "Type", "Broadcast", "Priority",
		 kept_value(kept, "ospf priority", "1"));
	col_pair(o, COL_NARROW, "DR",
		 designated ? str_addr(ip->addr) : "0.0.0.0", "BDR", "0.0.0.0");
	col_pair(o, COL_NARROW, "Hello", kept_value(kept, "ospf hello", "10"),
		 "Dead", kept_value(kept, "ospf dead", "40"));
	col_pair(o, COL_NARROW, "Retransmit",
		 kept_value(kept, "ospf retransmit", "5"), "Transmit Delay",
		 kept_value(kept, "ospf transmit-delay", "1"));
	col_pair(o, COL_NARROW, "Poll", kept_value(kept, "ospf poll", "120"),
		 "Cost",
		 kept_value(kept, "ospf cost", default_cost(cli_env(cli), ci)));
	col_line(o, COL_NARROW, "Authentication", "%s",
		 kept_on(kept, "ospf password") ? "Simple" : "None");
}

static unsigned interfaces_show(struct cli *cli, const struct in_addr *only)
{
	const struct circuit *ci = NULL;
	const struct circuit_ip *ip = NULL;
	unsigned n = 0;

	TAILQ_FOREACH(ci, &cli_conf(cli)->circuits, link)
		TAILQ_FOREACH(ip, &ci->ips, link) {
			if (!kept_on(&ip->kept, "ospf") ||
			    (only && only->s_addr != ip->addr.s_addr))
				continue;
			n++;
			interface_block(cli, ci, ip);
		}
	return n;
}

static int show_interfaces(struct cli *cli, const struct args *a,
			   struct err *err)
{
	(void)a;
	(void)err;
	(void)interfaces_show(cli, NULL);
	return 0;
}

static int show_interface(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct in_addr ip;

	if (object_addr(cli, a, "ip", &ip, err) < 0)
		return -1;
	if (!interfaces_show(cli, &ip))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OSPF, str_addr(ip));
	return 0;
}

/* ---- what neighbours have told: nothing ----------------------------------- */

static int show_ase(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	out_puts(cli_out(cli),
		 "Link State ID    Router ID        Age   T  Tag       "
		 "Metric    FwdAddr\n");
	return 0;
}

static int show_lsdb(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	out_puts(cli_out(cli),
		 "Area             Type      Link State ID    ADV-Router       "
		 "Age   Sequence   Checksum\n");
	return 0;
}

static int show_neighbors(struct cli *cli, const struct args *a,
			  struct err *err)
{
	(void)a;
	(void)err;
	out_puts(cli_out(cli),
		 "Address          Neighbor ID      Prio  State      Type     "
		 "Rxmt_Q\n");
	return 0;
}

const struct cmd show_ospf_cmds[] = {
	{ .syntax = "show ospf advertise",
	  .help = "OSPF\n"
		  "VIPs that are advertised",
	  .run = show_advertise },
	{ .syntax = "show ospf advertise {<ip:addr> <mask:mask>|<ip:cidr>}",
	  .help = "Network\n"
		  "Mask\n"
		  "Network and prefix length",
	  .run = show_advertise_one },
	{ .syntax = "show ospf areas", .help = "Areas", .run = show_areas },
	{ .syntax = "show ospf ase",
	  .help = "Routes of other systems in the database",
	  .run = show_ase },
	{ .syntax = "show ospf global",
	  .help = "This router",
	  .run = show_global },
	{ .syntax = "show ospf interfaces",
	  .help = "Interfaces that take part",
	  .run = show_interfaces },
	{ .syntax = "show ospf interfaces <ip:host>",
	  .help = "Address of one interface",
	  .run = show_interface },
	{ .syntax = "show ospf lsdb "
		    "[{router|network|summary|asbr_summ|external}]",
	  .help = "Database of link states\n"
		  "Of routers\n"
		  "Of networks\n"
		  "Of networks of other areas\n"
		  "Of boundary routers\n"
		  "Of other systems",
	  .run = show_lsdb },
	{ .syntax = "show ospf neighbors",
	  .help = "Neighbours",
	  .run = show_neighbors },
	{ .syntax = "show ospf range",
	  .help = "Networks of areas as one",
	  .run = show_range },
	{ .syntax = "show ospf redistribute",
	  .help = "Routes of other sources",
	  .run = show_redistribute },
	{ 0 },
};
