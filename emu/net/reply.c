#include "emu/net/reply.h"

#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The code in front of the line; 0: there is none. */
static unsigned code_of(const struct reply *r)
{
	const char *h = r->head;

	if (h[0] < '1' || h[0] > '5' || !is_digit(h[1]) || !is_digit(h[2]))
		return 0;
	return (unsigned)(h[0] - '0') * 100 + (unsigned)(h[1] - '0') * 10 +
	       (unsigned)(h[2] - '0');
}

/* A server may leave the blank out where no text follows. */
static bool ends_reply(const struct reply *r)
{
	char mark = r->column > 3 ? r->head[3] : ' ';

	return mark == ' ' || mark == '\r';
}

static enum reply_event line_end(struct reply *r)
{
	unsigned code = r->column >= 3 ? code_of(r) : 0;
	enum reply_event e = REPLY_MORE;

	if (r->many) {
		if (code == r->code && ends_reply(r))
			e = REPLY_DONE;
	} else if (!code || (!ends_reply(r) && r->head[3] != '-')) {
		e = REPLY_BAD;
	} else {
		r->code = code;
		r->many = !ends_reply(r);
		e = r->many ? REPLY_MORE : REPLY_DONE;
	}
	r->column = 0;
	memset(r->head, 0, sizeof(r->head));
	return e;
}

enum reply_event reply_feed(struct reply *r, const char *buf, size_t len,
			    size_t *used)
{
	for (*used = 0; *used < len;) {
		char c = buf[(*used)++];
		enum reply_event e = REPLY_MORE;

		if (++r->total > REPLY_MAX)
			return REPLY_BAD;
		if (c == '\n') {
			e = line_end(r);
			if (e != REPLY_MORE)
				return e;
			continue;
		}
		if (r->column < sizeof(r->head))
			r->head[r->column] = c;
		r->column++;
	}
	return REPLY_MORE;
}
