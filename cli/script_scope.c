/*
 * Which variables a command sees (content.md 5.2, 5.5)
 *
 * Those of the script, which functions and the scripts that it plays share, in
 * front of those of the session.  ARGS belongs to the level.  LINE, MODE and USER
 * are what the session is; they cannot be set.
 */
#include "cli/script_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"

/* ---- special ones ----------------------------------------------------------- */

static const char *mode_value(const struct cli *c)
{
	if (c->mode == MODE_GLOBAL)
		return "configure";
	return c->mode == MODE_SUPERUSER ? "super" : modes[c->mode].name;
}

static const char *status_value(const struct cli *c)
{
	static char text[16]; /* control thread */

	(void)snprintf(text, sizeof(text), "%d", c->status);
	return text;
}

static struct level *args_level(const struct cli *c)
{
	for (int i = c->play ? c->play->n - 1 : -1; i >= 0; i--)
		if (c->play->level[i]->args)
			return c->play->level[i];
	return NULL;
}

/* What the session is; NULL: no such variable. */
static const char *given(const struct cli *c, const char *name)
{
	if (!strcmp(name, "LINE"))
		return c->line_name;
	if (!strcmp(name, "MODE"))
		return mode_value(c);
	if (!strcmp(name, "USER"))
		return c->user;
	return strcmp(name, "STATUS") ? NULL : status_value(c);
}

const char *play_var(struct cli *c, const char *name)
{
	const struct level *l = args_level(c);
	const char *value = given(c, name);

	if (value)
		return value;
	if (l && !strcmp(name, "ARGS"))
		return l->args;
	value = c->play ? vars_get(c->play->vars, name) : NULL;
	return value ? value : vars_get(c->vars, name);
}

/* ---- setting ---------------------------------------------------------------- */

static struct vars *of_script(const struct cli *c)
{
	return play_in_script(c) ? c->play->vars : NULL;
}

static int args_set(struct level *l, const char *value, struct err *err)
{
	char *copy = NULL;

	if (strlen(value) > VAR_VALUE_LEN)
		return err_set(err, ERR_RANGE, -1, T_TOO_LONG,
			       (size_t)VAR_VALUE_LEN);
	copy = xstrdup(value); /* may be the old one */
	free(l->args);
	l->args = copy;
	return 0;
}

int play_var_set(struct cli *c, const char *name, const char *value,
		 bool session, struct err *err)
{
	struct level *l = args_level(c);
	struct vars *v = session ? NULL : of_script(c);

	if (!strcmp(name, "STATUS"))
		return 0; /* the next command sets it anyway */
	if (given(c, name))
		return err_set(err, ERR_REFUSED, -1, T_VAR_GIVEN, name);
	if (l && !strcmp(name, "ARGS"))
		return args_set(l, value, err);
	return vars_set(v ? v : c->vars, name, value, err);
}

int play_var_modify(struct cli *c, const char *name, const char *value,
		    struct err *err)
{
	bool own = c->play && vars_get(c->play->vars, name);

	return play_var_set(c, name, value, !own, err);
}

bool play_var_unset(struct cli *c, const char *name)
{
	if (c->play && vars_unset(c->play->vars, name))
		return true;
	return vars_unset(c->vars, name);
}

/* ---- all of them ------------------------------------------------------------ */

static const char *const specials[] = { "ARGS", "LINE", "MODE", "STATUS",
					"USER" };
#define NSPECIAL ((int)(sizeof(specials) / sizeof(*specials)))

/* A walk over the three sources, each in order of name. */
struct walk {
	int special, script, session;
};

static const char *least(const char *a, const char *b)
{
	if (!a || !b)
		return a ? a : b;
	return strcmp(a, b) <= 0 ? a : b;
}

/* The next name, which every source that has it steps over; NULL: no more. */
static const char *walk_next(struct walk *w, const struct cli *c)
{
	const char *special =
		w->special < NSPECIAL ? specials[w->special] : NULL;
	const char *script = NULL, *session = NULL, *value = NULL;
	const char *name = NULL;

	if (c->play)
		(void)vars_at(c->play->vars, w->script, &script, &value);
	(void)vars_at(c->vars, w->session, &session, &value);
	name = least(special, least(script, session));
	if (!name)
		return NULL;
	w->special += special && !strcmp(special, name);
	w->script += script && !strcmp(script, name);
	w->session += session && !strcmp(session, name);
	return name;
}

void play_vars(struct cli *c,
	       void (*emit)(void *arg, const char *name, const char *value),
	       void *arg)
{
	struct walk w = { 0 };
	const char *name = NULL, *value = NULL;

	while ((name = walk_next(&w, c))) {
		value = play_var(c, name);
		if (value)
			emit(arg, name, value);
	}
}
