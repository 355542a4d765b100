#include "emu/net/http.h"

#include <assert.h>
#include <llhttp.h>
#include <string.h>

/*
 * The end of a head is looked for first, in what is new since the last call;
 * once it is there, llhttp takes the head apart in one go, and its callbacks
 * note where things are.  So a head that comes in pieces costs one pass, and
 * nothing about it must be kept between calls.  llhttp stops at the end of a
 * head and of a message because its callbacks say so.
 *
 * llhttp knows the methods of the registry only.  Rules may name others
 * (`http-method parse user-defined-method`), so the method is read here, and
 * llhttp is shown POST in place of one that it would not know.
 */

#define METHOD_MAX 32

enum where { IN_HEAD, IN_BODY, AT_END, IN_RAW, IS_BAD };

static_assert(sizeof(llhttp_t) <= sizeof(((struct http_stream *)0)->state),
	      "http_stream.state is too small for llhttp");

static llhttp_t *parser(struct http_stream *s)
{
	return (llhttp_t *)(void *)s->state;
}

/* What callbacks need: the head that is taken apart, and where it begins. */
struct taking {
	struct http_head *head;
	const char *base;
	bool bodiless;
	const char *why;
};

static struct taking *taking_of(llhttp_t *p)
{
	return p->data;
}

static int refuse(llhttp_t *p, const char *why)
{
	taking_of(p)->why = why;
	return HPE_USER;
}

static struct http_span span_of(llhttp_t *p, const char *at, size_t len)
{
	return (struct http_span){ .at = (uint32_t)(at - taking_of(p)->base),
				   .len = (uint32_t)len };
}

/* ---- callbacks ------------------------------------------------------------- */

static int on_url(llhttp_t *p, const char *at, size_t len)
{
	taking_of(p)->head->target = span_of(p, at, len);
	return 0;
}

static int on_field(llhttp_t *p, const char *at, size_t len)
{
	struct http_head *h = taking_of(p)->head;

	if (h->nfield == HTTP_FIELD_MAX)
		return refuse(p, "more header fields than one head may have");
	if (memchr(at, ' ', len) || memchr(at, '\t', len))
		return refuse(p, "a blank in a field name");
	h->field[h->nfield++] = (struct http_field){
		.name = span_of(p, at, len),
	};
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* A second piece of a value, or one that begins on a line of its own. */
static bool is_folded(llhttp_t *p, const struct http_field *f, const char *at)
{
	const char *end = taking_of(p)->base + f->name.at + f->name.len;

	return f->value.at || memchr(end, '\n', (size_t)(at - end));
}

static int on_value(llhttp_t *p, const char *at, size_t len)
{
	struct http_head *h = taking_of(p)->head;

	while (len && is_blank(at[len - 1]))
		len--;
	if (!h->nfield || (len && is_folded(p, &h->field[h->nfield - 1], at)))
		return refuse(p, "a folded header field");
	if (memchr(at, '\n', len) || memchr(at, '\r', len))
		return refuse(p, "a line end inside of a header field");
	h->field[h->nfield - 1].value = span_of(p, at, len);
	return 0;
}

/* RFC 9112 6.3: answers that have no body whatever their fields say */
static bool has_no_body(const llhttp_t *p)
{
	return p->type == HTTP_RESPONSE &&
	       (p->status_code / 100 == 1 || p->status_code == 204 ||
		p->status_code == 304);
}

static int on_head(llhttp_t *p)
{
	struct taking *t = taking_of(p);
	struct http_head *h = t->head;

	if (p->http_major != 1)
		return refuse(p, "a version other than HTTP/1");
	if (p->type == HTTP_REQUEST && p->flags & F_TRANSFER_ENCODING &&
	    !(p->flags & F_CHUNKED))
		return refuse(p, "a body whose end cannot be known");

	h->minor = p->http_minor;
	h->status = p->type == HTTP_RESPONSE ? p->status_code : 0;
	h->chunked = p->flags & F_CHUNKED;
	h->has_length = p->flags & F_CONTENT_LENGTH;
	h->length = h->has_length ? p->content_length : 0;
	h->opaque = p->upgrade;
	if (t->bodiless || has_no_body(p))
		p->flags |= F_SKIPBODY;
	h->keep_alive = llhttp_should_keep_alive(p);
	return HPE_PAUSED;
}

static int on_end(llhttp_t *p)
{
	(void)p;
	return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
	.on_url = on_url,
	.on_header_field = on_field,
	.on_header_value = on_value,
	.on_headers_complete = on_head,
	.on_message_complete = on_end,
};

/* Trailers of a chunked body come through the same callbacks: not kept. */
static const llhttp_settings_t body_settings = {
	.on_message_complete = on_end,
};

static int on_body(llhttp_t *p, const char *at, size_t len)
{
	struct http_stream *s = p->data;

	s->body(s->body_arg, at, len);
	return 0;
}

static const llhttp_settings_t taken_settings = {
	.on_body = on_body,
	.on_message_complete = on_end,
};

/* ---- beginnings ------------------------------------------------------------ */

void http_begin(struct http_stream *s, bool responses)
{
	memset(s, 0, sizeof(*s));
	s->responses = responses;
	llhttp_init(parser(s), responses ? HTTP_RESPONSE : HTTP_REQUEST,
		    &settings);
}

void http_expect(struct http_stream *s, bool bodiless)
{
	s->bodiless = bodiless;
}

void http_take_body(struct http_stream *s,
		    void (*body)(void *arg, const char *at, size_t len),
		    void *arg)
{
	s->body = body;
	s->body_arg = arg;
}

const char *http_why(const struct http_stream *s)
{
	return s->why ? s->why : "";
}

static enum http_event bad(struct http_stream *s, const char *why)
{
	s->where = IS_BAD;
	if (!s->why)
		s->why = why;
	return HTTP_EV_BAD;
}

static bool is_token(unsigned char c)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";

	if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z'))
		return true;
	return c && strchr(marks, c);
}

/* Length of empty lines in front of a message (RFC 9112 2.2). */
static size_t leading(const char *buf, size_t len)
{
	size_t n = 0;

	while (n < len && (buf[n] == '\r' || buf[n] == '\n'))
		n++;
	return n;
}

/* Told at the first wrong byte, so that a client of another protocol does not
 * wait for an answer that never comes. */
static bool may_become_message(const struct http_stream *s, const char *buf,
			       size_t len)
{
	static const char version[] = "HTTP/1.";
	size_t i = 0, n = leading(buf, len);

	buf += n;
	len -= n;
	if (s->responses) {
		n = len < sizeof(version) - 1 ? len : sizeof(version) - 1;
		return !memcmp(buf, version, n);
	}
	while (i < len && i < METHOD_MAX && is_token((unsigned char)buf[i]))
		i++;
	return i == len || (i > 0 && i < METHOD_MAX && buf[i] == ' ');
}

/* Length of the head with its empty line; 0: not there yet. */
static size_t head_end(const char *buf, size_t len, size_t *seen)
{
	size_t at = *seen ? *seen : leading(buf, len);

	for (;;) {
		const char *nl = memchr(buf + at, '\n', len - at);

		if (!nl) {
			*seen = len;
			return 0;
		}
		at = (size_t)(nl - buf) + 1;
		if (at < len && buf[at] == '\n')
			return at + 1;
		if (at + 1 < len && buf[at] == '\r' && buf[at + 1] == '\n')
			return at + 2;
		if (at + 1 >= len) { /* the next line's start decides */
			*seen = at - 1;
			return 0;
		}
	}
}

/* ---- a whole head ---------------------------------------------------------- */

static struct http_span span(size_t at, size_t end)
{
	return (struct http_span){ .at = (uint32_t)at,
				   .len = (uint32_t)(end - at) };
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool ieq(const char *s, size_t len, const char *word)
{
	size_t i = 0;

	while (i < len && word[i] && lower(s[i]) == lower(word[i]))
		i++;
	return i == len && !word[i];
}

size_t http_host_len(const char *host, size_t len)
{
	const char *colon = memchr(host, ':', len);

	if (colon)
		len = (size_t)(colon - host);
	while (len && host[len - 1] == '.')
		len--;
	return len;
}

bool http_span_is(const char *buf, struct http_span s, const char *text)
{
	return ieq(buf + s.at, s.len, text);
}

const struct http_field *http_field_find(const char *buf,
					 const struct http_head *h,
					 const char *name, unsigned i)
{
	for (unsigned n = 0; n < h->nfield; n++)
		if (http_span_is(buf, h->field[n].name, name) && !i--)
			return &h->field[n];
	return NULL;
}

/* "http://host/path?query", "/path", "*", "host:port" (CONNECT) */
static void target_split(const char *buf, struct http_head *h)
{
	size_t at = h->target.at, end = at + h->target.len, path_end;
	const char *slash = NULL, *query = NULL;

	if (h->target.len > 7 && ieq(buf + at, 7, "http://")) {
		at += 7;
		slash = memchr(buf + at, '/', end - at);
		h->host = span(at, slash ? (size_t)(slash - buf) : end);
		at += h->host.len;
	}
	query = memchr(buf + at, '?', end - at);
	path_end = query ? (size_t)(query - buf) : end;
	h->path = span(at, path_end);
	h->query = query ? span(path_end + 1, end) : span(end, end);
}

static const char *request_check(const char *buf, struct http_head *h)
{
	const struct http_field *host = http_field_find(buf, h, "host", 0);

	if (host && http_field_find(buf, h, "host", 1))
		return "two Host fields";
	target_split(buf, h);
	/* an absolute target goes before the field (RFC 9112 3.2.2) */
	if (host && !h->host.len)
		h->host = host->value;
	return NULL;
}

static bool is_known(const char *method, size_t len)
{
#define KNOWN(num, name, string)                                               \
	if (len == sizeof(#string) - 1 && !memcmp(method, #string, len))       \
		return true;
	HTTP_METHOD_MAP(KNOWN)
#undef KNOWN
	return false;
}

/* Shows llhttp the head; the method as it is, or one that it knows. */
static llhttp_errno_t show(struct http_stream *s, const char *buf, size_t len,
			   struct http_head *h)
{
	size_t from = leading(buf, len), n = 0;

	if (s->responses)
		return llhttp_execute(parser(s), buf, len);
	while (from + n < len && buf[from + n] != ' ')
		n++;
	h->method = span(from, from + n);
	if (is_known(buf + from, n))
		return llhttp_execute(parser(s), buf + from, len - from);
	if (llhttp_execute(parser(s), "POST", 4) != HPE_OK)
		return llhttp_get_errno(parser(s));
	return llhttp_execute(parser(s), buf + from + n, len - from - n);
}

static enum http_event take_head(struct http_stream *s, const char *buf,
				 size_t len, struct http_head *h)
{
	struct taking t = { .head = h, .base = buf, .bodiless = s->bodiless };
	llhttp_t *p = parser(s);
	llhttp_errno_t e;

	h->method = h->target = h->path = h->query = h->host = span(0, 0);
	h->nfield = 0;
	h->len = (uint32_t)len;
	p->data = &t;
	p->settings = (void *)(uintptr_t)&settings;
	e = show(s, buf, len, h);
	if (e != HPE_PAUSED || llhttp_get_error_pos(p) != buf + len)
		return bad(s, t.why ? t.why
			      : e == HPE_PAUSED
				      ? "an empty line inside of a head"
				      : llhttp_get_error_reason(p));
	if (!s->responses) {
		const char *why = request_check(buf, h);

		if (why)
			return bad(s, why);
	}
	s->where = IN_BODY;
	s->seen = 0;
	return HTTP_EV_HEAD;
}

static enum http_event feed_head(struct http_stream *s, const char *buf,
				 size_t len, size_t *used,
				 struct http_head *head)
{
	size_t limit = len < HTTP_HEAD_MAX ? len : HTTP_HEAD_MAX, n;
	enum http_event e;

	if (!may_become_message(s, buf, limit)) {
		s->alien = true;
		return bad(s, "no HTTP/1 message");
	}
	if (s->seen > limit)
		s->seen = 0;
	n = head_end(buf, limit, &s->seen);
	if (!n)
		return len < HTTP_HEAD_MAX ? HTTP_EV_MORE
					   : bad(s, "a head that does not end");
	e = take_head(s, buf, n, head);
	*used = e == HTTP_EV_HEAD ? n : 0;
	return e;
}

/* ---- bodies ---------------------------------------------------------------- */

static enum http_event feed_body(struct http_stream *s, const char *buf,
				 size_t len, size_t *used)
{
	llhttp_t *p = parser(s);
	llhttp_errno_t e;

	p->settings =
		(void *)(uintptr_t)(s->body ? &taken_settings : &body_settings);
	p->data = s;
	llhttp_resume(p);
	e = llhttp_execute(p, buf, len);
	if (e == HPE_OK) {
		*used = len;
		return HTTP_EV_MORE;
	}
	if (e != HPE_PAUSED)
		return bad(s, llhttp_get_error_reason(p));
	*used = (size_t)(llhttp_get_error_pos(p) - buf);
	s->where = AT_END;
	s->bodiless = false;
	return HTTP_EV_END;
}

/* Behind a message: another one, or no HTTP any more. */
static enum http_event leave(struct http_stream *s)
{
	llhttp_t *p = parser(s);

	p->settings = (void *)(uintptr_t)&body_settings;
	llhttp_resume(p);
	if (llhttp_execute(p, "", 0) == HPE_PAUSED_UPGRADE) {
		s->where = IN_RAW;
		return HTTP_EV_RAW;
	}
	llhttp_init(p, s->responses ? HTTP_RESPONSE : HTTP_REQUEST, &settings);
	s->where = IN_HEAD;
	s->seen = 0;
	return HTTP_EV_MORE;
}

enum http_event http_feed(struct http_stream *s, const char *buf, size_t len,
			  size_t *used, struct http_head *head)
{
	*used = 0;
	if (s->where == AT_END && leave(s) == HTTP_EV_RAW)
		return HTTP_EV_RAW;
	switch (s->where) {
	case IN_HEAD:
		return len ? feed_head(s, buf, len, used, head) : HTTP_EV_MORE;
	case IN_BODY:
		return feed_body(s, buf, len, used);
	case IN_RAW:
		return HTTP_EV_RAW;
	default:
		return HTTP_EV_BAD;
	}
}

enum http_event http_eof(struct http_stream *s)
{
	if (s->where == IN_HEAD)
		return s->seen ? bad(s, "the connection ended in a head")
			       : HTTP_EV_MORE;
	if (s->where != IN_BODY)
		return s->where == IS_BAD ? HTTP_EV_BAD : HTTP_EV_MORE;
	llhttp_resume(parser(s));
	if (!llhttp_message_needs_eof(parser(s)))
		return bad(s, "the connection ended in a message");
	s->where = AT_END;
	return HTTP_EV_END;
}

/* ---- methods -------------------------------------------------------------- */

static const char *const methods[HTTP_METHOD_NUM] = {
	"GET",	   "HEAD",  "POST",    "PUT",	   "DELETE",
	"OPTIONS", "TRACE", "CONNECT", "PROPFIND", "PROPPATCH",
	"MKCOL",   "COPY",  "MOVE",    "LOCK",	   "UNLOCK",
};

unsigned http_method_index(const char *name, size_t len)
{
	unsigned i = 0;

	while (i < HTTP_METHOD_NUM && (strlen(methods[i]) != len ||
				       memcmp(methods[i], name, len) != 0))
		i++;
	return i;
}

const char *http_method_text(unsigned method)
{
	return method < HTTP_METHOD_NUM ? methods[method] : "other";
}
