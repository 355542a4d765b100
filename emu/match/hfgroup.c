#include "emu/match/hfgroup.h"

#include <stddef.h>
#include <string.h>

/* Fields in which gateways hand over a subscriber's number; the first that a
 * request has counts. */
static const char *const msisdn[] = {
	"x-msisdn",
	"msisdn",
	"x-up-calling-line-id",
	"x-wap-msisdn",
	"x-nokia-msisdn",
	"x-network-info",
	"x-h3g-msisdn",
	NULL,
};

const struct http_field *msisdn_field(const char *buf,
				      const struct http_head *h)
{
	const struct http_field *f = NULL;

	for (int i = 0; !f && msisdn[i]; i++)
		f = http_field_find(buf, h, msisdn[i], 0);
	return f;
}

/* The n-th text that an entry looks at; false: there is none. */
static bool text_of(const struct hf_entry *e, const char *buf,
		    const struct http_head *h, unsigned n, struct http_span *s)
{
	const struct http_field *f = NULL;

	if (!*e->field) { /* the request line */
		const char *end =
			memchr(buf + h->target.at, '\n', h->len - h->target.at);

		*s = (struct http_span){ h->method.at, 0 };
		s->len = (uint32_t)(end ? end - buf : h->len) - s->at;
		while (s->len && buf[s->at + s->len - 1] == '\r')
			s->len--;
		return n == 0;
	}
	if (!strcmp(e->field, "msisdn"))
		f = n ? NULL : msisdn_field(buf, h);
	else
		f = http_field_find(buf, h, e->field, n);
	if (f)
		*s = f->value;
	return f != NULL;
}

static bool holds(const struct hf_entry *e, const char *text, size_t len)
{
	size_t want = strlen(e->text);

	if (e->operator== HF_EQUAL || e->operator== HF_NOT_EQUAL)
		return len == want && !memcmp(text, e->text, len);
	return memmem(text, len, e->text, want) != NULL;
}

/* Is there a field that holds the text?  Of several, one is enough. */
static bool is_found(const struct hf_entry *e, const char *buf,
		     const struct http_head *h)
{
	struct http_span s;

	for (unsigned n = 0; text_of(e, buf, h, n, &s); n++) {
		if (e->search && s.len > e->search)
			s.len = e->search;
		if (e->operator<= HF_NOT_EXIST || holds(e, buf + s.at, s.len))
			return true;
	}
	return false;
}

bool hf_match(const struct hf_group *g, const char *buf,
	      const struct http_head *h)
{
	for (int i = 0; i < g->n; i++) {
		const struct hf_entry *e = &g->entry[i];
		bool negated = e->operator== HF_NOT_EXIST ||
			       e->
			       operator== HF_NOT_EQUAL || e->
			       operator== HF_NOT_CONTAIN;

		if (is_found(e, buf, h) == negated)
			return false;
	}
	return true;
}
