/*
 * Certificates and keys in their outside forms.
 *
 * Files come from operators and other machines, so nothing about them is
 * believed: length and number of objects are bounded, passwords are never asked
 * for on a terminal, and a file that holds nothing of use is refused.  Old
 * PKCS#12 files and PEM keys are encrypted with ciphers that the library keeps
 * in a provider of its own; that provider is loaded when the first reading
 * fails, and the reading tried again.
 */
#include "sslmod/pki.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "sslmod/memory.h"

#define CERTS_MAX    16
#define KEY_BITS_MIN 512
#define KEY_BITS_MAX 4096

enum why { WHY_NONE, WHY_FORMAT, WHY_PASSPHRASE, WHY_SIZE };

void pki_init(struct pki *p)
{
	p->certs = sk_X509_new_null();
	p->key = NULL;
	p->dh = NULL;
}

void pki_fini(struct pki *p)
{
	sk_X509_pop_free(p->certs, X509_free);
	EVP_PKEY_free(p->key);
	EVP_PKEY_free(p->dh);
	memset(p, 0, sizeof(*p));
}

void pki_share(struct pki *p, const struct pki *other)
{
	pki_fini(p);
	p->certs = X509_chain_up_ref(other->certs);
	if (other->key && EVP_PKEY_up_ref(other->key))
		p->key = other->key;
	if (other->dh && EVP_PKEY_up_ref(other->dh))
		p->dh = other->dh;
}

bool pki_time(const ASN1_TIME *t, time_t *at)
{
	struct tm tm;
	bool good = t && ASN1_TIME_to_tm(t, &tm) == 1;

	*at = good ? timegm(&tm) : 0;
	return good;
}

static void pki_reset(struct pki *p)
{
	pki_fini(p);
	pki_init(p);
}

bool pki_key_is(const EVP_PKEY *key, const char *type)
{
	return key && EVP_PKEY_is_a(key, type);
}

bool pki_match(X509 *cert, EVP_PKEY *key)
{
	bool ok = X509_check_private_key(cert, key) == 1;

	ERR_clear_error();
	return ok;
}

static BIO *reader(const void *data, size_t len)
{
	return BIO_new_mem_buf(data, (int)len);
}

/* Answers the library when it wants a passphrase; used notes that it did. */
struct phrase {
	const char *text;
	bool used;
};

static int phrase_cb(char *buf, int size, int writing, void *arg)
{
	struct phrase *ph = arg;
	size_t len;

	(void)writing;
	ph->used = true;
	if (!ph->text)
		return -1;
	len = strlen(ph->text);
	if (len > (size_t)size)
		return -1;
	memcpy(buf, ph->text, len);
	return (int)len;
}

/* ---- one object of a known kind ------------------------------------------- */

static int add_cert(struct pki *p, X509 *x)
{
	if (x && sk_X509_num(p->certs) < CERTS_MAX &&
	    sk_X509_push(p->certs, x) > 0)
		return 0;
	X509_free(x);
	return -1;
}

static int add_key(struct pki *p, EVP_PKEY *key)
{
	if (!key || p->key) { /* a second key: which one is meant? */
		EVP_PKEY_free(key);
		return -1;
	}
	p->key = key;
	return 0;
}

static int add_cert_der(struct pki *p, OSSL_LIB_CTX *lib,
			const unsigned char *der, long len)
{
	const unsigned char *at = der;
	X509 *x = X509_new_ex(lib, NULL);

	if (!x || !d2i_X509(&x, &at, len)) {
		X509_free(x);
		return -1;
	}
	return add_cert(p, x);
}

static int add_key_der(struct pki *p, OSSL_LIB_CTX *lib,
		       const unsigned char *der, long len)
{
	const unsigned char *at = der;
	PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, len);
	EVP_PKEY *key = info ? EVP_PKCS82PKEY_ex(info, lib, NULL) : NULL;

	PKCS8_PRIV_KEY_INFO_free(info);
	return add_key(p, key);
}

static int add_dh_der(struct pki *p, const unsigned char *der, long len)
{
	const unsigned char *at = der;
	EVP_PKEY *dh = d2i_KeyParams(EVP_PKEY_DH, NULL, &at, len);

	if (!dh || p->dh) {
		EVP_PKEY_free(dh);
		return -1;
	}
	p->dh = dh;
	return 0;
}

/* ---- PEM ------------------------------------------------------------------ */

static bool is_key_name(const char *name)
{
	size_t len = strlen(name);

	return len >= 11 && !strcmp(name + len - 11, "PRIVATE KEY");
}

static bool is_cert_name(const char *name)
{
	return !strcmp(name, PEM_STRING_X509) ||
	       !strcmp(name, PEM_STRING_X509_TRUSTED) ||
	       !strcmp(name, PEM_STRING_X509_OLD);
}

/* The canonical form that pki_pem writes: no encryption, no other blocks. */
static int load_block(struct pki *p, OSSL_LIB_CTX *lib, const char *name,
		      const unsigned char *der, long len)
{
	if (!strcmp(name, PEM_STRING_X509))
		return add_cert_der(p, lib, der, len);
	if (!strcmp(name, PEM_STRING_PKCS8INF))
		return add_key_der(p, lib, der, len);
	if (!strcmp(name, PEM_STRING_DHPARAMS))
		return add_dh_der(p, der, len);
	return -1;
}

static int load(struct pki *p, OSSL_LIB_CTX *lib, const void *pem, size_t len)
{
	BIO *in = reader(pem, len);
	char *name, *header;
	unsigned char *der;
	long der_len;
	int rc = in ? 0 : -1;

	while (rc == 0 && PEM_read_bio_ex(in, &name, &header, &der, &der_len,
					  PEM_FLAG_SECURE)) {
		rc = load_block(p, lib, name, der, der_len);
		OPENSSL_secure_free(name);
		OPENSSL_secure_free(header);
		OPENSSL_secure_clear_free(der, (size_t)der_len);
	}
	ERR_clear_error();
	BIO_free(in);
	return rc;
}

int pki_load(struct pki *p, OSSL_LIB_CTX *lib, const void *pem, size_t len)
{
	int rc;

	memory_wipe(true);
	rc = load(p, lib, pem, len);
	memory_wipe(false);
	return rc;
}

static enum why key_from_pem(struct pki *p, BIO *in, struct phrase *ph)
{
	EVP_PKEY *key = PEM_read_bio_PrivateKey(in, NULL, phrase_cb, ph);

	if (!key)
		return ph->used ? WHY_PASSPHRASE : WHY_FORMAT;
	return add_key(p, key) ? WHY_FORMAT : WHY_NONE;
}

static EVP_PKEY *dh_of(const BIGNUM *prime, const BIGNUM *generator)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL);
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	EVP_PKEY *dh = NULL;

	if (b && OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_FFC_P, prime) &&
	    OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_FFC_G, generator))
		params = OSSL_PARAM_BLD_to_param(b);
	if (ctx && params && EVP_PKEY_fromdata_init(ctx) == 1)
		(void)EVP_PKEY_fromdata(ctx, &dh, EVP_PKEY_KEY_PARAMETERS,
					params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(b);
	EVP_PKEY_CTX_free(ctx);
	return dh;
}

/* `openssl dhparam -dsaparam` writes the form of X9.42, of which the prime and the
 * generator are all that is needed.  Takes params over. */
static EVP_PKEY *plain_dh(EVP_PKEY *params)
{
	BIGNUM *prime = NULL, *generator = NULL;
	EVP_PKEY *dh = NULL;

	if (!pki_key_is(params, "DHX"))
		return params;
	if (EVP_PKEY_get_bn_param(params, OSSL_PKEY_PARAM_FFC_P, &prime) &&
	    EVP_PKEY_get_bn_param(params, OSSL_PKEY_PARAM_FFC_G, &generator))
		dh = dh_of(prime, generator);
	BN_free(prime);
	BN_free(generator);
	EVP_PKEY_free(params);
	return dh;
}

/* One block of a foreign file: kinds without use (EC PARAMETERS, requests,
 * CRLs) are passed over. */
static enum why pem_block(struct pki *p, const char *block, size_t len,
			  const char *name, struct phrase *ph)
{
	BIO *in = reader(block, len);
	enum why why = WHY_NONE;

	if (!in)
		return WHY_FORMAT;
	if (is_key_name(name)) {
		why = key_from_pem(p, in, ph);
	} else if (is_cert_name(name)) {
		if (add_cert(p, PEM_read_bio_X509_AUX(in, NULL, phrase_cb, ph)))
			why = WHY_FORMAT;
	} else if (!strcmp(name, PEM_STRING_DHPARAMS) ||
		   !strcmp(name, PEM_STRING_DHXPARAMS)) {
		p->dh = p->dh ? p->dh
			      : plain_dh(PEM_read_bio_Parameters(in, NULL));
		if (!p->dh)
			why = WHY_FORMAT;
	}
	BIO_free(in);
	return why;
}

/* Start of the next "-----BEGIN NAME-----" and the end of its block. */
static const char *pem_next(const char *at, const char *end, char *name,
			    size_t cap, const char **block_end)
{
	static const char begin[] = "-----BEGIN ", tail[] = "-----END ";
	const char *b =
		memmem(at, (size_t)(end - at), begin, sizeof(begin) - 1);
	const char *text, *stop, *e;

	if (!b)
		return NULL;
	text = b + sizeof(begin) - 1;
	stop = memmem(text, (size_t)(end - text), "-----", 5);
	if (!stop || (size_t)(stop - text) >= cap)
		return NULL;
	memcpy(name, text, (size_t)(stop - text));
	name[stop - text] = '\0';
	e = memmem(stop, (size_t)(end - stop), tail, sizeof(tail) - 1);
	if (!e)
		return NULL;
	e = memchr(e, '\n', (size_t)(end - e));
	*block_end = e ? e + 1 : end;
	return b;
}

static enum why read_pem(struct pki *p, const char *data, size_t len,
			 const char *passphrase)
{
	const char *end = data + len, *at = data, *block_end = NULL;
	struct phrase ph = { passphrase, false };
	enum why why = WHY_NONE;
	char name[64];

	while (why == WHY_NONE &&
	       (at = pem_next(at, end, name, sizeof(name), &block_end))) {
		why = pem_block(p, at, (size_t)(block_end - at), name, &ph);
		at = block_end;
	}
	return why;
}

/* ---- DER and PKCS#12 ------------------------------------------------------ */

static EVP_PKEY *any_key(const void *data, size_t len, struct phrase *ph)
{
	const unsigned char *at = data;
	BIO *in;
	EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &at, (long)len);

	if (key)
		return key;
	in = reader(data, len);
	key = in ? d2i_PKCS8PrivateKey_bio(in, NULL, phrase_cb, ph) : NULL;
	BIO_free(in);
	return key;
}

static enum why read_der(struct pki *p, const void *data, size_t len,
			 const char *passphrase)
{
	struct phrase ph = { passphrase, false };
	EVP_PKEY *key;

	if (!add_cert_der(p, NULL, data, (long)len))
		return WHY_NONE;
	key = any_key(data, len, &ph);
	if (key)
		return add_key(p, key) ? WHY_FORMAT : WHY_NONE;
	if (ph.used)
		return WHY_PASSPHRASE;
	return add_dh_der(p, data, (long)len) ? WHY_FORMAT : WHY_NONE;
}

static enum why read_p12(struct pki *p, const void *data, size_t len,
			 const char *passphrase)
{
	const unsigned char *at = data;
	PKCS12 *p12 = d2i_PKCS12(NULL, &at, (long)len);
	STACK_OF(X509) *more = NULL;
	X509 *cert = NULL;
	int ok;

	if (!p12)
		return WHY_FORMAT;
	ok = PKCS12_parse(p12, passphrase, &p->key, &cert, &more);
	PKCS12_free(p12);
	if (!ok)
		return WHY_PASSPHRASE;
	if (cert)
		ok = !add_cert(p, cert);
	while (more && sk_X509_num(more) > 0) /* in the file's order */
		ok = !add_cert(p, sk_X509_shift(more)) && ok;
	sk_X509_free(more);
	return ok ? WHY_NONE : WHY_FORMAT;
}

static enum why read_any(struct pki *p, enum store_format f, const void *data,
			 size_t len, const char *passphrase)
{
	switch (f) {
	case STORE_PEM:
		return read_pem(p, data, len, passphrase);
	case STORE_DER:
		return read_der(p, data, len, passphrase);
	case STORE_P12:
		return read_p12(p, data, len, passphrase);
	}
	return WHY_FORMAT;
}

/* ---- import --------------------------------------------------------------- */

static pthread_once_t legacy_once = PTHREAD_ONCE_INIT;

/* What these hold is not given back unless they are unloaded by name. */
static OSSL_PROVIDER *usual, *legacy;

static void unload_legacy(void)
{
	if (legacy)
		(void)OSSL_PROVIDER_unload(legacy);
	(void)OSSL_PROVIDER_unload(usual);
}

/* Loading any provider by name ends the automatic loading of the default one:
 * both are named.  A library without the old one is fine. */
static void load_legacy(void)
{
	usual = OSSL_PROVIDER_load(NULL, "default");
	if (!usual)
		return;
	legacy = OSSL_PROVIDER_load(NULL, "legacy");
	(void)atexit(unload_legacy);
}

static enum why check_size(const struct pki *p)
{
	int bits;

	if (!pki_key_is(p->key, "RSA") && !pki_key_is(p->key, "DSA"))
		return WHY_NONE;
	bits = EVP_PKEY_get_bits(p->key);
	return bits < KEY_BITS_MIN || bits > KEY_BITS_MAX ? WHY_SIZE : WHY_NONE;
}

static enum why check_content(const struct pki *p)
{
	if (sk_X509_num(p->certs) == 0 && !p->key && !p->dh)
		return WHY_FORMAT;
	return check_size(p);
}

static int say(enum why why, enum store_format f, struct err *err)
{
	static const char *const name[] = { "PEM", "DER", "PKCS12" };

	switch (why) {
	case WHY_NONE:
		return 0;
	case WHY_PASSPHRASE:
		return err_set(err, ERR_DENIED, -1, T_SSL_BAD_PHRASE);
	case WHY_SIZE:
		return err_set(err, ERR_RANGE, -1,
			       T_SSL_KEYSIZE " (%d to %d bits)", KEY_BITS_MIN,
			       KEY_BITS_MAX);
	case WHY_FORMAT:
		break;
	}
	return err_set(err, ERR_SYNTAX, -1,
		       T_SSL_FORMAT ": no certificate or key in %s form",
		       name[f]);
}

static int import(struct pki *p, enum store_format f, const void *data,
		  size_t len, const char *passphrase, struct err *err)
{
	enum why why;

	if (len == 0 || len > STORE_BYTES_MAX)
		return err_set(err, ERR_RANGE, -1,
			       T_SSL_FORMAT ": %zu bytes (1 to %d)", len,
			       STORE_BYTES_MAX);
	why = read_any(p, f, data, len, passphrase);
	if (why != WHY_NONE) {
		pki_reset(p);
		pthread_once(&legacy_once, load_legacy);
		why = read_any(p, f, data, len, passphrase);
	}
	if (why == WHY_NONE)
		why = check_content(p);
	ERR_clear_error();
	return say(why, f, err);
}

int pki_import(struct pki *p, enum store_format f, const void *data, size_t len,
	       const char *passphrase, struct err *err)
{
	int rc;

	memory_wipe(true);
	rc = import(p, f, data, len, passphrase, err);
	memory_wipe(false);
	return rc;
}

/* ---- the form kept inside ------------------------------------------------- */

static int write_pem(const struct pki *p, BIO *out)
{
	int ok = 1;

	for (int i = 0; i < sk_X509_num(p->certs); i++)
		ok = ok && PEM_write_bio_X509(out, sk_X509_value(p->certs, i));
	if (p->key)
		ok = ok && PEM_write_bio_PKCS8PrivateKey(out, p->key, NULL,
							 NULL, 0, NULL, NULL);
	if (p->dh)
		ok = ok && PEM_write_bio_Parameters(out, p->dh);
	return ok ? 0 : -1;
}

static int as_pem(const struct pki *p, void **pem, size_t *len)
{
	BIO *out = BIO_new(BIO_s_secmem());
	char *text = NULL;
	long n = 0;
	int rc = out ? write_pem(p, out) : -1;

	if (rc == 0)
		n = BIO_get_mem_data(out, &text);
	*pem = n > 0 ? OPENSSL_secure_malloc((size_t)n) : NULL;
	if (*pem) {
		memcpy(*pem, text, (size_t)n);
		*len = (size_t)n;
	}
	BIO_free(out);
	ERR_clear_error();
	return *pem ? 0 : -1;
}

int pki_pem(const struct pki *p, void **pem, size_t *len)
{
	int rc;

	memory_wipe(true);
	rc = as_pem(p, pem, len);
	memory_wipe(false);
	return rc;
}

/* ---- export --------------------------------------------------------------- */

static int export_pem(const struct pki *p, const char *password, BIO *out)
{
	int ok = 1;

	for (int i = 0; i < sk_X509_num(p->certs); i++)
		ok = ok && PEM_write_bio_X509(out, sk_X509_value(p->certs, i));
	if (p->key)
		ok = ok && PEM_write_bio_PKCS8PrivateKey(
				   out, p->key, EVP_aes_256_cbc(), password,
				   (int)strlen(password), NULL, NULL);
	if (p->dh)
		ok = ok && PEM_write_bio_Parameters(out, p->dh);
	return ok ? 0 : -1;
}

static int export_der(const struct pki *p, const char *password, BIO *out)
{
	if (p->key)
		return i2d_PKCS8PrivateKey_bio(out, p->key, EVP_aes_256_cbc(),
					       password, (int)strlen(password),
					       NULL, NULL)
			       ? 0
			       : -1;
	if (p->dh) {
		unsigned char *der = NULL;
		int n = i2d_KeyParams(p->dh, &der);
		int ok = n > 0 && BIO_write(out, der, n) == n;

		OPENSSL_free(der);
		return ok ? 0 : -1;
	}
	return i2d_X509_bio(out, sk_X509_value(p->certs, 0)) ? 0 : -1;
}

static int export_p12(const struct pki *p, const char *password, BIO *out)
{
	STACK_OF(X509) *more = sk_X509_dup(p->certs);
	X509 *first = more ? sk_X509_shift(more) : NULL;
	PKCS12 *p12 = PKCS12_create(password, NULL, p->key, first, more, 0, 0,
				    0, 0, 0);
	int ok = p12 && i2d_PKCS12_bio(out, p12);

	PKCS12_free(p12);
	sk_X509_free(more);
	return ok ? 0 : -1;
}

static int export(const struct pki *p, enum store_format f,
		  const char *password, void **data, size_t *len,
		  struct err *err)
{
	BIO *out = BIO_new(BIO_s_mem());
	char *text = NULL;
	long n = 0;
	int rc = -1;

	if (out && f == STORE_PEM)
		rc = export_pem(p, password, out);
	else if (out && f == STORE_DER)
		rc = export_der(p, password, out);
	else if (out)
		rc = export_p12(p, password, out);
	if (rc == 0)
		n = BIO_get_mem_data(out, &text);
	if (n > 0) {
		*data = xmemdup(text, (size_t)n);
		*len = (size_t)n;
	}
	BIO_free(out);
	ERR_clear_error();
	if (n > 0)
		return 0;
	return err_set(err, ERR_IO, -1,
		       "The file cannot be written in its "
		       "format under this password");
}

int pki_export(const struct pki *p, enum store_format f, const char *password,
	       void **data, size_t *len, struct err *err)
{
	int rc;

	memory_wipe(true);
	rc = export(p, f, password, data, len, err);
	memory_wipe(false);
	return rc;
}
