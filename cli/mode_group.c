/* Commands of the group mode: source groups (content.md 3.2). */
#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/inert.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "cli/setting.h"
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

/* ---- settings -------------------------------------------------------------- */

static int suspended(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return group_may_edit(cli_object(cli), err);
}

/* The product hands ports out in lots of 32. */
static void ports_round(struct cli *cli)
{
	struct group *g = cli_object(cli);

	g->number_of_ports = (uint16_t)((g->number_of_ports + 31) / 32 * 32);
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

#define FIELD(field, ...)                                                      \
	&(const struct setting)                                                \
	{                                                                      \
		SETTING_AT(struct group, field), __VA_ARGS__                   \
	}

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
	  .no = "no portmap base-port",
	  .set = FIELD(base_port, .store = SET_U16, .dflt = "2016",
		       .check = suspended) },
	{ .syntax = "portmap number-of-ports <count:uint:2048-63488>",
	  .help = "Set how many ports\n"
		  "Number of ports",
	  .no = "no portmap number-of-ports",
	  .set = FIELD(number_of_ports, .store = SET_U16, .dflt = "63488",
		       .check = suspended, .changed = ports_round) },
	{ .syntax = "portmap vip-address-range <count:uint:1-255>",
	  .help = "Set how many addresses\n"
		  "Number of addresses",
	  .no = "no portmap vip-address-range",
	  .set = FIELD(vip_address_range, .store = SET_U8, .dflt = "1",
		       .check = suspended) },
	{ .syntax = "portmap {enable|disable}",
	  .help = "Translate source ports\n"
		  "Keep the source port of clients (UDP)",
	  .no = "no portmap disable",
	  .set = FIELD(portmap_disabled, .store = SET_FLAG, .yes = "disable",
		       .no = "enable", .check = suspended) },
	{ .syntax = "flow-timeout-multiplier <multiplier:uint:0-65533>",
	  .help = "Idle time of flows in units of 16 seconds\n"
		  "Number, 0 never",
	  .no = "no flow-timeout-multiplier",
	  .set = FIELD(flow_timeout_multiplier, .store = SET_U32,
		       .dflt = FLOW_TIMEOUT_UNSET_TEXT) },
	{ .syntax = "redundant-index <index:uint:1-32767>",
	  .help = "Index for adaptive session redundancy\n"
		  "Index",
	  .no = "no redundant-index",
	  .set = FIELD(redundant_index, .store = SET_U16, .dflt = "0"),
	  .inert = INERT_NO_PEER },
	{ 0 },
};

/* `active` is the last line. */
const struct cmd group_state_cmds[] = {
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
