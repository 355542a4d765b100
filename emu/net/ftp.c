#include "emu/net/ftp.h"

#include <string.h>
#include <strings.h>

#include "emu/base/out.h"
#include "emu/base/str.h"

#define IPV4 1 /* address family of RFC 2428 */

/* ---- numbers --------------------------------------------------------------- */

struct cursor {
	const char *at, *end;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool number(struct cursor *c, unsigned max, unsigned *v)
{
	const char *from = c->at;

	*v = 0;
	while (c->at < c->end && is_digit(*c->at)) {
		*v = *v * 10 + (unsigned)(*c->at++ - '0');
		if (*v > max)
			return false;
	}
	return c->at > from;
}

static bool one(struct cursor *c, char want)
{
	if (c->at == c->end || *c->at != want)
		return false;
	c->at++;
	return true;
}

/* ---- the two notations ----------------------------------------------------- */

/* h1,h2,h3,h4,p1,p2 */
static bool commas(const char *line, struct cursor c, struct ftp_line *l)
{
	const char *from = c.at;
	unsigned v[6];

	for (int i = 0; i < 6; i++)
		if ((i && !one(&c, ',')) || !number(&c, 255, &v[i]))
			return false;
	if (!(v[4] | v[5]))
		return false;
	l->addr.s_addr = htonl(v[0] << 24 | v[1] << 16 | v[2] << 8 | v[3]);
	l->port = (uint16_t)(v[4] << 8 | v[5]);
	l->where = (struct http_span){ (uint32_t)(from - line),
				       (uint32_t)(c.at - from) };
	l->bar = 0;
	return true;
}

static bool dotted(struct cursor *c, char bar, struct in_addr *a)
{
	const char *end = memchr(c->at, bar, (size_t)(c->end - c->at));
	char text[INET_ADDRSTRLEN];
	size_t len = end ? (size_t)(end - c->at) : sizeof(text);

	if (len >= sizeof(text))
		return false;
	memcpy(text, c->at, len);
	text[len] = '\0';
	c->at = end;
	return str_to_addr(text, a);
}

/* |1|10.0.0.1|port|, or |||port| without an address */
static bool bars(const char *line, struct cursor c, bool with_address,
		 struct ftp_line *l)
{
	const char *from = c.at;
	char bar = c.at < c.end ? *c.at : '\0';
	struct in_addr a = { INADDR_ANY };
	unsigned family = 0, port = 0;

	if (bar < 33 || bar > 126 || is_digit(bar))
		return false;
	c.at++;
	if (with_address && (!number(&c, 9, &family) || family != IPV4))
		return false;
	if (!one(&c, bar) || (with_address && !dotted(&c, bar, &a)) ||
	    !one(&c, bar) || !number(&c, 65535, &port) || !one(&c, bar) ||
	    !port || (with_address && a.s_addr == INADDR_ANY))
		return false;
	l->addr = a;
	l->port = (uint16_t)port;
	l->where = (struct http_span){ (uint32_t)(from - line),
				       (uint32_t)(c.at - from) };
	l->bar = bar;
	return true;
}

/* ---- lines ----------------------------------------------------------------- */

/* The argument of a command; at NULL: it is another one. */
static struct cursor argument(const char *line, size_t len, const char *verb)
{
	size_t n = strlen(verb);
	struct cursor c = { NULL, line + len };

	if (len < n || strncasecmp(line, verb, n) != 0)
		return c;
	if (len > n && line[n] != ' ' && line[n] != '\r' && line[n] != '\n')
		return c;
	c.at = line + n;
	while (c.at < c.end && *c.at == ' ')
		c.at++;
	return c;
}

void ftp_command(const char *line, size_t len, struct ftp_line *l)
{
	struct cursor c = argument(line, len, "PORT");

	*l = (struct ftp_line){ .kind = FTP_OTHER };
	if (c.at && commas(line, c, l))
		l->kind = FTP_PORT;
	c = argument(line, len, "EPRT");
	if (c.at && bars(line, c, true, l))
		l->kind = FTP_PORT;
	if (argument(line, len, "PASV").at || argument(line, len, "EPSV").at)
		l->kind = FTP_PASSIVE;
}

/* RFC 1123 4.1.2.6: the numbers stand anywhere behind the code. */
static bool entering(const char *line, size_t len, struct ftp_line *l)
{
	for (size_t i = 4; i < len; i++) {
		struct cursor c = { line + i, line + len };

		if (is_digit(line[i]) && !is_digit(line[i - 1]) &&
		    line[i - 1] != ',' && commas(line, c, l))
			return true;
	}
	return false;
}

static bool entering_extended(const char *line, size_t len, struct ftp_line *l)
{
	const char *open = memchr(line, '(', len);
	struct cursor c = { open ? open + 1 : line + len, line + len };

	return bars(line, c, false, l);
}

void ftp_reply(const char *line, size_t len, struct ftp_line *l)
{
	*l = (struct ftp_line){ .kind = FTP_OTHER };
	if (len < 4 || line[3] != ' ')
		return;
	if (!memcmp(line, "227", 3) && entering(line, len, l))
		l->kind = FTP_ENTERING;
	if (!memcmp(line, "229", 3) && entering_extended(line, len, l))
		l->kind = FTP_ENTERING;
	if (!memcmp(line, "234", 3))
		l->kind = FTP_SECURE;
}

bool ftp_may_begin(const char *text, size_t len, bool reply)
{
	static const char first[2][4][5] = {
		{ "PORT", "EPRT", "PASV", "EPSV" },
		{ "227 ", "229 ", "234 " },
	};

	for (int i = 0; i < 4; i++)
		if (first[reply][i][0] &&
		    !strncasecmp(text, first[reply][i], len < 4 ? len : 4))
			return true;
	return false;
}

void ftp_write(const char *line, size_t len, const struct ftp_line *l,
	       struct in_addr addr, uint16_t port, struct out *o)
{
	const uint32_t a = ntohl(addr.s_addr);
	const size_t behind = l->where.at + l->where.len;

	out_write(o, line, l->where.at);
	if (!l->bar)
		out_printf(o, "%u,%u,%u,%u,%u,%u", a >> 24, a >> 16 & 255,
			   a >> 8 & 255, a & 255, port >> 8, port & 255u);
	else if (l->addr.s_addr == INADDR_ANY)
		out_printf(o, "%c%c%c%u%c", l->bar, l->bar, l->bar, port,
			   l->bar);
	else
		out_printf(o, "%c%d%c%s%c%u%c", l->bar, IPV4, l->bar,
			   str_addr(addr), l->bar, port, l->bar);
	out_write(o, line + behind, len - behind);
}
