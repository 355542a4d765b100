/* AES-256-GCM and key derivation, each in one call. */
#include "sslmod/gcm.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "emu/io/rnd.h"

static bool gcm_aad(EVP_CIPHER_CTX *c, const void *aad, size_t aad_len)
{
	int n;

	return aad_len == 0 ||
	       EVP_CipherUpdate(c, NULL, &n, aad, (int)aad_len) == 1;
}

bool gcm_seal(const uint8_t key[32], const void *aad, size_t aad_len,
	      const void *clear, size_t len, uint8_t *box)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	uint8_t *text = box + GCM_NONCE;
	int n = 0, rest = 0;
	bool ok;

	rnd_bytes(box, GCM_NONCE);
	ok = c &&
	     EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, box) == 1 &&
	     gcm_aad(c, aad, aad_len) &&
	     EVP_EncryptUpdate(c, text, &n, clear, (int)len) == 1 &&
	     EVP_EncryptFinal_ex(c, text + n, &rest) == 1 &&
	     EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, GCM_TAG,
				 text + len) == 1;
	EVP_CIPHER_CTX_free(c);
	return ok;
}

bool gcm_open(const uint8_t key[32], const void *aad, size_t aad_len,
	      const uint8_t *box, size_t box_len, void *clear)
{
	EVP_CIPHER_CTX *c;
	uint8_t tag[GCM_TAG], *to = clear;
	size_t len;
	int n = 0, rest = 0;
	bool ok;

	if (box_len < GCM_OVERHEAD)
		return false;
	len = box_len - GCM_OVERHEAD;
	memcpy(tag, box + GCM_NONCE + len, GCM_TAG);
	c = EVP_CIPHER_CTX_new();
	ok = c &&
	     EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, box) == 1 &&
	     gcm_aad(c, aad, aad_len) &&
	     EVP_DecryptUpdate(c, to, &n, box + GCM_NONCE, (int)len) == 1 &&
	     EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, GCM_TAG, tag) == 1 &&
	     EVP_DecryptFinal_ex(c, to + n, &rest) == 1;
	EVP_CIPHER_CTX_free(c);
	return ok;
}

void gcm_derive(const uint8_t secret[32], const char *purpose, uint8_t key[32])
{
	unsigned len = 0;

	if (!HMAC(EVP_sha256(), secret, 32, (const unsigned char *)purpose,
		  strlen(purpose), key, &len) ||
	    len != 32)
		abort(); /* no random-looking key, no secret */
}
