#include "emu/sticky/cookie.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "emu/base/out.h"

/* The value of the cookie with that name in one Cookie field. */
static const char *value_in(const char *s, size_t len, const char *name,
			    size_t *n)
{
	size_t want = strlen(name);
	const char *end = s + len;

	while (s < end) {
		const char *semi = memchr(s, ';', (size_t)(end - s));
		const char *stop = semi ? semi : end;

		while (s < stop && *s == ' ')
			s++;
		if ((size_t)(stop - s) > want && !memcmp(s, name, want) &&
		    s[want] == '=') {
			*n = (size_t)(stop - s) - want - 1;
			return s + want + 1;
		}
		s = stop + 1;
	}
	return NULL;
}

const char *cookie_find(const struct request *req, const char *name,
			size_t *len)
{
	const struct http_field *f = NULL;
	const char *v = NULL;

	for (unsigned i = 0;
	     !v && req->http &&
	     (f = http_field_find(req->buf, req->http, "cookie", i));
	     i++)
		v = value_in(req->buf + f->value.at, f->value.len, name, len);
	return v;
}

uint32_t cookie_life_s(const char *text)
{
	static const uint32_t unit[] = { 86400, 3600, 60, 1 };
	uint32_t s = 0;

	for (int i = 0; i < 4 && *text; i++) {
		s += (uint32_t)strtoul(text, NULL, 10) * unit[i];
		text += strcspn(text, ":");
		text += *text == ':';
	}
	return s;
}

/* strftime would follow the locale. */
void cookie_expires(uint64_t at_s, struct out *o)
{
	static const char *const week[] = { "Sun", "Mon", "Tue", "Wed",
					    "Thu", "Fri", "Sat" };
	static const char *const months[] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun",
		"Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
	};
	time_t t = (time_t)at_s;
	struct tm tm;

	(void)gmtime_r(&t, &tm);
	out_printf(o, "; expires=%s, %02d-%s-%04d %02d:%02d:%02d GMT",
		   week[tm.tm_wday], tm.tm_mday, months[tm.tm_mon],
		   tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}
