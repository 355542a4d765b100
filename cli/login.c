/*
 * Who may come in
 *
 * A name and a password are checked in the order of `console authentication`
 * or `virtual authentication`.  A method either decides or has no answer, and
 * then the next one is tried: the users of this switch have none for a name
 * that they do not know, a server has none when it does not reply.  A refusal
 * is final, and so is the end of the list.  Nothing here waits: hashing runs as
 * a job, servers are asked by the loop.
 */
#include "cli/session_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/account.h"
#include "cli/env.h"
#include "emu/aaa/radius_client.h"
#include "emu/aaa/tacacs_client.h"
#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/conf.h"
#include "emu/io/disk.h"

#define NOBODY	   "none"    /* the user where nobody is asked who he is */
#define BANNER_MAX 16384     /* bytes that are shown, own bound */
#define BANNER_DIR "script/" /* of the disk */

struct attempt {
	char user[33];
	char password[PASSWORD_LEN + 1]; /* wiped at the end */
	struct auth_order order;
	unsigned at; /* the method that is asked */
	struct rights rights;
	login_done_fn done;
	/* of the local method's job */
	char hash[HASH_CAP];
	bool has_hash, fits;
	/* of a question to a server */
	struct cli *cli;
	struct cli_task *task;
	void *question;
	void (*cancel)(void *question);
	enum aaa_verdict verdict;
	bool superuser;
};

/* ---- rights --------------------------------------------------------------- */

static void rights_fill(const struct cli *c, const char *user,
			enum auth_method method, bool superuser,
			struct rights *r)
{
	const struct user *u = account_find(c->env->conf, user);

	*r = (struct rights){
		.method = method,
		.superuser = superuser,
		.administrator = account_is_administrator(c->env->conf, user),
	};
	if (u)
		(void)str_copy(r->dir_access, sizeof(r->dir_access),
			       u->dir_access);
}

static const struct auth_order *order_of(const struct cli *c)
{
	const struct access *a = c->env->conf->access;

	return c->kind == SESSION_VTY ? &a->remote : &a->console;
}

/* ---- one attempt ---------------------------------------------------------- */

static void attempt_free(struct attempt *k)
{
	wipe(k, sizeof(*k));
	free(k);
}

static void refuse(struct cli *c, struct attempt *k)
{
	k->done(c, k->user, NULL);
	attempt_free(k);
}

static void let_in(struct cli *c, struct attempt *k)
{
	k->done(c, k->user, &k->rights);
	attempt_free(k);
}

static void local_work(void *arg)
{
	struct attempt *k = arg;

	k->fits = password_fits(k->password, k->has_hash ? k->hash : NULL);
}

static int local_done(struct cli *c, void *arg, struct err *err)
{
	struct attempt *k = arg;

	(void)err;
	if (!c)
		attempt_free(k);
	else if (k->fits)
		let_in(c, k);
	else
		refuse(c, k);
	return 0;
}

static bool is_last(const struct attempt *k)
{
	for (unsigned i = k->at + 1; i < AUTH_TRIES; i++)
		if (k->order.method[i] != AUTH_UNSET)
			return false;
	return true;
}

/* An unknown name takes as long as a wrong password when nobody else is asked,
 * so that the time does not tell them apart.  False: no answer. */
static bool local_ask(struct cli *c, struct attempt *k)
{
	const struct user *u = account_find(c->env->conf, k->user);
	const char *hash = u ? account_hash(c->env->conf, u) : NULL;

	if (!u && !is_last(k))
		return false;
	k->has_hash = hash != NULL;
	(void)str_copy(k->hash, sizeof(k->hash), hash ? hash : "");
	rights_fill(c, k->user, AUTH_LOCAL, u && u->superuser, &k->rights);
	(void)cli_job(c, local_work, local_done, k);
	return true;
}

/* ---- servers -------------------------------------------------------------- */

static void attempt_go_on(struct cli *c, struct attempt *k);

/* Ctrl-C, or the session goes. */
static void server_stop(void *arg)
{
	struct attempt *k = arg;
	struct cli_task *task = k->task;

	k->cancel(k->question);
	if (k->cli->state == CLI_PASSWORD)
		k->cli->state = CLI_USER_NAME;
	attempt_free(k);
	cli_task_end(task, NULL);
}

static void server_heed(struct cli *c, void *arg)
{
	struct attempt *k = arg;

	if (k->verdict == AAA_NO_ANSWER) {
		k->at++;
		attempt_go_on(c, k);
	} else if (k->verdict == AAA_REFUSED) {
		refuse(c, k);
	} else {
		rights_fill(c, k->user,
			    (enum auth_method)k->order.method[k->at],
			    k->superuser, &k->rights);
		let_in(c, k);
	}
}

static void server_answer(void *arg, enum aaa_verdict v, bool superuser)
{
	struct attempt *k = arg;

	k->verdict = v;
	k->superuser = superuser;
	cli_task_then(k->task, server_heed, k);
}

struct aaa_user login_who(const struct cli *c, const char *name,
			  const char *password)
{
	return (struct aaa_user){
		.name = name,
		.password = password,
		.line = c->line_name,
		.caller = c->kind == SESSION_VTY ? c->where : "",
		.port = sessions_line_number(c->line_name),
		.is_remote = c->kind == SESSION_VTY,
	};
}

static void radius_cancel(void *question)
{
	radius_client_cancel(question);
}

static bool radius_ask(struct cli *c, struct attempt *k)
{
	const struct aaa_user u = login_who(c, k->user, k->password);

	if (!c->env->radius)
		return false;
	k->question = radius_client_ask(c->env->radius, &u, server_answer, k);
	k->cancel = radius_cancel;
	return k->question != NULL;
}

static void tacacs_cancel(void *question)
{
	tacacs_client_cancel(question);
}

static bool tacacs_ask(struct cli *c, struct attempt *k)
{
	const struct aaa_user u = login_who(c, k->user, k->password);

	if (!c->env->tacacs)
		return false;
	k->question = tacacs_client_login(c->env->tacacs, &u, server_answer, k);
	k->cancel = tacacs_cancel;
	return k->question != NULL;
}

/* False: there is none to ask. */
static bool server_ask(struct cli *c, struct attempt *k, enum auth_method m)
{
	struct err err;

	if (!(m == AUTH_RADIUS ? radius_ask : tacacs_ask)(c, k))
		return false;
	k->cli = c;
	k->task = cli_task_begin(c, server_stop, k, &err);
	return true;
}

/* Asks the next method; the attempt is settled, or its answer will come. */
static void attempt_go_on(struct cli *c, struct attempt *k)
{
	for (; k->at < AUTH_TRIES; k->at++) {
		enum auth_method m = (enum auth_method)k->order.method[k->at];

		switch (m) {
		case AUTH_LOCAL:
			if (local_ask(c, k))
				return;
			break;
		case AUTH_NONE:
			rights_fill(c, k->user, AUTH_NONE, true, &k->rights);
			let_in(c, k);
			return;
		case AUTH_DISALLOWED:
			refuse(c, k);
			return;
		case AUTH_RADIUS:
		case AUTH_TACACS:
			if (server_ask(c, k, m))
				return;
			break;
		default:
			break;
		}
	}
	refuse(c, k);
}

void login_check(struct cli *c, const char *user, const char *password,
		 login_done_fn done)
{
	struct attempt *k = xcalloc(1, sizeof(*k));

	k->done = done;
	k->order = *order_of(c);
	(void)str_copy(k->user, sizeof(k->user), user);
	if (str_copy(k->password, sizeof(k->password), password))
		attempt_go_on(c, k);
	else
		refuse(c, k); /* longer than any password is */
}

/* ---- a session's beginning ------------------------------------------------ */

static void login_done(struct cli *c, const char *user, const struct rights *r)
{
	if (r) {
		cli_welcome(c, user, r);
		return;
	}
	out_printf(c->out, "%%%% %s\n", T_LOGIN_BAD);
	log_write(LOG_NETMAN, LOG_CRITICAL_2, T_TRAP_LOGIN, c->line_name, user,
		  c->where);
	c->state = CLI_USER_NAME;
	if (++c->failures == LOGIN_FAILURES)
		cli_logout(c);
}

void login_line(struct cli *c, const char *line)
{
	if (c->state == CLI_PASSWORD) {
		login_check(c, c->user, line, login_done);
		return;
	}
	line += strspn(line, " \t");
	if (!*line)
		return;
	/* A name that cannot be one fails with its password, like any other. */
	if (!str_copy(c->user, sizeof(c->user), line) ||
	    !str_is_name(line, sizeof(c->user) - 1))
		(void)str_copy(c->user, sizeof(c->user), "?");
	c->state = CLI_PASSWORD;
}

/* Text only: a banner does not move the cursor about. */
static void banner_print(const struct cli *c, struct out *o)
{
	const char *name = c->env->conf->access->banner;
	char path[sizeof(BANNER_DIR) + sizeof(c->env->conf->access->banner)];
	struct err err = { 0 };
	char *text = NULL;
	size_t len = 0;

	if (!*name)
		return;
	(void)snprintf(path, sizeof(path), BANNER_DIR "%s", name);
	if (disk_read(c->env->disk, path, &text, &len, &err) < 0) {
		log_write(LOG_NETMAN, LOG_NOTICE_5,
			  "prelogin-banner %s cannot be shown: %s", name,
			  err.msg);
		return;
	}
	for (size_t i = 0; i < len && i < BANNER_MAX; i++) {
		unsigned char ch = (unsigned char)text[i];

		if (ch == '\n' || ch == '\t' || (ch >= ' ' && ch != 127))
			out_write(o, &text[i], 1);
	}
	if (o->len && o->buf[o->len - 1] != '\n')
		out_puts(o, "\n");
	free(text);
}

void login_open(struct cli *c)
{
	struct rights r;

	if (c->state != CLI_USER_NAME)
		return;
	if (c->kind != SESSION_VTY &&
	    c->env->conf->access->restricted[WAY_CONSOLE]) {
		out_puts(c->out, T_NO_SESSION_TEXT);
		c->state = CLI_OVER;
		return;
	}
	banner_print(c, c->out);
	if (!auth_is_off(order_of(c)))
		return;
	rights_fill(c, NOBODY, AUTH_NONE, true, &r);
	cli_welcome(c, NOBODY, &r);
}
