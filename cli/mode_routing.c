/* Commands of global configuration: OSPF and RIP (platform.md 5.5). */
#include <string.h>

#include "cli/cmd.h"
#include "cli/mode_global.h"
#include "cli/modes.h"
#include "cli/tree.h"
#include "emu/base/err.h"
#include "emu/base/texts.h"
#include "emu/conf/conf.h"

static int router_check(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	if (settings_get(&cli_conf(cli)->global->kept, "ospf enable", ""))
		return err_set(err, ERR_REFUSED, -1, T_OSPF_ON);
	return 0;
}

static int area_check(struct cli *cli, const struct args *a, struct err *err)
{
	(void)cli;
	if (!a->undo && arg_key(a, "stub") &&
	    arg_addr(a, "area").s_addr == INADDR_ANY)
		return err_set(err, ERR_RANGE, -1, T_OSPF_BACKBONE);
	return 0;
}

#define NET "{<ip:addr> <mask:mask>|<ip:cidr>}"
#define NET_HELP                                                               \
	"Network\n"                                                            \
	"Mask\n"                                                               \
	"Network and prefix length"
#define EXTERNAL                                                               \
	"[metric <metric:uint:1-16777215>] [tag <tag:uint:0-4294967295>] "     \
	"[type1]"
#define EXTERNAL_HELP                                                          \
	"Cost\n"                                                               \
	"Cost, default 1\n"                                                    \
	"Mark for other routers\n"                                             \
	"Tag, default 0\n"                                                     \
	"Add costs on the way; default type 2"
#define EXTERNAL_OMIT "tag 0|metric 1"

static const char no_ospf[] = "no OSPF is spoken";
static const char no_rip[] = "no RIP is spoken";

/* Row order is running-config order: the router ID before OSPF runs. */
const struct cmd routing_cmds[] = {
	{ .syntax = "ospf", .help = "Open Shortest Path First" },
	{ .syntax = "ospf router-id <ip:addr>",
	  .help = "Name of this router\n"
		  "Address, default the largest of a circuit",
	  .no = "no ospf router-id",
	  .set = KEPT(.check = router_check),
	  .inert = no_ospf },
	{ .syntax = "ospf area <area:addr> "
		    "[stub [default-metric <metric:uint:1-16777215>] "
		    "[send-summaries]]",
	  .help = "Areas that this router is in\n"
		  "Area\n"
		  "Without routes of other systems\n"
		  "Cost of the default route into it\n"
		  "Cost, default 1\n"
		  "Send it routes of other areas",
	  .no = "no ospf area <area:addr> [stub]",
	  .set = KEPT(.keys = 1, .omit = "default-metric 1",
		      .check = area_check),
	  .inert = no_ospf },
	{ .syntax = "ospf range <area:addr> " NET " [block]",
	  .help = "Networks of an area as one\n"
		  "Area\n" NET_HELP "\n"
		  "Hide them",
	  .no = "no ospf range <area:addr> " NET,
	  .set = KEPT(.keys = 3),
	  .inert = no_ospf },
	{ .syntax = "ospf as-boundary",
	  .help = "Routes of other systems come in here",
	  .no = "no ospf as-boundary",
	  .set = KEPT(),
	  .inert = no_ospf },
	{ .syntax = "ospf default " EXTERNAL,
	  .help = "Advertise a default route\n" EXTERNAL_HELP,
	  .no = "no ospf default",
	  .set = KEPT(.omit = EXTERNAL_OMIT),
	  .inert = no_ospf },
	{ .syntax = "ospf advertise " NET " " EXTERNAL,
	  .help = "Advertise VIPs\n" NET_HELP "\n" EXTERNAL_HELP,
	  .no = "no ospf advertise " NET,
	  .set = KEPT(.keys = 2, .omit = EXTERNAL_OMIT),
	  .inert = no_ospf },
	{ .syntax = "ospf redistribute {firewall|local|rip|static} " EXTERNAL,
	  .help = "Advertise routes of another source\n"
		  "Routes through firewalls\n"
		  "Networks of circuits without OSPF\n"
		  "Routes from RIP\n"
		  "Static routes\n" EXTERNAL_HELP,
	  .no = "no ospf redistribute {firewall|local|rip|static}",
	  .set = KEPT(.keys = 1, .omit = EXTERNAL_OMIT),
	  .inert = no_ospf },
	{ .syntax = "ospf equal-cost <routes:uint:1-15>",
	  .help = "Routes of the same cost\n"
		  "Routes, default 15",
	  .no = "no ospf equal-cost",
	  .set = KEPT(.dflt = "15"),
	  .inert = no_ospf },
	{ .syntax = "ospf enable",
	  .help = "Run OSPF",
	  .no = "no ospf enable",
	  .set = KEPT(),
	  .inert = no_ospf },
	{ .syntax = "rip", .help = "Routing Information Protocol" },
	{ .syntax = "rip advertise " NET " [<metric:uint:1-15>]",
	  .help = "Advertise a route\n" NET_HELP "\n"
		  "Hops, default 1",
	  .no = "no rip advertise " NET,
	  .set = KEPT(.keys = 2, .omit = "1"),
	  .inert = no_rip },
	{ .syntax = "rip redistribute {firewall|local|ospf|static} "
		    "[<metric:uint:1-15>]",
	  .help = "Advertise routes of another source\n"
		  "Routes through firewalls\n"
		  "Networks of circuits without RIP\n"
		  "Routes from OSPF\n"
		  "Static routes\n"
		  "Hops, default 1",
	  .no = "no rip redistribute {firewall|local|ospf|static}",
	  .set = KEPT(.keys = 1, .omit = "1"),
	  .inert = no_rip },
	{ .syntax = "rip equal-cost <routes:uint:1-15>",
	  .help = "Routes of the same cost\n"
		  "Routes, default 1",
	  .no = "no rip equal-cost",
	  .set = KEPT(.dflt = "1"),
	  .inert = no_rip },
	{ 0 },
};
