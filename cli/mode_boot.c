/* Boot mode: reboot, shutdown and the boot record; debug mode. */
#include "cli/session_priv.h"

#include <stdio.h>
#include <string.h>

#include "cli/env.h"
#include "emu/base/err.h"
#include "emu/base/texts.h"
#include "emu/io/disk.h"

/* ---- boot ----------------------------------------------------------------- */

static int stop(struct cli *c, bool reboot, struct err *err)
{
	if (!c->env->stop)
		return err_set(err, ERR_REFUSED, -1,
			       "This switch does not run: nothing to stop");
	c->env->stop(c->env->arg, reboot);
	cli_logout(c);
	return 0;
}

static int reboot_yes(struct cli *c, void *arg, struct err *err)
{
	(void)arg;
	return stop(c, true, err);
}

static int shutdown_yes(struct cli *c, void *arg, struct err *err)
{
	(void)arg;
	return stop(c, false, err);
}

static int reboot_run(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	return cli_confirm(c, err, reboot_yes, NULL, "%s", T_Q_SURE);
}

static int shutdown_run(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	return cli_confirm(c, err, shutdown_yes, NULL, "%s", T_Q_SURE);
}

/* The only image there is, and the only place it boots from. */
int boot_config_show(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	out_printf(cli_out(c),
		   "!************************ BOOT CONFIG "
		   "************************\n"
		   "  primary boot-file %s \n"
		   "  primary boot-type boot-via-disk \n",
		   CSS_VERSION_IMAGE);
	return 0;
}

const struct cmd boot_cmds[] = {
	{ .syntax = "reboot",
	  .help = "Stop traffic and boot again",
	  .run = reboot_run },
	{ .syntax = "shutdown",
	  .help = "Stop the switch so that its power may be cut",
	  .run = shutdown_run },
	{ .syntax = "show boot-config",
	  .help = "Print what is known about ...\nBoot settings",
	  .run = boot_config_show },
	{ 0 },
};

