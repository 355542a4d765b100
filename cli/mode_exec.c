/* User and SuperUser modes: rights, configuration mode, other sessions. */
#include "cli/session_priv.h"

#include <stdlib.h>
#include <string.h>

#include "cli/env.h"
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"

/* ---- enable --------------------------------------------------------------- */

static void enable_done(struct cli *c, const char *user, const struct rights *r)
{
	(void)user;
	if (!r) {
		cli_warn(c, "%s", T_LOGIN_BAD);
		return;
	}
	if (!r->superuser) {
		cli_warn(c, "%s", T_NOT_SUPER);
		return;
	}
	c->rights.administrator = r->administrator;
	c->rights.method = r->method;
	(void)str_copy(c->rights.dir_access, sizeof(c->rights.dir_access),
		       r->dir_access);
	c->enabled = true;
	cli_end(c);
}

static int enable_password(struct cli *c, const char *line, void *arg,
			   struct err *err)
{
	char *user = arg;

	(void)err;
	if (line)
		login_check(c, user, line, enable_done);
	free(user);
	return 0;
}

static int enable_user(struct cli *c, const char *line, void *arg,
		       struct err *err)
{
	(void)arg;
	(void)err;
	if (!line || !*line)
		return 0;
	cli_ask(c, T_LOGIN_PASS, false, enable_password,
		xstrndup(line, sizeof(c->user)));
	return 0;
}

static int enable_run(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	if (c->enabled)
		return 0;
	if (c->rights.superuser) {
		c->enabled = true;
		cli_end(c);
	} else {
		cli_ask(c, T_LOGIN_USER " ", true, enable_user, NULL);
	}
	return 0;
}

static int disable_run(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	if (c->kind == SESSION_SCRIPT)
		return 0;
	c->enabled = false;
	cli_end(c);
	return 0;
}

/* ---- modes ---------------------------------------------------------------- */

/* Also typed inside of configuration modes, where pasted text has it. */
static int configure_run(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	cli_enter(c, MODE_GLOBAL, NULL, NULL);
	return 0;
}

static int llama_run(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	if (c->mode != MODE_SUPERUSER)
		return err_set(err, ERR_REFUSED, -1,
			       "Leave the configuration modes first: end");
	cli_enter(c, MODE_DEBUG, NULL, NULL);
	return 0;
}

static int expert_set(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	c->expert = true;
	return 0;
}

static int expert_clear(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	c->expert = false;
	return 0;
}

/* ---- other sessions, history ---------------------------------------------- */

static int disconnect_run(struct cli *c, const struct args *a, struct err *err)
{
	return sessions_disconnect(c->env->sessions, arg_word(a, "line"), err);
}

static int history_drop(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	cli_history_clear(c);
	return 0;
}

/* ---- the tables ----------------------------------------------------------- */

const struct cmd user_cmds[] = {
	{ .syntax = "enable",
	  .help = "Turn on SuperUser rights",
	  .run = enable_run },
	{ 0 },
};

const struct cmd superuser_cmds[] = {
	{ .syntax = "disable",
	  .help = "Give SuperUser rights back",
	  .run = disable_run },
	{ .syntax = "configure [terminal]",
	  .help = "Enter global configuration mode\n"
		  "The same, as other products have it",
	  .run = configure_run },
	{ .syntax = "expert",
	  .help = "Ask no questions in this session",
	  .run = expert_set,
	  .no = "no expert",
	  .clear = expert_clear },
	{ .syntax = "llama", .help = "Enter debug mode", .run = llama_run },
	{ .syntax = "disconnect <line:word:15>",
	  .help = "End another session\nLine from show lines: vty1",
	  .run = disconnect_run },
	{ .syntax = "clear", .help = "Reset or delete ..." },
	{ .syntax = "clear history",
	  .help = "Forget the commands typed in this session",
	  .run = history_drop },
	{ .syntax = "show boot-config",
	  .help = "Print what is known about ...\nBoot settings",
	  .run = boot_config_show },
	{ 0 },
};
