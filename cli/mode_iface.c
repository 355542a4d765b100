/* Commands of the interface mode (platform.md 5.1). */
#include "cli/cmd.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/circuit.h"

static int description_set(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct iface *i = cli_object(cli);
	const char *text = arg_word(a, "text");

	return conf_put_text(cli_conf(cli), i->description,
			     sizeof(i->description), text ? text : "", err);
}

static void description_render(const void *obj, struct out *o)
{
	const struct iface *i = obj;

	if (i->description[0])
		out_printf(o, "  description \"%s\" \n", i->description);
}

/* ---- the wire ------------------------------------------------------------- */

static const char *const phys[] = {
	"auto-negotiate",     "10Mbits-FD",
	"10Mbits-HD",	      "100Mbits-FD",
	"100Mbits-HD",	      "1Gbits-FD-asym",
	"1Gbits-FD-sym",      "1Gbits-FD-no-pause",
	"1Gbits-FD-sym-asym", NULL,
};

static int phy_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct iface *i = cli_object(cli);
	unsigned which = object_choice(a, phys);

	if (conf_put_text(cli_conf(cli), i->phy, sizeof(i->phy),
			  which ? phys[which] : "", err) < 0)
		return -1;
	return which ? object_kept(cli, "phy") : 0;
}

static int phy_negotiate(struct cli *cli, const struct args *a, struct err *err)
{
	struct iface *i = cli_object(cli);

	(void)err;
	conf_put_flag(cli_conf(cli), &i->no_negotiation, arg_key(a, "disable"));
	return i->no_negotiation ? object_kept(cli, "phy auto-negotiate") : 0;
}

static void phy_render(const void *obj, struct out *o)
{
	const struct iface *i = obj;

	if (i->phy[0])
		out_printf(o, "  phy %s \n", i->phy);
	if (i->no_negotiation)
		out_puts(o, "  phy auto-negotiate disable \n");
}

/* ---- bridging ------------------------------------------------------------- */

static int vlan_set(struct cli *cli, const struct args *a, struct err *err)
{
	return iface_set_vlan(cli_conf(cli), cli_object(cli),
			      (unsigned)arg_uint(a, "vlan", 1), err);
}

static int pathcost_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct iface *i = cli_object(cli);

	(void)err;
	conf_put_u16(cli_conf(cli), &i->bridge_pathcost,
		     arg_uint(a, "cost", 0));
	return i->bridge_pathcost ? object_kept(cli, "bridge pathcost") : 0;
}

static int priority_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct iface *i = cli_object(cli);

	(void)err;
	conf_put_u8(cli_conf(cli), &i->bridge_priority,
		    arg_uint(a, "priority", 128));
	return i->bridge_priority != 128
		       ? object_kept(cli, "bridge port-priority")
		       : 0;
}

static int state_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct iface *i = cli_object(cli);

	(void)err;
	conf_put_flag(cli_conf(cli), &i->bridge_off,
		      arg_key(a, "disable") || arg_key(a, "disabled"));
	return i->bridge_off ? object_kept(cli, "bridge state disable") : 0;
}

static int fast_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct iface *i = cli_object(cli);

	(void)err;
	conf_put_flag(cli_conf(cli), &i->port_fast, arg_key(a, "enable"));
	return i->port_fast ? object_kept(cli, "bridge port-fast") : 0;
}

static void bridge_render(const void *obj, struct out *o)
{
	const struct iface *i = obj;

	if (i->vlan != 1)
		out_printf(o, "  bridge vlan %u \n", i->vlan);
	if (i->bridge_pathcost)
		out_printf(o, "  bridge pathcost %u \n", i->bridge_pathcost);
	if (i->bridge_priority != 128)
		out_printf(o, "  bridge port-priority %u \n",
			   i->bridge_priority);
	if (i->bridge_off)
		out_puts(o, "  bridge state disable \n");
	if (i->port_fast)
		out_puts(o, "  bridge port-fast enable \n");
}

/* ---- flags ---------------------------------------------------------------- */

static bool *flag_of(struct iface *i, const struct args *a)
{
	return arg_key(a, "trunk")	      ? &i->trunk
	       : arg_key(a, "redundancy-phy") ? &i->redundancy_phy
	       : arg_key(a, "isc-port-one")   ? &i->isc_one
					      : &i->isc_two;
}

static int flag_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct iface *i = cli_object(cli);

	(void)err;
	conf_put_flag(cli_conf(cli), flag_of(i, a), true);
	return object_kept(cli, arg_key(a, "trunk") ? "trunk"
				: arg_key(a, "redundancy-phy")
					? "redundancy-phy"
				: arg_key(a, "isc-port-one") ? "isc-port-one"
							     : "isc-port-two");
}

static int flag_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct iface *i = cli_object(cli);

	(void)err;
	conf_put_flag(cli_conf(cli), flag_of(i, a), false);
	return 0;
}

static void flag_render(const void *obj, struct out *o)
{
	const struct iface *i = obj;

	if (i->trunk)
		out_puts(o, "  trunk \n");
	if (i->redundancy_phy)
		out_puts(o, "  redundancy-phy \n");
	if (i->isc_one)
		out_puts(o, "  isc-port-one \n");
	if (i->isc_two)
		out_puts(o, "  isc-port-two \n");
}

static int idle_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct iface *i = cli_object(cli);
	unsigned long v = arg_uint(a, "seconds", 0);

	if (v && v < 15)
		return err_set(err, ERR_RANGE, -1,
			       "max-idle is 0 or 15 to 600");
	conf_put_u16(cli_conf(cli), &i->max_idle_s, v);
	return i->max_idle_s ? object_kept(cli, "max-idle") : 0;
}

static void idle_render(const void *obj, struct out *o)
{
	const struct iface *i = obj;

	if (i->max_idle_s)
		out_printf(o, "  max-idle %u \n", i->max_idle_s);
}

static int shutdown_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct iface *i = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &i->admin_shutdown, true);
	return object_kept(cli, "admin-shutdown");
}

static int shutdown_clear(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct iface *i = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &i->admin_shutdown, false);
	return 0;
}

static void shutdown_render(const void *obj, struct out *o)
{
	const struct iface *i = obj;

	if (i->admin_shutdown)
		out_puts(o, "  admin-shutdown \n");
}

/* Row order is running-config order. */
const struct cmd interface_cmds[] = {
	{ .syntax = "description <text:text:1-255>",
	  .help = "Describe the port\n"
		  "Text in quotes",
	  .run = description_set,
	  .render = description_render,
	  .no = "no description",
	  .clear = description_set },
	{ .syntax = "phy {auto-negotiate|10Mbits-FD|10Mbits-HD|100Mbits-FD|"
		    "100Mbits-HD|1Gbits-FD-asym|1Gbits-FD-sym|"
		    "1Gbits-FD-no-pause|1Gbits-FD-sym-asym}",
	  .help = "Speed and duplex\n"
		  "Negotiate both\n"
		  "10 Mbit/s full duplex\n"
		  "10 Mbit/s half duplex\n"
		  "100 Mbit/s full duplex\n"
		  "100 Mbit/s half duplex\n"
		  "Gigabit, pause towards the partner\n"
		  "Gigabit, symmetric pause\n"
		  "Gigabit, no pause\n"
		  "Gigabit, symmetric or asymmetric pause",
	  .run = phy_set,
	  .render = phy_render },
	{ .syntax = "phy auto-negotiate {enable|disable}",
	  .help = "Negotiate\n"
		  "Keep the present settings",
	  .run = phy_negotiate },
	{ .syntax = "{trunk|redundancy-phy|isc-port-one|isc-port-two}",
	  .help = "Carry several VLANs\n"
		  "A failed link gives mastership up\n"
		  "First port between two switches\n"
		  "Second port between two switches",
	  .run = flag_set,
	  .render = flag_render,
	  .no = "no {trunk|redundancy-phy|isc-port-one|isc-port-two}",
	  .clear = flag_clear },
	{ .syntax = "bridge vlan <vlan:uint:1-4094>",
	  .help = "Bridge settings of the port\n"
		  "Set the VLAN; makes its circuit\n"
		  "VLAN number",
	  .run = vlan_set,
	  .render = bridge_render,
	  .no = "no bridge vlan",
	  .clear = vlan_set },
	{ .syntax = "bridge pathcost <cost:uint:1-65535>",
	  .help = "Set the spanning-tree cost\n"
		  "Cost",
	  .run = pathcost_set,
	  .no = "no bridge pathcost",
	  .clear = pathcost_set },
	{ .syntax = "bridge {priority|port-priority} <priority:uint:0-255>",
	  .help = "Set the spanning-tree port priority\n"
		  "Later word for priority\n"
		  "Priority",
	  .run = priority_set,
	  .no = "no bridge {priority|port-priority}",
	  .clear = priority_set },
	{ .syntax = "bridge state {enable|disable|enabled|disabled}",
	  .help = "Spanning tree on the port\n"
		  "On\n"
		  "Off\n"
		  "On\n"
		  "Off",
	  .run = state_set },
	{ .syntax = "bridge port-fast {enable|disable}",
	  .help = "Skip listening and learning\n"
		  "On\n"
		  "Off",
	  .run = fast_set },
	{ .syntax = "max-idle <seconds:uint:0-600>",
	  .help = "Reset the port when nothing is received\n"
		  "Seconds (15 to 600), 0 never",
	  .run = idle_set,
	  .render = idle_render,
	  .no = "no max-idle",
	  .clear = idle_set },
	{ .syntax = "{admin-shutdown|shut}",
	  .help = "Shut the port\n"
		  "Older word for admin-shutdown",
	  .run = shutdown_set,
	  .render = shutdown_render,
	  .no = "no {admin-shutdown|shut}",
	  .clear = shutdown_clear },
	{ 0 },
};
