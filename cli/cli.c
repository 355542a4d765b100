/*
 * What command handlers see of their session (cli/cmd.h)
 *
 * Objects are never kept: a mode remembers names, and every command looks its
 * object up anew, since another session may have deleted it meanwhile.
 */
#include "cli/session_priv.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "chassis/chassis.h"
#include "cli/env.h"
#include "cli/script_pipe.h"
#include "cli/script_play.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"

const struct env *cli_env(const struct cli *c)
{
	return c->env;
}

struct conf *cli_conf(const struct cli *c)
{
	return c->env->conf;
}

void *cli_object(const struct cli *c)
{
	const struct mode *m = &modes[c->mode];

	return m->object ? m->object(c->env->conf, c->outer, c->inner) : NULL;
}

const char *cli_object_name(const struct cli *c, int which)
{
	return which ? c->inner : c->outer;
}

struct out *cli_out(struct cli *c)
{
	return c->cmd.pipe ? &c->cmd.pipe->buf : c->out;
}

bool session_has_user(const struct cli *c)
{
	return c->kind <= SESSION_PIPE;
}

/* A keepalive looks, and changes nothing. */
bool session_allows(const struct cli *c, const struct args *a, struct err *err)
{
	static const char *const looks[] = {
		"echo",	     "endbranch", "exit script", "function", "if",
		"modify",    "no echo",	  "no set",	 "pause",    "ping",
		"script play", "set",	  "show",	 "socket",   "var-shift",
		"while",
	};
	char two[64];

	if (c->kind != SESSION_KEEPALIVE || a->seq[0].spec)
		return true; /* goto, loop and so on are values */
	(void)snprintf(two, sizeof(two), "%s %s", a->seq[0].text,
		       a->nseq > 1 ? a->seq[1].text : "");
	for (size_t i = 0; i < sizeof(looks) / sizeof(*looks); i++)
		if (!strcmp(a->seq[0].text, looks[i]) || !strcmp(two, looks[i]))
			return true;
	(void)err_set(err, ERR_DENIED, -1, T_KAL_COMMAND);
	return false;
}

bool cli_is_expert(const struct cli *c)
{
	return c->expert || !session_has_user(c) || c->cmd.plain ||
	       play_in_script(c);
}

bool cli_is_interactive(const struct cli *c)
{
	return session_has_user(c);
}

bool cli_may_wait(const struct cli *c)
{
	return c->kind != SESSION_SCRIPT;
}

const char *cli_user(const struct cli *c)
{
	return c->user;
}

void cli_warn(struct cli *c, const char *fmt, ...)
{
	struct out text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	out_vprintf(&text, fmt, ap);
	va_end(ap);
	if (c->script)
		script_warn(c, out_text(&text));
	else
		out_printf(c->out, "%%%% %s\n", out_text(&text));
	out_fini(&text);
}

/* ---- modes ---------------------------------------------------------------- */

void cli_enter(struct cli *c, int mode, const char *outer, const char *inner)
{
	char o[sizeof(c->outer)],
		i[sizeof(c->inner)]; /* may be our own names */

	assert(mode >= 0 && mode < MODE_NUM);
	(void)str_copy(o, sizeof(o), outer ? outer : "");
	(void)str_copy(i, sizeof(i), inner ? inner : "");
	c->mode = mode;
	memcpy(c->outer, o, sizeof(o));
	memcpy(c->inner, i, sizeof(i));
}

static int top_mode(const struct cli *c)
{
	if (c->kind == SESSION_SCRIPT) /* a file is configuration to its end */
		return MODE_GLOBAL;
	return c->enabled ? MODE_SUPERUSER : MODE_USER;
}

void cli_leave(struct cli *c)
{
	if (c->mode == top_mode(c))
		return;
	c->mode = (int)modes[c->mode].parent;
	c->inner[0] = '\0';
	if (!modes[c->mode].object)
		c->outer[0] = '\0';
}

void cli_end(struct cli *c)
{
	cli_enter(c, top_mode(c), NULL, NULL);
}

static bool is_gone(const struct cli *c)
{
	return modes[c->mode].object && !cli_object(c);
}

void cli_leave_deleted(struct cli *c)
{
	while (is_gone(c))
		cli_leave(c);
}

void cli_leave_gone(struct cli *c)
{
	while (is_gone(c)) {
		cli_warn(c, T_GONE, modes[c->mode].name,
			 *c->inner ? c->inner : c->outer);
		cli_leave(c);
	}
}

const char *cli_product(const struct cli *c)
{
	if (!c->env->chassis)
		return "CSS11503";
	return chassis_model(c->env->chassis)->product;
}
