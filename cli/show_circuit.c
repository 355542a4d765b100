/*
 * show circuits, show ip interfaces and show trunk: what bridge vlan lines and
 * circuits make of the ports (platform.md 5.4).
 */
#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "cli/ports.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/circuit.h"
#include "emu/conf/kept.h"

enum {
	W_CIRCUIT = 15,
	W_STATE = 19,
	W_ADDR = 17,
	W_MEMBER = 15,
	W_LABEL = 21,
};

/* ---- show circuits -------------------------------------------------------- */

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

	if (circuit_is_active(env->chassis, env->conf, ci))
		return has_ip ? "active-ipEnabled" : "active-ipDisabled";
	return has_ip ? "down-ipEnabled" : "down-ipDisabled";
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
	bool more = circuit_next_port(env->chassis, env->conf, ci, &p);

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
		more = more &&
		       circuit_next_port(env->chassis, env->conf, ci, &p);
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
		if (all || circuit_is_active(env->chassis, env->conf, ci))
			circuit_show(env, ci, cli_out(cli));
	}
	return 0;
}

/* The circuit whose mode this is; NULL in other modes. */
static const struct circuit *scope_circuit(const struct cli *cli)
{
	const void *object = cli_object(cli);
	const struct circuit *ci = NULL;

	if (object)
		ci = circuit_find(cli_conf(cli), cli_object_name(cli, 0));
	return (const void *)ci == object ? ci : NULL;
}

static int show_circuits(struct cli *cli, const struct args *a, struct err *err)
{
	const struct circuit *ci = scope_circuit(cli);

	(void)a;
	(void)err;
	if (!ci)
		return circuits_show(cli, false);
	circuits_head(cli_out(cli));
	circuit_show(cli_env(cli), ci, cli_out(cli));
	return 0;
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
	if (ip->broadcast.s_addr != INADDR_BROADCAST)
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
	const char *state = ip->disabled ? "disabled"
			    : circuit_is_active(env->chassis, env->conf, ci)
				    ? "active"
				    : "noCircuit";

	out_puts(o, "\n");
	label(o, "Circuit Name", ci->name);
	label(o, "State", state);
	label(o, "IP Address", str_addr(ip->addr));
	cli_out_mask(cli, ip->prefix_len, mask, sizeof(mask));
	label(o, "Network Mask", mask);
	label(o, "Broadcast Address", str_addr(broadcast_of(ip)));
	label(o, "Redundancy", ci->redundancy ? "Enabled" : "Disabled");
	label(o, "ICMP Redirect", ip->redirects ? "Enabled" : "Disabled");
	label(o, "ICMP Unreachable", ip->unreachables ? "Enabled" : "Disabled");
	label(o, "RIP", kept_on(&ip->kept, "rip") ? "Enabled" : "Disabled");
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

/* ---- show trunk ----------------------------------------------------------- */

static void trunk_show(const struct iface *i, struct out *o)
{
	const struct iface_vlan *v = NULL;

	if (TAILQ_EMPTY(&i->vlans))
		out_printf(o, "%s\n", i->name);
	TAILQ_FOREACH(v, &i->vlans, link) {
		out_col(o, W_MEMBER, "%s", i->name);
		out_col(o, W_CIRCUIT, "VLAN%u", v->vlan);
		out_printf(o, "%s\n", v->is_default ? "Yes" : "No");
	}
}

static int show_trunk(struct cli *cli, const struct args *a, struct err *err)
{
	struct out *o = cli_out(cli);
	struct port p = { 0 };

	if (port_check(cli, a, err) < 0)
		return -1;
	out_col(o, W_MEMBER, "Port");
	out_col(o, W_CIRCUIT, "VLAN");
	out_puts(o, "Default VLAN\n");
	while (port_next_of(cli, a, &p))
		if (p.iface && p.iface->trunk)
			trunk_show(p.iface, o);
	return 0;
}

const struct cmd show_circuit_cmds[] = {
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
	{ .syntax = "show ip interfaces [<name:vlan>]",
	  .help = "IP\n"
		  "Addresses of circuits\n"
		  "Circuit name",
	  .run = show_ip_interfaces },
	{ .syntax = "show trunk [<port:port>]",
	  .help = "Ports that carry several VLANs\n"
		  "Port",
	  .run = show_trunk },
	{ 0 },
};
