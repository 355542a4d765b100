/*
 * Playing scripts: levels, blocks, slices
 *
 * A play is a stack of levels, each at a command of its code.  An error ends the
 * whole play, with one frame; so does Ctrl-C.  The end of a script that was
 * played by a command of another one is the end of that command: its status is
 * the command's.
 *
 * A slice ends after SLICE_STEPS commands, SLICE_MS or SLICE_TEXT bytes of
 * output.  Then the loop turns once, or, when somebody watches, until he has seen
 * the text (session_go_on).  A session without a loop, as in `replay`, cannot
 * wait: its plays end after TOTAL_STEPS commands.
 */
#include "cli/script_priv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "cli/access.h"
#include "cli/env.h"
#include "cli/mask.h"
#include "cli/script_files.h"
#include "cli/script_sock.h"
#include "cli/script_typed.h"
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/conf.h"

#define SLICE_STEPS 64
#define SLICE_MS    5
#define SLICE_TEXT  8192
#define TOTAL_STEPS 100000
#define TEXT_MAX    (1u << 20) /* output that nobody takes */

/* ---- levels ----------------------------------------------------------------- */

struct level *play_top(const struct play *p)
{
	return p->level[p->n - 1];
}

bool play_in_script(const struct cli *c)
{
	for (int i = 0; c->play && i < c->play->n; i++)
		if (c->play->level[i]->kind <= LEVEL_CALLED)
			return true;
	return false;
}

static void slice_over(void *arg, uint64_t now_ms)
{
	struct play *p = arg;

	(void)now_ms;
	p->waits = false;
	p->slice_end = clock_ms() + SLICE_MS;
	cli_go_on(p->cli);
}

/* What stands behind the command on the session's line waits. */
static struct play *play_new(struct cli *c)
{
	struct play *p = xcalloc(1, sizeof(*p));

	p->cli = c;
	p->vars = vars_new();
	p->timer = (struct timer){ .fn = slice_over, .arg = p };
	p->slice_end = clock_ms() + SLICE_MS;
	p->generation = c->env->conf ? c->env->conf->generation : 0;
	p->caller =
		(struct interrupted){ c->line, c->next, c->expanded, c->depth };
	c->line = NULL;
	c->expanded = false;
	c->depth = 0;
	return p;
}

static struct level *level_push(struct cli *c, enum level_kind kind,
				struct code *code, struct err *err)
{
	struct level *l = NULL;
	bool echo = !c->no_echo && kind <= LEVEL_CALLED;

	if (c->play && c->play->n == PLAY_DEPTH_MAX) {
		(void)err_set(err, ERR_REFUSED, -1, T_SCRIPT_DEEP,
			      PLAY_DEPTH_MAX);
		return NULL;
	}
	if (!c->play)
		c->play = play_new(c);
	else if (kind > LEVEL_CALLED)
		echo = play_top(c->play)->echo;
	l = xcalloc(1, sizeof(*l));
	*l = (struct level){ .kind = kind,
			     .code = code_ref(code),
			     .at = -1,
			     .end = code->n,
			     .echo = echo };
	c->play->level[c->play->n++] = l;
	return l;
}

static void level_free(struct level *l)
{
	code_unref(l->code);
	if (l->args)
		wipe(l->args, strlen(l->args));
	free(l->args);
	free(l);
}

static enum level_kind level_pop(struct play *p)
{
	struct level *l = p->level[--p->n];
	enum level_kind kind = l->kind;

	level_free(l);
	return kind;
}

/* ---- beginning ---------------------------------------------------------------- */

int play_script(struct cli *c, const char *name, const char *args,
		bool as_function, struct err *err)
{
	enum level_kind kind = as_function ? LEVEL_CALLED : LEVEL_SCRIPT;
	struct level *l = NULL;
	struct code *code = NULL;
	char *text = NULL;
	size_t len = 0;
	int rc = 0;

	if (access_may(c, DIR_SCRIPT, false, err) < 0 ||
	    script_read(c->env, name, &text, &len, err) < 0)
		return -1;
	code = code_new(name, text, len, &rc, err);
	free(text);
	if (rc < 0) {
		frame_unplayable(c, code, err);
		c->cmd.told = true;
		code_unref(code);
		return -1;
	}
	l = level_push(c, kind, code, err);
	code_unref(code);
	if (!l)
		return -1;
	l->args = xstrdup(args);
	return 0;
}

int play_text(struct cli *c, const char *name, const char *text, size_t len,
	      bool quiet, struct err *err)
{
	struct level *l = NULL;
	int rc = 0;
	struct code *code = code_new(name, text, len, &rc, err);

	if (rc == 0)
		l = level_push(c, LEVEL_SCRIPT, code, err);
	code_unref(code);
	if (!l)
		return -1;
	l->args = xstrdup("");
	c->play->quiet = quiet;
	(void)vars_set(c->play->vars, "CONTINUE_ON_ERROR", "1", NULL);
	return 0;
}

bool play_is_quiet(const struct cli *c)
{
	return c->play && c->play->quiet;
}

void play_typed(struct cli *c, struct code *code)
{
	(void)level_push(c, LEVEL_TYPED, code, NULL);
	code_unref(code);
}

/* The nearest definition: of this script, of those that play it, of the prompt. */
static struct code *function_find(const struct cli *c, const char *name,
				  int *at)
{
	for (int i = c->play ? c->play->n - 1 : -1; i >= 0; i--) {
		struct code *code = c->play->level[i]->code;

		*at = code_function(code, name);
		if (*at >= 0)
			return code;
	}
	return functions_find(c, name, at);
}

int play_function(struct cli *c, const char *name, const char *args,
		  struct err *err)
{
	struct level *l = NULL;
	struct code *code = NULL;
	int at = 0;

	code = function_find(c, name, &at);
	if (!code)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_FUNCTION, name);
	l = level_push(c, LEVEL_FUNCTION, code, err);
	if (!l)
		return -1;
	l->args = xstrdup(args);
	l->start = l->next = at + 1;
	l->end = code->item[at].partner;
	return 0;
}

/* ---- ending ------------------------------------------------------------------- */

static void play_free(struct cli *c)
{
	struct play *p = c->play;

	if (c->env->loop)
		loop_timer_stop(c->env->loop, &p->timer);
	while (p->n)
		(void)level_pop(p);
	vars_free(p->vars);
	if (p->caller.line)
		wipe(p->caller.line, strlen(p->caller.line));
	free(p->caller.line);
	free(p->exit_msg);
	free(p);
	c->play = NULL;
}

void play_end(struct cli *c, int status, bool failed)
{
	struct play *p = c->play;

	sockets_close(c, false);
	command_drop(c);
	cli_line_drop(c);
	c->line = p->caller.line;
	c->next = p->caller.next;
	c->expanded = p->caller.expanded;
	c->depth = p->caller.depth;
	p->caller.line = NULL;
	c->status = status;
	if (failed && c->line) /* as behind any command that fails */
		c->next = strlen(c->line);
	free(c->exit_msg);
	c->exit_msg = p->exit_msg;
	p->exit_msg = NULL;
	play_free(c);
}

void play_drop(struct cli *c)
{
	if (c->play)
		play_free(c);
}

static void play_cancel(struct cli *c)
{
	if (play_in_script(c))
		out_printf(c->out, "%s\n", T_SCRIPT_CANCELLED);
	play_end(c, 1, true);
}

/* The script that a command of the level below has played is over. */
static void script_over(struct cli *c, int status)
{
	if (!c->play->n) {
		play_end(c, status, status != 0);
		return;
	}
	c->status = status;
	if (!status || play_goes_on(c))
		return;
	command_drop(c);
	(void)err_set(&c->cmd.err, ERR_REFUSED, -1, T_SCRIPT_STATUS, status);
	play_failed(c);
}

void play_exit(struct cli *c, int status)
{
	struct play *p = c->play;
	enum level_kind kind = LEVEL_FUNCTION;

	if (status)
		frame_exit_msg(c, "");
	while (p->n && kind != LEVEL_SCRIPT && kind != LEVEL_TYPED)
		kind = level_pop(p);
	command_drop(c);
	script_over(c, status);
}

bool play_goes_on(const struct cli *c)
{
	const char *value = vars_get(c->play->vars, "CONTINUE_ON_ERROR");

	if (!value)
		value = vars_get(c->vars, "CONTINUE_ON_ERROR");
	return value && *value && strcmp(value, "0") != 0;
}

void play_failed(struct cli *c)
{
	if (play_goes_on(c))
		return;
	if (!play_in_script(c)) {
		cli_tell(c, &c->cmd.err);
		play_end(c, 1, true);
		return;
	}
	if (!c->cmd.told) {
		frame_print(c);
		out_printf(c->out, "%s\n", T_SCRIPT_CANCELLED);
	}
	frame_exit_msg(c, c->cmd.err.msg);
	play_end(c, 1, true);
}

void play_interrupt(struct cli *c)
{
	c->play->interrupted = true;
}

/* ---- blocks ------------------------------------------------------------------- */

static bool is_head(const struct level *l, int at)
{
	return at >= 0 && l->code->item[at].partner > at;
}

bool play_at_head(const struct cli *c)
{
	const struct level *l = c->play ? play_top(c->play) : NULL;

	return l && is_head(l, l->at) && !c->expanded;
}

void play_branch(struct cli *c, bool enter, uint32_t times)
{
	struct level *l = play_top(c->play);

	assert(l->nblock < CODE_DEPTH_MAX || !enter);
	l->decided = true;
	if (enter)
		l->block[l->nblock++] = (struct block){ l->at, times };
	else
		l->next = l->code->item[l->at].partner + 1;
}

static void block_end(struct level *l)
{
	struct block *b = &l->block[l->nblock - 1];
	enum code_kind kind = l->code->item[b->head].kind;

	if (kind == CODE_LOOP && (b->left == UINT32_MAX || --b->left)) {
		l->next = b->head + 1;
		return;
	}
	if (kind == CODE_WHILE)
		l->next = b->head;
	l->nblock--;
}

/* Out of the blocks that the label is not in; into none. */
int play_goto(struct cli *c, const char *label, struct err *err)
{
	struct level *l = NULL;
	const struct code_item *x = NULL;
	int at = -1, n = 0;

	if (!c->play)
		return err_set(err, ERR_REFUSED, -1, T_ONLY_SCRIPT);
	l = play_top(c->play);
	at = code_label(l->code, label);
	if (at < l->start || at >= l->end)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_LABEL, label);
	x = &l->code->item[at];
	n = l->nblock;
	while (n && l->block[n - 1].head != x->outer)
		n--;
	if (!n && x->outer >= l->start) /* of a block that is not entered */
		return err_set(err, ERR_REFUSED, -1, T_LABEL_INSIDE, label);
	l->nblock = n;
	l->next = at + 1;
	return 0;
}

void play_echo(struct cli *c, bool on)
{
	if (c->play)
		play_top(c->play)->echo = on;
	else
		c->no_echo = !on;
}

/* ---- the next command --------------------------------------------------------- */

static void show_command(struct cli *c, const struct level *l, int before)
{
	const struct code_item *x = &l->code->item[l->at];
	bool same_line = before >= 0 && before < l->at &&
			 l->code->item[before].line == x->line;

	if (!l->echo || *x->text == '@' || same_line)
		return;
	out_puts(c->out, c->prompt);
	mask_line(x->whole + strspn(x->whole, " \t"), c->out);
	out_puts(c->out, "\n");
}

/* What takes no command; false: item at is one. */
static bool step_over(struct level *l, const struct code_item *x)
{
	switch (x->kind) {
	case CODE_NOTHING:
	case CODE_LABEL:
		return true;
	case CODE_ECHO_ON:
	case CODE_ECHO_OFF:
		l->echo = x->kind == CODE_ECHO_ON;
		return true;
	case CODE_FUNCTION:
		l->next = x->partner + 1;
		return true;
	case CODE_END:
		block_end(l);
		return true;
	default:
		return false;
	}
}

static void level_over(struct cli *c)
{
	enum level_kind kind = level_pop(c->play);

	if (kind <= LEVEL_CALLED)
		script_over(c, 0);
	else if (!c->play->n)
		play_end(c, c->status, false);
}

void play_next(struct cli *c)
{
	struct play *p = c->play;
	struct level *l = play_top(p);
	int before = l->at;
	const struct code_item *x = NULL;

	if (p->interrupted) {
		play_cancel(c);
		return;
	}
	if (is_head(l, l->at) && !l->decided) /* it has failed */
		l->next = l->code->item[l->at].partner + 1;
	if (l->next >= l->end) {
		level_over(c);
		return;
	}
	l->decided = false;
	l->at = l->next++;
	x = &l->code->item[l->at];
	if (step_over(l, x))
		return;
	cli_prompt_update(c);
	show_command(c, l, before);
	cli_line_drop(c);
	c->line = xstrdup(x->text);
	c->next = 0;
}

/* ---- slices ------------------------------------------------------------------- */

/* Nobody could stop it. */
static void play_too_long(struct cli *c)
{
	struct err err;

	(void)err_set(&err, ERR_REFUSED, -1, T_SCRIPT_ENDLESS, TOTAL_STEPS);
	if (!c->play->interrupted)
		cli_fail(c, &err);
	c->play->interrupted = true;
}

static bool slice_is_used(struct play *p, const struct cli *c)
{
	if (!p->steps++ || c->out->len < p->printed)
		p->printed = c->out->len;
	return p->steps >= SLICE_STEPS ||
	       c->out->len - p->printed >= SLICE_TEXT ||
	       clock_ms() >= p->slice_end;
}

bool play_pauses(struct cli *c)
{
	struct play *p = c->play;
	bool may_wait = c->env->loop && c->kind != SESSION_SCRIPT;

	if (++p->total > TOTAL_STEPS && !may_wait)
		play_too_long(c);
	if (c->out->len > TEXT_MAX) {
		out_printf(c->out, "%%%% " T_SCRIPT_TEXT "\n", TEXT_MAX);
		p->interrupted = true;
	}
	if (!may_wait || !slice_is_used(p, c))
		return false;
	p->waits = true;
	p->steps = 0;
	loop_timer(c->env->loop, &p->timer, loop_now(c->env->loop));
	return true;
}

bool play_waits(const struct cli *c)
{
	return c->play && c->play->waits;
}
