/* Commands of global configuration: bridging and neighbours (platform.md 5.5). */
#include "cli/cmd.h"
#include "cli/modes.h"
#include "cli/setting.h"
#include "emu/conf/global.h"

#define KEPT(...)                                                              \
	&(const struct setting)                                                \
	{                                                                      \
		.global = true, SETTING_AT(struct global, kept), __VA_ARGS__   \
	}

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
	  .inert = no_frames },
	{ .syntax = "bridge bpdu-guard {enabled|disabled}",
	  .help = "Shut a Port Fast port that hears BPDUs\n"
		  "Shut it\n"
		  "Leave it open",
	  .set = KEPT(.dflt = "disabled"),
	  .inert = no_frames },
	{ .syntax = "bridge forward-time <seconds:uint:4-30>",
	  .help = "Spanning-tree forward delay\n"
		  "Seconds, default 4",
	  .no = "no bridge forward-time",
	  .set = KEPT(.dflt = "4"),
	  .inert = no_frames },
	{ .syntax = "bridge hello-time <seconds:uint:1-10>",
	  .help = "Time between spanning-tree hellos\n"
		  "Seconds, default 1",
	  .no = "no bridge hello-time",
	  .set = KEPT(.dflt = "1"),
	  .inert = no_frames },
	{ .syntax = "bridge max-age <seconds:uint:6-40>",
	  .help = "Life of spanning-tree information\n"
		  "Seconds, default 6",
	  .no = "no bridge max-age",
	  .set = KEPT(.dflt = "6"),
	  .inert = no_frames },
	{ .syntax = "bridge priority <priority:uint:0-65535>",
	  .help = "Spanning-tree priority of the switch\n"
		  "Priority, default 32768",
	  .no = "no bridge priority",
	  .set = KEPT(.dflt = "32768"),
	  .inert = no_frames },
	{ .syntax = "bridge spanning-tree {enabled|disabled}",
	  .help = "Spanning tree on the whole switch\n"
		  "Run it\n"
		  "Do not run it",
	  .set = KEPT(.dflt = "enabled"),
	  .inert = no_frames },
	{ .syntax = "cdp run",
	  .help = "Cisco Discovery Protocol\n"
		  "Announce this switch to its neighbours",
	  .no = "no cdp run",
	  .set = KEPT(),
	  .inert = no_cdp },
	{ .syntax = "cdp holdTime <seconds:uint:10-255>",
	  .help = "How long neighbours keep what they heard\n"
		  "Seconds, default 180",
	  .no = "no cdp holdTime",
	  .set = KEPT(.dflt = "180"),
	  .inert = no_cdp },
	{ .syntax = "cdp timer <seconds:uint:5-254>",
	  .help = "Time between announcements\n"
		  "Seconds, default 60",
	  .no = "no cdp timer",
	  .set = KEPT(.dflt = "60"),
	  .inert = no_cdp },
	{ 0 },
};
