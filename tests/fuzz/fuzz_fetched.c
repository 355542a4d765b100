/*
 * What is fetched from outside for SSL modules: revocation lists and OCSP
 * responses, read before anybody has vouched for them.  The first byte chooses;
 * nothing that was not signed may be taken.
 */
#include <openssl/ec.h>
#include <openssl/x509.h>
#include <stdint.h>
#include <stdlib.h>

#include "emu/base/err.h"
#include "sslmod/crl.h"
#include "sslmod/staple.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static X509 *authority(void)
{
	static X509 *x;
	EVP_PKEY *key;

	if (x)
		return x;
	x = X509_new();
	key = EVP_EC_gen("P-256");
	if (!x || !key || !X509_set_pubkey(x, key) ||
	    !X509_sign(x, key, EVP_sha256()))
		abort();
	EVP_PKEY_free(key);
	return x;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct err err = { 0 };
	const void *got;

	if (len < 1 || len > 65536)
		return 0;
	if (data[0] % 2)
		got = crl_read(data + 1, len - 1, authority(), 1700000000,
			       &err);
	else
		got = staple_read(data + 1, len - 1, authority(), authority(),
				  1700000000, &err);
	if (got || !err.msg[0])
		abort();
	return 0;
}
