/* Commands of the group mode: source groups (content.md 3.2). */
#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/group.h"
#include "emu/plane/plane.h"

static int vip_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct in_addr ip = { INADDR_ANY };

	if (object_addr(cli, a, "ip", &ip, err) < 0)
		return -1;
	return group_set_vip(cli_conf(cli), cli_object(cli), ip,
			     (uint16_t)arg_uint(a, "range", 1), err);
}

static int ip_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct in_addr ip = { INADDR_ANY };

	if (object_addr(cli, a, "ip", &ip, err) < 0)
		return -1;
	return group_set_vip(cli_conf(cli), cli_object(cli), ip, 1, err);
}

static int vip_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return group_set_vip(cli_conf(cli), cli_object(cli),
			     (struct in_addr){ INADDR_ANY }, 1, err);
}

static void vip_render(const void *obj, struct out *o)
{
	const struct group *g = obj;

	object_addr_render("  vip address", g->vip, g->vip_range, o);
}

/* ---- services ------------------------------------------------------------- */

static int source_add(struct cli *cli, const struct args *a, struct err *err)
{
	return group_add_source(cli_conf(cli), cli_object(cli),
				arg_word(a, "service"), err);
}

static int source_remove(struct cli *cli, const struct args *a, struct err *err)
{
	return group_del_source(cli_conf(cli), cli_object(cli),
				arg_word(a, "service"), err);
}

static void source_render(const void *obj, struct out *o)
{
	const struct group *g = obj;

	for (int i = 0; i < g->nsource; i++)
		out_printf(o, "  add service %s \n", g->source[i]);
}

static int dest_add(struct cli *cli, const struct args *a, struct err *err)
{
	return group_add_dest(cli_conf(cli), cli_object(cli),
			      arg_word(a, "service"), err);
}

static int dest_remove(struct cli *cli, const struct args *a, struct err *err)
{
	return group_del_dest(cli_conf(cli), cli_object(cli),
			      arg_word(a, "service"), err);
}

static void dest_render(const void *obj, struct out *o)
{
	const struct group *g = obj;

	for (int i = 0; i < g->ndest; i++)
		out_printf(o, "  add destination service %s \n", g->dest[i]);
}

/* ---- port translation ----------------------------------------------------- */

static int base_port_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct group *g = cli_object(cli);

	if (group_may_edit(g, err) < 0)
		return -1;
	conf_put_u16(cli_conf(cli), &g->base_port, arg_uint(a, "port", 2016));
	return g->base_port != 2016 ? object_kept(cli, "portmap base-port") : 0;
}

static int ports_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct group *g = cli_object(cli);

	if (group_may_edit(g, err) < 0)
		return -1;
	/* the product hands ports out in lots of 32 */
	conf_put_u16(cli_conf(cli), &g->number_of_ports,
		     arg_uint(a, "count", 63488) / 32 * 32);
	return g->number_of_ports != 63488
		       ? object_kept(cli, "portmap number-of-ports")
		       : 0;
}

static int vips_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct group *g = cli_object(cli);

	if (group_may_edit(g, err) < 0)
		return -1;
	conf_put_u8(cli_conf(cli), &g->vip_address_range,
		    arg_uint(a, "count", 1));
	return g->vip_address_range != 1
		       ? object_kept(cli, "portmap vip-address-range")
		       : 0;
}

static int portmap_disable(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct group *g = cli_object(cli);

	(void)a;
	if (group_may_edit(g, err) < 0)
		return -1;
	conf_put_flag(cli_conf(cli), &g->portmap_disabled, true);
	return object_kept(cli, "portmap disable");
}

static int portmap_enable(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct group *g = cli_object(cli);

	(void)a;
	if (group_may_edit(g, err) < 0)
		return -1;
	conf_put_flag(cli_conf(cli), &g->portmap_disabled, false);
	return 0;
}

static void portmap_render(const void *obj, struct out *o)
{
	const struct group *g = obj;

	if (g->base_port != 2016)
		out_printf(o, "  portmap base-port %u \n", g->base_port);
	if (g->number_of_ports != 63488)
		out_printf(o, "  portmap number-of-ports %u \n",
			   g->number_of_ports);
	if (g->vip_address_range != 1)
		out_printf(o, "  portmap vip-address-range %u \n",
			   g->vip_address_range);
	if (g->portmap_disabled)
		out_puts(o, "  portmap disable \n");
}

/* ---- timers and the rest -------------------------------------------------- */

static int multiplier_set(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct group *g = cli_object(cli);

	(void)err;
	g->flow_timeout_multiplier = (unsigned)arg_uint(a, "multiplier", 0);
	g->flow_timeout_set = true;
	conf_changed(cli_conf(cli));
	return 0;
}

static int multiplier_clear(struct cli *cli, const struct args *a,
			    struct err *err)
{
	struct group *g = cli_object(cli);

	(void)a;
	(void)err;
	g->flow_timeout_multiplier = 0;
	conf_put_flag(cli_conf(cli), &g->flow_timeout_set, false);
	return 0;
}

static void multiplier_render(const void *obj, struct out *o)
{
	const struct group *g = obj;

	if (g->flow_timeout_set)
		out_printf(o, "  flow-timeout-multiplier %u \n",
			   g->flow_timeout_multiplier);
}

static int index_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct group *g = cli_object(cli);

	(void)err;
	conf_put_u16(cli_conf(cli), &g->redundant_index,
		     arg_uint(a, "index", 0));
	return g->redundant_index ? object_kept(cli, "redundant-index") : 0;
}

static void index_render(const void *obj, struct out *o)
{
	const struct group *g = obj;

	if (g->redundant_index)
		out_printf(o, "  redundant-index %u \n", g->redundant_index);
}

static int zero(struct cli *cli, const struct args *a, struct err *err)
{
	const struct group *g = cli_object(cli);

	(void)a;
	(void)err;
	if (cli_env(cli)->plane)
		plane_zero_group(cli_env(cli)->plane, g->index);
	return 0;
}

static int activate(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return group_activate(cli_conf(cli), cli_object(cli), err);
}

static int deactivate(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return group_suspend(cli_conf(cli), cli_object(cli), err);
}

static void active_render(const void *obj, struct out *o)
{
	const struct group *g = obj;

	if (g->active)
		out_puts(o, "  active \n");
}

/* Row order is running-config order. */
const struct cmd group_cmds[] = {
	{ .syntax = "vip address <ip:host> [range <range:uint:1-65535>]",
	  .help = "Virtual address of the group\n"
		  "Set the source address given to connections\n"
		  "First address\n"
		  "Several addresses\n"
		  "Number of addresses",
	  .run = vip_set,
	  .render = vip_render,
	  .no = "no vip address",
	  .clear = vip_clear },
	{ .syntax = "ip address <ip:host>",
	  .help = "IP settings\n"
		  "Older form of vip address\n"
		  "Address",
	  .run = ip_set,
	  .no = "no ip address",
	  .clear = vip_clear },
	{ .syntax = "add service <service:service>",
	  .help = "Add something to the group\n"
		  "Service whose own connections are translated\n"
		  "Service name",
	  .run = source_add,
	  .render = source_render,
	  .no = "remove service <service:service>",
	  .clear = source_remove },
	{ .syntax = "add destination service <service:service>",
	  .help = "Service as destination\n"
		  "Connections of clients to the service are translated\n"
		  "Service name",
	  .run = dest_add,
	  .render = dest_render,
	  .no = "remove destination service <service:service>",
	  .clear = dest_remove },
	{ .syntax = "remove", .help = "Take something away from the group" },
	{ .syntax = "remove service",
	  .help = "Service whose own connections are translated" },
	{ .syntax = "remove destination service",
	  .help = "Service as destination\n"
		  "Connections of clients to the service are translated" },
	{ .syntax = "portmap base-port <port:uint:2016-63456>",
	  .help = "Source ports given to connections\n"
		  "Set the first port\n"
		  "Port number",
	  .run = base_port_set,
	  .render = portmap_render,
	  .no = "no portmap base-port",
	  .clear = base_port_set },
	{ .syntax = "portmap number-of-ports <count:uint:2048-63488>",
	  .help = "Set how many ports\n"
		  "Number of ports",
	  .run = ports_set,
	  .no = "no portmap number-of-ports",
	  .clear = ports_set },
	{ .syntax = "portmap vip-address-range <count:uint:1-255>",
	  .help = "Set how many addresses\n"
		  "Number of addresses",
	  .run = vips_set,
	  .no = "no portmap vip-address-range",
	  .clear = vips_set },
	{ .syntax = "portmap disable",
	  .help = "Keep the source port of clients (UDP)",
	  .run = portmap_disable,
	  .no = "no portmap disable",
	  .clear = portmap_enable },
	{ .syntax = "portmap enable",
	  .help = "Translate source ports",
	  .run = portmap_enable },
	{ .syntax = "flow-timeout-multiplier <multiplier:uint:0-65533>",
	  .help = "Idle time of flows in units of 16 seconds\n"
		  "Number, 0 never",
	  .run = multiplier_set,
	  .render = multiplier_render,
	  .no = "no flow-timeout-multiplier",
	  .clear = multiplier_clear },
	{ .syntax = "redundant-index <index:uint:1-32767>",
	  .help = "Index for adaptive session redundancy\n"
		  "Index",
	  .run = index_set,
	  .render = index_render,
	  .no = "no redundant-index",
	  .clear = index_set },
	{ .syntax = "zero", .help = "Clear the group's counters", .run = zero },
	{ .syntax = "active",
	  .help = "Put the group in use",
	  .run = activate,
	  .render = active_render },
	{ .syntax = "suspend",
	  .help = "Take the group out of use",
	  .run = deactivate },
	{ 0 },
};
