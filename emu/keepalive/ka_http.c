#include "emu/keepalive/ka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>

#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/net/http.h"
#include "emu/net/md5.h"

/*
 * "keepalive type http" (content.md 4.2, 4.3): HEAD or GET, and the answer's code
 * must be the one that is configured.  Of a GET the page counts, too: its MD5
 * must be the `hash`, or that of the first page that came since the service
 * became active.
 *
 * By default one connection serves probe after probe; stop() leaves it open, and
 * the next start() asks on it again.  A server may close it at any time between
 * two probes: when it did so just as we asked, before it had answered a byte,
 * the probe asks once more on a connection of its own.
 *
 * With `encrypt` the same goes through TLS.
 */
#define READ_LEN 16384 /* a read; a head must fit in one */
#define READS	 16    /* in a row, then others have their turn */

/* From one probe to the next. */
struct kept {
	bool open; /* the connection was left open */
	bool learned;
	uint8_t page[MD5_LEN];
};

enum phase { CONNECTING, SHAKING, ASKED };

struct state {
	enum phase phase;
	bool reused;   /* the connection is an earlier probe's */
	bool answered; /* at least one byte came */
	bool leave_open;
	unsigned code; /* 0: no head yet */
	bool keep_alive;
	struct http_stream stream;
	char *part; /* owned: of a head that came in pieces; NULL: nothing */
	size_t part_len;
	struct md5_run *md5; /* owned; of a GET's page */
};

/* ---- asking ---------------------------------------------------------------- */

static void take_page(void *arg, const char *at, size_t len)
{
	md5_run_add(arg, at, len);
}

static enum ka_result expect_answer(struct ka_probe *p)
{
	struct state *s = p->state;

	http_begin(&s->stream, true);
	http_expect(&s->stream, !p->spec.method_get);
	if (!p->spec.method_get)
		return KA_PENDING;
	if (!s->md5)
		s->md5 = md5_run_new();
	if (!s->md5)
		return ka_fail(p, "the crypto library has no MD5");
	http_take_body(&s->stream, take_page, s->md5);
	return KA_PENDING;
}

static enum ka_result ask(struct ka_probe *p)
{
	struct state *s = p->state;
	char text[256];
	int n = snprintf(text, sizeof(text),
			 "%s %s HTTP/1.1\r\nHost: %s\r\n"
			 "Connection: %s\r\n\r\n",
			 p->spec.method_get ? "GET" : "HEAD",
			 p->spec.uri[0] ? p->spec.uri : "/", str_addr(p->addr),
			 p->spec.non_persistent ? "close" : "Keep-Alive");

	if (n < 0 || (size_t)n >= sizeof(text))
		return ka_fail(p, "the request is too long");
	s->phase = ASKED;
	if (ka_send(p, text, (size_t)n) == KA_DOWN ||
	    ka_wait(p, EPOLLIN) == KA_DOWN)
		return KA_DOWN;
	return expect_answer(p);
}

static enum ka_result connected(struct ka_probe *p)
{
	struct state *s = p->state;

	if (ka_connected(p) == KA_DOWN)
		return KA_DOWN;
	if (!p->spec.encrypt)
		return ask(p);
	s->phase = SHAKING;
	return ka_tls_begin(p);
}

/* On a connection of its own. */
static enum ka_result again(struct ka_probe *p)
{
	struct state *s = p->state;

	s->reused = false;
	s->phase = CONNECTING;
	ka_drop(p);
	return ka_connect(p);
}

static enum ka_result start(struct ka_probe *p, uint64_t now_ms)
{
	struct state *s = p->state;
	struct kept *k = p->kept;

	(void)now_ms;
	if (!k->open)
		return ka_connect(p);
	k->open = false;
	s->reused = true;
	return ask(p) == KA_PENDING ? KA_PENDING : again(p);
}

/* ---- the answer ------------------------------------------------------------ */

static void to_hex(const uint8_t page[MD5_LEN], char *hex)
{
	for (int i = 0; i < MD5_LEN; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", page[i]);
}

static enum ka_result check_page(struct ka_probe *p)
{
	struct state *s = p->state;
	struct kept *k = p->kept;
	uint8_t page[MD5_LEN];
	char hex[2 * MD5_LEN + 1];

	if (!md5_run_end(s->md5, page))
		return ka_fail(p, "the crypto library has no MD5");
	to_hex(page, hex);
	if (p->spec.hash[0])
		return !strcasecmp(hex, p->spec.hash)
			       ? KA_UP
			       : ka_fail(p, "the page has another hash: %s",
					 hex);
	if (k->learned && memcmp(page, k->page, MD5_LEN) != 0)
		return ka_fail(p, "the page has changed: its hash is %s", hex);
	k->learned = true;
	memcpy(k->page, page, MD5_LEN);
	return KA_UP;
}

static enum ka_result finished(struct ka_probe *p)
{
	struct state *s = p->state;

	if (p->spec.method_get && check_page(p) == KA_DOWN)
		return KA_DOWN;
	s->leave_open = s->keep_alive && !p->spec.non_persistent;
	return KA_UP;
}

static enum ka_result no_http(struct ka_probe *p, const char *why)
{
	return ka_fail(p, "%s:%u does not answer in HTTP/1: %s",
		       str_addr(p->addr), p->port, why);
}

/* 100 and its like are followed by the real answer. */
static enum ka_result take_head(struct ka_probe *p, const struct http_head *h)
{
	struct state *s = p->state;

	if (h->status < 100)
		return no_http(p, "no status");
	if (h->status / 100 == 1)
		return KA_PENDING;
	s->code = h->status;
	s->keep_alive = h->keep_alive;
	if (h->status != p->spec.http_rspcode)
		return ka_fail(p, "%s:%u answered %u instead of %u",
			       str_addr(p->addr), p->port, h->status,
			       p->spec.http_rspcode);
	return KA_PENDING;
}

/* A head is only looked at from its first byte on. */
static enum ka_result keep_part(struct ka_probe *p, const char *at, size_t len)
{
	struct state *s = p->state;

	if (len >= READ_LEN)
		return ka_fail(p,
			       "%s:%u answers with a head of more than %d "
			       "bytes",
			       str_addr(p->addr), p->port, READ_LEN);
	if (!s->part)
		s->part = xcalloc(1, READ_LEN);
	memmove(s->part, at, len);
	s->part_len = len;
	return KA_PENDING;
}

static enum ka_result take(struct ka_probe *p, const char *buf, size_t len)
{
	struct state *s = p->state;
	struct http_head h;
	size_t used = 0;

	s->part_len = 0;
	for (;; buf += used, len -= used)
		switch (http_feed(&s->stream, buf, len, &used, &h)) {
		case HTTP_EV_HEAD:
			if (take_head(p, &h) == KA_DOWN)
				return KA_DOWN;
			break;
		case HTTP_EV_END:
			if (s->code)
				return finished(p);
			http_expect(&s->stream, !p->spec.method_get);
			break;
		case HTTP_EV_MORE:
			return s->code ? KA_PENDING : keep_part(p, buf, len);
		default:
			return no_http(p, http_why(&s->stream));
		}
}

static enum ka_result ended(struct ka_probe *p)
{
	struct state *s = p->state;

	if (s->code && http_eof(&s->stream) == HTTP_EV_END) {
		s->keep_alive = false;
		return finished(p);
	}
	return KA_DOWN; /* ka_recv() has said why */
}

static enum ka_result gather(struct ka_probe *p)
{
	struct state *s = p->state;
	enum ka_result result = KA_UP;
	char buf[READ_LEN];
	size_t len = 0;

	for (int i = 0; i < READS; i++) {
		len = s->part_len;
		if (len)
			memcpy(buf, s->part, len);
		result = ka_recv(p, buf, sizeof(buf), &len);
		if (result == KA_DOWN && s->reused && !s->answered)
			return again(p);
		if (result != KA_UP)
			return result == KA_DOWN ? ended(p) : KA_PENDING;
		s->answered = true;
		result = take(p, buf, len);
		if (result != KA_PENDING)
			return result;
	}
	return KA_PENDING;
}

static enum ka_result ready(struct ka_probe *p, uint32_t events,
			    uint64_t now_ms)
{
	struct state *s = p->state;
	enum ka_result result = KA_PENDING;

	(void)events;
	(void)now_ms;
	if (s->phase == CONNECTING) {
		result = connected(p);
		if (result != KA_UP) /* KA_UP: TLS has still to shake hands */
			return result;
	}
	if (s->phase == SHAKING) {
		result = ka_tls_shake(p);
		return result == KA_UP ? ask(p) : result;
	}
	return gather(p);
}

/* ---- between probes -------------------------------------------------------- */

static void stop(struct ka_probe *p)
{
	struct state *s = p->state;
	struct kept *k = p->kept;

	free(s->part);
	md5_run_free(s->md5);
	s->part = NULL;
	s->md5 = NULL;
	k->open = s->leave_open;
	if (!k->open)
		ka_drop(p);
}

/* Whatever comes when nothing was asked: an end, or bytes that are no answer. */
static void idle(struct ka_probe *p, uint32_t events)
{
	struct kept *k = p->kept;

	(void)events;
	k->open = false;
	ka_drop(p);
}

static void leave(struct ka_probe *p)
{
	idle(p, 0);
}

bool ka_http_page(const struct ka_probe *p, char *hex)
{
	const struct kept *k = p->kept;

	if (k->learned)
		to_hex(k->page, hex);
	return k->learned;
}

const struct ka_ops ka_http = {
	.name = "http",
	.state_size = sizeof(struct state),
	.kept_size = sizeof(struct kept),
	.start = start,
	.ready = ready,
	.stop = stop,
	.idle = idle,
	.leave = leave,
};
