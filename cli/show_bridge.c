/*
 * show bridge, show cdp and show dhcp-relay-agent: what runs on the frames of
 * ports (platform.md 5.4, 5.5).
 *
 * On the host attachment no frame passes a port.  So nothing is learnt, no other
 * bridge is heard, and the switch is the root of every spanning tree.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chassis/chassis.h"
#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "cli/ports.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/circuit.h"
#include "emu/conf/global.h"
#include "emu/conf/kept.h"
#include "emu/wire/wire.h"

enum {
	W_VLAN = 7,
	W_MAC = 20,
	W_PORT = 8,
	W_STATE = 10,
	W_ID = 25,
	W_COST = 7,
	W_PARAM = 26,
	W_FAST = 15,
	W_CIRCUIT = 16,
};

#define PRIORITY_DFLT	   32768
#define PORT_PRIORITY_DFLT 128

/* ---- show bridge forwarding ----------------------------------------------- */

static int vlan_check(const struct cli *cli, unsigned long vlan,
		      struct err *err)
{
	char name[16];

	(void)snprintf(name, sizeof(name), "VLAN%lu", vlan);
	if (vlan && !circuit_find(cli_conf(cli), name))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "VLAN",
			       name + strlen("VLAN"));
	return 0;
}

static void learnt_show(struct wire *w, unsigned vlan, struct out *o)
{
	size_t n = 0;
	struct bridge_entry *e = wire_bridge(w, vlan, &n);
	char text[MAC_TEXT_LEN + 1];

	for (size_t i = 0; i < n; i++) {
		out_col(o, W_VLAN, "%u", e[i].vlan);
		out_col(o, W_MAC, "%s", str_mac(e[i].mac, text));
		out_printf(o, "%s\n", wire_port_name(w, e[i].port));
	}
	free(e);
}

static int show_forwarding(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct wire *w = cli_env(cli)->wire;
	unsigned long vlan = arg_uint(a, "vlan", 0);
	struct out *o = cli_out(cli);

	if (vlan_check(cli, vlan, err) < 0)
		return -1;
	out_col(o, W_VLAN, "VLAN");
	out_col(o, W_MAC, "MAC Address");
	out_puts(o, "Port Number\n");
	if (w)
		learnt_show(w, (unsigned)vlan, o);
	return 0;
}

/* ---- show bridge status --------------------------------------------------- */

#define ID_TEXT_LEN 23 /* priority and MAC address: 80-00-00-10-58-00-12-ca */

static const char *id_text(const struct stp_id *id, char text[ID_TEXT_LEN + 1])
{
	char mac[MAC_TEXT_LEN + 1];

	(void)snprintf(text, ID_TEXT_LEN + 1, "%02x-%02x-%s", id->priority >> 8,
		       id->priority & 0xff, str_mac(id->mac, mac));
	return text;
}

static bool stp_is_on(const struct env *env)
{
	return strcmp(kept_value(&env->conf->global->kept,
				 "bridge spanning-tree", "enabled"),
		      "disabled") != 0;
}

/* Nobody else is heard: the switch is the root. */
static void tree_alone(const struct env *env, struct stp_info *t)
{
	const struct settings *kept = &env->conf->global->kept;
	unsigned long priority =
		settings_uint(kept, "bridge priority", PRIORITY_DFLT);

	*t = (struct stp_info){
		.id.priority = (uint16_t)priority,
		.root_port = -1,
		.max_age_s = (uint16_t)settings_uint(kept, "bridge max-age", 6),
		.hello_s =
			(uint16_t)settings_uint(kept, "bridge hello-time", 1),
		.forward_s =
			(uint16_t)settings_uint(kept, "bridge forward-time", 4),
	};
	memcpy(t->id.mac, chassis_mac(env->chassis), sizeof(t->id.mac));
	t->root = t->id;
}

static void tree_of(const struct env *env, unsigned vlan, struct stp_info *t)
{
	if (!env->wire || !wire_stp(env->wire, vlan, t))
		tree_alone(env, t);
}

/* What a port is for one VLAN: on a trunk each has settings of its own. */
struct member {
	unsigned cost; /* 0: by speed */
	unsigned priority;
};

static struct member member_of(const struct port *p, unsigned vlan)
{
	const struct iface_vlan *v = p->iface && p->iface->trunk
					     ? iface_vlan_find(p->iface, vlan)
					     : NULL;

	if (v)
		return (struct member){ v->bridge_pathcost,
					v->bridge_priority };
	if (p->iface)
		return (struct member){ p->iface->bridge_pathcost,
					p->iface->bridge_priority };
	return (struct member){ 0, PORT_PRIORITY_DFLT };
}

/* By speed, unless it is configured (IEEE 802.1D-1998, table 8-5). */
static unsigned cost_of(const struct port *p, const struct member *m)
{
	return m->cost ? m->cost : strcmp(p->type, "ge") ? 19 : 4;
}

/* A port that no frame passes, or of the switch alone. */
static void port_alone(const struct stp_info *t, const struct port *p,
		       unsigned vlan, struct stp_port_info *i)
{
	struct member m = member_of(p, vlan);

	*i = (struct stp_port_info){
		.state = port_is_up(p) ? STP_FORWARD : STP_DISABLED,
		.designated_root = t->root,
		.designated_bridge = t->id,
		.designated_port =
			(uint16_t)(m.priority << 8 | (p->ifindex & 0xff)),
		.cost = cost_of(p, &m),
	};
}

static void port_row(const struct env *env, const struct stp_info *t,
		     const struct port *p, unsigned vlan, struct out *o)
{
	struct stp_port_info i;
	char text[ID_TEXT_LEN + 1];

	if (!env->wire ||
	    !wire_stp_port(env->wire, vlan, p->slot, p->number, &i))
		port_alone(t, p, vlan, &i);
	out_col(o, W_PORT, "%s", p->name);
	out_col(o, W_STATE, "%s", stp_state_name(i.state));
	out_col(o, W_ID, "%s", id_text(&i.designated_bridge, text));
	out_col(o, W_ID, "%s", id_text(&i.designated_root, text));
	out_col(o, W_COST, "%u", i.root_cost);
	out_col(o, W_COST, "%u", i.cost);
	out_printf(o, "%04x\n", i.designated_port);
}

static void vlan_show(const struct env *env, const struct circuit *ci,
		      struct out *o)
{
	struct stp_info t;
	struct port p = { 0 };
	char text[ID_TEXT_LEN + 1];

	tree_of(env, ci->vlan, &t);
	out_printf(o, "\n%s\n", ci->name);
	out_printf(o, "STP State:          %s\n",
		   stp_is_on(env) ? "Enabled" : "Disabled");
	out_printf(o,
		   "Root Max Age: %u  Root Hello Time: %u  "
		   "Root Fwd Delay: %u\n",
		   t.max_age_s, t.hello_s, t.forward_s);
	out_printf(o, "Designated Root:    %s\n", id_text(&t.root, text));
	out_printf(o, "Bridge ID:          %s\n\n", id_text(&t.id, text));
	out_puts(o, "                  Designated               Designated"
		    "               Root   Port   Desg\n"
		    "Port    State     Bridge                   Root"
		    "                     Cost   Cost   Port\n");
	while (circuit_next_port(env->chassis, env->conf, ci, &p))
		port_row(env, &t, &p, ci->vlan, o);
}

static int show_status(struct cli *cli, const struct args *a, struct err *err)
{
	const struct env *env = cli_env(cli);
	unsigned long vlan = arg_uint(a, "vlan", 0);
	const struct circuit *ci = NULL;

	if (vlan_check(cli, vlan, err) < 0)
		return -1;
	TAILQ_FOREACH(ci, &env->conf->circuits, link)
		if (!vlan || ci->vlan == vlan)
			vlan_show(env, ci, cli_out(cli));
	return 0;
}

/* ---- show bridge port-fast ------------------------------------------------ */

static int show_fast(struct cli *cli, const struct args *a, struct err *err)
{
	const struct settings *kept = &cli_conf(cli)->global->kept;
	struct out *o = cli_out(cli);
	struct port p = { 0 };

	if (port_check(cli, a, err))
		return -1;
	out_printf(o, "BPDU guard is %s\n\n",
		   kept_value(kept, "bridge bpdu-guard", "disabled"));
	out_col(o, W_PORT, "Port");
	out_col(o, W_FAST, "State");
	out_puts(o, "Port Fast\n");
	while (port_next_of(cli, a, &p)) {
		out_col(o, W_PORT, "%s", p.name);
		out_col(o, W_FAST, "%s", port_is_up(&p) ? "Up" : "Down");
		out_printf(o, "%s\n",
			   p.iface && p.iface->port_fast ? "Enabled"
							 : "Disabled");
	}
	return 0;
}

/* ---- show cdp ------------------------------------------------------------- */

static int show_cdp(struct cli *cli, const struct args *a, struct err *err)
{
	const struct settings *kept = &cli_conf(cli)->global->kept;
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	out_puts(o, "Global CDP information:\n");
	if (!kept_on(kept, "cdp run")) {
		out_puts(o, "        CDP is not enabled\n");
		return 0;
	}
	out_printf(o, "        Sending CDP packets every %lu seconds\n",
		   settings_uint(kept, "cdp timer", 60));
	out_printf(o, "        Sending a holdtime value of %lu seconds\n",
		   settings_uint(kept, "cdp holdTime", 180));
	out_puts(o, "        Sending CDPv2 advertisements is enabled\n");
	return 0;
}

/* ---- show dhcp-relay-agent ------------------------------------------------ */

static const struct {
	const char *label;
	enum net_counter counter;
} dhcp_rows[] = {
	{ T_DHCP_IN_REQUESTS, NET_DHCP_IN_REQUESTS },
	{ T_DHCP_OUT_REQUESTS, NET_DHCP_OUT_REQUESTS },
	{ T_DHCP_IN_REPLIES, NET_DHCP_IN_REPLIES },
	{ T_DHCP_OUT_REPLIES, NET_DHCP_OUT_REPLIES },
	{ T_DHCP_TOO_FAR, NET_DHCP_TOO_FAR },
	{ T_DHCP_MALFORMED, NET_DHCP_MALFORMED },
	{ T_DHCP_DISCARDS, NET_DHCP_DISCARDS },
};

static int show_dhcp_global(struct cli *cli, const struct args *a,
			    struct err *err)
{
	const struct env *env = cli_env(cli);
	struct net_counters c;
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	net_counters(env, &c);
	out_puts(o, T_DHCP_GLOBAL "\n");
	out_col(o, W_PARAM, "  %s:", T_DHCP_MAX_HOPS);
	out_printf(o, "%lu\n",
		   settings_uint(&env->conf->global->kept,
				 "dhcp-agent max-hops", 4));
	for (size_t i = 0; i < sizeof(dhcp_rows) / sizeof(*dhcp_rows); i++) {
		out_col(o, W_PARAM, "  %s:", dhcp_rows[i].label);
		out_printf(o, "%llu\n",
			   (unsigned long long)c.n[dhcp_rows[i].counter]);
	}
	return 0;
}

static int show_dhcp_circuit(struct cli *cli, const struct args *a,
			     struct err *err)
{
	const char *name = arg_word(a, "name");
	const struct circuit *ci = circuit_find(cli_conf(cli), name);
	struct out *o = cli_out(cli);

	if (!ci)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "circuit",
			       name);
	out_col(o, W_CIRCUIT, "Circuit Name");
	out_col(o, W_STATE, "State");
	out_puts(o, "Relay To\n");
	out_col(o, W_CIRCUIT, "%s", ci->name);
	out_col(o, W_STATE, "%s", ci->dhcp_agent ? "Enabled" : "Disabled");
	for (int i = 0; i < 2 && ci->dhcp_relay[i].s_addr != INADDR_ANY; i++)
		out_printf(o, "%s%s", i ? ", " : "",
			   str_addr(ci->dhcp_relay[i]));
	out_puts(o, "\n");
	return 0;
}

const struct cmd show_bridge_cmds[] = {
	{ .syntax = "show bridge forwarding [<vlan:uint:1-4094>]",
	  .help = "Bridging\n"
		  "MAC addresses and where they are\n"
		  "VLAN",
	  .run = show_forwarding },
	{ .syntax = "show bridge status [<vlan:uint:1-4094>]",
	  .help = "Spanning trees\n"
		  "VLAN",
	  .run = show_status },
	{ .syntax = "show bridge port-fast [<port:port>]",
	  .help = "Port Fast of ports\n"
		  "Port name",
	  .run = show_fast },
	{ .syntax = "show cdp",
	  .help = "Cisco Discovery Protocol",
	  .run = show_cdp },
	{ .syntax = "show dhcp-relay-agent global",
	  .help = "DHCP relay agent\n"
		  "Its hop limit and counters",
	  .run = show_dhcp_global },
	{ .syntax = "show dhcp-relay-agent circuit <name:vlan>",
	  .help = "Its servers on one circuit\n"
		  "Circuit name",
	  .run = show_dhcp_circuit },
	{ 0 },
};
