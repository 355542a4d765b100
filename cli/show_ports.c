/*
 * show interface, phy, ether-errors, mibii, setspan and isc-ports: the ports
 * themselves (platform.md 1.8).  Figures are those of the data plane
 * (emu/plane/frames.h), states those of cli/ports.h.
 */
#include <stdio.h>
#include <string.h>

#include "chassis/chassis.h"
#include "cli/cmd.h"
#include "cli/columns.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "cli/ports.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/wall.h"
#include "emu/conf/circuit.h"
#include "emu/conf/global.h"
#include "emu/conf/kept.h"

enum {
	W_PORT = 16,
	W_IFINDEX = 8,
	W_TYPE = 8,
	W_OPER = 6,
	W_ADMIN = 10,
	/* show phy */
	W_PHY_NAME = 15,
	W_SPEED = 16,
	W_DUPLEX = 15,
	W_ACTUAL = 10,
	W_LINK = 7,
	W_REV = 5,
	/* counters, two a line */
	W_COUNTER = 30,
	W_COUNT = -12,
	W_GAP = 4,
	W_CVT = -13,
	W_SPAN = 14,
};

/* ---- show interface ------------------------------------------------------- */

struct iface_row {
	const char *name, *type;
	unsigned ifindex;
	bool up, enabled;
	time_t since;
};

static void iface_show(const struct iface_row *r, struct out *o)
{
	char when[WALL_TEXT_LEN + 1];

	out_col(o, W_PORT, "%s", r->name);
	out_col(o, W_IFINDEX, "%u", r->ifindex);
	out_col(o, W_TYPE, "%s", r->type);
	out_col(o, W_OPER, "%s", r->up ? "Up" : "Down");
	out_col(o, W_ADMIN, "%s", r->enabled ? "Enable" : "Shut");
	out_printf(o, "%s\n", wall_text(r->since, when));
}

static void port_show(const struct env *env, const struct port *p,
		      struct out *o)
{
	struct iface_row r = { .name = p->name,
			       .type = p->type,
			       .ifindex = p->ifindex,
			       .up = port_is_up(p),
			       .enabled = !port_is_shut(p),
			       .since = port_changed(env, p) };

	iface_show(&r, o);
}

/* The management port is not attached to anything; the console always is. */
static void fixed_ports(const struct env *env, unsigned last, const char *name,
			struct out *o)
{
	const struct iface *mgmt = iface_find(env->conf, "Ethernet-Mgmt");
	struct iface_row rows[] = {
		{ .name = "Ethernet-Mgmt",
		  .type = "fe",
		  .ifindex = last + 1,
		  .enabled = !mgmt || !mgmt->admin_shutdown },
		{ .name = "console",
		  .type = "console",
		  .ifindex = last + 2,
		  .up = true,
		  .enabled = true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		rows[i].since = env->boot_time;
		if (!name || str_ieq(name, rows[i].name))
			iface_show(&rows[i], o);
	}
}

static void iface_head(struct out *o)
{
	out_col(o, W_PORT, "Name");
	out_col(o, W_IFINDEX, "ifIndex");
	out_col(o, W_TYPE, "Type");
	out_col(o, W_OPER, "Oper");
	out_col(o, W_ADMIN, "Admin");
	out_puts(o, "Last Change\n");
}

static int show_interface(struct cli *cli, const struct args *a,
			  struct err *err)
{
	const struct env *env = cli_env(cli);
	const char *name = arg_word(a, "port");
	struct out *o = cli_out(cli);
	struct port p = { 0 };

	if (name && !str_ieq(name, "Ethernet-Mgmt") &&
	    !str_ieq(name, "console") && port_check(cli, a, err))
		return -1;
	iface_head(o);
	while (port_next(env->chassis, env->conf, &p)) {
		if (!name || str_ieq(name, p.name))
			port_show(env, &p, o);
	}
	fixed_ports(env, p.ifindex, name, o);
	return 0;
}

/* ---- show phy ------------------------------------------------------------- */

/* What `phy` of interface mode says, in the words of show phy. */
static const struct phy {
	const char *prefix, *speed;
} phys[] = {
	{ "10Mbits", "10Mb" },
	{ "100Mbits", "100Mb" },
	{ "1Gbits", "1Gb" },
};

static const struct phy *phy_of(const struct port *p)
{
	const char *word = p->iface ? p->iface->phy : "";

	for (size_t i = 0; i < sizeof(phys) / sizeof(*phys); i++)
		if (str_has_prefix(word, phys[i].prefix) &&
		    word[strlen(phys[i].prefix)] == '-')
			return &phys[i];
	return NULL; /* negotiated */
}

/* Nothing negotiates with a port, whatever it is attached to: it has the best that
 * it can do. */
static void phy_show(const struct port *p, struct out *o)
{
	const struct phy *phy = phy_of(p);
	const char *best = !strcmp(p->type, "ge") ? "1Gb" : "100Mb";
	bool half = phy && strstr(p->iface->phy, "-HD");

	out_col(o, W_PHY_NAME, "%s", p->name);
	out_col(o, W_SPEED, "%s", phy ? phy->speed : "Auto-Negotiate");
	out_col(o, W_DUPLEX, "%s",
		!phy   ? "Auto-Negotiate"
		: half ? "Half"
		       : "Full");
	out_col(o, W_ACTUAL, "%s", phy ? phy->speed : best);
	out_col(o, W_ACTUAL, "%s", half ? "Half" : "Full");
	out_col(o, W_LINK, "%s", port_is_up(p) ? "Up" : "Down");
	out_col(o, W_REV, "0");
	out_printf(o, "%s\n", phy ? "No" : "Yes");
}

static int show_phy(struct cli *cli, const struct args *a, struct err *err)
{
	struct out *o = cli_out(cli);
	struct port p = { 0 };

	if (port_check(cli, a, err))
		return -1;
	out_puts(o, "               Configured      Configured     Actual    "
		    "Actual                Partner\n"
		    "Name           Speed           Duplex         Speed     "
		    "Duplex    Link   Rev  Auto\n"
		    "--------------------------------------------------------"
		    "-----------------------------\n");
	while (port_next_of(cli, a, &p))
		phy_show(&p, o);
	return 0;
}

/* ---- show ether-errors ---------------------------------------------------- */

struct counter_row {
	const char *label;
	enum port_counter counter;
};

static const struct counter_row errors[] = {
	{ "Alignment Errors", PORT_ALIGNMENT },
	{ "FCS Errors", PORT_FCS },
	{ "Single Collision Frames", PORT_SINGLE_COLLISION },
	{ "Multiple Collision Frames", PORT_MULTIPLE_COLLISION },
	{ "SQE Test Errors", PORT_SQE_TEST },
	{ "Deferred Transmissions", PORT_DEFERRED },
	{ "Late Collisions", PORT_LATE_COLLISION },
	{ "Excessive Collisions", PORT_EXCESS_COLLISION },
	{ "Internal MAC Transmit Errors", PORT_MAC_TRANSMIT },
	{ "Carrier Sense Errors", PORT_CARRIER_SENSE },
	{ "Frame Too Longs", PORT_TOO_LONG },
	{ "Internal MAC Receive Errors", PORT_MAC_RECEIVE },
};

static void errors_show(const struct env *env, const struct port *p,
			struct out *o)
{
	struct port_counters c;

	port_counters(env, p, &c);
	out_printf(o, "\nErrors for Interface %s\n", p->name);
	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
		if (i % 2)
			out_col(o, W_GAP, "%s", "");
		out_col(o, W_COUNTER, "%s:", errors[i].label);
		out_col(o, W_COUNT, "%llu",
			(unsigned long long)c.n[errors[i].counter]);
		if (i % 2)
			out_puts(o, "\n");
	}
}

static int ether_errors(struct cli *cli, const struct args *a, bool zero,
			struct err *err)
{
	const struct env *env = cli_env(cli);
	struct port p = { 0 };

	if (port_check(cli, a, err))
		return -1;
	while (port_next_of(cli, a, &p)) {
		errors_show(env, &p, cli_out(cli));
		if (zero && env->plane)
			plane_zero_port(env->plane, p.slot, p.number,
					PORT_ETHER);
	}
	return 0;
}

static int show_errors(struct cli *cli, const struct args *a, struct err *err)
{
	return ether_errors(cli, a, false, err);
}

static int zero_errors(struct cli *cli, const struct args *a, struct err *err)
{
	return ether_errors(cli, a, true, err);
}

static int clear_statistics(struct cli *cli, const struct args *a,
			    struct err *err)
{
	const struct env *env = cli_env(cli);
	struct port p = { 0 };

	if (port_check(cli, a, err))
		return -1;
	while (env->plane && port_next_of(cli, a, &p))
		plane_zero_port(env->plane, p.slot, p.number, PORT_RMON);
	return 0;
}

/* ---- show mibii ----------------------------------------------------------- */

static const struct {
	struct counter_row in, out;
} mibii_rows[] = {
	{ { "In Octets", PORT_IN_OCTETS }, { "Out Octets", PORT_OUT_OCTETS } },
	{ { "In Unicast", PORT_IN_UCAST }, { "Out Unicast", PORT_OUT_UCAST } },
	{ { "In Multicast", PORT_IN_NUCAST },
	  { "Out Multicast", PORT_OUT_NUCAST } },
	{ { "In Errors", PORT_IN_ERRORS }, { "Out Errors", PORT_OUT_ERRORS } },
	{ { "In Discards", PORT_IN_DISCARDS },
	  { "Out Discards", PORT_OUT_DISCARDS } },
	{ { "In Unknown", PORT_IN_UNKNOWN }, { "Queue Len", PORT_OUT_QUEUE } },
};

#define ETHERNET_MTU 1500

static const char *speed_bits(const struct port *p)
{
	const struct phy *phy = phy_of(p);
	const char *name = phy			    ? phy->speed
			   : !strcmp(p->type, "ge") ? "1Gb"
						    : "100Mb";

	return !strcmp(name, "1Gb")    ? "1000000000"
	       : !strcmp(name, "10Mb") ? "10000000"
				       : "100000000";
}

static void mibii_show(const struct env *env, const struct port *p,
		       struct out *o)
{
	char mac_is[MAC_TEXT_LEN + 1];
	uint8_t mac[6];
	struct port_counters c;
	char text[2][24], when[WALL_TEXT_LEN + 1];

	port_counters(env, p, &c);
	port_mac(env->chassis, p, mac);
	out_puts(o, "\n");
	col_line(o, COL_NARROW, "Interface", "%s", p->name);
	col_pair(o, COL_NARROW, "MAC", str_mac(mac, mac_is), "Last Change",
		 wall_text(port_changed(env, p), when));
	col_pair(o, COL_NARROW, "Administrative",
		 port_is_shut(p) ? "Disabled" : "Enabled", "Operational",
		 port_is_up(p) ? "Up" : "Down");
	(void)snprintf(text[0], sizeof(text[0]), "%d", ETHERNET_MTU);
	col_pair(o, COL_NARROW, "MTU", text[0], "Speed", speed_bits(p));
	for (size_t i = 0; i < sizeof(mibii_rows) / sizeof(*mibii_rows); i++) {
		(void)snprintf(
			text[0], sizeof(text[0]), "%llu",
			(unsigned long long)c.n[mibii_rows[i].in.counter]);
		(void)snprintf(
			text[1], sizeof(text[1]), "%llu",
			(unsigned long long)c.n[mibii_rows[i].out.counter]);
		col_pair(o, COL_NARROW, mibii_rows[i].in.label, text[0],
			 mibii_rows[i].out.label, text[1]);
	}
}

static int show_mibii(struct cli *cli, const struct args *a, struct err *err)
{
	struct port p = { 0 };

	if (port_check(cli, a, err))
		return -1;
	while (port_next_of(cli, a, &p))
		mibii_show(cli_env(cli), &p, cli_out(cli));
	return 0;
}

/* One line a port: the columns that a collector wants. */
static int show_cvt(struct cli *cli, const struct args *a, struct err *err)
{
	static const enum port_counter cols[] = {
		PORT_IN_OCTETS,	 PORT_IN_UCAST,	 PORT_IN_ERRORS,
		PORT_OUT_OCTETS, PORT_OUT_UCAST, PORT_OUT_ERRORS
	};
	const struct env *env = cli_env(cli);
	struct out *o = cli_out(cli);
	struct port_counters c;
	struct port p = { 0 };

	(void)a;
	(void)err;
	out_col(o, W_PHY_NAME, "Name");
	out_puts(o, "   In Octets   In Unicast    In Errors   Out Octets"
		    "  Out Unicast   Out Errors\n");
	while (port_next(env->chassis, env->conf, &p)) {
		port_counters(env, &p, &c);
		out_col(o, W_PHY_NAME, "%s", p.name);
		for (size_t i = 0; i < sizeof(cols) / sizeof(*cols); i++)
			out_col(o, W_CVT, "%llu",
				(unsigned long long)c.n[cols[i]]);
		out_puts(o, "\n");
	}
	return 0;
}

/* ---- show setspan, isc-ports ---------------------------------------------- */

static int show_setspan(struct cli *cli, const struct args *a, struct err *err)
{
	const struct settings *kept = &cli_conf(cli)->global->kept;
	struct out *o = cli_out(cli);
	struct kept_line l;

	(void)a;
	(void)err;
	out_col(o, W_SPAN, "Source Port");
	out_col(o, W_SPAN + 4, "Destination Port");
	out_puts(o, "Copy\n");
	for (size_t i = 0; kept_line(kept, "setspan src_port", i, &l); i++) {
		out_col(o, W_SPAN, "%s", kept_word(&l, 0, "-"));
		out_col(o, W_SPAN + 4, "%s", kept_after(&l, "dest_port", "-"));
		out_printf(o, "%s\n", l.word[l.n - 1]);
	}
	return 0;
}

static void isc_show(const struct env *env, bool first, struct out *o)
{
	struct port p = { 0 };

	while (port_next(env->chassis, env->conf, &p)) {
		bool marked = p.iface &&
			      (first ? p.iface->isc_one : p.iface->isc_two);

		if (!marked)
			continue;
		out_col(o, W_PORT, "%s",
			first ? "ISC Port One" : "ISC Port Two");
		out_col(o, W_PORT, "%s", p.name);
		out_printf(o, "%s\n", port_is_up(&p) ? "Up" : "Down");
	}
}

static int show_isc(struct cli *cli, const struct args *a, struct err *err)
{
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	out_col(o, W_PORT, "ISC Port");
	out_col(o, W_PORT, "Interface");
	out_puts(o, "State\n");
	isc_show(cli_env(cli), true, o);
	isc_show(cli_env(cli), false, o);
	return 0;
}

const struct cmd clear_ports_cmds[] = {
	{ .syntax = "clear statistics <port:port>",
	  .help = "Clear the RMON counters of a port\n"
		  "Port name",
	  .run = clear_statistics },
	{ 0 },
};

const struct cmd show_ports_cmds[] = {
	{ .syntax = "show interface [<port:port>]",
	  .help = "Ports\n"
		  "Port name",
	  .run = show_interface },
	{ .syntax = "show phy [<port:port>]",
	  .help = "Speed, duplex and link of ports\n"
		  "Port name",
	  .run = show_phy },
	{ .syntax = "show ether-errors [<port:port>]",
	  .help = "Ethernet errors\n"
		  "Port name",
	  .run = show_errors },
	{ .syntax = "show ether-errors zero [<port:port>]",
	  .help = "Print the counters, then clear them\n"
		  "Port name",
	  .run = zero_errors },
	{ .syntax = "show mibii [<port:port>]",
	  .help = "MIB-II counters of ports\n"
		  "Port name",
	  .run = show_mibii },
	{ .syntax = "show mibii cvt",
	  .help = "In a table, one line a port",
	  .run = show_cvt },
	{ .syntax = "show setspan",
	  .help = "Mirrored ports",
	  .run = show_setspan },
	{ .syntax = "show isc-ports",
	  .help = "Ports of the inter-switch communication link",
	  .run = show_isc },
	{ 0 },
};
