/* HTTP messages on a stream: heads, bodies, ends, and what is refused. */
#include "emu/net/http.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/net/sip.h"
#include "emu/net/sniff.h"

static struct http_head head;

static bool span_is(const char *buf, struct http_span s, const char *want)
{
	return s.len == strlen(want) && !memcmp(buf + s.at, want, s.len);
}

/* What a stream of bytes is: H heads, E ends, R raw, B bad, and how it is left:
 * a dot for more. */
static const char *events(const char *text, size_t len, size_t step,
			  bool responses)
{
	static char said[32];
	struct http_stream s;
	size_t at = 0, have = 0, n = 0;

	http_begin(&s, responses);
	while (n < sizeof(said) - 2) {
		size_t used = 0;
		enum http_event e =
			http_feed(&s, text + at, have - at, &used, &head);

		at += used;
		if (e == HTTP_EV_MORE && have < len) {
			have = have + step < len ? have + step : len;
			continue;
		}
		said[n++] = ".HERB"[e];
		if (e == HTTP_EV_MORE || e == HTTP_EV_RAW || e == HTTP_EV_BAD)
			break;
	}
	said[n] = '\0';
	return said;
}

#define TWO                                                                    \
	"POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"          \
	"GET /c HTTP/1.1\r\nHost: x\r\n\r\n"
#define CHUNKED                                                                \
	"POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"    \
	"3\r\nabc\r\n10;x=y\r\n0123456789abcdef\r\n0\r\nTrail: er\r\n\r\n"     \
	"GET / HTTP/1.0\r\n\r\n"
#define UPGRADE                                                                \
	"GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n"               \
	"Upgrade: websocket\r\n\r\n\x81\x05"

static const struct {
	const char *text, *want;
	bool responses;
} streams[] = {
	{ "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "HE.", false },
	{ TWO, "HEHE.", false },
	{ CHUNKED, "HEHE.", false },
	{ UPGRADE, "HER", false },
	{ "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\nxyz", "HER", false },
	{ "FROB /z HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab", "HE.",
	  false },
	{ "\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", "HE.", false },
	{ "\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", "HE.", false },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	  "HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	  "HEHE.", true },
	{ "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\n", "HEHE.",
	  true },
	{ "HTTP/1.1 304 No\r\nContent-Length: 9\r\n\r\nHTTP/1.1 200 "
	  "OK\r\nContent-Length: 0\r\n\r\n",
	  "HEHE.", true },
	{ "HTTP/1.0 200 OK\r\n\r\nuntil the end", "H.", true },
	{ "HTTP/1.1 101 Go\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nraw",
	  "HER", true },
	{ "SSH-2.0-OpenSSH\r\n", "B", true },
};

START_TEST(streams_at_every_step)
{
	const char *text = streams[_i].text;
	size_t len = strlen(text);

	for (size_t step = 1; step <= len; step++)
		ck_assert_str_eq(events(text, len, step, streams[_i].responses),
				 streams[_i].want);
}
END_TEST

/* What two parsers could read in two ways, and what is no HTTP at all. */
#define LINES "GET / HTTP/1.1\r\nHost: x\r\n"
static const struct {
	const char *text;
	size_t len;
} refused[] = {
#define BAD(s)                                                                 \
	{                                                                      \
		s, sizeof(s) - 1                                               \
	}
	BAD("\x16\x03\x01"),
	BAD(" GET / HTTP/1.1\r\n\r\n"),
	BAD("GET\r\n\r\n"),
	BAD("GET / HTTP/2.0\r\n\r\n"),
	BAD("GET / HTTP/1.1 \r\n\r\n"),
	BAD("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
	BAD("GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
	BAD("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJ / HTTP/1.1\r\n\r\n"),
	BAD(LINES "A: b\r\n c\r\n\r\n"),
	BAD(LINES "A:\r\n b\r\n\r\n"),
	BAD(LINES "A: b\rc\r\n\r\n"),
	BAD(LINES "A: b\0c\r\n\r\n"),
	BAD(LINES "A\0: b\r\n\r\n"),
	BAD("GET /\0a HTTP/1.1\r\nHost: x\r\n\r\n"),
	BAD(LINES "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"),
	BAD(LINES "Content-Length: +3\r\n\r\nabc"),
	BAD(LINES "Content-Length: 0x3\r\n\r\nabc"),
	BAD(LINES "Content-Length: 3,3\r\n\r\nabc"),
	BAD(LINES "Content-Length: 99999999999999999999\r\n\r\n"),
	BAD(LINES "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"),
	BAD(LINES "Transfer-Encoding: identity\r\n\r\n"),
	BAD(LINES "Transfer-Encoding: xchunked\r\n\r\n"),
	BAD(LINES "Transfer-Encoding:\x0b chunked\r\n\r\n"),
	BAD(LINES "Transfer-Encoding: chunked, gzip\r\n\r\n"),
	BAD(LINES "Transfer-Encoding: gzip, chunked\r\n\r\n"),
	BAD(LINES "Transfer-Encoding: , chunked\r\n\r\n"),
	BAD(LINES "Transfer-Encoding: chunked, chunked\r\n\r\n"),
	BAD(LINES "Transfer-Encoding: identity\r\n"
		  "Transfer-Encoding: chunked\r\n\r\n"),
	BAD("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
	BAD(LINES "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"),
	BAD(LINES "Content-Length: 3\r\n\rX: y\r\n\r\nabc"),
	BAD(LINES "Content-Length:\r\n\r\n"),
	BAD(LINES " Content-Length: 3\r\n\r\nabc"),
	BAD("GET / HTTP/1.1\r\n A: b\r\nHost: x\r\n\r\n"),
	BAD(LINES ": no name\r\n\r\n"),
	BAD(LINES "no colon\r\n\r\n"),
	BAD(LINES "A: b\nC: d\r\n\r\n"),
	BAD(LINES "A: b\r\n\n"),
	BAD("GET / HTTP/1.1\nHost: x\r\n\r\n"),
	BAD("GET / HTTP/1.1\nHost: x\n\n"),
	BAD("\rGET / HTTP/1.1\r\nHost: x\r\n\r\n"),
	BAD("\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"),
	BAD("GET  / HTTP/1.1\r\nHost: x\r\n\r\n"),
	BAD("GET / a HTTP/1.1\r\nHost: x\r\n\r\n"),
	BAD("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"),
	BAD("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"),
	BAD("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
	BAD("GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
	BAD("GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n"),
	BAD("GET https://a/ HTTP/1.1\r\nHost: b\r\n\r\n"),
	BAD("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n"
	    "Content-Length: 3\r\n\r\nabc"),
};

START_TEST(refuses)
{
	ck_assert_str_eq(events(refused[_i].text, refused[_i].len,
				refused[_i].len, false),
			 "B");
	ck_assert_str_eq(events(refused[_i].text, refused[_i].len, 1, false),
			 "B");
}
END_TEST

/* Bodies behind a head that says chunked: what two readers could count in two
 * ways, and what is only unusual. */
static const struct {
	const char *body, *want;
} chunks[] = {
	{ "z\r\n", "HB" },
	{ "-3\r\nabc\r\n", "HB" },
	{ "+3\r\nabc\r\n", "HB" },
	{ "0x3\r\nabc\r\n", "HB" },
	{ "3_\r\nabc\r\n", "HB" },
	{ "ffffffffffffffff1\r\n", "HB" },
	{ "\r\n3\r\nabc\r\n", "HB" },
	{ " 3\r\nabc\r\n", "HB" },
	{ "3 \r\nabc\r\n", "HB" },
	{ "3 \n", "HB" },
	{ "3\nabc\r\n", "HB" },
	{ "3\r\nabcd\r\n", "HB" },
	{ "3\r\nabcXX0\r\n\r\n", "HB" },
	{ "3\r\nabc\n0\r\n\r\n", "HB" },
	{ "3\r\nabc\r0\r\n\r\n", "HB" },
	{ "3\r\nabc\r\n\r\n", "HB" },
	{ "3;a\nb\r\nabc\r\n", "HB" },
	{ "3;a\rb\r\nabc\r\n", "HB" },
	{ "3;\"a\r\nabc\r\n", "HB" },
	{ "3;a=\"b\r\nabc\r\n", "HB" },
	{ "3;;\r\nabc\r\n", "HB" },
	{ "3;\r\nabc\r\n", "HB" },
	{ "3;a=\r\nabc\r\n", "HB" },
	{ "0\r\n\n", "HB" },
	{ "0\n\n", "HB" },
	{ "0\r\n\rX", "HB" },
	{ "0\r\nA : b\r\n\r\n", "HB" },
	{ "0\r\nA: b\r\n c\r\n\r\n", "HB" },
	{ "0\r\nA: b\nC: d\r\n\r\n", "HB" },
	{ "0\r\n: b\r\n\r\n", "HB" },
	{ "0\r\nContent-Length: 3\r\n\r\n", "HB" },
	{ "0\r\nTRANSFER-ENCODING: chunked\r\n\r\n", "HB" },
	{ "0\r\n\r\n", "HE." },
	{ "00003\r\nabc\r\n000\r\n\r\n", "HE." },
	{ "3;a\r\nabc\r\n0;b=c;d=\"e\\\"f;\"\r\n\r\n", "HE." },
	{ "3\r\nabc\r\n0\r\nTrail: er\r\nContent-Lengths: 3\r\n\r\n", "HE." },
	{ "3\r\nabc\r\n0\r\n\r\nGET / HTTP/1.0\r\n\r\n", "HEHE." },
	{ "3\r\nab", "H." },
};

START_TEST(chunks_at_every_step)
{
	char text[256];
	size_t len = (size_t)snprintf(
		text, sizeof(text),
		LINES "Transfer-Encoding: chunked\r\n\r\n%s", chunks[_i].body);

	for (size_t step = 1; step <= len; step++)
		ck_assert_str_eq(events(text, len, step, false),
				 chunks[_i].want);
}
END_TEST

static size_t many(char *text, size_t cap, const char *piece, size_t n)
{
	size_t at = 0;

	while (n-- && at < cap)
		at += (size_t)snprintf(text + at, cap - at, "%s", piece);
	return at;
}

START_TEST(chunks_have_bounds)
{
	static char text[4 * CHUNK_TRAILER_MAX];
	struct chunk_state c;
	size_t used = 0, n = 0;

	chunk_begin(&c);
	n = many(text, sizeof(text), "0", CHUNK_LINE_MAX + 1);
	ck_assert_int_eq(chunk_feed(&c, text, n, &used), CHUNK_BAD);
	chunk_begin(&c);
	ck_assert_int_eq(chunk_feed(&c, "0;a", 3, &used), CHUNK_MORE);
	n = many(text, sizeof(text), "a", CHUNK_LINE_MAX);
	ck_assert_int_eq(chunk_feed(&c, text, n, &used), CHUNK_BAD);
	chunk_begin(&c);
	ck_assert_int_eq(chunk_feed(&c, "0\r\n", 3, &used), CHUNK_MORE);
	n = many(text, sizeof(text), "a: b\r\n", CHUNK_TRAILER_MAX / 6 + 1);
	ck_assert_int_eq(chunk_feed(&c, text, n, &used), CHUNK_BAD);
	ck_assert_str_ne(c.why, "");
}
END_TEST

/* What follows a CONNECT or an Upgrade that the server did not agree to. */
START_TEST(a_declined_upgrade_goes_on)
{
	static const char text[] = "GET / HTTP/1.1\r\nHost: a\r\nConnection: "
				   "Upgrade\r\nUpgrade: h2c\r\n\r\n"
				   "GET /b HTTP/1.1\r\nHost: a\r\n\r\n";
	struct http_stream s;
	size_t used = 0, at = 0;

	http_begin(&s, false);
	ck_assert_int_eq(http_feed(&s, text, strlen(text), &used, &head),
			 HTTP_EV_HEAD);
	ck_assert(head.opaque);
	at = used;
	ck_assert_int_eq(
		http_feed(&s, text + at, strlen(text + at), &used, &head),
		HTTP_EV_END);
	http_declined(&s);
	ck_assert_int_eq(
		http_feed(&s, text + at, strlen(text + at), &used, &head),
		HTTP_EV_HEAD);
	ck_assert(span_is(text + at, head.path, "/b"));
}
END_TEST

static enum http_event scan(const char *text)
{
	struct http_stream s;
	size_t used = 0;

	http_begin(&s, false);
	return http_feed(&s, text, strlen(text), &used, &head);
}

START_TEST(parts_of_a_head)
{
	const char *s = "GET /a/b.html?x=1 HTTP/1.1\r\n"
			"Accept: */*\r\n"
			"hOsT:  www.example.com:8080 \r\n"
			"Cookie: a=1\r\nCOOKIE: b=2\r\nEmpty:\r\n"
			"\r\nbody";

	ck_assert_int_eq(scan(s), HTTP_EV_HEAD);
	ck_assert(span_is(s, head.method, "GET"));
	ck_assert(span_is(s, head.target, "/a/b.html?x=1"));
	ck_assert(span_is(s, head.path, "/a/b.html"));
	ck_assert(span_is(s, head.query, "x=1"));
	ck_assert(span_is(s, head.host, "www.example.com:8080"));
	ck_assert_uint_eq(head.len, strlen(s) - strlen("body"));
	ck_assert_uint_eq(head.nfield, 5);
	ck_assert(span_is(s, http_field_find(s, &head, "cookie", 1)->value,
			  "b=2"));
	ck_assert_ptr_null(http_field_find(s, &head, "cookie", 2));
	ck_assert_uint_eq(http_field_find(s, &head, "empty", 0)->value.len, 0);
	ck_assert(head.keep_alive);
	s = "GET http://h.x/p?q HTTP/1.0\r\nHost: H.x:80\r\n\r\n";
	ck_assert_int_eq(scan(s), HTTP_EV_HEAD);
	ck_assert(span_is(s, head.host, "h.x"));
	ck_assert(span_is(s, head.path, "/p"));
	ck_assert(!head.keep_alive);
	s = "GET /?to=http://b/ HTTP/1.1\r\nHost: h.x\r\n\r\n";
	ck_assert_int_eq(scan(s), HTTP_EV_HEAD);
	ck_assert(span_is(s, head.host, "h.x"));
	ck_assert(span_is(s, head.path, "/"));
	s = "GET https://h.x?q HTTP/1.1\r\n\r\n";
	ck_assert_int_eq(scan(s), HTTP_EV_HEAD);
	ck_assert(span_is(s, head.host, "h.x"));
	ck_assert(span_is(s, head.query, "q"));
}
END_TEST

START_TEST(a_head_has_bounds)
{
	struct http_stream s;
	size_t used = 0, len = HTTP_HEAD_MAX + 100;
	char *big = malloc(len);

	ck_assert_ptr_nonnull(big);
	memset(big, 'a', len);
	memcpy(big, "GET / ", 6);
	http_begin(&s, false);
	ck_assert_int_eq(http_feed(&s, big, HTTP_HEAD_MAX - 1, &used, &head),
			 HTTP_EV_MORE);
	ck_assert_int_eq(http_feed(&s, big, len, &used, &head), HTTP_EV_BAD);
	len = (size_t)snprintf(big, HTTP_HEAD_MAX, "GET / HTTP/1.1\r\n");
	for (int i = 0; i <= HTTP_FIELD_MAX; i++)
		len += (size_t)snprintf(big + len, HTTP_HEAD_MAX - len,
					"f%d: v\r\n", i);
	(void)snprintf(big + len, HTTP_HEAD_MAX - len, "\r\n");
	ck_assert_int_eq(scan(big), HTTP_EV_BAD);
	free(big);
}
END_TEST

START_TEST(answers_to_head_have_no_body)
{
	const char *s = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n";
	struct http_stream st;
	size_t used = 0;

	http_begin(&st, true);
	http_expect(&st, true);
	ck_assert_int_eq(http_feed(&st, s, strlen(s), &used, &head),
			 HTTP_EV_HEAD);
	ck_assert_int_eq(http_feed(&st, "", 0, &used, &head), HTTP_EV_END);
}
END_TEST

START_TEST(ends_of_connections)
{
	const char *s = "HTTP/1.0 200 OK\r\n\r\n";
	struct http_stream st;
	size_t used = 0;

	http_begin(&st, true);
	ck_assert_int_eq(http_eof(&st), HTTP_EV_MORE);
	(void)http_feed(&st, s, strlen(s), &used, &head);
	ck_assert_int_eq(http_eof(&st), HTTP_EV_END);
	http_begin(&st, true);
	s = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc";
	(void)http_feed(&st, s, strlen(s), &used, &head);
	(void)http_feed(&st, s + used, 3, &used, &head);
	ck_assert_int_eq(http_eof(&st), HTTP_EV_BAD);
}
END_TEST

/* ---- SIP and what it is told from -------------------------------------------- */

#define INVITE                                                                 \
	"INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP h\r\n"         \
	"i: a84b4c76e66710@pc33\r\nl: 4\r\n\r\nbody"

struct taken {
	char text[64];
	size_t len;
};

static void take(void *arg, const char *at, size_t len)
{
	struct taken *t = arg;

	ck_assert_uint_le(t->len + len, sizeof(t->text));
	memcpy(t->text + t->len, at, len);
	t->len += len;
}

#define TAKEN_CHUNKS                                                           \
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"                \
	"5;a=b\r\nsome \r\n4\r\ntext\r\n0\r\nX-Sum: 1\r\n\r\n"

static const char *const taken_answers[] = {
	"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsome text",
	TAKEN_CHUNKS,
	"HTTP/1.1 200 OK\r\n\r\nsome text",
};

/* Whoever has seen the head may ask for the body. */
START_TEST(bodies_are_handed_out)
{
	const char *text = taken_answers[_i % 3];
	size_t step = (size_t)_i / 3 ? 1 : strlen(text), at = 0, have = 0;
	static struct http_head h;
	struct taken got = { .len = 0 };
	struct http_stream s;

	http_begin(&s, true);
	while (at < strlen(text)) {
		size_t used = 0;
		enum http_event e = HTTP_EV_MORE;

		have = have + step < strlen(text) ? have + step : strlen(text);
		e = http_feed(&s, text + at, have - at, &used, &h);
		ck_assert_int_ne(e, HTTP_EV_BAD);
		if (e == HTTP_EV_HEAD)
			http_take_body(&s, take, &got);
		at += used;
	}
	ck_assert_uint_eq(got.len, 9);
	ck_assert(!memcmp(got.text, "some text", 9));
}
END_TEST

START_TEST(sip_at_every_step)
{
	const char *s = INVITE;
	size_t len = strlen(s) - strlen("body"), seen = 0;
	struct sip_head h;

	for (size_t n = 1; n < len; n++)
		ck_assert_int_eq(sip_scan(s, n, &seen, &h), SIP_MORE);
	ck_assert_int_eq(sip_scan(s, len, &seen, &h), SIP_OK);
	ck_assert(span_is(s, h.method, "INVITE"));
	ck_assert(span_is(s, h.uri, "sip:bob@example.com"));
	ck_assert(span_is(s, h.call_id, "a84b4c76e66710@pc33"));
	ck_assert_uint_eq(h.body, 4);
	ck_assert_uint_eq(h.len, len);
}
END_TEST

/* Empty lines in front keep a connection alive (RFC 5626 3.5.1). */
START_TEST(sip_behind_empty_lines)
{
	const char *s = "\r\n\r\n\r\n" INVITE;
	size_t len = strlen(s) - strlen("body"), seen = 0;
	struct sip_head h;

	for (size_t n = 1; n < len; n++)
		ck_assert_int_eq(sip_scan(s, n, &seen, &h), SIP_MORE);
	ck_assert_int_eq(sip_scan(s, len, &seen, &h), SIP_OK);
	ck_assert(span_is(s, h.method, "INVITE"));
}
END_TEST

START_TEST(sip_forms)
{
	struct sip_head h;
	const char *s = "SIP/2.0 180 Ringing\r\nCall-ID: x@y\r\n\r\n";
	size_t seen = 0;

	ck_assert_int_eq(sip_scan(s, strlen(s), &seen, &h), SIP_OK);
	ck_assert_uint_eq(h.status, 180);
	ck_assert(span_is(s, h.call_id, "x@y"));
	s = "INVITE sip:a SIP/3.0\r\n\r\n";
	seen = 0;
	ck_assert_int_eq(sip_scan(s, strlen(s), &seen, &h), SIP_BAD);
	s = "BYE sip:a SIP/2.0\r\nContent-Length: -1\r\n\r\n";
	seen = 0;
	ck_assert_int_eq(sip_scan(s, strlen(s), &seen, &h), SIP_BAD);
	s = "BYE sip:a SIP/2.0\r\nno field\r\n\r\n";
	seen = 0;
	ck_assert_int_eq(sip_scan(s, strlen(s), &seen, &h), SIP_BAD);
}
END_TEST

START_TEST(protocols_are_told_apart)
{
	static const char tls[] = "\x16\x03\x01\x00\x30\x01\x00\x00\x2c\x03\x03"
				  "0123456789abcdef0123456789abcdef"
				  "\x04WXYZ";
	struct sip_head sip;
	struct request r = { 0 };

	ck_assert_int_eq(sniff("GET / HT", 8, ~0u, &r, &sip), SNIFF_HTTP);
	ck_assert_int_eq(sniff(INVITE, strlen(INVITE), ~0u, &r, &sip),
			 SNIFF_DONE);
	ck_assert_int_eq(r.kind, REQUEST_SIP);
	ck_assert_int_eq(sniff(tls, sizeof(tls) - 2, ~0u, &r, &sip),
			 SNIFF_MORE);
	ck_assert_int_eq(sniff(tls, sizeof(tls) - 1, ~0u, &r, &sip),
			 SNIFF_DONE);
	ck_assert_int_eq(r.kind, REQUEST_TLS);
	ck_assert(span_is(tls, r.session, "WXYZ"));
	ck_assert_int_eq(sniff("", 0, ~0u, &r, &sip), SNIFF_MORE);
	/* nothing is waited for that nobody wants */
	ck_assert_int_eq(sniff(tls, 1, 1u << REQUEST_HTTP, &r, &sip),
			 SNIFF_DONE);
	ck_assert_int_eq(r.kind, REQUEST_OTHER);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("http");
	TCase *t = tcase_create("messages");
	SRunner *r = NULL;
	int failed = 0;

	tcase_add_loop_test(t, streams_at_every_step, 0,
			    sizeof(streams) / sizeof(*streams));
	tcase_add_loop_test(t, refuses, 0, sizeof(refused) / sizeof(*refused));
	tcase_add_loop_test(t, chunks_at_every_step, 0,
			    sizeof(chunks) / sizeof(*chunks));
	tcase_add_test(t, chunks_have_bounds);
	tcase_add_test(t, a_declined_upgrade_goes_on);
	tcase_add_test(t, parts_of_a_head);
	tcase_add_test(t, a_head_has_bounds);
	tcase_add_test(t, answers_to_head_have_no_body);
	tcase_add_test(t, ends_of_connections);
	tcase_add_test(t, sip_at_every_step);
	tcase_add_loop_test(t, bodies_are_handed_out, 0, 6);
	tcase_add_test(t, sip_behind_empty_lines);
	tcase_add_test(t, sip_forms);
	tcase_add_test(t, protocols_are_told_apart);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
