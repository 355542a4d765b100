/*
 * show circuits, show interface, show ip ..., show arp.
 *
 * On the host attachment a port has no cable and carries no frames.  It counts
 * as connected: it is Up while its module is in and nobody has shut it.  A
 * circuit is active while one of its ports is Up, and its addresses are those
 * the switch answers on.  Neighbours are the host's business, so the ARP table
 * is empty, and the routing table is what circuits and `ip route` lines give:
 * it picks no way for a packet, but tells which lines the switch could use.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "chassis/chassis.h"
#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/wall.h"
#include "emu/base/xalloc.h"
#include "emu/conf/circuit.h"
#include "emu/conf/global.h"

enum {
	W_PORT = 16,
	W_IFINDEX = 8,
	W_TYPE = 8,
	W_OPER = 6,
	W_ADMIN = 10,
	W_CIRCUIT = 15,
	W_STATE = 19,
	W_ADDR = 17,
	W_MEMBER = 15,
	W_LABEL = 21,
	W_CONFIG = 38,
	W_ROUTE = 20,
	W_GATEWAY = 17,
	W_IF = 6,
	W_KIND = 9,
};

#define IFINDEX_CIRCUIT 1022 /* of the first circuit; ports count from 1 */

/* ---- ports ---------------------------------------------------------------- */

struct port {
	unsigned slot, number, ifindex;
	char name[16];
	const char *type;
	const struct iface *iface; /* borrowed; NULL: no settings of its own */
};

/* Steps to the next port of the chassis; start with a zeroed one. */
static bool port_next(const struct env *env, struct port *p)
{
	const struct chassis *c = env->chassis;

	p->number++;
	while (!chassis_port_name(c, p->slot, p->number, p->name)) {
		if (++p->slot > chassis_model(c)->nslots)
			return false;
		p->number = 1;
	}
	p->ifindex++;
	p->type = card_port_type(chassis_card(c, p->slot)->ops, p->number);
	p->iface = iface_find(env->conf, p->name);
	return true;
}

static bool port_is_up(const struct port *p)
{
	return !p->iface || !p->iface->admin_shutdown;
}

static unsigned port_vlan(const struct port *p)
{
	return p->iface && p->iface->vlan > 0 ? p->iface->vlan : 1;
}

/* ---- show interface ------------------------------------------------------- */

static void when_show(struct out *o, time_t at)
{
	char text[WALL_TEXT_LEN + 1];

	out_printf(o, "%s\n", wall_text(at, text));
}

struct iface_row {
	const char *name, *type;
	unsigned ifindex;
	bool up, enabled;
	time_t since;
};

static void iface_show(const struct iface_row *r, struct out *o)
{
	out_col(o, W_PORT, "%s", r->name);
	out_col(o, W_IFINDEX, "%u", r->ifindex);
	out_col(o, W_TYPE, "%s", r->type);
	out_col(o, W_OPER, "%s", r->up ? "Up" : "Down");
	out_col(o, W_ADMIN, "%s", r->enabled ? "Enable" : "Shut");
	when_show(o, r->since);
}

/* The module's arrival is the last change that is known of a port. */
static void port_show(const struct env *env, const struct port *p,
		      struct out *o)
{
	uint64_t in_ms = chassis_card(env->chassis, p->slot)->inserted_ms;
	uint64_t late_s =
		in_ms > env->boot_ms ? (in_ms - env->boot_ms) / 1000 : 0;
	struct iface_row r = { .name = p->name,
			       .type = p->type,
			       .ifindex = p->ifindex,
			       .up = port_is_up(p),
			       .enabled = port_is_up(p),
			       .since = env->boot_time + (time_t)late_s };

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
	unsigned slot, port;

	if (name && !str_ieq(name, "Ethernet-Mgmt") &&
	    !str_ieq(name, "console") &&
	    !chassis_port_find(env->chassis, name, &slot, &port))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_PORT, name);
	iface_head(o);
	while (port_next(env, &p)) {
		if (!name || str_ieq(name, p.name))
			port_show(env, &p, o);
	}
	fixed_ports(env, p.ifindex, name, o);
	return 0;
}

/* ---- show circuits -------------------------------------------------------- */

static bool circuit_is_active(const struct env *env, const struct circuit *ci)
{
	struct port p = { 0 };

	while (port_next(env, &p)) {
		if (port_vlan(&p) == ci->vlan && port_is_up(&p))
			return true;
	}
	return false;
}

static bool circuit_has_ip(const struct circuit *ci)
{
	const struct circuit_ip *ip = NULL;

	TAILQ_FOREACH(ip, &ci->ips, link) {
		if (!ip->disabled)
			return true;
	}
	return false;
}

static const char *circuit_state(const struct env *env,
				 const struct circuit *ci)
{
	bool has_ip = circuit_has_ip(ci);

	if (circuit_is_active(env, ci))
		return has_ip ? "active-ipEnabled" : "active-ipDisabled";
	return has_ip ? "down-ipEnabled" : "down-ipDisabled";
}

static bool port_next_of(const struct env *env, const struct circuit *ci,
			 struct port *p)
{
	while (port_next(env, p)) {
		if (port_vlan(p) == ci->vlan)
			return true;
	}
	return false;
}

static void port_cols(const struct port *p, struct out *o)
{
	out_col(o, W_MEMBER, "%s", p->name);
	out_puts(o, port_is_up(p) ? "Up" : "Down");
}

/* Addresses and ports go down side by side, as many lines as the longer needs. */
static void circuit_show(const struct env *env, const struct circuit *ci,
			 struct out *o)
{
	const struct circuit_ip *ip = TAILQ_FIRST(&ci->ips);
	struct port p = { 0 };
	bool more = port_next_of(env, ci, &p);

	out_col(o, W_CIRCUIT, "%s", ci->name);
	out_col(o, W_STATE, "%s", circuit_state(env, ci));
	for (int line = 0; line == 0 || ip || more; line++) {
		if (line > 0)
			out_col(o, W_CIRCUIT + W_STATE, "%s", "");
		out_col(o, more ? W_ADDR : 1, "%s",
			ip ? str_addr(ip->addr) : "");
		if (more)
			port_cols(&p, o);
		out_puts(o, "\n");
		ip = ip ? TAILQ_NEXT(ip, link) : NULL;
		more = more && port_next_of(env, ci, &p);
	}
}

static void circuits_head(struct out *o)
{
	out_col(o, W_CIRCUIT, "Circuit Name");
	out_col(o, W_STATE, "Circuit State");
	out_col(o, W_ADDR, "IP Address");
	out_col(o, W_MEMBER, "Interface(s)");
	out_puts(o, "Operational Status\n");
}

static int circuits_show(struct cli *cli, bool all)
{
	const struct env *env = cli_env(cli);
	const struct circuit *ci = NULL;

	circuits_head(cli_out(cli));
	TAILQ_FOREACH(ci, &env->conf->circuits, link) {
		if (all || circuit_is_active(env, ci))
			circuit_show(env, ci, cli_out(cli));
	}
	return 0;
}

static int show_circuits(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	return circuits_show(cli, false);
}

static int show_circuits_all(struct cli *cli, const struct args *a,
			     struct err *err)
{
	(void)a;
	(void)err;
	return circuits_show(cli, true);
}

static int show_circuits_one(struct cli *cli, const struct args *a,
			     struct err *err)
{
	const struct env *env = cli_env(cli);
	const char *name = arg_word(a, "name");
	const struct circuit *ci = circuit_find(env->conf, name);

	if (!ci)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "circuit",
			       name);
	circuits_head(cli_out(cli));
	circuit_show(env, ci, cli_out(cli));
	return 0;
}

/* ---- show ip interfaces --------------------------------------------------- */

static void label(struct out *o, const char *name, const char *value)
{
	out_col(o, W_LABEL, "%s:", name);
	out_printf(o, "%s\n", value);
}

static struct in_addr broadcast_of(const struct circuit_ip *ip)
{
	if (ip->broadcast.s_addr != INADDR_ANY)
		return ip->broadcast;
	return (struct in_addr){
		.s_addr = ip->addr.s_addr | ~str_mask_of(ip->prefix_len).s_addr
	};
}

static void ip_block(struct cli *cli, const struct circuit *ci,
		     const struct circuit_ip *ip)
{
	const struct env *env = cli_env(cli);
	struct out *o = cli_out(cli);
	char mask[INET_ADDRSTRLEN];
	const char *state = ip->disabled		 ? "disabled"
			    : circuit_is_active(env, ci) ? "active"
							 : "noCircuit";

	out_puts(o, "\n");
	label(o, "Circuit Name", ci->name);
	label(o, "State", state);
	label(o, "IP Address", str_addr(ip->addr));
	cli_out_mask(cli, ip->prefix_len, mask, sizeof(mask));
	label(o, "Network Mask", mask);
	label(o, "Broadcast Address", str_addr(broadcast_of(ip)));
	label(o, "Redundancy", ci->redundancy ? "Enabled" : "Disabled");
	label(o, "ICMP Redirect", ip->no_redirects ? "Disabled" : "Enabled");
	label(o, "ICMP Unreachable",
	      ip->no_unreachables ? "Disabled" : "Enabled");
	label(o, "RIP", "Disabled");
}

static int show_ip_interfaces(struct cli *cli, const struct args *a,
			      struct err *err)
{
	const struct env *env = cli_env(cli);
	const char *name = arg_word(a, "name");
	const struct circuit *ci = NULL;
	const struct circuit_ip *ip = NULL;

	if (name && !circuit_find(env->conf, name))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "circuit",
			       name);
	TAILQ_FOREACH(ci, &env->conf->circuits, link) {
		if (name && !str_ieq(name, ci->name))
			continue;
		TAILQ_FOREACH(ip, &ci->ips, link)
			ip_block(cli, ci, ip);
	}
	return 0;
}

/* ---- the routing table ---------------------------------------------------- */

struct route_row {
	struct in_addr net, gateway;
	uint8_t prefix_len;
	bool is_local, blackhole;
	time_t since; /* conf_clock() */
	unsigned ifindex;
};

struct routes {
	struct route_row *row; /* owned */
	size_t n;
	unsigned unreachable; /* lines whose gateway no circuit reaches */
};

static struct in_addr net_of(struct in_addr a, uint8_t prefix_len)
{
	a.s_addr &= str_mask_of(prefix_len).s_addr;
	return a;
}

static bool covers(const struct route_row *r, struct in_addr a)
{
	return net_of(a, r->prefix_len).s_addr == r->net.s_addr;
}

static void routes_add(struct routes *t, const struct route_row *r)
{
	t->row = xrealloc(t->row, (t->n + 1) * sizeof(*t->row));
	t->row[t->n++] = *r;
}

static void add_local(const struct env *env, struct routes *t)
{
	const struct circuit *ci = NULL;
	const struct circuit_ip *ip = NULL;
	unsigned ifindex = IFINDEX_CIRCUIT;

	TAILQ_FOREACH(ci, &env->conf->circuits, link) {
		bool active = circuit_is_active(env, ci);

		TAILQ_FOREACH(ip, &ci->ips, link) {
			struct route_row r = {
				.net = net_of(ip->addr, ip->prefix_len),
				.gateway = ip->addr,
				.prefix_len = ip->prefix_len,
				.since = ip->since,
				.is_local = true,
				.ifindex = ifindex,
			};

			if (active && !ip->disabled)
				routes_add(t, &r);
		}
		ifindex++;
	}
}

/* The circuit that a gateway is on; 0: none, so the line is of no use. */
static unsigned way_to(const struct routes *t, size_t nlocal,
		       struct in_addr gateway)
{
	for (size_t i = 0; i < nlocal; i++) {
		if (covers(&t->row[i], gateway))
			return t->row[i].ifindex;
	}
	return 0;
}

static void add_static(const struct conf *conf, struct routes *t)
{
	const struct route *line = NULL;
	size_t nlocal = t->n;

	TAILQ_FOREACH(line, &conf->global->routes, link) {
		struct route_row r = {
			.net = line->net,
			.gateway = line->gateway,
			.prefix_len = line->prefix_len,
			.since = line->since,
			.blackhole = line->blackhole,
			.ifindex = way_to(t, nlocal, line->gateway),
		};

		if (r.ifindex > 0 || r.blackhole)
			routes_add(t, &r);
		else
			t->unreachable++;
	}
}

static int by_net(const void *x, const void *y)
{
	const struct route_row *a = x, *b = y;
	uint32_t na = ntohl(a->net.s_addr), nb = ntohl(b->net.s_addr);

	if (na != nb)
		return na < nb ? -1 : 1;
	return (int)a->prefix_len - (int)b->prefix_len;
}

static struct routes routes_of(const struct env *env)
{
	struct routes t = { 0 };

	add_local(env, &t);
	add_static(env->conf, &t);
	if (t.n > 0)
		qsort(t.row, t.n, sizeof(*t.row), by_net);
	return t;
}

static void route_show(const struct route_row *r, struct out *o)
{
	char net[32];

	(void)snprintf(net, sizeof(net), "%s/%u", str_addr(r->net),
		       r->prefix_len);
	out_col(o, W_ROUTE, "%s", net);
	out_col(o, W_GATEWAY, "%s",
		r->blackhole ? "blackhole" : str_addr(r->gateway));
	out_col(o, W_IF, "%u", r->ifindex);
	out_col(o, W_KIND, "%s", r->is_local ? "local" : "remote");
	out_col(o, W_KIND, "%s", r->is_local ? "local" : "static");
	out_col(o, W_KIND, "%lld", (long long)(conf_clock() - r->since));
	out_puts(o, "0\n");
}

enum pick { PICK_ALL, PICK_LOCAL, PICK_STATIC };

static void routes_show(struct cli *cli, enum pick pick,
			const struct in_addr *a)
{
	struct routes t = routes_of(cli_env(cli));
	struct out *o = cli_out(cli);

	out_puts(o, "prefix/length       next hop         if    type     proto"
		    "    age      metric\n"
		    "------------------- ---------------- ----- -------- "
		    "-------- -------- -----------\n");
	for (size_t i = 0; i < t.n; i++) {
		const struct route_row *r = &t.row[i];

		if (pick != PICK_ALL && (pick == PICK_LOCAL) != r->is_local)
			continue;
		if (!a || covers(r, *a))
			route_show(r, o);
	}
	free(t.row);
}

static int show_routes(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	routes_show(cli,
		    arg_key(a, "local")	   ? PICK_LOCAL
		    : arg_key(a, "static") ? PICK_STATIC
					   : PICK_ALL,
		    NULL);
	return 0;
}

static int show_routes_to(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct in_addr to = arg_addr(a, "ip");

	(void)err;
	routes_show(cli, PICK_ALL, &to);
	return 0;
}

static int show_routes_summary(struct cli *cli, const struct args *a,
			       struct err *err)
{
	struct routes t = routes_of(cli_env(cli));
	struct out *o = cli_out(cli);
	size_t local = 0;

	(void)a;
	(void)err;
	for (size_t i = 0; i < t.n; i++)
		local += t.row[i].is_local;
	out_printf(o, "local routes:   %zu\nstatic routes:  %zu\n", local,
		   t.n - local);
	free(t.row);
	return 0;
}

static int show_ip_summary(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct routes t = routes_of(cli_env(cli));
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	out_printf(o, "Reachable Routes: %zu\n", t.n);
	out_printf(o, "Total Routes:     %zu\n", t.n + t.unreachable);
	out_puts(o, "Reachable Hosts:  0\nTotal Hosts:      0\n");
	free(t.row);
	return 0;
}

/* ---- show ip config, show arp --------------------------------------------- */

/* The product's settings, none of which a command changes here yet. */
static const char *const ip_settings[][2] = {
	{ "Source Routing", "disabled" },
	{ "Forward IP Broadcasts", "disabled" },
	{ "Orphaned Route Timer", "180" },
	{ "Record Routing", "disabled" },
	{ "Multiple Equal Cost Path Algorithm", "address" },
	{ "IP Route Change Logging", "disabled" },
	{ "Unconditional Bridging", "disabled" },
	{ "Opportunistic Layer 3 Forwarding", "local" },
	{ "Implicit Service for Static Routes", "disabled" },
};

static int show_ip_config(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	for (size_t i = 0; i < sizeof(ip_settings) / sizeof(*ip_settings);
	     i++) {
		out_col(o, W_CONFIG, "%s:", ip_settings[i][0]);
		out_printf(o, "%s\n", ip_settings[i][1]);
	}
	return 0;
}

static int show_arp(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	out_puts(cli_out(cli),
		 "IP Address      MAC Address        Type     Port\n");
	return 0;
}

const struct cmd show_ip_cmds[] = {
	{ .syntax = "show circuits",
	  .help = "Circuits that are up",
	  .run = show_circuits },
	{ .syntax = "show circuits all",
	  .help = "Every circuit",
	  .run = show_circuits_all },
	{ .syntax = "show circuits name <name:vlan>",
	  .help = "One circuit\n"
		  "Circuit name",
	  .run = show_circuits_one },
	{ .syntax = "show interface [<port:port>]",
	  .help = "Ports\n"
		  "Port name",
	  .run = show_interface },
	{ .syntax = "show ip", .help = "IP" },
	{ .syntax = "show ip interfaces [<name:vlan>]",
	  .help = "Addresses of circuits\n"
		  "Circuit name",
	  .run = show_ip_interfaces },
	{ .syntax = "show ip routes [{local|static}]",
	  .help = "Routing table\n"
		  "Networks of circuits\n"
		  "Routes from ip route lines",
	  .run = show_routes },
	{ .syntax = "show ip routes <ip:addr>",
	  .help = "Routes to a host",
	  .run = show_routes_to },
	{ .syntax = "show ip routes summary",
	  .help = "Counts of routes",
	  .run = show_routes_summary },
	{ .syntax = "show ip config",
	  .help = "Global IP settings",
	  .run = show_ip_config },
	{ .syntax = "show ip summary",
	  .help = "Counts of routes and hosts",
	  .run = show_ip_summary },
	{ .syntax = "show arp", .help = "ARP table", .run = show_arp },
	{ 0 },
};
