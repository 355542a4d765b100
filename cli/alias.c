/*
 * Aliases: names that an operator gives to commands
 *
 * An alias holds in one mode or in all of them.  One for all modes stands back
 * where the mode has a command of that very name: `reboot` goes to boot mode and
 * finds the command there.  What is typed behind an alias goes behind its last
 * command, so that `commit_redundancy "10.7.100.93"` has its arguments.
 */
#include "cli/session_priv.h"

#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"

#define ALIAS_ALL (-1)

/* Modes by the names that `alias` has for them; others are modes' own. */
static const struct {
	const char *word;
	int mode;
} words[] = {
	{ "all", ALIAS_ALL },
	{ "super", MODE_SUPERUSER },
	{ "ip", MODE_CIRCUIT_IP },
	{ "rmonalarm", MODE_RMON_ALARM },
	{ "rmonevent", MODE_RMON_EVENT },
	{ "rmonhistory", MODE_RMON_HISTORY },
};
#define NWORDS (sizeof(words) / sizeof(*words))

/* The word behind `alias` or `no alias`; the row has no others than these. */
static int mode_typed(const struct args *a)
{
	const char *word = a->key[a->undo ? 2 : 1];
	int m = 0;

	for (size_t i = 0; i < NWORDS; i++)
		if (!strcmp(word, words[i].word))
			return words[i].mode;
	while (m < MODE_NUM - 1 && strcmp(word, modes[m].name) != 0)
		m++;
	return m;
}

static const char *mode_word(int mode)
{
	for (size_t i = 0; i < NWORDS; i++)
		if (words[i].mode == mode)
			return words[i].word;
	return modes[mode].name;
}

/* ---- finding --------------------------------------------------------------- */

static struct alias *alias_of(struct cli *c, int mode, const char *name)
{
	for (int i = 0; i < c->nalias; i++)
		if (c->alias[i].mode == mode && !strcmp(c->alias[i].name, name))
			return &c->alias[i];
	return NULL;
}

static bool is_command(const struct cli *c, const char *word)
{
	struct words w;
	struct err err;
	const char *verb = NULL;

	if (words_split(&w, word, &err) && w.n == 1)
		verb = tree_verb(mode_tree((enum mode_id)c->mode), &w);
	return verb && str_ieq(verb, word);
}

const struct alias *alias_find(struct cli *c, const char *word)
{
	const struct alias *a = alias_of(c, c->mode, word);

	if (!a && !is_command(c, word))
		a = alias_of(c, ALIAS_ALL, word);
	return a;
}

void alias_expand(struct cli *c, const struct alias *a, const char *behind)
{
	struct out o = { 0 };
	const char *rest = c->line + c->next;

	out_printf(&o, "%s%s", a->text, behind);
	if (*rest)
		out_printf(&o, ";%s", rest);
	free(c->line);
	c->line = xstrdup(out_text(&o));
	out_fini(&o);
	c->next = 0;
	c->expanded = true;
	c->depth++;
}

void alias_names(const struct cli *c, void (*emit)(void *arg, const char *name),
		 void *arg)
{
	for (int i = 0; i < c->nalias; i++)
		if (c->alias[i].mode == ALIAS_ALL ||
		    c->alias[i].mode == c->mode)
			emit(arg, c->alias[i].name);
}

/* ---- making ---------------------------------------------------------------- */

static int put(struct cli *c, int mode, const char *name, const char *text,
	       struct err *err)
{
	struct alias *x = alias_of(c, mode, name);

	if (!x && c->nalias == ALIAS_MAX)
		return err_set(err, ERR_REFUSED, -1, T_FULL, "aliase",
			       ALIAS_MAX);
	if (!x)
		x = &c->alias[c->nalias++];
	free(x->text);
	x->mode = mode;
	(void)str_copy(x->name, sizeof(x->name), name);
	x->text = xstrdup(text);
	return 0;
}

/* What every unit has (platform.md 2.9). */
void alias_defaults(struct cli *c)
{
	static const struct {
		int mode;
		const char *name, *text;
	} row[] = {
		{ ALIAS_ALL, "reboot", "@configure;boot;rebo" },
		{ ALIAS_ALL, "shutdown", "@configure;boot;shutd" },
		{ ALIAS_ALL, "logon", "@configure;logging line ${LINE};exit" },
		{ ALIAS_ALL, "logoff",
		  "@configure;no logging line ${LINE};exit" },
		{ ALIAS_ALL, "aca-load", "@script play service-load" },
		{ ALIAS_ALL, "aca_load", "@script play service-load" },
		{ ALIAS_ALL, "dnslookup", "@script play dnslookup" },
		{ ALIAS_ALL, "flash", "@script play flash-leds" },
		{ ALIAS_ALL, "showtech", "@script play showtech" },
		{ MODE_SUPERUSER, "save_config",
		  "copy running-config startup-config;archive "
		  "startup-config" },
		{ MODE_SUPERUSER, "save_profile", "copy profile user-profile" },
		{ MODE_SUPERUSER, "setup", "script play setup" },
		{ MODE_SUPERUSER, "upgrade", "script play upgrade" },
		{ MODE_SUPERUSER, "monitor", "script play monitor" },
		{ MODE_SUPERUSER, "commit_redundancy",
		  "script play commit_redundancy" },
		{ MODE_SUPERUSER, "commit_vip_redundancy",
		  "script play commit_vip_redundancy" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++)
		(void)put(c, row[i].mode, row[i].name, row[i].text, NULL);
}

void alias_render(const struct cli *c, struct out *o)
{
	for (int i = 0; i < c->nalias; i++)
		out_printf(o, "@alias %s %s \"%s\"\n",
			   mode_word(c->alias[i].mode), c->alias[i].name,
			   c->alias[i].text);
}

void alias_drop(struct cli *c)
{
	while (c->nalias) {
		struct alias *x = &c->alias[--c->nalias];

		free(x->text);
		*x = (struct alias){ 0 };
	}
}

/* ---- commands -------------------------------------------------------------- */

static int alias_set(struct cli *c, const struct args *a, struct err *err)
{
	return put(c, mode_typed(a), arg_word(a, "name"),
		   arg_word(a, "commands"), err);
}

static int alias_clear(struct cli *c, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "name");
	struct alias *x = alias_of(c, mode_typed(a), name);

	if (!x)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "alias",
			       name);
	free(x->text);
	c->nalias--;
	memmove(x, x + 1, (size_t)(&c->alias[c->nalias] - x) * sizeof(*x));
	c->alias[c->nalias] = (struct alias){ 0 };
	return 0;
}

static int alias_show(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	for (int i = 0; i < c->nalias; i++) {
		const struct alias *x = &c->alias[i];

		out_col(cli_out(c), 20, "%s", mode_word(x->mode));
		out_col(cli_out(c), 24, "%s", x->name);
		out_printf(cli_out(c), "\"%s\"\n", x->text);
	}
	return 0;
}

#define MODES                                                                  \
	"{all|acl|boot|circuit|content|dql|eql|global|group|"                  \
	"header-field-group|interface|ip|keepalive|nql|owner|rmonalarm|"       \
	"rmonevent|rmonhistory|service|super|urql|user|ssl-proxy-list|"        \
	"reporter}"

#define MODES_HELP                                                             \
	"In every mode\n"                                                      \
	"In ACL mode\n"                                                        \
	"In boot mode\n"                                                       \
	"In circuit mode\n"                                                    \
	"In content mode\n"                                                    \
	"In DQL mode\n"                                                        \
	"In EQL mode\n"                                                        \
	"In global configuration mode\n"                                       \
	"In group mode\n"                                                      \
	"In header-field-group mode\n"                                         \
	"In interface mode\n"                                                  \
	"In circuit IP mode\n"                                                 \
	"In keepalive mode\n"                                                  \
	"In NQL mode\n"                                                        \
	"In owner mode\n"                                                      \
	"In RMON alarm mode\n"                                                 \
	"In RMON event mode\n"                                                 \
	"In RMON history mode\n"                                               \
	"In service mode\n"                                                    \
	"In SuperUser mode\n"                                                  \
	"In URQL mode\n"                                                       \
	"In User mode\n"                                                       \
	"In ssl-proxy-list mode\n"                                             \
	"In reporter mode\n"

const struct cmd alias_cmds[] = {
	{ .syntax = "alias " MODES " <name:name:31> <commands:text:1-255>",
	  .help = "Give a name to commands\n" MODES_HELP "Name\n"
		  "Commands in quotes, separated by semicolons",
	  .run = alias_set,
	  .no = "no alias " MODES " <name:name:31>",
	  .clear = alias_clear },
	{ .syntax = "show aliases",
	  .help = "Print what is known about ...\n"
		  "Aliases of this session",
	  .run = alias_show },
	{ 0 },
};
