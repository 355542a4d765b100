/* Commands of the reporter mode (platform.md 5.6). */
#include <stdlib.h>

#include "cli/cmd.h"
#include "cli/modes.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/reporter.h"

static int type_set(struct cli *cli, const struct args *a, struct err *err)
{
	enum reporter_type t = REPORTER_NO_TYPE;

	for (int i = REPORTER_PHY_ALL; i < REPORTER_TYPE_NUM; i++)
		if (arg_key(a, reporter_type_name((enum reporter_type)i)))
			t = (enum reporter_type)i;
	return reporter_set_type(cli_conf(cli), cli_object(cli), t, err);
}

static int type_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return reporter_set_type(cli_conf(cli), cli_object(cli),
				 REPORTER_NO_TYPE, err);
}

static void type_render(const void *obj, struct out *o)
{
	const struct reporter *r = obj;

	if (r->type != REPORTER_NO_TYPE)
		out_printf(o, "  type %s \n", reporter_type_name(r->type));
}

static int phy_set(struct cli *cli, const struct args *a, struct err *err)
{
	return reporter_add_phy(cli_conf(cli), cli_object(cli),
				arg_word(a, "port"), err);
}

static int phy_clear(struct cli *cli, const struct args *a, struct err *err)
{
	return reporter_del_phy(cli_conf(cli), cli_object(cli),
				arg_word(a, "port"), err);
}

static void phys_render(const void *obj, struct out *o)
{
	const struct reporter *r = obj;

	for (size_t i = 0; i < r->nphy; i++)
		out_printf(o, "  phy %s \n", r->phy[i].name);
}

static int vrid_set(struct cli *cli, const struct args *a, struct err *err)
{
	return reporter_add_vrid(cli_conf(cli), cli_object(cli),
				 arg_addr(a, "ip"),
				 (uint8_t)arg_uint(a, "vrid", 0), err);
}

static int vrid_clear(struct cli *cli, const struct args *a, struct err *err)
{
	return reporter_del_vrid(cli_conf(cli), cli_object(cli),
				 arg_addr(a, "ip"),
				 (uint8_t)arg_uint(a, "vrid", 0), err);
}

static void vrids_render(const void *obj, struct out *o)
{
	const struct reporter *r = obj;

	for (size_t i = 0; i < r->nvrid; i++)
		out_printf(o, "  vrid %s %u \n", str_addr(r->vrid[i].addr),
			   r->vrid[i].vrid);
}

static int activate(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return reporter_activate(cli_conf(cli), cli_object(cli), err);
}

static int deactivate(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return reporter_suspend(cli_conf(cli), cli_object(cli), err);
}

static void active_render(const void *obj, struct out *o)
{
	const struct reporter *r = obj;

	if (r->active)
		out_puts(o, "  active \n");
}

/* Row order is running-config order. */
const struct cmd reporter_cmds[] = {
	{ .syntax = "type {critical-phy-all-up|critical-phy-any-up|"
		    "vrid-peering}",
	  .help = "What is watched, and when the reporter is up\n"
		  "Interfaces, while all are up\n"
		  "Interfaces, while any is up\n"
		  "Virtual routers, which change state together",
	  .run = type_set,
	  .render = type_render,
	  .no = "no type",
	  .clear = type_clear },
	{ .syntax = "phy <port:port>",
	  .help = "Interface that is watched\n"
		  "Port",
	  .run = phy_set,
	  .render = phys_render,
	  .no = "no phy <port:port>",
	  .clear = phy_clear },
	{ .syntax = "vrid <ip:addr> <vrid:uint:1-255>",
	  .help = "Virtual router that is watched\n"
		  "Address of its IP interface\n"
		  "Number of the router",
	  .run = vrid_set,
	  .render = vrids_render,
	  .no = "no vrid <ip:addr> <vrid:uint:1-255>",
	  .clear = vrid_clear },
	{ .syntax = "active",
	  .help = "Put the reporter in use",
	  .run = activate,
	  .render = active_render },
	{ .syntax = "suspend",
	  .help = "Take the reporter out of use",
	  .run = deactivate },
	{ 0 },
};
