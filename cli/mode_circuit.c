/* Commands of the circuit and circuit-ip modes (platform.md 5.2). */
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

static const char no_dhcp[] = "no broadcasts reach the host attachment";
static const char no_adverts[] =
	"the host attachment advertises itself to nobody";
static const char no_icmp[] = "ICMP is sent by the host, not by the switch";
static const char no_routing[] =
	"no routing protocol runs on the host attachment";

/* ---- circuit -------------------------------------------------------------- */

static int relay_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct circuit *ci = cli_object(cli);
	struct in_addr ip = arg_addr(a, "ip");
	int at = ci->dhcp_relay[0].s_addr == INADDR_ANY ? 0 : 1;

	if (ip.s_addr == INADDR_ANY)
		return err_set(err, ERR_RANGE, -1, T_IP_NO_HOST, str_addr(ip));
	if (ci->dhcp_relay[0].s_addr == ip.s_addr ||
	    ci->dhcp_relay[1].s_addr == ip.s_addr)
		return 0;
	if (ci->dhcp_relay[at].s_addr != INADDR_ANY)
		return err_set(err, ERR_RANGE, -1, T_DHCP_SERVERS);
	ci->dhcp_relay[at] = ip;
	conf_changed(cli_conf(cli));
	return 0;
}

static int relay_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct circuit *ci = cli_object(cli);
	struct in_addr ip = arg_addr(a, "ip");

	if (ci->dhcp_relay[0].s_addr != ip.s_addr &&
	    ci->dhcp_relay[1].s_addr != ip.s_addr)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "dhcp relay-to", str_addr(ip));
	if (ci->dhcp_relay[0].s_addr == ip.s_addr)
		ci->dhcp_relay[0] = ci->dhcp_relay[1];
	ci->dhcp_relay[1].s_addr = INADDR_ANY;
	conf_changed(cli_conf(cli));
	return 0;
}

static void dhcp_render(const void *obj, struct out *o)
{
	const struct circuit *ci = obj;

	for (int i = 0; i < 2; i++)
		if (ci->dhcp_relay[i].s_addr != INADDR_ANY)
			out_printf(o, "  dhcp relay-to %s \n",
				   str_addr(ci->dhcp_relay[i]));
}

/* ---- IP interfaces -------------------------------------------------------- */

static int ip_open(struct cli *cli, const struct args *a, const char *circuit,
		   struct err *err)
{
	struct in_addr ip = { INADDR_ANY };
	uint8_t prefix_len = 0;
	struct out name = { 0 };
	int result = 0;

	if (object_net(a, &ip, &prefix_len, err) < 0)
		return -1;
	out_printf(&name, "%s/%u", str_addr(ip), prefix_len);
	result = object_open(cli, OBJECT_CIRCUIT_IP, circuit, out_text(&name),
			     err);
	out_fini(&name);
	return result;
}

static int ip_open_here(struct cli *cli, const struct args *a, struct err *err)
{
	const struct circuit *ci = cli_object(cli);

	return ip_open(cli, a, ci->name, err);
}

/* From the mode of another interface of the same circuit. */
static int ip_open_beside(struct cli *cli, const struct args *a,
			  struct err *err)
{
	return ip_open(cli, a, cli_object_name(cli, 0), err);
}

static int ip_delete(struct cli *cli, const struct args *a, struct err *err)
{
	struct in_addr ip = arg_addr(a, "ip");

	return object_delete(cli, OBJECT_CIRCUIT_IP, cli_object_name(cli, 0),
			     str_addr(ip), err);
}

static void ips_render(const void *obj, struct out *o)
{
	const struct circuit *ci = obj;
	const struct circuit_ip *ip = NULL;

	TAILQ_FOREACH(ip, &ci->ips, link) {
		out_printf(o, "\n  ip address %s %s \n", str_addr(ip->addr),
			   str_addr(str_mask_of(ip->prefix_len)));
		render_rows(circuit_ip_cmds, ip, o);
	}
}

#define NET "{<ip:addr> <mask:mask>|<ip:cidr>}"

#define FIELD(member, ...)                                                     \
	&(const struct setting)                                                \
	{                                                                      \
		SETTING_AT(struct circuit, member), __VA_ARGS__                \
	}

/* Row order is running-config order. */
const struct cmd circuit_cmds[] = {
	{ .syntax = "description <text:text:1-32>",
	  .help = "Describe the circuit\n"
		  "Text in quotes",
	  .no = "no description",
	  .set = &(const struct setting){ SETTING_TEXT_AT(struct circuit,
							  description) } },
	{ .syntax = "redundancy",
	  .help = "Take part in box-to-box redundancy",
	  .no = "no redundancy",
	  .set = FIELD(redundancy, .store = SET_FLAG) },
	{ .syntax = "dhcp relay-to <ip:addr>",
	  .help = "DHCP relay\n"
		  "Server, two at most\n"
		  "Address",
	  .run = relay_set,
	  .render = dhcp_render,
	  .no = "no dhcp relay-to <ip:addr>",
	  .clear = relay_clear,
	  .host_inert = no_dhcp },
	{ .syntax = "dhcp-relay-agent",
	  .help = "Turn DHCP relay on",
	  .no = "no dhcp-relay-agent",
	  .set = FIELD(dhcp_agent, .store = SET_FLAG),
	  .host_inert = no_dhcp },
	{ .syntax = "router-discovery lifetime <seconds:uint:0-9000>",
	  .help = "Router advertisements\n"
		  "How long they hold\n"
		  "Seconds",
	  .no = "no router-discovery lifetime",
	  .set = FIELD(discovery_lifetime_s, .store = SET_U16),
	  .inert = no_adverts },
	{ .syntax = "router-discovery limited-broadcast",
	  .help = "Sent to 255.255.255.255",
	  .no = "no router-discovery limited-broadcast",
	  .set = FIELD(discovery_broadcast, .store = SET_FLAG),
	  .inert = no_adverts },
	{ .syntax = "router-discovery max-advertisement-interval "
		    "<seconds:uint:4-1800>",
	  .help = "Longest time between them\n"
		  "Seconds, default 600",
	  .no = "no router-discovery max-advertisement-interval",
	  .set = FIELD(discovery_max_s, .store = SET_U16, .dflt = "600"),
	  .inert = no_adverts },
	{ .syntax = "router-discovery min-advertisement-interval "
		    "<seconds:uint:0-1800>",
	  .help = "Shortest time between them\n"
		  "Seconds, 0 three quarters of the longest",
	  .no = "no router-discovery min-advertisement-interval",
	  .set = FIELD(discovery_min_s, .store = SET_U16),
	  .inert = no_adverts },
	{ .syntax = "ip address " NET,
	  .help = "IP settings of the circuit\n"
		  "IP interface of the circuit\n"
		  "Address\n"
		  "Mask\n"
		  "Address and prefix length",
	  .run = ip_open_here,
	  .render = ips_render },
	{ .syntax = "no ip address <ip:addr>",
	  .help = "Undo a command or set its default\n"
		  "IP settings of the circuit\n"
		  "IP interface of the circuit\n"
		  "Address",
	  .run = ip_delete },
	{ 0 },
};

/* ---- circuit-ip ----------------------------------------------------------- */

static int enable(struct cli *cli, const struct args *a, struct err *err)
{
	struct circuit_ip *ip = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &ip->disabled, false);
	return 0;
}

static int disable(struct cli *cli, const struct args *a, struct err *err)
{
	struct circuit_ip *ip = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &ip->disabled, true);
	return 0;
}

static void disable_render(const void *obj, struct out *o)
{
	const struct circuit_ip *ip = obj;

	if (ip->disabled)
		out_puts(o, "    disable \n");
}

/* ---- virtual routers ------------------------------------------------------ */

static const char *const vr_words[] = {
	[VR_ROUTER] = "virtual-router",
	[VR_VIP] = "redundant-vip",
	[VR_INTERFACE] = "redundant-interface",
	[VR_SERVICE] = "critical-service",
	[VR_REPORTER] = "critical-reporter",
	[VR_KIND_NUM] = NULL,
};

static int vr_put(struct cli *cli, const struct vr_line *v, struct err *err)
{
	return circuit_ip_set_vr(cli_conf(cli), cli_object(cli), v, err);
}

static struct vr_line vr_line(enum vr_kind kind, const struct args *a)
{
	return (struct vr_line){
		.kind = kind,
		.vrid = (uint8_t)arg_uint(a, "vrid", 0),
		.priority = 100,
		.range = 1,
	};
}

static int router_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct vr_line v = vr_line(VR_ROUTER, a);

	v.priority = (uint8_t)arg_uint(a, "priority", 100);
	v.preempt = arg_key(a, "preempt");
	return vr_put(cli, &v, err);
}

static int router_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct vr_line v = vr_line(VR_ROUTER, a);

	return circuit_ip_del_vr(cli_conf(cli), cli_object(cli), &v, err);
}

static int shared_vip_set(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct vr_line v = vr_line(VR_VIP, a);

	v.addr = arg_addr(a, "ip");
	v.range = (uint16_t)arg_uint(a, "range", 1);
	v.shared = arg_key(a, "shared");
	return vr_put(cli, &v, err);
}

static int shared_vip_clear(struct cli *cli, const struct args *a,
			    struct err *err)
{
	struct vr_line v = vr_line(VR_VIP, a);

	v.addr = arg_addr(a, "ip");
	return circuit_ip_del_vr(cli_conf(cli), cli_object(cli), &v, err);
}

static int shared_ip_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct vr_line v = vr_line(VR_INTERFACE, a);

	v.addr = arg_addr(a, "ip");
	return vr_put(cli, &v, err);
}

static int shared_ip_clear(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct vr_line v = vr_line(VR_INTERFACE, a);

	v.addr = arg_addr(a, "ip");
	return circuit_ip_del_vr(cli_conf(cli), cli_object(cli), &v, err);
}

static struct vr_line critical_line(enum vr_kind kind, const struct args *a)
{
	struct vr_line v = vr_line(kind, a);

	(void)str_copy(v.name, sizeof(v.name), arg_word(a, "name"));
	return v;
}

static int service_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct vr_line v = critical_line(VR_SERVICE, a);

	return vr_put(cli, &v, err);
}

static int service_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct vr_line v = critical_line(VR_SERVICE, a);

	return circuit_ip_del_vr(cli_conf(cli), cli_object(cli), &v, err);
}

static int reporter_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct vr_line v = critical_line(VR_REPORTER, a);

	return vr_put(cli, &v, err);
}

static int reporter_clear(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct vr_line v = critical_line(VR_REPORTER, a);

	return circuit_ip_del_vr(cli_conf(cli), cli_object(cli), &v, err);
}

static void vr_line_render(const struct vr_line *v, struct out *o)
{
	out_printf(o, "    ip %s %u ", vr_words[v->kind], v->vrid);
	if (v->name[0])
		out_printf(o, "%s ", v->name);
	if (v->addr.s_addr != INADDR_ANY)
		out_printf(o, "%s ", str_addr(v->addr));
	if (v->priority != 100)
		out_printf(o, "priority %u ", v->priority);
	if (v->preempt)
		out_puts(o, "preempt ");
	if (v->range != 1)
		out_printf(o, "range %u ", v->range);
	if (v->shared)
		out_puts(o, "shared ");
	out_puts(o, "\n");
}

static void kind_render(const void *obj, enum vr_kind kind, struct out *o)
{
	const struct circuit_ip *ip = obj;

	for (int i = 0; i < ip->nvr; i++)
		if (ip->vr[i].kind == kind)
			vr_line_render(&ip->vr[i], o);
}

static void routers_render(const void *obj, struct out *o)
{
	kind_render(obj, VR_ROUTER, o);
}

static void shared_vips_render(const void *obj, struct out *o)
{
	kind_render(obj, VR_VIP, o);
}

static void shared_ips_render(const void *obj, struct out *o)
{
	kind_render(obj, VR_INTERFACE, o);
}

static void services_render(const void *obj, struct out *o)
{
	kind_render(obj, VR_SERVICE, o);
}

static void reporters_render(const void *obj, struct out *o)
{
	kind_render(obj, VR_REPORTER, o);
}

#define IP_FIELD(member, ...)                                                  \
	&(const struct setting)                                                \
	{                                                                      \
		.indent = "    ", SETTING_AT(struct circuit_ip, member),       \
		__VA_ARGS__                                                    \
	}
/* What is kept by its words. */
#define IP_KEPT(...) IP_FIELD(kept, __VA_ARGS__)

/* Row order is running-config order. */
const struct cmd circuit_ip_cmds[] = {
	{ .syntax = "disable",
	  .help = "Turn the IP interface off",
	  .run = disable,
	  .render = disable_render },
	{ .syntax = "enable",
	  .help = "Turn the IP interface on",
	  .run = enable },
	{ .syntax = "broadcast <ip:host>",
	  .help = "Broadcast address\n"
		  "Address",
	  .no = "no broadcast",
	  .set = IP_FIELD(broadcast, .store = SET_ADDR,
			  .dflt = "255.255.255.255"),
	  .host_inert = "no broadcasts leave the host attachment" },
	{ .syntax = "redirects",
	  .help = "Send ICMP redirects",
	  .no = "no redirects",
	  .set = IP_FIELD(redirects, .store = SET_FLAG, .on = true),
	  .host_inert = no_icmp },
	{ .syntax = "unreachables",
	  .help = "Send ICMP unreachables",
	  .no = "no unreachables",
	  .set = IP_FIELD(unreachables, .store = SET_FLAG, .on = true),
	  .host_inert = no_icmp },
	{ .syntax = "ip virtual-router <vrid:uint:1-255> "
		    "[priority <priority:uint:1-255>] [preempt]",
	  .help = "IP settings of the circuit\n"
		  "Virtual router shared with another switch\n"
		  "Number of the router\n"
		  "Set the priority\n"
		  "Priority, the highest is master\n"
		  "Take mastership in any case",
	  .run = router_set,
	  .render = routers_render,
	  .no = "no ip virtual-router <vrid:uint:1-255>",
	  .clear = router_clear },
	{ .syntax = "ip redundant-vip <vrid:uint:1-255> <ip:addr> "
		    "[range <range:uint:0-65535>] [shared]",
	  .help = "VIP that follows the virtual router\n"
		  "Number of the router\n"
		  "Address\n"
		  "Several addresses\n"
		  "Number of addresses\n"
		  "Served by master and backup",
	  .run = shared_vip_set,
	  .render = shared_vips_render,
	  .no = "no ip redundant-vip <vrid:uint:1-255> <ip:addr>",
	  .clear = shared_vip_clear },
	{ .syntax = "ip redundant-interface <vrid:uint:1-255> <ip:addr>",
	  .help = "Interface address that follows the virtual router\n"
		  "Number of the router\n"
		  "Address",
	  .run = shared_ip_set,
	  .render = shared_ips_render,
	  .no = "no ip redundant-interface <vrid:uint:1-255> <ip:addr>",
	  .clear = shared_ip_clear,
	  .host_inert = "the host attachment has no address of an interface "
			"that could move" },
	{ .syntax = "ip critical-service <vrid:uint:1-255> <name:service>",
	  .help = "Service that the virtual router goes down with\n"
		  "Number of the router\n"
		  "Service name",
	  .run = service_set,
	  .render = services_render,
	  .no = "no ip critical-service <vrid:uint:1-255> <name:service>",
	  .clear = service_clear },
	{ .syntax = "ip critical-reporter <vrid:uint:1-255> <name:reporter>",
	  .help = "Reporter that the virtual router goes down with\n"
		  "Number of the router\n"
		  "Reporter name",
	  .run = reporter_set,
	  .render = reporters_render,
	  .no = "no ip critical-reporter <vrid:uint:1-255> <name:reporter>",
	  .clear = reporter_clear },
	{ .syntax = "redundancy-protocol",
	  .help = "Box-to-box redundancy runs here",
	  .no = "no redundancy-protocol",
	  .set = IP_FIELD(redundancy_protocol, .store = SET_FLAG) },
	{ .syntax = "router-discovery",
	  .help = "Advertise this interface",
	  .no = "no router-discovery",
	  .set = IP_FIELD(router_discovery, .store = SET_FLAG),
	  .inert = no_adverts },
	{ .syntax = "router-discovery preference "
		    "<preference:uint:0-2147483647>",
	  .help = "Set the preference\n"
		  "Preference",
	  .no = "no router-discovery preference",
	  .set = IP_FIELD(discovery_preference, .store = SET_U32),
	  .inert = no_adverts },
	{ .syntax = "rip",
	  .help = "Routing Information Protocol",
	  .no = "no rip",
	  .set = IP_KEPT(),
	  .inert = no_routing },
	{ .syntax = "rip default-route [<metric:uint:1-15>]",
	  .help = "Advertise a default route\n"
		  "Metric, default 1",
	  .no = "no rip default-route",
	  .set = IP_KEPT(.family = "rip default-route"),
	  .inert = no_routing },
	{ .syntax = "rip receive {both|none|v1|v2}",
	  .help = "Versions that are accepted\n"
		  "1 and 2\n"
		  "None\n"
		  "Version 1\n"
		  "Version 2",
	  .no = "no rip receive",
	  .set = IP_KEPT(.dflt = "both"),
	  .inert = no_routing },
	{ .syntax = "rip send {none|v1|v2}",
	  .help = "Version that is sent\n"
		  "None\n"
		  "Version 1\n"
		  "Version 2",
	  .no = "no rip send",
	  .set = IP_KEPT(.dflt = "v2"),
	  .inert = no_routing },
	{ .syntax = "rip log rx",
	  .help = "Log packets\n"
		  "Those received",
	  .no = "no rip log rx",
	  .set = IP_KEPT(),
	  .inert = no_routing },
	{ .syntax = "rip log tx",
	  .help = "Those sent",
	  .no = "no rip log tx",
	  .set = IP_KEPT(),
	  .inert = no_routing },
	{ .syntax = "ospf",
	  .help = "Open Shortest Path First",
	  .no = "no ospf",
	  .set = IP_KEPT(),
	  .inert = no_routing },
	{ .syntax = "ospf area <area:addr>",
	  .help = "Area of the interface\n"
		  "Area ID",
	  .no = "no ospf area",
	  .set = IP_KEPT(.dflt = "0.0.0.0"),
	  .inert = no_routing },
	{ .syntax = "ospf cost <cost:uint:0-65535>",
	  .help = "Cost of sending out\n"
		  "Cost",
	  .no = "no ospf cost",
	  .set = IP_KEPT(),
	  .inert = no_routing },
	{ .syntax = "ospf dead <seconds:uint:1-2147483647>",
	  .help = "Silence before a neighbour is down\n"
		  "Seconds, default 40",
	  .no = "no ospf dead",
	  .set = IP_KEPT(.dflt = "40"),
	  .inert = no_routing },
	{ .syntax = "ospf hello <seconds:uint:1-65535>",
	  .help = "Time between hellos\n"
		  "Seconds, default 10",
	  .no = "no ospf hello",
	  .set = IP_KEPT(.dflt = "10"),
	  .inert = no_routing },
	{ .syntax = "ospf password {<password:text:1-8>|"
		    "des-password <sealed:word:400>}",
	  .help = "Simple authentication\n"
		  "Password in quotes\n"
		  "Encrypted already\n"
		  "Password as running-config prints it",
	  .no = "no ospf password",
	  .set = IP_KEPT(.secret = "password", .sealed = "des-password"),
	  .inert = no_routing },
	{ .syntax = "ospf poll <seconds:uint:1-2147483647>",
	  .help = "Time between hellos to a dead neighbour\n"
		  "Seconds, default 120",
	  .no = "no ospf poll",
	  .set = IP_KEPT(.dflt = "120"),
	  .inert = no_routing },
	{ .syntax = "ospf priority <priority:uint:0-255>",
	  .help = "Priority as designated router\n"
		  "Priority, default 1; 0 never",
	  .no = "no ospf priority",
	  .set = IP_KEPT(.dflt = "1"),
	  .inert = no_routing },
	{ .syntax = "ospf retransmit <seconds:uint:1-3600>",
	  .help = "Time between retransmissions\n"
		  "Seconds, default 5",
	  .no = "no ospf retransmit",
	  .set = IP_KEPT(.dflt = "5"),
	  .inert = no_routing },
	{ .syntax = "ospf {transmit-delay|transit-delay} "
		    "<seconds:uint:1-3600>",
	  .help = "Time that sending takes\n"
		  "Another word for transmit-delay\n"
		  "Seconds, default 1",
	  .no = "no ospf {transmit-delay|transit-delay}",
	  .set = IP_KEPT(.family = "ospf transmit-delay", .dflt = "1"),
	  .inert = no_routing },
	{ .syntax = "ospf enable",
	  .help = "Start OSPF here",
	  .no = "no ospf enable",
	  .set = IP_KEPT(),
	  .inert = no_routing },
	{ .syntax = "ip address " NET,
	  .help = "Another IP interface of the circuit\n"
		  "Address\n"
		  "Mask\n"
		  "Address and prefix length",
	  .run = ip_open_beside },
	{ .syntax = "no ip address <ip:addr>",
	  .help = "Undo a command or set its default\n"
		  "IP settings of the circuit\n"
		  "IP interface of the circuit\n"
		  "Address",
	  .run = ip_delete },
	{ 0 },
};
