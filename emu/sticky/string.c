#include "emu/sticky/string.h"

#include <string.h>

/*
 * Where the text comes from: the bytes of the Cookie field (or of the target
 * behind '?') between `string range`, then behind the prefix, then what is left
 * by skip-length, eos-char and process-length (content.md 2.7).
 */

#define COOKIE_ENDS ";\r\n"
#define URL_ENDS    "&? \r\n"

struct piece {
	const char *at;
	size_t len;
};

static struct piece cookies(const struct request *req, unsigned i)
{
	const struct http_field *f =
		req->http ? http_field_find(req->buf, req->http, "cookie", i)
			  : NULL;

	if (!f)
		return (struct piece){ NULL, 0 };
	return (struct piece){ req->buf + f->value.at, f->value.len };
}

static struct piece query(const struct request *req)
{
	if (!req->http || !req->http->query.len)
		return (struct piece){ NULL, 0 };
	return (struct piece){ req->buf + req->http->query.at,
			       req->http->query.len };
}

/* The i-th field that is searched. */
static struct piece source(const struct string_rule *r,
			   const struct request *req, unsigned i, bool *is_url)
{
	struct piece p = { NULL, 0 };

	*is_url = r->source == STRING_URL;
	if (r->source == STRING_URL)
		return i ? p : query(req);
	p = cookies(req, i);
	if (p.at || r->source == STRING_COOKIES)
		return p;
	/* cookieurl: the URL is looked at when there is no cookie */
	*is_url = true;
	return i ? p : query(req);
}

static struct piece range(const struct string_rule *r, struct piece p)
{
	size_t from = r->from ? r->from - 1u : 0;

	if (from >= p.len)
		return (struct piece){ p.at + p.len, 0 };
	p.at += from;
	p.len -= from;
	/* in cookies the prefix is looked for to the field's end; the range
	 * then only says where the search begins */
	if (r->source != STRING_COOKIES && r->to > from && p.len > r->to - from)
		p.len = r->to - from;
	return p;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static size_t unescape(const struct string_rule *r, struct piece p, char *buf,
		       size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < p.len && n < cap; i++) {
		int hi = -1, lo = -1;

		if (r->ascii && p.at[i] == '%' && i + 2 < p.len) {
			hi = hex(p.at[i + 1]);
			lo = hex(p.at[i + 2]);
		}
		if (hi >= 0 && lo >= 0) {
			buf[n++] = (char)(hi << 4 | lo);
			i += 2;
		} else {
			buf[n++] = p.at[i];
		}
	}
	return n;
}

static size_t text_end(const struct string_rule *r, struct piece p, bool is_url)
{
	const char *ends = r->eos[0] ? r->eos : is_url ? URL_ENDS : COOKIE_ENDS;
	size_t n = 0;

	while (n < p.len && !strchr(ends, p.at[n]))
		n++;
	return r->process && r->process < n ? r->process : n;
}

/* Behind the n-th occurrence of the prefix; at NULL: there are fewer. */
static struct piece behind_prefix(const struct string_rule *r, struct piece p,
				  unsigned n)
{
	size_t len = strlen(r->prefix);
	const char *at = NULL;

	if (!len)
		return n ? (struct piece){ NULL, 0 } : p;
	do {
		at = memmem(p.at, p.len, r->prefix, len);
		if (!at)
			return (struct piece){ NULL, 0 };
		p.len -= (size_t)(at - p.at) + len;
		p.at = at + len;
	} while (n--);
	return p;
}

/* Without a prefix the whole range is the text: a service string may stand
 * anywhere in it. */
static struct piece cut(const struct string_rule *r, struct piece p,
			bool is_url)
{
	if (!r->prefix[0] && !r->skip && !r->process && !r->eos[0])
		return p;
	if (r->skip >= p.len)
		return (struct piece){ p.at + p.len, 0 };
	p.at += r->skip;
	p.len -= r->skip;
	p.len = text_end(r, p, is_url);
	return p;
}

bool string_text(const struct string_rule *r, const struct request *req,
		 unsigned n, char *buf, size_t cap, size_t *len)
{
	bool is_url = false;
	struct piece p, found;

	if (n && r->match == STRING_SPECIFIC)
		return false;
	for (unsigned i = 0; (p = source(r, req, i, &is_url)).at; i++) {
		unsigned k = 0;

		p = range(r, p);
		while ((found = behind_prefix(r, p, k++)).at) {
			found = cut(r, found, is_url);
			if (!found.len || n--)
				continue;
			*len = unescape(r, found, buf, cap);
			return true;
		}
	}
	return false;
}

/* ---- hashes ---------------------------------------------------------------- */

static uint32_t crc32_of(const char *text, size_t len)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < len; i++) {
		crc ^= (unsigned char)text[i];
		for (int b = 0; b < 8; b++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

uint32_t string_hash(enum string_operation op, const char *text, size_t len)
{
	uint32_t h = 0;

	if (op == STRING_HASH_CRC32)
		return crc32_of(text, len);
	for (size_t i = 0; i < len; i++) {
		if (op == STRING_HASH_XOR)
			h ^= (unsigned char)text[i];
		else
			h += (unsigned char)text[i];
	}
	return h;
}

bool string_contains(const char *text, size_t len, const char *service_string)
{
	size_t n = strlen(service_string);

	return n && memmem(text, len, service_string, n) != NULL;
}
