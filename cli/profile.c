/*
 * Profiles: kept, shown, sent, and run at log-in (platform.md 2.9)
 *
 * A profile is a script whose lines begin with `@`, so that nothing is echoed
 * and no question asked.  What the session was like behind it is remembered as
 * text: a session that differs when its user leaves has had profile changes.
 */
#include "cli/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/access.h"
#include "cli/env.h"
#include "cli/filedir.h"
#include "cli/script_play.h"
#include "cli/session_priv.h"
#include "cli/transfer.h"
#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/io/disk.h"

#define DEFAULT	    "profile/default-profile"
#define PROFILE_MAX 65536 /* own bound */
#define PATH_CAP    80	  /* "profile/USER-profile" */
#define CHECK	    "CHECK_STARTUP_ERRS"

static void path_of(const struct cli *c, char *path, size_t cap)
{
	(void)snprintf(path, cap, "profile/%s-profile", c->user);
}

/* ---- the text -------------------------------------------------------------- */

static void render_terminal(const struct cli *c, struct out *o)
{
	static const char *const format[] = {
		[NETMASK_BITCOUNT] = "bitcount",
		[NETMASK_HEX] = "hexadecimal",
	};

	if (c->term.length != TERM_LENGTH_DFLT)
		out_printf(o, "@terminal length %u\n", c->term.length);
	if (!c->term.more)
		out_puts(o, "@no terminal more\n");
	if (c->idle_set)
		out_printf(o, "@terminal idle %u\n", c->term.idle_min);
	if (c->term.timeout_min)
		out_printf(o, "@terminal timeout %u\n", c->term.timeout_min);
	if (c->netmask != NETMASK_DECIMAL)
		out_printf(o, "@terminal netmask-format %s\n",
			   format[c->netmask]);
	if (c->term.history != HISTORY_DFLT)
		out_printf(o, "@history length %u\n", c->term.history);
}

void profile_render(struct cli *c, struct out *o)
{
	const char *name = *c->name ? c->name : cli_product(c);
	const char *quote = strpbrk(name, " \t;!") ? "\"" : "";
	const char *check = play_var(c, CHECK);

	out_printf(o, "@prompt %s%s%s\n", quote, name, quote);
	out_printf(o, "@%sexpert\n", c->expert ? "" : "no ");
	render_terminal(c, o);
	alias_render(c, o);
	if (check)
		out_printf(o, "@set " CHECK " \"%s\" session\n", check);
}

/* ---- has it changed? -------------------------------------------------------- */

void profile_settle(struct cli *c)
{
	struct out o = { 0 };

	profile_render(c, &o);
	free(c->profile);
	c->profile = xstrdup(out_text(&o));
	out_fini(&o);
}

bool profile_changed(struct cli *c)
{
	struct out o = { 0 };
	bool changed;

	if (!c->profile)
		return false;
	profile_render(c, &o);
	changed = strcmp(out_text(&o), c->profile) != 0;
	out_fini(&o);
	return changed;
}

/* ---- at log-in --------------------------------------------------------------- */

static void spoilt(struct disk *d, const char *path, const char *why)
{
	char kept[PATH_CAP + 16] = "";
	struct err err = { 0 };

	if (disk_keep_bad(d, path, kept, sizeof(kept), &err) < 0)
		(void)str_copy(kept, sizeof(kept), "it was");
	log_write(LOG_SYSSOFT, LOG_ERROR_3, T_PROFILE_SPOILT, path, why, kept);
}

/* The text is the caller's; NULL: there is no such profile, or a spoilt one. */
static char *profile_read(struct disk *d, const char *path, size_t *len)
{
	struct err err = { 0 };
	char *text = NULL;
	const char *why = NULL;

	if (disk_read(d, path, &text, len, &err) < 0) {
		if (err.code != ERR_NOT_FOUND)
			spoilt(d, path, err.msg);
		return NULL;
	}
	if (!file_is_text(text, *len))
		why = "not a text file";
	else if (*len > PROFILE_MAX)
		why = "too large";
	if (!why)
		return text;
	spoilt(d, path, why);
	free(text);
	return NULL;
}

/* Like what real units print when lines of the startup-config failed. */
static void check_startup(struct cli *c)
{
	const struct out *errors = c->env->startup_errors;
	const char *check = play_var(c, CHECK);

	if (c->kind != SESSION_CONSOLE && c->kind != SESSION_VTY)
		return;
	if (c->enabled && errors && errors->len && check && !strcmp(check, "1"))
		out_puts(c->out, T_STARTUP_ERRORS "\n");
}

void profile_login(struct cli *c)
{
	char path[PATH_CAP];
	struct err err = { .col = -1 };
	char *text = NULL;
	size_t len = 0;

	path_of(c, path, sizeof(path));
	if (c->env->disk)
		text = profile_read(c->env->disk, path, &len);
	if (c->env->disk && !text)
		text = profile_read(c->env->disk, DEFAULT, &len);
	if (!text) {
		(void)play_var_set(c, CHECK, "1", true, NULL);
	} else {
		alias_drop(c); /* it has them all */
		if (play_text(c, "profile", text, len, !c->enabled, &err) < 0)
			cli_warn(c, "%s", err.msg);
		free(text);
		cli_pump(c);
	}
	check_startup(c);
}

/* ---- commands ----------------------------------------------------------------- */

static int show(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	profile_render(c, cli_out(c));
	return 0;
}

static int keep(struct cli *c, const char *path, struct err *err)
{
	struct out o = { 0 };
	int rc;

	profile_render(c, &o);
	rc = disk_write(c->env->disk, path, out_text(&o), o.len, 0600, err);
	out_fini(&o);
	if (rc == 0)
		profile_settle(c);
	return rc;
}

static int keep_own(struct cli *c, const struct args *a, struct err *err)
{
	char path[PATH_CAP];

	(void)a;
	path_of(c, path, sizeof(path));
	return keep(c, path, err);
}

int profile_save(struct cli *c, struct err *err)
{
	return keep_own(c, NULL, err);
}

/* Scripts is where real units have their profiles. */
static int keep_default(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	if (access_may(c, DIR_SCRIPT, true, err) < 0)
		return -1;
	return keep(c, DEFAULT, err);
}

static int transmit(struct cli *c, const struct args *a, struct err *err)
{
	const char *remote = arg_word(a, "remote");
	struct transfer *t =
		arg_key(a, "ftp") ? transfer_new(c->env, arg_word(a, "record"),
						 false, remote, 0, err)
				  : transfer_tftp(c->env, arg_word(a, "host"),
						  remote, 0, err);
	struct out o = { 0 };

	if (!t)
		return -1;
	profile_render(c, &o);
	transfer_send(t, o.buf, o.len);
	return transfer_start(c, t, NULL, NULL, NULL);
}

const struct cmd profile_cmds[] = {
	{ .syntax = "copy profile default-profile",
	  .help = "Copy ...\n"
		  "Settings of this session\n"
		  "To the profile of users without one",
	  .run = keep_default },
	{ .syntax = "copy profile user-profile",
	  .help = "To the profile of this user",
	  .run = keep_own },
	{ .syntax = "copy profile {ftp <record:ftprecord>|tftp <host:host>} "
		    "<remote:word:1-128>",
	  .help = "To an FTP server\n"
		  "Name of an ftp-record\n"
		  "To a TFTP server\n"
		  "Address or host name\n"
		  "Name of the file there",
	  .run = transmit },
	{ 0 },
};

const struct cmd show_profile_cmds[] = {
	{ .syntax = "show profile",
	  .help = "Print what is known about ...\n"
		  "Settings of this session, as they are kept",
	  .run = show },
	{ 0 },
};
