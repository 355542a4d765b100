/*
 * setup: the questions of a new switch (platform.md 2.3)
 *
 * The questions are a table; an answer leads to the next row.  What was
 * answered becomes configuration lines, which are shown, run like a file, and
 * saved when the user wants it.  Until then nothing has changed: `q` at any
 * question leaves everything as it was.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "cli/render.h"
#include "cli/session.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"

#define SERVERS_MAX 16
#define SERVER_LEN  31

enum template { L3, L5, PROXY_CACHE, TRANSPARENT_CACHE, NO_TEMPLATE };

struct server {
	char name[SERVER_LEN + 1];
	struct in_addr addr;
};

struct setup {
	int at; /* enum question */
	struct in_addr gateway, vlan, mask, vip;
	enum template template;
	struct server server[SERVERS_MAX];
	int nserver;
	char owner[SERVER_LEN + 1], rule[SERVER_LEN + 1];
	struct out lines; /* what is to be configured */
};

enum question {
	GATEWAY_WANTED,
	GATEWAY,
	VLAN_WANTED,
	VLAN_ADDR,
	VLAN_MASK,
	L3_WANTED,
	L5_WANTED,
	PROXY_WANTED,
	TRANSPARENT_WANTED,
	SERVER_NAME,
	SERVER_ADDR,
	SERVER_MORE,
	OWNER,
	RULE,
	VIP,
	SAVE, /* behind what has been run */
	NQUESTION,
	FINISHED, /* of the answers: they are run, then SAVE is asked */
};

/* ---- what an answer sets --------------------------------------------------- */

/* false: it cannot be, and the question comes again. */
typedef bool (*take_fn)(struct setup *s, const char *line);

static bool take_gateway(struct setup *s, const char *line)
{
	return str_to_addr(line, &s->gateway);
}

static bool take_vlan(struct setup *s, const char *line)
{
	return str_to_addr(line, &s->vlan);
}

static bool take_mask(struct setup *s, const char *line)
{
	uint8_t len = 24; /* Enter */

	if (*line && (!str_to_mask(line, &len) || len < 8 || len > 30))
		return false;
	s->mask = str_mask_of(len);
	return true;
}

static bool take_vip(struct setup *s, const char *line)
{
	return str_to_addr(line, &s->vip);
}

static bool take_name(char name[static SERVER_LEN + 1], const char *line)
{
	return str_is_name(line, SERVER_LEN) &&
	       str_copy(name, SERVER_LEN + 1, line);
}

static bool take_server(struct setup *s, const char *line)
{
	for (int i = 0; i < s->nserver; i++)
		if (!strcmp(s->server[i].name, line))
			return false;
	return take_name(s->server[s->nserver].name, line);
}

static bool take_server_addr(struct setup *s, const char *line)
{
	if (!str_to_addr(line, &s->server[s->nserver].addr))
		return false;
	s->nserver++;
	return true;
}

static bool take_owner(struct setup *s, const char *line)
{
	return take_name(s->owner, line);
}

static bool take_rule(struct setup *s, const char *line)
{
	return take_name(s->rule, line);
}

/* ---- the questions --------------------------------------------------------- */

static const struct {
	const char *text, *help;
	take_fn take; /* NULL: [y/n] */
	int yes, no;  /* the question behind it; a value's is yes */
} questions[NQUESTION] = {
	[GATEWAY_WANTED] = { T_SETUP_GATEWAY_YN, T_SETUP_GATEWAY_HELP, NULL,
			     GATEWAY, VLAN_WANTED },
	[GATEWAY] = { T_SETUP_GATEWAY, NULL, take_gateway, VLAN_WANTED, 0 },
	[VLAN_WANTED] = { T_SETUP_VLAN_YN, T_SETUP_VLAN_HELP, NULL, VLAN_ADDR,
			  L3_WANTED },
	[VLAN_ADDR] = { T_SETUP_VLAN, NULL, take_vlan, VLAN_MASK, 0 },
	[VLAN_MASK] = { T_SETUP_MASK, NULL, take_mask, L3_WANTED, 0 },
	[L3_WANTED] = { T_SETUP_L3_YN, T_SETUP_L3_HELP, NULL, SERVER_NAME,
			L5_WANTED },
	[L5_WANTED] = { T_SETUP_L5_YN, T_SETUP_L5_HELP, NULL, SERVER_NAME,
			PROXY_WANTED },
	[PROXY_WANTED] = { T_SETUP_PROXY_YN, T_SETUP_PROXY_HELP, NULL,
			   SERVER_NAME, TRANSPARENT_WANTED },
	[TRANSPARENT_WANTED] = { T_SETUP_CACHE_YN, T_SETUP_CACHE_HELP, NULL,
				 SERVER_NAME, FINISHED },
	[SERVER_NAME] = { T_SETUP_SERVER, NULL, take_server, SERVER_ADDR, 0 },
	[SERVER_ADDR] = { T_SETUP_SERVER_ADDR, NULL, take_server_addr,
			  SERVER_MORE, 0 },
	[SERVER_MORE] = { T_SETUP_MORE_YN, T_SETUP_MORE_HELP, NULL, SERVER_NAME,
			  OWNER },
	[OWNER] = { T_SETUP_OWNER, NULL, take_owner, RULE, 0 },
	[RULE] = { T_SETUP_RULE, NULL, take_rule, VIP, 0 },
	[VIP] = { T_SETUP_VIP, NULL, take_vip, FINISHED, 0 },
	[SAVE] = { T_SETUP_SAVE_YN, T_SETUP_SAVE_HELP, NULL, 0, 0 },
};

/* ---- the configuration ------------------------------------------------------ */

static void put_servers(const struct setup *s, const char *type, struct out *o)
{
	for (int i = 0; i < s->nserver; i++) {
		out_printf(o, "service %s\n  ip address %s\n",
			   s->server[i].name, str_addr(s->server[i].addr));
		if (type)
			out_printf(o, "  type %s\n", type);
		out_puts(o, "  active\n");
	}
}

static void put_rule(const struct setup *s, struct out *o)
{
	static const char *const port[] = {
		[L3] = "",
		[L5] = "    protocol tcp\n    port 80\n    url \"/*\"\n",
		[PROXY_CACHE] =
			"    protocol tcp\n    port 8080\n    url \"/*\"\n",
		[TRANSPARENT_CACHE] =
			"    protocol tcp\n    port 80\n    url \"/*\"\n",
	};

	out_printf(o, "owner %s\n  content %s\n", s->owner, s->rule);
	if (s->template != TRANSPARENT_CACHE) /* it takes what passes by */
		out_printf(o, "    vip address %s\n", str_addr(s->vip));
	out_puts(o, port[s->template]);
	for (int i = 0; i < s->nserver; i++)
		out_printf(o, "    add service %s\n", s->server[i].name);
	out_puts(o, "    active\n");
}

static void put_lines(const struct setup *s, struct out *o)
{
	static const char *const type[] = {
		[L3] = NULL,
		[L5] = NULL,
		[PROXY_CACHE] = "proxy-cache",
		[TRANSPARENT_CACHE] = "transparent-cache",
	};

	if (s->gateway.s_addr)
		out_printf(o, "ip route 0.0.0.0 0.0.0.0 %s\n",
			   str_addr(s->gateway));
	if (s->vlan.s_addr) {
		out_printf(o, "circuit VLAN1\n  ip address %s",
			   str_addr(s->vlan));
		out_printf(o, " %s\n", str_addr(s->mask));
	}
	if (s->template == NO_TEMPLATE)
		return;
	put_servers(s, type[s->template], o);
	put_rule(s, o);
}

static void say_rejected(void *arg, unsigned line, unsigned column,
			 const char *text, const char *message)
{
	script_frame(line, column, text, message, arg);
}

static void say_warned(void *arg, unsigned line, const char *text,
		       const char *message)
{
	struct out *o = arg;

	(void)line;
	(void)text;
	out_printf(o, "%%%% %s\n", message);
}

static void run(struct cli *cli, struct setup *s)
{
	const struct script_result result = { .arg = cli_out(cli),
					      .rejected = say_rejected,
					      .warned = say_warned };

	put_lines(s, &s->lines);
	out_printf(cli_out(cli), "\n" T_SETUP_LINES "\n\n%s\n",
		   s->lines.len ? out_text(&s->lines) : T_SETUP_NONE "\n");
	(void)script_run(cli_env(cli), out_text(&s->lines), s->lines.len,
			 &result);
}

/* ---- asking ------------------------------------------------------------------ */

static void setup_free(struct setup *s)
{
	out_fini(&s->lines);
	free(s);
}

static int on_answer(struct cli *cli, const char *line, void *arg,
		     struct err *err);

static void ask(struct cli *cli, struct setup *s)
{
	cli_ask(cli, questions[s->at].text, true, on_answer, s);
}

/* 1 yes, 0 no, -1 neither. */
static int yes_no(const char *line)
{
	if (!*line || str_ieq(line, "y") || str_ieq(line, "yes"))
		return 1;
	return str_ieq(line, "n") || str_ieq(line, "no") ? 0 : -1;
}

static void choose_template(struct setup *s)
{
	static const struct {
		int question;
		enum template template;
	} row[] = {
		{ L3_WANTED, L3 },
		{ L5_WANTED, L5 },
		{ PROXY_WANTED, PROXY_CACHE },
		{ TRANSPARENT_WANTED, TRANSPARENT_CACHE },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++)
		if (row[i].question == s->at)
			s->template = row[i].template;
}

/* To the next question; false: this one again. */
static bool go_on(struct cli *cli, struct setup *s, const char *line)
{
	int yes = questions[s->at].take ? 1 : yes_no(line);

	if (!questions[s->at].take && str_ieq(line, "?")) {
		out_printf(cli_out(cli), "%s\n", questions[s->at].help);
		return false;
	}
	if (yes < 0 ||
	    (questions[s->at].take && !questions[s->at].take(s, line))) {
		cli_warn(cli, T_SETUP_BAD, line);
		return false;
	}
	if (yes)
		choose_template(s);
	s->at = yes ? questions[s->at].yes : questions[s->at].no;
	if (s->at == SERVER_MORE && s->nserver == SERVERS_MAX)
		s->at = OWNER;
	if (s->at == VIP && s->template == TRANSPARENT_CACHE)
		s->at = FINISHED;
	return true;
}

static int save(struct cli *cli, const char *line, struct setup *s,
		struct err *err)
{
	int yes = yes_no(line);

	if (yes < 0) {
		out_printf(cli_out(cli), "%s\n", questions[SAVE].help);
		ask(cli, s);
		return 0;
	}
	setup_free(s);
	if (!yes)
		return 0;
	if (render_save(cli_env(cli), err) < 0)
		return -1;
	out_puts(cli_out(cli), T_SETUP_SAVED "\n");
	return 0;
}

static int on_answer(struct cli *cli, const char *line, void *arg,
		     struct err *err)
{
	struct setup *s = arg;

	if (line)
		line += strspn(line, " \t");
	if (!line || str_ieq(line, "q")) { /* Ctrl-C, or quit */
		if (s->at != SAVE)
			out_puts(cli_out(cli), T_SETUP_QUIT "\n");
		setup_free(s);
		return 0;
	}
	if (s->at == SAVE)
		return save(cli, line, s, err);
	if (go_on(cli, s, line) && s->at == FINISHED) {
		run(cli, s);
		s->at = SAVE;
	}
	ask(cli, s);
	return 0;
}

static int setup_run(struct cli *cli, const struct args *a, struct err *err)
{
	struct setup *s = NULL;

	(void)a;
	if (!cli_is_interactive(cli))
		return err_set(err, ERR_REFUSED, -1, T_NOT_IN_FILE);
	s = xcalloc(1, sizeof(*s));
	s->template = NO_TEMPLATE;
	out_puts(cli_out(cli), T_SETUP_INTRO);
	ask(cli, s);
	return 0;
}

const struct cmd setup_cmds[] = {
	{ .syntax = "setup",
	  .help = "Configure a new switch by questions",
	  .run = setup_run },
	{ 0 },
};
