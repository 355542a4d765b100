#include "emu/net/chunk.h"

#include <string.h>

#include "emu/net/token.h"

enum at {
	AT_SIZE, /* first digit, then more of them */
	AT_SIZE_MORE,
	AT_EXT, /* behind ';': the first of a name */
	AT_EXT_NAME,
	AT_EXT_VALUE, /* behind '=' */
	AT_EXT_TOKEN,
	AT_EXT_QUOTED,
	AT_EXT_ESCAPED, /* behind a backslash in quotes */
	AT_EXT_END,	/* behind the closing quote */
	AT_SIZE_LF,
	AT_DATA,
	AT_DATA_CR,
	AT_DATA_LF,
	AT_TRAILER, /* a line begins: a field, or the end */
	AT_NAME,
	AT_VALUE,
	AT_VALUE_LF,
	AT_LAST_LF,
};

static bool bad(struct chunk_state *c, const char *why)
{
	c->why = why;
	return false;
}

static bool go(struct chunk_state *c, enum at at)
{
	c->at = (uint8_t)at;
	return true;
}

static int hex(unsigned char b)
{
	if (b >= '0' && b <= '9')
		return b - '0';
	b |= 0x20;
	return b >= 'a' && b <= 'f' ? b - 'a' + 10 : -1;
}

/* What may stand in a quoted string or in a field's value. */
static bool is_text(unsigned char b)
{
	return (b >= ' ' && b != 0x7f) || b == '\t';
}

/* ---- a size and its extensions --------------------------------------------- */

static bool behind_size(struct chunk_state *c, unsigned char b)
{
	if (b == '\r')
		return go(c, AT_SIZE_LF);
	if (b == ';')
		return go(c, AT_EXT);
	return bad(c, "a chunk size that is no number");
}

static bool take_size(struct chunk_state *c, unsigned char b)
{
	int digit = hex(b);

	if (digit < 0 && c->at == AT_SIZE)
		return bad(c, "a chunk without a size");
	if (digit < 0)
		return behind_size(c, b);
	if (c->left >> 59)
		return bad(c, "a chunk size beyond all bounds");
	c->left = c->left << 4 | (unsigned)digit;
	return go(c, AT_SIZE_MORE);
}

static bool take_extension(struct chunk_state *c, unsigned char b)
{
	static const char wrong[] = "a chunk extension that is none";

	switch (c->at) {
	case AT_EXT:
		return token_char(b) ? go(c, AT_EXT_NAME) : bad(c, wrong);
	case AT_EXT_NAME:
		if (token_char(b))
			return true;
		return b == '=' ? go(c, AT_EXT_VALUE) : behind_size(c, b);
	case AT_EXT_VALUE:
		if (b == '"')
			return go(c, AT_EXT_QUOTED);
		return token_char(b) ? go(c, AT_EXT_TOKEN) : bad(c, wrong);
	case AT_EXT_TOKEN:
		return token_char(b) || behind_size(c, b);
	case AT_EXT_QUOTED:
		if (b == '"' || b == '\\')
			return go(c, b == '"' ? AT_EXT_END : AT_EXT_ESCAPED);
		return is_text(b) || bad(c, wrong);
	case AT_EXT_ESCAPED:
		return is_text(b) ? go(c, AT_EXT_QUOTED) : bad(c, wrong);
	default: /* AT_EXT_END */
		return behind_size(c, b);
	}
}

/* ---- trailer fields --------------------------------------------------------- */

/* RFC 9110 6.5.1: these would speak of a message whose end is decided. */
static bool is_framing(const struct chunk_state *c)
{
	static const char *const names[] = { "content-length",
					     "transfer-encoding", "host" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strlen(names[i]) == c->nname &&
		    !memcmp(names[i], c->name, c->nname))
			return true;
	return false;
}

static bool take_name(struct chunk_state *c, unsigned char b)
{
	if (b == ':' && c->nname)
		return is_framing(c) ? bad(c, "a trailer field about the "
					      "message's end")
				     : go(c, AT_VALUE);
	if (!token_char(b))
		return bad(c, "a trailer field without a name");
	if (c->nname < sizeof(c->name))
		c->name[c->nname++] =
			(char)(b >= 'A' && b <= 'Z' ? b | 0x20 : b);
	return go(c, AT_NAME);
}

static bool take_trailer(struct chunk_state *c, unsigned char b)
{
	switch (c->at) {
	case AT_TRAILER:
		c->nname = 0;
		return b == '\r' ? go(c, AT_LAST_LF) : take_name(c, b);
	case AT_NAME:
		return take_name(c, b);
	case AT_VALUE:
		if (b == '\r')
			return go(c, AT_VALUE_LF);
		return is_text(b) || bad(c, "a control in a trailer field");
	default: /* AT_VALUE_LF */
		return b == '\n' ? go(c, AT_TRAILER)
				 : bad(c, "a bare CR in a trailer field");
	}
}

/* ---- bytes ------------------------------------------------------------------- */

/* Every byte that is no data; false: bad. */
static bool take(struct chunk_state *c, unsigned char b)
{
	if (c->at > AT_DATA_LF) {
		if (++c->seen > CHUNK_TRAILER_MAX)
			return bad(c, "trailer fields that do not end");
		return take_trailer(c, b);
	}
	switch (c->at) {
	case AT_SIZE_LF:
		c->seen = 0;
		return b == '\n' ? go(c, c->left ? AT_DATA : AT_TRAILER)
				 : bad(c, "a bare CR behind a chunk size");
	case AT_DATA_CR:
		return b == '\r' ? go(c, AT_DATA_LF)
				 : bad(c, "more data than the chunk size says");
	case AT_DATA_LF:
		return b == '\n' ? go(c, AT_SIZE)
				 : bad(c, "a bare CR behind a chunk");
	default:
		break;
	}
	if (++c->seen > CHUNK_LINE_MAX)
		return bad(c, "a chunk extension that does not end");
	return c->at <= AT_SIZE_MORE ? take_size(c, b) : take_extension(c, b);
}

void chunk_begin(struct chunk_state *c)
{
	*c = (struct chunk_state){ .at = AT_SIZE };
}

enum chunk_result chunk_feed(struct chunk_state *c, const char *buf, size_t len,
			     size_t *used)
{
	size_t at = 0;

	while (at < len) {
		if (c->at == AT_DATA) {
			size_t n =
				len - at < c->left ? len - at : (size_t)c->left;

			if (c->taker)
				c->taker(c->taker_arg, buf + at, n);
			c->left -= n;
			at += n;
			if (!c->left)
				c->at = AT_DATA_CR;
			continue;
		}
		if (c->at == AT_LAST_LF) {
			*used = at + 1;
			if (buf[at] == '\n')
				return CHUNK_END;
			c->why = "a bare CR behind the last chunk";
			return CHUNK_BAD;
		}
		if (!take(c, (unsigned char)buf[at++])) {
			*used = at;
			return CHUNK_BAD;
		}
	}
	*used = len;
	return CHUNK_MORE;
}
