#include "emu/balance/text.h"

#include <string.h>

#define LETTERS 4 /* that count in a division */

struct balance_text balance_domain_of(const struct balance_in *in)
{
	const struct http_head *h = in->req ? in->req->http : NULL;
	struct balance_text t = { "", 0 };

	if (h && h->host.len) {
		t.at = in->req->buf + h->host.at;
		t.len = http_host_len(t.at, h->host.len);
	}
	return t;
}

struct balance_text balance_url_of(const struct balance_in *in)
{
	const struct http_head *h = in->req ? in->req->http : NULL;
	struct balance_text t = { "", 0 };

	if (h) {
		t.at = in->req->buf + h->path.at;
		t.len = h->path.len + (h->query.len ? h->query.len + 1 : 0);
	}
	return t;
}

static uint32_t letter(char c)
{
	if (c >= 'A' && c <= 'Z')
		c = (char)(c - 'A' + 'a');
	return c < 'a' ? 0 : c > 'z' ? 25 : (uint32_t)(c - 'a');
}

int balance_divide(const struct balance_in *in, struct balance_text t)
{
	uint32_t value = 0, all = 1;

	for (size_t i = 0; i < LETTERS; i++) {
		value = value * 26 + (i < t.len ? letter(t.at[i]) : 0);
		all *= 26;
	}
	return balance_share(
		in, (uint32_t)((uint64_t)value * (uint32_t)in->nsvc / all));
}

int balance_xor(const struct balance_in *in, struct balance_text t)
{
	uint64_t h = t.len;

	for (size_t i = 0; i < t.len; i++) {
		h = h << 7 | h >> 57;
		h ^= (unsigned char)t.at[i];
	}
	return balance_hash(in, h);
}
