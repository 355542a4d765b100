/*
 * Answers questions about the command table, for the tests in tests/forms
 *
 * A question is a line, its parts apart by tabs; an answer is a line with its
 * length in bytes, then the answer.
 *
 *	rows			every row of every mode, a line each: mode, name
 *				of the row's syntax, its `no` sentence, r when it
 *				prints running-config, reason when it is inert
 *	match MODE LINE		"ok", or column (from 0), then the message
 *	complete MODE BEFORE	what Tab puts there
 *	new			a scratch switch without configuration
 *	run LINE		types a line (expert; configuration to its end)
 *	enter MODE OUTER INNER	goes there
 *	config			running-config, the !Generated line left out
 *	load FILE		runs a file; "line:column message" of what it
 *				rejects
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "cli/render.h"
#include "cli/session_priv.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/conf/conf.h"
#include "emu/io/loop.h"
#include "emu/options.h"
#include "tests/fuzz/scratch_env.h"

#define PARTS_MAX 4

static const struct env *env;
static struct session *session;

static int mode_of(const char *name)
{
	for (int m = 0; m < MODE_NUM; m++)
		if (!strcmp(modes[m].name, name))
			return m;
	(void)fprintf(stderr, "table: no mode %s\n", name);
	exit(2);
}

/* ---- the table ------------------------------------------------------------ */

static void row_answer(int mode, const struct cmd *c, struct out *o)
{
	out_printf(o, "%s\t%s\t%s\t%s\t%s%s\n", modes[mode].name, c->syntax,
		   c->no ? c->no : "", c->set || c->render ? "r" : "",
		   c->inert ? c->inert
		   : c->host_inert ? "with --attach host: " : "",
		   !c->inert && c->host_inert ? c->host_inert : "");
}

static void tables_answer(int mode, const struct cmd *const *tables,
			  struct out *o)
{
	for (; tables && *tables; tables++)
		for (const struct cmd *c = *tables; c->syntax; c++)
			if (c->run || c->set)
				row_answer(mode, c, o);
}

static void rows_answer(struct out *o)
{
	for (int m = 0; m < MODE_NUM; m++) {
		tables_answer(m, modes[m].tables, o);
		tables_answer(m, modes[m].shared, o);
	}
}

static void match_answer(const char *mode, const char *line, struct out *o)
{
	struct err err = { .col = -1 };
	struct words w;
	struct args a;

	if (words_split(&w, line, &err) &&
	    !tree_match(mode_tree((enum mode_id)mode_of(mode)), &w, &a, &err))
		out_puts(o, "ok");
	else
		out_printf(o, "%d %s", err.col, err.msg);
}

static void complete_answer(const char *mode, const char *before, struct out *o)
{
	struct scope s = { .env = env, .owner = "" };
	char add[256];

	tree_complete(mode_tree((enum mode_id)mode_of(mode)), before, &s, add,
		      sizeof(add));
	out_puts(o, add);
}

/* ---- the switch ----------------------------------------------------------- */

static void begin(void)
{
	static const struct options opt = {
		.chassis = "11506",
		.slot = { [2] = "CSS5-IOM-16FE",
			  [3] = "CSS5-IOM-8FE",
			  [4] = "CSS5-SSL-K9" },
	};

	session_free(session);
	env = scratch_env_of(&opt);
	session = session_new(env, SESSION_SCRIPT, "script");
}

static void run_answer(const char *line, struct out *o)
{
	session_line(session, line, o);
	while (session_busy(session))
		loop_turn(env->loop, 1000);
	session_take_output(session, o);
}

static void config_answer(struct out *o)
{
	struct out all = { 0 };
	const char *text = NULL;

	render_config(env, 0, &all);
	text = strchr(out_text(&all), '\n');
	out_puts(o, text ? text + 1 : "");
	out_fini(&all);
}

static void rejected(void *arg, unsigned line, unsigned column,
		     const char *text, const char *message)
{
	(void)text;
	out_printf(arg, "%u:%u %s\n", line, column, message);
}

static void load_answer(const char *path, struct out *o)
{
	struct script_result r = { .arg = o, .rejected = rejected };
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t len = 0;

	if (!f || getdelim(&text, &len, '\0', f) < 0) {
		(void)fprintf(stderr, "table: %s cannot be read\n", path);
		exit(2);
	}
	(void)script_run(env, text, strlen(text), &r);
	(void)fclose(f);
	free(text);
}

/* ---- questions ------------------------------------------------------------ */

static void answer(const char *const *part, struct out *o)
{
	if (!strcmp(part[0], "rows"))
		rows_answer(o);
	else if (!strcmp(part[0], "match"))
		match_answer(part[1], part[2], o);
	else if (!strcmp(part[0], "complete"))
		complete_answer(part[1], part[2], o);
	else if (!strcmp(part[0], "new"))
		begin();
	else if (!strcmp(part[0], "run"))
		run_answer(part[1], o);
	else if (!strcmp(part[0], "enter"))
		cli_enter(&session->cli, mode_of(part[1]), part[2], part[3]);
	else if (!strcmp(part[0], "config"))
		config_answer(o);
	else if (!strcmp(part[0], "load"))
		load_answer(part[1], o);
	else
		exit(2);
}

int main(void)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t len = 0;

	begin();
	while ((len = getline(&line, &cap, stdin)) > 0) {
		const char *part[PARTS_MAX] = { "", "", "", "" };
		char *s = line;
		struct out o = { 0 };

		line[len - 1] = '\0';
		for (int i = 0; i < PARTS_MAX && s; i++)
			part[i] = strsep(&s, "\t");
		answer(part, &o);
		(void)printf("%zu\n%s", o.len, out_text(&o));
		(void)fflush(stdout);
		out_fini(&o);
	}
	free(line);
	session_free(session);
	return 0;
}
