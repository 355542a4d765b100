/*
 * show zone and show domain: names and loads that switches tell each other
 * (platform.md 6).  No peer is heard, so that the tables hold what this switch
 * itself is configured with.
 */
#include <stdlib.h>

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
#include "emu/conf/content.h"
#include "emu/conf/global.h"
#include "emu/conf/kept.h"
#include "emu/plane/hotlist.h"
#include "emu/plane/plane.h"

enum {
	W_INDEX = 7,
	W_DESC = 22,
	W_ADDR = 17,
	W_STATE = 10,
	W_NAME = 33,
	W_OWNER = 18,
	W_POLICY = 10,
	W_TTL = 8,
	W_HITS = 12,
};

/* ---- show zone ------------------------------------------------------------ */

/* "0 tier1 "usa" leastloaded 5", of a DNS server or a proximity database */
struct zone {
	bool there;
	uint32_t number;
	const char *tier, *description, *method;
	struct kept_line l; /* what the texts point into */
};

static void zone_read(const struct cli *cli, struct zone *z)
{
	static const char *const methods[] = { "weightedrr",  "srcip",
					       "leastloaded", "preferlocal",
					       "roundrobin",  NULL };

	*z = (struct zone){ 0 };
	z->there = kept_one(global_kept(cli), "dns-server zone", &z->l) ||
		   kept_one(global_kept(cli), "proximity db", &z->l);
	(void)str_to_u32(z->l.word[0], 0, 15, &z->number);
	z->tier = kept_word(&z->l, 1, "tier1");
	z->description = kept_word(&z->l, 2, "");
	z->method = kept_choice(&z->l, methods, "roundrobin");
}

static void zone_head(struct out *o)
{
	out_col(o, W_INDEX, "Zone");
	out_col(o, W_DESC, "Description");
	out_col(o, W_ADDR, "IP Address");
	out_col(o, W_STATE, "State");
	out_puts(o, "State Chgs\n");
}

static void zone_row(struct out *o, const struct zone *z)
{
	out_col(o, W_INDEX, "%u", z->number);
	out_col(o, W_DESC, "%s", z->description);
	out_col(o, W_ADDR, "%s", "0.0.0.0");
	out_col(o, W_STATE, "%s", "LOCAL");
	out_puts(o, "0\n");
}

static int show_zones(struct cli *cli, const struct args *a, struct err *err)
{
	struct zone z;

	(void)a;
	(void)err;
	zone_read(cli, &z);
	zone_head(cli_out(cli));
	if (z.there)
		zone_row(cli_out(cli), &z);
	return 0;
}

static int show_zone(struct cli *cli, const struct args *a, struct err *err)
{
	unsigned long wanted = arg_uint(a, "zone", 0);
	struct zone z;

	zone_read(cli, &z);
	if (!z.there || z.number != wanted)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_ZONE, wanted);
	zone_head(cli_out(cli));
	zone_row(cli_out(cli), &z);
	return 0;
}

static int show_verbose(struct cli *cli, const struct args *a, struct err *err)
{
	struct out *o = cli_out(cli);
	struct zone z;

	(void)a;
	(void)err;
	zone_read(cli, &z);
	zone_head(o);
	if (!z.there)
		return 0;
	zone_row(o, &z);
	out_puts(o, "\n");
	col_line(o, COL_NARROW, "Tier", "%s", z.tier);
	col_line(o, COL_NARROW, "Balance", "%s", z.method);
	return 0;
}

/* ---- show domain ---------------------------------------------------------- */

static const char *const policies[] = { "none", "accept", "both", "push" };

static int show_domain(struct cli *cli, const struct args *a, struct err *err)
{
	struct out *o = cli_out(cli);
	struct kept_line l;

	(void)a;
	(void)err;
	out_col(o, W_ADDR, "Peer");
	out_col(o, W_STATE, "State");
	out_puts(o, "Domains Sent  Domains Received\n");
	for (size_t i = 0; kept_line(global_kept(cli), "app session", i, &l);
	     i++) {
		out_col(o, W_ADDR, "%s", l.word[0]);
		out_col(o, W_STATE, "%s", "Down");
		out_col(o, 14, "%llu",
			counted(cli, "app session", l.word[0], "Domains Sent"));
		out_printf(o, "%llu\n",
			   counted(cli, "app session", l.word[0],
				   "Domains Received"));
	}
	return 0;
}

static int show_domain_peer(struct cli *cli, const struct args *a,
			    struct err *err)
{
	struct out *o = cli_out(cli);
	struct in_addr ip;
	struct kept_line l;

	if (object_addr(cli, a, "ip", &ip, err) < 0)
		return -1;
	if (!kept_find(global_kept(cli), "app session", str_addr(ip), &l))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "app session", str_addr(ip));
	out_col(o, W_NAME, "Domain");
	out_col(o, W_ADDR, "IP Address");
	out_puts(o, "Load\n");
	return 0;
}

static void hot_rows_show(const struct env *env, struct out *o)
{
	const struct settings *s = &env->conf->global->kept;
	unsigned long size = settings_uint(s, "domain hotlist size", 10);
	unsigned long least = settings_uint(s, "domain hotlist threshold", 0);
	struct hot_url *u = NULL; /* owned */
	size_t n = 0, shown = 0;

	if (env->plane && kept_on(s, "domain hotlist"))
		u = plane_hotlist(
			env->plane, HOT_DOMAINS,
			(unsigned)settings_uint(s, "domain hotlist interval",
						1),
			&n);
	for (size_t i = 0; i < n && shown < size; i++) {
		if (u[i].hits < least && u[i].before < least)
			continue;
		out_col(o, W_HITS, "%u", u[i].hits);
		out_col(o, W_HITS, "%u", u[i].before);
		out_printf(o, "%s\n", u[i].url);
		shown++;
	}
	free(u);
}

static int show_hotlist(struct cli *cli, const struct args *a, struct err *err)
{
	const struct settings *kept = global_kept(cli);
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	col_line(o, COL_NARROW, "Hot List", "%s",
		 enabled(kept_on(kept, "domain hotlist")));
	col_line(o, COL_NARROW, "Size", "%s",
		 kept_value(kept, "domain hotlist size", "10"));
	col_line(o, COL_NARROW, "Interval", "%s",
		 kept_value(kept, "domain hotlist interval", "1"));
	col_line(o, COL_NARROW, "Threshold", "%s",
		 kept_value(kept, "domain hotlist threshold", "0"));
	out_puts(o, "\n");
	out_col(o, W_HITS, "Hits");
	out_col(o, W_HITS, "Before");
	out_puts(o, "Domain\n");
	hot_rows_show(cli_env(cli), o);
	return 0;
}

static int show_owners(struct cli *cli, const struct args *a, struct err *err)
{
	const struct owner *ow = NULL;
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	out_col(o, W_NAME, "Owner");
	out_puts(o, "DNS Policy\n");
	TAILQ_FOREACH(ow, &cli_conf(cli)->owners, link) {
		out_col(o, W_NAME, "%s", ow->name);
		out_printf(o, "%s\n", policies[ow->dns]);
	}
	return 0;
}

static void rule_rows(struct out *o, const struct owner *ow,
		      const struct content *r)
{
	struct kept_line l;

	for (size_t i = 0; kept_line(&r->kept, "add dns", i, &l); i++) {
		out_col(o, W_OWNER, "%s", ow->name);
		out_col(o, W_OWNER, "%s", r->name);
		out_col(o, W_POLICY, "%s", policies[ow->dns]);
		out_col(o, W_TTL, "%s", kept_word(&l, 1, "0"));
		out_printf(o, "%s\n", l.word[0]);
	}
}

/* Rules with names: what would be shared with a peer. */
static int show_rules(struct cli *cli, const struct args *a, struct err *err)
{
	const struct owner *ow = NULL;
	const struct content *r = NULL;
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	out_col(o, W_OWNER, "Owner");
	out_col(o, W_OWNER, "Rule");
	out_col(o, W_POLICY, "Policy");
	out_col(o, W_TTL, "TTL");
	out_puts(o, "Domain\n");
	TAILQ_FOREACH(ow, &cli_conf(cli)->owners, link)
		TAILQ_FOREACH(r, &ow->contents, link)
			rule_rows(o, ow, r);
	return 0;
}

const struct cmd show_zone_cmds[] = {
	{ .syntax = "show zone [local]",
	  .help = "Zones of names\n"
		  "The zone of this switch",
	  .run = show_zones },
	{ .syntax = "show zone <zone:uint:0-15>",
	  .help = "One zone",
	  .run = show_zone },
	{ .syntax = "show zone verbose",
	  .help = "With tier and balance",
	  .run = show_verbose },
	{ .syntax = "show domain",
	  .help = "Names exchanged with peers",
	  .run = show_domain },
	{ .syntax = "show domain <ip:host> {send|receive}",
	  .help = "Address of one peer\n"
		  "Loads that it is sent\n"
		  "Loads that it has sent",
	  .run = show_domain_peer },
	{ .syntax = "show domain hotlist",
	  .help = "Names that are asked for most",
	  .run = show_hotlist },
	{ .syntax = "show domain owners",
	  .help = "Owners and their DNS policies",
	  .run = show_owners },
	{ .syntax = "show domain rules",
	  .help = "Rules with names",
	  .run = show_rules },
	{ 0 },
};
