#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "emu/match/url.h"
#include "emu/net/http.h"

/*
 * The request scanner: the first byte tells where the input is split, so that
 * the scanner meets it in two pieces.  Whatever it finds must lie inside the
 * head, and a split must not change what is found.
 */

static void inside(struct http_span s, const struct http_request *r)
{
	if (s.at > r->head_len || s.len > r->head_len - s.at)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct http_request whole, r;
	struct url_pattern u = { .host = "a.com",
				 .host_star = -1,
				 .path = "/x",
				 .ext = ".y",
				 .wild = true };
	size_t seen = 0, split;
	enum http_result want, got;
	char *buf;

	if (!len)
		return 0;
	split = data[0] % len;
	len--;
	buf = malloc(len + 1);
	if (!buf)
		return 0;
	memcpy(buf, data + 1, len);
	want = http_scan(buf, len, &seen, &whole);
	seen = 0;
	got = http_scan(buf, split, &seen, &r);
	if (got == HTTP_MORE)
		got = http_scan(buf, len, &seen, &r);
	if (got != want && got != HTTP_OK)
		abort();
	if (got == HTTP_OK) {
		if (r.head_len > len)
			abort();
		inside(r.method, &r);
		inside(r.path, &r);
		inside(r.query, &r);
		inside(r.host, &r);
		(void)url_match(&u, buf, &r);
	}
	free(buf);
	return 0;
}
