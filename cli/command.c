/*
 * Commands of a line, one after another
 *
 * A typed line may hold several commands, an alias may make more of them, and a
 * script supplies one after another.  cli_pump() runs them and stops where one
 * asks a question, starts a job, or a script lets others run; whoever settles
 * that calls cli_pump() again.  A command is over when the pump comes back to it:
 * only then are its pipe run and STATUS set, so that both hold for one that had
 * to wait.
 */
#include "cli/session_priv.h"

#include <stdlib.h>
#include <string.h>

#include "cli/authorize.h"
#include "cli/env.h"
#include "cli/render.h"
#include "cli/script_code.h"
#include "cli/script_pipe.h"
#include "cli/script_play.h"
#include "cli/script_typed.h"
#include "cli/script_var.h"
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/conf.h"

/* ---- errors --------------------------------------------------------------- */

/* Columns on the screen: UTF-8 tails take none. */
static int screen_col(const char *text, int col)
{
	int n = 0;

	for (int i = 0; i < col && text[i]; i++)
		n += ((unsigned char)text[i] & 0xc0) != 0x80;
	return n;
}

/* col counts from where the command begins. */
static void caret(struct cli *c, int col)
{
	const char *line = c->cmd.text ? c->cmd.text : c->line;
	bool hidden = c->cmd.text || c->expanded || c->play;
	int at = c->cmd.text ? col : c->cmd.col + col;

	if (line)
		at = screen_col(line, at);
	if (hidden && line)
		out_printf(c->out, "%s\n", line);
	else if (c->kind == SESSION_CONSOLE || c->kind == SESSION_VTY)
		at += screen_col(c->prompt, (int)strlen(c->prompt));
	out_printf(c->out, "%*s^\n", at, "");
}

void cli_tell(struct cli *c, const struct err *err)
{
	if (err->col >= 0 &&
	    (err->code == ERR_SYNTAX || err->code == ERR_AMBIGUOUS))
		caret(c, err->col);
	out_printf(c->out, "%%%% %s\n", err->msg);
}

void cli_fail(struct cli *c, const struct err *err)
{
	struct cli_command *k = &c->cmd;

	k->failed = true;
	k->err = *err;
	if (c->script) {
		script_reject(c, k->col + (err->col > 0 ? err->col : 0),
			      err->msg);
		return;
	}
	if (!k->told && !play_is_quiet(c) && (!c->play || play_goes_on(c)))
		cli_tell(c, err);
}

/* ---- one command ---------------------------------------------------------- */

void command_drop(struct cli *c)
{
	struct cli_command *k = &c->cmd;

	pipe_free(k->pipe);
	if (k->raw)
		wipe(k->raw, strlen(k->raw));
	if (k->text)
		wipe(k->text, strlen(k->text));
	free(k->raw);
	free(k->text);
	*k = (struct cli_command){ .err = { .col = -1 } };
}

static const char *lookup(void *arg, const char *name)
{
	return play_var(arg, name);
}

/* These keep a line for later: its variables are put in when it runs. */
static bool keeps_variables(const struct cli *c, const struct words *w)
{
	const char *verb = tree_verb(mode_tree((enum mode_id)c->mode), w);

	return verb && (!strcmp(verb, "alias") || !strcmp(verb, "cmd-sched"));
}

/* Splits the command, with the values of its variables. */
static bool command_split(struct cli *c, struct words *w, struct err *err)
{
	struct cli_command *k = &c->cmd;
	enum code_kind kind = code_kind_of(k->raw);
	struct out o = { 0 };
	bool fits = false;

	if (!words_split(w, k->raw, err))
		return false;
	if (c->kind == SESSION_SCRIPT || !vars_in(k->raw) ||
	    keeps_variables(c, w))
		return true;
	if (!vars_expand(k->raw, kind == CODE_IF || kind == CODE_WHILE, lookup,
			 c, &o, err))
		fits = words_split_values(w, out_text(&o), err);
	k->text = xstrdup(fits ? w->line : out_text(&o));
	out_fini(&o);
	return fits;
}

/* What a script has configured holds before it is shown. */
static void follow(struct cli *c, const struct args *a)
{
	if (c->play && a->nkey && !strcmp(a->key[0], "show"))
		cli_apply(c);
}

/* Runs what is allowed; matched anew, since a server may have been asked. */
static void command_go(struct cli *c, const struct words *w)
{
	struct args a;
	struct accounting told;
	struct err err = { .col = -1 };
	int mode = c->mode;
	bool failed = tree_match(mode_tree((enum mode_id)mode), w, &a, &err);

	if (!failed)
		failed = !session_allows(c, &a, &err);
	if (!failed) {
		follow(c, &a);
		account_begin(c, w, &a, &told);
		failed = tree_run(&a, c, &err);
		account_end(c, &told);
	}
	if (!failed && c->mode == mode)
		render_note(c, mode, &a);
	if (failed)
		cli_fail(c, &err);
	if (c->script)
		script_ran(c, w, failed);
	if (c->state == CLI_READY)
		cli_leave_deleted(c);
}

static void command_run(struct cli *c, const struct words *w)
{
	struct args a;
	struct err err;

	cli_leave_gone(c);
	if (c->script && script_skips(c, w, c->cmd.col))
		return;
	if (!authorize_is_on(c) ||
	    tree_match(mode_tree((enum mode_id)c->mode), w, &a, &err) < 0 ||
	    !authorize_holds(c, w, &a, command_go))
		command_go(c, w);
}

/* Takes the pipe off the command; -1 and err, with its column. */
static int pipe_cut(struct cli *c, struct err *err)
{
	struct cli_command *k = &c->cmd;
	size_t bar =
		c->kind == SESSION_SCRIPT ? strlen(k->raw) : pipe_find(k->raw);
	struct out o = { 0 };
	int rc = 0;

	if (!k->raw[bar])
		return 0;
	rc = vars_expand(k->raw + bar, false, lookup, c, &o, err);
	if (!rc) {
		k->pipe = pipe_new(out_text(&o), err);
		rc = k->pipe ? 0 : -1;
	}
	if (rc && err->col >= 0)
		err->col += (int)bar;
	k->raw[bar] = '\0';
	out_fini(&o);
	return rc;
}

static void command_begin(struct cli *c, const char *text, int col, bool plain)
{
	struct cli_command *k = &c->cmd;
	struct err err = { .col = -1 };
	struct words w;

	*k = (struct cli_command){ .open = true,
				   .plain = plain,
				   .err = { .col = -1 },
				   .col = col,
				   .raw = xstrdup(text) };
	if (pipe_cut(c, &err) < 0 || !command_split(c, &w, &err))
		cli_fail(c, &err);
	else if (w.n)
		command_run(c, &w);
}

static void ugrep_keep(struct cli *c, const struct pipe_result *r)
{
	char *line = xstrndup(out_text(&r->ugrep), r->ugrep.len < VAR_VALUE_LEN
							   ? r->ugrep.len
							   : VAR_VALUE_LEN);

	(void)play_var_set(c, "UGREP", line, false, NULL);
	free(line);
}

static void pipe_end(struct cli *c)
{
	struct cli_command *k = &c->cmd;
	struct pipe_result r;

	if (c->mute)
		out_clear(&k->pipe->buf);
	pipe_run(k->pipe, &r);
	out_puts(c->out, out_text(&r.out));
	if (r.captured)
		ugrep_keep(c, &r);
	if (r.counted)
		k->status = (int)r.lines;
	for (int i = 0; i < k->pipe->n; i++)
		c->paged |= k->pipe->stage[i].more;
	pipe_result_fini(&r);
}

static void command_over(struct cli *c)
{
	struct cli_command *k = &c->cmd;

	if (!k->open)
		return;
	k->open = false;
	if (k->pipe)
		pipe_end(c);
	if (k->failed)
		c->status = 1;
	else if (!k->keeps_status)
		c->status = k->status;
	if (k->failed && c->play)
		play_failed(c);
	else if (k->failed && !c->script && c->line) /* not "boot;reboot" half
							 done */
		c->next = strlen(c->line);
	command_drop(c);
}

/* ---- the line ------------------------------------------------------------- */

static const struct alias *alias_typed(struct cli *c, const char *text,
				       size_t *len)
{
	char word[sizeof(c->alias[0].name)];

	*len = strcspn(text, " \t");
	if (c->depth >= ALIAS_DEPTH || *len >= sizeof(word))
		return NULL;
	memcpy(word, text, *len);
	word[*len] = '\0';
	return alias_find(c, word);
}

static void typed_more(struct cli *c, const char *text)
{
	struct err err = { .col = -1 };

	if (typed_add(c, text, &err) < 0)
		cli_fail(c, &err);
}

/* One command of the line, from byte `col` on. */
static void command_line(struct cli *c, const char *text, int col)
{
	const struct alias *a = NULL;
	size_t skip = strspn(text, " \t"), len = 0;
	bool plain = text[skip] == '@';

	skip += plain;
	skip += strspn(text + skip, " \t");
	text += skip;
	if (*text == '!') {
		c->next = strlen(c->line);
		return;
	}
	if (!*text)
		return;
	if (c->typed) {
		typed_more(c, text);
		return;
	}
	if (!plain)
		a = alias_typed(c, text, &len);
	if (a)
		alias_expand(c, a, text + len);
	else
		command_begin(c, text, col + (int)skip, plain);
}

static void next_command(struct cli *c)
{
	size_t at = c->next, len = code_command_len(c->line + at);
	char *text = xstrndup(c->line + at, len);

	c->next += len + (c->line[at + len] == ';');
	cli_prompt_update(c);
	command_line(c, text, (int)at);
	wipe(text, len);
	free(text);
}

void cli_line_drop(struct cli *c)
{
	if (c->line)
		wipe(c->line, strlen(c->line));
	free(c->line);
	c->line = NULL;
	c->expanded = false;
	c->depth = 0;
}

bool cli_busy(const struct cli *c)
{
	return c->job || (c->play && !c->q.text && c->state == CLI_READY);
}

static bool may_go_on(const struct cli *c)
{
	return c->state == CLI_READY && !c->q.text && !c->job && !c->held &&
	       !play_waits(c);
}

void cli_pump(struct cli *c)
{
	while (may_go_on(c)) {
		command_over(c);
		if (c->line && c->line[c->next])
			next_command(c);
		else if (c->play)
			play_next(c);
		else
			break;
		if (c->play && play_pauses(c))
			break;
	}
	if (c->state != CLI_READY) {
		play_drop(c);
		command_drop(c);
	}
	if (!c->q.text && !c->job && !c->play)
		cli_line_drop(c);
}

void cli_go_on(struct cli *c)
{
	cli_pump(c);
	cli_settled(c);
	if (c->held || !c->ready ||
	    (cli_busy(c) && (!c->play || !c->late.len)))
		return;
	c->held = cli_busy(c);
	c->ready(c->ready_arg);
}
