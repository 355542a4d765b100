/*
 * All sessions: who is on which line, and the mailbox between a terminal's
 * thread and the control thread
 *
 * A terminal's life: terminal_start() makes the thread; the thread asks, the
 * control thread serves; at its end the thread posts terminal_gone(), which
 * joins it and frees everything.  Posts run in order, so a request can never
 * be served after its terminal is gone.
 */
#include "cli/terminal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "cli/env.h"
#include "cli/session_priv.h"
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/io/loop.h"

#define VTY_MAX	    4
#define FRONTS_MAX  4
#define GOODBYE_MAX 200	  /* turns of 20 ms that terminals get to end */
#define NOTICE_MAX  16384 /* bytes that wait for a terminal to print them */

struct sessions {
	const struct env *env;
	struct terminal_list terminals; /* owned */
	struct {
		void (*stop)(void *arg);
		void (*fini)(void *arg);
		void *arg;
	} front[FRONTS_MAX];
	int nfront;
};

struct sessions *sessions_new(const struct env *env)
{
	struct sessions *s = xcalloc(1, sizeof(*s));

	s->env = env;
	TAILQ_INIT(&s->terminals);
	return s;
}

struct loop *sessions_loop(const struct sessions *s)
{
	return s->env->loop;
}

const struct env *sessions_env(const struct sessions *s)
{
	return s->env;
}

void sessions_on_free(struct sessions *s, void (*stop)(void *arg),
		      void (*fini)(void *arg), void *arg)
{
	assert(s->nfront < FRONTS_MAX);
	s->front[s->nfront].stop = stop;
	s->front[s->nfront].fini = fini;
	s->front[s->nfront++].arg = arg;
}

void sessions_free(struct sessions *s)
{
	struct terminal *t = NULL;

	if (!s)
		return;
	for (int i = 0; i < s->nfront; i++)
		s->front[i].stop(s->front[i].arg);
	TAILQ_FOREACH(t, &s->terminals, link)
		terminal_hang_up(t, T_HUNG_UP);
	for (int i = 0; !TAILQ_EMPTY(&s->terminals) && i < GOODBYE_MAX; i++)
		loop_turn(s->env->loop, 20);
	if (!TAILQ_EMPTY(&s->terminals))
		return; /* a thread hangs in its terminal: let it be */
	for (int i = 0; i < s->nfront; i++)
		s->front[i].fini(s->front[i].arg);
	free(s);
}

/* ---- serving a request ---------------------------------------------------- */

static void ring(int fd)
{
	uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) < 0)
		return; /* full: it is readable already */
}

static void reply_send(struct terminal *t)
{
	struct session *s = t->session;
	struct reply *r = &t->reply;

	(void)str_copy(r->prompt, sizeof(r->prompt), session_prompt(s));
	r->echo = session_echo(s);
	r->over = session_over(s);
	r->busy = session_busy(s);
	r->asking = session_asking(s);
	r->logged_in = session_logged_in(s);
	r->forgot = !s->cli.nhistory;
	r->first_boot = session_first_boot(s);
	r->lends = s->cli.lends;
	r->fd = s->cli.lent_fd;
	s->cli.lends = false;
	session_term(s, &r->term);
	t->answered = true;
	ring(t->bell);
}

static void job_over(void *arg)
{
	struct terminal *t = arg;

	(void)pthread_mutex_lock(&t->lock);
	session_take_output(t->session, &t->reply.out);
	reply_send(t);
	(void)pthread_mutex_unlock(&t->lock);
}

static void busy_text(void *arg, const char *text)
{
	terminal_notice(arg, text);
}

/* At the beginning the given session stays until the thread has asked for it. */
static bool session_is_given(struct terminal *t)
{
	if (!t->given)
		return false;
	if (t->session == t->given)
		t->given = NULL;
	else
		t->session = t->given;
	return true;
}

static void session_renew(struct terminal *t)
{
	bool given = session_is_given(t);

	if (!given)
		session_free(t->session);
	(void)pthread_mutex_lock(&t->lock);
	out_clear(&t->notice); /* the user before was meant */
	t->unsaid = 0;
	(void)pthread_mutex_unlock(&t->lock);
	if (!given)
		t->session = session_new(t->all->env, t->kind, t->where);
	(void)str_copy(t->session->cli.line_name,
		       sizeof(t->session->cli.line_name), t->name);
	session_on_ready(t->session, job_over, t);
	session_on_text(t->session, busy_text, t);
}

/* What a session said before it became busy comes before what it says now. */
static void say_early(struct terminal *t)
{
	struct out *o = &t->reply.out;

	if (!o->len || o->len > NOTICE_MAX / 2)
		return;
	terminal_notice(t, out_text(o));
	out_clear(o);
}

/* Ctrl-C at a prompt, or while the text of a busy session was printed. */
static void stop_or_abort(struct terminal *t)
{
	session_interrupt(t->session, &t->reply.out);
	if (session_busy(t->session))
		session_go_on(t->session, &t->reply.out);
}

/* Control thread.  The terminal's thread waits, so the lock is not needed for
 * the work itself; nothing else may be done meanwhile but hanging up, notices
 * and an interrupt. */
static void serve(void *arg)
{
	struct terminal *t = arg;
	struct reply *r = &t->reply;
	char *text = t->text;

	r->add[0] = '\0';
	t->text = NULL;
	if (t->ask == ASK_OPEN) {
		session_renew(t);
		session_open(t->session, &r->out);
	} else if (t->ask == ASK_LINE) {
		session_line(t->session, text, &r->out);
	} else if (t->ask == ASK_HELP) {
		session_help(t->session, text, &r->out);
	} else if (t->ask == ASK_COMPLETE) {
		session_complete(t->session, text, r->add, sizeof(r->add));
	} else if (t->ask == ASK_GO_ON) {
		session_go_on(t->session, &r->out);
	} else if (t->ask == ASK_INTERRUPT) {
		stop_or_abort(t);
	}
	if (text)
		wipe(text, strlen(text));
	free(text);
	if (session_busy(t->session) && !t->session->cli.held) {
		say_early(t);
		return;
	}
	(void)pthread_mutex_lock(&t->lock);
	reply_send(t);
	(void)pthread_mutex_unlock(&t->lock);
}

/* The request may have been answered before this came. */
static void interrupt(void *arg)
{
	struct terminal *t = arg;

	if (session_busy(t->session))
		session_interrupt(t->session, &t->reply.out);
}

/* ---- the terminal's side -------------------------------------------------- */

void terminal_ask(struct terminal *t, enum ask ask, const char *text)
{
	struct loop *l = t->all->env->loop;

	(void)pthread_mutex_lock(&t->lock);
	if (t->hung) {
		(void)pthread_mutex_unlock(&t->lock);
		return;
	}
	if (ask == ASK_INTERRUPT && t->asked) {
		loop_post(l, interrupt, t);
	} else {
		t->ask = ask;
		t->text = text ? xstrdup(text) : NULL;
		t->asked = true;
		t->answered = false;
		loop_post(l, serve, t);
	}
	(void)pthread_mutex_unlock(&t->lock);
}

static void reply_take(struct terminal *t, struct reply *r)
{
	struct out old = r->out;

	*r = t->reply;
	t->reply.out = old;
	t->reply.lends = false;
	out_clear(&t->reply.out);
	t->asked = t->answered = false;
}

bool terminal_answer(struct terminal *t, struct reply *r)
{
	bool over = false;

	(void)pthread_mutex_lock(&t->lock);
	over = t->answered || t->hung;
	if (t->answered)
		reply_take(t, r);
	r->over |= t->hung;
	(void)pthread_mutex_unlock(&t->lock);
	return over;
}

void terminal_notice(struct terminal *t, const char *text)
{
	(void)pthread_mutex_lock(&t->lock);
	if (t->notice.len + strlen(text) > NOTICE_MAX)
		t->unsaid++;
	else
		out_puts(&t->notice, text);
	(void)pthread_mutex_unlock(&t->lock);
	ring(t->bell);
}

void terminal_listen(struct terminal *t, struct out *text)
{
	uint64_t rung = 0;
	unsigned unsaid = 0;

	(void)!read(t->bell, &rung, sizeof(rung));
	(void)pthread_mutex_lock(&t->lock);
	out_puts(text, out_text(&t->notice));
	out_clear(&t->notice);
	unsaid = t->unsaid;
	t->unsaid = 0;
	(void)pthread_mutex_unlock(&t->lock);
	if (unsaid)
		out_printf(text, T_NOTICE_LOST "\n", unsaid);
}

bool terminal_hung(struct terminal *t, char *why, size_t cap)
{
	bool hung = false;

	(void)pthread_mutex_lock(&t->lock);
	hung = t->hung;
	(void)str_copy(why, cap, t->why);
	(void)pthread_mutex_unlock(&t->lock);
	return hung;
}

static void terminal_gone(void *arg)
{
	struct terminal *t = arg;

	(void)pthread_join(t->thread, NULL);
	TAILQ_REMOVE(&t->all->terminals, t, link);
	session_free(t->session);
	if (t->reply.lends) /* nobody took it */
		(void)close(t->reply.fd);
	out_fini(&t->reply.out);
	out_fini(&t->notice);
	(void)close(t->wake);
	(void)close(t->bell);
	(void)pthread_mutex_destroy(&t->lock);
	if (t->gone)
		t->gone(t->gone_arg);
	free(t);
}

static void *terminal_thread(void *arg)
{
	struct terminal *t = arg;

	terminal_run(t);
	loop_post(t->all->env->loop, terminal_gone, t);
	return NULL;
}

bool terminal_start(struct sessions *s, struct terminal *t)
{
	t->all = s;
	t->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	t->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	(void)pthread_mutex_init(&t->lock, NULL);
	session_renew(t);
	if (t->wake >= 0 && t->bell >= 0 &&
	    !pthread_create(&t->thread, NULL, terminal_thread, t)) {
		TAILQ_INSERT_TAIL(&s->terminals, t, link);
		return true;
	}
	if (t->wake >= 0)
		(void)close(t->wake);
	if (t->bell >= 0)
		(void)close(t->bell);
	session_free(t->session);
	free(t);
	return false;
}

void terminal_hang_up(struct terminal *t, const char *why)
{
	(void)pthread_mutex_lock(&t->lock);
	if (!t->hung)
		(void)str_copy(t->why, sizeof(t->why), why);
	t->hung = true;
	(void)pthread_mutex_unlock(&t->lock);
	ring(t->wake);
}

void sessions_notice(struct sessions *s, const char *text,
		     bool (*wanted)(void *arg, const char *line), void *arg)
{
	struct terminal *t = NULL;

	TAILQ_FOREACH(t, &s->terminals, link)
		if (session_logged_in(t->session) && wanted(arg, t->name))
			terminal_notice(t, text);
}

/* ---- lines ---------------------------------------------------------------- */

static const struct terminal *line_find(const struct sessions *s,
					const char *name)
{
	const struct terminal *t = NULL;

	TAILQ_FOREACH(t, &s->terminals, link)
		if (!strcmp(t->name, name))
			return t;
	return NULL;
}

static const char *const vty_names[VTY_MAX] = { "vty1", "vty2", "vty3",
						"vty4" };

const char *sessions_vty(const struct sessions *s)
{
	for (int i = 0; i < VTY_MAX; i++)
		if (!line_find(s, vty_names[i]))
			return vty_names[i];
	return NULL;
}

unsigned sessions_line_number(const char *name)
{
	for (unsigned i = 0; i < VTY_MAX; i++)
		if (!strcmp(name, vty_names[i]))
			return i + 1;
	return 0;
}

static void duration(struct out *o, time_t s)
{
	long n = s < 0 ? 0 : (long)s;

	out_col(o, 12, "%02ld:%02ld:%02ld", n / 3600, n / 60 % 60, n % 60);
}

static void line_show(const char *name, const struct cli *c,
		      const struct cli *own, struct out *o)
{
	time_t now = time(NULL);

	out_puts(o, c && c == own ? "* " : "  ");
	out_col(o, 10, "%s", name);
	if (!c || c->state != CLI_READY) {
		out_puts(o, "Not logged in\n");
		return;
	}
	out_col(o, 18, "%s", c->user);
	duration(o, now - c->login_time);
	duration(o, now - c->last_time);
	out_printf(o, "%s\n", c->where);
}

void sessions_show(const struct sessions *s, const struct cli *own,
		   struct out *o)
{
	const struct terminal *t = NULL;

	out_puts(o, "  ");
	out_col(o, 10, "Line");
	out_col(o, 18, "User");
	out_col(o, 12, "Login");
	out_col(o, 12, "Idle");
	out_puts(o, "Location\n");
	if (!s || !line_find(s, "console"))
		line_show("console", s ? NULL : own, own, o);
	if (!s)
		return;
	TAILQ_FOREACH(t, &s->terminals, link)
		if (strncmp(t->name, "vty", 3) != 0)
			line_show(t->name, &t->session->cli, own, o);
	for (int i = 0; i < VTY_MAX; i++) {
		t = line_find(s, vty_names[i]);
		line_show(vty_names[i], t ? &t->session->cli : NULL, own, o);
	}
}

int sessions_disconnect(struct sessions *s, const char *name, struct err *err)
{
	struct terminal *t = NULL;
	char vty[8] = "";

	if (strlen(name) == 1) /* "2" is vty2 */
		(void)snprintf(vty, sizeof(vty), "vty%s", name);
	if (s)
		TAILQ_FOREACH(t, &s->terminals, link)
			if (str_ieq(t->name, name) || str_ieq(t->name, vty))
				break;
	if (!t)
		return err_set(err, ERR_NOT_FOUND, -1,
			       "No session on line %s: see show lines", name);
	terminal_hang_up(t, T_HUNG_UP);
	return 0;
}
