#include "emu/net/http.h"

#include <llhttp.h>
#include <string.h>

#include "emu/net/token.h"

/*
 * The end of a head is looked for first, in what is new since the last call;
 * once it is there, llhttp takes the head apart in one go, and its callbacks
 * note where things are.  So a head that comes in pieces costs one pass, and
 * nothing about it must be kept between calls.  What a head says about its body
 * is counted here: a length, chunks (chunk.h), or all until the connection ends.
 *
 * llhttp knows the methods of the registry only.  Rules may name others
 * (`http-method parse user-defined-method`), so the method is read here, and
 * llhttp is shown POST in place of one that it would not know.
 */

#define METHOD_MAX 32

enum where { IN_HEAD, IN_BODY, AT_END, IN_RAW, IS_BAD };
enum body { BODY_LENGTH, BODY_CHUNKS, BODY_UNTIL_END };

/* What callbacks need: the head that is taken apart, and where it begins. */
struct taking {
	struct http_head *head;
	const char *base;
	const struct http_stream *s;
	enum body body;
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
	if (!len)
		return refuse(p, "a header field without a name");
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
static bool has_no_body(const struct taking *t, unsigned status)
{
	return t->s->bodiless || status / 100 == 1 || status == 204 ||
	       status == 304;
}

/*
 * RFC 9112 6.1 and 6.3, and no more than they must allow: a coding in front of
 * "chunked", or one that an HTTP/1.0 client names, is read in one way here and
 * in another elsewhere.
 */
static const char *coding_check(const llhttp_t *p, const char *buf,
				const struct http_head *h)
{
	const struct http_field *f =
		http_field_find(buf, h, "transfer-encoding", 0);

	if (!(p->flags & F_TRANSFER_ENCODING))
		return NULL;
	if (!f || !(p->flags & F_CHUNKED))
		return "a body whose end cannot be known";
	if (http_field_find(buf, h, "transfer-encoding", 1) ||
	    !http_span_is(buf, f->value, "chunked"))
		return "a transfer coding in front of chunked";
	if (!p->http_minor)
		return "a transfer coding in HTTP/1.0";
	return NULL;
}

static const char *request_framing(llhttp_t *p, struct taking *t)
{
	const char *why = coding_check(p, t->base, t->head);

	t->body = p->flags & F_CHUNKED ? BODY_CHUNKS : BODY_LENGTH;
	if (!why && p->method == HTTP_CONNECT &&
	    (p->flags & F_CHUNKED || p->content_length))
		why = "CONNECT with a body";
	return why;
}

static void response_framing(const llhttp_t *p, struct taking *t)
{
	if (has_no_body(t, p->status_code))
		t->head->length = 0;
	else if (p->flags & F_CHUNKED)
		t->body = BODY_CHUNKS;
	else if (!(p->flags & F_CONTENT_LENGTH))
		t->body = BODY_UNTIL_END;
}

static int on_head(llhttp_t *p)
{
	struct taking *t = taking_of(p);
	struct http_head *h = t->head;
	const char *why = NULL;

	if (p->http_major != 1)
		return refuse(p, "a version other than HTTP/1");
	h->minor = p->http_minor;
	h->status = p->type == HTTP_RESPONSE ? p->status_code : 0;
	h->chunked = p->flags & F_CHUNKED;
	h->has_length = p->flags & F_CONTENT_LENGTH;
	h->length = h->has_length ? p->content_length : 0;
	h->opaque = p->type == HTTP_RESPONSE ? h->status == 101 : p->upgrade;
	t->body = BODY_LENGTH;
	if (p->type == HTTP_RESPONSE)
		response_framing(p, t);
	else
		why = request_framing(p, t);
	if (t->s->bodiless || (t->body == BODY_LENGTH && !h->length))
		p->flags |= F_SKIPBODY;
	h->keep_alive = llhttp_should_keep_alive(p);
	return why ? refuse(p, why) : HPE_PAUSED;
}

static const llhttp_settings_t settings = {
	.on_url = on_url,
	.on_header_field = on_field,
	.on_header_value = on_value,
	.on_headers_complete = on_head,
};

/* ---- beginnings ------------------------------------------------------------ */

void http_begin(struct http_stream *s, bool responses)
{
	*s = (struct http_stream){ .responses = responses };
}

void http_expect(struct http_stream *s, bool bodiless)
{
	s->bodiless = bodiless;
}

void http_take_body(struct http_stream *s,
		    void (*body)(void *arg, const char *at, size_t len),
		    void *arg)
{
	s->taker = s->chunk.taker = body;
	s->taker_arg = s->chunk.taker_arg = arg;
}

void http_declined(struct http_stream *s)
{
	s->opaque = false;
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

/* Length of empty lines in front of a message (RFC 9112 2.2). */
static size_t leading(const char *buf, size_t len)
{
	size_t n = 0;

	while (len - n >= 2 && buf[n] == '\r' && buf[n + 1] == '\n')
		n += 2;
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
	if (len == 1 && *buf == '\r') /* of one more empty line, or wrong */
		return true;
	if (s->responses) {
		n = len < sizeof(version) - 1 ? len : sizeof(version) - 1;
		return !memcmp(buf, version, n);
	}
	while (i < len && i < METHOD_MAX && token_char((unsigned char)buf[i]))
		i++;
	return i == len || (i > 0 && i < METHOD_MAX && buf[i] == ' ');
}

#define BARE_LF SIZE_MAX

/* Length of the head with its empty line; 0: not there yet; BARE_LF: a request
 * has a line end without its CR, which not every server takes for one. */
static size_t head_end(const struct http_stream *s, const char *buf, size_t len,
		       size_t *seen)
{
	size_t at = leading(buf, len);

	if (*seen > at)
		at = *seen;
	for (;;) {
		const char *nl = memchr(buf + at, '\n', len - at);

		if (!nl) {
			*seen = len;
			return 0;
		}
		at = (size_t)(nl - buf) + 1;
		if (!s->responses && (at < 2 || nl[-1] != '\r'))
			return BARE_LF;
		if (at < len && buf[at] == '\n')
			return s->responses ? at + 1 : BARE_LF;
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

const char *http_path(const char *buf, const struct http_head *h, size_t *len)
{
	bool has_path = h->path.len && buf[h->path.at] == '/';

	*len = has_path ? h->path.len : 1;
	return has_path ? buf + h->path.at : "/";
}

/* "http://host" in front of the path: how long it is, 0: there is none. */
static size_t authority(const char *target, size_t len, size_t *host_at)
{
	const char *mark = memmem(target, len, "://", 3);
	size_t at = 0;

	if (!mark || *target == '/' ||
	    memchr(target, '?', (size_t)(mark - target)))
		return 0;
	at = *host_at = (size_t)(mark - target) + 3;
	while (at < len && target[at] != '/' && target[at] != '?')
		at++;
	return at;
}

/* "http://host/path?query", "/path", "*", "host:port" (CONNECT) */
static void target_split(const char *buf, struct http_head *h)
{
	size_t at = h->target.at, end = at + h->target.len, path_end, host = 0;
	size_t skip = authority(buf + at, h->target.len, &host);
	const char *query = NULL;

	if (skip)
		h->host = span(at + host, at + skip);
	at += skip;
	query = memchr(buf + at, '?', end - at);
	path_end = query ? (size_t)(query - buf) : end;
	h->path = span(at, path_end);
	h->query = query ? span(path_end + 1, end) : span(end, end);
}

/* What no server takes for a name: routing by it would be a guess. */
static bool is_host(const char *s, size_t len)
{
	static const char wrong[] = " \t,/\\?#@\"<>";

	for (size_t i = 0; i < len; i++)
		if (strchr(wrong, s[i]))
			return false;
	return true;
}

/* "a.com", "A.com:80" */
static bool same_host(const char *buf, struct http_span a, struct http_span b)
{
	static const char port[] = ":80";
	const uint32_t n = sizeof(port) - 1;

	if (a.len > n && !memcmp(buf + a.at + a.len - n, port, n))
		a.len -= n;
	if (b.len > n && !memcmp(buf + b.at + b.len - n, port, n))
		b.len -= n;
	return a.len == b.len && !strncasecmp(buf + a.at, buf + b.at, a.len);
}

static const char *request_check(const char *buf, struct http_head *h)
{
	const struct http_field *host = http_field_find(buf, h, "host", 0);

	if (host && http_field_find(buf, h, "host", 1))
		return "two Host fields";
	target_split(buf, h);
	if (!is_host(buf + h->host.at, h->host.len) ||
	    (host && !is_host(buf + host->value.at, host->value.len)))
		return "a Host that is none";
	/* RFC 9112 3.2.2 lets the target win; not every server knows */
	if (host && h->host.len && !same_host(buf, h->host, host->value))
		return "a Host other than the target's";
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
static llhttp_errno_t show(const struct http_stream *s, llhttp_t *p,
			   const char *buf, size_t len, struct http_head *h)
{
	size_t from = leading(buf, len), n = 0;

	if (s->responses)
		return llhttp_execute(p, buf, len);
	while (from + n < len && buf[from + n] != ' ')
		n++;
	h->method = span(from, from + n);
	if (from + n + 1 < len && buf[from + n + 1] == ' ')
		return HPE_INVALID_URL;
	if (is_known(buf + from, n))
		return llhttp_execute(p, buf + from, len - from);
	if (llhttp_execute(p, "POST", 4) != HPE_OK)
		return llhttp_get_errno(p);
	return llhttp_execute(p, buf + from + n, len - from - n);
}

static const char *why_not(const struct taking *t, llhttp_errno_t e,
			   const llhttp_t *p)
{
	if (t->why)
		return t->why;
	if (e == HPE_PAUSED)
		return "an empty line inside of a head";
	return p->reason ? p->reason : "blanks in the request line";
}

static void body_begin(struct http_stream *s, const struct taking *t)
{
	s->where = IN_BODY;
	s->seen = 0;
	s->body = (uint8_t)t->body;
	s->left = t->head->length;
	s->opaque = t->head->opaque;
	if (has_no_body(t, t->head->status))
		s->left = 0;
	if (t->body != BODY_CHUNKS)
		return;
	chunk_begin(&s->chunk);
	s->chunk.taker = s->taker;
	s->chunk.taker_arg = s->taker_arg;
}

static enum http_event take_head(struct http_stream *s, const char *buf,
				 size_t len, struct http_head *h)
{
	struct taking t = { .head = h, .base = buf, .s = s };
	llhttp_errno_t e = HPE_OK;
	const char *why = NULL;
	llhttp_t p;

	h->method = h->target = h->path = h->query = h->host = span(0, 0);
	h->nfield = 0;
	h->len = (uint32_t)len;
	llhttp_init(&p, s->responses ? HTTP_RESPONSE : HTTP_REQUEST, &settings);
	p.data = &t;
	e = show(s, &p, buf, len, h);
	if (e != HPE_PAUSED || llhttp_get_error_pos(&p) != buf + len)
		return bad(s, why_not(&t, e, &p));
	if (!s->responses)
		why = request_check(buf, h);
	if (why)
		return bad(s, why);
	body_begin(s, &t);
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
	n = head_end(s, buf, limit, &s->seen);
	if (n == BARE_LF)
		return bad(s, "a bare LF");
	if (!n)
		return len < HTTP_HEAD_MAX ? HTTP_EV_MORE
					   : bad(s, "a head that does not end");
	e = take_head(s, buf, n, head);
	*used = e == HTTP_EV_HEAD ? n : 0;
	return e;
}

/* ---- bodies ---------------------------------------------------------------- */

static enum http_event body_end(struct http_stream *s)
{
	s->where = AT_END;
	s->bodiless = false;
	return HTTP_EV_END;
}

static enum http_event feed_body(struct http_stream *s, const char *buf,
				 size_t len, size_t *used)
{
	switch ((enum body)s->body) {
	case BODY_CHUNKS:
		switch (chunk_feed(&s->chunk, buf, len, used)) {
		case CHUNK_MORE:
			return HTTP_EV_MORE;
		case CHUNK_END:
			return body_end(s);
		case CHUNK_BAD:
			break;
		}
		return bad(s, s->chunk.why);
	case BODY_LENGTH:
		*used = len < s->left ? len : (size_t)s->left;
		s->left -= *used;
		if (s->taker && *used)
			s->taker(s->taker_arg, buf, *used);
		return s->left ? HTTP_EV_MORE : body_end(s);
	case BODY_UNTIL_END:
		break;
	}
	*used = len;
	if (s->taker && len)
		s->taker(s->taker_arg, buf, len);
	return HTTP_EV_MORE;
}

/* Behind a message: another one, or no HTTP any more. */
static void leave(struct http_stream *s)
{
	s->where = s->opaque ? IN_RAW : IN_HEAD;
	s->seen = 0;
}

enum http_event http_feed(struct http_stream *s, const char *buf, size_t len,
			  size_t *used, struct http_head *head)
{
	*used = 0;
	if (s->where == AT_END)
		leave(s);
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
	if (s->body != BODY_UNTIL_END)
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
