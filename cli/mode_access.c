/* Ways into the switch: which are closed, how passwords are checked there, what
 * is shown first, when sessions end; render hooks get the struct conf. */
#include <assert.h>
#include <string.h>

#include "cli/access.h"
#include "cli/cmd.h"
#include "cli/modes.h"
#include "cli/setting.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/texts.h"
#include "emu/conf/access.h"
#include "emu/conf/conf.h"
#include "emu/conf/global.h"

static struct access *access_of(struct cli *cli)
{
	return cli_conf(cli)->access;
}

/* ---- closed ways ---------------------------------------------------------- */

/* The way that was named, of those from first on. */
static enum way way_of(const struct args *a, enum way first)
{
	enum way w = first;

	while (!arg_key(a, way_word(w)))
		w++;
	return w;
}

static int way_put(struct cli *cli, enum way w, bool closed, struct err *err)
{
	if (w == WAY_USER_DATABASE && access_may_users(cli, err) < 0)
		return -1;
	conf_put_flag(cli_conf(cli), &access_of(cli)->restricted[w], closed);
	return 0;
}

static int restrict_set(struct cli *cli, const struct args *a, struct err *err)
{
	return way_put(cli, way_of(a, WAY_CONSOLE), true, err);
}

static int restrict_clear(struct cli *cli, const struct args *a,
			  struct err *err)
{
	return way_put(cli, way_of(a, WAY_CONSOLE), false, err);
}

static int restrict_set_kept(struct cli *cli, const struct args *a,
			     struct err *err)
{
	return way_put(cli, way_of(a, WAY_ACTING), true, err);
}

static int restrict_clear_kept(struct cli *cli, const struct args *a,
			       struct err *err)
{
	return way_put(cli, way_of(a, WAY_ACTING), false, err);
}

static void ways_render(const void *obj, enum way from, enum way to,
			struct out *o)
{
	const struct conf *c = obj;

	for (enum way w = from; w < to; w++) {
		bool closed = c->access->restricted[w];

		if (closed != way_dflt(w))
			out_printf(o, "  %srestrict %s \n", closed ? "" : "no ",
				   way_word(w));
	}
}

static void restrict_render(const void *obj, struct out *o)
{
	ways_render(obj, WAY_CONSOLE, WAY_ACTING, o);
}

static void restrict_render_kept(const void *obj, struct out *o)
{
	ways_render(obj, WAY_ACTING, WAY_NUM, o);
}

/* ---- how passwords are checked -------------------------------------------- */

static const char *const tries[] = { "primary", "secondary", "tertiary" };
static_assert(sizeof(tries) / sizeof(*tries) == AUTH_TRIES,
	      "tries[] does not match struct auth_order");

/* Without a word of the three: the older form, which sets the first. */
static unsigned try_of(const struct args *a)
{
	for (unsigned i = AUTH_TRIES - 1; i; i--)
		if (arg_key(a, tries[i]))
			return i;
	return 0;
}

static enum auth_method method_of(const struct args *a)
{
	enum auth_method m = AUTH_LOCAL;

	while (m < AUTH_NONE && !arg_key(a, auth_word(m)))
		m++;
	return m;
}

static int console_set(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	auth_put(cli_conf(cli), &access_of(cli)->console, try_of(a),
		 method_of(a));
	return 0;
}

/* arg_key() knows the words of a row only. */
static int virtual_set(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	auth_put(cli_conf(cli), &access_of(cli)->remote, try_of(a),
		 arg_key(a, auth_word(AUTH_DISALLOWED)) ? AUTH_DISALLOWED
							: method_of(a));
	return 0;
}

/* All of it: nobody is asked for a password.  One try: its default. */
static void order_clear(struct cli *cli, const struct args *a,
			struct auth_order *o)
{
	unsigned at = try_of(a);

	if (at || arg_key(a, tries[0])) {
		auth_put(cli_conf(cli), o, at, at ? AUTH_UNSET : AUTH_LOCAL);
		return;
	}
	*o = auth_off();
	conf_changed(cli_conf(cli));
}

static int console_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	order_clear(cli, a, &access_of(cli)->console);
	return 0;
}

static int virtual_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	order_clear(cli, a, &access_of(cli)->remote);
	return 0;
}

static void order_render(const char *word, const struct auth_order *x,
			 struct out *o)
{
	static const struct auth_order dflt = { { AUTH_LOCAL } };
	const struct auth_order off = auth_off();

	if (!memcmp(x, &off, sizeof(off))) {
		out_printf(o, "  no %s authentication \n", word);
		return;
	}
	for (unsigned i = 0; i < AUTH_TRIES; i++)
		if (x->method[i] != dflt.method[i])
			out_printf(o, "  %s authentication %s %s \n", word,
				   tries[i],
				   auth_word((enum auth_method)x->method[i]));
}

static void console_render(const void *obj, struct out *o)
{
	order_render("console", &((const struct conf *)obj)->access->console,
		     o);
}

static void virtual_render(const void *obj, struct out *o)
{
	order_render("virtual", &((const struct conf *)obj)->access->remote, o);
}

/* ---- before log-in -------------------------------------------------------- */

static int banner_set(struct cli *cli, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "name");

	if (strchr(name, '/') || strstr(name, ".."))
		return err_set(err, ERR_RANGE, -1, T_NO_FOLDER, name);
	return conf_put_text(cli_conf(cli), access_of(cli)->banner,
			     sizeof(access_of(cli)->banner), name, err);
}

static int banner_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return conf_put_text(cli_conf(cli), access_of(cli)->banner,
			     sizeof(access_of(cli)->banner), "", err);
}

static void banner_render(const void *obj, struct out *o)
{
	const struct conf *c = obj;

	if (*c->access->banner)
		out_printf(o, "  prelogin-banner \"%s\" \n", c->access->banner);
}

/* ---- idle sessions -------------------------------------------------------- */

static int idle_set(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	access_of(cli)->idle_timeout_min = (unsigned)arg_uint(a, "minutes", 5);
	conf_changed(cli_conf(cli));
	return 0;
}

static void idle_render(const void *obj, struct out *o)
{
	const struct conf *c = obj;

	if (c->access->idle_timeout_min != 5)
		out_printf(o, "  idle timeout %u \n",
			   c->access->idle_timeout_min);
}

#define KEPT(...)                                                              \
	&(const struct setting)                                                \
	{                                                                      \
		.global = true, SETTING_AT(struct global, kept), __VA_ARGS__   \
	}

#define WAYS	  "{console|telnet|ssh|user-database}"
#define WAYS_KEPT "{ftp|snmp|secure-xml|unsecure-xml|web-mgmt|xml}"
#define TRIES	  "{primary|secondary|tertiary}"

static const char no_server[] = "this program has no such server";

/* Row order is running-config order. */
const struct cmd restrict_cmds[] = {
	{ .syntax = "restrict " WAYS,
	  .help = "Close a way into the switch\n"
		  "Console\n"
		  "Telnet\n"
		  "SSH\n"
		  "Changes of users by users",
	  .run = restrict_set,
	  .render = restrict_render,
	  .no = "no restrict " WAYS,
	  .clear = restrict_clear },
	{ .syntax = "restrict " WAYS_KEPT,
	  .help = "FTP\n"
		  "SNMP\n"
		  "XML over SSL\n"
		  "XML over HTTP\n"
		  "Web management\n"
		  "Older word for unsecure-xml",
	  .run = restrict_set_kept,
	  .render = restrict_render_kept,
	  .no = "no restrict " WAYS_KEPT,
	  .clear = restrict_clear_kept,
	  .inert = no_server },
	{ 0 },
};

const struct cmd access_cmds[] = {
	{ .syntax = "console authentication [" TRIES
		    "] {local|radius|tacacs|none}",
	  .help = "Console\n"
		  "How passwords are checked\n"
		  "First\n"
		  "When the first has no answer\n"
		  "When neither has an answer\n"
		  "Users of this switch\n"
		  "RADIUS servers\n"
		  "TACACS+ servers\n"
		  "Not at all",
	  .run = console_set,
	  .render = console_render,
	  .no = "no console authentication [" TRIES "]",
	  .clear = console_clear },
	{ .syntax = "virtual authentication [" TRIES
		    "] {local|radius|tacacs|none|disallowed}",
	  .help = "Remote sessions\n"
		  "How passwords are checked\n"
		  "First\n"
		  "When the first has no answer\n"
		  "When neither has an answer\n"
		  "Users of this switch\n"
		  "RADIUS servers\n"
		  "TACACS+ servers\n"
		  "Not at all\n"
		  "Nobody may come in",
	  .run = virtual_set,
	  .render = virtual_render,
	  .no = "no virtual authentication [" TRIES "]",
	  .clear = virtual_clear },
	{ .syntax = "prelogin-banner <name:text:1-32>",
	  .help = "Text shown before log-in\n"
		  "File in the script directory, in quotes",
	  .no = "no prelogin-banner",
	  .run = banner_set,
	  .render = banner_render,
	  .clear = banner_clear },
	{ .syntax = "idle timeout <minutes:uint:0-65535>",
	  .help = "Idle sessions\n"
		  "Set when they end\n"
		  "Minutes, 0 never",
	  .run = idle_set,
	  .render = idle_render,
	  .no = "no idle timeout",
	  .clear = idle_set },
	{ .syntax = "idle timeout web-mgmt <minutes:uint:0-65535>",
	  .help = "Web management sessions\n"
		  "Minutes, 0 never",
	  .no = "no idle timeout web-mgmt",
	  .set = KEPT(.dflt = "0"),
	  .inert = no_server },
	{ 0 },
};
