/* Commands of the circuit and circuit-ip modes (platform.md 5.2). */
#include "cli/cmd.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "cli/render.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/circuit.h"

/* ---- circuit -------------------------------------------------------------- */

static int description_set(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct circuit *ci = cli_object(cli);
	const char *text = arg_word(a, "text");

	return conf_put_text(cli_conf(cli), ci->description,
			     sizeof(ci->description), text ? text : "", err);
}

static void description_render(const void *obj, struct out *o)
{
	const struct circuit *ci = obj;

	if (ci->description[0])
		out_printf(o, "  description \"%s\" \n", ci->description);
}

static int redundancy_set(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct circuit *ci = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &ci->redundancy, true);
	return object_kept(cli, "redundancy");
}

static int redundancy_clear(struct cli *cli, const struct args *a,
			    struct err *err)
{
	struct circuit *ci = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &ci->redundancy, false);
	return 0;
}

static void redundancy_render(const void *obj, struct out *o)
{
	const struct circuit *ci = obj;

	if (ci->redundancy)
		out_puts(o, "  redundancy \n");
}

/* ---- DHCP relay and router discovery -------------------------------------- */

static int relay_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct circuit *ci = cli_object(cli);
	struct in_addr ip = arg_addr(a, "ip");
	int at = ci->dhcp_relay[0].s_addr == INADDR_ANY ? 0 : 1;

	if (ci->dhcp_relay[0].s_addr == ip.s_addr ||
	    ci->dhcp_relay[1].s_addr == ip.s_addr)
		return 0;
	if (ci->dhcp_relay[at].s_addr != INADDR_ANY)
		return err_set(err, ERR_RANGE, -1,
			       "A circuit has at most 2 DHCP servers");
	ci->dhcp_relay[at] = ip;
	conf_changed(cli_conf(cli));
	return object_kept(cli, "dhcp relay-to");
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

static int agent_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct circuit *ci = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &ci->dhcp_agent, true);
	return object_kept(cli, "dhcp-relay-agent");
}

static int agent_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct circuit *ci = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &ci->dhcp_agent, false);
	return 0;
}

static void dhcp_render(const void *obj, struct out *o)
{
	const struct circuit *ci = obj;

	for (int i = 0; i < 2; i++)
		if (ci->dhcp_relay[i].s_addr != INADDR_ANY)
			out_printf(o, "  dhcp relay-to %s \n",
				   str_addr(ci->dhcp_relay[i]));
	if (ci->dhcp_agent)
		out_puts(o, "  dhcp-relay-agent \n");
}

/* Without the value it is the `no` form: back to the default. */
static int discovery_put(struct cli *cli, const struct args *a, uint16_t *s,
			 unsigned long dflt)
{
	conf_put_u16(cli_conf(cli), s, arg_uint(a, "seconds", dflt));
	return arg_has(a, "seconds") ? object_kept(cli, "router-discovery") : 0;
}

static int lifetime_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct circuit *ci = cli_object(cli);

	(void)err;
	return discovery_put(cli, a, &ci->discovery_lifetime_s, 0);
}

static int longest_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct circuit *ci = cli_object(cli);

	(void)err;
	return discovery_put(cli, a, &ci->discovery_max_s, 600);
}

static int shortest_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct circuit *ci = cli_object(cli);

	(void)err;
	return discovery_put(cli, a, &ci->discovery_min_s, 0);
}

static int limited_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct circuit *ci = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &ci->discovery_broadcast, true);
	return object_kept(cli, "router-discovery");
}

static int limited_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct circuit *ci = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &ci->discovery_broadcast, false);
	return 0;
}

static void discovery_render(const void *obj, struct out *o)
{
	const struct circuit *ci = obj;

	if (ci->discovery_lifetime_s)
		out_printf(o, "  router-discovery lifetime %u \n",
			   ci->discovery_lifetime_s);
	if (ci->discovery_broadcast)
		out_puts(o, "  router-discovery limited-broadcast \n");
	if (ci->discovery_max_s != 600)
		out_printf(o,
			   "  router-discovery max-advertisement-interval %u "
			   "\n",
			   ci->discovery_max_s);
	if (ci->discovery_min_s)
		out_printf(o,
			   "  router-discovery min-advertisement-interval %u "
			   "\n",
			   ci->discovery_min_s);
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

/* Row order is running-config order. */
const struct cmd circuit_cmds[] = {
	{ .syntax = "description <text:text:1-32>",
	  .help = "Describe the circuit\n"
		  "Text in quotes",
	  .run = description_set,
	  .render = description_render,
	  .no = "no description",
	  .clear = description_set },
	{ .syntax = "redundancy",
	  .help = "Take part in box-to-box redundancy",
	  .run = redundancy_set,
	  .render = redundancy_render,
	  .no = "no redundancy",
	  .clear = redundancy_clear },
	{ .syntax = "dhcp relay-to <ip:addr>",
	  .help = "DHCP relay\n"
		  "Server, two at most\n"
		  "Address",
	  .run = relay_set,
	  .render = dhcp_render,
	  .no = "no dhcp relay-to <ip:addr>",
	  .clear = relay_clear },
	{ .syntax = "dhcp-relay-agent",
	  .help = "Turn DHCP relay on",
	  .run = agent_set,
	  .no = "no dhcp-relay-agent",
	  .clear = agent_clear },
	{ .syntax = "router-discovery lifetime <seconds:uint:0-9000>",
	  .help = "Router advertisements\n"
		  "How long they hold\n"
		  "Seconds",
	  .run = lifetime_set,
	  .render = discovery_render,
	  .no = "no router-discovery lifetime",
	  .clear = lifetime_set },
	{ .syntax = "router-discovery limited-broadcast",
	  .help = "Sent to 255.255.255.255",
	  .run = limited_set,
	  .no = "no router-discovery limited-broadcast",
	  .clear = limited_clear },
	{ .syntax = "router-discovery max-advertisement-interval "
		    "<seconds:uint:4-1800>",
	  .help = "Longest time between them\n"
		  "Seconds",
	  .run = longest_set,
	  .no = "no router-discovery max-advertisement-interval",
	  .clear = longest_set },
	{ .syntax = "router-discovery min-advertisement-interval "
		    "<seconds:uint:0-1800>",
	  .help = "Shortest time between them\n"
		  "Seconds",
	  .run = shortest_set,
	  .no = "no router-discovery min-advertisement-interval",
	  .clear = shortest_set },
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
	return object_kept(cli, "disable");
}

static void disable_render(const void *obj, struct out *o)
{
	const struct circuit_ip *ip = obj;

	if (ip->disabled)
		out_puts(o, "    disable \n");
}

static int broadcast_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct circuit_ip *ip = cli_object(cli);
	struct in_addr to = { INADDR_ANY };

	if (object_addr(cli, a, "ip", &to, err) < 0)
		return -1;
	ip->broadcast = to;
	conf_changed(cli_conf(cli));
	return object_kept(cli, "broadcast");
}

static int broadcast_clear(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct circuit_ip *ip = cli_object(cli);

	(void)a;
	(void)err;
	ip->broadcast.s_addr = INADDR_ANY;
	conf_changed(cli_conf(cli));
	return 0;
}

static void broadcast_render(const void *obj, struct out *o)
{
	const struct circuit_ip *ip = obj;

	if (ip->broadcast.s_addr != INADDR_ANY)
		out_printf(o, "    broadcast %s \n", str_addr(ip->broadcast));
}

static int icmp_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct circuit_ip *ip = cli_object(cli);

	(void)err;
	conf_put_flag(cli_conf(cli),
		      arg_key(a, "redirects") ? &ip->no_redirects
					      : &ip->no_unreachables,
		      false);
	return 0;
}

static int icmp_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct circuit_ip *ip = cli_object(cli);
	bool redirects = arg_key(a, "redirects");

	(void)err;
	conf_put_flag(cli_conf(cli),
		      redirects ? &ip->no_redirects : &ip->no_unreachables,
		      true);
	return object_kept(cli, redirects ? "no redirects" : "no unreachables");
}

static void icmp_render(const void *obj, struct out *o)
{
	const struct circuit_ip *ip = obj;

	if (ip->no_redirects)
		out_puts(o, "    no redirects \n");
	if (ip->no_unreachables)
		out_puts(o, "    no unreachables \n");
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
	if (circuit_ip_set_vr(cli_conf(cli), cli_object(cli), v, err) < 0)
		return -1;
	return v->kind == VR_INTERFACE ? object_kept(cli, vr_words[v->kind])
				       : 0;
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

static struct vr_line critical_line(const struct args *a)
{
	struct vr_line v = vr_line(
		arg_key(a, "critical-service") ? VR_SERVICE : VR_REPORTER, a);

	(void)str_copy(v.name, sizeof(v.name), arg_word(a, "name"));
	return v;
}

static int critical_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct vr_line v = critical_line(a);

	return vr_put(cli, &v, err);
}

static int critical_clear(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct vr_line v = critical_line(a);

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

/* Kind by kind, as the product prints them. */
static void vr_render(const void *obj, struct out *o)
{
	const struct circuit_ip *ip = obj;

	for (int k = 0; k < VR_KIND_NUM; k++)
		for (int i = 0; i < ip->nvr; i++)
			if (ip->vr[i].kind == (enum vr_kind)k)
				vr_line_render(&ip->vr[i], o);
}

static int protocol_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct circuit_ip *ip = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &ip->redundancy_protocol, true);
	return object_kept(cli, "redundancy-protocol");
}

static int protocol_clear(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct circuit_ip *ip = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &ip->redundancy_protocol, false);
	return 0;
}

static int advertise_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct circuit_ip *ip = cli_object(cli);

	(void)err;
	(void)a;
	conf_put_flag(cli_conf(cli), &ip->router_discovery, true);
	return object_kept(cli, "router-discovery");
}

static int advertise_clear(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct circuit_ip *ip = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &ip->router_discovery, false);
	return 0;
}

static int preference_set(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct circuit_ip *ip = cli_object(cli);

	(void)err;
	conf_put_u32(cli_conf(cli), &ip->discovery_preference,
		     arg_uint(a, "preference", 0));
	return ip->discovery_preference ? object_kept(cli, "router-discovery")
					: 0;
}

static void protocols_render(const void *obj, struct out *o)
{
	const struct circuit_ip *ip = obj;

	if (ip->redundancy_protocol)
		out_puts(o, "    redundancy-protocol \n");
	if (ip->router_discovery)
		out_puts(o, "    router-discovery \n");
	if (ip->discovery_preference)
		out_printf(o, "    router-discovery preference %u \n",
			   ip->discovery_preference);
}

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
	  .run = broadcast_set,
	  .render = broadcast_render,
	  .no = "no broadcast",
	  .clear = broadcast_clear },
	{ .syntax = "{redirects|unreachables}",
	  .help = "Send ICMP redirects\n"
		  "Send ICMP unreachables",
	  .run = icmp_set,
	  .render = icmp_render,
	  .no = "no {redirects|unreachables}",
	  .clear = icmp_clear },
	{ .syntax = "ip virtual-router <vrid:uint:1-255> "
		    "[priority <priority:uint:1-255>] [preempt]",
	  .help = "IP settings of the circuit\n"
		  "Virtual router shared with another switch\n"
		  "Number of the router\n"
		  "Set the priority\n"
		  "Priority, the highest is master\n"
		  "Take mastership in any case",
	  .run = router_set,
	  .render = vr_render,
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
	  .no = "no ip redundant-vip <vrid:uint:1-255> <ip:addr>",
	  .clear = shared_vip_clear },
	{ .syntax = "ip redundant-interface <vrid:uint:1-255> <ip:addr>",
	  .help = "Interface address that follows the virtual router\n"
		  "Number of the router\n"
		  "Address",
	  .run = shared_ip_set,
	  .no = "no ip redundant-interface <vrid:uint:1-255> <ip:addr>",
	  .clear = shared_ip_clear },
	{ .syntax = "ip {critical-service|critical-reporter} "
		    "<vrid:uint:1-255> <name:service>",
	  .help = "Service that the virtual router goes down with\n"
		  "Reporter that the virtual router goes down with\n"
		  "Number of the router\n"
		  "Name",
	  .run = critical_set,
	  .no = "no ip {critical-service|critical-reporter} "
		"<vrid:uint:1-255> <name:service>",
	  .clear = critical_clear },
	{ .syntax = "redundancy-protocol",
	  .help = "Box-to-box redundancy runs here",
	  .run = protocol_set,
	  .render = protocols_render,
	  .no = "no redundancy-protocol",
	  .clear = protocol_clear },
	{ .syntax = "router-discovery",
	  .help = "Advertise this interface",
	  .run = advertise_set,
	  .no = "no router-discovery",
	  .clear = advertise_clear },
	{ .syntax = "router-discovery preference "
		    "<preference:uint:0-2147483647>",
	  .help = "Set the preference\n"
		  "Preference",
	  .run = preference_set,
	  .no = "no router-discovery preference",
	  .clear = preference_set },
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
