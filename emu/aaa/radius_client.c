/*
 * The RADIUS client
 *
 * A side is a server with its socket; a question is at one side at a time, and
 * has an identifier of its own there.  A question leaves a side when an answer
 * that is to be believed has come, when its tries are used up, or when the
 * kernel says that nobody listens; what cannot be believed is counted and
 * waited on.  Probes are questions that nobody waits for.
 */
#include "emu/aaa/radius_client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emu/base/log.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/conf/aaa.h"
#include "emu/conf/circuit.h"
#include "emu/io/loop.h"
#include "emu/io/rnd.h"
#include "emu/io/sock.h"
#include "emu/net/radius.h"

#define ASK_MAX	   64  /* questions at once, own bound */
#define READS_MAX  32  /* replies of one turn */
#define PACKET_CAP 768 /* the longest request has some 700 bytes */
#define PROBE_USER "css-probe"

static const struct in_addr nowhere = { INADDR_ANY };

struct side {
	struct radius_client *client;
	unsigned at;
	struct radius_server server; /* as of the last sync */
	struct in_addr source;
	struct watch watch; /* fd -1: closed */
	char secret[RADIUS_SECRET_MAX + 1];
	bool usable; /* configured, and its secret can be read */
	bool signs;
	uint8_t next_id;
	struct timer probe;
	struct radius_stats stats;
};

struct radius_ask {
	TAILQ_ENTRY(radius_ask) link;
	struct radius_client *client;
	uint64_t serial;
	struct side *side; /* NULL: at none */
	struct timer timer;
	unsigned sent; /* times, at this side */
	uint64_t sent_ms;
	uint8_t packet[PACKET_CAP]; /* wiped with the rest */
	size_t len;
	char name[254], password[RADIUS_PASSWORD_MAX + 1], caller[64];
	unsigned port;
	bool is_remote;
	aaa_done_fn done; /* NULL: a probe */
	void *arg;
};
TAILQ_HEAD(ask_list, radius_ask);

struct radius_client {
	struct loop *loop;
	const struct hostmap *map;
	const struct conf *conf;
	struct aaa_secrets secrets;
	struct side side[RADIUS_SERVERS];
	struct ask_list asks;
	unsigned nask;
	uint64_t serial; /* of the youngest question */
};

static const struct radius_conf *conf_of(const struct radius_client *r)
{
	return &r->conf->aaa->radius;
}

/* ---- sides ---------------------------------------------------------------- */

static void side_close(struct side *s)
{
	if (s->watch.fd < 0)
		return;
	loop_unwatch(s->client->loop, &s->watch);
	(void)close(s->watch.fd);
	s->watch.fd = -1;
}

static bool side_open(struct side *s)
{
	struct radius_client *r = s->client;

	if (s->watch.fd >= 0)
		return true;
	s->watch.fd = sock_udp(r->map, s->server.addr, htons(s->server.port),
			       s->source, 0);
	if (s->watch.fd < 0) {
		log_write(LOG_RADIUS, LOG_ERROR_3,
			  "Server %s cannot be asked: %s",
			  str_addr(s->server.addr), strerror(errno));
		return false;
	}
	if (loop_watch(r->loop, &s->watch, EPOLLIN) == 0)
		return true;
	(void)close(s->watch.fd);
	s->watch.fd = -1;
	return false;
}

static bool may_be_asked(const struct side *s)
{
	return s->usable &&
	       (s->stats.state != AAA_DEAD || !conf_of(s->client)->dead_time_s);
}

static void side_alive(struct side *s)
{
	if (s->stats.state == AAA_DEAD)
		log_write(LOG_RADIUS, LOG_NOTICE_5, "Server %s answers again",
			  str_addr(s->server.addr));
	s->stats.state = AAA_ALIVE;
	loop_timer_stop(s->client->loop, &s->probe);
}

static void side_dead(struct side *s)
{
	struct radius_client *r = s->client;
	unsigned dead_time_s = conf_of(r)->dead_time_s;

	if (s->stats.state != AAA_DEAD)
		log_write(LOG_RADIUS, LOG_WARNING_4,
			  "Server %s does not answer",
			  str_addr(s->server.addr));
	s->stats.state = AAA_DEAD;
	if (dead_time_s)
		loop_timer(r->loop, &s->probe,
			   loop_now(r->loop) + 1000ULL * dead_time_s);
}

/* ---- sending -------------------------------------------------------------- */

static struct radius_ask *ask_by_id(const struct side *s, uint8_t id)
{
	struct radius_ask *a = NULL;

	TAILQ_FOREACH(a, &s->client->asks, link)
		if (a->side == s && a->packet[1] == id)
			return a;
	return NULL;
}

/* ASK_MAX is well below 256, so there is a free one. */
static uint8_t id_take(struct side *s)
{
	while (ask_by_id(s, s->next_id))
		s->next_id++;
	return s->next_id++;
}

/* The address that servers know the switch by: the one that was configured,
 * else the first circuit's. */
static struct in_addr nas_address(const struct side *s)
{
	const struct circuit *ci = NULL;

	if (s->source.s_addr != nowhere.s_addr)
		return s->source;
	TAILQ_FOREACH(ci, &s->client->conf->circuits, link)
		if (!TAILQ_EMPTY(&ci->ips))
			return TAILQ_FIRST(&ci->ips)->addr;
	return nowhere;
}

static bool packet_make(struct radius_ask *a)
{
	struct side *s = a->side;
	const struct radius_login l = {
		.user = a->name,
		.password = a->password,
		.nas = nas_address(s),
		.nas_name = "CSS11500",
		.caller = a->caller,
		.port = a->port,
		.is_remote = a->is_remote,
	};
	uint8_t auth[RADIUS_AUTH_LEN];

	rnd_bytes(auth, sizeof(auth));
	a->len = radius_encode(a->packet, sizeof(a->packet), id_take(s), auth,
			       s->secret, &l);
	return a->len > 0;
}

/* An earlier packet's "nobody listens" is told by the next call; the server may
 * listen by now, so it is tried twice. */
static bool packet_send(struct radius_ask *a)
{
	struct side *s = a->side;
	struct loop *l = s->client->loop;
	ssize_t n = -1;

	for (int i = 0; i < 2 && n < 0; i++)
		n = send(s->watch.fd, a->packet, a->len, MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN) {
		log_write(LOG_RADIUS, LOG_ERROR_3,
			  "Server %s cannot be asked: %s",
			  str_addr(s->server.addr), strerror(errno));
		return false;
	}
	if (a->sent++)
		s->stats.retransmissions++;
	else
		s->stats.requests++;
	a->sent_ms = loop_now(l);
	loop_timer(l, &a->timer,
		   a->sent_ms + 1000ULL * conf_of(s->client)->timeout_s);
	return true;
}

/* Puts the question to this side; false: it cannot be. */
static bool ask_side(struct radius_ask *a, struct side *s)
{
	a->side = s;
	a->sent = 0;
	a->len = 0;
	a->packet[1] = 0;
	if (!side_open(s) || !packet_make(a) || !packet_send(a)) {
		a->side = NULL;
		return false;
	}
	s->stats.pending++;
	return true;
}

/* The first side from `from` on that takes the question. */
static bool ask_from(struct radius_ask *a, unsigned from)
{
	for (unsigned i = from; i < RADIUS_SERVERS; i++)
		if (may_be_asked(&a->client->side[i]) &&
		    ask_side(a, &a->client->side[i]))
			return true;
	return false;
}

/* ---- the end of a question ------------------------------------------------ */

static void ask_leave(struct radius_ask *a)
{
	loop_timer_stop(a->client->loop, &a->timer);
	if (a->side)
		a->side->stats.pending--;
	a->side = NULL;
}

static void ask_free(struct radius_ask *a)
{
	struct radius_client *r = a->client;

	ask_leave(a);
	TAILQ_REMOVE(&r->asks, a, link);
	r->nask--;
	wipe(a, sizeof(*a));
	free(a);
}

static void ask_done(struct radius_ask *a, enum aaa_verdict v, bool superuser)
{
	aaa_done_fn done = a->done;
	void *arg = a->arg;

	ask_free(a);
	if (done)
		done(arg, v, superuser);
}

/* This side gives no answer: the next one is asked. */
static void ask_move(struct radius_ask *a)
{
	unsigned next = a->side->at + 1;

	ask_leave(a);
	if (!a->done || !ask_from(a, next))
		ask_done(a, AAA_NO_ANSWER, false);
}

static struct radius_ask *ask_at(const struct side *s, uint64_t until)
{
	struct radius_ask *a = NULL;

	TAILQ_FOREACH(a, &s->client->asks, link)
		if (a->side == s && a->serial <= until) /* NOLINT: see below */
			return a;
	return NULL;
}

/* All that this side was asked so far is asked elsewhere. */
static void side_leave(struct side *s)
{
	const uint64_t until = s->client->serial;
	struct radius_ask *a = NULL;

	/* the analyzer does not see that what is freed is off the list */
	while ((a = ask_at(s, until)))
		ask_move(a);
}

static void ask_late(void *arg, uint64_t now_ms)
{
	struct radius_ask *a = arg;
	struct side *s = a->side;

	(void)now_ms;
	s->stats.timeouts++;
	if (a->done && a->sent <= conf_of(a->client)->retransmit &&
	    packet_send(a))
		return;
	side_dead(s);
	ask_move(a);
}

/* ---- replies -------------------------------------------------------------- */

static void count(struct radius_stats *t, enum radius_kind kind)
{
	uint32_t *const counter[RADIUS_KIND_NUM] = {
		[RADIUS_ACCEPT] = &t->accepts,
		[RADIUS_REJECT] = &t->rejects,
		[RADIUS_CHALLENGE] = &t->challenges,
		[RADIUS_MALFORMED] = &t->malformed,
		[RADIUS_UNKNOWN] = &t->unknown_types,
		[RADIUS_FORGED] = &t->bad_authenticators,
	};

	(*counter[kind])++;
}

static void reply_came(struct side *s, const uint8_t *data, size_t len)
{
	struct radius_ask *a = NULL;
	struct radius_reply r;

	a = len < 2 ? NULL : ask_by_id(s, data[1]);
	if (!a) {
		s->stats.dropped++;
		return;
	}
	(void)radius_decode(data, len, a->packet + 4, s->secret, &r);
	if (r.kind <= RADIUS_CHALLENGE && s->signs && !r.has_signature)
		r.kind = RADIUS_FORGED;
	count(&s->stats, r.kind);
	if (r.kind > RADIUS_CHALLENGE)
		return;
	s->signs |= r.has_signature;
	s->stats.round_trip_ms =
		(uint32_t)(loop_now(s->client->loop) - a->sent_ms);
	side_alive(s);
	ask_done(a, r.kind == RADIUS_ACCEPT ? AAA_GRANTED : AAA_REFUSED,
		 r.superuser);
}

static void side_ready(void *arg, uint32_t ready, uint64_t now_ms)
{
	struct side *s = arg;
	uint8_t data[RADIUS_PACKET_MAX];
	ssize_t n = 0;

	(void)ready;
	(void)now_ms;
	for (int i = 0; i < READS_MAX && s->watch.fd >= 0; i++) {
		n = recv(s->watch.fd, data, sizeof(data), 0);
		if (n < 0)
			break;
		reply_came(s, data, (size_t)n);
	}
	if (n < 0 && errno == ECONNREFUSED) { /* nobody listens there */
		side_dead(s);
		side_leave(s);
	}
}

/* ---- questions ------------------------------------------------------------ */

static struct radius_ask *ask_new(struct radius_client *r,
				  const struct aaa_user *u)
{
	struct radius_ask *a = NULL;

	if (r->nask == ASK_MAX)
		return NULL;
	a = xcalloc(1, sizeof(*a));
	a->client = r;
	a->serial = ++r->serial;
	a->timer = (struct timer){ .fn = ask_late, .arg = a };
	a->port = u->port;
	a->is_remote = u->is_remote;
	TAILQ_INSERT_TAIL(&r->asks, a, link);
	r->nask++;
	if (str_copy(a->name, sizeof(a->name), u->name) &&
	    str_copy(a->password, sizeof(a->password), u->password) &&
	    str_copy(a->caller, sizeof(a->caller), u->caller))
		return a;
	ask_free(a);
	return NULL;
}

struct radius_ask *radius_client_ask(struct radius_client *r,
				     const struct aaa_user *u, aaa_done_fn done,
				     void *arg)
{
	struct radius_ask *a = ask_new(r, u);

	if (!a)
		return NULL;
	if (!ask_from(a, 0)) {
		ask_free(a);
		return NULL;
	}
	a->done = done;
	a->arg = arg;
	return a;
}

void radius_client_cancel(struct radius_ask *a)
{
	ask_free(a);
}

static void probe_due(void *arg, uint64_t now_ms)
{
	struct side *s = arg;
	const struct aaa_user nobody = { .name = PROBE_USER,
					 .password = PROBE_USER,
					 .caller = "",
					 .is_remote = true };
	struct radius_ask *a = s->usable ? ask_new(s->client, &nobody) : NULL;

	(void)now_ms;
	if (a && ask_side(a, s))
		return;
	if (a)
		ask_free(a);
	if (s->usable)
		side_dead(s);
}

/* ---- following the configuration ------------------------------------------ */

static bool is_as_written(const struct side *s)
{
	const struct radius_conf *c = conf_of(s->client);
	const struct radius_server *w = &c->server[s->at];

	return s->server.addr.s_addr == w->addr.s_addr &&
	       s->server.port == w->port &&
	       !strcmp(s->server.secret, w->secret) &&
	       s->source.s_addr == c->source.s_addr;
}

static void secret_open(struct side *s)
{
	const struct aaa_secrets *x = &s->client->secrets;

	s->usable = s->server.addr.s_addr != nowhere.s_addr;
	if (!s->usable ||
	    x->open(x->arg, s->server.secret, s->secret, sizeof(s->secret)))
		return;
	s->usable = false;
	log_write(LOG_RADIUS, LOG_ERROR_3,
		  "The secret of server %s was encrypted by another unit; set "
		  "it again",
		  str_addr(s->server.addr));
}

static void side_follow(struct side *s)
{
	side_close(s);
	loop_timer_stop(s->client->loop, &s->probe);
	s->usable = false;
	side_leave(s);
	wipe(s->secret, sizeof(s->secret));
	s->server = conf_of(s->client)->server[s->at];
	s->source = conf_of(s->client)->source;
	s->stats = (struct radius_stats){ 0 };
	s->signs = false;
	secret_open(s);
}

void radius_client_sync(struct radius_client *r)
{
	for (unsigned i = 0; i < RADIUS_SERVERS; i++) {
		struct side *s = &r->side[i];

		if (!is_as_written(s))
			side_follow(s);
		else if (s->stats.state == AAA_DEAD && !s->probe.at &&
			 !s->stats.pending)
			side_dead(s); /* probes were off so far */
	}
}

struct radius_client *radius_client_new(struct loop *l, const struct hostmap *m,
					const struct conf *c,
					const struct aaa_secrets *secrets)
{
	struct radius_client *r = xcalloc(1, sizeof(*r));

	r->loop = l;
	r->map = m;
	r->conf = c;
	r->secrets = *secrets;
	TAILQ_INIT(&r->asks);
	for (unsigned i = 0; i < RADIUS_SERVERS; i++) {
		struct side *s = &r->side[i];

		s->client = r;
		s->at = i;
		s->server.port = RADIUS_PORT;
		s->watch = (struct watch){ -1, side_ready, s };
		s->probe = (struct timer){ .fn = probe_due, .arg = s };
		s->next_id = (uint8_t)rnd_u32();
	}
	return r;
}

void radius_client_free(struct radius_client *r)
{
	struct radius_ask *a = NULL;

	if (!r)
		return;
	while ((a = TAILQ_FIRST(&r->asks))) /* NOLINTNEXTLINE: off the list */
		ask_free(a);
	for (unsigned i = 0; i < RADIUS_SERVERS; i++) {
		side_close(&r->side[i]);
		loop_timer_stop(r->loop, &r->side[i].probe);
	}
	wipe(r, sizeof(*r));
	free(r);
}

void radius_client_stats(const struct radius_client *r, unsigned at,
			 struct radius_stats *s)
{
	*s = r->side[at].stats;
}
