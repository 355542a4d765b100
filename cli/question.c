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

/* ---- questions ------------------------------------------------------------ */

static void answer(struct cli *c, struct question q, const char *line)
{
	struct err err = { .col = -1 };

	if (q.answer(c, line, q.arg, &err) < 0)
		cli_fail(c, &err, 0);
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

	if (c->kind == SESSION_SCRIPT) {
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

struct busy_job {
	struct cli *cli; /* borrowed; NULL: the session is gone */
	void (*work)(void *arg);
	int (*done)(struct cli *cli, void *arg, struct err *err);
	void *arg;
};

static void job_work(void *arg)
{
	struct busy_job *j = arg;

	j->work(j->arg);
}

static void job_done(void *arg)
{
	struct busy_job *j = arg;
	struct cli *c = j->cli;
	struct err err = { .col = -1 };
	int result = 0;

	if (c)
		c->job = NULL;
	result = j->done(c, j->arg, &err);
	free(j);
	if (!c)
		return;
	if (result < 0)
		cli_fail(c, &err, 0);
	cli_pump(c);
	if (!c->job) {
		cli_settled(c);
		if (c->ready)
			c->ready(c->ready_arg);
	}
}

int cli_job(struct cli *c, void (*work)(void *arg),
	    int (*done)(struct cli *cli, void *arg, struct err *err), void *arg)
{
	struct busy_job *j = NULL;
	struct err err = { .col = -1 };

	if (c->kind == SESSION_SCRIPT || !c->env->jobs) {
		work(arg);
		if (done(c, arg, &err) < 0)
			cli_fail(c, &err, 0);
		return 0;
	}
	assert(!c->job); /* one job at a time */
	j = xcalloc(1, sizeof(*j));
	*j = (struct busy_job){ c, work, done, arg };
	c->job = j;
	jobs_start(c->env->jobs, job_work, job_done, j);
	return 0;
}

void job_forget(struct cli *c)
{
	if (c->job)
		c->job->cli = NULL;
	c->job = NULL;
}
