#include "emu/match/url.h"

#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"

static char lower(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c;
}

static bool same(const char *a, const char *b, size_t len, bool icase)
{
	if (!icase)
		return memcmp(a, b, len) == 0;
	for (size_t i = 0; i < len; i++)
		if (lower(a[i]) != lower(b[i]))
			return false;
	return true;
}

static int host_compile(const char *text, size_t len, struct url_pattern *u,
			struct err *err)
{
	if (!len || len >= sizeof(u->host))
		return err_set(err, ERR_SYNTAX, -1,
			       "Invalid URL: a domain name must follow //");
	for (size_t i = 0; i < len; i++) {
		u->host[i] = lower(text[i]);
		if (text[i] == ':')
			u->host_port = true;
		if (text[i] != '*')
			continue;
		if (u->host_star >= 0)
			return err_set(err, ERR_SYNTAX, -1,
				       "Invalid URL: one * per domain name");
		u->host_star = (int)i;
	}
	u->host[len] = '\0';
	return 0;
}

static int path_compile(const char *text, struct url_pattern *u,
			struct err *err)
{
	const char *star = strchr(text, '*');
	size_t len = star ? (size_t)(star - text) : strlen(text);

	if (len >= sizeof(u->path))
		return err_set(err, ERR_RANGE, -1,
			       "URL is longer than 252 characters");
	memcpy(u->path, text, len);
	u->path[len] = '\0';
	u->wild = star != NULL;
	if (!star)
		return 0;
	if (strchr(star + 1, '*') || (star[1] && star[1] != '.'))
		return err_set(err, ERR_SYNTAX, -1,
			       "Invalid URL: * stands once, at the end or "
			       "before an extension");
	if (!str_copy(u->ext, sizeof(u->ext), star + 1))
		return err_set(err, ERR_RANGE, -1,
			       "URL is longer than 252 characters");
	return 0;
}

int url_compile(const char *text, bool case_sensitive, struct url_pattern *u,
		struct err *err)
{
	memset(u, 0, sizeof(*u));
	u->host_star = -1;
	u->icase = !case_sensitive;
	if (text[0] == '/' && text[1] == '/') {
		const char *slash = strchr(text + 2, '/');
		size_t len =
			slash ? (size_t)(slash - text) - 2 : strlen(text + 2);

		if (host_compile(text + 2, len, u, err) < 0)
			return -1;
		text = slash ? slash : "/*";
	}
	if (text[0] != '/')
		return err_set(err, ERR_SYNTAX, -1,
			       "Invalid URL: it must begin with /");
	return path_compile(text, u, err);
}

/* "www.example.com.:80" -> length of "www.example.com" */
static size_t bare_host(const char *host, size_t len)
{
	const char *colon = memchr(host, ':', len);

	if (colon)
		len = (size_t)(colon - host);
	while (len && host[len - 1] == '.')
		len--;
	return len;
}

static bool host_match(const struct url_pattern *u, const char *host,
		       size_t len)
{
	size_t want = strlen(u->host), before, after;

	if (!u->host_port)
		len = bare_host(host, len);
	if (u->host_star < 0)
		return len == want && same(host, u->host, len, true);
	before = (size_t)u->host_star;
	after = want - before - 1;
	return len >= before + after && same(host, u->host, before, true) &&
	       same(host + len - after, u->host + before + 1, after, true);
}

static bool path_match(const struct url_pattern *u, const char *path,
		       size_t len)
{
	size_t before = strlen(u->path), after = strlen(u->ext);

	if (!u->wild)
		return len == before && same(path, u->path, len, u->icase);
	return len >= before + after && same(path, u->path, before, u->icase) &&
	       same(path + len - after, u->ext, after, u->icase);
}

bool url_match(const struct url_pattern *u, const char *head,
	       const struct http_request *r)
{
	if (u->host[0] && !host_match(u, head + r->host.at, r->host.len))
		return false;
	return path_match(u, head + r->path.at, r->path.len);
}

/*
 * content.md 2.5: domain (exact, else longer literal first), then a rule with a
 * VIP, then path (exact, else extension over plain prefix, longer first).
 */
uint64_t url_rank(const struct url_pattern *u, bool has_vip)
{
	uint64_t domain = 0, path = strlen(u->path);

	if (u->host[0])
		domain = strlen(u->host) + (u->host_star < 0 ? 512 : 0);
	if (!u->wild)
		path |= 2048;
	else if (u->ext[0])
		path |= 1024;
	return domain << 32 | (uint64_t)has_vip << 24 | path;
}
