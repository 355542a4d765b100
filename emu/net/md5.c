/* MD5 and HMAC-MD5 (RFC 1321, RFC 2104) by the crypto library. */
#include "emu/net/md5.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#include "emu/base/xalloc.h"

#define BLOCK 64

static bool digest(const struct md5_part *first, const struct md5_part *p,
		   size_t n, uint8_t out[MD5_LEN])
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	bool ok = c && EVP_DigestInit_ex(c, EVP_md5(), NULL) == 1;

	if (first)
		ok = ok && EVP_DigestUpdate(c, first->data, first->len) == 1;
	for (size_t i = 0; i < n && ok; i++)
		ok = EVP_DigestUpdate(c, p[i].data, p[i].len) == 1;
	ok = ok && EVP_DigestFinal_ex(c, out, NULL) == 1;
	EVP_MD_CTX_free(c);
	if (!ok)
		memset(out, 0, MD5_LEN);
	return ok;
}

bool md5_digest(const struct md5_part *p, size_t n, uint8_t out[MD5_LEN])
{
	return digest(NULL, p, n, out);
}

bool md5_hmac(const void *key, size_t key_len, const struct md5_part *p,
	      size_t n, uint8_t out[MD5_LEN])
{
	uint8_t block[BLOCK] = { 0 }, inner[MD5_LEN];
	const struct md5_part whole = { key, key_len }, pad = { block, BLOCK };
	const struct md5_part rest = { inner, MD5_LEN };
	bool ok = true;

	if (key_len > BLOCK)
		ok = md5_digest(&whole, 1, block);
	else
		memcpy(block, key, key_len);
	for (int i = 0; i < BLOCK; i++)
		block[i] ^= 0x36;
	ok = digest(&pad, p, n, inner) && ok;
	for (int i = 0; i < BLOCK; i++)
		block[i] ^= 0x36 ^ 0x5c;
	ok = digest(&pad, &rest, 1, out) && ok;
	wipe(block, sizeof(block));
	return ok;
}

struct md5_run *md5_run_new(void)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();

	if (c && EVP_DigestInit_ex(c, EVP_md5(), NULL) == 1)
		return (struct md5_run *)(void *)c;
	EVP_MD_CTX_free(c);
	return NULL;
}

static EVP_MD_CTX *context(struct md5_run *r)
{
	return (EVP_MD_CTX *)(void *)r;
}

void md5_run_add(struct md5_run *r, const void *data, size_t len)
{
	(void)EVP_DigestUpdate(context(r), data, len);
}

bool md5_run_end(struct md5_run *r, uint8_t out[MD5_LEN])
{
	if (EVP_DigestFinal_ex(context(r), out, NULL) == 1)
		return true;
	memset(out, 0, MD5_LEN);
	return false;
}

void md5_run_free(struct md5_run *r)
{
	EVP_MD_CTX_free(context(r));
}

bool md5_equal(const uint8_t a[MD5_LEN], const uint8_t b[MD5_LEN])
{
	return CRYPTO_memcmp(a, b, MD5_LEN) == 0;
}
