/*
 * HTTP changes of a module: two line-based state machines, one per direction.
 *
 * In a head, bytes are collected until the end of a line, so that a line can be
 * judged whole; in a body they are copied through and counted.  A line that is
 * too long to hold is passed on as it comes.  A stream that is no HTTP/1.x, a
 * connection that changes protocol, an answer that nobody asked for: the state
 * becomes INJECT_PASS and stays so.
 */
#include "sslmod/inject.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "sslmod/guard.h"

struct inject *inject_new(const char *insert, const struct ssl_rewrite *rule)
{
	struct inject *j = xcalloc(1, sizeof(*j));

	j->insert = insert ? xstrdup(insert) : NULL;
	j->rule = rule;
	return j;
}

void inject_free(struct inject *j)
{
	if (!j)
		return;
	free(j->insert);
	free(j);
}

/* ---- what both directions share ------------------------------------------- */

static void emit_line(struct inject_stream *s, struct out *o)
{
	out_write(o, s->line, s->n);
	s->n = 0;
}

void inject_finish(struct inject_stream *s, struct out *o)
{
	if (s->n > 0)
		emit_line(s, o);
	s->state = INJECT_PASS;
}

static void begin_head(struct inject_stream *s)
{
	s->state = INJECT_FIRST;
	s->left = 0;
	s->status = 0;
	s->chunked = s->sized = s->upgrade = s->rewritten = false;
}

static size_t min_size(uint64_t a, size_t b)
{
	return a < b ? (size_t)a : b;
}

/* Copies body bytes; the number taken. */
static size_t copy_left(struct inject_stream *s, const char *p, size_t len,
			struct out *o)
{
	size_t n = min_size(s->left, len);

	out_write(o, p, n);
	s->left -= n;
	if (s->left == 0) {
		if (s->state == INJECT_CHUNK)
			s->state = INJECT_SIZE;
		else
			begin_head(s);
	}
	return n;
}

static bool is_blank(const struct inject_stream *s)
{
	return s->n == 1 || (s->n == 2 && s->line[0] == '\r');
}

/* The field's value when the line is that field: start and length. */
static const char *field(const struct inject_stream *s, const char *name,
			 size_t *len)
{
	size_t n = strlen(name), end = s->n;
	const char *v;

	if (s->n <= n || strncasecmp(s->line, name, n) != 0 ||
	    s->line[n] != ':')
		return NULL;
	while (end > n + 1 &&
	       (s->line[end - 1] == '\n' || s->line[end - 1] == '\r' ||
		s->line[end - 1] == ' ' || s->line[end - 1] == '\t'))
		end--;
	v = s->line + n + 1;
	while (v < s->line + end && (*v == ' ' || *v == '\t'))
		v++;
	*len = (size_t)(s->line + end - v);
	return v;
}

/* false: no number, or one that no body has */
static bool to_number(const char *v, size_t len, uint64_t *n)
{
	uint64_t sum = 0;

	if (len == 0 || len > 18)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (v[i] < '0' || v[i] > '9')
			return false;
		sum = sum * 10 + (uint64_t)(v[i] - '0');
	}
	*n = sum;
	return true;
}

static bool ends_with_chunked(const char *v, size_t len)
{
	return len >= 7 && !strncasecmp(v + len - 7, "chunked", 7);
}

/* Two lengths, or a length and chunks, are how requests are smuggled: such a
 * stream is not looked at any further. */
static void note_framing(struct inject_stream *s)
{
	uint64_t n = 0;
	size_t len;
	const char *v = field(s, "Content-Length", &len);

	if (v) {
		if (s->sized || s->chunked || !to_number(v, len, &n))
			s->upgrade = true;
		s->sized = true;
		s->left = n;
	}
	v = field(s, "Transfer-Encoding", &len);
	if (v) {
		if (s->sized || !ends_with_chunked(v, len))
			s->upgrade = true;
		s->chunked = true;
	}
}

/* Hexadecimal size of a chunk; INJECT_PASS when it is none. */
static void chunk_size(struct inject_stream *s)
{
	uint64_t n = 0;
	size_t i = 0;

	for (; i < s->n && i < 15; i++) {
		char c = s->line[i];
		int d = c >= '0' && c <= '9'   ? c - '0'
			: c >= 'a' && c <= 'f' ? c - 'a' + 10
			: c >= 'A' && c <= 'F' ? c - 'A' + 10
					       : -1;

		if (d < 0)
			break;
		n = n * 16 + (uint64_t)d;
	}
	if (i == 0 || i == 15) {
		s->state = INJECT_PASS;
	} else if (n == 0) {
		s->state = INJECT_TRAILER;
	} else {
		s->state = INJECT_CHUNK;
		s->left = n + 2; /* and its CR LF */
	}
}

static void after_head(struct inject_stream *s, bool no_body, bool to_the_end)
{
	bool body = s->chunked || (s->sized ? s->left != 0 : to_the_end);

	if (s->upgrade)
		s->state = INJECT_PASS;
	else if (no_body || !body)
		begin_head(s);
	else if (s->chunked)
		s->state = INJECT_SIZE;
	else
		s->state = s->sized ? INJECT_BODY : INJECT_PASS;
}

/* ---- requests ------------------------------------------------------------- */

static bool is_request(const struct inject_stream *s)
{
	size_t n = s->n;

	while (n > 0 && (s->line[n - 1] == '\n' || s->line[n - 1] == '\r'))
		n--;
	return n > 9 && !memcmp(s->line + n - 9, " HTTP/1.", 8);
}

static void ask(struct inject *j, bool head)
{
	uint64_t bit;

	if (j->asked == INJECT_ASKED) { /* too many under way to keep count */
		j->answer.upgrade = true;
		return;
	}
	bit = UINT64_C(1) << ((j->asked_at + j->asked) % INJECT_ASKED);
	j->heads = head ? j->heads | bit : j->heads & ~bit;
	j->asked++;
}

/* Requests go on as they are. */
static void leave(struct inject *j, struct out *o)
{
	if (j->guard)
		j->untrusted = true;
	inject_finish(&j->request, o);
}

static void insert(struct inject *j, struct out *o)
{
	if (!j->insert || (j->once && j->inserted))
		return;
	out_puts(o, j->insert);
	j->inserted = true;
}

static void request_first(struct inject *j, struct out *o)
{
	struct inject_stream *s = &j->request;

	if (is_blank(s)) { /* empty lines before a request are allowed */
		emit_line(s, o);
		return;
	}
	if (!is_request(s)) {
		leave(j, o);
		return;
	}
	ask(j, !strncmp(s->line, "HEAD ", 5));
	s->upgrade = !strncmp(s->line, "CONNECT ", 8);
	s->state = INJECT_FIELDS;
	s->hidden = false;
	emit_line(s, o);
	insert(j, o);
}

/* A line that goes on with the field before it (RFC 9112 5.2). */
static bool is_folded(const struct inject_stream *s)
{
	return s->n > 0 && (s->line[0] == ' ' || s->line[0] == '\t');
}

static bool hides(struct inject *j)
{
	struct inject_stream *s = &j->request;

	if (!j->guard)
		return false;
	if (!is_folded(s))
		s->hidden = guard_hides(j->guard, s->line, s->n);
	return s->hidden;
}

/* Nothing is left to be done with further requests. */
static bool is_done(const struct inject *j)
{
	return j->once && j->inserted && !j->guard && !j->rule;
}

static void request_blank(struct inject *j, struct out *o)
{
	struct inject_stream *s = &j->request;

	emit_line(s, o);
	s->hidden = false;
	if (j->guard && s->upgrade)
		j->untrusted = true;
	after_head(s, false, false);
	if (is_done(j)) /* the answers need no looking at either */
		s->state = j->answer.state = INJECT_PASS;
}

static void request_field(struct inject *j, struct out *o)
{
	struct inject_stream *s = &j->request;
	size_t len;

	if (is_blank(s)) {
		request_blank(j, o);
		return;
	}
	if (hides(j)) {
		s->n = 0;
		return;
	}
	note_framing(s);
	if (field(s, "Upgrade", &len) && j->guard)
		j->may_upgrade = true;
	else if (field(s, "Upgrade", &len))
		s->upgrade = true;
	emit_line(s, o);
}

/* ---- answers -------------------------------------------------------------- */

static void answer_first(struct inject *j, struct out *o)
{
	struct inject_stream *s = &j->answer;
	uint64_t status = 0;

	if (s->n < 13 || memcmp(s->line, "HTTP/1.", 7) != 0 ||
	    !to_number(s->line + 9, 3, &status)) {
		inject_finish(s, o);
		return;
	}
	s->status = (unsigned)status;
	s->state = INJECT_FIELDS;
	j->count.searched++;
	emit_line(s, o);
}

/* Does the request that this answers forbid a body? */
static bool answered_head(struct inject *j)
{
	bool head;

	if (j->asked == 0) { /* an answer before a question */
		j->answer.upgrade = true;
		return false;
	}
	head = j->heads >> j->asked_at & 1;
	j->asked_at = (j->asked_at + 1) % INJECT_ASKED;
	j->asked--;
	return head;
}

static void answer_blank(struct inject *j, struct out *o)
{
	struct inject_stream *s = &j->answer;
	unsigned status = s->status;
	bool no_body;

	if (status / 100 == 3 && status != 304 && !s->rewritten)
		j->count.missed++;
	emit_line(s, o);
	if (status / 100 == 1 && status != 101) {
		begin_head(s);
		return;
	}
	if (status == 101) {
		s->upgrade = true;
		if (j->may_upgrade)
			j->request.state = INJECT_PASS;
	}
	no_body = answered_head(j) || status == 204 || status == 304;
	after_head(s, no_body, true);
}

static bool rewrite_line(struct inject *j, const char *v, size_t len,
			 struct out *o)
{
	struct inject_stream *s = &j->answer;
	char url[INJECT_LINE], to[INJECT_LINE + 160];
	bool missed = false;

	memcpy(url, v, len);
	url[len] = '\0';
	if (!inject_location(j->rule, url, to, sizeof(to), &missed))
		return false;
	out_write(o, s->line, (size_t)(v - s->line));
	out_puts(o, to);
	out_write(o, v + len, (size_t)(s->line + s->n - v - len));
	s->n = 0;
	return true;
}

static void answer_field(struct inject *j, struct out *o)
{
	struct inject_stream *s = &j->answer;
	size_t len;
	const char *v;

	if (is_blank(s)) {
		answer_blank(j, o);
		return;
	}
	note_framing(s);
	v = j->rule && s->status / 100 == 3 && !s->rewritten
		    ? field(s, "Location", &len)
		    : NULL;
	if (v && rewrite_line(j, v, len, o)) {
		s->rewritten = true;
		j->count.found++;
		return;
	}
	emit_line(s, o);
}

/* ---- the machines --------------------------------------------------------- */

static void whole_line(struct inject *j, struct inject_stream *s, bool request,
		       struct out *o)
{
	switch (s->state) {
	case INJECT_FIRST:
		if (request)
			request_first(j, o);
		else
			answer_first(j, o);
		return;
	case INJECT_FIELDS:
		if (request)
			request_field(j, o);
		else
			answer_field(j, o);
		return;
	case INJECT_SIZE:
		chunk_size(s);
		if (request && j->guard && s->state == INJECT_PASS)
			j->untrusted = true;
		emit_line(s, o);
		return;
	case INJECT_TRAILER:
		if (is_blank(s))
			begin_head(s);
		emit_line(s, o);
		return;
	default:
		return;
	}
}

/* A line that does not fit: fields pass on unseen; anything else ends it. */
static void give_up_line(struct inject *j, struct inject_stream *s,
			 struct out *o)
{
	if (s->state == INJECT_FIELDS || s->state == INJECT_TRAILER) {
		if (s == &j->answer && s->status / 100 == 3)
			j->count.fallout++;
		s->long_line = true;
		if (s == &j->request && s->state == INJECT_FIELDS && hides(j))
			s->n = 0;
		else
			emit_line(s, o);
	} else if (s == &j->request) {
		leave(j, o);
	} else {
		inject_finish(s, o);
	}
}

static size_t take_line(struct inject *j, struct inject_stream *s, bool request,
			const char *p, size_t len, struct out *o)
{
	const char *nl = memchr(p, '\n', len);
	size_t n = nl ? (size_t)(nl - p) + 1 : len;

	if (s->long_line) {
		if (!s->hidden)
			out_write(o, p, n);
		s->long_line = !nl;
		return n;
	}
	if (s->n + n > sizeof(s->line)) { /* its name is there by now */
		n = sizeof(s->line) - s->n;
		memcpy(s->line + s->n, p, n);
		s->n += n;
		give_up_line(j, s, o);
		return n;
	}
	memcpy(s->line + s->n, p, n);
	s->n += n;
	if (nl)
		whole_line(j, s, request, o);
	return n;
}

static void run(struct inject *j, struct inject_stream *s, bool request,
		const char *p, size_t len, struct out *o)
{
	while (len > 0) {
		size_t n;

		if (s->state == INJECT_PASS) {
			out_write(o, p, len);
			return;
		}
		if (s->state == INJECT_BODY || s->state == INJECT_CHUNK)
			n = copy_left(s, p, len, o);
		else
			n = take_line(j, s, request, p, len, o);
		p += n;
		len -= n;
	}
}

void inject_request(struct inject *j, const char *p, size_t len, struct out *o)
{
	run(j, &j->request, true, p, len, o);
}

void inject_answer(struct inject *j, const char *p, size_t len, struct out *o)
{
	run(j, &j->answer, false, p, len, o);
}

/* ---- Location ------------------------------------------------------------- */

struct location { /* http://HOST:PORT REST */
	char host[256];
	uint32_t port;
	const char *rest;
};

static bool location_parse(const char *url, struct location *l)
{
	const char *host, *end, *colon;
	char port[8];
	size_t n;

	if (strncasecmp(url, "http://", 7) != 0)
		return false;
	host = url + 7;
	end = host + strcspn(host, "/?#");
	colon = memchr(host, ':', (size_t)(end - host));
	n = (size_t)((colon ? colon : end) - host);
	if (n == 0 || n >= sizeof(l->host) || memchr(host, '@', n))
		return false;
	memcpy(l->host, host, n);
	l->host[n] = '\0';
	l->port = 80;
	l->rest = end;
	if (!colon)
		return true;
	n = (size_t)(end - colon - 1);
	if (n == 0 || n >= sizeof(port))
		return n == 0; /* "http://host:/" is port 80 */
	memcpy(port, colon + 1, n);
	port[n] = '\0';
	return str_to_u32(port, 1, 65535, &l->port);
}

static const struct ssl_rewrite *rule_for(const struct ssl_rewrite *rule,
					  const struct location *l)
{
	const struct ssl_rewrite *best = NULL;

	for (int i = 0; i < SSL_REWRITE_MAX; i++) {
		if (rule[i].number && rule[i].clearport == l->port &&
		    str_wild_match(rule[i].host, l->host, true) &&
		    (!best || rule[i].number < best->number))
			best = &rule[i];
	}
	return best;
}

bool inject_location(const struct ssl_rewrite *rule, const char *url, char *to,
		     size_t cap, bool *missed)
{
	const struct ssl_rewrite *r;
	struct location l;
	int n;

	*missed = false;
	if (!location_parse(url, &l))
		return false;
	r = rule_for(rule, &l);
	if (!r) {
		*missed = true;
		return false;
	}
	if (r->sslport == 443)
		n = snprintf(to, cap, "https://%s%s", l.host, l.rest);
	else
		n = snprintf(to, cap, "https://%s:%u%s", l.host, r->sslport,
			     l.rest);
	return n >= 0 && (size_t)n < cap;
}
