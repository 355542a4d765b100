/*
 * show flows and show dormant flows (content.md 3.9): every connection is two
 * lines, one a direction, as the product's flow control blocks are.
 *
 * The port columns name the switch ports that packets come in and go out by, or
 * those that the configuration puts the two ends behind where no packet is seen: the circuit whose subnet holds the address, or the one that holds
 * the gateway of the route to it, and the first port in that circuit's VLAN.
 */
#include <stdlib.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/live.h"
#include "cli/modes.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/circuit.h"
#include "emu/conf/global.h"

#define FLOW_LINES 4096 /* the product shows no more */

/* Column widths. */
enum {
	W_ADDR = 16,
	W_PORT = 6,
	W_PROTO = 4,
	W_IFACE = 9,
};

/* ---- the switch port behind which an address is ------------------------------ */

static const struct circuit *circuit_on(const struct conf *c, struct in_addr a)
{
	const struct circuit *ci = NULL;
	const struct circuit_ip *ip = NULL;

	TAILQ_FOREACH(ci, &c->circuits, link) {
		TAILQ_FOREACH(ip, &ci->ips, link) {
			struct in_addr mask = str_mask_of(ip->prefix_len);

			if (!((ip->addr.s_addr ^ a.s_addr) & mask.s_addr))
				return ci;
		}
	}
	return NULL;
}

static const struct route *route_to(const struct conf *c, struct in_addr a)
{
	const struct route *r = NULL, *best = NULL;

	TAILQ_FOREACH(r, &c->global->routes, link) {
		struct in_addr mask = str_mask_of(r->prefix_len);

		if ((r->net.s_addr ^ a.s_addr) & mask.s_addr)
			continue;
		if (!best || r->prefix_len > best->prefix_len)
			best = r;
	}
	return best;
}

static const char *port_toward(const struct conf *c, struct in_addr a)
{
	const struct circuit *ci = circuit_on(c, a);
	const struct route *r = ci ? NULL : route_to(c, a);
	const struct iface *i = NULL;

	if (r)
		ci = circuit_on(c, r->gateway);
	if (!ci)
		return "-";
	TAILQ_FOREACH(i, &c->ifaces, link)
		if (i->vlan == ci->vlan && !i->admin_shutdown)
			return i->name;
	return "-";
}

/* ---- show flows ----------------------------------------------------------------- */

static void head_show(struct out *o)
{
	out_puts(o, "Src Address     SPort Dst Address     DPort "
		    "NAT Dst Address Prt InPort   OutPort\n"
		    "--------------- ----- --------------- ----- "
		    "--------------- --- -------- --------\n");
}

static void flow_show(const struct conf *c, const struct flow_line *f,
		      struct out *o)
{
	out_col(o, W_ADDR, "%s", str_addr(f->src));
	out_col(o, W_PORT, "%u", f->sport);
	out_col(o, W_ADDR, "%s", str_addr(f->dst));
	out_col(o, W_PORT, "%u", f->dport);
	out_col(o, W_ADDR, "%s", str_addr(f->nat_dst));
	out_col(o, W_PROTO, "%s", f->proto == IPPROTO_UDP ? "UDP" : "TCP");
	out_col(o, W_IFACE, "%s", f->in[0] ? f->in : port_toward(c, f->src));
	out_printf(o, "%s\n", f->out[0] ? f->out : port_toward(c, f->nat_dst));
}

/* 0.0.0.0 stands for any address. */
static bool address_fits(struct in_addr wanted, struct in_addr a)
{
	return wanted.s_addr == INADDR_ANY || wanted.s_addr == a.s_addr;
}

static struct in_addr wanted(const struct args *a, const char *name)
{
	struct in_addr any = { .s_addr = INADDR_ANY };

	return arg_word(a, name) ? arg_addr(a, name) : any;
}

static int flows(struct cli *cli, const struct args *a, struct err *err)
{
	const struct env *env = cli_env(cli);
	struct in_addr src = wanted(a, "src"), dst = wanted(a, "dst");
	struct flow_line *f = NULL; /* owned */
	int n = 0;

	(void)err;
	head_show(cli_out(cli));
	if (env->plane)
		f = plane_flows(env->plane, FLOW_LINES, &n);
	for (int i = 0; i < n; i++)
		if (address_fits(src, f[i].src) && address_fits(dst, f[i].dst))
			flow_show(env->conf, &f[i], cli_out(cli));
	free(f);
	return 0;
}

/* A session-redundant peer hands over what is dormant: there is none. */
static int dormant(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	head_show(cli_out(cli));
	return 0;
}

const struct cmd show_flow_cmds[] = {
	{ .syntax = "show flows [<src:addr> [<dst:addr>]]",
	  .help = "Active flows\n"
		  "Source address; 0.0.0.0 for any\n"
		  "Destination address; 0.0.0.0 for any",
	  .run = flows },
	{ .syntax = "show dormant flows [<src:addr> [<dst:addr>]]",
	  .help = "Flows of a session-redundant peer\n"
		  "Flows\n"
		  "Source address; 0.0.0.0 for any\n"
		  "Destination address; 0.0.0.0 for any",
	  .run = dormant },
	{ 0 },
};
