/* The SSH server's settings, and what it does. */
#include <stdio.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "cli/setting.h"
#include "cli/sshd.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/access.h"
#include "emu/conf/conf.h"
#include "emu/conf/global.h"
#include "emu/conf/setting.h"

enum { W_LABEL = 24 };

/* ---- show ----------------------------------------------------------------- */

static void put(struct out *o, const char *label, const char *text)
{
	out_col(o, W_LABEL, "%s:", label);
	out_printf(o, "%s\n", text);
}

static const char *kept(const struct cli *cli, const char *family,
			const char *dflt)
{
	const char *v = settings_get(&cli_conf(cli)->global->kept, family, "");

	return v ? v : dflt;
}

static int config_show(struct cli *cli, const struct args *a, struct err *err)
{
	const struct env *env = cli_env(cli);
	struct out *o = cli_out(cli);
	char text[64];

	(void)a;
	(void)err;
	put(o, "Access",
	    cli_conf(cli)->access->restricted[WAY_SSH] ? "Restricted"
						       : "Allowed");
	put(o, "Maximum Sessions", "4");
	(void)snprintf(text, sizeof(text), "%u", sshd_count(env->sshd));
	put(o, "Active Sessions", text);
	put(o, "Port", kept(cli, "sshd port", "22"));
	sshd_where(env->sshd, text, sizeof(text));
	put(o, "Listens On", text);
	put(o, "Server Key Bits", kept(cli, "sshd server-keybits", "768"));
	put(o, "Protocol Version", kept(cli, "sshd version", "v1 and v2"));
	put(o, "Keepalive",
	    settings_get(&cli_conf(cli)->global->kept, "sshd keepalive", "")
		    ? "Disabled"
		    : "Enabled");
	return 0;
}

static int sessions_list(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	sshd_show(cli_env(cli)->sshd, cli_out(cli));
	return 0;
}

static int version_show(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	out_printf(cli_out(cli),
		   "SSH package: libssh %s, protocol version 2.0\n",
		   ssh_library());
	return 0;
}

/* ---- the tables ----------------------------------------------------------- */

#define KEPT(...)                                                              \
	&(const struct setting)                                                \
	{                                                                      \
		.global = true, SETTING_AT(struct global, kept), __VA_ARGS__   \
	}

const struct cmd sshd_cmds[] = {
	{ .syntax = "sshd keepalive",
	  .help = "SSH server\n"
		  "Find out about clients that are gone",
	  .no = "no sshd keepalive",
	  .set = KEPT(.on = true) },
	{ .syntax = "sshd port <port:uint:22-65535>",
	  .help = "Where it listens\n"
		  "TCP port, default 22",
	  .no = "no sshd port",
	  .set = KEPT(.dflt = "22"),
	  .inert = "the option --ssh says where the SSH server listens" },
	{ .syntax = "sshd server-keybits <bits:uint:512-32768>",
	  .help = "Size of the key of protocol version 1\n"
		  "Bits, default 768",
	  .no = "no sshd server-keybits",
	  .set = KEPT(.dflt = "768"),
	  .inert = "the SSH server speaks protocol version 2 only" },
	{ .syntax = "sshd version {v1|v2}",
	  .help = "Protocol versions\n"
		  "Version 1 only\n"
		  "Version 2 only",
	  .no = "no sshd version",
	  .set = KEPT() },
	{ 0 },
};

const struct cmd show_sshd_cmds[] = {
	{ .syntax = "show sshd config",
	  .help = "Print what is known about ...\n"
		  "SSH server\n"
		  "Its settings",
	  .run = config_show },
	{ .syntax = "show sshd sessions",
	  .help = "Who came in by SSH",
	  .run = sessions_list },
	{ .syntax = "show sshd version",
	  .help = "Version of its software",
	  .run = version_show },
	{ 0 },
};
