#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "emu/match/url.h"
#include "emu/net/http.h"
#include "emu/base/out.h"
#include "sslmod/compress.h"

/*
 * Messages on a stream: the first two bytes tell which direction it is and into
 * how large pieces the input is cut.  Whatever is found must lie inside the
 * head, and pieces must not change what is found: events, where they are, and
 * the bytes of bodies.
 */

#define EVENTS_MAX 64

struct event {
	enum http_event what;
	size_t at;
	uint32_t body; /* what bodies were so far, as a sum */
};

static void add(void *arg, const char *at, size_t len)
{
	uint32_t *sum = arg;

	while (len--)
		*sum = *sum * 31 + (unsigned char)*at++ + 1;
}

static void inside(struct http_span s, const struct http_head *h)
{
	if (s.at > h->len || s.len > h->len - s.at)
		abort();
}

/* What compression makes of it, and that its own head is one. */
static void check_compression(const char *buf, const struct http_head *h)
{
	static struct http_head again;
	struct compress_conf c = { 0 };
	enum ssl_count why = SSL_COUNT_NUM;
	struct http_stream s;
	struct out o = { 0 };
	size_t used = 0;

	if (h->method.len) {
		(void)compress_offer(&c, buf, h, &why);
		return;
	}
	if (!compress_admits(buf, h, &why))
		return;
	compress_head(buf, h, CODING_GZIP, &o);
	out_puts(&o, "\r\n");
	http_begin(&s, true);
	if (h->nfield + 3 <= HTTP_FIELD_MAX && o.len < HTTP_HEAD_MAX &&
	    (http_feed(&s, o.buf, o.len, &used, &again) != HTTP_EV_HEAD ||
	     used != o.len || !again.chunked || again.has_length))
		abort();
	out_fini(&o);
}

static void check_head(const char *buf, const struct http_head *h, size_t len)
{
	static const struct url_pattern u = { .host = { .text = "a.com",
							.star = -1 },
					      .path = "/x",
					      .ext = ".y",
					      .wild = true };

	if (h->len > len)
		abort();
	inside(h->method, h);
	inside(h->target, h);
	inside(h->path, h);
	inside(h->query, h);
	inside(h->host, h);
	for (int i = 0; i < h->nfield; i++) {
		inside(h->field[i].name, h);
		inside(h->field[i].value, h);
	}
	check_compression(buf, h);
	(void)host_match(&u.host, buf + h->host.at, h->host.len);
	(void)path_match(&u, buf + h->path.at, h->path.len);
}

static int run(const char *buf, size_t len, size_t step, bool responses,
	       struct event *ev)
{
	static struct http_head head;
	struct http_stream s;
	size_t at = 0, have = 0;
	uint32_t sum = 0;
	int n = 0;

	http_begin(&s, responses);
	http_take_body(&s, add, &sum);
	while (n < EVENTS_MAX) {
		size_t used = 0;
		enum http_event e =
			http_feed(&s, buf + at, have - at, &used, &head);

		if (used > have - at)
			abort();
		if (e == HTTP_EV_HEAD)
			check_head(buf + at, &head, have - at);
		at += used;
		if (e == HTTP_EV_MORE && have < len) {
			have = len - have > step ? have + step : len;
			continue;
		}
		ev[n++] = (struct event){ e, at, sum };
		if (e == HTTP_EV_MORE || e == HTTP_EV_RAW || e == HTTP_EV_BAD)
			break;
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct event whole[EVENTS_MAX], cut[EVENTS_MAX];
	int a = 0, b = 0;
	char *buf = NULL;

	if (len < 2)
		return 0;
	buf = malloc(len - 2 + 1);
	if (!buf)
		return 0;
	memcpy(buf, data + 2, len - 2);
	a = run(buf, len - 2, len, data[0] & 1, whole);
	b = run(buf, len - 2, data[1] % 40u + 1, data[0] & 1, cut);
	/* where a bad message is noticed may differ, that it is bad may not */
	for (int i = 0; i < a && i < b; i++)
		if (whole[i].what != cut[i].what ||
		    ((whole[i].what == HTTP_EV_HEAD ||
		      whole[i].what == HTTP_EV_END) &&
		     (whole[i].at != cut[i].at ||
		      whole[i].body != cut[i].body)))
			abort();
	free(buf);
	return 0;
}
