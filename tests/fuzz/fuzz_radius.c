#include <stdlib.h>
#include <string.h>

#include "emu/net/md5.h"
#include "emu/net/radius.h"

/*
 * Replies of RADIUS servers.  The first byte says whether the authenticator is
 * made right, so that the attributes behind it are read, too.
 */
#define SECRET "Hello"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const uint8_t auth[RADIUS_AUTH_LEN] = "sixteen bytes ..";
	struct radius_reply r;
	bool right = false;
	uint8_t *p = NULL;
	size_t told = 0;

	if (!len)
		return 0;
	right = data[0] & 1;
	p = malloc(len);
	if (!p)
		return 0;
	memcpy(p, data + 1, --len);
	told = len < 20 ? 0 : (size_t)p[2] << 8 | p[3];
	if (right && told >= 20 && told <= len) {
		const struct md5_part part[] = { { p, 4 },
						 { auth, 16 },
						 { p + 20, told - 20 },
						 { SECRET, strlen(SECRET) } };
		uint8_t sum[MD5_LEN];

		(void)md5_digest(part, 4, sum);
		memcpy(p + 4, sum, sizeof(sum));
	}
	if (radius_decode(p, len, auth, SECRET, &r) != (len >= 2))
		abort();
	if (len >= 2 && r.id != p[1])
		abort();
	if (!right && r.kind == RADIUS_ACCEPT)
		abort(); /* nobody guesses an authenticator */
	free(p);
	return 0;
}
