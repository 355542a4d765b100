#include "emu/net/sip.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/*
 * As for HTTP: the end of the head is looked for in what is new, then the head
 * is taken apart once.  Only what stickiness and framing need is noted.
 */

static bool is_name(const char *s, size_t len, const char *name,
		    const char *compact)
{
	return (len == strlen(name) && !strncasecmp(s, name, len)) ||
	       (len == strlen(compact) && !strncasecmp(s, compact, len));
}

static size_t leading(const char *buf, size_t len)
{
	size_t n = 0;

	while (n < len && (buf[n] == '\r' || buf[n] == '\n'))
		n++;
	return n;
}

static size_t head_end(const char *buf, size_t len, size_t *seen)
{
	size_t at = leading(buf, len); /* more of it may have come since */
	const char *nl = NULL;

	if (*seen > at)
		at = *seen;
	while ((nl = memchr(buf + at, '\n', len - at))) {
		at = (size_t)(nl - buf) + 1;
		if (at < len && buf[at] == '\n')
			return at + 1;
		if (at + 1 < len && buf[at] == '\r' && buf[at + 1] == '\n')
			return at + 2;
		if (at + 1 >= len) {
			*seen = at - 1;
			return 0;
		}
	}
	*seen = len;
	return 0;
}

static struct http_span trimmed(const char *buf, size_t at, size_t end)
{
	while (at < end && (buf[at] == ' ' || buf[at] == '\t'))
		at++;
	while (end > at && (buf[end - 1] == ' ' || buf[end - 1] == '\t'))
		end--;
	return (struct http_span){ (uint32_t)at, (uint32_t)(end - at) };
}

static bool number(const char *buf, struct http_span s, uint32_t max,
		   uint32_t *v)
{
	*v = 0;
	for (uint32_t i = 0; i < s.len; i++) {
		char c = buf[s.at + i];

		if (c < '0' || c > '9')
			return false;
		*v = *v * 10 + (uint32_t)(c - '0');
		if (*v > max)
			return false;
	}
	return s.len > 0;
}

/* "INVITE sip:a@b SIP/2.0" or "SIP/2.0 200 OK" */
static bool first_line(const char *buf, size_t at, size_t end,
		       struct sip_head *h)
{
	static const char version[] = "SIP/2.0";
	const size_t n = sizeof(version) - 1;
	const char *sp = memchr(buf + at, ' ', end - at);
	uint32_t status = 0;

	if (!sp || end - at < n + 4)
		return false;
	if (!memcmp(buf + at, version, n)) {
		if (!number(buf,
			    (struct http_span){ (uint32_t)(at + n + 1), 3 },
			    699, &status) ||
		    status < 100)
			return false;
		h->status = (uint16_t)status;
		return true;
	}
	if (memcmp(buf + end - n, version, n) != 0 || buf[end - n - 1] != ' ')
		return false;
	h->method = (struct http_span){ (uint32_t)at,
					(uint32_t)(sp - buf - (long)at) };
	h->uri = trimmed(buf, (size_t)(sp - buf) + 1, end - n);
	return h->method.len && h->uri.len;
}

static bool field(const char *buf, size_t at, size_t end, struct sip_head *h)
{
	const char *colon = memchr(buf + at, ':', end - at);
	struct http_span name, value;

	if (!colon)
		return false;
	name = trimmed(buf, at, (size_t)(colon - buf));
	value = trimmed(buf, (size_t)(colon - buf) + 1, end);
	if (is_name(buf + name.at, name.len, "call-id", "i"))
		h->call_id = value;
	else if (is_name(buf + name.at, name.len, "content-length", "l"))
		return number(buf, value, UINT32_MAX / 16, &h->body);
	return true;
}

static bool is_folded(const char *buf, size_t at)
{
	return buf[at] == ' ' || buf[at] == '\t';
}

enum sip_result sip_scan(const char *buf, size_t len, size_t *seen,
			 struct sip_head *h)
{
	size_t limit = len < SIP_HEAD_MAX ? len : SIP_HEAD_MAX, at, head;
	bool first = true;

	memset(h, 0, sizeof(*h));
	head = head_end(buf, limit, seen);
	if (!head)
		return len < SIP_HEAD_MAX ? SIP_MORE : SIP_BAD;
	h->len = (uint32_t)head;
	for (at = leading(buf, head); at < head; first = false) {
		const char *nl = memchr(buf + at, '\n', head - at);
		size_t end = nl ? (size_t)(nl - buf) : head, next = end + 1;

		if (end > at && buf[end - 1] == '\r')
			end--;
		if (first ? !first_line(buf, at, end, h)
			  : end > at && !is_folded(buf, at) &&
				    !field(buf, at, end, h))
			return SIP_BAD;
		at = next;
	}
	return first ? SIP_BAD : SIP_OK;
}
