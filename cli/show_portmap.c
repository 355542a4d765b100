/*
 * show global-portmap and noflow-portmap: source ports of connections to servers
 * (content.md 3.2).
 *
 * The range is divided among the session processors.  The first one has every
 * connection, and the operating system chooses its port.
 */
#include "chassis/chassis.h"
#include "cli/cmd.h"
#include "cli/columns.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "cli/ports.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/texts.h"
#include "emu/conf/global.h"
#include "emu/nat/portmap.h"
#include "emu/plane/plane.h"

enum {
	W_SLOT = 14,
	W_BASE = 11,
	W_RANGE = 13,
	W_MAPPINGS = 18,
};

#define PORTS_STEP 32 /* a share is a multiple of it */

static bool has_processor(const struct card *card)
{
	return card && card->ops->kind != CARD_SSL;
}

static unsigned processors(const struct chassis *ch)
{
	unsigned n = 0;

	for (unsigned s = 1; s <= chassis_model(ch)->nslots; s++)
		n += has_processor(chassis_card(ch, s));
	return n;
}

static void head(struct out *o)
{
	out_col(o, W_SLOT, "Slot/Subslot");
	out_col(o, W_BASE, "Base Port");
	out_col(o, W_RANGE, "Total Ports");
	out_col(o, W_MAPPINGS, "Current Mappings");
	out_puts(o, "No Portmap Errors\n");
}

struct use { /* of a range */
	const struct portmap *map;
	uint64_t mappings, errors;
};

static struct use use_of(const struct env *env, bool flows)
{
	const struct flow_conf *f = &env->conf->global->flow;
	struct use u = { .map = flows ? &f->portmap : &f->noflow_portmap };
	struct net_counters c;

	if (!flows) {
		struct portmap_figures m = { 0 };

		if (env->plane)
			plane_noflow_ports(env->plane, &m);
		u.mappings = m.used;
		u.errors = m.refused;
		return u;
	}
	net_counters(env, &c);
	u.mappings = c.n[NET_TCP_MAPPED];
	u.errors = c.n[NET_TCP_NO_PORT];
	return u;
}

static void row(struct out *o, unsigned slot, unsigned which, unsigned n,
		const struct use *u)
{
	unsigned share = u->map->range / n / PORTS_STEP * PORTS_STEP;

	out_col(o, W_SLOT, " %u/1", slot);
	out_col(o, W_BASE, "%u", u->map->base + which * share);
	out_col(o, W_RANGE, "%u", share);
	out_col(o, W_MAPPINGS, "%llu",
		which ? 0ull : (unsigned long long)u->mappings);
	out_printf(o, "%llu\n", which ? 0ull : (unsigned long long)u->errors);
}

/* only: a slot, 0 for all. */
static int portmap_show(struct cli *cli, bool flows, unsigned only,
			struct err *err)
{
	const struct env *env = cli_env(cli);
	unsigned n = processors(env->chassis), which = 0;
	struct use u = use_of(env, flows);
	struct out *o = cli_out(cli);

	if (only && !has_processor(only <= chassis_model(env->chassis)->nslots
					   ? chassis_card(env->chassis, only)
					   : NULL))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_PROCESSOR, only);
	if (u.map->off)
		out_puts(o, "Source ports are not translated\n");
	head(o);
	for (unsigned s = 1; s <= chassis_model(env->chassis)->nslots; s++) {
		if (!has_processor(chassis_card(env->chassis, s)))
			continue;
		if (!only || only == s)
			row(o, s, which, n, &u);
		which++;
	}
	return 0;
}

static int show_global(struct cli *cli, const struct args *a, struct err *err)
{
	return portmap_show(cli, true, (unsigned)arg_uint(a, "slot", 0), err);
}

static int show_noflow(struct cli *cli, const struct args *a, struct err *err)
{
	return portmap_show(cli, false, (unsigned)arg_uint(a, "slot", 0), err);
}

static int show_statistics(struct cli *cli, const struct args *a,
			   struct err *err)
{
	const struct env *env = cli_env(cli);
	struct use u = use_of(env, true);
	struct net_counters c;
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	net_counters(env, &c);
	out_puts(o, "Portmap Statistics - all Session Processors:\n");
	col_count(o, COL_COUNTER, "Total Mappings", c.n[NET_TCP_ACTIVE_OPENS]);
	col_count(o, COL_COUNTER, "Current Mappings", u.mappings);
	col_count(o, COL_COUNTER, "No Portmap Errors", u.errors);
	return 0;
}

#define PLACE "{all-sps|slot <slot:uint:1-6>}"
#define PLACE_HELP                                                             \
	"On all session processors\n"                                          \
	"On one module\n"                                                      \
	"Slot number"

const struct cmd show_portmap_cmds[] = {
	{ .syntax = "show global-portmap " PLACE,
	  .help = "Source ports of connections to servers\n" PLACE_HELP,
	  .run = show_global },
	{ .syntax = "show global-portmap statistics all-sps",
	  .help = "Counters\n"
		  "Of all session processors",
	  .run = show_statistics },
	{ .syntax = "show noflow-portmap " PLACE,
	  .help = "Source ports of packets without flows\n" PLACE_HELP,
	  .run = show_noflow },
	{ 0 },
};
