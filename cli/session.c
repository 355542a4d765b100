/*
 * A session: lines in, text out
 *
 * A session is always in one of four states (enum cli_state) and, when logged
 * in, in one mode with at most two names (`owner o`, `content r`).  A typed
 * line may hold several commands; cli_pump() runs them one after another and
 * stops where one asks a question or starts a job.  Whoever settles that calls
 * cli_pump() again.
 */
#include "cli/session_priv.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/authorize.h"
#include "cli/env.h"
#include "cli/mask.h"
#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/conf.h"
#include "emu/io/disk.h"
#include "emu/conf/global.h"
#include "emu/conf/logging.h"

#define STACK_USED 32768 /* by a command, more or less */

/* ---- prompt --------------------------------------------------------------- */

static void prompt_format(struct cli *c)
{
	const char *name[] = { c->outer, c->inner, "" };
	struct out o = { 0 };
	int n = 0;

	out_puts(&o, *c->name ? c->name : cli_product(c));
	for (const char *s = modes[c->mode].prompt; *s; s++) {
		if (s[0] == '%' && s[1] == 's') {
			out_puts(&o, name[n < 2 ? n++ : 2]);
			s++;
		} else {
			out_write(&o, s, 1);
		}
	}
	(void)snprintf(c->prompt, sizeof(c->prompt), "%.*s ",
		       (int)sizeof(c->prompt) - 2, out_text(&o));
	out_fini(&o);
}

static void prompt_update(struct cli *c)
{
	if (c->state == CLI_READY)
		prompt_format(c);
	else if (c->state == CLI_USER_NAME)
		(void)str_copy(c->prompt, sizeof(c->prompt), T_LOGIN_USER " ");
	else
		(void)str_copy(c->prompt, sizeof(c->prompt), T_LOGIN_PASS);
}

/* ---- errors --------------------------------------------------------------- */

/* Columns on the screen: UTF-8 tails take none. */
static int screen_col(const char *text, int col)
{
	int n = 0;

	for (int i = 0; i < col && text[i]; i++)
		n += ((unsigned char)text[i] & 0xc0) != 0x80;
	return n;
}

static void caret(struct cli *c, int col)
{
	int at = c->line ? screen_col(c->line, col) : col;

	if (c->expanded)
		out_printf(c->out, "%s\n", c->line);
	else if (c->kind == SESSION_CONSOLE || c->kind == SESSION_VTY)
		at += screen_col(c->prompt, (int)strlen(c->prompt));
	out_printf(c->out, "%*s^\n", at, "");
}

void cli_fail(struct cli *c, const struct err *err, int col)
{
	bool at_word = err->col >= 0 &&
		       (err->code == ERR_SYNTAX || err->code == ERR_AMBIGUOUS);

	if (c->script) {
		script_reject(c, col + (err->col > 0 ? err->col : 0), err->msg);
		return;
	}
	if (at_word)
		caret(c, col + err->col);
	out_printf(c->out, "%%%% %s\n", err->msg);
}

/* ---- history -------------------------------------------------------------- */

void cli_history_clear(struct cli *c)
{
	while (c->nhistory)
		free(c->history[--c->nhistory]);
}

void cli_history_trim(struct cli *c)
{
	unsigned over = 0;

	if (c->nhistory <= c->term.history)
		return;
	over = c->nhistory - c->term.history;
	for (unsigned i = 0; i < over; i++)
		free(c->history[i]);
	memmove(c->history, c->history + over,
		c->term.history * sizeof(*c->history));
	c->nhistory = c->term.history;
}

static void history_add(struct cli *c, const char *line)
{
	struct out o = { 0 };

	if (!c->term.history || !line[strspn(line, " \t")])
		return;
	if (c->nhistory == c->term.history) {
		free(c->history[0]);
		memmove(c->history, c->history + 1,
			--c->nhistory * sizeof(*c->history));
	}
	mask_line(line, &o);
	c->history[c->nhistory++] = xstrdup(out_text(&o));
	out_fini(&o);
}

/* ---- running commands ----------------------------------------------------- */

/* Where the command that starts at s ends: a semicolon outside of quotes. */
static size_t command_len(const char *s)
{
	bool quoted = false;
	size_t n = 0;

	for (; s[n] && (quoted || s[n] != ';'); n++)
		quoted ^= s[n] == '"';
	return n;
}

static const struct alias *alias_find(const struct cli *c, const char *word)
{
	for (int i = 0; i < c->nalias; i++) {
		const struct alias *a = &c->alias[i];

		if ((a->mode < 0 || a->mode == c->mode) &&
		    !strcmp(a->name, word))
			return a;
	}
	return NULL;
}

/* Aliases speak of the session's own line by this (platform.md 2.9). */
static void expand_line(const struct cli *c, const char *text, struct out *o)
{
	static const char name[] = "${LINE}";
	const char *at = NULL;

	while ((at = strstr(text, name))) {
		out_write(o, text, (size_t)(at - text));
		out_puts(o, c->line_name);
		text = at + sizeof(name) - 1;
	}
	out_puts(o, text);
}

/* The alias' commands, then what stood behind it on the line. */
static void alias_expand(struct cli *c, const struct alias *a)
{
	struct out o = { 0 };

	expand_line(c, a->text, &o);
	if (c->line[c->next])
		out_printf(&o, ";%s", c->line + c->next);
	free(c->line);
	c->line = xstrndup(out_text(&o), LINE_LEN);
	out_fini(&o);
	c->next = 0;
	c->expanded = true;
	c->depth++;
}

/* Runs what is allowed; matched anew, since a server may have been asked. */
static void command_go(struct cli *c, const struct words *w, int col)
{
	struct args a;
	struct accounting told;
	struct err err = { .col = -1 };
	bool failed = tree_match(mode_tree((enum mode_id)c->mode), w, &a, &err);

	if (!failed) {
		account_begin(c, w, &a, &told);
		failed = tree_run(&a, c, &err);
		account_end(c, &told);
	}
	if (failed)
		cli_fail(c, &err, col);
	if (failed && !c->script && c->line) /* not "boot;reboot" half done */
		c->next = strlen(c->line);
	if (c->script)
		script_ran(c, w, failed);
	if (c->state == CLI_READY)
		cli_leave_deleted(c);
}

static void command_run(struct cli *c, const struct words *w, int col)
{
	struct args a;
	struct err err;

	cli_leave_gone(c);
	if (c->script && script_skips(c, w, col))
		return;
	if (!authorize_is_on(c) ||
	    tree_match(mode_tree((enum mode_id)c->mode), w, &a, &err) < 0 ||
	    !authorize_holds(c, w, &a, col, command_go))
		command_go(c, w, col);
}

/* One command of the line, from byte `col` on. */
static void command_line(struct cli *c, const char *text, int col)
{
	struct words w;
	struct err err = { .col = -1 };
	const struct alias *a = NULL;
	size_t skip = strspn(text, " \t");
	bool plain = text[skip] == '@';

	skip += plain;
	if (text[skip] == '!') {
		c->next = strlen(c->line);
		return;
	}
	text += skip;
	col += (int)skip;
	if (!words_split(&w, text, &err)) {
		cli_fail(c, &err, col);
		return;
	}
	if (!w.n)
		return;
	if (!plain && w.n == 1 && c->depth < ALIAS_DEPTH)
		a = alias_find(c, w.w[0].text);
	if (a)
		alias_expand(c, a);
	else
		command_run(c, &w, col);
}

static bool may_go_on(const struct cli *c)
{
	return c->state == CLI_READY && c->line && !c->q.text && !c->job;
}

static void line_drop(struct cli *c)
{
	if (c->line)
		wipe(c->line, strlen(c->line));
	free(c->line);
	c->line = NULL;
	c->expanded = false;
	c->depth = 0;
}

void cli_pump(struct cli *c)
{
	while (may_go_on(c) && c->line[c->next]) {
		size_t at = c->next, len = command_len(c->line + at);
		char *text = xstrndup(c->line + at, len);

		c->next += len + (c->line[at + len] == ';');
		prompt_update(c);
		command_line(c, text, (int)at);
		wipe(text, len);
		free(text);
	}
	if (!c->q.text && !c->job)
		line_drop(c);
}

/* ---- one line ------------------------------------------------------------- */

/* What an operator typed goes into the log as one line, whatever it held. */
static void log_command(const struct cli *c, const char *line)
{
	struct out o = { 0 };

	if (!c->env->conf->logging->commands)
		return;
	mask_line(line, &o);
	for (size_t i = 0; i < o.len; i++) {
		if (iscntrl((unsigned char)o.buf[i]))
			o.buf[i] = '?';
	}
	log_write(LOG_NETMAN, LOG_INFO_6, "CLMcmd: %s,%s@%s", out_text(&o),
		  c->user, c->where);
	out_fini(&o);
}

static void command_lines(struct cli *c, const char *line)
{
	if (c->kind != SESSION_SCRIPT && line[strspn(line, " \t")]) {
		history_add(c, line);
		log_command(c, line);
	}
	line_drop(c);
	if (!*line)
		cli_leave_gone(c);
	c->line = xstrdup(line);
	c->next = 0;
	cli_pump(c);
}

/* Makes traffic follow; what could not be done is told. */
static void apply(struct cli *c)
{
	struct out warn = { 0 };

	if (c->kind == SESSION_SCRIPT || !c->env->apply ||
	    c->state < CLI_READY || c->job)
		return;
	c->env->apply(c->env->arg, &warn);
	for (const char *s = out_text(&warn); *s; s += strspn(s, "\n")) {
		size_t len = strcspn(s, "\n");

		out_printf(c->out, "%%%% %.*s\n", (int)len, s);
		s += len;
	}
	out_fini(&warn);
}

static void begin(struct cli *c, struct out *out)
{
	c->out = out;
	c->last_time = time(NULL);
	out_puts(out, out_text(&c->late));
	out_clear(&c->late);
}

void cli_settled(struct cli *c)
{
	if (c->state == CLI_READY)
		cli_leave_deleted(c);
	apply(c);
	prompt_update(c);
}

/* A line may hold a password, and functions of libraries that looked at it left
 * pieces of it on the stack. */
static void __attribute__((noinline)) stack_forget(void)
{
	char below[STACK_USED];

	wipe(below, sizeof(below));
}

static void finish(struct cli *c)
{
	cli_settled(c);
	c->out = &c->late;
	stack_forget();
}

void session_open(struct session *s, struct out *out)
{
	begin(&s->cli, out);
	login_open(&s->cli);
	finish(&s->cli);
}

void session_line(struct session *s, const char *line, struct out *out)
{
	struct cli *c = &s->cli;

	if (c->job || c->state == CLI_OVER)
		return;
	begin(c, out);
	if (c->q.text)
		question_settle(c, line);
	else if (c->state == CLI_READY)
		command_lines(c, line);
	else
		login_line(c, line);
	finish(c);
}

void session_interrupt(struct session *s, struct out *out)
{
	struct cli *c = &s->cli;
	bool busy = c->job != NULL;

	if (c->job)
		job_interrupt(c);
	if (busy || c->state == CLI_OVER)
		return;
	begin(c, out);
	if (c->line)
		c->next = strlen(c->line);
	if (c->q.text)
		question_settle(c, NULL);
	else if (c->state == CLI_PASSWORD)
		c->state = CLI_USER_NAME;
	finish(c);
}

void session_take_output(struct session *s, struct out *out)
{
	struct cli *c = &s->cli;

	out_puts(out, out_text(&c->late));
	out_clear(&c->late);
	prompt_update(c);
}

/* ---- help ----------------------------------------------------------------- */

/* The unfinished command of a line with several. */
static const char *last_command(const char *before)
{
	for (size_t n = command_len(before); before[n]; n = command_len(before))
		before += n + 1;
	before += strspn(before, " \t");
	return before + (*before == '@');
}

static bool in_quotes(const char *s)
{
	bool quoted = false;

	for (; *s; s++)
		quoted ^= *s == '"';
	return quoted;
}

static struct scope scope_of(const struct cli *c)
{
	bool in_owner = c->mode == MODE_OWNER || c->mode == MODE_CONTENT;

	return (struct scope){ c->env, in_owner ? c->outer : "" };
}

void session_help(struct session *s, const char *before, struct out *out)
{
	struct cli *c = &s->cli;
	struct scope scope = scope_of(c);
	const char *cmd = last_command(before);
	struct err err;

	if (c->state != CLI_READY || c->q.text || c->job)
		return;
	begin(c, out);
	cli_leave_gone(c);
	prompt_update(c);
	line_drop(c);
	c->line = xstrdup(before);
	if (tree_help(mode_tree((enum mode_id)c->mode), cmd, &scope, out,
		      &err) < 0)
		cli_fail(c, &err, (int)(cmd - before));
	line_drop(c);
	c->out = &c->late;
}

void session_complete(struct session *s, const char *before, char *add,
		      size_t cap)
{
	struct cli *c = &s->cli;
	struct scope scope = scope_of(c);

	*add = '\0';
	if (c->state != CLI_READY || c->q.text || c->job || in_quotes(before))
		return;
	tree_complete(mode_tree((enum mode_id)c->mode), last_command(before),
		      &scope, add, cap);
}

/* ---- life ----------------------------------------------------------------- */

/* Aliases that every unit has (platform.md 2.9) as far as their words exist. */
static void default_aliases(struct cli *c)
{
	static const struct {
		const char *name, *text;
	} row[] = {
		{ "reboot", "@configure;boot;reboot" },
		{ "shutdown", "@configure;boot;shutdown" },
		{ "save_config", "copy running-config startup-config" },
		{ "logon", "@configure;logging line ${LINE};exit" },
		{ "logoff", "@configure;no logging line ${LINE};exit" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct alias *a = &c->alias[c->nalias++];

		a->mode = MODE_SUPERUSER;
		(void)str_copy(a->name, sizeof(a->name), row[i].name);
		a->text = xstrdup(row[i].text);
	}
}

/* The log is not printed for who comes next on this line. */
static void log_silence(const struct cli *c)
{
	if (c->state == CLI_READY && c->kind != SESSION_SCRIPT)
		(void)logging_line_del(c->env->conf, c->line_name);
}

struct session *session_new(const struct env *env, enum session_kind kind,
			    const char *where)
{
	struct session *s = xcalloc(1, sizeof(*s));
	struct cli *c = &s->cli;

	c->env = env;
	c->kind = kind;
	c->out = &c->late;
	c->last_time = time(NULL);
	c->term = (struct session_term){ .length = 25,
					 .more = true,
					 .history = HISTORY_DFLT };
	(void)str_copy(c->where, sizeof(c->where), *where ? where : "console");
	(void)str_copy(c->line_name, sizeof(c->line_name), "console");
	default_aliases(c);
	if (kind == SESSION_SCRIPT) {
		(void)str_copy(c->user, sizeof(c->user), "script");
		c->rights = (struct rights){ .superuser = true,
					     .administrator = true };
		c->enabled = true;
		c->state = CLI_READY;
		c->mode = MODE_GLOBAL;
	}
	prompt_update(c);
	return s;
}

void session_free(struct session *s)
{
	struct cli *c = s ? &s->cli : NULL;

	if (!c)
		return;
	job_forget(c);
	log_silence(c);
	c->out = &c->late;
	question_drop(c);
	line_drop(c);
	if (c->lends)
		(void)close(c->lent_fd);
	cli_history_clear(c);
	for (int i = 0; i < c->nalias; i++)
		free(c->alias[i].text);
	out_fini(&c->late);
	free(s);
}

void cli_welcome(struct cli *c, const char *user, const struct rights *r)
{
	(void)str_copy(c->user, sizeof(c->user), user);
	c->rights = *r;
	c->enabled = r->superuser;
	c->state = CLI_READY;
	c->login_time = time(NULL);
	cli_end(c);
	log_write(LOG_NETMAN, LOG_INFO_6, "CLM: Login %s@%s", c->user,
		  c->where);
}

void cli_lend(struct cli *c, int fd)
{
	if (c->lends)
		(void)close(c->lent_fd);
	c->lends = true;
	c->lent_fd = fd;
	if (c->line) /* what stands behind it is not for the peer */
		c->next = strlen(c->line);
}

void cli_logout(struct cli *c)
{
	log_silence(c);
	if (c->state == CLI_READY)
		log_write(LOG_NETMAN, LOG_INFO_6, "CLM: Logout %s@%s", c->user,
			  c->where);
	c->state = CLI_OVER;
}

void session_on_ready(struct session *s, void (*fn)(void *arg), void *arg)
{
	s->cli.ready = fn;
	s->cli.ready_arg = arg;
}

void session_on_text(struct session *s, void (*fn)(void *arg, const char *text),
		     void *arg)
{
	s->cli.text = fn;
	s->cli.text_arg = arg;
}

const char *session_prompt(const struct session *s)
{
	return s->cli.q.text ? s->cli.q.text : s->cli.prompt;
}

bool session_echo(const struct session *s)
{
	if (s->cli.q.text)
		return s->cli.q.echo;
	return s->cli.state != CLI_PASSWORD;
}

bool session_busy(const struct session *s)
{
	return s->cli.job != NULL;
}

bool session_over(const struct session *s)
{
	return s->cli.state == CLI_OVER;
}

bool session_logged_in(const struct session *s)
{
	return s->cli.state == CLI_READY;
}

bool session_asking(const struct session *s)
{
	return s->cli.q.text != NULL;
}

bool session_first_boot(const struct session *s)
{
	const struct env *env = s->cli.env;

	return s->cli.state == CLI_READY && s->cli.enabled &&
	       !env->startup_file && disk_dir(env->disk) &&
	       !disk_exists(env->disk, "startup-config");
}

void session_term(const struct session *s, struct session_term *t)
{
	const struct cli *c = &s->cli;

	*t = c->term;
	if (!c->idle_set && c->env->conf)
		t->idle_min = c->env->conf->access->idle_timeout_min;
}
