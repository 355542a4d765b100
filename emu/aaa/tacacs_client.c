/*
 * The TACACS+ client's questions
 *
 * A question is one exchange at a time, on a connection of its own: it goes from
 * side to side until one gives an answer.  A log-in has two exchanges, the
 * password's and the privilege level's; the second starts at the side that
 * answered the first.
 */
#include "emu/aaa/tacacs_priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emu/base/log.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/io/rnd.h"
#include "emu/io/sock.h"

#define ASK_MAX	      64 /* questions at once, own bound */
#define ROUNDS_MAX    6	 /* packets that a server may ask for, own bound */
#define ARGS_OVERHEAD 8	 /* arguments beside the words */
#define SUPERUSER     15 /* privilege level */

static const struct in_addr any_source = { INADDR_ANY };

/* ---- the end of a question ------------------------------------------------ */

static void ask_close(struct tacacs_ask *a)
{
	tacacs_watch_close(a->client->loop, &a->watch);
	loop_timer_stop(a->client->loop, &a->timer);
	a->connected = false;
	a->out_len = a->out_sent = a->in_len = 0;
}

static void ask_free(struct tacacs_ask *a)
{
	ask_close(a);
	TAILQ_REMOVE(&a->client->asks, a, link);
	a->client->nask--;
	for (size_t i = 0; i < a->nargs; i++)
		free(a->args[i]);
	wipe(a, sizeof(*a));
	free(a);
}

static void ask_done(struct tacacs_ask *a, enum aaa_verdict v, bool superuser)
{
	aaa_done_fn done = a->done;
	void *arg = a->arg;

	ask_free(a);
	if (done)
		done(arg, v, superuser);
}

static void nobody_answers(struct tacacs_ask *a)
{
	static struct log_rate rate;
	unsigned skipped = 0;

	if (a->purpose == ACCOUNT &&
	    log_rate_ok(&rate, loop_now(a->client->loop), &skipped))
		log_write(
			LOG_TACACS, LOG_WARNING_4,
			"%u accounting records are lost: no server takes them",
			skipped + 1);
	/* whose password is right may come in, but not as SuperUser */
	ask_done(a, a->purpose == LOGIN_LEVEL ? AAA_GRANTED : AAA_NO_ANSWER,
		 false);
}

/* ---- exchanges ------------------------------------------------------------ */

static size_t request_make(struct tacacs_ask *a)
{
	const char *const *args = (const char *const *)a->args;

	switch (a->purpose) {
	case LOGIN_PASSWORD:
		a->session.type = TACACS_AUTHEN;
		return tacacs_start(a->out, sizeof(a->out), &a->session,
				    &a->who);
	case ACCOUNT:
		a->session.type = TACACS_ACCT;
		return tacacs_account(a->out, sizeof(a->out), &a->session,
				      &a->who, a->flags, args, a->nargs);
	default:
		a->session.type = TACACS_AUTHOR;
		return tacacs_authorize(a->out, sizeof(a->out), &a->session,
					&a->who, args, a->nargs);
	}
}

static void count(const struct tacacs_ask *a)
{
	struct tacacs_stats *t = &a->side->stats;

	t->authen += a->session.type == TACACS_AUTHEN;
	t->author += a->session.type == TACACS_AUTHOR;
	t->acct += a->session.type == TACACS_ACCT;
}

static void patience_renew(struct tacacs_ask *a)
{
	struct loop *l = a->client->loop;

	loop_timer(l, &a->timer, loop_now(l) + 1000ULL * a->side->timeout_s);
}

/* Begins an exchange with this side; false: errno tells why it cannot. */
static bool ask_side(struct tacacs_ask *a, struct side *s)
{
	struct loop *l = a->client->loop;

	ask_close(a);
	a->side = s;
	a->tried |= 1u << (s - a->client->side);
	a->rounds = 0;
	a->session = (struct tacacs_session){ .key = s->key };
	rnd_bytes(&a->session.id, sizeof(a->session.id));
	errno = EMSGSIZE;
	a->out_len = request_make(a);
	if (!a->out_len)
		return false;
	a->watch.fd = sock_connect(a->client->map, s->server.addr,
				   htons(s->server.port), any_source);
	if (a->watch.fd < 0)
		return false;
	if (loop_watch(l, &a->watch, EPOLLOUT) < 0) {
		(void)close(a->watch.fd);
		a->watch.fd = -1;
		return false;
	}
	patience_renew(a);
	count(a);
	return true;
}

/* The next side, in order of the configuration, that takes the question. */
static bool ask_next(struct tacacs_ask *a)
{
	struct tacacs_client *t = a->client;
	int order[TACACS_SERVERS], n = tacacs_order(tacacs_conf_of(t), order);

	for (int i = 0; i < n; i++) {
		struct side *s = tacacs_side_at(t, order[i]);

		if (!s || a->tried & 1u << (s - t->side) ||
		    !tacacs_side_may_be_asked(s))
			continue;
		if (ask_side(a, s))
			return true;
		tacacs_side_is(s, AAA_DEAD, strerror(errno));
	}
	ask_close(a);
	a->side = NULL;
	return false;
}

/* This side gives no answer: the next one is asked. */
static void ask_move(struct tacacs_ask *a, const char *why)
{
	if (a->side)
		tacacs_side_is(a->side, AAA_DEAD, why);
	if (!ask_next(a))
		nobody_answers(a);
}

static void ask_late(void *arg, uint64_t now_ms)
{
	(void)now_ms;
	ask_move(arg, "time-out");
}

/* ---- answers -------------------------------------------------------------- */

static void arg_add(struct tacacs_ask *a, const char *text)
{
	a->args[a->nargs++] = xstrdup(text);
}

/* The password is right: which privilege level has the user? */
static void level_ask(struct tacacs_ask *a)
{
	struct side *s = a->side;

	a->purpose = LOGIN_LEVEL;
	a->who.method = TACACS_BY_TACACS;
	arg_add(a, "service=shell");
	arg_add(a, "cmd=");
	a->tried = 0;
	wipe(a->password, sizeof(a->password));
	if (!ask_side(a, s) && !ask_next(a))
		nobody_answers(a);
}

static void round_again(struct tacacs_ask *a, const char *text)
{
	a->in_len = a->out_sent = 0;
	a->out_len = a->rounds++ < ROUNDS_MAX
			     ? tacacs_continue(a->out, sizeof(a->out),
					       &a->session, text)
			     : 0;
	if (!a->out_len ||
	    loop_rewatch(a->client->loop, &a->watch, EPOLLOUT) < 0) {
		ask_move(a, "it asks again and again");
		return;
	}
	patience_renew(a);
}

static void passed(struct tacacs_ask *a, const struct tacacs_reply *r)
{
	if (a->purpose == LOGIN_PASSWORD)
		level_ask(a);
	else if (a->purpose == COMMAND && r->replaces)
		ask_done(a, AAA_REFUSED, false); /* another command may run */
	else
		ask_done(a, AAA_GRANTED, r->level >= SUPERUSER);
}

static void failed(struct tacacs_ask *a)
{
	/* no shell of its own: a plain user */
	ask_done(a, a->purpose == LOGIN_LEVEL ? AAA_GRANTED : AAA_REFUSED,
		 false);
}

static void reply_heed(struct tacacs_ask *a)
{
	struct tacacs_reply r;

	tacacs_read(a->in, a->in_len, &a->session, &r);
	if (r.status != TACACS_MALFORMED && r.status != TACACS_ERROR)
		tacacs_side_is(a->side, AAA_ALIVE, "");
	switch (r.status) {
	case TACACS_PASS:
		passed(a, &r);
		break;
	case TACACS_FAIL:
		failed(a);
		break;
	case TACACS_ASKS_USER:
		round_again(a, a->user);
		break;
	case TACACS_ASKS_PASSWORD:
		round_again(a, a->password);
		break;
	case TACACS_ERROR:
		ask_move(a, "it has an error");
		break;
	default:
		ask_move(a, "what it says does not fit the key");
		break;
	}
}

static void ask_read(struct tacacs_ask *a)
{
	ssize_t n = recv(a->watch.fd, a->in + a->in_len,
			 sizeof(a->in) - a->in_len, 0);
	size_t want = 0;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		ask_move(a, n ? strerror(errno) : "it hangs up");
		return;
	}
	a->in_len += (size_t)n;
	want = tacacs_reply_len(a->in, a->in_len);
	if (want > sizeof(a->in) || (want && a->in_len > want))
		ask_move(a, "it says too much");
	else if (want && a->in_len == want)
		reply_heed(a);
}

static void ask_write(struct tacacs_ask *a)
{
	ssize_t n = send(a->watch.fd, a->out + a->out_sent,
			 a->out_len - a->out_sent, MSG_NOSIGNAL);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		ask_move(a, strerror(errno));
		return;
	}
	a->out_sent += (size_t)n;
	if (a->out_sent == a->out_len &&
	    loop_rewatch(a->client->loop, &a->watch, EPOLLIN) < 0)
		ask_move(a, strerror(errno));
}

static void ask_ready(void *arg, uint32_t ready, uint64_t now_ms)
{
	struct tacacs_ask *a = arg;
	int error = a->connected ? 0 : sock_error(a->watch.fd);

	(void)ready;
	(void)now_ms;
	if (error) {
		ask_move(a, strerror(error));
		return;
	}
	a->connected = true;
	if (a->out_sent < a->out_len)
		ask_write(a);
	else
		ask_read(a);
}

/* ---- questions ------------------------------------------------------------ */

static struct tacacs_ask *ask_new(struct tacacs_client *t, enum purpose purpose,
				  const struct aaa_user *u)
{
	struct tacacs_ask *a = NULL;

	if (t->nask == ASK_MAX)
		return NULL;
	a = xcalloc(1, sizeof(*a));
	a->client = t;
	a->purpose = purpose;
	a->watch = (struct watch){ -1, ask_ready, a };
	a->timer = (struct timer){ .fn = ask_late, .arg = a };
	a->who = (struct tacacs_who){ .user = a->user,
				      .port = a->port,
				      .caller = a->caller,
				      .level = 1,
				      .method = TACACS_BY_TACACS };
	(void)str_copy(a->port, sizeof(a->port), u->line);
	(void)str_copy(a->caller, sizeof(a->caller),
		       *u->caller ? u->caller : "async");
	TAILQ_INSERT_TAIL(&t->asks, a, link);
	t->nask++;
	if (str_copy(a->user, sizeof(a->user), u->name) &&
	    str_copy(a->password, sizeof(a->password), u->password))
		return a;
	ask_free(a);
	return NULL;
}

static struct tacacs_ask *ask_begin(struct tacacs_ask *a, aaa_done_fn done,
				    void *arg)
{
	if (!ask_next(a)) {
		ask_free(a);
		return NULL;
	}
	a->done = done;
	a->arg = arg;
	return a;
}

struct tacacs_ask *tacacs_client_login(struct tacacs_client *t,
				       const struct aaa_user *u,
				       aaa_done_fn done, void *arg)
{
	struct tacacs_ask *a = ask_new(t, LOGIN_PASSWORD, u);

	return a ? ask_begin(a, done, arg) : NULL;
}

/* "NAMEvalue"; false: it had to be cut. */
static bool arg_put(struct tacacs_ask *a, const char *name, const char *value)
{
	char text[TACACS_TEXT_MAX + 1];
	int n = snprintf(text, sizeof(text), "%s%s", name, value);

	arg_add(a, text);
	return n <= TACACS_TEXT_MAX;
}

/* cmd=, cmd-arg= ..., as Cisco's servers expect them; false: not whole. */
static bool command_put(struct tacacs_ask *a, const struct tacacs_command *c)
{
	const size_t room = TACACS_ARGS_MAX - ARGS_OVERHEAD;
	bool whole = c->nwords <= room;

	a->who.level = c->level;
	a->who.method = c->method;
	arg_add(a, "service=shell");
	for (size_t i = 0; i < c->nwords && i < room; i++)
		whole &= arg_put(a, i ? "cmd-arg=" : "cmd=", c->words[i]);
	arg_add(a, "cmd-arg=<cr>");
	return whole;
}

struct tacacs_ask *tacacs_client_command(struct tacacs_client *t,
					 const struct aaa_user *u,
					 const struct tacacs_command *c,
					 aaa_done_fn done, void *arg)
{
	struct tacacs_ask *a = ask_new(t, COMMAND, u);

	if (!a)
		return NULL;
	if (command_put(a, c))
		return ask_begin(a, done, arg);
	ask_free(a);
	return NULL;
}

void tacacs_client_cancel(struct tacacs_ask *a)
{
	ask_free(a);
}

void tacacs_client_account(struct tacacs_client *t, const struct aaa_user *u,
			   const struct tacacs_command *c,
			   const struct tacacs_record *r)
{
	struct tacacs_ask *a = ask_new(t, ACCOUNT, u);
	char text[32];

	if (!a)
		return;
	a->flags = r->flags;
	(void)snprintf(text, sizeof(text), "%u", r->task);
	(void)arg_put(a, "task_id=", text);
	(void)snprintf(text, sizeof(text), "%lld", (long long)r->since);
	(void)arg_put(a, "start_time=", text);
	if (r->flags & TACACS_ACCT_STOP) {
		(void)snprintf(text, sizeof(text), "%u", r->elapsed_s);
		(void)arg_put(a, "elapsed_time=", text);
	}
	(void)snprintf(text, sizeof(text), "%u", c->level);
	(void)arg_put(a, "priv-lvl=", text);
	(void)command_put(a, c);
	if (!ask_next(a))
		nobody_answers(a);
}

void tacacs_asks_leave(struct side *s)
{
	struct loop *l = s->client->loop;
	struct tacacs_ask *a = NULL;

	TAILQ_FOREACH(a, &s->client->asks, link)
		if (a->side == s) {
			ask_close(a);
			a->side = NULL;
			loop_timer(l, &a->timer, loop_now(l));
		}
}

struct tacacs_client *tacacs_client_new(struct loop *l, const struct hostmap *m,
					const struct conf *c,
					const struct aaa_secrets *secrets)
{
	struct tacacs_client *t = xcalloc(1, sizeof(*t));

	t->loop = l;
	t->map = m;
	t->conf = c;
	t->secrets = *secrets;
	TAILQ_INIT(&t->asks);
	tacacs_sides_init(t);
	return t;
}

void tacacs_client_free(struct tacacs_client *t)
{
	struct tacacs_ask *a = NULL;

	if (!t)
		return;
	while ((a = TAILQ_FIRST(&t->asks))) /* NOLINTNEXTLINE: off the list */
		ask_free(a);
	tacacs_sides_fini(t);
	wipe(t, sizeof(*t));
	free(t);
}
