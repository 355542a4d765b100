/*
 * Sealed passwords of running-config: any text may stand there; only what this
 * disk sealed opens, and to what it was.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sslmod/seal.h"

#define CLEAR_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const uint8_t secret[32] = "a secret of thirty-two bytes....";

static void round_trip(const char *text)
{
	char hex[4 * CLEAR_MAX + 128], clear[CLEAR_MAX + 1];

	if (!seal_text(secret, text, hex, sizeof(hex)))
		return;
	if (!seal_open(secret, hex, clear, sizeof(clear)) ||
	    strcmp(clear, text) != 0)
		abort();
	hex[strlen(hex) / 2] ^= 1; /* still hex, or not */
	if (seal_open(secret, hex, clear, sizeof(clear)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = NULL, clear[CLEAR_MAX];

	if (len > 4096)
		return 0;
	text = malloc(len + 1);
	memcpy(text, data, len);
	text[len] = '\0';
	(void)seal_open(secret, text, clear, sizeof(clear));
	if (strlen(text) <= CLEAR_MAX)
		round_trip(text);
	free(text);
	return 0;
}
