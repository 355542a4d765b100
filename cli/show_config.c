/* Showing, saving and loading the configuration (platform.md 3.1, 3.2). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/access.h"
#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/filedir.h"
#include "cli/modes.h"
#include "cli/render.h"
#include "cli/session.h"
#include "cli/tree.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/texts.h"
#include "emu/base/wall.h"
#include "emu/base/xalloc.h"
#include "emu/conf/conf.h"
#include "emu/conf/global.h"
#include "emu/io/disk.h"

#define STARTUP_CONFIG "startup-config"

/* ---- showing -------------------------------------------------------------- */

static int running_show(struct cli *cli, const struct args *a, struct err *err)
{
	struct out text = { 0 };

	(void)err;
	render_config(cli_env(cli), wall_now(), &text);
	file_print(out_text(&text), arg_key(a, "line-numbers"), cli_out(cli));
	out_fini(&text);
	return 0;
}

/* "show running-config SECTION [NAME]" */
static int section_show(struct cli *cli, const struct args *a, struct err *err)
{
	return render_section(cli_env(cli), a->seq[2].text,
			      a->n ? a->v[0].word : NULL, cli_out(cli), err);
}

static int rule_show(struct cli *cli, const struct args *a, struct err *err)
{
	struct out name = { 0 };
	int result = 0;

	out_printf(&name, "%s %s", arg_word(a, "name"), arg_word(a, "rule"));
	result = render_section(cli_env(cli), "content", out_text(&name),
				cli_out(cli), err);
	out_fini(&name);
	return result;
}

static int startup_read(struct cli *cli, char **text, size_t *len,
			struct err *err)
{
	if (access_may(cli, DIR_RELEASE_ROOT, false, err) < 0)
		return -1;
	if (disk_read(cli_env(cli)->disk, STARTUP_CONFIG, text, len, err) == 0)
		return 0;
	if (err->code != ERR_NOT_FOUND)
		return -1;
	return err_set(err, ERR_NOT_FOUND, -1, T_NO_STARTUP);
}

static int startup_show(struct cli *cli, const struct args *a, struct err *err)
{
	char *text = NULL;
	size_t len = 0;

	if (startup_read(cli, &text, &len, err) < 0)
		return -1;
	file_print(text, arg_key(a, "line-numbers"), cli_out(cli));
	wipe(text, len);
	free(text);
	return 0;
}

static int errors_show(struct cli *cli, const struct args *a, struct err *err)
{
	const struct out *errors = cli_env(cli)->startup_errors;

	(void)a;
	(void)err;
	if (errors && errors->len)
		out_puts(cli_out(cli), out_text(errors));
	else
		out_puts(cli_out(cli), T_NO_STARTUP_ERRORS "\n");
	return 0;
}

/* ---- saving and loading --------------------------------------------------- */

static int save(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	if (access_may(cli, DIR_RELEASE_ROOT, true, err) < 0)
		return -1;
	if (render_save(cli_env(cli), err) < 0)
		return -1;
	cli_worked(cli, T_WORKING);
	return 0;
}

static void say_rejected(void *arg, unsigned line, unsigned column,
			 const char *text, const char *message)
{
	struct out *o = arg;

	script_frame(line, column, text, message, o);
}

static void say_warned(void *arg, unsigned line, const char *text,
		       const char *message)
{
	struct out *o = arg;

	(void)text;
	out_printf(o, "%%%% line %u: %s\n", line, message);
}

static int merge(struct cli *cli, const struct args *a, struct err *err)
{
	const struct script_result result = {
		.arg = cli_out(cli),
		.rejected = say_rejected,
		.warned = say_warned,
	};
	char *text = NULL;
	size_t len = 0;

	(void)a;
	if (access_may_users(cli, err) < 0 || /* it may hold user lines */
	    startup_read(cli, &text, &len, err) < 0)
		return -1;
	(void)script_run(cli_env(cli), text, len, &result);
	wipe(text, len);
	free(text);
	return 0;
}

/* ---- clearing ------------------------------------------------------------- */

static int startup_drop(struct cli *cli, void *arg, struct err *err)
{
	(void)arg;
	if (!disk_exists(cli_env(cli)->disk, STARTUP_CONFIG))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_STARTUP);
	if (disk_remove(cli_env(cli)->disk, STARTUP_CONFIG, err) < 0)
		return -1;
	cli_conf(cli)->saved = 0;
	return 0;
}

static int startup_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	if (access_may(cli, DIR_RELEASE_ROOT, true, err) < 0)
		return -1;
	return cli_confirm(cli, err, startup_drop, NULL, T_Q_CLEAR_STARTUP);
}

static int running_drop(struct cli *cli, void *arg, struct err *err)
{
	(void)arg;
	(void)err;
	conf_clear(cli_conf(cli));
	return 0;
}

static int running_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	if (access_may_users(cli, err) < 0)
		return -1;
	return cli_confirm(cli, err, running_drop, NULL, T_Q_CLEAR_RUNNING);
}

static int errors_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	if (cli_env(cli)->startup_errors)
		out_clear(cli_env(cli)->startup_errors);
	return 0;
}

const struct cmd show_config_cmds[] = {
	{ .syntax = "show running-config [line-numbers]",
	  .help = "Show ...\n"
		  "Configuration in force\n"
		  "With a number on each line",
	  .run = running_show },
	{ .syntax = "show running-config {global|interface [<name:port>]|"
		    "circuit [<name:vlan>]|ssl-proxy-list [<name:ssllist>]|"
		    "keepalive [<name:keepalive>]|service [<name:service>]|"
		    "owner [<name:owner>]|group [<name:group>]|"
		    "content [<name:content>]}",
	  .help = "Global section\n"
		  "Ports\n"
		  "Port\n"
		  "Circuits\n"
		  "Circuit name\n"
		  "Lists of SSL servers\n"
		  "List name\n"
		  "Named keepalives\n"
		  "Keepalive name\n"
		  "Services\n"
		  "Service name\n"
		  "Owners with their rules\n"
		  "Owner name\n"
		  "Source groups\n"
		  "Group name\n"
		  "Content rules\n"
		  "Rule name",
	  .run = section_show },
	{ .syntax = "show running-config {eql [<name:eql>]|dql [<name:dql>]|"
		    "nql [<name:nql>]|urql [<name:urql>]|"
		    "header-field-group [<name:hfgroup:32>]|"
		    "reporter [<name:reporter>]|acl [<index:uint:1-99>]|"
		    "{rmon-alarm|rmon-event|rmon-history} "
		    "[<index:uint:1-65535>]}",
	  .help = "Lists of file extensions\n"
		  "List name\n"
		  "Lists of domains\n"
		  "List name\n"
		  "Lists of networks\n"
		  "List name\n"
		  "Lists of URLs\n"
		  "List name\n"
		  "Groups of HTTP header fields\n"
		  "Group name\n"
		  "Reporters\n"
		  "Reporter name\n"
		  "Access control lists\n"
		  "Number of a list\n"
		  "RMON alarms\n"
		  "RMON events\n"
		  "RMON histories\n"
		  "Number",
	  .run = section_show },
	{ .syntax = "show running-config owner <name:owner> content "
		    "<rule:content>",
	  .help = "One rule\n"
		  "Rule name",
	  .run = rule_show },
	{ .syntax = "show startup-config [line-numbers]",
	  .help = "Configuration at start-up\n"
		  "With a number on each line",
	  .run = startup_show },
	{ .syntax = "show startup-errors",
	  .help = "Lines that failed at start-up",
	  .run = errors_show },
	{ .syntax = "copy running-config startup-config",
	  .help = "Copy ...\n"
		  "Configuration in force\n"
		  "To the configuration at start-up",
	  .run = save },
	{ .syntax = "copy startup-config running-config",
	  .help = "Configuration at start-up\n"
		  "Into the configuration in force",
	  .run = merge },
	{ .syntax = "write memory",
	  .help = "Save ...\n"
		  "Configuration in force",
	  .run = save },
	{ .syntax = "clear running-config",
	  .help = "Reset or delete ...\n"
		  "Configuration in force",
	  .run = running_clear },
	{ .syntax = "clear startup-config",
	  .help = "Configuration at start-up",
	  .run = startup_clear },
	{ .syntax = "clear startup-errors",
	  .help = "Lines that failed at start-up",
	  .run = errors_clear },
	{ 0 },
};
