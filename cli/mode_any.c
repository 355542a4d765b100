/* Commands of every mode: the session itself, its terminal and its help. */
#include "cli/session_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/access.h"
#include "cli/env.h"
#include "cli/profile.h"
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "cli/render.h"
#include "emu/conf/conf.h"

/* ---- leaving -------------------------------------------------------------- */

/*
 * Each question stands until it is answered; what cannot be saved keeps the user
 * in, so that nothing is lost unseen.
 */
static int leave(struct cli *c, bool profile_asked, struct err *err);

static int unsaved_answer(struct cli *c, const char *line, bool profile,
			  struct err *err)
{
	line += strspn(line, " \t");
	if (*line == 'y' || *line == 'Y') {
		if (profile && profile_save(c, err) < 0)
			return -1;
		if (!profile &&
		    (access_may(c, DIR_RELEASE_ROOT, true, err) < 0 ||
		     render_save(c->env, err) < 0))
			return -1;
	} else if (*line != 'n' && *line != 'N') {
		return leave(c, !profile, err); /* the same again */
	}
	if (profile)
		return leave(c, true, err);
	cli_logout(c);
	return 0;
}

static int profile_answer(struct cli *c, const char *line, void *arg,
			  struct err *err)
{
	(void)arg;
	return line ? unsaved_answer(c, line, true, err) : 0;
}

static int config_answer(struct cli *c, const char *line, void *arg,
			 struct err *err)
{
	(void)arg;
	return line ? unsaved_answer(c, line, false, err) : 0;
}

/* Pipes are not asked about their profile: nobody set it by hand. */
static int leave(struct cli *c, bool profile_asked, struct err *err)
{
	const struct conf *conf = cli_conf(c);
	bool asks = c->enabled && !cli_is_expert(c);

	(void)err;
	if (asks && !profile_asked && c->kind != SESSION_PIPE &&
	    profile_changed(c))
		cli_ask(c, T_Q_PROFILE, true, profile_answer, NULL);
	else if (asks && conf->generation != conf->saved)
		cli_ask(c, T_Q_UNSAVED, true, config_answer, NULL);
	else if (c->kind != SESSION_SCRIPT)
		cli_logout(c);
	return 0;
}

static int logout_run(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	return leave(c, false, err);
}

static int exit_run(struct cli *c, const struct args *a, struct err *err)
{
	if (c->mode == MODE_USER || c->mode == MODE_SUPERUSER)
		return logout_run(c, a, err);
	cli_leave(c);
	return 0;
}

static int end_run(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	cli_end(c);
	return 0;
}

/* ---- small talk ----------------------------------------------------------- */

static int help_run(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	out_puts(cli_out(c),
		 "?           lists the commands of this mode\n"
		 "word?       lists the commands that begin with word\n"
		 "command ?   lists what may be typed next\n"
		 "Tab         completes a word that is unique so far\n"
		 "no command  undoes a command or sets its default\n"
		 "Words may be shortened as long as they are unique.  Several\n"
		 "commands on one line are separated by semicolons.\n");
	return 0;
}

int screen_clear(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	if (c->kind == SESSION_CONSOLE || c->kind == SESSION_VTY)
		out_puts(cli_out(c), "\033[H\033[2J");
	return 0;
}

/* ---- terminal ------------------------------------------------------------- */

static int length_set(struct cli *c, const struct args *a, struct err *err)
{
	(void)err;
	c->term.length = (unsigned)arg_uint(a, "lines", TERM_LENGTH_DFLT);
	return 0;
}

static int length_clear(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	c->term.length = TERM_LENGTH_DFLT;
	return 0;
}

static int more_set(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	c->term.more = true;
	return 0;
}

static int more_clear(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	c->term.more = false;
	return 0;
}

static int idle_set(struct cli *c, const struct args *a, struct err *err)
{
	(void)err;
	c->term.idle_min = (unsigned)arg_uint(a, "minutes", 0);
	c->idle_set = true;
	return 0;
}

static int idle_clear(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	c->idle_set = false;
	return 0;
}

static int timeout_set(struct cli *c, const struct args *a, struct err *err)
{
	(void)err;
	c->term.timeout_min = (unsigned)arg_uint(a, "minutes", 0);
	return 0;
}

static int timeout_clear(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	c->term.timeout_min = 0;
	return 0;
}

static int netmask_set(struct cli *c, const struct args *a, struct err *err)
{
	(void)err;
	c->netmask = arg_key(a, "bitcount")	 ? NETMASK_BITCOUNT
		     : arg_key(a, "hexadecimal") ? NETMASK_HEX
						 : NETMASK_DECIMAL;
	return 0;
}

static int netmask_clear(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	c->netmask = NETMASK_DECIMAL;
	return 0;
}

void cli_out_mask(const struct cli *c, uint8_t prefix_len, char *buf,
		  size_t cap)
{
	struct in_addr mask = str_mask_of(prefix_len);

	if (c->netmask == NETMASK_BITCOUNT)
		(void)snprintf(buf, cap, "/%u", prefix_len);
	else if (c->netmask == NETMASK_HEX)
		(void)snprintf(buf, cap, "0x%08x", ntohl(mask.s_addr));
	else
		(void)snprintf(buf, cap, "%s", str_addr(mask));
}

/* ---- history, prompt ------------------------------------------------------ */

static int history_set(struct cli *c, const struct args *a, struct err *err)
{
	(void)err;
	c->term.history = (unsigned)arg_uint(a, "lines", HISTORY_DFLT);
	cli_history_trim(c);
	return 0;
}

static int history_clear(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	c->term.history = HISTORY_DFLT;
	cli_history_trim(c);
	return 0;
}

static int history_show(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	for (unsigned i = 0; i < c->nhistory; i++)
		out_printf(cli_out(c), "%s\n", c->history[i]);
	return 0;
}

static int prompt_set(struct cli *c, const struct args *a, struct err *err)
{
	(void)err;
	(void)str_copy(c->name, sizeof(c->name), arg_word(a, "text"));
	return 0;
}

static int prompt_clear(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	c->name[0] = '\0';
	return 0;
}

/* ---- lines --------------------------------------------------------------- */

static int lines_show(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	sessions_show(c->env->sessions, c, cli_out(c));
	return 0;
}

/* ---- the table ------------------------------------------------------------ */

const struct cmd any_cmds[] = {
	{ .syntax = "exit",
	  .help = "Leave this mode; at the top: log out",
	  .run = exit_run },
	{ .syntax = "end",
	  .help = "Leave all configuration modes",
	  .run = end_run },
	{ .syntax = "logout", .help = "Log out", .run = logout_run },
	{ .syntax = "help", .help = "How to use help", .run = help_run },
	{ .syntax = "cls", .help = "Clear the screen", .run = screen_clear },
	{ .syntax = "terminal length <lines:uint:2-65535>",
	  .help = "Settings of this session's terminal\n"
		  "Lines on a page of output\n"
		  "Number of lines; 65535 turns paging off",
	  .run = length_set,
	  .no = "no terminal length",
	  .clear = length_clear },
	{ .syntax = "terminal more",
	  .help = "Stop after each page of output",
	  .run = more_set,
	  .no = "no terminal more",
	  .clear = more_clear },
	{ .syntax = "terminal idle <minutes:uint:0-65535>",
	  .help = "Log out after some time without input\n"
		  "Minutes; 0: never",
	  .run = idle_set,
	  .no = "no terminal idle",
	  .clear = idle_clear },
	{ .syntax = "terminal timeout <minutes:uint:0-65535>",
	  .help = "Log out after some time, idle or not\n"
		  "Minutes; 0: never",
	  .run = timeout_set,
	  .no = "no terminal timeout",
	  .clear = timeout_clear },
	{ .syntax = "terminal netmask-format {bitcount|decimal|hexadecimal}",
	  .help = "How show commands print masks\n"
		  "/24\n255.255.255.0\n0xffffff00",
	  .run = netmask_set,
	  .no = "no terminal netmask-format",
	  .clear = netmask_clear },
	{ .syntax = "history length <lines:uint:0-255>",
	  .help = "Command history\nHow many commands are kept\nCommands",
	  .run = history_set,
	  .no = "no history length",
	  .clear = history_clear },
	{ .syntax = "prompt <text:text:1-15>",
	  .help = "Text before the mode in the prompt\nText",
	  .run = prompt_set,
	  .no = "no prompt",
	  .clear = prompt_clear },
	{ .syntax = "show", .help = "Print what is known about ..." },
	{ .syntax = "show history",
	  .help = "Commands typed in this session",
	  .run = history_show },
	{ .syntax = "show lines",
	  .help = "Sessions and who is logged in",
	  .run = lines_show },
	{ 0 },
};
