/*
 * Short secrets under the disk's secret: nonce, ciphertext and tag of AES-256-
 * GCM, in hex.  The key is not the disk's secret itself but derived from it for
 * this one purpose.
 */
#include "sslmod/seal.h"

#include <string.h>

#include "emu/base/xalloc.h"
#include "sslmod/gcm.h"

#define TEXT_MAX 512

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static void to_hex(const uint8_t *p, size_t len, char *hex)
{
	static const char digit[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		hex[2 * i] = digit[p[i] >> 4];
		hex[2 * i + 1] = digit[p[i] & 15];
	}
	hex[2 * len] = '\0';
}

/* the number of bytes, 0 when it is no hex text of at most cap bytes */
static size_t from_hex(const char *hex, uint8_t *p, size_t cap)
{
	size_t len = strlen(hex);

	if (len % 2 || len / 2 > cap)
		return 0;
	for (size_t i = 0; i < len / 2; i++) {
		int hi = hex_value(hex[2 * i]), lo = hex_value(hex[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return 0;
		p[i] = (uint8_t)(hi << 4 | lo);
	}
	return len / 2;
}

bool seal_text(const uint8_t secret[32], const char *clear, char *hex,
	       size_t cap)
{
	uint8_t key[32], box[TEXT_MAX + GCM_OVERHEAD];
	size_t len = strlen(clear);
	bool ok = len <= TEXT_MAX && 2 * (len + GCM_OVERHEAD) + 1 <= cap;

	if (!ok)
		return false;
	gcm_derive(secret, "short text", key);
	ok = gcm_seal(key, NULL, 0, clear, len, box);
	if (ok)
		to_hex(box, len + GCM_OVERHEAD, hex);
	wipe(key, sizeof(key));
	return ok;
}

bool seal_open(const uint8_t secret[32], const char *hex, char *clear,
	       size_t cap)
{
	uint8_t key[32], box[TEXT_MAX + GCM_OVERHEAD];
	size_t len = from_hex(hex, box, sizeof(box));
	bool ok;

	if (len < GCM_OVERHEAD || len - GCM_OVERHEAD >= cap)
		return false;
	gcm_derive(secret, "short text", key);
	ok = gcm_open(key, NULL, 0, box, len, clear);
	if (ok)
		clear[len - GCM_OVERHEAD] = '\0';
	else
		wipe(clear, cap);
	wipe(key, sizeof(key));
	return ok;
}
