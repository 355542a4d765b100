/*
 * Requests, certificates and what is shown of them.  Signatures are SHA-256:
 * what the product used (MD5, SHA-1) no authority of today accepts.
 */
#include "sslmod/store.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "sslmod/pki.h"

#define CERT_DAYS 30

static int library_error(struct err *err, const char *what)
{
	const char *why = ERR_reason_error_string(ERR_peek_last_error());
	int rc = err_set(err, ERR_IO, -1, "%s: %s", what,
			 why ? why : "refused by the TLS library");

	ERR_clear_error();
	return rc;
}

static int load_key(const struct store *s, const char *file, struct pki *p,
		    struct err *err)
{
	pki_init(p);
	if (store_load(s, file, NULL, p, err))
		return -1;
	if (!p->key)
		return err_set(err, ERR_REFUSED, -1, T_SSL_BAD_KIND);
	return 0;
}

/* ---- names ---------------------------------------------------------------- */

static bool add_part(X509_NAME *n, int nid, const char *text)
{
	return *text == '\0' ||
	       X509_NAME_add_entry_by_NID(n, nid, MBSTRING_UTF8,
					  (const unsigned char *)text, -1, -1,
					  0) == 1;
}

static bool fill_name(X509_NAME *n, const struct dn *dn)
{
	return add_part(n, NID_countryName, dn->country) &&
	       add_part(n, NID_stateOrProvinceName, dn->state) &&
	       add_part(n, NID_localityName, dn->locality) &&
	       add_part(n, NID_organizationName, dn->organization) &&
	       add_part(n, NID_organizationalUnitName, dn->unit) &&
	       add_part(n, NID_commonName, dn->common) &&
	       add_part(n, NID_pkcs9_emailAddress, dn->email);
}

static char *bio_text(BIO *b)
{
	char *text = NULL;
	long n = BIO_get_mem_data(b, &text);

	return n > 0 ? xstrndup(text, (size_t)n) : NULL;
}

/* ---- ssl gencsr ----------------------------------------------------------- */

static char *csr_pem(EVP_PKEY *key, const struct dn *dn)
{
	X509_REQ *r = X509_REQ_new();
	BIO *b = BIO_new(BIO_s_mem());
	char *pem = NULL;

	if (r && b && X509_REQ_set_version(r, X509_REQ_VERSION_1) &&
	    fill_name(X509_REQ_get_subject_name(r), dn) &&
	    X509_REQ_set_pubkey(r, key) &&
	    X509_REQ_sign(r, key, EVP_sha256()) > 0 &&
	    PEM_write_bio_X509_REQ(b, r))
		pem = bio_text(b);
	X509_REQ_free(r);
	BIO_free(b);
	return pem;
}

int store_make_csr(struct store *s, const char *keyfile, const struct dn *dn,
		   char **pem, struct err *err)
{
	struct pki p;
	int rc = load_key(s, keyfile, &p, err);

	*pem = rc == 0 ? csr_pem(p.key, dn) : NULL;
	pki_fini(&p);
	if (rc == 0 && !*pem)
		rc = library_error(err, "The request cannot be signed");
	return rc;
}

/* ---- ssl gencert ---------------------------------------------------------- */

static bool add_ext(X509 *x, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;
	bool ok;

	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ok = e && X509_add_ext(x, e, -1) == 1;
	X509_EXTENSION_free(e);
	return ok;
}

static bool set_serial(X509 *x)
{
	unsigned char bytes[16];
	BIGNUM *n;
	bool ok;

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return false;
	bytes[0] &= 0x7f;
	n = BN_bin2bn(bytes, sizeof(bytes), NULL);
	ok = n && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x));
	BN_free(n);
	return ok;
}

static bool fill_cert(X509 *x, EVP_PKEY *key, const struct dn *dn, time_t now)
{
	return X509_set_version(x, X509_VERSION_3) && set_serial(x) &&
	       fill_name(X509_get_subject_name(x), dn) &&
	       X509_set_issuer_name(x, X509_get_subject_name(x)) &&
	       ASN1_TIME_set(X509_getm_notBefore(x), now) &&
	       ASN1_TIME_adj(X509_getm_notAfter(x), now, CERT_DAYS, 0) &&
	       X509_set_pubkey(x, key) &&
	       add_ext(x, NID_basic_constraints, "CA:FALSE") &&
	       add_ext(x, NID_subject_key_identifier, "hash");
}

static char *cert_pem(EVP_PKEY *key, EVP_PKEY *sign, const struct dn *dn,
		      time_t now)
{
	X509 *x = X509_new();
	BIO *b = BIO_new(BIO_s_mem());
	char *pem = NULL;

	if (x && b && fill_cert(x, key, dn, now) &&
	    X509_sign(x, sign, EVP_sha256()) > 0 && PEM_write_bio_X509(b, x))
		pem = bio_text(b);
	X509_free(x);
	BIO_free(b);
	return pem;
}

int store_make_cert(struct store *s, const char *certkey, const char *signkey,
		    const struct dn *dn, time_t now, char **pem,
		    struct err *err)
{
	struct pki key, sign;
	int rc = load_key(s, certkey, &key, err);

	pki_init(&sign);
	if (rc == 0) {
		pki_fini(&sign);
		rc = load_key(s, signkey, &sign, err);
	}
	*pem = rc == 0 ? cert_pem(key.key, sign.key, dn, now) : NULL;
	pki_fini(&key);
	pki_fini(&sign);
	if (rc == 0 && !*pem)
		rc = library_error(err, "The certificate cannot be made");
	return rc;
}

int store_verify(const struct store *s, const char *certfile,
		 const char *keyfile, struct err *err)
{
	struct pki cert, key;
	int rc = load_key(s, keyfile, &key, err);

	pki_init(&cert);
	if (rc == 0)
		rc = store_load(s, certfile, NULL, &cert, err);
	if (rc == 0 && sk_X509_num(cert.certs) == 0)
		rc = err_set(err, ERR_REFUSED, -1, T_SSL_BAD_KIND);
	else if (rc == 0 && !pki_match(sk_X509_value(cert.certs, 0), key.key))
		rc = err_set(err, ERR_REFUSED, -1, T_PAIR_MISMATCH);
	pki_fini(&cert);
	pki_fini(&key);
	return rc;
}

/* ---- ends ----------------------------------------------------------------- */

static bool end_of(const X509 *x, time_t *end)
{
	return pki_time(X509_get0_notAfter(x), end);
}

bool store_cert_end(const struct store *s, const char *file, time_t *end)
{
	bool found = false;
	struct err err;
	struct pki p;
	time_t t;

	pki_init(&p);
	(void)store_load(s, file, NULL, &p, &err);
	for (int i = 0; i < sk_X509_num(p.certs); i++)
		if (end_of(sk_X509_value(p.certs, i), &t) &&
		    (!found || t < *end)) {
			*end = t;
			found = true;
		}
	pki_fini(&p);
	ERR_clear_error();
	return found;
}

/* ---- show ----------------------------------------------------------------- */

static void show_one(X509 *x, struct out *o)
{
	BIO *b = BIO_new(BIO_s_mem());
	char *text = NULL;
	const char *line;
	long n;

	if (b && X509_print_ex(b, x, XN_FLAG_ONELINE, 0)) {
		n = BIO_get_mem_data(b, &text);
		/* the first line is the title, which the caller has printed */
		line = memchr(text, '\n', (size_t)n);
		line = line ? line + 1 : text;
		out_write(o, line, (size_t)(text + n - line));
	}
	BIO_free(b);
	ERR_clear_error();
}

void store_show_cert(const struct store *s, const char *file, struct out *o)
{
	struct err err = { 0 };
	struct pki p;

	pki_init(&p);
	if (store_load(s, file, NULL, &p, &err))
		out_printf(o, "%%%% %s\n", err.msg);
	for (int i = 0; i < sk_X509_num(p.certs); i++)
		show_one(sk_X509_value(p.certs, i), o);
	pki_fini(&p);
}

static const char *type_text(const EVP_PKEY *key)
{
	if (pki_key_is(key, "RSA"))
		return "RSA Private Key";
	if (pki_key_is(key, "DSA"))
		return "DSA Private Key";
	if (pki_key_is(key, "EC"))
		return "EC Private Key"; /* own: no such key on the product */
	return EVP_PKEY_get0_type_name(key);
}

void store_show_key(const struct store *s, const char *file, const char *kind,
		    struct out *o)
{
	bool dh = !strcmp(kind, "dhparam");
	struct err err = { 0 };
	const EVP_PKEY *key;
	struct pki p;

	pki_init(&p);
	if (store_load(s, file, NULL, &p, &err))
		out_printf(o, "%%%% %s\n", err.msg);
	key = dh ? p.dh : p.key;
	if (key)
		out_printf(o, "Key Size: %d bits\nKey Type: %s\n",
			   EVP_PKEY_get_bits(key),
			   dh ? "Diffie-Hellman Parameters" : type_text(key));
	pki_fini(&p);
}
