/*
 * Commands of global configuration: bridging, neighbours, mirrored ports
 * (platform.md 5.1, 5.5); and the SuperUser's hand on all ports.
 */
#include "chassis/chassis.h"
#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/mode_global.h"
#include "cli/modes.h"
#include "cli/tree.h"
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/circuit.h"

/* ---- all ports ------------------------------------------------------------ */

static int port_shut(struct cli *cli, const char *name, struct err *err)
{
	struct iface *i = iface_get(cli_conf(cli), name, err);

	if (!i)
		return -1;
	conf_put_flag(cli_conf(cli), &i->admin_shutdown, true);
	return 0;
}

/* The management port stays up, or nobody could undo it from afar. */
static int ports_shut(struct cli *cli, const struct args *a, struct err *err)
{
	const struct chassis *c = cli_env(cli)->chassis;
	char name[16];

	(void)a;
	for (unsigned slot = 1; slot <= chassis_model(c)->nslots; slot++)
		for (unsigned n = 1; chassis_port_name(c, slot, n, name); n++)
			if (port_shut(cli, name, err) < 0)
				return -1;
	return 0;
}

static int ports_open(struct cli *cli, const struct args *a, struct err *err)
{
	struct iface *i = NULL;

	(void)a;
	(void)err;
	TAILQ_FOREACH(i, &cli_conf(cli)->ifaces, link)
		if (i->slot)
			conf_put_flag(cli_conf(cli), &i->admin_shutdown, false);
	return 0;
}

/* ---- mirrored ports ------------------------------------------------------- */

static int span_check(struct cli *cli, const struct args *a, struct err *err)
{
	(void)cli;
	if (!a->undo && str_ieq(arg_word(a, "from"), arg_word(a, "to")))
		return err_set(err, ERR_RANGE, -1, T_SPAN_SELF,
			       arg_word(a, "to"));
	return 0;
}

/* ---- the tables ----------------------------------------------------------- */

static const char no_frames[] = "no frames are bridged by the host attachment";
static const char no_cdp[] = "no frames are sent by the host attachment";

/* Row order is running-config order. */
const struct cmd bridge_cmds[] = {
	{ .syntax = "bridge aging-time <seconds:uint:10-1000000>",
	  .help = "Bridging and spanning tree\n"
		  "Life of learnt MAC addresses\n"
		  "Seconds, default 300",
	  .no = "no bridge aging-time",
	  .set = KEPT(.dflt = "300"),
	  .host_inert = no_frames },
	{ .syntax = "bridge bpdu-guard {enabled|disabled}",
	  .help = "Shut a Port Fast port that hears BPDUs\n"
		  "Shut it\n"
		  "Leave it open",
	  .set = KEPT(.dflt = "disabled"),
	  .host_inert = no_frames },
	{ .syntax = "bridge forward-time <seconds:uint:4-30>",
	  .help = "Spanning-tree forward delay\n"
		  "Seconds, default 4",
	  .no = "no bridge forward-time",
	  .set = KEPT(.dflt = "4"),
	  .host_inert = no_frames },
	{ .syntax = "bridge hello-time <seconds:uint:1-10>",
	  .help = "Time between spanning-tree hellos\n"
		  "Seconds, default 1",
	  .no = "no bridge hello-time",
	  .set = KEPT(.dflt = "1"),
	  .host_inert = no_frames },
	{ .syntax = "bridge max-age <seconds:uint:6-40>",
	  .help = "Life of spanning-tree information\n"
		  "Seconds, default 6",
	  .no = "no bridge max-age",
	  .set = KEPT(.dflt = "6"),
	  .host_inert = no_frames },
	{ .syntax = "bridge priority <priority:uint:0-65535>",
	  .help = "Spanning-tree priority of the switch\n"
		  "Priority, default 32768",
	  .no = "no bridge priority",
	  .set = KEPT(.dflt = "32768"),
	  .host_inert = no_frames },
	{ .syntax = "bridge spanning-tree {enabled|disabled}",
	  .help = "Spanning tree on the whole switch\n"
		  "Run it\n"
		  "Do not run it",
	  .set = KEPT(.dflt = "enabled"),
	  .host_inert = no_frames },
	{ .syntax = "cdp run",
	  .help = "Cisco Discovery Protocol\n"
		  "Announce this switch to its neighbours",
	  .no = "no cdp run",
	  .set = KEPT(),
	  .host_inert = no_cdp },
	{ .syntax = "cdp holdTime <seconds:uint:10-255>",
	  .help = "How long neighbours keep what they heard\n"
		  "Seconds, default 180",
	  .no = "no cdp holdTime",
	  .set = KEPT(.dflt = "180"),
	  .host_inert = no_cdp },
	{ .syntax = "cdp timer <seconds:uint:5-254>",
	  .help = "Time between announcements\n"
		  "Seconds, default 60",
	  .no = "no cdp timer",
	  .set = KEPT(.dflt = "60"),
	  .host_inert = no_cdp },
	{ .syntax = "setspan src_port <from:port> dest_port <to:port> "
		    "{copyBoth|copyTxOnly|copyRxOnly}",
	  .help = "Mirror a port\n"
		  "Port whose frames are copied\n"
		  "Port\n"
		  "Port that they are copied to\n"
		  "Port\n"
		  "All frames\n"
		  "Frames that are sent\n"
		  "Frames that are received",
	  .no = "no setspan src_port <from:port> dest_port <to:port>",
	  .set = KEPT(.keys = 3, .max = 1, .noun = "mirrored port",
		      .check = span_check),
	  .host_inert = no_frames },
	{ 0 },
};

const struct cmd ports_cmds[] = {
	{ .syntax = "admin-shutdown",
	  .help = "Shut all ports but the management port",
	  .run = ports_shut,
	  .no = "no admin-shutdown",
	  .clear = ports_open },
	{ 0 },
};
