#include "emu/net/http.h"

#include <stdbool.h>
#include <string.h>

/*
 * Two steps: the end of the head is looked for in what is new since the last
 * call; once it is there, the head is taken apart, once.  Whatever can not
 * become a request is told at its first wrong byte, so that a client of another
 * protocol does not wait for an answer that never comes.
 */

#define METHOD_MAX 32 /* longest method is 17 letters (BASELINE-CONTROL) */

static bool is_token(unsigned char c)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";

	if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z'))
		return true;
	return c && strchr(marks, c);
}

static bool may_become_request(const char *buf, size_t len)
{
	size_t i = 0;

	while (i < len && i < METHOD_MAX && is_token((unsigned char)buf[i]))
		i++;
	if (i == len)
		return true;
	return i > 0 && i < METHOD_MAX && buf[i] == ' ';
}

/* Length of the head with its empty line; 0: not there yet. */
static size_t head_end(const char *buf, size_t len, size_t *seen)
{
	size_t at = *seen;

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

static struct http_span span(size_t at, size_t end)
{
	return (struct http_span){ .at = (uint32_t)at,
				   .len = (uint32_t)(end - at) };
}

static bool ieq(const char *s, size_t len, const char *word)
{
	if (len != strlen(word))
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c >= 'A' && c <= 'Z')
			c = (unsigned char)(c + 32);
		if (c != (unsigned char)word[i])
			return false;
	}
	return true;
}

/* "http://host/path", "/path", "*": host is left alone for the latter two. */
static bool target_split(const char *buf, size_t at, size_t end,
			 struct http_request *r)
{
	const char *query;
	size_t path_end;

	if (end - at > 7 && ieq(buf + at, 7, "http://")) {
		const char *slash;

		at += 7;
		slash = memchr(buf + at, '/', end - at);
		r->host = span(at, slash ? (size_t)(slash - buf) : end);
		at += r->host.len;
		if (!r->host.len)
			return false;
	}
	query = memchr(buf + at, '?', end - at);
	path_end = query ? (size_t)(query - buf) : end;
	r->path = span(at, path_end);
	r->query = query ? span(path_end + 1, end) : span(end, end);
	return true;
}

static bool request_line(const char *buf, size_t end, struct http_request *r)
{
	const char *sp = memchr(buf, ' ', end), *sp2;
	size_t at;

	if (!sp)
		return false;
	r->method = span(0, (size_t)(sp - buf));
	at = r->method.len + 1;
	sp2 = memchr(buf + at, ' ', end - at);
	if (!sp2 || sp2 == buf + at)
		return false;
	if (!target_split(buf, at, (size_t)(sp2 - buf), r))
		return false;
	at = (size_t)(sp2 - buf) + 1;
	if (end - at != 8 || memcmp(buf + at, "HTTP/1.", 7) != 0 ||
	    buf[at + 7] < '0' || buf[at + 7] > '9')
		return false;
	r->minor = (uint8_t)(buf[at + 7] - '0');
	return true;
}

/* One field line; only Host matters.  Two of them are an attack. */
static bool field_line(const char *buf, size_t at, size_t end, bool *has_host,
		       struct http_request *r)
{
	const char *colon = memchr(buf + at, ':', end - at);
	size_t value;

	if (!colon || !ieq(buf + at, (size_t)(colon - buf) - at, "host"))
		return true;
	if (*has_host)
		return false;
	*has_host = true;
	if (r->host.len) /* an absolute target goes before the field */
		return true;
	value = (size_t)(colon - buf) + 1;
	while (value < end && (buf[value] == ' ' || buf[value] == '\t'))
		value++;
	while (end > value && (buf[end - 1] == ' ' || buf[end - 1] == '\t'))
		end--;
	r->host = span(value, end);
	return true;
}

static bool head_split(const char *buf, size_t len, struct http_request *r)
{
	bool first = true, has_host = false;
	size_t at = 0;

	while (at < len) {
		const char *nl = memchr(buf + at, '\n', len - at);
		size_t end = nl ? (size_t)(nl - buf) : len;
		size_t next = end + 1;

		if (end > at && buf[end - 1] == '\r')
			end--;
		if (first && !request_line(buf, end, r))
			return false;
		if (!first && !field_line(buf, at, end, &has_host, r))
			return false;
		first = false;
		at = next;
	}
	return true;
}

enum http_result http_scan(const char *buf, size_t len, size_t *seen,
			   struct http_request *r)
{
	size_t limit = len < HTTP_HEAD_MAX ? len : HTTP_HEAD_MAX, head;

	memset(r, 0, sizeof(*r));
	if (!may_become_request(buf, limit))
		return HTTP_BAD;
	if (*seen > limit)
		*seen = 0;
	head = head_end(buf, limit, seen);
	if (!head)
		return len >= HTTP_HEAD_MAX ? HTTP_BAD : HTTP_MORE;
	r->head_len = (uint32_t)head;
	return head_split(buf, head, r) ? HTTP_OK : HTTP_BAD;
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
