/* Commands of global configuration: IP, ARP, static routes (platform.md 5.3). */
#include "cli/cmd.h"
#include "cli/inert.h"
#include "cli/mode_global.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/conf.h"

static struct global *global_of(struct cli *cli)
{
	return cli_conf(cli)->global;
}

/* ---- routes --------------------------------------------------------------- */

static int route_read(const struct args *a, struct route *r, struct err *err)
{
	*r = (struct route){ .distance = (uint8_t)arg_uint(a, "distance", 1) };
	return object_net(a, &r->net, &r->prefix_len, err);
}

/* By a gateway, which some routes have for the switch's own packets only. */
static int gateway_read(const struct cli *cli, const struct args *a,
			struct route *r, struct err *err)
{
	if (route_read(a, r, err) < 0)
		return -1;
	r->originated = arg_key(a, "originated-packets");
	return object_addr(cli, a, "gateway", &r->gateway, err);
}

static int gateway_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct route r;

	if (gateway_read(cli, a, &r, err) < 0)
		return -1;
	return route_add(cli_conf(cli), &r, err);
}

static int gateway_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct route r;

	if (gateway_read(cli, a, &r, err) < 0)
		return -1;
	return route_del(cli_conf(cli), &r, err);
}

static int blackhole_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct route r;

	if (route_read(a, &r, err) < 0)
		return -1;
	r.blackhole = true;
	return route_add(cli_conf(cli), &r, err);
}

static int blackhole_clear(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct route r;

	if (route_read(a, &r, err) < 0)
		return -1;
	r.blackhole = true;
	return route_del(cli_conf(cli), &r, err);
}

static int firewall_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct route r;

	if (route_read(a, &r, err) < 0)
		return -1;
	r.firewall = (uint8_t)arg_uint(a, "firewall", 0);
	return route_add(cli_conf(cli), &r, err);
}

static int firewall_clear(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct route r;

	if (route_read(a, &r, err) < 0)
		return -1;
	r.firewall = (uint8_t)arg_uint(a, "firewall", 0);
	return route_del(cli_conf(cli), &r, err);
}

static void net_print(const struct route *r, struct out *o)
{
	out_printf(o, "  ip route %s %s ", str_addr(r->net),
		   str_addr(str_mask_of(r->prefix_len)));
}

static void gateway_render(const void *obj, struct out *o)
{
	const struct conf *c = obj;
	const struct route *r = NULL;

	TAILQ_FOREACH(r, &c->global->routes, link) {
		if (r->blackhole || r->firewall)
			continue;
		net_print(r, o);
		out_printf(o, "%s %u %s\n", str_addr(r->gateway), r->distance,
			   r->originated ? "originated-packets " : "");
	}
}

static void blackhole_render(const void *obj, struct out *o)
{
	const struct conf *c = obj;
	const struct route *r = NULL;

	TAILQ_FOREACH(r, &c->global->routes, link) {
		if (!r->blackhole)
			continue;
		net_print(r, o);
		out_puts(o, "blackhole ");
		if (r->distance != 1)
			out_printf(o, "%u ", r->distance);
		out_puts(o, "\n");
	}
}

static void firewall_render(const void *obj, struct out *o)
{
	const struct conf *c = obj;
	const struct route *r = NULL;

	TAILQ_FOREACH(r, &c->global->routes, link) {
		if (!r->firewall)
			continue;
		net_print(r, o);
		out_printf(o, "firewall %u %u \n", r->firewall, r->distance);
	}
}

/* ---- redundancy ----------------------------------------------------------- */

static int redundancy_set(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct global *g = global_of(cli);

	(void)err;
	conf_put_flag(cli_conf(cli),
		      arg_key(a, "master") ? &g->redundancy_master
					   : &g->redundancy,
		      true);
	return 0;
}

/* Without redundancy there is no master, either. */
static int redundancy_clear(struct cli *cli, const struct args *a,
			    struct err *err)
{
	struct global *g = global_of(cli);

	(void)err;
	conf_put_flag(cli_conf(cli), &g->redundancy_master, false);
	if (!arg_key(a, "master"))
		conf_put_flag(cli_conf(cli), &g->redundancy, false);
	return 0;
}

static void redundancy_render(const void *obj, struct out *o)
{
	const struct global *g = ((const struct conf *)obj)->global;

	if (g->redundancy)
		out_puts(o, "  ip redundancy \n");
	if (g->redundancy_master)
		out_puts(o, "  ip redundancy master \n");
}

/* ---- the table ------------------------------------------------------------ */

#define NET "{<ip:addr> <mask:mask>|<ip:cidr>}"
#define NET_HELP                                                               \
	"Network\n"                                                            \
	"Mask\n"                                                               \
	"Network and prefix length"
#define BLACKHOLE "ip route " NET " blackhole [<distance:uint:1-254>]"
#define FIREWALL                                                               \
	"ip route " NET                                                        \
	" firewall <firewall:uint:1-254> [<distance:uint:1-254>]"
#define GATEWAY                                                                \
	"ip route " NET " <gateway:host> [<distance:uint:1-254>] "             \
	"[originated-packets]"

static const char no_arp[] = "the host knows its neighbours";
static const char no_ways[] = "the host chooses the ways of packets";
static const char any_way[] =
	"replies go by the routes, whatever way they came";
static const char best_way[] = "packets of a flow go by the best route always";
static const char no_probe[] = "ways through firewalls are not probed";
static const char no_dhcp[] = "no broadcasts reach the host attachment";

/* Row order is running-config order. */
const struct cmd ip_cmds[] = {
	{ .syntax = "arp <ip:host> <mac:mac> <port:port> "
		    "[<vlan:uint:1-4094>]",
	  .help = "Addresses of neighbours\n"
		  "IP address\n"
		  "MAC address\n"
		  "Port of the neighbour\n"
		  "VLAN, on a trunk",
	  .no = "no arp <ip:host>",
	  .set = KEPT(.keys = 1),
	  .host_inert = no_arp },
	{ .syntax = "arp timeout <seconds:uint:60-86400>",
	  .help = "Life of learnt entries\n"
		  "Seconds, default 14400",
	  .no = "no arp timeout",
	  .set = KEPT(.dflt = "14400"),
	  .host_inert = no_arp },
	{ .syntax = "arp wait <seconds:uint:5-30>",
	  .help = "Wait for a reply\n"
		  "Seconds, default 5",
	  .no = "no arp wait",
	  .set = KEPT(.dflt = "5"),
	  .host_inert = no_arp },
	{ .syntax = "dhcp-agent max-hops <hops:uint:1-15>",
	  .help = "Relay of DHCP requests\n"
		  "Drop requests with more hops\n"
		  "Hops, default 4",
	  .no = "no dhcp-agent max-hops",
	  .set = KEPT(.dflt = "4"),
	  .host_inert = no_dhcp },
	{ .syntax = "ip", .help = "IP settings" },
	{ .syntax = "ip redundancy [master]",
	  .help = "Redundancy of two switches\n"
		  "This one is the master when it is up",
	  .run = redundancy_set,
	  .render = redundancy_render,
	  .no = "no ip redundancy [master]",
	  .clear = redundancy_clear },
	{ .syntax = "ip record-route",
	  .help = "Obey record-route options",
	  .no = "no ip record-route",
	  .set = KEPT(),
	  .host_inert = no_ways },
	{ .syntax = "ip source-route",
	  .help = "Obey source-route options",
	  .no = "no ip source-route",
	  .set = KEPT(),
	  .host_inert = no_ways },
	{ .syntax = "ip subnet-broadcast",
	  .help = "Forward broadcasts to a subnet",
	  .no = "no ip subnet-broadcast",
	  .set = KEPT(),
	  .host_inert = no_ways },
	{ .syntax = "ip uncond-bridging",
	  .help = "Bridge without a look at the routes",
	  .no = "no ip uncond-bridging",
	  .set = KEPT(),
	  .host_inert = no_ways },
	{ .syntax = "ip opportunistic {local|all|disabled}",
	  .help = "Route frames that are for another router\n"
		  "To hosts on the subnets of circuits\n"
		  "To any destination\n"
		  "Never",
	  .no = "no ip opportunistic",
	  .set = KEPT(.dflt = "local"),
	  .host_inert = no_ways },
	{ .syntax = "ip ecmp {address|roundrobin}",
	  .help = "Routes of the same cost\n"
		  "Chosen by addresses\n"
		  "In turn",
	  .set = KEPT(.dflt = "address"),
	  .host_inert = no_ways },
	{ .syntax = "ip ecmp no-prefer-ingress",
	  .help = "Replies need not go back the same way",
	  .no = "no ip ecmp no-prefer-ingress",
	  .set = KEPT(),
	  .inert = any_way },
	{ .syntax = "ip advanced-route-remap",
	  .help = "Move flows to better routes",
	  .no = "no ip advanced-route-remap",
	  .set = KEPT(),
	  .inert = best_way },
	/* on the host attachment there are no hidden services: it is in force */
	{ .syntax = "ip no-implicit-service",
	  .help = "No hidden services for next hops",
	  .no = "no ip no-implicit-service",
	  .set = FIELD(no_implicit_service, .store = SET_FLAG) },
	{ .syntax = "ip firewall <firewall:uint:1-254> <local:addr> "
		    "<remote:addr> <switch:addr>",
	  .help = "Ways through firewalls\n"
		  "Number, the same on both sides\n"
		  "Address of the firewall on this side\n"
		  "Address of the firewall on the other side\n"
		  "Address of the switch on the other side",
	  .no = "no ip firewall <firewall:uint:1-254>",
	  .set = KEPT(.keys = 1, .max = 15),
	  .host_inert = no_ways },
	{ .syntax = "ip firewall timeout <seconds:uint:3-16>",
	  .help = "Silence after which a way is down\n"
		  "Seconds, default 3",
	  .no = "no ip firewall timeout",
	  .set = KEPT(.dflt = "3"),
	  .inert = no_probe },
	{ .syntax = "ip management no-icmp-redirect",
	  .help = "The management port\n"
		  "Ignore ICMP redirects",
	  .no = "no ip management no-icmp-redirect",
	  .set = KEPT(),
	  .inert = INERT_NO_MGMT },
	{ .syntax = "ip management route " NET " <gateway:addr>",
	  .help = "Static route\n" NET_HELP "\n"
		  "Next hop",
	  .no = "no ip management route " NET " <gateway:addr>",
	  .set = KEPT(.keys = 3),
	  .inert = INERT_NO_MGMT },
	{ .syntax = GATEWAY,
	  .help = "Static route\n" NET_HELP "\n"
		  "Next hop\n"
		  "Administrative distance, default 1\n"
		  "Only for packets of the switch itself",
	  .run = gateway_set,
	  .render = gateway_render,
	  .no = "no " GATEWAY,
	  .clear = gateway_clear },
	{ .syntax = BLACKHOLE,
	  .help = "Drop what goes there\n"
		  "Administrative distance, default 1",
	  .run = blackhole_set,
	  .render = blackhole_render,
	  .no = "no " BLACKHOLE,
	  .clear = blackhole_clear },
	{ .syntax = FIREWALL,
	  .help = "Through a firewall\n"
		  "Number of an ip firewall line\n"
		  "Administrative distance, default 1",
	  .run = firewall_set,
	  .render = firewall_render,
	  .no = "no " FIREWALL,
	  .clear = firewall_clear,
	  .host_inert = no_ways },
	{ 0 },
};
