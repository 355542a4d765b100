#include "sslmod/guard.h"

#include <string.h>

#include "emu/conf/ssllist.h"

static const char *const session_names[] = {
	"Session-ID",
	"Session-Cipher-Name",
	"Session-Cipher-Key-Size",
	"Session-Cipher-Use-Size",
	"Session-Protocol-Version",
	"Session-Step-Up",
	"Session-Verify-Result",
};
#define NSESSION (sizeof(session_names) / sizeof(*session_names))

/* As servers fold names when they turn them into variables. */
static char fold(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c == '_' ? '-' : c;
}

static bool same(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (fold(a[i]) != fold(b[i]))
			return false;
	return true;
}

static bool begins(const char *name, size_t len, const char *with)
{
	size_t n = strlen(with);

	return len >= n && same(name, with, n);
}

static bool is_session(const char *name, size_t len)
{
	for (size_t i = 0; i < NSESSION; i++)
		if (len == strlen(session_names[i]) &&
		    same(name, session_names[i], len))
			return true;
	return false;
}

/* The names in the operator's lines, which the four characters \r\n part. */
static bool is_static(const char *text, const char *name, size_t len)
{
	while (*text) {
		const char *end = strstr(text, "\\r\\n");
		size_t n = strcspn(text, ":");

		if (n == len && same(text, name, len))
			return true;
		if (!end)
			return false;
		text = end + 4;
	}
	return false;
}

/* Blanks behind a name are no part of it, and no server minds them. */
static size_t name_len(const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len);
	size_t n = colon ? (size_t)(colon - line) : len;

	while (n > 0 && (line[n - 1] == ' ' || line[n - 1] == '\t' ||
			 line[n - 1] == '\r' || line[n - 1] == '\n'))
		n--;
	return n;
}

bool guard_hides(const struct ssl_server *e, const char *line, size_t len)
{
	size_t n = name_len(line, len), prefix = strlen(e->header_prefix);
	const char *name = line;

	if (prefix) {
		if (n <= prefix || !same(name, e->header_prefix, prefix) ||
		    fold(name[prefix]) != '-')
			return false;
		name += prefix + 1;
		n -= prefix + 1;
	}
	return (e->header_client_cert && begins(name, n, "ClientCert-")) ||
	       (e->header_server_cert && begins(name, n, "ServerCert-")) ||
	       (e->header_session && is_session(name, n)) ||
	       is_static(e->header_static, name, n);
}
