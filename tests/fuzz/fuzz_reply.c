#include <stdint.h>
#include <stdlib.h>

#include "emu/net/reply.h"

/*
 * Replies to FTP commands, fed at once and byte by byte: both must see the same.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static enum reply_event feed(const char *text, size_t len, size_t step,
			     struct reply *r, size_t *at)
{
	enum reply_event e = REPLY_MORE;

	for (*at = 0; e == REPLY_MORE && *at < len;) {
		size_t used = 0, n = len - *at < step ? len - *at : step;

		e = reply_feed(r, text + *at, n, &used);
		if (used > n || (e == REPLY_MORE && used != n))
			abort();
		*at += used;
	}
	return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data;
	struct reply whole = { 0 }, pieces = { 0 };
	size_t a = 0, b = 0;
	enum reply_event e = feed(text, len, len ? len : 1, &whole, &a);

	if (feed(text, len, 1, &pieces, &b) != e || a != b ||
	    whole.code != pieces.code)
		abort();
	if (e == REPLY_DONE && (whole.code < 100 || whole.code > 599))
		abort();
	return 0;
}
