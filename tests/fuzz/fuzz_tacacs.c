#include <stdlib.h>
#include <string.h>

#include "emu/net/tacacs.h"

/*
 * Replies of TACACS+ servers, in clear so that the body is the input's.  The
 * first byte tells which kind of exchange it is.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct tacacs_session s = { .seq = 1, .key = "" };
	struct tacacs_reply r;
	uint8_t *p = NULL;

	if (!len)
		return 0;
	s.type = (enum tacacs_type)(data[0] % 3 + 1);
	p = malloc(len);
	if (!p)
		return 0;
	memcpy(p, data + 1, --len);
	if (len >= TACACS_HEAD) { /* so that the body is looked at */
		p[0] = 0xc0;
		p[1] = (uint8_t)s.type;
		p[2] = 2;
		p[3] = 1;
		memset(p + 4, 0, 6);
		p[10] = (uint8_t)((len - TACACS_HEAD) >> 8);
		p[11] = (uint8_t)(len - TACACS_HEAD);
	}
	tacacs_read(p, len, &s, &r);
	if (r.status != TACACS_MALFORMED &&
	    (len < TACACS_HEAD || tacacs_reply_len(p, len) != len))
		abort();
	if (r.level > 99)
		abort();
	free(p);
	return 0;
}
