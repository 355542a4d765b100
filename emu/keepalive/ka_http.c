#include "emu/base/str.h"
#include "emu/keepalive/ka.h"

#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

/*
 * "keepalive type http": HEAD or GET, and the answer's code must be the one
 * that is configured.  Only the status line is read; each probe has a connection
 * of its own, dropped by RST as soon as the code is known, so that a page of any
 * length costs nothing.  The page itself is not compared (content.md 4.3 has an
 * MD5 for GET): the monitor says so in the log.
 */
#define STATUS_LEN 12 /* "HTTP/1.1 200" */

struct state {
	bool sent;
	size_t len;
	char status[STATUS_LEN + 1]; /* and the byte behind the code */
};

static enum ka_result start(struct ka_probe *p, uint64_t now_ms)
{
	(void)now_ms;
	return ka_connect(p);
}

static enum ka_result send_request(struct ka_probe *p)
{
	char text[256];
	int n = snprintf(text, sizeof(text),
			 "%s %s HTTP/1.1\r\nHost: %s\r\n"
			 "Connection: close\r\n\r\n",
			 p->spec.method_get ? "GET" : "HEAD",
			 p->spec.uri[0] ? p->spec.uri : "/", str_addr(p->addr));

	if (n < 0 || (size_t)n >= sizeof(text))
		return ka_fail(p, "the request is too long");
	if (ka_send(p, text, (size_t)n) == KA_DOWN)
		return KA_DOWN;
	return ka_wait(p, EPOLLIN);
}

/* "HTTP/1.x NNN" and no fourth digit */
static bool parse_status(const char *s, uint32_t *code)
{
	char digits[4] = { s[9], s[10], s[11], '\0' };

	if (memcmp(s, "HTTP/1.", 7) != 0 || s[7] < '0' || s[7] > '9' ||
	    s[8] != ' ')
		return false;
	if (s[12] != ' ' && s[12] != '\r' && s[12] != '\n')
		return false;
	return str_to_u32(digits, 100, 999, code);
}

static enum ka_result judge(struct ka_probe *p, const struct state *s)
{
	uint32_t code;

	if (!parse_status(s->status, &code))
		return ka_fail(p, "%s:%u does not answer in HTTP/1",
			       str_addr(p->addr), p->port);
	if (code != p->spec.http_rspcode)
		return ka_fail(p, "%s:%u answered %u instead of %u",
			       str_addr(p->addr), p->port, code,
			       p->spec.http_rspcode);
	return KA_UP;
}

static enum ka_result ready(struct ka_probe *p, uint32_t events,
			    uint64_t now_ms)
{
	struct state *s = p->state;
	enum ka_result result;

	(void)events;
	(void)now_ms;
	result = ka_ask(p, &s->sent, send_request, s->status, sizeof(s->status),
			&s->len);
	return result == KA_UP ? judge(p, s) : result;
}

const struct ka_ops ka_http = {
	.name = "http",
	.state_size = sizeof(struct state),
	.start = start,
	.ready = ready,
	.stop = ka_drop,
};
