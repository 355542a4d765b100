/*
 * Key generation.  Runs on a helper thread, so it works in a library context of
 * its own and touches nothing that another thread has.
 */
#include "sslmod/store.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/dh.h>
#include <openssl/dsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"

#define BITS_MIN 512
#define BITS_MAX 4096

static EVP_PKEY *generate(EVP_PKEY_CTX *c)
{
	EVP_PKEY *key = NULL;

	if (EVP_PKEY_generate(c, &key) != 1)
		return NULL;
	return key;
}

static EVP_PKEY *make_rsa(OSSL_LIB_CTX *lib, unsigned bits)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(lib, "RSA", NULL);
	EVP_PKEY *key = NULL;

	if (c && EVP_PKEY_keygen_init(c) == 1 &&
	    EVP_PKEY_CTX_set_rsa_keygen_bits(c, (int)bits) == 1)
		key = generate(c);
	EVP_PKEY_CTX_free(c);
	return key;
}

/* Sizes that FIPS 186-4 does not know are made by its predecessor's method. */
static bool dsa_sizes(EVP_PKEY_CTX *c, unsigned bits)
{
	if (EVP_PKEY_CTX_set_dsa_paramgen_bits(c, (int)bits) != 1)
		return false;
	if (bits >= 2048)
		return EVP_PKEY_CTX_set_dsa_paramgen_q_bits(c, 256) == 1;
	return EVP_PKEY_CTX_set_dsa_paramgen_type(c, "fips186_2") == 1 &&
	       EVP_PKEY_CTX_set_dsa_paramgen_q_bits(c, 160) == 1;
}

static EVP_PKEY *dsa_params(OSSL_LIB_CTX *lib, unsigned bits)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(lib, "DSA", NULL);
	EVP_PKEY *params = NULL;

	if (c && EVP_PKEY_paramgen_init(c) == 1 && dsa_sizes(c, bits))
		params = generate(c);
	EVP_PKEY_CTX_free(c);
	return params;
}

struct dsa { /* numbers of a key, g to the x mod p */
	BIGNUM *p, *q, *g, *x, *y;
};

static bool dsa_numbers(const EVP_PKEY *params, struct dsa *d)
{
	BN_CTX *c = BN_CTX_secure_new();
	bool ok;

	d->x = BN_secure_new();
	d->y = BN_new();
	ok = c && d->x && d->y &&
	     EVP_PKEY_get_bn_param(params, OSSL_PKEY_PARAM_FFC_P, &d->p) &&
	     EVP_PKEY_get_bn_param(params, OSSL_PKEY_PARAM_FFC_Q, &d->q) &&
	     EVP_PKEY_get_bn_param(params, OSSL_PKEY_PARAM_FFC_G, &d->g);
	do
		ok = ok && BN_priv_rand_range(d->x, d->q);
	while (ok && BN_is_zero(d->x));
	if (ok)
		BN_set_flags(d->x, BN_FLG_CONSTTIME);
	ok = ok && BN_mod_exp(d->y, d->g, d->x, d->p, c);
	BN_CTX_free(c);
	return ok;
}

static EVP_PKEY *dsa_from_numbers(OSSL_LIB_CTX *lib, const struct dsa *d)
{
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(lib, "DSA", NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;

	if (b && OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_FFC_P, d->p) &&
	    OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_FFC_Q, d->q) &&
	    OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_FFC_G, d->g) &&
	    OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_PUB_KEY, d->y) &&
	    OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_PRIV_KEY, d->x))
		params = OSSL_PARAM_BLD_to_param(b);
	if (c && params && EVP_PKEY_fromdata_init(c) == 1 &&
	    EVP_PKEY_fromdata(c, &key, EVP_PKEY_KEYPAIR, params) != 1)
		key = NULL;
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(b);
	EVP_PKEY_CTX_free(c);
	return key;
}

/* The library makes parameters of 512 and 768 bits but no longer keys. */
static EVP_PKEY *make_short_dsa(OSSL_LIB_CTX *lib, const EVP_PKEY *params)
{
	struct dsa d = { 0 };
	EVP_PKEY *key = NULL;

	if (dsa_numbers(params, &d))
		key = dsa_from_numbers(lib, &d);
	BN_free(d.p);
	BN_free(d.q);
	BN_free(d.g);
	BN_clear_free(d.x);
	BN_free(d.y);
	return key;
}

static EVP_PKEY *make_dsa(OSSL_LIB_CTX *lib, unsigned bits)
{
	EVP_PKEY *params = dsa_params(lib, bits), *key = NULL;
	EVP_PKEY_CTX *c;

	if (params && bits < 1024) {
		key = make_short_dsa(lib, params);
		EVP_PKEY_free(params);
		return key;
	}
	c = params ? EVP_PKEY_CTX_new_from_pkey(lib, params, NULL) : NULL;
	if (c && EVP_PKEY_keygen_init(c) == 1)
		key = generate(c);
	EVP_PKEY_CTX_free(c);
	EVP_PKEY_free(params);
	return key;
}

static EVP_PKEY *make_dh(OSSL_LIB_CTX *lib, unsigned bits)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(lib, "DH", NULL);
	EVP_PKEY *params = NULL;

	if (c && EVP_PKEY_paramgen_init(c) == 1 &&
	    EVP_PKEY_CTX_set_dh_paramgen_prime_len(c, (int)bits) == 1 &&
	    EVP_PKEY_CTX_set_dh_paramgen_generator(c, 2) == 1)
		params = generate(c);
	EVP_PKEY_CTX_free(c);
	return params;
}

static int to_pem(EVP_PKEY *key, bool params, void **pem, size_t *len)
{
	BIO *out = BIO_new(BIO_s_secmem());
	char *text = NULL;
	long n = 0;
	int ok = 0;

	if (out)
		ok = params ? PEM_write_bio_Parameters(out, key)
			    : PEM_write_bio_PKCS8PrivateKey(
				      out, key, NULL, NULL, 0, NULL, NULL);
	if (ok)
		n = BIO_get_mem_data(out, &text);
	if (n > 0) {
		*pem = xmemdup(text, (size_t)n);
		*len = (size_t)n;
	}
	BIO_free(out);
	return n > 0 ? 0 : -1;
}

static EVP_PKEY *make(OSSL_LIB_CTX *lib, enum store_kind kind, unsigned bits)
{
	switch (kind) {
	case STORE_RSAKEY:
		return make_rsa(lib, bits);
	case STORE_DSAKEY:
		return make_dsa(lib, bits);
	case STORE_DHPARAM:
		return make_dh(lib, bits);
	default:
		return NULL;
	}
}

int make_key(enum store_kind kind, unsigned bits, void **pem, size_t *len,
	     struct err *err)
{
	OSSL_LIB_CTX *lib;
	EVP_PKEY *key = NULL;
	int rc = -1;

	if (bits < BITS_MIN || bits > BITS_MAX)
		return err_set(err, ERR_RANGE, -1,
			       T_SSL_KEYSIZE " (%d to %d bits)", BITS_MIN,
			       BITS_MAX);
	lib = OSSL_LIB_CTX_new();
	if (lib)
		key = make(lib, kind, bits);
	if (key)
		rc = to_pem(key, kind == STORE_DHPARAM, pem, len);
	EVP_PKEY_free(key);
	OSSL_LIB_CTX_free(lib);
	ERR_clear_error();
	if (rc)
		return err_set(err, ERR_IO, -1,
			       "The TLS library cannot make a key of %u bits",
			       bits);
	return 0;
}
