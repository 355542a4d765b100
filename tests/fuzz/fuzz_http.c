/*
 * The scanner of request heads: whatever the bytes, and however they arrive, the
 * answer is the same and every span lies inside the head.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "emu/net/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void span_check(const struct http_span *s, uint32_t head_len)
{
	if (s->at > head_len || s->len > head_len - s->at)
		abort();
}

static void request_check(const struct http_request *r, size_t len)
{
	if (!r->head_len || r->head_len > len || r->head_len > HTTP_HEAD_MAX)
		abort();
	span_check(&r->method, r->head_len);
	span_check(&r->path, r->head_len);
	span_check(&r->query, r->head_len);
	span_check(&r->host, r->head_len);
}

/* In pieces of the given size, each in a buffer that ends where it ends. */
static enum http_result scan_in_pieces(const uint8_t *data, size_t len,
				       size_t piece, struct http_request *r)
{
	enum http_result result = HTTP_MORE;
	size_t seen = 0;

	for (size_t have = 0; have < len && result == HTTP_MORE;) {
		char *buf = NULL;

		have = have + piece < len ? have + piece : len;
		buf = malloc(have);
		memcpy(buf, data, have);
		result = http_scan(buf, have, &seen, r);
		free(buf);
	}
	return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct http_request whole = { 0 }, pieces = { 0 };
	enum http_result a, b;
	size_t piece = 0;

	if (len < 2 || len > 4096)
		return 0;
	piece = (size_t)data[0] % 32 + 1;
	data++;
	len--;
	a = scan_in_pieces(data, len, len, &whole);
	b = scan_in_pieces(data, len, piece, &pieces);
	if (a != b)
		abort();
	if (a == HTTP_OK) {
		request_check(&whole, len);
		request_check(&pieces, len);
		if (whole.head_len != pieces.head_len ||
		    whole.path.at != pieces.path.at ||
		    whole.path.len != pieces.path.len)
			abort();
	}
	return 0;
}
