#include "emu/net/rtsp.h"

#include <string.h>
#include <strings.h>

#include "emu/base/out.h"
#include "emu/base/str.h"

/* ---- words ----------------------------------------------------------------- */

static bool begins(const char *s, size_t len, const char *word)
{
	size_t n = strlen(word);

	return len >= n && !strncasecmp(s, word, n);
}

static bool is_empty(const char *line, size_t len)
{
	return !len || *line == '\n' || (*line == '\r' && len <= 2);
}

static uint64_t number(const char *s, size_t len)
{
	uint64_t v = 0;

	for (size_t i = 0; i < len && s[i] >= '0' && s[i] <= '9'; i++)
		if (v < UINT32_MAX)
			v = v * 10 + (uint64_t)(s[i] - '0');
	return v;
}

enum rtsp_kind rtsp_line(const char *line, size_t len, bool first,
			 uint64_t *length)
{
	static const char content_length[] = "Content-Length:";
	const size_t n = sizeof(content_length) - 1;
	size_t at = n;

	if (is_empty(line, len))
		return RTSP_END;
	if (first)
		return begins(line, len, "SETUP ") ? RTSP_SETUP : RTSP_OTHER;
	if (begins(line, len, "Transport:"))
		return RTSP_TRANSPORT;
	if (!begins(line, len, content_length))
		return RTSP_OTHER;
	while (at < len && line[at] == ' ')
		at++;
	*length = number(line + at, len - at);
	return RTSP_LENGTH;
}

/* ---- parameters of Transport ------------------------------------------------ */

struct value { /* at NULL: there is none */
	const char *at;
	size_t len;
};

static bool is_delimiter(char c)
{
	return c == ';' || c == ',' || c == ' ' || c == '\t';
}

/* The next ";name=" from a place on. */
static struct value value_of(const char *from, const char *end,
			     const char *name)
{
	const size_t n = strlen(name);

	for (const char *p = from; p < end; p++) {
		struct value v = { p + n + 1, 0 };

		if (!is_delimiter(*p) ||
		    !begins(p + 1, (size_t)(end - p - 1), name))
			continue;
		while (v.at + v.len < end && !strchr(";, \t\r\n", v.at[v.len]))
			v.len++;
		return v;
	}
	return (struct value){ NULL, 0 };
}

static struct rtsp_ports ports_in(struct value v)
{
	struct rtsp_ports p = { 0 };
	const char *dash = memchr(v.at, '-', v.len);
	uint64_t first = number(v.at, v.len);

	if (!first || first > UINT16_MAX)
		return p;
	p.pair = dash != NULL;
	if (dash &&
	    number(dash + 1, (size_t)(v.at + v.len - dash - 1)) != first + 1)
		return p;
	p.first = (uint16_t)first;
	return p;
}

static struct rtsp_ports ports_of(const char *line, size_t len,
				  const char *name)
{
	struct value v = value_of(line, line + len, name);

	return v.at ? ports_in(v) : (struct rtsp_ports){ 0 };
}

#define CLIENT_PORT "client_port="
#define SERVER_PORT "server_port="
#define SOURCE	    "source="

struct rtsp_ports rtsp_client_ports(const char *line, size_t len)
{
	return ports_of(line, len, CLIENT_PORT);
}

struct rtsp_ports rtsp_server_ports(const char *line, size_t len)
{
	return ports_of(line, len, SERVER_PORT);
}

/* ---- writing ---------------------------------------------------------------- */

static void ports_write(struct rtsp_ports p, uint16_t to, struct out *o)
{
	out_printf(o, "%u", to);
	if (p.pair)
		out_printf(o, "-%u", to + 1u);
}

static bool replace(const char *name, struct value v,
		    const struct rtsp_change *c, struct out *o)
{
	struct rtsp_ports p = ports_in(v);

	if (!strcmp(name, SOURCE)) {
		if (c->source.s_addr)
			out_puts(o, str_addr(c->source));
		return c->source.s_addr;
	}
	if (!p.first)
		return false;
	if (!strcmp(name, SERVER_PORT)) {
		if (c->server_to)
			ports_write(p, c->server_to, o);
		return c->server_to;
	}
	if (!c->client_to || p.first != c->client.first)
		return false;
	ports_write(p, c->client_to, o);
	return true;
}

void rtsp_write(const char *line, size_t len, const struct rtsp_change *c,
		struct out *o)
{
	static const char *const names[] = { CLIENT_PORT, SERVER_PORT, SOURCE };
	const char *at = line, *end = line + len;

	for (;;) {
		struct value v = { NULL, 0 };
		const char *name = NULL;

		for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
			struct value w = value_of(at, end, names[i]);

			if (w.at && (!v.at || w.at < v.at)) {
				v = w;
				name = names[i];
			}
		}
		if (!v.at)
			break;
		out_write(o, at, (size_t)(v.at - at));
		if (!replace(name, v, c, o))
			out_write(o, v.at, v.len);
		at = v.at + v.len;
	}
	out_write(o, at, (size_t)(end - at));
}
