/*
 * show proximity: the database of round-trip times, its probes, and the cache of
 * a DNS server that asks it (platform.md 6).
 *
 * No address is probed and no database is asked: what is known of networks is
 * what `proximity assign` lines say of them.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/columns.h"
#include "cli/counted.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/kept.h"

enum {
	W_NET = 20,
	W_HITS = 10,
	W_TTL = 8,
	W_ZONE = 6,
	W_RTT = -8,
};

/* ---- networks ------------------------------------------------------------- */

struct net {
	struct in_addr addr;
	uint8_t prefix_len;
	char text[24]; /* 10.1.0.0/16 */
};

static void net_text(struct net *n)
{
	(void)snprintf(n->text, sizeof(n->text), "%s/%u", str_addr(n->addr),
		       n->prefix_len);
}

static int net_typed(const struct args *a, struct net *n, struct err *err)
{
	if (object_net(a, &n->addr, &n->prefix_len, err) < 0)
		return -1;
	n->addr.s_addr &= str_mask_of(n->prefix_len).s_addr;
	net_text(n);
	return 0;
}

/* The i-th `proximity assign` line: "200.16.0.0 255.255.0.0 "200 50"". */
static bool assigned(const struct cli *cli, size_t i, struct net *n,
		     struct kept_line *l)
{
	if (!kept_line(global_kept(cli), "proximity assign", i, l) ||
	    !str_to_addr(l->word[0], &n->addr) ||
	    !str_to_mask(l->word[1], &n->prefix_len))
		return false;
	net_text(n);
	return true;
}

/* The line that is about this network; err when there is none. */
static int assigned_find(const struct cli *cli, const struct net *wanted,
			 struct kept_line *l, struct err *err)
{
	struct net n;

	for (size_t i = 0; assigned(cli, i, &n, l); i++)
		if (n.addr.s_addr == wanted->addr.s_addr &&
		    n.prefix_len == wanted->prefix_len)
			return 0;
	return err_set(err, ERR_NOT_FOUND, -1, T_NO_BLOCK, wanted->text);
}

/* ---- the database --------------------------------------------------------- */

static int show_summary(struct cli *cli, const struct args *a, struct err *err)
{
	const struct settings *kept = global_kept(cli);
	struct out *o = cli_out(cli);
	struct kept_line l;
	bool on = kept_one(kept, "proximity db", &l);

	(void)a;
	(void)err;
	out_puts(o, "Proximity Database:\n");
	col_line(o, COL_MIDDLE, "State", "%s", enabled(on));
	if (on) {
		col_line(o, COL_MIDDLE, "Zone", "%s", l.word[0]);
		col_line(o, COL_MIDDLE, "Tier", "%s",
			 kept_word(&l, 1, "tier1"));
		col_line(o, COL_MIDDLE, "Description", "%s",
			 kept_word(&l, 2, ""));
	}
	col_line(o, COL_MIDDLE, "Assigned Blocks", "%zu",
		 settings_count(kept, "proximity assign"));
	col_line(o, COL_MIDDLE, "Assigned TTL", "%s",
		 kept_value(kept, "proximity ttl assigned", "60"));
	col_line(o, COL_MIDDLE, "Probed TTL", "%s",
		 kept_value(kept, "proximity ttl probe", "0"));
	/* a switch that is on until it is undone keeps its undoing */
	col_line(o, COL_MIDDLE, "Refinement", "%s",
		 enabled(!kept_on(kept, "proximity refine")));
	return 0;
}

static void assign_head(struct out *o)
{
	out_col(o, W_NET, "Network");
	out_puts(o, "Metrics (ms)\n");
}

static int show_assign(struct cli *cli, const struct args *a, struct err *err)
{
	struct kept_line l;
	struct net n;

	(void)a;
	(void)err;
	assign_head(cli_out(cli));
	for (size_t i = 0; assigned(cli, i, &n, &l); i++) {
		out_col(cli_out(cli), W_NET, "%s", n.text);
		out_printf(cli_out(cli), "%s\n", l.word[2]);
	}
	return 0;
}

static int show_assign_one(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct kept_line l;
	struct net n;

	if (net_typed(a, &n, err) < 0 || assigned_find(cli, &n, &l, err) < 0)
		return -1;
	assign_head(cli_out(cli));
	out_col(cli_out(cli), W_NET, "%s", n.text);
	out_printf(cli_out(cli), "%s\n", l.word[2]);
	return 0;
}

/* Times of the zones in order: "200 50" */
static int show_metric(struct cli *cli, const struct args *a, struct err *err)
{
	struct out *o = cli_out(cli);
	const char *at = NULL;
	struct kept_line l;
	struct net n;

	if (net_typed(a, &n, err) < 0 || assigned_find(cli, &n, &l, err) < 0)
		return -1;
	out_printf(o, "Network: %s\n\n", n.text);
	out_puts(o, "Zone   RTT (ms)  Source\n");
	at = l.word[2];
	for (unsigned zone = 0; *at; zone++) {
		int len = (int)strcspn(at, " ");

		out_col(o, W_ZONE, "%u", zone);
		out_col(o, W_RTT, "%.*s", len, at);
		out_puts(o, "   assigned\n");
		at += len;
		at += strspn(at, " ");
	}
	return 0;
}

static int show_refine(struct cli *cli, const struct args *a, struct err *err)
{
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	col_line(o, COL_MIDDLE, "Refinement", "%s",
		 enabled(!kept_on(global_kept(cli), "proximity refine")));
	out_puts(o, "\nGroup   Blocks   Period   Remaining\n");
	return 0;
}

static const char *const lookup_counters[] = {
	"Lookup Requests", "Lookup Responses", "Probe Requests",
	"Reports Sent",	   "Reports Received", NULL,
};

static int show_statistics(struct cli *cli, const struct args *a,
			   struct err *err)
{
	(void)a;
	(void)err;
	counted_show(cli, "proximity db", lookup_counters);
	return 0;
}

static int show_statistics_one(struct cli *cli, const struct args *a,
			       struct err *err)
{
	struct out *o = cli_out(cli);
	struct kept_line l;
	struct net n;

	if (net_typed(a, &n, err) < 0 || assigned_find(cli, &n, &l, err) < 0)
		return -1;
	out_col(o, W_NET, "Network");
	out_puts(o, "Lookup Count\n");
	out_col(o, W_NET, "%s", n.text);
	out_printf(o, "%llu\n",
		   counted(cli, "proximity assign", n.text, "Lookups"));
	return 0;
}

/* ---- probes --------------------------------------------------------------- */

static int show_probe(struct cli *cli, const struct args *a, struct err *err)
{
	static const char *const names[] = { "ICMP Requests Sent",
					     "ICMP Responses Received",
					     "ICMP Failures",
					     "TCP Requests Sent",
					     "TCP Responses Received",
					     "TCP Failures",
					     NULL };
	const struct settings *kept = global_kept(cli);
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	col_line(o, COL_MIDDLE, "Method", "%s",
		 kept_value(kept, "proximity probe rtt method", "icmp"));
	col_line(o, COL_MIDDLE, "Interval", "%s",
		 kept_value(kept, "proximity probe rtt interval", "10"));
	col_line(o, COL_MIDDLE, "Samples", "%s",
		 kept_value(kept, "proximity probe rtt samples", "2"));
	col_line(o, COL_MIDDLE, "Metric Weighting", "%s",
		 kept_value(kept, "proximity probe rtt metric-weighting", "0"));
	col_line(o, COL_MIDDLE, "TCP Ports", "%s",
		 kept_value(kept, "proximity probe rtt tcp-ports",
			    "23 21 80 21"));
	counted_show(cli, "proximity probe rtt", names);
	return 0;
}

/* ---- the cache of a DNS server -------------------------------------------- */

static void cache_settings(struct cli *cli)
{
	const struct settings *kept = global_kept(cli);
	struct out *o = cli_out(cli);

	col_line(o, COL_MIDDLE, "Proximity Cache", "%s",
		 enabled(kept_on(kept, "proximity cache")));
	col_line(o, COL_MIDDLE, "Max Entries", "%s",
		 kept_value(kept, "proximity cache-size", "16000"));
}

static int show_cache_summary(struct cli *cli, const struct args *a,
			      struct err *err)
{
	static const char *const names[] = { "Used Entries", "Hits", "Misses",
					     NULL };

	(void)a;
	(void)err;
	cache_settings(cli);
	counted_show(cli, "proximity cache", names);
	return 0;
}

static void cache_head(struct out *o)
{
	out_col(o, W_NET, "Network");
	out_col(o, W_HITS, "Hits");
	out_col(o, W_TTL, "TTL");
	out_puts(o, "Zones\n");
}

static int show_cache(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	cache_settings(cli);
	out_puts(cli_out(cli), "\n");
	cache_head(cli_out(cli));
	return 0;
}

static int show_cache_one(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct net n;

	(void)cli; /* no answers, so none of this network */
	if (net_typed(a, &n, err) < 0)
		return -1;
	return err_set(err, ERR_NOT_FOUND, -1, T_NO_BLOCK, n.text);
}

/* ---- zones ---------------------------------------------------------------- */

static void zone_head(struct out *o)
{
	out_puts(o, "Zone  Description           IP Address       State\n");
}

static void zone_row(struct out *o, const struct kept_line *l)
{
	out_col(o, W_ZONE, "%s", l->word[0]);
	out_col(o, 22, "%s", kept_word(l, 2, ""));
	out_col(o, 17, "0.0.0.0");
	out_puts(o, "LOCAL\n");
}

static int show_zones(struct cli *cli, const struct args *a, struct err *err)
{
	struct kept_line l;

	(void)a;
	(void)err;
	zone_head(cli_out(cli));
	if (kept_one(global_kept(cli), "proximity db", &l))
		zone_row(cli_out(cli), &l);
	return 0;
}

static int show_zone(struct cli *cli, const struct args *a, struct err *err)
{
	unsigned long wanted = arg_uint(a, "zone", 0);
	struct kept_line l;
	uint32_t zone = 0;

	if (!kept_one(global_kept(cli), "proximity db", &l) ||
	    !str_to_u32(l.word[0], 0, 15, &zone) || zone != wanted)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_ZONE, wanted);
	zone_head(cli_out(cli));
	zone_row(cli_out(cli), &l);
	return 0;
}

static int show_zone_statistics(struct cli *cli, const struct args *a,
				struct err *err)
{
	static const char *const names[] = { "Reads", "Writes", "State Changes",
					     NULL };

	(void)a;
	(void)err;
	counted_show(cli, "proximity zone", names);
	return 0;
}

#define NET	 "{<ip:addr> <mask:mask>|<ip:cidr>}"
#define NET_HELP "Network\nMask\nNetwork and prefix length"

const struct cmd show_proximity_cmds[] = {
	{ .syntax = "show proximity",
	  .help = "Proximity database",
	  .run = show_summary },
	{ .syntax = "show proximity assign",
	  .help = "Networks with fixed times",
	  .run = show_assign },
	{ .syntax = "show proximity assign " NET,
	  .help = NET_HELP,
	  .run = show_assign_one },
	{ .syntax = "show proximity cache [all]",
	  .help = "Answers of the database\n"
		  "Every one",
	  .run = show_cache },
	{ .syntax = "show proximity cache summary",
	  .help = "Totals of the cache",
	  .run = show_cache_summary },
	{ .syntax = "show proximity cache " NET,
	  .help = NET_HELP,
	  .run = show_cache_one },
	{ .syntax = "show proximity metric " NET " [aggregate]",
	  .help = "Round-trip times of a network to each zone\n" NET_HELP "\n"
		  "Of the larger network that it is a part of",
	  .run = show_metric },
	{ .syntax = "show proximity probe rtt statistics",
	  .help = "Probes\n"
		  "Of round-trip times\n"
		  "Settings and counters",
	  .run = show_probe },
	{ .syntax = "show proximity refine",
	  .help = "Networks that are probed again",
	  .run = show_refine },
	{ .syntax = "show proximity statistics",
	  .help = "Counters of the database",
	  .run = show_statistics },
	{ .syntax = "show proximity statistics " NET,
	  .help = NET_HELP,
	  .run = show_statistics_one },
	{ .syntax = "show proximity zone", .help = "Zones", .run = show_zones },
	{ .syntax = "show proximity zone <zone:uint:0-15>",
	  .help = "One zone",
	  .run = show_zone },
	{ .syntax = "show proximity zone statistics",
	  .help = "Counters of zones",
	  .run = show_zone_statistics },
	{ 0 },
};
