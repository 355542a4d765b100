/*
 * The TACACS+ client's servers
 *
 * A side is a server; it keeps its place, its counters and its state while the
 * configuration names its address and port.  A side's keepalive is a connection
 * that is opened and closed.
 */
#include "emu/aaa/tacacs_priv.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "emu/base/log.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/conf/conf.h"
#include "emu/io/sock.h"

const struct tacacs_conf *tacacs_conf_of(const struct tacacs_client *t)
{
	return &t->conf->aaa->tacacs;
}

void tacacs_watch_close(struct loop *l, struct watch *w)
{
	if (w->fd < 0)
		return;
	loop_unwatch(l, w);
	(void)close(w->fd);
	w->fd = -1;
}

/* ---- sides ---------------------------------------------------------------- */

static const struct in_addr any_source = { INADDR_ANY };

static void probe_plan(struct side *s)
{
	struct loop *l = s->client->loop;

	tacacs_watch_close(l, &s->watch);
	if (s->frequency_s)
		loop_timer(l, &s->probe,
			   loop_now(l) + 1000ULL * s->frequency_s);
	else
		loop_timer_stop(l, &s->probe);
}

void tacacs_side_is(struct side *s, enum aaa_state state, const char *why)
{
	if (state == AAA_DEAD && s->stats.state != AAA_DEAD)
		log_write(LOG_TACACS, LOG_WARNING_4,
			  "Server %s does not answer: %s",
			  str_addr(s->server.addr), why);
	if (state == AAA_ALIVE && s->stats.state == AAA_DEAD)
		log_write(LOG_TACACS, LOG_NOTICE_5, "Server %s answers again",
			  str_addr(s->server.addr));
	s->stats.state = state;
}

bool tacacs_side_may_be_asked(const struct side *s)
{
	return s->used && s->usable &&
	       (s->stats.state != AAA_DEAD || !s->frequency_s);
}

static void probe_over(struct side *s, int error)
{
	tacacs_side_is(s, error ? AAA_DEAD : AAA_ALIVE, strerror(error));
	probe_plan(s);
}

static void probe_ready(void *arg, uint32_t ready, uint64_t now_ms)
{
	struct side *s = arg;

	(void)ready;
	(void)now_ms;
	probe_over(s, sock_error(s->watch.fd));
}

static void probe_begin(struct side *s)
{
	struct loop *l = s->client->loop;

	s->watch.fd = sock_connect(s->client->map, s->server.addr,
				   htons(s->server.port), any_source);
	if (s->watch.fd < 0) {
		probe_over(s, errno);
		return;
	}
	if (loop_watch(l, &s->watch, EPOLLOUT) < 0) {
		(void)close(s->watch.fd);
		s->watch.fd = -1;
		probe_plan(s);
		return;
	}
	loop_timer(l, &s->probe, loop_now(l) + 1000ULL * s->timeout_s);
}

static void probe_due(void *arg, uint64_t now_ms)
{
	struct side *s = arg;

	(void)now_ms;
	if (s->watch.fd < 0)
		probe_begin(s);
	else
		probe_over(s, ETIMEDOUT);
}

struct side *tacacs_side_at(struct tacacs_client *t, int at)
{
	const struct tacacs_server *w = &tacacs_conf_of(t)->server[at];

	for (int i = 0; i < TACACS_SERVERS; i++) {
		struct side *s = &t->side[i];

		if (s->used && s->server.addr.s_addr == w->addr.s_addr &&
		    s->server.port == w->port)
			return s;
	}
	return NULL;
}

/* ---- following the configuration ------------------------------------------ */

static bool is_written(const struct side *s)
{
	return tacacs_find(s->client->conf, s->server.addr, s->server.port) >=
	       0;
}

static void side_release(struct side *s)
{
	tacacs_asks_leave(s);
	tacacs_watch_close(s->client->loop, &s->watch);
	loop_timer_stop(s->client->loop, &s->probe);
	wipe(s->key, sizeof(s->key));
	wipe(&s->server, sizeof(s->server));
	s->stats = (struct tacacs_stats){ 0 };
	s->used = false;
}

static struct side *side_take(struct tacacs_client *t,
			      const struct tacacs_server *w)
{
	struct side *s = t->side;

	while (s->used) /* there are as many sides as servers */
		s++;
	s->used = true;
	s->server.addr = w->addr;
	s->server.port = w->port;
	s->frequency_s = 0;
	return s;
}

static void key_open(struct side *s, const char *sealed)
{
	const struct aaa_secrets *x = &s->client->secrets;

	wipe(s->key, sizeof(s->key));
	s->usable = !*sealed || x->open(x->arg, sealed, s->key, sizeof(s->key));
	if (!s->usable)
		log_write(LOG_TACACS, LOG_ERROR_3,
			  "The key of server %s was encrypted by another unit; "
			  "set it again",
			  str_addr(s->server.addr));
}

static void side_follow(struct side *s, const struct tacacs_server *w,
			bool is_new)
{
	const struct tacacs_conf *c = tacacs_conf_of(s->client);
	const char *key = *w->key ? w->key : c->key;
	unsigned frequency_s =
		w->frequency_s < 0 ? c->frequency_s : (unsigned)w->frequency_s;

	if (is_new || strcmp(s->server.key, key) != 0) {
		tacacs_asks_leave(s);
		key_open(s, key);
	}
	s->server = *w;
	(void)str_copy(s->server.key, sizeof(s->server.key), key);
	s->timeout_s = w->timeout_s ? w->timeout_s : c->timeout_s;
	if (s->frequency_s != frequency_s) {
		s->frequency_s = frequency_s;
		probe_plan(s);
	}
}

void tacacs_client_sync(struct tacacs_client *t)
{
	const struct tacacs_conf *c = tacacs_conf_of(t);

	for (int i = 0; i < TACACS_SERVERS; i++)
		if (t->side[i].used && !is_written(&t->side[i]))
			side_release(&t->side[i]);
	for (int i = 0; i < c->nserver; i++) {
		struct side *s = tacacs_side_at(t, i);

		if (s)
			side_follow(s, &c->server[i], false);
		else
			side_follow(side_take(t, &c->server[i]), &c->server[i],
				    true);
	}
}

void tacacs_sides_init(struct tacacs_client *t)
{
	for (int i = 0; i < TACACS_SERVERS; i++) {
		struct side *s = &t->side[i];

		s->client = t;
		s->watch = (struct watch){ -1, probe_ready, s };
		s->probe = (struct timer){ .fn = probe_due, .arg = s };
	}
}

void tacacs_sides_fini(struct tacacs_client *t)
{
	for (int i = 0; i < TACACS_SERVERS; i++)
		side_release(&t->side[i]);
}

void tacacs_client_stats(const struct tacacs_client *t, int at,
			 struct tacacs_stats *s)
{
	const struct tacacs_server *w = &tacacs_conf_of(t)->server[at];

	*s = (struct tacacs_stats){ 0 };
	for (int i = 0; i < TACACS_SERVERS; i++)
		if (t->side[i].used &&
		    t->side[i].server.addr.s_addr == w->addr.s_addr &&
		    t->side[i].server.port == w->port)
			*s = t->side[i].stats;
}
