/*
 * Commands that TACACS+ servers are asked about, or told of
 *
 * What is sent are the words of the command, in full or as they were typed,
 * passwords masked as in the log: they are nobody else's business.
 */
#include "cli/authorize.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/env.h"
#include "cli/mask.h"
#include "cli/session_priv.h"
#include "emu/aaa/tacacs_client.h"
#include "emu/base/err.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/aaa.h"
#include "emu/conf/conf.h"

/* ---- the words ------------------------------------------------------------ */

struct sent {
	struct words split;
	const char *word[WORDS_MAX];
	struct tacacs_command command;
};

static bool needs_quotes(const char *text)
{
	return !*text || text[strcspn(text, " \t;")];
}

static void full_line(const struct args *a, struct out *o)
{
	for (int i = 0; i < a->nseq; i++) {
		const char *text = a->seq[i].text;
		const char *quote =
			a->seq[i].spec && needs_quotes(text) ? "\"" : "";

		out_printf(o, "%s%s%s%s", i ? " " : "", quote, text, quote);
	}
}

static enum tacacs_method method_of(const struct cli *c)
{
	switch (c->rights.method) {
	case AUTH_LOCAL:
		return TACACS_BY_LOCAL;
	case AUTH_RADIUS:
		return TACACS_BY_RADIUS;
	case AUTH_TACACS:
		return TACACS_BY_TACACS;
	default:
		return TACACS_BY_NOBODY;
	}
}

static void words_fill(const struct cli *c, const struct words *w,
		       const struct args *a, struct sent *s)
{
	struct out line = { 0 }, masked = { 0 };
	struct err err;

	if (cli_conf(c)->aaa->tacacs.send_full_command)
		full_line(a, &line);
	else
		out_puts(&line, w->line);
	mask_line(out_text(&line), &masked);
	if (!words_split(&s->split, out_text(&masked), &err))
		s->split.n = 0; /* longer in full than a line may be */
	wipe(line.buf, line.len);
	out_fini(&line);
	out_fini(&masked);
	for (int i = 0; i < s->split.n; i++)
		s->word[i] = s->split.w[i].text;
	s->command = (struct tacacs_command){
		.method = method_of(c),
		.level = c->enabled ? 15 : 1,
		.words = s->word,
		.nwords = (size_t)s->split.n,
	};
}

/* ---- may it run? ---------------------------------------------------------- */

static const char *const always[] = { "exit", "logout", "end" };

static bool is_free(const struct args *a)
{
	for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++)
		if (a->nseq == 1 && !strcmp(a->seq[0].text, always[i]))
			return true;
	return false;
}

bool authorize_is_on(const struct cli *c)
{
	const struct tacacs_conf *t = &cli_conf(c)->aaa->tacacs;

	return c->kind != SESSION_SCRIPT && c->rights.method == AUTH_TACACS &&
	       (t->authorize_config || t->authorize_other);
}

static bool is_asked(const struct cli *c, const struct args *a)
{
	const struct tacacs_conf *t = &cli_conf(c)->aaa->tacacs;

	if (is_free(a))
		return false;
	return mode_configures((enum mode_id)c->mode, a->row)
		       ? t->authorize_config
		       : t->authorize_other;
}

struct held {
	struct cli *cli;
	struct cli_task *task;
	struct tacacs_ask *question;
	enum aaa_verdict verdict;
	char *line; /* owned */
	void (*run)(struct cli *c, const struct words *w);
};

static void held_free(struct held *h)
{
	wipe(h->line, strlen(h->line));
	free(h->line);
	free(h);
}

/* The commands behind it on the line are not run either. */
static void refuse(struct cli *c, const char *text)
{
	const struct err err = { .code = ERR_DENIED, .col = -1 };
	struct err told = err;

	(void)err_set(&told, ERR_DENIED, -1, "%s", text);
	cli_fail(c, &told);
	if (c->line)
		c->next = strlen(c->line);
}

static void heed(struct cli *c, void *arg)
{
	struct held *h = arg;
	struct words w;
	struct err err;

	if (h->verdict != AAA_GRANTED)
		refuse(c, h->verdict == AAA_REFUSED ? T_NOT_AUTHORIZED
						    : T_NO_AUTHORIZER);
	else if (words_split(&w, h->line, &err))
		h->run(c, &w);
	held_free(h);
}

static void answered(void *arg, enum aaa_verdict v, bool superuser)
{
	struct held *h = arg;

	(void)superuser;
	h->verdict = v;
	cli_task_then(h->task, heed, h);
}

static void stop(void *arg)
{
	struct held *h = arg;
	struct cli_task *task = h->task;

	tacacs_client_cancel(h->question);
	held_free(h);
	cli_task_end(task, NULL);
}

static struct tacacs_ask *ask(const struct cli *c, const struct words *w,
			      const struct args *a, struct held *h)
{
	struct sent *s = xcalloc(1, sizeof(*s));
	const struct aaa_user u = login_who(c, c->user, "");
	struct tacacs_ask *question = NULL;

	words_fill(c, w, a, s);
	if (c->env->tacacs && s->command.nwords)
		question = tacacs_client_command(c->env->tacacs, &u,
						 &s->command, answered, h);
	wipe(s, sizeof(*s));
	free(s);
	return question;
}

bool authorize_holds(struct cli *c, const struct words *w, const struct args *a,
		     void (*run)(struct cli *c, const struct words *w))
{
	struct held *h = NULL;
	struct err err;

	if (!is_asked(c, a))
		return false;
	h = xcalloc(1, sizeof(*h));
	*h = (struct held){ .cli = c, .line = xstrdup(w->line), .run = run };
	h->question = ask(c, w, a, h);
	if (h->question) {
		h->task = cli_task_begin(c, stop, h, &err);
		return true;
	}
	refuse(c, T_NO_AUTHORIZER);
	held_free(h);
	return true;
}

/* ---- who has run it? ------------------------------------------------------ */

struct tacacs_told {
	struct sent sent;
	struct tacacs_record record;
};

static bool is_told(const struct cli *c, const struct args *a)
{
	const struct tacacs_conf *t = &cli_conf(c)->aaa->tacacs;

	if (c->kind == SESSION_SCRIPT || !c->env->tacacs)
		return false;
	return mode_configures((enum mode_id)c->mode, a->row)
		       ? t->account_config
		       : t->account_other;
}

static void tell(struct cli *c, const struct tacacs_told *t)
{
	const struct aaa_user u = login_who(c, c->user, "");

	tacacs_client_account(c->env->tacacs, &u, &t->sent.command, &t->record);
}

void account_begin(struct cli *c, const struct words *w, const struct args *a,
		   struct accounting *x)
{
	static uint32_t task;

	x->told = NULL;
	if (!is_told(c, a))
		return;
	x->told = xcalloc(1, sizeof(*x->told));
	words_fill(c, w, a, &x->told->sent);
	x->told->record = (struct tacacs_record){
		.flags = TACACS_ACCT_START,
		.task = ++task,
		.since = time(NULL),
	};
	tell(c, x->told);
}

void account_end(struct cli *c, struct accounting *x)
{
	struct tacacs_told *t = x->told;

	if (!t)
		return;
	t->record.flags = TACACS_ACCT_STOP;
	t->record.elapsed_s = (unsigned)(time(NULL) - t->record.since);
	tell(c, t);
	wipe(t, sizeof(*t));
	free(t);
	x->told = NULL;
}
