/*
 * What is compressed is decided in two steps: a request says which coding its
 * answer may have, the answer's head whether it is worth it.  Either refusal has a
 * counter.  Which answers the card's hardware took is not on record; the tables
 * here say what this one takes.
 */
#include "sslmod/compress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

#include "emu/base/out.h"
#include "emu/conf/service.h"

#define LEAST_LENGTH 256 /* own: a shorter body is not worth its chunks */

/* ---- the request ----------------------------------------------------------- */

/* Their contents are compressed already; own list. */
static const char *const packed[] = {
	"gif", "jpg", "jpeg", "png", "webp", "ico", "zip", "gz",  "tgz",
	"bz2", "xz",  "rar",  "7z",  "jar",  "cab", "mp3", "mp4", "ogg",
	"avi", "mov", "mpg",  "wmv", "swf",  "flv", "pdf",
};

static bool is_packed(const char *buf, struct http_span path)
{
	const char *end = buf + path.at + path.len, *p = end;

	while (p > buf + path.at && p[-1] != '.' && p[-1] != '/')
		p--;
	for (size_t i = 0; i < sizeof(packed) / sizeof(*packed); i++)
		if (p > buf + path.at && p[-1] == '.' &&
		    strlen(packed[i]) == (size_t)(end - p) &&
		    !strncasecmp(p, packed[i], (size_t)(end - p)))
			return true;
	return false;
}

static const struct {
	const char *name;
	enum coding coding;
} names[] = {
	{ "gzip", CODING_GZIP },
	{ "x-gzip", CODING_GZIP },
	{ "deflate", CODING_DEFLATE },
};

static size_t skip_blanks(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && (s[n] == ' ' || s[n] == '\t'))
		n++;
	return n;
}

/* Thousandths of ";q=0.5"; 1000 without one; of nonsense 0 (RFC 9110 12.4.2) */
static int quality(const char *s, size_t len)
{
	int value = 0, unit = 1000;
	size_t n = skip_blanks(s, len);

	if (n == len)
		return 1000;
	if (s[n] != ';')
		return 0;
	n++;
	n += skip_blanks(s + n, len - n);
	if (len - n < 3 || strncasecmp(s + n, "q=", 2) != 0)
		return 1000; /* a parameter that codings do not have */
	for (n += 2; n < len && unit; n++) {
		if (s[n] == '.' && unit == 1000) {
			unit = 100;
		} else if (s[n] >= '0' && s[n] <= '9') {
			value += (s[n] - '0') * unit;
			unit = unit == 1000 ? 1000 : unit / 10;
		} else {
			break;
		}
	}
	return value > 1000 ? 1000 : value;
}

/* One member of the list: what it says of which codings. */
static void member_read(const char *s, size_t len, int q[CODING_NUM], int *rest)
{
	size_t n = skip_blanks(s, len), end = 0;

	s += n;
	len -= n;
	while (end < len && s[end] != ';' && s[end] != ' ' && s[end] != '\t')
		end++;
	if (end == 1 && *s == '*')
		*rest = quality(s + end, len - end);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strlen(names[i].name) == end &&
		    !strncasecmp(s, names[i].name, end))
			q[names[i].coding] = quality(s + end, len - end);
}

/* How much the client wants each coding; false: it does not say. */
static bool accepted(const char *buf, const struct http_head *h,
		     int q[CODING_NUM])
{
	const struct http_field *f = NULL;
	int rest = 0;
	unsigned n = 0;

	for (int i = 0; i < CODING_NUM; i++)
		q[i] = -1;
	for (; (f = http_field_find(buf, h, "accept-encoding", n)); n++) {
		const char *s = buf + f->value.at;
		size_t left = f->value.len;

		while (left) {
			const char *comma = memchr(s, ',', left);
			size_t len = comma ? (size_t)(comma - s) : left;

			member_read(s, len, q, &rest);
			s += len;
			left -= len;
			if (left) { /* the comma */
				s++;
				left--;
			}
		}
	}
	for (int i = 0; i < CODING_NUM; i++)
		if (q[i] < 0)
			q[i] = rest;
	return n;
}

static enum coding by_preference(enum compress_encode encode,
				 const int q[CODING_NUM])
{
	enum coding first =
		encode == COMPRESS_DEFLATE ? CODING_DEFLATE : CODING_GZIP;
	enum coding other = first == CODING_GZIP ? CODING_DEFLATE : CODING_GZIP;

	if (encode == COMPRESS_AUTO && q[other] > q[first])
		first = other;
	return q[first] > 0 ? first : q[other] > 0 ? other : CODING_IDENTITY;
}

static enum coding choose(const struct compress_conf *c, const char *buf,
			  const struct http_head *h)
{
	int q[CODING_NUM];

	if (!accepted(buf, h, q))
		return (enum coding)c->omit;
	switch ((enum compress_encode)c->encode) {
	case COMPRESS_FORCE_GZIP:
		return CODING_GZIP;
	case COMPRESS_FORCE_DEFLATE:
		return CODING_DEFLATE;
	default:
		return by_preference((enum compress_encode)c->encode, q);
	}
}

enum coding compress_offer(const struct compress_conf *c, const char *buf,
			   const struct http_head *h, enum ssl_count *why)
{
	enum coding coding = choose(c, buf, h);

	if (!http_span_is(buf, h->method, "GET"))
		*why = SSL_COUNT_Z_CLIENT_METHOD;
	else if (h->minor < 1)
		*why = SSL_COUNT_Z_CLIENT_VERSION;
	else if (is_packed(buf, h->path))
		*why = SSL_COUNT_Z_CLIENT_FILE;
	else if (coding == CODING_IDENTITY)
		*why = SSL_COUNT_Z_CLIENT_ACCEPT;
	else
		return coding;
	return CODING_IDENTITY;
}

/* ---- the answer ------------------------------------------------------------ */

/* Types whose contents shrink; own list.  A '+' stands for any type with that
 * suffix (RFC 6839), a '/' at the end for any type of that kind. */
static const char *const types[] = {
	"text/",
	"application/javascript",
	"application/x-javascript",
	"application/ecmascript",
	"application/json",
	"application/xml",
	"application/wasm",
	"image/svg+xml",
	"image/bmp",
	"+xml",
	"+json",
};

static bool type_fits(const char *type, size_t len, const char *row)
{
	size_t n = strlen(row);

	if (*row == '+')
		return len > n && !strncasecmp(type + len - n, row, n);
	return len >= n && !strncasecmp(type, row, n) &&
	       (row[n - 1] == '/' || len == n);
}

static bool shrinks(const char *buf, const struct http_head *h)
{
	const struct http_field *f = http_field_find(buf, h, "content-type", 0);
	const char *s = f ? buf + f->value.at : "";
	size_t len = 0;

	while (f && len < f->value.len && s[len] != ';' && s[len] != ' ')
		len++;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (type_fits(s, len, types[i]))
			return true;
	return false;
}

static bool is_coded(const char *buf, const struct http_head *h)
{
	const struct http_field *f =
		http_field_find(buf, h, "content-encoding", 0);

	return f && !http_span_is(buf, f->value, "identity");
}

/* RFC 9111 5.2.2.6: nobody on the way may change it. */
static bool is_final(const char *buf, const struct http_head *h)
{
	const struct http_field *f = NULL;

	for (unsigned n = 0; (f = http_field_find(buf, h, "cache-control", n));
	     n++)
		if (memmem(buf + f->value.at, f->value.len, "no-transform", 12))
			return true;
	return false;
}

bool compress_admits(const char *buf, const struct http_head *h,
		     enum ssl_count *why)
{
	if (h->status != 200)
		*why = SSL_COUNT_Z_SERVER_STATUS;
	else if (h->minor < 1)
		*why = SSL_COUNT_Z_SERVER_VERSION;
	else if (is_coded(buf, h) || is_final(buf, h))
		*why = SSL_COUNT_Z_SERVER_ENCODED;
	else if (h->has_length && h->length < LEAST_LENGTH)
		*why = SSL_COUNT_Z_SERVER_SIZE;
	else if (!shrinks(buf, h))
		*why = SSL_COUNT_Z_SERVER_TYPE;
	else
		return true;
	return false;
}

/* Fields that are about the bytes as the server sent them. */
static bool is_dropped(const char *buf, struct http_span name)
{
	static const char *const dropped[] = {
		"content-length",   "transfer-encoding", "accept-ranges",
		"content-encoding", "content-md5",	 "digest",
		"content-digest",
	};

	for (size_t i = 0; i < sizeof(dropped) / sizeof(*dropped); i++)
		if (http_span_is(buf, name, dropped[i]))
			return true;
	return false;
}

void compress_head(const char *buf, const struct http_head *h,
		   enum coding coding, struct out *o)
{
	const char *first = buf, *line = NULL;

	while (*first == '\r' || *first == '\n') /* RFC 9112 2.2 */
		first++;
	line = memchr(first, '\n', h->len - (size_t)(first - buf));
	out_write(o, first, line ? (size_t)(line - first) + 1 : 0);
	for (unsigned i = 0; i < h->nfield; i++) {
		const struct http_field *f = &h->field[i];
		bool tag = http_span_is(buf, f->name, "etag") && f->value.len &&
			   buf[f->value.at] == '"';

		if (is_dropped(buf, f->name))
			continue;
		out_write(o, buf + f->name.at, f->name.len);
		out_puts(o, tag ? ": W/" : ": ");
		out_write(o, buf + f->value.at, f->value.len);
		out_puts(o, "\r\n");
	}
	out_printf(o,
		   "Content-Encoding: %s\r\nVary: Accept-Encoding\r\n"
		   "Transfer-Encoding: chunked\r\n",
		   coding == CODING_GZIP ? "gzip" : "deflate");
}

/* ---- bodies ---------------------------------------------------------------- */

#define CHUNK_HEAD 10 /* "12345678\r\n" */
#define TAIL	   "0\r\n\r\n"

struct compress {
	z_stream z;
	bool ready; /* z has memory, for this coding: */
	enum coding coding;
	size_t have; /* in out, behind CHUNK_HEAD */
	char out[CHUNK_HEAD + COMPRESS_OUT];
};

/* The card's idea of its data: how long to look, and for what; own choice. */
static const struct {
	int level, strategy;
} settings[] = {
	[COMPRESS_TYPE_DEFAULT] = { 4, Z_DEFAULT_STRATEGY },
	[COMPRESS_TYPE_ASCII] = { 6, Z_DEFAULT_STRATEGY },
	[COMPRESS_TYPE_NUMERIC] = { 6, Z_FILTERED },
};

struct compress *compress_new(void)
{
	return calloc(1, sizeof(struct compress));
}

void compress_free(struct compress *z)
{
	if (!z)
		return;
	if (z->ready)
		(void)deflateEnd(&z->z);
	free(z);
}

bool compress_begin(struct compress *z, enum coding coding, unsigned type)
{
	const int bits = coding == CODING_GZIP ? MAX_WBITS + 16 : -MAX_WBITS;

	z->have = 0;
	if (z->ready && z->coding == coding)
		return deflateReset(&z->z) == Z_OK &&
		       deflateParams(&z->z, settings[type].level,
				     settings[type].strategy) == Z_OK;
	if (z->ready)
		(void)deflateEnd(&z->z);
	z->z = (z_stream){ 0 };
	z->coding = coding;
	z->ready = deflateInit2(&z->z, settings[type].level, Z_DEFLATED, bits,
				MAX_MEM_LEVEL - 1,
				settings[type].strategy) == Z_OK;
	return z->ready;
}

static void squeeze(struct compress *z, const char *data, size_t len, int flush)
{
	z->z.next_in = (Bytef *)(uintptr_t)data;
	z->z.avail_in = (uInt)len;
	z->z.next_out = (Bytef *)z->out + CHUNK_HEAD + z->have;
	z->z.avail_out =
		(uInt)(COMPRESS_OUT - CHUNK_HEAD - sizeof(TAIL) - 1 - z->have);
	(void)deflate(&z->z, flush);
	z->have = (size_t)((char *)z->z.next_out - z->out) - CHUNK_HEAD;
}

void compress_put(struct compress *z, const char *data, size_t len)
{
	squeeze(z, data, len, Z_NO_FLUSH);
}

const char *compress_take(struct compress *z, bool last, size_t *len)
{
	char head[CHUNK_HEAD + 1];
	size_t n = 0;
	char *from = z->out + CHUNK_HEAD;

	squeeze(z, NULL, 0, last ? Z_FINISH : Z_SYNC_FLUSH);
	*len = z->have;
	if (z->have) {
		n = (size_t)snprintf(head, sizeof(head), "%zx\r\n", z->have);
		from -= n;
		memcpy(from, head, n);
		memcpy(z->out + CHUNK_HEAD + z->have, "\r\n", 2);
		*len = n + z->have + 2;
	}
	if (last) {
		memcpy(from + *len, TAIL, sizeof(TAIL) - 1);
		*len += sizeof(TAIL) - 1;
	}
	z->have = 0;
	return from;
}
