/* Commands of global configuration; render hooks get the struct conf. */
#include <stdio.h>

#include "cli/cmd.h"
#include "cli/mode_global.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/conf.h"
#include "emu/conf/global.h"

/* ---- for the other tables -------------------------------------------------- */

int global_needs(const struct cli *cli, const char *family, const char *what,
		 struct err *err)
{
	if (settings_count(&cli_conf(cli)->global->kept, family))
		return 0;
	return err_set(err, ERR_REFUSED, -1, T_OFF, what);
}

int global_net(const struct args *a, char *buf, size_t cap, struct err *err)
{
	struct in_addr net;
	uint8_t prefix_len = 0;

	if (object_net(a, &net, &prefix_len, err) < 0)
		return -1;
	(void)snprintf(buf, cap, "%s %s", str_addr(net),
		       str_addr(str_mask_of(prefix_len)));
	return 0;
}

static int boot_open(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	cli_enter(cli, MODE_BOOT, NULL, NULL);
	return 0;
}

/* Row order is running-config order. */
const struct cmd global_cmds[] = {
	{ .syntax = "boot", .help = "Boot settings", .run = boot_open },
	{ 0 },
};
