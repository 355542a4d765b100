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

#include "cli/env.h"
#include "cli/mask.h"
#include "cli/profile.h"
#include "cli/script_code.h"
#include "cli/script_pipe.h"
#include "cli/script_play.h"
#include "cli/script_sock.h"
#include "cli/script_typed.h"
#include "cli/script_var.h"
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

void cli_prompt_update(struct cli *c)
{
	if (c->state == CLI_READY && c->typed && !c->play)
		(void)str_copy(c->prompt, sizeof(c->prompt), T_PROMPT_BLOCK);
	else if (c->state == CLI_READY)
		prompt_format(c);
	else if (c->state == CLI_USER_NAME)
		(void)str_copy(c->prompt, sizeof(c->prompt), T_LOGIN_USER " ");
	else
		(void)str_copy(c->prompt, sizeof(c->prompt), T_LOGIN_PASS);
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
		if (session_has_user(c))
			history_add(c, line);
		log_command(c, line);
	}
	cli_line_drop(c);
	if (!*line)
		cli_leave_gone(c);
	c->line = xstrdup(line);
	c->next = 0;
	cli_pump(c);
}

void cli_apply(struct cli *c)
{
	struct out warn = { 0 };

	/* a keepalive changes nothing, and what others have changed may be its
	 * own end */
	if (c->kind == SESSION_SCRIPT || c->kind == SESSION_KEEPALIVE ||
	    !c->env->apply ||
	    c->state < CLI_READY || (c->job && !c->play))
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
	out_puts(out, out_text(&c->late));
	out_clear(&c->late);
}

void cli_settled(struct cli *c)
{
	if (c->state == CLI_READY)
		cli_leave_deleted(c);
	cli_apply(c);
	cli_prompt_update(c);
	if (c->state == CLI_READY && !c->profile && !cli_busy(c))
		profile_settle(c);
}

/* A line may hold a password, and functions of libraries that looked at it left
 * pieces of it on the stack. */
static void __attribute__((noinline)) stack_forget(void)
{
	char below[STACK_USED];

	wipe(below, sizeof(below));
}

/* What is there of a busy session's text is to be printed first. */
static void finish(struct cli *c)
{
	cli_settled(c);
	c->held = c->ready && c->play && cli_busy(c) && c->out->len;
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

	if (session_busy(s) || c->state == CLI_OVER)
		return;
	begin(c, out);
	c->last_time = time(NULL);
	c->paged = false;
	if (c->q.text)
		question_settle(c, line);
	else if (c->state == CLI_READY)
		command_lines(c, line);
	else
		login_line(c, line);
	finish(c);
}

void session_go_on(struct session *s, struct out *out)
{
	struct cli *c = &s->cli;

	c->held = false;
	begin(c, out);
	cli_pump(c);
	finish(c);
}

int session_play(struct session *s, const char *name, const char *args,
		 bool gather, struct out *out, struct err *err)
{
	struct cli *c = &s->cli;
	int rc = 0;

	begin(c, out);
	c->mute = !gather;
	rc = play_script(c, name, args, false, err);
	if (!rc)
		cli_pump(c);
	finish(c);
	return rc;
}

bool session_held(const struct session *s)
{
	return s->cli.held;
}

int session_status(const struct session *s)
{
	return s->cli.status;
}

const char *session_exit_msg(const struct session *s)
{
	return s->cli.exit_msg ? s->cli.exit_msg : "";
}

void session_interrupt(struct session *s, struct out *out)
{
	struct cli *c = &s->cli;
	bool busy = session_busy(s);

	if (c->play)
		play_interrupt(c);
	if (c->job)
		job_interrupt(c);
	if (busy || c->state == CLI_OVER)
		return;
	begin(c, out);
	typed_drop(c);
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
	cli_prompt_update(c);
}

/* ---- help ----------------------------------------------------------------- */

/* The unfinished command of a line with several. */
static const char *last_command(const char *before)
{
	for (size_t n = code_command_len(before); before[n];
	     n = code_command_len(before))
		before += n + 1;
	before += strspn(before, " \t");
	return before + (*before == '@');
}

/* The tree of what is being typed, and where that begins. */
static const struct tree *tree_at(const struct cli *c, const char **cmd)
{
	size_t bar = pipe_find(*cmd);

	/* a bar alone: its command is still to come */
	if (!(*cmd)[bar] && bar && strchr(*cmd, '|') &&
	    !(*cmd)[strcspn(*cmd, "|") + 1 +
		    strspn(strchr(*cmd, '|') + 1, " \t")])
		bar = strcspn(*cmd, "|");
	if (!(*cmd)[bar])
		return mode_tree((enum mode_id)c->mode);
	while (strchr(*cmd + bar + 1, '|'))
		bar += 1 + strcspn(*cmd + bar + 1, "|");
	*cmd += bar + 1;
	return pipe_tree();
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

	return (struct scope){ c->env, in_owner ? c->outer : "", alias_names,
			       c };
}

void session_help(struct session *s, const char *before, struct out *out)
{
	struct cli *c = &s->cli;
	struct scope scope = scope_of(c);
	const char *cmd = last_command(before);
	const struct tree *tree = tree_at(c, &cmd);
	struct err err;

	if (c->state != CLI_READY || c->q.text || session_busy(s))
		return;
	if (tree == pipe_tree())
		scope.aliases = NULL;
	begin(c, out);
	cli_leave_gone(c);
	cli_prompt_update(c);
	cli_line_drop(c);
	c->line = xstrdup(before);
	c->cmd.col = (int)(cmd - before);
	if (tree_help(tree, cmd, &scope, out, &err) < 0)
		cli_tell(c, &err);
	command_drop(c);
	cli_line_drop(c);
	c->out = &c->late;
}

void session_complete(struct session *s, const char *before, char *add,
		      size_t cap)
{
	struct cli *c = &s->cli;
	struct scope scope = scope_of(c);
	const char *cmd = last_command(before);
	const struct tree *tree = tree_at(c, &cmd);

	*add = '\0';
	if (c->state != CLI_READY || c->q.text || session_busy(s) ||
	    in_quotes(before))
		return;
	if (tree == pipe_tree())
		scope.aliases = NULL;
	tree_complete(tree, cmd, &scope, add, cap);
}

/* ---- life ----------------------------------------------------------------- */

/* The log is not printed for who comes next on this line. */
static void log_silence(const struct cli *c)
{
	if (c->state == CLI_READY && session_has_user(c))
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
	c->term = (struct session_term){ .length = TERM_LENGTH_DFLT,
					 .more = true,
					 .history = HISTORY_DFLT };
	(void)str_copy(c->where, sizeof(c->where), *where ? where : "console");
	(void)str_copy(c->line_name, sizeof(c->line_name), "console");
	c->cmd.err.col = -1;
	c->vars = vars_new();
	alias_defaults(c);
	if (!session_has_user(c)) {
		(void)str_copy(c->user, sizeof(c->user),
			       kind == SESSION_SCRIPT  ? "script"
			       : kind == SESSION_BATCH ? "cmd-sched"
						       : "keepalive");
		c->rights = (struct rights){ .superuser = true,
					     .administrator = true };
		c->enabled = true;
		c->state = CLI_READY;
		cli_end(c);
	}
	cli_prompt_update(c);
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
	play_drop(c);
	sockets_close(c, true);
	command_drop(c);
	typed_drop(c);
	functions_drop(c);
	vars_free(c->vars);
	free(c->exit_msg);
	cli_line_drop(c);
	if (c->lends)
		(void)close(c->lent_fd);
	cli_history_clear(c);
	alias_drop(c);
	free(c->profile);
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
	profile_login(c);
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
	return s->cli.held || cli_busy(&s->cli);
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
	t->more |= c->paged;
	if (!c->idle_set && c->env->conf)
		t->idle_min = c->env->conf->access->idle_timeout_min;
}
