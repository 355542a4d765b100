#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "emu/net/sniff.h"

/*
 * Hellos of TLS clients and servers.  What is pointed to must be inside, and more
 * bytes never take back what fewer have settled.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check(const struct http_span *s, size_t len)
{
	if (s->len > 32 || (s->len && (size_t)s->at + s->len > len))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len ? len : 1);
	struct server_hello h;
	struct request req = { 0 };
	struct sip_head sip;
	bool settled = false;

	if (!text)
		return 0;
	memcpy(text, data, len);
	for (size_t n = 0; n <= len && n < 2048; n++) {
		char *part = malloc(n ? n : 1); /* its end is the memory's */

		if (!part)
			break;
		memcpy(part, text, n);
		if (sniff_server_hello(part, n, &h) == SNIFF_DONE)
			settled = true;
		else if (settled)
			abort();
		check(&h.session, n);
		req = (struct request){ 0 };
		(void)sniff(part, n, 1u << REQUEST_TLS, &req, &sip);
		check(&req.session, n);
		free(part);
	}
	free(text);
	return 0;
}
