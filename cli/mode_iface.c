/* Commands of the interface and interface-vlan modes (platform.md 5.1). */
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "cli/render.h"
#include "cli/setting.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/circuit.h"

static const char no_cable[] =
	"a port has the speed of what it is wired to, and never hangs";
static const char no_frames[] = "no frames are bridged by the host attachment";
static const char no_peer[] = "no other switch is heard";

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

	return conf_put_text(cli_conf(cli), i->phy, sizeof(i->phy),
			     which ? phys[which] : "", err);
}

static void phy_render(const void *obj, struct out *o)
{
	const struct iface *i = obj;

	if (i->phy[0])
		out_printf(o, "  phy %s \n", i->phy);
}

/* ---- VLANs ---------------------------------------------------------------- */

static int vlan_set(struct cli *cli, const struct args *a, struct err *err)
{
	return iface_set_vlan(cli_conf(cli), cli_object(cli),
			      (unsigned)arg_uint(a, "vlan", 1), err);
}

static void vlan_render(const void *obj, struct out *o)
{
	const struct iface *i = obj;

	if (i->vlan != 1)
		out_printf(o, "  bridge vlan %u \n", i->vlan);
}

static int trunk_set(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	iface_set_trunk(cli_conf(cli), cli_object(cli), true);
	return 0;
}

static int trunk_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	iface_set_trunk(cli_conf(cli), cli_object(cli), false);
	return 0;
}

static void trunk_render(const void *obj, struct out *o)
{
	const struct iface *i = obj;

	if (i->trunk)
		out_puts(o, "  trunk \n");
}

static struct iface *port_of(struct cli *cli)
{
	return iface_find(cli_conf(cli), cli_object_name(cli, 0));
}

/* From the port's mode, or from that of another VLAN of it. */
static int trunk_vlan_open(struct cli *cli, const struct args *a,
			   struct err *err)
{
	const struct iface *i = port_of(cli);
	struct out name = { 0 };
	int result = 0;

	if (!i->trunk)
		return err_set(err, ERR_REFUSED, -1, T_NO_TRUNK, i->name);
	out_printf(&name, "VLAN%lu", arg_uint(a, "vlan", 1));
	result = object_open(cli, OBJECT_VLAN, cli_object_name(cli, 0),
			     out_text(&name), err);
	out_fini(&name);
	return result;
}

static int trunk_vlan_drop(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct out name = { 0 };
	int result = 0;

	out_printf(&name, "VLAN%lu", arg_uint(a, "vlan", 1));
	result = object_delete(cli, OBJECT_VLAN, cli_object_name(cli, 0),
			       out_text(&name), err);
	out_fini(&name);
	return result;
}

static void trunk_vlans_render(const void *obj, struct out *o)
{
	const struct iface *i = obj;
	const struct iface_vlan *v = NULL;

	TAILQ_FOREACH(v, &i->vlans, link) {
		out_printf(o, "\n  vlan %u \n", v->vlan);
		render_rows(interface_vlan_cmds, v, o);
	}
}

/* ---- the table ------------------------------------------------------------ */

#define FIELD(...)                                                             \
	&(const struct setting)                                                \
	{                                                                      \
		__VA_ARGS__                                                    \
	}
#define FLAG(member) FIELD(.store = SET_FLAG, SETTING_AT(struct iface, member))
#define ENABLING(word, text)                                                   \
	.syntax = word " {enable|disable|enabled|disabled}", .help = text      \
							     "\n"              \
							     "On\n"            \
							     "Off\n"           \
							     "On\n"            \
							     "Off"

/* Row order is running-config order. */
const struct cmd interface_cmds[] = {
	{ .syntax = "description <text:text:1-255>",
	  .help = "Describe the port\n"
		  "Text in quotes",
	  .no = "no description",
	  .set = FIELD(SETTING_TEXT_AT(struct iface, description)) },
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
	  .render = phy_render,
	  .inert = no_cable },
	{ .syntax = "phy auto-negotiate {enable|disable}",
	  .help = "Negotiate\n"
		  "Keep the present settings",
	  .set = FIELD(.store = SET_FLAG, .on = true, .yes = "enable",
		       .no = "disable", SETTING_AT(struct iface, negotiation)),
	  .inert = no_cable },
	{ .syntax = "bridge vlan <vlan:uint:1-4094>",
	  .help = "Bridge settings of the port\n"
		  "Set the VLAN; makes its circuit\n"
		  "VLAN number",
	  .run = vlan_set,
	  .render = vlan_render,
	  .no = "no bridge vlan",
	  .clear = vlan_set },
	{ .syntax = "bridge pathcost <cost:uint:1-65535>",
	  .help = "Set the spanning-tree cost\n"
		  "Cost",
	  .no = "no bridge pathcost",
	  .set = FIELD(.store = SET_U16,
		       SETTING_AT(struct iface, bridge_pathcost)),
	  .host_inert = no_frames },
	{ .syntax = "bridge {priority|port-priority} <priority:uint:0-255>",
	  .help = "Set the spanning-tree port priority\n"
		  "Later word for priority\n"
		  "Priority, default 128",
	  .no = "no bridge {priority|port-priority}",
	  .set = FIELD(.store = SET_U8, .dflt = "128",
		       .family = "bridge port-priority",
		       SETTING_AT(struct iface, bridge_priority)),
	  .host_inert = no_frames },
	{ ENABLING("bridge state", "Spanning tree on the port"),
	  .set = FIELD(.store = SET_FLAG, .on = true, .yes = "enable",
		       .no = "disable", SETTING_AT(struct iface, bridge_state)),
	  .host_inert = no_frames },
	{ ENABLING("bridge port-fast", "Skip listening and learning"),
	  .set = FIELD(.store = SET_FLAG, .yes = "enable", .no = "disable",
		       SETTING_AT(struct iface, port_fast)),
	  .host_inert = no_frames },
	{ .syntax = "max-idle {<seconds:uint:15-600>|0}",
	  .help = "Reset the port when nothing is received\n"
		  "Seconds\n"
		  "Never",
	  .no = "no max-idle",
	  .set = FIELD(.store = SET_U16, SETTING_AT(struct iface, max_idle_s)),
	  .inert = no_cable },
	{ .syntax = "fcb-lowat <n:uint:0-65535>",
	  .help = "Low-water mark of flow control blocks\n"
		  "Number of blocks",
	  .no = "no fcb-lowat",
	  .set = FIELD(SETTING_AT(struct iface, kept)),
	  .inert = "flow control blocks are a matter of the CSS 11000 series" },
	{ .syntax = "redundancy-phy",
	  .help = "A failed link gives mastership up",
	  .no = "no redundancy-phy",
	  .set = FLAG(redundancy_phy) },
	{ .syntax = "isc-port-one",
	  .help = "First port between two switches",
	  .no = "no isc-port-one",
	  .set = FLAG(isc_one),
	  .inert = no_peer },
	{ .syntax = "isc-port-two",
	  .help = "Second port between two switches",
	  .no = "no isc-port-two",
	  .set = FLAG(isc_two),
	  .inert = no_peer },
	{ .syntax = "{admin-shutdown|shut}",
	  .help = "Shut the port\n"
		  "Older word for admin-shutdown",
	  .no = "no {admin-shutdown|shut}",
	  .set = FIELD(.store = SET_FLAG, .family = "admin-shutdown",
		       SETTING_AT(struct iface, admin_shutdown)) },
	{ .syntax = "trunk",
	  .help = "Carry several VLANs",
	  .run = trunk_set,
	  .render = trunk_render,
	  .no = "no trunk",
	  .clear = trunk_clear },
	{ .syntax = "vlan <vlan:uint:1-4094>",
	  .help = "VLAN of the trunk; makes its circuit\n"
		  "VLAN number",
	  .run = trunk_vlan_open,
	  .render = trunk_vlans_render,
	  .no = "no vlan <vlan:uint:1-4094>",
	  .clear = trunk_vlan_drop },
	{ 0 },
};

/* ---- interface-vlan ------------------------------------------------------- */

#define VLAN_FIELD(member, ...)                                                \
	&(const struct setting)                                                \
	{                                                                      \
		.indent = "    ", SETTING_AT(struct iface_vlan, member),       \
		__VA_ARGS__                                                    \
	}

static int default_set(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	iface_set_default_vlan(cli_conf(cli), port_of(cli), cli_object(cli));
	return 0;
}

static int default_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct iface_vlan *v = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &v->is_default, false);
	return 0;
}

static void default_render(const void *obj, struct out *o)
{
	const struct iface_vlan *v = obj;

	if (v->is_default)
		out_puts(o, "    default-vlan \n");
}

/* Row order is running-config order. */
const struct cmd interface_vlan_cmds[] = {
	{ .syntax = "default-vlan",
	  .help = "VLAN of untagged frames",
	  .run = default_set,
	  .render = default_render,
	  .no = "no default-vlan",
	  .clear = default_clear,
	  .host_inert = no_frames },
	{ .syntax = "bridge pathcost <cost:uint:1-65535>",
	  .help = "Bridge settings of the VLAN on this port\n"
		  "Set the spanning-tree cost\n"
		  "Cost",
	  .no = "no bridge pathcost",
	  .set = VLAN_FIELD(bridge_pathcost, .store = SET_U16),
	  .host_inert = no_frames },
	{ .syntax = "bridge {priority|port-priority} <priority:uint:0-255>",
	  .help = "Set the spanning-tree port priority\n"
		  "Later word for priority\n"
		  "Priority, default 128",
	  .no = "no bridge {priority|port-priority}",
	  .set = VLAN_FIELD(bridge_priority, .store = SET_U8, .dflt = "128",
			    .family = "bridge port-priority"),
	  .host_inert = no_frames },
	{ ENABLING("bridge state", "Spanning tree of the VLAN on this port"),
	  .set = VLAN_FIELD(bridge_state, .store = SET_FLAG, .on = true,
			    .yes = "enable", .no = "disable"),
	  .host_inert = no_frames },
	{ .syntax = "vlan <vlan:uint:1-4094>",
	  .help = "Another VLAN of the trunk\n"
		  "VLAN number",
	  .run = trunk_vlan_open,
	  .no = "no vlan <vlan:uint:1-4094>",
	  .clear = trunk_vlan_drop },
	{ 0 },
};
