/* show rip: RIP as it is configured on circuits and globally (platform.md 5.5). */
#include "cli/cmd.h"
#include "cli/columns.h"
#include "cli/counted.h"
#include "cli/modes.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/circuit.h"
#include "emu/conf/kept.h"

enum {
	W_ADDR = 17,
	W_STATE = 10,
	W_VERSION = 10,
	W_METRIC = 16,
	W_LOG = 8,
};

static const char *const sources[] = { "static", "local", "ospf", "firewall",
				       NULL };
static const char *const labels[] = { "Static Routes", "Local Routes",
				      "OSPF Routes", "Firewall Routes" };

/* The interface that was typed; NULL and err when RIP does not run on it. */
static const struct circuit_ip *typed(const struct cli *cli,
				      const struct args *a, struct err *err)
{
	struct in_addr addr = arg_addr(a, "ip");
	const struct circuit *ci = NULL;
	const struct circuit_ip *ip = NULL;

	TAILQ_FOREACH(ci, &cli_conf(cli)->circuits, link) {
		ip = circuit_ip_find(ci, addr);
		if (ip && kept_on(&ip->kept, "rip"))
			return ip;
	}
	(void)err_set(err, ERR_NOT_FOUND, -1, T_NO_RIP, str_addr(addr));
	return NULL;
}

/* Of one interface, or of all that RIP runs on. */
static void each(struct cli *cli, const struct circuit_ip *only,
		 void (*show)(struct cli *cli, const struct circuit_ip *ip))
{
	const struct circuit *ci = NULL;
	const struct circuit_ip *ip = NULL;

	TAILQ_FOREACH(ci, &cli_conf(cli)->circuits, link)
		TAILQ_FOREACH(ip, &ci->ips, link)
			if (kept_on(&ip->kept, "rip") && (!only || ip == only))
				show(cli, ip);
}

/* ---- show rip ------------------------------------------------------------- */

static void rip_head(struct out *o)
{
	out_col(o, W_ADDR, "IP Address");
	out_col(o, W_STATE, "State");
	out_col(o, W_VERSION, "RIP Send");
	out_col(o, W_VERSION, "RIP Recv");
	out_col(o, W_METRIC, "Default Metric");
	out_col(o, W_LOG, "Tx Log");
	out_puts(o, "Rx Log\n");
}

static void rip_row(struct cli *cli, const struct circuit_ip *ip)
{
	const struct settings *kept = &ip->kept;
	struct out *o = cli_out(cli);

	out_col(o, W_ADDR, "%s", str_addr(ip->addr));
	out_col(o, W_STATE, "%s", ip->disabled ? "Disabled" : "Enabled");
	out_col(o, W_VERSION, "%s", kept_value(kept, "rip send", "v2"));
	out_col(o, W_VERSION, "%s", kept_value(kept, "rip receive", "both"));
	out_col(o, W_METRIC, "%s",
		kept_on(kept, "rip default-route")
			? kept_value(kept, "rip default-route", "1")
			: "None");
	out_col(o, W_LOG, "%s",
		kept_on(kept, "rip log tx") || kept_says(kept, "rip log", "tx")
			? "On"
			: "Off");
	out_printf(o, "%s\n",
		   kept_on(kept, "rip log rx") ||
				   kept_says(kept, "rip log", "rx")
			   ? "On"
			   : "Off");
}

static int show_rip(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	rip_head(cli_out(cli));
	each(cli, NULL, rip_row);
	return 0;
}

static int show_rip_one(struct cli *cli, const struct args *a, struct err *err)
{
	const struct circuit_ip *ip = typed(cli, a, err);

	if (!ip)
		return -1;
	rip_head(cli_out(cli));
	each(cli, ip, rip_row);
	return 0;
}

/* ---- show rip globals ----------------------------------------------------- */

static int show_globals(struct cli *cli, const struct args *a, struct err *err)
{
	const struct settings *kept = global_kept(cli);
	struct out *o = cli_out(cli);
	struct kept_line l;

	(void)a;
	(void)err;
	col_line(o, COL_MIDDLE, "RIP Route Changes", "%llu",
		 counted(cli, "rip", "", "Route Changes"));
	col_line(o, COL_MIDDLE, "RIP Query Responses", "%llu",
		 counted(cli, "rip", "", "Query Responses"));
	col_line(o, COL_MIDDLE, "Equal Cost Routes", "%s",
		 kept_value(kept, "rip equal-cost", "1"));
	for (int i = 0; sources[i]; i++) {
		bool on = kept_find(kept, "rip redistribute", sources[i], &l);

		col_line(o, COL_MIDDLE, labels[i], on ? "metric %s" : "%s",
			 on ? kept_word(&l, 1, "1") : "not advertised");
	}
	for (size_t i = 0; kept_line(kept, "rip advertise", i, &l); i++)
		col_line(o, COL_MIDDLE, "Advertised Route", "%s %s metric %s",
			 l.word[0], l.word[1], kept_word(&l, 2, "1"));
	return 0;
}

/* ---- show rip statistics -------------------------------------------------- */

static void statistics_block(struct cli *cli, const struct circuit_ip *ip)
{
	static const char *const names[] = { "Triggered Updates Sent",
					     "Non-Triggered Updates Sent",
					     "Bad Packets Received",
					     "Bad Routes Received", NULL };
	const char *addr = str_addr(ip->addr);
	struct out *o = cli_out(cli);

	out_puts(o, "\n");
	col_line(o, COL_MIDDLE, "IP Address", "%s", addr);
	for (int i = 0; names[i]; i++)
		col_line(o, COL_MIDDLE, names[i], "%llu",
			 counted(cli, "rip", addr, names[i]));
}

static void system_statistics(struct cli *cli)
{
	struct out *o = cli_out(cli);

	col_line(o, COL_MIDDLE, "System Route Changes", "%llu",
		 counted(cli, "rip", "", "Route Changes"));
	col_line(o, COL_MIDDLE, "System Query Responses", "%llu",
		 counted(cli, "rip", "", "Query Responses"));
}

static int show_statistics(struct cli *cli, const struct args *a,
			   struct err *err)
{
	(void)a;
	(void)err;
	system_statistics(cli);
	each(cli, NULL, statistics_block);
	return 0;
}

static int show_statistics_one(struct cli *cli, const struct args *a,
			       struct err *err)
{
	const struct circuit_ip *ip = typed(cli, a, err);

	if (!ip)
		return -1;
	system_statistics(cli);
	each(cli, ip, statistics_block);
	return 0;
}

const struct cmd show_rip_cmds[] = {
	{ .syntax = "show rip", .help = "RIP on circuits", .run = show_rip },
	{ .syntax = "show rip <ip:addr>",
	  .help = "Address of one interface",
	  .run = show_rip_one },
	{ .syntax = "show rip globals",
	  .help = "Global settings",
	  .run = show_globals },
	{ .syntax = "show rip statistics",
	  .help = "Counters",
	  .run = show_statistics },
	{ .syntax = "show rip statistics <ip:addr>",
	  .help = "Address of one interface",
	  .run = show_statistics_one },
	{ 0 },
};
