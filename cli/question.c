/*
 * Questions and jobs: what makes a session wait
 *
 * A handler that must ask gives the session a question and a function for the
 * answer, and returns.  A script cannot answer: [y/n] is yes, anything else is
 * given up.  Slow work is a job: it runs on a helper thread with copies, the
 * session takes no line until done() has run, and a session that went away
 * meanwhile is NULL to done().
 */
#include "cli/session_priv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "cli/env.h"
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/io/job.h"
#include "emu/io/loop.h"

#define TURN_MS 250 /* a step of the turning bar */

/* ---- questions ------------------------------------------------------------ */

static void answer(struct cli *c, struct question q, const char *line)
{
	struct err err = { .col = -1 };

	if (q.answer(c, line, q.arg, &err) < 0)
		cli_fail(c, &err);
}

static void script_answer(struct cli *c, struct question q)
{
	bool yes_no = strstr(q.text, "[y/n]") != NULL;

	if (!yes_no)
		cli_warn(c, T_SCRIPT_ASK, q.text);
	answer(c, q, yes_no ? "y" : NULL);
}

void cli_ask(struct cli *c, const char *question, bool echo, cli_answer_fn fn,
	     void *arg)
{
	struct question q = { xstrdup(question), echo, fn, arg };

	if (!session_has_user(c)) {
		script_answer(c, q);
		free(q.text);
		return;
	}
	assert(!c->q.text); /* one question at a time */
	c->q = q;
}

void question_settle(struct cli *c, const char *line)
{
	struct question q = c->q;

	c->q = (struct question){ 0 };
	answer(c, q, line);
	free(q.text);
	cli_pump(c);
}

void question_drop(struct cli *c)
{
	while (c->q.text) {
		struct question q = c->q;

		c->q = (struct question){ 0 };
		answer(c, q, NULL);
		free(q.text);
	}
}

/* ---- [y/n] ---------------------------------------------------------------- */

struct confirm {
	int (*yes)(struct cli *cli, void *arg, struct err *err);
	void *arg;  /* owned */
	char *text; /* owned */
};

static void confirm_free(struct confirm *k)
{
	free(k->arg);
	free(k->text);
	free(k);
}

static int confirm_answer(struct cli *c, const char *line, void *arg,
			  struct err *err)
{
	struct confirm *k = arg;
	int result = 0;

	if (line) {
		line += strspn(line, " \t");
		if (!str_has_prefix("yes", line) && !str_ieq(line, "y") &&
		    !str_has_prefix("no", line) && !str_ieq(line, "n"))
			line = "";
		if (!*line) {
			cli_ask(c, k->text, true, confirm_answer, k);
			return 0;
		}
	}
	if (line && (*line == 'y' || *line == 'Y'))
		result = k->yes(c, k->arg, err);
	confirm_free(k);
	return result;
}

int cli_confirm(struct cli *c, struct err *err,
		int (*yes)(struct cli *cli, void *arg, struct err *err),
		void *arg, const char *fmt, ...)
{
	struct out text = { 0 };
	struct confirm *k = NULL;
	va_list ap;

	if (cli_is_expert(c)) {
		int result = yes(c, arg, err);

		free(arg);
		return result;
	}
	va_start(ap, fmt);
	out_vprintf(&text, fmt, ap);
	va_end(ap);
	k = xcalloc(1, sizeof(*k));
	*k = (struct confirm){ yes, arg, xstrdup(out_text(&text)) };
	out_fini(&text);
	cli_ask(c, k->text, true, confirm_answer, k);
	return 0;
}

/* ---- jobs ----------------------------------------------------------------- */

struct cli_task {
	struct cli *cli; /* borrowed; NULL: the session is gone */
	void (*work)(void *arg);
	int (*done)(struct cli *cli, void *arg, struct err *err);
	void (*stop)(void *arg); /* NULL: it cannot be stopped */
	void *arg;
	const struct progress *progress; /* in arg; NULL: none is told */
	struct timer turn;
	unsigned turns;
};

static struct cli_task *task_new(struct cli *c, void (*stop)(void *arg),
				 void *arg)
{
	struct cli_task *t = xcalloc(1, sizeof(*t));

	assert(!c->job); /* one job at a time */
	*t = (struct cli_task){ .cli = c, .stop = stop, .arg = arg };
	c->job = t;
	return t;
}

/* The session goes on with what stands behind the command. */
static void task_over(struct cli *c, const struct err *err)
{
	if (err)
		cli_fail(c, err);
	cli_go_on(c);
}

/* ---- progress ------------------------------------------------------------- */

static void progress_line(struct cli_task *t)
{
	const struct progress *p = t->progress;
	uint64_t done = p->done;
	char bar = "-\\|/"[t->turns++ % 4];

	if (p->total)
		cli_task_print(t, "\r%s(%c) %u%%", p->verb, bar,
			       (unsigned)(done * 100 / p->total));
	else
		cli_task_print(t, "\r%s (%c) %s", p->verb, bar,
			       str_thousands(done));
}

static void on_turn(void *arg, uint64_t now_ms)
{
	struct cli_task *t = arg;

	progress_line(t);
	loop_timer(t->cli->env->loop, &t->turn, now_ms + TURN_MS);
}

void cli_progress(struct cli *c, const struct progress *p)
{
	struct cli_task *t = c->job;

	if (!t || !(c->kind == SESSION_CONSOLE || c->kind == SESSION_VTY))
		return;
	t->progress = p;
	t->turn = (struct timer){ .fn = on_turn, .arg = t };
	loop_timer(c->env->loop, &t->turn, clock_ms() + TURN_MS);
}

static void progress_stop(struct cli_task *t)
{
	if (t->progress)
		loop_timer_stop(t->cli->env->loop, &t->turn);
}

void cli_worked(struct cli *c, const char *verb)
{
	if (c->kind == SESSION_CONSOLE || c->kind == SESSION_VTY)
		out_printf(c->out, "%s(\\) 100%%\n", verb);
}

/* The last state stays on the screen. */
static void progress_end(struct cli_task *t)
{
	if (!t->progress)
		return;
	progress_stop(t);
	if (!t->turns && !t->progress->done) /* it has failed at once */
		return;
	progress_line(t);
	cli_task_print(t, "\n");
}

/* ---- work on a helper thread ---------------------------------------------- */

static void job_work(void *arg)
{
	struct cli_task *t = arg;

	t->work(t->arg);
}

static void job_done(void *arg)
{
	struct cli_task *t = arg;
	struct cli *c = t->cli;
	struct err err = { .col = -1 };
	int result = 0;

	if (c)
		progress_end(t);
	if (c)
		c->job = NULL;
	result = t->done(c, t->arg, &err);
	free(t);
	if (c)
		task_over(c, result < 0 ? &err : NULL);
}

int cli_job(struct cli *c, void (*work)(void *arg),
	    int (*done)(struct cli *cli, void *arg, struct err *err), void *arg)
{
	struct cli_task *t = NULL;
	struct err err = { .col = -1 };

	if (c->kind == SESSION_SCRIPT || !c->env->jobs) {
		work(arg);
		if (done(c, arg, &err) < 0)
			cli_fail(c, &err);
		return 0;
	}
	t = task_new(c, NULL, arg);
	t->work = work;
	t->done = done;
	jobs_start(c->env->jobs, job_work, job_done, t);
	return 0;
}

void cli_job_stop(struct cli *c, void (*stop)(void *arg))
{
	if (c->job) /* else it is over: a file's session waits for its jobs */
		c->job->stop = stop;
}

struct cli_task *cli_task_begin(struct cli *c, void (*stop)(void *arg),
				void *arg, struct err *err)
{
	if (c->kind != SESSION_SCRIPT)
		return task_new(c, stop, arg);
	(void)err_set(err, ERR_REFUSED, -1, T_NOT_IN_FILE);
	return NULL;
}

/* Of a script or into a pipe: in its place among the rest. */
static void task_text(struct cli *c, const char *text)
{
	out_puts(cli_out(c), text);
	if (c->held || !c->ready || !c->late.len)
		return;
	c->held = true;
	c->ready(c->ready_arg);
}

void cli_task_print(struct cli_task *t, const char *fmt, ...)
{
	struct cli *c = t->cli;
	struct out text = { 0 };
	va_list ap;

	if (!c)
		return;
	va_start(ap, fmt);
	out_vprintf(&text, fmt, ap);
	va_end(ap);
	if (c->text && !c->play && !c->cmd.pipe)
		c->text(c->text_arg, out_text(&text));
	else
		task_text(c, out_text(&text));
	out_fini(&text);
}

void cli_task_status(struct cli_task *t, int status)
{
	if (t->cli)
		t->cli->cmd.status = status;
}

void cli_task_end(struct cli_task *t, const struct err *err)
{
	struct cli *c = t->cli;

	free(t);
	if (!c)
		return;
	c->job = NULL;
	task_over(c, err);
}

void cli_task_then(struct cli_task *t, void (*then)(struct cli *c, void *arg),
		   void *arg)
{
	struct cli *c = t->cli;

	free(t);
	if (!c)
		return;
	c->job = NULL;
	then(c, arg);
	task_over(c, NULL);
}

void job_interrupt(struct cli *c)
{
	if (!c->job->stop)
		return;
	if (c->line)
		c->next = strlen(c->line);
	c->job->stop(c->job->arg);
}

void job_forget(struct cli *c)
{
	struct cli_task *t = c->job;

	c->job = NULL;
	if (!t)
		return;
	progress_stop(t);
	t->cli = NULL;
	if (t->stop)
		t->stop(t->arg);
}
