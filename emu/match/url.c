#include "emu/match/url.h"

#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
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

/* ---- compiling ------------------------------------------------------------- */

static int host_read(const char *text, size_t len, struct host_pattern *h,
		     struct err *err)
{
	memset(h, 0, sizeof(*h));
	h->star = -1;
	if (!len || len >= sizeof(h->text))
		return err_set(err, ERR_SYNTAX, -1,
			       "Invalid URL: a domain name must follow //");
	for (size_t i = 0; i < len; i++) {
		h->text[i] = lower(text[i]);
		if (text[i] == ':')
			h->has_port = true;
		if (text[i] != '*')
			continue;
		if (h->star >= 0)
			return err_set(err, ERR_SYNTAX, -1,
				       "Invalid URL: one * per domain name");
		h->star = (int)i;
	}
	return 0;
}

int host_compile(const char *text, struct host_pattern *h, struct err *err)
{
	return host_read(text, strlen(text), h, err);
}

static int path_read(const char *text, struct url_pattern *u, struct err *err)
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
	u->host.star = -1;
	u->icase = !case_sensitive;
	if (text[0] == '/' && text[1] == '/') {
		const char *slash = strchr(text + 2, '/');
		size_t len =
			slash ? (size_t)(slash - text) - 2 : strlen(text + 2);

		if (host_read(text + 2, len, &u->host, err) < 0)
			return -1;
		text = slash ? slash : "/*";
	}
	if (text[0] != '/')
		return err_set(err, ERR_SYNTAX, -1,
			       "Invalid URL: it must begin with /");
	return path_read(text, u, err);
}

void url_set_fini(struct url_set *s)
{
	free(s->pattern);
	free(s->host);
	free(s->ext);
	memset(s, 0, sizeof(*s));
}

/* ---- matching -------------------------------------------------------------- */

bool host_match(const struct host_pattern *p, const char *host, size_t len)
{
	size_t want = strlen(p->text), before, after;

	if (!want)
		return true;
	if (!p->has_port)
		len = http_host_len(host, len);
	if (p->star < 0)
		return len == want && same(host, p->text, len, true);
	before = (size_t)p->star;
	after = want - before - 1;
	return len >= before + after && same(host, p->text, before, true) &&
	       same(host + len - after, p->text + before + 1, after, true);
}

bool path_match(const struct url_pattern *u, const char *path, size_t len)
{
	size_t before = strlen(u->path), after = strlen(u->ext);

	if (!u->wild)
		return len == before && same(path, u->path, len, u->icase);
	return len >= before + after && same(path, u->path, before, u->icase) &&
	       same(path + len - after, u->ext, after, u->icase);
}

bool ext_match(const struct url_set *s, const char *path, size_t len)
{
	bool icase = !s->npattern || s->pattern[0].icase;

	if (!s->ext)
		return true;
	for (int i = 0; i < s->next; i++) {
		size_t n = strlen(s->ext[i]);

		if (len >= n && same(path + len - n, s->ext[i], n, icase))
			return true;
	}
	return false;
}

static bool set_host(const struct url_set *s, const struct url_pattern *u,
		     const char *host, size_t len)
{
	if (!s->host)
		return host_match(&u->host, host, len);
	for (int i = 0; i < s->nhost; i++)
		if (host_match(&s->host[i], host, len))
			return true;
	return false;
}

enum url_fit url_set_test(const struct url_set *s, const char *buf,
			  const struct http_head *h)
{
	size_t path_len = 0;
	const char *path = http_path(buf, h, &path_len);
	const char *host = buf + h->host.at;
	bool host_fits = false;

	for (int i = 0; i < s->npattern; i++) {
		const struct url_pattern *u = &s->pattern[i];

		if (!set_host(s, u, host, h->host.len))
			continue;
		host_fits = true;
		if (path_match(u, path, path_len) &&
		    ext_match(s, path, path_len))
			return URL_FITS;
	}
	return host_fits ? URL_OTHER_PATH : URL_OTHER_HOST;
}

/* ---- how specific ---------------------------------------------------------- */

/* content.md 2.5: exact domain, else the longer literal first */
unsigned host_rank(const struct host_pattern *h)
{
	size_t len = strlen(h->text);

	return (unsigned)len + (len && h->star < 0 ? 512 : 0);
}

/* exact path, else extension or list over plain prefix, else the longer one */
unsigned path_rank(const struct url_pattern *u, bool has_eql)
{
	unsigned len = (unsigned)strlen(u->path);

	if (!u->wild)
		return len | 2048;
	return len | (u->ext[0] || has_eql ? 1024u : 0u);
}
